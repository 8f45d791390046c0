//! The committer: one thread that turns what waits on the queue into one ledger transaction after another.

use std::sync::Arc;
use std::time::Duration;

use debrief_model::{Draft, Error, ErrorKind, Event, EventFilter, EventId, Order, Paging, Scan, TenantId, TimeRange, Timestamp};
use debrief_store::{Change, Group, Ledger, Warehouse};
use hashbrown::{HashMap, HashSet};
use tokio::runtime::Handle;
use uuid::Uuid;

use super::group::{Formed, Forming, Known, Questions, Refusable};
use super::identity::{GENERATION_IDS_MAX, Identity, known_id};
use super::traces::{self, Node, Touched, Trace, Traces};
use super::{Pending, Queue, Tail, Write, Written};
use crate::clock::Clock;
use crate::fence::Fence;
use crate::names;
use crate::prices::Prices;

/// Events per transaction: enough to make the disk sync cheap, few enough that nobody waits long for neighbours.
const GROUP_EVENTS_MAX: usize = 4_096;
/// How often a committer that waits for the warehouse at a start looks whether it should go on waiting.
const LOOK_UP_FROM_WAITING: Duration = Duration::from_secs(1);

/// What the committer works with.
pub(crate) struct Parts {
    pub(crate) queue: Arc<Queue>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) fence: Arc<Fence>,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) warehouse: Arc<dyn Warehouse>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) prices: Arc<Prices>,
    pub(crate) runtime: Handle,
}

pub(crate) struct Committer {
    parts: Parts,
    identity: Identity,
    traces: Traces,
    recorded_at: Timestamp,
}

impl Committer {
    /// Learns the recent ids once the warehouse has caught up with the ledger, then commits until the queue is closed.
    pub(crate) fn run(parts: Parts) -> crate::Result<()> {
        let Some(first) = parts.queue.take_all() else { return Ok(()) };
        let mut told = false;
        while !parts.fence.wait_blocking(parts.fence.committed(), LOOK_UP_FROM_WAITING, &parts.runtime) {
            if parts.queue.is_abandoned() {
                return Ok(());
            }
            if !std::mem::replace(&mut told, true) {
                tracing::warn!("the warehouse is still catching up with the ledger; writes wait for it");
            }
        }
        let identity = Identity::new(&parts.warehouse.recent_ids(GENERATION_IDS_MAX)?);
        let mut committer = Self { parts, identity, traces: Traces::default(), recorded_at: Timestamp(i64::MIN) };
        committer.commit_in_parts(first)?;
        while let Some(waiting) = committer.parts.queue.take_all() {
            committer.commit_in_parts(waiting)?;
        }
        Ok(())
    }

    fn commit_in_parts(&mut self, waiting: Vec<Pending>) -> crate::Result<()> {
        let mut part = Vec::with_capacity(waiting.len());
        let (mut events, mut refusable) = (0, Refusable::default());
        for pending in waiting {
            if events >= GROUP_EVENTS_MAX || refusable.concerns(&pending.write) {
                self.commit(std::mem::take(&mut part))?;
                (events, refusable) = (0, Refusable::default());
            }
            events += weight(&pending.write);
            refusable.note(&pending.write);
            part.push(pending);
        }
        if part.is_empty() { Ok(()) } else { self.commit(part) }
    }

