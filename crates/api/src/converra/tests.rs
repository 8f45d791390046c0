//! What runs and agents become, and that nothing sent can make translation panic.

use debrief_model::{Draft, ErrorKind, EventId, Kind, SessionPatch, Status, Timestamp, Tokens};
use proptest::prelude::*;
use uuid::Uuid;

use super::translate::{agent_patch, appending, new_agent, opening, prompt_asked};

const NOW: Timestamp = Timestamp(1_767_268_800_000_000);

fn fresh() -> impl FnMut() -> EventId {
    let mut next = 0;
    move || {
        next += 1;
        EventId(Uuid::from_u128(next))
    }
}

fn drafts(text: &str) -> Vec<Draft> {
    opening(text, NOW, fresh()).unwrap().saying.drafts
}

fn patch(text: &str) -> SessionPatch {
    opening(text, NOW, fresh()).unwrap().saying.patch
}

/// Kind, name and offset in seconds of each event.
fn outline(text: &str) -> Vec<(Kind, Option<String>, i64)> {
    drafts(text).into_iter().map(|draft| (draft.facts.kind, draft.facts.name, (draft.facts.occurred_at.0 - NOW.0) / 1_000_000)).collect()
}

#[test]
fn messages_become_messages_calls_and_tools() {
    let text = r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q"},
        {"role":"assistant","content":"a","model":"m","usage":{"promptTokens":200,"completionTokens":85},"latencyMs":1200,
         "toolCalls":[{"name":"t","arguments":{},"result":"30 days","nestedTrace":{"input":"i","output":"o","model":"n"}},{"name":"f","error":"no"}]},
        {"role":"assistant","content":"bye"}]}"#;
    let all = drafts(text);
    let kinds: Vec<_> = all.iter().map(|draft| draft.facts.kind).collect();
    assert_eq!(kinds, [Kind::Message, Kind::Message, Kind::Llm, Kind::Tool, Kind::Llm, Kind::Tool, Kind::Message]);
    let call = &all[2];
    assert_eq!((call.facts.response_model.as_deref(), call.facts.duration_us), (Some("m"), Some(1_200_000)));
    assert_eq!(call.facts.tokens, Tokens { input: Some(200), output: Some(85), ..Tokens::default() });
    assert_eq!(call.turn.unwrap().response_us, Some(1_200_000));
    assert_eq!(all[3].facts.causation_id, call.id.map(|id| id.to_string()));
    assert_eq!(all[4].facts.causation_id, all[3].id.map(|id| id.to_string()), "a tool's own call is the tool's doing");
    assert_eq!((all[3].facts.status, all[5].facts.status), (Status::Ok, Status::Error));
}

#[test]
fn messages_stay_in_their_order_whatever_they_say_of_time() {
    let at = |second: i64| format!("\"2026-01-01T12:00:{second:02}Z\"");
    let text = format!(
        r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"b","timestamp":{}}},{{"role":"user","content":"c"}},
            {{"role":"assistant","content":"d","timestamp":{}}}]}}"#,
        at(5),
        at(9)
    );
    let seconds: Vec<_> = outline(&text).into_iter().map(|(_, _, second)| second).collect();
    assert_eq!(seconds, [5, 5, 5, 9]);
    let waited = r#"{"messages":[{"role":"user","content":"a","timestamp":"2026-01-01T12:00:01Z"},
        {"role":"assistant","content":"b","timestamp":"2026-01-01T12:00:03.5Z"}]}"#;
    assert_eq!(drafts(waited)[1].turn.unwrap().response_us, Some(2_500_000), "from the user's message to the answer");
}

#[test]
fn a_captured_call_is_one_call_and_its_history_is_counted_once() {
    let text = r#"{"content":"User: x","userId":"sdk","sessionId":"s","status":"completed","llmModel":"gpt-4o","messages":[
        {"role":"system","content":"p"},{"role":"user","content":"q"},{"role":"assistant","content":"a","model":"gpt-4o-1","usage":{"promptTokens":24,"completionTokens":9}}],
        "metadata":{"trafficType":"user","variantId":null,"assignment":"baseline"}}"#;
    let opened = opening(text, NOW, fresh()).unwrap();
    let [call] = &opened.saying.drafts[..] else { panic!("one event expected") };
    assert_eq!((call.facts.kind, call.facts.response_model.as_deref()), (Kind::Llm, Some("gpt-4o-1")));
    let turn = call.turn.unwrap();
    assert_eq!((turn.user_messages, turn.assistant_messages, turn.repeats), (1, 1, true));
    assert_eq!((opened.person, opened.saying.patch.ended_at), (None, None), "the session goes on, and nobody is called sdk");
}

