//! What the composed files in `tests/data` mean, written as the published messages.

use crate::proto::collector::logs::v1::ExportLogsServiceRequest;
use crate::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use crate::proto::collector::trace::v1::ExportTraceServiceRequest;
use crate::proto::common::v1::any_value::Value;
use crate::proto::common::v1::{AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList};
use crate::proto::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use crate::proto::metrics::v1::exponential_histogram_data_point::Buckets;
use crate::proto::metrics::v1::summary_data_point::ValueAtQuantile;
use crate::proto::metrics::v1::{
    AggregationTemporality, Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar, metric, number_data_point,
};
use crate::proto::resource::v1::Resource;
use crate::proto::trace::v1::span::{Event, Link, SpanKind};
use crate::proto::trace::v1::status::StatusCode;
use crate::proto::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

/// `trace.json`.
pub(super) fn trace() -> ExportTraceServiceRequest {
    let scope = InstrumentationScope {
        name: "booking".into(),
        version: "2.1.0".into(),
        attributes: vec![attribute("stable", Value::BoolValue(true))],
        dropped_attributes_count: 2,
    };
    let scope_spans = ScopeSpans { scope: Some(scope), spans: vec![span()], schema_url: "https://s.example/2".into() };
    let mut resource = Resource {
        attributes: vec![text("service.name", "concierge"), attribute("process.pid", Value::IntValue(4711))],
        dropped_attributes_count: 1,
        entity_refs: vec![],
    };
    resource.entity_refs.push(EntityRef {
        schema_url: "https://e.example/1".into(),
        r#type: "service".into(),
        id_keys: vec!["service.name".into()],
        description_keys: vec!["host".into()],
    });
    let schema_url = "https://s.example/1".into();
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: Some(resource), scope_spans: vec![scope_spans], schema_url }],
    }
}

fn span() -> Span {
    Span {
        trace_id: trace_id(0x9c),
        span_id: span_id(0x31),
        parent_span_id: vec![0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7],
        trace_state: "vendor=1".into(),
        flags: 257,
        name: "chat sonnet".into(),
        kind: SpanKind::Client.into(),
        start_time_unix_nano: 1_767_225_600_000_000_001,
        end_time_unix_nano: 1_767_225_601_500_000_000,
        attributes: span_attributes(),
        dropped_attributes_count: 3,
        events: vec![event()],
        dropped_events_count: 5,
        links: vec![link()],
        dropped_links_count: 7,
        status: Some(Status { message: "overloaded".into(), code: StatusCode::Error.into() }),
    }
}

fn span_attributes() -> Vec<KeyValue> {
    let stop = ArrayValue { values: [Value::StringValue("END".into()), Value::IntValue(-1)].map(any).into() };
    let tool = KeyValueList { values: vec![text("name", "search")] };
    vec![
        attribute("gen_ai.usage.input_tokens", Value::IntValue(1200)),
        attribute("temperature", Value::DoubleValue(0.25)),
        attribute("stop", Value::ArrayValue(stop)),
        attribute("tool", Value::KvlistValue(tool)),
        attribute("image", Value::BytesValue(vec![0x00, 0xff, 0x80])),
    ]
}

fn event() -> Event {
    Event {
        time_unix_nano: 1_767_225_600_500_000_000,
        name: "first token".into(),
        attributes: vec![attribute("n", Value::IntValue(1))],
        dropped_attributes_count: 4,
    }
}

fn link() -> Link {
    Link {
        trace_id: trace_id(0x9d),
        span_id: span_id(0x32),
        trace_state: "vendor=2".into(),
        attributes: vec![text("why", "retry")],
        dropped_attributes_count: 6,
        flags: 1,
    }
}

/// `logs.json`.
pub(super) fn logs() -> ExportLogsServiceRequest {
    let scope_logs = ScopeLogs { scope: Some(scope("booking")), log_records: vec![record()], schema_url: "https://s.example/2".into() };
    let schema_url = "https://s.example/1".into();
    ExportLogsServiceRequest { resource_logs: vec![ResourceLogs { resource: Some(resource()), scope_logs: vec![scope_logs], schema_url }] }
}

fn record() -> LogRecord {
    LogRecord {
        time_unix_nano: 1_767_225_600_000_000_001,
        observed_time_unix_nano: 1_767_225_600_000_000_002,
        severity_number: SeverityNumber::Warn.into(),
        severity_text: "WARN".into(),
        event_name: "gen_ai.choice".into(),
        body: Some(any(Value::KvlistValue(KeyValueList { values: vec![text("content", "Grüße 😀")] }))),
        attributes: vec![attribute("index", Value::IntValue(0))],
        dropped_attributes_count: 1,
        flags: 1,
        trace_id: trace_id(0x9c),
        span_id: span_id(0x31),
    }
}

