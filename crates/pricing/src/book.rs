//! The price book.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, LazyLock};

use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::clause::{Clause, Pattern};
use crate::price::{self, Conditional, Prices, Variant};

/// Prices of providers' models.
#[derive(Clone, Debug, Deserialize)]
pub struct Book {
    #[serde(flatten)]
    origin: Origin,
    /// A book of one's own has those of the one that is built in.
    #[serde(default)]
    pub(crate) units: BTreeMap<String, Unit>,
    /// The units whose prices stand under a key: an entry has few of them.
    #[serde(skip)]
    pub(crate) units_of: BTreeMap<String, Vec<String>>,
    pub(crate) providers: Vec<Provider>,
}

/// Whose prices they are, and which of theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Origin {
    /// Who made the book.
    #[serde(default = "ones_own")]
    pub source: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
}

fn ones_own() -> String {
    "override".to_owned()
}

/// What is counted and paid for.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Unit {
    /// A price is for so many.
    pub(crate) per: u64,
    pub(crate) price_key: String,
    /// A unit that has all dimensions of another and more is a part of it.
    pub(crate) dimensions: BTreeMap<String, String>,
}

fn units_of(units: &BTreeMap<String, Unit>) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for (name, unit) in units {
        found.entry(unit.price_key.clone()).or_default().push(name.clone());
    }
    found
}

fn check(units: &BTreeMap<String, Unit>, provider: &str, model: &Model) -> Result<(), Unreadable> {
    let named = |key: &str| (provider.to_owned(), model.id.clone(), key.to_owned());
    if model.prices.is_empty() {
        let (provider, model, _) = named("");
        return Err(Unreadable::NoPrices { provider, model });
    }
    let sets = model.prices.iter().map(|set| &set.prices).chain(model.price_variants.iter().map(|variant| &variant.prices));
    let is_known = |key: &&String| units.values().any(|unit| unit.price_key == **key);
    match sets.flat_map(BTreeMap::keys).find(|key| !is_known(key)) {
        Some(key) => {
            let (provider, model, key) = named(key);
            Err(Unreadable::UnknownKey { provider, model, key })
        }
        None => Ok(()),
    }
}

impl Unit {
    /// Whether what is counted in `other` is counted in this one as well.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        self.dimensions.iter().all(|(key, value)| other.dimensions.get(key) == Some(value))
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Provider {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) api_pattern: Option<Pattern>,
    #[serde(default)]
    pub(crate) model_match: Option<Clause>,
    #[serde(default)]
    pub(crate) provider_match: Option<Clause>,
    #[serde(default)]
    pub(crate) fallback_model_providers: Vec<String>,
    pub(crate) models: Vec<Model>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) id: String,
    /// Without one, a model is called what its id is.
    #[serde(rename = "match", default)]
    matches: Option<Clause>,
    #[serde(deserialize_with = "price::sets")]
    pub(crate) prices: Vec<Conditional>,
    #[serde(default)]
    pub(crate) price_variants: Vec<Variant>,
    /// Where its prices are from: the book that it was read in.
    #[serde(skip)]
    pub(crate) origin: Arc<Origin>,
}

impl Model {
    /// A model that is called what its id is.
    pub(crate) fn called(id: &str, prices: Prices, price_variants: Vec<Variant>) -> Self {
        let prices = vec![Conditional { constraint: None, prices }];
        Self { id: id.to_owned(), matches: None, prices, price_variants, origin: Arc::default() }
    }

    /// Whether it is called that, in lower case.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.matches.as_ref().map_or_else(|| self.id.to_lowercase() == name, |clause| clause.accepts(name))
    }
}

/// Why a book cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not such a document.
    #[error("this is no price book: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A model has no prices at all, not even none.
    #[error("the price book lists {model} of {provider} without prices")]
    NoPrices {
        /// Whose.
        provider: String,
        /// Which.
        model: String,
    },
    /// A price is for something that is in no unit's price.
    #[error("the price book has a price of {model} of {provider} for {key}, which nothing is counted by")]
    UnknownKey {
        /// Whose.
        provider: String,
        /// Which.
        model: String,
        /// What for.
        key: String,
    },
}

/// The book that is built in, compressed: it is an eighth of its size then.
static BUILT_IN: &[u8] = include_bytes!("../data/genai-prices-0.2.3.json.gz");

impl Book {
    /// The book that is built in.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BOOK: LazyLock<Book> = LazyLock::new(|| {
            let mut text = Vec::new();
            GzDecoder::new(BUILT_IN).read_to_end(&mut text).expect("what is built in unpacks");
            Book::parse(&text).expect("what is built in is a book")
        });
        &BOOK
    }

    /// Reads a book.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(json: &[u8]) -> Result<Self, Unreadable> {
        let book: Self = serde_json::from_slice(json)?;
        Self::of(book.origin, book.units, book.providers)
    }

    /// A book of these entries. One without units has those of the one that is built in.
    pub(crate) fn of(origin: Origin, mut units: BTreeMap<String, Unit>, mut providers: Vec<Provider>) -> Result<Self, Unreadable> {
        if units.is_empty() {
            units.clone_from(&Self::built_in().units);
        }
        let shared = Arc::new(origin.clone());
        for provider in &mut providers {
            for model in &mut provider.models {
                check(&units, &provider.id, model)?;
                model.origin = shared.clone();
            }
        }
        let units_of = units_of(&units);
        Ok(Self { origin, units, units_of, providers })
    }

    /// This book, with the entries of another in front: they are found first.
    #[must_use]
    pub fn overlaid(mut self, over: Self) -> Self {
        self.units.extend(over.units);
        self.units_of = units_of(&self.units);
        for mut provider in over.providers {
            match self.providers.iter_mut().find(|known| known.id == provider.id) {
                Some(known) => known.models.splice(..0, provider.models.drain(..)).for_each(drop),
                None => self.providers.push(provider),
            }
        }
        self
    }

    /// Where it is from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}
