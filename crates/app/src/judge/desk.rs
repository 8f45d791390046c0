//! What the analyst does for the judge: decides which conversations are put before it, and sets aside what that may cost. What comes back
//! is [settled](super::settle) elsewhere.
//!
//! Only the analyst's thread changes anything here; others look at [accounts](Judge::account). Nothing is asked before it is written down
//! that it will be.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use debrief_insight::transcript::Transcript;
use debrief_model::{Conversation, Position, Resolution, Session, SessionNumber, TenantId, Timestamp};
use debrief_store::{Findings, Ledger, Piece, Waiting};
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use super::Judging;
use super::account::{Account, DRAWER, SPENT};
use super::ask::{Case, Done, REQUESTS_MAX};
use super::budget::Spent;
use super::kept::{self, Kept, Key, Opinion};
use super::prompt;
use super::sheet::Sheet;
use crate::clock::Clock;
use crate::prices::Prices;

/// Conversations that wait for the judge. With the usual length of a conversation that is a few megabytes.
const QUEUE_MAX: usize = 256;

/// The judge, as everything but the model itself knows it.
pub(crate) struct Judge {
    pub(super) judging: Judging,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) queue: Mutex<Option<mpsc::Receiver<Case>>>,
    pub(super) returned: Mutex<Vec<Done>>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) prices: Arc<Prices>,
    put: mpsc::Sender<Case>,
    pub(super) desk: Mutex<Desk>,
}

#[derive(Default)]
pub(super) struct Desk {
    /// Whether what is kept was read.
    pub(super) loaded: bool,
    pub(super) accounts: BTreeMap<TenantId, Account>,
    /// By all tenants.
    pub(super) spent: Spent,
    /// What is being asked, or waits for that.
    pub(super) asked: HashMap<SessionNumber, Key>,
    /// What is to be asked once it is written down.
    cases: Vec<Case>,
    /// What is to be written down.
    pub(super) pieces: Vec<Piece>,
}

impl Judge {
    pub(crate) fn new(judging: Judging, prices: Arc<Prices>, clock: Arc<dyn Clock>) -> Self {
        let (put, queue) = mpsc::channel(QUEUE_MAX);
        Self {
            judging,
            clock,
            queue: Mutex::new(Some(queue)),
            returned: Mutex::default(),
            stop: watch::Sender::new(false),
            prices,
            put,
            desk: Mutex::default(),
        }
    }

    /// How it is set up.
    pub(crate) fn judging(&self) -> &Judging {
        &self.judging
    }

    /// Ends asking.
    pub(crate) fn close(&self) {
        self.stop.send_replace(true);
    }

    /// A tenant's account, and what all have spent; `None` before what is kept was read.
    pub(super) fn account(&self, tenant: TenantId) -> Option<(Account, Spent)> {
        let desk = self.desk.lock();
        desk.loaded.then(|| (desk.accounts.get(&tenant).cloned().unwrap_or_default(), desk.spent))
    }

    /// Conversations of all tenants that are being asked about, or wait for that.
    pub(super) fn waiting(&self) -> usize {
        self.desk.lock().asked.len()
    }

    /// Whether what is judged counts in the figures of a tenant's agents.
    pub(crate) fn counts(&self, tenant: TenantId) -> bool {
        self.desk.lock().accounts.get(&tenant).is_some_and(|account| account.agreement.is_enough())
    }

    /// What one request costs at most, billionths of a US dollar; 0 where the model has no price.
    fn each_nano_usd(&self, case: &super::model::Question, now: Timestamp) -> i64 {
        let output = u64::from(case.answer_tokens_max);
        self.prices.of_call(self.judging.model.name(), now, prompt::tokens_max(case), output).unwrap_or(0)
    }

    /// Reads what is kept, once. Conversations that were being asked about when the server last ended are looked at again.
    pub(crate) fn load(&self, ledger: &dyn Ledger, findings: &dyn Findings, now: Timestamp) -> crate::Result<()> {
        if self.desk.lock().loaded {
            return Ok(());
        }
        let (mut accounts, mut spent, mut again) = (BTreeMap::new(), Spent::default(), Vec::new());
        for tenant in ledger.tenants()? {
            let (account, asked) = Account::read(&findings.pieces(tenant.id, DRAWER)?);
            spent.add(&account.books.spent);
            accounts.insert(tenant.id, account);
            let desk = self.desk.lock();
            let lost = asked.into_iter().map(SessionNumber).filter(|session| !desk.asked.contains_key(session));
            again.extend(lost.map(|session| wait(tenant.id, session, now)));
        }
        findings.note(findings.noted()?, &again)?;
        let mut desk = self.desk.lock();
        (desk.loaded, desk.accounts, desk.spent) = (true, accounts, spent);
        Ok(())
    }

    /// The verdict on a conversation that is over, if there is one on the conversation as it is. If there is none, and it is chosen, and it
    /// can be paid for, the model will be asked once this look is written down.
    pub(crate) fn consider(
        &self,
        findings: &dyn Findings,
        session: &Session,
        transcript: &Transcript<'_>,
        now: Timestamp,
    ) -> crate::Result<Option<Opinion>> {
        let before = findings.piece(session.tenant, DRAWER, session.number.0)?.and_then(|piece| kept::decode::<Kept>(&piece));
        let is_chosen = self.judging.is_chosen(session.id.0.as_bytes());
        if before.is_none() && !is_chosen {
            self.desk.lock().skip(session.tenant, "sample", |account| &mut account.books.skipped_sample);
            return Ok(None);
        }
        // Whoever asks for figures does not wait for this.
        let Some(sheet) = Sheet::of(transcript, self.judging.chars_max, self.judging.redacts) else { return Ok(None) };
        let key = prompt::key(self.judging.model.name(), &sheet);
        let mut desk = self.desk.lock();
        if let Some(Kept::Judged(verdict)) = &before
            && verdict.key == key
        {
            return Ok(Some(desk.look_up(session, verdict)));
        }
        if is_chosen && desk.asked.get(&session.number) != Some(&key) {
            self.put_before(&mut desk, session, before.as_ref(), (key, sheet), now);
        }
        Ok(None)
    }

