//! Lists of phrases, kept as text so that they can be read and changed by people who do not read code.
//!
//! The first line of a list says its version, `#` begins a comment, and every other line is a phrase in small letters.
//! A phrase that ends with a full stop has to be all of what is searched; any other can stand anywhere in it. The lists
//! are English: texts in other languages match nothing.

use crate::text::is_word;

/// How every list begins.
const VERSION: &str = "version ";

const LETTERS: usize = 26;

/// The phrases of one list, by their first letters: most words of a text begin none of them.
#[derive(Debug)]
pub(crate) struct Phrases([Vec<Phrase>; LETTERS]);

#[derive(Debug)]
struct Phrase {
    words: Vec<&'static str>,
    whole: bool,
}

/// Where a phrase was found, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Phrases {
    pub(crate) fn parse(list: &'static str) -> Self {
        let mut phrases = Self(Default::default());
        for entry in entries(list) {
            let letter = letter(entry).expect("a phrase begins with a letter");
            phrases.0[letter].push(Phrase::parse(entry));
        }
        phrases
    }

    /// Whether one of the phrases is among the words.
    pub(crate) fn is_in(&self, said: &[&str]) -> bool {
        self.matches(said).next().is_some()
    }

    /// Every place where a phrase is found in the words.
    pub(crate) fn matches<'a>(&'a self, said: &'a [&'a str]) -> impl Iterator<Item = Match> + 'a {
        (0..said.len()).flat_map(move |start| {
            let near = letter(said[start]).map(|letter| &self.0[letter]).into_iter().flatten();
            let found = near.filter(move |phrase| phrase.begins(said, start));
            found.map(move |phrase| Match { start, end: start + phrase.words.len() })
        })
    }
}

impl Phrase {
    fn parse(entry: &'static str) -> Self {
        Self { words: entry.trim_end_matches('.').split(' ').collect(), whole: entry.ends_with('.') }
    }

    /// Whether the words from `start` on are this phrase.
    fn begins(&self, said: &[&str], start: usize) -> bool {
        let rest = &said[start..];
        let fits = rest.len() >= self.words.len() && !(self.whole && said.len() > self.words.len());
        fits && rest.iter().zip(&self.words).all(|(said, word)| is_word(said, word))
    }
}

fn letter(word: &str) -> Option<usize> {
    let letter = word.as_bytes().first()?.to_ascii_lowercase().checked_sub(b'a')?;
    Some(usize::from(letter)).filter(|letter| *letter < LETTERS)
}

/// The phrases of a list as they are written.
pub(crate) fn entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with(VERSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(list: &'static str, said: &str) -> Vec<(usize, usize)> {
        let said: Vec<_> = said.split(' ').collect();
        Phrases::parse(list).matches(&said).map(|found| (found.start, found.end)).collect()
    }

    #[test]
    fn a_phrase_is_found_where_all_of_it_is() {
        assert_eq!(found("thank you", "well thank you and thank"), [(1, 3)]);
        assert_eq!(found("thank you", "thank"), []);
    }

    #[test]
    fn a_phrase_that_has_to_be_all_is_not_found_by_its_beginning_at_the_end() {
        assert_eq!(found("any other question.", "any other question"), [(0, 3)]);
        assert_eq!(found("any other question.", "is there any"), [], "as many words, and the last is the phrase's first");
        assert_eq!(found("any other question.", "have you any other question"), []);
    }
}
