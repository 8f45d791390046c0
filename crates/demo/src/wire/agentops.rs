//! A conversation as the AgentOps SDK 0.3 reports it: a session is opened, agents are named, events come in one batch, the session ends.

use debrief_model::Timestamp;

use super::json::{Object, list, object, text};
use super::said::{Answer, answer};
use super::{Credential, Request};
use crate::calendar::rfc3339;
use crate::conversation::{Conversation, Failure, Finish, ModelCall, Step, ToolCall, What};
use crate::rng::mix;

/// The requests of one session.
pub(super) fn requests(of: &Conversation) -> Vec<Request> {
    let with_token = |path: &str, body: String| Request { credential: Credential::SessionToken, ..Request::post(path, body) };
    let mut requests = vec![Request { credential: Credential::OpensSession, ..Request::post("/v2/create_session", session(of, None)) }];
    requests.extend(agents(of).into_iter().map(|name| with_token("/v2/create_agent", agent(name))));
    requests.push(with_token("/v2/create_events", events(of)));
    requests.extend(of.end_state.map(|state| with_token("/v2/update_session", session(of, Some(state)))));
    requests
}

fn time(at: Timestamp) -> String {
    let mut out = String::with_capacity(32);
    rfc3339(at, &mut out);
    out
}

fn session(of: &Conversation, end_state: Option<&str>) -> String {
    let mut body = String::new();
    object(&mut body, |body| {
        body.object("session", |session| {
            session.text("session_id", &of.session_key);
            session.text("init_timestamp", &time(of.started_at()));
            session.text("end_state", end_state.unwrap_or("Indeterminate"));
            if end_state.is_some() {
                session.text("end_timestamp", &time(of.ended_at()));
            }
            let group = of.person.as_ref().map(|person| person.group);
            session.raw("tags", &list(["production"].into_iter().chain(group).map(text)));
            session.raw("host_env", HOST);
        });
    });
    body
}

const HOST: &str = r#"{"SDK":{"AgentOps SDK Version":"0.3.26","Python Version":"3.12.8"},"OS":{"OS":"Linux","OS Release":"6.8.0"}}"#;

/// The agents that take part, the leading one first.
fn agents(of: &Conversation) -> Vec<&'static str> {
    let mut names = vec![of.agent.name];
    for step in &of.steps {
        if let What::SubAgent(asked) = &step.what
            && !names.contains(&asked.name)
        {
            names.push(asked.name);
        }
    }
    names
}

/// The id that an agent has with its client.
fn agent_id(name: &str) -> String {
    uuid(name.bytes().fold(5, |sum, byte| mix(sum ^ u64::from(byte))))
}

fn uuid(seed: u64) -> String {
    let (a, b) = (mix(seed), mix(seed ^ 0xfeed));
    format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff, b >> 52, b & 0xffff_ffff_ffff)
}

fn agent(name: &str) -> String {
    let mut body = String::new();
    object(&mut body, |agent| {
        agent.text("id", &agent_id(name));
        agent.text("name", name);
    });
    body
}

fn events(of: &Conversation) -> String {
    let seed = of.session_key.bytes().fold(3, |sum, byte| mix(sum ^ u64::from(byte)));
    let system = chat("system", of.version.prompt.trim());
    let mut written = Written { of, seed, events: Vec::with_capacity(of.steps.len()), main: vec![system.clone()], sub: Vec::new(), system };
    for at in 0..of.steps.len() {
        written.step(at);
    }
    format!("{{\"events\":{}}}", list(written.events))
}

struct Written<'a> {
    of: &'a Conversation,
    seed: u64,
    events: Vec<String>,
    /// The messages that the agent and the sub-agent at work have heard.
    main: Vec<String>,
    sub: Vec<String>,
    system: String,
}

