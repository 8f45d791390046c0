//! Conversations as the Voker SDK reports them: one event per model call, each with the history so far.

use std::fmt::Write as _;

use super::json::{Message, messages, quote, tokens};
use super::rng::Rng;
use super::template::{Slot, Template};
use super::text::{Scene, word};
use super::{AGENTS, person_id};

/// One conversation of a Voker client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VokerSession {
    /// The agent's name.
    pub agent: String,
    /// The agent version's name.
    pub agent_version: String,
    /// The person the agent talks with.
    pub person: String,
    /// Event bodies in order.
    pub events: Vec<Template>,
}

/// A conversation of 6 to 14 model calls.
pub(super) fn session(fingerprint_id: &str, rng: &mut Rng) -> VokerSession {
    let scene = Scene::new(rng);
    let agent = rng.pick(AGENTS).to_owned();
    let agent_version = format!("v{}", rng.between(1, 4));
    let person = person_id(rng.below(super::PEOPLE));
    let mut history = vec![Message::system(scene.system(rng))];
    let anthropic = rng.percent(60);
    let who = format!(
        "\"session\": \"{}\", \"agent\": \"{agent}\", \"agent_version\": \"{agent_version}\", \"person\": \"{person}\"",
        Slot::Session.mark()
    );
    let events = (0..rng.between(6, 14))
        .map(|_| {
            let question = scene.question(rng);
            let answer = scene.answer(&question, rng);
            history.push(Message::user(question));
            let seen = super::json::window(&history);
            let properties = if anthropic { anthropic_call(seen, &answer, rng) } else { openai_call(&scene, seen, &answer, rng) };
            history.push(Message::assistant(answer));
            let body =
                format!("{{\"event_name\": \"llm\", \"fingerprint_id\": {}, \"properties\": {properties}, {who}}}", quote(fingerprint_id));
            Template::new(body, 0)
        })
        .collect();
    VokerSession { agent, agent_version, person, events }
}

fn openai_call(scene: &Scene, seen: (&Message, &[Message]), answer: &str, rng: &mut Rng) -> String {
    let (prompt, input_tokens) = messages(Some(seen.0), seen.1);
    let mut content = quote(answer);
    let mut calls = "null".to_owned();
    let mut finish = "stop";
    if rng.percent(18) {
        let (name, arguments, _) = scene.tool(rng);
        content = "null".to_owned();
        finish = "tool_calls";
        calls = format!(
            "[{{\"id\": \"call_{}\", \"function\": {{\"arguments\": {}, \"name\": \"{name}\"}}, \"type\": \"function\"}}]",
            word("hex", rng),
            quote(&arguments)
        );
    }
    let output_tokens = tokens(answer);
    let (asked, answered) =
        rng.pick(&[("gpt-4o", "gpt-4o-2024-08-06"), ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"), ("gpt-4.1", "gpt-4.1-2025-04-14")]);
    let mut text = String::new();
    write!(
        text,
        "{{\"api\": \"openai-chat-completions\", \"inputs\": {{\"model\": \"{asked}\", \"temperature\": 0.{}, \"messages\": {prompt}}}, \
         \"output\": {{\"id\": \"chatcmpl-{}\", \"choices\": [{{\"finish_reason\": \"{finish}\", \"index\": 0, \"logprobs\": null, \
         \"message\": {{\"content\": {content}, \"refusal\": null, \"role\": \"assistant\", \"annotations\": null, \"audio\": null, \
         \"function_call\": null, \"tool_calls\": {calls}}}}}], \
         \"created\": {}, \"model\": \"{answered}\", \"object\": \"chat.completion\", \"metadata\": null, \"moderation\": null, \
         \"service_tier\": null, \"system_fingerprint\": \"fp_{}\", \
         \"usage\": {{\"completion_tokens\": {output_tokens}, \"prompt_tokens\": {input_tokens}, \"total_tokens\": {}, \
         \"completion_tokens_details\": {{\"accepted_prediction_tokens\": 0, \"audio_tokens\": 0, \"reasoning_tokens\": 0, \
         \"rejected_prediction_tokens\": 0, \"text_tokens\": null}}, \"prompt_tokens_details\": {{\"audio_tokens\": 0, \
         \"cache_write_tokens\": null, \"cached_tokens\": {}, \"image_tokens\": null, \"text_tokens\": null}}}}}}}}",
        rng.below(10),
        Slot::ResponseId.mark(),
        Slot::CreatedSeconds.mark(),
        word("hex", rng),
        input_tokens + output_tokens,
        input_tokens / 2 / 64 * 64,
    )
    .expect("writing to a String cannot fail");
    text
}

fn anthropic_call(seen: (&Message, &[Message]), answer: &str, rng: &mut Rng) -> String {
    let (prompt, input_tokens) = messages(None, seen.1);
    let model = rng.pick(&["claude-3-5-sonnet-20240620", "claude-3-5-haiku-20241022", "claude-sonnet-4-20250514"]);
    format!(
        "{{\"api\": \"anthropic-messages\", \"inputs\": {{\"model\": \"{model}\", \"max_tokens\": {}, \"system\": {}, \"messages\": {prompt}}}, \
         \"output\": {{\"id\": \"msg_{}\", \"container\": null, \"content\": [{{\"citations\": null, \"text\": {}, \"type\": \"text\"}}], \"model\": \"{model}\", \
         \"role\": \"assistant\", \"stop_reason\": \"end_turn\", \"stop_sequence\": null, \"type\": \"message\", \
         \"usage\": {{\"cache_creation\": null, \"cache_creation_input_tokens\": {}, \"cache_read_input_tokens\": {}, \
         \"inference_geo\": null, \"input_tokens\": {}, \"output_tokens\": {}, \"server_tool_use\": null, \"service_tier\": null}}}}}}",
        rng.between(4, 64) * 64,
        quote(&seen.0.text),
        Slot::ResponseId.mark(),
        quote(answer),
        rng.below(3) * 128,
        input_tokens / 3,
        input_tokens + tokens(&seen.0.text),
        tokens(answer),
    )
}
