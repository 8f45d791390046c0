//! What a process with traced agents exports: the spans of one conversation after the other, in the order in which they end, cut
//! into batches wherever they are full, as exporters do.

use crate::lane::{Numbers, now_us};
use crate::traffic::{FreshTrace, OtlpConversation, SESSION_KEY_BYTES, TRACE_SPANS_MAX, mix, session_key};

/// The source of a connection's spans.
#[derive(Debug)]
pub(crate) struct Exporter {
    run: u64,
    numbers: Numbers,
    conversations: u64,
    traces: u64,
    open: Option<Open>,
}

/// The conversation that is being exported.
#[derive(Debug)]
struct Open {
    key: [u8; SESSION_KEY_BYTES],
    source: usize,
    turn: usize,
    /// The next span of the turn.
    span: usize,
    /// The number of the turn's first span, and when the turn began.
    first: u64,
    began_us: i64,
}

/// Whose spans come next, and which one came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Conversation([u8; SESSION_KEY_BYTES]),
    Span(u64),
}

impl Exporter {
    pub(crate) fn new(run: u64, numbers: Numbers) -> Exporter {
        Exporter { run, numbers, conversations: 0, traces: 0, open: None }
    }

    /// Appends so many spans; tells of each, and of each conversation that begins.
    pub(crate) fn export(&mut self, pool: &[OtlpConversation], spans: usize, out: &mut Vec<u8>, mut told: impl FnMut(Step)) {
        for _ in 0..spans {
            let mut open = match self.open.take() {
                Some(open) => open,
                None => {
                    let open = self.converse(pool);
                    told(Step::Conversation(open.key));
                    open
                }
            };
            let turn = &pool[open.source].traces[open.turn];
            turn.render(open.span, FreshTrace { session: &open.key, first: open.first, began_us: open.began_us }, out);
            told(Step::Span(open.first + open.span as u64));
            open.span += 1;
            if open.span == turn.size() {
                (open.turn, open.span) = (open.turn + 1, 0);
                self.begin_turn(&mut open, pool);
            }
            self.open = Some(open).filter(|open| open.turn < pool[open.source].traces.len());
        }
    }

    fn converse(&mut self, pool: &[OtlpConversation]) -> Open {
        let number = self.numbers.at(self.conversations);
        // Connections start at different places of the pool, so that they do not send the same texts at the same time.
        let source = (self.conversations + mix(number >> 28) % 10_007) as usize % pool.len();
        self.conversations += 1;
        let mut open = Open { key: session_key(self.run, number), source, turn: 0, span: 0, first: 0, began_us: 0 };
        self.begin_turn(&mut open, pool);
        open
    }

    /// A turn that ends now.
    fn begin_turn(&mut self, open: &mut Open, pool: &[OtlpConversation]) {
        let Some(turn) = pool[open.source].traces.get(open.turn) else { return };
        open.first = self.numbers.at(self.traces * TRACE_SPANS_MAX);
        open.began_us = now_us() - turn.duration_us;
        self.traces += 1;
    }
}
