//! Each rule is shown breaches that we made up: a rule that finds nothing anywhere holds nothing.

use super::*;

fn made_up(name: &str, direct: &[&str], for_tests: &[&str], reached: &[&str]) -> Crate {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Crate { name: name.to_owned(), direct: set(direct), for_tests: set(for_tests), reached: set(reached) }
}

#[test]
fn an_undrawn_crate_and_an_unbuilt_one_are_noticed() {
    let breaches = strangers(&[made_up("helpers", &[], &[], &[])]);
    assert!(breaches[0].starts_with("helpers: not in the picture"), "{breaches:?}");
    assert!(breaches.iter().any(|breach| breach == "model: in the picture, but not in the workspace"));
}

#[test]
fn the_picture_itself_points_down() {
    for (upper, below) in PICTURE {
        for lower in *below {
            assert!(!allowed(lower).contains(upper), "{upper} and {lower} allow each other");
        }
    }
}

#[test]
fn a_dependency_upwards_is_noticed() {
    let check = |name: &str, direct: &[&str], for_tests: &[&str], expected: &[&str]| {
        assert_eq!(climbers(&[made_up(name, direct, for_tests, &[])]), expected);
    };
    check("store", &["model", "app"], &[], &["store must not depend on app"]);
    check("store-sqlite", &["store-duckdb"], &[], &["store-sqlite must not depend on store-duckdb"]);
    check("api", &["app", "store"], &[], &["api must not depend on store"]);
    check("api", &["app"], &["testkit", "store-sqlite"], &["the tests of api must not depend on store-sqlite"]);
    check("debrief", &["testkit"], &[], &["debrief must not depend on testkit"]);
    check("model", &["uuid", "serde"], &["proptest"], &["model is plain data and must not depend on serde"]);
    check("app", &["model", "store", "content", "tokio"], &["testkit"], &[]);
}

#[test]
fn http_is_noticed_however_deep() {
    let crates = [made_up("app", &["tokio"], &[], &["tokio", "http"]), made_up("api", &["axum"], &[], &["axum"])];
    assert_eq!(http_below_the_api(&crates), ["app reaches http"]);
}

fn check_imports(path: &str, text: &str, guilty: bool) {
    let dialects = ["agentops", "native", "voker"].map(str::to_owned).into();
    let breaches = foreign_dialects(&File::made_up(path, text), &dialects);
    assert_eq!(!breaches.is_empty(), guilty, "{text}: {breaches:?}");
}

#[test]
fn another_dialect_is_noticed_in_every_spelling() {
    let path = "crates/api/src/voker/events.rs";
    check_imports(path, "use crate::agentops::wire;", true);
    check_imports(path, "use super::super::agentops;", true);
    check_imports(path, "use crate::{error, native::{self, wire}};", true);
    check_imports(path, "fn f() { crate::agentops::wire::parse() }", true);
    check_imports(path, "fn f() { json!({\"a\": crate::agentops::NAME}) }", true);
}

#[test]
fn what_dialects_share_knows_none_of_them() {
    check_imports("crates/api/src/edge/reply.rs", "use crate::voker::error;", true);
    check_imports("crates/api/src/voker/events.rs", "use crate::edge::reply;", false);
}

#[test]
fn what_stands_between_dialects_knows_them_and_is_known_by_none() {
    let dialects = ["shared", "voker"].map(str::to_owned).into();
    let breaches = |path: &str, text: &str| foreign_dialects(&File::made_up(path, text), &dialects);
    assert!(breaches("crates/api/src/shared/events.rs", "use crate::voker::events;").is_empty());
    assert_eq!(breaches("crates/api/src/voker/events.rs", "use crate::shared::events;").len(), 1);
    assert_eq!(breaches("crates/api/src/edge/call.rs", "use crate::shared::events;").len(), 1);
}

#[test]
fn a_dialect_may_name_itself_and_speak_of_others() {
    let path = "crates/api/src/voker/events.rs";
    check_imports(path, "use crate::voker::wire; // not crate::agentops", false);
    check_imports(path, "fn f() -> &'static str { let native = \"crate::agentops\"; native }", false);
    check_imports("crates/api/src/lib.rs", "mod agentops; use crate::voker::facade;", false);
}

#[test]
fn dialects_are_the_folders() {
    let api = ["lib.rs", "voker/mod.rs", "native/a/b.rs", "edge/reply.rs"];
    let api = api.map(|path| File::made_up(&format!("crates/api/src/{path}"), ""));
    assert!(dialects(&api).iter().eq(["native", "voker"]));
}

fn check_sql(text: &str, guilty: bool) {
    assert_eq!(!sql(&File::made_up("crates/app/src/reads.rs", text)).is_empty(), guilty, "{text}");
}

#[test]
fn statements_are_noticed_in_every_kind_of_string() {
    check_sql(r#"run("SELECT 1")"#, true);
    check_sql(r##"run(r#"INSERT INTO events VALUES (?)"#)"##, true);
    check_sql("run(\"\n    DELETE FROM events\")", true);
    check_sql(r#"run("\n  SELECT 1")"#, true);
    check_sql(r#"format!("PRAGMA {name}")"#, true);
}

#[test]
fn words_about_statements_are_not_statements() {
    check_sql("/// SELECT 1\nfn f() {}", false);
    check_sql(r#"log("Select a session")"#, false);
    check_sql("#[cfg(test)] mod tests { const HOSTILE: &str = \"SELECT 1\"; }", false);
}

#[test]
fn an_ignored_test_is_noticed() {
    let check = |text: &str| ignored_tests(&File::made_up("crates/app/src/tests.rs", text)).len();
    assert_eq!(check("mod a { #[test] #[ignore] fn slow() {} }"), 1);
    assert_eq!(check("#[test] #[ignore = \"slow\"] fn slow() {}"), 1);
    assert_eq!(check("#[cfg_attr(unix, ignore)] #[test] fn slow() {}"), 1);
    assert_eq!(check("#[test] fn ignore() { /* #[ignore] */ }"), 0);
}
