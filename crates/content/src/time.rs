//! Reads RFC 3339 times. Google's interfaces name the moment of an answer as text, the others as a number.

const SECONDS_PER_DAY: i64 = 86_400;

/// Seconds since 1970 of `2026-11-21T23:58:18.178Z` or `…+01:00`, fractions cut off. A time without a zone is taken
/// as UTC, which is what the Python SDKs mean by it. `None` for anything else.
pub(crate) fn rfc3339_s(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let separators = [(4, "-"), (7, "-"), (10, "Tt "), (13, ":"), (16, ":")];
    let well_formed = separators.iter().all(|(at, allowed)| bytes.get(*at).is_some_and(|byte| allowed.as_bytes().contains(byte)));
    if !well_formed {
        return None;
    }
    let days = days_since_1970(digits(text, 0, 4)?, digits(text, 5, 2)?, digits(text, 8, 2)?)?;
    let second_of_day = digits(text, 11, 2)? * 3600 + digits(text, 14, 2)? * 60 + digits(text, 17, 2)?;
    Some(days * SECONDS_PER_DAY + second_of_day - zone_offset_s(text.get(19..)?)?)
}

/// The same in microseconds, fractions kept.
pub fn rfc3339_us(text: &str) -> Option<i64> {
    let fraction = text.get(19..).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).chain(std::iter::repeat(b'0')).take(6);
    let micros = digits.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    rfc3339_s(text)?.checked_mul(1_000_000)?.checked_add(micros)
}

fn zone_offset_s(rest: &str) -> Option<i64> {
    let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let sign = match zone.as_bytes().first() {
        None | Some(b'Z' | b'z') => return Some(0),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    Some(sign * (digits(zone, 1, 2)? * 3600 + digits(zone, 4, 2)? * 60))
}

fn digits(text: &str, at: usize, len: usize) -> Option<i64> {
    let part = text.get(at..at + len)?;
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
}

/// Days of the proleptic Gregorian calendar, counted in 400-year eras of years that begin in March, so that the leap
/// day is the last day of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}
