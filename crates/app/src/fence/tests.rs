//! What a read waits for, and for how long.

use super::*;

fn fence(committed: u64, applied: u64, patience: Duration) -> Fence {
    Fence::new(Position(committed), Position(applied), patience)
}

/// Long enough that a test which needs it has failed.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_read_of_an_applied_store_passes_at_once_even_without_patience() {
    fence(3, 3, Duration::ZERO).pass().await.unwrap();
    fence(0, 0, Duration::ZERO).pass().await.unwrap();
}

#[tokio::test]
async fn a_read_without_patience_is_refused_while_the_warehouse_is_behind() {
    let error = fence(3, 2, Duration::ZERO).pass().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.public.contains("fence_seconds_max"), "the sentence names the setting: {error}");
}

#[tokio::test]
async fn a_read_waits_for_what_was_committed_when_it_started_and_for_nothing_later() {
    let fence = fence(5, 3, LONG);
    let reading = fence.pass();
    let feeding = async {
        // The read has fixed its target by now: both run on one thread and it was polled first.
        fence.advance_committed(Position(9));
        fence.advance_applied(Position(4));
        tokio::task::yield_now().await;
        fence.advance_applied(Position(5));
    };
    let (read, ()) = tokio::join!(reading, feeding);
    read.unwrap();
    assert_eq!((fence.committed(), fence.applied()), (Position(9), Position(5)));
}

#[test]
fn threads_wait_too() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let fence = fence(2, 1, LONG);
    assert_eq!(fence.patience(), LONG);
    assert!(!fence.wait_blocking(Position(2), Duration::ZERO, runtime.handle()));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| fence.wait_blocking(Position(2), LONG, runtime.handle()));
        fence.advance_applied(Position(2));
        assert!(waiting.join().unwrap());
    });
}
