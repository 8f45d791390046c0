//! Lists of phrases as text: what their lines mean, and what is wrong with a line.

use std::collections::BTreeSet;

use super::PHRASES_MAX;
use crate::text::words;

/// How every list begins; a number follows.
const VERSION: &str = "version ";

/// Characters of one phrase.
const PHRASE_CHARS_MAX: usize = 100;

/// Lines of a text that are reported at most: whoever sent something else than a list knows by then.
const BAD_LINES_MAX: usize = 100;

/// A line that cannot be used, counted from 1, and why; without a line, what is wrong with all of the text.
pub(super) type Bad = (Option<usize>, &'static str);

/// The phrases of a list as they are written.
pub(super) fn entries(list: &str) -> impl Iterator<Item = &str> {
    lines(list).map(|(_, line)| line)
}

/// Adds the phrases of a text to a list and takes away those that are marked so; returns the lines that cannot be used.
pub(super) fn change(phrases: &mut BTreeSet<String>, text: &str) -> Vec<Bad> {
    let version = text.lines().next().and_then(|line| line.trim_end().strip_prefix(VERSION));
    if version.is_none_or(|version| version.parse::<u32>().is_err()) {
        return vec![(Some(1), "a list begins with `version ` and a number")];
    }
    let changed = lines(text).filter_map(|(number, line)| change_by_line(phrases, line).err().map(|what| (Some(number), what)));
    let bad = changed.take(BAD_LINES_MAX).collect();
    if phrases.len() > PHRASES_MAX { vec![(None, "more than 2,000 phrases")] } else { bad }
}

fn change_by_line(phrases: &mut BTreeSet<String>, line: &str) -> Result<(), &'static str> {
    if let Some(taken) = line.strip_prefix('-') {
        return if phrases.remove(taken.trim_start()) { Ok(()) } else { Err("there is no such phrase to take away") };
    }
    check(line)?;
    phrases.insert(line.to_owned());
    Ok(())
}

/// Whether a phrase can be found at all: it is compared with words, which are separated by one space and have nothing
/// about them but letters, digits and apostrophes.
fn check(entry: &str) -> Result<(), &'static str> {
    let bare = entry.strip_suffix('.').unwrap_or(entry);
    if entry.chars().count() > PHRASE_CHARS_MAX {
        Err("more than 100 characters")
    } else if bare.contains('’') {
        Err("an apostrophe is written '")
    } else if bare.chars().any(|found| !found.to_lowercase().eq([found])) {
        Err("phrases are written in small letters")
    } else if bare.is_empty() || !words(bare).eq(bare.split(' ')) {
        Err("a phrase is words with single spaces between them, and perhaps a full stop at the end")
    } else {
        Ok(())
    }
}

/// The lines of a list that are neither empty nor a comment nor its version, with their numbers from 1.
fn lines(list: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = list.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    numbered.filter(|(number, line)| !line.is_empty() && !line.starts_with('#') && (*number > 1 || !line.starts_with(VERSION)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> (Vec<String>, Vec<Bad>) {
        let mut phrases = BTreeSet::from(["never mind".to_owned(), "forget it".to_owned()]);
        let bad = change(&mut phrases, text);
        (phrases.into_iter().collect(), bad)
    }

    #[test]
    fn lines_add_and_take_away() {
        let (phrases, bad) = changed("version 3\n# ours\n\nschon gut.\n - forget it\n-never mind\n");
        assert_eq!((phrases, bad), (vec!["schon gut.".to_owned()], vec![]));
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        let check = |line: &str, expected: &str| {
            let (_, bad) = changed(&format!("version 1\n{line}"));
            let found = bad.first().map_or(String::new(), |(line, what)| format!("{} {what}", line.unwrap_or(0)));
            assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{line:?}: {found:?}");
        };
        check("schon gut", "");
        check("it's l'heure", "");
        check("- schon gut", "2 there is no such phrase");
        check("Schon gut", "2 phrases are written in small letters");
        check("ÜBER", "2 phrases are written in small letters");
        check("schon  gut", "2 a phrase is words");
        check("no, thanks", "2 a phrase is words");
        check(".", "2 a phrase is words");
        check("it’s", "2 an apostrophe");
        check(&"x".repeat(101), "2 more than 100");
        check("version 2", "");
        let many: String = (0..=PHRASES_MAX).map(|number| format!("word{number}\n")).collect();
        check(&many, "0 more than 2,000");
    }

    #[test]
    fn a_list_begins_with_its_version() {
        for text in ["", "schon gut", "version", "version x", "version 1 of it"] {
            assert_eq!(changed(text).1.first().map(|bad| bad.0), Some(Some(1)), "{text:?}");
        }
    }
}
