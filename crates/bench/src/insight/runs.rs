//! Whole runs of an agent whose outcome somebody checked: trajectories of τ-bench.

use debrief_insight::analysis::{Given, analyse};
use debrief_insight::lifecycle::judge;
use debrief_insight::signals::{asks_for_input, closes};
use debrief_insight::transcript::{Step, Transcript, What};
use debrief_model::{Conversation, Course, EventId, SessionNumber, Speaker, Status, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::verdicts::{self, VerdictFigures};

/// A reward this near to one is a success, as the benchmark itself counts.
const REWARD_SLACK: f64 = 1e-6;

/// Who says something in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    System,
    User,
    Assistant,
    /// What a tool answered.
    Tool,
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) tool: String,
    /// As sent, usually JSON.
    pub(super) arguments: String,
}

/// One message of a run, in no vendor's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) role: Role,
    /// Empty when it only calls tools.
    pub(super) text: String,
    pub(super) calls: Vec<Call>,
}

/// One run, and whether it did what it was meant to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub(super) messages: Vec<Said>,
    pub(super) reward: f64,
}

/// How estimates of outcomes agree with what was checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunsFigures {
    /// Whose runs these are.
    pub file: String,
    /// Messages in them.
    pub messages: usize,
    /// Calls of tools in them.
    pub tool_calls: usize,
    /// Yes is success.
    #[serde(flatten)]
    pub outcome: VerdictFigures,
}

mod wire {
    use super::{Deserialize, RawValue, Role};

    #[derive(Deserialize)]
    pub(super) struct Run<'a> {
        pub(super) reward: f64,
        #[serde(borrow)]
        pub(super) traj: Vec<Message<'a>>,
    }

    #[derive(Deserialize)]
    pub(super) struct Message<'a> {
        pub(super) role: Role,
        #[serde(default)]
        pub(super) content: Option<String>,
        #[serde(default, borrow)]
        pub(super) tool_calls: Option<Vec<Call<'a>>>,
    }

    #[derive(Deserialize)]
    pub(super) struct Call<'a> {
        #[serde(borrow)]
        pub(super) function: Function<'a>,
    }

    #[derive(Deserialize)]
    pub(super) struct Function<'a> {
        pub(super) name: String,
        /// A string of JSON, or JSON.
        #[serde(borrow)]
        pub(super) arguments: &'a RawValue,
    }
}

/// How the benchmark's simulated users say that they are done. Nobody says so in a conversation.
const STOP: &str = "###STOP###";

/// Whether a run looks like a success; nothing when it tells too little. As for any conversation that nobody says the end of: it is judged
/// once silence has ended it.
fn estimate(run: &Run) -> Option<bool> {
    let steps = steps(run);
    let verdict = judge(&conversation(&steps), Timestamp(i64::MAX), 1);
    analyse(&Transcript { steps }, &Given::of(verdict)).outcome.outcome.resolved()
}

/// A second between messages, as nothing is known of their times.
fn steps(run: &Run) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for said in &run.messages {
        let at = Timestamp(steps.len() as i64 * 1_000_000);
        let step = |what| Step { event: EventId(Uuid::from_u128(steps.len() as u128)), at, ended_at: Some(at), what };
        let text = said.text.trim();
        let said_something = !text.is_empty() && text != STOP;
        match said.role {
            Role::User if said_something => steps.push(step(What::User { text })),
            Role::Tool => answer(&mut steps, text),
            Role::Assistant => {
                let mut calls: Vec<Step<'_>> = said.calls.iter().map(|call| step(called(call))).collect();
                if said_something {
                    calls.insert(0, step(What::Assistant { text }));
                }
                steps.append(&mut calls);
            }
            Role::User | Role::System => {}
        }
    }
    steps
}

fn called(call: &Call) -> What<'_> {
    What::Tool { name: Some(&call.tool), arguments: Some(&call.arguments), status: Status::Unset, error_type: None, output: None }
}

/// What a tool answered belongs to the last call that nothing answered.
fn answer<'r>(steps: &mut [Step<'r>], text: &'r str) {
    let open = steps.iter_mut().rev().find_map(|step| match &mut step.what {
        What::Tool { output: output @ None, .. } => Some(output),
        _ => None,
    });
    if let Some(output) = open {
        *output = Some(text);
    }
}

fn conversation(steps: &[Step<'_>]) -> Conversation {
    let last_of = |said: fn(&Step<'_>) -> bool| steps.iter().rposition(said);
    let (user, assistant) = (last_of(|step| step.user().is_some()), last_of(|step| step.assistant().is_some()));
    let text = |at: Option<usize>| at.and_then(|at| steps[at].user().or(steps[at].assistant())).unwrap_or_default();
    let course = Course {
        user_messages: u32::from(user.is_some()),
        assistant_messages: u32::from(assistant.is_some()),
        last_speaker: user.max(assistant).map(|last| if Some(last) == user { Speaker::User } else { Speaker::Assistant }),
        asks: asks_for_input(text(assistant)),
        closes: closes(text(user)),
        ..Course::default()
    };
    let at = Timestamp(0);
    Conversation {
        session: SessionNumber(1),
        agent_version: None,
        started_at: at,
        last_activity_at: at,
        told: None,
        resolution: None,
        course,
    }
}

impl Run {
    /// Whether its check says so.
    pub(super) fn succeeded(&self) -> bool {
        (self.reward - 1.0).abs() <= REWARD_SLACK
    }
}

/// Reads a JSON array of runs with `reward` and `traj`.
pub(super) fn parse(text: &str) -> Result<Vec<Run>, String> {
    let runs: Vec<wire::Run<'_>> = serde_json::from_str(text)
        .map_err(|error| format!("not an array of runs with reward and traj (messages with role and content): {error}"))?;
    if runs.is_empty() { Err("no runs".to_owned()) } else { Ok(runs.into_iter().map(run).collect()) }
}

fn run(wire::Run { reward, traj }: wire::Run<'_>) -> Run {
    Run { reward, messages: traj.into_iter().map(said).collect() }
}

fn said(wire::Message { role, content, tool_calls }: wire::Message<'_>) -> Said {
    let calls = tool_calls.unwrap_or_default().into_iter().map(|wire::Call { function }| call(function)).collect();
    Said { role, text: content.unwrap_or_default(), calls }
}

fn call(wire::Function { name, arguments }: wire::Function<'_>) -> Call {
    let arguments = serde_json::from_str(arguments.get()).unwrap_or_else(|_| arguments.get().to_owned());
    Call { tool: name, arguments }
}

/// Compares.
pub(super) fn measure(file: &str, runs: &[Run]) -> RunsFigures {
    let cases: Vec<_> = runs.iter().map(|run| (run.succeeded(), estimate(run))).collect();
    RunsFigures {
        file: file.to_owned(),
        messages: runs.iter().map(|run| run.messages.len()).sum(),
        tool_calls: runs.iter().flat_map(|run| &run.messages).map(|said| said.calls.len()).sum(),
        outcome: verdicts::compare(&cases),
    }
}
