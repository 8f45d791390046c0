use std::collections::HashSet;

use debrief_otlp::Encoding;
use debrief_otlp::proto::common::v1::any_value::Value as AnyValue;
use debrief_otlp::proto::trace::v1::Span;

use super::{
    Fresh, FreshTrace, OtlpTrace, TRACE_SPANS_MAX, Template, Traffic, WorkflowIds, event_uuid, otlp_body, response_id, session_key,
    time_text, trace_id,
};

const FINGERPRINT: &str = "5e35f8a4-64b5-5c6c-9641-29bef0691260";

/// Bodies of `sessions` sessions of each dialect, as they would be sent.
fn bodies(seed: u64, sessions: u64) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let mut traffic = Traffic::new(seed);
    let (mut voker, mut agentops) = (Vec::new(), Vec::new());
    let mut number = 0;
    for session in 0..sessions {
        let key = session_key(seed, session);
        let mut render = |template: &Template, to: &mut Vec<Vec<u8>>| {
            number += 1;
            let mut body = Vec::new();
            template.render(Fresh { session: &key, number, started_us: 1_790_000_000_000_000 + number as i64 }, &mut body);
            assert_eq!(body.len(), template.len());
            to.push(body);
        };
        traffic.voker_session(FINGERPRINT).events.iter().for_each(|event| render(event, &mut voker));
        traffic.agentops_session(40).events.iter().for_each(|event| render(event, &mut agentops));
    }
    (voker, agentops)
}

/// Bytes per body and how much zstd level 1 makes of each body alone.
fn measure(bodies: &[Vec<u8>]) -> (f64, f64) {
    let raw: usize = bodies.iter().map(Vec::len).sum();
    let packed: usize = bodies.iter().map(|body| zstd::bulk::compress(body, 1).unwrap().len()).sum();
    (raw as f64 / bodies.len() as f64, raw as f64 / packed as f64)
}

/// Spans of so many conversations, read from the body that they would be sent in, and their bytes there.
fn spans(seed: u64, conversations: u64) -> (Vec<Span>, Vec<Vec<u8>>) {
    let mut traffic = Traffic::new(seed);
    let (mut whole, mut parts, mut traces) = (Vec::new(), Vec::new(), 0);
    for conversation in 0..conversations {
        let session = session_key(seed, conversation);
        for trace in traffic.otlp_conversation().traces {
            assert!(trace.size() as u64 <= TRACE_SPANS_MAX);
            rendered(&trace, FreshTrace { session: &session, first: traces * TRACE_SPANS_MAX, began_us: NOW_US }, &mut whole, &mut parts);
            traces += 1;
        }
    }
    (read(&whole), parts)
}

const NOW_US: i64 = 1_790_000_000_000_000;

fn rendered(trace: &OtlpTrace, fresh: FreshTrace<'_>, whole: &mut Vec<u8>, parts: &mut Vec<Vec<u8>>) {
    for (index, span) in trace.spans.iter().enumerate() {
        let at = whole.len();
        trace.render(index, fresh, whole);
        assert_eq!(whole.len() - at, span.len());
        parts.push(whole[at..].to_vec());
    }
}

/// The spans of a list, in a body around it.
fn read(spans: &[u8]) -> Vec<Span> {
    let mut body = Vec::new();
    otlp_body(spans, &mut body);
    let request = debrief_otlp::traces(Encoding::Protobuf, &body).unwrap().request;
    let [resource] = &request.resource_spans[..] else { panic!("one resource") };
    assert!(resource.resource.as_ref().unwrap().attributes.len() > 3);
    let [scope] = &resource.scope_spans[..] else { panic!("one scope") };
    assert_eq!(scope.scope.as_ref().unwrap().name, "shop.agents");
    scope.spans.clone()
}

