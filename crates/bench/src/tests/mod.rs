//! The client side against a server that lives in the test.

mod fake;
mod query;

use std::sync::Arc;

use clap::{CommandFactory, Parser};

use self::fake::Manner;
use crate::args::{BenchArgs, What};
use crate::cell::Shape;
use crate::http::Target;
use crate::lane::{Lane, Numbers, Sent, register_fingerprint};
use crate::pool::Pool;
use crate::verify::{Verdict, verify};

#[derive(Parser, Debug)]
struct Program {
    #[command(flatten)]
    bench: BenchArgs,
}

/// Sends `requests` requests of a shape to a fake server and reads everything back.
fn round_trip(manner: Manner, shape: Shape, requests: usize) -> Verdict {
    let target = Target::new(&fake::start(manner), "key").unwrap();
    let pool = Arc::new(Pool::sized(1, &register_fingerprint(&target).unwrap(), 400));
    let mut lane = Lane::new(shape, &target, pool, Numbers::new(77, 3));
    for _ in 0..requests {
        lane.turn_over().unwrap();
        lane.prepare();
        assert!(matches!(lane.fire(), Sent::Acknowledged(Some(_))));
    }
    verify(&target, &lane.sessions, &|_| {}).unwrap()
}

#[test]
fn everything_sent_is_read_back_in_every_dialect() {
    let voker = round_trip(Manner::Honest, Shape::Voker, 100);
    assert!(voker.holds(), "{voker:?}");
    assert_eq!((voker.acknowledged, voker.found), (100, 100));
    assert!(voker.sessions > 5, "conversations end and new ones begin");

    // More than a page of 1,000 in one session, and more sessions than one.
    let agentops = round_trip(Manner::Honest, Shape::Agentops(500), 5);
    assert!(agentops.holds(), "{agentops:?}");
    assert_eq!((agentops.acknowledged, agentops.sessions), (2_500, 3));

    for (batch, requests) in [(1, 200), (10, 20), (100, 5)] {
        let otlp = round_trip(Manner::Honest, Shape::Otlp(batch), requests);
        assert!(otlp.holds(), "{otlp:?}");
        assert_eq!((otlp.acknowledged, otlp.found), ((batch * requests) as u64, (batch * requests) as u64));
        assert!(otlp.sessions > 2, "conversations end and new ones begin, also within a batch");
    }
}

#[test]
fn a_server_that_forgets_is_found_out() {
    let verdict = round_trip(Manner::Forgetful, Shape::Voker, 100);
    assert_eq!((verdict.lost, verdict.duplicated, verdict.holds()), (10, 0, false));
    let verdict = round_trip(Manner::Forgetful, Shape::Otlp(50), 2);
    assert_eq!((verdict.lost, verdict.duplicated, verdict.holds()), (10, 0, false));
}

#[test]
fn a_server_that_doubles_is_found_out() {
    let verdict = round_trip(Manner::Stammering, Shape::Agentops(10), 10);
    assert_eq!((verdict.lost, verdict.duplicated, verdict.holds()), (0, 10, false));
}

#[test]
fn the_command_line_reads_well() {
    Program::command().debug_assert();
    let parsed = Program::parse_from(["bench", "--quick", "--only", "voker:32,agentops100:8", "--json", "-"]).bench;
    assert_eq!((parsed.write.only.len(), parsed.write.quick, parsed.write.events_max), (2, true, 150_000));
    let query = Program::parse_from(["bench", "query", "--events", "20000", "--url", "http://h:1", "--key", "k", "--no-ingest"]).bench;
    assert!(matches!(query.what, Some(What::Query(query)) if query.events == 20_000 && query.runs == 40 && query.no_ingest));
    for wrong in [&["bench", "--url", "http://h:1"][..], &["bench", "--only", "otlp:3"], &["bench", "query", "--runs", "3"]] {
        assert!(Program::try_parse_from(wrong).is_err(), "{wrong:?}");
    }
}
