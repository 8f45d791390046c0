//! The price book.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::clause::{Clause, Pattern};
use crate::price::{self, Conditional, Variant};

/// Prices of providers' models.
#[derive(Debug, Deserialize)]
pub struct Book {
    source: String,
    version: String,
    pub(crate) units: BTreeMap<String, Unit>,
    pub(crate) providers: Vec<Provider>,
}

/// What is counted and paid for.
#[derive(Debug, Deserialize)]
pub(crate) struct Unit {
    /// A price is for so many.
    pub(crate) per: u64,
    pub(crate) price_key: String,
    /// A unit that has all dimensions of another and more is a part of it.
    pub(crate) dimensions: BTreeMap<String, String>,
}

impl Unit {
    /// Whether what is counted in `other` is counted in this one as well.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        self.dimensions.iter().all(|(key, value)| other.dimensions.get(key) == Some(value))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(crate) api_pattern: Pattern,
    #[serde(default)]
    pub(crate) model_match: Option<Clause>,
    #[serde(default)]
    pub(crate) provider_match: Option<Clause>,
    #[serde(default)]
    pub(crate) fallback_model_providers: Vec<String>,
    pub(crate) models: Vec<Model>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) id: String,
    #[serde(rename = "match")]
    pub(crate) matches: Clause,
    #[serde(deserialize_with = "price::sets")]
    pub(crate) prices: Vec<Conditional>,
    #[serde(default)]
    pub(crate) price_variants: Vec<Variant>,
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
        for provider in &book.providers {
            if let Some(model) = provider.models.iter().find(|model| model.prices.is_empty()) {
                return Err(Unreadable::NoPrices { provider: provider.id.clone(), model: model.id.clone() });
            }
        }
        Ok(book)
    }

    /// Who made it.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}
