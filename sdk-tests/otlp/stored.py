"""What Debrief must show after a program exported something: what the tap saw, and what the program planned.

Nothing here waits: an export that was acknowledged can be read.
"""

import json

import wire
from common.compare import assert_totals, differences, micros, short, wrong_fields

OF_CALLS = (
    "provider", "requestModel", "responseModel", "responseId", "finishReason", "inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens",
    "status", "errorMessage",
)


def assert_shown(api, tap, plan):
    """Everything planned is shown and every span sent is stored once. Returns the events of the planned session."""
    sent = spans_sent(tap)
    session_id = plan.get("session") or trace_named(sent, plan["root"])
    session, events = api.session(session_id), api.events(session_id)
    assert events, f"session {session_id} has no events"
    assert_session(session, events, plan)
    assert_each_span_once(events + [event for other in plan.get("others", []) for event in api.events(other["session"])], sent)
    assert_calls(of_kind(events, "llm"), plan)
    assert_tools(of_kind(events, "tool"), plan)
    names = [event["name"] for event in of_kind(events, "span")]
    missing = [name for name in plan["spans"] if name not in names]
    assert not missing, f"no span is named {missing}; there are {names}"
    for other in plan.get("others", []):
        if "endState" in other:
            assert api.session(other["session"])["endState"] == other["endState"]
    return events


def of_kind(events, kind):
    return [event for event in events if event["kind"] == kind]


def spans_sent(tap):
    """Every span that passed the tap, each of whose requests must have been acknowledged."""
    spans = []
    for call in tap.calls:
        if call.path.endswith("/traces"):
            assert call.status == 200, f"an export was not acknowledged: {call}"
            kind = call.headers.get("content-type", "").split(";")[0]
            spans += wire.spans(wire.decoded(call.path, kind, wire.inflated(call.body, call.headers.get("content-encoding"))))
    return spans


def trace_named(sent, root):
    """The trace whose first span has this name, for programs that cannot say which trace is theirs."""
    traces = [span["traceId"] for span in sent if span["name"] == root and not span.get("parentSpanId")]
    assert len(traces) == 1, f"{len(traces)} traces begin with a span named {root}"
    return traces[0]


def assert_session(session, events, plan):
    """What the client said of the session as a whole."""
    expected = {}
    if "endState" in plan:
        expected["endState"] = plan["endState"]
    if "user" in plan:
        expected["person"] = plan["user"]
    if "tags" in plan:
        expected["tags"] = same_members(plan["tags"])
    if plan.get("session"):
        expected["sessionId"] = plan["session"]
    if "agent" in plan:
        expected["agents"] = holding(plan.get("agents", [plan["agent"]]))
    found = wrong_fields(session, expected)
    assert not found, "the session is wrong:\n  " + "\n  ".join(found) + f"\nin {short(session, 2000)}"
    assert_totals(session, events)


def assert_each_span_once(events, sent):
    """Every span is one event with its ids and times."""
    by_span = {}
    for event in events:
        by_span.setdefault((event["traceId"], event["spanId"]), []).append(event)
    problems = []
    for span in sent:
        stored = by_span.get((span["traceId"].lower(), span["spanId"].lower()), [])
        if len(stored) != 1:
            problems.append(f"span {span['name']!r} is stored {len(stored)} times")
            continue
        began, ended = int(span["startTimeUnixNano"]) // 1000, int(span["endTimeUnixNano"]) // 1000
        expected = {
            "parentSpanId": span.get("parentSpanId") or None, "occurredAt": same_instant(began), "endedAt": same_instant(ended),
            "status": "error" if span.get("status", {}).get("code") == 2 else "ok",
        }
        problems += [f"span {span['name']!r}: {line}" for line in wrong_fields(stored[0], expected)]
    assert not problems, "\n".join(problems)


