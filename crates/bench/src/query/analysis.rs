//! How fast conversations are analysed: the server's own figures, once it has looked at all of them.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::Value;

use crate::http::{self, Conn, Target};

/// How often it is asked whether all have been looked at.
const ASKED_EVERY: Duration = Duration::from_millis(250);
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// What the server says of its analysis.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Analysed {
    /// Conversations in which something was found.
    pub conversations: u64,
    /// Conversations that the thread which does nothing else looks at in a second of its work, reading and writing included; nothing where
    /// the server does not tell.
    pub per_second: Option<f64>,
    /// How long the bench waited until all had been looked at.
    pub waited_s: f64,
}

/// Has everything looked at again, on a machine that does nothing else, and waits until that is done. Nothing where the server does not analyse, or does not get there.
pub(crate) fn finished(target: &Target) -> Option<Analysed> {
    let began = Instant::now();
    // A key that may not have it done waits for what goes on anyway.
    let mut request = Vec::new();
    let credentials = format!("Authorization: Bearer {}\r\n", target.key);
    http::write_head(&mut request, "POST /api/v1/insights/reindex", &target.authority, &credentials, 0);
    drop(Conn::new(target).exchange(&request));
    while began.elapsed() < PATIENCE {
        let progress: Value = Conn::new(target).get_json(target, "/api/v1/insights/reindex").ok()?;
        match progress["state"].as_str()? {
            "current" => {
                let waited_s = began.elapsed().as_secs_f64();
                return Some(Analysed { conversations: progress["conversations"].as_u64()?, per_second: rate(target), waited_s });
            }
            "running" => std::thread::sleep(ASKED_EVERY),
            _ => return None,
        }
    }
    None
}

fn rate(target: &Target) -> Option<f64> {
    let mut conn = Conn::new(target);
    let answer = conn.get(target, "/metrics").ok()?;
    let text = std::str::from_utf8(answer.body).ok()?;
    per_second(text)
}

fn per_second(metrics: &str) -> Option<f64> {
    let value = |name: &str| metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
    let (analysed, seconds) = (value("debrief_conversations_analysed_total")?, value("debrief_analysis_seconds_sum")?);
    (seconds > 0.0).then(|| analysed / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_what_the_server_counted() {
        let metrics = "# TYPE x counter\ndebrief_conversations_analysed_total 3000\ndebrief_analysis_seconds_sum 1.5\ndebrief_analysis_seconds_count 4\n";
        assert_eq!(per_second(metrics), Some(2_000.0));
        assert_eq!(per_second("debrief_conversations_analysed_total 3000\n"), None);
        assert_eq!(per_second("debrief_conversations_analysed_total 0\ndebrief_analysis_seconds_sum 0\n"), None);
    }
}
