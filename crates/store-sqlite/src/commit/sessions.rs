//! Sessions within a group: opened once, changed in memory, written once at the end.
//!
//! What hangs on a session (tags, aliases, threads, log) goes to its table at once; only the session's own row waits.

use debrief_model::{
    AgentNumber, Conversation, Course, PersonNumber, Resolution, Session, SessionId, SessionNumber, SessionPatch, TenantId, Timestamp,
    Told, VersionNumber,
};
use debrief_store::Outcome;
use debrief_store::notice::{self, Thread};
use hashbrown::HashMap;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde_json::json;

use super::cache::{Caches, KeyRef, Live};
use super::{Stop, Work, agents, events, name_of};
use crate::{courses, row};

/// A session of this group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(usize);

/// The sessions of this group.
#[derive(Default)]
pub(super) struct Touched {
    entries: Vec<Entry>,
    by_key: HashMap<(TenantId, String), Slot>,
    by_number: HashMap<SessionNumber, Slot>,
}

/// One of them, and what of it must be written.
pub(super) struct Entry {
    tenant: TenantId,
    key: String,
    pub(super) live: Live,
    /// Its row does not exist yet.
    is_new: bool,
    /// Totals or times changed.
    pub(super) happened: bool,
    /// Whom it links to changed.
    pub(super) relinked: bool,
    /// It became part of another one.
    gone: bool,
    /// What clients said of it, once that was needed; then it is written too.
    set: Option<SessionPatch>,
}

impl Touched {
    pub(super) fn live(&self, slot: Slot) -> &Live {
        &self.entries[slot.0].live
    }

    pub(super) fn change(&mut self, slot: Slot) -> &mut Entry {
        let entry = &mut self.entries[slot.0];
        entry.happened = true;
        entry
    }

    fn find(&self, tenant: TenantId, key: &str) -> Option<Slot> {
        // Most groups touch few sessions: comparing them all is cheaper than making a key to look up.
        if self.entries.len() <= 8 {
            return self.entries.iter().position(|entry| !entry.gone && entry.tenant == tenant && entry.key == key).map(Slot);
        }
        self.by_key.get(&Borrowed(tenant, key)).copied()
    }

    fn insert(&mut self, entry: Entry) -> Slot {
        let slot = Slot(self.entries.len());
        self.by_key.insert((entry.tenant, entry.key.clone()), slot);
        self.by_number.insert(entry.live.number, slot);
        self.entries.push(entry);
        slot
    }
}

#[derive(Hash)]
struct Borrowed<'a>(TenantId, &'a str);

impl hashbrown::Equivalent<(TenantId, String)> for Borrowed<'_> {
    fn equivalent(&self, key: &(TenantId, String)) -> bool {
        self.0 == key.0 && self.1 == key.1
    }
}

/// The session of that key. Where unknown it is created, as begun at `began`.
pub(super) fn open(work: &mut Work<'_>, tenant: TenantId, key: &str, began: Timestamp) -> rusqlite::Result<Slot> {
    let (slot, is_new) = find_or_make(work, tenant, key)?;
    if is_new {
        let id = work.touched.live(slot).id;
        work.tell(tenant, notice::session_started(Thread { id, key }, began, &SessionPatch::default()));
    }
    Ok(slot)
}

/// Answers also whether the session is new, and then nobody has been told of it yet.
fn find_or_make(work: &mut Work<'_>, tenant: TenantId, key: &str) -> rusqlite::Result<(Slot, bool)> {
    if let Some(slot) = work.touched.find(tenant, key) {
        return Ok((slot, false));
    }
    let known = match work.caches.sessions.take(name_of(tenant, key)) {
        Some(live) => Some(live),
        None => load(work.conn, tenant, key)?,
    };
    let is_new = known.is_none();
    let live = known.unwrap_or_else(|| create(work));
    let entry = Entry { tenant, key: key.into(), live, is_new, happened: is_new, relinked: false, gone: false, set: None };
    Ok((work.touched.insert(entry), is_new))
}

