//! OpenLIT: OpenTelemetry with costs, an application and an environment.

use crate::reading::Class::{Agent, Inference, Retrieval, Workflow};
use crate::table::Source::Key;
use crate::table::{Table, Wait};

pub(crate) const TABLE: Table = Table {
    name: "openlit",
    prefixes: &["gen_ai.application_name", "gen_ai.usage.cost", "gen_ai.server.ttft", "openlit."],
    scopes: &["openlit"],
    class: &[Key("gen_ai.operation.name"), Key("gen_ai.operation")],
    classes: &[("vectordb", Retrieval), ("framework", Workflow), ("agent", Agent), ("vision", Inference), ("audio", Inference)],
    input_tokens: &[Key("gen_ai.usage.input_tokens"), Key("gen_ai.usage.prompt_tokens")],
    total_tokens: &[Key("gen_ai.client.token.usage"), Key("gen_ai.usage.total_tokens")],
    cost: &[Key("gen_ai.usage.cost")],
    first_token: &[Wait::Seconds("gen_ai.server.time_to_first_token"), Wait::Seconds("gen_ai.server.ttft")],
    environment: &[Key("gen_ai.environment")],
    ..Table::NONE
};
