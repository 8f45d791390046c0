//! Reading the price list that LiteLLM publishes (`model_prices_and_context_window.json`): one object a model, prices for single tokens,
//! and whatever a price depends on at the end of its name.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::aliases::{self, Alias};
use crate::book::{Book, Model, Origin, Provider, Unreadable};
use crate::price::{self, Price, Prices, Tier, Variant};

/// What a price is called there for one, and here for a million.
const PRICES: [(&str, &str); 7] = [
    ("input_cost_per_token", "input_mtok"),
    ("output_cost_per_token", "output_mtok"),
    ("cache_read_input_token_cost", "cache_read_mtok"),
    ("cache_creation_input_token_cost", "cache_write_mtok"),
    ("cache_creation_input_token_cost_above_1hr", "cache_write_1h_mtok"),
    ("input_cost_per_audio_token", "input_audio_mtok"),
    ("output_cost_per_audio_token", "output_audio_mtok"),
];

/// How a call was made, as the end of a price's name says it.
const WAYS: [(&str, (&str, &str)); 3] =
    [("_batches", ("processing", "batch")), ("_priority", ("service_tier", "priority")), ("_flex", ("service_tier", "flex"))];

/// An entry that explains the others.
const EXPLANATION: &str = "sample_spec";

/// What else providers are called there.
const PROVIDERS: [(&str, &str); 4] = [("vertex_ai", "google"), ("gemini", "google"), ("bedrock", "aws"), ("fireworks_ai", "fireworks")];

impl Book {
    /// Reads LiteLLM's list. Models without a price for tokens are left out.
    ///
    /// # Errors
    /// When it is none.
    pub fn import_litellm(json: &[u8]) -> Result<Self, Unreadable> {
        let listed: BTreeMap<String, BTreeMap<String, Box<RawValue>>> = serde_json::from_slice(json)?;
        let mut providers = BTreeMap::<String, Vec<Model>>::new();
        for (name, fields) in &listed {
            let Some(provider) = fields.get("litellm_provider").and_then(|raw| serde_json::from_str::<String>(raw.get()).ok()) else {
                continue;
            };
            let (prices, variants) = read(fields);
            if name != EXPLANATION && !prices.is_empty() {
                // `azure/gpt-4o` is what azure calls gpt-4o.
                let id = name.strip_prefix(&format!("{provider}/")).unwrap_or(name);
                providers.entry(known_as(&provider)).or_default().push(Model::called(id, prices, variants));
            }
        }
        let provider = |(id, models)| Provider {
            id,
            api_pattern: None,
            model_match: None,
            provider_match: None,
            fallback_model_providers: Vec::new(),
            models,
        };
        let origin = Origin { source: "litellm".to_owned(), version: String::new() };
        Self::of(origin, BTreeMap::new(), providers.into_iter().map(provider).collect())
    }

    /// Reads a book of either kind: ours has a list of providers.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse_any(json: &[u8]) -> Result<Self, Unreadable> {
        #[derive(Deserialize)]
        struct Ours {
            #[serde(default)]
            providers: Option<serde::de::IgnoredAny>,
        }
        let ours: Ours = serde_json::from_slice(json)?;
        if ours.providers.is_some() { Self::parse(json) } else { Self::import_litellm(json) }
    }
}

fn known_as(provider: &str) -> String {
    let provider = provider.to_lowercase();
    // `vertex_ai-language-models`, `bedrock_converse`: whose they are, and what sort.
    let is_meant = |name: &str| provider.strip_prefix(name).is_some_and(|sort| sort.is_empty() || sort.starts_with(['-', '_']));
    let meant = PROVIDERS.iter().find(|(name, _)| is_meant(name)).map(|(_, id)| (*id).to_owned());
    meant.unwrap_or_else(|| match aliases::of(&provider) {
        Alias::Provider(id) => id.to_owned(),
        Alias::Nobody | Alias::Unknown(_) => provider.clone(),
    })
}

/// The prices of an entry, and those for calls made in a certain way.
fn read(fields: &BTreeMap<String, Box<RawValue>>) -> (Prices, Vec<Variant>) {
    let plain = with_ending(fields, "");
    let variants = WAYS.iter().filter_map(|(ending, (key, value))| {
        let prices = with_ending(fields, ending);
        let when = BTreeMap::from([((*key).to_owned(), (*value).to_owned())]);
        (!prices.is_empty()).then_some(Variant { when, constraint: None, prices })
    });
    (plain, variants.collect())
}

fn with_ending(fields: &BTreeMap<String, Box<RawValue>>, ending: &str) -> Prices {
    let each = PRICES.iter().filter_map(|(theirs, ours)| {
        let base = a_million(fields.get(&format!("{theirs}{ending}"))?)?;
        let mut tiers: Vec<Tier> = fields.iter().filter_map(|(name, raw)| tier(name, theirs, ending, raw)).collect();
        tiers.sort_by_key(|tier| tier.start);
        Some(((*ours).to_owned(), Price { base, tiers }))
    });
    each.collect()
}

/// `input_cost_per_token_above_200k_tokens`: what a token costs in calls of more than that.
fn tier(name: &str, price: &str, ending: &str, raw: &RawValue) -> Option<Tier> {
    let thousands = name.strip_prefix(price)?.strip_suffix(ending)?.strip_prefix("_above_")?.strip_suffix("k_tokens")?;
    Some(Tier { start: thousands.parse::<u64>().ok()?.checked_mul(1_000)?, price: a_million(raw)? })
}

/// The price of a million, from that of one. What is no price is none.
fn a_million(raw: &RawValue) -> Option<Decimal> {
    price::exactly(raw.get()).ok()?.checked_mul(Decimal::from(1_000_000)).map(|price| price.normalize())
}
