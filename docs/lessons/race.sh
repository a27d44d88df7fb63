#!/usr/bin/env bash
# Races strategies against each other on a running system, and prints how each has ended.
#
#   docs/lessons/race.sh naive                      100 tickets, 500 buyers at once
#   docs/lessons/race.sh naive for_update batched   one after the other
#   TICKETS=50 BUYERS=80 AT_ONCE=10 docs/lessons/race.sh naive
#   BASE=http://localhost:8080/api docs/lessons/race.sh naive
set -euo pipefail
export LC_ALL=C # the decimal point of the JSON
base=${BASE:-http://localhost:8000}
buyers=${BUYERS:-500}

fail() { echo "$*" >&2; exit 1; }

# field NAME: its value in the JSON on the standard input, the first if there are several
field() { grep -o "\"$1\":[^,}]*" | head -1 | cut -d: -f2 | tr -d '"'; }

[ $# -gt 0 ] || fail "Which strategies? For example: $0 naive batched"
names=$(printf '"%s",' "$@")
started=$(curl --silent --show-error "$base/races" -H 'Content-Type: application/json' \
    -d "{\"strategies\":[${names%,}],\"tickets\":${TICKETS:-100},\"buyers\":$buyers,\"at_once\":${AT_ONCE:-$buyers}}")
race=$(field race_id <<<"$started") || fail "$started"

while state=$(curl --silent --show-error "$base/races/$race") && [ "$(field status <<<"$state")" = running ]; do sleep 0.2; done

# One line for each strategy.
grep -o '"strategy":"[a-z_]*","event_id".*' <<<"$state" | sed 's/{"strategy"/\n"strategy"/g' | while read -r lane; do
    oversold=$(field oversold <<<"$lane") || fail "It was not counted: $state"
    printf '%-17s sold %s of %s%s; %s refused, %s busy; p95 %.0f ms\n' "$(field strategy <<<"$lane")" "$(field tickets_sold <<<"$lane")" "${TICKETS:-100}" \
        "$([ "$oversold" = 0 ] || echo ", $oversold too many")" "$(field refused <<<"$lane")" "$(field busy <<<"$lane")" "$(field p95_ms <<<"$lane")"
done
echo "See it: ${base%/api}/#race/$race"
