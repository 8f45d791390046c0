//! The book's own vectors: what its reference answers, all of them.

use std::collections::BTreeMap;

use debrief_model::Timestamp;
use debrief_pricing::{Book, Call, Priced, Unpriced, Usage};
use rust_decimal::Decimal;
use serde::Deserialize;

const VECTORS: &str = include_str!("genai-prices-0.2.3.vectors.jsonl");

#[derive(Deserialize)]
struct Vector {
    provider: Option<String>,
    model: String,
    timestamp: jiff::Timestamp,
    usage: BTreeMap<String, u64>,
    #[serde(default)]
    context: BTreeMap<String, String>,
    expect: Option<Expected>,
    expect_error: Option<String>,
}

#[derive(Deserialize)]
struct Expected {
    provider: String,
    model: String,
    input: Decimal,
    output: Decimal,
    total: Decimal,
}

fn priced(vector: &Vector) -> Result<(String, String, Priced), Unpriced> {
    let book = Book::built_in();
    let entry = book.find(vector.provider.as_deref(), None, &vector.model)?;
    let usage: Usage = vector.usage.iter().map(|(unit, count)| (unit.clone().into(), Decimal::from(*count))).collect();
    let call = Call { at: Timestamp(vector.timestamp.as_microsecond()), context: &vector.context, usage: &usage };
    let priced = book.price(&entry, &call)?;
    Ok((entry.provider().to_owned(), entry.model().to_owned(), priced))
}

#[test]
fn every_vector_is_priced_as_by_the_reference() {
    let mut counts = [0; 3];
    let mut wrong = Vec::new();
    for line in VECTORS.lines() {
        let vector: Vector = serde_json::from_str(line).unwrap();
        let answer = priced(&vector);
        let right = match (&vector.expect, vector.expect_error.as_deref(), &answer) {
            (Some(expected), None, Ok((provider, model, priced))) => {
                counts[0] += 1;
                let lines: Decimal = priced.lines.iter().map(|line| line.amount).sum();
                (provider, model) == (&expected.provider, &expected.model)
                    && (priced.input, priced.output, priced.total) == (expected.input, expected.output, expected.total)
                    && lines == priced.total
            }
            (None, Some("LookupError"), Err(Unpriced::NoProvider | Unpriced::NoModel { .. })) => {
                counts[1] += 1;
                true
            }
            (None, Some("ValueError"), Err(Unpriced::Contradiction { .. })) => {
                counts[2] += 1;
                true
            }
            _ => false,
        };
        if !right {
            wrong.push(format!("{line}\n  came: {answer:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(counts, [370, 32, 1], "no vector is missing");
}