impl Written<'_> {
    fn step(&mut self, at: usize) {
        let of = self.of;
        let step = &of.steps[at];
        match &step.what {
            What::User(said) => self.main.push(chat("user", said)),
            What::Assistant(said) => self.heard(step).push(chat("assistant", said)),
            What::Model(call) => self.model(at, step, call),
            What::Tool(call) => self.tool(at, step, call),
            What::SubAgent(asked) => {
                self.main.push(returned(&asked.id, &asked.answer));
                self.sub = vec![self.system.clone(), chat("user", &asked.task)];
            }
        }
    }

    fn heard(&mut self, step: &Step) -> &mut Vec<String> {
        if step.within.is_some() { &mut self.sub } else { &mut self.main }
    }

    fn model(&mut self, at: usize, step: &Step, call: &ModelCall) {
        let prompt = list(self.heard(step).iter().cloned());
        let completion = match answer(self.of, at) {
            Answer::Text(said) => Some(chat("assistant", said)),
            Answer::Wishes(wishes) => {
                let calls = wishes.iter().map(|wish| {
                    let (id, name, arguments) = (text(wish.id()), text(wish.name()), text(&wish.arguments()));
                    format!("{{\"id\":{id},\"type\":\"function\",\"function\":{{\"name\":{name},\"arguments\":{arguments}}}}}")
                });
                let asking = format!("{{\"role\":\"assistant\",\"content\":null,\"tool_calls\":{}}}", list(calls));
                self.heard(step).push(asking.clone());
                Some(asking)
            }
            Answer::Nothing => None,
        };
        let temperature = self.of.version.temperature;
        self.event(at, step, "llms", |event| {
            event.raw("params", &format!("{{\"model\":{},\"temperature\":{temperature:.1}}}", text(call.model.name)));
            event.raw("prompt", &prompt);
            event.text("model", call.model.answers_as);
            if let Some(completion) = &completion {
                event.raw("completion", completion);
                event.raw("returns", &provider_answer(call, completion));
                event.number("prompt_tokens", count(call.tokens.input - cached(call)));
                event.number("completion_tokens", count(call.tokens.output));
            }
        });
        self.failed(at, step, "llms", call.failure.as_ref());
    }

    fn tool(&mut self, at: usize, step: &Step, call: &ToolCall) {
        self.event(at, step, "tools", |event| {
            event.text("name", call.name);
            event.raw("params", &call.arguments);
            if call.failure.is_none() {
                event.raw("returns", &call.result);
            }
        });
        self.failed(at, step, "tools", call.failure.as_ref());
        let result = call.failure.as_ref().map_or(&call.result, |failure| &failure.message);
        let message = returned(&call.id, result);
        self.heard(step).push(message);
    }

    /// What failed is told by an event of its own, as the SDK does.
    fn failed(&mut self, at: usize, step: &Step, kind: &str, failure: Option<&Failure>) {
        let Some(failure) = failure else { return };
        let mut out = String::new();
        object(&mut out, |event| {
            event.text("id", &uuid(self.seed ^ (at as u64) << 8 ^ 2));
            event.text("event_type", "errors");
            event.text("timestamp", &time(step.ended_at));
            event.text("error_type", failure.kind);
            event.text("details", &failure.message);
            event.text("trigger_event_id", &uuid(self.seed ^ (at as u64) << 8 ^ 1));
            event.text("trigger_event_type", kind);
            event.text("agent_id", &agent_id(self.led_by(step)));
        });
        self.events.push(out);
    }

    fn led_by(&self, step: &Step) -> &'static str {
        match step.within.map(|at| &self.of.steps[at].what) {
            Some(What::SubAgent(asked)) => asked.name,
            _ => self.of.agent.name,
        }
    }

    fn event(&mut self, at: usize, step: &Step, kind: &str, members: impl FnOnce(&mut Object<'_>)) {
        let mut out = String::with_capacity(1_024);
        object(&mut out, |event| {
            event.text("id", &uuid(self.seed ^ (at as u64) << 8 ^ 1));
            event.text("event_type", kind);
            event.text("init_timestamp", &time(step.at));
            event.text("end_timestamp", &time(step.ended_at));
            event.text("agent_id", &agent_id(self.led_by(step)));
            members(event);
        });
        self.events.push(out);
    }
}

/// Anthropic counts cached tokens beside its input, and so does the SDK.
fn cached(call: &ModelCall) -> u64 {
    if call.model.provider == "anthropic" { call.tokens.cache_read + call.tokens.cache_write } else { 0 }
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The provider's answer, as far as the SDK repeats it.
fn provider_answer(call: &ModelCall, completion: &str) -> String {
    let mut out = String::new();
    let is_anthropic = call.model.provider == "anthropic";
    object(&mut out, |answer| {
        answer.text("model", call.model.answers_as);
        if is_anthropic {
            answer.text("type", "message");
            answer.text("role", "assistant");
            answer.raw("content", &blocks(completion));
            answer.text(
                "stop_reason",
                match call.finish {
                    Finish::ToolCalls => "tool_use",
                    Finish::Length => "max_tokens",
                    Finish::Stop | Finish::Failed => "end_turn",
                },
            );
        } else {
            let finish = match call.finish {
                Finish::ToolCalls => "tool_calls",
                Finish::Length => "length",
                Finish::Stop | Finish::Failed => "stop",
            };
            answer.text("object", "chat.completion");
            answer.raw("choices", &format!("[{{\"index\":0,\"finish_reason\":\"{finish}\",\"message\":{completion}}}]"));
        }
        answer.object("usage", |usage| usage_of(call, is_anthropic, usage));
    });
    out
}

/// The answer as Anthropic's blocks: the message itself is told beside it.
fn blocks(completion: &str) -> String {
    format!("[{{\"type\":\"text\",\"text\":{}}}]", text(completion))
}

fn usage_of(call: &ModelCall, is_anthropic: bool, usage: &mut Object<'_>) {
    let tokens = &call.tokens;
    if is_anthropic {
        usage.number("input_tokens", count(tokens.input - cached(call)));
        usage.number("output_tokens", count(tokens.output));
        usage.number("cache_read_input_tokens", count(tokens.cache_read));
        usage.number("cache_creation_input_tokens", count(tokens.cache_write));
    } else {
        usage.number("prompt_tokens", count(tokens.input));
        usage.number("completion_tokens", count(tokens.output));
        usage.number("total_tokens", count(tokens.input + tokens.output));
        usage.raw("prompt_tokens_details", &format!("{{\"cached_tokens\":{}}}", tokens.cache_read));
        usage.raw("completion_tokens_details", &format!("{{\"reasoning_tokens\":{}}}", tokens.reasoning));
    }
}

fn chat(role: &str, said: &str) -> String {
    format!("{{\"role\":\"{role}\",\"content\":{}}}", text(said))
}

fn returned(id: &str, result: &str) -> String {
    format!("{{\"role\":\"tool\",\"tool_call_id\":{},\"content\":{}}}", text(id), text(result))
}
