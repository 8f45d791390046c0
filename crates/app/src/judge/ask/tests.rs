//! How a model is asked that answers by a script. Time is tokio's and passes at once.

use parking_lot::Mutex;

use super::*;
use crate::judge::budget::{Bounds, Spent, hour_of};
use crate::judge::model::Answering;
use crate::judge::sheet::testing::sheet;
use debrief_model::Timestamp;

const GOOD: &str = r#"{"outcome": "resolved", "evidence": {"turn": 1, "quote": "Certainly."}, "sentiment": 0}"#;

/// Answers these, last first.
#[derive(Debug)]
struct Script {
    answers: Mutex<Vec<Result<Reply, Fault>>>,
    asked: Mutex<Vec<Question>>,
}

impl Model for Script {
    fn name(&self) -> &str {
        "script"
    }

    fn ask<'a>(&'a self, question: &'a Question) -> Answering<'a> {
        self.asked.lock().push(question.clone());
        let answer = self.answers.lock().pop().expect("not asked more often than that");
        Box::pin(async move { answer })
    }
}

fn says(text: &str) -> Result<Reply, Fault> {
    Ok(Reply { text: text.to_owned(), input_tokens: Some(100), output_tokens: Some(10) })
}

fn busy(seconds: u64) -> Result<Reply, Fault> {
    Err(Fault::Busy(Some(Duration::from_secs(seconds))))
}

struct Asked {
    came: Came,
    used: Used,
    seconds: u64,
    questions: Vec<Question>,
}

async fn asked(answers: Vec<Result<Reply, Fault>>, requests: u32, hours: i64) -> Asked {
    let script = Script { answers: Mutex::new(answers.into_iter().rev().collect()), asked: Mutex::default() };
    let sheet = sheet(&[("user", "Will you help?")]);
    let bounds = Bounds { requests_per_hour_max: requests, nano_usd_per_day_max: None };
    let reserve = Spent::default().reserve(&bounds, REQUESTS_MAX, 0, Timestamp(0)).expect("there is something left");
    let question = prompt::question(&sheet);
    let case = Case { tenant: TenantId(1), session: SessionNumber(1), key: [0; 32], sheet, question, reserve };
    let hour = move || hour_of(Timestamp(0)) + hours;
    let done = ask(&script, case, &hour).await;
    assert!(script.answers.lock().is_empty(), "asked as often as that");
    Asked { came: done.came, used: done.used, seconds: done.latency_ms / 1_000, questions: script.asked.into_inner() }
}

#[track_caller]
fn check(asked: &Asked, failure: Option<Failure>, requests: u32, seconds: u64) {
    match (&asked.came, failure) {
        (Came::Answer(_), None) => {}
        (Came::Failed(found), Some(expected)) => assert_eq!(*found, expected),
        (found, expected) => panic!("{found:?} instead of {expected:?}"),
    }
    assert_eq!((asked.used.requests, asked.seconds), (requests, seconds));
}

#[tokio::test(start_paused = true)]
async fn a_bad_answer_is_asked_for_once_more() {
    let found = asked(vec![says("{\"outcome\""), says(GOOD)], 9, 0).await;
    check(&found, None, 2, 0);
    let (answer, problem) = found.questions[1].again.as_ref().unwrap();
    assert!(answer == "{\"outcome\"" && problem.contains("EOF"), "{problem}");
    assert_eq!((found.used.input_tokens, found.used.output_tokens), (Some(200), Some(20)));
    check(&asked(vec![says("{}"), says("[]")], 9, 0).await, Some(Failure::BadAnswer), 2, 0);
}

#[tokio::test(start_paused = true)]
async fn a_busy_model_is_waited_for_and_not_for_long() {
    check(&asked(vec![busy(7), says(GOOD)], 9, 0).await, None, 2, 7);
    check(&asked(vec![Err(Fault::Busy(None)), busy(1), says(GOOD)], 9, 0).await, None, 3, 3);
    check(&asked(vec![busy(61)], 9, 0).await, Some(Failure::Busy), 1, 0);
    check(&asked(vec![busy(5), busy(5), busy(5)], 9, 0).await, Some(Failure::Busy), 3, 10);
}

#[tokio::test(start_paused = true)]
async fn other_failures_are_final() {
    for (fault, expected, unknown) in [
        (Fault::Timeout, Failure::Timeout, 1),
        (Fault::TooLarge, Failure::TooLarge, 1),
        (Fault::Unreadable, Failure::BadAnswer, 1),
        (Fault::Broken(500), Failure::Broken, 0),
        (Fault::Refused(401), Failure::Refused, 0),
        (Fault::Unreachable(String::new()), Failure::Unreachable, 0),
    ] {
        let found = asked(vec![Err(fault)], 9, 0).await;
        check(&found, Some(expected), 1, 0);
        assert_eq!(found.used.unknown, unknown);
    }
}

#[tokio::test(start_paused = true)]
async fn every_request_counts_and_none_is_made_beyond_what_was_set_aside() {
    check(&asked(vec![Err(Fault::NoSchema), says("?"), says(GOOD)], 9, 0).await, None, 3, 0);
    check(&asked(vec![Err(Fault::NoSchema), says("?")], 2, 0).await, Some(Failure::BadAnswer), 2, 0);
    check(&asked(vec![busy(5)], 1, 0).await, Some(Failure::Busy), 1, 0);
    let late = asked(vec![], 9, 1).await;
    assert!(matches!(late.came, Came::Late) && late.used == Used::default(), "its hour is over");
}
