//! The dialects, one table each. A new one is a file and a line here.

mod adk;
mod agentops;
mod ai_sdk;
mod genkit;
mod laminar;
mod langfuse;
mod langsmith;
mod livekit;
mod mlflow;
mod openinference;
mod openlit;
mod otel;
mod pydantic;
mod traceloop;

use crate::attributes::{Attributes, last};
use crate::reading::Around;
use crate::table::Table;

/// The specific before the general: a span that speaks several is read by the first that says a thing.
pub(crate) const DIALECTS: &[&Table] = &[
    &langfuse::TABLE,
    &agentops::TABLE,
    &pydantic::TABLE,
    &laminar::TABLE,
    &langsmith::TABLE,
    &mlflow::TABLE,
    &genkit::TABLE,
    &adk::TABLE,
    &livekit::TABLE,
    &ai_sdk::TABLE,
    &openinference::TABLE,
    &traceloop::TABLE,
    &openlit::TABLE,
    &otel::TABLE,
];

/// The dialects that a span speaks. The last is always OpenTelemetry's, as what the others leave out is said in it.
pub(crate) fn spoken(around: &Around<'_>, attributes: &Attributes<'_>) -> Vec<&'static Table> {
    let mut spoken: Vec<&Table> = Vec::with_capacity(4);
    spoken.extend(DIALECTS.iter().filter(|table| speaks(table, around, attributes)));
    if spoken.last().is_none_or(|table| table.name != otel::TABLE.name) {
        spoken.push(if spoken.is_empty() { &otel::PLAIN } else { &otel::TABLE });
    }
    spoken
}

/// Whether the scope is this one or one below it: `lmnr` and `lmnr.tracer`, but not `lmnrx`.
fn is_scope(name: &str, scope: &str) -> bool {
    let rest = name.strip_prefix(scope);
    rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

fn speaks(table: &Table, around: &Around<'_>, attributes: &Attributes<'_>) -> bool {
    table.prefixes.iter().any(|prefix| attributes.any_starts_with(prefix))
        || table.scopes.iter().any(|scope| is_scope(around.scope_name, scope))
        || table.resources.iter().any(|key| last(around.resource, key).is_some())
}
