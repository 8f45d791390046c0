//! Requests to drafts, as far as that is not the telemetry crate's reading.

use debrief_model::{Kind, Span as Part, Status};

use super::*;

const NOW: Timestamp = Timestamp(1_767_268_800_250_000);

fn traces(spans: &str) -> Translated {
    let scope = r#"{"name":"test"}"#;
    let body = format!(r#"{{"resourceSpans":[{{"resource":{{}},"scopeSpans":[{{"scope":{scope},"spans":[{spans}]}}]}}]}}"#);
    read(Signal::Traces, Encoding::Json, body.as_bytes(), NOW).unwrap()
}

fn span(id: &str, more: &str) -> String {
    format!(
        r#"{{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"{id}","name":"x","startTimeUnixNano":"1000000","endTimeUnixNano":"3000000"{more}}}"#
    )
}

fn attributes(of: &[(&str, &str)]) -> String {
    let each = of.iter().map(|(key, value)| format!(r#"{{"key":"{key}","value":{value}}}"#)).collect::<Vec<_>>();
    format!(r#","attributes":[{}]"#, each.join(","))
}

#[test]
fn a_span_is_known_by_its_trace_and_its_own_id() {
    let found = traces(&span("B7AD6B7169203331", r#","parentSpanId":"00f067aa0ba902b7""#));
    let facts = &found.drafts[0].facts;
    assert_eq!(facts.key.as_deref(), Some("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331"));
    assert_eq!(facts.causation_id.as_deref(), Some("0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7"));
    assert_eq!((facts.occurred_at, facts.ended_at, facts.duration_us), (Timestamp(1_000), Some(Timestamp(3_000)), Some(2_000)));
    assert_eq!((facts.kind, facts.status, &*facts.event_type), (Kind::Span, Status::Ok, "span.completed"));
    assert_eq!(found.drafts[0].mention, debrief_model::Mention::default());
}

#[test]
fn a_bad_span_does_not_harm_its_neighbours() {
    let found = traces(&[span("b7ad6b7169203331", ""), span("", ""), span("zz", "")].join(","));
    assert_eq!((found.drafts.len(), found.rejected, found.message.is_empty()), (1, 2, false));
}

#[test]
fn a_model_call_is_a_leaf_and_what_stands_for_others_is_not() {
    let of = |operation: &str| {
        let told = attributes(&[
            ("gen_ai.operation.name", &format!(r#"{{"stringValue":"{operation}"}}"#)),
            ("gen_ai.usage.input_tokens", r#"{"intValue":12}"#),
            ("gen_ai.agent.name", r#"{"stringValue":"clerk"}"#),
        ]);
        traces(&span("b7ad6b7169203331", &told)).drafts.remove(0)
    };
    let call = of("chat");
    assert_eq!((call.facts.kind, call.span, call.facts.tokens.input), (Kind::Llm, Some(Part::Leaf), Some(12)));
    assert_eq!(call.mention.agent.as_deref(), Some("clerk"));
    let agent = of("invoke_agent");
    assert_eq!((agent.facts.kind, agent.span, &*agent.facts.event_type), (Kind::Span, Some(Part::Summary), "agent.completed"));
}

#[test]
fn what_has_not_ended_is_running() {
    let open = span("b7ad6b7169203331", "").replace("3000000", "0");
    let facts = traces(&open).drafts.remove(0).facts;
    assert_eq!((facts.ended_at, facts.duration_us, facts.status, &*facts.event_type), (None, None, Status::Unset, "span.started"));
}

#[test]
fn a_record_that_comes_again_has_the_same_key_and_another_one_has_not() {
    let logs = |body: &str| {
        let record = format!(
            r#"{{"timeUnixNano":"1000000","eventName":"gen_ai.choice","traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","body":{{"stringValue":"{body}"}}}}"#
        );
        let body = format!(r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{record}]}}]}}]}}"#);
        read(Signal::Logs, Encoding::Json, body.as_bytes(), NOW).unwrap().drafts.remove(0).facts
    };
    assert_eq!(logs("a").key, logs("a").key);
    assert_ne!(logs("a").key, logs("b").key);
    assert_eq!((logs("a").kind, logs("a").parent_span_id.as_deref()), (Kind::Message, Some("b7ad6b7169203331")));
}

#[test]
fn providers_are_called_as_opentelemetry_calls_them() {
    let of = |word: &str| {
        let told = attributes(&[
            ("gen_ai.operation.name", r#"{"stringValue":"chat"}"#),
            ("gen_ai.system", &format!(r#"{{"stringValue":"{word}"}}"#)),
        ]);
        traces(&span("b7ad6b7169203331", &told)).drafts.remove(0).facts.provider
    };
    for (word, expected) in
        [("OpenAI", "openai"), ("openai.chat", "openai"), ("aws.bedrock", "aws.bedrock"), ("azure.ai.openai", "azure.ai.openai")]
    {
        assert_eq!(of(word).as_deref(), Some(expected), "{word}");
    }
}
