//! Analysis of conversations: a view of the journal that looks at each session once it is over, and again when there is something new.
//!
//! The applier [notes](noting) which sessions records are about. A thread of its own writes that down with how far it reaches, waits until
//! a session's time has come, [reads](script) its events as a conversation, and keeps what the insight crate finds in it. Nothing of this
//! is ever waited for by whoever records; when there is much to record the thread falls behind, and says so.

pub mod detail;
pub(crate) mod look;
mod medians;
pub(crate) mod memory;
pub(crate) mod noting;
mod pace;
mod script;

use std::sync::Arc;
use std::time::{Duration, Instant};

use debrief_insight::patterns::Patterns;
use debrief_model::{ErrorKind, Position, SessionNumber, Timestamp};
use debrief_store::{Again, Findings, FindingsFigures, Ledger, Waiting, Warehouse};
use parking_lot::Mutex;

use self::look::Looker;
use self::noting::{Gathered, Noting, at_once};
use self::pace::Pace;
use crate::clock::Clock;
use crate::judge::Judge;
use crate::maintenance::Stop;
use crate::offload::Reads;

/// Sessions that are made to wait at a time, when all are looked at again.
const AGAIN_MAX: usize = 1_000;
/// Bytes of journal read at a time when catching up.
const JOURNAL_BYTES: usize = 8 << 20;
/// Makes sessions be looked at again after a change of the program that is in no list of phrases.
const PROGRAM_RULES: &str = "1";

/// Looks at conversations.
pub(crate) struct Analyst {
    looker: Looker,
    noting: Arc<Noting>,
    clock: Arc<dyn Clock>,
    rules: String,
    pace: Pace,
}

/// What the analyst works with.
pub(crate) struct Needs {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) warehouse: Arc<dyn Warehouse>,
    pub(crate) findings: Arc<dyn Findings>,
    pub(crate) noting: Arc<Noting>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) patterns: Arc<Patterns>,
    pub(crate) idle_us: i64,
    pub(crate) judge: Option<Arc<Judge>>,
}

/// How far analysis is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Whether conversations are looked at.
    pub is_on: bool,
    /// The newest position whose sessions are noted.
    pub noted: Position,
    /// What waits and what was found.
    pub figures: FindingsFigures,
    /// How far looking at everything again is; `None` before the first time.
    pub again: Option<Again>,
    /// As of then.
    pub now: Timestamp,
}

impl Progress {
    /// How many sessions are still to be taken up, where all are looked at again.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.again.as_ref().map_or(0, Again::left)
    }

    /// How long ago the time had come of the conversation that has been due for longest, microseconds; 0 where none is due.
    #[must_use]
    pub fn behind_us(&self) -> i64 {
        self.figures.due_since.map_or(0, |since| self.now.micros_since(since).max(0))
    }
}

/// Which rules a server with these lists of phrases looks by.
#[must_use]
pub fn rules(patterns: &Patterns) -> String {
    format!("{PROGRAM_RULES}-{}", patterns.rules_version())
}

/// Makes all sessions be looked at again.
///
/// # Errors
/// When storage cannot be read or written.
pub fn begin_again(ledger: &dyn Ledger, findings: &dyn Findings, rules: &str) -> crate::Result<()> {
    let mut last = SessionNumber(0);
    while let Some((_, number)) = ledger.session_numbers(last, 100_000)?.last() {
        last = *number;
    }
    findings.begin_again(rules, last)
}

/// Works until stopped; gives way to `reads`.
pub(crate) fn run(analyst: &Mutex<Analyst>, reads: &Reads, stop: &Stop, every: Duration) {
    let mut failed = false;
    let mut rest = every;
    while !stop.wait(rest) {
        rest = every;
        match analyst.lock().step(Some(reads), stop) {
            Ok(wanted) => {
                failed = false;
                rest = wanted.map_or(every, |wanted| wanted.min(every));
            }
            Err(error) if failed => tracing::debug!("analysing conversations failed again: {error}"),
            Err(error) => {
                failed = true;
                tracing::error!(cause = error.cause().map(tracing::field::display), "analysing conversations failed: {error}");
            }
        }
    }
}

impl Analyst {
    pub(crate) fn new(needs: Needs) -> Self {
        let Needs { ledger, warehouse, findings, noting, clock, patterns, idle_us, judge } = needs;
        let rules = rules(&patterns);
        Self {
            looker: Looker::new(ledger, warehouse, findings, patterns, idle_us, judge),
            noting,
            clock,
            rules,
            pace: Pace::new(Instant::now()),
        }
    }

