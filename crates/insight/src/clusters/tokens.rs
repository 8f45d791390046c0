//! Texts as what is compared of them: words without endings, numbers without digits, small words left out.
//!
//! Endings are taken away as lightly as makes "cancel", "cancels", "cancelled" and "cancelling" one word: plurals by the rules
//! of Harman ("How effective is suffixing?", Journal of the American Society for Information Science, 1991), then `-ing`, `-ed`
//! and a final `-e`. What is left need not be a word, and is never shown.

use std::sync::LazyLock;

use super::limit::{PHRASE_WORDS_MAX, TEXT_CHARS_MAX, TEXT_WORDS_MAX, WORD_CHARS_MAX};
use crate::text;

/// Words that say nothing of what a text is about, what is said to anybody who is asked for something, and what contractions
/// such as "can't" leave.
const STOP_WORDS: &str = "a about after again against ain all also am an and any anyone are as at be because been before being between both but \
    by ca can cannot could did do does doing during each either else ever every few for from get getting go going got had \
    has have having he hello help her here hers hey hi him his how i if in into is it its just know let like many may me \
    might more most much must my myself need no nor not now of ok okay on once only or other our ours over own please \
    really same sha shall she should so some such tell than thank thanks that the their them then there these they this \
    those though through to too trying under until us use using very want was we were what when where whether which while \
    who whom whose why will with within without wo would yes yet you your yours";

/// Small words that make a phrase with the word before them. They are not compared, but a phrase may end with one.
const PARTICLES: &str = "down off out up";

/// How contractions end, which is left out.
const CONTRACTED: [&str; 9] = ["n't", "'s", "'m", "'re", "'ve", "'d", "'ll", "s'", "'"];

/// A word of a text.
struct Word {
    /// As written, in small letters.
    said: String,
    /// As compared; nothing for a stop word.
    token: Option<String>,
    is_particle: bool,
}

/// What is compared of a text: its words in order, in small letters and without common endings, numbers as `#`, stop words left
/// out. At most 300 words of 2,000 characters are looked at.
pub fn tokens(text: &str) -> Vec<String> {
    words(text).filter_map(|word| word.token).collect()
}

/// Every phrase of up to four words of one clause that begins with a word that is compared and ends with one or a particle. Each is named
/// once.
pub(super) fn phrases(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for clause in text::clauses(start_of(text)) {
        let words: Vec<Word> = clause.into_iter().take(TEXT_WORDS_MAX).filter(is_short).map(Word::new).collect();
        for from in (0..words.len()).filter(|from| words[*from].token.is_some()) {
            for last in (from..words.len().min(from + PHRASE_WORDS_MAX)).filter(|last| words[*last].can_end()) {
                found.push(words[from..=last].iter().map(|word| word.said.as_str()).collect::<Vec<_>>().join(" "));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn words(text: &str) -> impl Iterator<Item = Word> {
    text::words(start_of(text)).take(TEXT_WORDS_MAX).filter(is_short).map(Word::new)
}

fn start_of(text: &str) -> &str {
    text::start_of(text, TEXT_CHARS_MAX)
}

fn is_short(word: &&str) -> bool {
    word.chars().nth(WORD_CHARS_MAX).is_none()
}

impl Word {
    fn new(word: &str) -> Self {
        let said = word.replace('’', "'").to_lowercase();
        let is_particle = PARTICLES.split(' ').any(|particle| particle == said);
        Self { token: token(&said).filter(|_| !is_particle), said, is_particle }
    }

    fn can_end(&self) -> bool {
        self.is_particle || self.token.is_some()
    }
}

fn token(said: &str) -> Option<String> {
    let bare = CONTRACTED.iter().find_map(|ending| said.strip_suffix(ending)).unwrap_or(said);
    if is_stop_word(bare) {
        return None;
    }
    let token = stem(&without_digits(bare));
    (!is_stop_word(&token) && (token.chars().nth(1).is_some() || !token.is_ascii() || token == "#")).then_some(token)
}

fn is_stop_word(word: &str) -> bool {
    static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut words: Vec<_> = STOP_WORDS.split(' ').collect();
        words.sort_unstable();
        words
    });
    SORTED.binary_search(&word).is_ok()
}

/// Each run of digits as one `#`.
fn without_digits(word: &str) -> String {
    let mut kept = String::with_capacity(word.len());
    for found in word.chars() {
        let is_digit = found.is_numeric();
        if !(is_digit && kept.ends_with('#')) {
            kept.push(if is_digit { '#' } else { found });
        }
    }
    kept
}

fn stem(word: &str) -> String {
    if !word.is_ascii() {
        return word.to_owned();
    }
    let mut stem = without_suffix(&without_plural(word));
    if stem.len() > 3 && stem.ends_with('e') && !stem.ends_with("ee") {
        stem.pop();
    }
    stem
}

/// Without the ending of a plural: `-ies` becomes `-y`, of `-es` the s goes, and so does `-s`, each unless it belongs to the word.
fn without_plural(word: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if word.len() > 4 && ends(&["ies"]) && !ends(&["eies", "aies"]) {
        format!("{}y", &word[..word.len() - 3])
    } else if word.len() > 3 && ends(&["s"]) && !ends(&["aes", "ees", "oes", "us", "ss", "is"]) {
        word[..word.len() - 1].to_owned()
    } else {
        word.to_owned()
    }
}

/// Without `-ing` or `-ed`, and what was doubled before them, if enough is left to be a word.
fn without_suffix(word: &str) -> String {
    let is_enough = |stem: &&str| stem.len() >= 3 && stem.contains(['a', 'e', 'i', 'o', 'u', 'y']);
    let past = word.strip_suffix("ed").filter(|_| !word.ends_with("eed"));
    let Some(stem) = word.strip_suffix("ing").or(past).filter(is_enough) else { return word.to_owned() };
    let mut last = stem.bytes().rev();
    let doubled = last.next().filter(|letter| last.next() == Some(*letter));
    if stem.len() > 3 && doubled.is_some_and(|letter| !b"aeiousz".contains(&letter)) {
        stem[..stem.len() - 1].to_owned()
    } else {
        stem.to_owned()
    }
}
