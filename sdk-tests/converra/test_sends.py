"""Conversations that a program sends itself: opened, continued, with everything that can be said."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from stored import assert_all_stored, runs
from version import RUNS

from common.compare import assert_fields, at, texts
from converra import ConversationMessage, ConverraError, NestedTrace, ToolCall, ToolDefinition, Usage

HELLO = [{"role": "user", "content": "Hi 🇫🇷 Łódź"}, {"role": "assistant", "content": "Hello!"}]
NAMES = ["with spaces and  two", "smörgås 東京 🚀", "a/b?c#d&e=f", 'quote"d \\ back', "n" * 1000]


def test_a_conversation(sdk, api, tap, unique):
    name = unique("agent")
    run = sdk.send(agent=name, messages=HELLO).conversation_id
    assert_all_stored(api, tap, run)
    expected = {
        "sessionId": run, "agent": name, "agents": [name], "agentVersion": "default", "person": None, "title": None, "tags": [],
        "metadata": {"source": "sdk"}, "endState": "completed", "lifecycle": "completed", "lifecycleReason": "told",
        "messages": {"user": 1, "assistant": 1},
    }
    session = api.session(run)
    assert_fields(session, expected)
    assert session["endedAt"] is not None
    [answer] = [calls[0].answer for calls in runs(tap).values()]
    assert answer["id"] == answer["data"]["id"] == run
    assert answer["data"]["agentId"] == api.ask("GET", f"/api/v1/agents/{name}")["id"]


def test_everything_that_can_be_said(sdk, api, tap, unique):
    session, person, name = unique("session"), unique("person"), unique("agent")
    called = ConversationMessage(
        role="assistant", content="30 days.", timestamp="2026-01-20T14:30:02.5Z", model="gpt-4o-2024-08-06",
        tool_calls=[
            ToolCall("lookup_policy", {"topic": "returns", "deep": [1, 2.5, None]}, "30 days", "call_1", NestedTrace("returns?", "30 days", "be terse", "gpt-4o-mini")),
            ToolCall("no_result", {}),
        ],
        usage=Usage(200, 85), latency_ms=1200.5, metadata={"turn": 1},
    )
    sent = sdk.send(
        agent=name, user_id=person, session_id=session, status="active", title="Order help", metadata={"plan": "pro", "n": 1.0},
        trace_id="trace-1", parent_trace_id="trace-0", tool_definitions=[ToolDefinition("lookup_policy", "Looks a policy up", {})],
        messages=[
            ConversationMessage(role="system", content="You are a support agent."),
            ConversationMessage(role="user", content="What is your return policy?", timestamp="2026-01-20T14:30:00Z"),
            called,
        ],
    )
    stored = assert_all_stored(api, tap, session)
    assert [event["kind"] for event in stored] == ["message", "message", "llm", "tool", "llm", "tool"]
    system, question, call, tool, nested, silent = stored
    assert_fields(system, {"occurredAt": at("2026-01-20T14:30:00Z")})
    assert_fields(question, {"occurredAt": at("2026-01-20T14:30:00Z"), "person": person, "traceId": "trace-1"})
    assert texts(question["output"]) == [("user", "What is your return policy?")]
    assert_fields(call, {
        "occurredAt": at("2026-01-20T14:30:02.5Z"), "durationMs": 1200.5, "responseModel": "gpt-4o-2024-08-06", "inputTokens": 200,
        "outputTokens": 85, "status": "ok", "agent": name, "person": person, "traceId": "trace-1",
    })
    assert texts(call["output"]) == [("assistant", "30 days.")]
    assert_fields(tool, {"status": "ok", "causationId": call["id"], "eventType": "tool.completed"})
    assert_fields(nested, {"causationId": tool["id"], "requestModel": "gpt-4o-mini"})
    assert_fields(silent, {"status": "unset", "causationId": call["id"]})
    metadata = {
        "plan": "pro", "n": 1.0, "source": "sdk", "traceId": "trace-1", "parentTraceId": "trace-0",
        "toolDefinitions": [{"name": "lookup_policy", "description": "Looks a policy up", "parameters": {}}],
    }
    assert_fields(api.session(session), {
        "agent": name, "person": person, "title": "Order help", "metadata": metadata, "endedAt": None, "endState": "active",
        "lifecycle": "in_progress", "messages": {"user": 1, "assistant": 1},
    })
    assert api.session(sent.conversation_id)["sessionId"] == session, "the run's id finds its session"
    assert person in api.people()


def test_a_conversation_goes_on(sdk, api, tap, unique):
    name = unique("agent")
    run = sdk.send(agent=name, messages=HELLO, status="active", metadata={"plan": "pro"}).conversation_id
    assert api.session(run)["lifecycle"] == "in_progress"
    again = sdk.send(agent=name, conversation_id=run, messages=[{"role": "user", "content": "Thanks"}], metadata={"k": "v"})
    assert again.conversation_id == run
    sdk.send(agent=name, conversation_id=run, messages=[{"role": "assistant", "content": "Bye", "usage": {"promptTokens": 3, "completionTokens": 1}}], status="completed")
    stored = assert_all_stored(api, tap, run)
    assert [event["kind"] for event in stored] == ["message", "message", "message", "llm"]
    assert all(event["agent"] == name for event in stored)
    assert_fields(api.session(run), {
        "metadata": {"plan": "pro", "source": "sdk", "k": "v"}, "lifecycle": "completed", "lifecycleReason": "told",
        "messages": {"user": 2, "assistant": 2},
    })


def test_conversations_of_one_session(sdk, api, tap, unique):
    session, first, second = unique("session"), unique("first"), unique("second")
    for name in (first, second, first):
        sdk.send(agent=name, messages=HELLO, session_id=session, status="active")
    stored = assert_all_stored(api, tap, session)
    assert [event["agent"] for event in stored] == [first] * 2 + [second] * 2 + [first] * 2
    assert_fields(api.session(session), {"agent": first, "agents": [first, second], "messages": {"user": 3, "assistant": 3}})
    assert len({calls[0].answer["data"]["id"] for calls in runs(tap).values()}) == 3
    assert [calls[0].answer["data"]["agentId"] for calls in runs(tap).values()] == [
        api.ask("GET", f"/api/v1/agents/{name}")["id"] for name in (first, second, first)
    ]


@pytest.mark.parametrize("status, state", [("completed", "completed"), ("abandoned", "abandoned"), ("active", "in_progress"), ("in_progress", "in_progress")])
def test_how_a_conversation_stands(sdk, api, tap, unique, status, state):
    run = sdk.send(agent=unique("agent"), messages=HELLO, status=status).conversation_id
    assert_all_stored(api, tap, run)
    assert_fields(api.session(run), {"endState": status, "lifecycle": state})


@pytest.mark.parametrize("name", NAMES, ids=["spaces", "non-ascii", "punctuation", "quotes", "1000-characters"])
def test_names_of_every_kind(sdk, api, tap, unique, name):
    session, person, agent_name = unique(f"session {name}"), unique(f"person {name}"), unique(f"agent {name}")
    sdk.send(agent=agent_name, messages=HELLO, session_id=session, user_id=person, title=name)
    assert_all_stored(api, tap, session)
    assert_fields(api.session(session), {"sessionId": session, "agent": agent_name, "person": person, "title": name})


def test_messages_that_pass_through_the_sdk(sdk, api, tap, unique):
    """Plain dicts are sent as they are, in whatever form a program has them."""
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}]},
        {"role": "assistant", "content": None, "latency_ms": 250, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"x\":1}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "a cat"},
        {"role": "assistant", "content": "A cat.", "model": None, "extra": {"deep": [None, 1e3]}},
    ]
    run = sdk.send(agent=unique("agent"), messages=messages).conversation_id
    stored = assert_all_stored(api, tap, run)
    assert [event["kind"] for event in stored] == ["message", "llm", "message", "message"]
    assert_fields(stored[1], {"durationMs": 250.0})
    assert [(call["id"], call["name"], call["arguments"]) for call in stored[1]["output"][0]["toolCalls"]] == [("c1", "look", {"x": 1})]
    assert texts(stored[2]["output"]) == [("tool", "a cat")]


def test_a_long_conversation(sdk, api, tap, unique):
    messages = [{"role": ("user", "assistant")[turn % 2], "content": f"turn {turn} " + "x" * 500} for turn in range(400)]
    run = sdk.send(agent=unique("agent"), messages=messages).conversation_id
    assert_all_stored(api, tap, run)
    assert api.session(run)["messages"] == {"user": 200, "assistant": 200}


def test_many_at_once(sdk, api, tap, unique):
    names = [unique(f"agent {number}") for number in range(8)]

    def talk(name):
        run = sdk.send(agent=name, messages=HELLO, status="active").conversation_id
        for turn in range(5):
            sdk.send(agent=name, conversation_id=run, messages=[{"role": "user", "content": f"turn {turn}"}])
        return run

    with ThreadPoolExecutor(len(names)) as pool:
        talked = list(pool.map(talk, names))
    assert len(set(talked)) == len(names)
    for name, run in zip(names, talked, strict=True):
        stored = assert_all_stored(api, tap, run)
        assert len(stored) == 7 and {event["agent"] for event in stored} == {name}


def test_refusals_are_errors_of_the_sdk(sdk, make, tap, unique):
    with pytest.raises(ConverraError):
        sdk.send(agent="a", conversation_id="run_none", messages=HELLO)
    with pytest.raises(ConverraError):
        sdk.send(agent="a", messages=[])
    with pytest.raises(ConverraError):
        make(api_key="not a key").send(agent="a", messages=HELLO)
    assert [call.status for call in tap.calls] == [404, 400, 401]
    assert all(set(call.answer["error"]) >= {"code", "message"} for call in tap.calls)


def test_the_same_request_again(api, tap, unique):
    """The SDK has no parameter for it, its documents do."""
    direct = type(api)(tap.url, api.key)
    body = {"agentName": unique("agent"), "messages": HELLO, "idempotencyKey": unique("key"), "status": "completed"}
    first = direct.ask("POST", RUNS, body)
    assert direct.ask("POST", RUNS, body) == first
    assert len(api.events(first["id"])) == 2
