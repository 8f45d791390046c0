//! Log records and what they come in.

use super::message::message;
use crate::proto::collector::logs::v1::ExportLogsServiceRequest;
use crate::proto::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};

message! {
    Envelope ExportLogsServiceRequest {
        "resourceLogs" | "resource_logs" => resource_logs,
    }
}

message! {
    Envelope ResourceLogs {
        "resource" => resource,
        "scopeLogs" | "scope_logs" | "instrumentationLibraryLogs" => scope_logs,
        "schemaUrl" | "schema_url" => schema_url,
    }
}

message! {
    Envelope ScopeLogs {
        "scope" | "instrumentationLibrary" => scope,
        "logRecords" | "log_records" => log_records,
        "schemaUrl" | "schema_url" => schema_url,
    }
}

message! {
    Strict LogRecord {
        "timeUnixNano" | "time_unix_nano" => time_unix_nano,
        "observedTimeUnixNano" | "observed_time_unix_nano" => observed_time_unix_nano,
        "severityNumber" | "severity_number" => severity_number,
        "severityText" | "severity_text" => severity_text,
        "body" => body,
        "attributes" => attributes,
        "droppedAttributesCount" | "dropped_attributes_count" => dropped_attributes_count,
        "flags" => flags,
        "traceId" | "trace_id" => trace_id,
        "spanId" | "span_id" => span_id,
        "eventName" | "event_name" => event_name,
    }
}
