//! What people and judges say of a session, and what that means for whether it achieved what it was for. Pure.
//!
//! Only what is plain counts: a thumb, a number against its range, a word that says yes or no. A comment alone says nothing, because
//! what is written freely is for people to read. `docs/facades/native.md` lists the words.

use debrief_model::{Resolution, SessionPatch};

/// Names of scores that are about whether a session achieved what it was for, as [`plain`] writes them.
const ABOUT_RESOLUTION: [&str; 8] =
    ["goalcompleteness", "goalcompletion", "goalsuccess", "resolution", "resolved", "success", "taskcompletion", "tasksuccess"];

/// Labels that say it did, and that it did not, as [`plain`] writes them.
const GOOD: [&str; 10] = ["pass", "passed", "resolved", "solved", "succeeded", "success", "successful", "thumbsup", "true", "yes"];
const BAD: [&str; 12] = [
    "fail",
    "failed",
    "failure",
    "false",
    "no",
    "notresolved",
    "notsolved",
    "thumbsdown",
    "unresolved",
    "unsolved",
    "unsuccessful",
    "notpassed",
];

/// Characters of a name or label that are looked at; no word of ours is longer.
const WORD_CHARS_MAX: usize = 64;

/// A number within a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Graded {
    /// The number.
    pub value: f64,
    /// The worst there is.
    pub min: f64,
    /// The best there is; more than the worst.
    pub max: f64,
}

impl Graded {
    /// Good is half of the range or more. A number outside of its range says nothing: nobody knows what it is measured by.
    #[must_use]
    pub fn resolution(self) -> Option<Resolution> {
        let Self { value, min, max } = self;
        // Halved before they are added, because the sum of two large numbers is none.
        (min < max && (min..=max).contains(&value)).then(|| Resolution::from(value >= min / 2.0 + max / 2.0))
    }
}

/// What somebody says of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Opinion<'a> {
    /// That it achieved what it was for, or did not.
    pub resolution: Option<Resolution>,
    /// Whether the thumb points up.
    pub thumb_up: Option<bool>,
    /// A number.
    pub score: Option<Graded>,
    /// A word.
    pub label: Option<&'a str>,
}

impl Opinion<'_> {
    /// What it means: the explicit word, else the thumb, else the number, else the label.
    #[must_use]
    pub fn resolution(&self) -> Option<Resolution> {
        let Self { resolution, thumb_up, score, label } = *self;
        let by_score = || score.and_then(Graded::resolution);
        resolution.or(thumb_up.map(Resolution::from)).or_else(by_score).or_else(|| of_label(label?))
    }
}

/// What a score means, if its name says that it is about this: its label, else its number.
#[must_use]
pub fn of_score(name: &str, label: Option<&str>, number: Option<Graded>) -> Option<Resolution> {
    if !is_about_resolution(name) {
        return None;
    }
    label.and_then(of_label).or_else(|| number?.resolution())
}

/// What a label means, in whatever case and with `-`, `_` or spaces between its words.
#[must_use]
pub fn of_label(label: &str) -> Option<Resolution> {
    let word = plain(label);
    if GOOD.contains(&word.as_str()) {
        return Some(Resolution::Resolved);
    }
    BAD.contains(&word.as_str()).then_some(Resolution::Unresolved)
}

/// Whether a score of this name is about whether a session achieved what it was for. What stands before the last `.`, `/` or `:` only says
/// whose score it is.
#[must_use]
pub fn is_about_resolution(name: &str) -> bool {
    let own = name.trim().rsplit(['.', '/', ':']).next().unwrap_or_default();
    ABOUT_RESOLUTION.contains(&plain(own).as_str())
}

/// What is said of the session then.
#[must_use]
pub fn told(resolution: Option<Resolution>) -> Option<Box<SessionPatch>> {
    resolution.map(|resolution| Box::new(SessionPatch { resolution: Some(resolution), ..SessionPatch::default() }))
}

