//! Agents and their versions: created, declared, changed, hidden, or made because somebody mentioned them.

use debrief_model::agent::AgentStatus;
use debrief_model::{
    Agent, AgentConfig, AgentId, AgentNumber, AgentPatch, AgentVersion, Error, ErrorKind, NewAgent, Subject, TenantId, VersionNumber,
};
use debrief_store::{Outcome, notice};
use rusqlite::params;

use super::cache::KeyRef;
use super::{Stop, Work, name_of};
use crate::{read, row};

pub(super) fn put(work: &mut Work<'_>, tenant: TenantId, name: &str, description: Option<&str>) -> Result<Outcome, Stop> {
    let agent = match read::agents::by_name(work.conn, tenant, name)? {
        Some(known) => known,
        None => make(work, tenant, name, description)?,
    };
    Ok(Outcome::Agent(agent))
}

pub(super) fn put_version(
    work: &mut Work<'_>,
    tenant: TenantId,
    agent: &str,
    name: &str,
    description: Option<&str>,
) -> Result<Outcome, Stop> {
    let Some(agent) = read::agents::by_name(work.conn, tenant, agent)? else {
        return Err(Stop::Refused(Error::not_found(Subject::Agent(agent.into()))));
    };
    let version = match read::agents::version_by_name(work.conn, tenant, agent.number, name)? {
        Some(known) => known,
        None => make_version(work, (&agent.id, agent.number), tenant, name, description, AgentConfig::default())?,
    };
    Ok(Outcome::AgentVersion(version))
}

/// Creates an agent; one that is only known by name so far becomes it.
pub(super) fn create(work: &mut Work<'_>, tenant: TenantId, new: NewAgent) -> Result<Outcome, Stop> {
    let known = read::agents::by_name(work.conn, tenant, &new.name)?;
    if known.as_ref().is_some_and(|known| known.current_version.is_some()) {
        return Err(Stop::Refused(taken(&new.name)));
    }
    let is_new = known.is_none();
    let before = match known {
        Some(known) => known,
        None => insert(work, tenant, &new.name, new.description.as_deref())?,
    };
    let NewAgent { name: _, description, status, tags, config } = new;
    let wanted = Agent { description: description.or(before.description.clone()), status, tags, config, ..before.clone() };
    let after = store(work, &before, wanted)?;
    match is_new {
        true => work.tell(tenant, notice::agent_created(&after)),
        false => notice::agent_updated(&before, &after).into_iter().for_each(|notice| work.tell(tenant, notice)),
    }
    next_version(work, after).map(Outcome::Agent).map_err(Stop::from)
}

pub(super) fn patch(work: &mut Work<'_>, tenant: TenantId, id: AgentId, patch: AgentPatch) -> Result<Outcome, Stop> {
    let before = known(work, tenant, id)?;
    let wanted = patch.applied_to(&before);
    if wanted.name != before.name && read::agents::by_name(work.conn, tenant, &wanted.name)?.is_some() {
        return Err(Stop::Refused(taken(&wanted.name)));
    }
    if wanted == before {
        return Ok(Outcome::Agent(before));
    }
    let after = store(work, &before, wanted)?;
    notice::agent_updated(&before, &after).into_iter().for_each(|notice| work.tell(tenant, notice));
    let after = if after.config == before.config { after } else { next_version(work, after)? };
    Ok(Outcome::Agent(after))
}

pub(super) fn delete(work: &mut Work<'_>, tenant: TenantId, id: AgentId) -> Result<Outcome, Stop> {
    let agent = known(work, tenant, id)?;
    let sql = "UPDATE agents SET deleted_at = ?3 WHERE tenant = ?1 AND number = ?2";
    work.conn.prepare_cached(sql)?.execute(params![tenant.0, agent.number.0, work.now.0])?;
    forget_name(work, tenant, &agent.name);
    work.tell(tenant, notice::agent_deleted(&agent));
    Ok(Outcome::Agent(agent))
}

fn known(work: &Work<'_>, tenant: TenantId, id: AgentId) -> Result<Agent, Stop> {
    let found = read::agents::by_id(work.conn, tenant, id)?;
    found.ok_or_else(|| Stop::Refused(Error::not_found(Subject::Agent(id.to_string()))))
}

