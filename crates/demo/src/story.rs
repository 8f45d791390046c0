//! Some weeks in the life of the cast: who works when, which days are bad ones, and everything that is said.

use std::collections::VecDeque;

use debrief_model::Timestamp;

use crate::calendar::{DAY_US, MINUTE_US, date, day_of};
use crate::cast::{AGENTS, Agent, Version};
use crate::conversation::{Conversation, Outcome};
use crate::people;
use crate::play::{self, Stage};
use crate::rng::{Rng, mix};
use crate::script::Scenario;

/// The most conversations of one day.
pub const CONVERSATIONS_PER_DAY_MAX: u32 = 1_000_000;
/// The longest story.
pub const DAYS_MAX: u32 = 3_650;

/// Of the days of a story, how many have passed, in percent, when the payment gateway fails.
const OUTAGE_AT_PERCENT: i64 = 63;
/// The hours of that day in which it does.
const OUTAGE_HOURS: std::ops::Range<i64> = 9..17;
/// How busy that day is: people come because nothing works.
const OUTAGE_BUSY_PERCENT: u64 = 150;
/// When everything is slow.
const SLOW_AT_PERCENT: [i64; 2] = [26, 87];
/// How much slower.
const SLOWNESS: f64 = 3.2;
/// How much busier each day of the week is than the average one, in percent, from Monday on; weekends are the agents' own.
const WEEK_PERCENT: [u64; 5] = [112, 104, 98, 96, 90];

/// A seeded source of conversations, in the order in which they begin.
#[derive(Debug)]
pub struct Story {
    seed: u64,
    now: Timestamp,
    per_day: u32,
    /// The first day, in days since 1970-01-01, and how many there are.
    first_day: i64,
    days: i64,
    /// The day to be planned next, from 0.
    next_day: i64,
    planned: VecDeque<Planned>,
    number: u64,
}

#[derive(Debug)]
struct Planned {
    started_at: Timestamp,
    agent: &'static Agent,
    day: i64,
}

impl Story {
    /// The story of the `days` days that end with the one of `now`, with about so many conversations on each. The same arguments give the
    /// same story to the last byte.
    #[must_use]
    pub fn generate(seed: u64, now: Timestamp, conversations_per_day: u32, days: u32) -> Self {
        let days = i64::from(days.clamp(1, DAYS_MAX));
        Self {
            seed,
            now,
            per_day: conversations_per_day.min(CONVERSATIONS_PER_DAY_MAX),
            first_day: day_of(now) - days + 1,
            days,
            next_day: 0,
            planned: VecDeque::new(),
            number: 0,
        }
    }

    /// One conversation that begins at `started_at`, however late that is: what goes on while somebody watches. The same number gives the
    /// same one.
    #[must_use]
    pub fn live(seed: u64, number: u64, started_at: Timestamp) -> Conversation {
        let mut rng = Rng::new(mix(seed) ^ mix(number ^ 0x11fe));
        let mut throw = rng.below(AGENTS.iter().map(|agent| agent.traffic_percent).sum());
        let agent = AGENTS.iter().find(|agent| takes(&mut throw, agent.traffic_percent)).unwrap_or(&AGENTS[0]);
        let version = agent.versions.last().unwrap_or(&agent.versions[0]);
        act(&Act { number, agent, version, started_at, is_outage: false, slowness: 1.0 }, rng)
    }

    fn plan(&mut self, day: i64) {
        let mut rng = Rng::new(mix(self.seed) ^ mix(day.unsigned_abs() ^ 0xda7));
        let midnight = Timestamp((self.first_day + day).saturating_mul(DAY_US));
        let mut planned = Vec::new();
        for agent in &AGENTS {
            for _ in 0..self.conversations(agent, day, &mut rng) {
                let started_at = midnight.plus_micros(moment(agent, &mut rng));
                planned.push(Planned { started_at, agent, day });
            }
        }
        planned.sort_by_key(|planned| planned.started_at);
        self.planned.extend(planned.into_iter().filter(|planned| planned.started_at < self.now));
    }

    /// How many conversations an agent has on a day.
    fn conversations(&self, agent: &Agent, day: i64, rng: &mut Rng) -> u64 {
        let weekday = date(self.first_day + day).weekday;
        let busy = WEEK_PERCENT.get(weekday).copied().unwrap_or(agent.weekend_percent);
        let week = WEEK_PERCENT.iter().sum::<u64>() + 2 * agent.weekend_percent;
        // Of a hundredth of a percent of a conversation, so that small shares are not lost.
        let share = u64::from(self.per_day) * agent.traffic_percent * busy * 7 * 100 / week;
        let share = share * rng.below(25).saturating_add(88) / 100;
        let share = if self.has_outage(day) { share * OUTAGE_BUSY_PERCENT / 100 } else { share };
        share / 10_000 + u64::from(rng.below(10_000) < share % 10_000)
    }

