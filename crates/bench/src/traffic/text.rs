//! Sentences: templates with `{slots}`, filled from the scene's own facts first, then from the word lists, then with numbers.

use std::fmt::Write as _;

use super::rng::Rng;
use super::words;

/// What a conversation is about. Facts stay the same through the whole conversation, as they do in real ones.
pub(super) struct Scene {
    pub(super) coding: bool,
    facts: Vec<(&'static str, String)>,
}

const FACTS: &[&str] = &[
    "name",
    "product",
    "city",
    "carrier",
    "plan",
    "order",
    "module",
    "func",
    "type",
    "table",
    "ticket",
    "symptom",
    "exception",
    "column",
    "mail",
    "serial",
    "tracking",
    "crate",
];

impl Scene {
    pub(super) fn new(rng: &mut Rng) -> Scene {
        let coding = rng.percent(45);
        let facts = FACTS.iter().map(|slot| (*slot, word(slot, rng))).collect();
        Scene { coding, facts }
    }

    /// One template, filled. `«` and `»` stand for braces that belong to the text.
    pub(super) fn fill(&self, template: &str, rng: &mut Rng) -> String {
        let mut text = String::with_capacity(template.len() * 2);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((slot, tail)) = after.split_once('}') else { break };
            match self.facts.iter().find(|(name, _)| *name == slot) {
                Some((_, fact)) => text.push_str(fact),
                None => text.push_str(&word(slot, rng)),
            }
            rest = tail;
        }
        text.push_str(rest);
        if text.contains('«') { text.replace('«', "{").replace('»', "}") } else { text }
    }

    pub(super) fn system(&self, rng: &mut Rng) -> String {
        self.fill(rng.pick::<&str>(if self.coding { SYSTEM_CODING } else { SYSTEM_SUPPORT }), rng)
    }

    pub(super) fn question(&self, rng: &mut Rng) -> String {
        let pool = if self.coding { ASK_CODING } else { ASK_SUPPORT };
        self.several(pool, 1, 1, rng)
    }

    /// An answer to `question`; many quote what they answer, as support desks and reviewers do.
    pub(super) fn answer(&self, question: &str, rng: &mut Rng) -> String {
        let mut text = String::new();
        if rng.percent(90) {
            text.push_str("> ");
            text.push_str(question);
            text.push_str("\n\n");
        }
        text.push_str(&self.several(if self.coding { ANSWER_CODING } else { ANSWER_SUPPORT }, 1, 1, rng));
        if self.coding && rng.percent(8) {
            text.push_str("\n\n");
            text.push_str(&self.fill(rng.pick(SNIPPETS), rng));
        }
        if rng.percent(15) {
            text.push(' ');
            text.push_str(&self.fill("{closing}", rng));
        }
        text
    }

    /// A tool's name, its arguments and its result, the latter two as JSON text.
    pub(super) fn tool(&self, rng: &mut Rng) -> (&'static str, String, String) {
        let (name, arguments, result) = rng.pick(if self.coding { TOOLS_CODING } else { TOOLS_SUPPORT });
        (name, self.fill(arguments, rng), self.fill(result, rng))
    }

    pub(super) fn trace(&self, rng: &mut Rng) -> String {
        self.fill(
            "Traceback (most recent call last):\n  File \"src/{module}.py\", line {n3}, in {func}\n    rows = await self._fetch({column}, limit={n2})\n  File \"src/storage/client.py\", line {n3}, in _fetch\n    raise {exception}(\"{detail}\")\n{exception}: {detail}\n",
            rng,
        )
    }

    fn several(&self, pool: &[&str], low: u64, high: u64, rng: &mut Rng) -> String {
        let mut text = String::new();
        for _ in 0..rng.between(low, high) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&self.fill(rng.pick(pool), rng));
        }
        text
    }
}

/// A word for a slot: from its list, or a number or name made up on the spot.
pub(super) fn word(slot: &str, rng: &mut Rng) -> String {
    if let Some(list) = words::list(slot) {
        return rng.pick(list).to_owned();
    }
    let mut text = String::new();
    let written = match slot {
        "n1" => write!(text, "{}", rng.between(2, 9)),
        "n2" => write!(text, "{}", rng.between(10, 99)),
        "n3" => write!(text, "{}", rng.between(100, 999)),
        "price" => write!(text, "{}.{:02}", rng.between(4, 890), rng.below(100)),
        "order" => write!(text, "{}-{:06}", rng.pick(&["OR", "EU", "WB", "NX"]), rng.below(1_000_000)),
        "ticket" => write!(text, "CASE-{:07}", rng.below(10_000_000)),
        "hex" => write!(text, "{:010x}", rng.below(1 << 40)),
        "percent" => write!(text, "{}.{}", rng.below(100), rng.below(10)),
        "day" => write!(text, "{} {}", rng.between(1, 28), word("month", rng)),
        "time" => write!(text, "{:02}:{:02}", rng.below(24), rng.below(60)),
        "mail" => write!(
            text,
            "{}{}@{}.example",
            ["anna", "tk", "office", "jo", "mira"][rng.below(5) as usize],
            rng.below(9_999),
            rng.pick(&["mail", "studio-nord", "inbox", "kontor"])
        ),
        "serial" => write!(text, "{}{:04X}-{:05}", rng.pick(&["SN", "R", "KX"]), rng.below(65_536), rng.below(100_000)),
        "tracking" => write!(text, "{:014}", rng.below(100_000_000_000_000)),
        "detail" => write!(
            text,
            "no answer from shard {} after {} ms (request {:08x})",
            rng.below(64),
            rng.between(200, 30_000),
            rng.below(1 << 32)
        ),
        other => write!(text, "{other}"),
    };
    written.expect("writing to a String cannot fail");
    text
}

