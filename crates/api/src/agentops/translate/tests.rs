//! One check per feature, on what clients really send (shapes from the recordings of 0.3.17 and 0.3.26 and from the documents).

use debrief_model::{Draft, Failure, Kind, SessionPatch, Status, Timestamp, Tokens};

use super::*;

const NOW: Timestamp = Timestamp(1_767_268_800_000_000);

fn arrival() -> Arrival {
    Arrival { session: "s-1".to_owned(), now: NOW, events_max: 4 }
}

fn batch(text: &str) -> Recording {
    recording(text, &arrival()).unwrap()
}

fn one(event: &str) -> Draft {
    let mut recording = batch(&format!("[{event}]"));
    assert_eq!((recording.drafts.len(), recording.refused), (1, 0), "{event}");
    recording.drafts.remove(0)
}

#[test]
fn event_types_in_every_spelling() {
    let check = |event: &str, kind: Kind, event_type: &str, name: Option<&str>| {
        let facts = one(event).facts;
        assert_eq!((facts.kind, facts.event_type.as_ref(), facts.name.as_deref()), (kind, event_type, name), "{event}");
    };
    check(r#"{"event_type":"llms"}"#, Kind::Llm, "llm.completed", None);
    check(r#"{"type":"llm"}"#, Kind::Llm, "llm.completed", None);
    check(r#"{"event_type":"tools","name":"web","tool_name":"web 2"}"#, Kind::Tool, "tool.completed", Some("web"));
    check(r#"{"type":"tool","tool_name":"web"}"#, Kind::Tool, "tool.completed", Some("web"));
    check(r#"{"event_type":"actions","action_type":"plan","name":"x"}"#, Kind::Action, "action.completed", Some("plan"));
    check(r#"{"type":"ACTION","name":"click"}"#, Kind::Action, "action.completed", Some("click"));
    check(r#"{"event_type":"errors"}"#, Kind::Error, "error.raised", None);
    check(r#"{"event_type":"apis"}"#, Kind::Action, "action.completed", Some("apis"));
    check(r#"{"event_type":"apis","name":"GET /x"}"#, Kind::Action, "action.completed", Some("GET /x"));
    check(r#"{"event_type":"exotic"}"#, Kind::Action, "action.completed", Some("exotic"));
    check(r#"{"event_type":7}"#, Kind::Action, "action.completed", Some("7"));
    check(r#"{"prompt":"a"}"#, Kind::Llm, "llm.completed", None);
    check(r#"{"error_type":"E"}"#, Kind::Error, "error.raised", None);
    check("{}", Kind::Action, "action.completed", None);
    check(r#"{"event_type":"tools","event_type":"llms"}"#, Kind::Llm, "llm.completed", None);
    check(r#"{"event_type":null,"type":"tool"}"#, Kind::Tool, "tool.completed", None);
    check(r#"{"event_type":{"a":1},"name":["b"]}"#, Kind::Action, "action.completed", None);
}

#[test]
fn ids_agents_and_sessions() {
    let check = |event: &str, key: Option<&str>, alias: Option<&str>| {
        let draft = one(event);
        assert_eq!((draft.facts.key.as_deref(), draft.mention.agent_alias.as_deref()), (key, alias), "{event}");
        assert_eq!(draft.mention.session.as_deref(), Some("s-1"), "the session is the token's");
        assert_eq!((draft.mention.agent, draft.facts.source.as_ref()), (None, "agentops"));
    };
    check(r#"{"id":"a","agent_id":"b","session_id":"other"}"#, Some("a"), Some("b"));
    check(r#"{"event_id":"a","agent_id":null}"#, Some("a"), None);
    check(r#"{"id":"","event_id":12,"agent_id":[]}"#, Some("12"), None);
    check(r#"{"id":{"x":1}}"#, None, None);
    check(&format!(r#"{{"id":"{}"}}"#, "é".repeat(KEY_CHARS_MAX + 1)), None, None);
    let longest = "é".repeat(KEY_CHARS_MAX);
    check(&format!(r#"{{"id":"{longest}"}}"#), Some(&longest), None);
}

#[test]
fn times() {
    let check = |event: &str, occurred: i64, ended: Option<i64>, duration: Option<i64>| {
        let facts = one(event).facts;
        let came = (facts.occurred_at.0 - NOW.0, facts.ended_at.map(|at| at.0 - NOW.0), facts.duration_us);
        assert_eq!(came, (occurred, ended, duration), "{event}");
    };
    check(
        r#"{"init_timestamp":"2026-01-01T12:00:01.5+00:00","end_timestamp":"2026-01-01T14:00:02+02:00"}"#,
        1_500_000,
        Some(2_000_000),
        Some(500_000),
    );
    check(r#"{"event_type":"errors","timestamp":"2026-01-01T12:00:01Z"}"#, 1_000_000, None, None);
    check(r#"{"init_timestamp":1767268801,"end_timestamp":1767268802000.5}"#, 1_000_000, Some(2_000_500), Some(1_000_500));
    check(r#"{"init_timestamp":"1767268801"}"#, 1_000_000, None, None);
    check("{}", 0, None, None);
    check(r#"{"init_timestamp":"soon","end_timestamp":false}"#, 0, None, None);
    check(r#"{"end_timestamp":"2026-01-01T12:00:01Z"}"#, 1_000_000, Some(1_000_000), None);
    check(r#"{"init_timestamp":1767268802,"end_timestamp":1767268801}"#, 2_000_000, Some(1_000_000), None);
}

#[test]
fn model_calls() {
    let check = |event: &str, models: [Option<&str>; 2], tokens: [Option<u64>; 5], answer: [Option<&str>; 3]| {
        let facts = one(&event.replacen('{', r#"{"event_type":"llms","#, 1)).facts;
        let [input, output, cache_read, cache_write, reasoning] = tokens;
        assert_eq!([facts.request_model.as_deref(), facts.response_model.as_deref()], models, "{event}");
        assert_eq!(facts.tokens, Tokens { input, output, cache_read, cache_write, reasoning }, "{event}");
        assert_eq!([facts.provider.as_deref(), facts.finish_reason.as_deref(), facts.response_id.as_deref()], answer, "{event}");
    };
    let nothing = [None; 5];
    // 0.3.17: the provider's answer as JSON text
    let returns = r#"{"id":"c1","object":"chat.completion","model":"gpt-4o-2024-08-06","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":3}}}"#;
    let quoted = serde_json::to_string(returns).unwrap();
    let params = r#""params":{"model":"gpt-4o","messages":[]}"#;
    check(
        &format!(r#"{{{params},"returns":{quoted},"prompt_tokens":25,"model":"gpt-4o-2024"}}"#),
        [Some("gpt-4o"), Some("gpt-4o-2024")],
        [Some(25), Some(9), Some(4), None, Some(3)],
        [Some("openai"), Some("stop"), Some("c1")],
    );
    // 0.3.26: an empty text, and null for what it does not know
    check(
        &format!(r#"{{{params},"returns":"","model":null,"prompt_tokens":null,"completion_tokens":null}}"#),
        [Some("gpt-4o"), None],
        nothing,
        [Some("openai"), None, None],
    );
    // Anthropic: an object; the SDK counts what was cached apart, the provider's sum does not
    let usage = r#""usage":{"input_tokens":24,"output_tokens":9,"cache_creation_input_tokens":2,"cache_read_input_tokens":10}"#;
    let returns = format!(r#"{{"id":"m1","type":"message","role":"assistant","content":[],"stop_reason":"end_turn",{usage}}}"#);
    let anthropic = [Some("anthropic"), Some("end_turn"), Some("m1")];
    let cached = [Some(36), Some(9), Some(10), Some(2), None];
    check(
        &format!(r#"{{"returns":{returns},"prompt_tokens":24,"completion_tokens":9,"model":"claude"}}"#),
        [None, Some("claude")],
        cached,
        anthropic,
    );
    check(&format!(r#"{{"returns":{returns},"model":"claude"}}"#), [None, Some("claude")], cached, anthropic);
    // as documented
    check(
        r#"{"prompt":"a","completion":"b","model":"gpt-4","prompt_tokens":"3","completion_tokens":2.0}"#,
        [None, Some("gpt-4")],
        [Some(3), Some(2), None, None, None],
        [None; 3],
    );
    check(r#"{"prompt_tokens":-1,"completion_tokens":1.5,"model":{"x":1},"params":[1]}"#, [None; 2], nothing, [None; 3]);
    check(r#"{"prompt_tokens":99999999999999999999,"completion_tokens":0}"#, [None; 2], [None, Some(0), None, None, None], [None; 3]);
    check(r#"{"params":{"model":"mine"},"returns":"{not json"}"#, [Some("mine"), None], nothing, [None; 3]);
}

#[test]
fn reported_costs() {
    let check = |cost: &str, nano_usd: Option<i64>| {
        let facts = one(&format!(r#"{{"event_type":"llms","cost":{cost}}}"#)).facts;
        assert_eq!(facts.cost.map(|cost| cost.nano_usd), nano_usd, "{cost}");
    };
    check("0.0123", Some(12_300_000));
    check(r#""0.0123""#, Some(12_300_000));
    check("1e-05", Some(10_000));
    check("null", None);
    check("true", None);
    check("-1", None);
}

#[test]
fn errors() {
    let failure =
        |kind: Option<&str>, message: Option<&str>| Failure { kind: kind.map(str::to_owned), message: message.map(str::to_owned) };
    let check = |event: &str, expected: Option<Failure>| {
        let facts = one(&event.replacen('{', r#"{"event_type":"errors","#, 1)).facts;
        assert_eq!((facts.status, facts.failure), (Status::Error, expected), "{event}");
    };
    check(r#"{"error_type":"ValueError","code":"E1","details":"bad"}"#, Some(failure(Some("ValueError"), Some("bad"))));
    check(r#"{"code":42,"details":{"a":[1]}}"#, Some(failure(Some("42"), Some(r#"{"a":[1]}"#))));
    check(r#"{"error_type":null,"details":null,"x":1}"#, None);
    let refused = r#"{"event_type":"llms","returns":{"choices":[],"error":{"code":"quota","message":"no more"}}}"#;
    let facts = one(refused).facts;
    assert_eq!((facts.status, facts.event_type.as_ref()), (Status::Error, "llm.failed"));
    assert_eq!(facts.failure, Some(failure(Some("quota"), Some("no more"))));
}

#[test]
fn an_error_fails_the_event_that_triggered_it() {
    let check = |event: &str, here: Option<&str>, patched: Option<Option<&str>>| {
        let error = r#"{"event_type":"errors","error_type":"E","details":"d","trigger_event_id":"t","trigger_event_type":"tools"}"#;
        let recording = batch(&format!("[{event},{error}]"));
        let [trigger, raised] = recording.drafts.as_slice() else { panic!("{event}: two drafts") };
        assert_eq!(raised.facts.causation_id.as_deref(), Some("t"));
        let failed = trigger.facts.failure.as_ref().map(|_| trigger.facts.event_type.as_ref());
        assert_eq!(failed, here, "{event}");
        let patches: Vec<_> = recording.failures.iter().map(|(key, patch)| (key.as_str(), patch.event_type.as_deref())).collect();
        assert_eq!(patches, patched.map(|event_type| ("t", event_type)).into_iter().collect::<Vec<_>>(), "{event}");
    };
    check(r#"{"event_type":"tools","id":"t"}"#, Some("tool.failed"), None);
    check(r#"{"event_type":"actions","id":"t"}"#, Some("action.failed"), None);
    check(r#"{"event_type":"tools","id":"other"}"#, None, Some(Some("tool.failed")));
    let twice = r#"[{"event_type":"tools","id":"t"},{"event_type":"errors","trigger_event_id":"t"},{"event_type":"tools","id":"t"}]"#;
    let statuses: Vec<_> = batch(twice).drafts.iter().map(|draft| draft.facts.status).collect();
    assert_eq!(statuses, [Status::Error; 3], "0.3.17 sends the event again with the error");
}

#[test]
fn batches_in_every_shape() {
    let check = |text: &str, drafts: usize, refused: usize| {
        let came = batch(text);
        assert_eq!((came.drafts.len(), came.refused), (drafts, refused), "{text}");
    };
    check(r#"{"events":[{"type":"llm"},{"type":"tool"}]}"#, 2, 0);
    check(r#"[{"type":"llm"}]"#, 1, 0);
    check(r#"{"type":"llm"}"#, 1, 0);
    check(r#"{"events":{"type":"llm"}}"#, 1, 0);
    check(r#"{"events":[]}"#, 0, 0);
    check(r#"{"events":null}"#, 0, 0);
    check(r#"{"events":[1],"events":[{}]}"#, 1, 0);
    check(r#"{"events":[{"type":"llm"},null,"x",[{}]]}"#, 1, 3);
    check(r#"{"events":[{"id":"\ud83d"},{"\ud83d":1}]}"#, 2, 0);

    let refuse = |text: &str, kind: debrief_model::ErrorKind| {
        assert_eq!(recording(text, &arrival()).unwrap_err().kind, kind, "{text}");
    };
    for text in ["", "x", "{", "5", r#""events""#, "{}", r#"{"other":[]}"#, r#"{"events":5}"#, r#"{"events":"x"}"#] {
        refuse(text, debrief_model::ErrorKind::Invalid);
    }
    refuse("[{},{},{},{},{}]", debrief_model::ErrorKind::TooLarge);
}

#[test]
fn the_event_is_kept_as_sent() {
    let event = r#"{ "type" : "tool", "x": 1e400, "y": 123456789012345678901234567890, "z": null, "z": "ü\u0000" }"#;
    assert_eq!(one(event).facts.body, debrief_app::events::encode_body(event));
    let cut_in_half = r#"{"id":"a\u0000b","name":"\ud83d","pair":"\uD83D\uDE00","x":"\udc00"}"#;
    let facts = one(cut_in_half).facts;
    assert_eq!((facts.key.as_deref(), facts.name), (Some("a\u{FFFD}b"), Some("\u{FFFD}".to_owned())));
    let whole = cut_in_half.replace(r#""\ud83d""#, r#""\uFFFD""#).replace(r"\udc00", r"\uFFFD");
    assert_eq!(facts.body, debrief_app::events::encode_body(&whole));
}

#[test]
fn long_texts_are_cut_for_columns() {
    let long = "é".repeat(5_000);
    let facts = one(&format!(r#"{{"event_type":"errors","error_type":"{long}","details":"{long}","name":"{long}"}}"#)).facts;
    let failure = facts.failure.unwrap();
    let lengths = [facts.name, failure.kind, failure.message].map(|text| text.unwrap().chars().count());
    assert_eq!(lengths, [1_024, 1_024, 4_096]);
}

#[test]
fn updates_change_what_is_given() {
    let check = |event: &str, key: &str, merge: &str| {
        let came = amending(&format!(r#"{{"events":[{event}]}}"#), 1).unwrap();
        let [(named, patch)] = came.patches.as_slice() else { panic!("{event}: one patch") };
        assert_eq!((named.as_str(), patch.merge.as_deref()), (key, Some(merge)), "{event}");
        patch.clone()
    };
    let patch = check(
        r#"{"event_id":"e1","end_timestamp":"2026-01-01T12:00:01Z","completion":"c","completion_tokens":100,"prompt":null}"#,
        "e1",
        r#"{"end_timestamp":"2026-01-01T12:00:01Z","completion":"c","completion_tokens":100}"#,
    );
    let tokens = Tokens { output: Some(100), ..Tokens::default() };
    let expected = debrief_model::Patch {
        ended_at: Some(NOW.plus_micros(1_000_000)),
        tokens,
        merge: patch.merge.clone(),
        turn: patch.turn,
        ..debrief_model::Patch::default()
    };
    assert_eq!(patch, expected);
    let turn = patch.turn.expect("the answer was said");
    assert_eq!((turn.assistant_messages, turn.last_speaker), (1, Some(debrief_model::Speaker::Assistant)));

    let patch = check(r#"{"id":"e2","type":"tool","name":"n","error_type":"E"}"#, "e2", r#"{"type":"tool","name":"n","error_type":"E"}"#);
    assert_eq!((patch.name.as_deref(), patch.status, patch.event_type.as_deref()), (Some("n"), Some(Status::Error), Some("tool.failed")));

    let came = amending(r#"[{"id":null},{},7,{"id":"x"}]"#, 9).unwrap();
    assert_eq!((came.patches.len(), came.refused), (1, 3));
}

#[test]
fn sessions_nested_and_flat() {
    let check = |body: &str, id: Option<&str>| assert_eq!(session(body).unwrap().0.as_deref(), id, "{body}");
    check(r#"{"session":{"session_id":"a","id":"b"}}"#, Some("a"));
    check(r#"{"session":{"id":"b"},"id":"c"}"#, Some("b"));
    check(r#"{"session_id":"a"}"#, Some("a"));
    check(r#"{"id":12}"#, Some("12"));
    check(r#"{"session":{},"session_id":"a"}"#, Some("a"));
    check(r#"{"session":null,"id":"a"}"#, Some("a"));
    check(r#"{"session":{"session_id":""}}"#, None);
    check("{}", None);
    assert!(session("[]").is_err() && session("x").is_err());
}

#[test]
fn what_is_said_of_a_session() {
    let check = |body: &str, expected: SessionPatch| assert_eq!(session(body).unwrap().1, expected, "{body}");
    check(
        r#"{"session":{"init_timestamp":"2026-01-01T12:00:00Z","end_timestamp":null,"end_state":"Indeterminate","end_state_reason":null,"tags":["a","b","a"],"video":null,"host_env":{"OS": {}},"queue":[{}],"jwt":"x"}}"#,
        SessionPatch {
            started_at: Some(NOW),
            end_state: Some("Indeterminate".to_owned()),
            tags: Some(vec!["a".to_owned(), "b".to_owned()]),
            host: Some(r#"{"OS": {}}"#.to_owned()),
            ..SessionPatch::default()
        },
    );
    check(
        r#"{"end_timestamp":1767268800,"end_state":"completed","end_state_reason":"ünïcode","video":"v","host_env":"x"}"#,
        SessionPatch {
            ended_at: Some(NOW),
            end_state: Some("completed".to_owned()),
            end_state_reason: Some("ünïcode".to_owned()),
            video: Some("v".to_owned()),
            ..SessionPatch::default()
        },
    );
    let tags = |body: &str, expected: Option<&[&str]>| {
        let came = session(&format!(r#"{{"tags":{body}}}"#)).unwrap().1.tags;
        assert_eq!(came, expected.map(|tags| tags.iter().map(|tag| (*tag).to_owned()).collect()), "{body}");
    };
    tags("[]", Some(&[]));
    tags(r#""one""#, Some(&["one"]));
    tags(r#""[\"a\", \"b\"]""#, Some(&["a", "b"]));
    tags(r#"["a",1,null,{},""]"#, Some(&["a", "1"]));
    tags("null", None);
    tags("{}", None);
    tags(r#""""#, None);
}

#[test]
fn agents_and_threads() {
    let check = |body: &str, id: &str, name: &str, agent_id: Option<&str>| {
        let expected = Named { id: id.to_owned(), name: name.to_owned(), agent_id: agent_id.map(str::to_owned) };
        assert_eq!(agent(body, "creating agent").unwrap(), expected, "{body}");
    };
    check(r#"{"id":"agent-123","name":"Research Assistant","logs":null}"#, "agent-123", "Research Assistant", None);
    check(r#"{"id":"a","name":""}"#, "a", "a", None);
    check(r#"{"name":"n"}"#, "n", "n", None);
    check(r#"{"id":"t","agent_id":"a"}"#, "t", "t", Some("a"));
    assert!(agent(r#"{"id":null}"#, "creating agent").is_err());
}

#[test]
fn addresses() {
    assert_eq!(session_url("http://h:1/", "a/ü b"), "http://h:1/sessions/a%2F%C3%BC%20b");
    assert_eq!(logs_url("http://h:1", "0-9_.~"), "http://h:1/sessions/0-9_.~/log");
}
