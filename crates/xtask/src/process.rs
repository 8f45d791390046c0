//! Starting other programs: quietly for their output, in place of ourselves, or watched line by line.

use std::{
    env,
    io::{BufRead, BufReader, IsTerminal, Read, Write},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    thread,
};

use crate::Failure;

/// The cargo that started us, so that a pinned toolchain stays pinned.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a program exists and answers to `--version`.
pub(crate) fn exists(command: &mut Command) -> bool {
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Runs to the end and returns what was printed; a failure carries what the program complained about.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let name = name(command);
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("cannot start {name}: {error}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name} failed: {}", complaint.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs to the end on our terminal; `false` when the program says that it failed.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, Failure> {
    let status = command.status().map_err(|error| format!("cannot start {}: {error}", name(command)))?;
    Ok(status.success())
}

/// Becomes the program, so that signals meant for a server reach it and not us. Returns only if that is impossible.
pub(crate) fn replace(command: &mut Command) -> Failure {
    let error = command.exec();
    format!("cannot start {}: {error}", name(command)).into()
}

/// What a watched program printed, and whether it was content.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) lines: Vec<String>,
    pub(crate) success: bool,
}

/// Runs to the end, passes everything on as it comes, and keeps a copy without colours to read the counts from.
pub(crate) fn watch(command: &mut Command) -> Result<Watched, Failure> {
    let name = name(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot start {name}: {error}"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let lines = thread::scope(|scope| {
        let errors = scope.spawn(|| pass_on(stderr, std::io::stderr()));
        let mut lines = pass_on(stdout, std::io::stdout());
        lines.extend(errors.join().expect("passing lines on does not panic"));
        lines
    });
    Ok(Watched { lines, success: child.wait()?.success() })
}

/// Whether programs that write into our pipe should colour as if it were the terminal behind us.
pub(crate) fn colour() -> &'static str {
    if std::io::stderr().is_terminal() { "always" } else { "never" }
}

fn pass_on(from: Option<impl Read>, mut to: impl Write) -> Vec<String> {
    let Some(from) = from else { return Vec::new() };
    let mut from = BufReader::new(from);
    let mut lines = Vec::new();
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read_bytes| read_bytes > 0) {
        // A closed terminal is no reason to stop reading: the child would block on a full pipe.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        lines.push(plain(&String::from_utf8_lossy(&line)));
        line.clear();
    }
    lines
}

/// A line without terminal colours and without surrounding space.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            // A colour is ESC [ digits m: everything up to its first letter is not text.
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(character);
        }
    }
    text.trim().to_owned()
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn colours_are_not_text() {
        assert_eq!(plain("\u{1b}[32;1m  Summary\u{1b}[0m 3 passed\n"), "Summary 3 passed");
    }

    #[test]
    fn both_streams_are_watched_and_failure_is_noticed() {
        let mut watched = watch(&mut shell("echo out; echo err >&2; exit 3")).unwrap();
        watched.lines.sort();
        assert_eq!(watched.lines, ["err", "out"]);
        assert!(!watched.success);
    }

    #[test]
    fn a_failure_says_what_the_program_said() {
        let failure = output(&mut shell("echo 'no such package' >&2; exit 1")).unwrap_err();
        assert_eq!(failure.to_string(), "sh failed: no such package");
    }

    #[test]
    fn a_missing_program_does_not_exist() {
        assert!(!exists(&mut Command::new("debrief-no-such-program")));
    }
}
