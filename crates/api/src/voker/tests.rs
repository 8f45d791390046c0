//! Translation alone: bodies in, drafts out.

use debrief_model::{Draft, Error, ErrorKind, Status, Subject, Timestamp};

use super::translate;

const NOW: Timestamp = Timestamp(1_795_305_498_000_000);
const FINGERPRINT: &str = "5e35f8a4-64b5-5c6c-9641-29bef0691260";

/// An event with `more` members before the required ones.
fn body(more: &str) -> String {
    format!(r#"{{{more}"event_name":"llm","fingerprint_id":"{FINGERPRINT}","properties":{{"inputs":{{}},"output":{{}}}}}}"#)
}

fn event(text: &str) -> Draft {
    match translate::event(text.to_owned(), NOW) {
        Ok(translate::Body::Call(draft)) => *draft,
        Ok(translate::Body::Foreign(_)) => panic!("taken for a domain event: {text}"),
        Err(error) => panic!("{error} for {text}"),
    }
}

fn refused(text: &str) -> Error {
    translate::event(text.to_owned(), NOW).err().expect(text)
}

#[test]
fn a_chat_completion_gives_its_facts() {
    let text = format!(
        r#"{{"event_name":"llm","fingerprint_id":"{FINGERPRINT}","properties":{{"api":"openai-chat-completions",
        "inputs":{{"model":"gpt-4o","messages":[{{"role":"user","content":"Capital of France?"}}]}},
        "output":{{"id":"chatcmpl-1","choices":[{{"finish_reason":"stop","message":{{"content":"Paris."}}}}],"model":"gpt-4o-2024-08-06",
        "usage":{{"completion_tokens":9,"prompt_tokens":24}}}}}},"session":"s","agent":"a","agent_version":"v","person":"p"}}"#
    );
    let Draft { facts, mention, .. } = event(&text);
    assert_eq!(facts.provider.as_deref(), Some("openai"));
    assert_eq!(facts.request_model.as_deref(), Some("gpt-4o"));
    assert_eq!(facts.response_model.as_deref(), Some("gpt-4o-2024-08-06"));
    assert_eq!((facts.tokens.input, facts.tokens.output), (Some(24), Some(9)));
    assert_eq!((facts.finish_reason.as_deref(), facts.response_id.as_deref()), (Some("stop"), Some("chatcmpl-1")));
    assert_eq!((facts.occurred_at, facts.status, &*facts.event_type), (NOW, Status::Ok, "llm.completed"));
    let names = [mention.session, mention.agent, mention.agent_version, mention.person].map(Option::unwrap_or_default);
    assert_eq!(names, ["s", "a", "v", "p"]);
}

#[test]
fn an_answer_that_carries_an_error_is_a_failed_call() {
    let text = format!(
        r#"{{"fingerprint_id":"{FINGERPRINT}","properties":{{"api":"openai-responses","inputs":{{}},
        "output":{{"error":{{"code":"server_error","message":"no"}}}}}}}}"#
    );
    let facts = event(&text).facts;
    assert_eq!((facts.status, &*facts.event_type), (Status::Error, "llm.failed"));
    assert_eq!(facts.failure.and_then(|failure| failure.message).as_deref(), Some("no"));
}

