//! Scripts: what conversations of an agent are about and how they go, as data. [`crate::parse`] reads them, [`crate::play`] plays them.

use crate::conversation::{Language, Outcome};
use crate::slots::Lists;
use crate::text::Template;

/// All scenarios of one agent.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// What its slots stand for.
    pub(crate) lists: Lists,
    /// In the order of the file.
    pub(crate) scenarios: Vec<Scenario>,
    /// How long tools take, typically, in milliseconds.
    pub(crate) tools: Vec<(&'static str, i64)>,
}

/// One course that conversations take.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// Unique within the script.
    pub(crate) name: &'static str,
    /// How often it happens beside the others.
    pub(crate) weight: u64,
    /// Whether it needs the outage, or happens at any time.
    pub(crate) needs_outage: bool,
    /// What it is held in.
    pub(crate) language: Language,
    /// What happens.
    pub(crate) course: Vec<Node>,
}

/// A part of a course.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// The user says one of these.
    User(Vec<Template>),
    /// The agent says one of these.
    Assistant(Vec<Template>, How),
    /// A tool runs.
    Tool(Tool),
    /// A model's call fails.
    Fault(Trouble),
    /// A sub-agent is asked, works and answers.
    SubAgent { name: &'static str, task: Template, work: Vec<Node>, answer: Template },
    /// The user is away for so many minutes.
    Wait(i64),
    /// Says what the conversation is meant to be.
    Mark(Mark),
    /// One thing or another.
    Either { when: When, then: Vec<Node>, otherwise: Vec<Node> },
}

/// How an answer comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// As it should.
    Whole,
    /// Cut off.
    Truncated,
    /// The model refuses.
    Refused,
}

/// A tool's run.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) arguments: Template,
    /// What it returns, or why it fails.
    pub(crate) result: Result<Template, Trouble>,
    /// Whether it is asked for together with the one before.
    pub(crate) is_beside: bool,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) kind: &'static str,
    pub(crate) message: Template,
}

/// When a part happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// In so many of a hundred cases.
    Percent(u64),
    /// With versions from this number up to that one.
    Versions(usize, usize),
    /// While the outage lasts.
    Outage,
}

/// What a conversation is meant to be, once its course has come here.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    Outcome(Outcome),
    Issue(&'static str),
    Corrected,
    Frustrated,
    Rephrased,
    HandedOff,
    Left,
    /// The client's word for the end.
    End(&'static str),
    /// Thumbs up or down, with a comment.
    Feedback(bool, Option<Template>),
}
