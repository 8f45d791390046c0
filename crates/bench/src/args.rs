//! The command line of `debrief bench`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cell::Cell;

/// Measure a server: how much it takes, how fast it answers, and whether it keeps what it acknowledged.
///
/// Without --url a server is started on a throw-away data directory, and its CPU time, memory, disk and restarts are
/// measured too. The same load is also sent to a ceiling server (same HTTP stack and parsing, a compressed and synced log,
/// nothing indexed), so that figures can be compared across machines. Afterwards every acknowledged event is read
/// back; the exit code is 1 when one is missing, doubled or invented.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_help_heading = "Other measurements")]
pub struct BenchArgs {
    /// What to measure instead of the write path.
    #[command(subcommand)]
    pub what: Option<What>,
    /// The write path.
    #[command(flatten)]
    pub write: WriteArgs,
}

/// The measurements beside the write path.
#[derive(Subcommand, Clone, Debug)]
pub enum What {
    /// Time queries over a store filled with realistic events, alone and while ingest runs
    ///
    /// Fills a server over the wire with thirty days of calls (AgentOps, Voker), spans (a fifth of all events; 10,000 of them
    /// are one trace), domain events (a tenth) and the conversations of one busy agent (a tenth as many as there are
    /// events), restarts it if it is ours, and then asks everything a person or a client asks, one query at a time. At the
    /// full size everything is asked once more while ingest runs at half of the rate that a short burst reaches first. An
    /// answer that is an error, or empty where rows must be, is reported as a problem.
    Query(QueryArgs),
    /// How often what the server says of conversations is right: sentiment, text clusters, outcomes, corrections
    ///
    /// Compares the analysis with texts that people labelled. Needs no server. A small set of rated texts and one of
    /// corrections are built in; files of public sets, or of your own in the same layouts, are measured besides. Every figure
    /// comes with the number of texts it is of.
    Insight(InsightArgs),
    /// The yardstick server of the write path; started by `debrief bench` itself
    #[command(hide = true)]
    CeilingServer(CeilingArgs),
}

/// Which server to measure.
#[derive(Args, Clone, Debug, Default)]
pub struct ServerArgs {
    /// Measure this running server instead of starting one, e.g. http://127.0.0.1:4820
    #[arg(long, value_name = "URL", requires = "key")]
    pub url: Option<String>,
    /// Tenant key for --url, with the scopes ingest and read
    #[arg(long, value_name = "UUID", env = "DEBRIEF_KEY", hide_env_values = true)]
    pub key: Option<String>,
    /// Process id of the --url server, for CPU and memory figures
    #[arg(long, value_name = "PID", requires = "url")]
    pub pid: Option<u32>,
    /// Data directory of the --url server, for disk figures
    #[arg(long, value_name = "DIR", requires = "url")]
    pub data: Option<PathBuf>,
    /// Where throw-away data directories are made; should be a real disk, not memory [default: the system's temporary directory]
    #[arg(long, value_name = "DIR")]
    pub scratch: Option<PathBuf>,
    /// Write the report as JSON to this file, or to standard output with `-` (the table then goes to standard error)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Seed of the generated texts
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Options of the write path.
#[derive(Args, Clone, Debug, Default)]
pub struct WriteArgs {
    /// Which server to measure.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Only the cells that the goals name, 2 seconds each
    #[arg(long)]
    pub quick: bool,
    /// Seconds of each measured window [default: 5, with --quick 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: Option<u64>,
    /// Only these cells: voker:CONNECTIONS, agentopsBATCH:CONNECTIONS, agentopsBATCHxEVENTS:CONNECTIONS (sessions of so many events) or
    /// otlpBATCH:CONNECTIONS, separated by commas
    #[arg(long, value_name = "CELLS", value_delimiter = ',')]
    pub only: Vec<Cell>,
    /// A window closes early after this many events
    #[arg(long, value_name = "N", default_value_t = 150_000)]
    pub events_max: u64,
    /// Requests a second of the open loop [default: half of the closed loop's maximum, cell by cell]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub rate: Option<u64>,
    /// Skip the open loop
    #[arg(long)]
    pub no_open: bool,
    /// Skip the ceiling
    #[arg(long)]
    pub no_ceiling: bool,
}

/// Options of the query bench.
#[derive(Args, Clone, Debug)]
pub struct QueryArgs {
    /// Which server to measure.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Events to fill the store with, messages and domain events included; queries are timed at 20,000 and again here
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=100_000_000))]
    pub events: u64,
    /// Timed runs of each query, after one cold run; SDK look-ups, whose p99 counts, run at least 500 times
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u64).range(30..=10_000))]
    pub runs: u64,
    /// Skip the second pass, in which queries are timed while ingest runs
    #[arg(long)]
    pub no_ingest: bool,
}

/// Files of labelled texts. Each option can be given more than once.
#[derive(Args, Clone, Debug, Default)]
pub struct InsightArgs {
    /// Rated texts: a line each of id, mean rating from -4 to 4 and text, separated by tabs
    #[arg(long, value_name = "FILE")]
    pub sentiment: Vec<PathBuf>,
    /// Texts with intents: CSV of text,category with a first row that says so
    #[arg(long, value_name = "FILE")]
    pub intents: Vec<PathBuf>,
    /// Runs of agents with checked outcomes: a JSON array of objects with reward and traj, as τ-bench writes them
    #[arg(long, value_name = "FILE")]
    pub runs: Vec<PathBuf>,
    /// Write the report as JSON to this file, or to standard output with `-` (the tables then go to standard error)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// Options of the ceiling server.
#[derive(Args, Clone, Debug)]
pub struct CeilingArgs {
    /// Address to listen on
    #[arg(long)]
    pub listen: String,
    /// Where to put the log
    #[arg(long)]
    pub data: PathBuf,
}
