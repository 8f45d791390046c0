//! What sums and counts are grouped by.

use debrief_model::{Dimension, Kind, Status};

use crate::cells::{Cells, Unreadable};
use crate::sql;

/// Microseconds of a UTC day.
const DAY_US: i64 = 86_400_000_000;

/// The columns that [`expression`] reads, but `status`.
pub(crate) const COLUMNS: &str = "kind, event_type, occurred_at, agent, request_model, response_model, actor_type, actor_id, resource_type";

/// The value of a dimension, as a small number where there is one. Days before 1970 round down like those after.
pub(crate) fn expression(dimension: Dimension) -> String {
    match dimension {
        Dimension::Kind => "kind".into(),
        Dimension::EventType => "event_type".into(),
        Dimension::Day => {
            format!("CASE WHEN occurred_at >= 0 THEN occurred_at // {DAY_US} ELSE -((-(occurred_at + 1)) // {DAY_US}) - 1 END")
        }
        Dimension::Agent => "agent".into(),
        Dimension::Model => sql::MODEL.into(),
        Dimension::Status => "status".into(),
        Dimension::ActorType => "actor_type".into(),
        Dimension::ActorId => "actor_id".into(),
        Dimension::ResourceType => "resource_type".into(),
    }
}

/// Reads the value of a dimension.
pub(crate) fn key(cells: &mut Cells<'_, '_>, dimension: Dimension) -> Result<Option<String>, Unreadable> {
    Ok(match dimension {
        Dimension::Kind => Some(Kind::from_code(cells.u8()?).ok_or(Unreadable::Code("kind"))?.word().to_owned()),
        Dimension::Status => Some(Status::from_code(cells.u8()?).ok_or(Unreadable::Code("status"))?.word().to_owned()),
        Dimension::Day => cells.i64_if()?.map(|day| day.saturating_mul(DAY_US).to_string()),
        Dimension::Agent => cells.u32_if()?.map(|agent| agent.to_string()),
        Dimension::EventType | Dimension::Model | Dimension::ActorType | Dimension::ActorId | Dimension::ResourceType => cells.text_if()?,
    })
}
