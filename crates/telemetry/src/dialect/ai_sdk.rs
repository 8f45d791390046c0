//! The AI SDK of Vercel up to version 6, in `ai.*`. `ai.generateText` and the like contain one `….doGenerate` for each
//! call of the model, and repeat their usage. From version 7 on it speaks OpenTelemetry, with operations of its own and a
//! scope that is called `gen_ai`; on request it adds the former attributes, and then a step bears the name of the call
//! that it contains.

use crate::reading::Class::{Agent, Embedding, Inference, Rerank, Tool, Workflow};
use crate::table::Source::{Json, Key};
use crate::table::{Table, Talk, Wait};

/// What the provider's own package says beside the answer.
const METADATA: &str = "ai.response.providerMetadata";

pub(crate) const TABLE: Table = Table {
    name: "ai-sdk",
    prefixes: &["ai.operationId", "ai.model.", "ai.usage.", "ai.prompt", "ai.response.", "ai.toolCall.", "ai.telemetry.", "ai.settings."],
    scopes: &["gen_ai", "@ai-sdk"],
    class: &[Key("gen_ai.operation.name"), Key("ai.operationId")],
    // `embeddings` and `rerank` are not among them: the former name tells the whole from the call in it.
    classes: &[
        ("invoke_agent", Agent),
        ("agent_step", Agent),
        ("chat", Inference),
        ("execute_tool", Tool),
        ("ai.generateText.doGenerate", Inference),
        ("ai.streamText.doStream", Inference),
        ("ai.generateObject.doGenerate", Inference),
        ("ai.streamObject.doStream", Inference),
        ("ai.embed.doEmbed", Embedding),
        ("ai.embedMany.doEmbed", Embedding),
        ("ai.rerank.doRerank", Rerank),
        ("ai.toolCall", Tool),
        ("ai.generateText", Agent),
        ("ai.streamText", Agent),
        ("ai.generateObject", Agent),
        ("ai.streamObject", Agent),
        ("ai.embed", Workflow),
        ("ai.embedMany", Workflow),
        ("ai.rerank", Workflow),
    ],
    implied: &[("ai.toolCall.name", Tool)],
    provider: &[Key("gen_ai.provider.name"), Key("ai.model.provider"), Key("gen_ai.system")],
    request_model: &[Key("ai.model.id")],
    response_model: &[Key("ai.response.model")],
    finish_reason: &[Key("ai.response.finishReason")],
    response_id: &[Key("ai.response.id")],
    input_tokens: &[Key("ai.usage.inputTokens"), Key("ai.usage.promptTokens"), Key("ai.usage.tokens")],
    output_tokens: &[Key("ai.usage.outputTokens"), Key("ai.usage.completionTokens")],
    cache_read: &[Key("ai.usage.inputTokenDetails.cacheReadTokens"), Key("ai.usage.cachedInputTokens")],
    cache_write: &[Key("ai.usage.inputTokenDetails.cacheWriteTokens")],
    cache_write_5m: &[Json(METADATA, "anthropic.usage.cache_creation.ephemeral_5m_input_tokens")],
    cache_write_1h: &[Json(METADATA, "anthropic.usage.cache_creation.ephemeral_1h_input_tokens")],
    service_tier: &[
        Json(METADATA, "openai.serviceTier"),
        Json(METADATA, "anthropic.usage.service_tier"),
        Json(METADATA, "google.serviceTier"),
        Json(METADATA, "google.usageMetadata.trafficType"),
    ],
    speed: &[Json(METADATA, "anthropic.usage.speed")],
    reasoning: &[Key("ai.usage.outputTokenDetails.reasoningTokens"), Key("ai.usage.reasoningTokens")],
    total_tokens: &[Key("ai.usage.totalTokens"), Key("ai.usage.tokens")],
    conversation: &[
        Key("gen_ai.conversation.id"),
        Key("ai.telemetry.metadata.sessionId"),
        Key("ai.telemetry.metadata.conversationId"),
        Key("ai.settings.context.sessionId"),
    ],
    person: &[Key("ai.telemetry.metadata.userId"), Key("ai.settings.context.userId")],
    agent: &[Key("gen_ai.agent.name"), Key("ai.telemetry.functionId")],
    tool: &[Key("ai.toolCall.name")],
    tool_call_id: &[Key("ai.toolCall.id")],
    first_token: &[Wait::Millis("ai.response.msToFirstChunk"), Wait::Millis("ai.stream.msToFirstChunk")],
    tags: &[Key("ai.telemetry.metadata.tags"), Key("ai.settings.context.tags")],
    history: &[Talk::Chat("ai.prompt.messages"), Talk::Chat("ai.prompt")],
    answer: &[
        Talk::Answer("ai.response.text", "ai.response.toolCalls"),
        Talk::Chat("ai.response.object"),
        Talk::Answer("ai.result.text", "ai.result.toolCalls"),
        Talk::Chat("ai.result.object"),
    ],
    input: &[Key("ai.toolCall.args"), Key("ai.toolCall.input"), Key("ai.value"), Key("ai.values")],
    output: &[Key("ai.toolCall.result"), Key("ai.toolCall.output")],
    ..Table::NONE
};
