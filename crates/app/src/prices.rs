//! What calls cost: each is priced on its way in, and again whenever an amendment changes what it used.
//!
//! The client's own word is kept beside the computed price; a setting says which of the two counts. What has no price stays
//! without one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use debrief_model::{Cost, CostSource, Facts, Kind, PriceLine, Priced, Timestamp, Tokens};
use debrief_pricing::{Book, Call, Entry, Line, Usage, working};
use hashbrown::{Equivalent, HashMap};
use parking_lot::RwLock;
use rust_decimal::Decimal;

/// Names of models whose entries are remembered: finding one takes many comparisons.
const FOUND_MAX: usize = 8_192;

/// Whose word on a cost counts where both are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CostShown {
    /// The client's.
    #[default]
    Reported,
    /// The price book's.
    Computed,
}

impl CostShown {
    /// The word used in settings.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Computed => "computed",
        }
    }
}

/// The price book in use.
pub struct Prices {
    book: &'static Book,
    shown: CostShown,
    found: RwLock<HashMap<Named<String>, Option<Entry<'static>>>>,
}

/// A model as a call names it: provider, answering model, requested model.
#[derive(PartialEq, Eq, Hash)]
struct Named<T>(Option<T>, Option<T>, Option<T>);

/// So that no name is copied to be looked for.
impl Equivalent<Named<String>> for Named<&str> {
    fn equivalent(&self, other: &Named<String>) -> bool {
        let Named(provider, answering, requested) = other;
        *self == Named(provider.as_deref(), answering.as_deref(), requested.as_deref())
    }
}

impl fmt::Debug for Prices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prices").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self::new(Book::built_in(), CostShown::default())
    }
}

impl Prices {
    /// Prices of a book.
    #[must_use]
    pub fn new(book: &'static Book, shown: CostShown) -> Self {
        Self { book, shown, found: RwLock::default() }
    }

    /// Whose word counts.
    #[must_use]
    pub fn shown(&self) -> CostShown {
        self.shown
    }

    /// The book.
    #[must_use]
    pub fn book(&self) -> &'static Book {
        self.book
    }

    /// Says what the call costs. Doing so again changes nothing, unless what it used did.
    pub fn price(&self, facts: &mut Facts) {
        if let Some(Cost { nano_usd, source: CostSource::Reported }) = facts.cost {
            facts.told_nano_usd.get_or_insert(nano_usd);
        }
        facts.priced = self.priced(facts).map(Box::new);
        let told = facts.told_nano_usd.map(|nano_usd| Cost { nano_usd, source: CostSource::Reported });
        let computed = facts.priced.as_ref().map(|priced| Cost { nano_usd: priced.nano_usd, source: CostSource::Computed });
        // A client that says 0 of a call which has a price does not know it.
        let known = told.filter(|told| told.nano_usd != 0);
        facts.cost = match self.shown {
            CostShown::Reported => known.or(computed).or(told),
            CostShown::Computed => computed.or(told),
        };
    }

    /// What a call of a model costs that read and wrote so many tokens, billionths of a US dollar; `None` where it has no price.
    #[must_use]
    pub fn of_call(&self, model: &str, at: Timestamp, input_tokens: u64, output_tokens: u64) -> Option<i64> {
        let mut facts = Facts::new(Kind::Llm, "llm.completed", at, "judge");
        facts.request_model = Some(model.to_owned());
        facts.tokens = Tokens { input: Some(input_tokens), output: Some(output_tokens), ..Tokens::default() };
        self.priced(&facts).map(|priced| priced.nano_usd)
    }

    fn priced(&self, facts: &Facts) -> Option<Priced> {
        let usage = usage(facts);
        if usage.is_empty() {
            return None;
        }
        let entry = self.entry(facts)?;
        let context = context(facts);
        let priced = self.book.price(&entry, &Call { at: facts.occurred_at, context: &context, usage: &usage }).ok()?;
        let nano_usd = nano(priced.amount()?)?;
        let origin = entry.origin();
        let book = if origin.version.is_empty() { origin.source.clone() } else { [&origin.source, " ", &origin.version].concat() };
        Some(Priced { nano_usd, book, entry: [entry.provider(), "/", entry.model()].concat(), lines: lines(&priced, &usage) })
    }

    /// The entry of the model that answered, else of the one that was asked for.
    fn entry(&self, facts: &Facts) -> Option<Entry<'static>> {
        let Facts { provider, response_model, request_model, .. } = facts;
        if response_model.is_none() && request_model.is_none() {
            return None;
        }
        if let Some(found) = self.found.read().get(&Named(provider.as_deref(), response_model.as_deref(), request_model.as_deref())) {
            return *found;
        }
        let find = |model: &Option<String>| self.book.find_called(provider.as_deref(), None, model.as_deref()?).ok();
        let found = find(response_model).or_else(|| find(request_model));
        let mut remembered = self.found.write();
        if remembered.len() >= FOUND_MAX {
            remembered.clear();
        }
        remembered.insert(Named(provider.clone(), response_model.clone(), request_model.clone()), found);
        found
    }
}

