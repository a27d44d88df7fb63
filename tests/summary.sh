#!/usr/bin/env bash
# summary.sh RUN...: adds up test runs, each given by the path of its .trx or .broken file, or by that path without the extension.
#
# Prints "N passed, N failed[, N skipped]", and exits with 0 only if tests passed and none failed.
# A run is RUN.trx, written by dotnet test, and RUN.broken where dotnet test ended with an error. Rows are counted, because the counters in the
# file know of no skipped ones. A run that broke without a failed row, as after a crash, counts as one failure.

set -uo pipefail

# count RUN OUTCOME: the rows with this outcome; without one, all rows
count() {
    [ -e "$1.trx" ] || { echo 0; return; }
    tr '<' '\n' <"$1.trx" | grep -a '^UnitTestResult ' | grep -ac " outcome=\"${2:-}"
}

passed=0
failed=0
skipped=0
for run in $(printf '%s\n' "$@" | sed -e 's/\.trx$//' -e 's/\.broken$//' | sort -u); do
    p=$(count "$run" 'Passed"')
    s=$(count "$run" 'NotExecuted"')
    f=$(($(count "$run") - p - s))
    [ -e "$run.broken" ] && [ "$f" = 0 ] && f=1
    passed=$((passed + p))
    skipped=$((skipped + s))
    failed=$((failed + f))
done

line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
