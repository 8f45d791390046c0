//! What spans of one trace take over from each other, whatever the order they come in.
//!
//! A span says what it says: perhaps a conversation, a person, an agent; perhaps what it used. What it does not say is its nearest
//! ancestor's, else that of the earliest span of the trace that says it, and a trace that names no conversation is one itself. What a
//! span that stands for others says it used counts only while nothing within it says so; the same holds for a call of a model within
//! which another call of a model says so, as happens where two instrumentations see the same call.
//!
//! Both can change with every span that comes, so that all spans of recent traces are remembered here. The committer asks [`Traces`]
//! before each group; what turns out differently for spans of earlier groups becomes revisions. The result depends on which spans there
//! are and not on how they came.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use debrief_model::{Draft, EventId, Facts, Kind, Mention, SessionPatch, Span, TenantId, Timestamp};

/// Spans remembered per generation; two generations are kept.
const GENERATION_SPANS_MAX: usize = 1 << 16;

type Name = Arc<str>;

/// Who and what a span belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ties {
    session: Option<Name>,
    /// An agent and its version.
    agent: Option<(Name, Option<Name>)>,
    person: Option<Name>,
}

impl Ties {
    pub(super) fn of(mention: &Mention) -> Self {
        let name = |text: &Option<String>| text.as_deref().map(Name::from);
        Self {
            session: name(&mention.session),
            agent: name(&mention.agent).map(|agent| (agent, name(&mention.agent_version))),
            person: name(&mention.person),
        }
    }

    /// These, and where they say nothing, others.
    fn or(&self, others: &Self) -> Self {
        Self {
            session: self.session.clone().or_else(|| others.session.clone()),
            agent: self.agent.clone().or_else(|| others.agent.clone()),
            person: self.person.clone().or_else(|| others.person.clone()),
        }
    }

    fn mention(&self) -> Mention {
        let text = |name: &Option<Name>| name.as_deref().map(str::to_owned);
        let (agent, version) = self.agent.clone().unzip();
        Mention {
            session: text(&self.session),
            agent: text(&agent),
            agent_version: text(&version.flatten()),
            person: text(&self.person),
            ..Mention::default()
        }
    }
}

/// What a span says it used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Nothing,
    Own,
    Summary,
}

/// A remembered span.
#[derive(Clone, Debug)]
pub(super) struct Node {
    at: Timestamp,
    span: Option<Name>,
    parent: Option<Name>,
    says: Ties,
    used: Use,
    /// What it belongs to as far as recorded, and whether what it used counts; `None` until the group that brings it is formed.
    is: Option<(Ties, bool)>,
}

impl Node {
    fn of(draft: &Draft, kind: Span) -> Self {
        let Facts { span_id, parent_span_id, occurred_at, .. } = &draft.facts;
        let used = match kind {
            _ if !has_usage(&draft.facts) => Use::Nothing,
            Span::Leaf => Use::Own,
            Span::Summary => Use::Summary,
        };
        Self {
            at: *occurred_at,
            span: span_id.as_deref().map(Name::from),
            parent: parent_span_id.as_deref().map(Name::from),
            says: Ties::of(&draft.mention),
            used,
            is: None,
        }
    }

    /// A span of an earlier group, as far as its record tells: what it was found to belong to counts as said by it.
    pub(super) fn recorded(facts: &Facts, mention: &Mention) -> Self {
        let is = Ties::of(mention);
        let synthetic = is.session.as_deref() == facts.trace_id.as_deref();
        let says = Ties { session: is.session.clone().filter(|_| !synthetic), ..is.clone() };
        let used = match facts.kind {
            _ if !has_usage(facts) => Use::Nothing,
            Kind::Llm => Use::Own,
            _ => Use::Summary,
        };
        Self {
            at: facts.occurred_at,
            span: facts.span_id.as_deref().map(Name::from),
            parent: facts.parent_span_id.as_deref().map(Name::from),
            says,
            used,
            is: Some((is, true)),
        }
    }

