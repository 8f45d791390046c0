//! Connections for readers: a few, handed out and taken back.

use std::ops::Deref;

use duckdb::Connection;
use parking_lot::{Condvar, Mutex};

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

    /// A connection of one's own; waits while all are out.
    pub(crate) fn get(&self) -> Result<Pooled<'_>, crate::error::Trouble> {
        let mut state = self.state.lock();
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok(Pooled { pool: self, connection: Some(connection) });
            }
            if state.made < CONNECTIONS_MAX {
                let connection = state.origin.try_clone()?;
                state.made += 1;
                return Ok(Pooled { pool: self, connection: Some(connection) });
            }
            self.returned.wait(&mut state);
        }
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
        if let Some(connection) = self.connection.take() {
            self.pool.state.lock().idle.push(connection);
            self.pool.returned.notify_one();
        }
    }
}
