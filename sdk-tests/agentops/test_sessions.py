"""Sessions: how they end, their tags, agents, tokens and analytics, and several of them at once."""

from decimal import Decimal

import pytest
from stored import assert_all_stored, last_update, sent_events

from common.fake_models import Reply


@pytest.mark.parametrize("state", ["Success", "Fail", "Indeterminate"])
def test_end_states(run, api, tap, state):
    reason = f"because of {state} — ünïcode"
    result = run("end_state", state=state, reason=reason, video="https://example.com/v.mp4").result
    assert_all_stored(api, tap, result["session"])
    session = api.session(result["session"])
    assert (session["endState"], session["endStateReason"], session["video"]) == (state, reason, "https://example.com/v.mp4")
    assert session["endedAt"] is not None
    assert result["session"] in [one["sessionId"] for one in api.sessions(endState=state, limit=1000)["sessions"]]


def test_no_end_state_the_sdk_does_not_know(run, api, tap):
    """The SDK itself refuses; the session stays open."""
    result = run("end_state", state="Exploded", reason=None, video=None).result
    assert result["kind"] == "NoneType"
    session = api.session(result["session"])
    assert (session["endState"], session["endedAt"]) == ("Indeterminate", None)


def test_the_modules_functions(run, api, tap):
    result = run("module_functions").result
    [event] = assert_all_stored(api, tap, result["session"])
    assert event["name"] == "via module"
    session = api.session(result["session"])
    assert set(session["tags"]) == {"a", "b"}
    assert "Module Agent" in session["agents"]


@pytest.mark.parametrize("replaced", [None, ["only", "this"]], ids=["added", "replaced"])
def test_tags(run, api, tap, unique, replaced):
    default, added = unique("default tag"), unique("ädded")
    result = run("tags", default=[default], added=[added, default], replaced=replaced).result
    session = api.session(result["session"])
    assert set(session["tags"]) == set(replaced or [default, added]), last_update(tap, result["session"])
    if replaced is None:
        for tag in (default, added):
            assert [one["sessionId"] for one in api.sessions(tag=tag)["sessions"]] == [result["session"]]
    else:
        assert api.sessions(tag=added)["total"] == 0, "a tag that was replaced still finds the session"


def test_agents(run, api, tap):
    """Agents belong to the session, events to agents, and creating one again renames it."""
    result = run("agents").result
    planner, other = result["agents"]
    stored = {event["payload"]["agent_id"]: event for event in api.events(result["session"])}
    assert stored[other]["agent"] == "Ünïcode Agent"
    assert stored[planner]["agent"] in ("Planner", "Planner renamed")
    assert len(stored) == 2
    assert "Ünïcode Agent" in api.session(result["session"])["agents"]


def test_a_repeated_queue_does_not_double_events(run, api, tap, sdk):
    result = run("tags_between_events").result
    stored = assert_all_stored(api, tap, result["session"])
    assert len(stored) == 10
    updates = [call.json["session"] for call in tap.accepted("POST", "/v2/update_session")]
    repeated = sum(len(update.get("queue") or []) for update in updates)
    assert (repeated > 0) == (sdk == "0.3.17"), f"agentops {sdk} repeated {repeated} queued events in update_session"
    assert set(api.session(result["session"])["tags"]) == {f"turn-{turn}" for turn in range(5)}


def test_several_sessions_at_once(run, models, api, tap, sdk):
    results = run("several_sessions", openai=models.url(Reply())).result
    first, third, second = (result["session"] for result in results)
    names = {session: [event["name"] for event in assert_all_stored(api, tap, session)] for session in (first, second, third)}
    assert names[first] == ["first"]
    assert sorted(map(str, names[second])) == ["None", "second", "second again"]
    assert sorted(map(str, names[third])) == ["None", "third"]
    states = [api.session(session)["endState"] for session in (first, second, third)]
    assert states == ["Success", "Indeterminate", "Fail"]
    assert "Second's agent" in api.session(second)["agents"]
    stale = [call for call in tap.to("POST", "/v2/create_session") if call.bearer]
    assert bool(stale) == (sdk == "0.3.17"), "0.3.17 creates a session with the token of an earlier one, 0.3.26 with none"


