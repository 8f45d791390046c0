"""OpenTelemetry's own instrumentation of OpenAI."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Contents in log events, in attributes or nowhere; the session is known to the outermost span alone."""
    assert_shown(api, tap, run(variant))
