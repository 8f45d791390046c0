//! Comparing what two warehouses answer.

use debrief_model::{AggregateRow, Event, EventFilter, Order, Paging, Scan, TenantId};
use debrief_store::Warehouse;

/// The scan of everything, bodies included.
#[must_use]
pub fn everything(order: Order) -> Scan {
    Scan { filter: EventFilter::default(), order, paging: Paging { limit: u32::MAX, offset: 0 }, bodies: true }
}

/// All events of a tenant, oldest first.
#[must_use]
pub fn all(warehouse: &dyn Warehouse, tenant: TenantId) -> Vec<Event> {
    let page = warehouse.scan(tenant, &everything(Order::Ascending)).expect("a scan");
    assert_eq!(page.total, page.rows.len() as u64, "the total is the number of rows");
    page.rows
}

/// Events in order of their place in the stream: for answers that come in no particular order.
#[must_use]
pub fn by_seq(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| event.seq);
    events
}

/// Fails when two aggregates differ by more than the last digits of a mean.
pub fn assert_same_sums(found: &[AggregateRow], expected: &[AggregateRow]) {
    let exact = |rows: &[AggregateRow]| rows.iter().map(|row| AggregateRow { duration_us_mean: None, ..row.clone() }).collect::<Vec<_>>();
    assert_eq!(exact(found), exact(expected));
    for (found, expected) in found.iter().zip(expected) {
        let (found, expected) = (found.duration_us_mean, expected.duration_us_mean);
        let close = match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() <= expected.abs() * 1e-9,
            (None, None) => true,
            _ => false,
        };
        assert!(close, "mean duration {found:?}, expected {expected:?}");
    }
}
