//! How the reference changes agents.

use debrief_model::{
    Agent, AgentConfig, AgentId, AgentNumber, AgentPatch, AgentStatus, AgentVersion, Error, ErrorKind, NewAgent, Subject, TenantId,
    VersionNumber,
};
use debrief_store::{Outcome, Result, notice};

use super::reference::HeldAgent;
use super::reference_commit::{Work, deprecated_at};

impl Work<'_> {
    /// The agent of that name, made where there is none.
    pub(super) fn agent(&mut self, tenant: TenantId, name: &str, description: Option<String>) -> Agent {
        if let Some(at) = self.named(tenant, name) {
            return self.state.agents[at].agent.clone();
        }
        let agent = self.new_agent(tenant, name, description);
        self.tell(tenant, notice::agent_created(&agent));
        agent
    }

    pub(super) fn create_agent(&mut self, tenant: TenantId, new: NewAgent) -> Result<Outcome> {
        let known = self.named(tenant, &new.name);
        if known.is_some_and(|at| self.state.agents[at].agent.current_version.is_some()) {
            return Err(taken(&new.name));
        }
        let NewAgent { name, description, status, tags, config } = new;
        let before = match known {
            Some(at) => self.state.agents[at].agent.clone(),
            None => self.new_agent(tenant, &name, description.clone()),
        };
        let description = description.or(before.description.clone());
        let after = self.keep(&before, Agent { description, status, tags, config, ..before.clone() });
        match known {
            None => self.tell(tenant, notice::agent_created(&after)),
            Some(_) => self.tell_updated(&before, &after),
        }
        Ok(Outcome::Agent(self.next_version(&after)))
    }

    pub(super) fn patch_agent(&mut self, tenant: TenantId, id: AgentId, patch: AgentPatch) -> Result<Outcome> {
        let before = self.by_id(tenant, id)?;
        let wanted = patch.applied_to(&before);
        if wanted.name != before.name && self.named(tenant, &wanted.name).is_some() {
            return Err(taken(&wanted.name));
        }
        if wanted == before {
            return Ok(Outcome::Agent(before));
        }
        let after = self.keep(&before, wanted);
        self.tell_updated(&before, &after);
        Ok(Outcome::Agent(if after.config == before.config { after } else { self.next_version(&after) }))
    }

    pub(super) fn delete_agent(&mut self, tenant: TenantId, id: AgentId) -> Result<Outcome> {
        let agent = self.by_id(tenant, id)?;
        self.slot(&agent).deleted = true;
        self.tell(tenant, notice::agent_deleted(&agent));
        Ok(Outcome::Agent(agent))
    }

    pub(super) fn put_version(&mut self, tenant: TenantId, agent: &str, name: &str, description: Option<String>) -> Result<Outcome> {
        let at = self.named(tenant, agent).ok_or_else(|| Error::not_found(Subject::Agent(agent.into())))?;
        let number = self.state.agents[at].agent.number;
        Ok(Outcome::AgentVersion(self.version(tenant, number, name, description)))
    }

    /// The version of that name, made where there is none.
    pub(super) fn version(&mut self, tenant: TenantId, agent: AgentNumber, name: &str, description: Option<String>) -> AgentVersion {
        let of_agent = |known: &&AgentVersion| known.tenant == tenant && known.agent == agent;
        if let Some(known) = self.state.versions.iter().filter(of_agent).find(|known| known.name == name) {
            return known.clone();
        }
        self.new_version(tenant, agent, name, description, AgentConfig::default())
    }

    fn new_version(
        &mut self,
        tenant: TenantId,
        agent: AgentNumber,
        name: &str,
        description: Option<String>,
        config: AgentConfig,
    ) -> AgentVersion {
        let count = self.state.versions.iter().filter(|known| known.tenant == tenant && known.agent == agent).count();
        let number = VersionNumber(count as u32 + 1);
        let new = AgentVersion { tenant, agent, number, name: name.into(), description, config, created_at: self.now, deprecated_at: None };
        self.state.versions.push(new.clone());
        let of_number = |known: &&HeldAgent| known.agent.tenant == tenant && known.agent.number == agent;
        let id = self.state.agents.iter().find(of_number).expect("versions are of agents that are there").agent.id;
        self.tell(tenant, notice::agent_version_created(id, &new));
        new
    }

    fn next_version(&mut self, agent: &Agent) -> Agent {
        let names: Vec<String> = {
            let of_agent = self.state.versions.iter().filter(|known| known.tenant == agent.tenant && known.agent == agent.number);
            of_agent.map(|version| version.name.clone()).collect()
        };
        let looks_like_one =
            |name: &&String| name.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| ('1'..='9').contains(&c)));
        let likely = names.iter().filter(looks_like_one).count() + 1;
        let name = (likely..).map(|n| format!("v{n}")).find(|name| !names.contains(name)).expect("some name is free");
        let version = self.new_version(agent.tenant, agent.number, &name, None, agent.config.clone());
        let held = &mut self.slot(agent).agent;
        held.current_version = Some(version.number);
        held.clone()
    }

    fn new_agent(&mut self, tenant: TenantId, name: &str, description: Option<String>) -> Agent {
        let number = AgentNumber(self.state.agents.iter().filter(|known| known.agent.tenant == tenant).count() as u32 + 1);
        let agent = Agent {
            tenant,
            number,
            id: self.mint.agent(tenant, number),
            name: name.into(),
            description,
            status: AgentStatus::Active,
            tags: vec![],
            config: AgentConfig::default(),
            current_version: None,
            created_at: self.now,
            updated_at: self.now,
            deprecated_at: None,
        };
        self.state.agents.push(HeldAgent { agent: agent.clone(), deleted: false });
        agent
    }

    fn keep(&mut self, before: &Agent, wanted: Agent) -> Agent {
        let deprecated_at = deprecated_at(wanted.status, before.deprecated_at, self.now);
        let after = Agent { updated_at: self.now, deprecated_at, ..wanted };
        self.slot(before).agent = after.clone();
        after
    }

    fn tell_updated(&mut self, before: &Agent, after: &Agent) {
        if let Some(notice) = notice::agent_updated(before, after) {
            self.tell(after.tenant, notice);
        }
    }

    pub(super) fn find_agent(&self, tenant: TenantId, name: &str) -> Option<AgentNumber> {
        self.named(tenant, name).map(|at| self.state.agents[at].agent.number)
    }

    fn named(&self, tenant: TenantId, name: &str) -> Option<usize> {
        self.state.agents.iter().position(|held| !held.deleted && held.agent.tenant == tenant && held.agent.name == name)
    }

    fn by_id(&self, tenant: TenantId, id: AgentId) -> Result<Agent> {
        let found = self.state.agents.iter().find(|held| !held.deleted && held.agent.tenant == tenant && held.agent.id == id);
        found.map(|held| held.agent.clone()).ok_or_else(|| Error::not_found(Subject::Agent(id.to_string())))
    }

    fn slot(&mut self, agent: &Agent) -> &mut HeldAgent {
        let same = |held: &&mut HeldAgent| held.agent.tenant == agent.tenant && held.agent.number == agent.number;
        self.state.agents.iter_mut().find(same).expect("an agent that was read is there")
    }
}

fn taken(name: &str) -> Error {
    let error = Error::new(ErrorKind::Conflict, "An agent of that name exists").about(Subject::Agent(name.into()));
    error.with("body", "name", "taken", "An agent of that name exists")
}
