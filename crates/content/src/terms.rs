//! How calls are made, as far as that decides what they cost.

/// The longest word for a tier. Providers' have a dozen letters.
const WORD_BYTES_MAX: usize = 40;

/// The word for a service tier, or for a speed, that price books know: `default`, `standard`, `flex`, `priority`, `batch`, `fast`, … `None`
/// for what leaves the choice to the provider, and for what is no word. Vertex says of its traffic that it is on demand, and how.
#[must_use]
pub fn service_tier(told: &str) -> Option<String> {
    let told = told.trim();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if told.len() > WORD_BYTES_MAX || !told.bytes().all(is_word) {
        return None;
    }
    let told = told.to_ascii_lowercase();
    let word = told.strip_prefix("on_demand_").unwrap_or(&told);
    let says_nothing = word.is_empty() || word == "auto" || word.ends_with("unspecified");
    (!says_nothing).then(|| word.to_owned())
}

/// Tokens written to a cache, and those of them that it keeps for an hour, by what a call says of all and of each lifetime. All include
/// both lifetimes; where a call says only these, or 0 of all, they are added up. Lifetimes that come to more than all are not believed.
#[must_use]
pub fn cache_writes(all: Option<u64>, short: Option<u64>, long: Option<u64>) -> (Option<u64>, Option<u64>) {
    let each = match (short, long) {
        (None, None) => return (all, None),
        (short, long) => short.unwrap_or(0).checked_add(long.unwrap_or(0)),
    };
    match all.filter(|all| *all > 0) {
        None => (each.or(all), long.filter(|_| each.is_some())),
        Some(all) => (Some(all), long.filter(|_| each.is_some_and(|each| each <= all))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_words_that_price_books_know() {
        for (told, expected) in [
            ("flex", Some("flex")),
            (" Priority ", Some("priority")),
            ("batch", Some("batch")),
            ("ON_DEMAND_FLEX", Some("flex")),
            ("ON_DEMAND", Some("on_demand")),
            ("standard_only", Some("standard_only")),
            ("auto", None),
            ("TRAFFIC_TYPE_UNSPECIFIED", None),
            ("", None),
            ("two words", None),
            ("a\nb", None),
            ("{\"type\":\"flex\"}", None),
        ] {
            assert_eq!(service_tier(told).as_deref(), expected, "{told:?}");
        }
        assert_eq!(service_tier(&"x".repeat(41)), None);
    }

    #[test]
    fn lifetimes_are_parts_of_all_cache_writes() {
        for (told, expected) in [
            ([None, None, None], (None, None)),
            ([Some(9), None, None], (Some(9), None)),
            ([Some(9), Some(5), Some(4)], (Some(9), Some(4))),
            ([Some(9), None, Some(4)], (Some(9), Some(4))),
            ([None, Some(5), Some(4)], (Some(9), Some(4))),
            ([Some(0), Some(5), Some(4)], (Some(9), Some(4))),
            ([None, None, Some(4)], (Some(4), Some(4))),
            ([None, Some(5), None], (Some(5), None)),
            ([Some(0), Some(0), Some(0)], (Some(0), Some(0))),
            ([Some(9), Some(9), Some(9)], (Some(9), None)),
            ([Some(9), None, Some(10)], (Some(9), None)),
            ([None, Some(u64::MAX), Some(1)], (None, None)),
        ] {
            let [all, short, long] = told;
            assert_eq!(cache_writes(all, short, long), expected, "{told:?}");
        }
    }
}
