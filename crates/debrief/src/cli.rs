//! The command line: every flag, its environment variable and its help in one place.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use uuid::Uuid;

/// Records what AI agents do and tells you how well they do it.
///
/// One server, one data directory. Point an SDK's base URL at it and every call shows up. Start with `debrief serve`.
#[derive(Debug, Parser)]
#[command(name = "debrief", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    // What a command is for is told once, at its own arguments: words here would hide those there.
    Serve(Serve),
    Demo(Demo),
    #[command(subcommand)]
    Keys(Keys),
    #[command(subcommand)]
    Tenants(Tenants),
    #[command(subcommand)]
    Prices(Prices),
    Reprice(Reprice),
    #[command(subcommand)]
    Reindex(Reindex),
    Doctor(Doctor),
    /// Measure a server: write path, ceiling, queries
    Bench(debrief_bench::BenchArgs),
}

/// Look into the price book, and bring prices of your own
#[derive(Debug, Subcommand)]
pub(crate) enum Prices {
    List(ListPrices),
    Explain(Explain),
    Update(UpdatePrices),
}

/// Keep prices in the data directory, where the server finds them when it starts.
///
/// They come before the built-in ones. The file is a book of your own, or LiteLLM's model_prices_and_context_window.json. Calls that are
/// recorded already keep what they cost until `debrief reprice`.
#[derive(Debug, Args)]
pub(crate) struct UpdatePrices {
    /// The file with the prices
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) data: DataDir,
}

/// Price recorded calls again, with the prices that count now.
///
/// Needs the data directory for itself. A running server does the same for POST /api/v1/prices/reprice.
#[derive(Debug, Args)]
pub(crate) struct Reprice {
    #[command(flatten)]
    pub(crate) data: DataDir,

    /// Only calls made at or after this time, e.g. 2026-03-01T00:00:00Z [default: all]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<jiff::Timestamp>,

    /// Only calls made before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<jiff::Timestamp>,

    #[command(flatten)]
    pub(crate) prices: PriceFile,

    /// Whose word counts where a client says what a call cost and the price book knows it too
    #[arg(long, value_name = "WHOSE", env = "DEBRIEF_COST_SHOWN", value_enum, default_value_t = CostShown::Reported)]
    pub(crate) cost_shown: CostShown,
}

/// Make views of what is recorded anew
#[derive(Debug, Subcommand)]
pub(crate) enum Reindex {
    Insights(ReindexInsights),
}

/// Look at all conversations again.
///
/// Needs the data directory for itself. A running server does the same for POST /api/v1/insights/reindex, and whenever it is started with
/// other phrases or by a version of the program with other rules.
#[derive(Debug, Args)]
pub(crate) struct ReindexInsights {
    #[command(flatten)]
    pub(crate) data: DataDir,

    /// Phrases of your own to look for, as the server has them
    #[arg(long, value_name = "DIR", env = "DEBRIEF_PATTERNS")]
    pub(crate) patterns: Option<PathBuf>,

    /// Minutes without anything happening after which a conversation counts as over, as the server has it
    #[arg(long, value_name = "MINUTES", env = "DEBRIEF_CONVERSATION_IDLE_MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub(crate) conversation_idle_minutes: u64,
}

/// Read a data directory and say what is wrong with it, and what is behind.
///
/// Reads all of the ledger, which takes a while where there is much. The exit code is 1 if something is wrong.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) data: DataDir,

    /// Phrases of your own that the server looks for
    #[arg(long, value_name = "DIR", env = "DEBRIEF_PATTERNS")]
    pub(crate) patterns: Option<PathBuf>,
}

/// List models and what they cost now, in US dollars
#[derive(Debug, Args)]
pub(crate) struct ListPrices {
    #[command(flatten)]
    pub(crate) prices: PriceFile,

    /// Only models whose name or provider contains this
    #[arg(value_name = "TEXT")]
    pub(crate) text: Option<String>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show what a call costs, and how that comes about.
///
/// For example: debrief prices explain gpt-4o --input 12000 --cache-read 10000 --output 800
#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) prices: PriceFile,