    fn put_before(&self, desk: &mut Desk, session: &Session, before: Option<&Kept>, (key, sheet): (Key, Sheet), now: Timestamp) {
        let tenant = session.tenant;
        if self.put.capacity() <= desk.cases.len() {
            return desk.skip(tenant, "queue", |account| &mut account.books.skipped_queue);
        }
        let question = prompt::question(&sheet);
        let Some(reserve) = desk.spent.reserve(&self.judging.bounds, REQUESTS_MAX, self.each_nano_usd(&question, now), now) else {
            return desk.skip(tenant, "budget", |account| &mut account.books.skipped_budget);
        };
        desk.spent.take(&reserve);
        desk.accounts.entry(tenant).or_default().books.spent.take(&reserve);
        desk.keep(tenant, session.number, before, Some(&Kept::Asked(key)));
        desk.asked.insert(session.number, key);
        desk.cases.push(Case { tenant, session: session.number, key, sheet, question, reserve });
    }

    /// A session is no more, or nothing is left in it.
    pub(crate) fn forget_session(&self, findings: &dyn Findings, tenant: TenantId, session: SessionNumber) -> crate::Result<()> {
        if let Some(before) = findings.piece(tenant, DRAWER, session.0)? {
            let mut desk = self.desk.lock();
            desk.asked.remove(&session);
            desk.keep(tenant, session, kept::decode(&before).as_ref(), None);
        }
        Ok(())
    }

    /// What has to be written down with this look.
    pub(crate) fn take_pieces(&self) -> Vec<Piece> {
        self.desk.lock().take_pieces()
    }

    /// It is written down: now it may be asked.
    pub(crate) fn release(&self) {
        let mut desk = self.desk.lock();
        for case in std::mem::take(&mut desk.cases) {
            let session = case.session;
            if self.put.try_send(case).is_err() {
                // The judge has ended. It is asked after the next start.
                desk.asked.remove(&session);
            }
        }
    }

    /// It could not be written down: nothing is asked, and what is kept is read again.
    pub(crate) fn take_back(&self) {
        let mut desk = self.desk.lock();
        for case in std::mem::take(&mut desk.cases) {
            desk.asked.remove(&case.session);
        }
        desk.pieces.clear();
        desk.loaded = false;
    }
}

impl Desk {
    fn skip(&mut self, tenant: TenantId, why: &'static str, of: fn(&mut Account) -> &mut u64) {
        *of(self.accounts.entry(tenant).or_default()) += 1;
        metrics::counter!("debrief_judge_skipped_total", "why" => why).increment(1);
        self.changed(tenant);
    }

    /// A verdict is there. What is told of the conversation may have changed since.
    fn look_up(&mut self, session: &Session, verdict: &Opinion) -> Opinion {
        let told = Conversation::of(session).resolution.map(|told| told == Resolution::Resolved);
        let now = Opinion { told, seen: true, ..verdict.clone() };
        if verdict.seen {
            self.accounts.entry(session.tenant).or_default().books.cache_hits += 1;
            count("debrief_judge_cache_hits_total", 1);
            self.changed(session.tenant);
        }
        if now != *verdict {
            let (before, after) = (Kept::Judged(Box::new(verdict.clone())), Kept::Judged(Box::new(now.clone())));
            self.keep(session.tenant, session.number, Some(&before), Some(&after));
        }
        now
    }

    pub(super) fn keep(&mut self, tenant: TenantId, session: SessionNumber, before: Option<&Kept>, after: Option<&Kept>) {
        self.accounts.entry(tenant).or_default().replace(before, after);
        self.pieces.push(Piece { tenant, drawer: DRAWER, id: session.0, value: after.map(kept::encode) });
        self.changed(tenant);
    }

    /// The tenant's books are to be written down. Which of several pieces is the last word does not matter before they are taken.
    pub(super) fn changed(&mut self, tenant: TenantId) {
        if !self.pieces.iter().any(|piece| piece.tenant == tenant && piece.id == SPENT) {
            self.pieces.push(Piece { tenant, drawer: DRAWER, id: SPENT, value: None });
        }
    }

    fn take_pieces(&mut self) -> Vec<Piece> {
        let mut pieces = std::mem::take(&mut self.pieces);
        for piece in pieces.iter_mut().filter(|piece| piece.id == SPENT) {
            piece.value = self.accounts.get(&piece.tenant).map(|account| kept::encode(&account.books));
        }
        pieces
    }
}

pub(super) fn count(name: &'static str, by: u64) {
    metrics::counter!(name).increment(by);
}

/// A session is to be looked at now, without anything new in it.
pub(super) fn wait(tenant: TenantId, session: SessionNumber, now: Timestamp) -> Waiting {
    Waiting { tenant, session, due_at: now, position: Position(0) }
}
