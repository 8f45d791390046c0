"""OpenTelemetry's exporters of JavaScript: HTTP with JSON, with protobuf and gzip, and gRPC with gzip."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Spans written by hand, however they travel."""
    assert_shown(api, tap, run(variant))