    /// The model, as the client names it
    #[arg(value_name = "MODEL")]
    pub(crate) model: String,

    /// The provider, as the client names it, e.g. openai, azure.ai.openai, aws.bedrock [default: who makes the model]
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,

    /// Input tokens, those read from or written to a cache included
    #[arg(long, value_name = "TOKENS", default_value_t = 0)]
    pub(crate) input: u64,

    /// Output tokens, those of reasoning included
    #[arg(long, value_name = "TOKENS", default_value_t = 0)]
    pub(crate) output: u64,

    /// Input tokens that were read from a cache
    #[arg(long, value_name = "TOKENS", default_value_t = 0)]
    pub(crate) cache_read: u64,

    /// Input tokens that were written to a cache
    #[arg(long, value_name = "TOKENS", default_value_t = 0)]
    pub(crate) cache_write: u64,

    /// Of those, the ones that the cache keeps for an hour
    #[arg(long = "cache-write-1h", value_name = "TOKENS", default_value_t = 0)]
    pub(crate) cache_write_1h: u64,

    /// Anything else that is paid for, e.g. input_audio_tokens=500; may be repeated
    #[arg(long = "unit", value_name = "UNIT=COUNT", value_parser = named::<rust_decimal::Decimal>)]
    pub(crate) units: Vec<(String, rust_decimal::Decimal)>,

    /// The tier that served the call, e.g. flex or priority
    #[arg(long, value_name = "TIER")]
    pub(crate) service_tier: Option<String>,

    /// How the call was processed: batch, for one of many whose answers could wait
    #[arg(long, value_name = "WAY")]
    pub(crate) processing: Option<String>,

    /// What else the price depends on, e.g. speed=fast; may be repeated
    #[arg(long = "with", value_name = "KEY=VALUE", value_parser = named::<String>)]
    pub(crate) context: Vec<(String, String)>,

    /// When the call was made, e.g. 2026-03-01T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,

    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Prices of one's own.
#[derive(Debug, Args)]
pub(crate) struct PriceFile {
    /// Prices that come before the built-in ones: a book of your own, or LiteLLM's model_prices_and_context_window.json
    #[arg(id = "prices", long = "prices", value_name = "FILE", env = "DEBRIEF_PRICES")]
    pub(crate) path: Option<PathBuf>,
}

/// `name=value`.
fn named<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<(String, T), String> {
    let (name, value) = text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.parse().map_err(|error: T::Err| error.to_string())?))
}

/// Where the data is.
#[derive(Debug, Args)]
pub(crate) struct DataDir {
    /// Directory that holds everything Debrief keeps
    #[arg(long = "data", value_name = "DIR", env = "DEBRIEF_DATA", default_value = "debrief-data")]
    pub(crate) path: PathBuf,
}

