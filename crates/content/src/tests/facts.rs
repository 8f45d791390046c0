//! Exact facts of every format, and the token algebra.

use super::{call, data, raw};
use crate::{CallFacts, Format, Warning, call_facts, format_of};

fn check(json: &str, expected: &CallFacts) {
    let call = call(json);
    assert_eq!(call_facts(call.format, Some(&call.inputs), Some(&call.output)), *expected);
    // The shape alone leads to the same facts.
    assert_eq!(call_facts(None, Some(&call.inputs), Some(&call.output)), *expected);
    let as_text = |json: &str| raw(&serde_json::to_string(json).expect("a string is JSON"));
    let (inputs, output) = (as_text(call.inputs.get()), as_text(call.output.get()));
    assert_eq!(call_facts(None, Some(&inputs), Some(&output)), *expected, "as JSON text");
}

fn check_usage(format: Format, output: &str, expected: [Option<u64>; 5]) -> CallFacts {
    let facts = call_facts(Some(format), None, Some(&raw(output)));
    let found = [facts.input_tokens, facts.output_tokens, facts.cache_read_tokens, facts.cache_write_tokens, facts.reasoning_tokens];
    assert_eq!(found, expected, "{output}");
    facts
}

fn recorded_openai() -> CallFacts {
    CallFacts {
        provider: Some("openai"),
        request_model: Some("gpt-4o".into()),
        response_model: Some("gpt-4o-2024-08-06".into()),
        input_tokens: Some(24),
        output_tokens: Some(9),
        cache_read_tokens: Some(0),
        reasoning_tokens: Some(0),
        finish_reason: Some("stop".into()),
        response_id: Some("chatcmpl-fake1".into()),
        created_at_s: Some(1_795_305_498),
        ..CallFacts::default()
    }
}

#[test]
fn openai_chat() {
    check(data!("openai_chat"), &recorded_openai());
    check(data!("openai_chat_stream"), &recorded_openai());
    check(data!("openai_chat_tools"), &CallFacts { finish_reason: Some("tool_calls".into()), ..recorded_openai() });
    check(
        data!("composed_chat_tools"),
        &CallFacts {
            request_model: Some("o4-mini".into()),
            response_model: Some("o4-mini-2025-04-16".into()),
            input_tokens: Some(2006),
            output_tokens: Some(300),
            cache_read_tokens: Some(1920),
            reasoning_tokens: Some(256),
            response_id: Some("chatcmpl-1".into()),
            ..recorded_openai()
        },
    );
}

#[test]
fn openai_responses() {
    let recorded = |created| CallFacts {
        response_model: Some("gpt-4o".into()),
        cache_write_tokens: Some(0),
        finish_reason: Some("completed".into()),
        response_id: Some("resp_fake1".into()),
        created_at_s: Some(created),
        ..recorded_openai()
    };
    check(data!("openai_responses"), &recorded(1_795_305_498));
    check(data!("openai_responses_stream"), &recorded(1_795_305_499));
    check(
        data!("composed_responses_tools"),
        &CallFacts {
            request_model: Some("gpt-5".into()),
            response_model: Some("gpt-5-2025-08-07".into()),
            input_tokens: Some(150),
            output_tokens: Some(90),
            cache_read_tokens: Some(100),
            cache_write_tokens: Some(10),
            reasoning_tokens: Some(64),
            finish_reason: Some("max_output_tokens".into()),
            response_id: Some("resp_1".into()),
            ..recorded(1_795_305_499)
        },
    );
}

#[test]
fn anthropic() {
    let recorded = CallFacts {
        provider: Some("anthropic"),
        request_model: Some("claude-3-5-sonnet-20240620".into()),
        response_model: Some("claude-3-5-sonnet-20240620".into()),
        input_tokens: Some(24),
        output_tokens: Some(9),
        cache_read_tokens: Some(0),
        cache_write_tokens: Some(0),
        finish_reason: Some("end_turn".into()),
        response_id: Some("msg_fake1".into()),
        ..CallFacts::default()
    };
    check(data!("anthropic"), &recorded);
    check(data!("anthropic_stream"), &recorded);
    check(data!("anthropic_beta"), &recorded);
    check(
        data!("composed_anthropic_tools"),
        &CallFacts {
            request_model: Some("claude-sonnet-4-5".into()),
            response_model: Some("claude-sonnet-4-5-20250929".into()),
            input_tokens: Some(24 + 300 + 2000),
            output_tokens: Some(80),
            cache_read_tokens: Some(2000),
            cache_write_tokens: Some(300),
            cache_write_1h_tokens: Some(0),
            service_tier: Some("standard".into()),
            reasoning_tokens: Some(30),
            finish_reason: Some("tool_use".into()),
            response_id: Some("msg_1".into()),
            ..recorded
        },
    );
}

