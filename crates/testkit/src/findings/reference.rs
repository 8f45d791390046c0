//! What analysis found, in memory: as plain as can be.

use std::collections::BTreeMap;

use debrief_model::{AgentNumber, Position, SessionNumber, TenantId, TimeRange, Timestamp};
use debrief_store::{Again, Drawer, Findings, FindingsFigures, Found, Looked, Outlined, Result, Waiting};
use parking_lot::Mutex;

/// The reference.
#[derive(Default)]
pub struct ReferenceFindings(Mutex<State>);

#[derive(Default)]
struct State {
    noted: Position,
    waiting: BTreeMap<SessionNumber, Waiting>,
    found: BTreeMap<(TenantId, SessionNumber), Found>,
    pieces: BTreeMap<(TenantId, Drawer, u64), Vec<u8>>,
    again: Option<Again>,
}

impl State {
    fn wait(&mut self, waiting: &[Waiting]) {
        for new in waiting {
            let before = self.waiting.get(&new.session).map_or(Position(0), |before| before.position);
            self.waiting.insert(new.session, Waiting { position: new.position.max(before), ..*new });
        }
    }

    fn done(&mut self, session: SessionNumber, position: Position) {
        if self.waiting.get(&session).is_some_and(|waiting| waiting.position <= position) {
            self.waiting.remove(&session);
        }
    }
}

impl Findings for ReferenceFindings {
    fn noted(&self) -> Result<Position> {
        Ok(self.0.lock().noted)
    }

    fn note(&self, upto: Position, waiting: &[Waiting]) -> Result<()> {
        let mut state = self.0.lock();
        state.wait(waiting);
        state.noted = upto;
        Ok(())
    }

    fn due(&self, now: Timestamp, at_most: usize) -> Result<Vec<Waiting>> {
        let mut due: Vec<Waiting> = self.0.lock().waiting.values().filter(|waiting| waiting.due_at <= now).copied().collect();
        due.sort_by_key(|waiting| (waiting.due_at, waiting.session));
        due.truncate(at_most);
        Ok(due)
    }

    fn put(&self, looked: &Looked) -> Result<()> {
        let mut state = self.0.lock();
        for found in &looked.found {
            state.found.insert((found.tenant, found.outlined.session), found.clone());
            state.done(found.outlined.session, looked.position);
        }
        for (tenant, session) in &looked.nothing {
            state.found.remove(&(*tenant, *session));
            state.done(*session, looked.position);
        }
        for (_, session, due_at) in &looked.later {
            if let Some(waiting) = state.waiting.get_mut(session).filter(|waiting| waiting.position <= looked.position) {
                waiting.due_at = *due_at;
            }
        }
        for piece in &looked.pieces {
            let place = (piece.tenant, piece.drawer, piece.id);
            match &piece.value {
                Some(value) => state.pieces.insert(place, value.clone()),
                None => state.pieces.remove(&place),
            };
        }
        Ok(())
    }

    fn begin_again(&self, rules: &str, upto: SessionNumber) -> Result<()> {
        self.0.lock().again = Some(Again { rules: rules.to_owned(), done: SessionNumber(0), upto });
        Ok(())
    }

    fn again(&self) -> Result<Option<Again>> {
        Ok(self.0.lock().again.clone())
    }

    fn go_on_again(&self, done: SessionNumber, waiting: &[Waiting]) -> Result<()> {
        let mut state = self.0.lock();
        state.wait(waiting);
        if let Some(again) = &mut state.again {
            again.done = done;
        }
        Ok(())
    }

    fn outlines(&self, tenant: TenantId, agent: Option<AgentNumber>, began: TimeRange, see: &mut dyn FnMut(&Outlined)) -> Result<()> {
        let state = self.0.lock();
        let of_tenant = state.found.values().filter(|found| found.tenant == tenant).map(|found| &found.outlined);
        let mut found: Vec<_> =
            of_tenant.filter(|found| agent.is_none_or(|agent| agent == found.agent) && began.contains(found.started_at)).collect();
        found.sort_by_key(|found| (found.agent, found.session));
        found.into_iter().for_each(see);
        Ok(())
    }

    fn found(&self, tenant: TenantId, session: SessionNumber) -> Result<Option<Found>> {
        Ok(self.0.lock().found.get(&(tenant, session)).cloned())
    }

    fn pieces(&self, tenant: TenantId, drawer: Drawer) -> Result<Vec<(u64, Vec<u8>)>> {
        let state = self.0.lock();
        let within = (tenant, drawer, 0)..=(tenant, drawer, u64::MAX);
        Ok(state.pieces.range(within).map(|((_, _, id), value)| (*id, value.clone())).collect())
    }

    fn piece(&self, tenant: TenantId, drawer: Drawer, id: u64) -> Result<Option<Vec<u8>>> {
        Ok(self.0.lock().pieces.get(&(tenant, drawer, id)).cloned())
    }

    fn figures(&self, now: Timestamp) -> Result<FindingsFigures> {
        let state = self.0.lock();
        let due = || state.waiting.values().filter(|waiting| waiting.due_at <= now);
        let count = due().count() as u64;
        Ok(FindingsFigures {
            found: state.found.len() as u64,
            waiting: state.waiting.len() as u64 - count,
            due: count,
            due_since: due().map(|waiting| waiting.due_at).min(),
        })
    }
}
