//! The rules of a book, one by one, on a book made for them.

use std::collections::BTreeMap;

use debrief_model::Timestamp;
use debrief_pricing::{Book, Call, Priced, Unpriced, Usage};
use rust_decimal::Decimal;

const BOOK: &str = r#"{"source": "made up", "version": "1",
 "units": {
  "input_tokens": {"per": 1000000, "price_key": "in", "dimensions": {"family": "tokens", "direction": "input"}},
  "cache_read_tokens": {"per": 1000000, "price_key": "read", "dimensions": {"family": "tokens", "direction": "input", "type": "read"}},
  "input_audio_tokens": {"per": 1000000, "price_key": "audio", "dimensions": {"family": "tokens", "direction": "input", "kind": "audio"}},
  "output_tokens": {"per": 1000000, "price_key": "out", "dimensions": {"family": "tokens", "direction": "output"}},
  "audio_seconds": {"per": 3600, "price_key": "hours", "dimensions": {"family": "seconds"}},
  "requests": {"per": 1000, "price_key": "kcount", "dimensions": {"family": "requests"}}},
 "providers": [
  {"id": "maker", "api_pattern": "https://api\\.maker\\.example", "provider_match": {"contains": "maker"}, "model_match": {"starts_with": "m-"},
   "models": [
    {"id": "m-plain", "match": {"equals": "M-Plain"}, "prices": {"in": 0.1, "out": 1.875, "kcount": 30}},
    {"id": "m-cached", "match": {"or": [{"equals": "m-cached"}, {"regex": "^m-cached-(?!old)"}]}, "prices": {"in": 10, "read": 1, "audio": 40}},
    {"id": "m-tiered", "match": {"equals": "m-tiered"}, "prices": {"in": {"base": 1, "tiers": [{"start": 400, "price": 4}, {"start": 200, "price": 2}]},
      "out": {"base": 5, "tiers": [{"start": 200, "price": 7}]}}},
    {"id": "m-dated", "match": {"equals": "m-dated-2026-02-03"}, "prices": [{"prices": {"in": 3}},
      {"constraint": {"start_date": "2026-03-01"}, "prices": {"in": 2}},
      {"constraint": {"start_time": "22:00:00Z", "end_time": "02:00:00+00:00"}, "prices": {"in": 1}}],
     "price_variants": [{"when": {"processing": "batch"}, "constraint": {"start_date": "2026-03-01"}, "prices": {"in": 0.5}},
      {"when": {"processing": "batch", "route": "eu"}, "prices": {"in": 9}}]},
    {"id": "m-subscribed", "match": {"equals": "m-subscribed"}, "prices": {}}]},
  {"id": "seller", "api_pattern": "https://seller", "fallback_model_providers": ["maker"],
   "models": [{"id": "s-own", "match": {"and": [{"starts_with": "s-"}, {"ends_with": "own"}]}, "prices": {"in": 1}}]},
  {"id": "groq", "api_pattern": "https://groq",
   "models": [{"id": "whisper-large-v3", "match": {"equals": "whisper-large-v3"}, "prices": {"hours": 0.36}}]}]}"#;

fn price_at(time: &str, provider: &str, model: &str, context: &[(&str, &str)], usage: &[(&str, &str)]) -> Result<Priced, Unpriced> {
    let book = Book::parse(BOOK.as_bytes()).expect("a book");
    let entry = book.find(Some(provider), None, model)?;
    let time: jiff::Timestamp = time.parse().expect("a time");
    let context: BTreeMap<_, _> = context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let usage: Usage = usage.iter().map(|(unit, count)| ((*unit).to_owned().into(), count.parse().expect("a number"))).collect();
    book.price(&entry, &Call { at: Timestamp(time.as_microsecond()), context: &context, usage: &usage })
}

fn total(model: &str, usage: &[(&str, &str)]) -> String {
    price_at("2026-01-01T12:00:00Z", "maker", model, &[], usage).expect("a price").total.normalize().to_string()
}

#[test]
fn amounts_are_exact_and_a_request_counts_once() {
    // As floats, three tenths would be 0.30000000000000004.
    assert_eq!(total("m-plain", &[("input_tokens", "3000000")]), "0.33");
    assert_eq!(total("m-plain", &[("output_tokens", "1")]), "0.030001875");
    assert_eq!(total("m-plain", &[]), "0.03");
}

