//! Spans to drafts.

use std::borrow::Cow;

use debrief_app::turns;
use debrief_model::limit::{COLUMN_CHARS_MAX, KEY_CHARS_MAX, MESSAGE_CHARS_MAX, TAGS_MAX};
use debrief_model::{
    AudioTokens, Cost, CostSource, Draft, Facts, Failure, Kind, Mention, SessionPatch, Span as Part, Status, Timestamp, hex, span_key,
};
use debrief_otlp::proto::collector::trace::v1::ExportTraceServiceRequest;
use debrief_otlp::proto::common::v1::{InstrumentationScope, KeyValue};
use debrief_otlp::proto::resource::v1::Resource;
use debrief_otlp::proto::trace::v1::Span;
use debrief_otlp::span_fault;
use debrief_telemetry::{Around, Class, Keeper, Reading, read_span};

use super::{Translated, cut, evaluation, moment};
use crate::edge::kept::Kept;
use crate::edge::money;

/// Every span of a request.
pub(super) fn all(request: &ExportTraceServiceRequest) -> Translated {
    let scopes = || request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    let spans = scopes().map(|scope| scope.spans.len()).sum();
    let mut translated = Translated { drafts: Vec::with_capacity(spans), ..Translated::default() };
    let mut kept = Kept::telemetry(spans);
    for resource in &request.resource_spans {
        for scope in &resource.scope_spans {
            let around = around(resource.resource.as_ref(), scope.scope.as_ref());
            let keeper = Keeper::of(&around);
            for span in &scope.spans {
                match span_fault(span) {
                    Some(fault) => translated.reject(fault),
                    None => {
                        let (draft, scores) = drafts(&around, span);
                        translated.scores += scores.len();
                        kept.add(translated.drafts.len(), &keeper.span(span));
                        translated.drafts.push(draft);
                        translated.drafts.extend(scores);
                    }
                }
            }
        }
    }
    kept.give_to(&mut translated.drafts);
    translated
}

pub(super) fn around<'a>(resource: Option<&'a Resource>, scope: Option<&'a InstrumentationScope>) -> Around<'a> {
    const NOTHING: &[KeyValue] = &[];
    Around {
        resource: resource.map_or(NOTHING, |resource| &resource.attributes),
        scope_name: scope.map_or("", |scope| &scope.name),
        scope_version: scope.map_or("", |scope| &scope.version),
        scope_attributes: scope.map_or(NOTHING, |scope| &scope.attributes),
    }
}

/// The span without its body, and the scores that stand on it.
fn drafts(around: &Around<'_>, span: &Span) -> (Draft, Vec<Draft>) {
    let reading = read_span(around, span);
    let began = moment(span.start_time_unix_nano).unwrap_or(Timestamp(0));
    let ended = moment(span.end_time_unix_nano).filter(|_| !reading.running).map(|ended| ended.max(began));
    let (trace_id, span_id) = (hex(&span.trace_id), hex(&span.span_id));
    let parent = Some(hex(&span.parent_span_id)).filter(|parent| parent.bytes().any(|digit| digit != b'0'));
    let mut facts = facts(&reading, began);
    facts.key = Some(span_key(&trace_id, &span_id));
    facts.ended_at = ended;
    facts.duration_us = ended.map(|ended| ended.micros_since(began));
    facts.causation_id = parent.as_deref().map(|parent| span_key(&trace_id, parent));
    facts.trace_id = Some(trace_id);
    facts.span_id = Some(span_id);
    facts.parent_span_id = parent;
    let turn = reading.said.as_ref().and_then(|said| turns::of_call(said, facts.duration_us));
    let part = if reading.class.calls_a_model() { Part::Leaf } else { Part::Summary };
    let set = set(&reading, ended).map(Box::new);
    let scores = evaluation::of_span(&reading.evaluations, &facts, reading.dialect);
    (Draft { turn, span: Some(part), set, ..Draft::new(facts, mention(&reading)) }, scores)
}

