//! Costs.

use debrief_app::costs::{By, CostRow};
use debrief_model::{AggregateRow, Timestamp, Tokens};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::edge::money;
use crate::edge::time::render as time;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Costs {
    pub(in crate::native) currency: &'static str,
    pub(in crate::native) group_by: Vec<&'static str>,
    pub(in crate::native) costs: Vec<Sum>,
    pub(in crate::native) total: Sum,
}

/// A sum, with what it is of beside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Sum {
    #[serde(flatten)]
    keys: Map<String, Value>,
    llm_calls: u64,
    unpriced_calls: u64,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
    cost_usd: Option<String>,
}

impl Sum {
    pub(in crate::native) fn of(by: &[By], row: CostRow) -> Self {
        let CostRow { keys, sums } = row;
        let key = |(by, key): (&By, Option<String>)| (by.word().to_owned(), shown(*by, key));
        Self { keys: by.iter().zip(keys).map(key).collect(), ..Self::bare(&sums) }
    }

    fn bare(sums: &AggregateRow) -> Self {
        let Tokens { input, output, cache_read, cache_write, reasoning } = sums.tokens;
        Self {
            keys: Map::new(),
            llm_calls: sums.llm_calls,
            unpriced_calls: sums.unpriced,
            input_tokens: input,
            output_tokens: output,
            cache_read_tokens: cache_read,
            cache_write_tokens: cache_write,
            reasoning_tokens: reasoning,
            cost_usd: sums.cost_nano_usd.map(money::render),
        }
    }
}

/// Times as they are written, everything else as it is called.
fn shown(by: By, key: Option<String>) -> Value {
    let Some(key) = key else { return Value::Null };
    match (by, key.parse::<i64>()) {
        (By::Day, Ok(at)) => Value::String(time(Timestamp(at)).chars().take("2026-01-31".len()).collect()),
        (By::Hour, Ok(at)) => Value::String(time(Timestamp(at))),
        _ => Value::String(key),
    }
}