    fn commit(&mut self, part: Vec<Pending>) -> crate::Result<()> {
        let known = match self.look_up(&part) {
            Ok(known) => known,
            Err(error) => {
                self.traces.clear();
                return refuse(part.into_iter().map(|pending| pending.reply), error);
            }
        };
        let split = |Pending { origin, write, permit, reply }: Pending| ((origin, write), (reply, permit));
        let (writes, replies): (Vec<_>, Vec<_>) = part.into_iter().map(split).unzip();
        let replies = replies.into_iter();
        let now = self.next_time();
        let mut forming = Forming { known: &known, traces: &mut self.traces, prices: &self.parts.prices, now };
        let committed = Formed::new(writes.into_iter(), &mut forming).and_then(|Formed { changes, answers, .. }| {
            let group = Group { recorded_at: now, entropy: Uuid::new_v4().into_bytes(), changes };
            Ok((self.parts.ledger.commit(group)?, answers))
        });
        let (commit, answers) = match committed {
            Ok(committed) => committed,
            Err(error) => {
                // It holds what was not recorded.
                self.traces.clear();
                return refuse(replies.map(|(reply, _)| reply), error);
            }
        };
        let position = commit.record.position;
        for event in &commit.record.events {
            if event.facts.key.is_some() {
                self.identity.remember(event.tenant, event.id, event.facts.occurred_at, event.recorded_at);
            }
        }
        metrics::counter!("debrief_events_total").increment(commit.record.events.len() as u64);
        metrics::counter!("debrief_commits_total").increment(1);
        self.parts.fence.advance_committed(position);
        let waiting = self.parts.tail.offer(commit.record);
        let mut outcomes: Vec<_> = commit.outcomes.into_iter().map(Some).collect();
        for (answer, (reply, permit)) in answers.iter().zip(replies) {
            let outcome = Formed::outcome(answer, &mut outcomes);
            // First the room, then the answer: who has been answered may come again at once.
            drop(permit);
            // A caller that has gone away no longer waits for an answer; what it sent is recorded all the same.
            drop(reply.send(outcome.map(|outcome| Written { position, outcome })));
        }
        if let Some(record) = waiting {
            self.parts.tail.push(record);
        }
        Ok(())
    }

    /// Recorded times never run backwards, whatever the machine's clock does.
    fn next_time(&mut self) -> Timestamp {
        self.recorded_at = self.recorded_at.max(self.parts.clock.now());
        self.recorded_at
    }

    fn look_up(&mut self, part: &[Pending]) -> crate::Result<Known> {
        let questions = Questions::of(part.iter().map(|pending| &pending.write), &self.identity);
        let mut known = Known::default();
        for (tenant, key) in questions.answers.iter().cloned() {
            if let Some(kept) = self.parts.ledger.kept_answer(tenant, &key)? {
                known.answers.insert((tenant, key), kept);
            }
        }
        let mut learn = |events: Vec<Event>| known.events.extend(events.into_iter().map(|event| ((event.tenant, event.id), event)));
        if !questions.no_events() {
            self.catch_up()?;
            for (tenant, ids) in questions.anytime {
                learn(self.parts.warehouse.events(tenant, &ids, TimeRange::default())?);
            }
            for (tenant, (ids, within)) in questions.within {
                learn(self.parts.warehouse.events(tenant, &ids, within)?);
            }
        }
        self.look_up_traces(part, &mut known)?;
        Ok(known)
    }

