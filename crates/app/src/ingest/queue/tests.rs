//! Room, refusal and closing.

use debrief_model::TenantId;
use tokio::sync::oneshot;

use super::*;
use crate::Write;

type Reply = oneshot::Receiver<crate::Result<crate::Written>>;

fn pending(queue: &Queue, bytes: usize) -> (Pending, Reply) {
    let (reply, answer) = oneshot::channel();
    let write = Write::Events { tenant: TenantId(bytes as u32), drafts: Vec::new() };
    (Pending { origin: Arc::new(debrief_store::Origin::system()), write, permit: queue.admit(bytes).unwrap(), reply }, answer)
}

fn sizes(taken: Option<Vec<Pending>>) -> Option<Vec<usize>> {
    taken.map(|taken| taken.iter().map(|pending| pending.permit.bytes).collect())
}

#[test]
fn it_is_bounded_by_bytes_to_the_byte() {
    let queue = Queue::new(100);
    let first = queue.admit(60).unwrap();
    let error = queue.admit(41).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Overloaded);
    assert!(error.public.contains("queue_bytes_max"));
    let second = queue.admit(40).unwrap();
    assert!(queue.admit(1).is_err());
    assert_eq!(queue.figures(), QueueFigures { bytes: 100, bytes_max: 100, refused: 2 });
    drop(first);
    assert_eq!(queue.figures().bytes, 40);
    drop(second);
    let _all = queue.admit(100).unwrap();
    assert!(queue.admit(usize::MAX).is_err(), "the sum does not overflow");
}

#[test]
fn a_permit_grows_as_far_as_there_is_room_and_gives_all_of_it_back() {
    let queue = Queue::new(100);
    let mut permit = queue.admit(0).unwrap();
    permit.grow(90).unwrap();
    assert_eq!(permit.grow(11).unwrap_err().kind, ErrorKind::Overloaded);
    permit.grow(10).unwrap();
    assert_eq!(queue.figures().bytes, 100);
    drop(permit);
    assert_eq!(queue.figures(), QueueFigures { bytes: 0, bytes_max: 100, refused: 1 });
}

#[test]
fn bytes_are_held_until_the_write_is_done_with() {
    let queue = Queue::new(10);
    let (write, _reply) = pending(&queue, 10);
    queue.push(write).unwrap();
    let taken = queue.take_all().unwrap();
    assert!(queue.admit(1).is_err(), "being committed is not being done");
    drop(taken);
    assert!(queue.admit(1).is_ok());
}

#[test]
fn everything_is_taken_in_order_and_closing_loses_nothing() {
    let queue = Queue::new(100);
    let _replies: Vec<Reply> = (1..=3)
        .map(|bytes| {
            let (write, reply) = pending(&queue, bytes);
            queue.push(write).unwrap();
            reply
        })
        .collect();
    let (late, _) = pending(&queue, 4);
    queue.close();
    assert_eq!(queue.push(late).unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(sizes(queue.take_all()), Some(vec![1, 2, 3]));
    assert_eq!(sizes(queue.take_all()), None);
    assert!(!queue.is_abandoned());
}

#[test]
fn the_committer_waits_for_a_write_and_for_the_end() {
    let queue = Queue::new(100);
    std::thread::scope(|scope| {
        let taking = scope.spawn(|| (sizes(queue.take_all()), sizes(queue.take_all())));
        let (write, _reply) = pending(&queue, 5);
        queue.push(write).unwrap();
        queue.close();
        assert_eq!(taking.join().unwrap(), (Some(vec![5]), None));
    });
}

#[test]
fn abandoning_tells_everyone_who_waits() {
    let queue = Queue::new(100);
    let (write, mut reply) = pending(&queue, 5);
    queue.push(write).unwrap();
    queue.abandon();
    assert!(matches!(reply.try_recv(), Err(oneshot::error::TryRecvError::Closed)));
    assert_eq!(queue.figures().bytes, 0);
    let (late, _) = pending(&queue, 1);
    assert!(queue.push(late).is_err() && queue.is_abandoned());
    assert_eq!(sizes(queue.take_all()), None);
}
