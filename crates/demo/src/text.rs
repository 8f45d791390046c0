//! Texts with slots and choices. Parsed once, filled many times.
//!
//! `{order}` is a slot, `<Hi|Hello>` a choice, `\n` a line break; anything else stands for itself, braces of JSON and of code too. The same
//! slot has the same value throughout a conversation; `{order2}` is another value of the same list, different from the first.

use crate::calendar;
use crate::conversation::{Language, Person};
use crate::rng::Rng;
use crate::slots::{Form, Lists, Slot, write_value};

/// A text to be filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(String),
    Slot(Slot),
    Choice(Vec<Template>),
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// A sentence about a slot that nobody knows.
    pub(crate) fn parse(text: &str, lists: &Lists) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let special = match first {
                '{' => slot_name(rest).map(|name| (name.len() + 2, Piece::Slot(lists.slot(name).unwrap_or(Slot::PersonId)), Some(name))),
                '<' => match choices(rest) {
                    Some(inner) => {
                        let chosen: Result<Vec<_>, String> = inner.split('|').map(|text| Self::parse(text, lists)).collect();
                        Some((inner.len() + 2, Piece::Choice(chosen?), None))
                    }
                    None => None,
                },
                '\\' if rest.starts_with("\\n") => {
                    literal.push('\n');
                    rest = &rest[2..];
                    continue;
                }
                _ => None,
            };
            let Some((bytes, piece, name)) = special else {
                literal.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            };
            if let Some(name) = name.filter(|name| lists.slot(name).is_none()) {
                return Err(format!("nobody knows the slot {{{name}}} in: {text}"));
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            pieces.push(piece);
            rest = &rest[bytes..];
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self(pieces))
    }

    /// Whether the text that it begins as is nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The name of a slot that a text begins with: lower-case letters, perhaps a number of days or of a draw.
fn slot_name(text: &str) -> Option<&str> {
    let name = &text[1..text.find('}')?];
    let well_formed = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|found| found.is_ascii_lowercase() || found.is_ascii_digit() || "_+-".contains(found));
    well_formed.then_some(name)
}

/// What is between the brackets that a text begins with, if it is a choice: it has a bar, and nothing that code between such brackets has.
fn choices(text: &str) -> Option<&str> {
    let inner = &text[1..text.find('>')?];
    (inner.contains('|') && !inner.contains(['<', '\n'])).then_some(inner)
}

/// The values that a conversation's slots have.
pub(crate) struct Filling<'a> {
    lists: &'a Lists,
    /// By list: the rows that were drawn, each with the seed of its digits.
    drawn: Vec<Vec<(usize, u64)>>,
    person: Option<&'a Person>,
    day: i64,
    language: Language,
}

impl<'a> Filling<'a> {
    pub(crate) fn new(lists: &'a Lists, person: Option<&'a Person>, day: i64, language: Language) -> Self {
        Self { lists, drawn: vec![Vec::new(); lists.0.len()], person, day, language }
    }

    /// Fills a text.
    pub(crate) fn fill(&mut self, template: &Template, rng: &mut Rng) -> String {
        let mut out = String::with_capacity(160);
        self.write(template, rng, &mut out);
        out
    }

    fn write(&mut self, template: &Template, rng: &mut Rng, out: &mut String) {
        for piece in &template.0 {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Choice(of) => self.write(rng.pick(of), rng, out),
                Piece::Slot(slot) => self.write_slot(*slot, rng, out),
            }
        }
    }

    fn write_slot(&mut self, slot: Slot, rng: &mut Rng, out: &mut String) {
        let person = self.person;
        match slot {
            Slot::Listed { list, column, draw } => {
                let (row, seed) = self.drawn(list, draw, rng);
                write_value(&self.lists.0[list].rows[row][column], seed, out);
            }
            Slot::Day { days, are_working, form } => {
                let day = if are_working { calendar::working(self.day, days) } else { self.day + days };
                match form {
                    Form::Spoken => calendar::spoken(day, self.language, out),
                    Form::Iso => calendar::iso(day, out),
                    Form::Weekday => out.push_str(calendar::weekday(day, self.language)),
                }
            }
            Slot::FirstName => out.push_str(person.map_or("", |person| person.first_name)),
            Slot::FamilyName => out.push_str(person.map_or("", |person| person.family_name)),
            Slot::PersonId => out.push_str(person.map_or("", |person| &person.id)),
            Slot::City => out.push_str(person.map_or("", |person| person.city)),
        }
    }

    /// The row that was drawn, or is drawn now: different from those drawn before, as long as there are others.
    fn drawn(&mut self, list: usize, draw: usize, rng: &mut Rng) -> (usize, u64) {
        let rows = self.lists.0[list].rows.len();
        let drawn = &mut self.drawn[list];
        while drawn.len() <= draw {
            let mut row = rng.index(rows);
            for _ in 0..rows.min(drawn.len() * rows) {
                if drawn.iter().all(|(known, _)| *known != row) {
                    break;
                }
                row = (row + 1) % rows;
            }
            drawn.push((row, rng.next()));
        }
        drawn[draw]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let mut lists = Lists::default();
        lists.add("size,metres: S; 1 | L; 2").unwrap();
        let template = Template::parse(text, &lists).unwrap();
        for seed in 0..20 {
            let filled = Filling::new(&lists, None, 20_000, Language::English).fill(&template, &mut Rng::new(seed));
            assert!(expected.contains(&filled.as_str()), "{text:?} became {filled:?}");
        }
    }

    #[test]
    fn slots_and_choices() {
        check("a {size}", &["a S", "a L"]);
        check("{size}{metres}{size}", &["S1S", "L2L"]);
        check("{size}{size2}", &["SL", "LS"]);
        check("<Hi|Hello, {size}>!", &["Hi!", "Hello, S!", "Hello, L!"]);
        check("{iso+1} {weekday}", &["2024-10-05 Friday"]);
        check("{workiso+1} {workday+2}", &["2024-10-07 Tuesday"]);
        check("a\\nb", &["a\nb"]);
    }

    #[test]
    fn braces_and_brackets_of_code_stand_for_themselves() {
        for text in ["{\"a\": {}}", "fn a() -> Vec<u8> { 1 }", "if a < b { c }", "{A}"] {
            check(text, &[text]);
        }
    }

    #[test]
    fn digits_stay_the_same() {
        let mut lists = Lists::default();
        lists.add("order: T-###").unwrap();
        let template = Template::parse("{order} {order}", &lists).unwrap();
        let filled = Filling::new(&lists, None, 0, Language::English).fill(&template, &mut Rng::new(1));
        let (first, second) = filled.split_once(' ').unwrap();
        assert_eq!(first, second);
        assert!(first[2..].parse::<u32>().unwrap() >= 100, "{filled}");
    }

    #[test]
    fn what_nobody_knows_is_told() {
        assert!(Template::parse("{colour}", &Lists::default()).unwrap_err().contains("{colour}"));
        assert!(Lists::default().add("a,b: 1 | 2").is_err());
    }
}
