//! What spans of one trace take over from each other, whatever the order they come in.
//!
//! A span says what it says: perhaps a conversation, a person, an agent; perhaps what it used. What it does not say is its nearest
//! ancestor's, else that of the earliest span of the trace that says it, and a trace that names no conversation is one itself. What a
//! span that stands for others says it used counts only while nothing within it says so; the same holds for a call of a model within
//! which another call of a model says so, as happens where two instrumentations see the same call. Where several spans say something of
//! the session, the one that ended last is believed, which mostly is the outermost.
//!
//! All of it can change with every span that comes, so that all spans of recent traces are remembered here. The committer asks [`Traces`]
//! before each group; what turns out differently for spans of earlier groups becomes revisions. The result depends on which spans there
//! are and not on how they came.

use std::cmp::Reverse;
use std::sync::Arc;

use debrief_model::{Draft, EventId, Facts, Kind, Mention, Resolution, SessionPatch, Span, TenantId, Timestamp};
use hashbrown::{HashMap, HashSet};

/// Spans remembered per generation; two generations are kept.
const GENERATION_SPANS_MAX: usize = 1 << 16;

/// Different things said of one session that are remembered for each trace.
const SAYINGS_MAX: usize = 64;

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
    /// What a mention says. Names that `like` has are shared with it: those of a trace are mostly the same.
    fn of(mention: &Mention, like: Option<&Self>) -> Self {
        let like_agent = like.and_then(|like| like.agent.as_ref());
        let version = shared(mention.agent_version.as_deref(), like_agent.and_then(|(_, version)| version.as_ref()));
        Self {
            session: shared(mention.session.as_deref(), like.and_then(|like| like.session.as_ref())),
            agent: shared(mention.agent.as_deref(), like_agent.map(|(agent, _)| agent)).map(|agent| (agent, version)),
            person: shared(mention.person.as_deref(), like.and_then(|like| like.person.as_ref())),
        }
    }

    /// Takes over from others what these say nothing of.
    fn fill(&mut self, others: &Self) {
        fn fill<T: Clone>(own: &mut Option<T>, other: &Option<T>) {
            if own.is_none() {
                own.clone_from(other);
            }
        }
        fill(&mut self.session, &others.session);
        fill(&mut self.agent, &others.agent);
        fill(&mut self.person, &others.person);
    }

    /// These, and where they say nothing, others.
    fn or(&self, others: &Self) -> Self {
        let mut both = self.clone();
        both.fill(others);
        both
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

fn shared(text: Option<&str>, like: Option<&Name>) -> Option<Name> {
    let text = text?;
    Some(like.filter(|like| &***like == text).cloned().unwrap_or_else(|| text.into()))
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
    fn of(draft: &Draft, kind: Span, like: Option<&Self>) -> Self {
        let Facts { span_id, parent_span_id, occurred_at, .. } = &draft.facts;
        let used = match kind {
            _ if !has_usage(&draft.facts) => Use::Nothing,
            Span::Leaf => Use::Own,
            Span::Summary => Use::Summary,
        };
        Self {
            at: *occurred_at,
            span: span_id.as_deref().map(Name::from),
            parent: shared(parent_span_id.as_deref(), like.and_then(|like| like.parent.as_ref())),
            says: Ties::of(&draft.mention, like.map(|like| &like.says)),
            used,
            is: None,
        }
    }

    /// A span of an earlier group, as far as its record tells: what it was found to belong to counts as said by it.
    pub(super) fn recorded(facts: &Facts, mention: &Mention) -> Self {
        let is = Ties::of(mention, None);
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
    facts.terms = None;
    facts.cost = None;
    facts.told_nano_usd = None;
    facts.priced = None;
}

/// A remembered trace.
#[derive(Debug, Default)]
pub(super) struct Trace {
    nodes: Vec<(EventId, Node)>,
    by_id: HashMap<EventId, usize>,
    by_span: HashMap<Name, usize>,
    /// What its spans said of its session, those last that are believed first, and what those said that are no longer among them.
    sayings: Vec<Saying>,
    former: SessionPatch,
    /// What they say together, and whether that is to be passed on.
    set: SessionPatch,
    is_set_anew: bool,
    /// The resolution that was passed on last.
    resolved: Option<Resolution>,
}

/// What a span said of its session, and how it compares with others that said something: as they ended, and what began before others
/// knows more of the whole.
#[derive(Debug)]
struct Saying {
    weight: (Timestamp, Reverse<Timestamp>, EventId),
    set: SessionPatch,
}

impl Trace {
    pub(super) fn insert(&mut self, id: EventId, node: Node) {
        let place = *self.by_id.entry(id).or_insert(self.nodes.len());
        if let Some(span) = &node.span {
            self.by_span.insert(span.clone(), place);
        }
        match self.nodes.get_mut(place) {
            Some((_, known)) => known.hear(node),
            None => self.nodes.push((id, node)),
        }
    }

    /// Notes what a span says of the session. Most spans of a trace say the same of it, what their resource says.
    fn hear(&mut self, id: EventId, facts: &Facts, set: &SessionPatch) {
        let set = set.clone().said_by(id);
        let weight = (facts.ended_at.unwrap_or(facts.occurred_at), Reverse(facts.occurred_at), id);
        let known = self.sayings.iter().position(|saying| saying.set == set);
        if let Some(place) = known {
            if place + 1 == self.sayings.len() || self.sayings[place].weight >= weight {
                let known = &mut self.sayings[place].weight;
                *known = weight.max(*known);
                return;
            }
            self.sayings.remove(place);
        }
        let place = self.sayings.partition_point(|saying| saying.weight < weight);
        self.sayings.insert(place, Saying { weight, set });
        if self.sayings.len() > SAYINGS_MAX {
            self.former.absorb(self.sayings.remove(0).set);
        }
        let mut said = self.former.clone();
        self.sayings.iter().for_each(|saying| said.absorb(saying.set.clone()));
        self.is_set_anew |= said != self.set;
        self.set = said;
    }

    /// What they say together, to be passed on to the session. A resolution is passed on once: somebody else may have told another one
    /// since, and the newest told counts.
    fn pass_on(&mut self) -> SessionPatch {
        let former = std::mem::replace(&mut self.resolved, self.set.resolution);
        SessionPatch { resolution: self.set.resolution.filter(|_| former != self.resolved), ..self.set.clone() }
    }

    /// The place of each node's parent.
    fn parents(&self) -> Vec<Option<usize>> {
        self.nodes.iter().map(|(_, node)| self.by_span.get(node.parent.as_ref()?).copied()).collect()
    }

    /// What every span belongs to, and whether what it used counts, in the order of the nodes.
    fn resolve(&self, trace_id: &Name) -> Vec<(Ties, bool)> {
        let parents = self.parents();
        let mut earliest_first: Vec<usize> = (0..self.nodes.len()).collect();
        earliest_first.sort_unstable_by_key(|place| (self.nodes[*place].1.at, self.nodes[*place].0));
        let mut common = Ties::default();
        earliest_first.iter().for_each(|place| common.fill(&self.nodes[*place].1.says));
        common.fill(&Ties { session: Some(trace_id.clone()), ..Ties::default() });
        let (covered, doubled) = (self.above(&parents, |used| used != Use::Nothing), self.above(&parents, |used| used == Use::Own));
        let counts = |place: usize| match self.nodes[place].1.used {
            // Nothing is nothing, whether it counts or not; only what does not count is taken away.
            Use::Nothing => true,
            Use::Own => !doubled[place],
            Use::Summary => !covered[place],
        };
        let tied = self.tied(&parents, &earliest_first, &common);
        tied.into_iter().enumerate().map(|(place, ties)| (ties.unwrap_or_else(|| common.clone()), counts(place))).collect()
    }

    /// What each belongs to: a span and its ancestors are tied together, those nearest the root first.
    fn tied(&self, parents: &[Option<usize>], earliest_first: &[usize], common: &Ties) -> Vec<Option<Ties>> {
        let mut tied: Vec<Option<Ties>> = vec![None; self.nodes.len()];
        let mut path = Vec::new();
        let mut on_path = vec![false; self.nodes.len()];
        for place in earliest_first {
            let mut next = Some(*place);
            // A span that is its own ancestor is nobody's child.
            while let Some(at) = next.filter(|at| tied[*at].is_none() && !std::mem::replace(&mut on_path[*at], true)) {
                path.push(at);
                next = parents[at];
            }
            let mut above = next.and_then(|at| tied[at].clone());
            for at in path.drain(..).rev() {
                let mut ties = self.nodes[at].1.says.clone();
                if let Some(above) = &above {
                    ties.fill(above);
                }
                tied[at] = Some(ties.clone());
                above = Some(ties);
            }
            if let Some(ties) = &mut tied[*place] {
                ties.fill(common);
            }
        }
        tied
    }

    /// Which spans there is another one within that says what it used in such a way.
    fn above(&self, parents: &[Option<usize>], uses: impl Fn(Use) -> bool) -> Vec<bool> {
        let mut covered = vec![false; self.nodes.len()];
        for (place, (_, node)) in self.nodes.iter().enumerate() {
            let mut next = parents[place].filter(|_| uses(node.used));
            while let Some(at) = next.filter(|at| !std::mem::replace(&mut covered[*at], true)) {
                next = parents[at];
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
        // Spans come again and say more; what has no id in its trace is told once, and was heard when it first came. Domain events are
        // told by somebody who knows what they say of the session, and need not be weighed against what spans say.
        let is_told_once = draft.facts.span_id.is_none();
        let is_news = draft.facts.kind != Kind::Domain && !(is_told_once && trace.by_id.contains_key(&id));
        let like = trace.nodes.last().map(|(_, node)| node);
        trace.insert(id, Node::of(draft, kind, like));
        if let Some(set) = draft.set.as_ref().filter(|_| is_news) {
            trace.hear(id, &draft.facts, set);
        }
        self.young_spans += trace.nodes.len() - before;
        touched.keys.insert(key);
    }

    /// What is different now for spans of earlier groups, by tenant and event. What is found for those of this group is for [`Self::apply`].
    pub(super) fn settle(&mut self, touched: &Touched) -> HashMap<(TenantId, EventId), Relink> {
        let mut relinks = HashMap::new();
        for key in &touched.keys {
            let Some(trace) = self.young.get_mut(key) else { continue };
            let found = trace.resolve(&key.1);
            for ((id, node), now) in trace.nodes.iter_mut().zip(found) {
                match &node.is {
                    Some(before) if *before == now => continue,
                    Some(_) => {
                        relinks.insert((key.0, *id), Relink { mention: now.0.mention(), counts: now.1 });
                    }
                    None => {}
                }
                node.is = Some(now);
            }
        }
        relinks
    }

    /// Gives a draft of this group what it belongs to. Answers what it says anew of its session.
    pub(super) fn apply(&mut self, key: &Key, id: EventId, draft: &mut Draft) -> Option<SessionPatch> {
        let trace = self.young.get_mut(key)?;
        let (ties, counts) = trace.nodes.get(*trace.by_id.get(&id)?)?.1.is.as_ref()?;
        draft.mention = Mention { fingerprint: draft.mention.fingerprint, ..ties.mention() };
        if !counts {
            forget_usage(&mut draft.facts);
        }
        let set = draft.set.take()?;
        if draft.facts.kind == Kind::Domain {
            return Some(set.said_by(id));
        }
        std::mem::take(&mut trace.is_set_anew).then(|| trace.pass_on())
    }
}

/// The trace that a draft is a span of.
pub(super) fn key_of(tenant: TenantId, draft: &Draft) -> Option<Key> {
    draft.span?;
    Some((tenant, draft.facts.trace_id.as_deref()?.into()))
}

#[cfg(test)]
mod tests;
