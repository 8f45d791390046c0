//! Token counts in one meaning: the input includes what was read from and written to a cache, the output includes
//! reasoning. OpenTelemetry means them so; a sender whose parts exceed their whole does not.

use debrief_content::{cache_writes, service_tier};
use debrief_model::{Terms, Tokens};

use crate::reading::{Audio, Class, Warning};
use crate::subject::Subject;
use crate::table::{Source, Table};
use crate::value;

/// Counts, and those among the tokens written to a cache that are for an hour.
pub(crate) fn read(subject: &Subject<'_>, class: Class, warnings: &mut Vec<Warning>) -> (Tokens, Option<u64>) {
    // Some stand in the whole answer, which is not taken apart where it is no model's.
    let lifetime = |field: fn(&Table) -> &'static [Source]| if class.calls_a_model() { subject.count(field) } else { None };
    let (short, long) = (lifetime(|table| table.cache_write_5m), lifetime(|table| table.cache_write_1h));
    let (cache_write, cache_write_1h) = cache_writes(subject.count(|table| table.cache_write), short, long);
    let mut tokens = Tokens {
        input: subject.count(|table| table.input_tokens),
        output: subject.count(|table| table.output_tokens),
        cache_read: subject.count(|table| table.cache_read),
        cache_write,
        reasoning: subject.count(|table| table.reasoning),
    };
    let cached = tokens.cache_read.unwrap_or(0).saturating_add(tokens.cache_write.unwrap_or(0));
    if let Some(input) = tokens.input.filter(|input| cached > *input) {
        tokens.input = input.checked_add(cached);
        warnings.push(Warning::CacheOutsideInput);
    }
    let reasoning = tokens.reasoning.unwrap_or(0);
    if let Some(output) = tokens.output.filter(|output| reasoning > *output) {
        tokens.output = output.checked_add(reasoning);
        warnings.push(Warning::ReasoningOutsideOutput);
    }
    (tokens, cache_write_1h)
}

/// How a call of a model was made, as far as its price depends on that.
pub(crate) fn terms(subject: &Subject<'_>, class: Class, cache_write_1h: Option<u64>) -> Option<Box<Terms>> {
    if !class.calls_a_model() {
        return None;
    }
    let word = |field: fn(&Table) -> &'static [Source]| subject.first(field, |found| service_tier(&value::text(found)?));
    let tier = word(|table| table.service_tier).or_else(|| word(|table| table.service_tier_asked));
    Terms::told(tier, word(|table| table.speed), cache_write_1h)
}

pub(crate) fn audio(subject: &Subject<'_>) -> Audio {
    Audio { input: subject.count(|table| table.audio_input), output: subject.count(|table| table.audio_output) }
}
