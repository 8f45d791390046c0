//! Evidence in words: a piece of what was said, short enough to be kept and shown.

/// Characters of a quote, the mark of what was left out included.
pub const QUOTE_CHARS_MAX: usize = 200;

/// Characters that are looked through for a better place to cut.
const WORD_CHARS_MAX: usize = 30;

/// The beginning of a text, in one line, cut between words where there is such a place near the end. What was cut is
/// marked with `…`.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::new();
    let mut chars = 0;
    for found in text.trim().chars() {
        let found = if found.is_whitespace() || found.is_control() { ' ' } else { found };
        if found == ' ' && quoted.ends_with(' ') {
            continue;
        }
        if chars == QUOTE_CHARS_MAX {
            return cut(quoted);
        }
        quoted.push(found);
        chars += 1;
    }
    quoted
}

fn cut(mut quoted: String) -> String {
    quoted.pop();
    let space = quoted.char_indices().rev().take(WORD_CHARS_MAX).find(|(_, found)| *found == ' ');
    if let Some((at, _)) = space {
        quoted.truncate(at);
    }
    quoted.push('…');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_texts_are_whole_and_in_one_line() {
        assert_eq!(quote(" Hi,\n\n  Anna\tB "), "Hi, Anna B");
        let fits = "x".repeat(QUOTE_CHARS_MAX);
        assert_eq!(quote(&fits), fits);
    }

    #[test]
    fn long_ones_are_cut_between_words() {
        let text = format!("{} {}", "ä".repeat(190), "b".repeat(50));
        assert_eq!(quote(&text), format!("{}…", "ä".repeat(190)));
        let word = "ä".repeat(500);
        assert_eq!(quote(&word), format!("{}…", "ä".repeat(QUOTE_CHARS_MAX - 1)));
    }

    proptest! {
        #[test]
        fn quotes_are_bounded(text in "(\\PC|\\s){0,400}") {
            prop_assert!(quote(&text).chars().count() <= QUOTE_CHARS_MAX);
        }
    }
}