fn taken(name: &str) -> Error {
    let error = Error::new(ErrorKind::Conflict, "An agent of that name exists").about(Subject::Agent(name.into()));
    error.with("body", "name", "taken", "An agent of that name exists")
}

/// Writes what an agent is now, but for its version.
fn store(work: &mut Work<'_>, before: &Agent, wanted: Agent) -> rusqlite::Result<Agent> {
    let now = work.now;
    let deprecated_at = match wanted.status {
        AgentStatus::Archived => before.deprecated_at.or(Some(now)),
        AgentStatus::Active | AgentStatus::Draft => None,
    };
    let after = Agent { updated_at: now, deprecated_at, ..wanted };
    let AgentConfig { prompt, model, temperature, max_tokens } = &after.config;
    let sql = "UPDATE agents SET name = ?3, description = ?4, status = ?5, updated_at = ?6, deprecated_at = ?7, tags = ?8, \
               content = ?9, content_hash = ?10, model = ?11, temperature = ?12, max_tokens = ?13 WHERE tenant = ?1 AND number = ?2";
    work.conn.prepare_cached(sql)?.execute(params![
        after.tenant.0,
        after.number.0,
        after.name,
        after.description,
        row::status_code(after.status),
        now.0,
        deprecated_at.map(|at| at.0),
        (!after.tags.is_empty()).then(|| row::tags_json(&after.tags)),
        prompt.as_ref().map(|prompt| &prompt.text),
        prompt.as_ref().map(|prompt| prompt.hash),
        model,
        temperature,
        max_tokens,
    ])?;
    if after.name != before.name {
        forget_name(work, after.tenant, &before.name);
        work.caches.agents.put(name_of(after.tenant, &after.name), after.number);
    }
    Ok(after)
}

/// Makes the version that the agent is now, and events belong to it from now on.
fn next_version(work: &mut Work<'_>, agent: Agent) -> rusqlite::Result<Agent> {
    let name = free_name(work, &agent)?;
    let version = make_version(work, (&agent.id, agent.number), agent.tenant, &name, None, agent.config.clone())?;
    let sql = "UPDATE agents SET current_version = ?3 WHERE tenant = ?1 AND number = ?2";
    work.conn.prepare_cached(sql)?.execute(params![agent.tenant.0, agent.number.0, version.number.0])?;
    work.caches.current.put(agent_of(agent.tenant, agent.number), Some(version.number));
    Ok(Agent { current_version: Some(version.number), ..agent })
}

/// `v1`, `v2`, … the first that is free.
fn free_name(work: &Work<'_>, agent: &Agent) -> rusqlite::Result<String> {
    let sql = "SELECT count(*) FROM agent_versions WHERE tenant = ?1 AND agent = ?2 AND name GLOB 'v[1-9]*'";
    let likely: u64 = work.conn.prepare_cached(sql)?.query_row(params![agent.tenant.0, agent.number.0], |row| row::count(row, 0))?;
    for n in likely + 1.. {
        let name = format!("v{n}");
        if read::agents::version_by_name(work.conn, agent.tenant, agent.number, &name)?.is_none() {
            return Ok(name);
        }
    }
    unreachable!("an agent has fewer versions than there are numbers")
}

/// The number of the agent called `name`, created where unknown.
pub(super) fn mentioned(work: &mut Work<'_>, tenant: TenantId, name: &str) -> rusqlite::Result<AgentNumber> {
    if let Some(number) = work.caches.agents.get(name_of(tenant, name)) {
        return Ok(number);
    }
    let number = match read::agents::by_name(work.conn, tenant, name)? {
        Some(known) => known.number,
        None => make(work, tenant, name, None)?.number,
    };
    work.caches.agents.put(name_of(tenant, name), number);
    Ok(number)
}

/// The number of the agent of that name, if there is one.
pub(super) fn find(work: &mut Work<'_>, tenant: TenantId, name: &str) -> rusqlite::Result<Option<AgentNumber>> {
    match work.caches.agents.get(name_of(tenant, name)) {
        Some(number) => Ok(Some(number)),
        None => Ok(read::agents::by_name(work.conn, tenant, name)?.map(|known| known.number)),
    }
}

