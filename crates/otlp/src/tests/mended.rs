//! Protobuf that the library refuses as a whole for one part of it: the part is mended or left out, and the rest is as it was.

use prost::Message;

use super::{logs, metrics, samples, traces};
use crate::proto::collector::trace::v1::ExportTraceServiceRequest;
use crate::proto::common::v1::ArrayValue;
use crate::proto::common::v1::any_value::Value;
use crate::proto::trace::v1::{ResourceSpans, ScopeSpans, Span};
use crate::{Encoding, Malformed, Read};

/// The body with the first of these bytes replaced.
fn with(mut body: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = body.windows(from.len()).position(|bytes| bytes == from).expect("it is in the body");
    body[at..at + to.len()].copy_from_slice(to);
    body
}

fn spans_of(request: &ExportTraceServiceRequest) -> &[Span] {
    &request.resource_spans[0].scope_spans[0].spans
}

/// A request with a span before and one after these bytes in the place of one.
fn between_spans(middle: &[u8]) -> Vec<u8> {
    let span = |name: &str| Span { trace_id: vec![1; 16], name: name.into(), ..Span::default() }.encode_to_vec();
    let spans = [&span("a"), middle, &span("z")].map(|span| field(2, span)).concat();
    field(1, &field(2, &spans))
}

/// A field of this number that has these bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    prost::encode_length_delimiter(content.len(), &mut field).expect("a vector grows");
    field.extend_from_slice(content);
    field
}

#[test]
fn a_text_that_is_not_utf_8_is_mended() {
    let mut expected = samples::trace();
    let body = with(expected.encode_to_vec(), b"chat sonnet", b"chat s\xffnnet");
    let body = with(body, b"search", b"s\xe2\x82rch");
    expected.resource_spans[0].scope_spans[0].spans[0].name = "chat s\u{fffd}nnet".into();
    let tool = &mut expected.resource_spans[0].scope_spans[0].spans[0].attributes[3];
    let Some(Value::KvlistValue(tool)) = tool.value.as_mut().and_then(|value| value.value.as_mut()) else { panic!("a list") };
    tool.values[0].value = Some(samples::any(Value::StringValue("s\u{fffd}rch".into())));
    assert_eq!(traces(Encoding::Protobuf, &body), Ok(expected));
}

#[test]
fn a_text_may_grow_past_the_next_digit_of_its_length() {
    let text = [b"x".repeat(50), b"\xff".repeat(60)].concat();
    let attribute = field(9, &[field(1, b"k"), field(2, &field(1, &text))].concat());
    let request = traces(Encoding::Protobuf, &between_spans(&attribute)).expect("only the text is bad");
    let expected = samples::attribute("k", Value::StringValue(format!("{}{}", "x".repeat(50), "\u{fffd}".repeat(60))));
    assert_eq!(spans_of(&request)[1].attributes, [expected]);
}

/// Spoils every byte that might as well be another letter. This fails for a text that the tables lack.
fn check_texts<T: Message + Default + PartialEq>(read: fn(Encoding, &[u8]) -> Result<Read<T>, Malformed>, request: &T, least: usize) {
    let body = request.encode_to_vec();
    let mut mended = 0;
    for at in 0..body.len() {
        let spoilt = |byte| [&body[..at], &[byte], &body[at + 1..]].concat();
        let is_letter = T::decode(spoilt(b'~').as_slice()).is_ok();
        if is_letter && T::decode(spoilt(0xff).as_slice()).is_err_and(|error| error.to_string().contains("UTF-8")) {
            let read = read(Encoding::Protobuf, &spoilt(0xff)).unwrap_or_else(|malformed| panic!("byte {at}: {malformed}"));
            assert_eq!((read.rejected, read.request.encoded_len() > body.len()), (0, true), "byte {at}");
            mended += 1;
        }
    }
    assert!(mended >= least, "{mended}");
}

#[test]
fn every_text_is_mended() {
    check_texts(crate::traces, &samples::trace(), 200);
    check_texts(crate::logs, &samples::logs(), 90);
    let mut request = samples::metrics();
    request.resource_metrics[0].schema_url = "https://s.example/1".into();
    request.resource_metrics[0].scope_metrics[0].schema_url = "https://s.example/2".into();
    check_texts(crate::metrics, &request, 150);
}

#[test]
fn bytes_are_no_text() {
    let attribute = field(9, &field(2, &field(7, b"\xff\xfe")));
    // Something else has to be bad, or nothing is mended.
    let request = traces(Encoding::Protobuf, &between_spans(&[attribute, field(5, b"\xff")].concat())).expect("one bad name");
    let span = &spans_of(&request)[1];
    assert_eq!(span.attributes[0].value, Some(samples::any(Value::BytesValue(vec![0xff, 0xfe]))));
    assert_eq!(span.name, "\u{fffd}");
}

