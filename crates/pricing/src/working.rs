//! What a call costs, with the working.

use std::borrow::Cow;
use std::collections::BTreeMap;

use debrief_model::Timestamp;
use rust_decimal::Decimal;

use crate::book::{Book, Unit};
use crate::find::Entry;
use crate::price::{self, Price, Variant};

/// What was used, by unit: `input_tokens`, `cache_read_tokens` … Counts include their parts: `input_tokens` those read from a cache.
pub type Usage = BTreeMap<Cow<'static, str>, Decimal>;

/// One request is one of these.
const REQUESTS: &str = "requests";
/// How a unit's dimensions say that it went in or came out.
const DIRECTION: &str = "direction";

/// A call, as far as its price goes.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    /// When it was made: prices change.
    pub at: Timestamp,
    /// How it was made: `processing` = `batch`, `service_tier` = `flex` …
    pub context: &'c BTreeMap<String, String>,
    /// What was used.
    pub usage: &'c Usage,
}

/// What a call costs, in US dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What was multiplied, unit by unit, those without use left out.
    pub lines: Vec<Line>,
    /// What went in.
    pub input: Decimal,
    /// What came out.
    pub output: Decimal,
    /// Everything, what neither went in nor came out included.
    pub total: Decimal,
    /// Units that were used and that no price is for: with them the call cost more, nobody knows how much.
    pub left_out: Vec<String>,
}

impl Priced {
    /// What the call cost; `None` when no price is known for anything that was used: a model may come with a subscription, and is not
    /// free for that. (The book's own rule is to say 0.)
    #[must_use]
    pub fn amount(&self) -> Option<Decimal> {
        (!self.lines.is_empty() || self.left_out.is_empty()).then_some(self.total)
    }
}

/// One multiplication: `amount` = `price` × `count` ÷ `per`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The unit.
    pub unit: String,
    /// How many, those left out that a line of their own counts.
    pub count: Decimal,
    /// The price of `per` of them.
    pub price: Decimal,
    /// See `price`.
    pub per: u64,
    /// The price is for calls of more input tokens than this.
    pub tier: Option<u64>,
    /// The price is for calls made in this way: `service_tier=flex`. `None` for the price of any call.
    pub variant: Option<String>,
    /// The product.
    pub amount: Decimal,
}

/// Why there is no price. Never to be shown as 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpriced {
    /// Nobody knows whose the model is.
    #[error("no provider is known by that name, address or model")]
    NoProvider,
    /// The provider is known and the model is not.
    #[error("{provider} has no model of that name in the price book")]
    NoModel {
        /// Whose it would be.
        provider: String,
    },
    /// The counts contradict each other.
    #[error("more {part} than {whole}")]
    Contradiction {
        /// The unit that is a part.
        part: String,
        /// Of which there is less than of its parts.
        whole: String,
    },
    /// The amount is beyond any that is paid.
    #[error("the amount is too large")]
    TooLarge,
}

/// What a unit of a model costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The unit.
    pub unit: String,
    /// The price of `per` of them, in US dollars.
    pub price: Decimal,
    /// See `price`.
    pub per: u64,
    /// Prices of calls of more input tokens than this, in ascending order.
    pub tiers: Vec<(u64, Decimal)>,
}

impl Book {
    /// What an entry's units cost at a time, for calls made in no particular way.
    #[must_use]
    pub fn rates(&self, entry: &Entry<'_>, at: Timestamp) -> Vec<Rate> {
        let call = Call { at, context: &BTreeMap::new(), usage: &Usage::new() };
        let rate = |PricedUnit { name, unit, price, .. }: PricedUnit<'_>| {
            let tiers = price.tiers.iter().map(|tier| (tier.start, tier.price)).collect();
            Rate { unit: name.to_owned(), price: price.base, per: unit.per, tiers }
        };
        self.priced(entry, &call).into_iter().map(rate).collect()
    }

    /// What a call of an entry costs.
    ///
    /// # Errors
    /// `Contradiction`, `TooLarge`.
    pub fn price(&self, entry: &Entry<'_>, call: &Call<'_>) -> Result<Priced, Unpriced> {
        let usage = billed(entry, call.usage);
        let used = |unit: &str| usage.get(unit).copied().unwrap_or_default();
        let priced = self.priced(entry, call);
        let counts = alone(&priced, used)?;
        let input_tokens = used("input_tokens");
        let left_out = self.left_out(&priced, &usage);
        let mut answer = Priced { lines: Vec::new(), input: Decimal::ZERO, output: Decimal::ZERO, total: Decimal::ZERO, left_out };
        for (PricedUnit { name, unit, price, variant }, count) in priced.into_iter().zip(counts) {
            if count.is_zero() {
                continue;
            }
            let (price, tier) = price.at(input_tokens);
            let amount = price.checked_mul(count).and_then(|product| product.checked_div(Decimal::from(unit.per)));
            let amount = amount.ok_or(Unpriced::TooLarge)?;
            let sum = |sum: Decimal| sum.checked_add(amount).ok_or(Unpriced::TooLarge);
            answer.total = sum(answer.total)?;
            match unit.dimensions.get(DIRECTION).map(String::as_str) {
                Some("input") => answer.input = sum(answer.input)?,
                Some("output") => answer.output = sum(answer.output)?,
                _ => {}
            }
            let variant = variant.map(Variant::way);
            answer.lines.push(Line { unit: name.to_owned(), count, price, per: unit.per, tier, variant, amount });
        }
        Ok(answer)
    }

    /// The units that have a price for the call, in the order of their names.
    fn priced<'b>(&'b self, entry: &Entry<'b>, call: &Call<'_>) -> Vec<PricedUnit<'b>> {
        let mut priced = Vec::new();
        for (key, (price, variant)) in prices(entry, call) {
            let units = self.units_of.get(key).into_iter().flatten();
            let units = units.filter_map(|name| self.units.get_key_value(name));
            priced.extend(units.map(|(name, unit)| PricedUnit { name, unit, price, variant }));
        }
        priced.sort_unstable_by_key(|priced| priced.name);
        priced
    }

    /// What was used and is neither priced nor a part of what is.
    fn left_out(&self, priced: &[PricedUnit<'_>], usage: &Usage) -> Vec<String> {
        let is_paid = |name: &str| self.units.get(name).is_some_and(|unit| priced.iter().any(|whole| whole.unit.includes(unit)));
        usage.iter().filter(|(name, count)| !count.is_zero() && !is_paid(name)).map(|(name, _)| name.to_string()).collect()
    }
}

