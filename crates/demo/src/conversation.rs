//! What a generated conversation is: plain data, with what it is meant to be beside it. Knows no wire and no chance.

use debrief_model::Timestamp;

use crate::cast::{Agent, Model, Version};

/// One conversation, or one run of an agent that talks with nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversation {
    /// Counts the conversations of a story from 0.
    pub number: u64,
    /// Who leads it.
    pub agent: &'static Agent,
    /// As which version.
    pub version: &'static Version,
    /// Whom it serves; `None` for work that nobody watches.
    pub person: Option<Person>,
    /// The client's id for it.
    pub session_key: String,
    /// What happened, in order of `at`. A step that contains others comes before them.
    pub steps: Vec<Step>,
    /// The word that the client's system ends it with, in the words of its dialect; `None` where it says nothing.
    pub end_state: Option<&'static str>,
    /// What the person said of it afterwards.
    pub feedback: Option<Feedback>,
    /// What it is meant to be. It never goes over a wire.
    pub truth: Truth,
}

impl Conversation {
    /// When its first step began.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.steps.first().map_or(Timestamp(0), |step| step.at)
    }

    /// When its last step ended.
    #[must_use]
    pub fn ended_at(&self) -> Timestamp {
        self.steps.iter().map(|step| step.ended_at).max().unwrap_or(Timestamp(0))
    }

    /// How often the person spoke.
    #[must_use]
    pub fn turns(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.what, What::User(_))).count()
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The client's id for them.
    pub id: String,
    /// First name.
    pub first_name: &'static str,
    /// Family name.
    pub family_name: &'static str,
    /// Where they live.
    pub city: &'static str,
    /// What they are to the firm: `member`, `premium`, a department.
    pub group: &'static str,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When it began.
    pub at: Timestamp,
    /// When it ended; the same for what takes no time.
    pub ended_at: Timestamp,
    /// The turn it belongs to, from 0: what follows one message of the user, until the next.
    pub turn: usize,
    /// The index of the sub-agent's step that it is part of; `None` where the agent itself did it.
    pub within: Option<usize>,
    /// What it was.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The person said something.
    User(String),
    /// A model was called. What it said, or which tools it asked for, are the steps that follow it within the same agent.
    Model(ModelCall),
    /// A tool ran.
    Tool(ToolCall),
    /// The agent, or a sub-agent to the one that called it, said something.
    Assistant(String),
    /// Another agent was asked to do a part of the work.
    SubAgent(SubAgent),
}

/// One call of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCall {
    /// Which.
    pub model: &'static Model,
    /// What it used; nothing where it failed.
    pub tokens: Tokens,
    /// Microseconds until the first token came; `None` where it failed.
    pub first_token_us: Option<i64>,
    /// Why it stopped.
    pub finish: Finish,
    /// Why it failed.
    pub failure: Option<Failure>,
}

/// Counts as OpenTelemetry has them: input includes what came from and went to the cache, output includes reasoning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Input tokens.
    pub input: u64,
    /// Output tokens.
    pub output: u64,
    /// Of the input, those read from a cache.
    pub cache_read: u64,
    /// Of the input, those written to a cache.
    pub cache_write: u64,
    /// Of the output, those spent on reasoning.
    pub reasoning: u64,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// It had said everything.
    Stop,
    /// It asked for tools.
    ToolCalls,
    /// The limit of tokens cut it off.
    Length,
    /// It never began.
    Failed,
}

/// One call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall {
    /// The id by which the model knows it.
    pub id: String,
    /// The tool's name.
    pub name: &'static str,
    /// Its arguments, an object in JSON.
    pub arguments: String,
    /// What it returned, in JSON; `null` where it failed.
    pub result: String,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Whether the model asked for it together with the tool before.
    pub is_beside: bool,
}

/// Work that another agent did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubAgent {
    /// The id by which the model that asked for it knows it.
    pub id: String,
    /// The agent's name.
    pub name: &'static str,
    /// What it was asked.
    pub task: String,
    /// What it answered.
    pub answer: String,
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind of error, as programs name it.
    pub kind: &'static str,
    /// What it said.
    pub message: String,
}

/// What a person said of a conversation afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// When.
    pub at: Timestamp,
    /// Thumbs up; else down.
    pub is_up: bool,
    /// In their words, if they wrote any.
    pub comment: Option<String>,
}

/// What a conversation is meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The scenario that it plays, by its name in the agent's script.
    pub scenario: &'static str,
    /// Whether the person got what they came for.
    pub outcome: Outcome,
    /// What is wrong with it, if anything: a word that all conversations with the same defect share.
    pub issue: Option<&'static str>,
    /// Whether the user corrects the agent.
    pub is_corrected: bool,
    /// Whether the user shows anger or disappointment.
    pub is_frustrated: bool,
    /// Whether the user asks the same again in other words.
    pub is_rephrased: bool,
    /// Whether the agent or its model refuses.
    pub is_refused: bool,
    /// Whether it is handed to a human.
    pub is_handed_off: bool,
    /// Whether the user leaves without a word while something is open.
    pub is_left: bool,
    /// What it is held in.
    pub language: Language,
}

/// Whether a person got what they came for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They did.
    Resolved,
    /// They did not.
    Unresolved,
    /// It cannot be said, even by somebody who reads it.
    Unknown,
}

/// What a conversation is held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
}
