//! Comparing what two warehouses answer.

use debrief_model::{Event, EventFilter, Order, Paging, Scan, TenantId};
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
