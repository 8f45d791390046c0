//! `docs/dialects.md` lists what the tables say, so that it cannot fall behind them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::dialect::DIALECTS;
use crate::table::{Parts, Source, Table, Talk, Wait, Writes};

const DOCUMENT: &str = include_str!("../../../../docs/dialects.md");

/// Every key and word that a table knows, and some more.
pub(super) static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| DOCUMENT.split('`').skip(1).step_by(2).collect());

#[test]
fn the_document_lists_every_place() {
    let tables: String = DIALECTS.iter().map(|table| section(table)).collect();
    assert!(DOCUMENT.contains(&tables), "docs/dialects.md should have these tables:\n{tables}");
}

fn section(table: &Table) -> String {
    let Table {
        name,
        prefixes,
        scopes,
        resources,
        class,
        classes,
        named,
        implied,
        provider,
        request_model,
        response_model,
        finish_reason,
        response_id,
        input_tokens,
        output_tokens,
        cache_read,
        cache_write,
        cache_write_5m,
        cache_write_1h,
        reasoning,
        total_tokens,
        audio_input,
        audio_output,
        service_tier,
        service_tier_asked,
        speed,
        cost,
        cost_parts,
        conversation,
        person,
        agent,
        agent_id,
        agent_version,
        tool,
        tool_call_id,
        first_token,
        tags,
        environment,
        end_state,
        title,
        error_kind,
        error_message,
        failed,
        pending,
        aggregated,
        instructions,
        history,
        answer,
        evaluations,
        input,
        output,
    } = table;
    let mut out = format!("\n### `{name}`\n\nSpoken where ");
    let marks = [
        list(prefixes, |prefix| format!("`{prefix}…`")),
        list(scopes, |scope| format!("scope `{scope}`")),
        list(resources, |key| format!("resource `{key}`")),
    ];
    let marks: Vec<_> = marks.into_iter().filter(|mark| !mark.is_empty()).collect();
    let _ = write!(out, "{} is found.\n\n| field | where |\n| --- | --- |\n", marks.join(", or "));
    let is = |pairs: &[(&'static str, &'static str)]| list(pairs, |(key, value)| format!("`{key}` is `{value}`"));
    let rows = [
        ("class", sources(class)),
        ("class by word", list(classes, |(word, class)| format!("`{word}` {class:?}"))),
        ("class without a word, by name", list(named, |(beginning, class)| format!("`{beginning}…` {class:?}"))),
        ("class without a word", list(implied, |(key, class)| format!("`{key}` {class:?}"))),
        ("provider", sources(provider)),
        ("model asked", sources(request_model)),
        ("model that answered", sources(response_model)),
        ("finish reason", sources(finish_reason)),
        ("id of the answer", sources(response_id)),
        ("input tokens", sources(input_tokens)),
        ("output tokens", sources(output_tokens)),
        ("read from cache", sources(cache_read)),
        ("written to cache", sources(cache_write)),
        ("of it for five minutes", sources(cache_write_5m)),
        ("of it for an hour", sources(cache_write_1h)),
        ("reasoning", sources(reasoning)),
        ("total tokens", sources(total_tokens)),
        ("audio heard", sources(audio_input)),
        ("audio spoken", sources(audio_output)),
        ("service tier", sources(service_tier)),
        ("service tier asked", sources(service_tier_asked)),
        ("speed", sources(speed)),
        ("cost, USD", sources(cost)),
        ("cost without a total", list(cost_parts, parts)),
        ("conversation", sources(conversation)),
        ("person", sources(person)),
        ("agent", sources(agent)),
        ("agent's id", sources(agent_id)),
        ("agent's version", sources(agent_version)),
        ("tool", sources(tool)),
        ("id of the tool call", sources(tool_call_id)),
        ("time to first token", list(first_token, wait)),
        ("tags", sources(tags)),
        ("environment", sources(environment)),
        ("end state", sources(end_state)),
        ("title", sources(title)),
        ("kind of error", sources(error_kind)),
        ("error message", sources(error_message)),
        ("failed", is(failed)),
        ("still running", is(pending)),
        ("repeats others' usage", list(aggregated, |prefix| format!("`{prefix}…`"))),
        ("instructions", sources(instructions)),
        ("history", list(history, talk)),
        ("answer", list(answer, talk)),
        ("evaluations", list(evaluations, |(list, item)| format!("`{list}0.{item}…`"))),
        ("other input", sources(input)),
        ("other output", sources(output)),
    ];
    for (field, places) in rows.iter().filter(|(_, places)| !places.is_empty()) {
        let _ = writeln!(out, "| {field} | {places} |");
    }
    out
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(", ")
}

fn sources(sources: &[Source]) -> String {
    list(sources, source)
}

fn source(source: &Source) -> String {
    let sum = |members: &[&str]| members.iter().map(|member| format!("`{member}`")).collect::<Vec<_>>().join(" + ");
    match source {
        Source::Key(key) | Source::Quoted(key) => format!("`{key}`"),
        Source::Json(key, path) => format!("`{key}` → `{path}`"),
        Source::Sum(key, members) => format!("`{key}` → {}", sum(members)),
        Source::SumWith(key, members, _) => format!("`{key}` → {} + what is written to the cache", sum(members)),
        Source::Writes(key, Writes { all, short, long }) => {
            format!("`{key}` → {}, with the parts {} and {}", sum(all), sum(short), sum(long))
        }
        Source::Told(key, member, word) => format!("`{word}` where `{key}` → `{member}` is there"),
        Source::If(key, value, found) => format!("`{found}` where `{key}` is `{value}`"),
        Source::Resource(key) => format!("resource `{key}`"),
        Source::NameWord => "first word of the span's name".to_owned(),
        Source::NameIf(key, value) => format!("the span's name where `{key}` is `{value}`"),
    }
}

fn parts(parts: &Parts) -> String {
    match parts {
        Parts::Keys(keys) => keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" + "),
        Parts::Members(key) => format!("the sum of `{key}`"),
    }
}

fn wait(wait: &Wait) -> String {
    match wait {
        Wait::Seconds(key) => format!("`{key}` (s)"),
        Wait::Millis(key) => format!("`{key}` (ms)"),
        Wait::Moment(key) => format!("`{key}` (RFC 3339)"),
    }
}

fn talk(talk: &Talk) -> String {
    match talk {
        Talk::Chat(key) | Talk::Candidate(key) => format!("`{key}`"),
        Talk::Answer(text, calls) => format!("`{text}` with `{calls}`"),
        Talk::Numbered(prefix) => format!("`{prefix}0.…`"),
        Talk::Messages(names) => list(names, |(name, _)| format!("event `{name}`")),
        Talk::Event(name, key) => format!("`{key}` of event `{name}`"),
        Talk::Whole(key) => format!("`{key}` (whole conversation)"),
    }
}
