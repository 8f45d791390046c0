//! Order, room, gaps and closing.

use std::sync::mpsc;
use std::time::Duration;

use debrief_testkit::warehouse::builders::{event, record};

use super::*;

/// Long enough that a test which needs it has failed.
const LONG: Duration = Duration::from_secs(60);

fn small(position: u64) -> Arc<Record> {
    record(position, Vec::new())
}

/// A record that alone fills the tail.
fn huge(position: u64) -> Arc<Record> {
    record(position, vec![event(1, position); EVENTS_MAX])
}

fn positions(next: &Next) -> Vec<u64> {
    match next {
        Next::Records(records) => records.iter().map(|record| record.position.0).collect(),
        Next::Journal => panic!("records expected, not the journal"),
        Next::Closed => panic!("records expected, not the end"),
    }
}

#[test]
fn records_come_in_order_and_once() {
    let tail = Tail::default();
    for position in 1..=3 {
        assert!(tail.offer(small(position)).is_none());
    }
    assert_eq!(positions(&tail.next(Position(0))), [1, 2, 3]);
    assert!(tail.offer(small(4)).is_none());
    assert_eq!(positions(&tail.next(Position(3))), [4]);
}

#[test]
fn what_is_applied_already_is_left_out() {
    let tail = Tail::default();
    for position in 1..=4 {
        tail.push(small(position));
    }
    assert_eq!(positions(&tail.next(Position(2))), [3, 4]);
}

#[test]
fn a_gap_sends_the_applier_to_the_journal() {
    let tail = Tail::default();
    tail.start_at(Position(5));
    assert!(matches!(tail.next(Position(0)), Next::Journal), "written before this process");
    tail.push(small(6));
    assert!(matches!(tail.next(Position(3)), Next::Journal), "4 and 5 are missing");
    assert_eq!(positions(&tail.next(Position(5))), [6]);
    tail.close();
    assert!(matches!(tail.next(Position(4)), Next::Journal), "6 was handed out and not applied");
    assert!(matches!(tail.next(Position(6)), Next::Closed));
}

#[test]
fn a_full_tail_hands_back_and_makes_the_committer_wait() {
    let tail = Tail::default();
    assert!(tail.offer(huge(1)).is_none(), "one record always fits");
    let back = tail.offer(small(2)).expect("there is no room");
    std::thread::scope(|scope| {
        let (told, pushed) = mpsc::channel();
        let tail = &tail;
        scope.spawn(move || {
            tail.push(back);
            told.send(()).unwrap();
        });
        assert_eq!(pushed.try_recv(), Err(mpsc::TryRecvError::Empty), "it waits");
        assert_eq!(positions(&tail.next(Position(0))), [1]);
        pushed.recv_timeout(LONG).expect("there is room now");
    });
    assert_eq!(positions(&tail.next(Position(1))), [2]);
}

#[test]
fn leaving_out_what_is_applied_already_makes_room_as_well() {
    let tail = Tail::default();
    tail.push(huge(1));
    std::thread::scope(|scope| {
        let tail = &tail;
        scope.spawn(move || tail.push(small(2)));
        let (told, taken) = mpsc::channel();
        scope.spawn(move || told.send(positions(&tail.next(Position(1)))).unwrap());
        let taken = taken.recv_timeout(LONG);
        // Lets both threads end, so that a failure is told and not waited for.
        tail.close();
        assert_eq!(taken.expect("the committer was woken"), [2]);
    });
}

#[test]
fn the_applier_waits_for_records_and_for_the_end() {
    let tail = Tail::default();
    std::thread::scope(|scope| {
        let applying = scope.spawn(|| (positions(&tail.next(Position(0))), matches!(tail.next(Position(1)), Next::Closed)));
        tail.push(small(1));
        tail.close();
        assert_eq!(applying.join().unwrap(), (vec![1], true));
    });
}

#[test]
fn closing_lets_a_waiting_committer_go() {
    let tail = Tail::default();
    tail.push(huge(1));
    std::thread::scope(|scope| {
        scope.spawn(|| tail.push(small(2)));
        tail.close();
    });
    assert_eq!(positions(&tail.next(Position(0))), [1]);
    assert_eq!(positions(&tail.next(Position(1))), [2], "and loses nothing");
}

#[test]
fn records_are_handed_out_step_by_step() {
    let tail = Tail::default();
    for position in 1..=3 {
        tail.push(record(position, vec![event(1, position); STEP_EVENTS / 2]));
    }
    assert_eq!(positions(&tail.next(Position(0))), [1, 2], "no more than a step");
    assert_eq!(positions(&tail.next(Position(2))), [3]);
}
