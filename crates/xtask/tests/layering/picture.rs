//! The layers as data, and the rules that follow from them.
//!
//! ```text
//!              debrief                 wires everything together
//!             ┌───┴────────────┐
//!            api    store-sqlite · store-duckdb
//!             │                │
//!            app               │
//!     ┌───────┬───────┬────┴──┬───────┐
//!  telemetry  │  otlp insight pricing store
//!     └─ content     └───────┴───────┤
//!                                  model
//! ```
//!
//! `judge`, which asks a model over HTTP for `app`, stands beside `api`. `demo`, which makes believable traffic, stands beside them all on
//! `model` alone.

use std::{collections::BTreeSet, path::Path};

use crate::{
    metadata::Crate,
    repository::File,
    source::{self, Token},
};

/// Each crate, and the crates of ours that it may be built on.
const PICTURE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("store", &["model"]),
    ("store-sqlite", &["model", "store"]),
    ("store-duckdb", &["model", "store"]),
    ("content", &[]),
    ("insight", &["model"]),
    ("pricing", &["model"]),
    ("otlp", &["content"]),
    ("telemetry", &["model", "content"]),
    ("app", &["model", "store", "content", "insight", "pricing", "telemetry"]),
    ("api", &["model", "app", "content", "insight", "pricing", "telemetry", "otlp"]),
    ("judge", &["app"]),
    ("demo", &["model"]),
    ("bench", &["model", "store", "content", "insight", "pricing", "telemetry", "otlp", "app", "api", "demo"]),
    (
        "debrief",
        &[
            "model",
            "store",
            "store-sqlite",
            "store-duckdb",
            "content",
            "insight",
            "pricing",
            "telemetry",
            "otlp",
            "app",
            "api",
            "judge",
            "demo",
            "bench",
        ],
    ),
    ("testkit", &["model", "store", "insight", "app"]),
    ("xtask", &[]),
];

/// What tests of any crate may use besides: the reference engines, and the contracts they stand for.
const FOR_TESTS: &[&str] = &["testkit", "model", "store"];

/// The only crates of others that `model` may name.
const MODEL_ALLOWED: &[&str] = &["uuid"];

/// Layers that are used over HTTP and must not notice.
const WITHOUT_HTTP: &[&str] = &["model", "store", "content", "insight", "pricing", "otlp", "telemetry", "app", "demo"];

/// Crates whose presence means that somebody below the API speaks HTTP.
const HTTP: &[&str] = &[
    "actix-web",
    "axum",
    "axum-core",
    "h2",
    "http",
    "http-body",
    "httparse",
    "hyper",
    "hyper-util",
    "isahc",
    "reqwest",
    "rocket",
    "tonic",
    "tower",
    "tower-http",
    "ureq",
    "warp",
];

/// Layers that ask engines through the contracts.
pub(crate) const WITHOUT_SQL: &[&str] = &["model", "store", "content", "insight", "pricing", "otlp", "telemetry", "app", "api", "demo"];

/// How statements begin in both engines.
const SQL: &[&str] = &[
    "ALTER TABLE ",
    "ATTACH ",
    "COPY (",
    "CREATE INDEX ",
    "CREATE TABLE ",
    "DELETE FROM ",
    "DROP TABLE ",
    "INSERT INTO ",
    "INSERT OR ",
    "PRAGMA ",
    "SELECT ",
    "WITH RECURSIVE ",
];

/// Folders of `api` that serve all dialects and are none. They know no dialect either.
const SHARED_BY_DIALECTS: &[&str] = &["edge"];

/// The folder of `api` for routes that two dialects claim. It hands each request on to one of them, so it knows them; nobody knows it.
const BETWEEN_DIALECTS: &str = "shared";

/// Crates that nobody has drawn, and drawn crates that nobody has built.
pub(crate) fn strangers(crates: &[Crate]) -> Vec<String> {
    let drawn: BTreeSet<_> = PICTURE.iter().map(|(name, _)| *name).collect();
    let built: BTreeSet<_> = crates.iter().map(|found| found.name.as_str()).collect();
    let undrawn = built.difference(&drawn).map(|name| format!("{name}: not in the picture; give it a layer in {}", file!()));
    let unbuilt = drawn.difference(&built).map(|name| format!("{name}: in the picture, but not in the workspace"));
    undrawn.chain(unbuilt).collect()
}

