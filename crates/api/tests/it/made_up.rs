//! Made-up traces with all that makes order matter: what only the outermost operation says, agents in the middle, operations that repeat
//! what those within them used, calls that are seen twice, and operations that never come.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::order::Item;

/// 2026-01-01T11:00:00Z.
const BEGIN_US: u64 = 1_767_265_200_000_000;
const AGENTS: [&str; 3] = ["clerk", "scout", "judge"];

/// One or two traces, which may be of one conversation.
pub(crate) fn traces(rng: &mut StdRng) -> Vec<Item> {
    let conversation = rng.random_ratio(3, 4).then_some("a conversation");
    let count = rng.random_range(1..=2);
    let mut items = Vec::new();
    for number in 0..count {
        let mut trace = Trace { number, now_us: BEGIN_US + number * 10_000_000, spans: 0, calls: 0, items: Vec::new() };
        trace.whole(rng, conversation);
        items.append(&mut trace.items);
    }
    items
}

/// A trace being made. As some senders have it, a coarse clock says when operations begin, and a fine one when they end.
struct Trace {
    number: u64,
    now_us: u64,
    spans: u64,
    calls: u64,
    items: Vec<Item>,
}

type Attributes = Vec<(&'static str, Value)>;

impl Trace {
    fn whole(&mut self, rng: &mut StdRng, conversation: Option<&str>) {
        let root = self.span_id();
        let began = self.begin();
        for _ in 0..rng.random_range(1..=3) {
            if rng.random_ratio(2, 3) { self.agent(rng, root) } else { self.call(rng, root) }
        }
        let mut told: Attributes = vec![("gen_ai.operation.name", json!("invoke_workflow"))];
        told.extend(conversation.map(|id| ("gen_ai.conversation.id", json!(id))));
        if rng.random() {
            told.push(("user.id", json!(["ada", "bob"][rng.random_range(0..2)])));
        }
        // Two traces that say different things of one session count as they come.
        if self.number == 0 && rng.random() {
            told.extend([("agentops.span.kind", json!("session")), ("operation.name", json!("a title"))]);
            told.push(("agentops.session.end_state", json!("Success")));
            told.extend([("agentops.environment", json!("production")), ("agentops.tags", json!("outer"))]);
        }
        if rng.random_ratio(1, 3) {
            told.extend(used(1_000));
        }
        if rng.random_ratio(9, 10) {
            self.span(root, 0, "handle request", began, told);
        }
    }

    /// An agent, which may say once more what its calls used.
    fn agent(&mut self, rng: &mut StdRng, parent: u64) {
        let (id, began) = (self.span_id(), self.begin());
        for _ in 0..rng.random_range(0..=3) {
            match rng.random_range(0..4) {
                0 => self.tool(rng, id),
                1 if self.spans < 12 => self.agent(rng, id),
                _ => self.call(rng, id),
            }
        }
        let mut told: Attributes = vec![("gen_ai.operation.name", json!("invoke_agent"))];
        if rng.random_ratio(3, 4) {
            told.push(("gen_ai.agent.name", json!(AGENTS[rng.random_range(0..AGENTS.len())])));
        }
        if rng.random() {
            told.extend(used(rng.random_range(1..500)));
        }
        if self.number == 0 && rng.random_ratio(1, 3) {
            told.extend([("agentops.environment", json!("test")), ("agentops.tags", json!(format!("inner {id}")))]);
        }
        if self.number == 0 && rng.random_ratio(1, 3) {
            let label = if rng.random() { "pass" } else { "fail" };
            told.extend([("evaluations.0.evaluation.name", json!("task_completion")), ("evaluations.0.evaluation.label", json!(label))]);
        }
        self.span(id, parent, "an agent", began, told);
    }

    /// A call of a model with the history so far, in the span or in records beside it, and sometimes seen by two instrumentations.
    fn call(&mut self, rng: &mut StdRng, parent: u64) {
        let (id, began) = (self.span_id(), self.begin());
        let model = ["gpt-4o", "gpt-4o-mini", "made-up"][rng.random_range(0..3)];
        let mut told: Attributes = vec![
            ("gen_ai.operation.name", json!("chat")),
            ("gen_ai.provider.name", json!("openai")),
            ("gen_ai.request.model", json!(model)),
        ];
        told.extend(used(rng.random_range(1..500)));
        self.calls += 1;
        if rng.random_ratio(3, 4) {
            let told_of = |role: &str, text: String| json!({"role": role, "parts": [{"type": "text", "content": text}]});
            let history: Vec<_> = (1..=self.calls)
                .flat_map(|turn| [told_of("user", format!("question {turn}")), told_of("assistant", format!("answer {turn}"))])
                .collect();
            let (last, before) = history.split_last().unwrap();
            told.push(("gen_ai.input.messages", json!(json!(before).to_string())));
            match rng.random_range(0..4) {
                0 => told.push(("error.type", json!("RateLimitError"))),
                _ => told.push(("gen_ai.output.messages", json!(json!([last]).to_string()))),
            }
        }
        if rng.random_ratio(1, 4) {
            let within = self.span_id();
            let inner = self.begin();
            self.span(within, id, "the same call", inner, told.clone());
        }
        self.span(id, parent, "a call", began, told);
    }

    fn tool(&mut self, rng: &mut StdRng, parent: u64) {
        let (id, began) = (self.span_id(), self.begin());
        let mut told: Attributes = vec![("gen_ai.operation.name", json!("execute_tool")), ("gen_ai.tool.name", json!("look_up"))];
        if rng.random_ratio(1, 3) {
            told.push(("error.type", json!("Timeout")));
        }
        self.span(id, parent, "a tool", began, told);
        if rng.random() {
            self.record(id);
        }
    }

    fn span_id(&mut self) -> u64 {
        self.spans += 1;
        self.spans
    }

    fn begin(&mut self) -> u64 {
        self.tick() / 1_000 * 1_000
    }

    fn tick(&mut self) -> u64 {
        self.now_us += 400;
        self.now_us
    }

    fn trace_id(&self) -> String {
        format!("{:032x}", 0xa0 + self.number)
    }

    fn span(&mut self, id: u64, parent: u64, name: &str, began_us: u64, told: Attributes) {
        let ended_us = self.tick();
        let failed = told.iter().any(|(key, _)| *key == "error.type");
        let span = json!({
            "traceId": self.trace_id(),
            "spanId": format!("{id:016x}"),
            "parentSpanId": if parent > 0 { format!("{parent:016x}") } else { String::new() },
            "name": name,
            "startTimeUnixNano": (began_us * 1_000).to_string(),
            "endTimeUnixNano": (ended_us * 1_000).to_string(),
            "attributes": attributes(told),
            "status": if failed { json!({"code": 2}) } else { json!({}) },
        });
        let resource = json!({"scopeSpans": [{"scope": {"name": "test"}, "spans": [span]}]});
        self.items.push(Item { is_log: false, resource });
    }

    /// What an operation logged.
    fn record(&mut self, span: u64) {
        let record = json!({
            "traceId": self.trace_id(),
            "spanId": format!("{span:016x}"),
            "timeUnixNano": (self.tick() * 1_000).to_string(),
            "body": {"stringValue": "looking it up"},
        });
        self.items.push(Item { is_log: true, resource: json!({"scopeLogs": [{"scope": {"name": "test"}, "logRecords": [record]}]}) });
    }
}

fn used(tokens: u64) -> Attributes {
    vec![("gen_ai.usage.input_tokens", json!(tokens)), ("gen_ai.usage.output_tokens", json!(tokens / 2 + 1))]
}

fn attributes(told: Attributes) -> Value {
    let value = |value: Value| if value.is_string() { json!({"stringValue": value}) } else { json!({"intValue": value}) };
    told.into_iter().map(|(key, told)| json!({"key": key, "value": value(told)})).collect()
}