/// Run the server.
///
/// The first start makes a tenant and a key and prints them, with the line that points each SDK here. SIGTERM or Ctrl-C finishes what
/// was accepted and closes.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", env = "DEBRIEF_LISTEN", default_value = "127.0.0.1:4820")]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    pub(crate) data: DataDir,

    /// For containers and scripts: the first tenant's key (all scopes) in a new data directory, a UUID
    #[arg(long, value_name = "UUID", env = "DEBRIEF_BOOTSTRAP_KEY", hide_env_values = true)]
    pub(crate) bootstrap_key: Option<Uuid>,

    /// Address that links in answers start with, and the lines for SDKs [default: http://ADDR:PORT, with TLS https://ADDR:PORT]
    #[arg(long, value_name = "URL", env = "DEBRIEF_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,

    #[command(flatten)]
    pub(crate) tls: Tls,

    /// How long journal records are kept after the warehouse has them durably, in seconds
    #[arg(long, value_name = "SECONDS", env = "DEBRIEF_JOURNAL_KEEP_SECONDS", default_value_t = 600)]
    pub(crate) journal_keep_seconds: u64,

    /// Memory that DuckDB may use, in megabytes
    #[arg(long, value_name = "MB", env = "DEBRIEF_DUCKDB_MEMORY_MB", default_value_t = 128, value_parser = clap::value_parser!(u64).range(64..))]
    pub(crate) duckdb_memory_mb: u64,

    /// Events that may wait in memory, safe in the ledger, before they are moved into the warehouse's file
    #[arg(long, value_name = "EVENTS", env = "DEBRIEF_FRESH_ROWS_MAX", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) fresh_rows_max: u64,

    /// Minutes without anything happening after which a conversation counts as over
    #[arg(long, value_name = "MINUTES", env = "DEBRIEF_CONVERSATION_IDLE_MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub(crate) conversation_idle_minutes: u64,

    /// Start although the warehouse lacks events that the journal no longer keeps; they stay lost (see docs/operating.md)
    #[arg(long)]
    pub(crate) accept_gap: bool,

    #[command(flatten)]
    pub(crate) prices: PriceFile,

    /// Whose word counts where a client says what a call cost and the price book knows it too
    #[arg(long, value_name = "WHOSE", env = "DEBRIEF_COST_SHOWN", value_enum, default_value_t = CostShown::Reported)]
    pub(crate) cost_shown: CostShown,

    /// Estimate token counts that clients do not give from what was said, and mark them as estimates
    #[arg(long, env = "DEBRIEF_ESTIMATE_TOKENS")]
    pub(crate) estimate_tokens: bool,

    /// Do not look at conversations once they are over: no sentiment, outcomes, issues
    #[arg(long, env = "DEBRIEF_NO_ANALYSIS")]
    pub(crate) no_analysis: bool,

    /// Phrases of your own to look for in conversations: a directory of files like corrections.txt (see docs/insights.md)
    #[arg(long, value_name = "DIR", env = "DEBRIEF_PATTERNS")]
    pub(crate) patterns: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) judge: Judge,

    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// TLS of the server's own. With both files the port speaks TLS only, without them none.
#[derive(Debug, Args)]
pub(crate) struct Tls {
    /// Speak TLS with the certificate in this file: PEM, with its chain. Read again when it changes, and on SIGHUP
    #[arg(long, value_name = "FILE", env = "DEBRIEF_TLS_CERT", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The certificate's private key: PEM, not encrypted
    #[arg(long, value_name = "FILE", env = "DEBRIEF_TLS_KEY", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}

/// Have conversations that are over read by a model outside. Without --judge-url nobody is ever asked. See docs/judge.md.
#[derive(Debug, Args)]
#[command(next_help_heading = "Judge")]
pub(crate) struct Judge {
    /// Have conversations judged by the model at this OpenAI-compatible address, e.g. https://api.openai.com/v1
    #[arg(long, value_name = "URL", env = "DEBRIEF_JUDGE_URL", requires = "judge_model")]
    pub(crate) judge_url: Option<String>,
    /// The model's name
    #[arg(long, value_name = "MODEL", env = "DEBRIEF_JUDGE_MODEL")]
    pub(crate) judge_model: Option<String>,
    /// Environment variable that holds the key for it [default: no key is sent]
    #[arg(long, value_name = "NAME", env = "DEBRIEF_JUDGE_API_KEY_ENV")]
    pub(crate) judge_api_key_env: Option<String>,
    /// Seconds for an answer
    #[arg(long, value_name = "SECONDS", env = "DEBRIEF_JUDGE_TIMEOUT_SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) judge_timeout_seconds: u64,
    /// Conversations it is asked about at a time
    #[arg(long, value_name = "N", env = "DEBRIEF_JUDGE_CONCURRENCY", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) judge_concurrency: u8,
    /// Requests in an hour, repeated ones included; what is beyond is not judged
    #[arg(long, value_name = "N", env = "DEBRIEF_JUDGE_REQUESTS_PER_HOUR", default_value_t = 120)]
    pub(crate) judge_requests_per_hour: u32,
    /// US dollars in a day; what is beyond is not judged. Needs a model with a price (see --prices) [default: no limit]
    #[arg(long, value_name = "USD", env = "DEBRIEF_JUDGE_USD_PER_DAY", value_parser = dollars)]
    pub(crate) judge_usd_per_day: Option<rust_decimal::Decimal>,
    /// The part of conversations that is judged, 0 to 1
    #[arg(long, value_name = "RATE", env = "DEBRIEF_JUDGE_SAMPLE_RATE", default_value_t = 1.0, value_parser = rate)]
    pub(crate) judge_sample_rate: f64,
    /// Characters of a conversation that are sent; the middle of longer ones is left out
    #[arg(long, value_name = "CHARS", env = "DEBRIEF_JUDGE_CHARS_MAX", default_value_t = 24_000, value_parser = clap::value_parser!(u32).range(1_000..=400_000))]
    pub(crate) judge_chars_max: u32,
    /// Send e-mail addresses, phone, card and account numbers, IP addresses and keys as they are, rather than marks in their place
    #[arg(long, env = "DEBRIEF_JUDGE_NO_REDACTION")]
    pub(crate) judge_no_redaction: bool,
    /// Allow unencrypted http to other machines; to this one it always is
    #[arg(long, env = "DEBRIEF_JUDGE_PLAIN_HTTP")]
    pub(crate) judge_plain_http: bool,
}

/// An amount of money that fits billionths into 64 bits.
fn dollars(text: &str) -> Result<rust_decimal::Decimal, String> {
    let found = text.parse().ok().filter(|usd: &rust_decimal::Decimal| !usd.is_sign_negative() && *usd <= 1_000_000.into());
    found.ok_or_else(|| "an amount from 0 to 1000000".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|rate| (0.0..=1.0).contains(rate)).ok_or_else(|| "a number from 0 to 1".to_owned())
}

/// Serve a believable past: six made-up agents and a month of what they did.
///
/// A server on a directory of its own, which is removed at the end. It is filled over HTTP, as clients would, and prints a few lines that
/// are worth trying. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", env = "DEBRIEF_LISTEN", default_value = "127.0.0.1:4820")]
    pub(crate) listen: SocketAddr,