/// `metrics.json`.
pub(super) fn metrics() -> ExportMetricsServiceRequest {
    let metrics = vec![
        Metric {
            description: "waiting calls".into(),
            metadata: vec![text("origin", "probe")],
            ..metric("queue", "{call}", metric::Data::Gauge(gauge()))
        },
        metric("tokens", "{token}", metric::Data::Sum(sum())),
        metric("duration", "s", metric::Data::Histogram(histogram())),
        metric("latency", "", metric::Data::ExponentialHistogram(exponential_histogram())),
        metric("old", "", metric::Data::Summary(summary())),
    ];
    let scope_metrics = ScopeMetrics { scope: Some(scope("meter")), metrics, schema_url: String::new() };
    let of = ResourceMetrics { resource: Some(resource()), scope_metrics: vec![scope_metrics], schema_url: String::new() };
    ExportMetricsServiceRequest { resource_metrics: vec![of] }
}

fn metric(name: &str, unit: &str, data: metric::Data) -> Metric {
    Metric { name: name.into(), unit: unit.into(), data: Some(data), ..Metric::default() }
}

fn gauge() -> Gauge {
    let value = Some(number_data_point::Value::AsDouble(2.5));
    let measured = NumberDataPoint { time_unix_nano: 30, flags: 1, value, ..NumberDataPoint::default() };
    Gauge { data_points: vec![measured, NumberDataPoint { time_unix_nano: 31, ..NumberDataPoint::default() }] }
}

fn sum() -> Sum {
    let point = NumberDataPoint {
        attributes: vec![text("gen_ai.token.type", "input")],
        start_time_unix_nano: 10,
        time_unix_nano: 30,
        exemplars: exemplars(),
        flags: 0,
        value: Some(number_data_point::Value::AsInt(1200)),
    };
    Sum { data_points: vec![point], aggregation_temporality: AggregationTemporality::Delta.into(), is_monotonic: true }
}

fn exemplars() -> Vec<Exemplar> {
    let traced = Exemplar {
        filtered_attributes: vec![text("user", "u")],
        time_unix_nano: 20,
        span_id: span_id(0x31),
        trace_id: trace_id(0x9c),
        value: Some(exemplar::Value::AsInt(7)),
    };
    vec![traced, bare_exemplar()]
}

fn bare_exemplar() -> Exemplar {
    Exemplar { time_unix_nano: 20, value: Some(exemplar::Value::AsDouble(0.5)), ..Exemplar::default() }
}

fn histogram() -> Histogram {
    let point = HistogramDataPoint {
        start_time_unix_nano: 10,
        time_unix_nano: 30,
        count: 3,
        sum: Some(4.5),
        bucket_counts: vec![1, 2],
        explicit_bounds: vec![1.5],
        min: Some(0.5),
        max: Some(2.5),
        attributes: vec![text("model", "h")],
        exemplars: vec![bare_exemplar()],
        flags: 1,
    };
    Histogram { data_points: vec![point], aggregation_temporality: AggregationTemporality::Cumulative.into() }
}

fn exponential_histogram() -> ExponentialHistogram {
    let point = ExponentialHistogramDataPoint {
        attributes: vec![text("model", "e")],
        start_time_unix_nano: 10,
        time_unix_nano: 30,
        count: 5,
        sum: Some(-1.0),
        scale: -1,
        zero_count: 1,
        positive: Some(Buckets { offset: 2, bucket_counts: vec![3] }),
        negative: Some(Buckets { offset: -2, bucket_counts: vec![1] }),
        flags: 1,
        exemplars: vec![bare_exemplar()],
        min: Some(-2.0),
        max: Some(1.0),
        zero_threshold: 0.125,
    };
    ExponentialHistogram { data_points: vec![point], aggregation_temporality: AggregationTemporality::Delta.into() }
}

fn summary() -> Summary {
    let point = SummaryDataPoint {
        attributes: vec![text("model", "s")],
        start_time_unix_nano: 10,
        time_unix_nano: 30,
        count: 2,
        sum: 9.0,
        quantile_values: vec![ValueAtQuantile { quantile: 0.5, value: 4.0 }],
        flags: 1,
    };
    Summary { data_points: vec![point] }
}

fn resource() -> Resource {
    Resource { attributes: vec![text("service.name", "concierge")], ..Resource::default() }
}

fn scope(name: &str) -> InstrumentationScope {
    InstrumentationScope { name: name.into(), ..InstrumentationScope::default() }
}

fn trace_id(last: u8) -> Vec<u8> {
    vec![0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, last]
}

fn span_id(last: u8) -> Vec<u8> {
    vec![0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, last]
}

pub(super) fn any(value: Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

pub(super) fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(any(value)), ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}
