//! What the SDK asks before and between calls of its wrapped clients. Answered truthfully: no variant of any agent is being tried.

use debrief_app::agents;
use debrief_model::{AgentFilter, Error, Paging, hex};
use serde_json::{Map, Value};

use super::{auth, translate, wire};
use crate::edge::agent;
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Agents whose hashes the SDK is told at its start; those beyond it it asks for one by one.
const AGENTS_MAX: u64 = 1_000;
/// Agents that are held at a time: their prompts can be long.
const PAGE: u32 = 100;

/// What the SDK is set to, and which prompts are whose.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) async fn config(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let (mut hashes, mut offset, mut total) = (Map::new(), 0, AGENTS_MAX);
    while offset < total.min(AGENTS_MAX) {
        let page = agents::list(call.app(), &ctx, AgentFilter::default(), Paging { limit: PAGE, offset }).await?;
        (offset, total) = (offset + u64::from(PAGE), page.total);
        for known in page.rows {
            if let Some(prompt) = &known.config.prompt {
                // Newest first: of two agents with the same prompt the newer one counts, as it does for a single look-up.
                hashes.entry(hex(&prompt.hash)).or_insert_with(|| Value::String(agent::id(known.id)));
            }
        }
    }
    let config = wire::Config {
        // The other mode would have the SDK ask for a variant before every call, and there never is one.
        testing_mode: "simulation",
        capture_enabled: true,
        active_optimizations: [],
        prompt_hashes: hashes.clone(),
        agent_hashes: hashes,
    };
    Ok(Reply::json(&wire::Data { data: config }))
}

/// The agent that a prompt belongs to; nothing where it is nobody's.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`.
pub(super) async fn find(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let Payload { text, permit: _ } = call.payload().await?;
    let content = translate::prompt_asked(&text)?;
    let app = call.app().clone();
    drop(call);
    let found = agents::with_prompt(&app, &ctx, &content).await?;
    let data = found.map(|known| wire::Match {
        agent_id: agent::id(known.id),
        prompt_id: agent::id(known.id),
        name: known.name,
        content_hash: hex(&agents::prompt_hash(&content)),
        matched: true,
    });
    Ok(Reply::json(&wire::Data { data }))
}

/// Whether a variant is being tried. Whose agent it is does not matter: nobody's has one.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) async fn active_variant(call: Call) -> Result<Reply, Error> {
    auth::reader(&call)?;
    Ok(Reply::json(&wire::Data { data: wire::Variant { has_active_variant: false, assignment: "baseline" } }))
}
