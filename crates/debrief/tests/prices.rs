//! `debrief prices`, as somebody types it.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use serde_json::{Value, json};
use support::server::{Ended, run};

fn prices(arguments: &[&str]) -> Ended {
    run(["prices"].into_iter().chain(arguments.iter().copied()))
}

#[test]
fn explain_shows_the_working_to_the_last_digit() {
    let at = ["--at", "2026-11-01T12:00:00Z"];
    let call = ["explain", "claude-opus-4-6", "--input", "3000", "--cache-read", "1000", "--cache-write", "1500", "--output", "10"];
    let ended = prices(&[&call[..], &at].concat());
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.out.contains("claude-opus-4-6 of anthropic; price of genai-prices 0.2.3"), "{}", ended.out);
    assert!(ended.out.lines().any(|line| line.trim_start().starts_with("total") && line.contains("$0.012625")), "{}", ended.out);

    for batch in [["--with", "processing=batch"], ["--processing", "batch"]] {
        let ended = prices(&[&call[..], &at, &batch].concat());
        assert!(ended.out.contains("$2.5 (processing=batch)"), "{}", ended.out);
    }
    let ended = prices(&[&call[..], &at, &["--with", "processing=batch", "--json"]].concat());
    let working: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(working["total"], "0.0063125", "half of it");
    assert_eq!(
        working["lines"][2],
        json!({"unit": "input_tokens", "count": "500", "price": "2.5", "per": 1_000_000, "tierStart": null, "variant": "processing=batch", "amount": "0.00125"})
    );
    assert_eq!((&working["matchedModel"], &working["currency"]), (&json!("claude-opus-4-6"), &json!("USD")));
}

#[test]
fn explain_takes_tiers_and_lifetimes_of_cache_writes() {
    let total = |arguments: &[&str]| {
        let ended = prices(&[arguments, &["--at", "2026-11-01T12:00:00Z", "--json"]].concat());
        serde_json::from_str::<Value>(&ended.out).expect("JSON")["total"].as_str().map(str::to_owned)
    };
    let call = ["explain", "gpt-5", "--input", "1000000"];
    for (told, expected) in [(&[][..], "1.25"), (&["--service-tier", "flex"], "0.625"), (&["--service-tier", "priority"], "2.5")] {
        assert_eq!(total(&[&call[..], told].concat()).as_deref(), Some(expected), "{told:?}");
    }
    let call = ["explain", "claude-haiku-4-5", "--input", "1000000", "--cache-write", "700000"];
    assert_eq!(total(&call).as_deref(), Some("1.175"));
    assert_eq!(total(&[&call[..], &["--cache-write-1h", "200000"]].concat()).as_deref(), Some("1.325"));
    assert_eq!(total(&[&call[..], &["--cache-write-1h", "200000", "--processing", "batch"]].concat()).as_deref(), Some("0.6625"));
}

#[test]
fn what_has_no_price_is_said_in_one_sentence() {
    for (arguments, says) in [
        (&["explain", "no-such-model"][..], "'no-such-model' has no price: no provider is known by that name, address or model"),
        (&["explain", "gpt-4o", "--provider", "nobody"], "'gpt-4o' has no price: no provider is known by that name, address or model"),
        (&["explain", "gpt-4o", "--input", "5", "--cache-read", "6"], "'gpt-4o' has no price: more cache_read_tokens than input_tokens"),
        (&["explain", "gpt-4o", "--provider", "github-copilot", "--input", "5"], "has no price of it for input_tokens"),
        (&["explain", "gpt-4o", "--unit", "bananas=4"], "the price book has no unit 'bananas'"),
        (&["explain", "gpt-4o", "--unit", "input_audio_tokens=-4"], "input_audio_tokens cannot be less than 0"),
        (&["list", "no such thing"], "no model or provider in the price book has 'no such thing' in its name"),
    ] {
        let ended = prices(arguments);
        assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {ended:?}");
        assert!(ended.err.starts_with("debrief: ") && ended.err.contains(says) && ended.err.trim().lines().count() == 1, "{ended:?}");
        assert!(ended.out.is_empty(), "{ended:?}");
    }
    for arguments in
        [&["explain"][..], &["explain", "m", "--unit", "x"], &["explain", "m", "--input", "-1"], &["explain", "m", "--at", "noon"], &[]]
    {
        assert_eq!(prices(arguments).status.code(), Some(2), "{arguments:?} is a usage error");
    }
}

#[test]
fn ones_own_prices_come_first() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prices.json");
    let path = file.to_str().unwrap();
    std::fs::write(&file, r#"{"providers": [{"id": "openai", "models": [{"id": "gpt-4o", "prices": {"input_mtok": 2}}]}]}"#).unwrap();
    let ended = prices(&["explain", "gpt-4o", "--input", "1000000", "--prices", path]);
    assert!(ended.out.contains("price of override") && ended.out.contains("$2 ") && ended.status.success(), "{ended:?}");
    std::fs::write(&file, r#"{"gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 3e-06}}"#).unwrap();
    let ended = prices(&["explain", "gpt-4o", "--input", "1000000", "--json", "--prices", path]);
    let working: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&working["total"], &working["priceSource"]), (&json!("3"), &json!("litellm")));
    for (text, says) in [
        ("{", "this is no price book"),
        (r#"{"providers": [{"id": "a", "models": [{"id": "b", "prices": {"c": 1}}]}]}"#, "a price of b of a for c"),
    ] {
        std::fs::write(&file, text).unwrap();
        let ended = prices(&["list", "--prices", path]);
        assert_eq!(ended.status.code(), Some(1));
        assert!(ended.err.contains(says) && ended.err.contains(path), "{ended:?}");
    }
    assert!(prices(&["list", "--prices", "/no/such/file"]).err.contains("cannot read the prices in /no/such/file"));
}

#[test]
fn list_finds_models_and_has_every_unit_in_json() {
    let ended = prices(&["list", "CLAUDE-OPUS-4-6"]);
    assert!(ended.out.contains("PROVIDER") && ended.out.lines().any(|line| line.contains("anthropic") && line.contains("claude-opus-4-6")));
    let ended = prices(&["list", "--json"]);
    let book: Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!(book["models"].as_array().expect("models").len(), 2_330);
    assert_eq!(book["models"][0]["priceVersion"], "0.2.3");
    let tiered = |model: &Value| model["prices"].as_array().is_some_and(|prices| prices.iter().any(|price| price["tiers"] != json!([])));
    assert!(book["models"].as_array().expect("models").iter().any(tiered));
}