    /// Looks at everything whose time has come, unless it should rest; also for the sake of `reads`, if there are any to give way to. Answers
    /// for how long, if there is more to look at.
    pub(crate) fn step(&mut self, reads: Option<&Reads>, stop: &Stop) -> crate::Result<Option<Duration>> {
        self.begin_again_if_needed()?;
        loop {
            self.note()?;
            self.hear_the_judge()?;
            let rest = self.pace.rest(reads.is_some_and(Reads::lately), Instant::now());
            if !rest.is_zero() {
                return Ok(Some(rest));
            }
            let due = self.looker.findings.due(self.clock.now(), self.pace.sessions_max())?;
            if due.is_empty() {
                if !self.go_on_again()? {
                    return Ok(None);
                }
                continue;
            }
            let began = Instant::now();
            let analysed = self.looker.look(&due, self.clock.now())?;
            metrics::counter!("debrief_conversations_analysed_total").increment(analysed);
            metrics::histogram!("debrief_analysis_seconds").record(began.elapsed().as_secs_f64());
            self.pace.looked(began, Instant::now());
            if stop.is_set() {
                return Ok(None);
            }
        }
    }

    /// Takes what the judge has answered.
    fn hear_the_judge(&self) -> crate::Result<()> {
        let Some(judge) = &self.looker.judge else { return Ok(()) };
        let (ledger, findings, now) = (self.looker.ledger.as_ref(), self.looker.findings.as_ref(), self.clock.now());
        judge.load(ledger, findings, now)?;
        judge.settle(findings, now)
    }

    /// Makes all sessions be looked at again.
    pub(crate) fn begin_again(&self) -> crate::Result<()> {
        begin_again(self.looker.ledger.as_ref(), self.looker.findings.as_ref(), &self.rules)
    }

    fn begin_again_if_needed(&self) -> crate::Result<()> {
        let again = self.looker.findings.again()?;
        if again.as_ref().is_none_or(|again| again.rules != self.rules) {
            tracing::info!("all conversations are looked at, by the rules {}", self.rules);
            self.begin_again()?;
        }
        Ok(())
    }

    /// Makes more sessions wait that are to be looked at again. Answers whether there were any.
    fn go_on_again(&self) -> crate::Result<bool> {
        let findings = self.looker.findings.as_ref();
        let Some(again) = findings.again()?.filter(Again::goes_on) else { return Ok(false) };
        let numbers = self.looker.ledger.session_numbers(again.done, AGAIN_MAX)?;
        let now = self.clock.now();
        let among = numbers.iter().filter(|(_, session)| *session <= again.upto);
        let waiting: Vec<Waiting> = among.map(|(tenant, session)| at_once(*tenant, *session, now, Position(0))).collect();
        // What is left was all newer than when this began, and waits already.
        let done = waiting.last().map_or(again.upto, |last| last.session);
        findings.go_on_again(done, &waiting)?;
        Ok(!waiting.is_empty())
    }

    /// Writes down which sessions wait.
    fn note(&mut self) -> crate::Result<()> {
        let findings = self.looker.findings.as_ref();
        let noted = findings.noted()?;
        let gathered = self.noting.take();
        self.pace.hear(gathered.events, Instant::now());
        if gathered.after > noted {
            self.catch_up(noted, gathered.after)?;
        }
        if gathered.upto > noted {
            self.keep(&gathered)?;
        }
        Ok(())
    }

    /// What was recorded before this process began to listen, from the journal. Where the journal no longer has it, all is looked at again.
    fn catch_up(&self, noted: Position, upto: Position) -> crate::Result<()> {
        let mut at = noted;
        while at < upto {
            let records = match self.looker.ledger.journal(at, JOURNAL_BYTES) {
                Ok(records) => records,
                Err(error) if error.kind == ErrorKind::Unavailable => {
                    self.begin_again()?;
                    return self.looker.findings.note(upto, &[]);
                }
                Err(error) => return Err(error),
            };
            let Some(last) = records.last() else { return Ok(()) };
            let mut gathered = Gathered::after(at);
            records.iter().for_each(|record| gathered.hear(record, self.looker.idle_us));
            at = last.position;
            self.keep(&gathered)?;
        }
        Ok(())
    }

    fn keep(&self, gathered: &Gathered) -> crate::Result<()> {
        let mut waiting: Vec<Waiting> = gathered.sessions.values().copied().collect();
        for (tenant, id) in &gathered.named {
            match self.looker.ledger.session(*tenant, id) {
                Ok(Some(session)) if session.tenant == *tenant => {
                    waiting.push(at_once(*tenant, session.number, self.clock.now(), gathered.upto));
                }
                // Shared by another tenant, or gone.
                Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
        self.looker.findings.note(gathered.upto, &waiting)
    }
}
