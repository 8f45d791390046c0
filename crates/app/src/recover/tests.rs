//! Starts on stores that do not quite belong together.

use debrief_model::{TenantId, Timestamp};
use debrief_testkit::ledger::MemoryLedger;
use debrief_testkit::ledger::build::{ACME, at, call, commit, record};
use debrief_testkit::warehouse::reference::MemoryWarehouse;

use super::*;

/// A ledger of `records` records recorded at 1, 2, 3 …, the first `trimmed` of which are gone.
fn ledger(records: i64, trimmed: i64) -> MemoryLedger {
    let ledger = MemoryLedger::default();
    for number in 1..=records {
        commit(&ledger, at(number), vec![record(ACME, [call(at(number), "s")])]);
    }
    ledger.trim(Position(u64::MAX), at(trimmed + 1)).unwrap();
    ledger
}

fn warehouse(ledger: &MemoryLedger, applied: usize) -> MemoryWarehouse {
    let warehouse = MemoryWarehouse::default();
    let records = ledger.journal(Position(0), usize::MAX).unwrap();
    warehouse.apply(&records[..applied]).unwrap();
    warehouse
}

fn events(warehouse: &MemoryWarehouse, tenant: TenantId) -> u64 {
    let aggregate = debrief_model::Aggregate {
        filter: debrief_model::EventFilter { kind: Some(debrief_model::Kind::Llm), ..Default::default() },
        group_by: Vec::new(),
    };
    warehouse.aggregate(tenant, &aggregate).unwrap()[0].events
}

#[test]
fn a_warehouse_ahead_of_its_ledger_is_refused() {
    let warehouse = warehouse(&ledger(3, 0), 3);
    for accepting in [None, Some((at(9), &Origin::system()))] {
        let error = check(&ledger(2, 0), &warehouse, accepting).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert_eq!(error.public, "the warehouse holds more than the ledger: the two files do not belong together");
    }
}

#[test]
fn what_the_journal_keeps_is_no_gap() {
    for applied in 0..=4 {
        let ledger = ledger(4, 0);
        let warehouse = warehouse(&ledger, applied);
        ledger.trim(Position(applied as u64), Timestamp(i64::MAX)).unwrap();
        check(&ledger, &warehouse, None).unwrap();
        assert_eq!(warehouse.applied(), Position(applied as u64), "nothing is skipped");
    }
}

#[test]
fn every_gap_is_refused_by_name_and_skipped_exactly_when_accepted() {
    for (records, applied) in [(1, 0), (2, 0), (7, 0), (7, 3), (64, 5)] {
        for trimmed in applied + 1..=records {
            let warehouse = warehouse(&ledger(records, 0), usize::try_from(applied).unwrap());
            let ledger = ledger(records, trimmed);
            let error = check(&ledger, &warehouse, None).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Conflict);
            let sentence = format!("the warehouse reaches journal record {applied} and the journal keeps only those after {trimmed}:");
            assert!(error.public.starts_with(&sentence) && error.public.contains("--accept-gap"), "{error}");

            check(&ledger, &warehouse, Some((at(9), &Origin::system()))).unwrap();
            let (applied_now, durable) = (warehouse.applied(), warehouse.durable());
            assert_eq!((applied_now.0, durable.0), (trimmed as u64, trimmed as u64), "of {records} after {applied}");
            warehouse.apply(&ledger.journal(applied_now, usize::MAX).unwrap()).unwrap();
            assert_eq!(warehouse.applied(), Position(records as u64));
            assert_eq!(
                events(&warehouse, ACME),
                (records - trimmed + applied) as u64,
                "what is kept is there, what is gone is not invented"
            );
            check(&ledger, &warehouse, None).unwrap();
        }
    }
}

#[test]
fn a_gap_longer_than_one_step_is_skipped_whole() {
    let ledger = MemoryLedger::default();
    let records = STEP * 2 + 3;
    for number in 1..=records {
        commit(&ledger, at(number as i64), Vec::new());
    }
    ledger.trim(Position(records - 1), Timestamp(i64::MAX)).unwrap();
    let warehouse = MemoryWarehouse::default();
    check(&ledger, &warehouse, Some((at(9), &Origin::system()))).unwrap();
    assert_eq!(warehouse.applied(), Position(records - 1));
}
