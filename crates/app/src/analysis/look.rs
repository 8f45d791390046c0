//! Looking at conversations whose time has come.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use debrief_insight::analysis::{Findings as Seen, Given, analyse};
use debrief_insight::clusters::ClusterId;
use debrief_insight::issues::{Clustered, keys_of};
use debrief_insight::lifecycle::{State, Verdict, judge};
use debrief_insight::outcome::{Claim, Outcome};
use debrief_insight::patterns::Patterns;
use debrief_insight::turns::Kind;
use debrief_model::{AgentNumber, Conversation, Event, Position, Resolution, Session, SessionNumber, TenantId, TimeRange, Timestamp};
use debrief_store::{Findings, Found, Judged, Ledger, Looked, Outline, Outlined, Waiting, Warehouse};

use super::detail::Detail;
use super::medians::Medians;
use super::memory::Memory;
use super::script::Script;
use crate::judge::{Judge, Opinion};

/// Events read at a time: many small conversations, or one large one.
const EVENTS_MAX: u64 = 20_000;

/// What is needed to look at conversations, and what is carried from one to the next.
pub(crate) struct Looker {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) warehouse: Arc<dyn Warehouse>,
    pub(crate) findings: Arc<dyn Findings>,
    pub(crate) patterns: Arc<Patterns>,
    pub(crate) idle_us: i64,
    pub(crate) judge: Option<Arc<Judge>>,
    memories: HashMap<TenantId, Memory>,
    medians: Medians,
}

/// A conversation that is over.
struct Over {
    session: Session,
    verdict: Verdict,
}

impl Looker {
    pub(crate) fn new(
        ledger: Arc<dyn Ledger>,
        warehouse: Arc<dyn Warehouse>,
        findings: Arc<dyn Findings>,
        patterns: Arc<Patterns>,
        idle_us: i64,
        judge: Option<Arc<Judge>>,
    ) -> Self {
        Self { ledger, warehouse, findings, patterns, idle_us, judge, memories: HashMap::new(), medians: Medians::default() }
    }

    /// Looks at sessions and keeps what was found. Answers how many conversations were analysed.
    pub(crate) fn look(&mut self, waiting: &[Waiting], now: Timestamp) -> crate::Result<u64> {
        let mut by_tenant: BTreeMap<TenantId, Vec<SessionNumber>> = BTreeMap::new();
        waiting.iter().for_each(|waiting| by_tenant.entry(waiting.tenant).or_default().push(waiting.session));
        let mut analysed = 0;
        for (tenant, sessions) in by_tenant {
            let looked = self.look_at(tenant, &sessions, now);
            match looked.and_then(|looked| self.findings.put(&looked).map(|()| looked.found.len() as u64)) {
                Ok(found) => {
                    analysed += found;
                    self.judge.iter().for_each(|judge| judge.release());
                }
                Err(error) => {
                    // What was learned may not be written down: it is read again.
                    self.memories.remove(&tenant);
                    self.judge.iter().for_each(|judge| judge.take_back());
                    return Err(error);
                }
            }
        }
        Ok(analysed)
    }

    fn look_at(&mut self, tenant: TenantId, numbers: &[SessionNumber], now: Timestamp) -> crate::Result<Looked> {
        let mut looked = Looked { position: self.warehouse.applied(), ..Looked::default() };
        let sessions = self.ledger.sessions_numbered(tenant, numbers)?;
        let known = |number: &SessionNumber| sessions.binary_search_by_key(number, |session| session.number).is_ok();
        looked.nothing.extend(numbers.iter().filter(|number| !known(number)).map(|number| (tenant, *number)));
        let mut over = Vec::new();
        for session in sessions {
            let verdict = judge(&Conversation::of(&session), now, self.idle_us);
            match verdict.state {
                State::InProgress => looked.later.push((tenant, session.number, session.last_activity_at.plus_micros(self.idle_us))),
                State::Completed | State::Abandoned => over.push(Over { session, verdict }),
            }
        }
        for batch in batches(&over) {
            self.analyse(tenant, batch, now, &mut looked)?;
        }
        looked.pieces = self.memories.get_mut(&tenant).map(|memory| memory.take_changes(tenant)).unwrap_or_default();
        if let Some(judge) = &self.judge {
            looked.nothing.iter().try_for_each(|(tenant, session)| judge.forget_session(self.findings.as_ref(), *tenant, *session))?;
            looked.pieces.extend(judge.take_pieces());
        }
        Ok(looked)
    }

    fn analyse(&mut self, tenant: TenantId, over: &[Over], now: Timestamp, looked: &mut Looked) -> crate::Result<()> {
        let numbers: Vec<SessionNumber> = over.iter().map(|over| over.session.number).collect();
        let from = over.iter().filter_map(|over| over.session.totals.first_event_at).min();
        let to = over.iter().filter_map(|over| over.session.totals.last_event_at).max().map(|at| at.plus_micros(1));
        let at_most = u32::try_from(EVENTS_MAX * 2).unwrap_or(u32::MAX);
        let mut events: HashMap<SessionNumber, Vec<Event>> = HashMap::new();
        if from.is_some() {
            for event in self.warehouse.of_sessions(tenant, &numbers, TimeRange { from, to }, at_most)? {
                events.entry(event.links.session.unwrap_or_default()).or_default().push(event);
            }
        }
        for over in over {
            let script = Script::of(events.remove(&over.session.number).unwrap_or_default());
            match script.is_empty() {
                true => looked.nothing.push((tenant, over.session.number)),
                false => {
                    let found = self.found(over, &script, looked.position, now)?;
                    looked.found.push(found);
                }
            }
        }
        Ok(())
    }

