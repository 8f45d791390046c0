//! The server under measurement: one of ours, started here, or a running one we were pointed at.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::args::ServerArgs;
use crate::disk;
use crate::error::{Error, io as failed};
use crate::http::{Conn, Target};
use crate::lane::now_us;
use crate::launch::{Launcher, Running, Scratch};
use crate::process::{self, Memory};
use crate::report::{Disk, Restart, Setting};
use crate::traffic::time_text;

#[derive(Debug)]
pub(crate) struct Subject {
    running: Option<Running>,
    given: Option<(Target, Option<u32>, Option<PathBuf>)>,
    launcher: Launcher,
    scratch: Scratch,
}

impl Subject {
    /// Starts a server, or takes the given one.
    pub(crate) fn new(args: &ServerArgs, launcher: &Launcher) -> Result<Subject, Error> {
        let parent = args.scratch.clone().unwrap_or_else(std::env::temp_dir);
        let scratch = Scratch::new(&parent)?;
        let given = match (&args.url, &args.key) {
            (Some(url), Some(key)) => Some((Target::new(url, key)?, args.pid, args.data.clone())),
            _ => None,
        };
        let mut subject = Subject { running: None, given, launcher: launcher.clone(), scratch };
        if subject.given.is_none() {
            subject.running = Some(subject.launch()?);
        }
        Ok(subject)
    }

    fn launch(&self) -> Result<Running, Error> {
        let log = self.scratch.path().join("server.log");
        Running::start(&self.launcher.program, &self.launcher.serve, &self.scratch.path().join("data"), &log)
    }

    /// Starts the ceiling server beside it.
    pub(crate) fn launch_ceiling(&self) -> Result<Running, Error> {
        let log = self.scratch.path().join("ceiling.log");
        Running::start(&self.launcher.program, &self.launcher.ceiling, &self.scratch.path().join("ceiling"), &log)
    }

    pub(crate) fn target(&self) -> Result<Target, Error> {
        let ours = self.running.as_ref().map(|running| running.target.clone());
        let given = self.given.as_ref().map(|(target, ..)| target.clone());
        ours.or(given).ok_or_else(|| Error::Server("the server is not running".to_owned()))
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(Running::pid).or_else(|| self.given.as_ref().and_then(|(_, pid, _)| *pid))
    }

    pub(crate) fn memory(&self) -> Option<Memory> {
        self.pid().map(process::memory)
    }

    pub(crate) fn started_in(&self) -> Option<Duration> {
        self.running.as_ref().map(|running| running.started_in)
    }

    pub(crate) fn setting(&self, seed: u64) -> Setting {
        let directory = self.scratch.path();
        Setting {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            seed,
            scratch: directory.parent().unwrap_or(directory).display().to_string(),
            scratch_in_memory: disk::is_in_memory(directory),
            sync_us: disk::sync_us(directory).ok(),
            started_at: time_text(now_us()),
        }
    }

    /// Stops our server and sizes its data directory; a given server is sized as it is, if we know where.
    pub(crate) fn settle(&mut self, events: u64, sent_bytes_per_event: f64) -> Result<Option<Disk>, Error> {
        let ours = self.scratch.path().join("data");
        let (directory, stopped_in): (&Path, Duration) = match (self.running.take(), &self.given) {
            (Some(running), _) => (&ours, running.stop()?),
            (None, Some((_, _, Some(data)))) => (data, Duration::ZERO),
            _ => return Ok(None),
        };
        let files = disk::usage(directory).map_err(failed(format!("sizing {}", directory.display())))?;
        Ok(Some(Disk {
            events,
            sent_bytes_per_event,
            bytes_per_event: if events == 0 { 0.0 } else { disk::total(&files) as f64 / events as f64 },
            stop_ms: stopped_in.as_secs_f64() * 1_000.0,
            files,
        }))
    }

    /// Starts our server again on its data and times the way to its first answered read. Nothing for a given server.
    pub(crate) fn restart(&mut self, events: u64) -> Result<Option<Restart>, Error> {
        if self.given.is_some() {
            return Ok(None);
        }
        let start = Instant::now();
        let running = self.launch()?;
        let target = running.target.clone();
        let health = running.started_in;
        self.running = Some(running);
        let mut conn = Conn::new(&target);
        conn.get_json::<serde::de::IgnoredAny>(&target, "/api/v1/sessions?limit=1")?;
        Ok(Some(Restart { events, health_ms: health.as_secs_f64() * 1_000.0, read_ms: start.elapsed().as_secs_f64() * 1_000.0 }))
    }
}
