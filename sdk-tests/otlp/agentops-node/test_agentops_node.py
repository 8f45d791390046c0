"""agentops 0.1.0 of npm."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """The agents SDK: models are not named, and tokens are texts."""
    assert_shown(api, tap, run(variant))
