//! What is read: a span or an event, with what surrounds it and the dialects it speaks.

use std::borrow::Cow;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::span::Event;

use crate::attributes::{Attributes, last};
use crate::dialect;
use crate::reading::Around;
use crate::table::{Source, Table};
use crate::value;

pub(crate) struct Subject<'a> {
    pub(crate) around: &'a Around<'a>,
    pub(crate) name: &'a str,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) events: &'a [Event],
    pub(crate) began_nanos: u64,
    /// The dialects it speaks, the most specific first; OpenTelemetry's own is always the last.
    pub(crate) tables: Vec<&'static Table>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(around: &'a Around<'a>, name: &'a str, attributes: Attributes<'a>, events: &'a [Event], began_nanos: u64) -> Self {
        let tables = dialect::spoken(around, &attributes);
        Self { around, name, attributes, events, began_nanos, tables }
    }

    /// The value of the first of a field's places, in the order of the dialects, that `read` makes something of.
    pub(crate) fn first<T>(&self, field: fn(&Table) -> &'static [Source], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let mut sources = self.tables.iter().flat_map(|table| field(table));
        sources.find_map(|source| read(&*self.find(*source)?))
    }

    pub(crate) fn text(&self, field: fn(&Table) -> &'static [Source]) -> Option<String> {
        self.first(field, |found| value::text(found).map(Cow::into_owned))
    }

    pub(crate) fn count(&self, field: fn(&Table) -> &'static [Source]) -> Option<u64> {
        self.first(field, value::count)
    }

    /// Whether an attribute has a value, in any case.
    pub(crate) fn has(&self, key: &str, wanted: &str) -> bool {
        let found = self.attributes.get(key).and_then(value::text);
        found.is_some_and(|found| unquoted(&found).eq_ignore_ascii_case(wanted))
    }

    pub(crate) fn find(&self, source: Source) -> Option<Cow<'a, Value>> {
        match source {
            Source::Key(key) => self.attributes.get(key).map(Cow::Borrowed),
            Source::Json(key, path) => value::member(self.attributes.get(key)?, path),
            Source::Sum(key, members) => self.sum(key, members),
            Source::If(key, wanted, found) => self.has(key, wanted).then(|| self.attributes.get(found).map(Cow::Borrowed))?,
            Source::Resource(key) => last(self.around.resource, key).map(Cow::Borrowed),
            Source::NameWord => self.name.split_whitespace().next().map(owned),
            Source::NameIf(key, wanted) => self.has(key, wanted).then(|| owned(self.name)),
        }
    }

    fn sum(&self, key: &str, members: &[&str]) -> Option<Cow<'a, Value>> {
        let structure = self.attributes.get(key)?;
        let count = |member: &&str| value::count(&*value::member(structure, member)?);
        let (first, rest) = members.split_first()?;
        let sum = rest.iter().filter_map(count).try_fold(count(first)?, u64::checked_add)?;
        Some(Cow::Owned(Value::IntValue(i64::try_from(sum).ok()?)))
    }
}

fn owned<'a>(text: &str) -> Cow<'a, Value> {
    Cow::Owned(Value::StringValue(text.to_owned()))
}

/// Some senders write every value as JSON, words with their quotes.
pub(crate) fn unquoted(word: &str) -> &str {
    word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word)
}
