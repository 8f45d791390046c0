//! Metrics of all five kinds and what they come in.

use super::message::message;
use crate::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use crate::proto::metrics::v1::exponential_histogram_data_point::Buckets;
use crate::proto::metrics::v1::summary_data_point::ValueAtQuantile;
use crate::proto::metrics::v1::{
    Exemplar, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum, Summary, SummaryDataPoint, exemplar, metric, number_data_point,
};

message! {
    Envelope ExportMetricsServiceRequest {
        "resourceMetrics" | "resource_metrics" => resource_metrics,
    }
}

message! {
    Envelope ResourceMetrics {
        "resource" => resource,
        "scopeMetrics" | "scope_metrics" | "instrumentationLibraryMetrics" => scope_metrics,
        "schemaUrl" | "schema_url" => schema_url,
    }
}

message! {
    Envelope ScopeMetrics {
        "scope" | "instrumentationLibrary" => scope,
        "metrics" => metrics,
        "schemaUrl" | "schema_url" => schema_url,
    }
}

message! {
    Strict Metric {
        "name" => name,
        "description" => description,
        "unit" => unit,
        "metadata" => metadata,
        one of data {
            "gauge" => metric::Data::Gauge,
            "sum" => metric::Data::Sum,
            "histogram" => metric::Data::Histogram,
            "exponentialHistogram" | "exponential_histogram" => metric::Data::ExponentialHistogram,
            "summary" => metric::Data::Summary,
        }
    }
}

message! {
    Strict Gauge {
        "dataPoints" | "data_points" => data_points,
    }
}

message! {
    Strict Sum {
        "dataPoints" | "data_points" => data_points,
        "aggregationTemporality" | "aggregation_temporality" => aggregation_temporality,
        "isMonotonic" | "is_monotonic" => is_monotonic,
    }
}

message! {
    Strict Histogram {
        "dataPoints" | "data_points" => data_points,
        "aggregationTemporality" | "aggregation_temporality" => aggregation_temporality,
    }
}

message! {
    Strict ExponentialHistogram {
        "dataPoints" | "data_points" => data_points,
        "aggregationTemporality" | "aggregation_temporality" => aggregation_temporality,
    }
}

message! {
    Strict Summary {
        "dataPoints" | "data_points" => data_points,
    }
}

message! {
    Strict NumberDataPoint {
        "attributes" => attributes,
        "startTimeUnixNano" | "start_time_unix_nano" => start_time_unix_nano,
        "timeUnixNano" | "time_unix_nano" => time_unix_nano,
        "exemplars" => exemplars,
        "flags" => flags,
        one of value {
            "asDouble" | "as_double" => number_data_point::Value::AsDouble,
            "asInt" | "as_int" => number_data_point::Value::AsInt,
        }
    }
}

message! {
    Strict HistogramDataPoint {
        "attributes" => attributes,
        "startTimeUnixNano" | "start_time_unix_nano" => start_time_unix_nano,
        "timeUnixNano" | "time_unix_nano" => time_unix_nano,
        "count" => count,
        "sum" => sum,
        "bucketCounts" | "bucket_counts" => bucket_counts,
        "explicitBounds" | "explicit_bounds" => explicit_bounds,
        "exemplars" => exemplars,
        "flags" => flags,
        "min" => min,
        "max" => max,
    }
}

message! {
    Strict ExponentialHistogramDataPoint {
        "attributes" => attributes,
        "startTimeUnixNano" | "start_time_unix_nano" => start_time_unix_nano,
        "timeUnixNano" | "time_unix_nano" => time_unix_nano,
        "count" => count,
        "sum" => sum,
        "scale" => scale,
        "zeroCount" | "zero_count" => zero_count,
        "positive" => positive,
        "negative" => negative,
        "flags" => flags,
        "exemplars" => exemplars,
        "min" => min,
        "max" => max,
        "zeroThreshold" | "zero_threshold" => zero_threshold,
    }
}

message! {
    Strict Buckets {
        "offset" => offset,
        "bucketCounts" | "bucket_counts" => bucket_counts,
    }
}

message! {
    Strict SummaryDataPoint {
        "attributes" => attributes,
        "startTimeUnixNano" | "start_time_unix_nano" => start_time_unix_nano,
        "timeUnixNano" | "time_unix_nano" => time_unix_nano,
        "count" => count,
        "sum" => sum,
        "quantileValues" | "quantile_values" => quantile_values,
        "flags" => flags,
    }
}

message! {
    Strict ValueAtQuantile {
        "quantile" => quantile,
        "value" => value,
    }
}

message! {
    Strict Exemplar {
        "filteredAttributes" | "filtered_attributes" => filtered_attributes,
        "timeUnixNano" | "time_unix_nano" => time_unix_nano,
        "spanId" | "span_id" => span_id,
        "traceId" | "trace_id" => trace_id,
        one of value {
            "asDouble" | "as_double" => exemplar::Value::AsDouble,
            "asInt" | "as_int" => exemplar::Value::AsInt,
        }
    }
}
