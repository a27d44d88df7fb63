#!/usr/bin/env bash
# Runs every test of the repository, on real servers, and installs those that are missing.
# The last line says how it went: N passed, N failed[, N skipped]. The exit code is 0 only if tests ran and all of them passed.
#
#   ./test.sh                          all tests
#   ./test.sh --filter Startup         arguments go to dotnet test

set -uo pipefail
cd "$(dirname "$0")"

readonly results=test-results
readonly configuration=Release

say() { printf '\n== %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

docker_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

# has PROGRAM: on the PATH, or where Debian puts servers
has() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

# install PACKAGE...: by apt, without starting any service
install() {
    if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; }; then
        echo "Please install: $* (they are installed by themselves where there is apt-get, and root or sudo)." >&2
        exit 2
    fi
    say "Installing $*"
    as_root apt-get update -qq || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null || exit 2
}

missing=()
has mariadbd || docker_answers || [ -n "${TICKETING_TEST_MARIADB:-}" ] || missing+=(mariadb-server)
has redis-server || docker_answers || missing+=(redis-server)
has chromium || missing+=(chromium)
has npm || missing+=(npm)
{ has prometheus && has promtool; } || missing+=(prometheus)
has nginx || missing+=(nginx-light)
has kubectl || missing+=(kubernetes-client)
[ ${#missing[@]} = 0 ] || install "${missing[@]}"

say "Building"
dotnet build Ticketing.sln --configuration "$configuration" --nologo --verbosity quiet || { echo "0 passed, 1 failed"; exit 1; }

# As it is made for production, because the tests start it more than a hundred times, and compiled ahead of time it is ready sooner.
say "Publishing"
readonly published="$PWD/src/Ticketing.Api/bin/published"
if dotnet publish src/Ticketing.Api --configuration "$configuration" --use-current-runtime --self-contained false -p:PublishReadyToRun=true \
    --output "$published" --nologo --verbosity quiet; then
    export TICKETING_TEST_PROGRAM="$published/Ticketing.Api.dll"
else
    echo "It could not be compiled ahead of time; the tests start the one that was built."
fi

rm -rf "$results"
broken=0
for project in tests/*Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    say "$name"
    dotnet test "$project" --configuration "$configuration" --no-build --nologo \
        --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" --results-directory "$results" "$@" || broken=1
done

# sum ATTRIBUTE: over the counters of all result files
sum() {
    cat "$results"/*.trx 2>/dev/null | tr '<' '\n' | sed -n "s/^Counters.* $1=\"\([0-9]*\)\".*/\1/p" | awk '{ total += $1 } END { print total + 0 }'
}

passed=$(sum passed)
skipped=$(sum notExecuted)
failed=$(( $(sum total) - passed - skipped ))
# A run that crashed has written no failure, and must not pass for one that had none.
[ "$broken" = 1 ] && [ "$failed" = 0 ] && failed=1

say "All projects"
line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
