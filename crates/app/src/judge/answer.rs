//! Reading what a judge answered, and checking it against the conversation.
//!
//! What is no JSON of the schema is no answer. What names a turn that is not there, or quotes words that nobody said, is dropped, item by
//! item; an outcome whose evidence is dropped is unclear. Nothing is ever guessed.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::sheet::{Sheet, even};

/// Items of one list.
const ITEMS_MAX: usize = 20;
/// Characters of a title.
const TITLE_CHARS_MAX: usize = 80;
/// Characters of a category.
const CATEGORY_CHARS_MAX: usize = 60;
/// Characters of a quote or a sentence.
const WORDS_CHARS_MAX: usize = 300;

/// What was answered and holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What came of the conversation.
    pub outcome: Ruling,
    /// What shows that; `None` where the outcome is unclear.
    pub evidence: Option<Evidence>,
    /// How the user feels: −1, 0 or 1.
    pub sentiment: i8,
    /// What the user wanted.
    pub intents: Vec<Intent>,
    /// What the user corrected.
    pub corrections: Vec<Correction>,
    /// What went wrong.
    pub issues: Vec<Issue>,
    /// What to change.
    pub recommendation: Option<String>,
    /// Items, evidence of the outcome included, that did not hold and were dropped.
    pub dropped: u32,
}

/// An outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// What the user wanted was achieved.
    Resolved,
    /// It was not.
    Unresolved,
    /// Nobody can tell.
    Unclear,
}

/// Words of one turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The turn.
    pub turn: u32,
    /// The words.
    pub quote: String,
}

/// A goal of the user's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The user's words.
    pub text: String,
    /// What sort of goal it is.
    pub category: String,
    /// Whether it was met.
    pub resolved: bool,
    /// The turn that shows that.
    pub evidence_turn: u32,
}

/// A mistake that the user pointed out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The turn of the user's message.
    pub turn: u32,
    /// The user's words.
    pub text: String,
    /// What sort of mistake it is.
    pub category: String,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// What.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The turn that shows it.
    pub evidence_turn: u32,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Hardly.
    Low,
    /// Somewhat.
    Medium,
    /// Very.
    High,
}

/// The answer as it comes. Members that nobody asked for are ignored.
#[derive(Deserialize)]
struct Raw<'a> {
    outcome: Ruling,
    #[serde(default, borrow)]
    evidence: Option<&'a RawValue>,
    sentiment: i8,
    #[serde(default, borrow)]
    intents: Vec<&'a RawValue>,
    #[serde(default, borrow)]
    corrections: Vec<&'a RawValue>,
    #[serde(default, borrow)]
    issues: Vec<&'a RawValue>,
    #[serde(default, borrow)]
    recommendation: Option<Cow<'a, str>>,
}

/// Reads and checks an answer. Says what is wrong with it if it cannot be used at all.
pub(crate) fn read(text: &str, sheet: &Sheet) -> Result<Answer, String> {
    let raw: Raw<'_> = serde_json::from_str(unfenced(text)).map_err(|error| error.to_string())?;
    if !(-1..=1).contains(&raw.sentiment) {
        return Err("sentiment must be -1, 0 or 1".to_owned());
    }
    let mut check = Check { sheet, dropped: 0 };
    let evidence = match (raw.outcome, raw.evidence) {
        (Ruling::Unclear, _) => None,
        (_, evidence) => check.list(evidence.as_slice(), Check::evidence).pop(),
    };
    check.dropped += u32::from(raw.outcome != Ruling::Unclear && raw.evidence.is_none());
    Ok(Answer {
        outcome: if evidence.is_some() { raw.outcome } else { Ruling::Unclear },
        evidence,
        sentiment: raw.sentiment,
        intents: check.list(&raw.intents, Check::intent),
        corrections: check.list(&raw.corrections, Check::correction),
        issues: check.list(&raw.issues, Check::issue),
        recommendation: raw.recommendation.map(|said| cut(&said, WORDS_CHARS_MAX)).filter(|said| !said.is_empty()),
        dropped: check.dropped,
    })
}

/// The whole text, or what stands in the one fence around it. JSON that is somewhere among words may be anybody's.
fn unfenced(text: &str) -> &str {
    let text = text.trim();
    let inside = text.strip_prefix("```").and_then(|text| text.strip_suffix("```"));
    inside.map_or(text, |inside| inside.strip_prefix("json").unwrap_or(inside).trim())
}

struct Check<'s> {
    sheet: &'s Sheet,
    dropped: u32,
}

impl Check<'_> {
    /// The items that hold.
    fn list<T: for<'a> Deserialize<'a>>(&mut self, items: &[&RawValue], holds: fn(&Self, &T) -> Option<T>) -> Vec<T> {
        let read = |item: &&RawValue| serde_json::from_str(item.get()).ok().and_then(|item| holds(self, &item));
        let held: Vec<T> = items.iter().take(ITEMS_MAX).filter_map(read).collect();
        self.dropped += u32::try_from(items.len() - held.len()).unwrap_or(u32::MAX);
        held
    }

    fn evidence(&self, found: &Evidence) -> Option<Evidence> {
        let quote = quoted(&self.sheet.turn(found.turn)?.all, &found.quote)?;
        Some(Evidence { turn: found.turn, quote })
    }

    fn intent(&self, found: &Intent) -> Option<Intent> {
        self.sheet.turn(found.evidence_turn)?;
        let text = self.sheet.turns.iter().find_map(|turn| quoted(&turn.user, &found.text))?;
        Some(Intent { text, category: cut(&found.category, CATEGORY_CHARS_MAX), ..*found })
    }

    fn correction(&self, found: &Correction) -> Option<Correction> {
        let text = quoted(&self.sheet.turn(found.turn)?.user, &found.text)?;
        Some(Correction { text, category: cut(&found.category, CATEGORY_CHARS_MAX), turn: found.turn })
    }

    fn issue(&self, found: &Issue) -> Option<Issue> {
        self.sheet.turn(found.evidence_turn)?;
        let title = cut(&found.title, TITLE_CHARS_MAX);
        (!title.is_empty()).then_some(Issue { title, ..*found })
    }
}

/// The quote with even white space, if it occurs in the text.
fn quoted(text: &str, quote: &str) -> Option<String> {
    let quote = even(quote);
    let fits = quote.chars().any(char::is_alphanumeric) && quote.chars().count() <= WORDS_CHARS_MAX;
    (fits && text.contains(&quote)).then_some(quote)
}

fn cut(text: &str, chars_max: usize) -> String {
    even(text).chars().take(chars_max).collect()
}

#[cfg(test)]
mod tests;
