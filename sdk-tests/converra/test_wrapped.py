"""Model calls through clients that the SDK wraps: what it captured is stored, under the agent whose prompt it was."""

import asyncio

import anthropic
import openai
import pytest
from stored import assert_all_stored, runs
from version import OLD

from common.compare import assert_fields, texts
from common.fake_models import Reply

QUESTION = "Capital of France? 🇫🇷"
# The SDK takes today's asynchronous clients for synchronous ones and captures the call before it was answered.
UNHEARD = Reply(pieces=[])


class Caller:
    """Calls one provider with one plan, and says what must be stored for it."""

    def __init__(self, sdk, models, agent, unique):
        self.sdk, self.models = sdk, models
        self.prompt = f"You are a   helpful bot, {unique('bot')}.\n"
        self.agent = agent(" ".join(self.prompt.split()))
        self.session = unique("session")

    def openai(self, reply, make=openai.OpenAI, **options):
        client = make(api_key="none", base_url=f"{self.models.url(reply)}/v1", max_retries=0)
        return self.sdk.wrap(client, session_id=self.session, **options)

    def anthropic(self, reply, make=anthropic.Anthropic, **options):
        client = make(api_key="none", base_url=self.models.url(reply), max_retries=0)
        return self.sdk.wrap(client, session_id=self.session, **options)

    @property
    def messages(self):
        return [{"role": "system", "content": self.prompt}, {"role": "user", "content": QUESTION}]

    def stored(self, api, tap, reply, model, counted=True):
        """Wait for the SDK to send all, then check the one call of this session."""
        self.sdk.shutdown()
        [event] = assert_all_stored(api, tap, self.session)
        # The former SDK sends neither counts nor the system prompt.
        counts = {"inputTokens": reply.input, "outputTokens": reply.output} if counted and not OLD else {"inputTokens": None, "outputTokens": None}
        assert_fields(event, {"agent": self.agent["name"], "agentVersion": "v1", "person": None, "responseModel": model, "status": "ok", **counts})
        system = [] if OLD else [("system", self.prompt)]
        if not OLD:
            assert texts(event["input"]) == [*system, ("user", QUESTION)]
        assert [(role, text or None) for role, text in texts(event["output"])] == [("assistant", reply.text)]
        session = api.session(self.session)
        said = {"user": 1, "assistant": int(reply is not UNHEARD)}
        assert_fields(session, {"lifecycle": "in_progress", "endedAt": None, "messages": said})
        return event


@pytest.fixture
def caller(sdk, models, agent, unique):
    return Caller(sdk, models, agent, unique)


def test_openai(caller, api, tap):
    reply = Reply(input=120, output=34)
    answer = caller.openai(reply).chat.completions.create(model="gpt-4o", messages=caller.messages)
    assert answer.choices[0].message.content == reply.text
    caller.stored(api, tap, reply, "gpt-4o-2024-08-06")


def test_openai_streaming(caller, api, tap):
    reply = Reply()
    stream = caller.openai(reply).chat.completions.create(model="gpt-4o", messages=caller.messages, stream=True, stream_options={"include_usage": True})
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices) == reply.text
    caller.stored(api, tap, reply, "gpt-4o")


def test_openai_streaming_without_usage(caller, api, tap):
    reply = Reply()
    for _ in caller.openai(reply).chat.completions.create(model="gpt-4o", messages=caller.messages, stream=True):
        pass
    caller.stored(api, tap, reply, "gpt-4o", counted=False)


def test_openai_asynchronous(caller, api, tap):
    reply = Reply()
    asyncio.run(caller.openai(reply, openai.AsyncOpenAI).chat.completions.create(model="gpt-4o", messages=caller.messages))
    caller.stored(api, tap, UNHEARD, "gpt-4o", counted=False)


def test_anthropic(caller, api, tap):
    reply = Reply(input=120, output=34)
    client = caller.anthropic(reply)
    client.messages.create(model="claude-3-5-sonnet", max_tokens=64, system=caller.prompt, messages=[{"role": "user", "content": QUESTION}])
    caller.stored(api, tap, reply, "claude-3-5-sonnet")


def test_anthropic_streaming(caller, api, tap):
    """The SDK reads no counts from Anthropic's streams."""
    reply = Reply()
    client = caller.anthropic(reply)
    for _ in client.messages.create(model="claude-3-5-sonnet", max_tokens=64, system=caller.prompt, messages=[{"role": "user", "content": QUESTION}], stream=True):
        pass
    caller.stored(api, tap, reply, "claude-3-5-sonnet", counted=False)


