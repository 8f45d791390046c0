//! How calls were made, as far as that decides what they cost: in every dialect that says it.

use super::builder::span;
use super::{Builder, read, tokens};

/// The terms in their stored form, with blanks for line ends.
fn check(builder: &Builder, expected: &str) {
    let found = read(builder).terms.map(|terms| terms.write().replace('\n', " ")).unwrap_or_default();
    assert_eq!(found, expected, "{:?}", builder.span.attributes);
}

fn chat() -> Builder {
    span("chat gpt-5").text("gen_ai.operation.name", "chat").text("gen_ai.request.model", "gpt-5")
}

#[test]
fn opentelemetry_and_traceloop() {
    check(&chat(), "");
    for prefix in ["openai", "gen_ai.openai", "anthropic", "gen_ai"] {
        let (asked, answered) = (format!("{prefix}.request.service_tier"), format!("{prefix}.response.service_tier"));
        check(&chat().text(&asked, "flex"), "service_tier flex");
        check(&chat().text(&asked, "auto"), "");
        check(&chat().text(&asked, "auto").text(&answered, "priority"), "service_tier priority");
        check(&chat().text(&asked, "flex").text(&answered, "default"), "service_tier default");
        check(&chat().text(&answered, "batch"), "processing batch");
    }
    let traceloop = chat().scope("opentelemetry.instrumentation.openai.v1").text("llm.request.type", "chat");
    check(&traceloop.text("openai.request.service_tier", "auto").text("openai.response.service_tier", "flex"), "service_tier flex");
    check(&chat().text("openai.response.service_tier", "no word of a tier"), "");
    let embeddings = span("embeddings").text("gen_ai.operation.name", "embeddings");
    check(&embeddings.text("openai.response.service_tier", "default"), "service_tier default");
    let agent = span("invoke_agent").text("gen_ai.operation.name", "invoke_agent");
    check(&agent.text("openai.response.service_tier", "flex"), "");
}

#[test]
fn lifetimes_of_cache_writes_are_parts_of_them() {
    for prefix in ["anthropic", "gen_ai"] {
        let (short, long) = (
            format!("{prefix}.usage.cache_creation.ephemeral_5m_input_tokens"),
            format!("{prefix}.usage.cache_creation.ephemeral_1h_input_tokens"),
        );
        let call = || chat().int("gen_ai.usage.input_tokens", 1_000).int(&short, 300).int(&long, 200);
        let both = call().int("gen_ai.usage.cache_write.input_tokens", 500);
        check(&both, "cache_write_1h 200");
        assert_eq!(tokens(read(&both).tokens), [1_000, -1, -1, 500, -1], "nothing is counted twice");
        assert_eq!(tokens(read(&call()).tokens), [1_000, -1, -1, 500, -1], "what is not said is the sum");
        // Whoever counts what was cached apart from the input does so with both parts.
        let apart = chat().int("gen_ai.usage.input_tokens", 10).int(&short, 300).int(&long, 200);
        assert_eq!(tokens(read(&apart).tokens), [510, -1, -1, 500, -1]);
        let contradiction = call().int("gen_ai.usage.cache_write.input_tokens", 400);
        check(&contradiction, "");
        assert_eq!(tokens(read(&contradiction).tokens), [1_000, -1, -1, 400, -1]);
    }
}

#[test]
fn pydantic_ai() {
    let call = chat()
        .scope("pydantic-ai")
        .int("gen_ai.usage.input_tokens", 1_000)
        .int("gen_ai.usage.cache_creation.input_tokens", 500)
        .int("gen_ai.usage.details.cache_write_tokens", 500)
        .int("gen_ai.usage.details.cache_creation_input_tokens", 500)
        .int("gen_ai.usage.details.ephemeral_1h_input_tokens", 200);
    check(&call, "cache_write_1h 200");
    assert_eq!(tokens(read(&call).tokens), [1_000, -1, -1, 500, -1]);
}

