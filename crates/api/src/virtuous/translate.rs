//! Parameters to the log's questions, with Pydantic's judgement of what is wrong with them. Pure: no I/O, no clock.
//!
//! Words and order are those of FastAPI 0.165 with Pydantic 2.14 for a model that forbids what it does not know: first the path, then the
//! query's parameters in the document's order, then what is unknown. A parameter that is given twice is judged as the list that it is.

use debrief_app::audit::LogQuery;
use debrief_model::audit::{OWN_RESOURCE_TYPES, PUBLISHED_RESOURCE_TYPES};
use debrief_model::limit::OFFSET_ROWS_MAX;
use debrief_model::{Error, EventId, Paging, Problem, TimeRange, Timestamp};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::edge::time as edge_time;

const LIMIT_ROWS_MAX: u64 = 100;

/// The pairs of a query string.
type Pairs<'q> = &'q [(String, String)];

/// `GET /api/v1/events`.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub(super) fn list(pairs: Pairs<'_>) -> Result<(LogQuery, Paging), Error> {
    let mut asked = Asked::new(pairs);
    let query = LogQuery {
        event_type: asked.text("event_type"),
        resource_type: asked.text("resource_type"),
        resource_id: asked.text("resource_id"),
        correlation_id: None,
        time: asked.range(),
    };
    let paging = asked.paging();
    asked.unless_wrong((query, paging))
}

/// `GET /api/v1/events/correlation/{correlation_id}`.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub(super) fn by_correlation(correlation: &str, pairs: Pairs<'_>) -> Result<(LogQuery, Paging), Error> {
    let mut asked = Asked::new(pairs);
    let paging = asked.paging();
    asked.unless_wrong((LogQuery { correlation_id: Some(correlation.to_owned()), ..LogQuery::default() }, paging))
}

/// `GET /api/v1/events/resource/{resource_type}/{resource_id}`.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub(super) fn by_resource(kind: &str, id: &str, pairs: Pairs<'_>) -> Result<(LogQuery, Paging), Error> {
    let mut asked = Asked::new(pairs);
    let known = || PUBLISHED_RESOURCE_TYPES.iter().chain(&OWN_RESOURCE_TYPES);
    if !known().any(|known| *known == kind) {
        asked.wrong("path", "resource_type", "enum", format!("Input should be {}", one_of(known().copied())));
    }
    let id = asked.uuid("resource_id", id);
    let paging = asked.paging();
    let query = LogQuery { resource_type: Some(kind.to_owned()), resource_id: Some(id.to_string()), ..LogQuery::default() };
    asked.unless_wrong((query, paging))
}

/// `'a', 'b' or 'c'`.
fn one_of(words: impl Iterator<Item = &'static str>) -> String {
    let mut quoted: Vec<_> = words.map(|word| format!("'{word}'")).collect();
    let last = quoted.pop().unwrap_or_default();
    format!("{} or {last}", quoted.join(", "))
}

/// `from` and `to`, where nothing else can be asked.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub(super) fn time(pairs: Pairs<'_>) -> Result<TimeRange, Error> {
    let mut asked = Asked::new(pairs);
    let range = asked.range();
    asked.unless_wrong(range)
}

/// `GET /api/v1/events/{event_id}`.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub(super) fn event_id(id: &str, pairs: Pairs<'_>) -> Result<EventId, Error> {
    let mut asked = Asked::new(pairs);
    let id = asked.uuid("event_id", id);
    asked.unless_wrong(EventId(id))
}