#[test]
fn a_part_with_a_price_of_its_own_is_not_paid_for_twice_and_one_without_stays_in_the_whole() {
    let used = [("input_tokens", "100"), ("cache_read_tokens", "60"), ("input_audio_tokens", "10")];
    let priced = price_at("2026-01-01T12:00:00Z", "maker", "m-cached", &[], &used).expect("a price");
    let lines: Vec<_> =
        priced.lines.iter().map(|line| (line.unit.as_str(), line.count.to_string(), line.amount.normalize().to_string())).collect();
    let expected = [("cache_read_tokens", "60", "0.00006"), ("input_audio_tokens", "10", "0.0004"), ("input_tokens", "30", "0.0003")];
    assert_eq!(lines, expected.map(|(unit, count, amount)| (unit, count.to_owned(), amount.to_owned())));
    assert_eq!(priced.total.normalize().to_string(), "0.00076");
    assert_eq!(total("m-plain", &used), "0.03001", "all hundred of them, as input");
    let wrong = price_at("2026-01-01T12:00:00Z", "maker", "m-cached", &[], &[("input_tokens", "5"), ("cache_read_tokens", "6")]);
    let contradiction = Unpriced::Contradiction { part: "cache_read_tokens".into(), whole: "input_tokens".into() };
    assert_eq!(wrong, Err(contradiction), "never a line below zero");
}

#[test]
fn a_tier_prices_the_whole_call_from_beyond_its_start() {
    for (input, output, expected, tier) in
        [("200", "0", "0.0002", None), ("201", "10", "0.000472", Some(200)), ("401", "10", "0.001674", Some(400))]
    {
        let priced = price_at("2026-01-01T12:00:00Z", "maker", "m-tiered", &[], &[("input_tokens", input), ("output_tokens", output)]);
        let priced = priced.expect("a price");
        assert_eq!((priced.total.normalize().to_string().as_str(), priced.lines[0].tier), (expected, tier), "{input}");
    }
}

#[test]
fn the_last_price_that_holds_counts_and_variants_hold_by_themselves() {
    let one = [("input_tokens", "1000000")];
    for (time, context, expected) in [
        ("2026-02-28T21:59:59Z", &[][..], "3"),
        ("2026-03-01T00:00:00Z", &[], "1"),
        ("2026-03-01T02:00:00Z", &[], "2"),
        ("2026-02-01T22:00:00Z", &[], "1"),
        ("2026-02-28T12:00:00Z", &[("processing", "batch")], "3"),
        ("2026-03-02T12:00:00Z", &[("processing", "batch")], "0.5"),
        ("2026-03-02T12:00:00Z", &[("processing", "Batch")], "2"),
        ("2026-03-02T12:00:00Z", &[("processing", "batch"), ("route", "eu")], "0.5"),
        ("2026-02-28T12:00:00Z", &[("processing", "batch"), ("route", "eu")], "9"),
    ] {
        let priced = price_at(time, "maker", "m-dated-20260203", context, &one).expect("a price");
        assert_eq!(priced.total.normalize().to_string(), expected, "{time} {context:?}");
    }
}

#[test]
fn a_line_names_the_variant_that_its_price_is_of() {
    for (context, expected) in [
        (&[][..], None),
        (&[("processing", "batch")], Some("processing=batch")),
        (&[("service_tier", "flex")], None),
        (&[("processing", "batch"), ("route", "eu")], Some("processing=batch")),
    ] {
        let priced = price_at("2026-03-02T12:00:00Z", "maker", "m-dated-20260203", context, &[("input_tokens", "1")]).expect("a price");
        assert_eq!(priced.lines[0].variant.as_deref(), expected, "{context:?}");
    }
    let eu = [("processing", "batch"), ("route", "eu")];
    let priced = price_at("2026-02-28T12:00:00Z", "maker", "m-dated-20260203", &eu, &[("input_tokens", "1")]).expect("a price");
    assert_eq!(priced.lines[0].variant.as_deref(), Some("processing=batch,route=eu"));
}

