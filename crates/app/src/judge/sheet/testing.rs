//! Conversations for tests.

use debrief_insight::transcript::{Step, Transcript, What};
use debrief_model::{EventId, Status, Timestamp};
use uuid::Uuid;

use super::Sheet;

/// What was said, or what `tool` was called with: one thing a second.
pub(in crate::judge) fn transcript<'t>(said: &[(&str, &'t str)]) -> Transcript<'t> {
    let step = |(at, (who, text)): (usize, &(&str, &'t str))| {
        let what = match *who {
            "user" => What::User { text },
            "assistant" => What::Assistant { text },
            _ => What::Tool { name: Some("search"), arguments: Some(text), status: Status::Ok, error_type: None, output: Some("found") },
        };
        Step { event: EventId(Uuid::from_u128(at as u128)), at: Timestamp(at as i64 * 1_000_000), ended_at: None, what }
    };
    Transcript { steps: said.iter().enumerate().map(step).collect() }
}

/// The same on paper, answered by an assistant so that it can be judged.
pub(in crate::judge) fn sheet(said: &[(&str, &str)]) -> Sheet {
    let mut said = said.to_vec();
    if said.iter().all(|(who, _)| *who != "assistant") {
        said.push(("assistant", "Certainly."));
    }
    Sheet::of(&transcript(&said), 24_000, true).expect("somebody speaks and somebody answers")
}
