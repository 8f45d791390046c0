//! How DuckDB gets into the binary: linked from the prebuilt library, or compiled from source.
//!
//! Linking takes seconds and compiling most of an hour, so linking is what everybody gets who can. Both are the same
//! DuckDB version and read each other's files. The linked mode changes features and the environment, never
//! `RUSTFLAGS`: those would make cargo rebuild everything each time somebody mixes `cargo` and `cargo xtask`.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use crate::{Failure, duckdb, pin, process, workspace::Workspace};

/// What compiling DuckDB costs, in minutes of one core; docs/building.md says what has been measured.
const BUNDLED_CPU_MINUTES: usize = 45;

/// The variable that DuckDB's binding reads to find the library at build time.
pub(crate) const LIBRARY_DIR: &str = "DUCKDB_LIB_DIR";

/// The variable that tells the loader where to look at run time.
pub(crate) const LOADER_PATH: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

/// One of the two ways to build.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The prebuilt library is in this folder.
    Linked(PathBuf),
    /// DuckDB is compiled into the binary.
    Bundled,
}

/// Where the binary's memory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allocator {
    /// jemalloc, built with make.
    Jemalloc,
    /// Whatever the system has: all that can be where there is no make.
    System,
}

/// The better allocator where it can be built, and a sentence on the terminal where not.
pub(crate) fn allocator() -> Allocator {
    if process::exists(&mut Command::new("make")) {
        return Allocator::Jemalloc;
    }
    eprintln!("Building with the system's allocator, because make, which builds jemalloc, is not installed: more memory under load.");
    Allocator::System
}

/// Linked if it can be, and a sentence on the terminal about why and how long if it cannot.
pub(crate) fn choose(workspace: &Workspace, bundled: bool) -> Result<Mode, Failure> {
    if bundled {
        announce_bundled("as asked");
        return Ok(Mode::Bundled);
    }
    match find_library(workspace)? {
        Ok(folder) => Ok(Mode::Linked(folder)),
        Err(reason) => {
            announce_bundled(&reason);
            Ok(Mode::Bundled)
        }
    }
}

/// The folder of the library, or the sentence that says why there is none on this machine.
///
/// # Errors
/// When there is a library but it must not be used.
pub(crate) fn find_library(workspace: &Workspace) -> Result<Result<PathBuf, String>, Failure> {
    if let Some(folder) = env::var_os(LIBRARY_DIR) {
        return given_library(Path::new(&folder)).map(Ok);
    }
    let Some(pin) = pin::for_this_machine()? else {
        return Ok(Err("duckdb.lock pins no prebuilt library for this platform".into()));
    };
    if let Some(folder) = duckdb::kept(&pin, &workspace.target) {
        return Ok(Ok(folder));
    }
    if !process::exists(&mut Command::new("npm")) {
        return Ok(Err("npm, which fetches the prebuilt library, is not installed".into()));
    }
    match duckdb::fetch(&pin, &workspace.target) {
        Ok(folder) => Ok(Ok(folder)),
        Err(failure) if failure.is::<duckdb::Forged>() => Err(failure),
        Err(failure) => Ok(Err(beginning(&failure.to_string()))),
    }
}

/// npm explains at length; its first lines say what happened.
fn beginning(complaint: &str) -> String {
    complaint.lines().take(3).collect::<Vec<_>>().join("; ")
}

impl Mode {
    /// Cargo flags that select the mode for the whole workspace. Selecting all packages each time, even to build one
    /// binary, keeps their shared features the same, so that running does not rebuild what testing has built.
    pub(crate) fn flags(&self, allocator: Allocator) -> Vec<&'static str> {
        let mut flags = vec!["--workspace", "--no-default-features"];
        match self {
            Self::Linked(_) => {}
            Self::Bundled => flags.extend(["--features", "debrief/bundled"]),
        }
        match allocator {
            Allocator::System => {}
            Allocator::Jemalloc => flags.extend(["--features", "debrief/jemalloc"]),
        }
        flags
    }

    /// Gives a program, cargo or ours, the environment it needs to build or load the library.
    pub(crate) fn apply(&self, command: &mut Command) {
        match self {
            Self::Linked(folder) => {
                command.env(LIBRARY_DIR, folder).env(LOADER_PATH, loader_path(folder, env::var_os(LOADER_PATH)));
            }
            Self::Bundled => {
                command.env_remove(LIBRARY_DIR);
            }
        }
    }
}

/// Someone who sets the variable means it: a wrong folder is an error, not a reason to build another way.
fn given_library(folder: &Path) -> Result<PathBuf, Failure> {
    if folder.join(duckdb::library_name()).is_file() {
        return Ok(folder.to_path_buf());
    }
    let name = duckdb::library_name();
    Err(format!("{LIBRARY_DIR} is set, but there is no {name} in {}", folder.display()).into())
}

fn loader_path(folder: &Path, before: Option<OsString>) -> OsString {
    let mut path = folder.as_os_str().to_owned();
    if let Some(before) = before.filter(|before| !before.is_empty()) {
        path.push(":");
        path.push(before);
    }
    path
}

fn announce_bundled(reason: &str) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let minutes = BUNDLED_CPU_MINUTES.div_ceil(cores);
    eprintln!("Compiling DuckDB from source: {reason}.");
    eprintln!("The first time takes about {BUNDLED_CPU_MINUTES} CPU-minutes: about {minutes} minutes on this machine's {cores} cores.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_looks_into_our_folder_first() {
        let ours = Path::new("ours");
        assert_eq!(loader_path(ours, None), "ours");
        assert_eq!(loader_path(ours, Some("".into())), "ours");
        assert_eq!(loader_path(ours, Some("theirs".into())), "ours:theirs");
    }

    #[test]
    fn a_folder_without_the_library_is_refused_by_name() {
        let failure = given_library(Path::new("no-such-folder")).unwrap_err();
        assert!(failure.to_string().contains("no-such-folder"), "{failure}");
    }

    #[test]
    fn features_follow_from_the_mode_and_the_allocator() {
        let flags = |mode: Mode, allocator| mode.flags(allocator).join(" ");
        let base = "--workspace --no-default-features";
        assert_eq!(flags(Mode::Linked(PathBuf::new()), Allocator::System), base);
        assert_eq!(flags(Mode::Linked(PathBuf::new()), Allocator::Jemalloc), format!("{base} --features debrief/jemalloc"));
        let both = format!("{base} --features debrief/bundled --features debrief/jemalloc");
        assert_eq!(flags(Mode::Bundled, Allocator::Jemalloc), both);
    }
}