fn facts(reading: &Reading, began: Timestamp) -> Facts {
    let short = |text: &Option<String>| text.clone().map(|text| cut(text, COLUMN_CHARS_MAX));
    let kind = kind(reading.class);
    let told = reading.reported_cost_usd.as_deref().and_then(money::parse);
    Facts {
        name: short(&reading.name),
        provider: reading.provider.as_deref().map(|word| cut(provider(word), COLUMN_CHARS_MAX)),
        request_model: short(&reading.request_model),
        response_model: short(&reading.response_model),
        finish_reason: short(&reading.finish_reason),
        response_id: short(&reading.response_id),
        tokens: reading.tokens,
        audio: AudioTokens { input: reading.audio.input, output: reading.audio.output },
        terms: reading.terms.clone(),
        cost: told.map(|nano_usd| Cost { nano_usd, source: CostSource::Reported }),
        ttft_us: reading.ttft_us,
        status: status(reading),
        failure: reading.failure.clone().map(failure),
        event_type: Cow::Borrowed(event_type(reading)),
        ..Facts::new(kind, "span.completed", began, reading.dialect)
    }
}

/// OpenTelemetry's name of a provider. Some clients write it as the provider does, some add what of the provider they call.
fn provider(word: &str) -> String {
    let word = word.trim().to_lowercase();
    let is_of_a_cloud = ["aws.", "azure.", "az.", "gcp.", "ibm."].iter().any(|cloud| word.starts_with(cloud));
    match word.split_once('.') {
        Some((name, _)) if !is_of_a_cloud => name.to_owned(),
        _ => word,
    }
}

/// What ended without a word on how is taken to have gone well, as everywhere else in the log.
fn status(reading: &Reading) -> Status {
    match reading.status {
        Status::Unset if !reading.running => Status::Ok,
        told => told,
    }
}

pub(super) fn failure(failure: Failure) -> Failure {
    let Failure { kind, message } = failure;
    Failure { kind: kind.map(|kind| cut(kind, COLUMN_CHARS_MAX)), message: message.map(|message| cut(message, MESSAGE_CHARS_MAX)) }
}

fn kind(class: Class) -> Kind {
    match class {
        Class::Inference | Class::Embedding | Class::Rerank => Kind::Llm,
        Class::Tool => Kind::Tool,
        Class::Retrieval | Class::Agent | Class::Workflow | Class::Guardrail | Class::Evaluator | Class::Prompt | Class::Other => {
            Kind::Span
        }
    }
}

/// What happened, and whether it is still going on, went well, or failed.
fn event_type(reading: &Reading) -> &'static str {
    let [started, completed, failed] = match reading.class {
        Class::Inference | Class::Embedding | Class::Rerank => ["llm.started", "llm.completed", "llm.failed"],
        Class::Tool => ["tool.started", "tool.completed", "tool.failed"],
        Class::Retrieval => ["retrieval.started", "retrieval.completed", "retrieval.failed"],
        Class::Agent => ["agent.started", "agent.completed", "agent.failed"],
        Class::Workflow => ["workflow.started", "workflow.completed", "workflow.failed"],
        Class::Guardrail => ["guardrail.started", "guardrail.completed", "guardrail.failed"],
        Class::Evaluator => ["evaluation.started", "evaluation.completed", "evaluation.failed"],
        Class::Prompt | Class::Other => ["span.started", "span.completed", "span.failed"],
    };
    match (reading.running, reading.status) {
        (_, Status::Error) => failed,
        (true, _) => started,
        (false, _) => completed,
    }
}

/// Whom the span itself names.
pub(super) fn mention(reading: &Reading) -> Mention {
    let name = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty()).map(|text| cut(text, KEY_CHARS_MAX));
    let agent = name(&reading.agent).or_else(|| name(&reading.agent_id));
    Mention {
        session: name(&reading.conversation),
        agent_version: name(&reading.agent_version).filter(|_| agent.is_some()),
        agent,
        person: name(&reading.person),
        ..Mention::default()
    }
}

/// What the span says of its session, if it says anything.
fn set(reading: &Reading, ended: Option<Timestamp>) -> Option<SessionPatch> {
    let short = |text: &Option<String>| text.clone().map(|text| cut(text, COLUMN_CHARS_MAX));
    let tags: Vec<String> = reading.tags.iter().take(TAGS_MAX).map(|tag| cut(tag.clone(), COLUMN_CHARS_MAX)).collect();
    let set = SessionPatch {
        tags: Some(tags).filter(|tags| !tags.is_empty()),
        environment: short(&reading.environment),
        title: short(&reading.title),
        end_state: short(&reading.end_state),
        ended_at: ended.filter(|_| reading.end_state.is_some()),
        ..SessionPatch::default()
    };
    (set != SessionPatch::default()).then_some(set)
}
