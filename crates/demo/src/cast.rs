//! The agents of the demonstration: what they are for, whom they serve, with which models, in which versions, over which wire.

use std::sync::LazyLock;

use crate::parse;
use crate::script::Script;

/// A model, and how it behaves.
#[derive(Debug, PartialEq)]
pub struct Model {
    /// Who runs it, as OpenTelemetry's conventions name it.
    pub provider: &'static str,
    /// As clients ask for it.
    pub name: &'static str,
    /// As it answers.
    pub answers_as: &'static str,
    /// Milliseconds until its first token, typically.
    pub first_token_ms: f64,
    /// Output tokens in a second, typically.
    pub tokens_per_second: f64,
    /// Reasoning tokens of a call, typically; 0 where it does not reason.
    pub reasoning_tokens: u64,
    /// Whether what goes to its cache is counted.
    pub tells_cache_writes: bool,
}

/// A version of an agent.
#[derive(Debug, PartialEq)]
pub struct Version {
    /// From 1.
    pub number: usize,
    /// `v1`, `v2`, …
    pub name: &'static str,
    /// The instructions.
    pub prompt: &'static str,
    /// The model it runs on.
    pub model: &'static Model,
    /// The model's temperature.
    pub temperature: f64,
    /// When it takes over: the share of the story's days that have passed, in percent.
    pub from_percent: i64,
    /// How many of a hundred conversations it gets from then on.
    pub traffic_percent: u64,
}

/// By which wire an agent's client reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Spans, with the attributes of OpenTelemetry's GenAI conventions.
    Otlp,
    /// The events of AgentOps' REST interface.
    Agentops,
    /// Converra's runs.
    Converra,
}

/// Whom an agent serves.
#[derive(Debug, PartialEq)]
pub struct Audience {
    /// How their ids begin.
    pub prefix: &'static str,
    /// How many there are.
    pub people: u32,
    /// What they are to the firm.
    pub groups: &'static [&'static str],
    /// Whether they have German names.
    pub is_german: bool,
}

/// An agent.
#[derive(Debug)]
pub struct Agent {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its tags.
    pub tags: &'static [&'static str],
    /// By which wire it reports.
    pub dialect: Dialect,
    /// In order.
    pub versions: &'static [Version],
    /// Whom it serves; `None` where nobody watches.
    pub audience: Option<Audience>,
    /// Of a hundred conversations, how many are with it.
    pub traffic_percent: u64,
    /// Of a weekday's conversations, how many a day at the weekend has, in percent.
    pub weekend_percent: u64,
    /// How busy each hour of the day is, UTC, beside the others.
    pub hours: [u8; 24],
    /// Tokens of tools' descriptions and of whatever else its client puts before each call.
    pub overhead_tokens: u64,
    script: &'static LazyLock<Script>,
}

/// Names are unique.
impl PartialEq for Agent {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Agent {
    /// The names of its scenarios, as [`crate::Truth`] names them.
    pub fn scenarios(&self) -> impl Iterator<Item = &'static str> {
        self.script.scenarios.iter().map(|scenario| scenario.name)
    }

    pub(crate) fn script(&self) -> &'static Script {
        self.script
    }
}

macro_rules! script {
    ($name:ident, $file:literal) => {
        static $name: LazyLock<Script> = LazyLock::new(|| {
            parse::script(include_str!(concat!("../data/", $file, ".txt"))).unwrap_or_else(|sentence| panic!("{}: {sentence}", $file))
        });
    };
}

script!(SUPPORT, "support");
script!(CODING, "coding");
script!(CLINIC, "clinic");
script!(ANALYST, "analyst");
script!(ENERGY, "energy");
script!(INVOICES, "invoices");

const OFFICE: [u8; 24] = [0, 0, 0, 0, 0, 1, 4, 12, 20, 22, 20, 12, 14, 20, 20, 16, 10, 5, 2, 1, 1, 0, 0, 0];
const SHOPPERS: [u8; 24] = [3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 12, 12, 13, 12, 12, 12, 13, 15, 18, 20, 18, 14, 9, 5];

const fn model(
    provider: &'static str,
    names: (&'static str, &'static str),
    first_token_ms: f64,
    tokens_per_second: f64,
    reasoning: u64,
) -> Model {
    Model {
        provider,
        name: names.0,
        answers_as: names.1,
        first_token_ms,
        tokens_per_second,
        reasoning_tokens: reasoning,
        tells_cache_writes: false,
    }
}

