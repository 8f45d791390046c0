//! What the process itself takes, as the system tells it.

/// Microseconds that all threads of this process were on a processor.
pub(crate) fn process_cpu_us() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().filter_map(Result::ok);
    let schedules = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    schedules.filter_map(|schedule| schedule.split_whitespace().next()?.parse::<f64>().ok()).sum::<f64>() / 1e3
}

/// Megabytes of memory that are really there.
pub(crate) fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1_024
}
