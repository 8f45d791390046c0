"""OTLP requests as OTLP JSON, whatever they came as."""

import base64
import gzip
import json
import zlib

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

REQUESTS = {
    "traces": (traces.ExportTraceServiceRequest, traces.ExportTraceServiceResponse),
    "logs": (logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse),
    "metrics": (metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse),
}
GRPC = {
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export": "traces",
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export": "logs",
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export": "metrics",
}


def inflated(body, encoding):
    """A body without its compression."""
    return {"gzip": gzip.decompress, "deflate": zlib.decompress}.get(encoding, bytes)(body)


def decoded(path, kind, body):
    """A body without compression: JSON as it is, protobuf as JSON, anything else as text."""
    signal = GRPC.get(path) or path.rstrip("/").rsplit("/", 1)[-1]
    if kind == "application/json":
        return json.loads(body)
    if signal in REQUESTS:
        return hex_ids(MessageToDict(REQUESTS[signal][0].FromString(body), use_integers_for_enums=True))
    return body.decode("utf-8", "replace")


def hex_ids(value):
    """OTLP's JSON says ids in hex, unlike protobuf's."""
    if isinstance(value, list):
        return [hex_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(one).hex() if name in ("traceId", "spanId", "parentSpanId") and isinstance(one, str) else hex_ids(one)
        for name, one in value.items()
    }


def spans(content):
    """Every span of one decoded request."""
    if not isinstance(content, dict):
        return []
    return [span for resource in content.get("resourceSpans", []) for scope in resource["scopeSpans"] for span in scope["spans"]]