static GPT_41: Model = model("openai", ("gpt-4.1", "gpt-4.1-2025-04-14"), 520.0, 85.0, 0);
static GPT_5_MINI: Model = model("openai", ("gpt-5-mini", "gpt-5-mini-2025-08-07"), 900.0, 130.0, 90);
static GPT_4O_MINI: Model = model("openai", ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"), 380.0, 95.0, 0);
static SONNET: Model =
    Model { tells_cache_writes: true, ..model("anthropic", ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"), 1_100.0, 70.0, 0) };
static HAIKU: Model =
    Model { tells_cache_writes: true, ..model("anthropic", ("claude-haiku-4-5", "claude-haiku-4-5-20251001"), 600.0, 120.0, 0) };
static GEMINI_PRO: Model = model("gcp.gemini", ("gemini-2.5-pro", "gemini-2.5-pro"), 1_900.0, 110.0, 420);
static GEMINI_FLASH: Model = model("gcp.gemini", ("gemini-2.5-flash", "gemini-2.5-flash"), 520.0, 170.0, 110);
static MISTRAL: Model = model("mistral_ai", ("mistral-medium-latest", "mistral-medium-latest"), 480.0, 80.0, 0);

/// Everybody.
pub static AGENTS: [Agent; 6] = [
    Agent {
        name: "trailhead-support",
        description: "Answers customers of Trailhead, a shop for outdoor gear: orders, returns, advice.",
        tags: &["customer-service", "production"],
        dialect: Dialect::Otlp,
        versions: &SUPPORT_VERSIONS,
        audience: Some(Audience { prefix: "cust", people: 900, groups: &["guest", "member", "member", "summit-club"], is_german: false }),
        traffic_percent: 36,
        weekend_percent: 80,
        hours: SHOPPERS,
        overhead_tokens: 1_450,
        script: &SUPPORT,
    },
    Agent {
        name: "patchwork",
        description: "A coding assistant that reads a repository, changes it and runs its tests.",
        tags: &["engineering", "internal"],
        dialect: Dialect::Agentops,
        versions: &CODING_VERSIONS,
        audience: Some(Audience { prefix: "eng", people: 26, groups: &["platform", "payments", "mobile", "web"], is_german: false }),
        traffic_percent: 14,
        weekend_percent: 12,
        hours: OFFICE,
        overhead_tokens: 5_200,
        script: &CODING,
    },
    Agent {
        name: "clinic-desk",
        description: "Books, moves and cancels appointments of a group of three medical practices.",
        tags: &["scheduling", "production"],
        dialect: Dialect::Converra,
        versions: &CLINIC_VERSIONS,
        audience: Some(Audience { prefix: "pat", people: 640, groups: &["adult", "adult", "child", "senior"], is_german: false }),
        traffic_percent: 17,
        weekend_percent: 45,
        hours: SHOPPERS,
        overhead_tokens: 900,
        script: &CLINIC,
    },
    Agent {
        name: "ledger-analyst",
        description: "Answers questions of colleagues about the firm's figures by asking its data warehouse.",
        tags: &["analytics", "internal"],
        dialect: Dialect::Otlp,
        versions: &ANALYST_VERSIONS,
        audience: Some(Audience {
            prefix: "staff",
            people: 34,
            groups: &["finance", "marketing", "operations", "board"],
            is_german: false,
        }),
        traffic_percent: 10,
        weekend_percent: 8,
        hours: OFFICE,
        overhead_tokens: 3_300,
        script: &ANALYST,
    },
    Agent {
        name: "lichtbach-service",
        description: "Kundenservice der Lichtbach Energie: Zählerstände, Abschläge, Umzüge, Rechnungen.",
        tags: &["customer-service", "de", "production"],
        dialect: Dialect::Otlp,
        versions: &ENERGY_VERSIONS,
        audience: Some(Audience { prefix: "kd", people: 520, groups: &["strom", "strom", "gas", "strom+gas"], is_german: true }),
        traffic_percent: 15,
        weekend_percent: 55,
        hours: SHOPPERS,
        overhead_tokens: 1_150,
        script: &ENERGY,
    },
    Agent {
        name: "invoice-clerk",
        description: "Reads invoices that suppliers send, checks them against orders and books them. Nobody talks with it.",
        tags: &["back-office", "workflow"],
        dialect: Dialect::Agentops,
        versions: &INVOICES_VERSIONS,
        audience: None,
        traffic_percent: 8,
        weekend_percent: 15,
        hours: [4, 6, 8, 6, 4, 4, 6, 8, 8, 6, 6, 4, 4, 6, 6, 4, 4, 2, 2, 2, 2, 2, 2, 2],
        overhead_tokens: 700,
        script: &INVOICES,
    },
];

const fn version(number: usize, name: &'static str, prompt: &'static str, model: &'static Model) -> Version {
    Version { number, name, prompt, model, temperature: 0.3, from_percent: 0, traffic_percent: 100 }
}

/// The first promises refunds for 14 days, though the shop grants 60; the second knows the policy and can pay; the third is tried on a
/// cheaper model.
static SUPPORT_VERSIONS: [Version; 3] = [
    version(1, "v1", include_str!("../data/prompts/support-v1.txt"), &GPT_41),
    Version { from_percent: 42, ..version(2, "v2", include_str!("../data/prompts/support-v2.txt"), &GPT_41) },
    Version { from_percent: 80, traffic_percent: 35, ..version(3, "v3", include_str!("../data/prompts/support-v3.txt"), &GPT_5_MINI) },
];
static CODING_VERSIONS: [Version; 1] =
    [Version { temperature: 0.0, ..version(1, "v1", include_str!("../data/prompts/coding.txt"), &SONNET) }];
static CLINIC_VERSIONS: [Version; 1] = [version(1, "v1", include_str!("../data/prompts/clinic.txt"), &HAIKU)];
static ANALYST_VERSIONS: [Version; 2] = [
    version(1, "v1", include_str!("../data/prompts/analyst-v1.txt"), &GEMINI_PRO),
    Version { from_percent: 60, ..version(2, "v2", include_str!("../data/prompts/analyst-v2.txt"), &GEMINI_FLASH) },
];
static ENERGY_VERSIONS: [Version; 1] = [version(1, "v1", include_str!("../data/prompts/energy.txt"), &MISTRAL)];
static INVOICES_VERSIONS: [Version; 1] =
    [Version { temperature: 0.0, ..version(1, "v1", include_str!("../data/prompts/invoices.txt"), &GPT_4O_MINI) }];
