"""Fixtures of every suite: one server per suite, one tap and one name space per test."""

import os
import uuid

import pytest

from common.loopback import only_loopback

only_loopback()

from common.api import Api  # noqa: E402  (the guard comes before anything that could connect)
from common.fake_models import FakeModels  # noqa: E402
from common.server import Server  # noqa: E402
from common.tap import Tap  # noqa: E402


@pytest.fixture(scope="session")
def server():
    """The server under test. That it drains and ends with 0 is checked when the suite is over."""
    server = Server()
    yield server
    server.stop()
    server.discard()


@pytest.fixture(scope="session")
def models():
    """The model provider."""
    models = FakeModels()
    yield models
    models.close()


@pytest.fixture
def api(server):
    """Debrief's own read API."""
    return Api(server.url, server.key)


@pytest.fixture
def tap(server):
    """What the SDK is pointed at."""
    tap = Tap(server.url)
    yield tap
    tap.close()


@pytest.fixture
def unique():
    """Makes a name that no other test uses."""
    suffix = uuid.uuid4().hex[:8]
    return lambda name: f"{name}-{suffix}"


def pytest_terminal_summary(terminalreporter):
    """Leave the counts where `run.sh` adds them up. An error outside a test counts as a failure."""
    if counts := os.environ.get("SDK_TESTS_COUNTS"):
        passed, failed, errors, skipped = (len(terminalreporter.getreports(word)) for word in ("passed", "failed", "error", "skipped"))
        with open(counts, "w", encoding="utf-8") as file:
            file.write(f"{passed} {failed + errors} {skipped}\n")
