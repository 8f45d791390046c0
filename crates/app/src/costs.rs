//! What calls cost, summed: by time, agent, version, model, provider, person and session.

use std::collections::HashMap;

use debrief_model::{
    AgentNumber, Aggregate, AggregateRow, Dimension, Error, EventFilter, PersonNumber, SessionNumber, Subject, TenantId, TimeRange,
    VersionNumber,
};
use debrief_store::{Ledger, Names, Wanted};

use crate::{App, Ctx};

/// What costs are summed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// UTC day.
    Day,
    /// UTC hour.
    Hour,
    /// Agent.
    Agent,
    /// An agent's version; together with the agent.
    AgentVersion,
    /// Answering model, else the one that was asked for.
    Model,
    /// Provider.
    Provider,
    /// Person.
    Person,
    /// Session.
    Session,
}

impl By {
    /// Every one, in the order of the documentation.
    pub const ALL: [Self; 8] =
        [Self::Day, Self::Hour, Self::Agent, Self::AgentVersion, Self::Model, Self::Provider, Self::Person, Self::Session];

    /// The word used in queries and answers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Agent => "agent",
            Self::AgentVersion => "agentVersion",
            Self::Model => "model",
            Self::Provider => "provider",
            Self::Person => "person",
            Self::Session => "session",
        }
    }

    fn dimension(self) -> Dimension {
        match self {
            Self::Day => Dimension::Day,
            Self::Hour => Dimension::Hour,
            Self::Agent => Dimension::Agent,
            Self::AgentVersion => Dimension::AgentVersion,
            Self::Model => Dimension::Model,
            Self::Provider => Dimension::Provider,
            Self::Person => Dimension::Person,
            Self::Session => Dimension::Session,
        }
    }
}

/// Which costs, by the caller's names.
#[derive(Clone, Debug, Default)]
pub struct CostQuery {
    /// When the calls were made.
    pub time: TimeRange,
    /// Of this agent.
    pub agent: Option<String>,
    /// Of this version of it; needs `agent`.
    pub agent_version: Option<String>,
    /// Of this model.
    pub model: Option<String>,
    /// For this person.
    pub person: Option<String>,
    /// In this session.
    pub session: Option<String>,
    /// What they are summed by; empty: all in one.
    pub by: Vec<By>,
}

/// A sum. Its keys are in the order of [`CostQuery::by`]: names, or for times the microseconds that they begin at.
#[derive(Clone, Debug)]
pub struct CostRow {
    /// What the sum is of; `None` where the calls do not say.
    pub keys: Vec<Option<String>>,
    /// The sums.
    pub sums: AggregateRow,
}

/// Sums over the calls that match, in the order of their keys.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound` for a name that is not there; `Unavailable` when reads lag too far behind writes.
pub async fn sums(app: &App, ctx: &Ctx, query: CostQuery) -> crate::Result<Vec<CostRow>> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant);
    app.readers
        .run(move || {
            let filter = filter(ledger.as_ref(), tenant, &query)?;
            // A version has a number within its agent only.
            let mut group_by: Vec<Dimension> = query.by.iter().map(|by| by.dimension()).collect();
            let extra = query.by.contains(&By::AgentVersion) && !query.by.contains(&By::Agent);
            if extra {
                group_by.push(Dimension::Agent);
            }
            let rows = warehouse.aggregate(tenant, &Aggregate { filter, group_by })?;
            let used =
                |row: &AggregateRow| row.llm_calls > 0 || row.cost_nano_usd.is_some() || row.tokens != debrief_model::Tokens::default();
            named(ledger.as_ref(), tenant, &query.by, rows.into_iter().filter(used).collect())
        })
        .await
}

fn filter(ledger: &dyn Ledger, tenant: TenantId, query: &CostQuery) -> crate::Result<EventFilter> {
    let CostQuery { time, agent, agent_version, model, person, session, by: _ } = query;
    let mut filter = EventFilter { time: *time, model: model.clone(), used: true, ..EventFilter::default() };
    if let Some(name) = agent {
        let agent = ledger.agent(tenant, name)?.ok_or_else(|| Error::not_found(Subject::Agent(name.clone())))?;
        filter.agent = Some(agent.number);
        if let Some(name) = agent_version {
            let version = ledger.agent_version(tenant, agent.number, name)?;
            filter.agent_version = Some(version.ok_or_else(|| Error::not_found(Subject::AgentVersion(name.clone())))?.number);
        }
    }
    if let Some(key) = person {
        filter.person = Some(ledger.person(tenant, key)?.ok_or_else(|| Error::not_found(Subject::Person(key.clone())))?.number);
    }
    if let Some(key) = session {
        filter.session = Some(ledger.session(tenant, key)?.ok_or_else(|| Error::not_found(Subject::Session(key.clone())))?.number);
    }
    Ok(filter)
}

