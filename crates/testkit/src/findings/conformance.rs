//! The promises of `Findings`, one function each. [`findings_conformance!`](crate::findings_conformance) makes a test of every one.

use debrief_model::{AgentNumber, Position, SessionNumber, TenantId, TimeRange, Timestamp, VersionNumber};
use debrief_store::{Again, Drawer, Findings, FindingsFigures, Found, Judged, Looked, Outline, Outlined, Piece, Waiting};

/// Makes a test of every promise. `$with` is a function that lends a new, empty store to what it is given.
#[macro_export]
macro_rules! findings_conformance {
    ($with:path) => {
        $crate::findings_conformance! { $with;
            what_is_noted_is_there, the_earliest_come_first, the_newest_note_says_when, what_is_newer_goes_on_waiting,
            what_is_found_is_kept, what_is_found_again_replaces, nothing_replaces_too, outlines_are_those_asked_for,
            tenants_see_their_own, pieces_are_kept, all_can_be_looked_at_again, figures_count,
        }
    };
    ($with:path; $($promise:ident),+ $(,)?) => {
        $(
            #[test]
            fn $promise() {
                $with($crate::findings::conformance::$promise);
            }
        )+
    };
}

const TENANT: TenantId = TenantId(1);
const OTHER: TenantId = TenantId(2);

fn waiting(session: u64, due_at: i64, position: u64) -> Waiting {
    Waiting { tenant: TENANT, session: SessionNumber(session), due_at: Timestamp(due_at), position: Position(position) }
}

fn outline() -> Outline {
    Outline {
        resolved: Some(false),
        judged: Some(Judged::Unclear),
        sentiment_e4: Some(-2_500),
        heard: 3,
        unheard: 1,
        corrections: 2,
        response_ms: Some(1_250),
        turns: 4,
        cost_nano_usd: Some(12_345_678),
        issues: vec![1, 7],
        intents: vec![(3, Some(true)), (4, None)],
        corrected: vec![9],
    }
}

fn found(tenant: TenantId, session: u64, agent: u32, started_at: i64) -> Found {
    let outlined = Outlined {
        session: SessionNumber(session),
        agent: AgentNumber(agent),
        agent_version: Some(VersionNumber(2)),
        started_at: Timestamp(started_at),
        outline: outline(),
    };
    Found { tenant, outlined, position: Position(5), looked_at: Timestamp(99), detail: vec![session as u8, 2, 3] }
}

fn put(store: &dyn Findings, position: u64, found: Vec<Found>) {
    store.put(&Looked { position: Position(position), found, ..Looked::default() }).expect("works");
}

fn sessions(store: &dyn Findings, tenant: TenantId, agent: Option<u32>, began: TimeRange) -> Vec<u64> {
    let mut seen = Vec::new();
    store.outlines(tenant, agent.map(AgentNumber), began, &mut |outlined| seen.push(outlined.session.0)).expect("works");
    seen
}

fn due(store: &dyn Findings, now: i64) -> Vec<u64> {
    store.due(Timestamp(now), 10).expect("works").iter().map(|waiting| waiting.session.0).collect()
}

/// Notes and how far they reach.
pub fn what_is_noted_is_there(store: &dyn Findings) {
    assert_eq!(store.noted().expect("works"), Position(0));
    store.note(Position(4), &[waiting(1, 10, 4)]).expect("works");
    assert_eq!(store.noted().expect("works"), Position(4));
    assert_eq!(store.due(Timestamp(10), 10).expect("works"), [waiting(1, 10, 4)]);
    store.note(Position(6), &[]).expect("works");
    assert_eq!((store.noted().expect("works"), due(store, 9)), (Position(6), vec![]));
}

/// In order of their times, as many as wanted.
pub fn the_earliest_come_first(store: &dyn Findings) {
    store.note(Position(1), &[waiting(1, 30, 1), waiting(2, 10, 1), waiting(3, 20, 1), waiting(4, 10, 1)]).expect("works");
    assert_eq!(due(store, 25), [2, 4, 3]);
    assert_eq!(store.due(Timestamp(99), 2).expect("works").len(), 2);
}

