//! The other dialects, each with spans as its senders write them.

use debrief_model::Status;

use super::builder::span;
use super::{Builder, exchange, read, show, tokens};
use crate::{Class, Reading};

/// Dialect, class, name, provider, model asked and model that answered.
fn check(builder: &Builder, expected: (&str, Class, &str, &str, &str, &str)) -> Reading {
    let reading = read(builder);
    let known = |field: &Option<String>| field.clone().unwrap_or_default();
    let found = (
        reading.dialect,
        reading.class,
        &*known(&reading.name),
        &*known(&reading.provider),
        &*known(&reading.request_model),
        &*known(&reading.response_model),
    );
    assert_eq!(found, expected);
    reading
}

/// Conversation, person, agent and its version.
fn check_who(reading: &Reading, expected: [&str; 4]) {
    let known = [&reading.conversation, &reading.person, &reading.agent, &reading.agent_version];
    assert_eq!(known.map(|field| field.as_deref().unwrap_or_default()), expected);
}

fn check_messages(builder: &Builder, input: &[&str], output: &[&str]) {
    let exchange = exchange(builder);
    assert_eq!(show(&exchange.input), input);
    assert_eq!(show(&exchange.output), output);
}

fn check_other(builder: &Builder, input: &str, output: &str) {
    let exchange = exchange(builder);
    let known = |json: Option<Box<serde_json::value::RawValue>>| json.map(|json| json.get().to_owned()).unwrap_or_default();
    assert_eq!((&*known(exchange.other_input), &*known(exchange.other_output)), (input, output));
}

