//! Texts as sentences, clauses and words, as far as matching phrases needs it. Nothing is copied.

/// Ends of sentences, besides the ends of lines.
const STOPS: [char; 6] = ['.', '!', '?', '…', '？', '؟'];

/// What separates clauses within a sentence.
const PAUSES: [char; 8] = [',', ';', ':', '(', ')', '–', '—', '،'];

/// Words that turn what follows them in a clause around.
const NEGATIONS: [&str; 5] = ["not", "never", "no", "nothing", "hardly"];

/// One sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sentence<'a> {
    /// Its text, with what ends it.
    pub(crate) text: &'a str,
    /// Whether it is part of an item of a list.
    pub(crate) in_list: bool,
}

/// The sentences of a text that have any words. A sentence ends with its line, or where white space follows a full stop,
/// a question mark and the like, perhaps behind a quote, a bracket, an emoji or a mark of Markdown.
pub(crate) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    text.lines().flat_map(sentences_of_line).collect()
}

/// The last of them, without looking at the lines before.
pub(crate) fn last_sentence(text: &str) -> Option<Sentence<'_>> {
    text.lines().rev().find_map(|line| sentences_of_line(line).last())
}

fn sentences_of_line(line: &str) -> impl Iterator<Item = Sentence<'_>> {
    let in_list = is_item(line);
    let mut rest = line;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (text, after) = rest.split_at(sentence_end(rest));
            rest = after;
            if text.contains(char::is_alphanumeric) {
                return Some(Sentence { text, in_list });
            }
        }
        None
    })
}

fn sentence_end(text: &str) -> usize {
    let mut stopped = false;
    for (at, found) in text.char_indices() {
        if stopped && found.is_whitespace() {
            return at + found.len_utf8();
        }
        stopped = STOPS.contains(&found) || stopped && !found.is_alphanumeric();
    }
    text.len()
}

/// Whether a line begins as an item of a list does: `- `, `* `, `• `, `1. `, `1) `, `a) `.
fn is_item(line: &str) -> bool {
    let Some((mark, _)) = line.trim_start().split_once(char::is_whitespace) else { return false };
    let number = mark.strip_suffix(['.', ')']);
    matches!(mark, "-" | "*" | "•" | "–") || number.is_some_and(|number| number.len() <= 3 && number.chars().all(char::is_alphanumeric))
}

/// Whether a sentence asks: the marks that end it, before whatever closes it, have a question mark among them.
pub(crate) fn is_question(sentence: &str) -> bool {
    let bare = sentence.trim_end_matches(|found: char| !found.is_alphanumeric() && !STOPS.contains(&found));
    let said = bare.trim_end_matches(STOPS);
    bare[said.len()..].contains(['?', '？', '؟'])
}

/// The words of each clause of a text, clauses without words left out.
pub(crate) fn clauses(text: &str) -> Vec<Vec<&str>> {
    let parts = text.split(|found| PAUSES.contains(&found) || STOPS.contains(&found) || found == '\n');
    parts.flat_map(|part| part.split(" - ")).map(|part| words(part).collect::<Vec<_>>()).filter(|words| !words.is_empty()).collect()
}

/// The words of a text: letters and digits, with the apostrophes among them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|found: char| !found.is_alphanumeric() && !is_apostrophe(found));
    words.map(|word| word.trim_matches(is_apostrophe)).filter(|word| !word.is_empty())
}

/// Whether a word of a text is this one, which is written in small letters and with a straight apostrophe.
pub(crate) fn is_word(said: &str, word: &str) -> bool {
    let plain = |found: char| if is_apostrophe(found) { '\'' } else { found };
    if said.is_ascii() {
        return said.len() == word.len() && said.eq_ignore_ascii_case(word);
    }
    said.chars().map(plain).flat_map(char::to_lowercase).eq(word.chars())
}

/// Whether a word turns what follows it in a clause around.
pub(crate) fn is_negation(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    NEGATIONS.contains(&word.as_str()) || word.ends_with("n't") || word.ends_with("n’t")
}

/// Words that a message begins with that answers or agrees.
const ANSWERS: [&str; 14] =
    ["yes", "yeah", "yep", "sure", "ok", "okay", "alright", "correct", "right", "exactly", "absolutely", "no", "nope", "nah"];

/// Whether a text begins as an answer does.
pub(crate) fn is_answer(text: &str) -> bool {
    words(text).next().is_some_and(|word| ANSWERS.iter().any(|answer| word.eq_ignore_ascii_case(answer)))
}

/// Words that a message begins with that acknowledges.
const ACKNOWLEDGEMENTS: [&str; 6] = ["thank", "thanks", "great", "perfect", "got", "understood"];

/// Whether a text begins as one does that acknowledges what was said.
pub(crate) fn is_acknowledgement(text: &str) -> bool {
    words(text).next().is_some_and(|word| ACKNOWLEDGEMENTS.iter().any(|other| word.eq_ignore_ascii_case(other)))
}

/// The first so many characters of a text.
pub(crate) fn start_of(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end])
}

fn is_apostrophe(found: char) -> bool {
    matches!(found, '\'' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_sentence_is_the_last_of_all() {
        let texts = [
            "",
            " \n\n",
            "one",
            "One. Two! Three?",
            "One. Two.\nThree. Four. \n\n",
            "One.\n- two\n- three\n---\n",
            "One.\r\n\"Two?\" \r\n …\r\n👍",
            "Is it? Yes.) And",
        ];
        for text in texts {
            let (last, all) = (last_sentence(text), sentences(text));
            let told = |sentence: &Sentence<'_>| (sentence.text.to_owned(), sentence.in_list);
            assert_eq!(last.as_ref().map(told), all.last().map(told), "{text:?}");
        }
    }
}
