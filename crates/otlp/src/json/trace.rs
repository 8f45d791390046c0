//! Spans and what they come in.

use super::message::message;
use crate::proto::collector::trace::v1::ExportTraceServiceRequest;
use crate::proto::trace::v1::span::{Event, Link};
use crate::proto::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

message! {
    Envelope ExportTraceServiceRequest {
        "resourceSpans" | "resource_spans" => resource_spans,
    }
}

message! {
    Envelope ResourceSpans {
        "resource" => resource,
        "scopeSpans" | "scope_spans" | "instrumentationLibrarySpans" => scope_spans,
        "schemaUrl" | "schema_url" => schema_url,
    }
}

message! {
    Envelope ScopeSpans {
        "scope" | "instrumentationLibrary" => scope,
        "spans" => spans,
        "schemaUrl" | "schema_url" => schema_url,
    }
}

message! {
    Strict Span {
        "traceId" | "trace_id" => trace_id,
        "spanId" | "span_id" => span_id,
        "traceState" | "trace_state" => trace_state,
        "parentSpanId" | "parent_span_id" => parent_span_id,
        "flags" => flags,
        "name" => name,
        "kind" => kind,
        "startTimeUnixNano" | "start_time_unix_nano" => start_time_unix_nano,
        "endTimeUnixNano" | "end_time_unix_nano" => end_time_unix_nano,
        "attributes" => attributes,
        "droppedAttributesCount" | "dropped_attributes_count" => dropped_attributes_count,
        "events" => events,
        "droppedEventsCount" | "dropped_events_count" => dropped_events_count,
        "links" => links,
        "droppedLinksCount" | "dropped_links_count" => dropped_links_count,
        "status" => status,
    }
}

message! {
    Strict Event {
        "timeUnixNano" | "time_unix_nano" => time_unix_nano,
        "name" => name,
        "attributes" => attributes,
        "droppedAttributesCount" | "dropped_attributes_count" => dropped_attributes_count,
    }
}

message! {
    Strict Link {
        "traceId" | "trace_id" => trace_id,
        "spanId" | "span_id" => span_id,
        "traceState" | "trace_state" => trace_state,
        "attributes" => attributes,
        "droppedAttributesCount" | "dropped_attributes_count" => dropped_attributes_count,
        "flags" => flags,
    }
}

message! {
    Strict Status {
        "message" => message,
        "code" => code,
    }
}
