//! OpenTelemetry's own conventions, generation by generation.

use super::builder::{list, map, span, text};
use super::{Builder, exchange, read, show, tokens};
use crate::Class;

const HISTORY: [&str; 2] = ["system: \"Be brief.\"", "user: \"Weather in Paris?\""];

fn check(builder: &Builder, input: &[&str], output: &[&str]) {
    let exchange = exchange(builder);
    assert_eq!(
        (show(&exchange.input), show(&exchange.output)),
        (input.iter().map(|line| (*line).to_owned()).collect(), output.iter().map(|line| (*line).to_owned()).collect())
    );
    let reading = read(builder);
    assert_eq!(reading.class, Class::Inference);
    let said = reading.said.expect("something was said");
    let count = |role: &str| input.iter().chain(output).filter(|line| line.starts_with(role) && line.contains(": \"")).count();
    assert_eq!((said.user_messages as usize, said.assistant_messages as usize), (count("user"), count("assistant")));
    assert_eq!(said.replied, output.iter().any(|line| line.contains(": \"")));
}

fn newest() -> Builder {
    span("chat gpt-5.4")
        .text("gen_ai.operation.name", "chat")
        .text("gen_ai.provider.name", "openai")
        .text("gen_ai.request.model", "gpt-5.4")
        .text("gen_ai.response.model", "gpt-5.4-2026-03-05")
        .text("gen_ai.response.id", "chatcmpl-1")
        .texts("gen_ai.response.finish_reasons", &["tool_call"])
        .int("gen_ai.usage.input_tokens", 120)
        .int("gen_ai.usage.output_tokens", 30)
        .int("gen_ai.usage.cache_read.input_tokens", 100)
        .int("gen_ai.usage.cache_write.input_tokens", 10)
        .int("gen_ai.usage.reasoning.output_tokens", 20)
        .text("gen_ai.conversation.id", "conv_1")
        .double("gen_ai.response.time_to_first_chunk", 0.25)
        .resource("deployment.environment.name", "production")
        .text("gen_ai.system_instructions", r#"[{"type":"text","content":"Be brief."}]"#)
        .text("gen_ai.input.messages", r#"[{"role":"user","parts":[{"type":"text","content":"Weather in Paris?"}]}]"#)
        .text(
            "gen_ai.output.messages",
            r#"[{"role":"assistant","parts":[{"type":"reasoning","content":"Hm."},{"type":"tool_call","id":"call_1","name":"get_weather","arguments":{"city":"Paris"}}],"finish_reason":"tool_call"}]"#,
        )
}

#[test]
fn the_newest_generation_as_json_texts() {
    let reading = read(&newest());
    assert_eq!((reading.dialect, reading.class, reading.class_word.as_deref()), ("otel-genai", Class::Inference, Some("chat")));
    assert_eq!((reading.provider.as_deref(), reading.request_model.as_deref()), (Some("openai"), Some("gpt-5.4")));
    assert_eq!((reading.response_model.as_deref(), reading.response_id.as_deref()), (Some("gpt-5.4-2026-03-05"), Some("chatcmpl-1")));
    assert_eq!(tokens(reading.tokens), [120, 30, 100, 10, 20]);
    assert_eq!((reading.conversation.as_deref(), reading.ttft_us), (Some("conv_1"), Some(250_000)));
    assert_eq!((reading.finish_reason.as_deref(), reading.environment.as_deref()), (Some("tool_call"), Some("production")));
    assert_eq!((reading.aggregates, reading.running, reading.warnings.len()), (false, false, 0));
    check(&newest(), &HISTORY, &["assistant: get_weather#call_1({\"city\":\"Paris\"})"]);
}

#[test]
fn the_newest_generation_as_values() {
    let part = |kind, key, said| map([("type", text(kind)), (key, text(said))]);
    let message = |role, part| map([("role", text(role)), ("parts", list([part]))]);
    let answered = map([("type", text("tool_call_response")), ("id", text("call_1")), ("response", map([("sky", text("grey"))]))]);
    let by_prose = map([("type", text("tool_call_response")), ("id", text("call_2")), ("result", text("rain"))]);
    let builder = span("chat")
        .text("gen_ai.operation.name", "chat")
        .value("gen_ai.system_instructions", list([part("text", "content", "Be brief.")]))
        .value(
            "gen_ai.input.messages",
            list([
                message("user", part("text", "content", "Weather in Paris?")),
                message("tool", answered),
                message("tool", by_prose),
                message("user", part("hologram", "data", "x")),
            ]),
        )
        .value("gen_ai.output.messages", list([message("assistant", part("text", "content", "Grey."))]));
    let input = [HISTORY[0], HISTORY[1], "tool#call_1: \"{\\\"sky\\\":\\\"grey\\\"}\"", "tool#call_2: \"rain\"", "user:"];
    check(&builder, &input, &["assistant: \"Grey.\""]);
}

#[test]
fn messages_in_span_events() {
    let old = span("chat gpt-4o").text("gen_ai.operation.name", "chat").text("gen_ai.system", "openai");
    let events = old
        .clone()
        .event("gen_ai.system.message", &[("content", "Be brief.")])
        .event("gen_ai.user.message", &[("content", "Weather in Paris?"), ("role", "user")])
        .event("gen_ai.tool.message", &[("content", "rain"), ("id", "call_1")])
        .event("gen_ai.choice", &[("index", "0"), ("message", r#"{"role":"assistant","content":"Rain."}"#)]);
    check(&events, &[HISTORY[0], HISTORY[1], "tool#call_1: \"rain\""], &["assistant: \"Rain.\""]);
    let bodies = old
        .event("gen_ai.user.message", &[("gen_ai.event.content", r#"{"role":"user","content":"Weather in Paris?"}"#)])
        .event("gen_ai.choice", &[("gen_ai.event.content", r#"{"index":0,"finish_reason":"stop","message":{"content":"Rain."}}"#)]);
    check(&bodies, &[HISTORY[1]], &["assistant: \"Rain.\""]);
}

#[test]
fn messages_in_span_events_with_parts() {
    let builder = span("chat")
        .text("gen_ai.operation.name", "chat")
        .event("gen_ai.user.message", &[("content", r#"[{"text":"Weather in Paris?"}]"#)])
        .event(
            "gen_ai.choice",
            &[
                ("message", r#"[{"text":"I look."},{"toolUse":{"toolUseId":"u1","name":"look","input":{}}}]"#),
                ("finish_reason", "tool_use"),
            ],
        );
    check(&builder, &[HISTORY[1]], &["assistant: \"I look.\" look#u1({})"]);
}

#[test]
fn messages_that_break_off() {
    let whole = r#"[{"role":"user","content":"One"},{"role":"assistant","content":"1"},{"role":"user","content":"Two"}]"#;
    for length in 1..whole.len() {
        let builder = span("chat").text("gen_ai.operation.name", "chat").text("gen_ai.input.messages", &whole[..length]);
        let reading = read(&builder);
        let expected = 3.min(whole[..length].matches('}').count());
        assert_eq!(exchange(&builder).input.len(), if length < 3 { 1 } else { expected }, "{length}");
        assert_eq!(reading.warnings.contains(&crate::Warning::CutOff), length >= 3, "{length}");
    }
    let nothing = span("chat")
        .text("gen_ai.operation.name", "chat")
        .text("gen_ai.input.messages", "[]")
        .event("gen_ai.user.message", &[("content", "Hi")]);
    assert_eq!(show(&exchange(&nothing).input), ["user: \"Hi\""], "an empty list says nothing");
}

#[test]
fn the_model_context_protocol() {
    let tool = read(&span("tools/call look").text("mcp.method.name", "tools/call").text("gen_ai.tool.name", "look"));
    assert_eq!((tool.class, tool.name.as_deref()), (Class::Tool, Some("look")));
    assert_eq!(read(&span("initialize").text("mcp.method.name", "initialize")).class, Class::Other);
}

#[test]
fn the_oldest_generation() {
    let old = span("chat")
        .text("gen_ai.system", "openai")
        .text("gen_ai.request.model", "gpt-4")
        .int("gen_ai.usage.prompt_tokens", 5)
        .int("gen_ai.usage.completion_tokens", 2);
    assert_eq!(tokens(read(&old).tokens), [5, 2, -1, -1, -1]);
    assert_eq!(read(&old).provider.as_deref(), Some("openai"));
    let prompt = r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Weather in Paris?"}]"#;
    let events = old
        .clone()
        .event("gen_ai.content.prompt", &[("gen_ai.prompt", prompt)])
        .event("gen_ai.content.completion", &[("gen_ai.completion", r#"[{"role":"assistant","content":"Rain."}]"#)]);
    check(&events, &HISTORY, &["assistant: \"Rain.\""]);
    let attributes = old.text("gen_ai.prompt", prompt).text("gen_ai.completion", "Rain.");
    check(&attributes, &HISTORY, &["assistant: \"Rain.\""]);
}

#[test]
fn agents_tools_and_workflows() {
    let agent = span("invoke_agent Planner")
        .text("gen_ai.operation.name", "invoke_agent")
        .text("gen_ai.agent.name", "Planner")
        .text("gen_ai.agent.id", "asst_1")
        .int("gen_ai.usage.input_tokens", 500)
        .resource("service.version", "2.1");
    let reading = read(&agent);
    assert_eq!(
        (reading.class, reading.name.as_deref(), reading.agent.as_deref()),
        (Class::Agent, Some("invoke_agent Planner"), Some("Planner"))
    );
    assert_eq!((reading.agent_id.as_deref(), reading.agent_version.as_deref(), reading.aggregates), (Some("asst_1"), Some("2.1"), true));
    assert_eq!(read(&agent.text("gen_ai.agent.version", "7")).agent_version.as_deref(), Some("7"));

    let tool = span("execute_tool search")
        .text("gen_ai.operation.name", "execute_tool")
        .text("gen_ai.tool.name", "search")
        .text("gen_ai.tool.call.id", "call_9")
        .text("gen_ai.tool.call.arguments", r#"{"q":"rust"}"#)
        .text("gen_ai.tool.call.result", "3 hits")
        .resource("service.version", "2.1");
    let reading = read(&tool);
    assert_eq!((reading.class, reading.name.as_deref(), reading.tool_call_id.as_deref()), (Class::Tool, Some("search"), Some("call_9")));
    assert_eq!(reading.agent_version, None, "the span names no agent");
    let exchange = exchange(&tool);
    assert_eq!(exchange.other_input.map(|json| json.get().to_owned()).as_deref(), Some(r#"{"q":"rust"}"#));
    assert_eq!(exchange.other_output.map(|json| json.get().to_owned()).as_deref(), Some("\"3 hits\""));
    assert_eq!(exchange.tools.iter().map(super::show_call).collect::<String>(), " search#call_9({\"q\":\"rust\"})");

    let words = [
        ("embeddings", Class::Embedding),
        ("rerank", Class::Rerank),
        ("retrieval", Class::Retrieval),
        ("plan", Class::Agent),
        ("agent_step", Class::Agent),
        ("invoke_workflow", Class::Workflow),
        ("search_memory", Class::Retrieval),
        ("dream", Class::Other),
    ];
    for (word, class) in words {
        let reading = read(&span("x").text("gen_ai.operation.name", word));
        assert_eq!((reading.class, reading.class_word.as_deref()), (class, Some(word)));
    }
}

#[test]
fn a_span_of_anything_else() {
    let reading = read(&span("GET /users").text("http.request.method", "GET").text("user.id", "u1"));
    assert_eq!((reading.dialect, reading.class, reading.name.as_deref()), ("otel", Class::Other, Some("GET /users")));
    assert_eq!((reading.person.as_deref(), reading.said), (Some("u1"), None));
}
