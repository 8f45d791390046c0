//! A door that a test shuts to hold a thread exactly where it wants it.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// Long enough that whoever needs it has failed.
pub(crate) const LONG: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    shut: bool,
    waiting: usize,
}

impl Gate {
    pub(crate) fn shut(&self) {
        self.state.lock().shut = true;
    }

    pub(crate) fn open(&self) {
        self.state.lock().shut = false;
        self.changed.notify_all();
    }

    /// Goes through, or waits until the gate is open.
    pub(crate) fn pass(&self) {
        let mut state = self.state.lock();
        state.waiting += 1;
        self.changed.notify_all();
        while state.shut {
            self.changed.wait(&mut state);
        }
        state.waiting -= 1;
    }

    /// Waits until somebody stands at the shut gate.
    pub(crate) fn arrival(&self) {
        let mut state = self.state.lock();
        while !(state.shut && state.waiting > 0) {
            assert!(!self.changed.wait_for(&mut state, LONG).timed_out(), "nobody came to the gate");
        }
    }
}
