//! Texts with slots and choices, and the slots' values. Parsed once, filled many times.
//!
//! `{order}` is a slot, `<Hi|Hello>` a choice, `\n` a line break; anything else stands for itself, braces of JSON and of code too. The same
//! slot has the same value throughout a conversation; `{order2}` is another value of the same list, different from the first.

use crate::calendar;
use crate::conversation::{Language, Person};
use crate::rng::{Rng, mix};

/// A text to be filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(String),
    Slot(Slot),
    Choice(Vec<Template>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Slot {
    /// A column of a list, of the row that was drawn as number `draw`.
    Listed {
        list: usize,
        column: usize,
        draw: usize,
    },
    /// A day some days after the conversation began, or some working days.
    Day {
        days: i64,
        are_working: bool,
        form: Form,
    },
    /// Of the person.
    FirstName,
    FamilyName,
    PersonId,
    City,
}

/// How a day is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// By people, with its month.
    Spoken,
    /// By programs.
    Iso,
    /// By its name.
    Weekday,
}

/// What days in texts are called.
const DAYS: [(&str, bool, Form); 6] = [
    ("workdate", true, Form::Spoken),
    ("workiso", true, Form::Iso),
    ("workday", true, Form::Weekday),
    ("date", false, Form::Spoken),
    ("iso", false, Form::Iso),
    ("weekday", false, Form::Weekday),
];

/// What the slots of one script may stand for.
#[derive(Debug, Default)]
pub(crate) struct Lists(Vec<List>);

#[derive(Debug)]
struct List {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Lists {
    /// Adds `order: TH-#####` or `product,price: Tent; 300 | Stove; 80`. `#` stands for a digit, `§` for one of sixteen.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub(crate) fn add(&mut self, line: &str) -> Result<(), String> {
        let (names, rows) = line.split_once(':').ok_or_else(|| format!("a slot needs values: {line}"))?;
        let names: Vec<String> = names.split(',').map(|name| name.trim().to_owned()).collect();
        if let Some(name) = names.iter().find(|name| self.find(name).is_some()) {
            return Err(format!("the slot {name} is there already"));
        }
        let row = |row: &str| row.split(';').map(|value| value.trim().replace("\\n", "\n")).collect::<Vec<_>>();
        let rows: Vec<_> = rows.split(" | ").map(row).collect();
        match rows.iter().find(|row| row.len() != names.len()) {
            Some(row) => Err(format!("{} values for {} slots: {row:?}", row.len(), names.len())),
            None => {
                self.0.push(List { names, rows });
                Ok(())
            }
        }
    }

    fn find(&self, name: &str) -> Option<(usize, usize)> {
        let column = |list: &List| list.names.iter().position(|known| known == name);
        self.0.iter().enumerate().find_map(|(at, list)| Some((at, column(list)?)))
    }

    fn slot(&self, name: &str) -> Option<Slot> {
        let (base, draw) = match name.as_bytes().last() {
            Some(digit @ b'2'..=b'9') => (&name[..name.len() - 1], usize::from(digit - b'1')),
            _ => (name, 0),
        };
        match name {
            "name" => return Some(Slot::FirstName),
            "surname" => return Some(Slot::FamilyName),
            "person" => return Some(Slot::PersonId),
            "city" => return Some(Slot::City),
            _ => {}
        }
        let exact = self.find(name).map(|(list, column)| Slot::Listed { list, column, draw: 0 });
        let listed = exact.or_else(|| self.find(base).map(|(list, column)| Slot::Listed { list, column, draw }));
        listed.or_else(|| day(name))
    }
}

/// `date`, `iso+3`, `workday-1` …
fn day(name: &str) -> Option<Slot> {
    DAYS.into_iter().find_map(|(prefix, are_working, form)| {
        let days = name.strip_prefix(prefix)?;
        let days = if days.is_empty() { 0 } else { days.parse().ok()? };
        Some(Slot::Day { days, are_working, form })
    })
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

fn write_value(value: &str, seed: u64, out: &mut String) {
    let mut place = seed;
    for found in value.chars() {
        let base = match found {
            '#' => 10,
            '§' => 16,
            _ => {
                out.push(found);
                continue;
            }
        };
        // No number begins with a zero, and no digit depends on another.
        let least = u64::from(!out.ends_with(|before: char| before.is_ascii_digit()));
        place = mix(place);
        let digit = least + place % (base - least);
        out.push(char::from_digit(u32::try_from(digit).unwrap_or(0), 16).unwrap_or('0'));
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
