//! What the analysis of a conversation takes from the modules that read feeling and topics out of texts: the one place where it meets them.

pub(crate) use crate::clusters::tokens;
pub(crate) use crate::sentiment::of_conversation;
pub(crate) use crate::sentiment::of_message as sentiment;
