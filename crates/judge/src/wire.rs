//! OpenAI's `POST /chat/completions`: the part of it that is used, field for field.

use debrief_app::judge::model::{Fault, Question, Reply};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// With it and no temperature, endpoints that can answer the same again.
const SEED: u32 = 1;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    temperature: f32,
    seed: u32,
    max_tokens: u32,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct Format<'a> {
    r#type: &'static str,
    json_schema: Schema<'a>,
}

#[derive(Serialize)]
struct Schema<'a> {
    name: &'static str,
    strict: bool,
    schema: &'a RawValue,
}

/// The request.
pub(crate) fn body(model: &str, question: &Question, is_plain: bool) -> Vec<u8> {
    let Question { instructions, conversation, again, schema, answer_tokens_max } = question;
    let message = |role, content| Message { role, content };
    let mut messages = vec![message("system", *instructions), message("user", conversation)];
    if let Some((answer, problem)) = again {
        messages.extend([message("assistant", answer), message("user", problem)]);
    }
    let schema: &RawValue = serde_json::from_str(schema).expect("the schema is built in and tested");
    let format = Format { r#type: "json_schema", json_schema: Schema { name: "report", strict: true, schema } };
    let body = Body {
        model,
        messages,
        temperature: 0.0,
        seed: SEED,
        max_tokens: *answer_tokens_max,
        stream: false,
        response_format: (!is_plain).then_some(format),
    };
    serde_json::to_vec(&body).expect("every part can be written")
}

#[derive(Deserialize)]
struct Completion {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Content,
}

#[derive(Deserialize)]
struct Content {
    /// Missing where the model refuses or calls a tool.
    #[serde(default)]
    content: Option<String>,
}

#[derive(Default, Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: Option<u64>,
    #[serde(default)]
    completion_tokens: Option<u64>,
}

/// The answer. Words that are cut off come back as they are; whoever reads them will notice.
pub(crate) fn reply(body: &[u8]) -> Result<Reply, Fault> {
    let Completion { choices, usage } = serde_json::from_slice(body).map_err(|_| Fault::Unreadable)?;
    let choice = choices.into_iter().next().ok_or(Fault::Unreadable)?;
    let Usage { prompt_tokens, completion_tokens } = usage.unwrap_or_default();
    Ok(Reply { text: choice.message.content.unwrap_or_default(), input_tokens: prompt_tokens, output_tokens: completion_tokens })
}