const SYSTEM_SUPPORT: &[&str] = &[
    "You answer customers of a shop for home and outdoor goods. Be brief, friendly and exact. Never promise a refund above {n3} euros.",
    "You are the first line of {plan} support. Look up the order before you answer, and hand over when the customer asks for a person.",
    "Help travellers and shoppers in {city}. Use the tools for facts. Answer in the customer's language, in at most {n1} sentences.",
];

const SYSTEM_CODING: &[&str] = &[
    "You are a careful pair programmer. Read the file before you change it, keep the public API stable, and show a small diff.",
    "Review code in the repository of {module}. Prefer plain functions, name the failing case, and do not touch generated files.",
    "You help with SQL and data questions about the table {table}. Say what you assumed and how many rows you looked at.",
];

const ASK_SUPPORT: &[&str] = &[
    "Hi, my {product} from order {order} still has not arrived, and the {carrier} page has said the same since {weekday}.",
    "The {product} {symptom}. I bought it on {day} and I am {feeling}.",
    "I was charged {price} euros twice on {day}; the second one has reference {hex}.",
    "Can I change the delivery address to {city}? I will be there until {day}.",
    "What would it cost to move {n2} seats from {plan} to the next larger plan in the middle of the month?",
    "I tried what you said, but now it {symptom} as well.",
    "My colleague {name} cannot sign in with {mail}; the code arrives, but it is refused {adverb}.",
    "Please cancel the second {product}, I only need the one in {colour}.",
    "The serial number is {serial}, if that helps.",
    "Yes, that is right. It was delivered at {time}, but to a neighbour at number {n2}.",
    "Does the warranty cover this, or do I have to pay the {price} for the spare part myself?",
    "I am {feeling}, so could you tell me today whether it will be there by {weekday}?",
];

const ANSWER_SUPPORT: &[&str] = &[
    "{polite}, {name}. Your order {order} left our warehouse on {day} and is with {carrier}, tracking number {tracking}.",
    "Please {remedy}. If the {product} still {symptom} afterwards, we will replace it.",
    "I found two payments of {price} euros. One of them was only a reservation and disappears by {day}.",
    "The new address in {city} is saved; the parcel will be redirected tonight and should arrive on {weekday} between {time} and {time}.",
    "For {n2} seats the difference is {price} euros for the remaining {n1} days, then {price} a month.",
    "The warranty runs until {day} of next year, so the repair costs you nothing. I opened {ticket} for it.",
    "{polite}. The account {mail} was locked after {n1} attempts at {time}; I unlocked it.",
    "We have {n2} pieces left in {colour}, and {n1} in {colour}.",
    "The refund of {price} euros was sent to your card ending in {n2}{n2}; banks need {n1} working days for it.",
    "According to our records the {product} with serial {serial} was built in {month} and needs firmware 4.{n2}.{n1}.",
    "I cannot see that from here, so I passed it to our workshop in {city}; they answer {adverb} within {n2} hours.",
];

const ASK_CODING: &[&str] = &[
    "`{func}` in {module}.rs panics for {n3} of the {n3}{n2} inputs in the nightly run, always with `{exception}`.",
    "Why does the query on {table} read {n2} million rows although there is an index on {column}?",
    "Can you make {func} return a {type} instead of a tuple, without breaking the callers in {module}?",
    "The p99 of this endpoint went from {n2} ms to {n3} ms after commit {hex}. What changed?",
    "Please add a test for the case where {column} is null and the {type} has expired.",
    "That compiles now, but {func} is called {n2} times per request. Can it be done once?",
    "We are on {crate} 0.{n2}; is there a reason not to move to the next version?",
    "The build fails on line {n3}: expected `{type}`, found `Option<{type}>`.",
    "Show me the {n1} slowest statements against {table} on {weekday} between {time} and {time}.",
    "How would you split {module} so that {func} can be tested without a database?",
];

const ANSWER_CODING: &[&str] = &[
    "The failure comes from line {n3}: `{func}` assumes that {column} is sorted, which is {adverb} true but not for rows imported on {day}.",
    "The planner ignores the index because {column} is compared as text; casting it once reduces the scan from {n3},{n3} rows to {n3}.",
    "I changed {n1} call sites in {module} and left the old signature as a thin wrapper, so nothing else has to move today.",
    "Commit {hex} added a retry with a pause of {n3} ms inside the lock, which explains the {percent} % of slow requests.",
    "{polite}. I would keep {crate} where it is until the fix for issue {n3}{n1} is out.",
    "`{type}` is cloned for every row; borrowing it saves {percent} % of the allocations in my measurement with {n3} rows.",
    "There are {n2} tests in that file now, {n1} of them new; the one for the expired lease failed before the change.",
    "I looked at {n3} traces from {weekday}: {percent} % of the time is spent in {func}, mostly waiting for {table}.",
    "The type error is real: after the change the function may find nothing, so the caller on line {n3} has to decide what to do then.",
    "Splitting it in two is enough: one part reads {table}, the other is pure and takes the rows it needs.",
];

