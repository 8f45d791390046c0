"""Pydantic AI with plain OpenTelemetry: two runs of an agent with a tool in one conversation, the second one streamed; a tool that fails."""

import asyncio
import json
import os

from common.loopback import only_loopback

only_loopback()

URL, KEY, SESSION = os.environ["DEBRIEF_URL"], os.environ["DEBRIEF_KEY"], os.environ["SESSION"]

from opentelemetry import trace  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.resources import Resource  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: E402
from pydantic_ai import Agent, InstrumentationSettings  # noqa: E402
from pydantic_ai.models.function import FunctionModel  # noqa: E402
from pydantic_ai.models.openai import OpenAIChatModel  # noqa: E402
from pydantic_ai.providers.openai import OpenAIProvider  # noqa: E402
from pydantic_ai.messages import ModelResponse, ToolCallPart  # noqa: E402

QUESTION = "What is the weather in Łódź? 🇵🇱"


async def main():
    tracers = TracerProvider(resource=Resource.create({"service.name": "weather-service"}))
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{URL}/v1/traces", headers={"Authorization": f"Bearer {KEY}"})))
    trace.set_tracer_provider(tracers)
    model = OpenAIChatModel("gpt-4o", provider=OpenAIProvider(base_url=f"{os.environ['MODEL_URL']}/v1", api_key="none"))
    Agent.instrument_all(InstrumentationSettings(tracer_provider=tracers))
    agent = Agent(model, name="forecaster", instructions="Be brief", model_settings={"temperature": 0.2, "max_tokens": 200})

    @agent.tool_plain
    def get_weather(city: str) -> dict:
        """The weather of a city."""
        return {"celsius": 21, "city": city}

    first = await agent.run(QUESTION, conversation_id=SESSION)
    async with agent.run_stream("What shall I wear?", message_history=first.all_messages(), conversation_id=SESSION) as stream:
        await stream.get_output()

    clumsy = Agent(FunctionModel(lambda messages, info: ModelResponse([ToolCallPart("broken_tool", {"x": 7}, "call_broken")])), name="clumsy")

    @clumsy.tool_plain
    def broken_tool(x: int) -> str:
        raise ValueError(f"tool exploded on {x}")

    try:
        await clumsy.run("Break it", conversation_id=SESSION)
    except ValueError:
        pass
    tracers.shutdown()
    print(json.dumps({
        "session": SESSION, "agent": "forecaster", "agents": ["forecaster", "clumsy"],
        "llm": [
            {"requestModel": "gpt-4o", "question": QUESTION, "finishReason": "tool_call"}, {"requestModel": "gpt-4o"}, {"requestModel": "gpt-4o", "question": "What shall I wear?"},
            # The made-up model counts words, by its own lights.
            {"provider": "function", "question": "Break it", "inputTokens": 52, "outputTokens": 4, "requestModel": "function:<lambda>:"},
        ],
        "tools": [
            {"name": "get_weather", "status": "ok", "arguments": {"city": "Łódź"}, "result": {"celsius": 21, "city": "Łódź"}},
            {"name": "broken_tool", "status": "error", "arguments": {"x": 7}, "errorType": "ValueError", "errorMessage": "tool exploded on 7"},
        ],
        "spans": [],
    }, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(main())
