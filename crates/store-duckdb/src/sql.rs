//! Questions in the engine's language. Numbers are written into the text, where the planner can prune by them; anything a caller
//! wrote himself is always a parameter.

use std::collections::BTreeMap;
use std::fmt::Display;

use debrief_model::audit::{self, Correlated, Resourced};
use debrief_model::{EventFilter, EventId, Kind, Order, TenantId, TimeRange};

use crate::mark::{self, NO_TYPE, NONE as NO_MARK, OTHER_TYPE, mark};
use crate::woven;

/// Counts of tokens.
pub(crate) const TOKENS: [&str; 5] = ["input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens"];

/// Answering model, else requested model.
pub(crate) const MODEL: &str = "coalesce(response_model, request_model)";

/// A call of a model, or what else says what it used: what [`mark::of_use`] says.
pub(crate) fn says_use() -> String {
    let calls = Kind::Llm.code();
    let says = TOKENS.iter().chain(&["cost_nano_usd"]).map(|column| format!(" OR {column} IS NOT NULL")).collect::<String>();
    format!("(kind = {calls}{says})")
}

/// A condition on events, with the texts that its parameters `$1`, `$2` … stand for.
///
/// It is the sum of its ways: no event fulfils two of them. The engine prunes and skips by what must hold, and not by one of several
/// things that may; so the choice that narrows most becomes a query for each way, and every other one is a plain `OR`.
#[derive(Clone)]
pub(crate) struct Condition {
    common: String,
    /// Empty: the common part is all.
    ways: Vec<String>,
    texts: Vec<String>,
}

impl Condition {
    /// A condition without parameters.
    pub(crate) fn new(sql: String) -> Self {
        Self { common: sql, ways: Vec::new(), texts: Vec::new() }
    }

    /// The same, and this must hold, too.
    pub(crate) fn and(&self, more: &str) -> Self {
        let mut narrowed = self.clone();
        narrowed.require(more);
        narrowed
    }

    /// Disjoint conditions, of which every event of this one fulfils exactly one.
    pub(crate) fn ways(&self) -> impl Iterator<Item = String> {
        let whole = self.ways.is_empty().then(|| self.common.clone());
        whole.into_iter().chain(self.ways.iter().map(|way| format!("{} AND {way}", self.common)))
    }

    /// Whether one query for each tier of rows does it.
    pub(crate) fn is_plain(&self) -> bool {
        self.ways.is_empty()
    }

    /// The parameters, to bind.
    pub(crate) fn params(&self) -> duckdb::ParamsFromIter<&Vec<String>> {
        duckdb::params_from_iter(&self.texts)
    }

    fn require(&mut self, more: &str) {
        self.common.push_str(" AND ");
        self.common.push_str(more);
    }

    fn number(&mut self, column: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.require(&format!("{column} = {value}"));
        }
    }

    /// Makes a text a parameter; answers what the statement calls it.
    fn bind(&mut self, text: &str) -> String {
        self.texts.push(text.to_owned());
        format!("${}", self.texts.len())
    }

    fn text(&mut self, expression: &str, value: Option<&String>) {
        if let Some(value) = value {
            let value = self.bind(value);
            self.require(&format!("{expression} = {value}"));
        }
    }

    fn time(&mut self, range: TimeRange) {
        let TimeRange { from, to } = range;
        if let Some(from) = from {
            self.require(&format!("occurred_at >= {}", from.0));
        }
        if let Some(to) = to {
            self.require(&format!("occurred_at < {}", to.0));
        }
    }

    /// One of these must hold; no event fulfils two.
    fn choice(&mut self, ways: Vec<String>) {
        if self.ways.is_empty() && ways.len() > 1 {
            self.ways = ways;
        } else {
            self.require(&format!("({})", ways.join(" OR ")));
        }
    }
}

/// The events of a tenant that a filter lets through.
pub(crate) fn matching(tenant: TenantId, filter: &EventFilter) -> Condition {
    let EventFilter {
        time,
        session,
        agent,
        agent_version,
        person,
        kind,
        event_type,
        status,
        name,
        model,
        resource_type,
        resource,
        correlation,
        trace,
        span,
        caused_by,
        used,
    } = filter;
    let mut condition = within(tenant, *time);
    condition.number("session", *session);
    condition.number("agent", *agent);
    condition.number("agent_version", *agent_version);
    condition.number("person", *person);
    condition.number("kind", kind.map(|kind| kind.code()));
    condition.number("status", status.map(|status| status.code()));
    if let Some(event_type) = event_type {
        // The mark first: it lets few others through, and only what it lets through is compared as text.
        condition.number("event_type_mark", Some(mark(event_type)));
        condition.text("event_type", Some(event_type));
    }
    condition.text("name", name.as_ref());
    condition.text(MODEL, model.as_ref());
    if let Some(trace) = trace {
        let text = condition.bind(trace);
        condition.require(&of_trace(trace, &text));
    }
    if let Some(span) = span {
        let text = condition.bind(span);
        condition.require(&is_span(span, &text));
    }
    caused(&mut condition, caused_by);
    condition.number("use_mark", used.then_some(mark::USE));
    // The first choice becomes the ways, so they stand in the order of how much they narrow.
    if let Some(correlation) = correlation {
        part_of(&mut condition, correlation);
    }
    if let Some(resource) = resource {
        about(&mut condition, resource);
    }
    if let Some(resource_type) = resource_type {
        about_a(&mut condition, resource_type);
    }
    condition
}

