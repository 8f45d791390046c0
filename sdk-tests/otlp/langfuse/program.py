"""The Langfuse SDK: observations with a decorator and by hand, a generation with usage and cost, a tool that fails, a session, a user, tags, a score.

Its exporter adds `/api/public/otel/v1/traces` to the base URL and says who it is with Basic: the public key is the user, the secret key the password.
"""

import json
import os

from common.loopback import only_loopback

REFUSED = only_loopback()

URL, KEY, SESSION = os.environ["DEBRIEF_URL"], os.environ["DEBRIEF_KEY"], os.environ["SESSION"]
os.environ["LANGFUSE_BASE_URL"] = URL
os.environ["LANGFUSE_PUBLIC_KEY"] = "pk-lf-anything"
os.environ["LANGFUSE_SECRET_KEY"] = KEY

from langfuse import get_client, observe, propagate_attributes  # noqa: E402

QUESTION = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "What is the weather in Łódź? 🇵🇱"}]
ANSWER = "It is 21 °C in Łódź. ☀️"


@observe(name="get_weather", as_type="tool")
def get_weather(city):
    return {"celsius": 21, "city": city}


@observe(name="broken_tool", as_type="tool")
def broken_tool(x):
    raise ValueError(f"tool exploded on {x}")


@observe(name="forecaster", as_type="agent")
def forecast(question):
    langfuse = get_client()
    with langfuse.start_as_current_observation(
        name="ask the model", as_type="generation", model="gpt-4o", input=QUESTION, model_parameters={"temperature": 0.2, "max_tokens": 200},
        metadata={"attempt": 1},
    ) as generation:
        generation.update(
            output={"role": "assistant", "content": ANSWER},
            # Exclusive buckets: 25 + 32 tokens went in.
            usage_details={"input": 25, "output": 17, "input_cached_tokens": 32, "total": 74},
            cost_details={"input": 0.0001, "output": 0.0002, "total": 0.0003},
        )
        generation.score(name="helpfulness", value=0.75, comment="It answers the question.")
    get_weather("Łódź")
    try:
        broken_tool(7)
    except ValueError:
        pass
    return ANSWER


@observe(name="handle request")
def handle():
    with propagate_attributes(
        trace_name="morning", session_id=SESSION, user_id=f"ada-{SESSION}", tags=["weather", "lodz"], metadata={"plan": "pro"}, version="1.2.3",
    ):
        return forecast("What is the weather in Łódź? 🇵🇱")


def main():
    handle()
    get_client().shutdown()
    print(json.dumps({
        "session": SESSION, "user": f"ada-{SESSION}", "agent": "forecaster", "tags": ["weather", "lodz"],
        "unsaid": ["provider", "responseModel"],
        "llm": [{
            "requestModel": "gpt-4o", "inputTokens": 57, "outputTokens": 17, "cacheReadTokens": 32, "costUsd": 0.0003,
            "question": QUESTION[-1]["content"], "output": ANSWER,
        }],
        "tools": [
            {"name": "get_weather", "status": "ok", "result": {"celsius": 21, "city": "Łódź"}},
            {"name": "broken_tool", "status": "error", "errorMessage": "tool exploded on 7"},
        ],
        "spans": ["handle request"], "refused": sorted(set(REFUSED)),
    }, ensure_ascii=False))


if __name__ == "__main__":
    main()