/// The session of that number, if it is the tenant's.
pub(super) fn open_number(work: &mut Work<'_>, tenant: TenantId, number: SessionNumber) -> rusqlite::Result<Option<Slot>> {
    if let Some(slot) = work.touched.by_number.get(&number).copied() {
        return Ok((work.touched.entries[slot.0].tenant == tenant).then_some(slot));
    }
    let sql = "SELECT key FROM sessions WHERE number = ?1 AND tenant = ?2";
    let mut statement = work.conn.prepare_cached(sql)?;
    let key: Option<String> = statement.query_row(params![row::clamped(number.0), tenant.0], |row| row.get(0)).optional()?;
    let now = work.now;
    key.map(|key| open(work, tenant, &key, now)).transpose()
}

fn create(work: &mut Work<'_>) -> Live {
    work.counters.session += 1;
    let number = SessionNumber(work.counters.session);
    Live {
        number,
        id: work.mint.session(number),
        agent: None,
        agent_named_at: None,
        agent_version: None,
        unnamed: 0,
        person: None,
        person_named_at: None,
        fingerprint: None,
        shared_with: None,
        started_at: work.now,
        started_told: false,
        // Set by whatever happens first in it; events may have happened before now.
        last_activity_at: Timestamp(i64::MIN),
        totals: debrief_model::Totals::default(),
        noted: None,
        told: None,
        resolution: None,
        course: Course::default(),
        course_of: None,
    }
}

fn load(conn: &Connection, tenant: TenantId, key: &str) -> rusqlite::Result<Option<Live>> {
    let sql = "SELECT number, id, agent, agent_named_at, agent_version, person, fingerprint, shared_with, started_at, told_started_at, \
               last_activity_at, events, llm_calls, tool_calls, actions, errors, failures, input_tokens, output_tokens, cache_read_tokens, \
               cache_write_tokens, reasoning_tokens, cost_nano_usd, first_event_at, last_event_at, unpriced, ended_at, end_state, \
               person_named_at, unnamed, resolution FROM sessions WHERE tenant = ?1 AND key = ?2";
    let Some(mut live) = conn.prepare_cached(sql)?.query_row(params![tenant.0, key], live).optional()? else { return Ok(None) };
    live.course = courses::of(conn, tenant, live.agent, live.number)?;
    Ok(Some(live))
}

fn live(row: &Row<'_>) -> rusqlite::Result<Live> {
    let maybe = |at| -> rusqlite::Result<Option<u64>> { row.get::<_, Option<i64>>(at).map(|found| found.map(i64::cast_unsigned)) };
    let (ended_at, end_state, resolution) = (row::maybe_time(row, 26)?, row.get(27)?, row::resolution(row, 30)?);
    let set = SessionPatch { ended_at, end_state, resolution, ..SessionPatch::default() };
    Ok(Live {
        number: SessionNumber(row::count(row, 0)?),
        id: SessionId(row::uuid(row, 1)?),
        agent: row.get::<_, Option<u32>>(2)?.map(AgentNumber),
        agent_named_at: row::maybe_time(row, 3)?,
        agent_version: row.get::<_, Option<u32>>(4)?.map(VersionNumber),
        unnamed: row::count(row, 29)?,
        person: maybe(5)?.map(PersonNumber),
        person_named_at: row::maybe_time(row, 28)?,
        fingerprint: maybe(6)?.map(debrief_model::FingerprintNumber),
        shared_with: row.get::<_, Option<u32>>(7)?.map(TenantId),
        started_at: row::time(row, 8)?,
        started_told: row::maybe_time(row, 9)?.is_some(),
        last_activity_at: row::time(row, 10)?,
        totals: row::totals(row, 11)?,
        noted: None,
        told: Told::of(&set),
        resolution: Resolution::of(&set),
        course: Course::default(),
        course_of: Some(row.get::<_, Option<u32>>(2)?.map(AgentNumber)),
    })
}

