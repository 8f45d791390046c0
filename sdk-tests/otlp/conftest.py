"""Runs the program of one sender against the server.

`run.sh` says in SDK_TESTS_SENDER which sender it is (as `otel-openai/2.4`) and in SDK_TESTS_ENVIRONMENT where its packages are. The tests
themselves run in the environment of this suite, so a sender's packages need not suit them.
"""

import os
import shutil
import subprocess
import urllib.parse

import pytest

import programs
from common.server import Server

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


@pytest.fixture
def tls(tmp_path):
    """A server that speaks TLS, and the file with the certificate that it shows."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl on this machine")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", chain],
        check=True, capture_output=True,
    )
    server = Server(flags=["--tls-cert", str(chain), "--tls-key", str(key)])
    yield server, chain
    server.stop()
    server.discard()


@pytest.fixture
def run_over_tls(tls, models, tmp_path, unique):
    """`run_over_tls(variant)` runs the sender's program against a server that speaks TLS, without a tap. Returns the plan."""
    server, ca = tls

    def run(variant):
        return programs.run(
            SENDER, variant, os.environ["SDK_TESTS_ENVIRONMENT"], models, url=server.url, grpc=urllib.parse.urlsplit(server.url).netloc,
            key=server.key, session=unique("session"), where=tmp_path, ca=ca,
        )

    return run
