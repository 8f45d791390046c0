//! Bodies of many parts with nothing in them: what they would become in memory is bounded.

use prost::Message;

use super::{data, logs, samples, traces};
use crate::budget::Budget;
use crate::json::{Context, Field, read_text};
use crate::protobuf::{self, Kind};
use crate::{Encoding, Malformed};

/// A limit on bodies that is common.
const BODY_BYTES: usize = 4 * 1024 * 1024;

fn check_crowded<T>(read: Result<T, Malformed>) {
    let malformed = read.map(|_| ()).expect_err("too many parts");
    assert!(malformed.sentence.contains("parts"), "{malformed}");
}

/// A protobuf field of this number that has these bytes.
fn wrapped(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    prost::encode_length_delimiter(content.len(), &mut field).expect("a vector grows");
    field.extend_from_slice(content);
    field
}

#[test]
fn empty_parts_of_json() {
    for (before, part, after) in [
        (r#"{"resourceSpans":["#, "{},", "{}]}"),
        (r#"{"resourceSpans":[{"scopeSpans":[{"spans":["#, "null,", "null]}]}]}"),
        (r#"{"resourceSpans":[{"resource":{"attributes":["#, "1,", "1]}}]}"),
    ] {
        check_crowded(traces(Encoding::Json, format!("{before}{}{after}", part.repeat(BODY_BYTES / part.len())).as_bytes()));
    }
}

#[test]
fn empty_parts_of_protobuf() {
    let spans = wrapped(2, &[]).repeat(BODY_BYTES / 2);
    check_crowded(traces(Encoding::Protobuf, &wrapped(1, &wrapped(2, &spans))));
    let attributes = wrapped(9, &[]).repeat(BODY_BYTES / 2);
    check_crowded(traces(Encoding::Protobuf, &wrapped(1, &wrapped(2, &wrapped(2, &attributes)))));
    // Behind the beginning and end of a group, which the library skips.
    let hidden = [vec![15 << 3 | 3, 15 << 3 | 4], wrapped(1, &[]).repeat(BODY_BYTES / 2)].concat();
    check_crowded(traces(Encoding::Protobuf, &hidden));
}

#[test]
fn small_parts_that_mean_something() {
    let json = format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"value":{{"arrayValue":{{"values":[{}null]}}}}}}]}}}}]}}"#,
        r#"{"intValue":1},"#.repeat(BODY_BYTES / 15)
    );
    let request = traces(Encoding::Json, json.as_bytes()).expect("a list of integers");
    assert_eq!(traces(Encoding::Protobuf, &request.encode_to_vec()), Ok(request));
}

#[test]
fn log_records_of_one_letter() {
    let record = wrapped(2, &wrapped(5, &wrapped(1, b"x")));
    let body = wrapped(1, &wrapped(2, &record.repeat(BODY_BYTES / record.len())));
    assert!(logs(Encoding::Protobuf, &body).is_ok());
}

#[test]
fn what_sdks_send_needs_little() {
    let body = data!("agentops_tagged.pb");
    let budget = Budget::of_body(body.len());
    let whole = budget.left();
    protobuf::spend(&protobuf::TRACES, body, &budget);
    assert!(whole.zip(budget.left()).is_some_and(|(whole, left)| whole - left < 4 * body.len()));
}

/// What a request needs, by either encoding: they must agree, or the tables of the one have a gap.
fn check_needs<T: Field + Default + Message>(kind: &Kind, request: &T, json: &[u8], numbers: usize) {
    let (of_protobuf, of_json) = (Budget::of_body(0), Context::within(Budget::of_body(0)));
    protobuf::spend(kind, &request.encode_to_vec(), &of_protobuf);
    read_text::<T>(std::str::from_utf8(json).expect("text"), &of_json).expect("a sample");
    assert_eq!(of_protobuf.left(), of_json.budget.left().map(|left| left + numbers * size_of::<u64>()));
}

#[test]
fn both_encodings_need_the_same() {
    check_needs(&protobuf::TRACES, &samples::trace(), data!("trace.json"), 0);
    check_needs(&protobuf::LOGS, &samples::logs(), data!("logs.json"), 0);
    // Lists of bare numbers, which protobuf packs, are not counted there.
    check_needs(&protobuf::METRICS, &samples::metrics(), data!("metrics.json"), 5);
}
