//! Money on the wire: exact decimals, in billionths of a dollar inside.

const DECIMALS: i32 = 9;

/// Billionths of a dollar as a decimal, without trailing zeros beyond the cents.
#[must_use]
pub fn render(nano_usd: i64) -> String {
    let sign = if nano_usd < 0 { "-" } else { "" };
    let size = nano_usd.unsigned_abs();
    let fraction = format!("{:09}", size % 1_000_000_000);
    let kept = fraction.trim_end_matches('0').len().max(2);
    format!("{sign}{}.{}", size / 1_000_000_000, &fraction[..kept])
}

/// Reads a decimal amount of dollars, with or without an exponent, exactly; what lies beyond billionths is rounded half up.
/// `None` for negative amounts, for what is no number, and beyond nine billion dollars.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.trim().split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text.trim(), 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = whole.chars().chain(fraction.chars()).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let decimals = i32::try_from(fraction.len()).ok()?;
    let shift = exponent.checked_sub(decimals)?.checked_add(DECIMALS)?;
    // How many of the digits stand before the point once the amount is in billionths.
    let kept = i32::try_from(digits.len()).ok()?.checked_add(shift)?;
    if digits.is_empty() || kept < 0 {
        return Some(0);
    }
    if kept > 19 {
        return None;
    }
    let kept = usize::try_from(kept).ok()?;
    let place = |at: usize| digits.as_bytes().get(at).map_or(0, |byte| i128::from(byte - b'0'));
    let nano = (0..kept).fold(0, |sum, at| sum * 10 + place(at));
    i64::try_from(nano + i128::from(place(kept) >= 5)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_exactly() {
        let check = |nano: i64, expected: &str| assert_eq!(render(nano), expected);
        check(0, "0.00");
        check(135_000, "0.000135");
        check(1_500_000_000, "1.50");
        check(-20_000_000, "-0.02");
        check(1, "0.000000001");
        check(i64::MAX, "9223372036.854775807");
    }

    #[test]
    fn money_is_read_exactly() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(parse(text), expected, "{text}");
        check("0.0123", Some(12_300_000));
        check("0", Some(0));
        check("0.0", Some(0));
        check("12", Some(12_000_000_000));
        check("1.5e-05", Some(15_000));
        check("1E2", Some(100_000_000_000));
        check("2.5e-9", Some(3));
        check("4e-10", Some(0));
        check("5e-10", Some(1));
        check("1e-400", Some(0));
        check("0e400", Some(0));
        check("9223372036.854775807", Some(i64::MAX));
        check("9223372036.854775808", None);
        check("1e400", None);
        check("-0.5", None);
        check("", None);
        check(".", None);
        check("free", None);
        check("1e999999999999", None);
    }
}