    /// At a weekend too few would notice: the outage is on the Tuesday after, if there is one.
    fn has_outage(&self, day: i64) -> bool {
        let wanted = self.days * OUTAGE_AT_PERCENT / 100;
        let later = match date(self.first_day + wanted).weekday {
            5 => 3,
            6 => 2,
            _ => 0,
        };
        day == if wanted + later < self.days { wanted + later } else { wanted }
    }

    fn is_outage(&self, planned: &Planned) -> bool {
        let hour = planned.started_at.0.rem_euclid(DAY_US) / (60 * MINUTE_US);
        self.has_outage(planned.day) && OUTAGE_HOURS.contains(&hour)
    }

    fn slowness(&self, day: i64) -> f64 {
        if self.days > 3 && SLOW_AT_PERCENT.iter().any(|percent| day == self.days * percent / 100) { SLOWNESS } else { 1.0 }
    }

    fn tell(&self, planned: &Planned, number: u64) -> Conversation {
        let mut rng = Rng::new(mix(self.seed) ^ mix(number ^ 0x7e11));
        let version = version(planned.agent, planned.day * 100 / self.days, &mut rng);
        let act_of = Act {
            number,
            agent: planned.agent,
            version,
            started_at: planned.started_at,
            is_outage: self.is_outage(planned),
            slowness: self.slowness(planned.day),
        };
        act(&act_of, rng)
    }
}

impl Iterator for Story {
    type Item = Conversation;

    fn next(&mut self) -> Option<Conversation> {
        loop {
            while self.planned.is_empty() {
                if self.next_day == self.days {
                    return None;
                }
                self.plan(self.next_day);
                self.next_day += 1;
            }
            let planned = self.planned.pop_front()?;
            self.number += 1;
            if let Some(told) = until(self.tell(&planned, self.number - 1), self.now) {
                return Some(told);
            }
        }
    }
}

struct Act {
    number: u64,
    agent: &'static Agent,
    version: &'static Version,
    started_at: Timestamp,
    is_outage: bool,
    slowness: f64,
}

fn act(act: &Act, mut rng: Rng) -> Conversation {
    let Act { number, agent, version, started_at, is_outage, slowness } = *act;
    let scenario = scenario(agent, is_outage, &mut rng);
    let person = agent.audience.as_ref().map(|audience| people::somebody(audience, scenario.language, &mut rng));
    play::play(Stage { number, agent, version, scenario, person, started_at, is_outage, slowness }, rng)
}

/// Whether a throw falls on this one of several; what is left of it falls on a later one.
fn takes(throw: &mut u64, weight: u64) -> bool {
    let taken = *throw < weight;
    *throw = throw.saturating_sub(weight);
    taken
}

fn scenario(agent: &'static Agent, is_outage: bool, rng: &mut Rng) -> &'static Scenario {
    let possible = || agent.script().scenarios.iter().filter(|scenario| is_outage || !scenario.needs_outage);
    let mut throw = rng.below(possible().map(|scenario| scenario.weight).sum());
    possible().find(|scenario| takes(&mut throw, scenario.weight)).expect("the throw is below the sum of the weights")
}

/// The newest version that has taken over by then and gets this conversation.
fn version(agent: &'static Agent, passed_percent: i64, rng: &mut Rng) -> &'static Version {
    let there = agent.versions.iter().rev().filter(|version| version.from_percent <= passed_percent);
    let mut chosen = there.filter(|version| rng.percent(version.traffic_percent));
    chosen.next().unwrap_or(&agent.versions[0])
}

/// When in a day somebody comes, in microseconds after midnight.
fn moment(agent: &Agent, rng: &mut Rng) -> i64 {
    let mut throw = rng.below(agent.hours.iter().map(|busy| u64::from(*busy)).sum());
    let hour = agent.hours.iter().position(|busy| takes(&mut throw, u64::from(*busy))).unwrap_or(12);
    i64::try_from(hour).unwrap_or(0) * 60 * MINUTE_US + rng.between(0, 60 * MINUTE_US - 1)
}

/// A conversation as it stands at `now`: the turns that are over. What comes of it nobody knows yet.
fn until(mut told: Conversation, now: Timestamp) -> Option<Conversation> {
    told.feedback = told.feedback.filter(|feedback| feedback.at <= now);
    if told.ended_at() <= now {
        return Some(told);
    }
    let open = told.steps.iter().find(|step| step.ended_at > now).map_or(0, |step| step.turn);
    told.steps.retain(|step| step.turn < open);
    (told.end_state, told.truth.outcome) = (None, Outcome::Unknown);
    (!told.steps.is_empty()).then_some(told)
}
