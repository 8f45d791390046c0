//! The matrix: what is sent, over how many connections, at which pace.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// What one request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One Voker event.
    Voker,
    /// A batch of so many AgentOps events, in sessions that are long.
    Agentops(usize),
    /// The same in sessions of so many events, each in as few requests as it takes.
    AgentopsSessions {
        /// Events in one request at most.
        batch: usize,
        /// Events in one session.
        events: usize,
    },
    /// A batch of so many spans of OpenTelemetry, in protobuf.
    Otlp(usize),
}

impl Shape {
    /// Events in one request; the last one of a session may have fewer.
    pub fn events(self) -> usize {
        match self {
            Shape::Voker => 1,
            Shape::Agentops(batch) | Shape::Otlp(batch) => batch,
            Shape::AgentopsSessions { batch, events } => events.div_ceil(events.div_ceil(batch)),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shape::Voker => f.write_str("voker"),
            Shape::Agentops(batch) => write!(f, "agentops{batch}"),
            Shape::AgentopsSessions { batch, events } => write!(f, "agentops{batch}x{events}"),
            Shape::Otlp(batch) => write!(f, "otlp{batch}"),
        }
    }
}

/// One shape over so many connections. Written `voker:32`, `agentops100:8`, `agentops100x43:8` (sessions of 43 events) or
/// `otlp100:8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// What one request carries.
    pub shape: Shape,
    /// Connections that send at the same time.
    pub connections: usize,
}

/// Events of an AgentOps session that is as long as OTLP's conversations are on average, so that the two dialects can be compared: a
/// session costs something by itself, however many events it has.
const CONVERSATION_EVENTS: usize = 43;
/// AgentOps' batches of 100 in conversations as long as OTLP's.
pub(crate) const CONVERSATIONS: Shape = Shape::AgentopsSessions { batch: 100, events: CONVERSATION_EVENTS };

const BATCH_MAX: usize = 10_000;
const CONNECTIONS_MAX: usize = 512;

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.shape, self.connections)
    }
}

impl FromStr for Cell {
    type Err = String;

    fn from_str(text: &str) -> Result<Cell, String> {
        let wrong = || {
            format!(
                "`{text}` is not of the form voker:CONNECTIONS, agentopsBATCH:CONNECTIONS, agentopsBATCHxEVENTS:CONNECTIONS or \
                 otlpBATCH:CONNECTIONS"
            )
        };
        let (shape, connections) = text.trim().split_once(':').ok_or_else(wrong)?;
        let connections = connections.parse().ok().filter(|count| (1..=CONNECTIONS_MAX).contains(count)).ok_or_else(wrong)?;
        let batch = |text: &str| text.parse().ok().filter(|batch| (1..=BATCH_MAX).contains(batch)).ok_or_else(wrong);
        let shape = match (shape.strip_prefix("agentops"), shape.strip_prefix("otlp")) {
            (Some(text), _) => match text.split_once('x') {
                Some((text, events)) => Shape::AgentopsSessions { batch: batch(text)?, events: batch(events)? },
                None => Shape::Agentops(batch(text)?),
            },
            (_, Some(text)) => Shape::Otlp(batch(text)?),
            _ if shape == "voker" => Shape::Voker,
            _ => return Err(wrong()),
        };
        Ok(Cell { shape, connections })
    }
}

/// Whether the next request waits for the last answer or for the clock.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Loop {
    /// Each connection sends as soon as it got its answer.
    Closed,
    /// Requests are due at fixed times; latency counts from the time they were due.
    Open,
}

impl fmt::Display for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Loop::Closed => "closed",
            Loop::Open => "open",
        })
    }
}

/// The cell that the goals of OTLP name.
const SPANS: Cell = Cell { shape: Shape::Otlp(100), connections: 8 };

/// The whole matrix, lightest load first so that the idle figures come from an idle server.
pub(crate) fn matrix() -> Vec<Cell> {
    let batches = [1, 10, 100, 500];
    let shapes: Vec<_> =
        std::iter::once(Shape::Voker).chain(batches.into_iter().flat_map(|batch| [Shape::Agentops(batch), Shape::Otlp(batch)])).collect();
    let over = |connections| shapes.iter().map(move |shape| Cell { shape: *shape, connections });
    let mut cells: Vec<_> = [1, 8, 32].into_iter().flat_map(over).collect();
    let beside_spans = cells.iter().position(|cell| *cell == SPANS).map_or(cells.len(), |place| place + 1);
    cells.insert(beside_spans, Cell { shape: CONVERSATIONS, ..SPANS });
    cells
}

/// The cells that the goals name.
pub(crate) fn quick_matrix() -> Vec<Cell> {
    [(Shape::Voker, 1), (Shape::Voker, 32), (Shape::Agentops(100), 8), (Shape::Otlp(100), 8), (CONVERSATIONS, 8)]
        .map(|(shape, connections)| Cell { shape, connections })
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::{CONVERSATION_EVENTS, CONVERSATIONS, Cell, Shape, matrix, quick_matrix};
    use crate::pool::Pool;

    #[test]
    fn cells_are_read_as_they_are_written() {
        for cell in matrix() {
            assert_eq!(cell.to_string().parse(), Ok(cell));
        }
        assert_eq!("agentops100:8".parse(), Ok(Cell { shape: Shape::Agentops(100), connections: 8 }));
        let sessions = Shape::AgentopsSessions { batch: 100, events: 250 };
        assert_eq!("agentops100x250:8".parse(), Ok(Cell { shape: sessions, connections: 8 }));
        assert_eq!((sessions.events(), CONVERSATIONS.events()), (84, 43));
        for wrong in [
            "voker",
            "voker:0",
            "agentops:8",
            "agentops0:8",
            "agentops5x0:8",
            "agentops5x:8",
            "otlp:3",
            "otlp0:8",
            "spans3:8",
            "voker:x",
            "voker:9999",
        ] {
            assert!(wrong.parse::<Cell>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_matrix_is_the_promised_one() {
        assert_eq!(matrix().len(), 28);
        assert!(quick_matrix().iter().all(|cell| matrix().contains(cell)));
    }
    #[test]
    fn compared_sessions_are_as_long_as_conversations() {
        let pool = Pool::new(1, "0192f3a5-0000-7000-8000-000000000000");
        let spans = pool.otlp.iter().flat_map(|conversation| &conversation.traces).map(|trace| trace.size()).sum::<usize>();
        let mean = spans as f64 / pool.otlp.len() as f64;
        assert!((mean / CONVERSATION_EVENTS as f64 - 1.0).abs() < 0.05, "{mean}");
    }
}
