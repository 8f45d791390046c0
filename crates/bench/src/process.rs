//! What `/proc` says about a process: CPU time and memory. Elsewhere than on Linux everything is unknown, never zero.

use serde::Serialize;

/// CPU time used so far, in seconds.
pub(crate) fn cpu_seconds(pid: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    parse_cpu(&stat, rustix::param::clock_ticks_per_second())
}

/// The fields after the command name, which may itself contain spaces and brackets.
fn parse_cpu(stat: &str, ticks_per_second: u64) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) as f64 / ticks_per_second as f64)
}

/// Resident memory in megabytes (10⁶ bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Memory {
    /// Now.
    #[serde(rename = "residentMb")]
    pub resident_mb: Option<f64>,
    /// The most since the process started.
    #[serde(rename = "peakMb")]
    pub peak_mb: Option<f64>,
}

/// Memory of a process.
pub(crate) fn memory(pid: u32) -> Memory {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    Memory { resident_mb: parse_megabytes(&status, "VmRSS:"), peak_mb: parse_megabytes(&status, "VmHWM:") }
}

fn parse_megabytes(status: &str, field: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kibibytes: f64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1.024 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::{parse_cpu, parse_megabytes};

    #[test]
    fn reads_cpu_time_behind_an_awkward_name() {
        let stat = "12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 3";
        assert_eq!(parse_cpu(stat, 100), Some(3.0));
        assert_eq!(parse_cpu("12 (x", 100), None);
    }

    #[test]
    fn reads_memory() {
        let status = "Name:\tx\nVmHWM:\t  200000 kB\nVmRSS:\t  100000 kB\n";
        assert_eq!(parse_megabytes(status, "VmRSS:"), Some(102.4));
        assert_eq!(parse_megabytes(status, "VmSwap:"), None);
    }
}