#[test]
fn a_long_run_is_one_trace() {
    for size in [1, 2, 3, 50, 501] {
        let run = Traffic::new(2).otlp_run(size);
        let (mut whole, mut parts) = (Vec::new(), Vec::new());
        rendered(&run, FreshTrace { session: &session_key(1, 2), first: 160, began_us: NOW_US }, &mut whole, &mut parts);
        let spans = read(&whole);
        assert_eq!((run.size(), spans.len()), (size, size));
        let (root, parts) = spans.split_last().unwrap();
        assert!(spans.iter().all(|span| span.trace_id == trace_id(160).to_be_bytes()) && root.parent_span_id.is_empty());
        let ids: HashSet<_> = spans.iter().map(|span| &span.span_id).collect();
        assert!(ids.len() == size && parts.iter().all(|span| ids.contains(&span.parent_span_id) && span.span_id != span.parent_span_id));
        assert!(parts.iter().all(|span| span.name.starts_with("invoke_agent ") == (span.parent_span_id == root.span_id)));
        assert!(spans.iter().all(|span| root.start_time_unix_nano <= span.start_time_unix_nano));
        assert!(spans.is_sorted_by_key(|span| span.end_time_unix_nano));
    }
}

#[test]
fn traces_are_whole_and_every_place_is_filled() {
    let (spans, bodies) = spans(3, 40);
    assert_eq!(spans.len(), bodies.len());
    let keys: HashSet<_> = spans.iter().map(|span| (&span.trace_id, &span.span_id)).collect();
    assert_eq!(keys.len(), spans.len());
    let mut sizes = HashSet::new();
    for trace in spans.chunk_by(|one, other| one.trace_id == other.trace_id) {
        let (agent, calls) = trace.split_last().unwrap();
        assert!(agent.name.starts_with("invoke_agent ") && agent.parent_span_id.is_empty());
        assert!(calls.iter().all(|call| call.parent_span_id == agent.span_id));
        let within =
            |span: &Span| agent.start_time_unix_nano <= span.start_time_unix_nano && span.end_time_unix_nano <= agent.end_time_unix_nano;
        assert!(calls.iter().all(within) && calls.is_sorted_by_key(|call| call.end_time_unix_nano));
        sizes.insert(calls.len());
    }
    assert!(sizes.contains(&3) && sizes.iter().all(|calls| (3..=10).contains(calls)), "{sizes:?}");
    for span in &spans {
        for attribute in &span.attributes {
            if let Some(AnyValue::StringValue(text)) = attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
                assert!(!text.contains(['\u{1}', '«']), "{text}");
                let is_json = text.starts_with(['[', '{']);
                assert!(!is_json || serde_json::from_str::<serde_json::Value>(text).is_ok(), "{}: {text}", attribute.key);
            }
        }
    }
}

#[test]
fn same_seed_same_bytes() {
    assert_eq!(spans(7, 5), spans(7, 5));
    assert_eq!(bodies(7, 5), bodies(7, 5));
    assert_ne!(bodies(7, 5), bodies(8, 5));
}

#[test]
fn events_are_about_one_and_a_half_kilobytes_and_compress_like_real_ones() {
    let (voker, agentops) = bodies(1, 200);
    let (_, otlp) = spans(1, 200);
    for (name, bodies) in [("voker", &voker), ("agentops", &agentops), ("otlp", &otlp)] {
        let (mean, ratio) = measure(bodies);
        println!("{name}: {} events, mean {mean:.0} bytes, zstd-1 of one body alone {ratio:.2} times", bodies.len());
        assert!((1_200.0..=1_800.0).contains(&mean), "{name}: mean {mean}");
        // Protobuf repeats less than JSON does.
        let least = if name == "otlp" { 1.6 } else { 1.9 };
        assert!((least..=2.6).contains(&ratio), "{name}: ratio {ratio}");
    }
}

#[test]
fn bodies_are_json_with_nothing_left_to_fill() {
    let (voker, agentops) = bodies(3, 60);
    for body in voker.iter().chain(&agentops) {
        let text = std::str::from_utf8(body).unwrap();
        serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(!text.contains('\u{1}') && !text.contains('«'), "{text}");
    }
    let value: serde_json::Value = serde_json::from_slice(&agentops[0]).unwrap();
    assert_eq!(value["id"].as_str().unwrap().len(), 36);
}

