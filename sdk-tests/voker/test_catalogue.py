"""People, agents, agent versions and fingerprints through the SDK's plain client, and every typed exception it knows."""

from datetime import datetime, timedelta, timezone

import pytest
import requests
from stored import assert_all_stored
from voker.api import ApiClient
from voker.schema.base import (
    AgentNotFoundError,
    AgentVersionNotFoundError,
    FingerprintNotFoundError,
    PersonNotFoundError,
    SessionIdEmptyError,
)

PROPERTIES = {"inputs": {"messages": [{"role": "user", "content": "hi"}]}, "output": {}}


def assert_recent(moment):
    """A creation time that the SDK could read, and that is now."""
    assert abs(datetime.now(timezone.utc) - moment) < timedelta(minutes=5), f"created at {moment}"


def test_person_create_get_update(direct, api, unique):
    person = unique("Ada Lovelace ☕")
    created = direct.people.create(person_id=person, properties={"plan": "pro"})
    assert (created.person_id, created.properties) == (person, {"plan": "pro"})
    assert_recent(created.created_at)
    assert direct.people.get(person_id=person) == created
    updated = direct.people.update(person_id=person, properties={"seats": 3})
    assert updated.properties == {"seats": 3}, "an update replaces the properties"
    assert updated.created_at == created.created_at
    assert direct.people.get(person_id=person) == updated
    assert api.people()[person]["properties"] == {"seats": 3}


def test_person_without_properties(direct, unique):
    person = unique("person")
    created = direct.people.create(person_id=person, properties=None)
    assert created.properties in (None, {})
    assert direct.people.get(person_id=person) == created


def test_person_of_an_event_can_be_read(direct, unique):
    person, fingerprint = unique("person"), direct.fingerprints.create().fingerprint_id
    direct.events.create(event_name="llm", properties=PROPERTIES, session=unique("s"), fingerprint_id=fingerprint, person=person)
    assert direct.people.get(person_id=person).person_id == person


@pytest.mark.parametrize("call", ["get", "update"])
def test_unknown_person(direct, unique, call):
    more = {"properties": {}} if call == "update" else {}
    with pytest.raises(PersonNotFoundError):
        getattr(direct.people, call)(person_id=unique("nobody"), **more)


def test_agent_create_get_create_again(direct, unique):
    name = unique("Müller & Söhne 東京")
    created = direct.agents.create(agent_name=name, description="Main support bot")
    assert (created.agent_name, created.description, created.deprecated_at) == (name, "Main support bot", None)
    assert_recent(created.created_at)
    assert direct.agents.get(agent_name=name) == created
    assert direct.agents.create(agent_name=name) == created, "creating what exists changes nothing"


def test_agent_numbers_count_up_without_gaps(direct, unique):
    numbers = [direct.agents.create(agent_name=unique(f"agent {at}")).agent_number for at in range(3)]
    direct.agents.create(agent_name=unique("agent 0"))
    numbers.append(direct.agents.create(agent_name=unique("agent 3")).agent_number)
    assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_version_create_get_create_again(direct, api, unique):
    agent, name = unique("agent"), "v 1.0 — ünïcödé"
    direct.agents.create(agent_name=agent)
    created = direct.agent_versions.create(agent_name=agent, agent_version_name=name, description="first")
    assert (created.agent_version_name, created.description, created.agent_version_number) == (name, "first", 1)
    assert_recent(created.created_at)
    assert direct.agent_versions.get(agent_name=agent, agent_version_name=name) == created
    assert direct.agent_versions.create(agent_name=agent, agent_version_name=name) == created
    assert direct.agent_versions.create(agent_name=agent, agent_version_name="v2").agent_version_number == 2
    assert [version["agentVersionName"] for version in api.versions(agent)] == [name, "v2"]


def test_version_numbers_are_per_agent(direct, unique):
    for agent in (unique("one"), unique("two")):
        direct.agents.create(agent_name=agent)
        assert direct.agent_versions.create(agent_name=agent, agent_version_name="v1").agent_version_number == 1


