//! What must be shown after a program exported what it planned. The same is asserted of the whole server with the real senders, in
//! `sdk-tests/otlp/stored.py`.
//!
//! A plan has a `session`, or names the `root` of the trace that stands for one; the `user`, the `agent` or `agents`, `tags` and
//! `endState`; the calls of models as `llm` and the runs of tools as `tools`, both in their order; names of other `spans`; `others`, which
//! are the sessions that it began beside; and as `unsaid` what the sender does not tell of any call.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::reader::Reader;
use crate::recorded::{Recording, members};

/// What is told of a call in the words that we show it in.
const OF_CALLS: &[&str] = &[
    "provider",
    "requestModel",
    "responseModel",
    "responseId",
    "finishReason",
    "inputTokens",
    "outputTokens",
    "cacheReadTokens",
    "cacheWriteTokens",
    "status",
    "errorMessage",
];

/// What is not as it should be.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn expect(&mut self, is: bool, what: impl FnOnce() -> String) {
        if !is {
            self.0.push(what());
        }
    }

    /// A member with exactly this value.
    fn same(&mut self, whose: &str, shown: &Value, name: &str, wanted: &Value) {
        self.expect(shown.get(name) == Some(wanted), || format!("{whose}: {name} is {}, not {wanted}", shown[name]));
    }
}

/// Panics with all that is not shown as it was planned.
pub(crate) fn assert_shown(reader: &Reader<'_>, recording: &Recording) {
    let (plan, sent) = (&recording.planned, recording.spans());
    let id = plan["session"].as_str().map_or_else(|| trace_named(&sent, plan["root"].as_str().unwrap()), str::to_owned);
    let (session, events) = (reader.session(&id), reader.events(&id));
    let mut all = events.clone();
    let mut problems = Problems::default();
    for other in members(plan, "others") {
        let id = other["session"].as_str().unwrap();
        all.extend(reader.events(id));
        if other.get("endState").is_some() {
            problems.same(id, &reader.session(id), "endState", &other["endState"]);
        }
    }
    said_of_session(&mut problems, &session, plan);
    totals(&mut problems, &session, &events, plan);
    each_span_once(&mut problems, &all, &sent);
    calls(&mut problems, &of_kind(&events, "llm"), plan);
    tools(&mut problems, &of_kind(&events, "tool"), plan);
    let names: BTreeSet<_> = of_kind(&events, "span").into_iter().map(|event| event["name"].clone()).map(|name| name.to_string()).collect();
    let missing: Vec<_> = members(plan, "spans").filter(|name| !names.contains(&name.to_string())).collect();
    problems.expect(missing.is_empty(), || format!("no span is named {missing:?}; there are {names:?}"));
    assert!(problems.0.is_empty(), "\n{}\nin {session}", problems.0.join("\n"));
}

fn of_kind<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["kind"] == kind).collect()
}

/// The trace whose first span has this name.
fn trace_named(sent: &[&Value], root: &str) -> String {
    let is_root = |span: &&&Value| span["name"] == root && span["parentSpanId"].as_str().unwrap_or_default().is_empty();
    let traces: Vec<_> = sent.iter().filter(is_root).map(|span| span["traceId"].as_str().unwrap()).collect();
    assert_eq!(traces.len(), 1, "one trace begins with a span named {root}");
    traces[0].to_ascii_lowercase()
}

/// What was said of the session as a whole.
fn said_of_session(problems: &mut Problems, session: &Value, plan: &Value) {
    for (planned, shown) in [("session", "sessionId"), ("user", "person"), ("endState", "endState"), ("title", "title")] {
        if plan.get(planned).is_some() {
            problems.same("session", session, shown, &plan[planned]);
        }
    }
    if plan.get("tags").is_some() {
        let [shown, planned] = [session, plan].map(|of| members(of, "tags").map(Value::to_string).collect::<BTreeSet<_>>());
        problems.expect(shown == planned, || format!("session: tags are {shown:?}, not {planned:?}"));
    }
    let one = plan.get("agent").map(|agent| json!([agent]));
    if let Some(Value::Array(agents)) = plan.get("agents").or(one.as_ref()) {
        let missing: Vec<_> = agents.iter().filter(|agent| members(session, "agents").all(|shown| shown != *agent)).collect();
        problems.expect(missing.is_empty(), || format!("session: {missing:?} are not among its agents {}", session["agents"]));
    }
}

