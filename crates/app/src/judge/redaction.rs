//! Takes out of a text what a model outside has no business with: addresses, numbers of phones, cards and accounts, keys.
//!
//! Rules are data (`data/judge/redaction.txt`). They know forms and check digits, not meaning: names and what people tell of themselves
//! stay. Patterns run in time that grows with the text and no faster, whatever the text.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::{Captures, Regex};

const RULES: &str = include_str!("../../data/judge/redaction.txt");

static READ: LazyLock<Vec<Rule>> = LazyLock::new(|| rules(RULES));

/// The text with `[email]`, `[phone]`, `[card]`, `[iban]`, `[ip]` or `[key]` in the place of each.
#[must_use]
pub fn redacted(text: &str) -> String {
    READ.iter().fold(text.to_owned(), |text, rule| match rule.applied(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(changed) => changed,
    })
}

/// One rule.
struct Rule {
    mark: String,
    test: Test,
    pattern: Regex,
}

/// What a find has to pass besides.
#[derive(Clone, Copy)]
enum Test {
    None,
    Iban,
    Card,
    Ip,
    Phone,
}

fn rules(text: &str) -> Vec<Rule> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| rule(line).expect("the built-in rules are read by a test")).collect()
}

fn rule(line: &str) -> Option<Rule> {
    let (mark, rest) = line.split_once(char::is_whitespace)?;
    let (test, pattern) = rest.trim_start().split_once(char::is_whitespace)?;
    let test = match test {
        "-" => Test::None,
        "iban" => Test::Iban,
        "card" => Test::Card,
        "ip" => Test::Ip,
        "phone" => Test::Phone,
        _ => return None,
    };
    Some(Rule { mark: format!("[{mark}]"), test, pattern: Regex::new(pattern.trim()).ok()? })
}

impl Rule {
    fn applied<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.pattern.replace_all(text, |found: &Captures<'_>| {
            let whole = &found[0];
            match self.test.passes(whole) {
                true => format!("{}{}", found.name("kept").map_or("", |kept| kept.as_str()), self.mark),
                false => whole.to_owned(),
            }
        })
    }
}

impl Test {
    fn passes(self, found: &str) -> bool {
        match self {
            Self::None => true,
            Self::Iban => is_iban(found),
            Self::Card => is_card(found),
            Self::Ip => found.parse::<IpAddr>().is_ok(),
            Self::Phone => (7..=15).contains(&digits(found).count()),
        }
    }
}

fn digits(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.chars().filter_map(|found| found.to_digit(10))
}

/// The check digits of ISO 13616: the country and they moved to the end, letters as numbers from 10 on, the remainder by 97 is 1.
fn is_iban(found: &str) -> bool {
    let plain: Vec<u32> = found.chars().filter_map(|found| found.to_digit(36)).collect();
    let turned = plain.iter().skip(4).chain(plain.iter().take(4));
    let remainder = turned.fold(0, |sum, value| (if *value > 9 { sum * 100 } else { sum * 10 } + value) % 97);
    (15..=34).contains(&plain.len()) && remainder == 1
}

/// The check digit of ISO/IEC 7812 (Luhn): every second digit from the right doubled, its digits summed, ends in 0.
fn is_card(found: &str) -> bool {
    let doubled = |(place, digit): (usize, u32)| match place % 2 {
        0 => digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    };
    digits(found).any(|digit| digit != 0) && digits(found).rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn examples() -> Vec<(&'static str, &'static str)> {
        let text = include_str!("../../data/judge/redaction-examples.txt");
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(lines.len() % 2, 0, "every text has what is left of it");
        lines.chunks(2).map(|pair| (pair[0], pair[1])).collect()
    }

    #[test]
    fn what_identifies_somebody_is_taken_out_and_nothing_else() {
        for (text, expected) in examples() {
            assert_eq!(redacted(text), expected);
            assert_eq!(redacted(expected), expected, "once is enough");
        }
    }

    #[test]
    fn every_rule_has_an_example() {
        for rule in READ.iter() {
            let changes = |text: &str| rule.applied(text) != text;
            assert!(examples().iter().any(|(text, _)| changes(text)), "{} has no example", rule.pattern);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,200}|[0-9A-Za-z:@./+ -]{0,200}") {
            prop_assert!(redacted(&text).len() <= text.len() * 8);
        }
    }
}
