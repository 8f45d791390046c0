//! Agents, versions, people and fingerprints: declared, or created because somebody mentioned them.

use debrief_model::agent::AgentStatus;
use debrief_model::{
    Agent, AgentId, AgentNumber, AgentVersion, Error, Fingerprint, FingerprintId, FingerprintNumber, Person, PersonNumber, Runtime,
    Subject, TenantId, VersionNumber,
};
use debrief_store::Outcome;
use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use super::cache::KeyRef;
use super::{Stop, Work, name_of};
use crate::{read, row};

pub(super) fn put_agent(work: &mut Work<'_>, tenant: TenantId, name: &str, description: Option<&str>) -> Result<Outcome, Stop> {
    let agent = match read::agents::by_name(work.conn, tenant, name)? {
        Some(known) => known,
        None => create_agent(work, tenant, name, description)?,
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
    let Some(number) = known_agent(work, tenant, agent)? else {
        return Err(Stop::Refused(Error::not_found(Subject::Agent(agent.into()))));
    };
    let version = match read::agents::version_by_name(work.conn, tenant, number, name)? {
        Some(known) => known,
        None => create_version(work, tenant, number, name, description)?,
    };
    Ok(Outcome::AgentVersion(version))
}

/// The number of the agent called `name`, created where unknown.
pub(super) fn agent(work: &mut Work<'_>, tenant: TenantId, name: &str) -> rusqlite::Result<AgentNumber> {
    match known_agent(work, tenant, name)? {
        Some(number) => Ok(number),
        None => Ok(create_agent(work, tenant, name, None)?.number),
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
        None => create_version(work, tenant, agent, name, None)?.number,
    };
    work.caches.versions.put(key, number);
    Ok(number)
}

fn known_agent(work: &mut Work<'_>, tenant: TenantId, name: &str) -> rusqlite::Result<Option<AgentNumber>> {
    if let Some(number) = work.caches.agents.get(name_of(tenant, name)) {
        return Ok(Some(number));
    }
    let found = read::agents::by_name(work.conn, tenant, name)?.map(|agent| agent.number);
    if let Some(number) = found {
        work.caches.agents.put(name_of(tenant, name), number);
    }
    Ok(found)
}

fn create_agent(work: &mut Work<'_>, tenant: TenantId, name: &str, description: Option<&str>) -> rusqlite::Result<Agent> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM agents WHERE tenant = ?1";
    let agent = Agent {
        tenant,
        number: AgentNumber(work.conn.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0))?),
        id: AgentId(Uuid::now_v7()),
        name: name.into(),
        description: description.map(Into::into),
        status: AgentStatus::Active,
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

fn create_version(
    work: &mut Work<'_>,
    tenant: TenantId,
    agent: AgentNumber,
    name: &str,
    description: Option<&str>,
) -> rusqlite::Result<AgentVersion> {
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM agent_versions WHERE tenant = ?1 AND agent = ?2";
    let number = VersionNumber(work.conn.prepare_cached(sql)?.query_row([tenant.0, agent.0], |row| row.get(0))?);
    let sql = "INSERT INTO agent_versions (tenant, agent, number, name, description, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    work.conn.prepare_cached(sql)?.execute(params![tenant.0, agent.0, number.0, name, description, work.now.0])?;
    let description = description.map(Into::into);
    Ok(AgentVersion { tenant, agent, number, name: name.into(), description, created_at: work.now, deprecated_at: None })
}

/// The number of the person with `key`, created where unknown.
pub(super) fn person(work: &mut Work<'_>, tenant: TenantId, key: &str) -> rusqlite::Result<PersonNumber> {
    if let Some(number) = work.caches.people.get(name_of(tenant, key)) {
        return Ok(number);
    }
    let number = match read::people::by_key(work.conn, tenant, key)? {
        Some(known) => known.number,
        None => create_person(work, tenant, key, None)?.number,
    };
    work.caches.people.put(name_of(tenant, key), number);
    Ok(number)
}

pub(super) fn put_person(work: &mut Work<'_>, tenant: TenantId, key: &str, properties: Option<&str>) -> Result<Outcome, Stop> {
    let person = match (read::people::by_key(work.conn, tenant, key)?, properties) {
        (None, _) => create_person(work, tenant, key, properties)?,
        (Some(known), None) => known,
        (Some(known), Some(_)) => set_properties(work, known, properties)?,
    };
    Ok(Outcome::Person(person))
}

pub(super) fn update_person(work: &mut Work<'_>, tenant: TenantId, key: String, properties: Option<&str>) -> Result<Outcome, Stop> {
    let Some(known) = read::people::by_key(work.conn, tenant, &key)? else {
        return Err(Stop::Refused(Error::not_found(Subject::Person(key))));
    };
    Ok(Outcome::Person(set_properties(work, known, properties)?))
}

fn create_person(work: &mut Work<'_>, tenant: TenantId, key: &str, properties: Option<&str>) -> rusqlite::Result<Person> {
    work.counters.person += 1;
    let number = PersonNumber(work.counters.person);
    let sql = "INSERT INTO people (number, tenant, key, properties, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
    work.conn.prepare_cached(sql)?.execute(params![row::clamped(number.0), tenant.0, key, properties, work.now.0])?;
    let properties = properties.map(Into::into);
    Ok(Person { tenant, number, key: key.into(), properties, created_at: work.now, updated_at: work.now })
}

fn set_properties(work: &Work<'_>, person: Person, properties: Option<&str>) -> rusqlite::Result<Person> {
    let sql = "UPDATE people SET properties = ?2, updated_at = ?3 WHERE number = ?1";
    work.conn.prepare_cached(sql)?.execute(params![row::clamped(person.number.0), properties, work.now.0])?;
    Ok(Person { properties: properties.map(Into::into), updated_at: work.now, ..person })
}

/// The number of a fingerprint, if there is one.
pub(super) fn fingerprint(work: &mut Work<'_>, tenant: TenantId, id: FingerprintId) -> rusqlite::Result<Option<FingerprintNumber>> {
    if let Some(number) = work.caches.fingerprints.get(&(tenant, id)) {
        return Ok(Some(*number));
    }
    let sql = "SELECT number FROM fingerprints WHERE tenant = ?1 AND id = ?2";
    let found = work.conn.prepare_cached(sql)?.query_row(params![tenant.0, id.0.as_bytes()], |row| row::count(row, 0)).optional()?;
    let found = found.map(FingerprintNumber);
    if let Some(number) = found {
        work.caches.put_fingerprint(tenant, id, number);
    }
    Ok(found)
}

pub(super) fn put_fingerprint(work: &mut Work<'_>, tenant: TenantId, id: FingerprintId, runtime: Runtime) -> Result<Outcome, Stop> {
    if let Some(known) = read::people::fingerprint(work.conn, tenant, id)? {
        return Ok(Outcome::Fingerprint(known));
    }
    work.counters.fingerprint += 1;
    let number = FingerprintNumber(work.counters.fingerprint);
    let Runtime { language, language_version, system, details } = &runtime;
    let sql = "INSERT INTO fingerprints (number, tenant, id, language, language_version, system, details, created_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let values = params![row::clamped(number.0), tenant.0, id.0.as_bytes(), language, language_version, system, details, work.now.0];
    work.conn.prepare_cached(sql)?.execute(values)?;
    Ok(Outcome::Fingerprint(Fingerprint { tenant, number, id, runtime, created_at: work.now }))
}
