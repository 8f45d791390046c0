//! The rules that decide whether counts are right, and how failures are told.

use debrief_model::{Failure, Status};
use opentelemetry_proto::tonic::common::v1::any_value::Value;

use super::builder::{Builder, span};
use super::{read, show, tokens};
use crate::{Class, Warning};

#[test]
fn what_repeats_the_usage_of_others_says_so() {
    let run = |name: &str, operation| span(name).text("gen_ai.operation.name", operation).int("gen_ai.usage.input_tokens", 1);
    let check = |builder: Builder, class, aggregates| {
        let reading = read(&builder);
        assert_eq!((reading.class, reading.aggregates), (class, aggregates));
    };
    check(run("chat gpt", "chat"), Class::Inference, false);
    check(run("invoke_agent x", "invoke_agent"), Class::Agent, true);
    check(run("agent_step", "agent_step"), Class::Agent, true);
    check(run("embeddings", "embeddings"), Class::Embedding, false);
    check(span("chat").text("gen_ai.operation.name", "chat").int("gen_ai.aggregated_usage.input_tokens", 1), Class::Inference, true);
    check(span("ai.generateText").text("ai.operationId", "ai.generateText"), Class::Agent, true);
    check(span("ai.streamText.doStream").text("ai.operationId", "ai.streamText.doStream"), Class::Inference, false);
    check(span("GET /"), Class::Other, true);
}

#[test]
fn cached_tokens_outside_the_input_are_added_to_it() {
    let counts = |input, read, written| {
        span("chat")
            .text("gen_ai.operation.name", "chat")
            .int("gen_ai.usage.input_tokens", input)
            .int("gen_ai.usage.cache_read.input_tokens", read)
            .int("gen_ai.usage.cache_creation.input_tokens", written)
    };
    let check = |builder: &Builder, input, warnings: &[Warning]| {
        let reading = read(builder);
        assert_eq!((tokens(reading.tokens)[0], &*reading.warnings), (input, warnings));
    };
    check(&counts(100, 60, 40), 100, &[]);
    check(&counts(100, 60, 41), 201, &[Warning::CacheOutsideInput]);
    check(&counts(0, 5, 0), 5, &[Warning::CacheOutsideInput]);
    let reading = read(
        &span("chat")
            .text("gen_ai.operation.name", "chat")
            .int("gen_ai.usage.output_tokens", 5)
            .int("gen_ai.usage.reasoning.output_tokens", 9),
    );
    assert_eq!((tokens(reading.tokens)[1], reading.warnings), (14, vec![Warning::ReasoningOutsideOutput]));
}

#[test]
fn numbers_in_keys_reserve_no_room() {
    let bomb = span("x")
        .text("openinference.span.kind", "LLM")
        .text("llm.input_messages.999999999.message.role", "user")
        .text("llm.input_messages.99999999999999999999999.message.role", "user")
        .text("llm.input_messages.7.message.role", "user")
        .text("llm.input_messages.7.message.content", "Hi")
        .text("llm.input_messages.7.message.tool_calls.999999999.tool_call.id", "x");
    let reading = read(&bomb);
    assert_eq!((reading.said.unwrap().user_messages, reading.warnings), (1, vec![Warning::TooManyMessages]));

    let many = (0..1_200).fold(span("x").text("openinference.span.kind", "LLM"), |span, nth| {
        span.text(&format!("llm.input_messages.{nth}.message.role"), "user")
            .text(&format!("llm.input_messages.{nth}.message.content"), &nth.to_string())
    });
    let reading = read(&many);
    let said = reading.said.unwrap();
    assert_eq!((said.user_messages, said.user_words.as_deref()), (1_000, Some("999")), "in the order of numbers, not of texts");
    assert_eq!(reading.warnings, [Warning::TooManyMessages]);

    let fields = (0..12_000).fold(span("x").text("openinference.span.kind", "LLM"), |span, nth| {
        span.text(&format!("llm.input_messages.0.message.contents.{nth}.message_content.text"), "x")
    });
    assert_eq!(read(&fields).warnings, [Warning::TooManyMessages]);
}

