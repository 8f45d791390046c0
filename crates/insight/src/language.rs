//! Which language a text is in, as far as it decides whether words can be looked up in English lists.
//!
//! Small words tell English at once: hardly any sentence does without them, and other languages do not have them. Only where
//! there are too few of them are languages told apart by their letters and by how often three letters follow each other (crate
//! `whatlang`), which takes twenty times as long and, on short texts, often misses. Must not know what is looked up afterwards.

use std::sync::LazyLock;

use whatlang::{Lang, Script};

use crate::text::words;

/// A text with fewer letters is too short to tell; it is taken for English when its letters could be.
const LETTERS_TO_TELL: usize = 20;

/// A surer guess is not needed.
const CONFIDENCE_MIN: f64 = 0.5;

/// What is looked at: more text would not change the answer.
const CHARS_MAX: usize = 1_000;

/// A text is English when at least one in this many of its words is a small one that is not shared.
const WORDS_PER_SMALL_WORD_MAX: usize = 6;

/// It also is when at least one in this many is small, shared or not, if there are three different ones: other languages share
/// one or two of them.
const WORDS_PER_SHARED_WORD_MAX: usize = 3;
const SHARED_WORDS_MIN: usize = 3;

/// Small words of English that no other language in Latin letters writes the same way, or none that agents often meet: `is`,
/// `we`, `of` and `over` would be Dutch too, `was` and `will` German, `me` and `has` Spanish, `on` and `or` French, `have` and `for`
/// Danish, `to` and `by` Polish, `are` Romanian.
const SMALL_WORDS: &str = "the and you your yours with this that these those what which who whose when where why how they them their there she our \
    ours us been being having does did doing done can could would should won't not don't doesn't didn't can't couldn't \
    wouldn't shouldn't isn't aren't wasn't weren't haven't hasn't hadn't i'm i've i'd i'll you're you've you'd you'll it's \
    that's what's there's here's he's she's we're we've we'd we'll they're they've let's dont doesnt didnt cant im ive thats \
    whats isnt wasnt wont from into about after before because just only very too much many more some any every each both \
    few other another same own if my it getting gave going gone know think want wants wanted need needs needed make made \
    making took say said see saw look looking using used please thanks thank sorry help again already yet never always \
    really right good great better worst nice love hate down through while until thing things something anything nothing \
    everything someone anyone first way";

/// Small words that English shares, at most two with any one language.
const SHARED_WORDS: &str = "i to is of on for are or has do go get got by be up off out than then here new back";

/// Both lists, and whether a word is shared.
static SMALL: LazyLock<Vec<(&'static str, bool)>> = LazyLock::new(|| {
    let own = SMALL_WORDS.split(' ').map(|word| (word, false));
    let mut listed: Vec<_> = own.chain(SHARED_WORDS.split(' ').map(|word| (word, true))).collect();
    listed.sort_unstable();
    listed
});

/// Whether a text is English enough: by its small words, by a guess that is at least half sure, or because it is too short to
/// tell and in Latin letters, if it has any.
pub fn is_supported(text: &str) -> bool {
    let text = beginning(text);
    if letters(text) < LETTERS_TO_TELL {
        return matches!(whatlang::detect_script(text), None | Some(Script::Latin));
    }
    has_small_words(text) || whatlang::detect(text).is_some_and(|told| told.lang() == Lang::Eng && told.confidence() >= CONFIDENCE_MIN)
}

/// The three-letter code (ISO 639-3) of the language a text is most likely in, sure or not; nothing when it is too short to tell.
pub fn of(text: &str) -> Option<&'static str> {
    let text = beginning(text);
    if letters(text) < LETTERS_TO_TELL {
        None
    } else if has_small_words(text) {
        Some(Lang::Eng.code())
    } else {
        whatlang::detect_lang(text).map(|lang| lang.code())
    }
}

fn has_small_words(text: &str) -> bool {
    let (mut all, mut own, mut shared) = (0, 0, 0);
    let mut different = Vec::with_capacity(SHARED_WORDS_MIN);
    for word in words(text) {
        all += 1;
        let Ok(at) = SMALL.binary_search_by_key(&plain(word).as_str(), |(word, _)| *word) else { continue };
        *(if SMALL[at].1 { &mut shared } else { &mut own }) += 1;
        if different.len() < SHARED_WORDS_MIN && !different.contains(&at) {
            different.push(at);
        }
    }
    let is_enough = |found: usize, one_in: usize| found > 0 && found * one_in >= all;
    is_enough(own, WORDS_PER_SMALL_WORD_MAX) || different.len() == SHARED_WORDS_MIN && is_enough(own + shared, WORDS_PER_SHARED_WORD_MAX)
}

/// A word in small letters and with straight apostrophes.
fn plain(word: &str) -> String {
    word.chars().map(|found| if found == '’' { '\'' } else { found.to_ascii_lowercase() }).collect()
}

fn letters(text: &str) -> usize {
    text.chars().filter(|found| found.is_alphabetic()).take(LETTERS_TO_TELL).count()
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(CHARS_MAX).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests;
