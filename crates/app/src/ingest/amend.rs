//! Amendments: how a patch changes the facts of an event. Pure.

use std::fmt;

use debrief_model::{Body, Error, Facts, Patch, Tokens};
use debrief_store::body;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Changes what `patch` gives and nothing else.
///
/// # Errors
/// `Internal` when the stored body cannot be read.
pub(crate) fn apply(facts: &mut Facts, patch: Patch) -> crate::Result<()> {
    let Patch {
        ended_at,
        name,
        provider,
        request_model,
        response_model,
        finish_reason,
        response_id,
        tokens,
        audio,
        terms,
        told_nano_usd,
        status,
        failure,
        event_type,
        merge,
        turn: _,
    } = patch;
    // An end that is known already says nothing new about the duration, which may have been reported on its own.
    if let Some(at) = ended_at.filter(|at| facts.ended_at != Some(*at)) {
        facts.ended_at = Some(at);
        facts.duration_us = Some(at.micros_since(facts.occurred_at)).filter(|us| *us >= 0);
    }
    set(&mut facts.name, name);
    set(&mut facts.provider, provider);
    set(&mut facts.request_model, request_model);
    set(&mut facts.response_model, response_model);
    set(&mut facts.finish_reason, finish_reason);
    set(&mut facts.response_id, response_id);
    let Tokens { input, output, cache_read, cache_write, reasoning } = tokens;
    if input.is_some() || output.is_some() {
        facts.tokens_estimated = false;
    }
    set(&mut facts.tokens.input, input);
    set(&mut facts.tokens.output, output);
    set(&mut facts.tokens.cache_read, cache_read);
    set(&mut facts.tokens.cache_write, cache_write);
    set(&mut facts.tokens.reasoning, reasoning);
    set(&mut facts.audio.input, audio.input);
    set(&mut facts.audio.output, audio.output);
    if let Some(terms) = terms {
        facts.terms.get_or_insert_default().absorb(*terms);
    }
    set(&mut facts.told_nano_usd, told_nano_usd);
    set(&mut facts.failure, failure);
    if let Some(status) = status {
        facts.status = status;
    }
    if let Some(event_type) = event_type {
        facts.event_type = event_type;
    }
    if let Some(newer) = merge {
        facts.body = merged_body(&facts.body, &newer)?;
    }
    Ok(())
}

/// The patch that a re-sent event amounts to: everything it knows.
pub(crate) fn patch_of(facts: Facts) -> crate::Result<Patch> {
    let merge = String::from_utf8(body::decode(&facts.body).map_err(Error::internal)?).ok().filter(|text| !text.is_empty());
    Ok(Patch {
        ended_at: facts.ended_at,
        name: facts.name,
        provider: facts.provider,
        request_model: facts.request_model,
        response_model: facts.response_model,
        finish_reason: facts.finish_reason,
        response_id: facts.response_id,
        // What was estimated here is no word of the client's.
        tokens: if facts.tokens_estimated { Tokens::default() } else { facts.tokens },
        audio: facts.audio,
        terms: facts.terms,
        told_nano_usd: facts.told_nano_usd,
        status: (facts.status != debrief_model::Status::Unset).then_some(facts.status),
        failure: facts.failure,
        event_type: Some(facts.event_type),
        merge,
        turn: None,
    })
}

fn set<T>(slot: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *slot = new;
    }
}

fn merged_body(stored: &Body, newer: &str) -> crate::Result<Body> {
    let older = body::decode(stored).map_err(Error::internal)?;
    let older = String::from_utf8_lossy(&older);
    Ok(match merge_objects(&older, newer) {
        // Nothing new: what is stored stays as it is, byte for byte.
        Some(merged) if merged == older => stored.clone(),
        None if newer == older => stored.clone(),
        Some(merged) => body::encode(merged.as_bytes()),
        None => body::encode(newer.as_bytes()),
    })
}

/// Both as one object: members in order of first appearance, the newer value where both have one that is not null. The older text itself
/// where the newer one adds nothing to it.
pub(crate) fn merge_objects(older: &str, newer: &str) -> Option<String> {
    let mut members = serde_json::from_str::<Members<'_>>(older).ok()?.0;
    let mut changed = false;
    for (name, value) in serde_json::from_str::<Members<'_>>(newer).ok()?.0 {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, slot)) if value.get() != "null" && value.get() != slot.get() => {
                *slot = value;
                changed = true;
            }
            Some(_) => {}
            None => {
                members.push((name, value));
                changed = true;
            }
        }
    }
    if !changed {
        return Some(older.to_owned());
    }
    let mut out = String::with_capacity(older.len() + newer.len());
    for (index, (name, value)) in members.iter().enumerate() {
        out.push(if index == 0 { '{' } else { ',' });
        out.push_str(&serde_json::to_string(name).ok()?);
        out.push(':');
        out.push_str(value.get());
    }
    out.push('}');
    Some(out)
}

/// The members of a JSON object in their order; of a repeated name the last value counts.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members: Vec<(String, &'de RawValue)> = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                    match members.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, slot)) => *slot = value,
                        None => members.push((name, value)),
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use debrief_model::{Kind, Timestamp};

    use super::*;

    #[test]
    fn objects_merge_member_by_member() {
        let check = |older: &str, newer: &str, expected: &str| assert_eq!(merge_objects(older, newer).as_deref(), Some(expected));
        check(r#"{"a":1,"b":[ 2 ]}"#, r#"{"b":3,"c":{"x":1e400}}"#, r#"{"a":1,"b":3,"c":{"x":1e400}}"#);
        check("{}", "{}", "{}");
        check(r#"{"a":1}"#, r#"{"a":null,"b":null}"#, r#"{"a":1,"b":null}"#);
        check(r#"{"a":1,"a":2}"#, r#"{"ü\"":1}"#, r#"{"a":2,"ü\"":1}"#);
        check(r#"{"a": 1, "b": [2]}"#, r#"{"b":[2],"a":null}"#, r#"{"a": 1, "b": [2]}"#);
        assert_eq!(merge_objects("[1]", "{}"), None);
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let mut facts = Facts::new(Kind::Llm, "llm.completed", Timestamp(1_000), "agentops");
        facts.name = Some("n".into());
        facts.tokens.input = Some(5);
        facts.body = body::encode(br#"{"id":"x"}"#);
        let before = facts.clone();
        apply(&mut facts, Patch::default()).unwrap();
        assert_eq!(facts, before);
        let patch = Patch { ended_at: Some(Timestamp(3_000)), tokens: Tokens { output: Some(7), ..Tokens::default() }, ..Patch::default() };
        apply(&mut facts, patch).unwrap();
        let expected = Facts {
            ended_at: Some(Timestamp(3_000)),
            duration_us: Some(2_000),
            tokens: Tokens { input: Some(5), output: Some(7), ..Tokens::default() },
            ..before
        };
        assert_eq!(facts, expected);
    }

    #[test]
    fn what_is_sent_again_word_for_word_changes_nothing() {
        for sent in [r#"{"id": "x",  "tags": []}"#, "{ }", "[1, 2]", "\"text\"", ""] {
            let mut facts = Facts::new(Kind::Tool, "tool.completed", Timestamp(1_000), "agentops");
            facts.ended_at = Some(Timestamp(5_000));
            facts.duration_us = Some(77);
            facts.body = body::encode(sent.as_bytes());
            let before = facts.clone();
            apply(&mut facts, patch_of(before.clone()).unwrap()).unwrap();
            assert_eq!(facts, before, "{sent:?}");
        }
    }
}
