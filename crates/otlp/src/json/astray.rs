//! Items that stand where the request has no place for them: those of another signal, or items outside of their lists.
//!
//! Unknown names are passed over, but not these: to pass over a list of log records would be to lose them and report success.
//! They are counted, as protobuf's are, where they decode as items that cannot be recorded.

use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Context;
use super::message::{Name, skip};

/// What was found astray.
#[derive(Default)]
pub(crate) struct Astray {
    items: Cell<u64>,
    /// The name that the first of them stood under.
    under: Cell<Option<&'static str>>,
}

impl Astray {
    /// How many items.
    pub(crate) fn items(&self) -> u64 {
        self.items.get()
    }

    /// What is wrong with them, in a sentence for the sender.
    pub(crate) fn fault(&self) -> Option<String> {
        let name = self.under.get()?;
        Some(format!("\"{name}\" has no place there in a request of this kind: what it holds is not recorded."))
    }

    fn note(&self, name: &'static str, items: u64) {
        if items > 0 {
            self.items.set(self.items.get().saturating_add(items));
            self.under.set(self.under.get().or(Some(name)));
        }
    }
}

/// Passes over the value of a name that the envelope does not know here.
pub(super) fn pass<'de, A: MapAccess<'de>>(name: &str, object: &mut A, context: &Context) -> Result<(), A::Error> {
    let Some((name, level)) = list(name) else { return skip(object) };
    let items = object.next_value_seed(level)?;
    context.astray.note(name, items);
    Ok(())
}

/// What a list of OTLP holds.
#[derive(Clone, Copy)]
enum Level {
    /// More lists.
    Lists,
    /// Spans, log records or metrics.
    Items,
}

/// The lists of all signals, by the names they are read by.
fn list(name: &str) -> Option<(&'static str, Level)> {
    Some(match name {
        "resourceSpans" | "resource_spans" => ("resourceSpans", Level::Lists),
        "resourceLogs" | "resource_logs" => ("resourceLogs", Level::Lists),
        "resourceMetrics" | "resource_metrics" => ("resourceMetrics", Level::Lists),
        "scopeSpans" | "scope_spans" => ("scopeSpans", Level::Lists),
        "scopeLogs" | "scope_logs" => ("scopeLogs", Level::Lists),
        "scopeMetrics" | "scope_metrics" => ("scopeMetrics", Level::Lists),
        "spans" => ("spans", Level::Items),
        "logRecords" | "log_records" => ("logRecords", Level::Items),
        "metrics" => ("metrics", Level::Items),
        _ => return None,
    })
}

/// Counts the items.
impl<'de> DeserializeSeed<'de> for Level {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = u64;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a list of OTLP")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = 0;
        match self {
            Self::Lists => {
                while let Some(within) = list.next_element_seed(self)? {
                    items += within;
                }
            }
            Self::Items => {
                while list.next_element::<IgnoredAny>()?.is_some() {
                    items += 1;
                }
            }
        }
        Ok(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut items = 0;
        while let Some(Name(name)) = object.next_key()? {
            match list(&name) {
                Some((_, level)) => items += object.next_value_seed(level)?,
                None => skip(&mut object)?,
            }
        }
        Ok(items)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(0)
    }

    fn visit_bool<E: Error>(self, _truth: bool) -> Result<Self::Value, E> {
        Ok(0)
    }

    fn visit_u64<E: Error>(self, _number: u64) -> Result<Self::Value, E> {
        Ok(0)
    }

    fn visit_i64<E: Error>(self, _number: i64) -> Result<Self::Value, E> {
        Ok(0)
    }

    fn visit_f64<E: Error>(self, _number: f64) -> Result<Self::Value, E> {
        Ok(0)
    }

    fn visit_str<E: Error>(self, _text: &str) -> Result<Self::Value, E> {
        Ok(0)
    }
}
