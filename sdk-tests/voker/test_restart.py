"""After the server was stopped and started again, everything reads as before and the SDK goes on where it was."""

from voker import VokerClient
from voker.api import ApiClient

from common.api import Api
from common.compare import differences
from common.server import Server


def test_nothing_differs_after_a_restart():
    first = Server()
    client = VokerClient(base_url=first.url, api_key=first.key)
    for turn in range(20):
        properties = {"api": "openai-chat-completions", "inputs": {"model": "gpt-4o", "messages": [{"role": "user", "content": f"turn {turn}"}]}, "output": {}}
        client.events.create(event_name="llm", properties=properties, session="s", agent="a", agent_version="v1", person="p")
    client.people.create(person_id="p", properties={"plan": "pro"})
    client.close()
    fingerprint = ApiClient(base_url=first.url, api_key=first.key).fingerprints.create()
    before = state(first)
    assert len(before["events"]) == 20
    first.stop()

    second = Server(data=first.data, key=first.key)
    wrong = differences(before, state(second))
    assert not wrong, "before and after the restart differ (sent = before, stored = after):\n  " + "\n  ".join(wrong)
    direct = ApiClient(base_url=second.url, api_key=second.key)
    assert direct.fingerprints.create() == fingerprint
    assert direct.agents.create(agent_name="b").agent_number == direct.agents.get(agent_name="a").agent_number + 1
    second.stop()
    first.discard()
    second.discard()


def state(server):
    """Everything the API shows of this conversation."""
    api = Api(server.url, server.key)
    return {"session": api.session("s"), "events": api.events("s"), "people": api.people(), "versions": api.versions("a")}
