//! Amounts of money as decimal text. Nothing here is ever a binary fraction: parts are added digit by digit.

/// Digits after the point that are told apart. With those before it they are few enough for the number that holds them.
const SCALE_MAX: u32 = 28;
/// Dollars that nobody has paid for a call.
const DOLLARS_MAX: u128 = 1_000_000_000;

/// An amount that is not negative: these digits, so many of them after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    digits: u128,
    scale: u32,
}

impl Amount {
    /// Reads `0.0042`, `.5`, `12` or `1e-05`.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        let fraction = fraction.get(..SCALE_MAX as usize).unwrap_or(fraction);
        let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent.parse::<i32>().ok()?);
        let amount = match u32::try_from(scale) {
            Ok(scale) if scale > SCALE_MAX => Self { digits: digits / 10_u128.checked_pow(scale - SCALE_MAX)?, scale: SCALE_MAX },
            Ok(scale) => Self { digits, scale },
            Err(_) => Self { digits: digits.checked_mul(10_u128.checked_pow(u32::try_from(-scale).ok()?)?)?, scale: 0 },
        };
        let fits = amount.digits / 10_u128.pow(amount.scale) < DOLLARS_MAX;
        fits.then_some(amount)
    }

    /// The sum, exactly.
    pub(crate) fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let digits = |amount: Self| amount.digits.checked_mul(10_u128.pow(scale - amount.scale));
        Some(Self { digits: digits(self)?.checked_add(digits(other)?)?, scale })
    }

    /// Without an exponent.
    pub(crate) fn text(self) -> String {
        let Self { digits, scale } = self;
        let places = scale as usize;
        let padded = format!("{digits:0>width$}", width = places + 1);
        match padded.split_at(padded.len() - places) {
            (whole, "") => whole.to_owned(),
            (whole, fraction) => format!("{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(Amount::of(text).map(Amount::text).as_deref(), expected, "{text}");
        check("0.0042", Some("0.0042"));
        check("12", Some("12"));
        check("0.10", Some("0.10"));
        check(".5", Some("0.5"));
        check("1e-05", Some("0.00001"));
        check("1.5E2", Some("150"));
        check("0.30000000000000004", Some("0.30000000000000004"));
        check("999999999.9", Some("999999999.9"));
        check("0.1000000000000000055511151231257827021181583404541015625", Some("0.1000000000000000055511151231"));
        check("1.2345678901234567e-10", Some("0.00000000012345678901234567"));
        check("1.2345678901234567e-14", Some("0.0000000000000123456789012345"));
        check("1e-30", Some("0.0000000000000000000000000000"));
        for wrong in
            ["", ".", "-1", "+1", "1e", "1e400", "1e-400", "NaN", "inf", "1,5", "0x1", "1000000000", "1 ", "1_000", "9".repeat(60).as_str()]
        {
            check(wrong, None);
        }
    }

    #[test]
    fn sums_are_exact() {
        let sum = |one, other| Amount::of(one)?.plus(Amount::of(other)?).map(Amount::text);
        assert_eq!(sum("0.1", "0.2").as_deref(), Some("0.3"));
        assert_eq!(sum("0.0000001", "1").as_deref(), Some("1.0000001"));
        assert_eq!(sum("1e-28", "999999999").as_deref(), Some("999999999.0000000000000000000000000001"));
    }
}
