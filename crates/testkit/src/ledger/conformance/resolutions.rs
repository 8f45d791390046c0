//! Whether sessions achieved what they were for: told, replaced, taken along, and shown with their conversations.

use debrief_model::{Contribution, Event, EventId, Mention, Resolution, SessionPatch, TimeRange};
use debrief_store::{Change, Ledger, Revision};
use uuid::Uuid;

use crate::ledger::Fixture;
use crate::ledger::build::{ACME, at, call, commit, put_session, record, sent};

/// What the session says itself, and what its conversation shows.
fn told(ledger: &dyn Ledger, key: &str) -> (Option<Resolution>, Option<Resolution>) {
    let session = ledger.session(ACME, key).expect("reads").expect("the session");
    let mut shown = Vec::new();
    let mut see = |conversation: &debrief_model::Conversation| {
        if conversation.session == session.number {
            shown.push(conversation.resolution);
        }
    };
    ledger.conversations(ACME, session.agent.expect("an agent"), TimeRange::default(), &mut see).expect("reads");
    assert_eq!(shown.len(), 1, "a session is one conversation");
    (session.set.resolution, shown[0])
}

fn says(resolution: Option<Resolution>, end_state: Option<&str>) -> SessionPatch {
    SessionPatch { resolution, end_state: end_state.map(Into::into), ..SessionPatch::default() }
}

/// The last one told counts and survives; the end state speaks only where nobody else does.
pub fn the_last_resolution_told_counts(fixture: &dyn Fixture) {
    let (yes, no) = (Some(Resolution::Resolved), Some(Resolution::Unresolved));
    let steps = [
        (says(None, None), (None, None)),
        (says(None, Some("Indeterminate")), (None, None)),
        (says(None, Some("Fail")), (None, no)),
        (says(yes, None), (yes, yes)),
        (says(None, Some("completed")), (yes, yes)),
        (says(no, Some("Success")), (no, no)),
        (says(None, Some("Success")), (no, no)),
        (says(yes, None), (yes, yes)),
    ];
    for (now, (patch, expected)) in (10..).step_by(10).zip(steps) {
        // Opened each time: what was told is not only remembered.
        commit(fixture.open().as_ref(), at(now), vec![put_session(ACME, "s", patch.clone())]);
        commit(fixture.open().as_ref(), at(now + 1), vec![record(ACME, [call(at(now), "s")])]);
        assert_eq!(told(fixture.open().as_ref(), "s"), expected, "after {patch:?}");
    }
}

/// The event that told a resolution is kept with it, and goes with it when another one is told.
pub fn a_resolution_names_the_event_that_told_it(fixture: &dyn Fixture) {
    let by = |resolution, event: Option<u128>| SessionPatch {
        resolved_by: event.map(|event| EventId(Uuid::from_u128(event))),
        ..says(resolution, None)
    };
    let (yes, no) = (Some(Resolution::Resolved), Some(Resolution::Unresolved));
    let steps = [(by(yes, Some(1)), Some(1)), (by(None, None), Some(1)), (by(no, Some(2)), Some(2)), (by(no, None), None)];
    for (now, (patch, expected)) in (10..).step_by(10).zip(steps) {
        commit(fixture.open().as_ref(), at(now), vec![put_session(ACME, "s", patch.clone())]);
        let kept = fixture.open().session(ACME, "s").expect("reads").expect("the session").set.resolved_by;
        assert_eq!(kept, expected.map(|event| EventId(Uuid::from_u128(event))), "after {patch:?}");
    }
}

/// Where nobody told of the outcome itself, it rests on the event of the log that told how the session ended.
pub fn an_end_names_the_event_that_told_it(fixture: &dyn Fixture) {
    let feedback = EventId(Uuid::from_u128(7));
    let tagged = SessionPatch { tags: Some(vec!["late".into()]), ..SessionPatch::default() };
    let explicit = SessionPatch { resolved_by: Some(feedback), ..says(Some(Resolution::Resolved), None) };
    // What is told, and whether it is what the outcome rests on from then on.
    let steps = [
        (says(None, None), false),
        (says(None, Some("Fail")), true),
        (tagged, false),
        (says(None, Some("Fail")), false),
        (SessionPatch { ended_at: Some(at(5)), ..says(None, Some("Success")) }, true),
    ];
    let by = || fixture.open().session(ACME, "s").expect("reads").expect("the session").set.resolved_by;
    let mut expected = None;
    for (now, (patch, counts)) in (10..).step_by(10).zip(steps) {
        let record = commit(fixture.open().as_ref(), at(now), vec![put_session(ACME, "s", patch.clone())]).record;
        if counts {
            expected = record.events.last().map(|event| event.id);
        }
        assert_eq!(by(), expected, "after {patch:?}");
    }
    commit(fixture.open().as_ref(), at(100), vec![put_session(ACME, "s", explicit)]);
    commit(fixture.open().as_ref(), at(110), vec![put_session(ACME, "s", says(None, Some("Fail")))]);
    assert_eq!(by(), Some(feedback), "whoever tells of the outcome itself is believed");
    let record = commit(fixture.open().as_ref(), at(120), vec![put_session(ACME, "new", says(None, Some("Fail")))]).record;
    let kept = fixture.open().session(ACME, "new").expect("reads").expect("the session").set.resolved_by;
    assert_eq!(kept, record.events.iter().find(|event| event.facts.event_type == "session.started").map(|event| event.id));
}

/// A session that becomes part of another one takes what was told of it along, where nothing was told of the other.
pub fn resolutions_are_taken_along(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let (yes, no) = (Some(Resolution::Resolved), Some(Resolution::Unresolved));
    let changes = vec![
        record(ACME, [call(at(1), "trace-1"), call(at(2), "trace-2"), call(at(3), "silent"), call(at(4), "spoken")]),
        put_session(ACME, "trace-1", says(no, None)),
        put_session(ACME, "trace-2", says(no, None)),
        put_session(ACME, "spoken", says(yes, None)),
    ];
    let events = sent(&commit(ledger.as_ref(), at(100), changes).record);
    let into = |event: &Event, key: &str| {
        let mention = Mention { session: Some(key.into()), ..Mention::default() };
        Revision { turn: None, before: Contribution::of(&event.facts), after: event.clone(), relink: Some(mention) }
    };
    let revisions = vec![into(&events[0], "silent"), into(&events[1], "spoken")];
    commit(ledger.as_ref(), at(110), vec![Change::Revise { tenant: ACME, revisions }]);
    for ledger in [ledger, fixture.open()] {
        assert_eq!(told(ledger.as_ref(), "silent"), (no, no));
        assert_eq!(told(ledger.as_ref(), "spoken"), (yes, yes));
    }
}