def assert_calls(calls, plan):
    """The calls of the model are those planned, in order."""
    unsaid = set(plan.get("unsaid", []))
    assert len(calls) == len(plan["llm"]), f"{len(plan['llm'])} calls were planned, {len(calls)} are shown: {short(calls, 3000)}"
    problems = []
    for at, (planned, call) in enumerate(zip(plan["llm"], calls, strict=True)):
        # No sender says that no token came from a cache in the same way: 0 and unknown are both right for 0.
        expected = {name: nothing if planned[name] == 0 else planned[name] for name in OF_CALLS if name in planned and name not in unsaid}
        expected.setdefault("status", "ok")
        if planned.get("reasoningTokens") and "reasoningTokens" not in unsaid:
            expected["reasoningTokens"] = planned["reasoningTokens"]
        if "errorType" in planned:
            expected["errorType"] = containing(planned["errorType"])
        if "costUsd" in planned:
            expected["costUsd"] = amounting_to(planned["costUsd"])
            expected["costSource"] = "reported"
        if planned.get("question") and "question" not in unsaid:
            expected["input"] = saying(planned["question"])
        if planned.get("output") and "output" not in unsaid:
            expected["output"] = saying(planned["output"])
        if planned.get("toolCalls") and "toolCalls" not in unsaid:
            expected["output"] = asking_for(planned["toolCalls"])
        problems += [f"call {at}: {line}" for line in wrong_fields(call, expected)]
    assert not problems, "the calls of the model are wrong (sent = planned):\n  " + "\n  ".join(problems) + f"\nin {short(calls, 6000)}"


def assert_tools(tools, plan):
    """Each planned run of a tool is shown once, and nothing else is shown as one: not what a model merely asked for."""
    problems = []
    for planned in plan["tools"]:
        named = [tool for tool in tools if tool["name"] == planned["name"]]
        ran = [tool for tool in named if "result" not in planned or holds(tool["output"], planned["result"])]
        if len(ran) != 1:
            problems.append(f"{planned['name']}: {len(ran)} runs with the planned result, {len(named)} of that name: {short(named, 1500)}")
            continue
        expected = {"status": planned["status"]}
        if "errorMessage" in planned:
            expected["errorMessage"] = containing(planned["errorMessage"])
        if "errorType" in planned:
            expected["errorType"] = containing(planned["errorType"])
        problems += [f"{planned['name']}: {line}" for line in wrong_fields(ran[0], expected)]
        if "arguments" in planned and not holds(ran[0]["input"], planned["arguments"]):
            problems.append(f"{planned['name']}: the arguments {planned['arguments']} are not in {short(ran[0]['input'])}")
    surplus = len(tools) - len(plan["tools"])
    if surplus > 0:
        problems.append(f"{surplus} tools too many: {short(tools, 2000)}")
    assert not problems, "the tools are wrong:\n  " + "\n  ".join(problems)


def holds(messages, value):
    """Whether a value is what some message says, as text or as JSON, or what a call in it is given."""
    said = [message["text"] for message in messages or []]
    said += [call["arguments"] for message in messages or [] for call in message["toolCalls"]]
    return any(parsed(one) == value for one in said)


def parsed(value):
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def saying(text):
    """An expectation: messages, one of which has this text."""

    def says(messages):
        return any(text == message["text"] for message in messages or [])

    says.__doc__ = f"messages that say {text!r}"
    return says


def asking_for(calls):
    """An expectation: messages that want these tools called."""

    def asks(messages):
        made = [call for message in messages or [] for call in message["toolCalls"]]
        made = [{"id": call["id"], "name": call["name"], "arguments": parsed(call["arguments"])} for call in made]
        return not differences(calls, made)

    asks.__doc__ = f"messages that ask for {calls!r}"
    return asks


def containing(part):
    """An expectation: a text with this part; some senders say a type with its package, or an exception's type before its message."""

    def contains(text):
        return part in (text or "")

    contains.__doc__ = f"a text with {part!r}"
    return contains


def holding(members):
    """An expectation: a list with these members."""

    def has(values):
        return set(members) <= set(values or [])

    has.__doc__ = f"a list with {members!r}"
    return has


def same_members(members):
    """An expectation: a list of exactly these, in any order."""

    def same(values):
        return sorted(values or []) == sorted(members)

    same.__doc__ = f"the members {members!r}"
    return same


def same_instant(microseconds):
    """An expectation: this many microseconds since the epoch."""

    def same(moment):
        return micros(moment) == microseconds

    same.__doc__ = f"the instant {microseconds} µs"
    return same


def amounting_to(usd):
    """An expectation: an amount of money as text."""

    def amounts(text):
        return text is not None and abs(float(text) - usd) < 1e-9

    amounts.__doc__ = f"{usd} USD"
    return amounts


def nothing(count):
    """0 or unknown"""
    return count in (0, None)
