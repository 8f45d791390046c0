//! Token counts in one meaning: the input includes what was read from and written to a cache, the output includes
//! reasoning. OpenTelemetry means them so; a sender whose parts exceed their whole does not.

use debrief_model::Tokens;

use crate::reading::{Audio, Warning};
use crate::subject::Subject;

pub(crate) fn read(subject: &Subject<'_>, warnings: &mut Vec<Warning>) -> Tokens {
    let mut tokens = Tokens {
        input: subject.count(|table| table.input_tokens),
        output: subject.count(|table| table.output_tokens),
        cache_read: subject.count(|table| table.cache_read),
        cache_write: subject.count(|table| table.cache_write),
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
    tokens
}

pub(crate) fn audio(subject: &Subject<'_>) -> Audio {
    Audio { input: subject.count(|table| table.audio_input), output: subject.count(|table| table.audio_output) }
}
