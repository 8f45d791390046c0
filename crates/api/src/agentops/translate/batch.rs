//! The shapes in which several events come: `{"events": […]}`, a bare array, or a single event. Read in one pass over the text, in
//! which each event is only found, not read.

use std::fmt;

use debrief_model::{Error, ErrorKind};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::agentops::lenient::{Members, Name};
use crate::agentops::wire;
use crate::edge::json;

/// Calls `read` with the items of a batch.
pub(super) fn each_item<T>(text: &str, events_max: usize, read: impl Fn(&[&RawValue]) -> T) -> Result<T, Error> {
    json::read(text, |text| match serde_json::from_str(text)? {
        Batch::Many(items) if items.len() > events_max => {
            let sentence =
                format!("{} events in one request are too many: the limit is {events_max} (limit batch_events_max)", items.len());
            Ok(Err(Error::new(ErrorKind::TooLarge, sentence)))
        }
        Batch::Many(items) => Ok(Ok(read(&items))),
        Batch::Bare => Ok(Ok(read(&[serde_json::from_str(text)?]))),
        Batch::Wrapped => {
            let body: wire::EventsBody<'_> = serde_json::from_str(text)?;
            Ok(Ok(read(&body.events.into_iter().collect::<Vec<_>>())))
        }
        Batch::None => Ok(Err(Error::invalid("Error posting event: 'events' must be an array of events"))),
    })?
}

/// The shapes that a batch comes in.
enum Batch<'a> {
    /// An array of items, bare or as the member `events`.
    Many(Vec<&'a RawValue>),
    /// One event where the array should be.
    Wrapped,
    /// One event, and nothing around it.
    Bare,
    /// Nothing of the kind.
    None,
}

impl<'de> Deserialize<'de> for Batch<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl<'de> Visitor<'de> for Whole {
            type Value = Batch<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with the member `events`")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Batch<'de>, A::Error> {
                Ok(Batch::Many(items(list)?))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Batch<'de>, A::Error> {
                let (mut events, mut is_event) = (None, false);
                while let Some(Name(name)) = map.next_key()? {
                    if name == "events" {
                        events = Some(map.next_value::<List<'de>>()?.0);
                    } else {
                        is_event |= <wire::Event<'_> as Members<'_>>::knows(&name);
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(events.unwrap_or(if is_event { Batch::Bare } else { Batch::None }))
            }
        }
        deserializer.deserialize_any(Whole)
    }
}

/// The member `events`, which need not be an array.
struct List<'a>(Batch<'a>);

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Value;
        impl<'de> Visitor<'de> for Value {
            type Value = List<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of events")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<List<'de>, A::Error> {
                Ok(List(Batch::Many(items(list)?)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<'de>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(List(Batch::Wrapped))
            }
            fn visit_unit<E>(self) -> Result<List<'de>, E> {
                Ok(List(Batch::Many(Vec::new())))
            }
        }
        deserializer.deserialize_any(Value)
    }
}

fn items<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<&'de RawValue>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = list.next_element()? {
        items.push(item);
    }
    Ok(items)
}