#[test]
fn texts_do_not_repeat() {
    let (voker, agentops) = bodies(5, 100);
    let mut answers = HashSet::new();
    let mut seen = 0;
    for body in voker.iter().chain(&agentops) {
        let value: serde_json::Value = serde_json::from_slice(body).unwrap();
        let answer = value["completion"]["content"].as_str().or_else(|| value["properties"]["output"]["content"][0]["text"].as_str());
        if let Some(answer) = answer {
            seen += 1;
            answers.insert(answer.to_owned());
        }
    }
    assert!(seen > 1_000, "{seen}");
    assert!(answers.len() * 100 > seen * 93, "{} of {seen} are different", answers.len());
}

#[test]
fn ids_differ_and_have_their_shape() {
    let uuids: HashSet<u128> = (0..100_000).map(event_uuid).collect();
    assert_eq!(uuids.len(), 100_000);
    assert!(uuids.iter().all(|id| (id >> 76) & 0xf == 4 && (id >> 62) & 3 == 2));
    let responses: HashSet<_> = (0..100_000).map(response_id).collect();
    assert_eq!(responses.len(), 100_000);
    assert_eq!(&session_key(1, 2)[..2], b"s-");
}

/// A workflow as JSON, cut to at most `events`, and the numbers of its events.
fn workflow(traffic: &mut Traffic, events: usize) -> (Vec<serde_json::Value>, Vec<u64>) {
    let workflow = traffic.workflow();
    let numbers: Vec<u64> = (100..100 + workflow.size().min(events) as u64).collect();
    let mut out = b"[".to_vec();
    workflow.render(&numbers, 1_790_000_000_000_000, 1_000_000, &mut out);
    out.push(b']');
    (serde_json::from_slice(&out).unwrap(), numbers)
}

#[test]
fn a_workflow_hangs_together() {
    let mut traffic = Traffic::new(9);
    let mut types = HashSet::new();
    for round in 0..200 {
        let (events, numbers) = workflow(&mut traffic, if round % 3 == 0 { 2 } else { usize::MAX });
        assert_eq!(events.len(), numbers.len());
        let WorkflowIds { correlation, resource } = WorkflowIds::of(numbers[0]);
        let mut told = HashSet::new();
        for event in &events {
            let uuid = |field: &str| uuid::Uuid::parse_str(event[field].as_str().unwrap()).unwrap().as_u128();
            assert_eq!((uuid("correlationId"), uuid("resourceId")), (correlation, resource));
            assert_eq!(told.is_empty(), event["causationId"].is_null(), "only the first has no cause: {event}");
            assert!(told.is_empty() || told.contains(&uuid("causationId")), "a cause is told before: {event}");
            assert!(event["payload"].is_object() && event["actorId"].is_string());
            told.insert(uuid("id"));
            types.insert(event["eventType"].as_str().unwrap().to_owned());
        }
    }
    assert!(types.len() > 12 && types.iter().all(|name| name.contains('.')), "{types:?}");
}

#[test]
fn whole_conversations_are_told_with_their_times() {
    let mut traffic = Traffic::new(4);
    for messages in [2, 3, 4] {
        let body: serde_json::Value = serde_json::from_str(&traffic.converra_run(messages).body("front-desk", 0)).unwrap();
        let list = body["messages"].as_array().unwrap();
        assert_eq!((list.len(), list[0]["role"].as_str(), list[1]["role"].as_str()), (messages, Some("user"), Some("assistant")));
        assert_eq!(
            (list[0]["timestamp"].as_str(), body["agentName"].as_str()),
            (Some("1970-01-01T00:00:00.000000+00:00"), Some("front-desk"))
        );
        assert!(list[0]["timestamp"].as_str() < list[1]["timestamp"].as_str());
    }
    let once = |seed| (Traffic::new(seed).prompt(), Traffic::new(seed).converra_run(4), Traffic::new(seed).workflow());
    assert_eq!(once(3), once(3));
    assert_ne!(once(3).0, once(4).0);
}

#[test]
fn times_are_written_as_rfc_3339() {
    for (us, text) in [
        (0, "1970-01-01T00:00:00.000000+00:00"),
        (951_782_400_000_001, "2000-02-29T00:00:00.000001+00:00"),
        (1_795_305_432_040_535, "2026-11-21T23:57:12.040535+00:00"),
        (1_798_761_599_999_999, "2026-12-31T23:59:59.999999+00:00"),
    ] {
        assert_eq!(time_text(us), text);
    }
}