/// A session's totals are what its events add up to, and no call counts twice.
fn totals(problems: &mut Problems, session: &Value, events: &[Value], plan: &Value) {
    let totals = &session["totals"];
    let count = |kind: &str| json!(of_kind(events, kind).len());
    problems.same("totals", totals, "events", &json!(events.len()));
    problems.same("totals", totals, "llmCalls", &json!(plan["llm"].as_array().unwrap().len()));
    for (name, kind) in [("llmCalls", "llm"), ("toolCalls", "tool"), ("actions", "action"), ("errors", "error")] {
        problems.same("totals", totals, name, &count(kind));
    }
    problems.same("totals", totals, "failures", &json!(events.iter().filter(|event| event["status"] == "error").count()));
    for name in ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens"] {
        let told: Vec<u64> = events.iter().filter_map(|event| event[name].as_u64()).collect();
        let sum = if told.is_empty() { Value::Null } else { json!(told.iter().sum::<u64>()) };
        problems.same("totals", totals, name, &sum);
        let planned: Vec<u64> = members(plan, "llm").filter_map(|call| call[name].as_u64()).collect();
        if !unsaid(plan).contains(name) {
            let shown = totals[name].as_u64().unwrap_or(0);
            problems.expect(shown == planned.iter().sum::<u64>(), || format!("totals: {name} is {shown}, planned are {planned:?}"));
        }
    }
    let cost = |of: &Value| of["costUsd"].as_str().map(|text| text.parse::<f64>().unwrap());
    let sum: f64 = events.iter().filter_map(cost).sum();
    problems.expect((cost(totals).unwrap_or(0.0) - sum).abs() < 1e-9, || format!("totals: costUsd is {}, not {sum}", totals["costUsd"]));
}

/// Every span is one event with its ids and times.
fn each_span_once(problems: &mut Problems, events: &[Value], sent: &[&Value]) {
    let place = |of: &Value| ["traceId", "spanId"].map(|name| of[name].as_str().unwrap_or_default().to_ascii_lowercase());
    let mut by_span: BTreeMap<[String; 2], Vec<&Value>> = BTreeMap::new();
    events.iter().for_each(|event| by_span.entry(place(event)).or_default().push(event));
    for span in sent {
        let whose = format!("span {}", span["name"]);
        let stored = by_span.get(&place(span)).map_or(&[][..], Vec::as_slice);
        let [event] = stored else {
            problems.0.push(format!("{whose} is stored {} times", stored.len()));
            continue;
        };
        let parent = span["parentSpanId"].as_str().filter(|parent| !parent.is_empty());
        problems.same(&whose, event, "parentSpanId", &json!(parent));
        problems.same(&whose, event, "status", &json!(if span["status"]["code"] == 2 { "error" } else { "ok" }));
        for (shown, told) in [("occurredAt", "startTimeUnixNano"), ("endedAt", "endTimeUnixNano")] {
            let micros = event[shown].as_str().map(|text| text.parse::<Timestamp>().unwrap().as_microsecond());
            let nanos: i64 = span[told].as_str().unwrap().parse().unwrap();
            problems.expect(micros == Some(nanos / 1_000), || format!("{whose}: {shown} is {}, {told} {nanos}", event[shown]));
        }
    }
}

/// The calls of models are those planned, in order.
fn calls(problems: &mut Problems, calls: &[&Value], plan: &Value) {
    let planned: Vec<_> = members(plan, "llm").collect();
    problems.expect(calls.len() == planned.len(), || format!("{} calls were planned, shown are {calls:?}", planned.len()));
    for (at, (planned, call)) in planned.into_iter().zip(calls).enumerate() {
        one_call(problems, &format!("call {at}"), call, planned, &unsaid(plan));
    }
}

fn unsaid(plan: &Value) -> BTreeSet<&str> {
    members(plan, "unsaid").filter_map(Value::as_str).collect()
}

