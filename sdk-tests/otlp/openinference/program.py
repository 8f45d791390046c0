"""OpenInference's instrumentation of OpenAI, and its own spans of an agent and tools by hand."""

import json
import os

from common.loopback import only_loopback

only_loopback()

URL, KEY, SESSION = os.environ["DEBRIEF_URL"], os.environ["DEBRIEF_KEY"], os.environ["SESSION"]

import openai  # noqa: E402
from openinference.instrumentation import TracerProvider, using_attributes  # noqa: E402
from openinference.instrumentation.openai import OpenAIInstrumentor  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.resources import Resource  # noqa: E402
from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: E402

QUESTION = "What is the weather in Łódź? 🇵🇱"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "The weather of a city", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]


def main():
    tracers = TracerProvider(resource=Resource.create({"service.name": "weather-service", "openinference.project.name": "weather-project"}))
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{URL}/v1/traces", headers={"Authorization": f"Bearer {KEY}"})))
    OpenAIInstrumentor().instrument(tracer_provider=tracers)
    tracer = tracers.get_tracer("weather")

    @tracer.tool(name="get_weather", description="The weather of a city")
    def get_weather(city: str) -> dict:
        return {"celsius": 21, "city": city}

    @tracer.tool(name="broken_tool")
    def broken_tool(x: int) -> str:
        raise ValueError(f"tool exploded on {x}")

    @tracer.chain(name="look things up")
    def look_up(city):
        return get_weather(city)

    @tracer.agent(name="forecaster")
    def forecast(question):
        model = openai.OpenAI(base_url=f"{os.environ['MODEL_URL']}/v1", api_key="none", max_retries=0)
        history = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": question}]
        wants = model.chat.completions.create(model="gpt-4o", messages=history, tools=TOOLS, temperature=0.2, max_tokens=200).choices[0].message
        call = wants.tool_calls[0]
        result = look_up(**json.loads(call.function.arguments))
        history += [wants.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)}]
        answer = model.chat.completions.create(model="gpt-4o", messages=history).choices[0].message.content
        history += [{"role": "assistant", "content": answer}, {"role": "user", "content": "What shall I wear?"}]
        list(model.chat.completions.create(model="gpt-4o", messages=history, stream=True, stream_options={"include_usage": True}))
        try:
            broken_tool(7)
        except ValueError:
            pass
        return answer

    with using_attributes(session_id=SESSION, user_id=f"ada-{SESSION}", metadata={"plan": "pro"}, tags=["weather", "łódź"]):
        forecast(QUESTION)
    tracers.shutdown()
    print(json.dumps({
        "session": SESSION, "user": f"ada-{SESSION}", "agent": "forecaster", "tags": ["weather", "łódź"],
        # One attribute names the model, and it is the answer's; the answer's id is in the whole answer only.
        "unsaid": ["requestModel", "responseId"],
        "llm": [
            {"requestModel": "gpt-4o", "question": QUESTION}, {"requestModel": "gpt-4o"}, {"requestModel": "gpt-4o", "question": "What shall I wear?"},
        ],
        "tools": [
            {"name": "get_weather", "status": "ok", "arguments": {"city": "Łódź"}, "result": {"celsius": 21, "city": "Łódź"}},
            {"name": "broken_tool", "status": "error", "arguments": {"x": 7}, "errorType": "ValueError", "errorMessage": "tool exploded on 7"},
        ],
        "spans": ["forecaster", "look things up"],
    }, ensure_ascii=False))


if __name__ == "__main__":
    main()
