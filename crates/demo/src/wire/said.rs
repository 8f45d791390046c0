//! What a call of a model came to: the steps after it tell.

use crate::conversation::{Conversation, Finish, Step, SubAgent, ToolCall, What};

/// What a model's call was answered with.
pub(super) enum Answer<'a> {
    /// A text.
    Text(&'a str),
    /// Wishes for tools to run and agents to be asked.
    Wishes(Vec<Wish<'a>>),
    /// Nothing: it failed.
    Nothing,
}

/// A tool that a model wants to run, or an agent that it wants to be asked, which it takes for a tool.
pub(super) enum Wish<'a> {
    Tool(&'a ToolCall),
    SubAgent(&'a SubAgent),
}

impl Wish<'_> {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Tool(call) => &call.id,
            Self::SubAgent(asked) => &asked.id,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Tool(call) => call.name,
            Self::SubAgent(asked) => asked.name,
        }
    }

    /// An object in JSON.
    pub(super) fn arguments(&self) -> String {
        match self {
            Self::Tool(call) => call.arguments.clone(),
            Self::SubAgent(asked) => format!("{{\"task\":{}}}", super::json::text(&asked.task)),
        }
    }
}

/// What the call at this index of the steps was answered with.
pub(super) fn answer(of: &Conversation, at: usize) -> Answer<'_> {
    let Step { within, what: What::Model(call), .. } = &of.steps[at] else { return Answer::Nothing };
    let mut after = of.steps[at + 1..].iter().filter(|step| step.within == *within);
    match call.finish {
        Finish::Failed => Answer::Nothing,
        Finish::Stop | Finish::Length => match after.next().map(|step| &step.what) {
            Some(What::Assistant(text)) => Answer::Text(text),
            _ => Answer::Nothing,
        },
        Finish::ToolCalls => Answer::Wishes(wishes(after)),
    }
}

fn wishes<'a>(after: impl Iterator<Item = &'a Step>) -> Vec<Wish<'a>> {
    let mut wishes = Vec::new();
    for step in after {
        match &step.what {
            What::Tool(call) if wishes.is_empty() || call.is_beside => wishes.push(Wish::Tool(call)),
            What::SubAgent(asked) if wishes.is_empty() => wishes.push(Wish::SubAgent(asked)),
            _ => break,
        }
    }
    wishes
}