    /// The same span comes again and says more.
    fn hear(&mut self, again: Self) {
        self.says = again.says.or(&self.says);
        self.parent = again.parent.or_else(|| self.parent.take());
        if again.used != Use::Nothing {
            self.used = again.used;
        }
    }
}

/// Whether the event says what it used.
fn has_usage(facts: &Facts) -> bool {
    let (tokens, audio) = (&facts.tokens, &facts.audio);
    facts.cost.is_some()
        || facts.told_nano_usd.is_some()
        || [tokens.input, tokens.output, tokens.cache_read, tokens.cache_write, tokens.reasoning, audio.input, audio.output]
            .iter()
            .any(Option::is_some)
}

/// Takes away what a span says it used. A call of a model that stands for the one within it is no call of its own.
pub(super) fn forget_usage(facts: &mut Facts) {
    if facts.kind == Kind::Llm {
        facts.kind = Kind::Span;
    }
    facts.tokens = debrief_model::Tokens::default();
    facts.audio = debrief_model::AudioTokens::default();
    facts.tokens_estimated = false;
    facts.cost = None;
    facts.told_nano_usd = None;
    facts.priced = None;
}

/// A remembered trace.
#[derive(Debug, Default)]
pub(super) struct Trace {
    nodes: HashMap<EventId, Node>,
    by_span: HashMap<Name, EventId>,
    /// What its spans said of its session, as far as that was passed on.
    set: SessionPatch,
}

impl Trace {
    pub(super) fn insert(&mut self, id: EventId, node: Node) {
        if let Some(span) = &node.span {
            self.by_span.insert(span.clone(), id);
        }
        match self.nodes.get_mut(&id) {
            Some(known) => known.hear(node),
            None => {
                self.nodes.insert(id, node);
            }
        }
    }

    fn parent(&self, node: &Node) -> Option<EventId> {
        node.parent.as_ref().and_then(|span| self.by_span.get(span)).copied()
    }

    /// What every span belongs to, and whether what it used counts.
    fn resolve(&self, trace_id: &str) -> HashMap<EventId, (Ties, bool)> {
        let mut earliest_first: Vec<(&EventId, &Node)> = self.nodes.iter().collect();
        earliest_first.sort_unstable_by_key(|(id, node)| (node.at, **id));
        let common = earliest_first.iter().fold(Ties::default(), |common, (_, node)| common.or(&node.says));
        let common = common.or(&Ties { session: Some(trace_id.into()), ..Ties::default() });
        let (covered, doubled) = (self.above(|used| used != Use::Nothing), self.above(|used| used == Use::Own));
        let mut ties: HashMap<EventId, Ties> = HashMap::with_capacity(self.nodes.len());
        for (id, _) in &earliest_first {
            self.tie(**id, &common, &mut ties);
        }
        let counts = |id: &EventId| match self.nodes[id].used {
            // Nothing is nothing, whether it counts or not; only what does not count is taken away.
            Use::Nothing => true,
            Use::Own => !doubled.contains(id),
            Use::Summary => !covered.contains(id),
        };
        ties.into_iter().map(|(id, ties)| (id, (ties, counts(&id)))).collect()
    }

    /// Ties a span and its ancestors, those nearest the root first.
    fn tie(&self, id: EventId, common: &Ties, ties: &mut HashMap<EventId, Ties>) {
        let mut path = Vec::new();
        let mut on_path = HashSet::new();
        let mut next = Some(id);
        // A span that is its own ancestor is nobody's child.
        while let Some(at) = next.filter(|at| !ties.contains_key(at) && on_path.insert(*at)) {
            path.push(at);
            next = self.parent(&self.nodes[&at]);
        }
        let mut above = next.and_then(|at| ties.get(&at)).cloned();
        for at in path.into_iter().rev() {
            let says = &self.nodes[&at].says;
            let tied = above.as_ref().map_or_else(|| says.clone(), |above| says.or(above));
            ties.insert(at, tied.clone());
            above = Some(tied);
        }
        if let Some(tied) = ties.get_mut(&id) {
            *tied = tied.or(common);
        }
    }

