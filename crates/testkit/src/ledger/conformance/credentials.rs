//! Tenants, keys, token secrets.

use debrief_model::{ApiKey, ErrorKind, KeyId, Scopes, Subject, TenantId, TokenSecret};
use debrief_store::Ledger;
use uuid::Uuid;

use crate::ledger::Fixture;
use crate::ledger::build::{at, origin};

pub(super) fn key(n: u8) -> ApiKey {
    ApiKey {
        tenant: TenantId(1),
        id: KeyId(Uuid::from_u128(u128::from(n))),
        name: format!("key \0 {n}"),
        hash: [n; 32],
        last_four: "cafe".into(),
        scopes: Scopes { ingest: n != 2, read: n == 3, admin: n == 5 },
        created_at: at(100 - i64::from(n)),
        expires_at: (n == 2).then(|| at(500)),
        revoked_at: None,
        last_used_at: None,
    }
}

/// Tenants have names of their own and are there in order.
pub fn tenants_are_made(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    assert_eq!(ledger.tenants().expect("reads"), []);
    let first = ledger.create_tenant("first", at(1), &origin()).expect("creates");
    let second = ledger.create_tenant("a second \u{1F600}", at(2), &origin()).expect("creates");
    assert_eq!(ledger.create_tenant("first", at(3), &origin()).expect_err("taken").kind, ErrorKind::Conflict);
    let third = ledger.create_tenant("third", at(4), &origin()).expect("creates");
    drop(ledger);
    let found = fixture.open().tenants().expect("reads");
    assert_eq!(found, [first, second, third]);
    assert!(found.is_sorted_by_key(|tenant| tenant.id));
}

/// Keys keep every field, oldest first; id and hash are unique.
pub fn keys_are_kept(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    for n in 1..=5 {
        ledger.create_key(&key(n), &origin()).expect("creates");
    }
    for (id, hash) in [(1, 9), (9, 1)] {
        let clash = ApiKey { hash: [hash; 32], ..key(id) };
        assert_eq!(ledger.create_key(&clash, &origin()).expect_err("taken").kind, ErrorKind::Conflict);
    }
    drop(ledger);
    assert_eq!(fixture.open().keys().expect("reads"), [5, 4, 3, 2, 1].map(key));
}

/// Revoking is for good, and its time is the first one.
pub fn keys_are_revoked(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    ledger.create_key(&key(1), &origin()).expect("creates");
    let revoked = ledger.revoke_key(key(1).id, at(200), &origin()).expect("revokes");
    assert_eq!(revoked, ApiKey { revoked_at: Some(at(200)), ..key(1) });
    assert_eq!(ledger.revoke_key(key(1).id, at(300), &origin()).expect("revokes"), revoked);
    assert_eq!(ledger.keys().expect("reads"), [revoked]);
    let unknown = ledger.revoke_key(key(2).id, at(300), &origin()).expect_err("unknown");
    assert_eq!((unknown.kind, unknown.subject), (ErrorKind::NotFound, Some(Subject::Key(key(2).id.to_string()))));
}

/// The latest use counts, in whatever order uses are told.
pub fn uses_of_keys_are_noted(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    ledger.create_key(&key(1), &origin()).expect("creates");
    ledger.create_key(&key(2), &origin()).expect("creates");
    let version = ledger.credentials_version().expect("reads");
    ledger.touch_keys(&[(key(1).id, at(20)), (key(1).id, at(10)), (key(9).id, at(1))]).expect("notes");
    ledger.touch_keys(&[(key(1).id, at(15))]).expect("notes");
    let uses: Vec<_> = ledger.keys().expect("reads").into_iter().map(|key| key.last_used_at).collect();
    assert_eq!(uses, [None, Some(at(20))]);
    assert_eq!(ledger.credentials_version().expect("reads"), version, "using a key changes nothing about it");
}

/// The newest two secrets are kept, the newest first.
pub fn the_two_newest_secrets_are_kept(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let secret = |n: u8| TokenSecret { id: format!("s{n}"), secret: [n; 32], created_at: at(i64::from(n)) };
    for (n, expected) in [(1, vec![1]), (2, vec![2, 1]), (3, vec![3, 2])] {
        ledger.put_token_secret(&secret(n), &origin()).expect("adds");
        assert_eq!(ledger.token_secrets().expect("reads"), expected.into_iter().map(secret).collect::<Vec<_>>());
    }
}

/// The pepper is made with the store.
pub fn the_pepper_stays(fixture: &dyn Fixture) {
    let first = fixture.open().pepper().expect("reads");
    assert_eq!(fixture.open().pepper().expect("reads"), first);
    assert_ne!(first, [0; 32]);
}

/// Every change of credentials shows in their version.
pub fn the_credentials_version_shows_changes(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut seen = vec![ledger.credentials_version().expect("reads")];
    let mut changed = |ledger: &dyn Ledger, what: &str| {
        let version = ledger.credentials_version().expect("reads");
        assert!(!seen.contains(&version), "{what} shows");
        seen.push(version);
    };
    ledger.create_tenant("t", at(1), &origin()).expect("creates");
    changed(ledger.as_ref(), "a tenant");
    ledger.create_key(&key(1), &origin()).expect("creates");
    changed(ledger.as_ref(), "a key");
    ledger.revoke_key(key(1).id, at(2), &origin()).expect("revokes");
    changed(ledger.as_ref(), "a revocation");
    ledger.put_token_secret(&TokenSecret { id: "s".into(), secret: [1; 32], created_at: at(3) }, &origin()).expect("adds");
    changed(ledger.as_ref(), "a secret");
}
