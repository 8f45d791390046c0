//! Forms a commit group out of waiting writes: new events become records, re-sent and amended ones revisions. Pure.

use std::sync::Arc;

use debrief_model::{Block, Contribution, Draft, Error, ErrorKind, Event, EventId, Kind, Patch, TenantId, TimeRange, Timestamp, Turn};
use debrief_store::{Change, KeptAnswer, Origin, Outcome, Revision, body};
use hashbrown::{HashMap, HashSet};
use uuid::Uuid;

use super::identity::{Identity, event_id, known_id};
use super::traces::{self, Relink, Traces, forget_usage};
use super::{KEPT_ANSWER_US, Write, amend};
use crate::prices::Prices;
use crate::turns;

/// What was looked up because the group may be about it.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Events that were recorded before, by tenant and id.
    pub(crate) events: HashMap<(TenantId, EventId), Event>,
    /// Answers that are kept, by tenant and the caller's key.
    pub(crate) answers: HashMap<(TenantId, String), KeptAnswer>,
    /// Recorded events that belong elsewhere from now on; each is among `events`.
    pub(super) relinks: HashMap<(TenantId, EventId), Relink>,
}

/// What must be looked up before a group can be formed.
#[derive(Debug, Default)]
pub(crate) struct Questions {
    /// Ids whose events may have occurred at any time.
    pub(crate) anytime: HashMap<TenantId, Vec<EventId>>,
    /// Ids whose events occurred in the range if they exist.
    pub(crate) within: HashMap<TenantId, (Vec<EventId>, TimeRange)>,
    /// Keys whose answers may be kept.
    pub(crate) answers: Vec<(TenantId, String)>,
}

impl Questions {
    /// What `writes` leave open.
    pub(crate) fn of<'a>(writes: impl Iterator<Item = &'a Write>, identity: &Identity) -> Self {
        let mut questions = Self::default();
        writes.for_each(|write| questions.ask(write, identity));
        questions
    }

    fn ask(&mut self, write: &Write, identity: &Identity) {
        match write {
            Write::Events { tenant, drafts } => drafts.iter().for_each(|draft| self.ask_about(*tenant, draft, identity)),
            Write::Amend { tenant, patches } => {
                self.anytime.entry(*tenant).or_default().extend(patches.iter().map(|(key, _)| event_id(*tenant, key)));
            }
            Write::Catalogue(_) => {}
            Write::All(writes) => writes.iter().for_each(|write| self.ask(write, identity)),
            Write::Once { tenant, key, write, .. } => {
                self.answers.push((*tenant, key.clone()));
                self.ask(write, identity);
            }
        }
    }

    /// Whether there is nothing to ask the warehouse.
    pub(crate) fn no_events(&self) -> bool {
        self.anytime.is_empty() && self.within.is_empty()
    }

    fn ask_about(&mut self, tenant: TenantId, draft: &Draft, identity: &Identity) {
        let Some(id) = known_id(tenant, draft) else { return };
        let at = draft.facts.occurred_at;
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
        match write {
            Write::Events { tenant, drafts } if drafts.iter().any(|draft| draft.mention.fingerprint.is_some()) => {
                self.0.extend(keys_of(drafts).map(|key| (*tenant, event_id(*tenant, key))));
            }
            Write::All(writes) => writes.iter().for_each(|write| self.note(write)),
            Write::Once { write, .. } => self.note(write),
            Write::Events { .. } | Write::Amend { .. } | Write::Catalogue(_) => {}
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
                Write::All(writes) => writes.iter().any(|write| self.concerns(write)),
                Write::Once { write, .. } => self.concerns(write),
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
    /// It was answered before, so.
    Kept(Vec<u8>),
    /// Another request was answered under its key.
    Clash,
}

/// A formed group.
#[derive(Debug, Default)]
pub(crate) struct Formed {
    pub(crate) changes: Vec<(Arc<Origin>, Change)>,
    pub(crate) answers: Vec<Answer>,
    kept: HashMap<(TenantId, String), KeptAnswer>,
    placed: HashMap<(TenantId, EventId), (usize, usize)>,
    revised: HashMap<(TenantId, EventId), Revision>,
}

/// What forming a group needs beside the writes.
pub(crate) struct Forming<'a> {
    /// What was looked up.
    pub(crate) known: &'a Known,
    /// What the spans of the group belong to.
    pub(super) traces: &'a mut Traces,
    /// What calls cost.
    pub(crate) prices: &'a Prices,
    /// The time of the group.
    pub(crate) now: Timestamp,
}

