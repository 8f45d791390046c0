//! `kill -9` at random moments: nothing acknowledged is lost, nothing is invented, totals and numbers stay right.
//!
//! `DEBRIEF_KILLS` says how many kills (default 30), `DEBRIEF_SEED` repeats a run.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests, their helpers included, fail by panicking and say what they measured"
)]

mod support;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use support::rng::Rng;
use support::server::{Launch, Server};
use support::truth::Truth;
use support::{PATIENCE, agentops, eventually, voker};

const VOKER_LANES: u64 = 3;
const AGENTOPS_LANES: u64 = 2;
/// Fresh rows that make the warehouse settle: all the time, often, hardly ever.
const FRESH_ROWS: [&str; 4] = ["1", "40", "400", "60000"];
/// Seconds that the journal is kept: trimmed at once, or not during the test.
const JOURNAL_SECONDS: [&str; 2] = ["0", "600"];

enum Lane {
    Voker(voker::Lane),
    Agentops(agentops::Lane),
}

impl Lane {
    /// Sends until the server is gone.
    fn run(&mut self, address: SocketAddr, acknowledged: &AtomicU64) {
        let outcome = match self {
            Self::Voker(lane) => lane.run(address, acknowledged),
            Self::Agentops(lane) => lane.run(address, acknowledged),
        };
        if let Ok(answer) = outcome {
            panic!("a server under load says {}: {}", answer.status, answer.text());
        }
    }

    fn parts(&mut self) -> (&str, &mut Truth) {
        match self {
            Self::Voker(lane) => (&lane.session, &mut lane.truth),
            Self::Agentops(lane) => (&lane.session, &mut lane.truth),
        }
    }
}

#[derive(Default)]
struct Tally {
    under_load: u64,
    starting: u64,
    settles: u64,
    behind: u64,
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
}

#[test]
fn what_was_acknowledged_survives_kills_at_random_moments() {
    let (kills, seed) = (setting("DEBRIEF_KILLS", 30), setting("DEBRIEF_SEED", 20_261_122));
    println!("{kills} kills, DEBRIEF_SEED={seed}");
    let started = Instant::now();
    let mut rng = Rng::new(seed);
    let data = tempfile::tempdir().unwrap();
    let mut lanes: Vec<Lane> = (0..VOKER_LANES).map(|n| Lane::Voker(voker::Lane::new(&format!("v{n}"), rng.next()))).collect();
    lanes.extend((0..AGENTOPS_LANES).map(|n| Lane::Agentops(agentops::Lane::new(&format!("a{n}"), rng.next()))));

    let mut tally = Tally::default();
    for _ in 0..kills {
        let flags = ["--fresh-rows-max", *rng.pick(&FRESH_ROWS), "--journal-keep-seconds", *rng.pick(&JOURNAL_SECONDS)];
        if rng.one_in(4) {
            kill_while_starting(data.path(), &flags, &mut rng);
            tally.starting += 1;
        } else {
            let server = Server::start(data.path(), &flags);
            check_last_sessions(&server, &mut lanes);
            kill_under_load(server, &mut lanes, &mut rng, &mut tally);
        }
    }
    check_everything(&Server::start(data.path(), &[]), &mut lanes, &tally, started);
}

/// At any moment between the first instruction and a little after it listens: while the directory is made, the databases are
/// opened, the journal is replayed.
fn kill_while_starting(data: &std::path::Path, flags: &[&str], rng: &mut Rng) {
    let launch = Launch::serve(data, flags);
    let moment = Instant::now() + Duration::from_micros(rng.below(400_000));
    // Lines on standard output may come before the moment; the process must not end by itself.
    while let Some(left) = moment.checked_duration_since(Instant::now()) {
        drop(launch.line_within(left));
    }
    let ended = launch.kill9();
    assert!(ended.status.code().is_none(), "ended by itself: {ended:?}");
}

