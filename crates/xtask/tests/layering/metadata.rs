//! The crates of the workspace and what they depend on, from `cargo metadata`.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

use crate::repository;

/// One crate of ours, by its folder's name.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Every crate it names itself, ours under their folder's name.
    pub(crate) direct: BTreeSet<String>,
    /// The same for its tests only.
    pub(crate) for_tests: BTreeSet<String>,
    /// Every crate that ends up in it, however deep.
    pub(crate) reached: BTreeSet<String>,
}

/// Reads the workspace that this test belongs to.
pub(crate) fn workspace() -> Vec<Crate> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked"]).current_dir(repository::this_package());
    let output = command.output().expect("cargo runs this test, so it can run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    crates(&serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON"))
}

/// Ours are called after the product outside, and after their folder inside.
pub(crate) fn short(name: &str) -> &str {
    name.strip_prefix("debrief-").unwrap_or(name)
}

fn crates(metadata: &Value) -> Vec<Crate> {
    let edges = edges(metadata);
    let members: BTreeSet<_> = list(metadata, "workspace_members").iter().map(text).collect();
    let packages = list(metadata, "packages").iter();
    let ours = packages.filter(|package| members.contains(text(&package["id"])));
    ours.map(|package| Crate {
        name: short(text(&package["name"])).to_owned(),
        direct: dependencies(package, false),
        for_tests: dependencies(package, true),
        reached: reached(text(&package["id"]), &edges, &names(metadata)),
    })
    .collect()
}

fn dependencies(package: &Value, for_tests: bool) -> BTreeSet<String> {
    let all = list(package, "dependencies").iter();
    let chosen = all.filter(|dependency| (dependency["kind"] == "dev") == for_tests);
    chosen.map(|dependency| short(text(&dependency["name"])).to_owned()).collect()
}

/// From each package's id to the ids of the packages that are compiled into it: no build tools, no test tools.
fn edges(metadata: &Value) -> BTreeMap<&str, Vec<&str>> {
    let nodes = list(&metadata["resolve"], "nodes").iter();
    nodes
        .map(|node| (text(&node["id"]), list(node, "deps").iter().filter(|edge| is_normal(edge)).map(|edge| text(&edge["pkg"])).collect()))
        .collect()
}

fn is_normal(edge: &Value) -> bool {
    list(edge, "dep_kinds").iter().any(|kind| kind["kind"].is_null())
}

fn names(metadata: &Value) -> BTreeMap<&str, &str> {
    list(metadata, "packages").iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect()
}

fn reached(from: &str, edges: &BTreeMap<&str, Vec<&str>>, names: &BTreeMap<&str, &str>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<&str> = edges[from].clone();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            waiting.extend(&edges[id]);
        }
    }
    seen.into_iter().map(|id| short(names[id]).to_owned()).collect()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().unwrap_or_else(|| panic!("cargo metadata without the list `{name}`"))
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a name or an id in cargo metadata")
}

#[test]
fn what_is_compiled_in_is_followed_and_what_only_tests_need_is_not() {
    let metadata = serde_json::json!({
        "workspace_members": ["id-a"],
        "packages": [
            {"id": "id-a", "name": "debrief-a", "dependencies": [{"name": "b", "kind": null}, {"name": "d", "kind": "dev"}]},
            {"id": "id-b", "name": "b", "dependencies": []},
            {"id": "id-c", "name": "c", "dependencies": []},
            {"id": "id-d", "name": "d", "dependencies": []},
        ],
        "resolve": {"nodes": [
            {"id": "id-a", "deps": [
                {"pkg": "id-b", "dep_kinds": [{"kind": null}]},
                {"pkg": "id-d", "dep_kinds": [{"kind": "dev"}]},
            ]},
            {"id": "id-b", "deps": [{"pkg": "id-c", "dep_kinds": [{"kind": null}]}]},
            {"id": "id-c", "deps": []},
            {"id": "id-d", "deps": []},
        ]},
    });
    let crates = crates(&metadata);
    let [a] = &crates[..] else { panic!("one member: {crates:?}") };
    assert_eq!(a.name, "a");
    assert!(a.direct.iter().eq(["b"]));
    assert!(a.for_tests.iter().eq(["d"]));
    assert!(a.reached.iter().eq(["b", "c"]));
}
