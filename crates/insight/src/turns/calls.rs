//! Signals in what models and tools did.

use std::collections::{BTreeMap, BTreeSet};

use debrief_model::{EventId, Status};

use super::{Kind, Signal, Subject, name};
use crate::members::{canonical, of_object};
use crate::patterns::{List, Patterns};
use crate::quote::quote;
use crate::transcript::{Step, Turn, What};

/// Equal calls in one turn that make a loop.
const EQUAL_CALLS_MIN: usize = 3;
/// Calls of tools in one turn that make a loop, equal or not.
const CALLS_MIN: usize = 12;

/// Why models stop when their answer becomes too long, as their providers call it.
const TRUNCATED: [&str; 5] = ["length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"];
/// Why models stop when a filter holds their answer back.
const FILTERED: [&str; 8] =
    ["content_filter", "content_filtered", "guardrail_intervened", "safety", "prohibited_content", "blocklist", "spii", "recitation"];

/// Members of a tool's result that say that it is an error.
const ERROR_MEMBERS: [&str; 2] = ["\"is_error\"", "\"isError\""];
/// Members of a tool's result that are a status of HTTP.
const STATUS_MEMBERS: [&str; 5] = ["\"status_code\"", "\"statusCode\"", "\"http_status\"", "\"httpStatus\"", "\"status\""];

pub(super) fn signals(turn: &Turn<'_, '_>, patterns: &Patterns, giving: &Giving<'_>) -> Vec<Signal> {
    let mut found = errors(turn, giving);
    found.extend(turn.steps.iter().enumerate().filter_map(|(at, step)| stopped(turn, at, step)));
    found.extend(turn.steps.iter().filter_map(|step| handed_off(turn, step, patterns)));
    found.extend(looped(turn));
    found
}

/// The tools that give something back at least once in a conversation. Others do without saying so, as tools to think or to
/// write do, and an empty result of theirs is no failure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Giving<'a>(BTreeSet<&'a str>);

impl<'a> Giving<'a> {
    pub(crate) fn of(steps: &[Step<'a>]) -> Self {
        let giving = steps.iter().filter_map(|step| match step.what {
            What::Tool { name: Some(name), output: Some(output), .. } if !is_empty(output) => Some(name),
            _ => None,
        });
        Self(giving.collect())
    }
}

fn is_empty(output: &str) -> bool {
    matches!(output.trim(), "" | "\"\"" | "null")
}

/// The failures of a turn, from the last to the first, so that each knows what came after it; returned in their order.
fn errors(turn: &Turn<'_, '_>, giving: &Giving<'_>) -> Vec<Signal> {
    let mut found = Vec::new();
    let (mut tools, mut any_model) = (BTreeSet::new(), false);
    for step in turn.steps.iter().rev() {
        match (failure(step, giving), step.what) {
            (Some((subject, text)), what) => {
                let recovered = if let What::Tool { name, .. } = what { tools.contains(&name) } else { any_model };
                let error = Signal::new(Kind::Error, turn, step.event, &text);
                found.push(Signal { subject: Some(subject), recovered: Some(recovered), ..error });
            }
            (None, What::Tool { name, .. }) => _ = tools.insert(name),
            (None, What::Inference { .. }) => any_model = true,
            (None, _) => {}
        }
    }
    found.reverse();
    found
}

/// What failed in a step, and what was said about it.
fn failure(step: &Step<'_>, giving: &Giving<'_>) -> Option<(Subject, String)> {
    let failed = |status, error_type: Option<&str>| status == Status::Error || error_type.is_some();
    match step.what {
        What::Inference { model, status, error_type, .. } if failed(status, error_type) => {
            let subject = Subject::ModelError { model: model.map(name), error_type: error_type.map(name) };
            Some((subject, quote(error_type.unwrap_or_default())))
        }
        What::Tool { name: tool, status, error_type, output, .. } => {
            let gives = tool.is_some_and(|tool| giving.0.contains(tool));
            let found = output.and_then(|output| failed_output(output, gives));
            let error_type = error_type.map(str::to_owned).or_else(|| found.clone());
            if status != Status::Error && error_type.is_none() {
                return None;
            }
            let text = quote(output.filter(|text| !is_empty(text)).or(error_type.as_deref()).unwrap_or_default());
            Some((Subject::ToolError { tool: tool.map(name), error_type: error_type.as_deref().map(name) }, text))
        }
        What::Error { error_type, message } => {
            let text = quote(message.or(error_type).unwrap_or_default());
            Some((Subject::OtherError { error_type: error_type.map(name) }, text))
        }
        What::Inference { .. } | What::User { .. } | What::Assistant { .. } => None,
    }
}

/// What is wrong with a tool's result, as an error's class: it is empty although the tool gives something at other times,
/// says of itself that it is an error, or has a status of HTTP from 400 on. A list or an object without anything in it is a
/// result.
fn failed_output(output: &str, gives: bool) -> Option<String> {
    if is_empty(output) {
        return gives.then(|| "empty_output".to_owned());
    }
    let members = of_object(output)?;
    let is_error = members.iter().any(|(name, value)| ERROR_MEMBERS.contains(name) && *value == "true");
    let statuses = members.iter().filter(|(name, _)| STATUS_MEMBERS.contains(name));
    let mut codes = statuses.filter_map(|(_, value)| value.trim_matches('"').parse::<u16>().ok());
    let code = codes.find(|code| (400..600).contains(code));
    code.map(|code| format!("http_{code}")).or_else(|| is_error.then(|| "is_error".to_owned()))
}

/// A model that stopped before it was done. The words are those that follow it, as far as there are any.
fn stopped(turn: &Turn<'_, '_>, at: usize, step: &Step<'_>) -> Option<Signal> {
    let What::Inference { finish_reason: Some(reason), .. } = step.what else { return None };
    let is = |listed: &[&str]| listed.iter().any(|word| reason.eq_ignore_ascii_case(word));
    let kind = if is(&TRUNCATED) {
        Kind::Truncated
    } else if is(&FILTERED) {
        Kind::Filtered
    } else {
        return None;
    };
    let text = turn.steps[at..].iter().find_map(Step::assistant).unwrap_or(reason);
    Some(Signal { subject: Some(Subject::FinishReason(name(reason))), ..Signal::new(kind, turn, step.event, text) })
}

fn handed_off(turn: &Turn<'_, '_>, step: &Step<'_>, patterns: &Patterns) -> Option<Signal> {
    let What::Tool { name: Some(tool), .. } = step.what else { return None };
    let hands_over = patterns.list(List::HandoffTools).is_in(&words_of_name(tool));
    hands_over.then(|| Signal { subject: Some(Subject::Tool(name(tool))), ..Signal::new(Kind::HandOff, turn, step.event, tool) })
}

/// The words of a tool's name, whether it is written `like_this`, `like-this` or `likeThis`.
pub(crate) fn words_of_name(name: &str) -> Vec<&str> {
    let is_part = |found: char| !found.is_alphanumeric();
    name.split(is_part).flat_map(humps).filter(|word| !word.is_empty()).collect()
}

fn humps(word: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut small) = (0, false);
    for (at, letter) in word.char_indices() {
        if small && letter.is_uppercase() {
            found.push(&word[start..at]);
            start = at;
        }
        small = letter.is_lowercase();
    }
    found.push(&word[start..]);
    found
}

