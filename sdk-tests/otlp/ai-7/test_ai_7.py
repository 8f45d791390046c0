"""Vercel's AI SDK 7 with `@ai-sdk/otel`."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """A loop with a tool, a stream, a tool that fails; what the agent's span sums up is not counted again."""
    assert_shown(api, tap, run(variant))
