//! Every recorded export of a real sender, replayed: what its program planned must be shown.

use std::collections::BTreeSet;

use crate::planned::assert_shown;
use crate::reader::Reader;
use crate::recorded::{Recording, folder};
use crate::world::World;

macro_rules! recordings {
    ($($name:ident $file:literal)*) => {
        $(#[test]
        fn $name() {
            shows_what_was_planned(concat!($file, ".jsonl"));
        })*

        /// Every recording.
        pub(crate) const LISTED: &[&str] = &[$(concat!($file, ".jsonl")),*];
    };
}

recordings! {
    agentops_node "agentops-node"
    agentops_python "agentops-python"
    ai_6 "ai-6"
    ai_7_context "ai-7-context"
    ai_7_enriched "ai-7-enriched"
    langfuse "langfuse"
    openinference "openinference"
    otel_js_grpc "otel-js-grpc"
    otel_js_json "otel-js-json"
    otel_js_protobuf "otel-js-protobuf"
    otel_openai_2_1_default "otel-openai-2.1-default"
    otel_openai_2_4_default "otel-openai-2.4-default"
    otel_openai_2_4_experimental "otel-openai-2.4-experimental"
    otel_python_deflate "otel-python-deflate"
    otel_python_grpc "otel-python-grpc"
    otel_python_gzip "otel-python-gzip"
    otel_python_http "otel-python-http"
    pydantic_ai "pydantic-ai"
    traceloop "traceloop"
}

fn shows_what_was_planned(file: &str) {
    let (world, recording) = (World::new(), Recording::read(file));
    recording.replay(&world);
    assert_shown(&Reader(&world), &recording);
}

#[test]
fn no_recording_is_forgotten() {
    let there: BTreeSet<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let listed: BTreeSet<_> = LISTED.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, listed, "the recordings and those in `recordings!`");
}
