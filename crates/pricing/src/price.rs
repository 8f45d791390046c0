//! Prices as the book writes them: by unit, by size, by time, by how a call was made.

use std::collections::BTreeMap;

use debrief_model::Timestamp;
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

/// The price of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    pub(crate) base: Decimal,
    /// In ascending order of where they start.
    pub(crate) tiers: Vec<Tier>,
}

/// The price of every unit of a call that is larger than this.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Tier {
    /// Input tokens of the whole call that it takes more than.
    pub(crate) start: u64,
    #[serde(deserialize_with = "decimal")]
    pub(crate) price: Decimal,
}

impl Price {
    /// What counts for a call of that many input tokens, and the tier it is of.
    pub(crate) fn at(&self, input_tokens: Decimal) -> (Decimal, Option<u64>) {
        let reached = self.tiers.iter().rev().find(|tier| input_tokens > Decimal::from(tier.start));
        reached.map_or((self.base, None), |tier| (tier.price, Some(tier.start)))
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Tiered {
            #[serde(deserialize_with = "decimal")]
            base: Decimal,
            tiers: Vec<Tier>,
        }
        let text = Box::<RawValue>::deserialize(from)?;
        if !text.get().starts_with('{') {
            return Ok(Self { base: exactly(text.get()).map_err(de::Error::custom)?, tiers: Vec::new() });
        }
        let Tiered { base, mut tiers } = serde_json::from_str(text.get()).map_err(de::Error::custom)?;
        tiers.sort_by_key(|tier| tier.start);
        Ok(Self { base, tiers })
    }
}

/// A number as it is written: through a float it would be another.
fn decimal<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    exactly(Box::<RawValue>::deserialize(from)?.get()).map_err(de::Error::custom)
}

pub(crate) fn exactly(text: &str) -> Result<Decimal, String> {
    let number = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    number.ok().filter(|price| !price.is_sign_negative()).ok_or_else(|| format!("{text} is no price"))
}

/// Prices by price key.
pub(crate) type Prices = BTreeMap<String, Price>;

/// Prices that hold at certain times.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Conditional {
    #[serde(default)]
    pub(crate) constraint: Option<Constraint>,
    pub(crate) prices: Prices,
}

/// Prices that take the place of some, for calls made in a certain way.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Variant {
    pub(crate) when: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) constraint: Option<Constraint>,
    pub(crate) prices: Prices,
}

impl Variant {
    /// How calls are made that it is for: `processing=batch`.
    pub(crate) fn way(&self) -> String {
        let words = self.when.iter().map(|(key, value)| format!("{key}={value}"));
        words.collect::<Vec<_>>().join(",")
    }
}

/// When a price holds, in UTC.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Constraint {
    Since { start_date: Date },
    Daily { start_time: Clock, end_time: Clock },
}

impl Constraint {
    fn holds(&self, at: Timestamp) -> bool {
        let Ok(at) = jiff::Timestamp::from_microsecond(at.0) else { return false };
        let at = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        match self {
            Self::Since { start_date } => at.date() >= *start_date,
            Self::Daily { start_time: Clock(start), end_time: Clock(end) } if end < start => at.time() >= *start || at.time() < *end,
            Self::Daily { start_time: Clock(start), end_time: Clock(end) } => *start <= at.time() && at.time() < *end,
        }
    }
}

/// Whether there is nothing to hold, or it holds.
pub(crate) fn holds(constraint: Option<&Constraint>, at: Timestamp) -> bool {
    constraint.is_none_or(|constraint| constraint.holds(at))
}

/// A time of day in UTC. Any other zone is refused, so that a book which has one is noticed.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Time);

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bare = text.strip_suffix("+00:00").or_else(|| text.strip_suffix('Z')).unwrap_or(&text);
        if !bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b':' || byte == b'.') {
            return Err(de::Error::custom(format!("{text} is no time of day in UTC")));
        }
        bare.parse().map(Self).map_err(de::Error::custom)
    }
}

/// All prices of a model: one set, or several of which the last that holds counts.
pub(crate) fn sets<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Conditional>, D::Error> {
    let text = Box::<RawValue>::deserialize(from)?;
    let read = if text.get().starts_with('[') {
        serde_json::from_str(text.get())
    } else {
        serde_json::from_str(text.get()).map(|prices| vec![Conditional { constraint: None, prices }])
    };
    read.map_err(de::Error::custom)
}
