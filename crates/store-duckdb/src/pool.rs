//! Connections for readers: a few, handed out and taken back.
//!
//! A reader's statements run in one transaction. They must: the engine plans a statement by what it knows of the tables then,
//! and may leave out a condition that holds for every row it knows of; run in a later transaction, that plan would let newer rows in.

use std::ops::Deref;

use duckdb::Connection;
use parking_lot::{Condvar, Mutex};

use crate::error::Trouble;

/// More would not read faster, and each keeps memory of its own.
const CONNECTIONS_MAX: usize = 6;

/// A bounded set of connections to one engine.
pub(crate) struct Pool {
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    /// The connection that others are cloned from; never handed out.
    origin: Connection,
    idle: Vec<Connection>,
    made: usize,
}

impl Pool {
    pub(crate) fn new(origin: Connection) -> Self {
        Self { state: Mutex::new(State { origin, idle: Vec::new(), made: 0 }), returned: Condvar::new() }
    }

    /// A connection of one's own, in a transaction; waits while all are out.
    pub(crate) fn get(&self) -> Result<Pooled<'_>, Trouble> {
        let connection = self.take()?;
        let pooled = Pooled { pool: self, connection: Some(connection) };
        pooled.execute_batch("BEGIN")?;
        Ok(pooled)
    }

    fn take(&self) -> Result<Connection, Trouble> {
        let mut state = self.state.lock();
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok(connection);
            }
            if state.made < CONNECTIONS_MAX {
                let connection = state.origin.try_clone()?;
                state.made += 1;
                return Ok(connection);
            }
            self.returned.wait(&mut state);
        }
    }

    fn give_back(&self, connection: Option<Connection>) {
        let mut state = self.state.lock();
        match connection {
            Some(connection) => state.idle.push(connection),
            None => state.made -= 1,
        }
        self.returned.notify_one();
    }
}

/// A connection that goes back to its pool when dropped.
pub(crate) struct Pooled<'p> {
    pool: &'p Pool,
    connection: Option<Connection>,
}

impl Deref for Pooled<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("taken only on drop")
    }
}

impl Drop for Pooled<'_> {
    fn drop(&mut self) {
        // A connection that cannot even end its transaction is not worth keeping.
        let usable = self.connection.take().filter(|connection| connection.execute_batch("ROLLBACK").is_ok());
        self.pool.give_back(usable);
    }
}
