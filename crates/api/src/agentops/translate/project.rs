//! Keys and tokens.

use debrief_model::{Error, Timestamp};

use crate::agentops::lenient::text;
use crate::agentops::wire;
use crate::edge::json;
use crate::edge::time::render as time;

/// The key in a body.
///
/// # Errors
/// `Invalid` with what is wrong, as FastAPI has it.
pub(in crate::agentops) fn api_key(body: &str) -> Result<String, Error> {
    json::read(body, |body| {
        let told = serde_json::from_str::<wire::ApiKey<'_>>(body)?.api_key;
        Ok(told.map(|told| text(Some(told)).map(|text| text.trim().to_owned())))
    })?
    .ok_or_else(|| wrong("missing", "Field required"))?
    .ok_or_else(|| wrong("string_type", "Input should be a valid string"))
}

fn wrong(code: &'static str, sentence: &'static str) -> Error {
    Error::invalid(sentence).with("body", "api_key", code, sentence)
}

/// What a token says.
pub(in crate::agentops) fn token_told(expires_at: Timestamp, project_id: String) -> wire::TokenTold {
    wire::TokenTold {
        message: "JWT token is valid",
        payload: wire::TokenPayload {
            exp: expires_at.0.div_euclid(1_000_000),
            aud: "authenticated",
            project_id,
            project_prem_status: wire::PLAN,
        },
        expires_at: time(expires_at),
    }
}
