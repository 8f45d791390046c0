//! A file that lost its end is refused, or nothing of what it held was there.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use debrief_model::{Event, Facts};
use debrief_store::Warehouse;
use debrief_store_duckdb::{DuckWarehouse, OpenError, Options};
use debrief_testkit::warehouse::builders::{TENANT, event, full_event, record, revising};
use debrief_testkit::warehouse::check::all;
use tempfile::TempDir;

const BLOCK_BYTES: u64 = 256 << 10;
const HEAD_BYTES: u64 = 3 * 4_096;

/// A place with a warehouse, or with what a crash left of one.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("w.duckdb")
    }

    fn open(&self, wal_bytes_max: u64) -> Result<DuckWarehouse, OpenError> {
        DuckWarehouse::open(&self.path(), &Options { wal_bytes_max, ..Options::default() })
    }

    /// A copy, log included, whose file is only so long.
    fn cut_off(&self, bytes: u64) -> Self {
        let copy = Self::new();
        for name in ["w.duckdb", "w.duckdb.wal"] {
            if let Err(error) = fs::copy(self.0.path().join(name), copy.0.path().join(name)) {
                assert_eq!((error.kind(), name), (std::io::ErrorKind::NotFound, "w.duckdb.wal"));
            }
        }
        File::options().write(true).open(copy.path()).unwrap().set_len(bytes).unwrap();
        copy
    }
}

/// Block boundaries, the middles of blocks and of the head, and one byte around them, up to the whole file.
fn lengths(path: &Path) -> Vec<u64> {
    let whole = path.metadata().unwrap().len();
    let boundaries = (0..).map(|block| HEAD_BYTES + block * BLOCK_BYTES).take_while(|at| *at <= whole);
    let around = boundaries.flat_map(|at| [at - 1, at, at + BLOCK_BYTES / 2]);
    [1, 5_000, 9_000].into_iter().chain(around).chain([whole]).filter(|at| *at <= whole).collect()
}

/// Opens the file at every length: it is refused, again when asked again, or all of it reads back. Answers at how many it was refused.
fn refused_or_whole(place: &Place, expected: &[Event]) -> usize {
    let refused = |at: u64| {
        let copy = place.cut_off(at);
        let errors = [copy.open(0).err(), copy.open(0).err()];
        match errors {
            [None, None] => {
                assert_eq!(all(&copy.open(0).unwrap(), TENANT), expected, "cut off at {at}");
                false
            }
            [
                Some(OpenError::Damaged { .. } | OpenError::NotADatabase(_)),
                Some(OpenError::Damaged { .. } | OpenError::NotADatabase(_)),
            ] => true,
            other => panic!("cut off at {at}: {other:?}"),
        }
    };
    lengths(&place.path()).into_iter().filter(|at| refused(*at)).count()
}

/// Records with bodies of which a few fill a block, and some revisions; each settled, and so a checkpoint each.
fn many_settles(place: &Place) -> Vec<Event> {
    let warehouse = place.open(0).unwrap();
    for position in 1..=12 {
        let events = (1..=12).map(|n| with_body(position * 100 + n, position)).collect();
        let revised = (position > 2).then(|| with_body((position - 2) * 100 + 5, position - 2));
        warehouse.apply(&[revising(position, events, revised.into_iter().collect())]).unwrap();
        warehouse.settle().unwrap();
    }
    all(&warehouse, TENANT)
}

fn with_body(seq: u64, position: u64) -> Event {
    let mut event = full_event(seq, position);
    event.facts.body = (0..9_000_u64).map(|byte| (byte.wrapping_mul(seq * 2_654_435_761) >> 24) as u8).collect();
    event
}

#[test]
fn a_file_that_lost_its_end_is_refused() {
    let place = Place::new();
    let expected = many_settles(&place);
    let refused = refused_or_whole(&place, &expected);
    assert!(refused + 2 >= lengths(&place.path()).len(), "refused {refused} times");
}

/// The engine frees blocks at the end and cuts them off after it wrote how many there are. That is no damage.
#[test]
fn a_file_that_gave_its_end_back_is_whole() {
    let place = Place::new();
    let mut warehouse = place.open(0).unwrap();
    let mut lengths = Vec::new();
    let revised = |round: u64, seq: u64| Event { facts: with_body(seq + round, 1).facts, ..event(seq, 1) };
    for round in 1..=24 {
        // First all there is, then revisions of all of it or of a few: the old versions' blocks become free.
        let events = (1..=40).filter(|_| round == 1).map(|seq| revised(round, seq));
        let revisions = (1..=40).filter(|seq| round > 1 && (round % 4 > 0 || *seq < 3)).map(|seq| revised(round, seq));
        warehouse.apply(&[revising(round, events.collect(), revisions.collect())]).unwrap();
        warehouse.settle().unwrap();
        lengths.push(place.path().metadata().unwrap().len());
        let copy = place.cut_off(lengths[lengths.len() - 1]);
        assert_eq!(all(&copy.open(0).unwrap(), TENANT), all(&warehouse, TENANT), "after {lengths:?}");
        if round % 5 == 0 {
            drop(warehouse);
            warehouse = place.open(0).unwrap();
        }
    }
    assert!(!lengths.is_sorted(), "it never gave anything back: {lengths:?}");
}

/// What a crash leaves: rows whose blocks are written and that only the log knows. As many as the engine does not keep in the log.
#[test]
fn a_file_that_lost_what_only_its_log_knows_is_refused() {
    let place = Place::new();
    let warehouse = place.open(u64::MAX).unwrap();
    for position in 1..=2 {
        let events =
            (1..=11_000).map(|n| Event { facts: with_small_body(position * 100_000 + n), ..event(position * 100_000 + n, position) });
        warehouse.apply(&[record(position, events.collect())]).unwrap();
        warehouse.settle().unwrap();
    }
    let crashed = place.cut_off(place.path().metadata().unwrap().len());
    let refused = refused_or_whole(&crashed, &all(&warehouse, TENANT));
    assert!(refused > 20, "refused {refused} times");
}

fn with_small_body(seq: u64) -> Facts {
    let mut facts = event(seq, 1).facts;
    facts.body = (1..=20).flat_map(|n| (seq * 50 + n).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes()).collect();
    facts
}
