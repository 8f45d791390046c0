//! Tokens that are ours, over, foreign and forged.

use debrief_model::Scopes;

use super::*;

const NOW: Timestamp = Timestamp(1_767_268_800_250_000);
const DAY_US: i64 = TOKEN_SECONDS * 1_000_000;
/// `{"alg":"none","typ":"JWT","kid":"newest"}`
const HEADER_NONE: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoibmV3ZXN0In0";

fn secret(id: &str, byte: u8) -> TokenSecret {
    TokenSecret { id: id.to_owned(), secret: [byte; 32], created_at: NOW }
}

fn signer() -> TokenSigner {
    TokenSigner::new(&[secret("newest", 1), secret("former", 2)])
}

fn ctx(tenant: u32) -> Ctx {
    Ctx { tenant: TenantId(tenant), key: KeyId(Uuid::from_u128(7)), scopes: Scopes::ALL, now: NOW, request: Uuid::nil(), source: "test" }
}

fn claims(session: &str) -> Claims {
    let now_s = NOW.0 / 1_000_000;
    Claims {
        session_id: Some(session.to_owned()),
        project_id: None,
        sub: "1".to_owned(),
        key: Uuid::from_u128(7).to_string(),
        iss: ISSUER.to_owned(),
        aud: SESSION.to_owned(),
        iat: now_s,
        exp: now_s + TOKEN_SECONDS,
    }
}

/// Signs what we would sign, in a way we might not.
fn forge(algorithm: Algorithm, kid: Option<&str>, key: &[u8], claims: &Claims) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(key)).unwrap()
}

fn verdict(token: &str) -> Result<SessionToken, TokenFault> {
    signer().verify(token, NOW)
}

#[test]
fn a_token_says_whose_session_which_key_opened() {
    let token = signer().sign(&ctx(1), "séance 1").unwrap();
    let said = SessionToken { tenant: TenantId(1), key: KeyId(Uuid::from_u128(7)), session: "séance 1".to_owned() };
    assert_eq!(verdict(&token), Ok(said));
    assert_eq!(verdict(&forge(Algorithm::HS256, Some("newest"), &[1; 32], &claims("s"))).unwrap().session, "s", "forging works");
}

#[test]
fn the_algorithm_is_pinned() {
    let payload = signer().sign(&ctx(1), "s").unwrap().split('.').nth(1).unwrap().to_owned();
    for token in [format!("{HEADER_NONE}.{payload}."), format!("{HEADER_NONE}.{payload}"), format!("{HEADER_NONE}.{payload}.AAAA")] {
        assert_eq!(verdict(&token), Err(TokenFault::Invalid), "{token}");
    }
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert_eq!(verdict(&forge(algorithm, Some("newest"), &[1; 32], &claims("s"))), Err(TokenFault::Invalid), "{algorithm:?}");
    }
}

#[test]
fn what_we_did_not_sign_is_invalid() {
    let check = |why: &str, token: &str| assert_eq!(verdict(token), Err(TokenFault::Invalid), "{why}");
    check("another secret", &forge(Algorithm::HS256, Some("newest"), &[9; 32], &claims("s")));
    check("the former secret under the newest's name", &forge(Algorithm::HS256, Some("newest"), &[2; 32], &claims("s")));
    check("an unknown secret's name", &forge(Algorithm::HS256, Some("other"), &[1; 32], &claims("s")));
    check("no secret's name", &forge(Algorithm::HS256, None, &[1; 32], &claims("s")));
    check("another issuer", &forge(Algorithm::HS256, Some("newest"), &[1; 32], &Claims { iss: "someone".into(), ..claims("s") }));
    check("another audience", &forge(Algorithm::HS256, Some("newest"), &[1; 32], &Claims { aud: "admin".into(), ..claims("s") }));
    check("no tenant", &forge(Algorithm::HS256, Some("newest"), &[1; 32], &Claims { sub: "acme".into(), ..claims("s") }));
    check("no key", &forge(Algorithm::HS256, Some("newest"), &[1; 32], &Claims { key: "x".into(), ..claims("s") }));
    for garbage in ["", ".", "..", "a.b.c", "Bearer x", "\u{0}", "🦀.🦀.🦀", &"A".repeat(100_000)] {
        check("garbage", garbage);
    }
}

