"""What Debrief must hold after voker sent something."""

from common.compare import assert_fields, assert_receipts, assert_totals, between, differences, short


def sent_events(tap, session):
    """The bodies of the events that the SDK sent for one session, all of them acknowledged."""
    calls = tap.accepted("POST", "/api/v1/events")
    return [call for call in calls if call.json["session"] == session]


def assert_all_stored(api, tap, session):
    """Everything sent for `session` is there once, in order, as sent. Returns the stored events."""
    calls = sent_events(tap, session)
    assert calls, f"the SDK sent nothing for session {session!r}"
    stored = api.events(session)
    assert len(stored) == len(calls), (
        f"sent {len(calls)} events, stored {len(stored)}\nsent: {short([call.json for call in calls], 2000)}\nstored: {short(stored, 2000)}"
    )
    for call, event in zip(calls, stored, strict=True):
        wrong = differences(call.json["properties"], event["payload"])
        assert not wrong, f"event {event['seq']}: the payload is not what was sent\n  " + "\n  ".join(wrong)
        assert_fields(event, as_mentioned(call.json))
    assert len({event["id"] for event in stored}) == len(stored), "two events share an id"
    newest_first = api.events(session, order="desc")
    assert [event["id"] for event in newest_first] == [event["id"] for event in reversed(stored)], "order=desc is not the reverse of order=asc"
    one = api.session(session)
    active = between(max(event["occurredAt"] for event in stored), max(event["recordedAt"] for event in stored))
    assert_fields(one, {"sessionId": session, "lastActivityAt": active})
    assert_totals(one, stored)
    assert_receipts(api, calls)
    return stored


def as_mentioned(body):
    """The fields that follow from the request around the payload."""
    return {
        "kind": "llm", "eventType": "llm.completed", "source": "voker", "sessionId": body["session"],
        "agent": body.get("agent") or "default", "agentVersion": body.get("agent_version") or "default",
        "person": body.get("person"), "fingerprintId": body["fingerprint_id"],
    }
