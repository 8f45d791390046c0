//! What the process asks of the operating system before it serves.

use std::borrow::Cow;

use debrief_model::{Actor, audit};
use debrief_store::Origin;
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// Files that the engines and the runtime need besides one for each connection.
const FILES_BESIDE_CONNECTIONS: u64 = 256;

/// Whoever types a command, as the event log says it: by the name of their account, where the environment tells it.
pub(crate) fn operator() -> Origin {
    let name = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok().filter(|name| !name.is_empty()));
    Origin { actor: Actor { kind: audit::USER.to_owned(), id: name }, correlation_id: None, source: Cow::Borrowed("cli") }
}

/// What agents say is nobody else's business on this machine: new files and directories are their owner's alone. What exists already
/// is left as its owner has it.
pub(crate) fn keep_files_private() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// How much less of the processor a thread gets than one that records, when there is not enough for both: 5 is about a third.
const NICENESS_OF_READERS: i32 = 5;

/// Makes the calling thread, and those that it starts, give way to recording. Where the system knows no such thing for single
/// threads, nothing happens: a priority is a wish.
pub(crate) fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS_OF_READERS) {
        tracing::debug!(%error, "reads do not give way to recording");
    }
}

/// Raises the number of files that may be open so far that every connection allowed gets one and the engines still have theirs.
/// Answers how many connections there is room for.
pub(crate) fn make_room_for(connections_max: usize) -> usize {
    let wanted = u64::try_from(connections_max).unwrap_or(u64::MAX).saturating_add(FILES_BESIDE_CONNECTIONS);
    let limit = getrlimit(Resource::Nofile);
    let mut allowed = limit.current.unwrap_or(u64::MAX);
    if allowed < wanted {
        let raised = limit.maximum.map_or(wanted, |most| wanted.min(most));
        if setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum }).is_ok() {
            allowed = raised;
        }
    }
    if allowed >= wanted {
        return connections_max;
    }
    let room = usize::try_from(allowed.saturating_sub(FILES_BESIDE_CONNECTIONS)).unwrap_or(usize::MAX).max(16);
    tracing::warn!("the system allows {allowed} open files: at most {room} connections are served at a time (ulimit -n)");
    room.min(connections_max)
}
