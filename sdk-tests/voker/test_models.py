"""Model calls through the SDK's provider wrappers: what was sent is stored, and its fields are read from every provider's shape."""

import asyncio
import json

import pytest
import voker.ai.provider_anthropic as anthropic
import voker.ai.provider_gemini as gemini
import voker.ai.provider_openai as openai
from stored import assert_all_stored

from common.compare import assert_fields, texts
from common.fake_models import Reply, ToolCall

QUESTION = "Capital of France? 🇫🇷 Łódź"
MESSAGES = [{"role": "user", "content": QUESTION}]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
COUNTED = {"input": 120, "output": 34, "cache_read": 100, "reasoning": 16}
TOOL = ToolCall("get_weather", {"city": "Zürich", "days": [1, 2.5], "deep": {"x": None}}, "call_abc")


class Caller:
    """Calls one provider with one plan and says what must be stored for it."""

    def __init__(self, background, models, unique):
        self.client, self.models = background, models
        self.session = unique("session")
        self.tags = {"voker_agent": unique("agent"), "voker_session": self.session, "voker_agent_version": "v1", "voker_person": unique("person")}

    def openai(self, reply, make=openai.OpenAI):
        return make(self.client, api_key="none", base_url=f"{self.models.url(reply)}/v1", max_retries=0)

    def anthropic(self, reply, make=anthropic.Anthropic):
        return make(self.client, api_key="none", base_url=self.models.url(reply), max_retries=0)

    def gemini(self, reply):
        # Held, because the provider's client closes its connections as soon as nobody refers to it, be a request under way or not.
        self.held = gemini.Client(self.client, api_key="none", http_options={"base_url": self.models.url(reply)})
        return self.held

    def stored(self, api, tap, expected):
        """Wait for the SDK to send all, then check the one event of this session."""
        self.client.close()
        [event] = assert_all_stored(api, tap, self.session)
        assert_fields(event, expected)
        return event


@pytest.fixture
def caller(background, models, unique):
    return Caller(background, models, unique)


def tokens(reply, **replaced):
    """The token fields of a plan."""
    counts = {
        "inputTokens": reply.input, "outputTokens": reply.output, "cacheReadTokens": reply.cache_read, "reasoningTokens": reply.reasoning,
    }
    return {**counts, **replaced}


def assert_asked_and_answered(event, reply, before=()):
    """The transcript of a plain question and its answer."""
    assert texts(event["input"]) == [*before, ("user", QUESTION)]
    assert texts(event["output"]) == [("assistant", reply.text)]
    assert event["toolCalls"] == []


def assert_tool_called(event, identified=True):
    """The planned tool call, both on the event and in the answer's message."""
    [call] = event["toolCalls"]
    assert (call["name"], call["arguments"]) == (TOOL.name, TOOL.arguments)
    if identified:
        assert call["id"] == TOOL.id
    assert [call for message in event["output"] for call in message["toolCalls"]] == event["toolCalls"]


def openai_facts(reply, **replaced):
    return {"provider": "openai", "requestModel": "gpt-4o", "responseModel": "gpt-4o-2024-08-06", **replaced}


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_openai_chat(caller, api, tap, stream):
    reply = Reply(**COUNTED)
    more = {"stream": True, "stream_options": {"include_usage": True}} if stream else {"temperature": 0.2}
    messages = [{"role": "system", "content": "Be brief"}, *MESSAGES]
    answer = caller.openai(reply).chat.completions.create(**caller.tags, model="gpt-4o", messages=messages, **more)
    if stream:
        assert "".join(chunk.choices[0].delta.content or "" for chunk in answer) == reply.text
    else:
        assert answer.choices[0].message.content == reply.text
    event = caller.stored(api, tap, openai_facts(reply, **tokens(reply), finishReason="stop", responseId="chatcmpl-reply-1"))
    assert_asked_and_answered(event, reply, before=[("system", "Be brief")])