/// What went in and what came out, each in billionths of a US dollar, where what counts was computed: a client's word on the whole
/// cannot be taken apart.
#[must_use]
pub fn parts(facts: &Facts) -> Option<(i64, i64)> {
    let total = facts.cost.filter(|cost| cost.source == CostSource::Computed)?.nano_usd;
    let lines = PriceLine::read(&facts.priced.as_ref()?.lines);
    let output =
        lines.iter().filter(|line| line.unit.starts_with("output")).filter_map(amount).fold(Decimal::ZERO, |sum, amount| sum + amount);
    let output = nano(output)?.min(total);
    Some((total - output, output))
}

/// What a line comes to, in US dollars; `None` where there is no price.
#[must_use]
pub fn amount(line: &PriceLine) -> Option<Decimal> {
    let (count, price) = (line.count.parse::<Decimal>().ok()?, line.price.as_deref()?.parse::<Decimal>().ok()?);
    Some(price.checked_mul(count)?.checked_div(Decimal::from(line.per))?.normalize())
}

/// How the call was made, by the price book's words for it.
fn context(facts: &Facts) -> BTreeMap<String, String> {
    let words = facts.terms.iter().flat_map(|terms| terms.words());
    words.map(|(name, word)| (name.to_owned(), word.to_owned())).collect()
}

/// What the call used, by the price book's units. Counts include their parts.
fn usage(facts: &Facts) -> Usage {
    let (tokens, audio) = (&facts.tokens, &facts.audio);
    let counts = [
        ("input_tokens", tokens.input),
        ("output_tokens", tokens.output),
        ("cache_read_tokens", tokens.cache_read),
        ("cache_write_tokens", tokens.cache_write),
        ("cache_write_1h_tokens", facts.terms.as_ref().and_then(|terms| terms.cache_write_1h)),
        ("output_reasoning_tokens", tokens.reasoning),
        ("input_audio_tokens", audio.input),
        ("output_audio_tokens", audio.output),
    ];
    counts.into_iter().filter_map(|(unit, count)| Some((Cow::Borrowed(unit), Decimal::from(count?)))).collect()
}

/// Billionths, rounded half to even.
fn nano(usd: Decimal) -> Option<i64> {
    let nano = usd.checked_mul(Decimal::from(1_000_000_000_u64))?.round();
    i64::try_from(nano).ok()
}

/// The multiplications as they are kept, and what was used and has no price.
fn lines(priced: &working::Priced, usage: &Usage) -> String {
    let mut text = String::with_capacity(48 * (priced.lines.len() + priced.left_out.len()));
    for Line { unit, count, price, per, tier, variant, amount: _ } in &priced.lines {
        PriceLine::write_one(&mut text, unit, count.normalize(), Some(price.normalize()), *per, *tier, variant.as_deref());
    }
    for unit in &priced.left_out {
        let count = usage.get(unit.as_str()).copied().unwrap_or_default();
        PriceLine::write_one(&mut text, unit, count.normalize(), None::<Decimal>, 1, None, None);
    }
    text
}

#[cfg(test)]
mod tests {
    use debrief_model::Terms;

    use super::*;

    fn call(model: &str) -> Facts {
        let mut facts = Facts::new(Kind::Llm, "llm.completed", Timestamp(1_760_000_000_000_000), "test");
        facts.provider = Some("openai".into());
        facts.request_model = Some(model.into());
        facts.tokens = Tokens { input: Some(1_000), output: Some(100), cache_read: Some(400), ..Tokens::default() };
        facts
    }

    #[test]
    fn a_call_says_what_it_cost_and_how_that_came_about() {
        let mut facts = call("gpt-4o");
        Prices::default().price(&mut facts);
        // 600 × $2.50 + 400 × $1.25 + 100 × $10, each for a million.
        assert_eq!(facts.cost, Some(Cost { nano_usd: 3_000_000, source: CostSource::Computed }));
        let priced = facts.priced.unwrap();
        assert_eq!(priced.entry, "openai/gpt-4o");
        assert!(priced.book.starts_with("genai-prices"), "{}", priced.book);
        let lines = PriceLine::read(&priced.lines);
        let line = |unit: &str| lines.iter().find(|line| line.unit == unit).unwrap();
        assert_eq!((line("input_tokens").count.as_str(), line("input_tokens").price.as_deref()), ("600", Some("2.5")));
        assert_eq!(line("cache_read_tokens").price.as_deref(), Some("1.25"));
    }

