//! The thread that asks: it takes conversations from the queue, has a few of them asked about at a time, and hands back what comes.
//!
//! It has a runtime of its own, so that slow answers and their encryption hold up nobody's request. It writes nothing.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Judge;
use super::ask::{self, Came, Case, Done, Used};
use super::budget::hour_of;
use super::kept::Failure;
use debrief_model::Error;

/// Works until the judge is closed.
///
/// # Errors
/// When the runtime cannot be made.
pub(crate) fn run(judge: &Arc<Judge>) -> crate::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
    let Some(queue) = judge.queue.lock().take() else { return Ok(()) };
    runtime.block_on(work(judge, queue));
    Ok(())
}

async fn work(judge: &Arc<Judge>, mut queue: mpsc::Receiver<Case>) {
    let mut stop = judge.stop.subscribe();
    let mut asking = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            // The sender lives as long as the judge, so this ends by the value.
            _ = stop.wait_for(|stopped| *stopped) => break,
            Some(_) = asking.join_next(), if !asking.is_empty() => {}
            case = queue.recv(), if asking.len() < judge.judging.concurrency.max(1) => match case {
                Some(case) => drop(asking.spawn(one(judge.clone(), case))),
                None => break,
            },
        }
    }
    // What is under way is given up: it is asked again after the next start.
    asking.shutdown().await;
}

/// Asks about one conversation. A panic is a failure like others.
async fn one(judge: Arc<Judge>, case: Case) {
    let Case { tenant, session, key, reserve, .. } = case;
    let (model, clock) = (judge.judging.model.clone(), judge.clock.clone());
    let mut task = JoinSet::new();
    task.spawn(async move { ask::ask(model.as_ref(), case, &move || hour_of(clock.now())).await });
    let done = match task.join_next().await {
        Some(Ok(done)) => done,
        _ => {
            tracing::error!("asking the judge panicked");
            let used = Used { requests: reserve.requests, unknown: reserve.requests, ..Used::default() };
            Done { tenant, session, key, reserve, used, came: Came::Failed(Failure::Internal), latency_ms: 0 }
        }
    };
    judge.returned.lock().push(done);
}
