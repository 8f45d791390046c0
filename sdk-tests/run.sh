#!/usr/bin/env bash
# Drives every SDK against the binary in DEBRIEF_BIN: `run.sh [pytest arguments]`.
#
# The last line is `N passed, N failed, N skipped` over all suites. Where the environments cannot be made, the tests are skipped loudly
# and counted; with DEBRIEF_REQUIRE_ALL=1 (as in CI) that is a failure.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0

: "${DEBRIEF_BIN:?set DEBRIEF_BIN to the debrief binary under test}"
DEBRIEF_BIN=$(cd "$(dirname "$DEBRIEF_BIN")" && pwd)/$(basename "$DEBRIEF_BIN")
export DEBRIEF_BIN PYTHONDONTWRITEBYTECODE=1
[ -x "$DEBRIEF_BIN" ] || { echo "$DEBRIEF_BIN is not an executable" >&2; exit 1; }

# How many tests a suite has, as far as that can be told without running Python.
tests_in() {
    grep -h '^def test_' "$here/$1"/test_*.py | wc -l | tr -d ' '
}

# skip SUITE DIRECTORY REASON
skip() {
    local count
    count=$(tests_in "$2")
    echo "!!! SKIPPED: the $1 suite ($count tests or more): $3" >&2
    if [ "${DEBRIEF_REQUIRE_ALL:-0}" = 1 ]; then failed=$((failed + count)); else skipped=$((skipped + count)); fi
}

# suite NAME DIRECTORY [pytest arguments]: NAME says which requirements, DIRECTORY where the tests are.
suite() {
    local name=$1 directory=$2 ready
    shift 2
    if ! ready=$("$here/setup.sh" "$name"); then
        skip "$name" "$directory" "its environment cannot be made on this machine (see above)"
        return
    fi
    pytest_in "$ready" "$name" "$directory" "$@"
}

# sender NAME [pytest arguments]: a program of otlp/ runs in its own environment, Python's or Node's, and its tests in that of otlp/.
sender() {
    local name=$1 directory=otlp/${1%%/*} ready
    shift
    if ! ready=$("$here/setup.sh" otlp "otlp/$name"); then
        skip "otlp/$name" "$directory" "its environment cannot be made on this machine (see above)"
        return
    fi
    SDK_TESTS_SENDER=$name SDK_TESTS_ENVIRONMENT=$(tail -n 1 <<<"$ready") pytest_in "$(head -n 1 <<<"$ready")" "otlp/$name" "$directory" "$@"
}

# pytest_in ENVIRONMENT NAME DIRECTORY [pytest arguments]
pytest_in() {
    local ready=$1 name=$2 directory=$3 p=0 f=1 s=0
    shift 3
    echo "== $name"
    rm -f "$scratch/counts"
    (cd "$here" && SDK_TESTS_COUNTS=$scratch/counts "$ready/bin/python" -m pytest -q "$directory" "$@")
    local code=$?
    if [ -e "$scratch/counts" ]; then read -r p f s <"$scratch/counts"; fi
    # pytest that failed without a failing test (a usage error, nothing collected) is one failure.
    if [ $code -ne 0 ] && [ "$f" -eq 0 ]; then f=1; fi
    if [ "$s" -gt 0 ] && [ "${DEBRIEF_REQUIRE_ALL:-0}" = 1 ]; then f=$((f + s)) s=0; fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

suite voker voker "$@"
suite agentops/0.3.17 agentops "$@"
suite agentops/0.3.26 agentops "$@"
suite converra/0.5.1 converra "$@"
suite converra/0.3.4 converra "$@"
suite openapi openapi "$@"
sender otel-python "$@"
sender otel-js "$@"
sender otel-openai/2.4 "$@"
sender otel-openai/2.1 "$@"
sender openinference "$@"
sender traceloop "$@"
sender pydantic-ai "$@"
sender langfuse "$@"
sender ai-6 "$@"
sender ai-7 "$@"
sender agentops-python "$@"
sender agentops-node "$@"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
