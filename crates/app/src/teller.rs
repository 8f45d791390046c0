//! Puts on the queue what the server tells on its own: changes made outside of it, and who was turned away.

use std::sync::Arc;

use debrief_model::{Draft, TenantId};
use debrief_store::{Change, Ledger, Origin};
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::ingest::{Pending, Queue, Write};
use crate::keyring::Keyring;

/// Room on the queue that one thing to tell takes, about.
const TOLD_BYTES: usize = 512;

/// Tells.
pub(crate) struct Teller {
    pub(crate) queue: Arc<Queue>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Teller {
    /// Has the notices recorded that wait in the ledger. Does not wait for it.
    pub(crate) fn take_notices(&self) -> crate::Result<()> {
        self.put(Write::Catalogue(Change::TakeNotices))
    }

    /// The same, if any wait.
    pub(crate) fn take_waiting_notices(&self) -> crate::Result<()> {
        if self.ledger.notices_wait()? { self.take_notices() } else { Ok(()) }
    }

    /// Has it recorded who was turned away.
    pub(crate) fn tell_of_refusals(&self, keyring: &Keyring) -> crate::Result<()> {
        let mut first_tenant = None;
        let door = keyring.door();
        for (tenant, draft) in door.due(self.clock.now(), UNKNOWN) {
            let tenant = match tenant {
                UNKNOWN => *first_tenant.get_or_insert(self.first_tenant()?),
                known => Some(known),
            };
            if let Some(tenant) = tenant {
                self.record(tenant, draft)?;
            }
        }
        Ok(())
    }

    /// Whose log tells of what belongs to nobody: the first tenant's, who most often is the only one, and who runs the server.
    fn first_tenant(&self) -> crate::Result<Option<TenantId>> {
        Ok(self.ledger.tenants()?.first().map(|tenant| tenant.id))
    }

    fn record(&self, tenant: TenantId, draft: Draft) -> crate::Result<()> {
        self.put(Write::Events { tenant, drafts: vec![draft] })
    }

    fn put(&self, write: Write) -> crate::Result<()> {
        let permit = self.queue.admit(TOLD_BYTES)?;
        // Nobody waits for the answer; what goes wrong with it, the committer logs.
        let (reply, _answer) = oneshot::channel();
        self.queue.push(Pending { origin: Arc::new(Origin::system()), write, permit, reply })
    }
}

/// No tenant has this number.
const UNKNOWN: TenantId = TenantId(0);
