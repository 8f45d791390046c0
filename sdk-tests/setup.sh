#!/usr/bin/env bash
# Makes one environment per SDK version and prints the directory of each: `setup.sh [SUITE…]`.
#
# A suite is a directory with a requirements.txt, or with a package.json and its lock for Node. Environments live under DEBRIEF_VENV_DIR
# (default ~/.cache/debrief/venvs), named by a hash of the interpreter and of the exact packages: unchanged ones are ready at once,
# changed ones get a new environment.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${DEBRIEF_VENV_DIR:-$HOME/.cache/debrief/venvs}
python=${DEBRIEF_PYTHON:-python3}

command -v "$python" >/dev/null || { echo "no $python on this machine" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "the SDK tests need Python 3.11 or newer" >&2; exit 1; }
mkdir -p "$root"

# What a suite's environment is made of.
python_wants() { "$python" -c 'import sys; print(sys.version, sys.executable)'; cat "$here/$1/requirements.txt"; }
node_wants() { node --version; cat "$here/$1/package-lock.json"; }

# python_environment SUITE DIRECTORY
python_environment() {
    "$python" -m venv "$2"
    "$2/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/$1/requirements.txt" >&2
}

# node_environment SUITE DIRECTORY: nothing that a package brings is run while it is installed.
node_environment() {
    mkdir -p "$2"
    cp "$here/$1/package.json" "$here/$1/package-lock.json" "$2"
    (cd "$2" && npm ci --silent --no-audit --no-fund --ignore-scripts >&2)
}

if [ $# -eq 0 ]; then
    set -- voker agentops/0.3.17 agentops/0.3.26 converra/0.5.1 converra/0.3.4 openapi
    set -- "$@" otlp otlp/otel-python otlp/otel-js otlp/otel-openai/2.4 otlp/otel-openai/2.1 otlp/openinference otlp/traceloop
    set -- "$@" otlp/pydantic-ai otlp/langfuse otlp/ai-6 otlp/ai-7 otlp/agentops-python otlp/agentops-node
fi
for suite in "$@"; do
    kind=python
    if [ -e "$here/$suite/package.json" ]; then
        kind=node
        command -v node >/dev/null && command -v npm >/dev/null || { echo "$suite needs Node 20 or newer and npm" >&2; exit 1; }
        node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "$suite needs Node 20 or newer" >&2; exit 1; }
    fi
    hash=$("${kind}_wants" "$suite" | cksum | tr ' ' '-')
    ready=$root/${suite//\//-}-$hash
    if [ ! -e "$ready/.complete" ]; then
        echo "setting up the environment of $suite …" >&2
        rm -rf "$ready"
        "${kind}_environment" "$suite" "$ready"
        touch "$ready/.complete"
    fi
    echo "$ready"
done
