"""Vercel's AI SDK 6 with `experimental_telemetry`."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """A loop with a tool, a stream, a tool that fails; what the outer span sums up is not counted again."""
    assert_shown(api, tap, run(variant))
