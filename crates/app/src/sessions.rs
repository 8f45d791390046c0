//! Opening and reading sessions. Changing them otherwise is ingest's work.

use std::sync::Arc;

use debrief_model::limit::TAGS_MAX;
use debrief_model::{
    Draft, Error, Facts, Kind, Mention, Page, Paging, Resource, Session, SessionFilter, SessionNumber, SessionPatch, Status, Subject,
    TenantId, TimeRange, Timestamp, audit,
};
use debrief_store::{Change, Ledger};

use crate::events::encode_body;
use crate::names::wanted_by_sessions;
use crate::offload::blocking;
use crate::{App, Ctx, Permit, Write, Written};

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
    /// Whether nobody named it: it is what belongs to a trace that tells no conversation.
    pub synthetic: bool,
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

/// Opens a session. One that is open already is joined: what is known of it stays, what is new is added, so that a process that joins
/// late neither moves the start nor revives what has ended.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `Unavailable` when the disk refuses.
pub async fn open(
    app: &App,
    ctx: &Ctx,
    permit: Permit,
    key: &str,
    patch: SessionPatch,
    shared_with: Option<TenantId>,
) -> crate::Result<Written> {
    let known = own(app, ctx, key).await?.filter(|session| session.key == key);
    let patch = match known {
        Some(session) => joining(&session.set, patch),
        None => patch,
    };
    let change = Change::PutSession { tenant: ctx.tenant, key: key.to_owned(), patch, shared_with, alias: None };
    app.write(ctx, permit, Write::Catalogue(change)).await
}

/// What somebody who joins a session adds to what is known of it.
fn joining(known: &SessionPatch, joiner: SessionPatch) -> SessionPatch {
    let ends = joiner.ended_at.is_some();
    let tags = joiner.tags.map(|tags| {
        let mut all = known.tags.clone().unwrap_or_default();
        let new: Vec<_> = tags.into_iter().filter(|tag| !all.contains(tag)).collect();
        all.extend(new);
        all.truncate(TAGS_MAX);
        all
    });
    SessionPatch {
        started_at: joiner.started_at.filter(|_| known.started_at.is_none()),
        end_state: joiner.end_state.filter(|_| ends || known.end_state.is_none()),
        end_state_reason: joiner.end_state_reason.filter(|_| ends || known.end_state_reason.is_none()),
        host: joiner.host.filter(|_| known.host.is_none()),
        tags,
        ..joiner
    }
}

/// A session of the caller's own tenant, for callers who record: by the caller's id or ours; `None` where there is none.
///
/// # Errors
/// `Forbidden` without scope `ingest`; when storage cannot be read.
pub async fn own(app: &App, ctx: &Ctx, key: &str) -> crate::Result<Option<Session>> {
    ctx.must_ingest()?;
    let (ledger, tenant, key) = (app.ledger.clone(), ctx.tenant, key.to_owned());
    let found = blocking(move || ledger.session(tenant, &key)).await?;
    // Sessions that another tenant shares are found as well.
    Ok(found.filter(|session| session.tenant == tenant))
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

/// Tells the event log that a session was handed out as a whole, before it is: whoever asks needs no scope to have it told.
///
/// # Errors
/// `Overloaded`, `Unavailable`: what cannot be told must not be handed out.
pub async fn tell_exported(app: &App, ctx: &Ctx, session: &Session) -> crate::Result<Written> {
    /// Room on the queue for it, about.
    const TOLD_BYTES: usize = 512;
    let told = serde_json::json!({ "sessionId": session.key, "events": session.totals.events });
    let facts = Facts {
        actor: Some(ctx.actor()),
        resource: Some(Resource { kind: audit::CHAT_THREAD.to_owned(), id: Some(session.id.to_string()) }),
        correlation_id: Some(ctx.request.to_string()),
        status: Status::Ok,
        body: encode_body(&told.to_string()),
        ..Facts::new(Kind::Domain, "session.exported", ctx.now, ctx.source)
    };
    // It is about the session and not part of it, else each export would change the next.
    let drafts = vec![Draft::new(facts, Mention::default())];
    let permit = app.admit(TOLD_BYTES)?;
    app.submit(Arc::new(ctx.origin()), permit, Write::Events { tenant: ctx.tenant, drafts }).await
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
    let view = |session: Session| -> crate::Result<SessionView> {
        let trace = ledger.trace(tenant, &session.key)?;
        Ok(SessionView {
            synthetic: trace.is_some_and(|trace| trace.session == Some(session.number)),
            agent: session.agent.and_then(|number| names.agents.get(&number).cloned()),
            agent_version: session.agent.zip(session.agent_version).and_then(|pair| names.versions.get(&pair).cloned()),
            person: session.person.and_then(|number| names.people.get(&number).cloned()),
            fingerprint: session.fingerprint.and_then(|number| names.fingerprints.get(&number).copied()),
            session,
        })
    };
    sessions.into_iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_joins_a_session_adds_and_resets_nothing() {
        let tags = |list: &[&str]| Some(list.iter().map(|tag| (*tag).to_owned()).collect());
        let state = |word: &str| Some(word.to_owned());
        let known = SessionPatch {
            started_at: Some(Timestamp(1)),
            ended_at: Some(Timestamp(9)),
            end_state: state("Success"),
            end_state_reason: state("done"),
            tags: tags(&["a", "b"]),
            host: state("{}"),
            ..SessionPatch::default()
        };
        let joiner = SessionPatch {
            started_at: Some(Timestamp(5)),
            end_state: state("Indeterminate"),
            tags: tags(&["b", "c"]),
            video: state("v"),
            host: state(r#"{"x":1}"#),
            ..SessionPatch::default()
        };
        let mut together = known.clone();
        together.absorb(joining(&known, joiner.clone()));
        assert_eq!(together, SessionPatch { tags: tags(&["a", "b", "c"]), video: state("v"), ..known.clone() });

        let ending = SessionPatch { ended_at: Some(Timestamp(20)), end_state: state("Fail"), ..SessionPatch::default() };
        let mut ended = known.clone();
        ended.absorb(joining(&known, ending));
        assert_eq!(ended, SessionPatch { ended_at: Some(Timestamp(20)), end_state: state("Fail"), ..known });

        let empty = SessionPatch::default();
        assert_eq!(joining(&empty, joiner.clone()), joiner, "the first to open says everything");
    }
}
