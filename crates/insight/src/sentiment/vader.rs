//! VADER's rules, as the Python package `vaderSentiment` 3.3.2 carries them out, with what looks like oversights there: figures
//! of one name have to be one figure. Where a rule surprises, a comment says that it is meant.

use std::borrow::Cow;

use super::Scores;
use super::lexicon::{self, Word};

/// Weighing words around a "but" compares each with those before it, so there must not be any number of them.
const WORDS_MAX: usize = 10_000;

/// What capitals add among words that are not all in capitals.
const CAPITALS: f64 = 0.733;

/// What negation makes of a figure.
const NEGATED: f64 = -0.74;

/// How much of a word of degree is left one, two and three words on.
const DAMPED: [f64; 3] = [1.0, 0.95, 0.9];

/// Phrases that have a figure as a whole.
const IDIOMS: [(&[&str], f64); 8] = [
    (&["the", "shit"], 3.0),
    (&["the", "bomb"], 3.0),
    (&["bad", "ass"], 1.5),
    (&["bus", "stop"], 0.0),
    (&["yeah", "right"], -2.0),
    (&["kiss", "of", "death"], -1.5),
    (&["to", "die", "for"], 3.0),
    (&["beating", "heart"], 3.5),
];

/// Dampeners of two words, and what they take.
const DAMPENERS: [[&str; 2]; 3] = [["just", "enough"], ["kind", "of"], ["sort", "of"]];
const DAMPENED: f64 = -0.293;

/// Maps a sum of figures to -1 to 1; about the largest sum that is to be expected.
const ALPHA: f64 = 15.0;

/// One word or emoticon.
struct Token<'a> {
    lower: Cow<'a, str>,
    is_upper: bool,
    word: Word,
}

/// The words of a text in order.
struct Words<'a> {
    tokens: Vec<Token<'a>>,
    /// Whether some are in capitals and some are not: then capitals are emphasis.
    mixed_case: bool,
}

/// VADER's figures for a text.
pub(super) fn scores(text: &str) -> Scores {
    let text = lexicon::spell_out_emoji(text);
    let words = Words::new(&text);
    let mut valences: Vec<f64> = (0..words.tokens.len()).map(|at| words.valence(at)).collect();
    if let Some(but) = words.tokens.iter().position(|token| token.lower == "but") {
        weigh_around(but, &mut valences);
    }
    total(&valences, emphasis(&text))
}

/// Whether there is anything to have a figure: a letter, or an emoticon or emoji of the lexicon.
pub(super) fn says_anything(text: &str) -> bool {
    text.contains(char::is_alphabetic) || Words::new(&lexicon::spell_out_emoji(text)).tokens.iter().any(Token::has_letters_or_valence)
}

impl<'a> Token<'a> {
    fn new(text: &'a str) -> Self {
        let lower = lower(text);
        let mut word = lexicon::word(&lower);
        word.negates |= lower.contains("n't");
        Self { lower, is_upper: is_upper(text), word }
    }

    fn has_letters_or_valence(&self) -> bool {
        self.word.valence.is_some() || self.lower.contains(char::is_alphabetic)
    }
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        let parts = text.split(is_space).filter(|part| !part.is_empty()).take(WORDS_MAX);
        let tokens: Vec<_> = parts.map(|part| Token::new(without_punctuation(part))).collect();
        let upper = tokens.iter().filter(|token| token.is_upper).count();
        Self { mixed_case: 0 < upper && upper < tokens.len(), tokens }
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.lower == word)
    }

    fn any(&self, at: usize, words: [&str; 2]) -> bool {
        words.into_iter().any(|word| self.is(at, word))
    }

    fn has_valence(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.word.valence.is_some())
    }

    /// What one word adds to the sum.
    fn valence(&self, at: usize) -> f64 {
        let word = self.tokens[at].word;
        let modifies = word.boost.is_some() || self.is(at, "kind") && self.is(at + 1, "of");
        let Some(own) = word.valence.filter(|_| !modifies) else { return 0.0 };
        let mut valence = self.emphasised(at, self.after_no(at, own));
        for back in 1..=at.min(3) {
            if self.has_valence(at - back) {
                continue;
            }
            valence += self.boost(at - back, valence) * DAMPED[back - 1];
            valence = self.negated(at, back, valence);
            if back == 3 {
                valence = self.in_idiom(at, valence);
            }
        }
        self.after_least(at, valence)
    }

    /// "no" is a word of its own unless one with a figure follows, which it then negates.
    fn after_no(&self, at: usize, own: f64) -> f64 {
        let is_no = |back: usize| at >= back && self.is(at - back, "no");
        if is_no(1) || is_no(2) || is_no(3) && self.any(at - 1, ["or", "nor"]) {
            own * NEGATED
        } else if is_no(0) && self.has_valence(at + 1) {
            0.0
        } else {
            own
        }
    }

    /// Capitals make a figure stronger. One of nought counts as negative here.
    fn emphasised(&self, at: usize, valence: f64) -> f64 {
        if self.tokens[at].is_upper && self.mixed_case { valence + if valence > 0.0 { CAPITALS } else { -CAPITALS } } else { valence }
    }

    /// What a word of degree adds to a figure behind it.
    fn boost(&self, at: usize, valence: f64) -> f64 {
        let Some(boost) = self.tokens[at].word.boost else { return 0.0 };
        let boost = if valence < 0.0 { -boost } else { boost };
        if self.tokens[at].is_upper && self.mixed_case { boost + if valence > 0.0 { CAPITALS } else { -CAPITALS } } else { boost }
    }

    /// Negation up to three words before. "never so" and "never this" are emphasis instead; three words back, "so" or "this"
    /// right before the word is enough for that, with or without a "never".
    fn negated(&self, at: usize, back: usize, valence: f64) -> f64 {
        let before = at - back;
        let stressed = |at: usize| self.any(at, ["so", "this"]);
        let stress = match back {
            2 => self.is(before, "never") && stressed(at - 1),
            3 => self.is(before, "never") && stressed(at - 2) || stressed(at - 1),
            _ => false,
        };
        let doubtless = back > 1 && self.is(before, "without") && (1..back).any(|back| self.is(at - back, "doubt"));
        if stress {
            valence * 1.25
        } else if self.tokens[before].word.negates && !doubtless {
            valence * NEGATED
        } else {
            valence
        }
    }

    /// Idioms around a word that has at least three before it: earlier ones first, and those that begin with the word last.
    fn in_idiom(&self, at: usize, valence: f64) -> f64 {
        let ending = [(at - 1, 2), (at - 2, 3), (at - 2, 2), (at - 3, 3), (at - 3, 2)];
        let beginning = [(at, 3), (at, 2)];
        let find = |places: &[(usize, usize)]| places.iter().find_map(|(from, length)| self.idiom(*from, *length));
        let valence = find(&beginning).or_else(|| find(&ending)).unwrap_or(valence);
        let dampeners = [at - 3, at - 2].into_iter().filter(|from| self.dampens(*from)).count();
        (0..dampeners).fold(valence, |valence, _| valence + DAMPENED)
    }

    fn idiom(&self, from: usize, length: usize) -> Option<f64> {
        let said = self.tokens.get(from..from + length)?;
        let is = |words: &[&str]| words.len() == length && words.iter().zip(said).all(|(word, token)| token.lower == *word);
        IDIOMS.iter().find(|(words, _)| is(words)).map(|(_, valence)| *valence)
    }

    fn dampens(&self, from: usize) -> bool {
        DAMPENERS.iter().any(|[first, second]| self.is(from, first) && self.is(from + 1, second))
    }

    /// "least" negates, but "at least" and "very least" do not.
    fn after_least(&self, at: usize, valence: f64) -> f64 {
        let negates = at > 0 && self.is(at - 1, "least") && !(at > 1 && self.any(at - 2, ["at", "very"]));
        if negates { valence * NEGATED } else { valence }
    }
}

