"""agentops 0.4: a trace with an agent, a task and tools, one of which fails; OpenAI with a tool call and a stream; another trace that fails."""

import json
import logging
import os
import time

from common.loopback import only_loopback

REFUSED = only_loopback()

URL, KEY, SESSION = os.environ["DEBRIEF_URL"], os.environ["DEBRIEF_KEY"], os.environ["SESSION"]

import openai  # noqa: E402

import agentops  # noqa: E402
from agentops.sdk.decorators import agent, task, tool, workflow  # noqa: E402

QUESTION = "What is the weather in Łódź? 🇵🇱"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "The weather of a city", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
AGENT = f"Forecaster-{SESSION}"


@tool(name="get_weather", cost=0.0125)
def get_weather(city):
    return {"celsius": 21, "city": city}


@tool(name="broken_tool")
def broken_tool(x):
    raise ValueError(f"tool exploded on {x}")


@agent(name=AGENT)
class Forecaster:
    def __init__(self):
        self.model = openai.OpenAI(base_url=f"{os.environ['MODEL_URL']}/v1", api_key="none", max_retries=0)

    @task(name="forecast")
    def forecast(self, question):
        history = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": question}]
        wants = self.model.chat.completions.create(model="gpt-4o", messages=history, tools=TOOLS, temperature=0.2, max_tokens=200).choices[0].message
        call = wants.tool_calls[0]
        result = get_weather(**json.loads(call.function.arguments))
        history += [wants.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.id, "content": json.dumps(result)}]
        answer = self.model.chat.completions.create(model="gpt-4o", messages=history).choices[0].message.content
        history += [{"role": "assistant", "content": answer}, {"role": "user", "content": "What shall I wear?"}]
        list(self.model.chat.completions.create(model="gpt-4o", messages=history, stream=True, stream_options={"include_usage": True}))
        try:
            broken_tool(7)
        except ValueError:
            pass
        return answer


@workflow(name="morning")
def morning():
    print("the agent begins")
    return Forecaster().forecast(QUESTION)


def main():
    agentops.init(api_key=KEY, endpoint=URL, exporter_endpoint=f"{URL}/v1/traces", auto_start_session=False, instrument_llm_calls=True)
    deadline = time.monotonic() + 10
    # The token is fetched in the background; what ends before it is there would be sent without it.
    while not agentops.get_client().api.v4.auth_token and time.monotonic() < deadline:
        time.sleep(0.01)
    first = agentops.start_trace(SESSION, tags=["weather", "łódź"])
    agentops.update_trace_metadata({"user": f"ada-{SESSION}"})
    morning()
    agentops.end_trace(first, end_state="Success")
    second = agentops.start_trace(f"{SESSION}-failed")
    agentops.end_trace(second, end_state="Fail")
    logging.shutdown()
    trace_id = f"{first.span.get_span_context().trace_id:032x}"
    print(json.dumps({
        "session": trace_id, "title": SESSION, "agent": AGENT, "tags": ["weather", "łódź"], "endState": "Success",
        "others": [{"session": f"{second.span.get_span_context().trace_id:032x}", "endState": "Fail"}],
        # What the model asks for is a span of its own, `tool_call.get_weather`, beside the one of the tool's run; tokens of a cache are never said.
        "unsaid": ["toolCalls", "cacheReadTokens", "reasoningTokens"],
        "llm": [
            {"requestModel": "gpt-4o", "question": QUESTION}, {"requestModel": "gpt-4o"}, {"requestModel": "gpt-4o", "question": "What shall I wear?"},
        ],
        "tools": [
            {"name": "get_weather", "status": "ok", "result": {"celsius": 21, "city": "Łódź"}},
            {"name": "broken_tool", "status": "error", "errorType": "ValueError", "errorMessage": "tool exploded on 7"},
        ],
        "spans": [f"{SESSION}.session", "morning.workflow", "forecast.task"], "refused": sorted(set(REFUSED)),
    }, ensure_ascii=False))


if __name__ == "__main__":
    main()
