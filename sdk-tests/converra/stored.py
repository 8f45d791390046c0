"""What Debrief must hold after converra sent something."""

from common.compare import assert_fields, assert_receipts, assert_totals, differences, short
from version import RUNS


def runs(tap):
    """The runs that the SDK opened, with what each was continued by: lists of calls, all of them acknowledged, by the run's id."""
    found = {}
    with tap._lock:
        calls = list(tap.calls)
    for call in calls:
        if call.method != "POST" or not call.path.startswith(RUNS):
            continue
        assert call.status == 200, f"not acknowledged: {call}"
        if call.path == RUNS:
            found[call.answer["data"]["id"]] = [call]
        else:
            found[call.path.removeprefix(f"{RUNS}/").removesuffix("/messages")].append(call)
    return found


def session_of(run, calls):
    """The session that a run is part of: the one it names, else one of its own."""
    return calls[0].json.get("sessionId") or run


def is_captured(body):
    """Whether it is one call that the SDK captured, and not a conversation that somebody sends."""
    return "assignment" in (body.get("metadata") or {})


def expected_of(body):
    """The events that a request amounts to: kind, name and payload of each."""
    if is_captured(body):
        return [("llm", None, body)]
    events = []
    for message in body["messages"]:
        called = message["role"] == "assistant" and any(message.get(name) is not None for name in ("model", "usage", "latencyMs", "latency_ms"))
        events.append(("llm", None, message) if called else ("message", message["role"], message))
        for tool in (message.get("toolCalls") or []) if message["role"] == "assistant" else []:
            events.append(("tool", tool["name"], tool))
            if tool.get("nestedTrace"):
                events.append(("llm", None, tool["nestedTrace"]))
    return events


def assert_all_stored(api, tap, session):
    """Everything sent for `session` is there once, in order, as sent. Returns the stored events."""
    calls = [call for run, calls in runs(tap).items() if session_of(run, calls) == session for call in calls]
    assert calls, f"the SDK sent nothing for session {session!r}"
    expected = [event for call in calls for event in expected_of(call.json)]
    stored = api.events(session)
    assert len(stored) == len(expected), (
        f"sent {len(expected)} events, stored {len(stored)}\nsent: {short(expected, 2000)}\nstored: {short(stored, 2000)}"
    )
    for (kind, name, payload), event in zip(expected, stored, strict=True):
        wrong = differences(payload, event["payload"])
        assert not wrong, f"event {event['seq']}: the payload is not what was sent\n  " + "\n  ".join(wrong)
        assert_fields(event, {"kind": kind, "name": name, "source": "converra", "sessionId": session})
    assert len({event["id"] for event in stored}) == len(stored), "two events share an id"
    assert_totals(api.session(session), stored)
    assert_receipts(api, calls)
    return stored
