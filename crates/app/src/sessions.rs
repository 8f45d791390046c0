//! Reading sessions. Writing them is ingest's work.

use debrief_model::{Error, Page, Paging, Session, SessionFilter, SessionNumber, Subject, TenantId, TimeRange, Timestamp};
use debrief_store::Ledger;

use crate::names::wanted_by_sessions;
use crate::offload::blocking;
use crate::{App, Ctx};

/// A session with the names of everything it links to.
#[derive(Clone, Debug)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// Its agent's name.
    pub agent: Option<String>,
    /// Its agent version's name.
    pub agent_version: Option<String>,
    /// Its person's key.
    pub person: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<debrief_model::FingerprintId>,
}

/// Which sessions, by the caller's names.
#[derive(Clone, Debug, Default)]
pub struct SessionQuery {
    /// In which this agent took part.
    pub agent: Option<String>,
    /// In which this version of it took part; needs `agent`.
    pub agent_version: Option<String>,
    /// For this person.
    pub person: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// That ended so.
    pub end_state: Option<String>,
    /// Whose last activity lies in this range.
    pub time: TimeRange,
    /// After this row of an earlier page.
    pub after: Option<(Timestamp, SessionNumber)>,
}

/// Sessions, newest activity first, with the exact total.
///
/// # Errors
/// `Forbidden` without scope `read`; `Invalid` for a version without its agent.
pub async fn list(app: &App, ctx: &Ctx, query: SessionQuery, paging: Paging) -> crate::Result<Page<SessionView>> {
    ctx.must_read()?;
    if query.agent_version.is_some() && query.agent.is_none() {
        let sentence = "agentVersion needs agent: versions are named within their agent";
        return Err(Error::invalid(sentence).with("query", "agentVersion", "missing_agent", sentence));
    }
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    blocking(move || {
        let Some(filter) = resolve(ledger.as_ref(), tenant, query)? else { return Ok(Page { rows: Vec::new(), total: 0 }) };
        let page = ledger.sessions(tenant, &filter, paging)?;
        Ok(Page { total: page.total, rows: named(ledger.as_ref(), tenant, page.rows)? })
    })
    .await
}

/// One session by the caller's id or ours.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)`.
pub async fn get(app: &App, ctx: &Ctx, key: &str) -> crate::Result<(SessionView, Vec<String>)> {
    ctx.must_read()?;
    let (ledger, tenant, key) = (app.ledger.clone(), ctx.tenant, key.to_owned());
    blocking(move || {
        let session = ledger.session(tenant, &key)?.ok_or_else(|| Error::not_found(Subject::Session(key)))?;
        let owner = session.tenant;
        let agents = agent_names(ledger.as_ref(), owner, session.number)?;
        let view = named(ledger.as_ref(), owner, vec![session])?.pop().ok_or_else(|| Error::internal("a session lost its name"))?;
        Ok((view, agents))
    })
    .await
}

/// The text appended to a session's log.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)`.
pub async fn log(app: &App, ctx: &Ctx, key: &str) -> crate::Result<String> {
    ctx.must_read()?;
    let (ledger, tenant, key) = (app.ledger.clone(), ctx.tenant, key.to_owned());
    blocking(move || {
        let session = ledger.session(tenant, &key)?.ok_or_else(|| Error::not_found(Subject::Session(key)))?;
        ledger.session_log(session.tenant, session.number)
    })
    .await
}

fn agent_names(ledger: &dyn Ledger, tenant: TenantId, session: SessionNumber) -> crate::Result<Vec<String>> {
    let mut numbers: Vec<_> = ledger.session_agents(tenant, session)?.into_iter().map(|(agent, _)| agent).collect();
    numbers.dedup();
    let names = ledger.names(tenant, &debrief_store::Wanted { agents: numbers.clone(), ..Default::default() })?;
    Ok(numbers.iter().filter_map(|number| names.agents.get(number).cloned()).collect())
}

/// `None` when a named agent, version or person does not exist, so that nothing can match.
fn resolve(ledger: &dyn Ledger, tenant: TenantId, query: SessionQuery) -> crate::Result<Option<SessionFilter>> {
    let SessionQuery { agent, agent_version, person, tag, end_state, time, after } = query;
    let mut filter = SessionFilter { tag, end_state, time, after, ..SessionFilter::default() };
    if let Some(name) = agent {
        let Some(found) = ledger.agent(tenant, &name)? else { return Ok(None) };
        filter.agent = Some(found.number);
        if let Some(name) = agent_version {
            let Some(version) = ledger.agent_version(tenant, found.number, &name)? else { return Ok(None) };
            filter.agent_version = Some(version.number);
        }
    }
    if let Some(key) = person {
        let Some(found) = ledger.person(tenant, &key)? else { return Ok(None) };
        filter.person = Some(found.number);
    }
    Ok(Some(filter))
}

fn named(ledger: &dyn Ledger, tenant: TenantId, sessions: Vec<Session>) -> crate::Result<Vec<SessionView>> {
    let names = ledger.names(tenant, &wanted_by_sessions(&sessions))?;
    let view = |session: Session| SessionView {
        agent: session.agent.and_then(|number| names.agents.get(&number).cloned()),
        agent_version: session.agent.zip(session.agent_version).and_then(|pair| names.versions.get(&pair).cloned()),
        person: session.person.and_then(|number| names.people.get(&number).cloned()),
        fingerprint: session.fingerprint.and_then(|number| names.fingerprints.get(&number).copied()),
        session,
    };
    Ok(sessions.into_iter().map(view).collect())
}
