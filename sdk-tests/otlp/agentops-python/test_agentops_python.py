"""agentops 0.4.21."""

from stored import assert_shown


def test_everything_it_exports_is_shown(run, api, tap, variant):
    """Decorated functions and OpenAI; a trace is a session, with tags and an end state."""
    assert_shown(api, tap, run(variant))


def test_its_other_routes_are_answered_as_it_needs(run, tap, variant):
    """The token names a project, else the SDK throws it away; what the program printed is uploaded at the end of a trace."""
    plan = run(variant)
    tokens = tap.accepted("POST", "/v3/auth/token")
    assert len(tokens) == 1
    answer = tokens[0].answer
    assert answer["token"] and answer["project_id"]
    uploads = tap.accepted("POST", "/v4/logs/upload/")
    assert [upload.headers["trace-id"] for upload in uploads] == [str(int(plan["session"], 16))]
    assert "the agent begins" in uploads[0].json["body"]
    assert {upload.bearer for upload in uploads} == {answer["token"]}
    assert uploads[0].answer["url"]
