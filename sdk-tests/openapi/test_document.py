"""Requests made up from the OpenAPI document, good ones and bad ones, to every route of every dialect.

Whatever is sent, the answer is no server error, has a status that the document knows, and looks as the document says; what the
document allows is accepted; and nothing is answered without a key that would not be answered with one.
"""

import subprocess
import sys
import uuid
from pathlib import Path

SEED = 20_260_101
EXAMPLES_MAX = 8
CONFIG = Path(__file__).with_name("schemathesis.toml")
SECONDS_MAX = 300


def explore(server, tmp_path, headers, *which):
    """Try the routes that `which` says with `headers`."""
    program = Path(sys.executable).with_name("schemathesis")
    options = [f"--header={name}: {value}" for name, value in headers.items()]
    command = [
        program, f"--config-file={CONFIG}", "run", f"{server.url}/api/v1/openapi.json", "--phases=examples,coverage,fuzzing", f"--seed={SEED}",
        f"--max-examples={EXAMPLES_MAX}", "--suppress-health-check=all", "--continue-on-failure", "--warnings=off", "--no-color", *options, *which,
    ]
    # It leaves its database of examples where it runs.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS_MAX)
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-4_000:]}"


def test_what_a_key_opens(server, tmp_path):
    explore(server, tmp_path, {"Authorization": f"Bearer {server.key}"}, "--exclude-tag=agentops")


def test_what_a_session_token_opens(server, api, tmp_path):
    """That dialect's writes are opened by the token of a session, its sessions and reads by the key in a header of its own.

    Its vendor answers 400 where others answer 401, and its document says more than one thing of the same body.
    """
    opened = api.ask("POST", "/v2/create_session", {"session": {"session_id": str(uuid.uuid4())}}, {"X-Agentops-Api-Key": server.key})
    headers = {"Authorization": f"Bearer {opened['jwt']}", "X-Agentops-Api-Key": server.key}
    explore(server, tmp_path, headers, "--include-tag=agentops", "--exclude-checks=ignored_auth,missing_required_header,positive_data_acceptance,negative_data_rejection")