    /// Keep everything in this directory; one that holds data already is served as it is [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    /// The key (all scopes) in a new data directory, a UUID [default: a new one]
    #[arg(long, value_name = "UUID", env = "DEBRIEF_BOOTSTRAP_KEY", hide_env_values = true)]
    pub(crate) bootstrap_key: Option<Uuid>,

    /// Address that links in answers start with [default: http://ADDR:PORT]
    #[arg(long, value_name = "URL", env = "DEBRIEF_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,

    /// Conversations on an average day
    #[arg(long, value_name = "N", default_value_t = 65, value_parser = clap::value_parser!(u32).range(1..=i64::from(debrief_demo::CONVERSATIONS_PER_DAY_MAX)))]
    pub(crate) conversations_per_day: u32,

    /// Days, up to and including today
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=i64::from(debrief_demo::DAYS_MAX)))]
    pub(crate) days: u32,

    /// Another seed tells another story
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Go on afterwards: another conversation every few seconds
    #[arg(long)]
    pub(crate) live: bool,
}

impl Serve {
    /// The flags of `serve` that were not given, and these.
    pub(crate) fn like(demo: &Demo, data: PathBuf, key: Uuid) -> Self {
        #[derive(Parser)]
        struct Defaults {
            #[command(flatten)]
            serve: Serve,
        }
        // What the environment says of a server counts here, too; its directory does not.
        let mut serve = Defaults::try_parse_from(["debrief"]).unwrap_or_else(|error| error.exit()).serve;
        (serve.listen, serve.data.path, serve.bootstrap_key) = (demo.listen, data, Some(key));
        serve.public_url.clone_from(&demo.public_url);
        // Made-up conversations are worth nobody's money, and no secrets either: they are sent to this very server unencrypted.
        serve.judge.judge_url = None;
        serve.tls = Tls { tls_cert: None, tls_key: None };
        serve
    }
}

/// Whose word on a cost counts.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CostShown {
    /// The client's
    Reported,
    /// The price book's
    Computed,
}

