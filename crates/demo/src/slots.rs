//! What the slots of a script stand for: rows of values, days, and what is known of the person.

use crate::rng::mix;

/// What a slot stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slot {
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
pub(crate) enum Form {
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
pub(crate) struct Lists(pub(crate) Vec<List>);

/// Values that belong together, row by row.
#[derive(Debug)]
pub(crate) struct List {
    names: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
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

    /// What a name stands for.
    pub(crate) fn slot(&self, name: &str) -> Option<Slot> {
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

/// Writes a value of a list, with the digits that follow from the seed.
pub(crate) fn write_value(value: &str, seed: u64, out: &mut String) {
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
