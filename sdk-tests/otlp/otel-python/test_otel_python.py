"""OpenTelemetry's exporters of Python: HTTP plain, gzip, deflate; gRPC with gzip; both over TLS, trusting the server's certificate alone."""

import pytest

from common.api import Api
from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Spans of two generations of the conventions, however they travel."""
    assert_shown(api, tap, run(variant))


@pytest.mark.parametrize("how", ["gzip", "grpc"])
def test_everything_is_shown_over_tls(run_over_tls, tls, tap, how):
    """The same where the server itself speaks TLS."""
    server, ca = tls
    assert_shown(Api(server.url, server.key, ca), tap, run_over_tls(how))