#[test]
fn openinference_has_the_answer_of_the_provider() {
    let call = |asked: &str, answered: &str| {
        let kind = span("ChatCompletion").scope("openinference.instrumentation.openai").text("openinference.span.kind", "LLM");
        kind.text("llm.invocation_parameters", asked).text("output.value", answered)
    };
    let answered = r#"{"id":"x","choices":[{"message":{"content":"\"service_tier\""}}],"service_tier":"default"}"#;
    check(&call(r#"{"model":"gpt-5","service_tier":"flex"}"#, answered), "service_tier default");
    check(&call(r#"{"model":"gpt-5","service_tier":"flex"}"#, "Hello"), "service_tier flex");
    check(&call(r#"{"model":"gpt-5","service_tier":"auto"}"#, "{}"), "");
    // Whichever dialect says it: the answer comes before what was asked for.
    check(&call(r#"{"service_tier":"flex"}"#, "{}").text("gen_ai.openai.response.service_tier", "default"), "service_tier default");
    let anthropic = r#"{"type":"message","usage":{"input_tokens":1,"service_tier":"batch","speed":"fast",
        "cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":200}}}"#;
    let call = call("{}", anthropic).int("llm.token_count.prompt", 1_000).int("llm.token_count.prompt_details.cache_write", 500);
    check(&call, "processing batch speed fast cache_write_1h 200");
    assert_eq!(tokens(read(&call).tokens), [1_000, -1, -1, 500, -1]);
    check(&span("chain").text("openinference.span.kind", "CHAIN").text("output.value", r#"{"service_tier":"flex"}"#), "");
}

#[test]
fn ai_sdk() {
    let call = |metadata: &str| {
        let call = span("ai.generateText.doGenerate").text("ai.operationId", "ai.generateText.doGenerate");
        call.text("ai.response.providerMetadata", metadata)
    };
    check(&call(r#"{"openai":{"responseId":"resp_1","serviceTier":"flex"}}"#), "service_tier flex");
    check(&call(r#"{"google":{"usageMetadata":{"trafficType":"ON_DEMAND_PRIORITY"},"serviceTier":null}}"#), "service_tier priority");
    check(&call(r#"{"google":{"usageMetadata":{},"serviceTier":"flex"}}"#), "service_tier flex");
    let anthropic = r#"{"anthropic":{"usage":{"input_tokens":10,"service_tier":"standard","speed":"fast",
        "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":200}},"cacheCreationInputTokens":200}}"#;
    let call = call(anthropic).int("ai.usage.inputTokens", 10).int("ai.usage.inputTokenDetails.cacheWriteTokens", 200);
    check(&call, "service_tier standard speed fast cache_write_1h 200");
    assert_eq!(tokens(read(&call).tokens), [210, -1, -1, 200, -1]);
}

fn langfuse(usage: &str) -> Builder {
    let generation = span("answer").scope("langfuse-sdk").text("langfuse.observation.type", "generation");
    generation.text("langfuse.observation.usage_details", usage)
}

#[test]
fn langfuse_says_tiers_among_the_parameters_and_lifetimes_among_the_usage() {
    let parameters = "langfuse.observation.model.parameters";
    check(&langfuse("{}").text(parameters, r#"{"temperature":1,"service_tier":"priority"}"#), "service_tier priority");
    check(&langfuse("{}").text(parameters, r#"{"temperature":1,"service_tier":"auto"}"#), "");
    for (usage, all, written, hour) in [
        // Langfuse's own names, which count each token once.
        (r#"{"input":10,"input_cache_creation_5m":300,"input_cache_creation_1h":200}"#, 510, 500, "cache_write_1h 200"),
        (r#"{"input":10,"input_cache_creation":300,"input_cache_creation_1h":200}"#, 510, 500, "cache_write_1h 200"),
        (
            r#"{"input":10,"input_cache_creation":500,"input_cache_creation_5m":300,"input_cache_creation_1h":200}"#,
            510,
            500,
            "cache_write_1h 200",
        ),
        // Through LangChain, whose total is 0 beside the parts, and out of Anthropic's own usage, whose total has them.
        (
            r#"{"input":10,"input_cache_creation":0,"input_ephemeral_5m_input_tokens":300,"input_ephemeral_1h_input_tokens":200}"#,
            510,
            500,
            "cache_write_1h 200",
        ),
        (
            r#"{"input":10,"cache_creation_input_tokens":500,"cache_creation_ephemeral_5m_input_tokens":300,
                "cache_creation_ephemeral_1h_input_tokens":200}"#,
            510,
            500,
            "cache_write_1h 200",
        ),
        (r#"{"input":10,"input_cache_creation":300}"#, 310, 300, ""),
    ] {
        let call = langfuse(usage);
        check(&call, hour);
        assert_eq!(tokens(read(&call).tokens), [all, -1, -1, written, -1], "{usage}");
    }
}

#[test]
fn langfuse_through_langchain_counts_tokens_under_the_name_of_their_tier() {
    // Of flex nothing is left under the plain names, of priority everything is, too.
    let flex =
        r#"{"input":0,"input_flex":600,"input_flex_cache_read":400,"output":0,"output_flex":70,"output_flex_reasoning":30,"total":1100}"#;
    check(&langfuse(flex), "service_tier flex");
    assert_eq!(tokens(read(&langfuse(flex)).tokens), [1_000, 100, 400, -1, 30]);
    let priority = r#"{"input":1000,"input_priority":600,"input_priority_cache_read":400,"output":100,"output_priority":70,
        "output_priority_reasoning":30}"#;
    check(&langfuse(priority), "service_tier priority");
    assert_eq!(tokens(read(&langfuse(priority)).tokens), [1_000, 100, 400, -1, 30]);
}

#[test]
fn langsmith() {
    let call = |input: &str, output: &str| {
        let call = span("ChatOpenAI").scope("langsmith").text("langsmith.span.kind", "llm").int("gen_ai.usage.input_tokens", 1_000);
        let call = call.int("gen_ai.usage.output_tokens", 100);
        call.text("gen_ai.usage.input_token_details", input).text("gen_ai.usage.output_token_details", output)
    };
    let flex = call(r#"{"flex":600,"flex_cache_read":400}"#, r#"{"flex":70,"flex_reasoning":30}"#);
    check(&flex, "service_tier flex");
    assert_eq!(tokens(read(&flex).tokens), [1_000, 100, 400, -1, 30]);
    let written = call(r#"{"cache_creation":0,"cache_read":0,"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":200}"#, "{}");
    check(&written, "cache_write_1h 200");
    assert_eq!(tokens(read(&written).tokens), [1_000, 100, 0, 500, -1]);
    check(&call("{}", "{}").text("gen_ai.response.service_tier", "priority"), "service_tier priority");
}

#[test]
fn google_adk() {
    let answer = r#"{"usage_metadata":{"prompt_token_count":5,"traffic_type":"ON_DEMAND_FLEX"}}"#;
    check(&span("call_llm").scope("gcp.vertex.agent").text("gcp.vertex.agent.llm_response", answer), "service_tier flex");
    let answer = answer.replace("_FLEX", "");
    check(&span("call_llm").scope("gcp.vertex.agent").text("gcp.vertex.agent.llm_response", &answer), "service_tier on_demand");
}
