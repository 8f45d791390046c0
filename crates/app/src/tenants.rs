//! Tenants, to those who belong to them.

use debrief_model::{Error, Tenant};

use crate::offload::blocking;
use crate::{App, Ctx};

/// The caller's own.
///
/// # Errors
/// `Forbidden` without scope `read`; when storage cannot be read.
pub async fn own(app: &App, ctx: &Ctx) -> crate::Result<Tenant> {
    ctx.must_read()?;
    let (ledger, id) = (app.ledger.clone(), ctx.tenant);
    blocking(move || ledger.tenants()?.into_iter().find(|tenant| tenant.id == id).ok_or_else(|| Error::internal("a key has no tenant")))
        .await
}
