//! `debrief demo`: a server with a believable past, on a directory that is gone afterwards.

mod clock;
mod filler;
mod sender;
mod telling;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;

use debrief_app::clock::{Clock, SystemClock};
use debrief_demo::AGENTS;
use debrief_model::Timestamp;
use uuid::Uuid;

use self::clock::StoryClock;
use self::filler::{Filler, Stop};
use self::telling::Worth;
use super::serve::{self, Listening};
use crate::cli::{Demo, Serve};
use crate::data_dir::DataDir;
use crate::logging::{complain, say};
use crate::system;

const DAY_US: i64 = 86_400_000_000;

pub(super) fn run(flags: &Demo) -> Result<ExitCode, String> {
    system::keep_files_private();
    let place = Place::of(flags.data.as_deref())?;
    let key = flags.bootstrap_key.unwrap_or_else(Uuid::new_v4);
    let server = Serve::like(flags, place.path.clone(), key);
    let stop = Stop::default();
    let mut filling = None;
    let clock = if place.holds_data() { StoryClock::of_the_machine() } else { StoryClock::at(beginning(flags.days)) };
    let tell = |listening| filling = begin(flags, &listening, &clock, &stop);
    let served = serve::run_telling(&server, Arc::new(clock.clone()), tell);
    stop.now();
    if let Some(filling) = filling {
        filling.join().map_err(|_| "filling panicked".to_owned())?;
    }
    served
}

/// Before anything in the story.
fn beginning(days: u32) -> Timestamp {
    SystemClock.now().plus_micros(-i64::from(days) * DAY_US)
}

/// Fills a new directory beside the server that listens now. One that holds data already is left as it is.
fn begin(flags: &Demo, listening: &Listening, clock: &StoryClock, stop: &Stop) -> Option<JoinHandle<()>> {
    let address = format!("http://{}", listening.address);
    let Some(key) = &listening.first_key else {
        say("The directory holds data already: it is served as it is.");
        return None;
    };
    let filler = Filler::new(flags, &address, key, clock.clone(), stop.clone());
    let (live, key, stop) = (flags.live, key.clone(), stop.clone());
    let work = move || match filler.fill() {
        // Nobody tries anything any more.
        Ok(_) if stop.is_asked() => {}
        Ok(worth) => {
            tell(&address, &key, &worth);
            if live {
                filler.go_on();
            }
        }
        Err(sentence) => complain(&sentence),
    };
    let started = std::thread::Builder::new().name("debrief-demo".to_owned()).spawn(work);
    let not_started = |error| {
        clock.reach_the_present();
        complain(&format!("cannot start filling: {error}"));
    };
    started.map_err(not_started).ok()
}

/// What there is, and what to look at.
fn tell(address: &str, key: &str, worth: &Worth) {
    say("");
    say(&format!("{} conversations of {} agents are there. Worth trying:", worth.conversations, AGENTS.len()));
    let support = AGENTS[0].name;
    let mut lines = vec![
        ("the agents", "/api/v1/agents".to_owned()),
        ("how the support agent does", format!("/api/v1/agents/{support}/insights?days=30")),
        ("what goes wrong, over all agents, with conversations to look at", "/api/v1/insights/issues".to_owned()),
        ("what its second version changed", format!("/api/v1/agents/{support}/agent-versions/v1/diff/v2")),
        ("and whether that did any good", format!("/api/v1/agents/{support}/compare?from=v1&to=v2")),
        ("costs by model", "/api/v1/costs?groupBy=model".to_owned()),
    ];
    if let Some(session) = &worth.angry_session {
        lines.push(("a conversation that goes wrong", format!("/api/v1/sessions/{session}/messages")));
        lines.push(("what it tells, turn by turn", format!("/api/v1/sessions/{session}/insights")));
    }
    if let Some(session) = &worth.deep_session {
        lines.push(("one in which an agent asks another: its traces", format!("/api/v1/traces?session={session}")));
    }
    for (what, path) in lines {
        say(&format!("  # {what}"));
        say(&format!("  curl -H 'Authorization: Bearer {key}' '{address}{path}'"));
    }
    say("");
}

/// Where the data is, and whether it stays.
struct Place {
    path: PathBuf,
    is_kept: bool,
}

impl Place {
    fn holds_data(&self) -> bool {
        DataDir::open_existing(&self.path).is_ok()
    }

    fn of(data: Option<&Path>) -> Result<Self, String> {
        if let Some(path) = data {
            return Ok(Self { path: path.to_owned(), is_kept: true });
        }
        let path = std::env::temp_dir().join(format!("debrief-demo-{}", Uuid::new_v4().simple()));
        std::fs::create_dir(&path).map_err(|error| format!("cannot make the directory {}: {error}", path.display()))?;
        Ok(Self { path, is_kept: false })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            complain(&format!("cannot remove {}: {error}", self.path.display()));
        }
    }
}
