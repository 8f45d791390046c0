//! Fills a server with a story, over several connections at once, and goes on with it where that is wished.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use debrief_app::clock::{Clock, SystemClock};
use debrief_bench::http::Target;
use debrief_demo::{Conversation, Story, wire};
use debrief_model::Timestamp;
use indicatif::{ProgressBar, ProgressStyle};

use super::clock::StoryClock;
use super::sender::Sender;
use super::telling::{Telling, Worth};
use crate::cli::Demo;
use crate::logging::complain;

/// Clients at once: the server writes what several say in one transaction.
const CLIENTS: usize = 6;
/// Between two conversations that go on.
const LIVE_SECONDS: [u64; 4] = [2, 5, 3, 7];

/// Tells threads that it is over.
#[derive(Clone, Default)]
pub(super) struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    pub(super) fn now(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    pub(super) fn is_asked(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, at most so long; whether it is over.
    fn within(&self, time: Duration) -> bool {
        let asked = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        *self.0.1.wait_timeout_while(asked, time, |asked| !*asked).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Who fills.
pub(super) struct Filler {
    target: Target,
    seed: u64,
    per_day: u32,
    days: u32,
    /// When the story ends.
    present: Timestamp,
    clock: StoryClock,
    stop: Stop,
}

impl Filler {
    pub(super) fn new(flags: &Demo, address: &str, key: &str, clock: StoryClock, stop: Stop) -> Self {
        let authority = address.trim_start_matches("http://").to_owned();
        let target = Target { authority, key: key.to_owned() };
        let Demo { seed, conversations_per_day: per_day, days, .. } = *flags;
        Self { target, seed, per_day, days, present: SystemClock.now(), clock, stop }
    }

    /// Tells the whole story, or as much of it as there is time for.
    ///
    /// # Errors
    /// A sentence about the first request that failed.
    pub(super) fn fill(&self) -> Result<Worth, String> {
        let filled = self.tell();
        self.clock.reach_the_present();
        filled
    }

    fn tell(&self) -> Result<Worth, String> {
        let mut sender = Sender::new(&self.target);
        for request in wire::introduction() {
            sender.send(&request)?;
        }
        let progress = progress(u64::from(self.per_day) * u64::from(self.days));
        let telling = Telling::of(Story::generate(self.seed, self.present, self.per_day, self.days), self.clock.clone());
        let outcomes = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| self.client(&telling, &progress))).collect();
            clients.into_iter().map(|client| client.join().unwrap_or_else(|_| Err("a client panicked".to_owned()))).collect::<Vec<_>>()
        });
        progress.finish_and_clear();
        let failed = outcomes.into_iter().find_map(Result::err);
        match failed.filter(|_| !self.stop.is_asked()) {
            Some(sentence) => Err(format!("filling stopped: {sentence}")),
            None => Ok(telling.worth()),
        }
    }

    fn client(&self, telling: &Telling, progress: &ProgressBar) -> Result<(), String> {
        let mut sender = Sender::new(&self.target);
        while let Some(told) = telling.take(|request| sender.send(request))? {
            let sent = wire::requests(&told).iter().try_for_each(|request| sender.send(request));
            telling.done(told.number);
            if sent.is_err() || self.stop.is_asked() {
                telling.end();
            }
            sent?;
            progress.inc(1);
        }
        Ok(())
    }

    /// A conversation every few seconds, each just over.
    pub(super) fn go_on(&self) {
        let mut sender = Sender::new(&self.target);
        for (number, seconds) in (0..).zip(LIVE_SECONDS.into_iter().cycle()) {
            if self.stop.within(Duration::from_secs(seconds)) {
                return;
            }
            let told = just_over(self.seed, number, SystemClock.now());
            let person = told.person.as_ref().map(wire::person);
            let sent = person.into_iter().chain(wire::requests(&told)).try_for_each(|request| sender.send(&request));
            if let Err(sentence) = sent {
                if !self.stop.is_asked() {
                    complain(&sentence);
                }
                return;
            }
        }
    }
}

/// A conversation that ends at `now`.
fn just_over(seed: u64, number: u64, now: Timestamp) -> Conversation {
    let took_us = Story::live(seed, number, now).ended_at().micros_since(now);
    let told = Story::live(seed, number, now.plus_micros(-took_us));
    // What somebody will say of it later nobody knows now.
    Conversation { feedback: None, ..told }
}

fn progress(of: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("filling {bar:30} about {percent} % ({pos} conversations)");
    ProgressBar::new(of).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
