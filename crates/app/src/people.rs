//! Reading people.

use debrief_model::{Error, Page, Paging, Person, Subject};

use crate::offload::blocking;
use crate::{App, Ctx};

/// One person by the caller's id.
///
/// # Errors
/// `NotFound(Person)`.
pub async fn get(app: &App, ctx: &Ctx, key: &str) -> crate::Result<Person> {
    ctx.must_read()?;
    let (ledger, tenant, key) = (app.ledger.clone(), ctx.tenant, key.to_owned());
    blocking(move || ledger.person(tenant, &key)?.ok_or_else(|| Error::not_found(Subject::Person(key)))).await
}

/// The people of the tenant, newest first.
///
/// # Errors
/// `Forbidden` without scope `read`.
pub async fn list(app: &App, ctx: &Ctx, paging: Paging) -> crate::Result<Page<Person>> {
    ctx.must_read()?;
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    blocking(move || ledger.people(tenant, paging)).await
}
