//! Agents and their versions: created, changed, hidden; found by what they are made of.

use debrief_model::{
    Agent, AgentConfig, AgentFilter, AgentId, AgentPatch, AgentStatus, ErrorKind, NewAgent, Paging, Prompt, TenantId, VersionNumber,
};
use debrief_store::{Change, Ledger, Outcome, Result, body};
use uuid::Uuid;

use crate::ledger::Fixture;
use crate::ledger::build::{ACME, RIVAL, at, call, commit, commit_one, origin, put_agent, record, sent, told};
use crate::ledger::view::ALL;

fn prompt(n: u8) -> Prompt {
    Prompt { text: format!("You are {n}."), hash: [n; 32] }
}

fn new(name: &str, n: u8) -> NewAgent {
    let config = AgentConfig { prompt: Some(prompt(n)), model: Some("m".into()), temperature: Some(0.25), max_tokens: Some(9) };
    NewAgent { name: name.into(), tags: vec!["x".into(), "y".into()], config, ..NewAgent::default() }
}

fn make(ledger: &dyn Ledger, now: i64, tenant: TenantId, agent: NewAgent) -> Result<Agent> {
    agent_of(commit_one(ledger, at(now), Change::CreateAgent { tenant, agent }))
}

fn change(ledger: &dyn Ledger, now: i64, tenant: TenantId, agent: AgentId, patch: AgentPatch) -> Result<Agent> {
    agent_of(commit_one(ledger, at(now), Change::PatchAgent { tenant, agent, patch: Box::new(patch) }))
}

fn agent_of(outcome: Result<Outcome>) -> Result<Agent> {
    match outcome? {
        Outcome::Agent(agent) => Ok(agent),
        other => panic!("not an agent: {other:?}"),
    }
}

fn version_names(ledger: &dyn Ledger, agent: &Agent) -> Vec<String> {
    ledger.agent_versions(agent.tenant, agent.number, ALL).expect("reads").rows.into_iter().map(|version| version.name).collect()
}

