//! Token counts that a client did not give, estimated from what was said. Only where the operator turns that on, and marked as estimates.
//!
//! Counted with the vocabulary `o200k_base`, whichever the model: for its own models an estimate is within a few percent, for others
//! it is the right order of magnitude. Images, audio, tool definitions and hidden reasoning are not in it.

use debrief_content::Message;
use debrief_model::{Draft, Facts, Kind, Span, Status};
use debrief_store::body;
use tiktoken_rs::o200k_base_singleton;

use crate::ingest::Write;
use crate::said;

/// Tokens that stand around a message in the models' own form of a conversation.
const AROUND_A_MESSAGE: u64 = 3;
/// Tokens that an answer begins with.
const BEFORE_AN_ANSWER: u64 = 3;

/// Estimates what the new calls of a write do not say.
pub(crate) fn estimate_all(write: &mut Write) {
    write.for_each_draft(&mut |_, draft| estimate(draft));
}

/// Whether any new call of a write does not say what it used.
pub(crate) fn is_wanted(write: &Write) -> bool {
    match write {
        Write::Events { drafts, .. } => drafts.iter().any(lacks),
        Write::All(writes) => writes.iter().any(is_wanted),
        Write::Once { write, .. } => is_wanted(write),
        Write::Amend { .. } | Write::Catalogue(_) => false,
    }
}

/// A call that failed used nobody knows what, and one that goes on has not used it yet.
fn lacks(Draft { facts, span, .. }: &Draft) -> bool {
    let is_over = span.is_none() || facts.ended_at.is_some();
    let is_call = facts.kind == Kind::Llm && *span != Some(Span::Summary) && facts.status != Status::Error;
    is_call && is_over && (facts.tokens.input.is_none() || facts.tokens.output.is_none())
}

fn estimate(draft: &mut Draft) {
    if lacks(draft) {
        estimate_facts(&mut draft.facts);
    }
}

fn estimate_facts(facts: &mut Facts) {
    let Some(body) = body::decode(&facts.body).ok().and_then(|body| String::from_utf8(body).ok()) else { return };
    let said = said::of_event(facts, &body);
    if facts.tokens.input.is_none() && !said.input.is_empty() {
        facts.tokens.input = Some(said.input.iter().map(|message| AROUND_A_MESSAGE + tokens(message)).sum::<u64>() + BEFORE_AN_ANSWER);
        facts.tokens_estimated = true;
    }
    // Of several answers each was paid for.
    if facts.tokens.output.is_none() && !said.output.is_empty() {
        facts.tokens.output = Some(said.output.iter().map(tokens).sum());
        facts.tokens_estimated = true;
    }
}

fn tokens(message: &Message) -> u64 {
    let calls = message.tool_calls.iter().flat_map(|call| [call.name.as_deref(), call.arguments.as_deref().map(|raw| raw.get())]);
    let texts = calls.chain([message.text.as_deref()]).flatten();
    texts.map(|text| o200k_base_singleton().encode_ordinary(text).len() as u64).sum()
}

#[cfg(test)]
mod tests {
    use debrief_model::{Mention, TenantId, Timestamp, Tokens};

    use super::*;

    const BODY: &str = r#"{"api":"openai-chat-completions",
        "inputs":{"messages":[{"role":"user","content":"Where is my order?"}]},
        "output":{"choices":[{"message":{"role":"assistant","content":"It is on its way."}}]}}"#;

    fn estimated(change: impl Fn(&mut Draft)) -> Facts {
        let facts = Facts { body: body::encode(BODY.as_bytes()), ..Facts::new(Kind::Llm, "llm.completed", Timestamp(1), "voker") };
        let mut draft = Draft::new(facts, Mention::default());
        change(&mut draft);
        let mut write = Write::Events { tenant: TenantId(1), drafts: vec![draft] };
        estimate_all(&mut write);
        let Write::Events { mut drafts, .. } = write else { unreachable!("it was events") };
        drafts.remove(0).facts
    }

    #[test]
    fn what_was_said_is_counted_and_marked() {
        let facts = estimated(|_| {});
        assert_eq!((facts.tokens.input, facts.tokens.output, facts.tokens_estimated), (Some(3 + 5 + 3), Some(6), true));
    }

    #[test]
    fn what_the_client_counted_stays() {
        let facts = estimated(|draft| draft.facts.tokens = Tokens { input: Some(99), ..Tokens::default() });
        assert_eq!((facts.tokens.input, facts.tokens.output, facts.tokens_estimated), (Some(99), Some(6), true));
        let facts = estimated(|draft| draft.facts.tokens = Tokens { input: Some(0), output: Some(0), ..Tokens::default() });
        assert!(!facts.tokens_estimated);
    }

    #[test]
    fn calls_that_failed_or_go_on_and_what_stands_for_others_are_not_estimated() {
        assert!(!estimated(|draft| draft.facts.status = Status::Error).tokens_estimated);
        assert!(!estimated(|draft| draft.span = Some(Span::Leaf)).tokens_estimated);
        assert!(!estimated(|draft| draft.facts.kind = Kind::Tool).tokens_estimated);
    }
}
