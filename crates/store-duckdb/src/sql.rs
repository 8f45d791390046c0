//! Questions in the engine's language. Numbers are written into the text, where the planner can prune by them; anything a caller
//! wrote himself is always a parameter.

use debrief_model::{EventFilter, Order, TenantId, TimeRange};
use std::fmt::Display;

/// Answering model, else requested model.
pub(crate) const MODEL: &str = "coalesce(response_model, request_model)";

/// A condition on events, with the texts that its parameters `$1`, `$2` … stand for.
pub(crate) struct Condition {
    pub(crate) sql: String,
    pub(crate) texts: Vec<String>,
}

impl Condition {
    fn new(tenant: TenantId) -> Self {
        Self { sql: format!("tenant = {tenant}"), texts: Vec::new() }
    }

    fn number(&mut self, column: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.sql.push_str(&format!(" AND {column} = {value}"));
        }
    }

    fn text(&mut self, expression: &str, value: Option<&String>) {
        if let Some(value) = value {
            self.texts.push(value.clone());
            self.sql.push_str(&format!(" AND {expression} = ${}", self.texts.len()));
        }
    }

    fn time(&mut self, range: TimeRange) {
        let TimeRange { from, to } = range;
        if let Some(from) = from {
            self.sql.push_str(&format!(" AND occurred_at >= {}", from.0));
        }
        if let Some(to) = to {
            self.sql.push_str(&format!(" AND occurred_at < {}", to.0));
        }
    }

    /// The parameters, to bind.
    pub(crate) fn params(&self) -> duckdb::ParamsFromIter<&Vec<String>> {
        duckdb::params_from_iter(&self.texts)
    }
}

/// The events of a tenant that a filter lets through.
pub(crate) fn matching(tenant: TenantId, filter: &EventFilter) -> Condition {
    let EventFilter { time, session, agent, agent_version, person, kind, event_type, status, name, model } = filter;
    let mut condition = Condition::new(tenant);
    condition.time(*time);
    condition.number("session", *session);
    condition.number("agent", *agent);
    condition.number("agent_version", *agent_version);
    condition.number("person", *person);
    condition.number("kind", kind.map(|kind| kind.code()));
    condition.number("status", status.map(|status| status.code()));
    condition.text("event_type", event_type.as_ref());
    condition.text("name", name.as_ref());
    condition.text(MODEL, model.as_ref());
    condition
}

/// The events of a tenant in a range of time.
pub(crate) fn within(tenant: TenantId, range: TimeRange) -> Condition {
    let mut condition = Condition::new(tenant);
    condition.time(range);
    condition
}

/// `DESC` or `ASC`.
pub(crate) fn direction(order: Order) -> &'static str {
    match order {
        Order::Descending => "DESC",
        Order::Ascending => "ASC",
    }
}

/// Unsigned 64-bit numbers as a list.
pub(crate) fn list(numbers: impl Iterator<Item = u64>) -> String {
    numbers.map(|number| format!("{number}::UBIGINT")).collect::<Vec<_>>().join(", ")
}