/// The agent goes round in circles: the same tool is called three times with the same arguments, or tools twelve times at
/// all. Calls whose arguments are not known are not the same.
fn looped(turn: &Turn<'_, '_>) -> Option<Signal> {
    let calls: Vec<Call<'_>> = turn.steps.iter().filter_map(call).collect();
    let mut equal: BTreeMap<(Option<&str>, String), usize> = BTreeMap::new();
    let third = calls.iter().find(|call| {
        let Some(arguments) = call.arguments else { return false };
        let count = equal.entry((call.tool, canonical(arguments))).or_default();
        *count += 1;
        *count == EQUAL_CALLS_MIN
    });
    let (call, tool) = match (third, calls.get(CALLS_MIN - 1)) {
        (Some(call), _) => (call, call.tool),
        (None, Some(call)) => (call, most_called(&calls)),
        (None, None) => return None,
    };
    let text = format!("{}({})", call.tool.map(name).unwrap_or_default(), quote(call.arguments.unwrap_or_default()));
    Some(Signal { subject: tool.map(|tool| Subject::Tool(name(tool))), ..Signal::new(Kind::Loop, turn, call.event, &text) })
}

/// A call of a tool, as far as loops are about it.
struct Call<'a> {
    event: EventId,
    tool: Option<&'a str>,
    arguments: Option<&'a str>,
}

fn call<'a>(step: &Step<'a>) -> Option<Call<'a>> {
    let What::Tool { name: tool, arguments, .. } = step.what else { return None };
    Some(Call { event: step.event, tool, arguments })
}

/// The tool that is called most, of equals the first by name; `None` if none is called so often that it makes the loop.
fn most_called<'a>(calls: &[Call<'a>]) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    calls.iter().filter_map(|call| call.tool).for_each(|tool| *counts.entry(tool).or_default() += 1);
    let (tool, count) = counts.into_iter().reduce(|most, other| if other.1 > most.1 { other } else { most })?;
    (count >= EQUAL_CALLS_MIN).then_some(tool)
}
