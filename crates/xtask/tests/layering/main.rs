//! Holds the rules of the layout against the workspace as it is.
//!
//! CONTRIBUTING.md draws the picture; [`picture`] is the same picture as data. Every rule is a pure function from what
//! was found to a list of sentences, one for each breach, so that its own tests can show it a breach that we made up.

mod machine;
mod metadata;
mod picture;
mod repository;
mod source;

use std::path::Path;

use repository::Repository;

/// Fails with one sentence for each breach.
fn hold(breaches: impl IntoIterator<Item = String>) {
    let breaches: Vec<_> = breaches.into_iter().collect();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_crate_is_in_the_picture_and_the_picture_has_no_others() {
    hold(picture::strangers(&metadata::workspace()));
}

#[test]
fn dependencies_point_down_only() {
    hold(picture::climbers(&metadata::workspace()));
}

#[test]
fn the_domain_knows_no_http() {
    hold(picture::http_below_the_api(&metadata::workspace()));
}

#[test]
fn no_dialect_imports_another() {
    let repository = Repository::open();
    let api = repository.sources(Path::new("crates/api/src"));
    let dialects = picture::dialects(&api);
    hold(api.iter().flat_map(|file| picture::foreign_dialects(file, &dialects)));
}

#[test]
fn only_engines_write_sql() {
    let repository = Repository::open();
    for layer in picture::WITHOUT_SQL {
        let sources = repository.sources(&Path::new("crates").join(layer).join("src"));
        assert!(!sources.is_empty(), "no sources of {layer}: has it moved?");
        hold(sources.iter().flat_map(picture::sql));
    }
}

#[test]
fn no_test_is_switched_off() {
    let sources = Repository::open().sources(Path::new("crates"));
    assert!(!sources.is_empty());
    hold(sources.iter().flat_map(picture::ignored_tests));
}

#[test]
fn no_file_mentions_the_machine_it_was_written_on() {
    let files = Repository::open().files(Path::new(""));
    assert!(files.len() > 10, "only {} files: has the search broken?", files.len());
    hold(files.iter().flat_map(machine::paths));
}
