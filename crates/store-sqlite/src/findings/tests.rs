//! The promises, and what happens to files that cannot be used.

use debrief_model::{Position, SessionNumber};
use debrief_store::Findings;

use super::SqliteFindings;

fn with(use_it: fn(&dyn Findings)) {
    let dir = tempfile::tempdir().expect("makes a directory");
    use_it(&SqliteFindings::open(&dir.path().join("insights.sqlite")).expect("opens"));
}

debrief_testkit::findings_conformance!(with);

#[test]
fn everything_survives_reopening() {
    let dir = tempfile::tempdir().expect("makes a directory");
    let path = dir.path().join("insights.sqlite");
    let store = SqliteFindings::open(&path).expect("opens");
    store.note(Position(4), &[]).expect("writes");
    store.begin_again("1", SessionNumber(9)).expect("writes");
    let again = store.again().expect("reads");
    drop(store);
    let store = SqliteFindings::open(&path).expect("opens");
    assert_eq!((store.noted().expect("reads"), store.again().expect("reads")), (Position(4), again));
}

#[test]
fn what_cannot_be_used_is_made_anew() {
    let dir = tempfile::tempdir().expect("makes a directory");
    let path = dir.path().join("insights.sqlite");
    for content in
        [&b"not a database, and long enough to be seen as one, were it one at all: it has to fill the header and more than that"[..], b""]
    {
        std::fs::write(&path, content.repeat(10)).expect("writes");
        let store = SqliteFindings::open(&path).expect("opens");
        assert_eq!(store.noted().expect("reads"), Position(0));
    }
    let other = rusqlite::Connection::open(&path).expect("opens");
    other.pragma_update(None, "user_version", super::VERSION + 1).expect("writes");
    drop(other);
    assert_eq!(SqliteFindings::open(&path).expect("opens").noted().expect("reads"), Position(0));
}