def test_openai_chat_stream_without_usage_has_unknown_tokens(caller, api, tap):
    reply = Reply()
    list(caller.openai(reply).chat.completions.create(**caller.tags, model="gpt-4o", messages=MESSAGES, stream=True))
    unknown = dict.fromkeys(("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens", "costUsd"))
    event = caller.stored(api, tap, openai_facts(reply, **unknown))
    assert_asked_and_answered(event, reply)
    assert api.session(caller.session)["totals"]["inputTokens"] is None


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_openai_chat_tool_call(caller, api, tap, stream):
    reply = Reply(pieces=[], tools=[TOOL])
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]
    answer = caller.openai(reply).chat.completions.create(**caller.tags, model="gpt-4o", messages=MESSAGES, tools=tools, stream=stream)
    if stream:
        list(answer)
    event = caller.stored(api, tap, openai_facts(reply, finishReason="tool_calls"))
    assert_tool_called(event)


def test_openai_chat_with_a_tools_result_in_its_input(caller, api, tap):
    reply = Reply()
    call = {"id": "call_abc", "type": "function", "function": {"name": "get_weather", "arguments": json.dumps(TOOL.arguments)}}
    messages = [*MESSAGES, {"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_abc", "content": "sunny"}]
    caller.openai(reply).chat.completions.create(**caller.tags, model="gpt-4o", messages=messages)
    event = caller.stored(api, tap, openai_facts(reply, **tokens(reply)))
    _, asked, result = event["input"]
    assert asked["toolCalls"] == [{"id": "call_abc", "name": "get_weather", "arguments": TOOL.arguments}]
    assert (result["role"], result["text"], result["toolCallId"]) == ("tool", "sunny", "call_abc")
    assert event["toolCalls"] == [], "the tool calls of an earlier turn are not this call's"


def test_openai_chat_async(caller, api, tap):
    reply = Reply(**COUNTED)

    async def run():
        await caller.openai(reply, openai.AsyncOpenAI).chat.completions.create(**caller.tags, model="gpt-4o", messages=MESSAGES)

    asyncio.run(run())
    assert_asked_and_answered(caller.stored(api, tap, openai_facts(reply, **tokens(reply))), reply)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_openai_responses(caller, api, tap, stream):
    reply = Reply(**COUNTED)
    answer = caller.openai(reply).responses.create(**caller.tags, model="gpt-4o", input=QUESTION, instructions="Be brief", stream=stream)
    if stream:
        assert "".join(chunk.delta for chunk in answer if chunk.type == "response.output_text.delta") == reply.text
    event = caller.stored(api, tap, openai_facts(reply, **tokens(reply), responseId="resp_reply-1"))
    assert texts(event["input"])[-1] == ("user", QUESTION)
    assert "Be brief" in [text for _, text in texts(event["input"])], "the instructions are part of the input"
    assert texts(event["output"]) == [("assistant", reply.text)]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_openai_responses_tool_call(caller, api, tap, stream):
    reply = Reply(pieces=[], tools=[TOOL])
    tools = [{"type": "function", "name": "get_weather", "parameters": WEATHER}]
    answer = caller.openai(reply).responses.create(**caller.tags, model="gpt-4o", input=MESSAGES, tools=tools, stream=stream)
    if stream:
        list(answer)
    assert_tool_called(caller.stored(api, tap, openai_facts(reply)))


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
@pytest.mark.parametrize("beta", [False, True], ids=["messages", "beta-messages"])
def test_anthropic(caller, api, tap, beta, stream):
    reply = Reply(**{**COUNTED, "reasoning": 0}, cache_write=7)
    client = caller.anthropic(reply)
    create = (client.beta if beta else client).messages.create
    answer = create(**caller.tags, model="claude-3-5-sonnet-20240620", max_tokens=64, system="Be brief", messages=MESSAGES, stream=stream)
    if stream:
        assert "".join(chunk.delta.text for chunk in answer if chunk.type == "content_block_delta") == reply.text
    else:
        assert answer.content[0].text == reply.text
    facts = {
        "provider": "anthropic", "requestModel": "claude-3-5-sonnet-20240620", "responseModel": "claude-3-5-sonnet-20240620",
        "finishReason": "end_turn", "responseId": "msg_reply-1",
    }
    event = caller.stored(api, tap, {**facts, **tokens(reply, reasoningTokens=None), "cacheWriteTokens": 7})
    assert event["payload"]["api"] == ("anthropic-beta-messages" if beta else "anthropic-messages")
    assert_asked_and_answered(event, reply, before=[("system", "Be brief")])


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_anthropic_tool_call(caller, api, tap, stream):
    reply = Reply(tools=[TOOL])
    tools = [{"name": "get_weather", "input_schema": WEATHER}]
    answer = caller.anthropic(reply).messages.create(**caller.tags, model="claude-x", max_tokens=64, messages=MESSAGES, tools=tools, stream=stream)
    if stream:
        list(answer)
    event = caller.stored(api, tap, {"finishReason": "tool_use"})
    assert_tool_called(event)
    assert event["output"][0]["text"] == reply.text