#[test]
fn gemini() {
    let recorded = CallFacts {
        provider: Some("gcp.gemini"),
        request_model: Some("gemini-2.0-flash".into()),
        response_model: Some("gemini-fake".into()),
        input_tokens: Some(24),
        output_tokens: Some(9),
        finish_reason: Some("STOP".into()),
        response_id: Some("resp-fake".into()),
        ..CallFacts::default()
    };
    check(data!("gemini"), &recorded);
    // Three chunks, added up by the client: kept as sent, and marked.
    check(
        data!("gemini_stream"),
        &CallFacts { input_tokens: Some(72), output_tokens: Some(27), warnings: vec![Warning::UsageMaybeSummed], ..recorded.clone() },
    );
    check(
        data!("composed_gemini_tools"),
        &CallFacts {
            request_model: Some("gemini-2.5-pro".into()),
            response_model: Some("gemini-2.5-pro".into()),
            input_tokens: Some(1200 + 50),
            output_tokens: Some(20 + 300),
            cache_read_tokens: Some(1024),
            reasoning_tokens: Some(300),
            response_id: Some("r-1".into()),
            created_at_s: Some(1_795_305_500),
            ..recorded.clone()
        },
    );
    check(
        data!("composed_gemini_rest"),
        &CallFacts {
            request_model: None,
            response_model: Some("gemini-2.5-flash".into()),
            input_tokens: Some(10),
            output_tokens: Some(4 + 6),
            cache_read_tokens: Some(2),
            reasoning_tokens: Some(6),
            response_id: Some("r-2".into()),
            ..recorded
        },
    );
}

#[test]
fn gemini_interactions() {
    let outputs = CallFacts {
        provider: Some("gcp.gemini"),
        request_model: Some("gemini-3-pro-preview".into()),
        response_model: Some("gemini-3-pro-preview".into()),
        input_tokens: Some(120 + 7),
        output_tokens: Some(31 + 200),
        cache_read_tokens: Some(64),
        reasoning_tokens: Some(200),
        finish_reason: Some("requires_action".into()),
        response_id: Some("v1_abc".into()),
        created_at_s: Some(1_795_305_500),
        ..CallFacts::default()
    };
    check(data!("composed_interactions_outputs"), &outputs);
    check(
        data!("composed_interactions_steps"),
        &CallFacts {
            request_model: Some("gemini-3-flash".into()),
            response_model: Some("gemini-3-flash".into()),
            input_tokens: Some(6),
            output_tokens: Some(2),
            cache_read_tokens: Some(0),
            reasoning_tokens: Some(0),
            finish_reason: Some("completed".into()),
            response_id: Some("v1_def".into()),
            created_at_s: Some(1_795_305_500 - 3600),
            ..outputs
        },
    );
}

