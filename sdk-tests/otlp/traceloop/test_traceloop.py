"""traceloop-sdk with OpenAI."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """A workflow, an agent, a task and tools; session and user are association properties."""
    assert_shown(api, tap, run(variant))
