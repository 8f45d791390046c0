//! Which fields of which messages have messages in them: the published definitions, reduced to what takes memory.

use crate::proto::common::v1::{AnyValue, EntityRef, KeyValue};
use crate::proto::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use crate::proto::metrics::v1::summary_data_point::ValueAtQuantile;
use crate::proto::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, SummaryDataPoint,
};
use crate::proto::trace::v1::span::{Event, Link};
use crate::proto::trace::v1::{ResourceSpans, ScopeSpans, Span};

/// A kind of message.
pub(crate) struct Kind(&'static [Part]);

/// A field of a message that has messages in it.
pub(super) struct Part {
    number: u64,
    pub(super) kind: &'static Kind,
    /// What one element of a list takes; nothing for a field that is no list, whose room its message already has.
    pub(super) element_bytes: usize,
}

impl Kind {
    pub(super) fn part(&self, number: u64) -> Option<&Part> {
        self.0.iter().find(|part| part.number == number)
    }
}

const fn one(number: u64, kind: &'static Kind) -> Part {
    Part { number, kind, element_bytes: 0 }
}

const fn list<T>(number: u64, kind: &'static Kind) -> Part {
    Part { number, kind, element_bytes: size_of::<T>() }
}

const fn attributes(number: u64) -> Part {
    list::<KeyValue>(number, &KEY_VALUE)
}

/// The body of `/v1/traces`.
pub(crate) static TRACES: Kind = Kind(&[list::<ResourceSpans>(1, &RESOURCE_SPANS)]);
static RESOURCE_SPANS: Kind = Kind(&[one(1, &RESOURCE), list::<ScopeSpans>(2, &SCOPE_SPANS)]);
static SCOPE_SPANS: Kind = Kind(&[one(1, &SCOPE), list::<Span>(2, &SPAN)]);
static SPAN: Kind = Kind(&[attributes(9), list::<Event>(11, &EVENT), list::<Link>(13, &LINK)]);
static EVENT: Kind = Kind(&[attributes(3)]);
static LINK: Kind = Kind(&[attributes(4)]);

/// The body of `/v1/logs`.
pub(crate) static LOGS: Kind = Kind(&[list::<ResourceLogs>(1, &RESOURCE_LOGS)]);
static RESOURCE_LOGS: Kind = Kind(&[one(1, &RESOURCE), list::<ScopeLogs>(2, &SCOPE_LOGS)]);
static SCOPE_LOGS: Kind = Kind(&[one(1, &SCOPE), list::<LogRecord>(2, &LOG_RECORD)]);
static LOG_RECORD: Kind = Kind(&[one(5, &ANY_VALUE), attributes(6)]);

/// The body of `/v1/metrics`.
pub(crate) static METRICS: Kind = Kind(&[list::<ResourceMetrics>(1, &RESOURCE_METRICS)]);
static RESOURCE_METRICS: Kind = Kind(&[one(1, &RESOURCE), list::<ScopeMetrics>(2, &SCOPE_METRICS)]);
static SCOPE_METRICS: Kind = Kind(&[one(1, &SCOPE), list::<Metric>(2, &METRIC)]);
static METRIC: Kind =
    Kind(&[one(5, &NUMBERS), one(7, &NUMBERS), one(9, &HISTOGRAMS), one(10, &EXPONENTIAL_HISTOGRAMS), one(11, &SUMMARIES), attributes(12)]);
static NUMBERS: Kind = Kind(&[list::<NumberDataPoint>(1, &NUMBER)]);
static NUMBER: Kind = Kind(&[list::<Exemplar>(5, &EXEMPLAR), attributes(7)]);
static HISTOGRAMS: Kind = Kind(&[list::<HistogramDataPoint>(1, &HISTOGRAM)]);
static HISTOGRAM: Kind = Kind(&[list::<Exemplar>(8, &EXEMPLAR), attributes(9)]);
static EXPONENTIAL_HISTOGRAMS: Kind = Kind(&[list::<ExponentialHistogramDataPoint>(1, &EXPONENTIAL_HISTOGRAM)]);
static EXPONENTIAL_HISTOGRAM: Kind = Kind(&[attributes(1), list::<Exemplar>(11, &EXEMPLAR)]);
static SUMMARIES: Kind = Kind(&[list::<SummaryDataPoint>(1, &SUMMARY)]);
static SUMMARY: Kind = Kind(&[list::<ValueAtQuantile>(6, &LEAF), attributes(7)]);
static EXEMPLAR: Kind = Kind(&[attributes(7)]);

static RESOURCE: Kind = Kind(&[attributes(1), list::<EntityRef>(3, &ENTITY_REF)]);
static ENTITY_REF: Kind = Kind(&[list::<String>(3, &LEAF), list::<String>(4, &LEAF)]);
static SCOPE: Kind = Kind(&[attributes(3)]);
static KEY_VALUE: Kind = Kind(&[one(2, &ANY_VALUE)]);
static ANY_VALUE: Kind = Kind(&[one(5, &ARRAY_VALUE), one(6, &KEY_VALUE_LIST)]);
static ARRAY_VALUE: Kind = Kind(&[list::<AnyValue>(1, &ANY_VALUE)]);
static KEY_VALUE_LIST: Kind = Kind(&[attributes(1)]);
static LEAF: Kind = Kind(&[]);