impl Formed {
    /// Forms `writes` into changes; `with.known` holds the answers to their [`Questions`].
    pub(crate) fn new(writes: impl Iterator<Item = (Arc<Origin>, Write)>, with: &mut Forming<'_>) -> crate::Result<Self> {
        let mut formed = Self::default();
        for (origin, write) in writes {
            let answer = formed.take(&origin, write, with)?;
            formed.answers.push(answer);
        }
        formed.relink(with);
        formed.push_revisions()?;
        Ok(formed)
    }

    fn take(&mut self, origin: &Arc<Origin>, write: Write, with: &mut Forming<'_>) -> crate::Result<Answer> {
        match write {
            Write::Events { tenant, drafts } => self.place(origin, tenant, drafts, with),
            Write::Amend { tenant, patches } => self.amend(tenant, patches, with),
            Write::Catalogue(change) => Ok(self.push(origin, change)),
            Write::All(writes) => {
                let mut last = Answer::Amended(0);
                for write in writes {
                    last = self.take(origin, write, with)?;
                }
                Ok(last)
            }
            Write::Once { tenant, key, digest, answer, write } => {
                let place = (tenant, key);
                let former = self.kept.get(&place).or_else(|| with.known.answers.get(&place));
                match former.filter(|kept| kept.answered_at.plus_micros(KEPT_ANSWER_US) > with.now) {
                    Some(kept) if kept.digest == digest => return Ok(Answer::Kept(kept.answer.clone())),
                    Some(_) => return Ok(Answer::Clash),
                    None => {}
                }
                let kept = KeptAnswer { digest, answered_at: with.now, answer };
                let done = self.take(origin, *write, with)?;
                self.push(origin, Change::KeepAnswer { tenant, key: place.1.clone(), answer: kept.clone() });
                self.kept.insert(place, kept);
                Ok(done)
            }
        }
    }

    fn push(&mut self, origin: &Arc<Origin>, change: Change) -> Answer {
        self.changes.push((origin.clone(), change));
        Answer::Change(self.changes.len() - 1)
    }

    /// The outcome of a write, given those of the changes.
    pub(crate) fn outcome(answer: &Answer, outcomes: &mut [Option<debrief_store::Result<Outcome>>]) -> debrief_store::Result<Outcome> {
        match answer {
            Answer::Amended(events) => Ok(Outcome::Events(*events)),
            Answer::Kept(answer) => Ok(Outcome::Kept(answer.clone())),
            Answer::Clash => {
                Err(Error::new(ErrorKind::Conflict, "Another request was answered under this idempotency key within the last 24 hours"))
            }
            Answer::Change(index) => outcomes[*index].take().unwrap_or_else(|| Err(Error::internal("an outcome was asked for twice"))),
        }
    }

    fn place(&mut self, origin: &Arc<Origin>, tenant: TenantId, drafts: Vec<Draft>, with: &mut Forming<'_>) -> crate::Result<Answer> {
        let change = self.changes.len();
        let mut events = Vec::with_capacity(drafts.len());
        let mut sets = Vec::new();
        let mut amended = 0;
        for mut draft in drafts {
            let Some(id) = known_id(tenant, &draft) else {
                let id = draft.id.unwrap_or_else(|| EventId(Uuid::now_v7()));
                sets.extend(draft.mention.session.clone().zip(draft.set.take().map(|set| set.said_by(id))));
                events.push((id, draft));
                continue;
            };
            let is_known = self.placed.contains_key(&(tenant, id)) || with.known.events.contains_key(&(tenant, id));
            if is_known && draft.facts.kind == Kind::Domain {
                // Told already, or by an id that is taken: what is told once changes nothing.
                amended += 1;
                continue;
            }
            let set = match traces::key_of(tenant, &draft) {
                Some(trace) => with.traces.apply(&trace, id, &mut draft),
                None => draft.set.take().map(|set| set.said_by(id)),
            };
            sets.extend(draft.mention.session.clone().zip(set));
            match self.placed.get(&(tenant, id)) {
                Some(&(at, index)) if at == change => {
                    let (_, earlier): &mut (EventId, Draft) = &mut events[index];
                    amend_draft(earlier, patch_of(draft)?, with.prices)?;
                }
                Some(_) => {
                    self.change_one(tenant, id, patch_of(draft)?, with)?;
                    amended += 1;
                }
                None if with.known.events.contains_key(&(tenant, id)) => {
                    self.change_one(tenant, id, patch_of(draft)?, with)?;
                    amended += 1;
                }
                None => {
                    self.placed.insert((tenant, id), (change, events.len()));
                    events.push((id, draft));
                }
            }
        }
        let answer = if events.is_empty() { Answer::Amended(amended) } else { self.push(origin, Change::Record { tenant, events }) };
        for (key, patch) in sets {
            self.push(origin, Change::PutSession { tenant, key, patch, shared_with: None, alias: None });
        }
        Ok(answer)
    }