#[test]
fn numbers_may_be_texts_and_structures_json() {
    let builder = span("chat")
        .text("gen_ai.operation.name", "chat")
        .text("gen_ai.usage.input_tokens", "12")
        .double("gen_ai.usage.output_tokens", 3.0)
        .text("gen_ai.usage.cost", "0.10")
        .text("gen_ai.response.finish_reasons", "[\"length\"]")
        .text("gen_ai.response.time_to_first_chunk", "0.5");
    let reading = read(&builder);
    assert_eq!((tokens(reading.tokens), reading.reported_cost_usd.as_deref()), ([12, 3, -1, -1, -1], Some("0.10")));
    assert_eq!((reading.finish_reason.as_deref(), reading.ttft_us), (Some("length"), Some(500_000)));
    for (key, value) in [
        ("gen_ai.usage.input_tokens", "-1"),
        ("gen_ai.usage.cost", "free"),
        ("gen_ai.usage.cost", "NaN"),
        ("gen_ai.usage.cost", "-1"),
        ("gen_ai.usage.input_tokens", "1.5"),
    ] {
        let reading = read(&span("chat").text("gen_ai.operation.name", "chat").text(key, value));
        assert_eq!((reading.tokens.input, reading.reported_cost_usd), (None, None), "{key} {value}");
    }
    let in_parts = read(&span("x").text("langfuse.observation.cost_details", r#"{"input":0.1,"output":"0.2","cache":2e-05}"#));
    assert_eq!(in_parts.reported_cost_usd.as_deref(), Some("0.30002"));
    let in_parts =
        read(&span("x").text("openinference.span.kind", "LLM").double("llm.cost.prompt", 0.1).double("llm.cost.completion", 0.2));
    assert_eq!(in_parts.reported_cost_usd.as_deref(), Some("0.3"), "no binary fractions");
    let tiny = read(&span("chat").text("gen_ai.operation.name", "chat").double("gen_ai.usage.cost", 0.000_000_1));
    assert_eq!(
        read(&span("x").text("gen_ai.usage.cost", "1e-05").text("gen_ai.operation.name", "chat")).reported_cost_usd.as_deref(),
        Some("0.00001")
    );
    assert_eq!(tiny.reported_cost_usd.as_deref(), Some("0.0000001"));
    assert_eq!(read(&span("x").text("openinference.span.kind", "ORACLE")).class, Class::Other);
}

#[test]
fn an_empty_conversation_is_none() {
    assert_eq!(read(&span("x").text("gen_ai.conversation.id", "").text("session.id", "s1")).conversation.as_deref(), Some("s1"));
    assert_eq!(read(&span("x").text("gen_ai.conversation.id", "").text("session.id", "")).conversation, None);
    assert_eq!(read(&span("x").text("langfuse.session.id", "").text("gen_ai.conversation.id", "c1")).conversation.as_deref(), Some("c1"));
}

#[test]
fn of_equal_keys_the_last_counts() {
    let reading = read(
        &span("x")
            .text("gen_ai.request.model", "a")
            .text("gen_ai.request.model", "b")
            .text("session.id", "x")
            .value("user.id", super::builder::list([])),
    );
    assert_eq!((reading.request_model.as_deref(), reading.person), (Some("b"), None));
}

#[test]
fn failures() {
    let failure =
        |kind: Option<&str>, message: Option<&str>| Some(Failure { kind: kind.map(Into::into), message: message.map(Into::into) });
    let check = |builder: Builder, status, failure: Option<Failure>| {
        let reading = read(&builder);
        assert_eq!((reading.status, reading.failure), (status, failure));
    };
    let exception = [("exception.type", "ValueError"), ("exception.message", "exploded")];
    check(span("x"), Status::Unset, None);
    check(span("x").status(1, ""), Status::Ok, None);
    check(span("x").status(7, ""), Status::Unset, None);
    check(span("x").status(2, "boom"), Status::Error, failure(None, Some("boom")));
    check(
        span("x").status(2, "ValueError: exploded").event("exception", &exception).event("exception", &exception),
        Status::Error,
        failure(Some("ValueError"), Some("exploded")),
    );
    check(span("x").event("exception", &exception), Status::Unset, None);
    check(span("x").event("exception", &[("exception.type", "E"), ("exception.escaped", "True")]), Status::Error, failure(Some("E"), None));
    check(span("x").text("error.type", "timeout"), Status::Error, failure(Some("timeout"), None));
    check(span("x").text("error.type", "timeout").status(1, ""), Status::Ok, None);
}

#[test]
fn a_span_without_an_end_is_running() {
    let mut builder = span("x");
    builder.span.end_time_unix_nano = 0;
    assert!(read(&builder).running);
    assert!(!read(&span("x")).running);
}

#[test]
fn a_conversation_out_of_calls_that_repeat_it() {
    let message = |role: &str, text: &str| format!(r#"{{"role":"{role}","parts":[{{"type":"text","content":"{text}"}}]}}"#);
    let call = |input: &[String], output: String| {
        super::exchange(
            &span("chat")
                .text("gen_ai.operation.name", "chat")
                .text("gen_ai.input.messages", &format!("[{}]", input.join(",")))
                .text("gen_ai.output.messages", &format!("[{output}]")),
        )
    };
    let first = call(&[message("system", "S"), message("user", "one")], message("assistant", "1"));
    let second = call(
        &[message("system", "S"), message("user", "one"), message("assistant", " 1 "), message("user", "two")],
        message("assistant", "2"),
    );
    let calls = [first, second].map(|exchange| (exchange.input, exchange.output));
    let shortened = super::exchange(&span("chat").value("gen_ai.conversation.compacted", Value::BoolValue(true)));
    assert!(shortened.compacted);
    let calls: Vec<_> = calls.iter().map(|(input, output)| debrief_content::Call { input, output, compacted: false }).collect();
    let told: Vec<_> = debrief_content::thread(&calls)
        .into_iter()
        .map(|(index, message)| format!("{index} {}", show(std::slice::from_ref(message))[0]))
        .collect();
    assert_eq!(told, ["0 system: \"S\"", "0 user: \"one\"", "0 assistant: \"1\"", "1 user: \"two\"", "1 assistant: \"2\""]);
}

#[test]
fn judgements_on_a_span() {
    let check = |builder: &Builder, expected: &[&str]| {
        let line = |judged: &crate::Evaluation| {
            let text = |part: &Option<String>| part.clone().unwrap_or_default();
            let score = judged.score.map(|score| score.to_string()).unwrap_or_default();
            let failed = if judged.failure.is_some() { " failed" } else { "" };
            format!("{}|{score}|{}|{}|{}{failed}", text(&judged.name), text(&judged.label), text(&judged.explanation), text(&judged.judge))
        };
        let found: Vec<String> = read(builder).evaluations.iter().map(line).collect();
        assert_eq!(found, expected);
    };
    check(&span("x"), &[]);
    let event = [("gen_ai.evaluation.name", "goal"), ("gen_ai.evaluation.score.value", "0.5"), ("gen_ai.evaluation.score.label", "pass")];
    check(&span("x").event("gen_ai.evaluation.result", &event).event("other", &event), &["goal|0.5|pass||"]);
    let broken = [("gen_ai.evaluation.name", "goal"), ("error.type", "Timeout")];
    check(&span("x").event("gen_ai.evaluation.result", &broken), &["goal|||| failed"]);
    let listed = span("x")
        .text("evaluations.0.evaluation.name", "correctness")
        .double("evaluations.0.evaluation.score", 0.25)
        .text("evaluations.0.evaluation.annotator_kind", "HUMAN")
        .text("evaluations.1.evaluation.label", "nameless")
        .text("evaluations.x.evaluation.name", "unnumbered")
        .text("session.annotations.0.annotation.name", "task completion")
        .text("session.annotations.0.annotation.label", "no")
        .text("session.annotations.0.annotation.explanation", "It gave up.");
    check(&listed, &["correctness|0.25|||HUMAN", "task completion||no|It gave up.|"]);
    assert_eq!(read(&listed).dialect, "openinference");
    let many = (0..100).fold(span("x"), |span, n| span.text(&format!("evaluations.{n}.evaluation.name"), "n"));
    assert_eq!(read(&many).evaluations.len(), 32);
}
