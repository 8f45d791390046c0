//! What spans used, added up in the vendor's words.

use debrief_app::{EventView, prices};
use debrief_model::{CostSource, Facts, Tokens};

use super::span::{Kept, Went};
use crate::agentops::wire::trace::{SpanMetrics, TraceMetrics};
use crate::edge::money;

/// Sums over spans. Costs are in billionths of a US dollar.
#[derive(Clone, Debug, Default)]
pub(in crate::agentops) struct Sums {
    spans: Share,
    well: Share,
    badly: Share,
    untold: Share,
    input: u64,
    output: u64,
    cache_read: u64,
    reasoning: u64,
    prompt_nano_usd: i64,
    completion_nano_usd: i64,
    nano_usd: i64,
}

/// What spans that went alike are of the whole.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    count: u64,
    tokens: u64,
}

impl Share {
    fn add(&mut self, tokens: u64) {
        self.count += 1;
        self.tokens = self.tokens.saturating_add(tokens);
    }
}

impl Sums {
    /// Adds an event, if it is a span.
    pub(in crate::agentops) fn add(&mut self, view: &EventView) {
        let facts = &view.event.facts;
        if facts.span_id.is_none() {
            return;
        }
        let kept = Kept::of(view);
        let Tokens { input, output, cache_read, cache_write: _, reasoning } = facts.tokens;
        let count = |tokens: Option<u64>| tokens.unwrap_or(0);
        let used = count(input).saturating_add(count(output));
        self.spans.add(used);
        match kept.went() {
            Went::Well => self.well.add(used),
            Went::Badly => self.badly.add(used),
            Went::Untold => self.untold.add(used),
        }
        self.input = self.input.saturating_add(count(input));
        self.output = self.output.saturating_add(count(output));
        self.cache_read = self.cache_read.saturating_add(count(cache_read));
        self.reasoning = self.reasoning.saturating_add(count(reasoning));
        let (prompt, completion) = prices::parts(facts).or_else(|| reported_parts(facts, &kept)).unwrap_or_default();
        self.prompt_nano_usd = self.prompt_nano_usd.saturating_add(prompt);
        self.completion_nano_usd = self.completion_nano_usd.saturating_add(completion);
        self.nano_usd = self.nano_usd.saturating_add(facts.cost.map_or(0, |cost| cost.nano_usd));
    }

    /// The sums of one trace.
    pub(in crate::agentops) fn of_trace(&self) -> TraceMetrics {
        TraceMetrics {
            span_count: self.spans.count,
            trace_count: 1,
            success_count: self.well.count,
            fail_count: self.badly.count,
            indeterminate_count: self.untold.count,
            prompt_tokens: self.input,
            completion_tokens: self.output,
            cache_read_input_tokens: self.cache_read,
            reasoning_tokens: self.reasoning,
            total_tokens: self.spans.tokens,
            prompt_cost: dollars(self.prompt_nano_usd),
            completion_cost: dollars(self.completion_nano_usd),
            average_cost_per_trace: dollars(self.nano_usd),
            total_cost: dollars(self.nano_usd),
        }
    }

    /// The sums of one span.
    pub(in crate::agentops) fn of_span(&self) -> SpanMetrics {
        SpanMetrics {
            total_tokens: self.spans.tokens,
            prompt_tokens: self.input,
            completion_tokens: self.output,
            cache_read_input_tokens: self.cache_read,
            reasoning_tokens: self.reasoning,
            success_tokens: self.well.tokens,
            fail_tokens: self.badly.tokens,
            indeterminate_tokens: self.untold.tokens,
            prompt_cost: dollars(self.prompt_nano_usd),
            completion_cost: dollars(self.completion_nano_usd),
            total_cost: dollars(self.nano_usd),
        }
    }
}

/// What the client says that went in and came out, where its word counts.
fn reported_parts(facts: &Facts, kept: &Kept<'_>) -> Option<(i64, i64)> {
    facts.cost.filter(|cost| cost.source == CostSource::Reported)?;
    let part = |key: &str| kept.attribute(key).and_then(|told| money::parse(&told));
    Some((part("gen_ai.usage.prompt_cost")?, part("gen_ai.usage.completion_cost")?))
}

/// With seven decimals, half of the last one up.
fn dollars(nano_usd: i64) -> String {
    let tenths_of_millionths = (i128::from(nano_usd) + 50).div_euclid(100);
    format!("{}.{:07}", tenths_of_millionths / 10_000_000, tenths_of_millionths.rem_euclid(10_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_have_seven_decimals() {
        let check = |nano: i64, expected: &str| assert_eq!(dollars(nano), expected);
        check(0, "0.0000000");
        check(3_000_000, "0.0030000");
        check(49, "0.0000000");
        check(50, "0.0000001");
        check(1_999_999_950, "2.0000000");
        check(i64::MAX, "9223372036.8547758");
    }
}
