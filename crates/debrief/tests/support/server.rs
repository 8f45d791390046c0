//! The real binary as a child process.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::http::Client;
use super::{PATIENCE, eventually};

/// The all-scope key of every server here.
pub(crate) const KEY: &str = "0d1e2f30-4152-4374-8596-a7b8c9daebfc";
const LISTENING: &str = "Debrief is listening on ";

/// A process that may not be ready yet.
pub(crate) struct Launch {
    child: Child,
    lines: Mutex<Receiver<String>>,
    said: Arc<Mutex<String>>,
    complained: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

/// A process that accepts connections.
pub(crate) struct Server {
    launch: Launch,
    pub(crate) address: SocketAddr,
}

/// A process that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program, without anything that this process's environment says about it.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_debrief"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DEBRIEF_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Ended {
    let mut command = program();
    command.args(arguments);
    Launch::of(command).end()
}

impl Launch {
    /// `serve` on `data`, on a free port, with [`KEY`] in a new directory.
    pub(crate) fn serve(data: &Path, flags: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0"]).arg("--data").arg(data).args(flags).env("DEBRIEF_BOOTSTRAP_KEY", KEY);
        Self::of(command)
    }

    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let (said, complained) = (Arc::<Mutex<String>>::default(), Arc::<Mutex<String>>::default());
        let (sender, lines) = mpsc::channel();
        let out = collect_lines(child.stdout.take().unwrap(), said.clone(), sender);
        let err = collect(child.stderr.take().unwrap(), complained.clone());
        Self { child, lines: Mutex::new(lines), said, complained, readers: vec![out, err] }
    }

    /// Waits until it accepts connections.
    #[track_caller]
    pub(crate) fn ready(self) -> Server {
        loop {
            let line = self.lines.lock().unwrap().recv_timeout(PATIENCE);
            match line {
                Ok(line) => {
                    if let Some((_, address)) = line.strip_prefix(LISTENING).and_then(|url| url.split_once("://")) {
                        let address = address.trim().parse().expect("an address");
                        return Server { launch: self, address };
                    }
                }
                Err(_) => panic!("the server does not start: {:?}", self.end()),
            }
        }
    }

    /// Waits for a line on standard output, at most so long. `None` also when the process has ended.
    pub(crate) fn line_within(&self, within: Duration) -> Option<String> {
        self.lines.lock().unwrap().recv_timeout(within).ok()
    }

    /// Waits until the process ends by itself.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        let status = eventually("the process ends", PATIENCE, || self.child.try_wait().unwrap());
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        let text = |collected: &Mutex<String>| std::mem::take(&mut *collected.lock().unwrap());
        Ended { status, out: text(&self.said), err: text(&self.complained) }
    }

    pub(crate) fn kill9(mut self) -> Ended {
        self.child.kill().unwrap();
        self.end()
    }
}

impl Drop for Launch {
    fn drop(&mut self) {
        // Has ended already unless a test failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Server {
    #[track_caller]
    pub(crate) fn start(data: &Path, flags: &[&str]) -> Self {
        Launch::serve(data, flags).ready()
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address, KEY)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.launch.child.id()
    }

    /// What it has written to standard output so far.
    pub(crate) fn said(&self) -> String {
        self.launch.said.lock().unwrap().clone()
    }

    /// What it has written to standard error so far.
    pub(crate) fn complained(&self) -> String {
        self.launch.complained.lock().unwrap().clone()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.pid()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    pub(crate) fn kill9(self) -> Ended {
        self.launch.kill9()
    }

    /// Asks it to stop, and waits.
    #[track_caller]
    pub(crate) fn terminate(self) -> Ended {
        self.signal(Signal::TERM);
        self.launch.end()
    }

    /// Stops it and expects it to be content.
    #[track_caller]
    pub(crate) fn stop(self) {
        let ended = self.terminate();
        assert!(ended.status.success(), "{ended:?}");
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
    }

    /// The most memory it ever held, in megabytes.
    pub(crate) fn memory_peak_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() / 1024
    }
}

fn collect_lines(from: ChildStdout, into: Arc<Mutex<String>>, sender: mpsc::Sender<String>) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            into.lock().unwrap().push_str(&format!("{line}\n"));
            // A test that has seen enough lines no longer listens.
            drop(sender.send(line));
        }
    })
}

fn collect(mut from: ChildStderr, into: Arc<Mutex<String>>) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut chunk) {
            into.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
    })
}
