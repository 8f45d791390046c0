"""The SDK's background client: a whole conversation, catalogue calls between events, and names of every kind."""

import pytest
from stored import assert_all_stored

from common.compare import assert_fields

NAMES = ["with spaces and  two", "smörgås 東京 🚀", "dots.and-dashes_and~tildes", "percent%20sign & ampersand+plus", "n" * 1000]


def chat(text):
    """Properties of one event, in the smallest form that the documents allow."""
    return {"api": "openai-chat-completions", "inputs": {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}, "output": {}}


def test_a_conversation_arrives_whole_and_in_order(background, api, tap, unique):
    session, agent = unique("session"), unique("agent")
    for turn in range(120):
        background.events.create(event_name="llm", properties=chat(f"turn {turn}"), session=session, agent=agent)
    background.close()
    stored = assert_all_stored(api, tap, session)
    assert [event["payload"]["inputs"]["messages"][0]["content"] for event in stored] == [f"turn {turn}" for turn in range(120)]


def test_identical_events_are_different_events(background, api, tap, unique):
    """The SDK gives events no id: sending the same twice means that it happened twice."""
    session = unique("session")
    for _ in range(3):
        background.events.create(event_name="llm", properties=chat("again"), session=session)
    background.close()
    assert len(assert_all_stored(api, tap, session)) == 3


def test_one_session_with_several_agents_versions_and_people(background, api, tap, unique):
    session, first, second, person = unique("session"), unique("first"), unique("second"), unique("person")
    background.events.create(event_name="llm", properties=chat("a"), session=session, agent=first, agent_version="v1", person=person)
    background.events.create(event_name="llm", properties=chat("b"), session=session, agent=first, agent_version="v2", person=person)
    background.events.create(event_name="llm", properties=chat("c"), session=session, agent=second)
    background.close()
    stored = assert_all_stored(api, tap, session)
    assert [(event["agent"], event["agentVersion"]) for event in stored] == [(first, "v1"), (first, "v2"), (second, "default")]
    assert set(api.session(session)["agents"]) == {first, second}
    assert [version["agentVersionName"] for version in api.versions(first)] == ["v1", "v2"]
    assert api.people()[person]["properties"] in (None, {})
    for filters in ({"agent": second}, {"person": person}, {"agent": first, "agentVersion": "v2"}):
        found = api.sessions(**filters)
        assert [one["sessionId"] for one in found["sessions"]] == [session], f"sessions by {filters}"
        assert found["total"] == 1


def test_no_agent_no_version_no_person(background, api, tap, unique):
    session = unique("session")
    background.events.create(event_name="llm", properties=chat("x"), session=session)
    background.close()
    [event] = assert_all_stored(api, tap, session)
    assert_fields(event, {"agent": "default", "agentVersion": "default", "person": None})


@pytest.mark.parametrize("name", NAMES, ids=["spaces", "non-ascii", "punctuation", "percent", "1000-characters"])
def test_names_of_every_kind(background, api, tap, unique, name):
    """Sessions, agents, versions and people are named freely, and found again by those names."""
    name = unique(name)[-1000:]
    background.events.create(event_name="llm", properties=chat(name), session=name, agent=name, agent_version=name, person=name)
    background.close()
    [event] = assert_all_stored(api, tap, name)
    assert_fields(event, {"sessionId": name, "agent": name, "agentVersion": name, "person": name})
    assert [version["agentVersionName"] for version in api.versions(name)] == [name]
    assert api.sessions(agent=name)["total"] == 1


def test_catalogue_calls_between_events(background, api, tap, unique):
    session, agent, person = unique("session"), unique("agent"), unique("person")
    background.agents.create(agent_name=agent, description="Support")
    background.agent_versions.create(agent_name=agent, agent_version_name="v1", description="first")
    background.people.create(person_id=person)
    background.events.create(event_name="llm", properties=chat("x"), session=session, agent=agent, agent_version="v1", person=person)
    background.people.update(person_id=person, properties={"plan": "pro", "zahl": 1.5, "deep": {"list": [None, True]}})
    background.close()
    assert_all_stored(api, tap, session)
    assert api.people()[person]["properties"] == {"plan": "pro", "zahl": 1.5, "deep": {"list": [None, True]}}
    [version] = api.versions(agent)
    assert_fields(version, {"agentVersionName": "v1", "description": "first", "agentVersionNumber": 1, "deprecatedAt": None})
    refused = [str(call) for call in tap.calls if call.status != 200]
    assert not refused, "\n".join(refused)


def test_odd_payloads_are_kept_as_sent(background, api, tap, unique):
    """Properties that no extractor knows, numbers at the edges, and text in every script."""
    session = unique("session")
    payloads = [
        {"inputs": {}, "output": {}},
        {"api": "something-new", "inputs": {"prompt": "hi"}, "output": {"text": "hello"}},
        {"api": None, "inputs": None, "output": None},
        {"inputs": "just text", "output": ["a", 1, 2.5, None, {"b": [[]]}]},
        {"inputs": {"big": 2**63 - 1, "bigger": 2**64 - 1, "negative": -(2**63), "small": 5e-324, "large": 1.7976931348623157e308, "one": 1.0}, "output": {}},
        {"inputs": {"text": "line\nbreak\ttab \"quotes\" \\ / \u2028 \u200d 👩‍👩‍👧 العربية \x01"}, "output": {"": {"": ""}}},
        {"api": "openai-chat-completions", "inputs": {"model": 7, "messages": "wrong"}, "output": {"usage": {"prompt_tokens": "many"}, "choices": {}}},
    ]
    for properties in payloads:
        background.events.create(event_name="llm", properties=properties, session=session)
    background.close()
    assert len(assert_all_stored(api, tap, session)) == len(payloads)
