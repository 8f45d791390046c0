"""The OpenTelemetry SDK by hand: spans of two generations of the GenAI conventions, an evaluation as a log event, a metric.

`program.py http|gzip|deflate|grpc` chooses how they travel.
"""

import json
import os
import sys
import time

from common.loopback import only_loopback

only_loopback()

from opentelemetry import trace  # noqa: E402
from opentelemetry._logs import LogRecord, SeverityNumber  # noqa: E402
from opentelemetry.sdk._logs import LoggerProvider  # noqa: E402
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor  # noqa: E402
from opentelemetry.sdk.metrics import MeterProvider  # noqa: E402
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: E402
from opentelemetry.sdk.resources import Resource  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: E402
from opentelemetry.trace import SpanKind, Status, StatusCode  # noqa: E402

VARIANT = sys.argv[1]
URL, KEY, SESSION = os.environ["DEBRIEF_URL"], os.environ["DEBRIEF_KEY"], os.environ["SESSION"]
CA = os.environ.get("DEBRIEF_CA")
USER = f"ada-{SESSION}"
AGENT = f"weather-{SESSION}"
QUESTION = "What is the weather in Łódź? 🇵🇱"
ANSWER = "It is 21 °C in Łódź. ☀️"


def exporters():
    """Exporters of spans, logs and metrics."""
    if VARIANT == "grpc":
        import grpc
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        where = {
            "endpoint": os.environ["DEBRIEF_GRPC"], "insecure": CA is None, "headers": {"authorization": f"Bearer {KEY}"},
            "compression": grpc.Compression.Gzip,
        }
        if CA:
            with open(CA, "rb") as file:
                where["credentials"] = grpc.ssl_channel_credentials(file.read())
        return OTLPSpanExporter(**where), OTLPLogExporter(**where), OTLPMetricExporter(**where)
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    how = {
        "headers": {"Authorization": f"Bearer {KEY}"},
        "compression": {"http": Compression.NoCompression, "gzip": Compression.Gzip, "deflate": Compression.Deflate}[VARIANT],
        "certificate_file": CA,
    }
    return (
        OTLPSpanExporter(f"{URL}/v1/traces", **how), OTLPLogExporter(f"{URL}/v1/logs", **how), OTLPMetricExporter(f"{URL}/v1/metrics", **how),
    )


def messages(*said):
    return json.dumps([{"role": role, "parts": parts} for role, *parts in said], ensure_ascii=False)


def text(content):
    return {"type": "text", "content": content}


CALL = {"type": "tool_call", "id": "call_weather", "name": "get_weather", "arguments": {"city": "Łódź"}}
RESPONSE = {"type": "tool_call_response", "id": "call_weather", "response": {"celsius": 21}}


def newest(tracer, logger):
    """The conventions of 2026: an agent, two calls of the model, a tool that works and one that does not, a judgement."""
    common = {"gen_ai.conversation.id": SESSION, "user.id": USER}
    asked = {
        **common, "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.request.temperature": 0.2, "gen_ai.request.max_tokens": 200,
        "server.address": "127.0.0.1", "server.port": 443,
        "gen_ai.system_instructions": json.dumps([text("Be brief")]),
    }
    agent = {**common, "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": AGENT, "gen_ai.usage.input_tokens": 140, "gen_ai.usage.output_tokens": 46}
    with tracer.start_as_current_span(f"invoke_agent {AGENT}", attributes=agent):
        with tracer.start_as_current_span("chat gpt-4o", kind=SpanKind.CLIENT, attributes={
            **asked, "gen_ai.response.id": "resp-1", "gen_ai.response.finish_reasons": ["tool_call"],
            "gen_ai.input.messages": messages(("user", text(QUESTION))), "gen_ai.output.messages": messages(("assistant", CALL)),
            "gen_ai.usage.input_tokens": 57, "gen_ai.usage.output_tokens": 17,
            "gen_ai.usage.cache_read.input_tokens": 32, "gen_ai.usage.cache_write.input_tokens": 8,
            "gen_ai.response.time_to_first_chunk": 0.25,
        }):
            pass
        tool = {**common, "gen_ai.operation.name": "execute_tool", "gen_ai.tool.type": "function"}
        with tracer.start_as_current_span("execute_tool get_weather", attributes={
            **tool, "gen_ai.tool.name": "get_weather", "gen_ai.tool.call.id": "call_weather",
            "gen_ai.tool.call.arguments": json.dumps({"city": "Łódź"}, ensure_ascii=False), "gen_ai.tool.call.result": json.dumps({"celsius": 21}),
        }):
            pass
        with tracer.start_as_current_span("execute_tool broken", attributes={
            **tool, "gen_ai.tool.name": "broken", "gen_ai.tool.call.id": "call_broken", "error.type": "ValueError",
        }) as span:
            span.record_exception(ValueError("the tool exploded"))
            span.set_status(Status(StatusCode.ERROR, "the tool exploded"))
        with tracer.start_as_current_span("chat gpt-4o", kind=SpanKind.CLIENT, attributes={
            **asked, "gen_ai.response.id": "resp-2", "gen_ai.response.finish_reasons": ["stop"],
            "gen_ai.input.messages": messages(("user", text(QUESTION)), ("assistant", CALL), ("tool", RESPONSE)),
            "gen_ai.output.messages": json.dumps([{"role": "assistant", "parts": [text(ANSWER)], "finish_reason": "stop"}], ensure_ascii=False),
            "gen_ai.usage.input_tokens": 83, "gen_ai.usage.output_tokens": 29, "gen_ai.usage.reasoning.output_tokens": 11,
        }):
            logger.emit(LogRecord(
                timestamp=time.time_ns(), event_name="gen_ai.evaluation.result", severity_number=SeverityNumber.INFO,
                attributes={
                    "gen_ai.evaluation.name": "helpfulness", "gen_ai.evaluation.score.value": 0.75, "gen_ai.evaluation.score.label": "good",
                    "gen_ai.evaluation.explanation": "It answers the question.", "gen_ai.response.id": "resp-2", "gen_ai.conversation.id": SESSION,
                },
            ))


