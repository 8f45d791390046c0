//! What is trimmed when.

use debrief_model::Timestamp;
use debrief_testkit::ledger::MemoryLedger;
use debrief_testkit::ledger::build::{at, commit};

use super::*;

struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The oldest position that can still be read after a trim at second `now`, of records written at seconds 1 to 9.
fn oldest_kept(durable: u64, now: i64, keep: Duration) -> u64 {
    let ledger = MemoryLedger::default();
    for second in 1..=9 {
        commit(&ledger, at(second * 1_000_000), Vec::new());
    }
    let clock: Arc<dyn Clock> = Arc::new(Still(at(now * 1_000_000)));
    trim(&ledger, Position(durable), &clock, keep).unwrap();
    (0..=9).find(|after| ledger.journal(Position(*after), 1).is_ok()).unwrap() + 1
}

#[test]
fn what_is_durable_elsewhere_and_older_than_the_margin_is_trimmed() {
    let seconds = Duration::from_secs;
    assert_eq!(oldest_kept(9, 20, seconds(15)), 5, "a record as old as the margin stays");
    assert_eq!(oldest_kept(9, 20, seconds(100)), 1);
    assert_eq!(oldest_kept(9, 20, seconds(0)), 10);
    assert_eq!(oldest_kept(3, 20, seconds(0)), 4, "never what the warehouse may lose");
    assert_eq!(oldest_kept(0, 20, seconds(0)), 1);
    assert_eq!(oldest_kept(9, 20, Duration::MAX), 1, "kept for ever");
}

#[test]
fn a_stop_ends_waiting_whenever_it_comes() {
    let stop = Stop::default();
    assert!(!stop.wait(Duration::ZERO));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| stop.wait(Duration::from_secs(60)));
        stop.set();
        assert!(waiting.join().unwrap());
    });
    assert!(stop.wait(Duration::from_secs(60)), "and at once from then on");
}

#[test]
fn work_goes_on_after_a_failure() {
    let (stop, mut times) = (Stop::default(), 0);
    every(&stop, Duration::ZERO, "counting", || {
        times += 1;
        if times == 3 {
            stop.set();
        }
        Err(debrief_model::Error::internal("broken"))
    });
    assert_eq!(times, 3);
}
