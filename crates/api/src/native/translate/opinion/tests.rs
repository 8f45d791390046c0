//! What is taken, what it means, and what is refused.

use proptest::prelude::*;

use super::*;

/// The resolution in a word, or everything that is wrong.
fn shown<T>(read: Result<(T, NewOpinion), Error>) -> String {
    match read {
        Ok((_, new)) => new.resolution.map_or("nothing", Resolution::word).to_owned(),
        Err(error) => error.problems.iter().map(|problem| format!("{} {}", problem.field, problem.code)).collect::<Vec<_>>().join(", "),
    }
}

#[test]
fn feedback_is_read() {
    let check = |body: &str, expected: &str| assert_eq!(shown(feedback(body)), expected, "{body}");
    check(r#"{"thumbs":"up"}"#, "resolved");
    check(r#"{"thumbs":"down","comment":"no"}"#, "unresolved");
    check(r#"{"comment":"solved, thanks"}"#, "nothing");
    check(r#"{"score":0.5}"#, "resolved");
    check(r#"{"score":2,"scoreMin":1,"scoreMax":5}"#, "unresolved");
    check(r#"{"label":"Not Resolved"}"#, "unresolved");
    check(r#"{"label":"meh","score":null}"#, "nothing");
    check(r#"{"thumbs":"up","resolution":"unresolved"}"#, "unresolved");
    check(r#"{"score":0,"score":1}"#, "resolved");
    check("{}", "thumbs missing");
    check(r#"{"thumbs":null,"person":"p"}"#, "thumbs missing");
    check(r#"{"thumbs":"sideways","resolution":true}"#, "thumbs enum, resolution enum");
    check(r#"{"score":5}"#, "score range");
    check(r#"{"score":1,"scoreMin":1,"scoreMax":1}"#, "scoreMin range");
    check(r#"{"comment":"x","scoreMax":5}"#, "score missing");
    check(r#"{"score":"1"}"#, "score type");
    check(r#"{"comment":"","label":7,"occurredAt":"now","colour":1}"#, "label type, comment length, occurredAt datetime, colour unknown");
    check("[]", " type");
    check(&format!(r#"{{"comment":"{}"}}"#, "x".repeat(8_192)), "nothing");
    check(&format!(r#"{{"comment":"{}","label":"{}"}}"#, "x".repeat(8_193), "x".repeat(257)), "label length, comment length");
    check(&format!(r#"{{"thumbs":"up"{}}}"#, " ".repeat(EVENT_PAYLOAD_BYTES_MAX)), " length");
}

#[test]
fn scores_are_read() {
    let check = |body: &str, expected: &str| assert_eq!(shown(score(body)), expected, "{body}");
    check(r#"{"name":"task_completion","value":true}"#, "resolved");
    check(r#"{"name":"eval.Resolution","value":"fail"}"#, "unresolved");
    check(r#"{"name":"resolution","value":0.4}"#, "unresolved");
    check(r#"{"name":"resolution","value":4,"max":5}"#, "resolved");
    check(r#"{"name":"resolution","value":0.4,"label":"pass"}"#, "resolved");
    check(r#"{"name":"resolution","comment":"yes"}"#, "nothing");
    check(r#"{"name":"resolution","comment":"yes","value":null,"min":null}"#, "nothing");
    check(r#"{"name":"latency","value":350,"source":"code"}"#, "nothing");
    check(r#"{"name":"relevance","value":true}"#, "nothing");
    check(r#"{"value":1}"#, "name missing");
    check(r#"{"name":"resolution"}"#, "value missing");
    check(r#"{"name":"resolution","value":4}"#, "value range");
    check(r#"{"name":"latency","value":350,"max":1}"#, "value range");
    check(r#"{"name":"x","value":"good","min":0}"#, "value type");
    check(r#"{"name":"x","value":[1],"source":"me"}"#, "value type, source enum");
    check(r#"{"name":"x","value":1e999}"#, "value type");
}

#[test]
fn what_is_kept_reads_as_it_was_told() {
    let body = r#"{"name":"goal_completion","value":0.75,"comment":"\ud83d","source":"human"}"#;
    let (told, new) = score(body).unwrap();
    let kept = String::from_utf8(debrief_store::body::decode(&new.body).unwrap()).unwrap();
    assert_eq!(kept_score(&kept, false), told);
    assert_eq!((told.resolution(), told.source), (Some(Resolution::Resolved), Some("human")));
    let record = r#"{"eventName":"gen_ai.evaluation.result","attributes":{"gen_ai.evaluation.name":"resolution","gen_ai.evaluation.score.value":0.1}}"#;
    let judged = kept_score(record, true);
    assert_eq!((judged.resolution(), judged.value), (Some(Resolution::Unresolved), Some(Value::Number(0.1))));
    assert_eq!(kept_score("nonsense", false), Score::default());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*", name in "\\PC*", value: f64) {
        let _ = (feedback(&text), score(&text), kept_score(&text, true));
        let body = serde_json::json!({ "name": name, "value": value, "label": text });
        let _ = score(&body.to_string());
    }
}
