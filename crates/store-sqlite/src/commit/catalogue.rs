//! People and fingerprints: declared, or created because somebody mentioned them.

use debrief_model::{Error, Fingerprint, FingerprintId, FingerprintNumber, Person, PersonNumber, Runtime, Subject, TenantId};
use debrief_store::{Outcome, notice};
use rusqlite::{OptionalExtension, params};

use super::{Stop, Work, name_of};
use crate::{read, row};

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
    let person = Person { tenant, number, key: key.into(), properties, created_at: work.now, updated_at: work.now };
    work.tell(tenant, notice::person_created(&person));
    Ok(person)
}

fn set_properties(work: &mut Work<'_>, person: Person, properties: Option<&str>) -> rusqlite::Result<Person> {
    let sql = "UPDATE people SET properties = ?2, updated_at = ?3 WHERE number = ?1";
    work.conn.prepare_cached(sql)?.execute(params![row::clamped(person.number.0), properties, work.now.0])?;
    let changed = person.properties.as_deref() != properties;
    let person = Person { properties: properties.map(Into::into), updated_at: work.now, ..person };
    if changed {
        work.tell(person.tenant, notice::person_updated(&person));
    }
    Ok(person)
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
    let fingerprint = Fingerprint { tenant, number, id, runtime, created_at: work.now };
    work.tell(tenant, notice::fingerprint_created(&fingerprint));
    Ok(Outcome::Fingerprint(fingerprint))
}
