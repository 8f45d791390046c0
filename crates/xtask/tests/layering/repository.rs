//! The files of the repository: what git tracks, and what it would track once added.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A text file and its path from the root of the repository.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

#[cfg(test)]
impl File {
    pub(crate) fn made_up(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.to_owned() }
    }
}

/// The root, and the paths of all files below it.
pub(crate) struct Repository {
    root: PathBuf,
    paths: Vec<PathBuf>,
}

impl Repository {
    pub(crate) fn open() -> Self {
        let root = this_package().join("../..");
        let paths = listed_by_git(&root).unwrap_or_else(|| found_on_disk(&root));
        Self { root, paths }
    }

    /// The text files below a folder. Pictures and other bytes are left out.
    pub(crate) fn files(&self, folder: &Path) -> Vec<File> {
        let below = self.paths.iter().filter(|path| path.starts_with(folder));
        below.filter_map(|path| Some(File { path: path.clone(), text: fs::read_to_string(self.root.join(path)).ok()? })).collect()
    }

    /// The Rust files below a folder.
    pub(crate) fn sources(&self, folder: &Path) -> Vec<File> {
        let mut files = self.files(folder);
        files.retain(|file| file.path.extension().is_some_and(|extension| extension == "rs"));
        files
    }
}

/// The folder of this package as it is now. The compiler's `env!` would remember where it was compiled, which is another
/// clone when several share a target folder.
pub(crate) fn this_package() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo tells its tests where they belong").into()
}

fn listed_by_git(root: &Path) -> Option<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let list = String::from_utf8(output.stdout).expect("our paths are UTF-8");
    Some(list.split_terminator('\0').map(PathBuf::from).collect())
}

/// For a source archive without git: everything but hidden folders and build output.
fn found_on_disk(root: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder)).expect("a readable source tree").filter_map(Result::ok) {
            let name = entry.file_name();
            let path = folder.join(&name);
            if !entry.path().is_dir() {
                paths.push(path);
            } else if name != "target" && !name.to_string_lossy().starts_with('.') {
                folders.push(path);
            }
        }
    }
    paths
}

#[test]
fn a_tree_without_git_is_searched() {
    assert!(found_on_disk(&this_package()).contains(&PathBuf::from("tests/layering/repository.rs")));
}
