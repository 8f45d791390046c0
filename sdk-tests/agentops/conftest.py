"""Runs one scenario of the agentops SDK in a process of its own.

The SDK keeps its client, headers, sessions and patched providers in process-wide state, so every scenario starts clean.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCENARIO_SECONDS_MAX = 60


class Outcome:
    """What a scenario said (`result`, any JSON), what the SDK printed (`log`), and the hosts it was kept from (`refused`)."""

    def __init__(self, result, log, refused):
        self.result, self.log, self.refused = result, log, refused


@pytest.fixture(scope="session")
def sdk():
    """The SDK's version under test."""
    return version("agentops")


@pytest.fixture
def run(server, tap, tmp_path):
    """`run(scenario, openai=…, anthropic=…, api_key=…, exits=…, **arguments)` runs a function of `scenarios` against the tap.

    A scenario that is meant to end in a crash has no result.
    """

    def run(scenario, /, openai=None, anthropic=None, api_key=None, exits=0, **arguments):
        environment = {
            **os.environ, "AGENTOPS_API_KEY": api_key or server.key, "AGENTOPS_API_ENDPOINT": tap.url, "AGENTOPS_LOGGING_LEVEL": "INFO",
            "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{openai}/v1", "ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": f"{anthropic}",
            "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}",
        }
        ended = subprocess.run(
            [sys.executable, str(HERE / "driver.py"), scenario, json.dumps(arguments)],
            env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=SCENARIO_SECONDS_MAX, check=False,
        )
        log = ended.stdout + ended.stderr
        assert ended.returncode == exits, f"scenario {scenario} ended with {ended.returncode}, not {exits}\n{log[-6000:]}"
        said = [json.loads(line[len("RESULT "):]) for line in ended.stdout.splitlines() if line.startswith("RESULT ")]
        assert len(said) == (exits == 0), f"scenario {scenario} gave {len(said)} results\n{log[-6000:]}"
        return Outcome(said[0]["result"], log, said[0]["refused"]) if said else Outcome(None, log, [])

    return run