fn one_call(problems: &mut Problems, whose: &str, call: &Value, planned: &Value, unsaid: &BTreeSet<&str>) {
    let said = |name: &str| planned.get(name).filter(|value| !value.is_null() && !unsaid.contains(name));
    for name in OF_CALLS {
        match said(name) {
            // No sender says that no token came from a cache in the same way: 0 and unknown are both right for 0.
            Some(Value::Number(number)) if number.as_u64() == Some(0) => {
                problems.expect(call[name].as_u64().unwrap_or(0) == 0, || format!("{whose}: {name} is {}, not 0", call[name]));
            }
            Some(wanted) => problems.same(whose, call, name, wanted),
            None if *name == "status" => problems.same(whose, call, name, &json!("ok")),
            None => {}
        }
    }
    if let Some(wanted) = said("reasoningTokens").filter(|wanted| **wanted != json!(0)) {
        problems.same(whose, call, "reasoningTokens", wanted);
    }
    contains(problems, whose, call, "errorType", planned);
    if let Some(usd) = planned["costUsd"].as_f64() {
        let shown = call["costUsd"].as_str().and_then(|text| text.parse::<f64>().ok());
        problems.expect(shown.is_some_and(|shown| (shown - usd).abs() < 1e-9), || format!("{whose}: costUsd is {shown:?}, not {usd}"));
        problems.same(whose, call, "costSource", &json!("reported"));
    }
    for (name, side) in [("question", "input"), ("output", "output")] {
        if let Some(text) = said(name).filter(|text| **text != json!("")) {
            let says = members(call, side).any(|message| message["text"] == *text);
            problems.expect(says, || format!("{whose}: {side} does not say {text}: {}", call[side]));
        }
    }
    if let Some(wanted) = said("toolCalls").filter(|calls| **calls != json!([])) {
        let made = members(call, "output").flat_map(|message| members(message, "toolCalls"));
        let made: Vec<_> =
            made.map(|made| json!({"id": made["id"], "name": made["name"], "arguments": parsed(&made["arguments"])})).collect();
        problems.expect(wanted.as_array() == Some(&made), || format!("{whose}: output does not ask for {wanted}: {}", call["output"]));
    }
}

/// Some senders say a type with its package, or an exception's type before its message.
fn contains(problems: &mut Problems, whose: &str, shown: &Value, name: &str, planned: &Value) {
    if let Some(part) = planned[name].as_str() {
        let holds = shown[name].as_str().is_some_and(|text| text.contains(part));
        problems.expect(holds, || format!("{whose}: {name} is {}, without {part:?}", shown[name]));
    }
}

/// Each planned run of a tool is shown once, and nothing else is shown as one: not what a model merely asked for.
fn tools(problems: &mut Problems, tools: &[&Value], plan: &Value) {
    let planned: Vec<_> = members(plan, "tools").collect();
    problems.expect(tools.len() == planned.len(), || format!("{} tools were planned, shown are {tools:?}", planned.len()));
    for planned in planned {
        let (name, whose) = (&planned["name"], format!("tool {}", planned["name"]));
        let gave = |tool: &Value| planned.get("result").is_none_or(|result| holds(tool, "output", result));
        let ran: Vec<_> = tools.iter().filter(|tool| tool["name"] == *name && gave(tool)).collect();
        let [tool] = ran[..] else {
            problems.0.push(format!("{whose}: {} runs with the planned result", ran.len()));
            continue;
        };
        problems.same(&whose, tool, "status", &planned["status"]);
        contains(problems, &whose, tool, "errorMessage", planned);
        contains(problems, &whose, tool, "errorType", planned);
        if let Some(arguments) = planned.get("arguments") {
            problems.expect(holds(tool, "input", arguments), || format!("{whose}: {arguments} are not in {}", tool["input"]));
        }
    }
}

/// Whether a value is what some message says, as text or as JSON, or what a call in it is given.
fn holds(event: &Value, side: &str, value: &Value) -> bool {
    let says = |message: &Value| {
        parsed(&message["text"]) == *value || members(message, "toolCalls").any(|call| parsed(&call["arguments"]) == *value)
    };
    members(event, side).any(says)
}

/// JSON in a text as JSON; any other text as it is.
fn parsed(value: &Value) -> Value {
    value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}