#[test]
fn counts_that_are_unknown_stay_unknown() {
    use Format::{AnthropicMessages as Anthropic, GeminiModels as Gemini, OpenAiChat as Chat};
    check_usage(Chat, "{}", [None; 5]);
    check_usage(Chat, r#"{"usage":null}"#, [None; 5]);
    check_usage(Chat, r#"{"usage":[]}"#, [None; 5]);
    check_usage(Chat, r#"{"usage":{"prompt_tokens":0,"completion_tokens":0}}"#, [Some(0), Some(0), None, None, None]);
    check_usage(Anthropic, r#"{"usage":{"cache_read_input_tokens":5}}"#, [None, None, Some(5), None, None]);
    check_usage(Gemini, r#"{"usage_metadata":{"prompt_token_count":3}}"#, [Some(3), None, None, None, None]);
}

#[test]
fn counts_in_other_types_are_read_and_nonsense_is_not() {
    let check_count = |json: &str, expected| {
        let usage = format!(r#"{{"usage":{{"prompt_tokens":{json},"completion_tokens":1}}}}"#);
        check_usage(Format::OpenAiChat, &usage, [expected, Some(1), None, None, None]);
    };
    check_count("24.0", Some(24));
    check_count(r#""24""#, Some(24));
    check_count("2.4e1", Some(24));
    check_count(r#""2\u0034""#, Some(24));
    check_count("9223372036854775807", Some(9_223_372_036_854_775_807));
    for nonsense in ["-1", "24.5", "9223372036854775808", "18446744073709551616", "1e400", "true", "[1]", "{}", r#""x""#, r#""NaN""#] {
        check_count(nonsense, None);
    }
}

#[test]
fn of_repeated_keys_the_last_counts() {
    let repeated = r#"{"usage":1,"usage":{"prompt_tokens":1,"prompt_tokens":2},"usage":{"prompt_tokens":3,"prompt_tokens":4}}"#;
    check_usage(Format::OpenAiChat, repeated, [Some(4), None, None, None, None]);
}

#[test]
fn parts_counted_outside_the_whole_are_added() {
    let cached = r#"{"usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":100}}}"#;
    let facts = check_usage(Format::OpenAiChat, cached, [Some(110), Some(5), Some(100), None, None]);
    assert_eq!(facts.warnings, [Warning::CacheOutsideInput]);
    let reasoned = r#"{"usage":{"input_tokens":10,"output_tokens":5,"output_tokens_details":{"reasoning_tokens":70}}}"#;
    let facts = check_usage(Format::OpenAiResponses, reasoned, [Some(10), Some(75), None, None, Some(70)]);
    assert_eq!(facts.warnings, [Warning::ReasoningOutsideOutput]);
}

/// Tier, speed and tokens written to a cache for an hour.
fn check_terms(format: Format, inputs: &str, output: &str, expected: (Option<&str>, Option<&str>, Option<u64>)) {
    let facts = call_facts(Some(format), Some(&raw(inputs)), Some(&raw(output)));
    assert_eq!((facts.service_tier.as_deref(), facts.speed.as_deref(), facts.cache_write_1h_tokens), expected, "{inputs} {output}");
}

#[test]
fn how_a_call_was_made_is_told_by_the_answer_else_by_what_was_asked_for() {
    for format in [Format::OpenAiChat, Format::OpenAiResponses] {
        for (asked, answered, expected) in [
            (r#"{"service_tier":"flex"}"#, r#"{"service_tier":"default"}"#, Some("default")),
            (r#"{"service_tier":"auto"}"#, r#"{"service_tier":"priority"}"#, Some("priority")),
            (r#"{"service_tier":"flex"}"#, "{}", Some("flex")),
            (r#"{"service_tier":"auto"}"#, r#"{"service_tier":null}"#, None),
            ("{}", r#"{"service_tier":5}"#, None),
        ] {
            check_terms(format, asked, answered, (expected, None, None));
        }
    }
    let anthropic = |asked, answered, expected| check_terms(Format::AnthropicMessages, asked, answered, expected);
    let batch = r#"{"usage":{"input_tokens":1,"service_tier":"batch","cache_creation_input_tokens":9,
        "cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":4}}}"#;
    anthropic("{}", batch, (Some("batch"), None, Some(4)));
    anthropic(r#"{"speed":"fast","service_tier":"auto"}"#, r#"{"usage":{"speed":"standard"}}"#, (None, Some("standard"), None));
    anthropic(r#"{"speed":"fast"}"#, r#"{"usage":{"service_tier":"standard"}}"#, (Some("standard"), Some("fast"), None));
    let gemini = |asked, answered, expected| check_terms(Format::GeminiModels, asked, answered, (expected, None, None));
    gemini("{}", r#"{"usageMetadata":{"trafficType":"ON_DEMAND_FLEX"}}"#, Some("flex"));
    gemini(r#"{"config":{"service_tier":"flex"}}"#, r#"{"usage_metadata":{"service_tier":"standard"}}"#, Some("standard"));
    gemini(
        r#"{"config":{"service_tier":"priority"}}"#,
        r#"{"usage_metadata":{"traffic_type":"TRAFFIC_TYPE_UNSPECIFIED"}}"#,
        Some("priority"),
    );
    gemini(r#"{"serviceTier":"flex"}"#, "{}", Some("flex"));
}

#[test]
fn anthropic_cache_breakdown_stands_in_for_its_sum() {
    let usage = r#"{"usage":{"input_tokens":1,"output_tokens":2,
        "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}}"#;
    check_usage(Format::AnthropicMessages, usage, [Some(31), Some(2), None, Some(30), None]);
    let overflow = r#"{"usage":{"input_tokens":9223372036854775807,"cache_read_input_tokens":9223372036854775807,
        "cache_creation_input_tokens":9223372036854775807}}"#;
    let most = Some(9_223_372_036_854_775_807);
    check_usage(Format::AnthropicMessages, overflow, [None, None, most, most, None]);
}

#[test]
fn gemini_thoughts_are_not_added_twice() {
    let counted_in = r#"{"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":30,"thoughtsTokenCount":20,
        "totalTokenCount":40}}"#;
    check_usage(Format::GeminiModels, counted_in, [Some(10), Some(30), None, None, Some(20)]);
    let only_thoughts = r#"{"usageMetadata":{"promptTokenCount":10,"thoughtsTokenCount":20,"totalTokenCount":30}}"#;
    check_usage(Format::GeminiModels, only_thoughts, [Some(10), Some(20), None, None, Some(20)]);
}

#[test]
fn errors() {
    let check = |format, output: &str, kind: Option<&str>, message: Option<&str>| {
        let facts = call_facts(Some(format), None, Some(&raw(output)));
        assert_eq!((facts.error_type.as_deref(), facts.error_message.as_deref()), (kind, message), "{output}");
    };
    use Format::{AnthropicMessages, GeminiInteractions, GeminiModels, OpenAiChat, OpenAiResponses};
    let failed = r#"{"status":"failed","error":{"code":"server_error","message":"Sorry"}}"#;
    check(OpenAiResponses, failed, Some("server_error"), Some("Sorry"));
    check(OpenAiResponses, r#"{"status":"failed","error":null}"#, Some("failed"), None);
    check(OpenAiResponses, r#"{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}"#, None, None);
    check(OpenAiChat, r#"{"error":{"code":429,"message":"Slow"}}"#, Some("429"), Some("Slow"));
    check(OpenAiChat, r#"{"error":"it broke"}"#, Some("error"), Some("it broke"));
    let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    check(AnthropicMessages, overloaded, Some("overloaded_error"), Some("Overloaded"));
    let exhausted = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"Quota"}}"#;
    check(GeminiModels, exhausted, Some("RESOURCE_EXHAUSTED"), Some("Quota"));
    let faults = r#"{"status":"failed","errors":[{"code":"uri","message":"m"}]}"#;
    check(GeminiInteractions, faults, Some("uri"), Some("m"));
    check(GeminiInteractions, r#"{"status":"completed","errors":[{"code":"uri"}]}"#, None, None);
}

#[test]
fn a_blocked_gemini_prompt_names_why() {
    let blocked = raw(r#"{"candidates":[],"promptFeedback":{"blockReason":"SAFETY"}}"#);
    assert_eq!(call_facts(None, None, Some(&blocked)).finish_reason.as_deref(), Some("SAFETY"));
}

#[test]
fn formats() {
    let check = |api, inputs: &str, output: &str, expected| {
        assert_eq!(format_of(api, Some(&raw(inputs)), Some(&raw(output))), expected, "{api:?} {inputs} {output}");
    };
    check(Some("openai-chat-completions"), "{}", "{}", Some(Format::OpenAiChat));
    check(Some("openai-responses"), "{}", "{}", Some(Format::OpenAiResponses));
    check(Some("anthropic-messages"), "{}", "{}", Some(Format::AnthropicMessages));
    check(Some("anthropic-beta-messages"), "{}", "{}", Some(Format::AnthropicMessages));
    check(Some("gemini-models"), "{}", "{}", Some(Format::GeminiModels));
    check(Some("gemini-interactions"), "{}", "{}", Some(Format::GeminiInteractions));
    check(Some("my-own"), "{}", r#"{"choices":[]}"#, Some(Format::OpenAiChat));
    check(None, r#"{"model":"claude-x","messages":[]}"#, "{}", Some(Format::AnthropicMessages));
    check(None, r#"{"model":"gpt","messages":[]}"#, "null", Some(Format::OpenAiChat));
    check(None, r#"{"input":"x"}"#, "null", Some(Format::OpenAiResponses));
    check(None, r#"{"input":"x","model":"gemini-3"}"#, "null", Some(Format::GeminiInteractions));
    check(None, r#"{"contents":"x"}"#, "null", Some(Format::GeminiModels));
    check(None, "{}", r#""just text""#, None);
    check(None, "[]", "[]", None);
}

#[test]
fn an_unknown_format_still_names_models() {
    let facts = call_facts(None, Some(&raw(r#"{"model":"llama"}"#)), Some(&raw(r#"{"model":"llama-3","text":"x"}"#)));
    let expected = CallFacts { request_model: Some("llama".into()), response_model: Some("llama-3".into()), ..CallFacts::default() };
    assert_eq!(facts, expected);
    assert_eq!(call_facts(None, None, None), CallFacts::default());
}
