//! Starting, watching and stopping the servers that are measured.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::error::{Error, io as failed};
use crate::http::{Conn, Target};

/// The line a server prints once it accepts connections.
pub(crate) const READY: &str = "Debrief is listening on ";
const START_TIMEOUT: Duration = Duration::from_secs(120);
const STOP_TIMEOUT: Duration = Duration::from_secs(300);
/// The tenant key that measured servers are given.
const KEY: &str = "0d0b5e7a-6a51-4c1e-9b1d-3f2c8a7e4b10";

/// How to start the programs a benchmark needs; the binary knows.
#[derive(Clone, Debug)]
pub struct Launcher {
    /// The program, normally this very one.
    pub program: PathBuf,
    /// Arguments that make it serve; `--listen` and `--data` are appended.
    pub serve: Vec<OsString>,
    /// Arguments that make it the ceiling server; `--listen` and `--data` are appended.
    pub ceiling: Vec<OsString>,
}

impl Launcher {
    /// The running program with the arguments that `debrief` has for both.
    pub fn current() -> io::Result<Launcher> {
        Ok(Launcher {
            program: std::env::current_exe()?,
            // Disk is measured after compaction: what the journal keeps for its safety margin (ten minutes by default) is not in it.
            serve: vec!["serve".into(), "--journal-keep-seconds".into(), "0".into()],
            ceiling: vec!["bench".into(), "ceiling-server".into()],
        })
    }
}

/// A directory that is removed with everything in it.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(parent: &Path) -> Result<Scratch, Error> {
        let path = parent.join(format!("debrief-bench-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir_all(&path).map_err(failed(format!("making {}", path.display())))?;
        Ok(Scratch(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing can be done about a directory that will not go; the operating system cleans its temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server of ours, killed when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub(crate) target: Target,
    /// From starting the process to its first 200 on `/health`.
    pub(crate) started_in: Duration,
    log: PathBuf,
}

impl Running {
    /// Starts a server on a free port with its data in `data` and waits until it answers.
    pub(crate) fn start(program: &Path, arguments: &[OsString], data: &Path, log: &Path) -> Result<Running, Error> {
        let start = Instant::now();
        let errors = File::options().create(true).append(true).open(log).map_err(failed("opening the server's log"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("DEBRIEF_BOOTSTRAP_KEY", KEY)
            .env_remove("DEBRIEF_LISTEN")
            .env_remove("DEBRIEF_DATA")
            .env_remove("DEBRIEF_TLS_CERT")
            .env_remove("DEBRIEF_TLS_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(failed(format!("starting {}", program.display())))?;
        let address = child.stdout.take().map(wait_for_address);
        let mut running = Running { child, target: Target::new("http://unknown:0", KEY)?, started_in: Duration::ZERO, log: log.to_owned() };
        let Some(Some(url)) = address else { return Err(running.failure("did not say where it listens")) };
        running.target = Target::new(&url, KEY)?;
        running.wait_for_health(start)?;
        running.started_in = start.elapsed();
        Ok(running)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the server to stop and waits until it has: it drains, settles and compacts meanwhile.
    pub(crate) fn stop(mut self) -> Result<Duration, Error> {
        let start = Instant::now();
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.ok_or_else(|| Error::Server("the server has no process id".to_owned()))?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).map_err(|error| failed("stopping the server")(error.into()))?;
        while start.elapsed() < STOP_TIMEOUT {
            match self.child.try_wait().map_err(failed("waiting for the server"))? {
                Some(status) if status.success() => return Ok(start.elapsed()),
                Some(status) => return Err(self.failure(&format!("stopped with {status}"))),
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
        Err(self.failure("did not stop in time"))
    }

    fn wait_for_health(&mut self, start: Instant) -> Result<(), Error> {
        let target = self.target.clone();
        let mut conn = Conn::new(&target);
        while start.elapsed() < START_TIMEOUT {
            if conn.get(&target, "/health").is_ok_and(|answer| answer.status == 200) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(self.failure("did not answer GET /health with 200"))
    }

    fn failure(&mut self, what: &str) -> Error {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let tail: Vec<&str> = log.lines().rev().take(5).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        Error::Server(format!("the server {what}{}{}", if tail.is_empty() { "" } else { "; its last words:\n" }, tail.join("\n")))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when the process has already gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the server's output until it names its address, and keeps reading afterwards so that the pipe never fills.
fn wait_for_address(output: std::process::ChildStdout) -> Option<String> {
    let (found, address) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            let Ok(line) = line else { return };
            if let Some(at) = line.find(READY) {
                // The receiver is gone only when starting was given up.
                let _ = found.send(line[at + READY.len()..].trim().to_owned());
            }
        }
    });
    address.recv_timeout(START_TIMEOUT).ok()
}