#[test]
fn a_call_captured_by_a_former_sdk_is_one_call_too() {
    // As converra 0.3.4 sends it: the history and the answer as one text, the model in the metadata.
    let text = r#"{"content":"User: x\nAI: y\nUser: more\nAI: there","userId":"sdk","agentId":null,"sessionId":"s","status":"completed",
        "metadata":{"source":"sdk","model":"gpt-4o","variantId":null,"optimizationId":null,"assignment":"baseline"}}"#;
    let opened = opening(text, NOW, fresh()).unwrap();
    let [call] = &opened.saying.drafts[..] else { panic!("one event expected") };
    assert_eq!((call.facts.kind, call.facts.request_model.as_deref()), (Kind::Llm, Some("gpt-4o")));
    let turn = call.turn.unwrap();
    assert_eq!((turn.user_messages, turn.assistant_messages, turn.repeats), (2, 2, true));
    assert_eq!((opened.agent, opened.person, opened.saying.patch.ended_at), (None, None, None));
}

#[test]
fn there_is_an_end_to_how_much_is_said_at_once() {
    let refused = |messages: &str| match opening(&format!(r#"{{"messages":[{messages}]}}"#), NOW, fresh()) {
        Ok(_) => None,
        Err(error) => Some(error.kind),
    };
    let calls =
        |count: usize| format!(r#"{{"role":"assistant","content":"a","toolCalls":[{}]}}"#, vec![r#"{"name":"t"}"#; count].join(","));
    assert_eq!(refused(&calls(19_999)), None);
    assert_eq!(refused(&calls(20_000)), Some(ErrorKind::TooLarge));
    assert_eq!(refused(&vec![r#"{"role":"user","content":"a"}"#; 10_001].join(",")), Some(ErrorKind::TooLarge));
}

#[test]
fn whoever_names_an_agent_sends_a_conversation() {
    let text = r#"{"agentName":"a","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}],
        "metadata":{"variantId":"b","assignment":"treatment"}}"#;
    assert_eq!(drafts(text).len(), 2, "though it speaks of an experiment of its own");
}

#[test]
fn null_is_absent() {
    let text = r#"{"messages":[{"role":"assistant","content":"a","model":null,"usage":null,"latencyMs":null,"toolCalls":null,
        "tool_calls":[{"name":"t","result":null}]}],"content":null,"agentId":null,"agentName":"n","promptId":null}"#;
    let opened = opening(text, NOW, fresh()).unwrap();
    let kinds: Vec<_> = opened.saying.drafts.iter().map(|draft| (draft.facts.kind, draft.facts.status)).collect();
    assert_eq!(kinds, [(Kind::Message, Status::Unset), (Kind::Tool, Status::Unset)]);
    assert_eq!(opened.agent.unwrap().name, "n");
}

#[test]
fn an_agent_is_known_by_its_id_else_by_its_name() {
    let agent = |text: &str| opening(&format!(r#"{{"content":"User: x",{text}}}"#), NOW, fresh()).unwrap().agent.unwrap();
    let id = "agent_019800000000700080000000000000ff";
    let both = agent(&format!(r#""agentId":"{id}","agentName":"n""#));
    assert!(both.id.is_some() && both.name == "n");
    let alone = agent(&format!(r#""promptId":"{id}""#));
    assert!(alone.id.is_some() && alone.name == id);
    assert_eq!(agent(r#""agentId":"x""#).name, "x");
    for former in ["promptName", "promptId", "systemPromptId"] {
        assert_eq!(agent(&format!(r#""{former}":"as 0.2.1 calls it""#)).name, "as 0.2.1 calls it");
    }
}

#[test]
fn an_end_without_a_time_is_the_time_of_the_last_message() {
    let said = |message: &str| patch(&format!(r#"{{"messages":[{message}],"status":"completed"}}"#)).ended_at.unwrap();
    assert_eq!(said(r#"{"role":"user","content":"x"}"#), NOW);
    assert_eq!(said(r#"{"role":"user","content":"x","timestamp":"2025-12-31T00:00:00Z"}"#), Timestamp(1_767_139_200_000_000));
}

#[test]
fn a_transcript_speaks_where_there_are_no_messages() {
    let names: Vec<_> = outline(r#"{"content":"User: Hi\nAI: Hello\nhow are you?\nCustomer: fine"}"#)
        .into_iter()
        .map(|(_, name, _)| name.unwrap())
        .collect();
    assert_eq!(names, ["user", "assistant", "user"]);
    assert_eq!(outline(r#"{"messages":[{},1,null],"content":"User: Hi"}"#).len(), 1, "nor any that says something");
    assert!(opening(r#"{"agentName":"a"}"#, NOW, fresh()).is_err());
    assert!(opening(r#"{"content":"  ","messages":[]}"#, NOW, fresh()).is_err());
}

#[test]
fn an_end_is_dated_and_anything_else_is_not_one() {
    let said = |status: &str| {
        let patch = patch(&format!(r#"{{"content":"User: x","status":{status}}}"#));
        (patch.end_state, patch.ended_at.is_some())
    };
    assert_eq!(said("\"completed\""), (Some("completed".into()), true));
    assert_eq!(said("\"abandoned\""), (Some("abandoned".into()), true));
    assert_eq!(said("\"active\""), (Some("active".into()), false));
    assert_eq!(said("null"), (None, false));
}

#[test]
fn what_has_no_place_of_its_own_is_kept_with_the_metadata() {
    let metadata = |text: &str| patch(text).metadata;
    assert_eq!(metadata(r#"{"content":"User: x"}"#), None);
    assert_eq!(metadata(r#"{"content":"User: x","metadata":{"plan": "pro"}}"#).as_deref(), Some(r#"{"plan": "pro"}"#), "as sent");
    let more = metadata(r#"{"content":"User: x","metadata":{"plan":"pro"},"traceId":"t","toolDefinitions":[1]}"#).unwrap();
    assert_eq!(more, r#"{"plan":"pro","toolDefinitions":[1],"traceId":"t"}"#);
}

#[test]
fn everything_wrong_with_an_agent_is_told_at_once() {
    let fields = |text: &str| {
        let mut fields: Vec<_> = new_agent(text).unwrap_err().problems.into_iter().map(|problem| problem.field).collect();
        fields.sort();
        fields.join(",")
    };
    assert_eq!(fields("{}"), "content,llmModel,name");
    assert_eq!(
        fields(r#"{"name":" ","content":"","llmModel":"a b","temperature":2.1,"maxTokens":0,"tags":[1],"status":"x"}"#),
        "content,llmModel,maxTokens,name,status,tags,temperature"
    );
    let good = new_agent(
        r#"{"name":"n","content":"c","llmModel":"claude-3.5-sonnet","temperature":0,"maxTokens":1.0,"tags":["a","a"],"other":1}"#,
    )
    .unwrap();
    assert_eq!((good.tags.len(), good.config.max_tokens, good.config.temperature), (1, Some(1), Some(0.0)));
}

#[test]
fn a_patch_tells_absent_from_null() {
    let patch = agent_patch(r#"{"description":null,"temperature":null,"tags":null}"#).unwrap();
    assert_eq!((patch.description, patch.temperature, patch.tags, patch.max_tokens), (Some(None), Some(None), Some(vec![]), None));
    for required in ["name", "content", "llmModel"] {
        assert!(agent_patch(&format!(r#"{{"{required}":null}}"#)).is_err(), "{required} cannot be cleared");
    }
}

/// JSON of the kind that is sent, more or less.
fn jsonish() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<f64>().prop_filter("JSON has no such number", |f| f.is_finite()).prop_map(|f| f.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        "[a-z \\\\u]{0,8}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        prop_oneof!["user", "assistant", "system", "completed", "2026-01-01T00:00:00Z"].prop_map(|text| format!("\"{text}\"")),
    ];
    const NAMES: &[&str] = &[
        "role",
        "content",
        "messages",
        "toolCalls",
        "name",
        "usage",
        "latencyMs",
        "metadata",
        "status",
        "timestamp",
        "assignment",
        "trafficType",
        "result",
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let member = (prop::sample::select(NAMES), inner.clone()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..8).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_sent_makes_it_panic(text in prop_oneof![jsonish(), ".{0,200}"]) {
        // Only that they answer matters here.
        let answered = [
            opening(&text, NOW, fresh()).is_ok(),
            appending(&text, NOW, fresh()).is_ok(),
            new_agent(&text).is_ok(),
            agent_patch(&text).is_ok(),
            prompt_asked(&text).is_ok(),
        ];
        prop_assert_eq!(answered.len(), 5);
    }
}
