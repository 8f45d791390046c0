//! Numbers, which senders write as numbers and as text, and enums, which they write as numbers and as names.

use super::Field;
use crate::proto::logs::v1::SeverityNumber;
use crate::proto::metrics::v1::AggregationTemporality;
use crate::proto::trace::v1::span::SpanKind;
use crate::proto::trace::v1::status::StatusCode;

/// A number as it was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

impl Number {
    /// A number in a text: the strings of protobuf's JSON, `NaN` and the infinities included.
    fn of_text(text: &str) -> Option<Self> {
        let unsigned = || text.parse().map(Self::Unsigned).ok();
        let signed = || text.parse().map(Self::Signed).ok();
        let float = || text.parse().map(Self::Float).ok();
        unsigned().or_else(signed).or_else(float)
    }

    /// The number as an integer of some width, if it is one and fits. `1.7e18` is an integer.
    fn integer<T: TryFrom<i128>>(self) -> Option<T> {
        let integer = match self {
            Self::Unsigned(number) => i128::from(number),
            Self::Signed(number) => i128::from(number),
            // What is larger than any i128 becomes the largest, which fits nowhere either; NaN and infinities have no such part.
            Self::Float(number) if number.fract() == 0.0 => number as i128,
            Self::Float(_) => return None,
        };
        T::try_from(integer).ok()
    }

    fn double(self) -> f64 {
        match self {
            Self::Unsigned(number) => number as f64,
            Self::Signed(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

impl Field for f64 {
    fn of_text(text: &str) -> Option<Self> {
        Number::of_text(text).map(Number::double)
    }

    fn of_number(number: Number) -> Option<Self> {
        Some(number.double())
    }
}

impl Field for u64 {
    fn of_text(text: &str) -> Option<Self> {
        Number::of_text(text).and_then(Number::integer)
    }

    fn of_number(number: Number) -> Option<Self> {
        number.integer()
    }
}

impl Field for i64 {
    fn of_text(text: &str) -> Option<Self> {
        Number::of_text(text).and_then(Number::integer)
    }

    fn of_number(number: Number) -> Option<Self> {
        number.integer()
    }
}

impl Field for u32 {
    fn of_text(text: &str) -> Option<Self> {
        Number::of_text(text).and_then(Number::integer)
    }

    fn of_number(number: Number) -> Option<Self> {
        number.integer()
    }
}

/// Also the enums, which the published messages keep as numbers.
impl Field for i32 {
    fn of_text(text: &str) -> Option<Self> {
        enum_number(text).or_else(|| Number::of_text(text).and_then(Number::integer))
    }

    fn of_number(number: Number) -> Option<Self> {
        number.integer()
    }
}

/// What a name stands for. Each begins with the name of its enum, so that no two enums share one.
fn enum_number(name: &str) -> Option<i32> {
    let kind = || SpanKind::from_str_name(name).map(i32::from);
    let code = || StatusCode::from_str_name(name).map(i32::from);
    let severity = || SeverityNumber::from_str_name(name).map(i32::from);
    let temporality = || AggregationTemporality::from_str_name(name).map(i32::from);
    kind().or_else(code).or_else(severity).or_else(temporality)
}
