//! What is kept of what was sent, as the store's body codec encodes it. Nobody else looks into it.

use std::sync::Arc;

/// The encoded body of an event. Of what comes in one request much is said again and again, so bodies may be encoded together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// By itself. Empty where there is none.
    Own(Vec<u8>),
    /// Together with others, and its place among them.
    Part(Arc<Block>, u32),
}

/// Bodies that are encoded together.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// All of them.
    pub bytes: Vec<u8>,
    /// How many.
    pub parts: u32,
}

impl Body {
    /// No body.
    pub const NONE: Self = Self::Own(Vec::new());

    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Own(bytes) if bytes.is_empty())
    }

    /// Encoded bytes: of a part its share of the whole.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Own(bytes) => bytes.len(),
            Self::Part(block, _) => block.bytes.len() / (block.parts.max(1) as usize),
        }
    }

    /// The block that it is a part of, if it is.
    #[must_use]
    pub fn block(&self) -> Option<&Arc<Block>> {
        match self {
            Self::Own(_) => None,
            Self::Part(block, _) => Some(block),
        }
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::NONE
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Own(bytes)
    }
}

impl FromIterator<u8> for Body {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        Self::Own(bytes.into_iter().collect())
    }
}
