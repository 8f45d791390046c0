//! One function for each command of [`crate::cli`].

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Outcome, cli, duckdb,
    mode::{self, Mode},
    process, suite,
    workspace::{self, Workspace},
};

/// Runs what was asked for. Commands that become the server return only when they could not.
pub(crate) fn run(xtask: cli::Xtask) -> Outcome {
    let workspace = workspace::locate()?;
    let choose = || mode::choose(&workspace, xtask.bundled);
    match xtask.command {
        cli::Command::Serve(binary) => {
            let mut arguments = vec!["serve".to_owned()];
            arguments.extend(binary.arguments.list);
            debrief(&workspace, &choose()?, Profile::of(binary.release), &arguments)
        }
        cli::Command::Run(binary) => debrief(&workspace, &choose()?, Profile::of(binary.release), &binary.arguments.list),
        cli::Command::Bench(arguments) => {
            let mut list = vec!["bench".to_owned()];
            list.extend(arguments.list);
            debrief(&workspace, &choose()?, Profile::Release, &list)
        }
        cli::Command::Test(test) => suite::run(&workspace, &choose()?, &test),
        cli::Command::Lint => lint(&workspace, &choose()?),
        cli::Command::Kill9(kill9) => crash_test(&workspace, &choose()?, kill9.kills.get()),
        cli::Command::Duckdb => show_library(&workspace),
        cli::Command::Env => show_environment(&workspace),
    }
}

/// How much cargo optimises: quick to build, or as released.
#[derive(Debug, Clone, Copy)]
enum Profile {
    Dev,
    Release,
}

impl Profile {
    fn of(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    fn flag(self) -> Option<&'static str> {
        match self {
            Self::Dev => None,
            Self::Release => Some("--release"),
        }
    }

    fn binary(self, target: &Path) -> PathBuf {
        let folder = match self {
            Self::Dev => "debug",
            Self::Release => "release",
        };
        target.join(folder).join("debrief")
    }
}

/// Builds the server and becomes it.
fn debrief(workspace: &Workspace, mode: &Mode, profile: Profile, arguments: &[String]) -> Outcome {
    let mut build = cargo(workspace, mode, &["build"]);
    build.args(["--bin", "debrief"]).args(profile.flag());
    if !process::succeeds(&mut build)? {
        return Ok(false);
    }
    let mut debrief = Command::new(profile.binary(&workspace.target));
    mode.apply(&mut debrief);
    Err(process::replace(debrief.args(arguments)))
}

/// A cargo command on the whole workspace in the given mode, from whatever folder of it we were started in. Programs that
/// are not cargo keep that folder: `--data ./here` means here.
pub(crate) fn cargo(workspace: &Workspace, mode: &Mode, command: &[&str]) -> Command {
    let mut cargo = process::cargo();
    cargo.args(command).args(mode.flags(mode::allocator()));
    cargo.current_dir(&workspace.root).env("CARGO_TARGET_DIR", &workspace.target);
    mode.apply(&mut cargo);
    cargo
}

fn lint(workspace: &Workspace, mode: &Mode) -> Outcome {
    let mut format = process::cargo();
    format.args(["fmt", "--all", "--check"]).current_dir(&workspace.root);
    let mut clippy = cargo(workspace, mode, &["clippy"]);
    clippy.args(["--all-targets", "--", "-D", "warnings"]);
    // Both always run: one fix should be enough for both.
    let formatted = process::succeeds(&mut format)?;
    let clean = process::succeeds(&mut clippy)?;
    Ok(formatted && clean)
}

fn crash_test(workspace: &Workspace, mode: &Mode, kills: u32) -> Outcome {
    let mut test = cargo(workspace, mode, &["test"]);
    test.args(["--test", "crash", "--", "--nocapture"]).env("DEBRIEF_KILLS", kills.to_string());
    process::succeeds(&mut test)
}

fn show_library(workspace: &Workspace) -> Outcome {
    let folder = mode::find_library(workspace)??;
    println!("{}", folder.join(duckdb::library_name()).display());
    Ok(true)
}

fn show_environment(workspace: &Workspace) -> Outcome {
    let folder = mode::find_library(workspace)??;
    let folder = quoted(&folder.display().to_string());
    let (library, loader) = (mode::LIBRARY_DIR, mode::LOADER_PATH);
    println!("export {library}={folder}");
    println!("export {loader}={folder}${{{loader}:+:${loader}}}");
    println!("# and then: cargo test --workspace --no-default-features --features debrief/jemalloc");
    if env::var_os(mode::LIBRARY_DIR).is_some() {
        println!("# {library} was already set and is kept");
    }
    Ok(true)
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_quoted_words_back() {
        let word = "it's a $HOME with `spaces`";
        let mut echo = Command::new("sh");
        echo.args(["-c", &format!("printf %s {}", quoted(word))]);
        assert_eq!(process::output(&mut echo).unwrap(), word);
    }

    #[test]
    fn cargo_builds_where_we_looked() {
        let workspace = Workspace { root: "root".into(), target: "target".into() };
        let cargo = cargo(&workspace, &Mode::Linked("duck".into()), &["build"]);
        let set: Vec<_> = cargo.get_envs().filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?))).collect();
        assert!(set.contains(&("CARGO_TARGET_DIR", "target")), "{set:?}");
        assert!(set.contains(&(mode::LIBRARY_DIR, "duck")), "{set:?}");
        assert!(set.iter().all(|(name, _)| !name.contains("RUSTFLAGS")), "{set:?}");
    }
}
