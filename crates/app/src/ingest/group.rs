//! Forms a commit group out of waiting writes: new events become records, re-sent and amended ones revisions. Pure.

use std::collections::{HashMap, HashSet};

use debrief_model::{Contribution, Draft, Event, EventId, Patch, TenantId, TimeRange, Timestamp};
use debrief_store::{Change, Outcome, Revision};
use uuid::Uuid;

use super::identity::{Identity, event_id};
use super::{Write, amend};

/// Events that were recorded before and that the group may be about, by tenant and id.
pub(crate) type Known = HashMap<(TenantId, EventId), Event>;

/// What must be looked up before a group can be formed.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// Ids whose events may have occurred at any time.
    pub(crate) anytime: HashMap<TenantId, Vec<EventId>>,
    /// Ids whose events occurred in the range if they exist.
    pub(crate) within: HashMap<TenantId, (Vec<EventId>, TimeRange)>,
}

impl Questions {
    /// What `writes` leave open.
    pub(crate) fn of<'a>(writes: impl Iterator<Item = &'a Write>, identity: &Identity) -> Self {
        let mut questions = Self::default();
        for write in writes {
            match write {
                Write::Events { tenant, drafts } => drafts.iter().for_each(|draft| questions.ask_about(*tenant, draft, identity)),
                Write::Amend { tenant, patches } => {
                    questions.anytime.entry(*tenant).or_default().extend(patches.iter().map(|(key, _)| event_id(*tenant, key)));
                }
                Write::Catalogue(_) => {}
            }
        }
        questions
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.anytime.is_empty() && self.within.is_empty()
    }

    fn ask_about(&mut self, tenant: TenantId, draft: &Draft, identity: &Identity) {
        let Some(key) = &draft.facts.key else { return };
        let (id, at) = (event_id(tenant, key), draft.facts.occurred_at);
        if identity.remembers(tenant, id) {
            self.anytime.entry(tenant).or_default().push(id);
        } else if identity.may_have_forgotten(at) {
            let (ids, range) = self.within.entry(tenant).or_default();
            ids.push(id);
            *range = widened(*range, at);
        }
    }
}

fn widened(range: TimeRange, at: Timestamp) -> TimeRange {
    TimeRange {
        from: Some(range.from.map_or(at, |from| from.min(at))),
        to: Some(range.to.map_or(at.plus_micros(1), |to| to.max(at.plus_micros(1)))),
    }
}

/// New events whose change the ledger may refuse, because it mentions a fingerprint. Whoever sends or amends one of them again must not
/// share their group: it would be told of a success that hangs on somebody else's change.
#[derive(Debug, Default)]
pub(crate) struct Refusable(HashSet<(TenantId, EventId)>);

impl Refusable {
    /// Adds the events of `write` if it may be refused.
    pub(crate) fn note(&mut self, write: &Write) {
        let Write::Events { tenant, drafts } = write else { return };
        if drafts.iter().any(|draft| draft.mention.fingerprint.is_some()) {
            self.0.extend(keys_of(drafts).map(|key| (*tenant, event_id(*tenant, key))));
        }
    }

    /// Whether `write` is about any of them.
    pub(crate) fn concerns(&self, write: &Write) -> bool {
        let among = |tenant: TenantId, key: &str| self.0.contains(&(tenant, event_id(tenant, key)));
        !self.0.is_empty()
            && match write {
                Write::Events { tenant, drafts } => keys_of(drafts).any(|key| among(*tenant, key)),
                Write::Amend { tenant, patches } => patches.iter().any(|(key, _)| among(*tenant, key)),
                Write::Catalogue(_) => false,
            }
    }
}

fn keys_of(drafts: &[Draft]) -> impl Iterator<Item = &str> {
    drafts.iter().filter_map(|draft| draft.facts.key.as_deref())
}

/// How the outcome of a write is found among the outcomes of the changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It is the outcome of this change.
    Change(usize),
    /// It was events of which none was new: how many were amended.
    Amended(usize),
}

/// A formed group.
#[derive(Debug, Default)]
pub(crate) struct Formed {
    pub(crate) changes: Vec<Change>,
    pub(crate) answers: Vec<Answer>,
    placed: HashMap<(TenantId, EventId), (usize, usize)>,
    revised: HashMap<(TenantId, EventId), Revision>,
}

