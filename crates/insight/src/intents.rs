//! What a user wants in a conversation: each request, and whether it was met.
//!
//! A request is found by its place and its words: the first message of the user, and every later one that asks for
//! something else. What it is about is for clusters to say.

use debrief_model::EventId;

use crate::heard;
use crate::outcome::Outcome;
use crate::patterns::{List, Patterns};
use crate::quote::quote;
use crate::signals::{asks_for_input_by, closes_by, requests_by};
use crate::similarity::Weights;
use crate::text::{clauses, is_acknowledgement, is_answer, start_of, words};
use crate::transcript::Turn;
use crate::turns::{Kind, MESSAGE_CHARS_MAX, Signal};

/// Intents of one conversation. What is asked after so many is not told apart.
pub const INTENTS_MAX: usize = 20;

/// Words of a message, stop words left out, that can say something new.
const NEW_TOKENS_MIN: usize = 3;

/// Cosine to an open intent below which a message asks for something else.
const NEW_COSINE_MAX: f64 = 0.3;

/// One thing that a user wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The turn in which it was asked.
    pub turn: u32,
    /// The event that it was recorded in.
    pub event: EventId,
    /// How it was asked, at most [`crate::quote::QUOTE_CHARS_MAX`] characters.
    pub text: String,
    /// Whether it was met; `None` if nobody knows.
    pub resolved: Option<bool>,
}

/// An intent that is being followed.
struct Open {
    intent: Intent,
    words: Weights,
    /// Whether the assistant said something since.
    answered: bool,
    /// Whether something since speaks against it having been met.
    troubled: bool,
}

/// The intents of a conversation, in order.
///
/// The first message of the user that is more than a greeting opens an intent. A later one does if it has three words
/// besides stop words, is less similar to every open intent than cosine 0.3, and neither corrects nor repeats nor gives up
/// nor says goodbye, nor is only upset or thankful. Where the assistant has asked for something, or the message begins with "yes", "no"
/// and the like, it is an answer, unless it also wants something and says that it is one thing more (the list `further`).
///
/// When one opens, those before it that were answered are taken to have been met, unless the user corrected or repeated
/// something since, the assistant refused, or something failed and was not made up for. Those stay open, and at the end
/// of the conversation they share its outcome with the last.
pub(crate) fn find(turns: &[Turn<'_, '_>], signals: &[Signal], outcome: Outcome, patterns: &Patterns) -> Vec<Intent> {
    let mut met = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut assistant = None;
    for turn in turns {
        let moment = Moment { turn, signals: of_turn(signals, turn.number), assistant, patterns };
        let is_full = met.len() + open.len() == INTENTS_MAX;
        let new = if is_full { None } else { moment.opened(&open, open.is_empty() && met.is_empty()) };
        if let Some(new) = new {
            let (closed, left): (Vec<_>, Vec<_>) = open.into_iter().partition(|open| open.answered && !open.troubled);
            met.extend(closed.into_iter().map(|open| Intent { resolved: Some(true), ..open.intent }));
            open = left;
            open.push(new);
        }
        open.iter_mut().for_each(|open| open.follow(&moment));
        assistant = turn.answers().next_back().map(|(_, text)| text).or(assistant);
    }
    met.extend(open.into_iter().map(|open| Intent { resolved: outcome.resolved(), ..open.intent }));
    met.sort_by_key(|intent| intent.turn);
    met
}

/// The signals of one turn, of signals in the order of turns.
fn of_turn(signals: &[Signal], turn: u32) -> &[Signal] {
    let start = signals.partition_point(|signal| signal.turn < turn);
    let end = signals.partition_point(|signal| signal.turn <= turn);
    &signals[start..end]
}

/// A turn, and what bears on how it is understood.
struct Moment<'m, 't, 'a> {
    turn: &'m Turn<'t, 'a>,
    signals: &'m [Signal],
    /// What the assistant said last before it.
    assistant: Option<&'a str>,
    patterns: &'m Patterns,
}

impl Open {
    fn follow(&mut self, moment: &Moment<'_, '_, '_>) {
        let later = moment.turn.number > self.intent.turn;
        self.answered |= moment.turn.answers().next().is_some();
        self.troubled |= moment.signals.iter().any(|signal| match signal.kind {
            Kind::Correction | Kind::Rephrase => later,
            Kind::Refusal => true,
            Kind::Error => signal.recovered == Some(false),
            _ => false,
        });
    }
}

impl Moment<'_, '_, '_> {
    fn opened(&self, open: &[Open], is_first: bool) -> Option<Open> {
        let (event, text) = self.turn.user()?;
        let text = start_of(text, MESSAGE_CHARS_MAX);
        let tokens = heard::tokens(text);
        let words = Weights::of(&tokens);
        let differs = || open.iter().all(|open| words.cosine(&open.words) < NEW_COSINE_MAX);
        let is_new = || tokens.len() >= NEW_TOKENS_MIN && self.asks_anew(text) && differs();
        let opens = if is_first { !only_greets(text, self.patterns) } else { is_new() };
        let intent = Intent { turn: self.turn.number, event, text: quote(text), resolved: None };
        opens.then_some(Open { intent, words, answered: false, troubled: false })
    }

    /// Whether a message neither repairs what was said before it, nor answers it, nor only reacts to it, nor says goodbye.
    fn asks_anew(&self, text: &str) -> bool {
        let has = |kinds: &[Kind]| self.signals.iter().any(|signal| kinds.contains(&signal.kind));
        let repairs = has(&[Kind::Correction, Kind::Rephrase, Kind::AbandonPhrase]);
        let reacts = (has(&[Kind::Frustration]) || is_acknowledgement(text)) && !requests_by(self.patterns, text);
        !repairs && !reacts && !closes_by(self.patterns, text) && (!self.answers(text) || self.wants_more(text))
    }

    /// Whether a message is an answer: the assistant has asked, or it begins like one.
    fn answers(&self, text: &str) -> bool {
        is_answer(text) || self.assistant.is_some_and(|said| asks_for_input_by(self.patterns, said))
    }

    fn wants_more(&self, text: &str) -> bool {
        let said: Vec<&str> = words(text).collect();
        self.patterns.list(List::Further).is_in(&said) && requests_by(self.patterns, text)
    }
}