/// Crates that use one that is not below them.
pub(crate) fn climbers(crates: &[Crate]) -> Vec<String> {
    let ours: BTreeSet<_> = PICTURE.iter().map(|(name, _)| *name).collect();
    let mut breaches = Vec::new();
    for Crate { name, direct, for_tests, .. } in crates {
        let allowed = allowed(name);
        let is_ours = |used: &&String| ours.contains(used.as_str());
        let up = direct.iter().filter(is_ours).filter(|used| !allowed.contains(&used.as_str()));
        breaches.extend(up.map(|used| format!("{name} must not depend on {used}")));
        let up = for_tests.iter().filter(is_ours).filter(|used| !allowed.contains(&used.as_str()) && !FOR_TESTS.contains(&used.as_str()));
        breaches.extend(up.map(|used| format!("the tests of {name} must not depend on {used}")));
        if name == "model" {
            let foreign = direct.iter().filter(|used| !MODEL_ALLOWED.contains(&used.as_str()));
            breaches.extend(foreign.map(|used| format!("model is plain data and must not depend on {used}")));
        }
    }
    breaches
}

/// Domain crates that HTTP has leaked into, directly or through somebody else.
pub(crate) fn http_below_the_api(crates: &[Crate]) -> Vec<String> {
    let below = crates.iter().filter(|found| WITHOUT_HTTP.contains(&found.name.as_str()));
    below
        .flat_map(|found| {
            found.reached.iter().filter(|used| HTTP.contains(&used.as_str())).map(|used| format!("{} reaches {used}", found.name))
        })
        .collect()
}

/// The dialects, and what stands between them: every folder of `api` but those that serve all.
pub(crate) fn dialects(api: &[File]) -> BTreeSet<String> {
    api.iter().filter_map(|file| dialect_of(&file.path)).filter(|name| !SHARED_BY_DIALECTS.contains(&name.as_str())).collect()
}

/// Where a dialect names another, as a path or inside a group of imports.
pub(crate) fn foreign_dialects(file: &File, dialects: &BTreeSet<String>) -> Vec<String> {
    let Some(own) = dialect_of(&file.path).filter(|own| own != BETWEEN_DIALECTS) else { return Vec::new() };
    let named = named_modules(&source::product(file));
    let foreign = named.into_iter().filter(|name| *name != own && dialects.contains(name));
    foreign.map(|name| format!("{}: {own} must not import {name}", file.path.display())).collect()
}

/// Strings outside the engines that begin as a statement does.
pub(crate) fn sql(file: &File) -> Vec<String> {
    let tokens = source::product(file);
    let literals = tokens.iter().filter_map(|token| if let Token::Literal(literal) = token { Some(literal) } else { None });
    let guilty = literals.filter(|literal| {
        let text = literal.trim_start_matches(['b', 'r', '#']).trim_start_matches(['"', '\\', 'n', ' ', '\n']);
        SQL.iter().any(|statement| text.starts_with(statement))
    });
    guilty.map(|literal| format!("{}: only engines write SQL: {literal}", file.path.display())).collect()
}

/// Tests that exist but do not run: what a machine lacks is for the test command to count.
pub(crate) fn ignored_tests(file: &File) -> Vec<String> {
    let ignored = source::attributes(file).into_iter().filter(|words| words.iter().any(|word| word == "ignore"));
    ignored.map(|_| format!("{}: a test is ignored", file.path.display())).collect()
}

fn allowed(name: &str) -> &'static [&'static str] {
    PICTURE.iter().find(|(drawn, _)| *drawn == name).map_or(&[], |(_, below)| below)
}

/// The folder directly below `crates/api/src` that a file is in.
fn dialect_of(path: &Path) -> Option<String> {
    let mut parts = path.strip_prefix("crates/api/src").ok()?.iter();
    let folder = parts.next()?;
    parts.next()?;
    folder.to_str().map(str::to_owned)
}

/// Every name next to `::`, and every name inside a `use`: what could be a module.
fn named_modules(tokens: &[Token]) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    let mut in_use = false;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) if word == "use" => in_use = true,
            Token::Mark(';') => in_use = false,
            Token::Word(word) if in_use || leads(tokens, at) || follows(tokens, at) => {
                named.insert(word.clone());
            }
            _ => {}
        }
    }
    named
}

fn leads(tokens: &[Token], at: usize) -> bool {
    tokens.get(at + 1..at + 3) == Some(&[Token::Mark(':'), Token::Mark(':')])
}

fn follows(tokens: &[Token], at: usize) -> bool {
    at >= 2 && tokens[at - 2..at] == [Token::Mark(':'), Token::Mark(':')]
}

#[cfg(test)]
mod tests;
