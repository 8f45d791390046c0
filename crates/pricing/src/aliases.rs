//! What else providers are called: by OpenTelemetry's conventions, by frameworks, by SDKs.

/// Who is meant by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alias<'n> {
    /// The provider that the book calls so.
    Provider(&'static str),
    /// A framework or a machine of one's own: the name says nothing of whose prices count.
    Nobody,
    /// No name that is listed here; perhaps the book knows it.
    Unknown(&'n str),
}

/// A name, or how it begins if it ends with `*`, and who is meant.
const ALIASES: [(&str, &str); 28] = [
    ("aws.bedrock", "aws"),
    ("amazon-bedrock", "aws"),
    ("amazon_bedrock", "aws"),
    ("bedrock", "aws"),
    ("azure.ai.openai", "azure"),
    ("az.ai.openai", "azure"),
    ("azure.ai.inference", "azure"),
    ("az.ai.inference", "azure"),
    ("azure-openai*", "azure"),
    ("azure_openai*", "azure"),
    ("azure.*", "azure"),
    ("gcp.gemini", "google"),
    ("gcp.vertex_ai", "google"),
    ("gcp.gen_ai", "google"),
    ("vertexai", "google"),
    ("vertex_ai", "google"),
    ("google.*", "google"),
    ("google_*", "google"),
    ("mistral_ai", "mistral"),
    ("mistralai", "mistral"),
    ("x_ai", "x-ai"),
    ("xai", "x-ai"),
    ("xai.*", "x-ai"),
    ("moonshot_ai", "moonshotai"),
    ("together_ai", "together"),
    ("langchain", ""),
    ("ollama", ""),
    ("ibm.watsonx.ai", ""),
];

/// Who is meant by a name in lower case. `litellm` is left to the book's own rule, which reads the model's name.
#[must_use]
pub fn of(name: &str) -> Alias<'_> {
    let means = |(alias, _): &&(&str, &str)| alias.strip_suffix('*').map_or_else(|| name == *alias, |start| name.starts_with(start));
    match ALIASES.iter().find(means) {
        Some((_, "")) => Alias::Nobody,
        Some((_, provider)) => Alias::Provider(provider),
        None => Alias::Unknown(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Book;

    #[test]
    fn every_alias_is_of_a_provider_in_the_book() {
        for (alias, provider) in ALIASES {
            assert!(provider.is_empty() || Book::built_in().providers.iter().any(|known| known.id == provider), "{alias}: {provider}");
        }
    }
}