    fn found(&mut self, over: &Over, script: &Script, position: Position, now: Timestamp) -> crate::Result<Found> {
        let Over { session, verdict } = over;
        let (tenant, agent) = (session.tenant, session.agent.unwrap_or(AgentNumber(0)));
        let patterns = self.patterns.clone();
        let response_us_median = self.medians.of(self.findings.as_ref(), tenant, agent, now)?;
        let told = Conversation::of(session).resolution.map(|resolution| claim(session, resolution));
        let given = Given { told, response_us_median, patterns: &patterns, ..Given::of(*verdict) };
        let transcript = script.transcript();
        let judged = match &self.judge {
            Some(judge) => judge.consider(self.findings.as_ref(), session, &transcript, now)?,
            None => None,
        };
        let seen = analyse(&transcript, &given);
        let memory = match self.memories.entry(tenant) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => place.insert(Memory::read(self.findings.as_ref(), tenant)?),
        };
        let intents: Vec<Option<ClusterId>> = seen.intents.iter().map(|intent| memory.place(&intent.text)).collect();
        let corrected = seen.signals.iter().filter(|signal| signal.kind == Kind::Correction);
        let corrections: Vec<Option<ClusterId>> = corrected.map(|signal| memory.place(&signal.quote)).collect();
        let issues = keys_of(&seen, &Clustered { intents: &intents, corrections: &corrections });
        let issues = issues.iter().map(|issue| memory.number_of(issue)).collect();
        let cost_nano_usd = session.totals.cost_nano_usd;
        let ruling = judged.as_ref().map(ruling);
        let outline = Outline { cost_nano_usd, judged: ruling, ..outline(&seen, issues, &intents, &corrections) };
        self.medians.add(tenant, agent, outline.response_ms);
        // Sums keep the estimate beside what was judged; of one conversation the best that is known is shown.
        let shown = judged.as_ref().map(|verdict| {
            let event = verdict.event(&transcript);
            let claim = Claim { outcome: verdict.outcome(), event, words: verdict.words() };
            analyse(&transcript, &Given { judged: Some(claim), ..given })
        });
        let detail = Detail::of(shown.as_ref().unwrap_or(&seen), *verdict, patterns.rules_version(), &intents, &corrections).encode();
        let (agent_version, started_at) = (session.agent_version, session.started_at);
        let outlined = Outlined { session: session.number, agent, agent_version, started_at, outline };
        Ok(Found { tenant, outlined, position, looked_at: now, detail })
    }
}

fn ruling(verdict: &Opinion) -> Judged {
    match verdict.outcome() {
        Outcome::Resolved => Judged::Resolved,
        Outcome::Unresolved => Judged::Unresolved,
        Outcome::Unknown => Judged::Unclear,
    }
}

/// What was told of a conversation's outcome, how, and by which event, where one told it.
pub(crate) fn claim(session: &Session, resolution: Resolution) -> Claim<'_> {
    let outcome = match resolution {
        Resolution::Resolved => Outcome::Resolved,
        Resolution::Unresolved => Outcome::Unresolved,
    };
    let words = match session.set.resolution {
        Some(_) => "feedback",
        None => session.set.end_state.as_deref().unwrap_or_default(),
    };
    Claim { outcome, event: session.set.resolved_by, words }
}

/// Conversations whose events are read together.
fn batches(over: &[Over]) -> impl Iterator<Item = &[Over]> {
    let mut rest = over;
    std::iter::from_fn(move || {
        let mut events = 0;
        let full = rest.iter().position(|over| {
            events += over.session.totals.events;
            events > EVENTS_MAX
        });
        let (batch, later) = rest.split_at(full.map_or(rest.len(), |last| last.max(1)));
        rest = later;
        (!batch.is_empty()).then_some(batch)
    })
}

fn outline(seen: &Seen, issues: Vec<u32>, intents: &[Option<ClusterId>], corrections: &[Option<ClusterId>]) -> Outline {
    let number = |cluster: ClusterId| u32::try_from(cluster.0).ok();
    let mut waits: Vec<i64> = seen.turns.iter().filter_map(|turn| turn.response_us).collect();
    waits.sort_unstable();
    let heard = seen.turns.iter().filter(|turn| turn.sentiment.is_some()).count();
    let clustered = seen.intents.iter().zip(intents).filter_map(|(intent, cluster)| Some((number((*cluster)?)?, intent.resolved)));
    Outline {
        resolved: seen.outcome.outcome.resolved(),
        judged: None,
        sentiment_e4: seen.sentiment.map(|compound| (compound * 10_000.0).round() as i16),
        heard: u32::try_from(heard).unwrap_or(u32::MAX),
        unheard: seen.unsupported_messages,
        corrections: u32::try_from(corrections.len()).unwrap_or(u32::MAX),
        response_ms: waits.get(waits.len() / 2).map(|us| u32::try_from(us / 1_000).unwrap_or(u32::MAX)),
        turns: u32::try_from(seen.turns.iter().filter(|turn| turn.user.is_some()).count()).unwrap_or(u32::MAX),
        cost_nano_usd: None,
        issues,
        intents: clustered.collect(),
        corrected: corrections.iter().filter_map(|cluster| number((*cluster)?)).collect(),
    }
}
