//! Seeded random groups of changes, told to an engine and to the reference; what both answer must be the same.

use std::borrow::Cow;

use debrief_model::{
    AgentConfig, AgentFilter, AgentId, AgentNumber, AgentPatch, AgentStatus, Contribution, Cost, CostSource, Draft, Event, EventId, Facts,
    Kind, Mention, NewAgent, Paging, PersonNumber, Position, Prompt, Resolution, SessionFilter, SessionNumber, SessionPatch, Speaker,
    Status, TenantId, TimeRange, Tokens, TraceFilter, Turn, VersionNumber,
};
use debrief_store::{Change, Group, KeptAnswer, Ledger, Outcome, Result, Revision};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::{Fixture, MemoryLedger, build, view};

const TENANTS: [TenantId; 3] = [TenantId(1), TenantId(2), TenantId(3)];
const SEEDS_DEFAULT: u64 = 12;
const GROUPS: usize = 24;

/// Runs as many seeds as `DEBRIEF_SEEDS` says, each on a store of its own.
///
/// # Panics
/// When the engine and the reference differ; the message names the seed.
pub fn run<F: Fixture>(fixture: impl Fn() -> F) {
    let seeds = std::env::var("DEBRIEF_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS_DEFAULT);
    for seed in 0..seeds {
        one(&fixture(), seed);
    }
}

fn one(fixture: &dyn Fixture, seed: u64) {
    let mut random = Random { rng: StdRng::seed_from_u64(seed), recorded: Vec::new(), ids: 0 };
    let reference = MemoryLedger::default();
    let mut engine = fixture.open();
    for step in 0..GROUPS {
        let group = random.group(step as i64 * 1_000_000);
        let expected = reference.commit(group.clone()).expect("the reference commits");
        let found = engine.commit(group.clone()).unwrap_or_else(|error| panic!("seed {seed}, group {step}: {error:?}"));
        assert_eq!(found.record, expected.record, "seed {seed}, group {step}: record of {group:?}");
        assert_eq!(shown(found.outcomes), shown(expected.outcomes), "seed {seed}, group {step}: outcomes of {group:?}");
        random.recorded.extend(expected.record.events.iter().cloned());
        for revised in &expected.record.revisions {
            random.recorded.iter_mut().filter(|event| event.id == revised.id).for_each(|event| event.links = revised.links);
        }
        if random.rng.random_ratio(1, 8) {
            drop(engine);
            engine = fixture.open();
        }
        compare_lists(&mut random, engine.as_ref(), &reference, &format!("seed {seed}, group {step}"));
        if random.rng.random_ratio(1, 4) {
            assert_eq!(view::lines(engine.as_ref(), &TENANTS), view::lines(&reference, &TENANTS), "seed {seed}, group {step}");
        }
    }
    trim(&mut random, engine.as_ref(), &reference, seed);
    assert_eq!(view::lines(engine.as_ref(), &TENANTS), view::lines(&reference, &TENANTS), "seed {seed}, at the end");
}

fn trim(random: &mut Random, engine: &dyn Ledger, reference: &MemoryLedger, seed: u64) {
    let upto = Position(random.rng.random_range(0..=GROUPS as u64));
    let before = build::at(random.rng.random_range(0..GROUPS as i64) * 1_000_000);
    let mut trimmed = 0;
    loop {
        match engine.trim(upto, before).expect("trims") {
            0 => break,
            some => trimmed += some,
        }
    }
    assert_eq!(trimmed, reference.trim(upto, before).expect("trims"), "seed {seed}: trim");
    for after in 0..=GROUPS as u64 {
        let (found, expected) = (engine.journal(Position(after), 1), reference.journal(Position(after), 1));
        assert_eq!(found.ok(), expected.ok(), "seed {seed}: journal after {after}");
    }
}

/// Outcomes as text.
fn shown(outcomes: Vec<Result<Outcome>>) -> Vec<String> {
    let show = |outcome: Result<Outcome>| match outcome {
        Ok(outcome) => format!("{outcome:?}"),
        Err(error) => format!("{:?} {:?} {:?}", error.kind, error.subject, error.problems),
    };
    outcomes.into_iter().map(show).collect()
}

fn compare_lists(random: &mut Random, engine: &dyn Ledger, reference: &MemoryLedger, place: &str) {
    for _ in 0..4 {
        let tenant = random.tenant();
        let filter = random.filter();
        let paging = Paging { limit: random.rng.random_range(0..6), offset: random.rng.random_range(0..4) };
        let list = |ledger: &dyn Ledger| ledger.sessions(tenant, &filter, paging).expect("the ledger can be read");
        assert_eq!(list(engine), list(reference), "{place}: {tenant:?} {filter:?} {paging:?}");
        compare_agents(random, tenant, paging, [engine, reference], place);
        compare_traces(random, tenant, paging, [engine, reference], place);
    }
}

fn compare_traces(random: &mut Random, tenant: TenantId, paging: Paging, [engine, reference]: [&dyn Ledger; 2], place: &str) {
    let SessionFilter { time, after, .. } = random.filter();
    let filter = TraceFilter { session: after.map(|(_, number)| number), failed: random.maybe(|random| random.rng.random()), time };
    let list = |ledger: &dyn Ledger| ledger.traces(tenant, &filter, paging).expect("the ledger can be read");
    assert_eq!(list(engine), list(reference), "{place}: {tenant:?} {filter:?} {paging:?}");
    // Some of them are not there yet and come with the next groups.
    let ids: Vec<_> = (0..random.rng.random_range(0..4)).map(|_| (random.tenant(), random.name())).collect();
    let ids: Vec<_> = ids.iter().map(|(tenant, id)| (*tenant, id.as_str())).collect();
    let known = |ledger: &dyn Ledger| ledger.known_traces(&ids).expect("the ledger can be read");
    assert_eq!(known(engine), known(reference), "{place}: {ids:?}");
}

fn compare_agents(random: &mut Random, tenant: TenantId, paging: Paging, [engine, reference]: [&dyn Ledger; 2], place: &str) {
    let status = random.maybe_rarely(|random| AgentStatus::ALL[random.rng.random_range(0..3)]);
    let filter = AgentFilter { status, tags: (0..random.rng.random_range(0..2)).map(|_| random.name()).collect() };
    let list = |ledger: &dyn Ledger| ledger.agents(tenant, &filter, paging).expect("the ledger can be read");
    assert_eq!(list(engine), list(reference), "{place}: {tenant:?} {filter:?} {paging:?}");
    let (hash, key) = (random.prompt().hash, random.name());
    let asked = |ledger: &dyn Ledger| {
        let by_prompt = ledger.agent_by_prompt(tenant, &hash).expect("the ledger can be read");
        let answer = ledger.kept_answer(tenant, &key).expect("the ledger can be read");
        (by_prompt, answer, ledger.session(tenant, &key).expect("the ledger can be read"))
    };
    assert_eq!(asked(engine), asked(reference), "{place}: {tenant:?} {key:?}");
}

struct Random {
    rng: StdRng,
    recorded: Vec<Event>,
    ids: u128,
}

impl Random {
    fn group(&mut self, micros: i64) -> Group {
        let changes = (0..self.rng.random_range(0..12)).map(|_| self.change(micros)).collect();
        build::group(build::at(micros), changes)
    }

    fn change(&mut self, micros: i64) -> Change {
        let tenant = self.tenant();
        match self.rng.random_range(0..20) {
            0 => Change::PutAgent { tenant, name: self.name(), description: self.maybe(Self::name) },
            1 => Change::PutAgentVersion { tenant, agent: self.name(), name: self.name(), description: self.maybe(Self::name) },
            2 => Change::PutAgentAlias { tenant, session: self.name(), alias: self.name(), name: self.name() },
            3 => Change::PutPerson { tenant, key: self.name(), properties: self.maybe(Self::name) },
            4 => Change::UpdatePerson { tenant, key: self.name(), properties: self.maybe(Self::name) },
            5 => build::put_fingerprint(tenant, self.rng.random_range(0..3)),
            6 => {
                let shared_with = self.maybe(Self::tenant);
                Change::PutSession {
                    tenant,
                    key: self.name(),
                    patch: self.patch(micros),
                    shared_with,
                    alias: self.maybe_rarely(Self::name),
                }
            }
            7 => Change::AppendSessionLog { tenant, session: self.name(), text: self.name() },
            8 => Change::PutThread { tenant, session: self.name(), thread: self.name(), agent_alias: self.maybe(Self::name) },
            9 => self.revise(tenant),
            10 | 11 => Change::CreateAgent { tenant, agent: self.new_agent() },
            12 | 13 => Change::PatchAgent { tenant, agent: self.agent_id(), patch: Box::new(self.agent_patch()) },
            14 => Change::DeleteAgent { tenant, agent: self.agent_id() },
            15 => {
                let answer = KeptAnswer { digest: [self.rng.random_range(0..3); 32], answered_at: build::at(micros), answer: vec![1, 2] };
                Change::KeepAnswer { tenant, key: self.name(), answer }
            }
            16 => Change::TakeNotices,
            _ => {
                let events = (0..self.rng.random_range(0..5)).map(|_| self.event(tenant, micros)).collect();
                Change::Record { tenant, events }
            }
        }
    }

    fn event(&mut self, tenant: TenantId, micros: i64) -> (EventId, Draft) {
        self.ids += 1;
        let kind = Kind::ALL[self.rng.random_range(0..Kind::ALL.len())];
        let mut facts = Facts::new(kind, "x.happened", build::at(micros + self.rng.random_range(-3_000_000..3_000_000)), "voker");
        facts.tokens = self.tokens();
        facts.cost = self.maybe(|random| Cost { nano_usd: random.rng.random_range(-5..500), source: CostSource::Computed });
        facts.status = [Status::Unset, Status::Ok, Status::Error][self.rng.random_range(0..3)];
        facts.body = self.name().into_bytes().into();
        facts.ended_at = self.maybe(|_| build::at(micros + 9));
        facts.trace_id = self.maybe(Self::name);
        facts.span_id = self.maybe(Self::name);
        facts.parent_span_id = self.maybe_rarely(Self::name);
        facts.name = self.maybe(Self::name);
        let mention = self.mention(tenant);
        (EventId(Uuid::from_u128(self.ids)), Draft { turn: self.maybe(Self::turn), ..Draft::new(facts, mention) })
    }

    fn mention(&mut self, tenant: TenantId) -> Mention {
        Mention {
            session: self.maybe(Self::name),
            agent: self.maybe(Self::name),
            agent_alias: self.maybe(Self::name),
            agent_version: self.maybe(Self::name),
            person: self.maybe(Self::name),
            fingerprint: if self.rng.random_ratio(1, 4) { Some(build::fingerprint_id(tenant, self.rng.random_range(0..3))) } else { None },
        }
    }

    /// Sometimes in the name of the wrong tenant, which must be refused.
    fn revise(&mut self, tenant: TenantId) -> Change {
        let mut revisions: Vec<Revision> = Vec::new();
        for _ in 0..self.rng.random_range(0..3) {
            if self.recorded.is_empty() {
                break;
            }
            let at = self.rng.random_range(0..self.recorded.len());
            let before = Contribution::of(&self.recorded[at].facts);
            let mut after = self.recorded[at].clone();
            after.facts.tokens = self.tokens();
            after.facts.status = Status::Error;
            after.facts.event_type = Cow::Borrowed("x.failed");
            let turn = self.maybe_rarely(Self::turn);
            let relink = self.maybe(|random| Mention { fingerprint: None, ..random.mention(tenant) });
            revisions.push(Revision { turn, before, after, relink });
        }
        let own = revisions.iter().all(|revision| revision.after.tenant == tenant);
        if own {
            for Revision { after, .. } in &revisions {
                self.recorded.iter_mut().filter(|event| event.id == after.id).for_each(|event| *event = after.clone());
            }
        }
        Change::Revise { tenant, revisions }
    }

    fn new_agent(&mut self) -> NewAgent {
        NewAgent {
            name: self.name(),
            description: self.maybe(Self::name),
            status: self.status(),
            tags: (0..self.rng.random_range(0..3)).map(|_| self.name()).collect(),
            config: AgentConfig {
                prompt: self.maybe(Self::prompt),
                model: self.maybe(Self::name),
                temperature: self.maybe(|_| 0.5),
                max_tokens: self.maybe(|_| u32::MAX),
            },
        }
    }

    fn agent_patch(&mut self) -> AgentPatch {
        AgentPatch {
            name: self.maybe_rarely(Self::name),
            description: self.maybe_rarely(|random| random.maybe(Self::name)),
            status: self.maybe_rarely(Self::status),
            tags: self.maybe_rarely(|random| vec![random.name()]),
            prompt: self.maybe_rarely(|random| random.maybe(Self::prompt)),
            model: self.maybe_rarely(|random| random.maybe(Self::name)),
            temperature: self.maybe_rarely(|random| random.maybe(|_| 1.25)),
            max_tokens: self.maybe_rarely(|random| random.maybe(|_| 7)),
        }
    }

    /// Most often one that some tenant has.
    fn agent_id(&mut self) -> AgentId {
        let made = self.recorded.iter().filter(|event| event.facts.event_type == "agent.created");
        let ids: Vec<String> = made.filter_map(|event| event.facts.resource.clone()?.id).collect();
        match ids.len() {
            0 => AgentId(Uuid::nil()),
            some => AgentId(ids[self.rng.random_range(0..some)].parse().expect("agents have ids")),
        }
    }

    fn status(&mut self) -> AgentStatus {
        AgentStatus::ALL[self.rng.random_range(0..3)]
    }

    fn prompt(&mut self) -> Prompt {
        let n = self.rng.random_range(0..4_u8);
        Prompt { text: format!("prompt {n}"), hash: [n; 32] }
    }

    fn turn(&mut self) -> Turn {
        Turn {
            user_messages: self.rng.random_range(0..3),
            assistant_messages: self.rng.random_range(0..3),
            repeats: self.rng.random(),
            last_speaker: self.maybe(|random| if random.rng.random() { Speaker::User } else { Speaker::Assistant }),
            asks: self.maybe(|random| random.rng.random()),
            closes: self.maybe(|random| random.rng.random()),
            response_us: self.maybe(|random| random.rng.random_range(0..9_000_000)),
        }
    }

    fn patch(&mut self, micros: i64) -> SessionPatch {
        let resolution = self.maybe_rarely(|random| Resolution::from(random.rng.random::<bool>()));
        SessionPatch {
            started_at: self.maybe(|_| build::at(micros - 7)),
            ended_at: self.maybe(|_| build::at(micros + 7)),
            end_state: self.maybe(|random| [random.name(), "Fail".into(), "success".into()][random.rng.random_range(0..3)].clone()),
            end_state_reason: self.maybe(Self::name),
            tags: self.maybe(|random| (0..random.rng.random_range(0..3)).map(|_| random.name()).collect()),
            environment: self.maybe(Self::name),
            video: self.maybe(Self::name),
            host: self.maybe(Self::name),
            title: self.maybe_rarely(Self::name),
            metadata: self.maybe_rarely(Self::name),
            resolution,
            resolved_by: resolution.and_then(|_| self.maybe(|random| EventId(Uuid::from_u128(random.rng.random())))),
        }
    }

    fn filter(&mut self) -> SessionFilter {
        let moment = |random: &mut Self| build::at(random.rng.random_range(0..GROUPS as i64 * 1_000_000));
        SessionFilter {
            agent: self.maybe_rarely(|random| AgentNumber(random.rng.random_range(1..7))),
            agent_version: self.maybe_rarely(|random| VersionNumber(random.rng.random_range(1..4))),
            person: self.maybe_rarely(|random| PersonNumber(random.rng.random_range(1..12))),
            tag: self.maybe_rarely(Self::name),
            end_state: self.maybe_rarely(Self::name),
            time: TimeRange { from: self.maybe_rarely(moment), to: self.maybe_rarely(moment) },
            after: self.maybe_rarely(|random| (moment(random), SessionNumber(random.rng.random_range(1..12)))),
        }
    }

    fn tokens(&mut self) -> Tokens {
        let count = |random: &mut Self| if random.rng.random_ratio(1, 20) { u64::MAX } else { random.rng.random_range(0..1_000) };
        Tokens {
            input: self.maybe(count),
            output: self.maybe(count),
            cache_read: self.maybe_rarely(count),
            cache_write: self.maybe_rarely(count),
            reasoning: self.maybe_rarely(count),
        }
    }

    fn tenant(&mut self) -> TenantId {
        TENANTS[self.rng.random_range(0..TENANTS.len())]
    }

    fn name(&mut self) -> String {
        ["a", "b", "default", "a\0b", "\u{1F600}", ""][self.rng.random_range(0..6)].into()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.rng.random_ratio(1, 2).then(|| make(self))
    }

    fn maybe_rarely<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.rng.random_ratio(1, 5).then(|| make(self))
    }
}