/// Times can come earlier and later.
pub fn the_newest_note_says_when(store: &dyn Findings) {
    store.note(Position(1), &[waiting(1, 30, 1)]).expect("works");
    store.note(Position(2), &[waiting(1, 10, 2)]).expect("works");
    assert_eq!(store.due(Timestamp(10), 10).expect("works"), [waiting(1, 10, 2)]);
    store.note(Position(2), &[waiting(1, 40, 1)]).expect("works");
    assert_eq!(store.due(Timestamp(40), 10).expect("works"), [waiting(1, 40, 2)], "positions do not go back");
}

/// What came while a session was looked at is not lost.
pub fn what_is_newer_goes_on_waiting(store: &dyn Findings) {
    store.note(Position(7), &[waiting(1, 10, 3), waiting(2, 10, 7), waiting(3, 10, 7), waiting(4, 10, 3)]).expect("works");
    let later = |session| (TENANT, SessionNumber(session), Timestamp(50));
    let looked = Looked {
        position: Position(5),
        found: vec![found(TENANT, 1, 1, 0), found(TENANT, 2, 1, 0)],
        later: vec![later(3), later(4)],
        ..Looked::default()
    };
    store.put(&looked).expect("works");
    assert_eq!(due(store, 49), [2, 3], "what was seen of them is not all there is");
    assert_eq!(due(store, 50), [2, 3, 4]);
}

/// Every field.
pub fn what_is_found_is_kept(store: &dyn Findings) {
    assert_eq!(store.found(TENANT, SessionNumber(3)).expect("works"), None);
    put(store, 5, vec![found(TENANT, 3, 1, 10)]);
    assert_eq!(store.found(TENANT, SessionNumber(3)).expect("works"), Some(found(TENANT, 3, 1, 10)));
    let bare = Found {
        outlined: Outlined { agent_version: None, outline: Outline::default(), ..found(TENANT, 4, 0, -5).outlined },
        detail: vec![],
        ..found(TENANT, 4, 0, -5)
    };
    put(store, 5, vec![bare.clone()]);
    assert_eq!(store.found(TENANT, SessionNumber(4)).expect("works"), Some(bare));
}

/// Also under another agent.
pub fn what_is_found_again_replaces(store: &dyn Findings) {
    put(store, 5, vec![found(TENANT, 3, 1, 10)]);
    put(store, 6, vec![found(TENANT, 3, 2, 20)]);
    assert_eq!(sessions(store, TENANT, None, TimeRange::default()), [3], "of another agent, but once");
    assert_eq!(sessions(store, TENANT, Some(1), TimeRange::default()), [0_u64; 0]);
    assert_eq!(store.found(TENANT, SessionNumber(3)).expect("works"), Some(found(TENANT, 3, 2, 20)));
}

/// A session that is no more leaves nothing.
pub fn nothing_replaces_too(store: &dyn Findings) {
    store.note(Position(5), &[waiting(3, 10, 5)]).expect("works");
    put(store, 4, vec![found(TENANT, 3, 1, 10)]);
    store.put(&Looked { position: Position(5), nothing: vec![(TENANT, SessionNumber(3))], ..Looked::default() }).expect("works");
    assert_eq!(store.found(TENANT, SessionNumber(3)).expect("works"), None);
    assert_eq!(sessions(store, TENANT, None, TimeRange::default()), [0_u64; 0]);
    assert_eq!(due(store, 99), [0_u64; 0]);
}

/// Order, agent, time.
pub fn outlines_are_those_asked_for(store: &dyn Findings) {
    put(store, 5, vec![found(TENANT, 9, 1, 10), found(TENANT, 2, 2, 20), found(TENANT, 3, 1, 30)]);
    let between = |from, to| TimeRange { from: Some(Timestamp(from)), to: Some(Timestamp(to)) };
    assert_eq!(sessions(store, TENANT, None, TimeRange::default()), [3, 9, 2], "by agent, then session");
    assert_eq!(sessions(store, TENANT, Some(1), TimeRange::default()), [3, 9]);
    assert_eq!(sessions(store, TENANT, None, between(10, 30)), [9, 2], "the end is not in it");
    let mut seen = Vec::new();
    store.outlines(TENANT, Some(AgentNumber(2)), TimeRange::default(), &mut |outlined| seen.push(outlined.clone())).expect("works");
    assert_eq!(seen, [found(TENANT, 2, 2, 20).outlined]);
}

