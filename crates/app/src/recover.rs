//! What to do at a start when the warehouse lacks records that the journal no longer keeps.

use std::sync::Arc;

use debrief_model::{Error, ErrorKind, Position, Timestamp};
use debrief_store::{Ledger, Origin, Record, Warehouse};

/// Empty records applied at a time when a gap is accepted.
const STEP: u64 = 10_000;

/// Makes sure that the warehouse can catch up with the ledger, accepting the loss of what the journal no longer keeps only when told to,
/// by whom and when.
///
/// # Errors
/// `Conflict` when the warehouse is ahead of the ledger, or behind what the journal keeps and the gap is not accepted.
pub(crate) fn check(ledger: &dyn Ledger, warehouse: &dyn Warehouse, accepting: Option<(Timestamp, &Origin)>) -> crate::Result<()> {
    let (committed, applied) = (ledger.last_position()?, warehouse.applied());
    if applied > committed {
        return Err(Error::new(ErrorKind::Conflict, "the warehouse holds more than the ledger: the two files do not belong together"));
    }
    if applied == committed || keeps(ledger, applied)? {
        return Ok(());
    }
    let kept = first_kept(ledger, applied, committed)?;
    let Some((now, operator)) = accepting else {
        let sentence = format!(
            "the warehouse reaches journal record {applied} and the journal keeps only those after {kept}: events between are not there. \
             Put back the warehouse file, or start with --accept-gap to go on without them"
        );
        return Err(Error::new(ErrorKind::Conflict, sentence));
    };
    tracing::warn!("going on without the events of journal records {} to {kept}, as told", applied.0 + 1);
    // First what tells of it, then what it tells of: there is no gap that nothing tells of.
    ledger.tell_gap(applied, kept, now, operator)?;
    skip(warehouse, applied, kept)
}

/// Whether the record after `after` is still there.
fn keeps(ledger: &dyn Ledger, after: Position) -> crate::Result<bool> {
    match ledger.journal(after, 1) {
        Ok(_) => Ok(true),
        Err(error) if error.kind == ErrorKind::Unavailable => Ok(false),
        Err(error) => Err(error),
    }
}

/// The last position that is gone: records are trimmed from the oldest on, so halving finds it.
fn first_kept(ledger: &dyn Ledger, gone: Position, committed: Position) -> crate::Result<Position> {
    let (mut low, mut high) = (gone.0, committed.0);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if keeps(ledger, Position(middle))? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(Position(high))
}

fn skip(warehouse: &dyn Warehouse, after: Position, upto: Position) -> crate::Result<()> {
    let mut at = after.0;
    while at < upto.0 {
        let end = upto.0.min(at + STEP);
        let empty = |position| {
            let recorded_at = Timestamp::default();
            Arc::new(Record { position: Position(position), recorded_at, changes: 0, events: Vec::new(), revisions: Vec::new() })
        };
        warehouse.apply(&(at + 1..=end).map(empty).collect::<Vec<_>>())?;
        at = end;
    }
    warehouse.settle()
}

#[cfg(test)]
mod tests;