def former(tracer):
    """The conventions of 1.27: contents as events of the span, other words for provider and tokens, the session in `session.id`."""
    with tracer.start_as_current_span("chat gpt-4o-mini", kind=SpanKind.CLIENT, attributes={
        "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o-mini", "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.response.id": "resp-3", "gen_ai.response.finish_reasons": ["stop"], "gen_ai.usage.prompt_tokens": 24, "gen_ai.usage.completion_tokens": 9,
        "session.id": SESSION, "enduser.id": USER,
    }) as span:
        span.add_event("gen_ai.content.prompt", {"gen_ai.prompt": json.dumps([{"role": "user", "content": QUESTION}], ensure_ascii=False)})
        span.add_event("gen_ai.content.completion", {"gen_ai.completion": json.dumps([{"role": "assistant", "content": ANSWER}], ensure_ascii=False)})


def failed(tracer):
    """A call of the model that was refused: no tokens, no output."""
    with tracer.start_as_current_span("chat gpt-4o", kind=SpanKind.CLIENT, attributes={
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.conversation.id": SESSION,
        "gen_ai.input.messages": messages(("user", text("Hello?"))), "error.type": "RateLimitError",
    }) as span:
        span.set_status(Status(StatusCode.ERROR, "slow down"))


def main():
    resource = Resource.create({
        "service.name": "weather-service", "service.version": "1.2.3", "deployment.environment.name": "test",
    })
    of_spans, of_logs, of_metrics = exporters()
    tracers, loggers = TracerProvider(resource=resource), LoggerProvider(resource=resource)
    meters = MeterProvider(resource=resource, metric_readers=[PeriodicExportingMetricReader(of_metrics)])
    tracers.add_span_processor(BatchSpanProcessor(of_spans))
    loggers.add_log_record_processor(BatchLogRecordProcessor(of_logs))
    trace.set_tracer_provider(tracers)
    tracer = tracers.get_tracer("by.hand", "1.0", schema_url="https://opentelemetry.io/schemas/1.41.0")
    newest(tracer, loggers.get_logger("by.hand", "1.0"))
    former(tracer)
    failed(tracer)
    usage = meters.get_meter("by.hand").create_histogram("gen_ai.client.token.usage", unit="{token}")
    usage.record(57, {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.token.type": "input", "gen_ai.request.model": "gpt-4o"})
    for provider in (tracers, loggers, meters):
        provider.shutdown()
    of_4o = {"provider": "openai", "requestModel": "gpt-4o", "responseModel": "gpt-4o-2024-08-06"}
    print(json.dumps({
        "session": SESSION, "user": USER, "agent": AGENT,
        "llm": [
            {**of_4o, "responseId": "resp-1", "inputTokens": 57, "outputTokens": 17, "cacheReadTokens": 32, "cacheWriteTokens": 8, "question": QUESTION,
             "output": None, "toolCalls": [{"id": "call_weather", "name": "get_weather", "arguments": {"city": "Łódź"}}]},
            {**of_4o, "responseId": "resp-2", "inputTokens": 83, "outputTokens": 29, "reasoningTokens": 11, "output": ANSWER, "finishReason": "stop"},
            {"provider": "openai", "requestModel": "gpt-4o-mini", "responseModel": "gpt-4o-mini-2024-07-18", "responseId": "resp-3",
             "inputTokens": 24, "outputTokens": 9, "question": QUESTION, "output": ANSWER, "finishReason": "stop"},
            {"provider": "openai", "requestModel": "gpt-4o", "responseModel": None, "inputTokens": None, "outputTokens": None, "question": "Hello?",
             "status": "error", "errorType": "RateLimitError", "errorMessage": "slow down"},
        ],
        "tools": [
            {"name": "get_weather", "status": "ok", "arguments": {"city": "Łódź"}, "result": {"celsius": 21}},
            {"name": "broken", "status": "error", "errorType": "ValueError", "errorMessage": "the tool exploded"},
        ],
        "spans": [f"invoke_agent {AGENT}"],
        "evaluation": {"name": "helpfulness", "score": 0.75, "label": "good"},
    }, ensure_ascii=False))


if __name__ == "__main__":
    main()
