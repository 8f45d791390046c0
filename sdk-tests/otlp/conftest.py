"""Runs the program of one sender against the server.

`run.sh` says in SDK_TESTS_SENDER which sender it is (as `otel-openai/2.4`) and in SDK_TESTS_ENVIRONMENT where its packages are. The tests
themselves run in the environment of this suite, so a sender's packages need not suit them.
"""

import os
import urllib.parse

import pytest

import programs

SENDER = os.environ.get("SDK_TESTS_SENDER", "")


def pytest_generate_tests(metafunc):
    """A test that takes `variant` runs once for each variant of the sender."""
    if "variant" in metafunc.fixturenames:
        metafunc.parametrize("variant", programs.variants(SENDER))


@pytest.fixture
def run(server, models, tap, tmp_path, unique):
    """`run(variant)` runs the sender's program against the tap; over gRPC it speaks to the server itself, on the same port. Returns the plan."""

    def run(variant=""):
        return programs.run(
            SENDER, variant, os.environ["SDK_TESTS_ENVIRONMENT"], models, url=tap.url, grpc=urllib.parse.urlsplit(server.url).netloc,
            key=server.key, session=unique("session"), where=tmp_path,
        )

    return run