/// A message says nothing, or every clause of it is a phrase of the list `greetings`.
pub(crate) fn only_greets(text: &str, patterns: &Patterns) -> bool {
    clauses(text).iter().all(|clause| patterns.list(List::Greetings).begin(clause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lifecycle::{Reason, State, Verdict};
    use crate::outcome::Claim;
    use crate::testing::{Talk, failed_tool};

    fn check(talk: Talk<'static>, outcome: Outcome, expected: &[(u32, Option<bool>)]) {
        let transcript = talk.transcript();
        let verdict = Verdict { state: State::Completed, reason: Some(Reason::Idle) };
        let told = Some(Claim { outcome, event: None, words: "" }).filter(|claim| claim.outcome != Outcome::Unknown);
        let given = crate::analysis::Given { told, ..crate::analysis::Given::of(verdict) };
        let found = crate::analysis::analyse(&transcript, &given).intents;
        assert_eq!(found.iter().map(|intent| (intent.turn, intent.resolved)).collect::<Vec<_>>(), expected, "{found:?}");
    }

    fn flight() -> Talk<'static> {
        Talk::new().user("Book me a flight from Rome to Paris").assistant("It is booked.")
    }

    #[test]
    fn the_first_message_that_says_something_is_an_intent() {
        check(flight(), Outcome::Unknown, &[(1, None)]);
        check(flight(), Outcome::Unresolved, &[(1, Some(false))]);
        check(Talk::new().user("Refund").assistant("Done."), Outcome::Resolved, &[(1, Some(true))]);
        let greeted = || Talk::new().user("Hi!").assistant("How can I help?");
        check(greeted().user("My order is late").assistant("It comes tomorrow."), Outcome::Unknown, &[(2, None)]);
        check(greeted(), Outcome::Unknown, &[]);
        check(Talk::new().assistant("Welcome!"), Outcome::Unknown, &[]);
        check(Talk::new().user("👋").user("Hello there, how are you?"), Outcome::Unknown, &[]);
    }

    #[test]
    fn a_later_message_that_asks_for_something_else_is_one() {
        let later = |text| flight().user(text).assistant("Done.");
        check(later("How much luggage does the airline allow?"), Outcome::Unknown, &[(1, Some(true)), (2, None)]);
        check(later("Thank you so very much, goodbye"), Outcome::Unresolved, &[(1, Some(false))]);
        check(later("Thank you for your help, everything seems to be set with our journey now"), Outcome::Unknown, &[(1, None)]);
        check(later("Great! How much luggage does the airline allow?"), Outcome::Unknown, &[(1, Some(true)), (2, None)]);
        check(later("Luggage?"), Outcome::Unknown, &[(1, None)]);
        check(later("That's wrong, the airport should be Orly"), Outcome::Unknown, &[(1, None)]);
        check(later("Book me a window seat on that flight to Paris"), Outcome::Unknown, &[(1, None)]);
    }

    #[test]
    fn an_answer_is_no_request() {
        let asked = || Talk::new().user("Book me a flight from Rome to Paris").assistant("Which name shall I use?");
        check(asked().user("Anna Bianchi, born 1990").assistant("Done."), Outcome::Unknown, &[(1, None)]);
        check(asked().user("Please use Anna Bianchi, born 1990").assistant("Done."), Outcome::Unknown, &[(1, None)]);
        check(flight().user("Yes, please choose seats beside the window").assistant("Done."), Outcome::Unknown, &[(1, None)]);
        let asks_back = asked().user("Anna. Also, how much luggage does the airline allow?").assistant("One piece.");
        check(asks_back, Outcome::Unknown, &[(1, Some(true)), (2, None)]);
    }

    #[test]
    fn trouble_keeps_an_intent_open() {
        let luggage = "How much luggage does the airline allow?";
        let check = |talk: Talk<'static>, first| {
            check(talk.user(luggage).assistant("One piece."), Outcome::Unresolved, &[(1, first), (2, Some(false))]);
        };
        let asked = || Talk::new().user("Book me a flight from Rome to Paris");
        check(flight(), Some(true));
        check(asked(), Some(false));
        check(asked().assistant("I can't book flights."), Some(false));
        check(asked().then(failed_tool("book", "timeout")).assistant("Sorry."), Some(false));
    }

    #[test]
    fn corrections_keep_an_intent_open() {
        let talk = flight().user("No, to London").assistant("Done.").user("How much luggage does the airline allow?").assistant("One.");
        check(talk, Outcome::Unresolved, &[(1, Some(false)), (3, Some(false))]);
    }
}