/// Limits. Errors name the limit they come from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Largest request body in bytes, after decompression too
    #[arg(long, value_name = "BYTES", env = "DEBRIEF_BODY_BYTES_MAX", default_value_t = 32 << 20)]
    pub(crate) body_bytes_max: usize,
    /// Largest OpenTelemetry export in bytes, after decompression too
    #[arg(long, value_name = "BYTES", env = "DEBRIEF_OTLP_BODY_BYTES_MAX", default_value_t = 64 << 20)]
    pub(crate) otlp_body_bytes_max: usize,
    /// Bytes of requests being read or waiting for the disk; beyond it the answer is 503 at once
    #[arg(long, value_name = "BYTES", env = "DEBRIEF_QUEUE_BYTES_MAX", default_value_t = 128 << 20)]
    pub(crate) queue_bytes_max: usize,
    /// Deepest nesting of a JSON body
    #[arg(long, value_name = "LEVELS", env = "DEBRIEF_JSON_DEPTH_MAX", default_value_t = 128, value_parser = depth)]
    pub(crate) json_depth_max: usize,
    /// Events in one request
    #[arg(long, value_name = "EVENTS", env = "DEBRIEF_BATCH_EVENTS_MAX", default_value_t = 10_000)]
    pub(crate) batch_events_max: usize,
    /// Connections served at a time
    #[arg(long, value_name = "N", env = "DEBRIEF_CONNECTIONS_MAX", default_value_t = 1_024)]
    pub(crate) connections_max: usize,
    /// Seconds for a request's head to arrive, and for a TLS handshake before the first
    #[arg(long, value_name = "SECONDS", env = "DEBRIEF_HEADER_SECONDS_MAX", default_value_t = 10)]
    pub(crate) header_seconds_max: u64,
    /// Seconds of silence allowed while a body arrives
    #[arg(long, value_name = "SECONDS", env = "DEBRIEF_BODY_IDLE_SECONDS_MAX", default_value_t = 30)]
    pub(crate) body_idle_seconds_max: u64,
    /// Seconds for a whole body to arrive
    #[arg(long, value_name = "SECONDS", env = "DEBRIEF_BODY_SECONDS_MAX", default_value_t = 120)]
    pub(crate) body_seconds_max: u64,
    /// Reads that one key may make in a minute; what is recorded is never limited [default: no limit]
    #[arg(long, value_name = "N", env = "DEBRIEF_READS_PER_MINUTE_MAX", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) reads_per_minute_max: Option<u32>,
    /// Seconds a read waits to see everything written before it
    #[arg(long, value_name = "SECONDS", env = "DEBRIEF_FENCE_SECONDS_MAX", default_value_t = 20)]
    pub(crate) fence_seconds_max: u64,
}

/// The JSON parser itself stops at 128 levels of what it understands.
fn depth(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|levels| (1..=128).contains(levels)).ok_or_else(|| "a whole number from 1 to 128".to_owned())
}

/// Make, list and revoke API keys. Works on a running server's data directory: it notices within a second.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key and print it, once
    Create(CreateKey),
    /// List keys: their ids, scopes and times, never their secrets
    List {
        #[command(flatten)]
        data: DataDir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a key by its id (see `keys list`)
    Revoke {
        /// The key's id
        id: Uuid,
        #[command(flatten)]
        data: DataDir,
    },
    /// Sign session tokens with a new secret; tokens signed with the one before it still work
    RotateTokenSecret {
        #[command(flatten)]
        data: DataDir,
    },
}

/// Make a key.
#[derive(Debug, Args)]
pub(crate) struct CreateKey {
    /// What to call it
    #[arg(long, default_value = "key")]
    pub(crate) name: String,
    /// The tenant's name
    #[arg(long, default_value = super::commands::FIRST_TENANT)]
    pub(crate) tenant: String,
    /// What it may do
    #[arg(long, value_enum, value_delimiter = ',', default_value = "ingest,read")]
    pub(crate) scopes: Vec<Scope>,
    /// Days until it stops working by itself [default: never]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(crate) expires_in_days: Option<u32>,
    #[command(flatten)]
    pub(crate) data: DataDir,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Scope {
    /// May record
    Ingest,
    /// May read
    Read,
    /// May manage
    Admin,
}

/// Make and list tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum Tenants {
    /// Make a tenant
    Create {
        /// Its name
        name: String,
        #[command(flatten)]
        data: DataDir,
    },
    /// List tenants
    List {
        #[command(flatten)]
        data: DataDir,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
