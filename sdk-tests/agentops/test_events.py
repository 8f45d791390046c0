"""Events of every class, recorded by hand, by decorators and by the instrumented model clients."""

from decimal import Decimal

import pytest
from stored import assert_all_stored, sent_events

from common.compare import assert_fields
from common.fake_models import Reply, ToolCall


def only(events, kind):
    """The one event of a kind."""
    found = [event for event in events if event["kind"] == kind]
    assert len(found) == 1, f"{len(found)} events of kind {kind}: {[event['kind'] for event in events]}"
    return found[0]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_openai(run, models, api, tap, stream):
    reply = Reply(input=24, output=9)
    result = run("openai_calls", openai=models.url(reply), stream=stream).result
    assert result["text"] == reply.text
    event = only(assert_all_stored(api, tap, result["session"]), "llm")
    # A stream has no counts, and what was not counted has no price.
    unknown = {"inputTokens": None, "outputTokens": None, "costUsd": None, "costSource": None}
    counted = {"inputTokens": 24, "outputTokens": 9, "costUsd": "0.00015", "costSource": "computed"}
    assert_fields(event, {"requestModel": "gpt-4o", "responseModel": "gpt-4o-2024-08-06", **(unknown if stream else counted)})
    assert [(message["role"], message["text"]) for message in event["output"]] == [("assistant", reply.text)]
    assert [message["role"] for message in event["input"]] == ["system", "user"]


def test_openai_async(run, models, api, tap):
    result = run("openai_async", openai=models.url(Reply())).result
    only(assert_all_stored(api, tap, result["session"]), "llm")


def test_openai_tool_call(run, models, api, tap, sdk):
    tool = ToolCall("get_weather", {"city": "Zürich", "n": 1.5}, "call_abc")
    result = run("openai_tool_call", openai=models.url(Reply(pieces=[], tools=[tool]))).result
    event = only(assert_all_stored(api, tap, result["session"]), "llm")
    assert event["payload"]["completion"]["tool_calls"], f"agentops {sdk} sent no tool calls"
    assert event["toolCalls"] == [{"id": "call_abc", "name": tool.name, "arguments": tool.arguments}]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_anthropic(run, models, api, tap, stream):
    reply = Reply(input=24, output=9)
    result = run("anthropic_calls", anthropic=models.url(reply), stream=stream).result
    event = only(assert_all_stored(api, tap, result["session"]), "llm")
    assert_fields(event, {"requestModel": "claude-3-5-sonnet-20240620", "inputTokens": 24, "outputTokens": 9})
    assert [(message["role"], message["text"]) for message in event["output"]] == [("assistant", reply.text)]


def test_recorded_events(run, api, tap):
    result = run("recorded_events").result
    stored = assert_all_stored(api, tap, result["session"])
    kinds = [event["kind"] for event in stored]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"llm": 3, "tool": 2, "action": 2, "error": 2}
    assert {event["errorType"] for event in stored if event["kind"] == "error"} == {"QuotaExceeded", "ValueError"}
    for kind in ("llm", "tool", "action", "error"):
        assert api.events(result["session"], kind=kind) == [event for event in stored if event["kind"] == kind], f"events?kind={kind}"


def test_a_cost_that_the_caller_reports(run, api, tap, sdk):
    if sdk == "0.3.17":
        with pytest.raises(AssertionError, match="unexpected keyword argument 'cost'"):
            run("costed_event", cost=0.0123)
        return
    result = run("costed_event", cost=0.0123).result
    event = only(assert_all_stored(api, tap, result["session"]), "llm")
    assert event["costSource"] == "reported"
    assert Decimal(event["costUsd"]) == Decimal("0.0123")


def test_decorators_and_a_tracked_agent(run, models, api, tap):
    result = run("decorated", openai=models.url(Reply())).result
    stored = assert_all_stored(api, tap, result["session"])
    named = {event["name"]: event for event in stored if event["kind"] != "llm"}
    assert set(named) == {"database_query", "plan", "fetch"}
    assert named["database_query"]["payload"]["params"] == {"limit": 5, "sql": "SELECT 1"}
    assert named["fetch"]["payload"]["returns"] == ["a", "b", "https://example.com"]
    assert only(stored, "llm")["agent"] == "Researcher", "a call made inside a tracked agent belongs to it"
    assert "Researcher" in api.session(result["session"])["agents"]


def test_failing_tool(run, api, tap, sdk):
    """0.3.17 sends the failing event and an error that points at it; 0.3.26 sends the error alone."""
    result = run("failing_tool").result
    stored = assert_all_stored(api, tap, result["session"])
    errors = {event["errorType"]: event for event in stored if event["kind"] == "error"}
    assert set(errors) == {"ValueError", "KeyError"}
    assert errors["ValueError"]["errorMessage"] == "tool exploded on 1"
    triggers = {event["name"]: event for event in stored if event["kind"] != "error"}
    if sdk == "0.3.17":
        assert set(triggers) == {"broken_tool", "broken_action"}
        assert errors["ValueError"]["causationId"] == triggers["broken_tool"]["key"]
        assert errors["KeyError"]["causationId"] == triggers["broken_action"]["key"]
    else:
        assert triggers == {}


def test_an_event_sent_twice_is_one_event(run, api, tap, sdk):
    result = run("recorded_then_failed").result
    stored = assert_all_stored(api, tap, result["session"])
    tool = only(stored, "tool")
    only(stored, "error")
    calls, _, _ = sent_events(tap, result["session"])
    times = sum(event.get("id") == tool["key"] for call in calls for event in call.json["events"])
    assert times == (2 if sdk == "0.3.17" else 1)


def test_many_events_arrive_once_each(run, api, tap):
    result = run("many_events", count=300).result
    stored = assert_all_stored(api, tap, result["session"])
    assert {event["payload"]["params"]["number"] for event in stored} == set(range(300))
