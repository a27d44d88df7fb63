#!/usr/bin/env bash
# Runs the tests. The last line says how it went: N passed, N failed[, N skipped]. The exit code is 0 only if tests ran and none failed.
#
#   ./test.sh                          all tests, on real servers; what is missing is installed
#   ./test.sh --fast                   what needs nothing but the .NET SDK: unit, architecture and file tests, the HTTP contract on SQLite
#   ./test.sh --long                   all tests, with the repetitions that an ordinary run has no time for
#   ./test.sh --filter Startup         some tests; further arguments go to dotnet test
#
# Each project's output goes to test-results/<project>.log, and is shown if a test failed.

set -uo pipefail
cd "$(dirname "$0")" || exit 2

results=test-results
configuration=Release
mode=all
filter=""
arguments=()

while [ $# -gt 0 ]; do
    case "$1" in
        --fast) mode=fast ;;
        --long) mode=long ;;
        --filter) filter=${2:?--filter needs a value}; shift ;;
        *) arguments+=("$1") ;;
    esac
    shift
done

say() { printf '\n== %s\n' "$*"; }

# has PROGRAM: on the PATH, or where Debian puts servers
has() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs every program that a test starts, and starts no service. Whether a Docker engine answers or not: tests stop, freeze and kill local servers.
install_missing() {
    local missing=()
    has mariadbd || missing+=(mariadb-server)
    has redis-server || missing+=(redis-server)
    has haproxy || missing+=(haproxy)
    has nginx || missing+=(nginx-light)
    { has prometheus && has promtool; } || missing+=(prometheus)
    has prometheus-alertmanager || missing+=(prometheus-alertmanager)
    has chromium-headless-shell || has chromium || has google-chrome || missing+=(chromium)
    has npm || missing+=(npm)
    has kubectl || missing+=(kubernetes-client)
    [ $mode != long ] || has img2webp || missing+=(webp)
    [ ${#missing[@]} = 0 ] && return

    if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; }; then
        echo "Please install: ${missing[*]} (with apt-get, and root or sudo, this script installs them). ./test.sh --fast needs none of them." >&2
        exit 2
    fi
    say "Installing ${missing[*]}"
    as_root apt-get update -qq || true
    # The browser without a window renders with less processor time; older Debians do not have it.
    apt-cache show chromium-headless-shell >/dev/null 2>&1 && missing=("${missing[@]/%chromium/chromium-headless-shell}")
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || exit 2
}

# One compiler for all projects, even where the environment turns its server off, as some build machines do: half the time.
build=(--configuration "$configuration" --nologo --verbosity quiet -p:UseSharedCompilation=true)

# The analyzers take half of the rest. --fast, which comes first, has them, and so has CI, which sets this.
[ $mode = fast ] || build+=(-p:RunAnalyzers="${RunAnalyzers:-false}")

# The program as it is made for production, because the tests start it more than a hundred times: compiled ahead of time it is ready sooner.
publish() {
    say "Publishing"
    local published="$PWD/src/Ticketing.Api/bin/published"
    if dotnet publish src/Ticketing.Api "${build[@]}" -p:RunAnalyzers=false --use-current-runtime --self-contained false -p:PublishReadyToRun=true \
        --output "$published"; then
        export TICKETING_TEST_PROGRAM="$published/Ticketing.Api.dll"
    else
        echo "The program could not be compiled ahead of time; the tests start the one that was built."
    fi
}

# run_project FILTER SUFFIX PROJECT [ARGUMENT...]: one project, and one line about it when it ends
run_project() {
    local filter=$1 suffix=$2 project=$3 started=$SECONDS code=0 name run line
    shift 3
    name=$(basename "$project" .csproj)
    run=$name$suffix
    # The assembly, as the project would be evaluated first, to find that it is built.
    dotnet test "$(dirname "$project")/bin/$configuration/net10.0/$name.dll" --nologo --filter "$filter" \
        --logger "trx;LogFileName=$run.trx" --logger "console;verbosity=minimal" --results-directory "$results" \
        --blame-hang-timeout "$hang" --blame-hang-dump-type none "$@" >"$results/$run.log" 2>&1 || code=$?
    [ "$code" = 0 ] || echo "$code" >"$results/$run.broken"

    line=$(tests/summary.sh "$results/$run")
    if [ -e "$results/$run.broken" ]; then
        # In one write, so that the lanes do not mix their lines.
        printf '%s\n' "$(cat "$results/$run.log"; printf '%-34s %s, %d s' "$run" "$line" $((SECONDS - started)))"
    elif [ "$line" != "0 passed, 0 failed" ]; then
        printf '%-34s %s, %d s\n' "$run" "$line" $((SECONDS - started))
    fi
}

# run_lanes FILTER SUFFIX LANES [PROJECT...]: these projects, or all, as many at once; the long ones begin first, and the longest is three runs of about the same length
run_lanes() {
    local and=${filter:+"&($filter)"} projects=("${@:4}") project path
    [ ${#projects[@]} = 0 ] && projects=(Integration Observability Browser Deploy "")
    for project in "${projects[@]}"; do
        ls tests/Ticketing."$project"*Tests/*.csproj
    done | awk '!seen[$0]++' | while read -r path; do
        case $path in
            *Integration*)
                printf '%s\n' "$1&FullyQualifiedName~Strategies&FullyQualifiedName!~Contract.$and" "$2.strategies" "$path"
                printf '%s\n' "$1&(FullyQualifiedName~Strategies.Contract.|FullyQualifiedName~IntegrationTests.Startup.)$and" "$2.contract" "$path"
                printf '%s\n' "$1&FullyQualifiedName!~Strategies&FullyQualifiedName!~IntegrationTests.Startup.$and" "$2" "$path"
                ;;
            *) printf '%s\n' "$1$and" "$2" "$path" ;;
        esac
    done | tr '\n' '\0' | xargs -0 -P "$3" -n 3 bash -c 'run_project "${@:$#-2}" "${@:1:$#-3}"' run ${arguments[@]+"${arguments[@]}"}
}

case $mode in
    fast) export TICKETING_FAST=1 ;;
    long) export TICKETING_LONG=1 ;;
esac
[ $mode = fast ] || install_missing

say "Building"
dotnet build Ticketing.sln "${build[@]}" || { echo "0 passed, 1 failed"; exit 1; }
[ $mode = fast ] || publish
dotnet build-server shutdown --vbcscompiler >/dev/null

# The processes of a test live for seconds, so compiling their methods a second time, better, costs more than it gains: a third of the CPU time. So does a
# collector with a heap for each core: a fifth of a start.
export DOTNET_TieredPGO=0 DOTNET_TC_CallCounting=0 DOTNET_gcServer=0

# A test that does not end is named, and fails the run.
hang=5m
[ $mode = long ] && hang=45m

rm -rf "$results"
mkdir -p "$results"
export results configuration hang # for the shells that xargs starts
export -f run_project

if [ $mode = fast ]; then
    say "Tests that need nothing but the .NET SDK"
    run_lanes 'Run!=Full&Run!=Alone' "" 2
else
    say "Tests, four runs at a time"
    run_lanes 'Run!=Alone' "" 4
    say "Tests that measure time, one project at a time"
    run_lanes 'Run=Alone' .alone 1 $(grep -rl --include='*.cs' '"Run", "Alone"' tests | sed -E 's|tests/Ticketing\.([A-Za-z]*)Tests/.*|\1|' | sort -u)
fi

say "All projects, after $((SECONDS / 60)) min $((SECONDS % 60)) s"
exec tests/summary.sh "$results"/*.trx "$results"/*.broken
