//! Phrases, and where they are found in the words of a text.
//!
//! A phrase that ends with a full stop has to be all of what is searched; any other can stand anywhere in it. Where the
//! phrases come from is the business of [`crate::patterns`].

use crate::text::is_word;

/// Phrases are kept by their first letters, `a` to `z`; all that begin otherwise share one more place.
const LETTERS: usize = 26;

/// The phrases of one list, by their first letters: most words of a text begin none of them.
#[derive(Clone, Debug)]
pub(crate) struct Phrases([Vec<Phrase>; LETTERS + 1]);

#[derive(Clone, Debug)]
struct Phrase {
    words: Vec<Box<str>>,
    whole: bool,
}

/// Where a phrase was found, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Phrases {
    /// Takes entries as they are written in a list.
    pub(crate) fn of<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut phrases = Self(Default::default());
        for entry in entries {
            phrases.0[letter(entry)].push(Phrase::of(entry));
        }
        phrases
    }

    /// Whether one of the phrases is among the words.
    pub(crate) fn is_in(&self, said: &[&str]) -> bool {
        self.matches(said).next().is_some()
    }

    /// Whether the words begin with one of the phrases.
    pub(crate) fn begin(&self, said: &[&str]) -> bool {
        said.first().is_some_and(|word| self.0[letter(word)].iter().any(|phrase| phrase.begins(said, 0)))
    }

    /// Every place where a phrase is found in the words.
    pub(crate) fn matches<'a>(&'a self, said: &'a [&'a str]) -> impl Iterator<Item = Match> + 'a {
        (0..said.len()).flat_map(move |start| {
            let found = self.0[letter(said[start])].iter().filter(move |phrase| phrase.begins(said, start));
            found.map(move |phrase| Match { start, end: start + phrase.words.len() })
        })
    }
}

impl Phrase {
    fn of(entry: &str) -> Self {
        Self { words: entry.trim_end_matches('.').split(' ').map(Box::from).collect(), whole: entry.ends_with('.') }
    }

    /// Whether the words from `start` on are this phrase.
    fn begins(&self, said: &[&str], start: usize) -> bool {
        let rest = &said[start..];
        let fits = rest.len() >= self.words.len() && !(self.whole && said.len() > self.words.len());
        fits && rest.iter().zip(&self.words).all(|(said, word)| is_word(said, word))
    }
}

fn letter(word: &str) -> usize {
    let letter = word.bytes().next().and_then(|first| first.to_ascii_lowercase().checked_sub(b'a'));
    letter.map_or(LETTERS, usize::from).min(LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entry: &str, said: &str) -> Vec<(usize, usize)> {
        let said: Vec<_> = said.split(' ').collect();
        Phrases::of([entry]).matches(&said).map(|found| (found.start, found.end)).collect()
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

    #[test]
    fn phrases_begin_with_any_letter() {
        assert_eq!(found("überhaupt nicht", "das hilft Überhaupt nicht"), [(2, 4)]);
        assert_eq!(found("24 7", "we are there 24 7"), [(3, 5)]);
    }
}
