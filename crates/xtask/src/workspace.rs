//! Where the workspace and its build output are, as cargo itself sees it.

use std::path::PathBuf;

use serde_json::Value;

use crate::{Failure, process};

/// The two folders everything else is relative to.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Where cargo builds, whether by default, by `CARGO_TARGET_DIR` or by configuration.
    pub(crate) target: PathBuf,
}

/// Asks cargo, because only cargo knows every place the target folder can be configured.
pub(crate) fn locate() -> Result<Workspace, Failure> {
    let mut command = process::cargo();
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&process::output(&mut command)?)?;
    Ok(Workspace { root: folder(&metadata, "workspace_root")?, target: folder(&metadata, "target_directory")? })
}

fn folder(metadata: &Value, name: &str) -> Result<PathBuf, Failure> {
    metadata[name].as_str().map(PathBuf::from).ok_or_else(|| format!("cargo metadata has no `{name}`").into())
}