/// What was asked, as far as it was looked at, and what is wrong with it.
struct Asked<'q> {
    pairs: Pairs<'q>,
    known: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl<'q> Asked<'q> {
    fn new(pairs: Pairs<'q>) -> Self {
        Self { pairs, known: Vec::new(), problems: Vec::new() }
    }

    fn wrong(&mut self, place: &'static str, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { place, field: field.into(), code, message: message.into() });
    }

    /// `value`, if nothing is wrong and nothing is left that nobody has asked for.
    fn unless_wrong<T>(mut self, value: T) -> Result<T, Error> {
        for (name, _) in self.pairs {
            let is_told = self.problems.iter().any(|told| told.place == "query" && told.field == *name);
            if !is_told && !self.known.contains(&name.as_str()) {
                self.wrong("query", name, "extra_forbidden", "Extra inputs are not permitted");
            }
        }
        if self.problems.is_empty() {
            return Ok(value);
        }
        let mut error = Error::invalid("The request has parameters that make no sense");
        error.problems = self.problems;
        Err(error)
    }

    /// The only value of a parameter; `kind` is what it should be, in Pydantic's word and in English.
    fn only(&mut self, name: &'static str, kind: (&'static str, &str)) -> Option<&'q str> {
        self.known.push(name);
        let mut values = self.pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = values.next()?;
        if values.next().is_some() {
            self.wrong("query", name, kind.0, format!("Input should be a valid {}", kind.1));
            return None;
        }
        Some(first)
    }

    fn text(&mut self, name: &'static str) -> Option<String> {
        self.only(name, ("string_type", "string")).map(str::to_owned)
    }

    fn range(&mut self) -> TimeRange {
        TimeRange { from: self.time("from"), to: self.time("to") }
    }

    fn time(&mut self, name: &'static str) -> Option<Timestamp> {
        let text = self.only(name, ("datetime_type", "datetime"))?;
        let at = edge_time::parse(text);
        if at.is_none() {
            let why = format!("Input should be a valid datetime or date, {}", no_date(text));
            self.wrong("query", name, "datetime_from_date_parsing", why);
        }
        at
    }

    fn paging(&mut self) -> Paging {
        let limit = self.number("limit", 1, LIMIT_ROWS_MAX, LIMIT_ROWS_MAX);
        // The document has no upper end for it, but skipping is work.
        let offset = self.number("offset", 0, OFFSET_ROWS_MAX, 0);
        Paging { limit: u32::try_from(limit).unwrap_or_default(), offset }
    }

    fn number(&mut self, name: &'static str, least: u64, most: u64, default: u64) -> u64 {
        let Some(text) = self.only(name, ("int_type", "integer")) else { return default };
        match whole(text) {
            None => {
                let why = "Input should be a valid integer, unable to parse string as an integer";
                self.wrong("query", name, "int_parsing", why);
            }
            Some(value) if value < i128::from(least) => {
                self.wrong("query", name, "greater_than_equal", format!("Input should be greater than or equal to {least}"));
            }
            Some(value) if value > i128::from(most) => {
                self.wrong("query", name, "less_than_equal", format!("Input should be less than or equal to {most}"));
            }
            Some(value) => return u64::try_from(value).unwrap_or(default),
        }
        default
    }

    fn uuid(&mut self, name: &'static str, text: &str) -> Uuid {
        Uuid::parse_str(text).unwrap_or_else(|error| {
            self.wrong("path", name, "uuid_parsing", format!("Input should be a valid UUID, {error}"));
            Uuid::nil()
        })
    }
}

/// A whole number as Pydantic reads one from text, with the far ends for what is beyond any range.
fn whole(text: &str) -> Option<i128> {
    let text = text.trim();
    let text = text.split_once('.').map_or(text, |(whole, fraction)| if fraction.bytes().all(|b| b == b'0') { whole } else { "" });
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let beyond = if text.starts_with('-') { i128::MIN } else { i128::MAX };
    Some(text.parse().unwrap_or(beyond))
}

/// Why a text that is no time is no date either, as Pydantic's parser of dates says it.
fn no_date(text: &str) -> &'static str {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    match () {
        () if bytes.len() < 10 => "input is too short",
        () if !digits(0..4) => "invalid character in year",
        () if bytes[4] != b'-' => "invalid date separator, expected `-`",
        () if !digits(5..7) => "invalid character in month",
        () if bytes[7] != b'-' => "invalid date separator, expected `-`",
        () if !digits(8..10) => "invalid character in day",
        () if !(b"01".as_slice()..=b"12").contains(&&bytes[5..7]) => "month value is outside expected range of 1-12",
        () if edge_time::parse(&text[..10]).is_none() => "day value is outside expected range",
        () => "unexpected extra characters at the end of the input",
    }
}

/// What the client sent, as sent. The document promises an object, so anything else is put into one.
pub(super) fn payload(body: Option<String>) -> Box<RawValue> {
    let empty = || RawValue::from_string("{}".to_owned()).expect("it is JSON");
    match body.and_then(|body| RawValue::from_string(body).ok()) {
        None => empty(),
        Some(object) if object.get().starts_with('{') => object,
        Some(other) => RawValue::from_string(format!("{{\"value\":{other}}}")).unwrap_or_else(|_| empty()),
    }
}
