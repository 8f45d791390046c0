//! Depth, repairs, and times: plain text in, plain answers out.

use std::borrow::Cow;

use super::raw;
use crate::time::{rfc3339_s, rfc3339_us};
use crate::{json_depth_exceeds, repair_json, repair_utf8};

#[test]
fn depth() {
    let check = |text: &str, depth: usize| {
        assert!(!json_depth_exceeds(text.as_bytes(), depth), "{text} is no deeper than {depth}");
        assert!(depth == 0 || json_depth_exceeds(text.as_bytes(), depth - 1), "{text} is {depth} deep");
    };
    check("", 0);
    check("1", 0);
    check("[]", 1);
    check(r#"{"a":[1,{"b":2}],"c":{}}"#, 3);
    check("[[],[],[[]]]", 3);
    check(r#"["[[[[","{{{{"]"#, 1);
    check(r#"["\"[[",["\\"],["]]]\\\""]]"#, 2);
    check(&format!(r#"["{}\"[[[",[[]]]"#, "x".repeat(100)), 3);
    check(&format!("{}{}", "[".repeat(2_000_000), "]".repeat(2_000_000)), 2_000_000);
    check(r#"["unclosed [[[["#, 1);
    // Not JSON: closing what was never opened must not make room.
    check("]]]]]][[[", 3);
}

#[test]
fn every_string_length_around_the_stride() {
    for length in 0..100 {
        let filler = "x".repeat(length);
        let text = format!(r#"["{filler}","{filler}\\","{filler}\"[",[[]]]"#);
        assert!(json_depth_exceeds(text.as_bytes(), 2) && !json_depth_exceeds(text.as_bytes(), 3), "{text}");
    }
}

#[test]
fn lone_surrogates() {
    let check = |text: &str, expected: Option<&str>| assert_eq!(repair_json(text).as_deref(), expected, "{text}");
    check(r#""plain é \n \u00e9""#, None);
    check(r#""\ud83d\ude00""#, None);
    check(r#""\ud83d""#, Some(r#""\uFFFD""#));
    check(r#""\uDE00 after""#, Some(r#""\uFFFD after""#));
    check(r#""a\ud83d\ud83d\ude00b""#, Some(r#""a\uFFFD\ud83d\ude00b""#));
    check(r#""\ude00\ud83d""#, Some(r#""\uFFFD\uFFFD""#));
    check(r#""\ud83d\n\ud83dx""#, Some(r#""\uFFFD\n\uFFFDx""#));
    // The backslash itself is escaped: this is the text `\ud83d`.
    check(r#""\\ud83d""#, None);
    check(r#""\\\ud83d""#, Some(r#""\\\uFFFD""#));
    // Cut off or no hexadecimal digits: not an escape, and no panic.
    for broken in ["\\", "\\u", "\\ud8", "\\ud83g", "\\é\\ud83d", "é\\"] {
        check(broken, None);
    }
}

#[test]
fn numbers_that_json_does_not_have() {
    let check = |text: &str, expected: Option<&str>| assert_eq!(repair_json(text).as_deref(), expected, "{text}");
    check("NaN", Some(r#""NaN""#));
    check(r#"{"a":NaN,"b":[-Infinity, Infinity ],"c": NaN}"#, Some(r#"{"a":"NaN","b":["-Infinity", "Infinity" ],"c": "NaN"}"#));
    check(r#"{"é \"é":"ü","NaN":NaN}"#, Some(r#"{"é \"é":"ü","NaN":"NaN"}"#));
    check("[NaN,NaN,-1,-0.5]", Some(r#"["NaN","NaN",-1,-0.5]"#));
    // Within a text they are the text's, and what only begins like one is none.
    for whole in [
        r#"{"a":"NaN"}"#,
        r#"["a, NaN","\\","say \"NaN\", NaN"]"#,
        "[NaNs]",
        "[aNaN]",
        "[--Infinity]",
        "[NaN 1]",
        "{NaN:1}",
        r#"["a\"#,
        r#"[""NaN"]"#,
    ] {
        check(whole, None);
    }
    // With both faults, both are mended.
    check(r#"["\ud83d",NaN]"#, Some(r#"["\uFFFD","NaN"]"#));
}

#[test]
fn a_name_with_half_a_character_is_kept() {
    let output = raw(r#"{"model":"gpt-\ud83d","id":"x","\udead":1}"#);
    let facts = crate::call_facts(None, None, Some(&output));
    assert_eq!(facts.response_model.as_deref(), Some("gpt-\u{FFFD}"));
}

#[test]
fn bytes_that_are_not_utf8() {
    assert!(matches!(repair_utf8("é".as_bytes()), Cow::Borrowed("é")));
    assert_eq!(repair_utf8(b"a\xffb\xc3"), "a\u{FFFD}b\u{FFFD}");
}

#[test]
fn times_with_fractions() {
    assert_eq!(rfc3339_us("2026-11-21T23:58:20.178303+00:00"), Some(1_795_305_500_178_303));
    assert_eq!(rfc3339_us("2026-11-21T23:58:20.25Z"), Some(1_795_305_500_250_000));
    assert_eq!(rfc3339_us("2026-11-21T23:58:20.1234567890Z"), Some(1_795_305_500_123_456));
    assert_eq!(rfc3339_us("2026-11-21T23:58:20Z"), Some(1_795_305_500_000_000));
    assert_eq!(rfc3339_us("2026-11-21"), None);
}

#[test]
fn times() {
    let check = |text: &str, expected: Option<i64>| assert_eq!(rfc3339_s(text), expected, "{text}");
    check("1970-01-01T00:00:00Z", Some(0));
    check("2000-02-29T12:00:00Z", Some(951_825_600));
    check("2026-11-21T23:58:20Z", Some(1_795_305_500));
    check("2026-11-21T23:58:20.178303+00:00", Some(1_795_305_500));
    check("2026-11-22T01:28:20+01:30", Some(1_795_305_500));
    check("2026-11-21 23:58:20", Some(1_795_305_500));
    check("1969-12-31t23:59:59z", Some(-1));
    for wrong in [
        "",
        "2026-11-21",
        "2026-13-21T00:00:00Z",
        "2026-11-21T23:58:20 CET",
        "2026-1a-21T00:00:00Z",
        "2026-11-21T00:00:00+1",
        "+026-11-21T00:00:00Z",
    ] {
        check(wrong, None);
    }
}
