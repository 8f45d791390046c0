//! Spans in a few lines.

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::Event};

use crate::Around;

/// 2026-11-21T23:58:15Z.
pub(super) const BEGAN: u64 = 1_795_305_495_000_000_000;

#[derive(Clone, Default)]
pub(super) struct Builder {
    pub(super) span: Span,
    pub(super) resource: Vec<KeyValue>,
    pub(super) scope: String,
}

/// A client span of half a second.
pub(super) fn span(name: &str) -> Builder {
    let times = (BEGAN, BEGAN + 500_000_000);
    let span = Span { name: name.into(), kind: 3, start_time_unix_nano: times.0, end_time_unix_nano: times.1, ..Span::default() };
    Builder { span, ..Builder::default() }
}

pub(super) fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

pub(super) fn text(text: &str) -> Value {
    Value::StringValue(text.into())
}

pub(super) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::ArrayValue(ArrayValue { values: values.into_iter().map(|value| AnyValue { value: Some(value) }).collect() })
}

pub(super) fn map<'a>(values: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::KvlistValue(KeyValueList { values: values.into_iter().map(|(key, value)| attribute(key, value)).collect() })
}

impl Builder {
    pub(super) fn around(&self) -> Around<'_> {
        Around { resource: &self.resource, scope_name: &self.scope, scope_version: "1.0", ..Around::default() }
    }

    pub(super) fn value(mut self, key: &str, value: Value) -> Self {
        self.span.attributes.push(attribute(key, value));
        self
    }

    pub(super) fn text(self, key: &str, value: &str) -> Self {
        self.value(key, text(value))
    }

    pub(super) fn int(self, key: &str, value: i64) -> Self {
        self.value(key, Value::IntValue(value))
    }

    pub(super) fn double(self, key: &str, value: f64) -> Self {
        self.value(key, Value::DoubleValue(value))
    }

    pub(super) fn texts(self, key: &str, values: &[&str]) -> Self {
        self.value(key, list(values.iter().map(|value| text(value))))
    }

    pub(super) fn event(mut self, name: &str, attributes: &[(&str, &str)]) -> Self {
        let attributes = attributes.iter().map(|(key, value)| attribute(key, text(value))).collect();
        self.span.events.push(Event { name: name.into(), time_unix_nano: BEGAN, attributes, ..Event::default() });
        self
    }

    pub(super) fn resource(mut self, key: &str, value: &str) -> Self {
        self.resource.push(attribute(key, text(value)));
        self
    }

    pub(super) fn scope(mut self, name: &str) -> Self {
        self.scope = name.into();
        self
    }

    pub(super) fn status(mut self, code: i32, message: &str) -> Self {
        self.span.status = Some(Status { code, message: message.into() });
        self
    }
}
