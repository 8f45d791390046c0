//! What a call costs: the amount, who said so, what it depends on, and the working.

use std::fmt::{self, Write as _};

/// Who said what a call cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CostSource {
    /// The client reported it.
    Reported,
    /// Computed from a price book.
    Computed,
}

impl CostSource {
    /// The word used in answers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Computed => "computed",
        }
    }
}

/// What a call cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Billionths of a US dollar.
    pub nano_usd: i64,
    /// Who said so.
    pub source: CostSource,
}

/// What the price of a model call depends on beside its time and what it used: how it was made, in the words of price books. Unknown is
/// `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The tier that served it: `default`, `flex`, `priority`, …
    pub service_tier: Option<String>,
    /// `batch`, for a call that was one of many whose answers could wait.
    pub processing: Option<String>,
    /// `fast`, where the provider sells the same model at several speeds.
    pub speed: Option<String>,
    /// Of the tokens written to a cache, those that it keeps for an hour.
    pub cache_write_1h: Option<u64>,
}

impl Terms {
    /// What calls say of their terms. Some providers tell by the tier that a call was one of a batch. `None` where nothing is said.
    #[must_use]
    pub fn told(service_tier: Option<String>, speed: Option<String>, cache_write_1h: Option<u64>) -> Option<Box<Self>> {
        let (processing, service_tier) = if service_tier.as_deref() == Some("batch") { (service_tier, None) } else { (None, service_tier) };
        let terms = Self { service_tier, processing, speed, cache_write_1h };
        (terms != Self::default()).then(|| Box::new(terms))
    }

    /// The words among them, by what price books call them.
    pub fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Self { service_tier, processing, speed, cache_write_1h: _ } = self;
        let words = [("service_tier", service_tier), ("processing", processing), ("speed", speed)];
        words.into_iter().filter_map(|(name, word)| Some((name, word.as_deref()?)))
    }

    /// Changes what others give and nothing else.
    pub fn absorb(&mut self, others: Self) {
        let Self { service_tier, processing, speed, cache_write_1h } = others;
        self.service_tier = service_tier.or(self.service_tier.take());
        self.processing = processing.or(self.processing.take());
        self.speed = speed.or(self.speed.take());
        self.cache_write_1h = cache_write_1h.or(self.cache_write_1h);
    }

    /// As one short text, for columns: a name, a blank and what is said, a line each.
    #[must_use]
    pub fn write(&self) -> String {
        let words = self.words().map(|(name, word)| format!("{name} {word}"));
        let written = self.cache_write_1h.map(|count| format!("{CACHE_WRITE_1H} {count}"));
        words.chain(written).collect::<Vec<_>>().join("\n")
    }

    /// Reads what [`write`](Self::write) wrote; what is not of its form is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut terms = Self::default();
        for (name, said) in text.lines().filter_map(|line| line.split_once(' ')) {
            match name {
                "service_tier" => terms.service_tier = Some(said.to_owned()),
                "processing" => terms.processing = Some(said.to_owned()),
                "speed" => terms.speed = Some(said.to_owned()),
                CACHE_WRITE_1H => terms.cache_write_1h = said.parse().ok(),
                _ => {}
            }
        }
        terms
    }
}

const CACHE_WRITE_1H: &str = "cache_write_1h";

/// What a call costs by a price book, and how that comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// Billionths of a US dollar, rounded half to even from the exact sum of the lines.
    pub nano_usd: i64,
    /// The book: its source and version.
    pub book: String,
    /// The entry of the book that was matched: provider and model.
    pub entry: String,
    /// What was multiplied, as [`PriceLine::write`] writes it: kept on every call, read by few.
    pub lines: String,
}

/// One multiplication: the amount is `price` × `count` ÷ `per`, in US dollars. Numbers are decimal texts: they are exact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceLine {
    /// What was counted, by the price book's name of it: `input_tokens`, `cache_read_tokens`, …
    pub unit: String,
    /// How many, those left out that a line of their own counts.
    pub count: String,
    /// The price of `per` of them; `None` when the book has none, so that the call cost more than is known.
    pub price: Option<String>,
    /// See `price`.
    pub per: u64,
    /// The price is for calls of more input tokens than this.
    pub tier: Option<u64>,
    /// The price is for calls made in this way: `service_tier=flex`. `None` for the price of any call.
    pub variant: Option<String>,
}