/// A unit that has a price for a call, and the variant that the price is of.
#[derive(Clone, Copy)]
struct PricedUnit<'b> {
    name: &'b str,
    unit: &'b Unit,
    price: &'b Price,
    variant: Option<&'b Variant>,
}

/// A price, and the variant that it is of.
type Holding<'b> = (&'b Price, Option<&'b Variant>);

/// Every price that holds for the call, with its price key.
fn prices<'b>(entry: &Entry<'b>, call: &Call<'_>) -> Vec<(&'b str, Holding<'b>)> {
    let sets = &entry.model.prices;
    let holding = sets.iter().rev().find(|set| price::holds(set.constraint.as_ref(), call.at)).unwrap_or(&sets[0]);
    let usual = holding.prices.iter().map(|(key, price)| (key.as_str(), (price, None)));
    // Who lends a price does not lend the terms of it.
    if call.context.is_empty() || entry.is_lent {
        return usual.collect();
    }
    let mut prices: BTreeMap<&str, Holding<'_>> = usual.collect();
    let mut replaced = BTreeMap::new();
    for variant in &entry.model.price_variants {
        let is_meant = variant.when.iter().all(|(key, value)| call.context.get(key) == Some(value));
        if is_meant && price::holds(variant.constraint.as_ref(), call.at) {
            for (key, price) in &variant.prices {
                replaced.entry(key.as_str()).or_insert((price, Some(variant)));
            }
        }
    }
    prices.extend(replaced);
    prices.into_iter().collect()
}

/// What is billed of what was used: the same, but for a rule of one provider that its prices do not say, ten seconds of audio at least.
fn billed<'u>(entry: &Entry<'_>, usage: &'u Usage) -> Cow<'u, Usage> {
    const SECONDS_MIN: Decimal = Decimal::TEN;
    let mut usage = Cow::Borrowed(usage);
    if entry.provider.id == "groq" && ["whisper-large-v3", "whisper-large-v3-turbo"].contains(&entry.model.id.as_str()) {
        let told = ["audio_seconds", "input_audio_seconds"].iter().find_map(|unit| usage.get(*unit).filter(|seconds| !seconds.is_zero()));
        if let Some(seconds) = told.map(|seconds| seconds.max(&SECONDS_MIN)).copied() {
            usage.to_mut().extend(["audio_seconds", "input_audio_seconds"].map(|unit| (Cow::Borrowed(unit), seconds)));
        }
    }
    usage
}

/// How many of each unit are in no part of it that has a price of its own, in the order of the units.
fn alone(priced: &[PricedUnit<'_>], used: impl Fn(&str) -> Decimal) -> Result<Vec<Decimal>, Unpriced> {
    let mut smallest_first: Vec<usize> = (0..priced.len()).filter(|at| priced[*at].name != REQUESTS).collect();
    smallest_first.sort_by_key(|at| std::cmp::Reverse(priced[*at].unit.dimensions.len()));
    // Requests have no parts, and there is one.
    let mut counts = vec![Decimal::ONE; priced.len()];
    for (nth, at) in smallest_first.iter().copied().enumerate() {
        let PricedUnit { name, unit, .. } = priced[at];
        // What is larger or as large is no part.
        let parts = || smallest_first[..nth].iter().copied().filter(|part| unit.includes(priced[*part].unit));
        let in_parts: Decimal = parts().map(|part| counts[part]).sum();
        let rest = used(name) - in_parts;
        if rest.is_sign_negative() && !rest.is_zero() {
            let largest = parts().map(|part| priced[part].name).max_by_key(|part| used(part)).unwrap_or(name);
            return Err(Unpriced::Contradiction { part: largest.to_owned(), whole: name.to_owned() });
        }
        counts[at] = rest;
    }
    Ok(counts)
}
