//! The description of the whole surface: each dialect writes its own part by hand, beside its routes; tests hold the two together.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

const PARTS: [&str; 7] = [
    include_str!("../native/openapi.json"),
    include_str!("../shared/openapi.json"),
    include_str!("../voker/openapi.json"),
    include_str!("../agentops/openapi.json"),
    include_str!("../converra/openapi.json"),
    include_str!("../virtuous/openapi.json"),
    include_str!("../otlp/openapi.json"),
];

/// The OpenAPI 3.1 document.
#[must_use]
pub fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| merged().to_string())
}

fn merged() -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for part in PARTS {
        let part: Value = serde_json::from_str(part).expect("the parts are checked by a test");
        for (path, methods) in part["paths"].as_object().into_iter().flatten() {
            let slot = paths.entry(path.clone()).or_insert_with(|| json!({}));
            if let (Some(slot), Some(methods)) = (slot.as_object_mut(), methods.as_object()) {
                slot.extend(methods.clone());
            }
        }
        schemas.extend(part["components"]["schemas"].as_object().cloned().into_iter().flatten());
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Debrief",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Records what AI agents do. Every route of every dialect that this server speaks.",
        },
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "vaiToken": {"type": "apiKey", "in": "cookie", "name": "vai_token"},
                "agentopsKey": {"type": "apiKey", "in": "header", "name": "X-Agentops-Api-Key"},
            },
        },
    })
}