#[test]
fn a_span_that_is_none_costs_itself() {
    let trace_id_as_a_number: &[u8] = &[1 << 3, 5];
    let name_longer_than_its_span: &[u8] = &[5 << 3 | 2, 100, b'x'];
    let no_wire_type: &[u8] = &[5 << 3 | 7, 0];
    let endless_number: &[u8] = &[0xff; 12];
    let end_of_no_group: &[u8] = &[15 << 3 | 4];
    for bad in [trace_id_as_a_number, name_longer_than_its_span, no_wire_type, endless_number, end_of_no_group] {
        let read = crate::traces(Encoding::Protobuf, &between_spans(bad)).unwrap_or_else(|malformed| panic!("{bad:?}: {malformed}"));
        let names: Vec<_> = spans_of(&read.request).iter().map(|span| span.name.as_str()).collect();
        assert_eq!((names.as_slice(), read.rejected), (["a", "z"].as_slice(), 1), "{bad:?}");
        assert!(read.fault.is_some_and(|fault| fault.starts_with("A span cannot be read: ")));
    }
}

#[test]
fn a_log_record_or_metric_that_is_none_costs_itself() {
    let bad = [5 << 3, 1];
    let good = samples::logs().resource_logs[0].scope_logs[0].log_records[0].clone();
    let records = [field(2, &bad), field(2, &good.encode_to_vec()), field(2, &bad)].concat();
    let read = crate::logs(Encoding::Protobuf, &field(1, &field(2, &records))).expect("one is good");
    assert_eq!((read.request.resource_logs[0].scope_logs[0].log_records.as_slice(), read.rejected), ([good].as_slice(), 2));
    assert!(read.fault.is_some_and(|fault| fault.starts_with("A log record cannot be read: ")));

    let good = samples::metrics().resource_metrics[0].scope_metrics[0].metrics[0].clone();
    let list = [field(2, &bad), field(2, &good.encode_to_vec())].concat();
    let read = crate::metrics(Encoding::Protobuf, &field(1, &field(2, &list))).expect("one is good");
    assert_eq!((read.request.resource_metrics[0].scope_metrics[0].metrics.as_slice(), read.rejected), ([good].as_slice(), 1));
    assert!(read.fault.is_some_and(|fault| fault.starts_with("A metric cannot be read: ")));
}

#[test]
fn an_envelope_that_is_none_is_refused_for_what_is_wrong_with_it() {
    let check = |body: &[u8], expected: &str| {
        let malformed = traces(Encoding::Protobuf, body).expect_err("no envelope");
        assert!(malformed.sentence.contains(expected), "{malformed}");
    };
    let bad_text = field(2, &field(2, &field(5, b"\xff")));
    // The scope's name is a number.
    check(&field(1, &[bad_text.clone(), field(2, &field(1, &[1 << 3, 5]))].concat()), "InstrumentationScope.name");
    check(&[field(1, &bad_text), vec![1 << 3, 5]].concat(), "resource_spans");
    let cut = field(1, &bad_text);
    check(&cut[..cut.len() - 1], "protobuf");
    assert!(logs(Encoding::Protobuf, &[0x0a, 0x05, 0x12]).is_err() && metrics(Encoding::Protobuf, &[0x0a, 0x05, 0x12]).is_err());
}

/// A copy is not longer than told, however it is made up.
#[test]
fn a_copy_is_at_most_three_times_as_long() {
    let empty = field(1, &field(2, &field(2, &[]).repeat(10_000)));
    let bad = field(1, &field(2, &field(2, &field(5, &[0xff; 100_000]))));
    for body in [empty, bad] {
        let copy = crate::protobuf::mended(&crate::protobuf::TRACES, &body).body;
        assert!(copy.len() <= 3 * body.len(), "{} of {}", copy.len(), body.len());
    }
}

/// Requests of random shape in which random spans are spoilt: the others are read as they were sent.
#[test]
fn good_spans_are_read_whatever_is_beside_them() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = |bound: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % bound
    };
    for _ in 0..500 {
        let count = 1 + below(8);
        let (mut good, mut bytes) = (Vec::new(), Vec::new());
        for n in 0..count {
            let values = (0..below(4)).map(|n| samples::any(Value::IntValue(i64::try_from(n).unwrap()))).collect();
            let attributes = vec![samples::attribute("list", Value::ArrayValue(ArrayValue { values }))];
            let span = Span { trace_id: vec![7; 16], name: format!("span {n}"), attributes, ..Span::default() };
            let mut encoded = span.encode_to_vec();
            if below(2) == 0 {
                let at = usize::try_from(below(u64::try_from(encoded.len()).unwrap())).unwrap();
                encoded[at] ^= u8::try_from(1 + below(255)).unwrap();
            } else {
                good.push(span);
            }
            bytes.extend(field(2, &encoded));
        }
        let read = crate::traces(Encoding::Protobuf, &field(1, &field(2, &bytes))).expect("the envelope is sound");
        let spans = spans_of(&read.request);
        assert_eq!(u64::try_from(spans.len()).unwrap() + read.rejected, count);
        let mut rest = spans.iter();
        assert!(good.iter().all(|span| rest.any(|read| read == span)), "{good:?} in {spans:?}");
    }
}

#[test]
fn the_smallest_things_are_no_exception() {
    assert_eq!(spans_of(&traces(Encoding::Protobuf, &between_spans(&field(5, b"\xff"))).expect("a bad name")).len(), 3);
    let empty = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans::default()],
            schema_url: "\u{fffd}".into(),
            ..ResourceSpans::default()
        }],
    };
    assert_eq!(traces(Encoding::Protobuf, &field(1, &[field(2, b""), field(3, b"\xff")].concat())), Ok(empty));
}
