//! Which fields of which messages have messages or texts in them: the published definitions, reduced to what takes memory and to what
//! can be mended.

use prost::{DecodeError, Message};

use crate::proto::common::v1::{AnyValue, EntityRef, KeyValue};
use crate::proto::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use crate::proto::metrics::v1::summary_data_point::ValueAtQuantile;
use crate::proto::metrics::v1::{
    Exemplar, ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics, SummaryDataPoint,
};
use crate::proto::trace::v1::span::{Event, Link};
use crate::proto::trace::v1::{ResourceSpans, ScopeSpans, Span};

/// A kind of message.
pub(crate) struct Kind {
    parts: &'static [Part],
    /// Fields that are texts.
    texts: &'static [u64],
    /// Messages that hold texts and take no room worth counting.
    asides: &'static [Part],
    /// Whether it can be left out of a request without harm to what is beside it.
    pub(super) item: Option<Item>,
}

/// What a request has many of, each of which stands for itself.
pub(super) struct Item {
    pub(super) name: &'static str,
    /// The library's verdict on one.
    pub(super) check: fn(&[u8]) -> Result<(), DecodeError>,
}

/// A field of a message that has messages in it.
pub(super) struct Part {
    number: u64,
    pub(super) kind: &'static Kind,
    /// What one element of a list takes; nothing for a field that is no list, whose room its message already has.
    pub(super) element_bytes: usize,
}

impl Kind {
    const fn of(parts: &'static [Part]) -> Self {
        Self { parts, texts: &[], asides: &[], item: None }
    }

    const fn texts(mut self, texts: &'static [u64]) -> Self {
        self.texts = texts;
        self
    }

    const fn asides(mut self, asides: &'static [Part]) -> Self {
        self.asides = asides;
        self
    }

    const fn item<T: Message + Default>(mut self, name: &'static str) -> Self {
        self.item = Some(Item { name, check: |bytes| T::decode(bytes).map(drop) });
        self
    }

    pub(super) fn part(&self, number: u64) -> Option<&Part> {
        self.parts.iter().find(|part| part.number == number)
    }

    pub(super) fn is_text(&self, number: u64) -> bool {
        self.texts.contains(&number)
    }

    /// The kind of the message that a field is, whatever that takes.
    pub(super) fn inner(&self, number: u64) -> Option<&'static Kind> {
        self.parts.iter().chain(self.asides).find(|part| part.number == number).map(|part| part.kind)
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
pub(crate) static TRACES: Kind = Kind::of(&[list::<ResourceSpans>(1, &RESOURCE_SPANS)]);
static RESOURCE_SPANS: Kind = Kind::of(&[one(1, &RESOURCE), list::<ScopeSpans>(2, &SCOPE_SPANS)]).texts(&[3]);
static SCOPE_SPANS: Kind = Kind::of(&[one(1, &SCOPE), list::<Span>(2, &SPAN)]).texts(&[3]);
static SPAN: Kind = Kind::of(&[attributes(9), list::<Event>(11, &EVENT), list::<Link>(13, &LINK)])
    .texts(&[3, 5])
    .asides(&[one(15, &STATUS)])
    .item::<Span>("span");
static STATUS: Kind = Kind::of(&[]).texts(&[2]);
static EVENT: Kind = Kind::of(&[attributes(3)]).texts(&[2]);
static LINK: Kind = Kind::of(&[attributes(4)]).texts(&[3]);

/// The body of `/v1/logs`.
pub(crate) static LOGS: Kind = Kind::of(&[list::<ResourceLogs>(1, &RESOURCE_LOGS)]);
static RESOURCE_LOGS: Kind = Kind::of(&[one(1, &RESOURCE), list::<ScopeLogs>(2, &SCOPE_LOGS)]).texts(&[3]);
static SCOPE_LOGS: Kind = Kind::of(&[one(1, &SCOPE), list::<LogRecord>(2, &LOG_RECORD)]).texts(&[3]);
static LOG_RECORD: Kind = Kind::of(&[one(5, &ANY_VALUE), attributes(6)]).texts(&[3, 12]).item::<LogRecord>("log record");

/// The body of `/v1/metrics`.
pub(crate) static METRICS: Kind = Kind::of(&[list::<ResourceMetrics>(1, &RESOURCE_METRICS)]);
static RESOURCE_METRICS: Kind = Kind::of(&[one(1, &RESOURCE), list::<ScopeMetrics>(2, &SCOPE_METRICS)]).texts(&[3]);
static SCOPE_METRICS: Kind = Kind::of(&[one(1, &SCOPE), list::<Metric>(2, &METRIC)]).texts(&[3]);
static METRIC: Kind = Kind::of(&[
    one(5, &NUMBERS),
    one(7, &NUMBERS),
    one(9, &HISTOGRAMS),
    one(10, &EXPONENTIAL_HISTOGRAMS),
    one(11, &SUMMARIES),
    attributes(12),
])
.texts(&[1, 2, 3])
.item::<Metric>("metric");
static NUMBERS: Kind = Kind::of(&[list::<NumberDataPoint>(1, &NUMBER)]);
static NUMBER: Kind = Kind::of(&[list::<Exemplar>(5, &EXEMPLAR), attributes(7)]);
static HISTOGRAMS: Kind = Kind::of(&[list::<HistogramDataPoint>(1, &HISTOGRAM)]);
static HISTOGRAM: Kind = Kind::of(&[list::<Exemplar>(8, &EXEMPLAR), attributes(9)]);
static EXPONENTIAL_HISTOGRAMS: Kind = Kind::of(&[list::<ExponentialHistogramDataPoint>(1, &EXPONENTIAL_HISTOGRAM)]);
static EXPONENTIAL_HISTOGRAM: Kind = Kind::of(&[attributes(1), list::<Exemplar>(11, &EXEMPLAR)]);
static SUMMARIES: Kind = Kind::of(&[list::<SummaryDataPoint>(1, &SUMMARY)]);
static SUMMARY: Kind = Kind::of(&[list::<ValueAtQuantile>(6, &LEAF), attributes(7)]);
static EXEMPLAR: Kind = Kind::of(&[attributes(7)]);

static RESOURCE: Kind = Kind::of(&[attributes(1), list::<EntityRef>(3, &ENTITY_REF)]);
static ENTITY_REF: Kind = Kind::of(&[list::<String>(3, &LEAF), list::<String>(4, &LEAF)]).texts(&[1, 2, 3, 4]);
static SCOPE: Kind = Kind::of(&[attributes(3)]).texts(&[1, 2]);
static KEY_VALUE: Kind = Kind::of(&[one(2, &ANY_VALUE)]).texts(&[1]);
static ANY_VALUE: Kind = Kind::of(&[one(5, &ARRAY_VALUE), one(6, &KEY_VALUE_LIST)]).texts(&[1]);
static ARRAY_VALUE: Kind = Kind::of(&[list::<AnyValue>(1, &ANY_VALUE)]);
static KEY_VALUE_LIST: Kind = Kind::of(&[attributes(1)]);
static LEAF: Kind = Kind::of(&[]);
