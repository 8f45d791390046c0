//! A few read-only connections, opened when first needed.

use std::path::PathBuf;

use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;

use crate::open;

const CONNECTIONS_MAX: usize = 4;

/// Lends read-only connections; whoever comes while all are lent waits.
pub(crate) struct Pool {
    path: PathBuf,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    lent: usize,
}

impl Pool {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default(), returned: Condvar::new() }
    }

    /// Runs `read` on one consistent state of the database.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
        let mut loan = self.borrow()?;
        let tx = loan.connection()?.transaction()?;
        let answer = read(&tx);
        tx.finish()?;
        answer
    }

    fn borrow(&self) -> rusqlite::Result<Loan<'_>> {
        let mut state = self.state.lock();
        while state.idle.is_empty() && state.lent >= CONNECTIONS_MAX {
            self.returned.wait(&mut state);
        }
        state.lent += 1;
        let connection = state.idle.pop();
        Ok(Loan { pool: self, connection })
    }
}

/// A lent connection; goes back when dropped, also when the reader panicked.
struct Loan<'a> {
    pool: &'a Pool,
    connection: Option<Connection>,
}

impl Loan<'_> {
    fn connection(&mut self) -> rusqlite::Result<&mut Connection> {
        match self.connection {
            Some(ref mut ready) => Ok(ready),
            None => Ok(self.connection.insert(open::reader(&self.pool.path)?)),
        }
    }
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock();
        state.lent -= 1;
        state.idle.extend(self.connection.take());
        self.pool.returned.notify_one();
    }
}
