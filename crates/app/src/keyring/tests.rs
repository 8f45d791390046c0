//! Who is let in, and what is remembered of it.

use debrief_testkit::ledger::MemoryLedger;
use debrief_testkit::ledger::build::at;

use super::*;

fn asked(micros: i64) -> Asked {
    Asked { now: at(micros), request: Uuid::nil(), source: "test" }
}

const SECRET: Uuid = Uuid::from_u128(0xabcd_ef01_2222_4333_8444_0000_0000_0001);

fn make(ledger: &MemoryLedger, tenant: TenantId, secret: Uuid, expires_at: Option<Timestamp>) -> ApiKey {
    let wish = NewKey { tenant, name: "k".to_owned(), scopes: Scopes::ALL, expires_at, secret: Some(secret) };
    create_key(ledger, wish, at(0), &Origin::system()).unwrap().1
}

/// A ring over a ledger with one key of tenant 1.
fn ring() -> (MemoryLedger, Keyring, ApiKey) {
    let ledger = MemoryLedger::default();
    let key = make(&ledger, TenantId(1), SECRET, Some(at(1_000)));
    let ring = Keyring::open(Arc::new(ledger.clone())).unwrap();
    (ledger, ring, key)
}

fn refusal(answer: crate::Result<Ctx>) -> String {
    let error = answer.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthenticated);
    error.public.into_owned()
}

fn last_used(ledger: &MemoryLedger) -> Option<Timestamp> {
    ledger.keys().unwrap()[0].last_used_at
}

#[test]
fn the_hash_depends_on_secret_and_pepper() {
    let hash = hash_secret(&[7; 32], "s");
    assert_eq!(hash, hash_secret(&[7; 32], "s"));
    assert_ne!(hash, hash_secret(&[8; 32], "s"), "the same secret reads differently in every store");
    assert_ne!(hash, hash_secret(&[7; 32], "S"), "case matters outside UUIDs");
    assert_ne!(hash, *blake3::hash(b"s").as_bytes(), "the hash alone cannot be tried out");
}

#[test]
fn a_new_key_is_kept_without_its_secret() {
    let (ledger, _, _) = ring();
    let kept = format!("{:?}", ledger.keys().unwrap());
    assert!(!kept.contains(&SECRET.to_string()), "{kept}");
    assert_eq!(ledger.keys().unwrap()[0].last_four, "0001");
    let wish = |secret| NewKey { tenant: TenantId(1), name: "k".to_owned(), scopes: Scopes::ALL, expires_at: None, secret };
    let (one, other) = (
        create_key(&ledger, wish(None), at(0), &Origin::system()).unwrap().0,
        create_key(&ledger, wish(None), at(0), &Origin::system()).unwrap().0,
    );
    assert!(Uuid::try_parse(&one).is_ok() && one != other);
    assert_eq!(create_key(&ledger, wish(Some(SECRET)), at(0), &Origin::system()).unwrap_err().kind, ErrorKind::Conflict);
}

#[test]
fn a_uuid_is_the_same_secret_in_either_case() {
    let (_, ring, key) = ring();
    for secret in [SECRET.to_string(), SECRET.to_string().to_uppercase()] {
        let ctx = ring.authenticate(&secret, &asked(5)).unwrap();
        assert_eq!((ctx.tenant, ctx.key, ctx.scopes, ctx.now), (TenantId(1), key.id, Scopes::ALL, at(5)));
    }
}

#[test]
fn strangers_are_refused_in_one_sentence() {
    let (_, ring, _) = ring();
    for secret in ["", "x", &Uuid::nil().to_string(), &format!("{SECRET} "), &"9".repeat(100_000)] {
        assert_eq!(refusal(ring.authenticate(secret, &asked(0))), "Invalid API key");
    }
}

#[test]
fn a_key_expires_exactly_when_it_should() {
    let (_, ring, key) = ring();
    assert!(ring.authenticate(&SECRET.to_string(), &asked(999)).is_ok());
    assert_eq!(refusal(ring.authenticate(&SECRET.to_string(), &asked(1_000))), "API key has expired");
    assert_eq!(refusal(ring.vouch(key.id, TenantId(1), &asked(1_000))), "API key has expired");
}

#[test]
fn a_token_is_worth_no_more_than_the_key_that_opened_it() {
    let (ledger, ring, key) = ring();
    assert_eq!(ring.vouch(key.id, TenantId(1), &asked(0)).unwrap().key, key.id);
    assert_eq!(refusal(ring.vouch(key.id, TenantId(2), &asked(0))), "Invalid token", "another tenant's key");
    assert_eq!(refusal(ring.vouch(KeyId(Uuid::nil()), TenantId(1), &asked(0))), "Invalid token");
    ledger.revoke_key(key.id, at(1), &Origin::system()).unwrap();
    ring.refresh().unwrap();
    assert_eq!(refusal(ring.vouch(key.id, TenantId(1), &asked(2))), "API key has been revoked");
    assert_eq!(refusal(ring.authenticate(&SECRET.to_string(), &asked(2))), "API key has been revoked");
}

#[test]
fn what_another_process_changes_holds_after_a_refresh() {
    let (ledger, ring, _) = ring();
    let later = Uuid::from_u128(5);
    make(&ledger, TenantId(2), later, None);
    ledger.put_token_secret(&crate::tokens::new_secret(at(0)), &Origin::system()).unwrap();
    assert!(ring.authenticate(&later.to_string(), &asked(1)).is_err());
    let ctx = Ctx { tenant: TenantId(1), key: KeyId(later), scopes: Scopes::ALL, now: at(1), request: Uuid::nil(), source: "test" };
    assert!(ring.signer().sign(&ctx, "s").is_err(), "no secret is known yet");
    ring.refresh().unwrap();
    assert_eq!(ring.authenticate(&later.to_string(), &asked(1)).unwrap().tenant, TenantId(2));
    assert!(ring.signer().sign(&ctx, "s").is_ok());
}

#[test]
fn the_last_use_is_written_once_and_never_moves_back() {
    let (ledger, ring, _) = ring();
    let writes = |now: i64| {
        ring.authenticate(&SECRET.to_string(), &asked(now)).unwrap();
        ring.flush_uses().unwrap();
        last_used(&ledger)
    };
    ring.flush_uses().unwrap();
    assert_eq!(last_used(&ledger), None, "nobody has used it");
    ring.authenticate(&SECRET.to_string(), &asked(70)).unwrap();
    assert_eq!(writes(50), Some(at(70)), "the latest use counts");
    assert!(ring.ring.read().by_id.values().all(|entry| unwritten_use(entry).is_none()), "it is not written again");
    assert_eq!(writes(60), Some(at(70)));
    assert_eq!(writes(80), Some(at(80)));
}

#[test]
fn a_use_that_is_not_written_down_yet_survives_a_refresh() {
    let (ledger, ring, _) = ring();
    ring.authenticate(&SECRET.to_string(), &asked(70)).unwrap();
    make(&ledger, TenantId(2), Uuid::from_u128(5), None);
    ring.refresh().unwrap();
    ring.flush_uses().unwrap();
    assert_eq!(last_used(&ledger), Some(at(70)));
}

#[test]
fn a_key_without_scopes_is_refused() {
    assert_eq!(check_scopes(Scopes::default()).unwrap_err().kind, ErrorKind::Invalid);
    check_scopes(Scopes { read: true, ..Scopes::default() }).unwrap();
}