/// What somebody says of a session.
pub(super) struct Said {
    pub(super) patch: SessionPatch,
    pub(super) shared_with: Option<TenantId>,
    pub(super) alias: Option<String>,
}

pub(super) fn put(work: &mut Work<'_>, tenant: TenantId, key: &str, said: Said) -> Result<Outcome, Stop> {
    let Said { patch, shared_with, alias } = said;
    let (slot, is_new) = find_or_make(work, tenant, key)?;
    // What is said of a session whose events tell when something happened is no activity of its own: it may be said long afterwards. Unless
    // it is that the session goes on.
    if patch.goes_on() || work.touched.live(slot).totals.events == 0 {
        touch(work, slot);
    }
    let number = row::clamped(work.touched.live(slot).number.0);
    let mut set = take_set(work, slot)?;
    if let Some(tags) = &patch.tags {
        put_tags(work.conn, tenant, number, set.tags.as_deref().unwrap_or_default(), tags)?;
    }
    if let Some(host) = &patch.host {
        let sql = "INSERT INTO session_hosts (session, host) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET host = excluded.host";
        work.conn.prepare_cached(sql)?.execute(params![number, host])?;
    }
    if let Some(metadata) = &patch.metadata {
        let sql = "INSERT INTO session_metadata (session, metadata) VALUES (?1, ?2) \
                   ON CONFLICT DO UPDATE SET metadata = excluded.metadata";
        work.conn.prepare_cached(sql)?.execute(params![number, metadata])?;
    }
    if let Some(alias) = alias.filter(|alias| alias != key) {
        let sql = "INSERT OR IGNORE INTO session_aliases (tenant, alias, session) VALUES (?1, ?2, ?3)";
        work.conn.prepare_cached(sql)?.execute(params![tenant.0, alias, number])?;
    }
    let before = set.clone();
    set.absorb(patch);
    let entry = work.touched.change(slot);
    if let Some(told) = set.started_at {
        entry.live.started_at = told;
        entry.live.started_told = true;
    }
    if shared_with.is_some() {
        entry.live.shared_with = shared_with;
        entry.relinked = true;
    }
    (entry.live.told, entry.live.resolution) = (Told::of(&set), Resolution::of(&set));
    entry.set = Some(set.clone());
    let (id, started_at, shown) = (entry.live.id, entry.live.started_at, shown(entry));
    tell_said(work, tenant, Thread { id, key }, is_new.then_some(started_at), &before, &set);
    Ok(Outcome::Session(Box::new(shown)))
}

/// Tells that the session began, at what time, if it did, and what else changed.
fn tell_said(
    work: &mut Work<'_>,
    tenant: TenantId,
    thread: Thread<'_>,
    began: Option<Timestamp>,
    before: &SessionPatch,
    after: &SessionPatch,
) {
    let Some(began) = began else {
        notice::session_said(thread, before, after).into_iter().for_each(|notice| work.tell(tenant, notice));
        return;
    };
    let open = SessionPatch { ended_at: None, ..after.clone() };
    work.tell(tenant, notice::session_started(thread, began, &open));
    notice::session_said(thread, &open, after).into_iter().for_each(|notice| work.tell(tenant, notice));
}

/// Opens a session for something other than an event, which counts as activity now.
fn open_now(work: &mut Work<'_>, tenant: TenantId, key: &str) -> rusqlite::Result<Slot> {
    let now = work.now;
    let slot = open(work, tenant, key, now)?;
    touch(work, slot);
    Ok(slot)
}

fn touch(work: &mut Work<'_>, slot: Slot) {
    let now = work.now;
    let live = &mut work.touched.change(slot).live;
    live.last_activity_at = live.last_activity_at.max(now);
}

fn take_set(work: &mut Work<'_>, slot: Slot) -> rusqlite::Result<SessionPatch> {
    let entry = work.touched.change(slot);
    if let Some(set) = entry.set.take() {
        return Ok(set);
    }
    if entry.is_new {
        return Ok(SessionPatch::default());
    }
    let sql = "SELECT told_started_at, ended_at, end_state, end_state_reason, tags, environment, video, \
               (SELECT host FROM session_hosts WHERE session = number), title, \
               (SELECT metadata FROM session_metadata WHERE session = number), resolution FROM sessions WHERE number = ?1";
    work.conn.prepare_cached(sql)?.query_row([row::clamped(entry.live.number.0)], |row| row::patch(row, 0))
}

