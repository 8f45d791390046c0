"""OpenTelemetry's own instrumentation of OpenAI: `default` says contents in log events, `experimental` in attributes of the span."""

import json
import os
import sys
from importlib.metadata import version

from common.loopback import only_loopback

only_loopback()

VARIANT = sys.argv[1]
URL, KEY, SESSION = os.environ["DEBRIEF_URL"], os.environ["DEBRIEF_KEY"], os.environ["SESSION"]
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = URL
os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = f"Authorization=Bearer%20{KEY}"
if VARIANT == "experimental":
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "gen_ai_latest_experimental"
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "SPAN_AND_EVENT"
else:
    os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"

import openai  # noqa: E402
from opentelemetry import trace  # noqa: E402
from opentelemetry._logs import set_logger_provider  # noqa: E402
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor  # noqa: E402
from opentelemetry.sdk._logs import LoggerProvider  # noqa: E402
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor  # noqa: E402
from opentelemetry.sdk.resources import Resource  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: E402

FORMER = version("opentelemetry-instrumentation-openai-v2").startswith("2.1")
QUESTION = "What is the weather in Łódź? 🇵🇱"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "The weather of a city", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]


def say_events(loggers):
    """Until 2025 an event had a logger of its own."""
    try:
        from opentelemetry._events import set_event_logger_provider
        from opentelemetry.sdk._events import EventLoggerProvider
    except ImportError:
        return
    set_event_logger_provider(EventLoggerProvider(loggers))


def main():
    resource = Resource.create({"service.name": "weather-service"})
    tracers, loggers = TracerProvider(resource=resource), LoggerProvider(resource=resource)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    trace.set_tracer_provider(tracers)
    set_logger_provider(loggers)
    say_events(loggers)
    OpenAIInstrumentor().instrument()
    model = openai.OpenAI(base_url=f"{os.environ['MODEL_URL']}/v1", api_key="none", max_retries=0)
    # The instrumentation knows nothing of sessions or users; the program's own span does.
    with tracers.get_tracer("weather").start_as_current_span("handle request", attributes={"session.id": SESSION, "user.id": f"ada-{SESSION}"}):
        history = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": QUESTION}]
        wants = model.chat.completions.create(model="gpt-4o", messages=history, tools=TOOLS, temperature=0.2, max_tokens=200).choices[0].message
        history += [wants.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": wants.tool_calls[0].id, "content": '{"celsius":21}'}]
        answer = model.chat.completions.create(model="gpt-4o", messages=history).choices[0].message.content
        history += [{"role": "assistant", "content": answer}, {"role": "user", "content": "What shall I wear?"}]
        list(model.chat.completions.create(model="gpt-4o", messages=history, stream=True, stream_options={"include_usage": True}))
        try:
            openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key="none", max_retries=0).chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": "Is anybody there?"}])
        except openai.APIConnectionError:
            pass
    tracers.shutdown()
    loggers.shutdown()
    print(json.dumps({
        "session": SESSION, "user": f"ada-{SESSION}", "spans": ["handle request"], "tools": [],
        # The newer version takes `true` for no answer and says no contents; neither says how many tokens came from a cache.
        "unsaid": ["cacheReadTokens", "reasoningTokens", "finishReason"] + ([] if VARIANT == "experimental" or FORMER else ["question", "output", "toolCalls"]),
        "llm": [
            {"requestModel": "gpt-4o", "question": QUESTION}, {"requestModel": "gpt-4o"}, {"requestModel": "gpt-4o", "question": "What shall I wear?"},
            {"provider": "openai", "requestModel": "gpt-4o", "inputTokens": None, "outputTokens": None, "question": "Is anybody there?",
             "status": "error", "errorType": "APIConnectionError"},
        ],
    }, ensure_ascii=False))


if __name__ == "__main__":
    main()
