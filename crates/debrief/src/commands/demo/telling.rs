//! The story as several clients tell it at once: each takes the next conversation, but none runs far ahead of the others.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use debrief_demo::wire::{self, Request};
use debrief_demo::{AGENTS, Conversation, Story};

use super::clock::StoryClock;

/// A conversation waits for others that began more than this before it. The clock is where the newest is, so it bounds by how much the
/// server believes that something came late; and session tokens, which last a day, last long enough.
const AHEAD_US_MAX: i64 = 3_600_000_000;
/// How long to wait before looking again whether anybody wants to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What was told that is worth a look.
#[derive(Debug, Default)]
pub(super) struct Worth {
    /// How many.
    pub(super) conversations: u64,
    /// A session in which the support agent's first version is wrong, and somebody minds.
    pub(super) angry_session: Option<String>,
    /// A session in which an agent lets another one work.
    pub(super) deep_session: Option<String>,
}

/// A story that is being told.
pub(super) struct Telling {
    told: Mutex<Told>,
    moved: Condvar,
    clock: StoryClock,
}

struct Told {
    story: Story,
    next: Option<Conversation>,
    /// When those that are being sent began, by their numbers.
    under_way: BTreeMap<u64, i64>,
    people: HashSet<String>,
    /// By agent, the number of its newest version that was told.
    versions: BTreeMap<&'static str, usize>,
    worth: Worth,
    is_over: bool,
}

impl Telling {
    pub(super) fn of(story: Story, clock: StoryClock) -> Self {
        let (under_way, people, versions) = (BTreeMap::new(), HashSet::new(), BTreeMap::new());
        let told = Told { story, next: None, under_way, people, versions, worth: Worth::default(), is_over: false };
        Self { told: Mutex::new(told), moved: Condvar::new(), clock }
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next conversation, once it is its turn. What has to be known before anybody else goes on is sent by `first`; if that fails,
    /// nobody does.
    ///
    /// # Errors
    /// Those of `first`.
    pub(super) fn take(&self, mut first: impl FnMut(&Request) -> Result<(), String>) -> Result<Option<Conversation>, String> {
        let mut told = self.lock();
        loop {
            told.next = told.next.take().or_else(|| told.story.next());
            let Some(next) = told.next.take().filter(|_| !told.is_over) else { return Ok(None) };
            if told.may_begin(&next) {
                self.clock.move_on(next.ended_at());
                let known = told.note(&next);
                let sent = known.iter().try_for_each(&mut first);
                told.is_over |= sent.is_err();
                return sent.map(|()| Some(next));
            }
            told.next = Some(next);
            told = self.moved.wait_timeout(told, LOOK_AGAIN).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A conversation was sent.
    pub(super) fn done(&self, number: u64) {
        self.lock().under_way.remove(&number);
        self.moved.notify_all();
    }

    /// Nobody is told anything any more.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.moved.notify_all();
    }

    pub(super) fn worth(self) -> Worth {
        self.told.into_inner().unwrap_or_else(PoisonError::into_inner).worth
    }
}

impl Told {
    fn may_begin(&self, next: &Conversation) -> bool {
        self.under_way.values().all(|began| next.started_at().0 - began <= AHEAD_US_MAX)
    }

    /// Takes note of a conversation that begins. Answers what has to be told before: its person, and the version of its agent.
    fn note(&mut self, next: &Conversation) -> Vec<Request> {
        self.under_way.insert(next.number, next.started_at().0);
        self.worth.note(next);
        let known = self.versions.insert(next.agent.name, next.version.number).unwrap_or(1);
        self.versions.insert(next.agent.name, known.max(next.version.number));
        let changes = next.agent.versions.iter().filter(|version| (known + 1..=next.version.number).contains(&version.number));
        let person = next.person.as_ref().filter(|person| self.people.insert(person.id.clone()));
        changes.map(|version| wire::change(next.agent, version)).chain(person.map(wire::person)).collect()
    }
}

impl Worth {
    fn note(&mut self, told: &Conversation) {
        self.conversations += 1;
        let truth = &told.truth;
        if self.angry_session.is_none() && told.agent.name == AGENTS[0].name && truth.is_corrected && truth.is_frustrated {
            self.angry_session = Some(told.session_key.clone());
        }
        if self.deep_session.is_none() && told.agent.name == "ledger-analyst" && told.steps.iter().any(|step| step.within.is_some()) {
            self.deep_session = Some(told.session_key.clone());
        }
    }
}
