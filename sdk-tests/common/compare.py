"""Comparing what was sent with what was stored, and saying plainly where they differ."""

import json
from datetime import datetime, timezone


def differences(sent, stored, where="$"):
    """Every difference between two JSON values. Unlike `==`, 1, 1.0 and True are three different values."""
    if type(sent) is not type(stored):
        return [f"{where}: sent {short(sent)}, stored {short(stored)}"]
    if isinstance(sent, dict):
        found = []
        for name in sent.keys() | stored.keys():
            if name not in stored:
                found.append(f"{where}.{name}: sent {short(sent[name])}, not stored")
            elif name not in sent:
                found.append(f"{where}.{name}: never sent, stored {short(stored[name])}")
            else:
                found += differences(sent[name], stored[name], f"{where}.{name}")
        return found
    if isinstance(sent, list):
        if len(sent) != len(stored):
            return [f"{where}: sent {len(sent)} items, stored {len(stored)}"]
        return [line for at, pair in enumerate(zip(sent, stored, strict=True)) for line in differences(*pair, f"{where}[{at}]")]
    return [] if sent == stored else [f"{where}: sent {short(sent)}, stored {short(stored)}"]


def wrong_fields(event, expected):
    """The fields of a stored event that are not as expected. A callable expectation is asked, anything else must be equal."""
    found = []
    for name, want in expected.items():
        if name not in event:
            found.append(f"{name}: missing")
        elif callable(want):
            if not want(event[name]):
                found.append(f"{name}: {short(event[name])} does not satisfy {want.__doc__ or want.__name__}")
        else:
            found += differences(want, event[name], name)
    return found


def assert_fields(event, expected):
    """Fail with everything that is wrong about one stored event."""
    found = wrong_fields(event, expected)
    assert not found, "wrong fields (sent = expected):\n  " + "\n  ".join(found) + f"\nin {short(event, 3000)}"


def assert_totals(session, events):
    """A session's totals are what its events add up to."""

    def count(kind):
        return sum(event["kind"] == kind for event in events)

    def added(field):
        known = [event[field] for event in events if event[field] is not None]
        return sum(known) if known else None

    expected = {
        "events": len(events), "llmCalls": count("llm"), "toolCalls": count("tool"), "actions": count("action"),
        "errors": count("error"), "failures": sum(event["status"] == "error" for event in events),
    }
    for field in ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens"):
        expected[field] = added(field)
    found = wrong_fields(session["totals"], expected)
    assert not found, "the totals are not the sum of the events (sent = sum):\n  " + "\n  ".join(found)


def assert_receipts(api, calls):
    """Every acknowledged write names a position, and that position is accepted, durable and readable at once."""
    for call in calls:
        position = call.answered.get("x-debrief-position")
        assert position is not None, f"no X-Debrief-Position on an acknowledged write: {call}"
        receipt = api.receipt(position)
        expected = {"position": int(position), "accepted": True, "durable": True, "readable": True}
        found = wrong_fields(receipt, expected)
        assert not found, f"receipt of position {position}: {found}"


def texts(messages):
    """Role and text of each message."""
    return [(message["role"], message["text"]) for message in messages or []]


def micros(moment):
    """An RFC 3339 time as microseconds since the epoch; None stays None."""
    if moment is None:
        return None
    parsed = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    span = parsed - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def at(moment):
    """An expectation: the same instant as `moment`, however it is written."""

    def same(value):
        return micros(value) == micros(moment)

    same.__doc__ = f"the instant {moment}"
    return same


def between(first, last):
    """An expectation: an instant from `first` to `last`, both included."""

    def within(value):
        return micros(first) <= micros(value) <= micros(last)

    within.__doc__ = f"an instant from {first} to {last}"
    return within


def one_of(*values):
    """An expectation: one of `values`."""

    def among(value):
        return value in values

    among.__doc__ = f"one of {values!r}"
    return among


def short(value, limit=300):
    """A value for a message."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