fn priced_by_the_book(model: &str, context: &[(&str, &str)], usage: &[(&str, u64)]) -> Vec<(String, String, Option<String>)> {
    let book = Book::built_in();
    let context: BTreeMap<_, _> = context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let usage: Usage = usage.iter().map(|(unit, count)| ((*unit).to_owned().into(), Decimal::from(*count))).collect();
    let entry = book.find(None, None, model).expect("an entry");
    let at = Timestamp("2026-11-01T12:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_microsecond());
    let priced = book.price(&entry, &Call { at, context: &context, usage: &usage }).expect("a price");
    let lines = priced.lines.iter().map(|line| (line.unit.clone(), line.amount.normalize().to_string(), line.variant.clone()));
    lines.collect()
}

#[test]
fn cache_writes_for_an_hour_have_their_own_price_in_every_way_of_calling() {
    let usage = [("input_tokens", 1_000_000), ("cache_write_tokens", 700_000), ("cache_write_1h_tokens", 200_000)];
    let line = |unit: &str, amount: &str, variant: Option<&str>| (unit.to_owned(), amount.to_owned(), variant.map(str::to_owned));
    // Haiku 4.5: $1 input, $1.25 written for five minutes, $2 for an hour; half of each in a batch.
    let ordinary =
        [line("cache_write_1h_tokens", "0.4", None), line("cache_write_tokens", "0.625", None), line("input_tokens", "0.3", None)];
    assert_eq!(priced_by_the_book("claude-haiku-4-5", &[], &usage), ordinary);
    // A tier that the book has no prices of is priced as any call.
    assert_eq!(priced_by_the_book("claude-haiku-4-5", &[("service_tier", "priority")], &usage), ordinary);
    let batch = Some("processing=batch");
    let half =
        [line("cache_write_1h_tokens", "0.2", batch), line("cache_write_tokens", "0.3125", batch), line("input_tokens", "0.15", batch)];
    assert_eq!(priced_by_the_book("claude-haiku-4-5", &[("processing", "batch")], &usage), half);
    // Who sells no hours writes at the price of any write, or of input.
    let unsold = priced_by_the_book("gpt-4o", &[("service_tier", "flex")], &usage);
    assert_eq!(unsold, [line("input_tokens", "2.5", None)]);
}

#[test]
fn who_sells_another_makers_model_sells_it_at_the_list_price_and_without_the_terms() {
    let one = [("input_tokens", "1000000")];
    let lent = price_at("2026-03-02T12:00:00Z", "seller", "m-dated-2026-02-03", &[("processing", "batch")], &one).expect("a price");
    assert_eq!(lent.total.normalize().to_string(), "2");
    let book = Book::parse(BOOK.as_bytes()).expect("a book");
    let entry = book.find(None, Some("https://seller/v1"), "m-plain").expect("an entry");
    assert_eq!((entry.provider(), entry.model()), ("seller", "m-plain"));
    assert_eq!(book.find(None, None, "m-cached-new").expect("an entry").provider(), "maker");
    assert_eq!(book.find(Some("seller"), None, "m-cached-old").err(), Some(Unpriced::NoModel { provider: "seller".into() }));
    assert_eq!(book.find(None, Some("http://x?https://seller"), "m-plain").err(), Some(Unpriced::NoProvider), "only from its beginning on");
}

#[test]
fn what_has_no_price_is_not_free() {
    for (used, amount) in [("5", None), ("0", Some(Decimal::ZERO))] {
        let priced = price_at("2026-01-01T12:00:00Z", "maker", "m-subscribed", &[], &[("input_tokens", used)]).expect("an answer");
        assert_eq!((priced.amount(), priced.total), (amount, Decimal::ZERO), "{used}");
    }
    let priced = price_at("2026-01-01T12:00:00Z", "maker", "m-cached", &[], &[("input_tokens", "5"), ("output_tokens", "7"), ("odd", "1")]);
    let priced = priced.expect("a price");
    assert_eq!((priced.amount(), &*priced.left_out), (Some(priced.total), &["odd".to_owned(), "output_tokens".to_owned()][..]));
    let huge = price_at("2026-01-01T12:00:00Z", "maker", "m-cached", &[], &[("input_tokens", "79228162514264337593543950335")]);
    assert_eq!(huge, Err(Unpriced::TooLarge));
}

#[test]
fn ten_seconds_of_audio_at_least_where_a_provider_says_so() {
    for (seconds, expected) in [("0", "0"), ("3", "0.001"), ("10", "0.001"), ("20.5", "0.00205")] {
        let priced = price_at("2026-01-01T12:00:00Z", "groq", "whisper-large-v3", &[], &[("audio_seconds", seconds)]).expect("a price");
        assert_eq!(priced.total, expected.parse::<Decimal>().expect("a number"), "{seconds}");
    }
}

#[test]
fn what_is_no_book_is_refused() {
    for (from, to) in [
        ("1.875", "-1"),
        ("1.875", "\"1\""),
        ("22:00:00Z", "22:00:00+02:00"),
        ("^m-cached-(?!old)", "("),
        ("\"2026-03-01\"", "\"March\""),
        ("\"prices\": {}", "\"prices\": []"),
        ("\"equals\"", "\"is\""),
    ] {
        assert!(BOOK.contains(from), "{from}");
        assert!(Book::parse(BOOK.replace(from, to).as_bytes()).is_err(), "{from} -> {to}");
    }
}

const LITELLM: &str = r#"{
 "sample_spec": {"litellm_provider": "one of https://…", "input_cost_per_token": 0.0},
 "azure/gpt-x": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 1.5e-06, "output_cost_per_token": 0.000006,
   "cache_read_input_token_cost": 7.5e-8, "input_cost_per_token_batches": 7.5e-07, "input_cost_per_token_above_200k_tokens": 3e-06,
   "input_cost_per_token_above_128k_tokens": 2e-06, "supports_vision": true},
 "anthropic.claude-x-v1:0": {"litellm_provider": "bedrock_converse", "input_cost_per_token": 2e-06},
 "vertex-y": {"litellm_provider": "vertex_ai-language-models", "output_cost_per_token": 1e-06},
 "gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 4e-06, "output_cost_per_token": null},
 "dall-e": {"litellm_provider": "openai", "output_cost_per_image": 0.04},
 "odd": {"input_cost_per_token": 1}}"#;