def test_an_inherited_session(run, api, tap):
    """Three processes, one session: the second starts while the first never ended it, the third ends it."""
    session = run("inherit", session_id=None, name="one", end=False).result["session"]
    for name, end in (("two", False), ("three", True)):
        assert run("inherit", session_id=session, name=name, end=end).result["session"] == session
    names = [event["name"] for event in api.events(session)]
    assert sorted(names) == ["one", "three", "two"]
    _, identified, anonymous = sent_events(tap, session)
    assert (len(identified), len(anonymous)) == (3, 0)
    creates = tap.accepted("POST", "/v2/create_session")
    assert len(creates) == 3 and len({call.json["session"]["session_id"] for call in creates}) == 1
    assert api.session(session)["endState"] == "Success"
    assert api.sessions(limit=1000)["total"] == len({one["id"] for one in api.sessions(limit=1000)["sessions"]})


def test_reauthorize(run, api, tap):
    result = run("reauthorize").result
    assert result["after"] and result["after"].count(".") == 2, f"no new token: {result}"
    stored = assert_all_stored(api, tap, result["session"])
    assert [event["name"] for event in stored] == ["before", "after"]
    last = tap.to("POST", "/v2/update_session")[-1]
    assert last.bearer == result["after"], "the SDK went on with the new token"


def test_analytics_and_token_cost(run, api, tap, sdk):
    """Without a price there is no token_cost, and the SDK makes zero of that; it must be able to read whatever comes."""
    scenario = "end_state" if sdk == "0.3.17" else "analytics"
    arguments = {"state": "Success", "reason": None, "video": None} if sdk == "0.3.17" else {}
    outcome = run(scenario, **arguments)
    assert_all_stored(api, tap, outcome.result["session"])
    assert outcome.result["kind"] == "Decimal", f"end_session gave {outcome.result}\n{outcome.log}"
    answer = tap.to("POST", "/v2/update_session")[-1].answer
    assert isinstance(answer, dict), f"update_session must answer an object, not {answer!r}"
    assert Decimal(outcome.result["cost"]) == Decimal(answer.get("token_cost") or 0)
    assert isinstance(answer.get("token_cost", ""), str), "a JSON number prints binary noise"
    assert "Session Stats" in outcome.log
    if sdk != "0.3.17":
        assert outcome.result["stats"]["Tool calls"] == "1"


def test_the_sessions_url_is_printed(run, tap, sdk):
    """0.3.17 shows the user the address that the server answered; 0.3.26 has its own idea of it."""
    outcome = run("end_state", state="Success", reason=None, video=None)
    [created] = tap.accepted("POST", "/v2/create_session")
    url = created.answer["session_url"]
    assert url.startswith("http") and outcome.result["session"] in url
    assert "Session Replay" in outcome.log
    if sdk == "0.3.17":
        assert url in outcome.log


def test_a_parent_key_is_sent_and_accepted(run, api, tap):
    parent = "99999999-2222-4333-8444-555555555555"
    result = run("parent_key", key=parent).result
    [created] = tap.accepted("POST", "/v2/create_session")
    assert created.headers["x-agentops-parent-key"] == parent
    assert api.session(result["session"])["endState"] == "Success"


def test_an_unknown_key_is_refused_with_a_reason(run, tap):
    outcome = run("refused", api_key="11111111-2222-4333-8444-000000000000")
    assert outcome.result["session"] == "None"
    [created] = tap.to("POST", "/v2/create_session")
    assert created.status in (400, 401) and created.answer["message"]
    assert "Could not start session" in outcome.log


def test_an_uncaught_exception_ends_the_session_as_failed(run, api, tap):
    run("uncaught", exits=1)
    [created] = tap.accepted("POST", "/v2/create_session")
    session = created.json["session"]["session_id"]
    [event] = assert_all_stored(api, tap, session)
    assert event["name"] == "before the crash"
    ended = api.session(session)
    assert ended["endState"] == "Fail"
    assert "nobody caught this" in ended["endStateReason"] and "Traceback" in ended["endStateReason"]


def test_time_travel_gets_a_list(run, tap):
    """The SDK's time travel asks without credentials and needs an array."""
    outcome = run("time_travel", id="7f1f3f39-3c2e-4b0e-9a65-0d2f6a7d9b11")
    [asked] = tap.to("GET", "/v2/ttd/7f1f3f39-3c2e-4b0e-9a65-0d2f6a7d9b11")
    assert asked.status == 200 and isinstance(asked.answer, list), asked
    assert "Error" not in outcome.log


def test_nothing_leaves_this_machine(run):
    """Whatever endpoint it was given, the SDK asks a package index for its newest version. That is stopped, and all it tries."""
    outcome = run("end_state", state="Success", reason=None, video=None)
    assert len(outcome.refused) == 1, outcome.refused