    fn amend(&mut self, tenant: TenantId, patches: Vec<(String, Patch)>, with: &Forming<'_>) -> crate::Result<Answer> {
        let mut amended = 0;
        for (key, patch) in patches {
            amended += usize::from(self.change_one(tenant, event_id(tenant, &key), patch, with)?);
        }
        Ok(Answer::Amended(amended))
    }

    /// Changes an event of this group or an earlier one; `false` when there is none. A domain event is as it was first told, for ever.
    fn change_one(&mut self, tenant: TenantId, id: EventId, patch: Patch, with: &Forming<'_>) -> crate::Result<bool> {
        if let Some(&(change, index)) = self.placed.get(&(tenant, id)) {
            if let Some((_, Change::Record { events, .. })) = self.changes.get_mut(change) {
                amend_draft(&mut events[index].1, patch, with.prices)?;
            }
            return Ok(true);
        }
        let turn = patch.turn;
        if let Some(revision) = self.revised.get_mut(&(tenant, id)) {
            amend::apply(&mut revision.after.facts, patch)?;
            with.prices.price(&mut revision.after.facts);
            revision.turn = turn.or(revision.turn);
            return Ok(true);
        }
        let Some(event) = with.known.events.get(&(tenant, id)) else { return Ok(false) };
        if event.facts.kind == Kind::Domain {
            return Ok(true);
        }
        let mut after = event.clone();
        amend::apply(&mut after.facts, patch)?;
        with.prices.price(&mut after.facts);
        if after.facts != event.facts {
            self.revised.insert((tenant, id), Revision { turn, before: Contribution::of(&event.facts), after, relink: None });
        }
        Ok(true)
    }

    /// Takes recorded events to where they belong now.
    fn relink(&mut self, with: &Forming<'_>) {
        for (place, Relink { mention, counts }) in &with.known.relinks {
            let Some(event) = with.known.events.get(place) else { continue };
            let unchanged = || {
                let turn = turns::of_recorded(&event.facts);
                Revision { turn, before: Contribution::of(&event.facts), after: event.clone(), relink: None }
            };
            let revision = self.revised.entry(*place).or_insert_with(unchanged);
            revision.relink = Some(mention.clone());
            if !counts {
                forget_usage(&mut revision.after.facts);
            }
        }
    }

    fn push_revisions(&mut self) -> crate::Result<()> {
        let mut by_tenant: HashMap<TenantId, Vec<Revision>> = HashMap::new();
        for ((tenant, _), revision) in self.revised.drain() {
            by_tenant.entry(tenant).or_default().push(revision);
        }
        for (tenant, mut revisions) in by_tenant {
            revisions.sort_by_key(|revision| revision.after.seq);
            leave_blocks(&mut revisions)?;
            // Amendments tell of nothing in the log, so that it does not matter who asked for which.
            self.push(&Arc::new(Origin::system()), Change::Revise { tenant, revisions });
        }
        Ok(())
    }
}

/// A record holds the whole block of every body in it, so bodies are taken out of blocks of which less than half is revised.
fn leave_blocks(revisions: &mut [Revision]) -> crate::Result<()> {
    let block = |revision: &Revision| revision.after.facts.body.block().cloned();
    let mut parts: HashMap<*const Block, u32> = HashMap::new();
    for block in revisions.iter().filter_map(block) {
        *parts.entry(Arc::as_ptr(&block)).or_default() += 1;
    }
    for revision in revisions {
        if block(revision).is_some_and(|block| parts[&Arc::as_ptr(&block)] * 2 < block.parts) {
            let body = &mut revision.after.facts.body;
            *body = body::by_itself(body).map_err(Error::internal)?;
        }
    }
    Ok(())
}

/// The patch that a re-sent event amounts to. How long its answer took has been counted already.
fn patch_of(draft: Draft) -> crate::Result<Patch> {
    let turn = draft.turn.map(|turn| Turn { response_us: None, ..turn });
    Ok(Patch { turn, ..amend::patch_of(draft.facts)? })
}

fn amend_draft(draft: &mut Draft, patch: Patch, prices: &Prices) -> crate::Result<()> {
    if draft.facts.kind == Kind::Domain {
        return Ok(());
    }
    // How long its answer took stays known, however often it comes.
    let known = draft.turn.and_then(|turn| turn.response_us);
    draft.turn = patch.turn.map(|turn| Turn { response_us: turn.response_us.or(known), ..turn }).or(draft.turn);
    amend::apply(&mut draft.facts, patch)?;
    prices.price(&mut draft.facts);
    Ok(())
}

#[cfg(test)]
mod tests;
