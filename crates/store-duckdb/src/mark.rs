//! Marks: small numbers that stand for texts, for finding rows without reading the texts.
//!
//! Comparing a million ids as text takes a dozen milliseconds, most of it unpacking; comparing sixteen bits of each takes one, and
//! then the text is read only where those agree. Types of resources are few, and the usual ones have a number each. Marks are stored:
//! how they are made never changes.

use debrief_model::{Event, Facts, Kind, Tokens, audit};

/// Where there is nothing to mark. Not a missing value, which the engine would have to look for apart.
pub(crate) const NONE: u16 = 0;

/// The mark of a text: 64-bit FNV-1a, folded. Never [`NONE`].
pub(crate) fn mark(text: &str) -> u16 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let folded = hash ^ (hash >> 32);
    let mark = ((folded ^ (folded >> 16)) & 0xffff) as u16;
    mark.max(NONE + 1)
}

/// The mark of the workflow an event names, or of its trace where that stands for one. None where it is the session, or the event
/// itself.
pub(crate) fn of_workflow(event: &Event) -> u16 {
    let Facts { correlation_id, trace_id, .. } = &event.facts;
    let trace = trace_id.as_ref().filter(|_| event.links.session.is_none());
    correlation_id.as_ref().or(trace).map_or(NONE, |id| mark(id))
}

/// The mark of the resource an event says it is about, with or without an id. None where it does not say.
pub(crate) fn of_resource(event: &Event) -> u16 {
    event.facts.resource.as_ref().map_or(NONE, |resource| mark(resource.id.as_deref().unwrap_or_default()))
}

/// The types of resources that have a number: their place here. Complete for ever, because files hold events written by it; any
/// other type is [`OTHER_TYPE`], and told by its text.
const TYPES: [&str; 17] = [
    audit::ACTION_RUN,
    audit::AGENT_SPEC,
    "artifact",
    "automation",
    "automation_run",
    audit::CHAT_THREAD,
    "connection",
    "decision",
    "flashboard",
    "inbound_message",
    "template",
    audit::AGENT_VERSION,
    audit::PERSON,
    audit::FINGERPRINT,
    audit::API_KEY,
    audit::TENANT,
    audit::SETTING,
];

/// Where an event does not say what it is about.
pub(crate) const NO_TYPE: u8 = u8::MAX;
/// A type without a number.
pub(crate) const OTHER_TYPE: u8 = u8::MAX - 1;

/// The number of a type of resource.
pub(crate) fn type_mark(resource_type: &str) -> u8 {
    let number = TYPES.iter().position(|known| *known == resource_type);
    number.map_or(OTHER_TYPE, |number| u8::try_from(number).expect("types are few"))
}

/// The number of the type of resource an event says it is about.
pub(crate) fn of_resource_type(event: &Event) -> u8 {
    event.facts.resource.as_ref().map_or(NO_TYPE, |resource| type_mark(&resource.kind))
}

/// Where an event is a call of a model, or says itself what it used.
pub(crate) const USE: u8 = 1;

/// Whether an event says what it used, as a number: 0 if not.
pub(crate) fn of_use(event: &Event) -> u8 {
    let Facts { kind, tokens, cost, .. } = &event.facts;
    if *kind == Kind::Llm || *tokens != Tokens::default() || cost.is_some() { USE } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks are in files: a change here would lose events.
    #[test]
    fn marks_stay_what_they_are() {
        let texts = ["", "a", "session", "0198b273-9d40-7000-801f-613e5ebc4256", "\u{1F600}\0"];
        assert_eq!(texts.map(mark), [61457, 6562, 64580, 20316, 7879]);
        assert_eq!(["action_run", "template", "setting", "", "anything else"].map(type_mark), [0, 10, 16, OTHER_TYPE, OTHER_TYPE]);
    }
}
