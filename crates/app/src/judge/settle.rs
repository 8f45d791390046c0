//! What came back from the judge, taken into what is kept: verdicts, failures, and what asking really took.
//!
//! On the analyst's thread, as everything that is written.

use debrief_model::{TenantId, Timestamp};
use debrief_store::{Findings, Looked};

use super::account::DRAWER;
use super::answer::Answer;
use super::ask::{Came, Done};
use super::desk::{Desk, Judge, count, wait};
use super::kept::{self, Kept, Opinion};
use super::prompt::PROMPT_VERSION;

impl Judge {
    /// Takes what came back into what is kept. Sessions with an answer are looked at again.
    pub(crate) fn settle(&self, findings: &dyn Findings, now: Timestamp) -> crate::Result<()> {
        let done = std::mem::take(&mut *self.returned.lock());
        if done.is_empty() {
            return Ok(());
        }
        let settled = self.settle_all(findings, &done, now);
        if settled.is_err() {
            // All of it is done again, from what is kept.
            let mut desk = self.desk.lock();
            desk.pieces.clear();
            desk.loaded = false;
            for done in &done {
                desk.asked.entry(done.session).or_insert(done.key);
            }
            self.returned.lock().extend(done);
        }
        settled
    }

    fn settle_all(&self, findings: &dyn Findings, done: &[Done], now: Timestamp) -> crate::Result<()> {
        let mut again = Vec::new();
        for done in done {
            let before = findings.piece(done.tenant, DRAWER, done.session.0)?.and_then(|piece| kept::decode::<Kept>(&piece));
            let mut desk = self.desk.lock();
            let cost = self.spend(&mut desk, done, now);
            let after = self.entered(&mut desk, done, cost, now);
            // Where the conversation went on meanwhile, this is about what it was.
            if desk.asked.get(&done.session) == Some(&done.key) {
                desk.asked.remove(&done.session);
                desk.keep(done.tenant, done.session, before.as_ref(), after.as_ref());
                if !matches!(after, Some(Kept::Failed(..))) {
                    again.push(wait(done.tenant, done.session, now));
                }
            }
        }
        // First that they wait: if what follows does not happen, they are asked about once more rather than never.
        findings.note(findings.noted()?, &again)?;
        let pieces = self.take_pieces();
        findings.put(&Looked { pieces, ..Looked::default() })
    }

    /// Counts what asking really took, in the place of what was set aside. Answers what it cost, as far as that is known.
    fn spend(&self, desk: &mut Desk, done: &Done, now: Timestamp) -> Option<i64> {
        let Done { tenant, reserve, used, .. } = done;
        let tokens = used.input_tokens.zip(used.output_tokens);
        let cost = tokens.and_then(|(input, output)| self.prices.of_call(self.judging.model.name(), now, input, output));
        let spent = cost.unwrap_or(0).saturating_add(reserve.each_nano_usd().saturating_mul(used.unknown.into()));
        desk.spent.settle(reserve, used.requests, spent);
        let books = &mut desk.accounts.entry(*tenant).or_default().books;
        books.spent.settle(reserve, used.requests, spent);
        books.requests += u64::from(used.requests);
        books.input_tokens += used.input_tokens.unwrap_or(0);
        books.output_tokens += used.output_tokens.unwrap_or(0);
        count("debrief_judge_requests_total", used.requests.into());
        count("debrief_judge_input_tokens_total", used.input_tokens.unwrap_or(0));
        count("debrief_judge_output_tokens_total", used.output_tokens.unwrap_or(0));
        count("debrief_judge_nano_usd_total", u64::try_from(spent).unwrap_or(0));
        desk.changed(*tenant);
        cost
    }

    /// Counts what came of it. Answers what is to be kept.
    fn entered(&self, desk: &mut Desk, done: &Done, cost: Option<i64>, now: Timestamp) -> Option<Kept> {
        match &done.came {
            Came::Late => None,
            Came::Failed(failure) => {
                books(desk, done.tenant).fail(*failure);
                metrics::counter!("debrief_judge_failures_total", "kind" => failure.word()).increment(1);
                Some(Kept::Failed(done.key, *failure))
            }
            Came::Answer(answer) => {
                let books = books(desk, done.tenant);
                books.verdicts += 1;
                books.dropped += u64::from(answer.dropped);
                count("debrief_judge_verdicts_total", 1);
                Some(Kept::Judged(Box::new(self.opinion(done, answer, cost, now))))
            }
        }
    }

    fn opinion(&self, done: &Done, answer: &Answer, nano_usd: Option<i64>, now: Timestamp) -> Opinion {
        Opinion {
            key: done.key,
            model: self.judging.model.name().to_owned(),
            prompt_version: PROMPT_VERSION,
            judged_at_us: now.0,
            latency_ms: done.latency_ms,
            input_tokens: done.used.input_tokens,
            output_tokens: done.used.output_tokens,
            nano_usd,
            answer: answer.clone(),
            told: None,
            seen: false,
        }
    }
}

fn books(desk: &mut Desk, tenant: TenantId) -> &mut super::Books {
    &mut desk.accounts.entry(tenant).or_default().books
}