fn put_tags(conn: &Connection, tenant: TenantId, session: i64, old: &[String], new: &[String]) -> rusqlite::Result<()> {
    for tag in old.iter().filter(|tag| !new.contains(tag)) {
        let sql = "DELETE FROM session_tags WHERE tenant = ?1 AND tag = ?2 AND session = ?3";
        conn.prepare_cached(sql)?.execute(params![tenant.0, tag, session])?;
    }
    for tag in new.iter().filter(|tag| !old.contains(tag)) {
        let sql = "INSERT OR IGNORE INTO session_tags (tenant, tag, session) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(sql)?.execute(params![tenant.0, tag, session])?;
    }
    Ok(())
}

fn shown(entry: &Entry) -> Session {
    let Live { number, id, agent, agent_version, person, fingerprint, shared_with, started_at, last_activity_at, totals, course, .. } =
        entry.live;
    Session {
        tenant: entry.tenant,
        number,
        id,
        key: entry.key.clone(),
        agent,
        agent_version,
        person,
        fingerprint,
        shared_with,
        started_at,
        last_activity_at,
        set: entry.set.clone().unwrap_or_default(),
        totals,
        course,
    }
}

/// Notes that the agent took part.
pub(super) fn note_agent(work: &mut Work<'_>, slot: Slot, agent: AgentNumber, version: VersionNumber) -> rusqlite::Result<()> {
    let entry = work.touched.change(slot);
    if entry.live.noted == Some((agent, version)) {
        return Ok(());
    }
    entry.live.noted = Some((agent, version));
    let sql = "INSERT OR IGNORE INTO session_agents (session, agent, agent_version, tenant) VALUES (?1, ?2, ?3, ?4)";
    let values = params![row::clamped(entry.live.number.0), agent.0, version.0, entry.tenant.0];
    work.conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Notes that the agent took no part after all.
pub(super) fn forget_agent(work: &mut Work<'_>, slot: Slot, agent: AgentNumber) -> rusqlite::Result<()> {
    let entry = work.touched.change(slot);
    entry.live.noted = entry.live.noted.filter(|(noted, _)| *noted != agent);
    let sql = "DELETE FROM session_agents WHERE session = ?1 AND agent = ?2";
    work.conn.prepare_cached(sql)?.execute(params![row::clamped(entry.live.number.0), agent.0])?;
    Ok(())
}

/// The agent that `alias` names within the session.
pub(super) fn alias(work: &mut Work<'_>, tenant: TenantId, slot: Slot, alias: &str) -> rusqlite::Result<Option<AgentNumber>> {
    let session = work.touched.live(slot).number.0;
    let key = KeyRef { tenant, scope: session, name: alias };
    if let Some(known) = work.caches.aliases.get(key) {
        return Ok(known);
    }
    let sql = "SELECT agent FROM agent_aliases WHERE session = ?1 AND alias = ?2";
    let mut statement = work.conn.prepare_cached(sql)?;
    let found = statement.query_row(params![row::clamped(session), alias], |row| Ok(AgentNumber(row.get(0)?))).optional()?;
    work.caches.aliases.put(key, found);
    Ok(found)
}

pub(super) fn put_alias(work: &mut Work<'_>, tenant: TenantId, session: &str, alias: &str, name: &str) -> Result<Outcome, Stop> {
    let slot = open_now(work, tenant, session)?;
    let agent = agents::mentioned(work, tenant, name)?;
    let version = events::default_version(work, tenant, agent)?;
    note_agent(work, slot, agent, version)?;
    if self::alias(work, tenant, slot, alias)? != Some(agent) {
        extended(work, tenant, slot, "agentAlias", json!({ "alias": alias, "agent": name }));
    }
    let session = work.touched.live(slot).number.0;
    let sql = "INSERT INTO agent_aliases (session, alias, agent) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET agent = excluded.agent";
    work.conn.prepare_cached(sql)?.execute(params![row::clamped(session), alias, agent.0])?;
    work.caches.aliases.put(KeyRef { tenant, scope: session, name: alias }, Some(agent));
    Ok(Outcome::Done)
}

pub(super) fn append_log(work: &mut Work<'_>, tenant: TenantId, session: &str, text: &str) -> Result<Outcome, Stop> {
    let slot = open_now(work, tenant, session)?;
    let number = row::clamped(work.touched.live(slot).number.0);
    let sql = "INSERT INTO session_logs (session, part, text) \
               SELECT ?1, coalesce(max(part), 0) + 1, ?2 FROM session_logs WHERE session = ?1";
    work.conn.prepare_cached(sql)?.execute(params![number, text])?;
    extended(work, tenant, slot, "log", json!({ "bytes": text.len() }));
    Ok(Outcome::Done)
}

pub(super) fn put_thread(
    work: &mut Work<'_>,
    tenant: TenantId,
    session: &str,
    thread: &str,
    agent_alias: Option<&str>,
) -> Result<Outcome, Stop> {
    let slot = open_now(work, tenant, session)?;
    let number = row::clamped(work.touched.live(slot).number.0);
    let sql = "INSERT OR IGNORE INTO threads (session, thread, agent_alias) VALUES (?1, ?2, ?3)";
    if work.conn.prepare_cached(sql)?.execute(params![number, thread, agent_alias])? > 0 {
        extended(work, tenant, slot, "thread", json!({ "id": thread, "agentAlias": agent_alias }));
    }
    Ok(Outcome::Done)
}

/// Tells that something was added to a session.
fn extended(work: &mut Work<'_>, tenant: TenantId, slot: Slot, what: &'static str, value: serde_json::Value) {
    let entry = work.touched.change(slot);
    let notice = notice::session_extended(Thread { id: entry.live.id, key: &entry.key }, what, value);
    work.tell(tenant, notice);
}

/// A session whose last event went to another one becomes part of that: what was said of it counts where nothing else was said of
/// the other, its log and its threads are the other's, and its key finds the other from now on.
pub(super) fn dissolve(work: &mut Work<'_>, slot: Slot, into: Slot) -> rusqlite::Result<()> {
    let mut set = take_set(work, slot)?;
    let former = take_set(work, into)?;
    let (tenant, number, own_tags) = (work.touched.entries[slot.0].tenant, work.touched.live(slot).number, set.tags.clone());
    let Live { started_told, started_at, last_activity_at, .. } = *work.touched.live(slot);
    let told = started_told.then_some(started_at);
    set.started_at = told.or(set.started_at);
    set.absorb(former.clone());
    let target = work.touched.change(into);
    let (to, to_key) = (target.live.number, target.key.clone());
    (target.live.told, target.live.resolution) = (Told::of(&set), Resolution::of(&set));
    target.live.last_activity_at = target.live.last_activity_at.max(last_activity_at);
    if let Some(began) = set.started_at {
        (target.live.started_at, target.live.started_told) = (began, true);
    }
    put_tags(work.conn, tenant, row::clamped(to.0), former.tags.as_deref().unwrap_or_default(), set.tags.as_deref().unwrap_or_default())?;
    work.touched.entries[into.0].set = Some(set);
    let entry = &mut work.touched.entries[slot.0];
    entry.gone = true;
    let thread = Thread { id: entry.live.id, key: &entry.key };
    let (merged, key, was_stored, agent) =
        (notice::session_merged(thread, &to_key), entry.key.clone(), !entry.is_new, entry.live.course_of);
    work.touched.by_key.remove(&(tenant, key.clone()));
    work.touched.by_number.remove(&number);
    put_tags(work.conn, tenant, row::clamped(number.0), own_tags.as_deref().unwrap_or_default(), &[])?;
    if was_stored {
        remove(work.conn, tenant, number, to)?;
        if let Some(agent) = agent {
            courses::forget(work.conn, tenant, agent, number)?;
        }
    }
    let sql = "INSERT OR REPLACE INTO session_aliases (tenant, alias, session) VALUES (?1, ?2, ?3)";
    work.conn.prepare_cached(sql)?.execute(params![tenant.0, key, row::clamped(to.0)])?;
    work.tell(tenant, merged);
    Ok(())
}

/// Removes a session's rows; what hangs on it and is worth keeping goes to `to`.
fn remove(conn: &Connection, tenant: TenantId, number: SessionNumber, to: SessionNumber) -> rusqlite::Result<()> {
    let (from, to) = (row::clamped(number.0), row::clamped(to.0));
    for sql in [
        "UPDATE session_aliases SET session = ?2 WHERE session = ?1",
        "INSERT INTO session_logs (session, part, text) SELECT ?2, part + (SELECT coalesce(max(part), 0) FROM session_logs WHERE session = ?2), \
         text FROM session_logs WHERE session = ?1",
        "UPDATE OR IGNORE threads SET session = ?2 WHERE session = ?1",
        "UPDATE OR IGNORE session_hosts SET session = ?2 WHERE session = ?1",
        "UPDATE OR IGNORE session_metadata SET session = ?2 WHERE session = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([from, to])?;
    }
    for table in ["session_logs", "threads", "session_hosts", "session_metadata", "session_agents", "agent_aliases"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE session = ?1"))?.execute([from])?;
    }
    conn.prepare_cached("DELETE FROM sessions WHERE number = ?1")?.execute([from])?;
    conn.prepare_cached("UPDATE session_counts SET sessions = sessions - 1 WHERE tenant = ?1")?.execute([tenant.0])?;
    Ok(())
}

/// Sessions whose rows are written; remembered once the transaction is.
pub(super) struct Written(Vec<Entry>);

impl Written {
    pub(super) fn remember(self, caches: &mut Caches) {
        for Entry { tenant, key, live, .. } in self.0 {
            caches.sessions.put(name_of(tenant, &key), live);
        }
    }
}

/// Writes every session of the group: only the columns that changed, since each indexed column in the list costs its index.
pub(super) fn write(work: &mut Work<'_>) -> rusqlite::Result<Written> {
    let mut entries = std::mem::take(&mut work.touched).entries;
    entries.retain(|entry| !entry.gone);
    for entry in &mut entries {
        if entry.is_new {
            insert(work.conn, entry)?;
            count_new(work.conn, entry.tenant)?;
        } else if entry.happened {
            update(work.conn, entry)?;
        }
        if entry.relinked && !entry.is_new {
            update_links(work.conn, entry)?;
        }
        if let Some(set) = &entry.set {
            update_set(work.conn, entry, set)?;
        }
        write_course(work.conn, entry)?;
    }
    Ok(Written(entries))
}

/// Conversations are judged by agent: a session that gets another one moves.
fn write_course(conn: &Connection, entry: &mut Entry) -> rusqlite::Result<()> {
    let (tenant, live) = (entry.tenant, &mut entry.live);
    if let Some(former) = live.course_of.filter(|former| *former != live.agent) {
        courses::forget(conn, tenant, former, live.number)?;
    }
    live.course_of = Some(live.agent);
    let conversation = Conversation {
        session: live.number,
        agent_version: live.agent_version,
        started_at: live.started_at,
        last_activity_at: live.last_activity_at,
        told: live.told,
        resolution: live.resolution,
        course: live.course,
    };
    courses::write(conn, &courses::Written { tenant, agent: live.agent, conversation: &conversation })
}

fn count_new(conn: &Connection, tenant: TenantId) -> rusqlite::Result<()> {
    let sql = "INSERT INTO session_counts (tenant, sessions) VALUES (?1, 1) ON CONFLICT DO UPDATE SET sessions = sessions + 1";
    conn.prepare_cached(sql)?.execute([tenant.0])?;
    Ok(())
}

fn insert(conn: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let live = &entry.live;
    let sql = format!(
        "INSERT INTO sessions (number, started_at, last_activity_at, agent_named_at, person_named_at, unnamed, {}, tenant, key, id, \
         agent, agent_version, person, fingerprint, shared_with) VALUES ({})",
        row::TOTALS.join(", "),
        row::numbered(UNMOVED + 7)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    bind_moving(&mut statement, live)?;
    let id = live.id.0.as_bytes().as_slice();
    let links = links(live);
    let others: [&dyn ToSql; 3] = [&entry.tenant.0, &entry.key, &id];
    let links: [&dyn ToSql; 5] = [&links.0, &links.1, &links.2, &links.3, &links.4];
    for (at, value) in others.into_iter().chain(links).enumerate() {
        statement.raw_bind_parameter(UNMOVED + at, value)?;
    }
    statement.raw_execute()?;
    Ok(())
}

fn update(conn: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE sessions SET started_at = ?2, last_activity_at = ?3, agent_named_at = ?4, person_named_at = ?5, unnamed = ?6, {} \
         WHERE number = ?1",
        row::set_totals(TOTALS)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    bind_moving(&mut statement, &entry.live)?;
    statement.raw_execute()?;
    Ok(())
}

/// Where the parameters of totals begin, and those of what no event moves.
const TOTALS: usize = 7;
const UNMOVED: usize = TOTALS + row::TOTALS.len();

/// The parameters that every event moves.
fn bind_moving(statement: &mut rusqlite::CachedStatement<'_>, live: &Live) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(1, row::clamped(live.number.0))?;
    statement.raw_bind_parameter(2, live.started_at.0)?;
    statement.raw_bind_parameter(3, live.last_activity_at.0)?;
    statement.raw_bind_parameter(4, live.agent_named_at.map(|at| at.0))?;
    statement.raw_bind_parameter(5, live.person_named_at.map(|at| at.0))?;
    statement.raw_bind_parameter(6, row::clamped(live.unnamed))?;
    row::bind_totals(statement, TOTALS, &live.totals)
}

type LinkValues = (Option<u32>, Option<u32>, Option<i64>, Option<i64>, Option<u32>);

fn links(live: &Live) -> LinkValues {
    (
        live.agent.map(|n| n.0),
        live.agent_version.map(|n| n.0),
        live.person.map(|n| row::clamped(n.0)),
        live.fingerprint.map(|n| row::clamped(n.0)),
        live.shared_with.map(|n| n.0),
    )
}

fn update_links(conn: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let (agent, version, person, fingerprint, shared) = links(&entry.live);
    let sql = "UPDATE sessions SET agent = ?2, agent_version = ?3, person = ?4, fingerprint = ?5, shared_with = ?6 WHERE number = ?1";
    let number = row::clamped(entry.live.number.0);
    conn.prepare_cached(sql)?.execute(params![number, agent, version, person, fingerprint, shared])?;
    Ok(())
}

fn update_set(conn: &Connection, entry: &Entry, set: &SessionPatch) -> rusqlite::Result<()> {
    let SessionPatch {
        started_at,
        ended_at,
        end_state,
        end_state_reason,
        tags,
        environment,
        video,
        host: _,
        title,
        metadata: _,
        resolution,
    } = set;
    let sql = "UPDATE sessions SET told_started_at = ?2, ended_at = ?3, end_state = ?4, end_state_reason = ?5, tags = ?6, \
               environment = ?7, video = ?8, title = ?9, resolution = ?10 WHERE number = ?1";
    conn.prepare_cached(sql)?.execute(params![
        row::clamped(entry.live.number.0),
        started_at.map(|at| at.0),
        ended_at.map(|at| at.0),
        end_state,
        end_state_reason,
        tags.as_deref().map(row::tags_json),
        environment,
        video,
        title,
        resolution.map(Resolution::code),
    ])?;
    Ok(())
}