/// The events of a trace; `text` is the parameter with its id. A number is looked for among texts, too: files of format 3 have none.
fn of_trace(id: &str, text: &str) -> String {
    match woven::trace(id) {
        Some(trace) => format!("({} OR trace_id = {text})", is_trace(trace)),
        None => format!("trace_id = {text}"),
    }
}

fn is_trace((high, low): woven::Trace) -> String {
    format!("(trace_lo = {low}::UBIGINT AND trace_hi = {high}::UBIGINT)")
}

/// The same for a span.
fn is_span(id: &str, text: &str) -> String {
    match woven::span(id) {
        Some(span) => format!("(span = {span}::UBIGINT OR span_id = {text})"),
        None => format!("span_id = {text}"),
    }
}

/// What any of these caused; nothing is asked where there are none.
fn caused(condition: &mut Condition, causes: &[String]) {
    if causes.is_empty() {
        return;
    }
    let texts = causes.iter().map(|cause| condition.bind(cause)).collect::<Vec<_>>();
    let mut parents = BTreeMap::<_, Vec<_>>::new();
    for (trace, span) in causes.iter().filter_map(|cause| woven::key(cause)) {
        parents.entry(trace).or_default().push(span);
    }
    let by_text = format!("causation_id IN ({})", texts.join(", "));
    let by_parents = parents
        .into_iter()
        .map(|(trace, spans)| format!("(caused_by_parent AND parent_span IN ({}) AND {})", list(spans.into_iter()), is_trace(trace)));
    let ways = std::iter::once(by_text).chain(by_parents).collect::<Vec<_>>();
    condition.require(&format!("({})", ways.join(" OR ")));
}

/// What [`audit::is_part_of`] says. An event has a mark if it names its workflow, or its trace stands for one.
fn part_of(condition: &mut Condition, wanted: &Correlated) {
    let Correlated { id, session, event } = wanted;
    let text = condition.bind(id);
    let trace = of_trace(id, &text);
    let named = format!("(workflow_mark = {} AND (correlation_id = {text} OR (correlation_id IS NULL AND {trace})))", mark(id));
    let of_session = session.map(|session| format!("(workflow_mark = {NO_MARK} AND session = {session})"));
    let itself = event.map(|event| format!("(workflow_mark = {NO_MARK} AND session IS NULL AND {})", is(event)));
    condition.choice([Some(named), of_session, itself].into_iter().flatten().collect());
}

/// What [`audit::is_about`] says. An event has a mark if it says itself what it is about.
fn about(condition: &mut Condition, wanted: &Resourced) {
    let Resourced { id, event, session } = wanted;
    let text = condition.bind(id);
    let named = format!("(resource_mark = {} AND resource_id = {text})", mark(id));
    let message = Kind::Message.code();
    let of_session = session.map(|session| format!("(resource_mark = {NO_MARK} AND kind = {message} AND session = {session})"));
    let calls = kinds(audit::is_call);
    let itself = event.map(|event| format!("(resource_mark = {NO_MARK} AND kind IN ({calls}) AND {})", is(event)));
    condition.choice([Some(named), of_session, itself].into_iter().flatten().collect());
}

/// What [`audit::resource_type_of`] says.
fn about_a(condition: &mut Condition, resource_type: &str) {
    let named = match mark::type_mark(resource_type) {
        OTHER_TYPE => format!("(resource_type_mark = {OTHER_TYPE} AND resource_type = {})", condition.bind(resource_type)),
        number => format!("(resource_type_mark = {number})"),
    };
    let kinds = kinds(|kind| audit::resource_type_of_kind(kind) == Some(resource_type));
    let by_kind = (!kinds.is_empty()).then(|| format!("(resource_type_mark = {NO_TYPE} AND kind IN ({kinds}))"));
    condition.choice([Some(named), by_kind].into_iter().flatten().collect());
}

fn is(event: EventId) -> String {
    let (high, low) = event.0.as_u64_pair();
    format!("id_hi = {high}::UBIGINT AND id_lo = {low}::UBIGINT")
}

/// The codes of the kinds that are so.
fn kinds(so: impl Fn(Kind) -> bool) -> String {
    Kind::ALL.into_iter().filter(|kind| so(*kind)).map(|kind| kind.code().to_string()).collect::<Vec<_>>().join(", ")
}

/// The events of a tenant in a range of time.
pub(crate) fn within(tenant: TenantId, range: TimeRange) -> Condition {
    let mut condition = Condition::new(format!("tenant = {tenant}"));
    condition.time(range);
    condition
}

/// `DESC` or `ASC`.
pub(crate) fn direction(order: Order) -> &'static str {
    match order {
        Order::Descending => "DESC",
        Order::Ascending => "ASC",
    }
}

/// Unsigned 64-bit numbers as a list.
pub(crate) fn list(numbers: impl Iterator<Item = u64>) -> String {
    numbers.map(|number| format!("{number}::UBIGINT")).collect::<Vec<_>>().join(", ")
}
