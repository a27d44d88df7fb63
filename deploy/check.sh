#!/usr/bin/env bash
# Checks a running system: sets up events, books a few tickets, sells one event out, and prints its status and every metric of the contract.
# The exit code is 1 if an answer is wrong or a metric is missing; the output names it.
#
#   deploy/check.sh                          http://localhost:8000
#   deploy/check.sh http://backend.example   any other address
#   KEY=tk_… deploy/check.sh                 an admin's key, where the API asks who calls
#
# Its two events remain; the second becomes the current one.

set -uo pipefail

readonly base=${1:-http://localhost:8000}
readonly tickets=5
failures=0
answer=
status=

# The expected metrics, by type. Histograms appear with their first measurement, so only those of a batched sale are expected.
readonly counters='http_requests_total booking_attempts_total booking_retries_total booking_transitions_total db_connection_errors_total cache_hits_total cache_misses_total'
readonly gauges='backend_cpu_usage_percent backend_memory_usage_bytes http_requests_inprogress tickets_remaining tickets_held tickets_oversold
  http_request_queue_depth worker_utilization_percent db_connection_pool_size db_connection_pool_used db_connection_pool_available
  db_connection_pool_utilization db_connections_total'
readonly histograms='http_request_duration_seconds db_query_duration_seconds db_connection_wait_duration_seconds http_request_queue_duration_seconds
  booking_batch_orders booking_batch_duration_seconds'

heading() { printf '\n== %s\n' "$*"; }

fail() {
    printf 'FAILED  %s\n' "$*"
    failures=$((failures + 1))
}

# call METHOD PATH [BODY]: fills $status and $answer
call() {
    local reply post_nothing=
    [ "$1" = POST ] && [ -z "${3:-}" ] && post_nothing=yes # some servers refuse a POST that does not say how long it is
    reply=$(curl --silent --show-error --max-time 15 --write-out '\n%{http_code}' --request "$1" \
        ${KEY:+--header "Authorization: Bearer $KEY"} ${3:+--header 'Content-Type: application/json' --data "$3"} ${post_nothing:+--header 'Content-Length: 0'} "$base$2" 2>&1)
    status=${reply##*$'\n'}
    answer=${reply%$'\n'*}
}

# expect STATUS TEXT WHAT: about the last call
expect() {
    if [ "$status" = "$1" ] && [[ $answer == *"$2"* ]]; then
        printf '%-8s%s\n' ok "$3"
    else
        fail "$3: expected $1 with $2, got $status: $answer"
    fi
}

# field NAME: a number in the last answer
field() { sed -n "s/.*\"$1\":\(-\{0,1\}[0-9]*\).*/\1/p" <<<"$answer"; }

# set_up TICKETS: fills $event
set_up() {
    call POST /setup "{\"event_name\":\"Check of $1\",\"total_tickets\":$1}"
    expect 200 '"event_id":' "an event with $1 tickets is set up"
    event=$(field event_id)
}

book() { call POST /book "{\"user_id\":$2,\"event_id\":$1}"; }

heading "$base"
call GET /health
if [ "$status" != 200 ]; then
    echo "No healthy system at $base/health (status ${status}): ${answer//$'\n'/ }" >&2
    echo "Start the system, or pass its address: $0 http://host:port" >&2
    exit 1
fi
expect 200 '"healthy"' "it is healthy"

heading 'A sale'
set_up 100
readonly open_event=$event
for user in 1 2 3; do
    book "$open_event" "$user"
    expect 200 '"booking_id":' "buyer $user gets a ticket"
done

set_up "$tickets"
readonly sold_event=$event
for user in $(seq "$tickets"); do
    book "$sold_event" "$user"
    expect 200 '"booking_id":' "buyer $user of $tickets gets a ticket"
done
book "$sold_event" 99
expect 400 '"sold_out"' "one more buyer is answered sold_out"

heading 'Holds'
hold() { call POST /holds "{\"user_id\":$2,\"event_id\":$1}"; }
hold "$open_event" 4
expect 201 '"status":"held"' "buyer 4 holds a ticket"
call POST "/holds/$(field hold_id)/confirm"
expect 200 '"booking_id":' "and confirms it"
call POST "/bookings/$(field booking_id)/cancel"
expect 200 '"returned":1' "and cancels it"
hold "$open_event" 5
expect 201 '"status":"held"' "buyer 5 holds a ticket"
call POST "/holds/$(field hold_id)/release"
expect 200 '"returned":1' "and releases it"

heading 'Status'
for id in "$open_event" "$sold_event"; do
    call GET "/status?event_id=$id"
    expect 200 '"oversold":0' "event $id: $(field tickets_sold) of $(field total_tickets) sold, $(field held_tickets) held, $(field available_tickets) left, oversold by $(field oversold)"
done
call GET "/status?event_id=$sold_event"
expect 200 '"available_tickets":0' "event $sold_event is sold out"
for path in /events /stats "/history?event_id=$sold_event"; do
    call GET "$path"
    expect 200 '{' "$path answers"
done

heading 'Metrics'
# The ticket figures are read once a second.
sleep 2
call GET /metrics
readonly metrics=$answer
[ "$status" = 200 ] || fail "/metrics answers $status: $answer"

# total NAME: the sum over all its series; empty when there is none
total() { awk -v name="$1" '{ split($1, part, "{") } part[1] == name { sum += $NF; n++ } END { if (n) printf "%.10g", sum }' <<<"$metrics"; }
series() { awk -v name="$1" '{ split($1, part, "{") } part[1] == name { n++ } END { print n + 0 }' <<<"$metrics"; }

# row NAME TYPE SERIES VALUE
row() { printf '%-40s %-10s %7s  %s\n' "$@"; }

row metric type series value
for name in $counters $gauges; do
    value=$(total "$name")
    [ -n "$value" ] || { fail "$name is missing"; continue; }
    row "$name" "$([[ " ${counters//$'\n'/ } " == *" $name "* ]] && echo counter || echo gauge)" "$(series "$name")" "$value"
done
for name in $histograms; do
    count=$(total "${name}_count")
    sum=$(total "${name}_sum")
    [ -n "$count" ] || { fail "$name is missing"; continue; }
    row "$name" histogram "$(series "${name}_count")" \
        "$count measured, $(awk -v sum="$sum" -v count="$count" 'BEGIN { if (count) printf "%.6g on average", sum / count; else print "no average" }')"
done

heading 'Where the metrics are'
# address WHAT URL: and whether it answers here
address() {
    local there=no
    curl --silent --output /dev/null --max-time 2 "$2" && there=yes
    printf '%-40s %-44s %s\n' "$1" "$2" "$there"
}
printf '%-40s %-44s %s\n' metrics address answers
address 'this API' "$base/metrics"
readonly host=$(sed -E 's|^(https?://)?([^:/]+).*|\2|' <<<"$base")
address 'the edge (HAProxy)' "http://$host:8404/metrics"
address 'Prometheus' "http://$host:9090/metrics"
address 'Prometheus, to ask' "http://$host:9090/graph"
address 'Alertmanager' "http://$host:9093/metrics"
address 'Grafana, the dashboard' "http://$host:3000/d/ticket-booking-metrics"

heading 'Result'
if [ "$failures" = 0 ]; then
    echo "All checks passed."
else
    echo "$failures checks failed, see FAILED above."
    exit 1
fi
