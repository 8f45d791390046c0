//! Items that stand where the request has no place for them: those of another signal, or items outside of their lists.
//!
//! Unknown names are passed over, but not these: to pass over a list of log records would be to lose them and report success.
//! They are counted, as protobuf's are, where they decode as items that cannot be recorded.

use std::cell::Cell;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::message::{Name, next, skip};
use super::{Context, Field, Reading};

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
    let items = level.count(object, context)?;
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

impl Level {
    /// How many items the value that comes next holds.
    fn count<'de, A: MapAccess<'de>>(self, object: &mut A, context: &Context) -> Result<u64, A::Error> {
        Ok(match self {
            Self::Lists => next(object, context)?.map_or(0, |Lists(items)| items),
            Self::Items => next(object, context)?.map_or(0, |Items(items)| items),
        })
    }
}

/// The items in all lists of a list.
struct Lists(u64);

/// The items of a list.
struct Items(u64);

impl Field for Lists {
    fn of_list<'de, A: SeqAccess<'de>>(mut list: A, context: &Context) -> Result<Option<Self>, A::Error> {
        let mut items = 0;
        while let Some(found) = list.next_element_seed(Reading::within(context))? {
            items += found.map_or(0, |Self(items)| items);
        }
        Ok(Some(Self(items)))
    }

    fn of_object<'de, A: MapAccess<'de>>(object: A, context: &Context) -> Result<Option<Self>, A::Error> {
        in_object(object, context).map(Self).map(Some)
    }
}

impl Field for Items {
    fn of_list<'de, A: SeqAccess<'de>>(mut list: A, _context: &Context) -> Result<Option<Self>, A::Error> {
        let mut items = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            items += 1;
        }
        Ok(Some(Self(items)))
    }

    fn of_object<'de, A: MapAccess<'de>>(object: A, context: &Context) -> Result<Option<Self>, A::Error> {
        in_object(object, context).map(Self).map(Some)
    }
}

fn in_object<'de, A: MapAccess<'de>>(mut object: A, context: &Context) -> Result<u64, A::Error> {
    let mut items = 0;
    while let Some(Name(name)) = object.next_key()? {
        match list(&name) {
            Some((_, level)) => items += level.count(&mut object, context)?,
            None => skip(&mut object)?,
        }
    }
    Ok(items)
}
