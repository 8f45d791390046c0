#!/usr/bin/env bash
# Makes one virtual environment per SDK version and prints the directory of each: `setup.sh [SUITE…]`.
#
# A suite is a directory with a requirements.txt. Environments live under DEBRIEF_VENV_DIR (default ~/.cache/debrief/venvs), named
# by a hash of the Python version and the requirements: unchanged requirements are ready at once, changed ones get a new environment.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${DEBRIEF_VENV_DIR:-$HOME/.cache/debrief/venvs}
python=${DEBRIEF_PYTHON:-python3}

command -v "$python" >/dev/null || { echo "no $python on this machine" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "the SDK tests need Python 3.11 or newer" >&2; exit 1; }
mkdir -p "$root"

if [ $# -eq 0 ]; then set -- voker agentops/0.3.17 agentops/0.3.26 converra/0.5.1 converra/0.3.4 openapi; fi
for suite in "$@"; do
    wanted=$here/$suite/requirements.txt
    hash=$({ "$python" -c 'import sys; print(sys.version, sys.executable)'; cat "$wanted"; } | cksum | tr ' ' '-')
    ready=$root/${suite//\//-}-$hash
    if [ ! -e "$ready/.complete" ]; then
        echo "setting up the environment of $suite …" >&2
        rm -rf "$ready"
        "$python" -m venv "$ready"
        "$ready/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted" >&2
        touch "$ready/.complete"
    fi
    echo "$ready"
done
