//! Whose price of which model counts.
//!
//! [`Book::find`] is the book's own rule, word for word. [`Book::find_called`] is for names as clients send them: it knows what else providers
//! are called, and where nobody says whose a model is, asks those who made their models themselves.

use crate::aliases::{self, Alias};
use crate::book::{Book, Model, Origin, Provider};
use crate::working::Unpriced;

/// Providers that are asked for a model in this order when nobody says whose it is. None lends another's prices then: whoever sells
/// somebody else's models at prices of its own would be priced by the wrong list.
const ASKED: [&str; 13] = [
    "openai",
    "anthropic",
    "google",
    "mistral",
    "cohere",
    "deepseek",
    "x-ai",
    "perplexity",
    "moonshotai",
    "groq",
    "aws",
    "azure",
    "voyageai",
];

/// An entry of the book.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'b> {
    pub(crate) provider: &'b Provider,
    pub(crate) model: &'b Model,
    /// The price is another provider's, who makes the model.
    pub(crate) is_lent: bool,
}

impl<'b> Entry<'b> {
    /// The provider that was paid.
    #[must_use]
    pub fn provider(&self) -> &'b str {
        &self.provider.id
    }

    /// Where its price is from.
    #[must_use]
    pub fn origin(&self) -> &'b Origin {
        &self.model.origin
    }

    /// The model as the book calls it.
    #[must_use]
    pub fn model(&self) -> &'b str {
        &self.model.id
    }
}

impl Book {
    /// Every model of every provider, in the order of the book.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let of = |provider| move |model| Entry { provider, model, is_lent: false };
        self.providers.iter().flat_map(move |provider| provider.models.iter().map(of(provider)))
    }

    /// Whether there is a unit of that name.
    #[must_use]
    pub fn has_unit(&self, name: &str) -> bool {
        self.units.contains_key(name)
    }

    /// The entry of a model, by the book's own rule. The provider is known by its name, else by the address that was called, else by the
    /// model.
    ///
    /// # Errors
    /// `NoProvider`, `NoModel`.
    pub fn find(&self, provider: Option<&str>, address: Option<&str>, model: &str) -> Result<Entry<'_>, Unpriced> {
        let (mut provider, mut model) = (provider.map(|name| name.trim().to_lowercase()), model.to_lowercase());
        if provider.as_deref() == Some("litellm") {
            provider = None;
            if let Some((maker, rest)) = model.split_once('/')
                && self.provider(maker).is_some()
            {
                (provider, model) = (Some(maker.to_owned()), rest.to_owned());
            }
        }
        let found = match (&provider, address) {
            (Some(name), _) => self.provider(name),
            (None, Some(address)) => {
                self.providers.iter().find(|provider| provider.api_pattern.as_ref().is_some_and(|pattern| pattern.begins(address)))
            }
            (None, None) => {
                let claims = |provider: &&Provider| provider.model_match.as_ref().is_some_and(|clause| clause.accepts(&model));
                self.providers.iter().find(claims)
            }
        };
        let provider = found.ok_or(Unpriced::NoProvider)?;
        self.model_of(provider, &model, true).ok_or_else(|| Unpriced::NoModel { provider: provider.id.clone() })
    }

    /// The entry of a model under a name that clients use for its provider, or without one.
    ///
    /// # Errors
    /// `NoProvider`, `NoModel`.
    pub fn find_called(&self, provider: Option<&str>, address: Option<&str>, model: &str) -> Result<Entry<'_>, Unpriced> {
        let name = provider.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
        match name.as_deref().map(aliases::of) {
            Some(Alias::Provider(id)) => self.find(Some(id), address, model),
            Some(Alias::Unknown(name)) => {
                let short = name.split('.').next().unwrap_or(name);
                self.find(Some(name), address, model).or_else(|error| match error {
                    Unpriced::NoProvider => self.find(Some(short), address, model),
                    other => Err(other),
                })
            }
            Some(Alias::Nobody) | None => self.find(None, address, model).or_else(|error| self.ask(model).ok_or(error)),
        }
    }

    fn ask(&self, model: &str) -> Option<Entry<'_>> {
        let model = model.to_lowercase();
        let mut asked = ASKED.iter().filter_map(|id| self.providers.iter().find(|provider| provider.id == *id));
        asked.find_map(|provider| self.model_of(provider, &model, false))
    }

    fn provider(&self, name: &str) -> Option<&Provider> {
        let accepts = |provider: &&Provider| provider.provider_match.as_ref().is_some_and(|clause| clause.accepts(name));
        self.providers.iter().find(|provider| provider.id == name).or_else(|| self.providers.iter().find(accepts))
    }

    fn model_of<'b>(&'b self, provider: &'b Provider, model: &str, lending: bool) -> Option<Entry<'b>> {
        let find = |name: &str| {
            let own = provider.models.iter().find(|model| model.is_called(name)).map(|model| (model, false));
            own.or_else(|| if lending { self.lent(provider, name).map(|model| (model, true)) } else { None })
        };
        let found = find(model).or_else(|| dashed(model).and_then(|dashed| find(&dashed)));
        found.map(|(model, is_lent)| Entry { provider, model, is_lent })
    }

    /// One step only: who lends has no prices of others.
    fn lent(&self, provider: &Provider, name: &str) -> Option<&Model> {
        let mut lenders = provider.fallback_model_providers.iter().filter_map(|id| self.providers.iter().find(|lender| lender.id == *id));
        lenders.find_map(|lender| lender.models.iter().find(|model| model.is_called(name)))
    }
}

