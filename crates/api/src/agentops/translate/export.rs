//! A session and its events as the vendor's server has them in its tables.

use std::borrow::Cow;

use debrief_app::{EventView, SessionView};
use debrief_model::Kind;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::agentops::lenient::Object;
use crate::agentops::wire;
use crate::edge::time::render as time;

/// The session's own row.
pub(in crate::agentops) fn exported_session(view: SessionView) -> wire::ExportedSession {
    let session = view.session;
    wire::ExportedSession {
        id: session.key,
        init_timestamp: time(session.started_at),
        end_timestamp: session.set.ended_at.map(time),
        tags: session.set.tags.unwrap_or_default(),
        end_state: session.set.end_state,
        end_state_reason: session.set.end_state_reason,
        video: session.set.video,
        host_env: session.set.host.and_then(|text| RawValue::from_string(text).ok()),
    }
}

/// An event's row: what the client sent, and beside it what the vendor's tables always have. Its kind says into which table it goes.
pub(in crate::agentops) fn row(view: &EventView, session: &str) -> (Kind, Box<RawValue>) {
    let facts = &view.event.facts;
    let body = view.body.as_deref().unwrap_or("{}");
    let sent: Object<'_> = serde_json::from_str(body).unwrap_or_default();
    let id = facts.key.clone().unwrap_or_else(|| view.event.id.to_string());
    let began = ("init_timestamp", json(&time(facts.occurred_at)));
    let added = [
        ("id", json(&id)),
        ("session_id", json(session)),
        ("agent_id", json::<Option<&str>>(&None)),
        began,
        ("end_timestamp", json(&facts.ended_at.map(time))),
    ];
    let mut members = sent;
    for (name, value) in &added {
        match members.0.iter_mut().find(|(known, _)| known == name) {
            // The session is the token's, whatever the event says.
            Some((_, slot)) if *name == "session_id" || slot.get() == "null" => *slot = value,
            Some(_) => {}
            None => members.0.push((Cow::Borrowed(name), value)),
        }
    }
    (facts.kind, RawValue::from_string(written(members.0.iter())).unwrap_or_default())
}

fn json<T: Serialize + ?Sized>(value: &T) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("text and nothing serialise")
}

/// Members as an object.
pub(super) fn written<'a>(members: impl Iterator<Item = &'a (Cow<'a, str>, &'a RawValue)>) -> String {
    let mut out = String::from("{");
    for (name, value) in members {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(json(name.as_ref()).get());
        out.push(':');
        out.push_str(value.get());
    }
    out.push('}');
    out
}
