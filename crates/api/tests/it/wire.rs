//! The transcripts, each a test of its own.

use std::collections::BTreeSet;

use crate::runner::{folder, run};

macro_rules! transcripts {
    ($($dialect:ident { $($file:ident)* })*) => {
        $(mod $dialect {
            $(#[test]
            fn $file() {
                super::run(stringify!($dialect), stringify!($file));
            })*
        })*

        /// Every dialect with its transcripts.
        pub(crate) const LISTED: &[(&str, &[&str])] = &[$((stringify!($dialect), &[$(stringify!($file)),*])),*];
    };
}

transcripts! {
    agentops {
        agents bad_events endings events failing_tools keys node parent_keys projects public reads recording sessions spans tokens updates uploads
    }
    converra { agent_errors agent_union agent_versions agents conversations idempotency insights_and_status recording sdk transcript_texts }
    otlp { errors evaluations grpc logs_and_metrics mended traces }
    native { agent_version_diff agent_versions chains costs errors events feedback insights judge people prices receipts scores sessions terms traces watch }
    shared { batches cloud_events domain_events idempotency voker_events }
    virtuous { credentials errors limits list one sums workflows }
    voker { agent_versions agents errors events fingerprints formats people scopes }
}

#[test]
fn no_transcript_is_forgotten() {
    for (dialect, listed) in LISTED {
        let there: BTreeSet<_> = std::fs::read_dir(folder(dialect))
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        let listed: BTreeSet<_> = listed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(there, listed, "the files of {dialect} and those in `transcripts!`");
    }
}