    #[test]
    fn how_a_call_was_made_decides_what_it_costs_and_stands_in_the_working() {
        // The first of November 2026: what calls of certain ways cost is known since October.
        let at = Timestamp(1_793_534_400_000_000);
        // $1.25 for a million tokens in, $0.125 from the cache, $10 out; half of each as flex or in a batch, twice with priority.
        for (told, nano_usd, variant) in [
            (None, 1_800_000, None),
            (Some("default"), 1_800_000, None),
            (Some("no-such-tier"), 1_800_000, None),
            (Some("flex"), 900_000, Some("service_tier=flex")),
            (Some("priority"), 3_600_000, Some("service_tier=priority")),
            (Some("batch"), 900_000, Some("processing=batch")),
        ] {
            let mut facts = Facts { occurred_at: at, terms: Terms::told(told.map(str::to_owned), None, None), ..call("gpt-5") };
            Prices::default().price(&mut facts);
            let priced = facts.priced.unwrap();
            assert_eq!(priced.nano_usd, nano_usd, "{told:?}");
            let lines = PriceLine::read(&priced.lines);
            assert_eq!(lines.len(), 3);
            assert!(lines.iter().all(|line| line.variant.as_deref() == variant), "{lines:?}");
        }
    }

    #[test]
    fn cache_writes_for_an_hour_are_a_line_of_their_own() {
        let mut facts = call("claude-haiku-4-5");
        facts.provider = Some("anthropic".into());
        facts.tokens = Tokens { input: Some(1_000), cache_write: Some(700), ..Tokens::default() };
        facts.terms = Terms::told(None, None, Some(200));
        Prices::default().price(&mut facts);
        // 300 × $1 + 500 × $1.25 + 200 × $2, each for a million.
        let priced = facts.priced.unwrap();
        assert_eq!(priced.nano_usd, 1_325_000);
        let lines = PriceLine::read(&priced.lines);
        let line = |unit: &str| lines.iter().find(|line| line.unit == unit).map(|line| line.count.as_str());
        assert_eq!(
            [line("cache_write_1h_tokens"), line("cache_write_tokens"), line("input_tokens")],
            [Some("200"), Some("500"), Some("300")]
        );
    }

    #[test]
    fn a_call_that_nobody_recorded_has_a_price_too() {
        let at = Timestamp(1_760_000_000_000_000);
        assert_eq!(Prices::default().of_call("gpt-4o", at, 1_000, 100), Some(3_500_000));
        assert_eq!(Prices::default().of_call("no-such-model", at, 1_000, 100), None);
    }

    #[test]
    fn a_computed_cost_has_parts_and_a_reported_one_has_none() {
        let mut facts = call("gpt-4o");
        Prices::default().price(&mut facts);
        assert_eq!(parts(&facts), Some((2_000_000, 1_000_000)));
        facts.cost = Some(Cost { nano_usd: 7, source: CostSource::Reported });
        Prices::default().price(&mut facts);
        assert_eq!(parts(&facts), None);
        assert_eq!(parts(&call("gpt-4o")), None);
    }

    #[test]
    fn what_is_unknown_has_no_price() {
        let prices = Prices::default();
        let mut facts = call("no-such-model");
        prices.price(&mut facts);
        assert_eq!((facts.cost, facts.priced.is_none(), facts.is_unpriced()), (None, true, true));
        let mut facts = Facts { tokens: Tokens::default(), ..call("gpt-4o") };
        prices.price(&mut facts);
        assert_eq!(facts.cost, None, "nothing was counted");
    }

    #[test]
    fn the_clients_word_is_kept_and_a_setting_says_whose_counts() {
        let told = |facts: &mut Facts| facts.cost = Some(Cost { nano_usd: 7, source: CostSource::Reported });
        for (shown, expected) in [(CostShown::Reported, CostSource::Reported), (CostShown::Computed, CostSource::Computed)] {
            let prices = Prices::new(Book::built_in(), shown);
            let mut facts = call("gpt-4o");
            told(&mut facts);
            prices.price(&mut facts);
            let once = facts.clone();
            prices.price(&mut facts);
            assert_eq!(facts, once, "pricing again changes nothing");
            assert_eq!((facts.cost.unwrap().source, facts.told_nano_usd), (expected, Some(7)));
            assert_eq!(facts.priced.unwrap().nano_usd, 3_000_000);
        }
    }
}
