//! What a dialect says where: the vocabulary that its table is written in.

use crate::reading::Class;

/// A dialect: how to tell that a span speaks it, and for each field of a [`Reading`](crate::Reading) the places where
/// it may stand, of which the first that is not empty counts.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// It is spoken where any attribute's key begins with one of these …
    pub(crate) prefixes: &'static [&'static str],
    /// … or the scope is one of these or below it …
    pub(crate) scopes: &'static [&'static str],
    /// … or the resource has one of these attributes.
    pub(crate) resources: &'static [&'static str],
    /// Where the word for what the span is stands, and what the words mean, in any case.
    pub(crate) class: &'static [Source],
    pub(crate) classes: &'static [(&'static str, Class)],
    /// What a span is that no word is said of, by how its name begins …
    pub(crate) named: &'static [(&'static str, Class)],
    /// … or by an attribute that it has.
    pub(crate) implied: &'static [(&'static str, Class)],
    pub(crate) provider: &'static [Source],
    pub(crate) request_model: &'static [Source],
    pub(crate) response_model: &'static [Source],
    pub(crate) finish_reason: &'static [Source],
    pub(crate) response_id: &'static [Source],
    pub(crate) input_tokens: &'static [Source],
    pub(crate) output_tokens: &'static [Source],
    pub(crate) cache_read: &'static [Source],
    pub(crate) cache_write: &'static [Source],
    /// Of those, the ones for five minutes and for an hour.
    pub(crate) cache_write_5m: &'static [Source],
    pub(crate) cache_write_1h: &'static [Source],
    pub(crate) reasoning: &'static [Source],
    pub(crate) total_tokens: &'static [Source],
    pub(crate) audio_input: &'static [Source],
    pub(crate) audio_output: &'static [Source],
    /// The tier that served the call, the one that was asked for, and how fast it was served.
    pub(crate) service_tier: &'static [Source],
    pub(crate) service_tier_asked: &'static [Source],
    pub(crate) speed: &'static [Source],
    pub(crate) cost: &'static [Source],
    /// Where the parts of a cost stand that has no total.
    pub(crate) cost_parts: &'static [Parts],
    pub(crate) conversation: &'static [Source],
    pub(crate) person: &'static [Source],
    pub(crate) agent: &'static [Source],
    pub(crate) agent_id: &'static [Source],
    pub(crate) agent_version: &'static [Source],
    pub(crate) tool: &'static [Source],
    pub(crate) tool_call_id: &'static [Source],
    pub(crate) first_token: &'static [Wait],
    pub(crate) tags: &'static [Source],
    pub(crate) environment: &'static [Source],
    pub(crate) end_state: &'static [Source],
    pub(crate) title: &'static [Source],
    /// Where the kind of error and its message stand, beside the span's status and its events.
    pub(crate) error_kind: &'static [Source],
    pub(crate) error_message: &'static [Source],
    /// An attribute and the value of it that says that the span failed.
    pub(crate) failed: &'static [(&'static str, &'static str)],
    /// An attribute and the value of it that says that the span has not ended.
    pub(crate) pending: &'static [(&'static str, &'static str)],
    /// Attributes with usage that is the sum of other spans' begin with this.
    pub(crate) aggregated: &'static [&'static str],
    /// Instructions that stand beside the history.
    pub(crate) instructions: &'static [Source],
    /// The history that a model was called with, and its answer.
    pub(crate) history: &'static [Talk],
    pub(crate) answer: &'static [Talk],
    /// Judgements of the span, one attribute for each field of each: how the keys of such a list begin, and what stands after the number.
    pub(crate) evaluations: &'static [(&'static str, &'static str)],
    /// What anything else got and gave: a tool's arguments and result, a chain's input and output.
    pub(crate) input: &'static [Source],
    pub(crate) output: &'static [Source],
}

/// A place where a fact may stand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// The attribute with this key.
    Key(&'static str),
    /// The attribute with this key, out of the quotes that it may have as JSON.
    Quoted(&'static str),
    /// The member at a path of the structure in an attribute, be it a list of values or JSON in a text. Of an array the
    /// first item goes on.
    Json(&'static str, &'static str),
    /// The sum of members of such a structure; unknown without the first.
    Sum(&'static str, &'static [&'static str]),
    /// The same, and what stands at another place is added.
    SumWith(&'static str, &'static [&'static str], &'static Source),
    /// What was written to a cache, by members of such a structure that say all of it, the part for five minutes and that for an hour.
    Writes(&'static str, &'static Writes),
    /// The last word, where such a structure has the member.
    Told(&'static str, &'static str, &'static str),
    /// The attribute with the last key, where the first has that value, in any case.
    If(&'static str, &'static str, &'static str),
    /// The resource's attribute.
    Resource(&'static str),
    /// The first word of the span's name.
    NameWord,
    /// The span's name, where an attribute has that value, in any case.
    NameIf(&'static str, &'static str),
}

/// Members that count each token written to a cache once, unless they say both all of it and each part.
#[derive(Debug)]
pub(crate) struct Writes {
    pub(crate) all: &'static [&'static str],
    pub(crate) short: &'static [&'static str],
    pub(crate) long: &'static [&'static str],
}

/// Places whose values are added up.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Parts {
    /// Each of these attributes.
    Keys(&'static [&'static str]),
    /// Each member of the structure in an attribute.
    Members(&'static str),
}

/// A place where the time to the first token may stand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wait {
    /// In seconds.
    Seconds(&'static str),
    /// In milliseconds.
    Millis(&'static str),
    /// As the moment itself, in RFC 3339.
    Moment(&'static str),
}

/// A place where one side of an exchange with a model may stand.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Talk {
    /// Chat-like JSON or a text.
    Chat(&'static str),
    /// A text, and the tool calls beside it.
    Answer(&'static str, &'static str),
    /// What Gemini calls a candidate, or an answer that looks like one.
    Candidate(&'static str),
    /// One attribute for each field of each message: `<prefix>0.role`.
    Numbered(&'static str),
    /// The events with these names, each one message, by the role that the name stands for.
    Messages(&'static [(&'static str, &'static str)]),
    /// Chat-like JSON in an attribute of the events with this name.
    Event(&'static str, &'static str),
    /// The whole conversation, of which what the assistant said last is the answer.
    Whole(&'static str),
}

impl Table {
    /// Says nothing.
    pub(crate) const NONE: Self = Self {
        name: "",
        prefixes: &[],
        scopes: &[],
        resources: &[],
        class: &[],
        classes: &[],
        named: &[],
        implied: &[],
        provider: &[],
        request_model: &[],
        response_model: &[],
        finish_reason: &[],
        response_id: &[],
        input_tokens: &[],
        output_tokens: &[],
        cache_read: &[],
        cache_write: &[],
        cache_write_5m: &[],
        cache_write_1h: &[],
        reasoning: &[],
        total_tokens: &[],
        audio_input: &[],
        audio_output: &[],
        service_tier: &[],
        service_tier_asked: &[],
        speed: &[],
        cost: &[],
        cost_parts: &[],
        conversation: &[],
        person: &[],
        agent: &[],
        agent_id: &[],
        agent_version: &[],
        tool: &[],
        tool_call_id: &[],
        first_token: &[],
        tags: &[],
        environment: &[],
        end_state: &[],
        title: &[],
        error_kind: &[],
        error_message: &[],
        failed: &[],
        pending: &[],
        aggregated: &[],
        instructions: &[],
        history: &[],
        answer: &[],
        evaluations: &[],
        input: &[],
        output: &[],
    };
}