/// And change only their own.
pub fn tenants_see_their_own(store: &dyn Findings) {
    let piece = Piece { tenant: TENANT, drawer: Drawer::Words, id: 1, value: Some(vec![1]) };
    store.put(&Looked { found: vec![found(TENANT, 3, 1, 10)], pieces: vec![piece], ..Looked::default() }).expect("works");
    assert_eq!(store.found(OTHER, SessionNumber(3)).expect("works"), None);
    assert_eq!(sessions(store, OTHER, None, TimeRange::default()), [0_u64; 0]);
    assert_eq!(store.pieces(OTHER, Drawer::Words).expect("works"), vec![]);
    store.put(&Looked { nothing: vec![(OTHER, SessionNumber(3))], ..Looked::default() }).expect("works");
    assert!(store.found(TENANT, SessionNumber(3)).expect("works").is_some());
}

/// In their drawers, until they are taken away.
pub fn pieces_are_kept(store: &dyn Findings) {
    let piece = |drawer, id, value: Option<&[u8]>| Piece { tenant: TENANT, drawer, id, value: value.map(<[u8]>::to_vec) };
    let put = |pieces| store.put(&Looked { pieces, ..Looked::default() }).expect("works");
    put(vec![
        piece(Drawer::Clusters, 7, Some(b"seven")),
        piece(Drawer::Clusters, 3, Some(b"three")),
        piece(Drawer::Issues, 3, Some(b"another")),
        piece(Drawer::Judge, 0, Some(b"")),
    ]);
    assert_eq!(store.pieces(TENANT, Drawer::Clusters).expect("works"), [(3, b"three".to_vec()), (7, b"seven".to_vec())]);
    put(vec![piece(Drawer::Clusters, 3, None), piece(Drawer::Clusters, 7, Some(b"more"))]);
    assert_eq!(store.pieces(TENANT, Drawer::Clusters).expect("works"), [(7, b"more".to_vec())]);
    assert_eq!(store.pieces(TENANT, Drawer::Issues).expect("works"), [(3, b"another".to_vec())]);
    assert_eq!(store.pieces(TENANT, Drawer::Judge).expect("works"), [(0, vec![])]);
    let piece = |tenant, drawer, id| store.piece(tenant, drawer, id).expect("works");
    assert_eq!(piece(TENANT, Drawer::Clusters, 7), Some(b"more".to_vec()));
    assert_eq!(
        (piece(TENANT, Drawer::Clusters, 3), piece(TENANT, Drawer::Issues, 7), piece(OTHER, Drawer::Clusters, 7)),
        (None, None, None)
    );
}

/// From the beginning, each time.
pub fn all_can_be_looked_at_again(store: &dyn Findings) {
    assert_eq!(store.again().expect("works"), None);
    store.begin_again("rules 1", SessionNumber(20)).expect("works");
    let again = |done| Again { rules: "rules 1".to_owned(), done: SessionNumber(done), upto: SessionNumber(20) };
    assert_eq!(store.again().expect("works"), Some(again(0)));
    store.go_on_again(SessionNumber(12), &[waiting(5, 1, 0), waiting(12, 1, 0)]).expect("works");
    assert_eq!((store.again().expect("works"), due(store, 1)), (Some(again(12)), vec![5, 12]));
    store.begin_again("rules 2", SessionNumber(30)).expect("works");
    assert_eq!(store.again().expect("works").map(|again| (again.rules, again.done.0)), Some(("rules 2".to_owned(), 0)));
}

/// What waits and what is due.
pub fn figures_count(store: &dyn Findings) {
    assert_eq!(store.figures(Timestamp(0)).expect("works"), FindingsFigures::default());
    store.note(Position(1), &[waiting(1, 10, 1), waiting(2, 20, 1), waiting(3, 30, 1)]).expect("works");
    put(store, 0, vec![found(TENANT, 9, 1, 10)]);
    let expected = FindingsFigures { found: 1, waiting: 1, due: 2, due_since: Some(Timestamp(10)) };
    assert_eq!(store.figures(Timestamp(20)).expect("works"), expected);
}
