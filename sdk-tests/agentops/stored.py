"""What Debrief must hold after agentops sent something."""

from common.compare import assert_receipts, assert_totals, at, differences, micros, one_of, short, wrong_fields

KINDS = {"llms": "llm", "tools": "tool", "actions": "action", "errors": "error"}


def session_of_token(tap):
    """Which session each token was given for."""
    tokens = {}
    for call in tap.accepted("POST", "/v2/create_session"):
        tokens[call.answer["jwt"]] = call.json["session"]["session_id"]
    for call in tap.accepted("POST", "/v2/reauthorize_jwt"):
        tokens[call.answer["jwt"]] = call.json["session_id"]
    return tokens


def sent_events(tap, session):
    """The calls that carried events for one session, and the events: with an id the last sent of each, without one all."""
    tokens = session_of_token(tap)
    calls = [call for call in tap.accepted("POST", "/v2/create_events") if tokens[call.bearer] == session]
    identified, anonymous = {}, []
    for call in calls:
        for event in call.json["events"]:
            if "id" in event:
                identified[event["id"]] = event
            else:
                anonymous.append(event)
    return calls, identified, anonymous


def last_update(tap, session):
    """The last state of a session that the SDK sent."""
    calls = tap.accepted("POST", "/v2/create_session") + tap.accepted("POST", "/v2/update_session")
    return [call.json["session"] for call in calls if call.json["session"]["session_id"] == session][-1]


def assert_all_stored(api, tap, session):
    """Everything sent for `session` is there once, as sent. Returns the stored events, oldest first."""
    calls, identified, anonymous = sent_events(tap, session)
    agents = {call.json["id"]: call.json["name"] for call in tap.accepted("POST", "/v2/create_agent")}
    stored = api.events(session)
    count = len(identified) + len(anonymous)
    assert len(stored) == count, (
        f"sent {count} events, stored {len(stored)}\nsent: {short([*identified.values(), *anonymous], 2000)}\nstored: {short(stored, 2000)}"
    )
    by_key = {event["key"]: event for event in stored if event["key"] is not None}
    for key, event in identified.items():
        assert key in by_key, f"event {key} was sent and not stored: {short(event, 1000)}"
        wrong = mistakes(event, by_key[key], agents)
        assert not wrong, f"event {key} is wrong:\n  " + "\n  ".join(wrong) + f"\nsent {short(event, 1500)}\nstored {short(by_key[key], 2500)}"
    assert_each_once(anonymous, [event for event in stored if event["key"] is None], agents)
    assert len({event["id"] for event in stored}) == len(stored), "two events share an id"
    newest_first = api.events(session, order="desc")
    assert [event["id"] for event in newest_first] == [event["id"] for event in reversed(stored)], "order=desc is not the reverse of order=asc"
    assert_session(api.session(session), last_update(tap, session), stored)
    assert_receipts(api, calls)
    return stored


def assert_each_once(sent, stored, agents):
    """Events without ids: each sent one finds a stored one of its own."""
    left = list(stored)
    for event in sent:
        tried = [(mistakes(event, candidate, agents), candidate) for candidate in left]
        assert tried, f"sent without an id and not stored: {short(event, 1000)}"
        wrong, best = min(tried, key=lambda pair: len(pair[0]))
        assert not wrong, "an event without an id is wrong:\n  " + "\n  ".join(wrong) + f"\nsent {short(event, 1500)}\nnearest stored {short(best, 2500)}"
        left.remove(best)
    assert not left, f"stored and never sent: {short(left, 2000)}"


def mistakes(event, stored, agents):
    """What is wrong with a stored event, given the one that was sent."""
    return differences(event, stored["payload"], "payload") + wrong_fields(stored, expected_fields(event, agents))


def expected_fields(event, agents):
    """The fields that follow from one sent event."""
    began, stopped = event.get("init_timestamp") or event.get("timestamp"), event.get("end_timestamp")
    kind = KINDS[event["event_type"]]
    expected = {"kind": kind, "source": "agentops", "key": event.get("id"), "occurredAt": at(began)}
    if "id" in event:
        expected["id"] = event["id"]
    if stopped:
        expected["endedAt"] = at(stopped)
        if kind != "error":
            expected["durationMs"] = lasting(micros(stopped) - micros(began))
    if event.get("agent_id") in agents:
        expected["agent"] = agents[event["agent_id"]]
    return {**expected, **OF_KIND[kind](event)}


def of_llm(event):
    params = event.get("params") or {}
    expected = {
        "eventType": "llm.completed", "responseModel": event.get("model"),
        "inputTokens": event.get("prompt_tokens"), "outputTokens": event.get("completion_tokens"),
        "input": says(event.get("prompt")), "output": says(event.get("completion")),
    }
    if params.get("model"):
        expected["requestModel"] = params["model"]
    if event.get("model") and not params.get("model"):
        # The event names one model only; whether it was asked for or answered nobody said.
        del expected["responseModel"]
    return expected


def of_tool(event):
    return {"eventType": one_of("tool.completed", "tool.failed"), "name": event.get("name")}


def of_action(event):
    return {"eventType": one_of("action.completed", "action.failed"), "name": event.get("action_type")}


def of_error(event):
    expected = {"eventType": "error.raised", "status": "error", "errorType": event.get("error_type"), "errorMessage": event.get("details")}
    if event.get("trigger_event_id"):
        expected["causationId"] = event["trigger_event_id"]
    return expected


OF_KIND = {"llm": of_llm, "tool": of_tool, "action": of_action, "error": of_error}


def says(content):
    """An expectation: messages with these texts."""
    if content is None or content == "":
        wanted = []
    else:
        parts = content if isinstance(content, list) else [content]
        wanted = [(one.get("content") if isinstance(one, dict) else one) or None for one in parts]

    def same(messages):
        return [message["text"] or None for message in messages or []] == wanted

    same.__doc__ = f"messages with the texts {wanted!r}"
    return same


def lasting(microseconds):
    """An expectation: this many microseconds, in milliseconds, to the millisecond."""

    def close(value):
        return value is not None and abs(value * 1000 - microseconds) < 1000

    close.__doc__ = f"about {microseconds / 1000} ms"
    return close


def assert_session(stored, sent, events):
    """The session is in the state that was sent last."""
    expected = {
        "sessionId": sent["session_id"], "startedAt": at(sent["init_timestamp"]), "endedAt": at(sent["end_timestamp"]),
        "endState": sent["end_state"], "endStateReason": sent["end_state_reason"], "video": sent["video"], "hostEnv": sent["host_env"],
    }
    wrong = wrong_fields(stored, expected)
    assert not wrong, "the session is not as sent:\n  " + "\n  ".join(wrong)
    assert sorted(stored["tags"]) == sorted(sent["tags"] or []), f"tags: sent {sent['tags']}, stored {stored['tags']}"
    assert_totals(stored, events)