/// What an agent is made of is its first version; a name is taken once, and who asked and for what is told.
pub fn agents_are_created_once(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let agent = make(ledger.as_ref(), 1, ACME, new("a", 1)).expect("creates");
    assert_eq!(
        (agent.created_at, agent.current_version, &agent.tags[..]),
        (at(1), Some(VersionNumber(1)), &["x".to_owned(), "y".into()][..])
    );
    let version = ledger.agent_version(ACME, agent.number, "v1").expect("reads").expect("its first version");
    assert_eq!(version.config, agent.config);
    assert_eq!(ledger.agent_by_id(ACME, agent.id).expect("reads").as_ref(), Some(&agent));
    assert_eq!(ledger.agent(ACME, "a").expect("reads").as_ref(), Some(&agent));
    let taken = make(ledger.as_ref(), 2, ACME, new("a", 2)).expect_err("taken");
    assert_eq!((taken.kind, taken.problems[0].field.as_str()), (ErrorKind::Conflict, "name"));
    make(ledger.as_ref(), 3, RIVAL, new("a", 3)).expect("another tenant's name is another name");
    let records = ledger.journal(debrief_model::Position(0), usize::MAX).expect("reads");
    assert_eq!(told(&records[0]), ["agent.created", "agent_version.created"]);
    assert_eq!(told(&records[1]), Vec::<String>::new(), "a refused change leaves no trace");
    let facts = &records[0].events[0].facts;
    assert_eq!((facts.actor.as_ref(), facts.correlation_id.as_ref()), (Some(&origin().actor), origin().correlation_id.as_ref()));
    let resource = facts.resource.clone().expect("it is about an agent");
    assert_eq!((resource.kind.as_str(), resource.id), ("agent_spec", Some(agent.id.to_string())));
    let said = String::from_utf8(body::decode(&facts.body).expect("a body")).expect("text");
    assert!(said.contains(r#""content":"You are 1.""#) && said.contains(r#""llmModel":"m""#), "{said}");
}

/// An agent that is only known by name becomes the one that is described: same number, same id, same history.
pub fn a_mentioned_agent_is_described_later(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut draft = call(at(0), "s");
    draft.mention.agent = Some("a".into());
    let first = commit(ledger.as_ref(), at(1), vec![record(ACME, [draft.clone()])]).record;
    assert_eq!(told(&first), ["session.started", "agent.created", "agent_version.created"]);
    assert_eq!(first.events[1].facts.causation_id, Some(sent(&first)[0].id.to_string()), "the event brought it about");
    let mentioned = ledger.agent(ACME, "a").expect("reads").expect("mentioned");
    let described = make(ledger.as_ref(), 2, ACME, new("a", 1)).expect("describes");
    assert_eq!((described.id, described.number, described.created_at), (mentioned.id, mentioned.number, at(1)));
    assert_eq!(version_names(ledger.as_ref(), &described), ["default", "v1"]);
    let next = sent(&commit(ledger.as_ref(), at(3), vec![record(ACME, [draft])]).record)[0].links;
    assert_eq!(next.agent_version, described.current_version, "events that name no version belong to the one it is now");
}

/// A patch changes what it gives; what the agent is made of makes a version, and nothing else does.
pub fn patches_make_versions(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let first = make(ledger.as_ref(), 1, ACME, new("a", 1)).expect("creates");
    let renamed = AgentPatch { name: Some("b".into()), tags: Some(vec![]), ..AgentPatch::default() };
    let second = change(ledger.as_ref(), 2, ACME, first.id, renamed).expect("changes");
    assert_eq!((second.current_version, second.updated_at), (first.current_version, at(2)));
    assert_eq!((second.config.clone(), second.tags.len()), (first.config, 0));
    assert!(ledger.agent(ACME, "a").expect("reads").is_none(), "the former name is free");
    let other = AgentPatch { prompt: Some(Some(prompt(2))), max_tokens: Some(None), ..AgentPatch::default() };
    let third = change(ledger.as_ref(), 3, ACME, first.id, other.clone()).expect("changes");
    assert_eq!((third.config.max_tokens, third.config.temperature), (None, Some(0.25)));
    assert_eq!(version_names(ledger.as_ref(), &third), ["v1", "v2"]);
    assert_eq!(third.current_version, Some(VersionNumber(2)));
    let same = change(ledger.as_ref(), 4, ACME, first.id, other).expect("nothing to do");
    assert_eq!(same, third, "what changes nothing is no change");
    let declared = Change::PutAgentVersion { tenant: ACME, agent: "b".into(), name: "v3".into(), description: None };
    commit_one(ledger.as_ref(), at(5), declared).expect("declares");
    let warm = AgentPatch { temperature: Some(Some(1.5)), ..AgentPatch::default() };
    let fourth = change(ledger.as_ref(), 6, ACME, first.id, warm).expect("changes");
    assert_eq!(version_names(ledger.as_ref(), &fourth), ["v1", "v2", "v3", "v4"]);
    make(ledger.as_ref(), 7, ACME, new("c", 3)).expect("creates");
    let clash = AgentPatch { name: Some("c".into()), ..AgentPatch::default() };
    assert_eq!(change(ledger.as_ref(), 8, ACME, first.id, clash).expect_err("taken").kind, ErrorKind::Conflict);
    assert_eq!(ledger.agent(ACME, "b").expect("reads"), Some(fourth));
}

/// Archiving is dated, and the way back takes the date away.
pub fn archiving_is_dated(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let agent = make(ledger.as_ref(), 1, ACME, new("a", 1)).expect("creates");
    let to = |status| AgentPatch { status: Some(status), ..AgentPatch::default() };
    let archived = change(ledger.as_ref(), 2, ACME, agent.id, to(AgentStatus::Archived)).expect("changes");
    assert_eq!(archived.deprecated_at, Some(at(2)));
    let described = AgentPatch { description: Some(Some("d".into())), ..AgentPatch::default() };
    assert_eq!(change(ledger.as_ref(), 3, ACME, agent.id, described).expect("changes").deprecated_at, Some(at(2)));
    assert_eq!(change(ledger.as_ref(), 4, ACME, agent.id, to(AgentStatus::Active)).expect("changes").deprecated_at, None);
}

/// A deleted agent is not there any more; its name is free, its number is not, its history stays.
pub fn deleting_hides_and_frees_the_name(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let agent = make(ledger.as_ref(), 1, ACME, new("a", 1)).expect("creates");
    let mut draft = call(at(0), "s");
    draft.mention.agent = Some("a".into());
    commit(ledger.as_ref(), at(2), vec![record(ACME, [draft.clone()])]);
    let delete = |tenant| commit_one(ledger.as_ref(), at(3), Change::DeleteAgent { tenant, agent: agent.id });
    assert_eq!(delete(RIVAL).expect_err("not theirs").kind, ErrorKind::NotFound);
    delete(ACME).expect("deletes");
    assert_eq!(delete(ACME).expect_err("gone").kind, ErrorKind::NotFound);
    assert!(ledger.agent(ACME, "a").expect("reads").is_none());
    assert!(ledger.agent_by_id(ACME, agent.id).expect("reads").is_none());
    assert!(ledger.agent_by_prompt(ACME, &[1; 32]).expect("reads").is_none());
    assert_eq!(ledger.agents(ACME, &AgentFilter::default(), ALL).expect("reads").total, 0);
    assert_eq!(change(ledger.as_ref(), 4, ACME, agent.id, AgentPatch::default()).expect_err("gone").kind, ErrorKind::NotFound);
    let wanted = debrief_store::Wanted { agents: vec![agent.number], ..Default::default() };
    let names = ledger.names(ACME, &wanted).expect("reads");
    assert_eq!((names.agents.get(&agent.number).map(String::as_str), names.agent_ids.get(&agent.number)), (Some("a"), Some(&agent.id)));
    let again = commit(ledger.as_ref(), at(5), vec![record(ACME, [draft])]).record;
    let number = sent(&again)[0].links.agent.expect("an agent");
    assert_ne!(number, agent.number, "the same name is another agent now");
    assert_eq!(ledger.session(ACME, "s").expect("reads").expect("the session").agent, Some(agent.number), "history stays");
    assert_ne!(make(ledger.as_ref(), 6, ACME, new("a", 1)).expect("describes").id, agent.id);
}

/// Agents are listed newest first, by status and tags, with exact totals.
pub fn agents_are_listed(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    for (n, name) in (1..).zip(["a", "b", "c", "d"]) {
        let mut agent = new(name, n);
        agent.status = if n % 2 == 0 { AgentStatus::Draft } else { AgentStatus::Active };
        agent.tags = ["x", "y", "z"][..usize::from(n) - 1].iter().map(|tag| (*tag).to_owned()).collect();
        make(ledger.as_ref(), i64::from(n), ACME, agent).expect("creates");
    }
    make(ledger.as_ref(), 9, RIVAL, new("r", 1)).expect("creates");
    commit(ledger.as_ref(), at(10), vec![put_agent(ACME, "e")]);
    let list = |status, tags: &[&str], limit, offset| {
        let filter = AgentFilter { status, tags: tags.iter().map(|tag| (*tag).to_owned()).collect() };
        let page = ledger.agents(ACME, &filter, Paging { limit, offset }).expect("reads");
        (page.rows.into_iter().map(|agent| agent.name).collect::<String>(), page.total)
    };
    assert_eq!(list(None, &[], 10, 0), ("edcba".into(), 5));
    assert_eq!(list(None, &[], 2, 1), ("dc".into(), 5));
    assert_eq!(list(Some(AgentStatus::Draft), &[], 10, 0), ("db".into(), 2));
    assert_eq!(list(None, &["x"], 10, 0), ("dcb".into(), 3));
    assert_eq!(list(None, &["y", "x"], 10, 0), ("dc".into(), 2));
    assert_eq!(list(Some(AgentStatus::Draft), &["z"], 10, 0), ("d".into(), 1));
    assert_eq!(list(None, &["none"], 10, 0), (String::new(), 0));
}

/// An agent is found by its prompt, the one that has it now before one that had it once.
pub fn agents_are_found_by_prompt(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let first = make(ledger.as_ref(), 1, ACME, new("a", 1)).expect("creates");
    let found = |n: u8| ledger.agent_by_prompt(ACME, &[n; 32]).expect("reads").map(|agent| agent.name);
    assert_eq!((found(1).as_deref(), found(2)), (Some("a"), None));
    let other = AgentPatch { prompt: Some(Some(prompt(2))), ..AgentPatch::default() };
    change(ledger.as_ref(), 2, ACME, first.id, other).expect("changes");
    assert_eq!((found(1).as_deref(), found(2).as_deref()), (Some("a"), Some("a")), "a former prompt is still its own");
    make(ledger.as_ref(), 3, ACME, new("b", 1)).expect("creates");
    assert_eq!(found(1).as_deref(), Some("b"), "who has it now");
    assert!(ledger.agent_by_prompt(RIVAL, &[1; 32]).expect("reads").is_none());
    assert!(ledger.agent_by_id(RIVAL, first.id).expect("reads").is_none());
    assert!(ledger.agent_by_id(ACME, AgentId(Uuid::nil())).expect("reads").is_none());
}