#[test]
fn openinference() {
    let llm = span("ChatCompletion")
        .scope("openinference.instrumentation.openai")
        .text("openinference.span.kind", "LLM")
        .text("llm.provider", "azure")
        .text("llm.system", "openai")
        .text("llm.model_name", "gpt-4o")
        .text("llm.response.model_name", "gpt-4o-2024-08-06")
        .int("llm.token_count.prompt", 50)
        .int("llm.token_count.completion", 20)
        .int("llm.token_count.total", 70)
        .int("llm.token_count.prompt_details.cache_read", 40)
        .int("llm.token_count.prompt_details.audio", 3)
        .int("llm.token_count.completion_details.reasoning", 8)
        .double("llm.cost.total", 0.00125)
        .text("session.id", "s1")
        .text("user.id", "u1")
        .text("agent.name", "Support")
        .texts("tag.tags", &["beta", "eu"])
        .text("llm.input_messages.0.message.role", "system")
        .text("llm.input_messages.0.message.content", "Be brief.")
        .text("llm.input_messages.1.message.role", "user")
        .text("llm.input_messages.1.message.contents.0.message_content.type", "text")
        .text("llm.input_messages.1.message.contents.0.message_content.text", "What is this?")
        .text("llm.input_messages.1.message.contents.1.message_content.type", "image")
        .text("llm.input_messages.1.message.contents.1.message_content.image.image.url", "data:…")
        .text("llm.input_messages.2.message.role", "tool")
        .text("llm.input_messages.2.message.tool_call_id", "call_0")
        .text("llm.input_messages.2.message.content", "rain")
        .text("llm.output_messages.0.message.role", "assistant")
        .text("llm.output_messages.0.message.tool_calls.0.tool_call.id", "call_1")
        .text("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "look")
        .text("llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments", r#"{"at":1}"#)
        .text("input.value", "{}");
    let reading = check(&llm, ("openinference", Class::Inference, "ChatCompletion", "azure", "gpt-4o", "gpt-4o-2024-08-06"));
    check_who(&reading, ["s1", "u1", "Support", ""]);
    assert_eq!((tokens(reading.tokens), reading.total_tokens, reading.audio.input), ([50, 20, 40, -1, 8], Some(70), Some(3)));
    assert_eq!((reading.reported_cost_usd.as_deref(), reading.tags), (Some("0.00125"), vec!["beta".to_owned(), "eu".to_owned()]));
    let said = reading.said.unwrap();
    assert_eq!((said.user_words.as_deref(), said.user_messages, said.replied), (Some("What is this?"), 1, false));
    let input = ["system: \"Be brief.\"", "user: \"What is this?\"", "tool#call_0: \"rain\""];
    check_messages(&llm, &input, &["assistant: look#call_1({\"at\":1})"]);

    let whole = span("ChatCompletion")
        .text("openinference.span.kind", "LLM")
        .text("input.value", r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}"#)
        .text("output.value", r#"{"object":"chat.completion","choices":[{"message":{"role":"assistant","content":"Hello"}}]}"#);
    check_messages(&whole, &["user: \"Hi\""], &["assistant: \"Hello\""]);

    let tool = span("search")
        .text("openinference.span.kind", "TOOL")
        .text("tool.name", "web")
        .text("input.value", "rust")
        .text("output.value", "[1]");
    check(&tool, ("openinference", Class::Tool, "web", "", "", ""));
    check_other(&tool, "\"rust\"", "[1]");
    let kinds = [
        ("CHAIN", Class::Workflow),
        ("agent", Class::Agent),
        ("RERANKER", Class::Rerank),
        ("DECISION", Class::Agent),
        ("PROMPT", Class::Prompt),
        ("UNKNOWN", Class::Other),
    ];
    for (word, class) in kinds {
        assert_eq!(read(&span("x").text("openinference.span.kind", word)).class, class);
    }
}

#[test]
fn traceloop_0_4_and_0_5() {
    let old = span("openai.chat")
        .text("traceloop.workflow.name", "support_flow")
        .text("traceloop.association.properties.session_id", "s1")
        .text("traceloop.association.properties.user_id", "u1")
        .text("llm.request.type", "chat")
        .text("gen_ai.system", "OpenAI")
        .text("gen_ai.request.model", "gpt-4o")
        .text("gen_ai.response.model", "gpt-4o-2024-08-06")
        .int("llm.usage.total_tokens", 33)
        .int("gen_ai.usage.prompt_tokens", 24)
        .int("gen_ai.usage.completion_tokens", 9)
        .int("gen_ai.usage.cache_read_input_tokens", 4)
        .text("gen_ai.prompt.0.role", "user")
        .text("gen_ai.prompt.0.content", r#"[{"type":"text","text":"Capital of France?"}]"#)
        .text("gen_ai.completion.0.role", "assistant")
        .text("gen_ai.completion.0.finish_reason", "tool_calls")
        .text("gen_ai.completion.0.tool_calls.0.id", "c1")
        .text("gen_ai.completion.0.tool_calls.0.name", "atlas")
        .text("gen_ai.completion.0.tool_calls.0.arguments", r#"{"of":"France"}"#);
    let reading = check(&old, ("traceloop", Class::Inference, "openai.chat", "OpenAI", "gpt-4o", "gpt-4o-2024-08-06"));
    check_who(&reading, ["s1", "u1", "support_flow", ""]);
    assert_eq!((tokens(reading.tokens), reading.total_tokens), ([24, 9, 4, -1, -1], Some(33)));
    assert_eq!(reading.finish_reason.as_deref(), Some("tool_calls"));
    check_messages(&old, &["user: \"Capital of France?\""], &["assistant: atlas#c1({\"of\":\"France\"})"]);

    let new = span("openai.chat")
        .text("traceloop.workflow.name", "support_flow")
        .text("gen_ai.operation.name", "chat")
        .text("gen_ai.provider.name", "openai")
        .text("gen_ai.input.messages", r#"[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]"#)
        .text("gen_ai.output.messages", r#"[{"role":"assistant","parts":[{"type":"text","content":"Hello"}],"finish_reason":"stop"}]"#);
    let reading = check(&new, ("traceloop", Class::Inference, "openai.chat", "openai", "", ""));
    assert_eq!(reading.finish_reason.as_deref(), Some("stop"), "that of the first message");
    check_messages(&new, &["user: \"Hi\""], &["assistant: \"Hello\""]);

    let entity = |kind| {
        span("x.y")
            .text("traceloop.span.kind", kind)
            .text("traceloop.entity.name", "lookup")
            .text("traceloop.entity.input", r#"{"inputs":{"q":1}}"#)
            .text("traceloop.entity.output", "done")
    };
    check(&entity("tool"), ("traceloop", Class::Tool, "lookup", "", "", ""));
    check_other(&entity("tool"), r#"{"inputs":{"q":1}}"#, "\"done\"");
    check_who(&check(&entity("agent"), ("traceloop", Class::Agent, "x.y", "", "", "")), ["", "", "lookup", ""]);
    check(&entity("workflow"), ("traceloop", Class::Workflow, "x.y", "", "", ""));
    check_other(&entity("task"), r#"{"inputs":{"q":1}}"#, "\"done\"");
}

fn ai_sdk_step() -> Builder {
    span("ai.generateText.doGenerate")
        .scope("ai")
        .text("ai.operationId", "ai.generateText.doGenerate")
        .text("operation.name", "ai.generateText.doGenerate planner")
        .text("ai.telemetry.functionId", "planner")
        .text("ai.telemetry.metadata.sessionId", "s1")
        .text("ai.telemetry.metadata.userId", "u1")
        .texts("ai.telemetry.metadata.tags", &["a"])
        .text("ai.model.provider", "openai.chat")
        .text("ai.model.id", "gpt-4o")
        .text("ai.response.model", "gpt-4o-2024-08-06")
        .text("ai.response.id", "r1")
        .text("ai.response.finishReason", "stop")
        .int("ai.usage.inputTokens", 12)
        .int("ai.usage.outputTokens", 5)
        .int("ai.usage.cachedInputTokens", 8)
        .int("ai.usage.reasoningTokens", 2)
        .double("ai.response.msToFirstChunk", 12.5)
        .text("ai.prompt.messages", r#"[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi"}]},{"role":"assistant","content":[{"type":"tool-call","toolCallId":"t1","toolName":"look","input":{"at":1}}]},{"role":"tool","content":[{"type":"tool-result","toolCallId":"t1","toolName":"look","output":{"type":"json","value":{"x":2}}}]}]"#)
        .text("ai.response.text", "Hello")
        .text("ai.response.toolCalls", r#"[{"toolCallId":"t2","toolName":"look","input":"{\"at\":2}"}]"#)
}

#[test]
fn ai_sdk_to_version_6() {
    let step = ai_sdk_step();
    let reading = check(&step, ("ai-sdk", Class::Inference, "ai.generateText.doGenerate", "openai.chat", "gpt-4o", "gpt-4o-2024-08-06"));
    check_who(&reading, ["s1", "u1", "planner", ""]);
    assert_eq!((tokens(reading.tokens), reading.ttft_us, reading.tags.len()), ([12, 5, 8, -1, 2], Some(12_500), 1));
    assert_eq!((reading.finish_reason.as_deref(), reading.response_id.as_deref()), (Some("stop"), Some("r1")));
    let input = ["system: \"Be brief.\"", "user: \"Hi\"", "assistant: look#t1({\"at\":1})", "tool#t1: \"{\\\"x\\\":2}\""];
    check_messages(&step, &input, &["assistant: \"Hello\" look#t2({\"at\":2})"]);

    let outer = span("ai.generateText")
        .text("ai.operationId", "ai.generateText")
        .text("ai.telemetry.functionId", "planner")
        .text("ai.prompt", r#"{"prompt":"Hi"}"#)
        .text("ai.response.text", "Hello")
        .int("ai.usage.promptTokens", 12);
    let reading = check(&outer, ("ai-sdk", Class::Agent, "ai.generateText", "", "", ""));
    assert_eq!((reading.aggregates, tokens(reading.tokens)[0]), (true, 12));
    check_messages(&outer, &["user: \"Hi\""], &["assistant: \"Hello\""]);

    let tool = span("ai.toolCall")
        .text("ai.operationId", "ai.toolCall")
        .text("ai.toolCall.name", "look")
        .text("ai.toolCall.id", "t1")
        .text("ai.toolCall.args", r#"{"at":1}"#)
        .text("ai.toolCall.result", "5");
    assert_eq!(check(&tool, ("ai-sdk", Class::Tool, "look", "", "", "")).tool_call_id.as_deref(), Some("t1"));
    check_other(&tool, r#"{"at":1}"#, "\"5\"");
}

#[test]
fn ai_sdk_from_version_7() {
    for (word, class) in [
        ("invoke_agent", Class::Agent),
        ("agent_step", Class::Agent),
        ("chat", Class::Inference),
        ("rerank", Class::Rerank),
        ("decide", Class::Inference),
    ] {
        let builder = span("x").scope("gen_ai").text("gen_ai.operation.name", word).text("gen_ai.request.model", "m");
        check(&builder, ("ai-sdk", class, "x", "", "m", ""));
    }
    let former = |operation, id| span("x").text("gen_ai.operation.name", operation).text("ai.operationId", id);
    assert_eq!(read(&former("agent_step", "ai.streamText.doStream")).class, Class::Agent, "the call is in it");
    assert_eq!(read(&former("embeddings", "ai.embed")).class, Class::Workflow, "the call is in it");
    assert_eq!(read(&former("embeddings", "ai.embed.doEmbed")).class, Class::Embedding);
    assert_eq!(read(&former("embeddings", "")).class, Class::Embedding);
}

#[test]
fn langfuse_over_gen_ai() {
    let generation = span("answer")
        .scope("langfuse-sdk")
        .text("langfuse.observation.type", "generation")
        .text("langfuse.observation.model.name", "claude-sonnet-4")
        .text(
            "langfuse.observation.usage_details",
            r#"{"input":10,"input_cached_tokens":100,"input_cache_creation":5,"output":7,"output_reasoning_tokens":3,"total":125}"#,
        )
        .text("langfuse.observation.cost_details", r#"{"input":0.1,"total":0.30000000000000004}"#)
        .text("langfuse.observation.completion_start_time", "\"2026-11-21T23:58:15.250000Z\"")
        .text("langfuse.session.id", "s1")
        .text("langfuse.user.id", "u1")
        .text("langfuse.trace.name", "Support")
        .text("langfuse.trace.tags", r#"["a","b"]"#)
        .text("langfuse.version", "v2")
        .text("langfuse.environment", "staging")
        .text("langfuse.observation.input", r#"[{"role":"user","content":"Hi"}]"#)
        .text("langfuse.observation.output", r#"{"role":"assistant","content":"Hello"}"#)
        .text("gen_ai.system", "anthropic")
        .int("gen_ai.usage.input_tokens", 999);
    let reading = check(&generation, ("langfuse", Class::Inference, "answer", "anthropic", "claude-sonnet-4", ""));
    check_who(&reading, ["s1", "u1", "Support", "v2"]);
    assert_eq!((tokens(reading.tokens), reading.total_tokens), ([115, 10, 100, 5, 3], Some(125)));
    assert!(reading.warnings.is_empty(), "the buckets are known to be apart");
    assert_eq!(reading.reported_cost_usd.as_deref(), Some("0.30000000000000004"), "as sent");
    assert_eq!((reading.ttft_us, reading.tags.len(), reading.environment.as_deref()), (Some(250_000), 2, Some("staging")));
    assert_eq!(reading.title.as_deref(), Some("Support"));
    check_messages(&generation, &["user: \"Hi\""], &["assistant: \"Hello\""]);

    let failed = span("x")
        .text("langfuse.observation.type", "span")
        .text("langfuse.observation.level", "ERROR")
        .text("langfuse.observation.status_message", "no route");
    let reading = check(&failed, ("langfuse", Class::Other, "x", "", "", ""));
    assert_eq!((reading.status, reading.failure.unwrap().message.as_deref()), (Status::Error, Some("no route")));
    assert_eq!(read(&span("x").text("langfuse.observation.type", "span").text("gen_ai.operation.name", "chat")).class, Class::Inference);
    let agent = span("Planner").text("langfuse.observation.type", "agent").text("langfuse.observation.input", r#"{"q":1}"#);
    check_who(&check(&agent, ("langfuse", Class::Agent, "Planner", "", "", "")), ["", "", "Planner", ""]);
    check_other(&agent, r#"{"q":1}"#, "");
}

#[test]
fn pydantic_ai_and_logfire() {
    let run = span("invoke_agent travel")
        .scope("pydantic-ai")
        .text("gen_ai.operation.name", "invoke_agent")
        .text("gen_ai.agent.name", "travel")
        .text("gen_ai.agent.call.id", "run-1")
        .text("model_name", "gpt-4o")
        .int("gen_ai.aggregated_usage.input_tokens", 300)
        .int("gen_ai.aggregated_usage.output_tokens", 40)
        .int("gen_ai.aggregated_usage.details.reasoning_tokens", 16)
        .double("operation.cost", 0.001)
        .text("final_result", "Paris it is.")
        .text("logfire.msg", "travel run")
        .text("pydantic_ai.all_messages", r#"[{"role":"user","parts":[{"type":"text","content":"Where to?"}]},{"role":"assistant","parts":[{"type":"tool_call","id":"c1","name":"map","arguments":{}}]},{"role":"user","parts":[{"type":"tool_call_response","id":"c1","name":"map","result":"ok"}]},{"role":"assistant","parts":[{"type":"text","content":"Paris it is."}]}]"#);
    let reading = check(&run, ("pydantic-ai", Class::Agent, "invoke_agent travel", "", "gpt-4o", ""));
    assert_eq!((reading.aggregates, tokens(reading.tokens), reading.agent_id.as_deref()), (true, [300, 40, -1, -1, 16], Some("run-1")));
    assert_eq!(reading.reported_cost_usd.as_deref(), Some("0.001"));
    check_messages(&run, &["user: \"Where to?\"", "assistant: map#c1({})", "tool#c1: \"ok\""], &["assistant: \"Paris it is.\""]);

    let call = span("chat gpt-4o")
        .scope("pydantic-ai")
        .text("gen_ai.operation.name", "chat")
        .text("gen_ai.provider.name", "openai")
        .text("gen_ai.request.model", "gpt-4o")
        .int("gen_ai.usage.input_tokens", 100)
        .int("gen_ai.usage.details.cache_read_tokens", 60)
        .text("events", r#"[{"event.name":"gen_ai.user.message","role":"user","content":"Where to?"},{"event.name":"gen_ai.choice","index":0,"message":{"role":"assistant","content":"Paris."}}]"#);
    let reading = check(&call, ("pydantic-ai", Class::Inference, "chat gpt-4o", "openai", "gpt-4o", ""));
    assert_eq!((tokens(reading.tokens), reading.aggregates, reading.said.unwrap().replied), ([100, -1, 60, -1, -1], false, true));
    check_messages(&call, &["user: \"Where to?\""], &["assistant: \"Paris.\""]);

    let old_run = span("agent run")
        .scope("pydantic-ai")
        .text("agent_name", "travel")
        .text("model_name", "gpt-4o")
        .int("gen_ai.usage.input_tokens", 300);
    let reading = check(&old_run, ("pydantic-ai", Class::Agent, "agent run", "", "gpt-4o", ""));
    assert!(reading.aggregates);
    let tool = span("running tool")
        .scope("pydantic-ai")
        .text("gen_ai.tool.name", "map")
        .text("tool_arguments", r#"{"of":"Paris"}"#)
        .text("tool_response", "ok");
    check(&tool, ("pydantic-ai", Class::Tool, "map", "", "", ""));
    check_other(&tool, r#"{"of":"Paris"}"#, "\"ok\"");
    let decide =
        span("decide m").scope("pydantic-ai").text("gen_ai.operation.name", "decide").int("pydantic_ai.decision.usage.input_tokens", 4);
    assert_eq!((read(&decide).class, read(&decide).tokens.input), (Class::Workflow, None), "its usage is that of the call around it");
    assert!(read(&span("x").text("logfire.span_type", "pending_span")).running);
    assert!(!read(&span("x").text("logfire.span_type", "span")).running);
}

#[test]
fn genkit() {
    let model = span("googleai/gemini-2.5-flash")
        .text("genkit:type", "action")
        .text("genkit:metadata:subtype", "model")
        .text("genkit:name", "googleai/gemini-2.5-flash")
        .text("genkit:sessionId", "s1")
        .text("genkit:input", r#"{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#)
        .text("genkit:output", r#"{"message":{"role":"model","content":[{"text":"Hello"}]},"finishReason":"stop","usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5,"thoughtsTokens":1}}"#)
        .text("genkit:state", "success");
    let reading = check(&model, ("genkit", Class::Inference, "googleai/gemini-2.5-flash", "", "googleai/gemini-2.5-flash", ""));
    assert_eq!((tokens(reading.tokens), reading.finish_reason.as_deref()), ([3, 2, -1, -1, 1], Some("stop")));
    check_who(&reading, ["s1", "", "", ""]);
    check_messages(&model, &["user: \"Hi\""], &["assistant: \"Hello\""]);
    let flow = span("chatFlow")
        .text("genkit:type", "action")
        .text("genkit:metadata:subtype", "flow")
        .text("genkit:input", "\"Hi\"")
        .text("genkit:state", "error");
    assert_eq!(check(&flow, ("genkit", Class::Workflow, "chatFlow", "", "", "")).status, Status::Error);
    check_other(&flow, "\"Hi\"", "");
    check(&span("look").text("genkit:metadata:subtype", "tool").text("genkit:name", "look"), ("genkit", Class::Tool, "look", "", "", ""));
}

#[test]
fn google_adk() {
    let call = span("call_llm")
        .scope("gcp.vertex.agent")
        .text("gen_ai.system", "gcp.vertex.agent")
        .text("gen_ai.request.model", "gemini-2.5-flash")
        .text("gcp.vertex.agent.session_id", "s1")
        .text("gcp.vertex.agent.llm_request", r#"{"model":"gemini-2.5-flash","config":{"system_instruction":"Be brief."},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#)
        .text("gcp.vertex.agent.llm_response", r#"{"content":{"role":"model","parts":[{"text":"Hello"}]},"finish_reason":"STOP","usage_metadata":{"prompt_token_count":9,"candidates_token_count":4,"thoughts_token_count":2,"total_token_count":15}}"#);
    let reading = check(&call, ("google-adk", Class::Inference, "call_llm", "gcp.vertex.agent", "gemini-2.5-flash", ""));
    assert_eq!(
        (tokens(reading.tokens), reading.total_tokens, reading.finish_reason.as_deref()),
        ([9, 6, -1, -1, 2], Some(15), Some("STOP"))
    );
    check_who(&reading, ["s1", "", "", ""]);
    check_messages(&call, &["system: \"Be brief.\"", "user: \"Hi\""], &["assistant: \"Hello\""]);
    let tool = span("execute_tool look")
        .scope("gcp.vertex.agent")
        .text("gen_ai.tool.name", "look")
        .text("gcp.vertex.agent.tool_call_args", r#"{"at":1}"#)
        .text("gcp.vertex.agent.tool_response", r#"{"x":2}"#);
    check(&tool, ("google-adk", Class::Tool, "look", "", "", ""));
    check_other(&tool, r#"{"at":1}"#, r#"{"x":2}"#);
    check(&span("invocation").scope("gcp.vertex.agent"), ("google-adk", Class::Workflow, "invocation", "", "", ""));
}

#[test]
fn livekit() {
    let call = span("llm_request")
        .scope("livekit-agents")
        .text("gen_ai.request.model", "gpt-4o")
        .text("lk.llm_metrics", r#"{"prompt_tokens":20,"completion_tokens":6,"prompt_cached_tokens":10,"total_tokens":26}"#)
        .double("lk.response.ttft", 0.3)
        .text("lk.chat_ctx", r#"{"messages":[{"role":"user","content":["Hi"]}]}"#)
        .text("lk.response.text", "Hello");
    let reading = check(&call, ("livekit", Class::Inference, "llm_request", "", "gpt-4o", ""));
    assert_eq!((tokens(reading.tokens), reading.ttft_us), ([20, 6, 10, -1, -1], Some(300_000)));
    check_messages(&call, &["user: \"Hi\""], &["assistant: \"Hello\""]);
    let tool = span("function_tool")
        .text("lk.function_tool.name", "look")
        .text("lk.function_tool.id", "c1")
        .text("lk.function_tool.arguments", "{}")
        .text("lk.function_tool.output", "7");
    assert_eq!(check(&tool, ("livekit", Class::Tool, "look", "", "", "")).tool_call_id.as_deref(), Some("c1"));
    check_other(&tool, "{}", "\"7\"");
    let turn = span("agent_turn").text("lk.agent_label", "voice").text("lk.room_name", "r1");
    check_who(&check(&turn, ("livekit", Class::Agent, "agent_turn", "", "", "")), ["r1", "", "voice", ""]);
}

#[test]
fn mlflow() {
    let call = span("Completions")
        .text("mlflow.spanType", "\"CHAT_MODEL\"")
        .text("mlflow.llm.model", "\"gpt-4o\"")
        .text("mlflow.chat.tokenUsage", r#"{"input_tokens":3,"output_tokens":2,"total_tokens":5}"#)
        .text("mlflow.llm.cost", r#"{"total_cost":0.5}"#)
        .text("mlflow.trace.session", "\"s1\"")
        .text("mlflow.spanInputs", r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}"#)
        .text("mlflow.spanOutputs", r#"{"model":"gpt-4o-2024-08-06","choices":[{"message":{"role":"assistant","content":"Hello"}}]}"#);
    let reading = check(&call, ("mlflow", Class::Inference, "Completions", "", "gpt-4o", "gpt-4o-2024-08-06"));
    assert_eq!((tokens(reading.tokens), reading.reported_cost_usd.as_deref()), ([3, 2, -1, -1, -1], Some("0.5")));
    check_who(&reading, ["s1", "", "", ""]);
    check_messages(&call, &["user: \"Hi\""], &["assistant: \"Hello\""]);
    check(&span("look").text("mlflow.spanType", "\"TOOL\""), ("mlflow", Class::Tool, "look", "", "", ""));
}

#[test]
fn laminar() {
    let call = span("turn")
        .text("lmnr.span.type", "LLM")
        .text("lmnr.association.properties.session_id", "s1")
        .text("lmnr.association.properties.user_id", "u1")
        .texts("lmnr.association.properties.tags", &["a"])
        .text("lmnr.span.input", r#"[{"role":"user","content":"Hi"}]"#)
        .text("lmnr.span.output", "Hello")
        .text("gen_ai.request.model", "gpt-4o")
        .int("gen_ai.usage.input_tokens", 3);
    let reading = check(&call, ("laminar", Class::Inference, "turn", "", "gpt-4o", ""));
    check_who(&reading, ["s1", "u1", "", ""]);
    check_messages(&call, &["user: \"Hi\""], &["assistant: \"Hello\""]);
    let tool = span("look").text("lmnr.span.type", "TOOL").text("lmnr.span.input", "[1,2]").text("lmnr.span.output", "3");
    check(&tool, ("laminar", Class::Tool, "look", "", "", ""));
    check_other(&tool, "[1,2]", "\"3\"");
}

#[test]
fn langsmith() {
    let call = span("ChatOpenAI")
        .text("langsmith.span.kind", "llm")
        .text("langsmith.metadata.thread_id", "t1")
        .text("langsmith.metadata.user_id", "u1")
        .text("gen_ai.system", "openai")
        .text("gen_ai.request.model", "gpt-4o")
        .int("gen_ai.usage.input_tokens", 3)
        .text("gen_ai.prompt", r#"{"messages":[{"role":"user","content":"Hi"}]}"#)
        .text("gen_ai.completion", r#"{"choices":[{"message":{"role":"assistant","content":"Hello"}}]}"#);
    let reading = check(&call, ("langsmith", Class::Inference, "ChatOpenAI", "openai", "gpt-4o", ""));
    check_who(&reading, ["t1", "u1", "", ""]);
    check_messages(&call, &["user: \"Hi\""], &["assistant: \"Hello\""]);
    let tool = span("look").text("langsmith.span.kind", "tool").text("gen_ai.prompt", r#"{"at":1}"#).text("gen_ai.completion", "7");
    check(&tool, ("langsmith", Class::Tool, "look", "", "", ""));
    check_other(&tool, r#"{"at":1}"#, "\"7\"");
}

#[test]
fn openlit() {
    let call = span("chat gpt-4o")
        .scope("openlit.otel.tracing")
        .text("gen_ai.operation.name", "chat")
        .text("gen_ai.system", "openai")
        .text("gen_ai.request.model", "gpt-4o")
        .text("gen_ai.environment", "production")
        .double("gen_ai.usage.cost", 0.0015)
        .double("gen_ai.server.ttft", 0.2)
        .int("gen_ai.client.token.usage", 12)
        .event("gen_ai.content.prompt", &[("gen_ai.prompt", "Hi")])
        .event("gen_ai.content.completion", &[("gen_ai.completion", "Hello")]);
    let reading = check(&call, ("openlit", Class::Inference, "chat gpt-4o", "openai", "gpt-4o", ""));
    assert_eq!((reading.reported_cost_usd.as_deref(), reading.ttft_us, reading.total_tokens), (Some("0.0015"), Some(200_000), Some(12)));
    assert_eq!(reading.environment.as_deref(), Some("production"));
    check_messages(&call, &["user: \"Hi\""], &["assistant: \"Hello\""]);
}