fn total_in(book: &Book, provider: &str, model: &str, input: u64, context: &[(&str, &str)]) -> Option<String> {
    let context: BTreeMap<_, _> = context.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let usage = Usage::from([("input_tokens".into(), Decimal::from(input))]);
    let entry = book.find_called(Some(provider), None, model).ok()?;
    let priced = book.price(&entry, &Call { at: Timestamp(1_790_000_000_000_000), context: &context, usage: &usage }).ok()?;
    Some(format!("{} {}", entry.origin().source, priced.total.normalize()))
}

#[test]
fn ones_own_prices_and_litellms_come_first_and_leave_the_rest() {
    let book = Book::built_in().clone();
    assert_eq!(total_in(&book, "openai", "gpt-4o", 1_000_000, &[]).as_deref(), Some("genai-prices 2.5"));
    let book = book.overlaid(Book::parse_any(LITELLM.as_bytes()).expect("a list"));
    for (provider, model, input, context, expected) in [
        ("openai", "gpt-4o", 1_000_000, &[][..], Some("litellm 4")),
        ("openai", "gpt-4o-mini", 1_000_000, &[], Some("genai-prices 0.15")),
        ("azure.ai.openai", "GPT-X", 1_000, &[], Some("litellm 0.0015")),
        ("azure", "gpt-x", 128_001, &[], Some("litellm 0.256002")),
        ("azure", "gpt-x", 200_001, &[], Some("litellm 0.600003")),
        ("azure", "gpt-x", 1_000, &[("processing", "batch")], Some("litellm 0.00075")),
        ("aws.bedrock", "anthropic.claude-x-v1:0", 1_000_000, &[], Some("litellm 2")),
        ("gcp.vertex_ai", "vertex-y", 0, &[], Some("litellm 0")),
        ("openai", "odd", 1, &[], None),
    ] {
        assert_eq!(total_in(&book, provider, model, input, context).as_deref(), expected, "{provider} {model} {input}");
    }
    let own = r#"{"providers": [{"id": "openai", "models": [{"id": "GPT-4o", "prices": {"input_mtok": 2}}]},
        {"id": "our-own", "models": [{"id": "m", "match": {"starts_with": "m"}, "prices": {"input_mtok": 0.5}}]}]}"#;
    let book = book.overlaid(Book::parse_any(own.as_bytes()).expect("a book"));
    assert_eq!(total_in(&book, "openai", "gpt-4o", 1_000_000, &[]).as_deref(), Some("override 2"));
    assert_eq!(total_in(&book, "our-own", "mine", 1_000_000, &[]).as_deref(), Some("override 0.5"));
    for wrong in [own.replace("\"input_mtok\": 2", "\"input_mtoks\": 2"), own.replace("\"providers\"", "\"provider\""), "[]".to_owned()] {
        assert!(Book::parse_any(wrong.as_bytes()).is_err(), "{wrong}");
    }
}
