//! Requests are read back as JSON and compared with the conversations that they are of.

use debrief_model::Timestamp;
use serde_json::Value;

use super::{Credential, change, introduction, person, requests};
use crate::cast::Dialect;
use crate::conversation::{Conversation, Outcome, Step, Truth, What};
use crate::{AGENTS, Story};

const NOW: Timestamp = Timestamp(1_795_675_000_000_000);

/// Conversations of one dialect.
fn told(dialect: Dialect) -> impl Iterator<Item = Conversation> {
    Story::generate(3, NOW, 20, 30).filter(move |told| told.agent.dialect == dialect)
}

fn json(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn count(of: &Conversation, is: fn(&Step) -> bool) -> usize {
    of.steps.iter().filter(|step| is(step)).count()
}

fn attribute<'a>(span: &'a Value, key: &str) -> Option<&'a Value> {
    let found = span["attributes"].as_array().unwrap().iter().find(|attribute| attribute["key"] == key)?;
    found["value"].as_object().unwrap().values().next()
}

#[test]
fn every_body_is_json() {
    let of = |told: Conversation| requests(&told).into_iter().chain(told.person.as_ref().map(person)).collect::<Vec<_>>();
    let sent = introduction().into_iter().chain(Story::generate(5, NOW, 40, 30).flat_map(of));
    for request in sent {
        assert!(json(&request.body).is_object(), "{}", request.path);
        assert!(request.path.starts_with('/'));
    }
}

#[test]
fn nothing_of_the_truth_is_sent() {
    for told in Story::generate(5, NOW, 40, 30) {
        let truth = Truth { scenario: "other", outcome: Outcome::Unknown, issue: Some("other"), is_corrected: true, ..told.truth.clone() };
        assert_eq!(requests(&Conversation { truth, ..told.clone() }), requests(&told));
    }
}

#[test]
fn spans_are_as_many_as_steps_that_take_time_and_hang_together() {
    for told in told(Dialect::Otlp) {
        let body = json(&requests(&told)[0].body);
        let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
        let turns = told.steps.last().unwrap().turn + 1;
        let calls = count(&told, |step| !matches!(step.what, What::User(_) | What::Assistant(_)));
        assert_eq!(spans.len(), turns + calls);
        let ids: Vec<_> = spans.iter().map(|span| (&span["traceId"], &span["spanId"])).collect();
        for (index, span) in spans.iter().enumerate() {
            assert!(!ids[..index].contains(&ids[index]), "an id twice");
            let parent = &span["parentSpanId"];
            assert!(parent.is_null() || ids.contains(&(&span["traceId"], parent)), "an orphan: {span}");
            assert_eq!(attribute(span, "gen_ai.conversation.id").unwrap(), &Value::from(told.session_key.as_str()));
            for key in ["gen_ai.input.messages", "gen_ai.output.messages"] {
                assert!(attribute(span, key).is_none_or(|messages| json(messages.as_str().unwrap()).is_array()));
            }
        }
    }
}

#[test]
fn the_last_call_of_a_model_hears_everything_that_was_said() {
    for told in told(Dialect::Otlp) {
        let body = json(&requests(&told)[0].body);
        let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
        let is_own = |span: &&Value| attribute(span, "gen_ai.agent.name").is_some_and(|name| name == told.agent.name);
        let is_call = |span: &&Value| attribute(span, "gen_ai.operation.name").is_some_and(|name| name == "chat");
        let Some(last) = spans.iter().filter(is_own).rfind(is_call) else { continue };
        let heard = json(attribute(last, "gen_ai.input.messages").unwrap().as_str().unwrap());
        let users = heard.as_array().unwrap().iter().filter(|message| message["role"] == "user").count();
        assert_eq!(users, told.turns(), "{}", told.truth.scenario);
    }
}

#[test]
fn agentops_opens_a_session_first_and_ends_it_as_told() {
    for told in told(Dialect::Agentops) {
        let requests = requests(&told);
        let sent: Vec<_> = requests.iter().filter(|request| request.path.starts_with("/v2/")).collect();
        assert_eq!(sent[0].credential, Credential::OpensSession);
        assert!(sent[1..].iter().all(|request| request.credential == Credential::SessionToken));
        let events = sent.iter().find(|request| request.path == "/v2/create_events").map(|request| json(&request.body)).unwrap();
        let calls = count(&told, |step| matches!(step.what, What::Model(_) | What::Tool(_)));
        let events = events["events"].as_array().unwrap();
        assert_eq!(events.iter().filter(|event| event["event_type"] != "errors").count(), calls);
        let last = json(&sent[sent.len() - 1].body);
        let end_state = last["session"]["end_state"].as_str();
        assert_eq!(end_state, told.end_state, "{}", told.truth.scenario);
    }
}

#[test]
fn a_run_has_every_message() {
    for told in told(Dialect::Converra) {
        let run = json(&requests(&told)[0].body);
        let said = told.steps.iter().filter_map(|step| match &step.what {
            What::User(text) | What::Assistant(text) => Some(text.as_str()),
            What::Model(_) | What::Tool(_) | What::SubAgent(_) => None,
        });
        let said: Vec<_> = said.collect();
        let sent: Vec<_> = run["messages"].as_array().unwrap().iter().map(|message| message["content"].as_str().unwrap()).collect();
        assert_eq!(sent, said);
    }
}

#[test]
fn agents_are_introduced_and_changed_as_their_versions_say() {
    let introduced = introduction();
    for (agent, request) in AGENTS.iter().zip(&introduced) {
        let made = json(&request.body);
        assert_eq!((&made["name"], &made["llmModel"]), (&agent.name.into(), &agent.versions[0].model.name.into()));
        for version in &agent.versions[1..] {
            let changed = json(&change(agent, version).body);
            assert_eq!(changed["content"], version.prompt.trim());
            assert_ne!(changed["content"], made["content"], "{} {}", agent.name, version.name);
        }
    }
    assert_eq!(introduced.len(), AGENTS.len());
}
