//! Moving the write-ahead log into the database file, on a connection of its own so that commits and reads go on meanwhile.
//!
//! The log can be begun anew only when all of it is in the file and nobody adds to it, which under load is never so by itself: while
//! one stretch is moved the next one grows. So once the log is large, commits are held up for a moment. What makes that moment long is
//! the rest that has to be moved and synced within it; therefore stretches are moved without holding anybody up until the
//! rest is small. Commits are held up by the lock that they take themselves: asking the engine for its own lock again and again is in
//! vain while one commit follows the other. The log keeps its length and is written over from its beginning: cutting it off, and growing
//! it again, costs more, and a log that only ever grows costs new pages of memory for all that is written.

use std::path::PathBuf;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;

use crate::commit::Writer;
use crate::open;

/// A log larger than this is begun anew even if commits must wait for it.
const LOG_BYTES_MAX: i64 = 64 << 20;
/// A rest of the log that is moved quickly enough for commits to wait for it.
const REST_PAGES_MAX: i64 = 128;
/// Stretches moved at most before that.
const STRETCHES_MAX: usize = 12;
/// How long it may wait for readers while commits wait for it. The next call tries again.
const PATIENCE: Duration = Duration::from_millis(5);

pub(crate) struct Checkpoints {
    path: PathBuf,
    log_bytes_max: i64,
    connection: Mutex<Option<Checkpointer>>,
}

struct Checkpointer {
    connection: Connection,
    /// Pages of the log beyond which it is large.
    log_pages_max: i64,
}

impl Checkpoints {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, log_bytes_max: LOG_BYTES_MAX, connection: Mutex::new(None) }
    }

    /// Whether the log is so large that it should be begun anew.
    pub(crate) fn are_due(&self) -> rusqlite::Result<bool> {
        let mut slot = self.connection.lock();
        let checkpointer = self.open(&mut slot)?;
        Ok(checkpointer.move_log("NOOP")?.pages > checkpointer.log_pages_max)
    }

    /// Moves the log; if it is large, all of it, while nothing is committed. Answers whether the log is begun anew after that.
    pub(crate) fn run(&self, writer: &Mutex<Writer>) -> rusqlite::Result<bool> {
        let mut slot = self.connection.lock();
        let checkpointer = self.open(&mut slot)?;
        let mut pages = checkpointer.move_log("PASSIVE")?.pages;
        if pages <= checkpointer.log_pages_max {
            return Ok(false);
        }
        for _ in 0..STRETCHES_MAX {
            let before = pages;
            pages = checkpointer.move_log("PASSIVE")?.pages;
            if pages - before <= REST_PAGES_MAX {
                break;
            }
        }
        let held_up = writer.lock();
        checkpointer.connection.busy_timeout(PATIENCE)?;
        let moved = checkpointer.move_log("RESTART");
        checkpointer.connection.busy_timeout(open::BUSY_TIMEOUT)?;
        MutexGuard::unlock_fair(held_up);
        Ok(!moved?.hindered)
    }

    fn open<'a>(&self, slot: &'a mut Option<Checkpointer>) -> rusqlite::Result<&'a Checkpointer> {
        if slot.is_none() {
            let connection = open::checkpointer(&self.path)?;
            let page_bytes: i64 = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
            *slot = Some(Checkpointer { connection, log_pages_max: self.log_bytes_max / page_bytes });
        }
        Ok(slot.as_ref().expect("it was just put there"))
    }
}

/// What is known of the log after some of it was moved.
struct Moved {
    /// Somebody was in the way. No error: the next call goes on where this one stopped.
    hindered: bool,
    /// How long the log is.
    pages: i64,
}

impl Checkpointer {
    fn move_log(&self, mode: &str) -> rusqlite::Result<Moved> {
        let read = |row: &rusqlite::Row<'_>| Ok(Moved { hindered: row.get(0)?, pages: row.get(1)? });
        self.connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], read)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use debrief_model::Position;
    use debrief_store::Ledger as _;
    use debrief_testkit::ledger::build::{self, ACME, at, call, record};

    use crate::SqliteLedger;

    const BODY_BYTES: u64 = 30_000;
    const RUNS: usize = 5;

    fn open(path: &Path) -> SqliteLedger {
        let mut ledger = SqliteLedger::open(path).unwrap();
        ledger.checkpoints.log_bytes_max = 20 * BODY_BYTES as i64;
        ledger
    }

    fn commit(ledger: &SqliteLedger, now: i64) {
        let mut draft = call(at(now), "s");
        draft.facts.body = vec![b'x'; BODY_BYTES as usize].into();
        ledger.commit(build::group(at(now), vec![record(ACME, [draft])])).unwrap();
    }

    #[test]
    fn the_log_is_begun_anew_while_one_commit_follows_the_other() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.db");
        let ledger = open(&path);
        let enough = AtomicBool::new(false);
        let (anew, committed) = std::thread::scope(|scope| {
            let commits = scope.spawn(|| {
                let unfinished = (1..).take_while(|_| !enough.load(Ordering::Acquire));
                unfinished.inspect(|now| commit(&ledger, *now)).last().unwrap()
            });
            let once = |_| {
                while !ledger.wants_checkpoint() {
                    std::thread::yield_now();
                }
                ledger.checkpoints.run(&ledger.writer).unwrap()
            };
            let anew = [(); RUNS].map(once);
            enough.store(true, Ordering::Release);
            (anew, commits.join().unwrap())
        });
        assert_eq!(anew, [true; RUNS]);
        drop(ledger);
        assert_eq!(open(&path).journal(Position(0), usize::MAX).unwrap().len() as i64, committed);
    }

    #[test]
    fn only_a_long_log_is_due() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = open(&directory.path().join("ledger.db"));
        commit(&ledger, 1);
        assert!(!ledger.wants_checkpoint());
        (2..30).for_each(|now| commit(&ledger, now));
        assert!(ledger.wants_checkpoint());
        ledger.checkpoint().unwrap();
        commit(&ledger, 30);
        assert!(!ledger.wants_checkpoint(), "it was begun anew");
    }
}