#[test]
fn an_edited_token_is_invalid() {
    let (ours, theirs) = (signer().sign(&ctx(1), "s").unwrap(), signer().sign(&ctx(2), "s").unwrap());
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.split('.').collect(), theirs.split('.').collect());
    assert_eq!(verdict(&[ours[0], theirs[1], ours[2]].join(".")), Err(TokenFault::Invalid));
    assert_eq!(verdict(&[ours[0], ours[1]].join(".")), Err(TokenFault::Invalid));
    assert_eq!(verdict(&ours.join(".")).unwrap().tenant, TenantId(1));
}

#[test]
fn a_token_works_for_a_day_to_the_second() {
    let token = signer().sign(&ctx(1), "s").unwrap();
    let second = Timestamp(NOW.0 / 1_000_000 * 1_000_000);
    assert!(signer().verify(&token, second.plus_micros(DAY_US - 1)).is_ok());
    assert_eq!(signer().verify(&token, second.plus_micros(DAY_US)), Err(TokenFault::Expired));
    let old = forge(Algorithm::HS256, Some("newest"), &[9; 32], &Claims { exp: 1, ..claims("s") });
    assert_eq!(verdict(&old), Err(TokenFault::Invalid), "only our own tokens expire");
    let eternal = forge(Algorithm::HS256, Some("newest"), &[1; 32], &Claims { exp: i64::MAX, ..claims("s") });
    assert!(verdict(&eternal).is_ok(), "the far future does not overflow");
}

#[test]
fn after_a_rotation_the_former_secret_works_and_the_one_before_does_not() {
    let oldest = TokenSigner::new(&[secret("oldest", 3)]).sign(&ctx(1), "s").unwrap();
    let former = TokenSigner::new(&[secret("former", 2), secret("oldest", 3)]).sign(&ctx(1), "s").unwrap();
    assert!(verdict(&former).is_ok());
    assert_eq!(verdict(&oldest), Err(TokenFault::Invalid));
}

#[test]
fn without_a_secret_nothing_is_signed_or_accepted() {
    let none = TokenSigner::new(&[]);
    assert!(none.sign(&ctx(1), "s").is_err());
    assert_eq!(none.verify(&signer().sign(&ctx(1), "s").unwrap(), NOW), Err(TokenFault::Invalid));
}

#[test]
fn faults_have_their_own_sentences() {
    assert_eq!(TokenFault::Expired.into_error().public, "Expired Token");
    assert_eq!(TokenFault::Invalid.into_error().public, "Invalid Token");
    assert_eq!(TokenFault::Invalid.into_error().subject, Some(debrief_model::Subject::Token));
}

#[test]
fn new_secrets_differ() {
    let (one, other) = (new_secret(NOW), new_secret(NOW));
    assert_ne!(one.secret, other.secret);
    assert_ne!(one.id, other.id);
}

#[test]
fn a_projects_token_is_no_sessions_and_the_other_way_round() {
    let project = signer().sign_project(&ctx(1), "acme").unwrap();
    let told = signer().verify_project(&project, NOW).unwrap();
    assert_eq!((told.tenant, told.key), (TenantId(1), KeyId(Uuid::from_u128(7))));
    assert_eq!(verdict(&project), Err(TokenFault::Invalid));
    let session = signer().sign(&ctx(1), "s").unwrap();
    assert_eq!(signer().verify_project(&session, NOW), Err(TokenFault::Invalid));
    let later = NOW.plus_micros(PROJECT_TOKEN_SECONDS * 1_000_000);
    assert_eq!(signer().verify_project(&project, later), Err(TokenFault::Expired));
}