/// A name with its compact dates written with dashes, `-20251211` as `-2025-12-11`; `None` where there are none.
fn dashed(name: &str) -> Option<String> {
    let (mut dashed, mut rest, mut found) = (String::with_capacity(name.len() + 2), name, false);
    while let Some(at) = rest.find("-20") {
        let (before, candidate) = rest.split_at(at + 1);
        dashed.push_str(before);
        let date = candidate.get(..8).filter(|_| matches!(candidate.as_bytes().get(8), None | Some(b'-' | b':'))).and_then(date);
        match date {
            Some(date) => {
                dashed.push_str(&date);
                rest = &candidate[8..];
                found = true;
            }
            None => rest = candidate,
        }
    }
    dashed.push_str(rest);
    found.then_some(dashed)
}

/// Eight digits that are a day.
fn date(digits: &str) -> Option<String> {
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..8)?);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(format!("{year}-{month}-{day}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_dates_are_written_with_dashes_if_they_are_days() {
        for (name, expected) in [
            ("gpt-5.2-20251211", Some("gpt-5.2-2025-12-11")),
            ("claude-20240229-v1:20240307", Some("claude-2024-02-29-v1:20240307")),
            ("a-20240229:b", Some("a-2024-02-29:b")),
            ("a-20250229", None),
            ("a-2025121", None),
            ("a-202512111", None),
            ("a-2025é211", None),
            ("20251211", None),
            ("a-20-20251211-20260101", Some("a-20-2025-12-11-2026-01-01")),
        ] {
            assert_eq!(dashed(name).as_deref(), expected, "{name}");
        }
    }

    fn found(provider: Option<&str>, model: &str) -> Option<(&'static str, &'static str)> {
        let entry = Book::built_in().find_called(provider, None, model).ok()?;
        Some((entry.provider(), entry.model()))
    }

    #[test]
    fn providers_are_known_by_what_clients_call_them() {
        for (name, model, provider) in [
            ("azure.ai.openai", "gpt-4o", "azure"),
            ("azure.chat", "gpt-4o", "azure"),
            ("gcp.gen_ai", "gemini-2.5-pro", "google"),
            ("google.generative-ai", "gemini-2.5-pro", "google"),
            ("gcp.vertex_ai", "gemini-2.5-pro", "google"),
            ("x_ai", "grok-4", "x-ai"),
            ("xai.chat", "grok-4", "x-ai"),
            ("mistral_ai", "mistral-large-latest", "mistral"),
            ("openai.responses", "gpt-4o", "openai"),
            (" OpenAI ", "GPT-4o", "openai"),
            ("anthropic.messages", "claude-sonnet-4-5", "anthropic"),
        ] {
            assert_eq!(found(Some(name), model).map(|(provider, _)| provider), Some(provider), "{name}");
        }
    }

    #[test]
    fn who_names_nobody_still_gets_the_maker_of_the_model() {
        for provider in [None, Some(""), Some("langchain"), Some("ollama"), Some("litellm")] {
            assert_eq!(found(provider, "gpt-4o"), Some(("openai", "gpt-4o")), "{provider:?}");
        }
        assert_eq!(found(None, "llama-3.3-70b-versatile").map(|(provider, _)| provider), Some("groq"));
        assert_eq!(found(Some("litellm"), "anthropic/claude-sonnet-4-5").map(|(provider, _)| provider), Some("anthropic"));
        assert_eq!(found(None, "no-such-model-at-all"), None);
        assert_eq!(found(Some("no-such-provider"), "gpt-4o"), None, "a provider that was named and is unknown is nobody else");
    }
}
