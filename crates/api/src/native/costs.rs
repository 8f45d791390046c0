//! `GET /api/v1/costs`.

use debrief_app::costs::{self, By, CostQuery, CostRow};
use debrief_model::{AggregateRow, Error, TimeRange, Tokens};

use super::auth;
use super::wire::costs as wire;
use crate::edge::call::Call;
use crate::edge::page::{Params, bad};
use crate::edge::reply::Reply;

const PARAMS: &[&str] = &["groupBy", "agent", "agentVersion", "model", "person", "session", "from", "to"];

/// What calls cost, summed by whatever is asked for.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound`.
pub async fn sums(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let params = Params::new(call.query(), PARAMS)?;
    let by = params.text("groupBy").map(|list| list.split(',').map(by).collect()).transpose()?.unwrap_or_default();
    if params.text("agentVersion").is_some() && params.text("agent").is_none() {
        return Err(bad("agentVersion", "needs", "Parameter 'agentVersion' needs 'agent'".to_owned()));
    }
    let query = CostQuery {
        time: TimeRange { from: params.time("from")?, to: params.time("to")? },
        agent: params.text("agent"),
        agent_version: params.text("agentVersion"),
        model: params.text("model"),
        person: params.text("person"),
        session: params.text("session"),
        by,
    };
    let by = query.by.clone();
    let rows = costs::sums(call.app(), &ctx, query).await?;
    let total = wire::Sum::of(&[], rows.iter().fold(nothing(), costs::plus));
    let costs = rows.into_iter().map(|row| wire::Sum::of(&by, row)).collect();
    Ok(Reply::json(&wire::Costs { currency: "USD", group_by: by.iter().map(|by| by.word()).collect(), costs, total }))
}

fn nothing() -> CostRow {
    let sums = AggregateRow {
        keys: Vec::new(),
        events: 0,
        llm_calls: 0,
        unpriced: 0,
        failures: 0,
        tokens: Tokens::default(),
        cost_nano_usd: None,
    };
    CostRow { keys: Vec::new(), sums }
}

fn by(word: &str) -> Result<By, Error> {
    let words = By::ALL.map(By::word).join(", ");
    let found = By::ALL.into_iter().find(|by| by.word() == word);
    found.ok_or_else(|| bad("groupBy", "enum", format!("Parameter 'groupBy' must be some of: {words}; separated by commas")))
}
