"""OpenTelemetry's exporters of Python: HTTP plain, gzip, deflate; gRPC with gzip."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Spans of two generations of the conventions, however they travel."""
    assert_shown(api, tap, run(variant))