def test_anthropic_asynchronous(caller, api, tap):
    reply = Reply()
    client = caller.anthropic(reply, anthropic.AsyncAnthropic)
    asyncio.run(client.messages.create(model="claude-3-5-sonnet", max_tokens=64, system=caller.prompt, messages=[{"role": "user", "content": QUESTION}]))
    caller.stored(api, tap, UNHEARD, "claude-3-5-sonnet", counted=False)


def test_a_history_that_grows_is_counted_once(caller, api, tap):
    client, messages = caller.openai(Reply()), caller.messages
    for turn in range(4):
        answer = client.chat.completions.create(model="gpt-4o", messages=messages)
        messages += [{"role": "assistant", "content": answer.choices[0].message.content}, {"role": "user", "content": f"And {turn}?"}]
    caller.sdk.shutdown()
    assert len(assert_all_stored(api, tap, caller.session)) == 4
    assert_fields(api.session(caller.session), {"messages": {"user": 4, "assistant": 4}, "lifecycle": "in_progress"})


def test_calls_without_a_session_are_sessions_of_their_own(caller, api, tap):
    caller.session = None
    client = caller.openai(Reply())
    for _ in range(2):
        client.chat.completions.create(model="gpt-4o", messages=caller.messages)
    caller.sdk.shutdown()
    captured = runs(tap)
    assert len(captured) == 2
    for run in captured:
        assert len(assert_all_stored(api, tap, run)) == 1
        assert_fields(api.session(run), {"agent": caller.agent["name"], "endState": "completed", "lifecycle": "completed"})


def test_a_prompt_that_is_nobodys(sdk, models, api, tap, unique):
    session = unique("session")
    client = sdk.wrap(openai.OpenAI(api_key="none", base_url=f"{models.url(Reply())}/v1", max_retries=0), session_id=session)
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "system", "content": unique("prompt")}, {"role": "user", "content": "x"}])
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "no prompt at all"}])
    sdk.shutdown()
    assert [event["agent"] for event in assert_all_stored(api, tap, session)] == ["default", "default"]
    assert [call.answer for call in tap.to("POST", "/api/v1/sdk/agents/match")] == [{"data": None}]


def test_an_agent_that_is_named(caller, api, tap, agent):
    """By its id, whatever the prompt says."""
    other = agent("another prompt", f"{caller.agent['name']} too")
    caller.openai(Reply(), agent_id=other["id"]).chat.completions.create(model="gpt-4o", messages=caller.messages)
    caller.sdk.shutdown()
    [event] = assert_all_stored(api, tap, caller.session)
    assert event["agent"] == other["name"]
    assert tap.to("POST", "/api/v1/sdk/agents/match") == []


def test_a_version_of_its_time(caller, api, tap):
    client = caller.openai(Reply())
    client.chat.completions.create(model="gpt-4o", messages=caller.messages)
    caller.sdk.shutdown()
    assert len(assert_all_stored(api, tap, caller.session)) == 1
    api.ask("PATCH", f"/api/v1/agents/{caller.agent['id']}", {"content": "Something else."})
    caller.sdk.__init__(api_key=api.key, base_url=f"{tap.url}/api/v1")
    client = caller.openai(Reply())
    client.chat.completions.create(model="gpt-4o", messages=caller.messages)
    caller.sdk.shutdown()
    stored = assert_all_stored(api, tap, caller.session)
    assert [event["agentVersion"] for event in stored] == ["v1", "v2"], "the prompt of a former version is the agent's still"


def test_what_is_not_captured(caller, api, tap):
    with pytest.raises(openai.APIStatusError):
        caller.openai(Reply(status=500)).chat.completions.create(model="gpt-4o", messages=caller.messages)
    caller.openai(Reply(), capture_enabled=False).chat.completions.create(model="gpt-4o", messages=caller.messages)
    with caller.sdk.trace("a trace", session_id=caller.session) as trace:
        caller.openai(Reply()).chat.completions.create(model="gpt-4o", messages=caller.messages)
    assert len(trace.get_steps()) == 1, "a step of a trace stays in the program"
    caller.sdk.shutdown()
    assert runs(tap) == {}
    assert tap.calls, "though it asked whose prompt it is"
