//! Times on the wire: RFC 3339 out, almost anything in.

use debrief_model::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// `2026-11-21T23:58:18.178303Z`: always six fractional digits, which every client in the field can read.
#[must_use]
pub fn render(at: Timestamp) -> String {
    let clamped = at.0.clamp(jiff::Timestamp::MIN.as_microsecond(), jiff::Timestamp::MAX.as_microsecond());
    let instant = jiff::Timestamp::from_microsecond(clamped).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Reads RFC 3339, the same without an offset (taken as UTC) or with a space for the `T`, and a bare date.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(instant.as_microsecond()));
    }
    let local = text.parse::<civil::DateTime>().ok()?;
    Some(Timestamp(local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond()))
}

/// Reads RFC 3339 and nothing else: with a `T` and an offset.
#[must_use]
pub fn parse_strict(text: &str) -> Option<Timestamp> {
    let is_plain = text.is_ascii() && !text.contains(['[', ' ']);
    text.parse::<jiff::Timestamp>().ok().filter(|_| is_plain).map(|instant| Timestamp(instant.as_microsecond()))
}

/// Reads Unix time in seconds, milliseconds, microseconds or nanoseconds, told apart by size.
#[must_use]
pub fn from_number(value: f64) -> Option<Timestamp> {
    let size = value.abs();
    let micros = match () {
        () if !value.is_finite() => return None,
        () if size < 1e11 => value * 1e6,
        () if size < 1e14 => value * 1e3,
        () if size < 1e17 => value,
        () if size < 1e20 => value / 1e3,
        () => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "below 1e17, far inside the range of i64")]
    Some(Timestamp(micros as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form_that_clients_send() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(parse(text).map(render).as_deref(), expected, "{text}");
        check("2026-11-21T23:58:18.178303Z", Some("2026-11-21T23:58:18.178303Z"));
        check("2026-11-21T23:50:32.040535+00:00", Some("2026-11-21T23:50:32.040535Z"));
        check("2026-11-21T23:50:32.040+02:00", Some("2026-11-21T21:50:32.040000Z"));
        check("2024-03-14T12:00:00Z", Some("2024-03-14T12:00:00.000000Z"));
        check("2024-03-14T12:00:00", Some("2024-03-14T12:00:00.000000Z"));
        check("2024-03-14 12:00:00.5", Some("2024-03-14T12:00:00.500000Z"));
        check("2024-03-14", Some("2024-03-14T00:00:00.000000Z"));
        check("yesterday", None);
        check("", None);
    }

    #[test]
    fn strictly_a_time_has_a_zone() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(parse_strict(text).map(render).as_deref(), expected, "{text}");
        check("2026-11-21T23:58:18.178303Z", Some("2026-11-21T23:58:18.178303Z"));
        check("2026-11-21T23:50:32.04+02:00", Some("2026-11-21T21:50:32.040000Z"));
        check("2026-11-21t23:50:32z", Some("2026-11-21T23:50:32.000000Z"));
        for text in ["2024-03-14T12:00:00", "2024-03-14 12:00:00Z", "2024-03-14", "2026-11-21T23:50:32+02:00[Europe/Berlin]", ""] {
            check(text, None);
        }
    }

    #[test]
    fn numbers_are_times_by_their_size() {
        for number in [1_710_417_600.0, 1_710_417_600_000.0, 1_710_417_600_000_000.0, 1_710_417_600_000_000_000.0] {
            assert_eq!(from_number(number).map(render).as_deref(), Some("2024-03-14T12:00:00.000000Z"), "{number}");
        }
        assert_eq!(from_number(f64::NAN), None);
        assert_eq!(from_number(1e30), None);
    }
}