def test_anthropic_async_stream(caller, api, tap):
    reply = Reply()

    async def run():
        client = caller.anthropic(reply, anthropic.AsyncAnthropic)
        async for _ in await client.messages.create(**caller.tags, model="claude-x", max_tokens=64, messages=MESSAGES, stream=True):
            pass

    asyncio.run(run())
    assert_asked_and_answered(caller.stored(api, tap, {"provider": "anthropic"}), reply)


GEMINI_FACTS = {"provider": "gcp.gemini", "requestModel": "gemini-2.0-flash", "responseModel": "gemini-2.0-flash-001", "responseId": "gem_reply-1", "finishReason": "STOP"}


def test_gemini(caller, api, tap):
    reply = Reply(**COUNTED)
    answer = caller.gemini(reply).models.generate_content(**caller.tags, model="gemini-2.0-flash", contents=QUESTION, config={"temperature": 0.1})
    assert answer.text == reply.text
    assert_asked_and_answered(caller.stored(api, tap, {**GEMINI_FACTS, **tokens(reply)}), reply)


def test_gemini_stream(caller, api, tap):
    """The SDK adds the cumulative counts of all chunks; what it sent is what is stored."""
    reply = Reply(input=24, output=9)
    chunks = caller.gemini(reply).models.generate_content_stream(**caller.tags, model="gemini-2.0-flash", contents=QUESTION)
    assert len(list(chunks)) == len(reply.pieces)
    event = caller.stored(api, tap, GEMINI_FACTS)
    usage = event["payload"]["output"]["usage_metadata"]
    assert_fields(event, {"inputTokens": usage["prompt_token_count"], "outputTokens": usage["candidates_token_count"]})
    assert_asked_and_answered(event, reply)


def test_gemini_tool_call(caller, api, tap):
    reply = Reply(pieces=[], tools=[TOOL])
    tools = [{"function_declarations": [{"name": "get_weather", "parameters_json_schema": WEATHER}]}]
    caller.gemini(reply).models.generate_content(**caller.tags, model="gemini-2.0-flash", contents=QUESTION, config={"tools": tools})
    assert_tool_called(caller.stored(api, tap, GEMINI_FACTS))


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "stream"])
def test_gemini_interactions(caller, api, tap, stream):
    reply = Reply(**COUNTED)
    answer = caller.gemini(reply).interactions.create(**caller.tags, model="gemini-2.0-flash", input=QUESTION, stream=stream)
    if stream:
        with answer:
            list(answer)
    event = caller.stored(api, tap, {
        "provider": "gcp.gemini", "requestModel": "gemini-2.0-flash", "responseId": "int_reply-1", **tokens(reply),
    })
    assert event["payload"]["api"] == "gemini-interactions"
    assert_asked_and_answered(event, reply)


def test_a_providers_failure_sends_nothing_and_the_next_call_still_arrives(caller, api, tap):
    failing = caller.openai(Reply(status=500))
    with pytest.raises(openai.openai.InternalServerError):
        failing.chat.completions.create(**caller.tags, model="gpt-4o", messages=MESSAGES)
    reply = Reply()
    caller.openai(reply).chat.completions.create(**caller.tags, model="gpt-4o", messages=MESSAGES)
    assert_asked_and_answered(caller.stored(api, tap, openai_facts(reply)), reply)
