//! How soon an acknowledged event can be read: by asking for its receipt, and by reading its session.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::http::{Conn, Target};
use crate::lane::{Lane, Sent, SessionLog};
use crate::latency::{Latencies, Summary};
use crate::verify::{self, EventId};

const PAUSE: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(60);

/// From the acknowledgement to the first answer that shows the event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Readable {
    /// By `GET /api/v1/receipts/{position}`; nothing when that route is not served.
    pub receipt: Option<Summary>,
    /// By reading the session's newest event.
    pub read: Option<Summary>,
    /// Reads that answered without the event although it was acknowledged before.
    #[serde(rename = "staleReads")]
    pub stale_reads: u64,
}

#[derive(Deserialize)]
struct Receipt {
    readable: bool,
}

#[derive(Deserialize)]
struct Newest {
    events: Vec<EventId>,
}

/// Sends an event now and then, and looks for it, until told to stop.
pub(crate) fn watch(mut lane: Lane, target: &Target, stop: impl Fn() -> bool) -> (Readable, Vec<SessionLog>) {
    let mut conn = Conn::new(target);
    let (mut receipts, mut reads, mut stale) = (Latencies::new(), Latencies::new(), 0);
    while !stop() {
        if let Some((receipt, read, missed)) = once(&mut lane, &mut conn, target) {
            if let Some(receipt) = receipt {
                receipts.record(receipt);
            }
            if let Some(read) = read {
                reads.record(read);
            }
            stale += missed;
        }
        std::thread::sleep(PAUSE);
    }
    (Readable { receipt: receipts.summary(), read: reads.summary(), stale_reads: stale }, lane.sessions)
}

type Times = (Option<Duration>, Option<Duration>, u64);

fn once(lane: &mut Lane, conn: &mut Conn, target: &Target) -> Option<Times> {
    lane.turn_over().ok()?;
    lane.prepare();
    let Sent::Acknowledged(position) = lane.fire() else { return None };
    let acknowledged = Instant::now();
    let (number, log) = (lane.newest()?, lane.sessions.last()?);
    let wanted = verify::identity(log.known_by, number);
    let path = format!("/api/v1/sessions/{}/events?limit=1000&order=desc", log.key);
    let mut stale = 0;
    let mut read = None;
    while acknowledged.elapsed() < PATIENCE {
        let shown =
            conn.get_json::<Newest>(target, &path).is_ok_and(|page| page.events.iter().any(|event| event.identity() == Some(wanted)));
        if shown {
            read = Some(acknowledged.elapsed());
            break;
        }
        stale += 1;
        std::thread::sleep(Duration::from_millis(1));
    }
    // The receipt is timed with an event of its own: the read above has already waited for the first one.
    lane.turn_over().ok()?;
    lane.prepare();
    let receipt = match (position, lane.fire()) {
        (Some(_), Sent::Acknowledged(Some(position))) => {
            let acknowledged = Instant::now();
            poll_receipt(conn, target, position).map(|at| at - acknowledged)
        }
        _ => None,
    };
    Some((receipt, read, stale))
}

/// When the record at `position` could be read, or nothing when receipts are not served.
pub(crate) fn wait_for(target: &Target, position: u64) -> Option<Instant> {
    poll_receipt(&mut Conn::new(target), target, position)
}

fn poll_receipt(conn: &mut Conn, target: &Target, position: u64) -> Option<Instant> {
    let path = format!("/api/v1/receipts/{position}");
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if conn.get_json::<Receipt>(target, &path).ok()?.readable {
            return Some(Instant::now());
        }
        // As exact as what is measured is long.
        std::thread::sleep((start.elapsed() / 16).max(Duration::from_micros(500)));
    }
    None
}