/// In lower case, without what words are joined by.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|letter| !matches!(letter, '-' | '_') && !letter.is_whitespace());
    kept.take(WORD_CHARS_MAX).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const YES: Option<Resolution> = Some(Resolution::Resolved);
    const NO: Option<Resolution> = Some(Resolution::Unresolved);

    fn graded(value: f64, min: f64, max: f64) -> Option<Graded> {
        Some(Graded { value, min, max })
    }

    #[test]
    fn the_plainest_word_counts() {
        let check = |opinion: Opinion<'_>, expected| assert_eq!(opinion.resolution(), expected, "{opinion:?}");
        let all = Opinion { resolution: NO, thumb_up: Some(true), score: graded(0.0, 0.0, 1.0), label: Some("pass") };
        check(all, NO);
        check(Opinion { resolution: None, ..all }, YES);
        check(Opinion { resolution: None, thumb_up: None, ..all }, NO);
        check(Opinion { label: all.label, ..Opinion::default() }, YES);
        check(Opinion { score: graded(7.0, 1.0, 5.0), label: Some("no"), ..Opinion::default() }, NO);
        check(Opinion::default(), None);
    }

    #[test]
    fn numbers_are_measured_by_their_range() {
        let check = |value, min, max, expected| assert_eq!(Graded { value, min, max }.resolution(), expected, "{value} in {min} to {max}");
        check(0.5, 0.0, 1.0, YES);
        check(0.499, 0.0, 1.0, NO);
        check(3.0, 1.0, 5.0, YES);
        check(2.9, 1.0, 5.0, NO);
        check(0.0, -1.0, 1.0, YES);
        check(f64::MAX, f64::MIN, f64::MAX, YES);
        check(2.0, 0.0, 1.0, None);
        check(1.0, 1.0, 1.0, None);
        check(f64::NAN, 0.0, 1.0, None);
    }

    #[test]
    fn labels_say_yes_or_no_or_nothing() {
        let check = |label: &str, expected| assert_eq!(of_label(label), expected, "{label}");
        for label in ["pass", "Passed", "RESOLVED", "success", "true", "yes", "thumbs_up", "thumbs-up", " Thumbs Up "] {
            check(label, YES);
        }
        for label in ["fail", "failed", "Failure", "unresolved", "not resolved", "Not-Solved", "false", "no", "thumbs_down"] {
            check(label, NO);
        }
        for label in ["", "good", "partial", "yes and no", "passable", "nope", "1"] {
            check(label, None);
        }
    }

    #[test]
    fn names_say_what_a_score_is_about() {
        let check = |name: &str, expected| assert_eq!(is_about_resolution(name), expected, "{name}");
        for name in [
            "task_completion",
            "Task Completion",
            "goal-completion",
            "eval.resolution",
            "acme/quality:TaskSuccess",
            "success",
            "Goal Completeness",
        ] {
            check(name, true);
        }
        for name in ["", "relevance", "resolution.time", "success_rate", "unsuccess", "task completions"] {
            check(name, false);
        }
    }

    #[test]
    fn a_score_of_that_name_speaks_by_its_label_then_by_its_number() {
        let check = |name, label, number, expected| assert_eq!(of_score(name, label, number), expected, "{name} {label:?} {number:?}");
        check("resolution", Some("fail"), graded(1.0, 0.0, 1.0), NO);
        check("resolution", Some("mostly"), graded(0.75, 0.0, 1.0), YES);
        check("resolution", None, graded(0.25, 0.0, 1.0), NO);
        check("resolution", None, None, None);
        check("relevance", Some("pass"), graded(1.0, 0.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked_about(text in "\\PC*", value: f64, min: f64, max: f64) {
            let _ = (of_label(&text), is_about_resolution(&text));
            if let Some(resolution) = (Graded { value, min, max }).resolution() {
                prop_assert!(value >= min && value <= max);
                prop_assert_eq!(resolution == Resolution::Resolved, value >= min / 2.0 + max / 2.0);
            }
        }
    }
}
