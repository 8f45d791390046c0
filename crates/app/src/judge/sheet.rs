//! A conversation as it is put before a judge: numbered turns, redacted, shortened to a bound, and what is needed to check quotes.
//!
//! A line that begins with a number in brackets is ours; further lines of what somebody said are indented, so that nobody can make up a turn.

use std::fmt::Write as _;

use debrief_insight::transcript::{Step, Transcript, Turn, What};
use debrief_model::Status;

use super::redaction::redacted;

/// Characters of one message.
const MESSAGE_CHARS_MAX: usize = 2_000;
/// Characters of what a tool is given.
const ARGUMENTS_CHARS_MAX: usize = 200;
/// Characters of what a tool gives back, or of an error.
const OUTPUT_CHARS_MAX: usize = 400;
/// Lines of one turn.
const TURN_STEPS_MAX: usize = 60;

/// A conversation on paper.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// What the judge reads.
    pub(crate) text: String,
    /// The turns that are on it.
    pub(crate) turns: Vec<Shown>,
}

/// A turn on paper, with white space made even.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its number.
    pub(crate) number: u32,
    /// What the user said.
    pub(crate) user: String,
    /// All of it.
    pub(crate) all: String,
}

/// A turn before it is known whether there is room for it.
struct Written {
    shown: Shown,
    text: String,
    chars: usize,
}

impl Sheet {
    /// Writes a conversation down. `None` where the user or the assistant said nothing, because then there is nothing to judge.
    pub(crate) fn of(transcript: &Transcript<'_>, chars_max: usize, redacts: bool) -> Option<Self> {
        let has = |said: fn(&Step<'_>) -> bool| transcript.steps.iter().any(said);
        if !has(|step| step.user().is_some()) || !has(|step| step.assistant().is_some()) {
            return None;
        }
        let turns = transcript.turns();
        let mut paper = Paper { redacts, turn_chars_max: chars_max / 2 };
        let first = paper.written(&turns[0]);
        let mut room = chars_max.saturating_sub(first.chars);
        let mut rest = Vec::new();
        for turn in turns[1..].iter().rev() {
            let written = paper.written(turn);
            let Some(left) = room.checked_sub(written.chars) else { break };
            room = left;
            rest.push(written);
        }
        let left_out = turns.len() - 1 - rest.len();
        let mut sheet = Self::default();
        sheet.add(first);
        if left_out > 0 {
            writeln!(sheet.text, "({left_out} turns are left out here)").expect("writing to memory cannot fail");
        }
        rest.into_iter().rev().for_each(|written| sheet.add(written));
        Some(sheet)
    }

    fn add(&mut self, written: Written) {
        self.text.push_str(&written.text);
        self.turns.push(written.shown);
    }

    /// A turn that is on it.
    pub(crate) fn turn(&self, number: u32) -> Option<&Shown> {
        self.turns.iter().find(|turn| turn.number == number)
    }
}

struct Paper {
    redacts: bool,
    turn_chars_max: usize,
}

impl Paper {
    fn written(&mut self, turn: &Turn<'_, '_>) -> Written {
        let mut written = Written { shown: Shown { number: turn.number, ..Shown::default() }, text: String::new(), chars: 0 };
        let left_out = turn.steps.len().saturating_sub(TURN_STEPS_MAX);
        for (at, step) in turn.steps.iter().enumerate() {
            // Its beginning and its end say what it is about and what came of it.
            if left_out > 0 && (TURN_STEPS_MAX / 2..TURN_STEPS_MAX / 2 + left_out).contains(&at) {
                continue;
            }
            self.step(step, turn.number, &mut written);
        }
        written
    }

    fn step(&mut self, step: &Step<'_>, number: u32, written: &mut Written) {
        let Some((who, what)) = self.line(step) else { return };
        let left = self.turn_chars_max.saturating_sub(written.chars);
        if left < 100 {
            return;
        }
        let what = shortened(&what, left - 50);
        let line = format!("[{number}] {who}: {}\n", what.trim().replace('\n', "\n    "));
        written.chars += line.chars().count();
        written.text.push_str(&line);
        let even = even(&what);
        if step.user().is_some() {
            written.shown.user = even.clone();
        }
        let space = if written.shown.all.is_empty() { "" } else { " " };
        written.shown.all.push_str(space);
        written.shown.all.push_str(&even);
    }

    /// Who, and what they said. Calls of models say nothing unless they failed.
    fn line(&self, step: &Step<'_>) -> Option<(String, String)> {
        Some(match step.what {
            What::User { text } => ("user".to_owned(), self.said(text, MESSAGE_CHARS_MAX)),
            What::Assistant { text } => ("assistant".to_owned(), self.said(text, MESSAGE_CHARS_MAX)),
            What::Inference { status: Status::Error, error_type, .. } => {
                ("error".to_owned(), self.said(&format!("call of the model failed {}", error_type.unwrap_or_default()), OUTPUT_CHARS_MAX))
            }
            What::Inference { .. } => return None,
            What::Tool { name, arguments, status, error_type, output } => {
                let went = if status == Status::Error { format!("failed {}", error_type.unwrap_or_default()) } else { "gave".to_owned() };
                let name = self.said(name.unwrap_or("?"), ARGUMENTS_CHARS_MAX).replace('\n', " ");
                let given = self.said(arguments.unwrap_or_default(), ARGUMENTS_CHARS_MAX);
                let output = self.said(output.unwrap_or("nothing"), OUTPUT_CHARS_MAX);
                (format!("tool {name}"), format!("{given} {} {output}", went.trim()))
            }
            What::Error { error_type, message } => {
                let said = format!("{} {}", error_type.unwrap_or_default(), message.unwrap_or_default());
                ("error".to_owned(), self.said(said.trim(), OUTPUT_CHARS_MAX))
            }
        })
    }

    /// Redacted before it is shortened, or half a number would be left. Much more than is shown is not even looked at.
    fn said(&self, text: &str, chars_max: usize) -> String {
        let looked_at = shortened(text, chars_max * 4);
        let plain: String = looked_at.chars().map(|found| if found.is_control() && found != '\n' { ' ' } else { found }).collect();
        shortened(&if self.redacts { redacted(&plain) } else { plain }, chars_max)
    }
}

/// The beginning and the end of a text.
fn shortened(text: &str, chars_max: usize) -> String {
    let chars = text.chars().count();
    if chars <= chars_max {
        return text.to_owned();
    }
    let tail = chars_max / 3;
    let head: String = text.chars().take(chars_max - tail).collect();
    let end: String = text.chars().skip(chars - tail).collect();
    format!("{head} … {end}")
}

/// With single spaces between words.
pub(crate) fn even(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
