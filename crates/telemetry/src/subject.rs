//! What is read: a span or an event, with what surrounds it and the dialects it speaks.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use serde_json::value::RawValue;

use crate::attributes::{Attributes, last};
use crate::dialect;
use crate::json;
use crate::reading::Around;
use crate::table::{Source, Table, Writes};
use crate::value;

pub(crate) struct Subject<'a> {
    pub(crate) around: &'a Around<'a>,
    pub(crate) name: &'a str,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) events: &'a [Event],
    pub(crate) began_nanos: u64,
    /// The dialects it speaks, the most specific first; OpenTelemetry's own is always the last.
    pub(crate) tables: Vec<&'static Table>,
    /// JSON objects in attributes that were taken apart already: several facts stand in one.
    opened: RefCell<Vec<(&'static str, Rc<Members<'a>>)>>,
}

type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

impl<'a> Subject<'a> {
    pub(crate) fn new(around: &'a Around<'a>, name: &'a str, attributes: Attributes<'a>, events: &'a [Event], began_nanos: u64) -> Self {
        let tables = dialect::spoken(around, &attributes);
        Self { around, name, attributes, events, began_nanos, tables, opened: RefCell::default() }
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
            Source::Json(key, path) => self.member(key, path),
            Source::Quoted(key) => match self.attributes.get(key)? {
                Value::StringValue(text) => Some(owned(unquoted(text))),
                other => Some(Cow::Borrowed(other)),
            },
            Source::Sum(key, members) => self.sum(key, members).map(number),
            Source::SumWith(key, members, other) => {
                let sum = self.sum(key, members)?;
                let added = self.find(*other).and_then(|found| value::count(&found)).unwrap_or(0);
                sum.checked_add(added).map(number)
            }
            Source::Writes(key, writes) => self.writes(key, writes).map(number),
            Source::Told(key, member, word) => self.member(key, member).map(|_| owned(word)),
            Source::If(key, wanted, found) => self.has(key, wanted).then(|| self.attributes.get(found).map(Cow::Borrowed))?,
            Source::Resource(key) => last(self.around.resource, key).map(Cow::Borrowed),
            Source::NameWord => self.name.split_whitespace().next().map(owned),
            Source::NameIf(key, wanted) => self.has(key, wanted).then(|| owned(self.name)),
        }
    }

    fn sum(&self, key: &'static str, members: &[&str]) -> Option<u64> {
        let structure = self.structure(key)?;
        let (first, rest) = members.split_first()?;
        rest.iter().filter_map(|member| structure.count(member)).try_fold(structure.count(first)?, u64::checked_add)
    }

    /// Where both parts are said, all of it includes them; where only the long one is, it is apart from the rest.
    fn writes(&self, key: &'static str, writes: &Writes) -> Option<u64> {
        let structure = self.structure(key)?;
        let sum = |members: &[&str]| {
            let counts = members.iter().filter_map(|member| structure.count(member));
            counts.fold(None, |sum: Option<u64>, count| Some(sum.unwrap_or(0).saturating_add(count)))
        };
        let (all, short, long) = (sum(writes.all), sum(writes.short), sum(writes.long));
        let parts = match (short, long) {
            (None, None) => return all,
            (None, Some(long)) => return Some(all.unwrap_or(0).saturating_add(long)),
            (short, long) => short.unwrap_or(0).saturating_add(long.unwrap_or(0)),
        };
        Some(parts.max(all.unwrap_or(0)))
    }

    fn member(&self, key: &'static str, path: &str) -> Option<Cow<'a, Value>> {
        self.structure(key)?.member(path)
    }

    fn structure(&self, key: &'static str) -> Option<Structure<'a>> {
        let found = self.attributes.get(key)?;
        Some(match found {
            Value::StringValue(text) if text.trim_start().starts_with('{') => Structure::Object(self.members(key, text)),
            _ => Structure::Other(found),
        })
    }

    /// The values of all members of the structure in an attribute.
    pub(crate) fn all_members(&self, key: &'static str) -> Vec<Value> {
        match self.attributes.get(key) {
            Some(Value::StringValue(text)) => {
                let members = self.members(key, text);
                // Of equal names the last counts.
                let by_name: BTreeMap<&str, &RawValue> = members.iter().map(|(name, json)| (&**name, *json)).collect();
                let scalars = by_name.into_values().filter_map(json::scalar);
                scalars.map(|text| Value::StringValue(text.into_owned())).collect()
            }
            Some(Value::KvlistValue(list)) => {
                Attributes::of(&list.values).starting_with("").into_iter().map(|(_, value)| value.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn members(&self, key: &'static str, text: &'a str) -> Rc<Members<'a>> {
        let mut opened = self.opened.borrow_mut();
        if let Some((_, members)) = opened.iter().find(|(known, _)| *known == key) {
            return Rc::clone(members);
        }
        let members = Rc::new(json::members(text).unwrap_or_default());
        opened.push((key, Rc::clone(&members)));
        members
    }
}

/// A structure in an attribute.
enum Structure<'a> {
    /// JSON in a text, taken apart.
    Object(Rc<Members<'a>>),
    Other(&'a Value),
}

impl<'a> Structure<'a> {
    fn member(&self, path: &str) -> Option<Cow<'a, Value>> {
        match self {
            Self::Object(members) => {
                let (json, rest) = at(members, path)?;
                Some(Cow::Owned(Value::StringValue(json::member(json.get(), rest)?.into_owned())))
            }
            Self::Other(found) => value::member(found, path),
        }
    }

    fn count(&self, path: &str) -> Option<u64> {
        value::count(&*self.member(path)?)
    }
}

/// The member that a path begins with, and the rest of the path.
fn at<'a, 'p>(members: &Members<'a>, path: &'p str) -> Option<(&'a RawValue, &'p str)> {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let (_, json) = members.iter().rev().find(|(member, _)| member == name)?;
    Some((*json, rest))
}

fn number<'a>(count: u64) -> Cow<'a, Value> {
    Cow::Owned(Value::IntValue(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn owned<'a>(text: &str) -> Cow<'a, Value> {
    Cow::Owned(Value::StringValue(text.to_owned()))
}

/// Some senders write every value as JSON, words with their quotes.
pub(crate) fn unquoted(word: &str) -> &str {
    word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word)
}
