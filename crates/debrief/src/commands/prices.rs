//! `debrief prices …`: the built-in price book, and the working of a price.

use std::collections::BTreeMap;
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use debrief_app::clock::{Clock, SystemClock};
use debrief_model::Timestamp;
use debrief_pricing::{Book, Call, Entry, Priced, Rate, Usage};
use rust_decimal::Decimal;
use serde_json::json;

use crate::cli::{Explain, ListPrices, Prices, UpdatePrices};
use crate::config::price_book;
use crate::data_dir::DataDir;
use crate::logging::say;

pub(super) fn run(command: Prices) -> Result<ExitCode, String> {
    match command {
        Prices::List(wish) => list(&wish),
        Prices::Explain(call) => explain(&call),
        Prices::Update(wish) => update(&wish),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn update(wish: &UpdatePrices) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("cannot read the prices in {}: {error}", wish.file.display());
    let text = std::fs::read(&wish.file).map_err(|error| told(&error))?;
    let own = Book::parse_any(&text).map_err(|error| told(&error))?;
    DataDir::open_existing(&wish.data.path)?.keep_prices(&text)?;
    say(&format!("{} models; the server uses them from its next start on", own.entries().count()));
    say("`debrief reprice` prices what is recorded already");
    Ok(())
}

fn list(wish: &ListPrices) -> Result<(), String> {
    let (book, now) = (&*price_book(&wish.prices)?, SystemClock.now());
    let text = wish.text.as_deref().unwrap_or_default().to_lowercase();
    let is_meant = |entry: &Entry<'_>| [entry.provider(), entry.model()].iter().any(|name| name.to_lowercase().contains(&text));
    let entries: Vec<_> = book.entries().filter(is_meant).map(|entry| (entry, book.rates(&entry, now))).collect();
    if entries.is_empty() {
        return Err(format!("no model or provider in the price book has '{text}' in its name"));
    }
    if wish.json {
        let models: Vec<_> = entries
            .iter()
            .map(|(entry, rates)| {
                json!({ "provider": entry.provider(), "model": entry.model(), "prices": as_values(rates),
                        "priceSource": entry.origin().source, "priceVersion": entry.origin().version })
            })
            .collect();
        say(&json!({ "currency": "USD", "models": models }).to_string());
        return Ok(());
    }
    let mut table = plain(&["PROVIDER", "MODEL", "INPUT", "OUTPUT", "CACHE READ", "CACHE WRITE", "ELSE"]);
    for (entry, rates) in &entries {
        let rate = |unit: &str| rates.iter().find(|rate| rate.unit == unit).map_or_else(|| "–".to_owned(), told);
        let shown = ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"];
        let others = rates.iter().filter(|rate| !shown.contains(&rate.unit.as_str())).count();
        let mut row = vec![entry.provider().to_owned(), entry.model().to_owned()];
        row.extend(shown.map(rate));
        row.push(if others > 0 { format!("{others} more") } else { String::new() });
        table.add_row(row);
    }
    say(&table.to_string());
    say(&format!("\n{} models; US dollars for a million tokens, + where large calls cost another price", entries.len()));
    Ok(())
}

fn explain(wish: &Explain) -> Result<(), String> {
    let book = &*price_book(&wish.prices)?;
    let at = wish.at.map_or_else(|| SystemClock.now(), |at| Timestamp(at.as_microsecond()));
    let usage = usage(book, wish)?;
    let context = context(wish);
    let unpriced = |error: debrief_pricing::Unpriced| format!("'{}' has no price: {error}", wish.model);
    let entry = book.find_called(wish.provider.as_deref(), None, &wish.model).map_err(unpriced)?;
    let priced = book.price(&entry, &Call { at, context: &context, usage: &usage }).map_err(unpriced)?;
    if wish.json {
        say(&working(&entry, &priced).to_string());
        return Ok(());
    }
    if priced.amount().is_none() {
        let (model, provider, left_out) = (entry.model(), entry.provider(), priced.left_out.join(", "));
        return Err(format!("'{}' is {model} of {provider}, and the price book has no price of it for {left_out}", wish.model));
    }
    say(&format!("{} is {} of {}; {}\n", wish.model, entry.model(), entry.provider(), origin(&entry)));
    let mut table = plain(&["UNIT", "COUNT", "PRICE", "FOR", "AMOUNT"]);
    for line in &priced.lines {
        let tier = line.tier.map(|start| format!(" (beyond {start} input tokens)")).unwrap_or_default();
        let variant = line.variant.as_ref().map(|variant| format!(" ({variant})")).unwrap_or_default();
        table.add_row([
            line.unit.clone(),
            line.count.normalize().to_string(),
            format!("${}{tier}{variant}", line.price.normalize()),
            line.per.to_string(),
            dollars(line.amount),
        ]);
    }
    let sum = |name: &str, amount: Decimal| [name.to_owned(), String::new(), String::new(), String::new(), dollars(amount)];
    table.add_row(sum("total", priced.total));
    for column in 1..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    say(&table.to_string());
    if !priced.left_out.is_empty() {
        say(&format!("\nNo price is known for {}: the call cost more than that.", priced.left_out.join(", ")));
    }
    Ok(())
}

fn context(wish: &Explain) -> BTreeMap<String, String> {
    let named = [("service_tier", &wish.service_tier), ("processing", &wish.processing)];
    let named = named.into_iter().filter_map(|(key, word)| Some((key.to_owned(), word.clone()?)));
    wish.context.iter().cloned().chain(named).collect()
}

fn usage(book: &Book, wish: &Explain) -> Result<Usage, String> {
    let tokens = [
        ("input_tokens", wish.input),
        ("output_tokens", wish.output),
        ("cache_read_tokens", wish.cache_read),
        ("cache_write_tokens", wish.cache_write),
        ("cache_write_1h_tokens", wish.cache_write_1h),
    ];
    let mut usage: Usage = tokens.into_iter().filter(|(_, count)| *count > 0).map(|(unit, count)| (unit.into(), count.into())).collect();
    for (unit, count) in &wish.units {
        if !book.has_unit(unit) {
            return Err(format!("the price book has no unit '{unit}'; `debrief prices list --json` shows those of each model"));
        }
        if count.is_sign_negative() {
            return Err(format!("{unit} cannot be less than 0"));
        }
        usage.insert(unit.clone().into(), *count);
    }
    Ok(usage)
}

fn working(entry: &Entry<'_>, priced: &Priced) -> serde_json::Value {
    let text = |amount: Decimal| amount.normalize().to_string();
    let lines: Vec<_> = priced
        .lines
        .iter()
        .map(|line| {
            json!({ "unit": line.unit, "count": text(line.count), "price": text(line.price), "per": line.per,
                    "tierStart": line.tier, "variant": line.variant, "amount": text(line.amount) })
        })
        .collect();
    json!({ "priceSource": entry.origin().source, "priceVersion": entry.origin().version,
            "provider": entry.provider(), "matchedModel": entry.model(),
            "currency": "USD", "lines": lines, "input": text(priced.input), "output": text(priced.output), "total": priced.amount().map(text),
            "unpricedUnits": priced.left_out })
}

fn as_values(rates: &[Rate]) -> Vec<serde_json::Value> {
    let tier = |(start, price): &(u64, Decimal)| json!({ "inputTokensOver": start, "price": price.normalize().to_string() });
    let value = |rate: &Rate| {
        json!({ "unit": rate.unit, "price": rate.price.normalize().to_string(), "per": rate.per,
                "tiers": rate.tiers.iter().map(tier).collect::<Vec<_>>() })
    };
    rates.iter().map(value).collect()
}

fn told(rate: &Rate) -> String {
    format!("{}{}", rate.price.normalize(), if rate.tiers.is_empty() { "" } else { " +" })
}

fn dollars(amount: Decimal) -> String {
    format!("${}", amount.normalize())
}

fn origin(entry: &Entry<'_>) -> String {
    format!("price of {} {}", entry.origin().source, entry.origin().version).trim_end().to_owned()
}

/// The built-in book, with the user's prices in front.
fn plain(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(head.to_vec());
    table
}