/// What comes before a "but" counts half, what comes behind it half as much again. The original looks each figure up by its
/// value, so of equal ones it changes the first, perhaps more than once.
fn weigh_around(but: usize, valences: &mut [f64]) {
    for at in 0..valences.len() {
        let valence = valences[at];
        if valence == 0.0 {
            continue;
        }
        let first = valences.iter().position(|other| *other == valence).expect("it is there itself");
        match first.cmp(&but) {
            std::cmp::Ordering::Less => valences[first] = valence * 0.5,
            std::cmp::Ordering::Greater => valences[first] = valence * 1.5,
            std::cmp::Ordering::Equal => {}
        }
    }
}

/// What exclamation and question marks add, wherever they stand.
fn emphasis(text: &str) -> f64 {
    let count = |mark: u8| text.bytes().filter(|byte| *byte == mark).count();
    let asked = match count(b'?') {
        0 | 1 => 0.0,
        few @ (2 | 3) => few as f64 * 0.18,
        _ => 0.96,
    };
    count(b'!').min(4) as f64 * 0.292 + asked
}

fn total(valences: &[f64], emphasis: f64) -> Scores {
    if valences.is_empty() {
        return Scores::default();
    }
    let sum: f64 = valences.iter().sum();
    let sum = if sum > 0.0 {
        sum + emphasis
    } else if sum < 0.0 {
        sum - emphasis
    } else {
        sum
    };
    // Neutral words count one each, so one is added to the others as well.
    let mut positive: f64 = valences.iter().filter(|valence| **valence > 0.0).map(|valence| valence + 1.0).sum();
    let mut negative: f64 = valences.iter().filter(|valence| **valence < 0.0).map(|valence| 1.0 - valence).sum();
    let neutral = valences.iter().filter(|valence| **valence == 0.0).count() as f64;
    if positive > negative {
        positive += emphasis;
    } else if positive < negative {
        negative += emphasis;
    }
    let all = positive + negative + neutral;
    Scores {
        compound: rounded((sum / (sum * sum + ALPHA).sqrt()).clamp(-1.0, 1.0), 4),
        positive_share: rounded(positive / all, 3),
        neutral_share: rounded(neutral / all, 3),
        negative_share: rounded(negative / all, 3),
    }
}

/// Rounded by the exact value, as Python does; multiplying first would tip some figures over.
fn rounded(exact: f64, places: usize) -> f64 {
    let rounded: f64 = format!("{exact:.places$}").parse().expect("a printed number is a number");
    rounded + 0.0
}

/// Without the punctuation around it, unless next to nothing is left: then it was an emoticon.
fn without_punctuation(part: &str) -> &str {
    let bare = part.trim_matches(|found: char| found.is_ascii_punctuation());
    if bare.chars().nth(2).is_none() { part } else { bare }
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(text)
    } else if text.is_ascii() {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// Python's `isupper`: at least one capital, and no small or title-case letter.
fn is_upper(text: &str) -> bool {
    text.contains(char::is_uppercase) && !text.contains(|found: char| found.is_lowercase() || is_title_case(found))
}

fn is_title_case(found: char) -> bool {
    matches!(found, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ' | '\u{1f88}'..='\u{1f8f}' | '\u{1f98}'..='\u{1f9f}' | '\u{1fa8}'..='\u{1faf}' | 'ᾼ' | 'ῌ' | 'ῼ')
}

/// Python's white space: Unicode's, and four separators of ASCII.
fn is_space(found: char) -> bool {
    found.is_whitespace() || matches!(found, '\u{1c}'..='\u{1f}')
}
