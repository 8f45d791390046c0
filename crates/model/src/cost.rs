//! What a call costs: the amount, who said so, and the working.

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
}

impl PriceLine {
    /// Lines as one short text, for columns: `unit count price per tier`, separated by blanks, a line each, `-` for nothing.
    #[must_use]
    pub fn write(lines: &[Self]) -> String {
        let line = |line: &Self| {
            let Self { unit, count, price, per, tier } = line;
            let tier = tier.map_or_else(|| "-".to_owned(), |tier| tier.to_string());
            format!("{unit} {count} {} {per} {tier}", price.as_deref().unwrap_or("-"))
        };
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Reads what [`write`](Self::write) wrote; what is not of its form is left out.
    #[must_use]
    pub fn read(text: &str) -> Vec<Self> {
        let line = |line: &str| {
            let mut words = line.split(' ');
            let mut word = || words.next();
            Some(Self {
                unit: word()?.to_owned(),
                count: word()?.to_owned(),
                price: Some(word()?.to_owned()).filter(|price| price != "-"),
                per: word()?.parse().ok()?,
                tier: word()?.parse().ok(),
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
        let line = |unit: &str, price: Option<&str>, tier| PriceLine {
            unit: unit.into(),
            count: "12".into(),
            price: price.map(Into::into),
            per: 1_000_000,
            tier,
        };
        let lines = vec![line("input_tokens", Some("1.25"), Some(200_000)), line("input_audio_tokens", None, None)];
        assert_eq!(PriceLine::read(&PriceLine::write(&lines)), lines);
        assert_eq!(PriceLine::read(""), []);
        assert_eq!(PriceLine::read("no line"), []);
    }
}