fn kill_under_load(server: Server, lanes: &mut [Lane], rng: &mut Rng, tally: &mut Tally) {
    let acknowledged = AtomicU64::new(0);
    let many = if rng.one_in(3) { 10 } else { 250 };
    let enough = 1 + rng.below(many);
    let a_little_later = Duration::from_micros(rng.below(20_000));
    let address = server.address;
    let mut client = server.client();
    thread::scope(|scope| {
        for lane in lanes.iter_mut() {
            scope.spawn(|| lane.run(address, &acknowledged));
        }
        eventually("clients get answers", PATIENCE, || (acknowledged.load(Ordering::Relaxed) >= enough).then_some(()));
        if let Some(settles) = support::read::metric(&mut client, "debrief_warehouse_settles") {
            tally.settles += u64::from(settles > 0.0);
        }
        // Any moment will do: this one lies anywhere within a commit, an application or a settle.
        thread::park_timeout(a_little_later);
        let ended = server.kill9();
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
        tally.behind += u64::from(ended.err.contains("catches up"));
    });
    tally.under_load += 1;
}

/// What the clients did last is what the last kill could have hurt.
fn check_last_sessions(server: &Server, lanes: &mut [Lane]) {
    let mut client = server.client();
    for lane in lanes {
        let (session, truth) = lane.parts();
        if !session.is_empty() {
            let session = session.to_owned();
            truth.holds_of(&session, &mut client);
        }
    }
}

fn check_everything(server: &Server, lanes: &mut [Lane], tally: &Tally, started: Instant) {
    let mut client = server.client();
    let mut truth = Truth::default();
    for lane in lanes {
        truth.absorb(lane.parts().1);
    }
    truth.holds(&mut client);
    truth.has_nothing_foreign(&mut client);
    let agents = truth.agents_are_counted(&mut client);
    println!(
        "{} events acknowledged and there, {agents} agents; {} kills under load ({} after settles), {} while starting, {} starts replayed the journal; {:.1} s",
        truth.acknowledged(),
        tally.under_load,
        tally.settles,
        tally.starting,
        tally.behind,
        started.elapsed().as_secs_f64()
    );
}

/// The first start makes a tenant and its key; cut off anywhere, the next start finishes the work.
#[test]
fn a_first_start_that_was_killed_can_be_repeated() {
    let mut rng = Rng::new(setting("DEBRIEF_SEED", 7));
    for _ in 0..setting("DEBRIEF_KILLS", 30).div_ceil(3) {
        let data = tempfile::tempdir().unwrap();
        kill_while_starting(&data.path().join("new"), &[], &mut rng);
        let server = Server::start(&data.path().join("new"), &[]);
        assert_eq!(server.client().get("/api/v1/sessions").status, 200, "the first key works: {}", server.said());
    }
}

/// What the two tests above rest on: the check notices what is missing, what nobody sent, and what says something else.
#[test]
fn the_check_notices_loss_and_invention() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    let known = voker::fingerprint(&mut client).unwrap().ok()["fingerprint_id"].as_str().unwrap().to_owned();
    client.post("/api/v1/events", &voker::event(&known, "s", &voker::properties("m", 1))).ok();
    let mut check = |expected: bool, teach: fn(&mut Truth)| {
        let mut truth = Truth::default();
        teach(&mut truth);
        let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            truth.holds(&mut client);
            truth.has_nothing_foreign(&mut client);
            truth.agents_are_counted(&mut client);
        }));
        assert_eq!(held.is_ok(), expected);
    };
    check(true, |truth| truth.knows("s", "m", &voker::answer("m")));
    check(true, |truth| truth.sends("s", "m", &voker::answer("m")));
    check(false, |truth| truth.knows("s", "m", "something else"));
    check(false, |truth| truth.mentions("s"));
    check(false, |_| {});
    check(false, |truth| {
        truth.knows("s", "m", &voker::answer("m"));
        truth.knows("s", "m2", &voker::answer("m2"));
    });
    check(false, |truth| {
        truth.knows("s", "m", &voker::answer("m"));
        truth.names_agent("nobody", true);
    });
}
