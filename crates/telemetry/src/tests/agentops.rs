//! What AgentOps 0.4.21 sends, as it was recorded.

use debrief_model::Status;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};

use super::builder::{Builder, attribute, list, span, text};
use super::{exchange, read, show, tokens};
use crate::Class;

fn agentops(name: &str, kind: &str, operation: &str) -> Builder {
    span(name)
        .scope("agentops")
        .resource("service.name", "agentops")
        .resource("agentops.project.id", "temporary")
        .text("agentops.span.kind", kind)
        .text("operation.name", operation)
}

#[test]
fn sessions() {
    let session = agentops("support.session", "session", "support")
        .texts("agentops.tags", &["production", "customer-service"])
        .text("host.processor", "")
        .double("cpu.percent", 50.0)
        .int("memory.total", 25_276_510_208)
        .text("agentops.entity.input", r#"{"args": [], "kwargs": {}}"#)
        .text("agentops.entity.output", "done")
        .text("agentops.session.end_state", "Success");
    let reading = read(&session);
    assert_eq!((reading.dialect, reading.class, reading.class_word.as_deref()), ("agentops", Class::Workflow, Some("session")));
    assert_eq!((reading.title.as_deref(), reading.end_state.as_deref(), reading.tags.len()), (Some("support"), Some("Success"), 2));
    assert_eq!((reading.conversation, reading.agent, reading.aggregates), (None, None, true));
    let exchange = exchange(&session);
    assert_eq!(exchange.other_input.unwrap().get(), r#"{"args": [], "kwargs": {}}"#);
    assert_eq!(exchange.other_output.unwrap().get(), "\"done\"");
    assert!(exchange.input.is_empty());
}

#[test]
fn what_the_npm_package_sends_without_a_word_for_it() {
    let npm = |name: &str| span(name).scope("agentops").text("openai_agents.span_id", "span_1");
    let call = npm("Response")
        .text("response.id", "resp_1")
        .text("response.input", r#"[{"type":"message","role":"user","content":"Capital of France?"}]"#)
        .text("response.input", "[]")
        .text("gen_ai.prompt.0.role", "user")
        .text("gen_ai.prompt.0.content", "hi")
        .text("gen_ai.usage.input_tokens", "57")
        .text("gen_ai.usage.output_tokens", "17");
    let reading = read(&call);
    assert_eq!((reading.dialect, reading.class, reading.response_id.as_deref()), ("agentops", Class::Inference, Some("resp_1")));
    assert_eq!((reading.tokens.input, reading.tokens.output, reading.request_model), (Some(57), Some(17), None));

    let tool = npm("get_weather").text("function.name", "get_weather").text("function.input", "{}").text("function.output", "[21]");
    assert_eq!((read(&tool).class, read(&tool).name.as_deref()), (Class::Tool, Some("get_weather")));
    assert_eq!(exchange(&tool).other_output.unwrap().get(), "[21]");
    assert_eq!(read(&npm("forecaster").text("agent.name", "forecaster")).agent.as_deref(), Some("forecaster"));
}

#[test]
fn agents_tools_and_guardrails() {
    let agent = read(&agentops("Researcher.agent", "agent", "Researcher"));
    assert_eq!((agent.class, agent.agent.as_deref(), agent.name.as_deref()), (Class::Agent, Some("Researcher"), Some("Researcher.agent")));

    let tool = agentops("web_search.tool", "tool", "web_search")
        .text("agentops.tool.input", r#"{"args": ["rust"], "kwargs": {}}"#)
        .double("gen_ai.usage.total_cost", 0.01)
        .text("agentops.tool.output", r#"{"hits": ["rust"]}"#);
    let reading = read(&tool);
    assert_eq!(
        (reading.class, reading.name.as_deref(), reading.reported_cost_usd.as_deref()),
        (Class::Tool, Some("web_search"), Some("0.01"))
    );
    assert_eq!(exchange(&tool).other_output.unwrap().get(), r#"{"hits": ["rust"]}"#);

    let twice = [("exception.type", "ValueError"), ("exception.message", "tool exploded"), ("exception.escaped", "False")];
    let broken = agentops("broken_tool.tool", "tool", "broken_tool")
        .event("exception", &twice)
        .event("exception", &twice)
        .status(2, "ValueError: tool exploded");
    let failure = read(&broken).failure.unwrap();
    assert_eq!((failure.kind.as_deref(), failure.message.as_deref()), (Some("ValueError"), Some("tool exploded")));

    assert_eq!(read(&agentops("check.guardrail", "guardrail", "check")).class, Class::Guardrail);
    assert_eq!(read(&agentops("ask.task", "task", "ask")).class, Class::Workflow);
}

#[test]
fn calls_of_models() {
    let call = span("openai.chat.completion")
        .scope("openai")
        .resource("agentops.project.id", "temporary")
        .text("gen_ai.request.type", "chat")
        .text("gen_ai.system", "OpenAI")
        .text("gen_ai.request.model", "gpt-4o")
        .double("gen_ai.request.temperature", 0.2)
        .text("gen_ai.prompt.0.role", "system")
        .text("gen_ai.prompt.0.content", "You are a helpful assistant")
        .text("gen_ai.prompt.1.role", "user")
        .text("gen_ai.prompt.1.content", "Capital of France?")
        .text("gen_ai.response.id", "chatcmpl-fake1")
        .text("gen_ai.response.model", "gpt-4o-2024-08-06")
        .double("gen_ai.streaming.time_to_first_token", 0.046621084213256836)
        .int("gen_ai.usage.total_tokens", 33)
        .int("gen_ai.usage.prompt_tokens", 24)
        .int("gen_ai.usage.completion_tokens", 9)
        .text("gen_ai.completion.0.finish_reason", "stop")
        .text("gen_ai.completion.0.role", "assistant")
        .text("gen_ai.completion.0.content", "The capital of France is Paris.")
        .status(1, "");
    let reading = read(&call);
    assert_eq!((reading.dialect, reading.class, reading.status), ("agentops", Class::Inference, Status::Ok));
    assert_eq!((tokens(reading.tokens), reading.total_tokens, reading.ttft_us), ([24, 9, -1, -1, -1], Some(33), Some(46_621)));
    assert_eq!((reading.finish_reason.as_deref(), reading.response_id.as_deref()), (Some("stop"), Some("chatcmpl-fake1")));
    let said = reading.said.unwrap();
    assert_eq!((said.user_messages, said.assistant_messages, said.replied), (1, 1, true));
    let exchange = exchange(&call);
    assert_eq!(show(&exchange.input), ["system: \"You are a helpful assistant\"", "user: \"Capital of France?\""]);
    assert_eq!(show(&exchange.output), ["assistant: \"The capital of France is Paris.\""]);

    let tool = span("tool_call.get_weather")
        .scope("agentops.instrumentation.providers.openai.wrappers.chat")
        .text("tool.name", "get_weather")
        .text("tool.parameters", r#"{"city":"Paris"}"#)
        .text("tool.call.id", "call_fake1");
    let reading = read(&tool);
    assert_eq!(
        (reading.class, reading.name.as_deref(), reading.tool_call_id.as_deref()),
        (Class::Other, Some("tool_call.get_weather"), Some("call_fake1")),
        "a model asks for it, which is no run of it"
    );
    assert_eq!(self::exchange(&tool).other_input.unwrap().get(), r#"{"city":"Paris"}"#);
    let anthropic = span("anthropic.messages.create")
        .scope("anthropic")
        .resource("agentops.project.id", "temporary")
        .text("gen_ai.request.type", "chat")
        .text("gen_ai.request.model", "claude")
        .text("gen_ai.completion.0.finish_reason", "end_turn");
    assert_eq!((read(&anthropic).class, read(&anthropic).finish_reason.as_deref()), (Class::Inference, Some("end_turn")));
}

/// What the package for Node sends, version 0.1.0.
#[test]
fn spans_without_a_word_for_what_they_are() {
    let of_node = |name: &str| span(name).scope("agentops");
    let call = of_node("Response")
        .text("response.id", "resp_1")
        .text("response.input", r#"[{"type":"message","role":"user","content":"Capital of France?"}]"#)
        .text("gen_ai.prompt.0.role", "user")
        .text("gen_ai.prompt.0.content", "Capital of France?")
        .text("gen_ai.completion.0.role", "assistant")
        .text("gen_ai.completion.0.content", "Paris")
        .text("gen_ai.usage.input_tokens", "57")
        .text("gen_ai.usage.output_tokens", "17");
    let reading = read(&call);
    assert_eq!((reading.class, reading.response_id.as_deref()), (Class::Inference, Some("resp_1")));
    assert_eq!((tokens(reading.tokens), reading.request_model), ([57, 17, -1, -1, -1], None));
    let tool = of_node("get_weather")
        .text("function.name", "get_weather")
        .text("function.input", r#"{"city":"Paris"}"#)
        .text("function.output", r#"{"celsius":21}"#);
    let reading = read(&tool);
    assert_eq!((reading.class, reading.name.as_deref()), (Class::Tool, Some("get_weather")));
    let exchange = exchange(&tool);
    assert_eq!(exchange.other_input.unwrap().get(), r#"{"city":"Paris"}"#);
    assert_eq!(exchange.other_output.unwrap().get(), r#"{"celsius":21}"#);
    let agent = read(&of_node("forecaster").text("agent.name", "forecaster").text("agent.output_type", "text"));
    assert_eq!((agent.class, agent.agent.as_deref()), (Class::Agent, Some("forecaster")));
}

/// The recorded spans, one line each: name, class, name, agent, model, tokens, cost, end state, failure.
#[test]
fn the_recorded_spans() {
    let recorded: Vec<serde_json::Value> = serde_json::from_str(include_str!("../../tests/data/agentops-0.4.21.json")).unwrap();
    let lines: Vec<_> = recorded.iter().map(|span| line(&recorded_span(span))).collect();
    assert_eq!(lines, EXPECTED);
}

const EXPECTED: &[&str] = &[
    r#"check.guardrail | Guardrail | check.guardrail | {"tripwire_triggered": false}"#,
    r#"ask.task | Workflow | ask.task | "Paris""#,
    r#"web_search.tool | Tool | web_search | 0.01 | {"hits": ["rust", "rust!"]}"#,
    r#"broken_tool.tool | Tool | broken_tool | ValueError"#,
    r#"Researcher.agent | Agent | Researcher.agent | Researcher"#,
    r#"session.session | Workflow | session.session | Success | "done""#,
    r#"openai.chat.completion | Inference | openai.chat.completion | gpt-4o-2024-08-06 | said 1/1 | assistant: "The capital of France is Paris.""#,
    r#"openai.chat.completion | Inference | openai.chat.completion | gpt-4o-2024-08-06 | said 1/1 | assistant: "The capital of France is Paris.""#,
    r#"openai.chat.completion | Inference | openai.chat.completion | gpt-4o-2024-08-06 | said 1/0 | assistant:"#,
    r#"openai.chat.completion | Inference | openai.chat.completion | openai.InternalServerError | said 1/0"#,
    r#"tool_call.get_weather | Other | tool_call.get_weather"#,
    r#"anthropic.messages.create | Inference | anthropic.messages.create | claude-3-5-sonnet-20240620 | said 1/1 | assistant: "The capital of France is Paris.""#,
    r#"failing.session | Workflow | failing.session | Indeterminate"#,
    r#"manual.session | Workflow | manual.session"#,
    r#"session.session | Workflow | session.session | Fail"#,
];

fn line(builder: &Builder) -> String {
    let reading = read(builder);
    assert_eq!(reading.dialect, "agentops");
    let exchange = exchange(builder);
    let mut words = vec![builder.span.name.clone(), format!("{:?}", reading.class)];
    words.extend(
        [&reading.name, &reading.agent, &reading.response_model, &reading.reported_cost_usd, &reading.end_state]
            .into_iter()
            .flatten()
            .cloned(),
    );
    words.extend(reading.failure.iter().flat_map(|failure| failure.kind.clone()));
    words.extend(reading.said.iter().map(|said| format!("said {}/{}", said.user_messages, said.assistant_messages)));
    words.extend(show(&exchange.output));
    words.extend(exchange.other_output.iter().map(|json| json.get().to_owned()));
    words.join(" | ")
}

fn recorded_span(recorded: &serde_json::Value) -> Builder {
    let told = &recorded["span"];
    let mut builder = span(told["name"].as_str().unwrap()).scope(recorded["scope"]["name"].as_str().unwrap());
    builder.resource = attributes(&recorded["resource"]);
    builder.span.attributes = attributes(&told["attributes"]);
    for event in told["events"].as_array().into_iter().flatten() {
        builder = builder.event(event["name"].as_str().unwrap(), &[]);
        builder.span.events.last_mut().unwrap().attributes = attributes(&event["attributes"]);
    }
    let code = match told["status"]["code"].as_str() {
        Some("STATUS_CODE_OK") => 1,
        Some("STATUS_CODE_ERROR") => 2,
        _ => 0,
    };
    builder.status(code, told["status"]["message"].as_str().unwrap_or_default())
}

fn attributes(told: &serde_json::Value) -> Vec<KeyValue> {
    let attributes = told.as_array().into_iter().flatten();
    attributes.map(|told| attribute(told["key"].as_str().unwrap(), value(&told["value"]))).collect()
}

fn value(told: &serde_json::Value) -> Value {
    let (kind, told) = told.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "stringValue" => text(told.as_str().unwrap()),
        "intValue" => Value::IntValue(told.as_str().unwrap().parse().unwrap()),
        "doubleValue" => Value::DoubleValue(told.as_f64().unwrap()),
        "boolValue" => Value::BoolValue(told.as_bool().unwrap()),
        _ => list(told["values"].as_array().unwrap().iter().map(value)),
    }
}