const SNIPPETS: &[&str] = &[
    "```rust\npub fn {func}(rows: &[{type}], limit: usize) -> Vec<&{type}> «\n    let mut kept: Vec<_> = rows.iter().filter(|row| row.{column} > {n3}).collect();\n    kept.sort_by_key(|row| row.{column});\n    kept.truncate(limit.min({n2}));\n    kept\n»\n```",
    "```python\nasync def {func}(client, {column}: str, attempts: int = {n1}):\n    for attempt in range(attempts):\n        page = await client.get(\"/{table}\", params=«\"{column}\": {column}, \"limit\": {n3}»)\n        if page.status != {n3}:\n            return page.json()[\"items\"]\n    raise {exception}({column})\n```",
    "```sql\nSELECT {column}, count(*) AS n, avg(amount_cents) / 100.0\nFROM {table}\nWHERE {column} >= DATE '2026-0{n1}-{n2}' AND status <> 'draft'\nGROUP BY {column} HAVING count(*) > {n2}\nORDER BY n DESC LIMIT {n2};\n```",
    "```diff\n-    let lease = store.{func}(id).unwrap();\n+    let Some(lease) = store.{func}(id) else « return Ok(None) »;\n     if lease.{column} + Duration::from_secs({n3}) < now «\n```",
];

type Tool = (&'static str, &'static str, &'static str);

const TOOLS_SUPPORT: &[Tool] = &[
    (
        "find_order",
        r#"«"order": "{order}", "include": ["lines", "shipments"]»"#,
        r#"«"order": "{order}", "placed": "{day}", "lines": [«"sku": "{serial}", "name": "{product}", "price": {price}, "colour": "{colour}"», «"sku": "{serial}", "name": "gift wrap", "price": {n1}»], "shipment": «"carrier": "{carrier}", "tracking": "{tracking}", "status": "in transit", "depot": "{city}"»»"#,
    ),
    (
        "search_articles",
        r#"«"query": "{product} {symptom}", "top": {n1}»"#,
        r#"[«"id": {n3}, "title": "If the {product} {symptom}", "score": 0.{n3}, "excerpt": "First, {remedy}. Then wait {n2} minutes and check again."», «"id": {n3}, "title": "Warranty and spare parts for the {product}", "score": 0.{n3}, "excerpt": "Parts ship from {city} within {n1} days; keep serial {serial} at hand."»]"#,
    ),
    (
        "issue_refund",
        r#"«"order": "{order}", "amount": {price}, "reason": "{symptom}"»"#,
        r#"«"refund": "rf_{hex}", "amount": {price}, "state": "queued", "expected": "{day}", "note": "approved by {name} at {time}"»"#,
    ),
    (
        "customer_profile",
        r#"«"mail": "{mail}"»"#,
        r#"«"mail": "{mail}", "name": "{name}", "plan": "{plan}", "seats": {n2}, "city": "{city}", "open_cases": ["{ticket}"], "last_login": "{day} {time}", "lifetime_value": {price}»"#,
    ),
];

const TOOLS_CODING: &[Tool] = &[
    (
        "read_file",
        r#"«"path": "src/{module}.rs", "from": {n2}, "to": {n3}»"#,
        r#"«"path": "src/{module}.rs", "sha": "{hex}{hex}", "lines": ["pub struct {type} [", "    {column}: u64,", "    owner: Arc[{type}],", "]", "// {polite}: {func} is called from {n1} places, see commit {hex}"]»"#,
    ),
    (
        "run_tests",
        r#"«"package": "{crate}-ext", "filter": "{func}"»"#,
        r#"«"passed": {n2}, "failed": {n1}, "seconds": {percent}, "failures": [«"name": "{module}::{func}_with_{column}", "message": "left: {n3}, right: {n3}", "line": {n3}»]»"#,
    ),
    (
        "sql",
        r#"«"statement": "SELECT {column}, count(*) FROM {table} WHERE {column} = '{hex}' GROUP BY 1 LIMIT {n2}"»"#,
        r#"«"columns": ["{column}", "count"], "rows": [["{city}", {n3}], ["{city}", {n2}], ["{city}", {n3}], ["{city}", {n1}]], "took_ms": {percent}, "scanned": {n3}{n3}»"#,
    ),
    (
        "grep",
        r#"«"pattern": "{func}\\(", "path": "src/{module}"»"#,
        r#"["src/{module}.rs:{n3}: let page = {func}(&{column}, {n2})?;", "src/{module}/mod.rs:{n2}: pub use self::{func};", "tests/{func}.rs:{n2}: assert_eq!({func}(None), {n3});"]"#,
    ),
];
