//! Log records.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::builder::{attribute, list, map, text};
use super::{show, tokens};
use crate::{Around, Class, Keeper, LogClass, LogReading, read_log, reread_log, reread_messages};

fn record(name: &str, attributes: Vec<KeyValue>, body: Option<Value>) -> LogRecord {
    LogRecord {
        event_name: name.into(),
        attributes,
        body: body.map(|value| AnyValue { value: Some(value) }),
        time_unix_nano: 5,
        ..LogRecord::default()
    }
}

fn read(record: &LogRecord) -> LogReading {
    let around = Around { scope_name: "lib", ..Around::default() };
    let reading = read_log(&around, record);
    let kept = Keeper::of(&around).log(record);
    assert_eq!(format!("{:?}", reread_log(&kept).unwrap()), format!("{reading:?}"), "{kept}");
    reading
}

#[test]
fn messages_and_choices() {
    let check = |record: &LogRecord, role, line: &str| {
        let reading = read(record);
        assert_eq!((reading.role, reading.dialect), (Some(role), "otel-genai"));
        assert_eq!(reading.message.iter().flat_map(|message| show(std::slice::from_ref(message))).collect::<String>(), line);
        reading
    };
    let system = || vec![attribute("gen_ai.system", text("openai"))];
    check(&record("gen_ai.user.message", system(), Some(map([("content", text("Hi"))]))), "user", "user: \"Hi\"");
    check(
        &record("gen_ai.tool.message", system(), Some(map([("content", text("rain")), ("id", text("c1"))]))),
        "tool",
        "tool#c1: \"rain\"",
    );
    let calls = list([map([
        ("id", text("c1")),
        ("type", text("function")),
        ("function", map([("name", text("look")), ("arguments", text("{}"))])),
    ])]);
    check(&record("gen_ai.assistant.message", system(), Some(map([("tool_calls", calls)]))), "assistant", "assistant: look#c1({})");
    let choice = map([("index", Value::IntValue(0)), ("finish_reason", text("stop")), ("message", map([("content", text("Hello"))]))]);
    let reading = check(&record("gen_ai.choice", system(), Some(choice)), "assistant", "assistant: \"Hello\"");
    assert!(matches!(reading.class, LogClass::Choice));
    assert_eq!(reading.finish_reason.as_deref(), Some("stop"));
    let older = record("", vec![attribute("event.name", text("gen_ai.user.message")), attribute("content", text("Hi"))], None);
    check(&older, "user", "user: \"Hi\"");
}

#[test]
fn a_whole_call() {
    let message =
        |role, said| list([map([("role", text(role)), ("parts", list([map([("type", text("text")), ("content", text(said))])]))])]);
    let attributes = vec![
        attribute("gen_ai.operation.name", text("chat")),
        attribute("gen_ai.request.model", text("gpt-5.4")),
        attribute("gen_ai.usage.input_tokens", Value::IntValue(3)),
        attribute("gen_ai.input.messages", message("user", "Hi")),
        attribute("gen_ai.output.messages", message("assistant", "Hello")),
    ];
    let record = record("gen_ai.client.inference.operation.details", attributes, None);
    let LogClass::Inference(reading) = read(&record).class else { panic!("a call") };
    assert_eq!((reading.class, tokens(reading.tokens)[0], reading.running), (Class::Inference, 3, false));
    assert_eq!(reading.said.map(|said| (said.user_messages, said.replied)), Some((1, true)));
    let exchange = reread_messages(&Keeper::of(&Around::default()).log(&record)).unwrap();
    assert_eq!((show(&exchange.input), show(&exchange.output)), (vec!["user: \"Hi\"".to_owned()], vec!["assistant: \"Hello\"".to_owned()]));
}

#[test]
fn judgements_errors_and_others() {
    let judged = vec![
        attribute("gen_ai.evaluation.name", text("Relevance")),
        attribute("gen_ai.evaluation.score.value", Value::DoubleValue(0.75)),
        attribute("gen_ai.evaluation.score.label", text("good")),
        attribute("gen_ai.evaluation.explanation", text("On topic.")),
        attribute("gen_ai.response.id", text("r1")),
    ];
    let LogClass::Evaluation(evaluation) = read(&record("gen_ai.evaluation.result", judged, None)).class else { panic!("a judgement") };
    assert_eq!((evaluation.name.as_deref(), evaluation.score, evaluation.label.as_deref()), (Some("Relevance"), Some(0.75), Some("good")));
    assert_eq!((evaluation.response_id.as_deref(), evaluation.failure), (Some("r1"), None));
    let thrown = vec![attribute("exception.type", text("E")), attribute("exception.message", text("no"))];
    let LogClass::Exception(failure) = read(&record("gen_ai.client.operation.exception", thrown, None)).class else { panic!("an error") };
    assert_eq!((failure.kind.as_deref(), failure.message.as_deref()), (Some("E"), Some("no")));
    let plain = read(&record("", Vec::new(), Some(text("started"))));
    assert!(matches!(plain.class, LogClass::Other));
    assert_eq!((plain.dialect, plain.event_name, plain.role), ("otel", None, None));
}
