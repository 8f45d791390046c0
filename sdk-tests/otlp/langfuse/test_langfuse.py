"""The Langfuse SDK, by its own path and its own credentials."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Buckets of tokens that exclude each other, a cost that the program knows, a session, a user, tags."""
    assert_shown(api, tap, run(variant))


def test_it_is_known_by_its_secret_key(run, tap, variant):
    """The public key may be anything; the password of Basic is Debrief's key. Scores have a route of their own."""
    run(variant)
    exports = tap.accepted("POST", "/api/public/otel/v1/traces")
    assert exports
    assert all(call.headers["authorization"].startswith("Basic ") and call.headers["content-encoding"] == "gzip" for call in exports)
