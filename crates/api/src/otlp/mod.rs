//! OpenTelemetry's export protocol: traces, logs and metrics over HTTP, in protobuf and JSON, and over gRPC, all on the one port.
//!
//! Contract: `docs/otlp.md`; what attributes mean is in `docs/dialects.md`. Credentials: `Authorization: Bearer <key>`, or, for exporters
//! that can set only those, `x-api-key`, or basic credentials of which the password is the key. A span is known by its trace and its
//! own id: sent again, it is the same one. What of a request cannot be recorded is refused item by item.

mod auth;
mod error;
mod export;
mod grpc;
mod translate;

use crate::edge::facade::Facade;

/// Its routes.
#[must_use]
pub fn facade() -> Facade {
    Facade::new("otlp", error::render, &["/v1/", "/opentelemetry."])
        .post("/v1/traces", export::traces)
        .post("/v1/logs", export::logs)
        .post("/v1/metrics", export::metrics)
        .post("/api/public/otel/v1/traces", export::traces)
        .post("/api/public/otel/v1/logs", export::logs)
        .post("/api/public/otel/v1/metrics", export::metrics)
        .post("/opentelemetry.proto.collector.trace.v1.TraceService/Export", grpc::traces)
        .post("/opentelemetry.proto.collector.logs.v1.LogsService/Export", grpc::logs)
        .post("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", grpc::metrics)
}