impl PriceLine {
    /// Lines as one short text, for columns: `unit count price per tier`, separated by blanks, a line each, `-` for nothing; then the
    /// variant, if there is one.
    #[must_use]
    pub fn write(lines: &[Self]) -> String {
        let mut text = String::with_capacity(48 * lines.len());
        for Self { unit, count, price, per, tier, variant } in lines {
            Self::write_one(&mut text, unit, count, price.as_deref(), *per, *tier, variant.as_deref());
        }
        text
    }

    /// Adds a line to others, of numbers that are written as decimal texts.
    pub fn write_one(
        text: &mut String,
        unit: &str,
        count: impl fmt::Display,
        price: Option<impl fmt::Display>,
        per: u64,
        tier: Option<u64>,
        variant: Option<&str>,
    ) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(unit);
        let _ = write!(text, " {count} ");
        match price {
            Some(price) => _ = write!(text, "{price} {per} "),
            None => _ = write!(text, "- {per} "),
        }
        match tier {
            Some(tier) => _ = write!(text, "{tier}"),
            None => text.push('-'),
        }
        if let Some(variant) = variant {
            text.push(' ');
            text.push_str(variant);
        }
    }

    /// Reads what [`write`](Self::write) wrote; what is not of its form is left out.
    #[must_use]
    pub fn read(text: &str) -> Vec<Self> {
        let line = |line: &str| {
            let mut words = line.splitn(6, ' ');
            let mut word = || words.next();
            Some(Self {
                unit: word()?.to_owned(),
                count: word()?.to_owned(),
                price: Some(word()?.to_owned()).filter(|price| price != "-"),
                per: word()?.parse().ok()?,
                tier: word()?.parse().ok(),
                variant: word().map(str::to_owned),
            })
        };
        text.lines().filter_map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_survive_their_column() {
        let line = |unit: &str, price: Option<&str>, tier, variant: Option<&str>| PriceLine {
            unit: unit.into(),
            count: "12".into(),
            price: price.map(Into::into),
            per: 1_000_000,
            tier,
            variant: variant.map(Into::into),
        };
        let lines = vec![
            line("input_tokens", Some("1.25"), Some(200_000), None),
            line("output_tokens", Some("1.25"), None, Some("processing=batch, region=far east")),
            line("input_audio_tokens", None, None, None),
        ];
        assert_eq!(PriceLine::read(&PriceLine::write(&lines)), lines);
        assert_eq!(PriceLine::read(""), []);
        assert_eq!(PriceLine::read("no line"), []);
    }

    #[test]
    fn terms_survive_their_column() {
        let word = |word: &str| Some(word.to_owned());
        let terms = Terms { service_tier: word("flex"), processing: word("batch"), speed: word("fast"), cache_write_1h: Some(0) };
        for terms in [terms.clone(), Terms { speed: None, ..terms }, Terms::default()] {
            assert_eq!(Terms::read(&terms.write()), terms);
        }
        assert_eq!(Terms::read("service_tier\nelse x\ncache_write_1h many"), Terms::default());
    }

    #[test]
    fn a_batch_is_no_tier() {
        let told = |tier: &str| *Terms::told(Some(tier.to_owned()), None, None).expect("terms");
        assert_eq!(told("batch").words().collect::<Vec<_>>(), [("processing", "batch")]);
        assert_eq!(told("flex").words().collect::<Vec<_>>(), [("service_tier", "flex")]);
        assert_eq!(Terms::told(None, None, None), None);
        let mut terms = told("flex");
        terms.absorb(Terms { cache_write_1h: Some(3), ..Terms::default() });
        assert_eq!(terms.write(), "service_tier flex\ncache_write_1h 3");
    }
}
