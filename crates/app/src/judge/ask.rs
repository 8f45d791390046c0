//! Asking the model about one conversation, within what was set aside for that.
//!
//! An answer that cannot be used is asked for once more, with what is wrong with it. A model that has too much to do is waited for, not for
//! long. Everything else is a failure at once: the next look at the conversation asks again.

use std::time::Duration;

use debrief_model::{SessionNumber, TenantId};
use tokio::time::{Instant, sleep};

use super::answer::{self, Answer};
use super::budget::Reserve;
use super::kept::{Failure, Key};
use super::model::{Fault, Model, Question, Reply};
use super::prompt;
use super::sheet::Sheet;

/// Requests about one conversation, whatever they are needed for.
pub(crate) const REQUESTS_MAX: u32 = 3;
/// How long a model is waited for that says when it has time.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);
/// How long one is waited for that does not say.
const RETRY_AFTER_UNKNOWN: Duration = Duration::from_secs(2);

/// A conversation about which the model is to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) tenant: TenantId,
    pub(crate) session: SessionNumber,
    pub(crate) key: Key,
    pub(crate) sheet: Sheet,
    pub(crate) question: Question,
    pub(crate) reserve: Reserve,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) tenant: TenantId,
    pub(crate) session: SessionNumber,
    pub(crate) key: Key,
    pub(crate) reserve: Reserve,
    pub(crate) used: Used,
    pub(crate) came: Came,
    pub(crate) latency_ms: u64,
}

/// What came of asking.
#[derive(Clone, Debug)]
pub(crate) enum Came {
    Answer(Box<Answer>),
    Failed(Failure),
    /// Its hour was over before it was its turn.
    Late,
}

/// What asking took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) requests: u32,
    pub(crate) input_tokens: Option<u64>,
    pub(crate) output_tokens: Option<u64>,
    /// Requests that may have cost something, and nobody says what.
    pub(crate) unknown: u32,
}

impl Used {
    fn add(&mut self, reply: &Reply) {
        match (reply.input_tokens, reply.output_tokens) {
            (Some(input), Some(output)) => {
                *self.input_tokens.get_or_insert(0) += input;
                *self.output_tokens.get_or_insert(0) += output;
            }
            _ => self.unknown += 1,
        }
    }
}

/// Asks until there is an answer, or no way to one. `hour` tells the hour that it is.
pub(crate) async fn ask(model: &dyn Model, case: Case, hour: &(dyn Fn() -> i64 + Sync)) -> Done {
    let began = Instant::now();
    let Case { tenant, session, key, sheet, question, reserve } = case;
    let mut used = Used::default();
    let came = asked(model, &sheet, question, &reserve, hour, &mut used).await;
    let latency_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Done { tenant, session, key, reserve, used, came, latency_ms }
}

async fn asked(
    model: &dyn Model,
    sheet: &Sheet,
    mut question: Question,
    reserve: &Reserve,
    hour: &(dyn Fn() -> i64 + Sync),
    used: &mut Used,
) -> Came {
    let mut failure = Failure::Busy;
    for left in (0..reserve.requests).rev() {
        if hour() != reserve.hour {
            return Came::Late;
        }
        used.requests += 1;
        match model.ask(&question).await {
            Ok(reply) => {
                used.add(&reply);
                match answer::read(&reply.text, sheet) {
                    Ok(answer) => return Came::Answer(Box::new(answer)),
                    Err(_) if question.again.is_some() => return Came::Failed(Failure::BadAnswer),
                    Err(problem) => {
                        failure = Failure::BadAnswer;
                        question = prompt::again(&question, &reply.text, &problem);
                    }
                }
            }
            Err(Fault::NoSchema) => failure = Failure::Refused,
            Err(Fault::Busy(after)) => {
                let after = after.unwrap_or(RETRY_AFTER_UNKNOWN);
                if left == 0 || after > RETRY_AFTER_MAX {
                    return Came::Failed(Failure::Busy);
                }
                failure = Failure::Busy;
                sleep(after).await;
            }
            Err(fault) => return failed(&fault, used),
        }
    }
    Came::Failed(failure)
}

fn failed(fault: &Fault, used: &mut Used) -> Came {
    let (failure, may_have_cost) = match fault {
        Fault::Busy(_) => (Failure::Busy, false),
        Fault::NoSchema | Fault::Refused(_) => (Failure::Refused, false),
        Fault::Unreachable(_) => (Failure::Unreachable, false),
        Fault::Broken(_) => (Failure::Broken, false),
        Fault::Timeout => (Failure::Timeout, true),
        Fault::TooLarge => (Failure::TooLarge, true),
        Fault::Unreadable => (Failure::BadAnswer, true),
    };
    used.unknown += u32::from(may_have_cost);
    tracing::debug!("asking the judge failed: {fault:?}");
    Came::Failed(failure)
}

#[cfg(test)]
mod tests;
