//! Days, hours and how people write them. Everything is UTC; there is no clock here.

use std::fmt::Write as _;

use debrief_model::Timestamp;

use crate::conversation::Language;

/// A second in microseconds.
pub(crate) const SECOND_US: i64 = 1_000_000;
/// A minute in microseconds.
pub(crate) const MINUTE_US: i64 = 60 * SECOND_US;
/// A day in microseconds: Unix time has no leap seconds.
pub(crate) const DAY_US: i64 = 86_400 * SECOND_US;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: usize,
    /// 1 to 31.
    pub(crate) day: i64,
    /// 0 is Monday.
    pub(crate) weekday: usize,
}

/// Whole days since 1970-01-01.
pub(crate) fn day_of(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY_US)
}

/// The date that is so many days after 1970-01-01: the proleptic Gregorian calendar, in years that begin in March, so that the leap day
/// is the last of its year.
pub(crate) fn date(day: i64) -> Date {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date { year, month: usize::try_from(month).unwrap_or(1), day: of_year - (153 * from_march + 2) / 5 + 1, weekday }
}

/// The day that is so many working days away: Saturdays and Sundays do not count. For none it is the day itself.
pub(crate) fn working(day: i64, days: i64) -> i64 {
    let mut at = day;
    for _ in 0..days.unsigned_abs() {
        at += days.signum();
        while date(at).weekday > 4 {
            at += days.signum();
        }
    }
    at
}

/// RFC 3339 with microseconds, in UTC.
pub(crate) fn rfc3339(at: Timestamp, out: &mut String) {
    let Date { year, month, day, .. } = date(day_of(at));
    let (second, micros) = (at.0.rem_euclid(DAY_US) / SECOND_US, at.0.rem_euclid(SECOND_US));
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.{micros:06}Z", second % 60)
        .expect("writing to a String cannot fail");
}

/// A date as people say it, without its year.
pub(crate) fn spoken(day: i64, language: Language, out: &mut String) {
    let Date { month, day, .. } = date(day);
    let written = match language {
        Language::English => write!(out, "{day} {}", MONTHS_EN[month - 1]),
        Language::German => write!(out, "{day}. {}", MONTHS_DE[month - 1]),
        Language::Spanish => write!(out, "{day} de {}", MONTHS_ES[month - 1]),
    };
    written.expect("writing to a String cannot fail");
}

/// A date as programs write it.
pub(crate) fn iso(day: i64, out: &mut String) {
    let Date { year, month, day, .. } = date(day);
    write!(out, "{year:04}-{month:02}-{day:02}").expect("writing to a String cannot fail");
}

/// The name of a date's day of the week.
pub(crate) fn weekday(day: i64, language: Language) -> &'static str {
    let names = match language {
        Language::English => &WEEKDAYS_EN,
        Language::German => &WEEKDAYS_DE,
        Language::Spanish => &WEEKDAYS_ES,
    };
    names[date(day).weekday]
}

const MONTHS_EN: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const MONTHS_DE: [&str; 12] =
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
const MONTHS_ES: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const WEEKDAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const WEEKDAYS_DE: [&str; 7] = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"];
const WEEKDAYS_ES: [&str; 7] = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(at_us: i64, expected: &str, expected_weekday: &str) {
        let mut text = String::new();
        rfc3339(Timestamp(at_us), &mut text);
        assert_eq!(text, expected);
        assert_eq!(weekday(day_of(Timestamp(at_us)), Language::English), expected_weekday, "{expected}");
    }

    #[test]
    fn times_as_people_know_them() {
        check(0, "1970-01-01T00:00:00.000000Z", "Thursday");
        check(1_709_210_096_000_001, "2024-02-29T12:34:56.000001Z", "Thursday");
        check(1_735_689_599_999_999, "2024-12-31T23:59:59.999999Z", "Tuesday");
        check(-1, "1969-12-31T23:59:59.999999Z", "Wednesday");
    }

    #[test]
    fn dates_in_words() {
        let said = |language| {
            let mut text = String::new();
            spoken(20_000, language, &mut text);
            text
        };
        assert_eq!([said(Language::English), said(Language::German), said(Language::Spanish)], ["4 October", "4. Oktober", "4 de octubre"]);
    }
}