#[test]
fn what_nobody_said_is_unknown() {
    let text = format!(r#"{{"fingerprint_id":"{FINGERPRINT}","properties":{{}}}}"#);
    let Draft { facts, mention, .. } = event(&text);
    assert_eq!((facts.status, facts.tokens.input, facts.request_model), (Status::Unset, None, None));
    assert_eq!((mention.session, mention.agent, mention.person), (None, None, None));
}

#[test]
fn names_are_taken_as_they_come() {
    let agent = |raw: &str| event(&body(&format!(r#""agent":{raw},"#))).mention.agent;
    let check = |raw: &str, expected: Option<&str>| assert_eq!(agent(raw).as_deref(), expected, "{raw}");
    check("null", None);
    check(r#""""#, None);
    check("{}", None);
    check("[1]", None);
    check("7", Some("7"));
    check("true", Some("true"));
    check("123456789012345678901234567890", Some("123456789012345678901234567890"));
    check(r#""a b/ü 日本""#, Some("a b/ü 日本"));
    check(r#""\u00fc\n""#, Some("ü\n"));
    check(r#""a\u0000b""#, Some("a\u{FFFD}b"));
    check(r#""\ud83dx""#, Some("\u{FFFD}x"));
    check(r#""first","agent":"last""#, Some("last"));
    let long = "ü".repeat(4_096);
    check(&format!("\"{long}\""), Some(&long));
}

#[test]
fn what_cannot_be_recorded_is_refused() {
    let check = |text: &str, kind: ErrorKind, part: &str| {
        let error = refused(text);
        assert_eq!(error.kind, kind, "{text}");
        assert!(error.public.contains(part), "{} for {text}", error.public);
    };
    let fingerprint = format!(r#""fingerprint_id":"{FINGERPRINT}""#);
    check("", ErrorKind::Invalid, "Invalid JSON");
    check("[]", ErrorKind::Invalid, "a JSON object");
    check("{}", ErrorKind::Invalid, "properties");
    check(&format!("{{{fingerprint},\"properties\":null}}"), ErrorKind::Invalid, "properties");
    check(&format!("{{{fingerprint},\"properties\":[]}}"), ErrorKind::Invalid, "must be an object");
    check(r#"{"properties":{}}"#, ErrorKind::Invalid, "fingerprint_id");
    check(r#"{"properties":{},"fingerprint_id":"nope"}"#, ErrorKind::NotFound, "Fingerprint");
    check(&format!("{{{fingerprint},\"properties\":{{}},\"event_name\":\"tool\"}}"), ErrorKind::Invalid, "llm");
    check(&body(&format!("\"person\":\"{}\",", "x".repeat(4_097))), ErrorKind::Invalid, "4096");
    check(&format!("{}garbage", body("")), ErrorKind::Invalid, "Invalid JSON");
}

#[test]
fn domain_events_are_handed_on_as_they_are() {
    let is_foreign = |text: &str| matches!(translate::event(text.to_owned(), NOW), Ok(translate::Body::Foreign(same)) if same == text);
    for text in [r#"{"eventType":"order.paid"}"#, r#"{"eventType":7,"event_name":null}"#, r#"{ "events" : [] }"#, r#"{"eventType":null}"#] {
        assert!(is_foreign(text), "{text}");
    }
    for text in [body(r#""eventType":"order.paid","#), body(r#""events":[],"#), body(r#""events":{},"#), "{}".to_owned()] {
        assert!(!is_foreign(&text), "{text}");
    }
    let repaired = translate::event(r#"{"eventType":"\ud83d"}"#.to_owned(), NOW);
    assert!(matches!(repaired, Ok(translate::Body::Foreign(text)) if text == r#"{"eventType":"\uFFFD"}"#));
}

#[test]
fn only_an_empty_session_is_a_session_error() {
    let about_session = |raw: &str| matches!(refused(&body(&format!(r#""session":{raw},"#))).subject, Some(Subject::Session(_)));
    assert!(about_session(r#""""#));
    assert_eq!(event(&body(r#""session":null,"#)).mention.session, None);
    assert_eq!(event(&body(r#""session":5,"#)).mention.session.as_deref(), Some("5"));
}

#[test]
fn people_keep_what_is_sent() {
    let check = |text: &str, expected: Option<&str>| {
        let (_, properties) = translate::person(text).unwrap_or_else(|error| panic!("{error} for {text}"));
        assert_eq!(properties.as_deref(), expected, "{text}");
    };
    check(r#"{"person_id":"p"}"#, None);
    check(r#"{"person_id":"p","properties":null}"#, None);
    check(r#"{"person_id":"p","properties":{ "n" : 1e400, "n":2 }}"#, Some(r#"{ "n" : 1e400, "n":2 }"#));
    check(r#"{"person_id":"p","properties":{"x":"\udc00"}}"#, Some(r#"{"x":"\uFFFD"}"#));
    assert!(translate::person(r#"{"person_id":"p","properties":7}"#).is_err());
    assert!(translate::person(r#"{"person_id":"","properties":{}}"#).is_err());
    assert_eq!(translate::new_properties(r#"{"properties":null}"#).ok(), Some(None));
    assert!(translate::new_properties("{}").is_err());
}

#[test]
fn a_runtime_is_the_same_in_any_order() {
    let details = |text: &str| translate::runtime(text).unwrap_or_else(|error| panic!("{error} for {text}")).details;
    let one =
        details(r#"{"language":"py","language_version":"3","system":"L","git_branch":null,"all_packages":{"b":"2","a":"1"},"z":12e500}"#);
    let other = details(r#"{"z":12e500,"all_packages":{ "a":"1", "b":"2"},"system":"L","language_version":"3","language":"py"}"#);
    assert_eq!(one, r#"{"all_packages":{"a":"1","b":"2"},"z":12e500}"#);
    assert_eq!(one, other);
    let error = translate::runtime(r#"{"language":"py","system":null}"#).expect_err("two fields are missing");
    assert!(error.public.contains("language_version, system"), "{}", error.public);
}
