"""Pydantic AI with plain OpenTelemetry."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Three runs in one conversation; what a run sums up is not counted again."""
    assert_shown(api, tap, run(variant))