def test_agent_and_version_of_an_event_can_be_read(direct, unique):
    agent, fingerprint = unique("agent"), direct.fingerprints.create().fingerprint_id
    for version in ("v1", "v2", "v1"):
        direct.events.create(event_name="llm", properties=PROPERTIES, session=unique("s"), fingerprint_id=fingerprint, agent=agent, agent_version=version)
    assert direct.agents.get(agent_name=agent).agent_name == agent
    numbers = [direct.agent_versions.get(agent_name=agent, agent_version_name=version).agent_version_number for version in ("v1", "v2")]
    assert numbers == [1, 2]


def test_default_agent_and_version_can_be_read(direct, unique):
    fingerprint = direct.fingerprints.create().fingerprint_id
    direct.events.create(event_name="llm", properties=PROPERTIES, session=unique("s"), fingerprint_id=fingerprint)
    assert direct.agents.get(agent_name="default").agent_name == "default"
    assert direct.agent_versions.get(agent_name="default", agent_version_name="default").agent_version_number == 1


def test_unknown_agent_and_version(direct, unique):
    nobody, agent = unique("nobody"), unique("agent")
    with pytest.raises(AgentNotFoundError):
        direct.agents.get(agent_name=nobody)
    with pytest.raises(AgentNotFoundError):
        direct.agent_versions.create(agent_name=nobody, agent_version_name="v1")
    with pytest.raises(AgentNotFoundError):
        direct.agent_versions.get(agent_name=nobody, agent_version_name="v1")
    direct.agents.create(agent_name=agent)
    with pytest.raises(AgentVersionNotFoundError):
        direct.agent_versions.get(agent_name=agent, agent_version_name="v999")


def test_identical_fingerprints_get_one_id(direct, tap):
    first, second = direct.fingerprints.create(), direct.fingerprints.create()
    sent = [call.json for call in tap.accepted("PUT", "/api/v1/fingerprints")]
    assert sent[0] == sent[1] and sent[0]["voker_sdk_version"] == "0.0.15"
    assert first == second


def test_unknown_fingerprint_is_refused_and_nothing_is_stored(direct, api, unique):
    session = unique("session")
    with pytest.raises(FingerprintNotFoundError):
        direct.events.create(event_name="llm", properties=PROPERTIES, session=session, fingerprint_id="00000000-0000-4000-8000-000000000000")
    assert_no_session(api, session)


def test_empty_session_id_is_refused_and_nothing_is_stored(direct, api, unique):
    agent, fingerprint = unique("agent"), direct.fingerprints.create().fingerprint_id
    with pytest.raises(SessionIdEmptyError):
        direct.events.create(event_name="llm", properties=PROPERTIES, session="", fingerprint_id=fingerprint, agent=agent)
    assert api.sessions(agent=agent)["total"] == 0
    with pytest.raises(AgentNotFoundError):
        direct.agents.get(agent_name=agent)


def test_a_wrong_key_is_refused_with_json(tap, unique):
    """The SDK has no exception of its own for this: the answer must at least be JSON and a 401."""
    stranger = ApiClient(base_url=tap.url, api_key="11111111-2222-4333-8444-000000000000")
    with pytest.raises(requests.HTTPError) as raised:
        stranger.agents.create(agent_name=unique("agent"))
    assert raised.value.response.status_code == 401
    assert isinstance(raised.value.response.json(), dict)


def test_direct_events_are_stored(direct, api, tap, unique):
    session, fingerprint = unique("session"), direct.fingerprints.create().fingerprint_id
    for text in ("a", "b"):
        properties = {"inputs": {"messages": [{"role": "user", "content": text}]}, "output": {}}
        direct.events.create(event_name="llm", properties=properties, session=session, fingerprint_id=fingerprint)
    assert len(assert_all_stored(api, tap, session)) == 2


def assert_no_session(api, session):
    """The session does not exist."""
    with pytest.raises(AssertionError) as raised:
        api.session(session)
    assert getattr(raised.value, "status", None) == 404, raised.value
