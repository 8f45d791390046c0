//! Parameters alone: what was asked, and what Pydantic would say of it. The expected words come from FastAPI 0.165 with Pydantic 2.14.

use debrief_model::Error;
use proptest::prelude::*;

use super::translate;
use crate::edge::time::render;

fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn told(error: Error) -> Vec<String> {
    error.problems.into_iter().map(|problem| format!("{}.{} {}: {}", problem.place, problem.field, problem.code, problem.message)).collect()
}

#[test]
fn every_filter_is_read() {
    let (query, paging) = translate::list(&pairs(
        "event_type=a.b&resource_type=order&resource_id=7&from=2026-01-01&to=2026-01-02T00:00:00+01:00&limit=7&offset=1.0",
    ))
    .unwrap();
    assert_eq!(query.event_type.as_deref(), Some("a.b"));
    assert_eq!((query.resource_type.as_deref(), query.resource_id.as_deref()), (Some("order"), Some("7")));
    assert_eq!(query.time.from.map(render).as_deref(), Some("2026-01-01T00:00:00.000000Z"));
    assert_eq!(query.time.to.map(render).as_deref(), Some("2026-01-01T23:00:00.000000Z"));
    assert_eq!((paging.limit, paging.offset), (7, 1));
    let (_, paging) = translate::list(&[]).unwrap();
    assert_eq!((paging.limit, paging.offset), (100, 0));
}

#[test]
fn numbers_are_judged_as_pydantic_does() {
    let check = |query: &str, expected: &str| assert_eq!(told(translate::list(&pairs(query)).unwrap_err()), [expected], "{query}");
    let no_number = "query.limit int_parsing: Input should be a valid integer, unable to parse string as an integer";
    for text in ["ten", "", "1.5", "0x10", "--5", "1e2", "."] {
        check(&format!("limit={text}"), no_number);
    }
    let (small, large) = ("Input should be greater than or equal to 1", "Input should be less than or equal to 100");
    for text in ["0", "-1", "-99999999999999999999999999999999999999999999999999"] {
        check(&format!("limit={text}"), &format!("query.limit greater_than_equal: {small}"));
    }
    for text in ["101", "99999999999999999999999999999999999999999999999999"] {
        check(&format!("limit={text}"), &format!("query.limit less_than_equal: {large}"));
    }
    check("offset=-1", "query.offset greater_than_equal: Input should be greater than or equal to 0");
    for text in ["5", " 5 ", "+5", "5.0", "5.", "05"] {
        assert_eq!(translate::list(&pairs(&format!("limit={text}"))).unwrap().1.limit, 5, "{text}");
    }
}

#[test]
fn times_are_judged_as_pydantic_does() {
    let check = |text: &str, why: &str| {
        let expected = format!("query.from datetime_from_date_parsing: Input should be a valid datetime or date, {why}");
        assert_eq!(told(translate::time(&pairs(&format!("from={text}"))).unwrap_err()), [expected], "{text}");
    };
    check("", "input is too short");
    check("yesterday", "input is too short");
    check("not-a-date-at-all", "invalid character in year");
    check("2026/01/01", "invalid date separator, expected `-`");
    check("2026-ab-01", "invalid character in month");
    check("2026-01/01", "invalid date separator, expected `-`");
    check("2026-01-xx", "invalid character in day");
    check("2026-13-01", "month value is outside expected range of 1-12");
    check("2026-00-01", "month value is outside expected range of 1-12");
    check("2026-02-30", "day value is outside expected range");
    check("2026-01-01T25:00:00Z", "unexpected extra characters at the end of the input");
    check("2026-01-01T00:00:00 00:00", "unexpected extra characters at the end of the input");
    check("ééééééééé", "invalid character in year");
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_in_order() {
    let error = translate::by_resource("nothing", "nope", &pairs("y=1&offset=x&limit=1&limit=2&z=3&z=4")).unwrap_err();
    let told = told(error);
    assert!(told[0].starts_with("path.resource_type enum: Input should be 'action_run', 'agent_spec', "), "{}", told[0]);
    assert!(told[0].ends_with(" or 'price_book'"), "{}", told[0]);
    assert_eq!(
        told[1..],
        [
            "path.resource_id uuid_parsing: Input should be a valid UUID, invalid character: found `n` at 0",
            "query.limit int_type: Input should be a valid integer",
            "query.offset int_parsing: Input should be a valid integer, unable to parse string as an integer",
            "query.y extra_forbidden: Extra inputs are not permitted",
            "query.z extra_forbidden: Extra inputs are not permitted",
        ]
    );
}

#[test]
fn a_payload_is_an_object_as_it_was_sent() {
    let check = |body: Option<&str>, expected: &str| assert_eq!(translate::payload(body.map(str::to_owned)).get(), expected);
    check(None, "{}");
    check(Some(r#"{ "b":1, "a":1e400 }"#), r#"{ "b":1, "a":1e400 }"#);
    check(Some("[1]"), r#"{"value":[1]}"#);
    check(Some("not JSON"), "{}");
}

proptest! {
    #[test]
    fn no_parameter_makes_it_panic(name in "from|to|limit|offset|event_type|\\PC{0,8}", value in any::<String>(), path in any::<String>()) {
        let pairs = [(name, value)];
        drop(translate::list(&pairs));
        drop(translate::time(&pairs));
        drop(translate::by_correlation(&path, &pairs));
        drop(translate::by_resource(&path, &path, &pairs));
        drop(translate::event_id(&path, &pairs));
        let is_object = translate::payload(Some(path)).get().starts_with('{');
        prop_assert!(is_object);
    }

    #[test]
    fn whatever_is_nearly_a_date_is_judged(text in "[0-9é-]{4}[-/0-9é]{1}[0-9é]{2}[-é]{1}[0-9é]{2}\\PC{0,6}") {
        drop(translate::time(&[("from".to_owned(), text)]));
    }
}
