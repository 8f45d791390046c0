//! Reads a server's own API back.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::world::World;

const PAGE: usize = 1_000;

/// Reads with one key.
pub(crate) struct Reader<'w>(pub(crate) &'w World);

impl Reader<'_> {
    /// The JSON at a path.
    pub(crate) fn get(&self, path: &str) -> Value {
        let bearer = format!("Bearer {}", self.0.key("read_key"));
        let answer = self.0.ask("GET", path, &[("authorization", &bearer)], "");
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// All items of a list.
    pub(crate) fn all(&self, path: &str, member: &str) -> Vec<Value> {
        let mut items = Vec::new();
        loop {
            let mut page = self.get(&format!("{path}?limit={PAGE}&offset={}", items.len()));
            items.append(page[member].as_array_mut().unwrap());
            if page["hasNext"] == false {
                assert_eq!(page["total"], items.len(), "{path}: all pages together");
                return items;
            }
        }
    }

    pub(crate) fn session(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/sessions/{}", quoted(id)))
    }

    pub(crate) fn events(&self, session: &str) -> Vec<Value> {
        self.all(&format!("/api/v1/sessions/{}/events", quoted(session)), "events")
    }
}

/// A name as one segment of a path.
pub(crate) fn quoted(name: &str) -> String {
    utf8_percent_encode(name, NON_ALPHANUMERIC).to_string()
}