    /// The spans within which another one says what it used in such a way.
    fn above(&self, uses: impl Fn(Use) -> bool) -> HashSet<EventId> {
        let mut covered = HashSet::new();
        for node in self.nodes.values().filter(|node| uses(node.used)) {
            let mut next = self.parent(node);
            while let Some(at) = next.filter(|at| covered.insert(*at)) {
                next = self.parent(&self.nodes[&at]);
            }
        }
        covered
    }
}

/// An event of an earlier group that belongs elsewhere now, or whose use no longer counts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Relink {
    pub(super) mention: Mention,
    pub(super) counts: bool,
}

/// A trace by its tenant and id.
pub(super) type Key = (TenantId, Name);

/// Recent traces.
#[derive(Debug, Default)]
pub(super) struct Traces {
    young: HashMap<Key, Trace>,
    old: HashMap<Key, Trace>,
    young_spans: usize,
}

/// What a group changes in traces.
#[derive(Debug, Default)]
pub(super) struct Touched {
    keys: HashSet<Key>,
}

impl Traces {
    /// Forgets everything: it is read again where it is needed.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether the trace is remembered. It stays remembered then.
    pub(super) fn remembers(&mut self, key: &Key) -> bool {
        if self.young.contains_key(key) {
            return true;
        }
        let Some(trace) = self.old.remove(key) else { return false };
        self.learn(key.clone(), trace);
        true
    }

    /// Forgets the traces that have not been in use for longest, if there are too many. To be called between groups only: what a group
    /// touches must be remembered until it is formed.
    pub(super) fn make_room(&mut self) {
        if self.young_spans >= GENERATION_SPANS_MAX {
            self.old = std::mem::take(&mut self.young);
            self.young_spans = 0;
        }
    }

    /// Remembers a trace.
    pub(super) fn learn(&mut self, key: Key, trace: Trace) {
        self.young_spans += trace.nodes.len();
        self.young.insert(key, trace);
    }

    /// Notes a span that a group brings. Its trace must be remembered.
    pub(super) fn note(&mut self, touched: &mut Touched, key: Key, id: EventId, draft: &Draft) {
        let (Some(kind), Some(trace)) = (draft.span, self.young.get_mut(&key)) else { return };
        let before = trace.nodes.len();
        trace.insert(id, Node::of(draft, kind));
        self.young_spans += trace.nodes.len() - before;
        touched.keys.insert(key);
    }

    /// What is different now for spans of earlier groups, by tenant and event. What is found for those of this group is for [`Self::apply`].
    pub(super) fn settle(&mut self, touched: &Touched) -> HashMap<(TenantId, EventId), Relink> {
        let mut relinks = HashMap::new();
        for key in &touched.keys {
            let Some(trace) = self.young.get_mut(key) else { continue };
            for (id, (ties, counts)) in trace.resolve(&key.1) {
                let Some(node) = trace.nodes.get_mut(&id) else { continue };
                let now = (ties, counts);
                match node.is.replace(now.clone()) {
                    Some(before) if before != now => {
                        relinks.insert((key.0, id), Relink { mention: now.0.mention(), counts });
                    }
                    _ => {}
                }
            }
        }
        relinks
    }

    /// Gives a draft of this group what it belongs to. Answers what it says anew of its session.
    pub(super) fn apply(&mut self, key: &Key, id: EventId, draft: &mut Draft) -> Option<SessionPatch> {
        let trace = self.young.get_mut(key)?;
        let (ties, counts) = trace.nodes.get(&id)?.is.as_ref()?;
        draft.mention = Mention { fingerprint: draft.mention.fingerprint, ..ties.mention() };
        if !counts {
            forget_usage(&mut draft.facts);
        }
        let mut set = trace.set.clone();
        set.absorb(*draft.set.take()?);
        (set != trace.set).then(|| {
            trace.set.clone_from(&set);
            set
        })
    }
}

/// The trace that a draft is a span of.
pub(super) fn key_of(tenant: TenantId, draft: &Draft) -> Option<Key> {
    draft.span?;
    Some((tenant, draft.facts.trace_id.as_deref()?.into()))
}

#[cfg(test)]
mod tests;
