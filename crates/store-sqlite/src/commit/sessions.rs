//! Sessions within a group: opened once, changed in memory, written once at the end.
//!
//! What hangs on a session (tags, aliases, threads, log) goes to its table at once; only the session's own row waits.

mod merging;
mod opening;
mod parts;
mod said;
mod writing;

use debrief_model::{SessionNumber, SessionPatch, TenantId};
use hashbrown::HashMap;

use super::cache::Live;

pub(super) use merging::dissolve;
pub(super) use opening::{open, open_number};
pub(super) use parts::{alias, append_log, forget_agent, note_agent, put_alias, put_thread};
pub(super) use said::{Said, put};
pub(super) use writing::write;

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