/// The number of the agent's version called `name`, created where unknown.
pub(super) fn version(work: &mut Work<'_>, tenant: TenantId, agent: AgentNumber, name: &str) -> rusqlite::Result<VersionNumber> {
    let key = KeyRef { tenant, scope: u64::from(agent.0), name };
    if let Some(number) = work.caches.versions.get(key) {
        return Ok(number);
    }
    let number = match read::agents::version_by_name(work.conn, tenant, agent, name)? {
        Some(known) => known.number,
        None => {
            let id = read::agents::id_of(work.conn, tenant, agent)?;
            make_version(work, (&id, agent), tenant, name, None, AgentConfig::default())?.number
        }
    };
    work.caches.versions.put(key, number);
    Ok(number)
}

/// The version that events of the agent belong to which name none, where the agent says what it is made of.
pub(super) fn current_version(work: &mut Work<'_>, tenant: TenantId, agent: AgentNumber) -> rusqlite::Result<Option<VersionNumber>> {
    let key = agent_of(tenant, agent);
    if let Some(known) = work.caches.current.get(key) {
        return Ok(known);
    }
    let sql = "SELECT current_version FROM agents WHERE tenant = ?1 AND number = ?2";
    let found: Option<u32> = work.conn.prepare_cached(sql)?.query_row(params![tenant.0, agent.0], |row| row.get(0))?;
    let found = found.map(VersionNumber);
    work.caches.current.put(key, found);
    Ok(found)
}

/// An agent by number, as a key without a name.
fn agent_of(tenant: TenantId, agent: AgentNumber) -> KeyRef<'static> {
    KeyRef { tenant, scope: u64::from(agent.0), name: "" }
}

fn forget_name(work: &mut Work<'_>, tenant: TenantId, name: &str) {
    // Taking it out of the cache is what forgets it.
    let _forgotten = work.caches.agents.take(name_of(tenant, name));
}

fn make(work: &mut Work<'_>, tenant: TenantId, name: &str, description: Option<&str>) -> rusqlite::Result<Agent> {
    let agent = insert(work, tenant, name, description)?;
    work.tell(tenant, notice::agent_created(&agent));
    Ok(agent)
}

fn insert(work: &mut Work<'_>, tenant: TenantId, name: &str, description: Option<&str>) -> rusqlite::Result<Agent> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM agents WHERE tenant = ?1";
    let number = AgentNumber(work.conn.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0))?);
    let agent = Agent {
        tenant,
        number,
        id: work.mint.agent(tenant, number),
        name: name.into(),
        description: description.map(Into::into),
        status: AgentStatus::Active,
        tags: Vec::new(),
        config: AgentConfig::default(),
        current_version: None,
        created_at: work.now,
        updated_at: work.now,
        deprecated_at: None,
    };
    let sql = "INSERT INTO agents (tenant, number, id, name, description, status, created_at, updated_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
    let status = row::status_code(agent.status);
    let values = params![tenant.0, agent.number.0, agent.id.0.as_bytes(), name, description, status, work.now.0];
    work.conn.prepare_cached(sql)?.execute(values)?;
    work.caches.agents.put(name_of(tenant, name), agent.number);
    Ok(agent)
}

fn make_version(
    work: &mut Work<'_>,
    (id, agent): (&AgentId, AgentNumber),
    tenant: TenantId,
    name: &str,
    description: Option<&str>,
    config: AgentConfig,
) -> rusqlite::Result<AgentVersion> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM agent_versions WHERE tenant = ?1 AND agent = ?2";
    let number = VersionNumber(work.conn.prepare_cached(sql)?.query_row([tenant.0, agent.0], |row| row.get(0))?);
    let AgentConfig { prompt, model, temperature, max_tokens } = &config;
    let sql = "INSERT INTO agent_versions (tenant, agent, number, name, description, created_at, content, content_hash, model, temperature, \
               max_tokens) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    work.conn.prepare_cached(sql)?.execute(params![
        tenant.0,
        agent.0,
        number.0,
        name,
        description,
        work.now.0,
        prompt.as_ref().map(|prompt| &prompt.text),
        prompt.as_ref().map(|prompt| prompt.hash),
        model,
        temperature,
        max_tokens,
    ])?;
    let description = description.map(Into::into);
    let version = AgentVersion { tenant, agent, number, name: name.into(), description, config, created_at: work.now, deprecated_at: None };
    work.tell(tenant, notice::agent_version_created(*id, &version));
    Ok(version)
}