/// Names in the place of numbers.
fn named(ledger: &dyn Ledger, tenant: TenantId, by: &[By], rows: Vec<AggregateRow>) -> crate::Result<Vec<CostRow>> {
    let place = |wanted: By| by.iter().position(|by| *by == wanted);
    // Where the agent was added for its versions' sake it is the last key.
    let agent_at = place(By::Agent).unwrap_or(by.len());
    let numbers = |at: Option<usize>| rows.iter().filter_map(move |row| row.keys.get(at?)?.as_deref()?.parse::<u64>().ok());
    let agent = |row: &AggregateRow| row.keys.get(agent_at)?.as_deref()?.parse().ok().map(AgentNumber);
    let version = |row: &AggregateRow| row.keys.get(place(By::AgentVersion)?)?.as_deref()?.parse().ok().map(VersionNumber);
    let wanted = Wanted {
        agents: rows.iter().filter_map(agent).collect(),
        versions: rows.iter().filter_map(|row| agent(row).zip(version(row))).collect(),
        people: numbers(place(By::Person)).map(PersonNumber).collect(),
        sessions: numbers(place(By::Session)).map(SessionNumber).collect(),
        fingerprints: Vec::new(),
    };
    let names = ledger.names(tenant, &wanted)?;
    let mut named: Vec<CostRow> = rows
        .into_iter()
        .map(|sums| {
            let of_agent = agent(&sums);
            let keys = by.iter().zip(&sums.keys).map(|(by, key)| name(*by, key.as_deref(), of_agent, &names)).collect();
            CostRow { keys, sums }
        })
        .collect();
    named = merged(named);
    named.sort_by(|one, other| one.keys.cmp(&other.keys));
    Ok(named)
}

fn name(by: By, key: Option<&str>, agent: Option<AgentNumber>, names: &Names) -> Option<String> {
    let number = || key?.parse::<u64>().ok();
    match by {
        By::Day | By::Hour | By::Model | By::Provider => key.map(str::to_owned),
        By::Agent => names.agents.get(&agent?).cloned(),
        By::AgentVersion => names.versions.get(&(agent?, VersionNumber(u32::try_from(number()?).ok()?))).cloned(),
        By::Person => names.people.get(&PersonNumber(number()?)).cloned(),
        By::Session => names.sessions.get(&SessionNumber(number()?)).cloned(),
    }
}

/// Sums whose keys are the same by name become one: versions of several agents may be called the same.
fn merged(rows: Vec<CostRow>) -> Vec<CostRow> {
    let mut by_keys: HashMap<Vec<Option<String>>, CostRow> = HashMap::new();
    for row in rows {
        match by_keys.get_mut(&row.keys) {
            Some(known) => add(&mut known.sums, &row.sums),
            None => {
                by_keys.insert(row.keys.clone(), row);
            }
        }
    }
    by_keys.into_values().collect()
}

/// A sum and another one.
#[must_use]
pub fn plus(mut sum: CostRow, more: &CostRow) -> CostRow {
    add(&mut sum.sums, &more.sums);
    sum
}

fn add(sums: &mut AggregateRow, more: &AggregateRow) {
    fn plus(sum: Option<u64>, part: Option<u64>) -> Option<u64> {
        sum.map_or(part, |sum| Some(sum.saturating_add(part.unwrap_or(0))))
    }
    sums.events += more.events;
    sums.llm_calls += more.llm_calls;
    sums.unpriced += more.unpriced;
    sums.failures += more.failures;
    sums.tokens.input = plus(sums.tokens.input, more.tokens.input);
    sums.tokens.output = plus(sums.tokens.output, more.tokens.output);
    sums.tokens.cache_read = plus(sums.tokens.cache_read, more.tokens.cache_read);
    sums.tokens.cache_write = plus(sums.tokens.cache_write, more.tokens.cache_write);
    sums.tokens.reasoning = plus(sums.tokens.reasoning, more.tokens.reasoning);
    sums.cost_nano_usd = match (sums.cost_nano_usd, more.cost_nano_usd) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    };
}
