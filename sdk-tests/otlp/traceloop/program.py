"""traceloop-sdk: a workflow with an agent, a task and tools, one of which fails, and OpenAI."""

import json
import os

from common.loopback import only_loopback

REFUSED = only_loopback()

URL, KEY, SESSION = os.environ["DEBRIEF_URL"], os.environ["DEBRIEF_KEY"], os.environ["SESSION"]
os.environ["TRACELOOP_TELEMETRY"] = "false"

import openai  # noqa: E402
from traceloop.sdk import Traceloop  # noqa: E402
from traceloop.sdk.decorators import agent, task, tool, workflow  # noqa: E402

QUESTION = "What is the weather in Łódź? 🇵🇱"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "The weather of a city", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]

Traceloop.init(app_name="weather-service", api_endpoint=URL, api_key=KEY, disable_batch=False)


@tool(name="get_weather")
def get_weather(city):
    return {"celsius": 21, "city": city}


@tool(name="broken_tool")
def broken_tool(x):
    raise ValueError(f"tool exploded on {x}")


@task(name="look up")
def look_up(city):
    return get_weather(city)


@agent(name="forecaster")
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


@workflow(name="morning", version=3)
def morning():
    Traceloop.set_association_properties({"session_id": SESSION, "user_id": f"ada-{SESSION}"})
    return forecast(QUESTION)


def main():
    morning()
    from opentelemetry import trace

    trace.get_tracer_provider().force_flush()
    print(json.dumps({
        "session": SESSION, "user": f"ada-{SESSION}", "agent": "forecaster",
        "llm": [
            {"requestModel": "gpt-4o", "question": QUESTION, "finishReason": "tool_call"}, {"requestModel": "gpt-4o"}, {"requestModel": "gpt-4o", "question": "What shall I wear?"},
        ],
        "tools": [
            {"name": "get_weather", "status": "ok", "result": {"celsius": 21, "city": "Łódź"}},
            {"name": "broken_tool", "status": "error", "errorType": "ValueError", "errorMessage": "tool exploded on 7"},
        ],
        "spans": ["morning.workflow", "forecaster.agent", "look up.task"], "refused": sorted(set(REFUSED)),
    }, ensure_ascii=False))


if __name__ == "__main__":
    main()
