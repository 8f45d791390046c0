"""Requests made up from the OpenAPI document, good ones and bad ones, to every route of every dialect.

Whatever is sent, the answer is no server error, has a status that the document knows, and looks as the document says.
"""

import subprocess
import sys
import uuid
from pathlib import Path

SEED = 20_260_101
EXAMPLES_MAX = 12
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SECONDS_MAX = 300


def explore(server, tmp_path, headers, *which):
    """Try the routes that `which` says with `headers`."""
    program = Path(sys.executable).with_name("schemathesis")
    options = [f"--header={name}: {value}" for name, value in headers.items()]
    command = [
        program, "run", f"{server.url}/api/v1/openapi.json", "--phases=examples,coverage,fuzzing", f"--checks={CHECKS}", f"--seed={SEED}",
        f"--max-examples={EXAMPLES_MAX}", "--suppress-health-check=all", "--continue-on-failure", "--warnings=off", "--no-color", *options, *which,
    ]
    # It leaves its database of examples where it runs.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS_MAX)
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-4_000:]}"


def test_what_a_key_opens(server, tmp_path):
    explore(server, tmp_path, {"Authorization": f"Bearer {server.key}"}, "--exclude-tag=agentops")


def test_what_a_session_token_opens(server, api, tmp_path):
    """That dialect's writes are opened by the token of a session, its sessions and reads by the key in a header of its own."""
    opened = api.ask("POST", "/v2/create_session", {"session": {"session_id": str(uuid.uuid4())}}, {"X-Agentops-Api-Key": server.key})
    headers = {"Authorization": f"Bearer {opened['jwt']}", "X-Agentops-Api-Key": server.key}
    explore(server, tmp_path, headers, "--include-tag=agentops")
