//! Who the agents and people are, told before what they do.

use super::json::{list, object, text};
use super::{Credential, Request};
use crate::cast::{AGENTS, Agent, Version};
use crate::conversation::Person;

/// The agents as they are made, each as its first version.
#[must_use]
pub fn introduction() -> Vec<Request> {
    AGENTS.iter().filter_map(|agent| Some(created(agent, agent.versions.first()?))).collect()
}

fn created(agent: &Agent, version: &Version) -> Request {
    let mut body = String::new();
    object(&mut body, |told| {
        told.text("name", agent.name);
        told.text("description", agent.description);
        told.raw("tags", &list(agent.tags.iter().map(|tag| text(tag))));
        told.text("status", "active");
        made_of(version, told);
    });
    Request::post("/api/v1/agents", body)
}

/// The change by which an agent becomes a later version. A server that counts changes gets the versions that conversations name, if it is
/// told of each in turn, before the first conversation with it.
#[must_use]
pub fn change(agent: &Agent, version: &Version) -> Request {
    let mut body = String::new();
    object(&mut body, |told| made_of(version, told));
    Request { method: "PATCH", path: format!("/api/v1/agents/{}", agent.name), credential: Credential::Key, body }
}

fn made_of(version: &Version, told: &mut super::json::Object<'_>) {
    told.text("content", version.prompt.trim());
    told.text("llmModel", version.model.name);
    told.raw("temperature", &format!("{:.1}", version.temperature));
}

/// A person with what the firm knows of them.
#[must_use]
pub fn person(person: &Person) -> Request {
    let mut body = String::new();
    object(&mut body, |told| {
        told.text("person_id", &person.id);
        told.object("properties", |properties| {
            properties.text("name", &format!("{} {}", person.first_name, person.family_name));
            properties.text("city", person.city);
            properties.text("group", person.group);
        });
    });
    Request { method: "PUT", path: "/api/v1/people".to_owned(), credential: Credential::Key, body }
}