    /// Waits until the warehouse has everything that is committed.
    fn catch_up(&self) -> crate::Result<()> {
        let fence = &self.parts.fence;
        if fence.wait_blocking(fence.committed(), fence.patience(), &self.parts.runtime) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unavailable, "Reads are behind writes; try again (limit fence_seconds_max)"))
    }

    /// Finds out what the spans of these writes belong to, and which recorded spans belong elsewhere because of them.
    fn look_up_traces(&mut self, part: &[Pending], known: &mut Known) -> crate::Result<()> {
        let mut touched = Touched::default();
        self.traces.make_room();
        let mut spans = Vec::new();
        for pending in part {
            each_draft(&pending.write, &mut |tenant, draft| {
                let span = traces::key_of(tenant, draft).zip(known_id(tenant, draft));
                spans.extend(span.map(|(trace, id)| (trace, id, draft)));
            });
        }
        self.learn_traces(spans.iter().map(|(trace, ..)| trace))?;
        for (trace, id, draft) in spans {
            self.traces.note(&mut touched, trace, id, draft);
        }
        known.relinks = self.traces.settle(&touched);
        let mut missing: HashMap<TenantId, Vec<EventId>> = HashMap::new();
        for (tenant, id) in known.relinks.keys().filter(|place| !known.events.contains_key(*place)) {
            missing.entry(*tenant).or_default().push(*id);
        }
        if !missing.is_empty() {
            self.catch_up()?;
        }
        for (tenant, ids) in missing {
            let events = self.parts.warehouse.events(tenant, &ids, TimeRange::default())?;
            known.events.extend(events.into_iter().map(|event| ((event.tenant, event.id), event)));
        }
        Ok(())
    }

    /// Remembers these traces, as far as they are recorded.
    fn learn_traces<'a>(&mut self, traces: impl Iterator<Item = &'a traces::Key>) -> crate::Result<()> {
        let unknown: HashSet<_> = traces.filter(|trace| !self.traces.remembers(trace)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = unknown.iter().map(|(tenant, id)| (*tenant, &**id)).collect();
        for found in self.parts.ledger.known_traces(&ids)? {
            let key = (found.tenant, found.id.as_str().into());
            let recorded = self.recorded_trace(&found)?;
            self.traces.learn(key, recorded);
        }
        for key in unknown {
            if !self.traces.remembers(key) {
                self.traces.learn(key.clone(), Trace::default());
            }
        }
        Ok(())
    }

    /// What is recorded of a trace.
    fn recorded_trace(&self, found: &debrief_model::Trace) -> crate::Result<Trace> {
        let (tenant, id) = (found.tenant, &found.id);
        let mut trace = Trace::default();
        self.catch_up()?;
        let (from, to) = (found.totals.first_event_at, found.totals.last_event_at.map(|last| last.plus_micros(1)));
        let filter = EventFilter { trace: Some(id.clone()), time: TimeRange { from, to }, ..EventFilter::default() };
        let paging = Paging { limit: TRACE_SPANS_MAX, offset: 0 };
        let scan = Scan { filter, order: Order::Ascending, paging, bodies: false };
        let events = self.parts.warehouse.scan(tenant, &scan)?.rows;
        let names = self.parts.ledger.names(tenant, &names::wanted_by_events(&events))?;
        for event in events {
            let mention = names::mention(&event, &names);
            trace.insert(event.id, Node::recorded(&event.facts, &mention));
        }
        Ok(trace)
    }
}

/// Spans of one trace that are read again once it was forgotten.
const TRACE_SPANS_MAX: u32 = 100_000;

/// Shows every new event of a write.
fn each_draft<'w>(write: &'w Write, see: &mut impl FnMut(TenantId, &'w Draft)) {
    match write {
        Write::Events { tenant, drafts } => drafts.iter().for_each(|draft| see(*tenant, draft)),
        Write::All(writes) => writes.iter().for_each(|write| each_draft(write, see)),
        Write::Once { write, .. } => each_draft(write, see),
        Write::Amend { .. } | Write::Catalogue(_) => {}
    }
}

fn weight(write: &Write) -> usize {
    match write {
        Write::Events { drafts, .. } => drafts.len(),
        Write::Amend { patches, .. } => patches.len(),
        Write::Catalogue(Change::Record { events, .. }) => events.len(),
        Write::Catalogue(_) => 1,
        Write::All(writes) => writes.iter().map(weight).sum(),
        Write::Once { write, .. } => 1 + weight(write),
    }
}

/// Tells everyone that nothing was written. An internal error is final: acknowledging must stop.
fn refuse(replies: impl Iterator<Item = tokio::sync::oneshot::Sender<crate::Result<Written>>>, error: Error) -> crate::Result<()> {
    tracing::error!(cause = error.cause().map(tracing::field::display), "a commit failed: {error}");
    for reply in replies {
        let told = Error::new(ErrorKind::Unavailable, "The server cannot write to its disk now; try again");
        drop(reply.send(Err(told)));
    }
    if error.kind == ErrorKind::Internal { Err(error) } else { Ok(()) }
}