impl Formed {
    /// Forms `writes` into changes; `known` holds the answers to their [`Questions`].
    pub(crate) fn new(writes: impl Iterator<Item = Write>, known: &Known) -> crate::Result<Self> {
        let mut formed = Self::default();
        for write in writes {
            let answer = match write {
                Write::Events { tenant, drafts } => formed.place(tenant, drafts, known)?,
                Write::Amend { tenant, patches } => formed.amend(tenant, patches, known)?,
                Write::Catalogue(change) => {
                    formed.changes.push(change);
                    Answer::Change(formed.changes.len() - 1)
                }
            };
            formed.answers.push(answer);
        }
        formed.push_revisions();
        Ok(formed)
    }

    /// The outcome of a write, given those of the changes.
    pub(crate) fn outcome(answer: &Answer, outcomes: &mut [Option<debrief_store::Result<Outcome>>]) -> debrief_store::Result<Outcome> {
        match answer {
            Answer::Amended(events) => Ok(Outcome::Events(*events)),
            Answer::Change(index) => {
                outcomes[*index].take().unwrap_or_else(|| Err(debrief_model::Error::internal("an outcome was asked for twice")))
            }
        }
    }

    fn place(&mut self, tenant: TenantId, drafts: Vec<Draft>, known: &Known) -> crate::Result<Answer> {
        let change = self.changes.len();
        let mut events = Vec::with_capacity(drafts.len());
        let mut amended = 0;
        for draft in drafts {
            let Some(key) = &draft.facts.key else {
                events.push((EventId(Uuid::now_v7()), draft));
                continue;
            };
            let id = event_id(tenant, key);
            match self.placed.get(&(tenant, id)) {
                Some(&(at, index)) if at == change => {
                    let (_, earlier): &mut (EventId, Draft) = &mut events[index];
                    amend::apply(&mut earlier.facts, amend::patch_of(draft.facts)?)?;
                }
                Some(_) => {
                    self.change_one(tenant, id, amend::patch_of(draft.facts)?, known)?;
                    amended += 1;
                }
                None if known.contains_key(&(tenant, id)) => {
                    self.change_one(tenant, id, amend::patch_of(draft.facts)?, known)?;
                    amended += 1;
                }
                None => {
                    self.placed.insert((tenant, id), (change, events.len()));
                    events.push((id, draft));
                }
            }
        }
        if events.is_empty() {
            return Ok(Answer::Amended(amended));
        }
        self.changes.push(Change::Record { tenant, events });
        Ok(Answer::Change(change))
    }

    fn amend(&mut self, tenant: TenantId, patches: Vec<(String, Patch)>, known: &Known) -> crate::Result<Answer> {
        let mut amended = 0;
        for (key, patch) in patches {
            amended += usize::from(self.change_one(tenant, event_id(tenant, &key), patch, known)?);
        }
        Ok(Answer::Amended(amended))
    }

    /// Changes an event of this group or an earlier one; `false` when there is none.
    fn change_one(&mut self, tenant: TenantId, id: EventId, patch: Patch, known: &Known) -> crate::Result<bool> {
        if let Some(&(change, index)) = self.placed.get(&(tenant, id)) {
            if let Some(Change::Record { events, .. }) = self.changes.get_mut(change) {
                amend::apply(&mut events[index].1.facts, patch)?;
            }
            return Ok(true);
        }
        if let Some(revision) = self.revised.get_mut(&(tenant, id)) {
            amend::apply(&mut revision.after.facts, patch)?;
            return Ok(true);
        }
        let Some(event) = known.get(&(tenant, id)) else { return Ok(false) };
        let mut after = event.clone();
        amend::apply(&mut after.facts, patch)?;
        if after.facts != event.facts {
            self.revised.insert((tenant, id), Revision { before: Contribution::of(&event.facts), after });
        }
        Ok(true)
    }

    fn push_revisions(&mut self) {
        let mut by_tenant: HashMap<TenantId, Vec<Revision>> = HashMap::new();
        for ((tenant, _), revision) in self.revised.drain() {
            by_tenant.entry(tenant).or_default().push(revision);
        }
        for (tenant, mut revisions) in by_tenant {
            revisions.sort_by_key(|revision| revision.after.seq);
            self.changes.push(Change::Revise { tenant, revisions });
        }
    }
}

#[cfg(test)]
mod tests;
