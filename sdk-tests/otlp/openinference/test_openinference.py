"""OpenInference's instrumentation of OpenAI."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Flattened messages, cached tokens, tags."""
    assert_shown(api, tap, run(variant))
