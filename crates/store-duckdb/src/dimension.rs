//! What sums and counts are grouped by.

use debrief_model::{Dimension, Kind, Status};

use crate::cells::{Cells, Unreadable};
use crate::models::{self, Models};
use crate::sql;

/// Microseconds of a UTC day.
const DAY_US: i64 = 86_400_000_000;
/// Microseconds of an hour.
const HOUR_US: i64 = 3_600_000_000;

/// The columns that [`Keys::expression`] names, but `status`.
pub(crate) const COLUMNS: &str = "kind, event_type, occurred_at, agent, agent_version, person, session, provider, request_model, \
     response_model, model, actor_type, actor_id, resource_type";

/// How values of dimensions are asked for and read.
pub(crate) struct Keys<'a> {
    models: &'a Models,
    /// Whether models are asked for by number.
    numbered: bool,
}

impl<'a> Keys<'a> {
    /// To be made after the view whose rows they are of.
    pub(crate) fn new(models: &'a Models) -> Self {
        Self { models, numbered: models.are_numbered() }
    }

    /// The value of a dimension, as a small number where there is one. Days before 1970 round down like those after.
    pub(crate) fn expression(&self, dimension: Dimension) -> String {
        match dimension {
            Dimension::Kind => "kind".into(),
            Dimension::EventType => "event_type".into(),
            Dimension::Day => since_1970(DAY_US),
            Dimension::Hour => since_1970(HOUR_US),
            Dimension::Agent => "agent".into(),
            Dimension::AgentVersion => "agent_version".into(),
            Dimension::Person => "person".into(),
            Dimension::Session => "session".into(),
            Dimension::Provider => "provider".into(),
            Dimension::Model => if self.numbered { "model" } else { sql::MODEL }.into(),
            Dimension::Status => "status".into(),
            Dimension::ActorType => "actor_type".into(),
            Dimension::ActorId => "actor_id".into(),
            Dimension::ResourceType => "resource_type".into(),
        }
    }

    /// Reads the value of a dimension.
    pub(crate) fn key(&self, cells: &mut Cells<'_, '_>, dimension: Dimension) -> Result<Option<String>, Unreadable> {
        Ok(match dimension {
            Dimension::Kind => Some(Kind::from_code(cells.u8()?).ok_or(Unreadable::Code("kind"))?.word().to_owned()),
            Dimension::Status => Some(Status::from_code(cells.u8()?).ok_or(Unreadable::Code("status"))?.word().to_owned()),
            Dimension::Day => cells.i64_if()?.map(|day| day.saturating_mul(DAY_US).to_string()),
            Dimension::Hour => cells.i64_if()?.map(|hour| hour.saturating_mul(HOUR_US).to_string()),
            Dimension::Agent | Dimension::AgentVersion => cells.u32_if()?.map(|number| number.to_string()),
            Dimension::Person | Dimension::Session => cells.u64_if()?.map(|number| number.to_string()),
            Dimension::Model if self.numbered => match cells.u32()? {
                models::NONE => None,
                number => Some(self.models.name(number).ok_or(Unreadable::Code("model"))?),
            },
            Dimension::Provider
            | Dimension::EventType
            | Dimension::Model
            | Dimension::ActorType
            | Dimension::ActorId
            | Dimension::ResourceType => cells.text_if()?,
        })
    }
}

fn since_1970(period_us: i64) -> String {
    format!("CASE WHEN occurred_at >= 0 THEN occurred_at // {period_us} ELSE -((-(occurred_at + 1)) // {period_us}) - 1 END")
}
