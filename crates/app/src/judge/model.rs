//! The model behind the judge, as far as anything here knows it: something that is asked and answers, or does not.
//!
//! Who speaks which wire to whom is for the implementation to know.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A model that answers in JSON.
pub trait Model: Debug + Send + Sync {
    /// Its name, as the price book and people know it.
    fn name(&self) -> &str;

    /// Asks once: every call is at most one request. Ends within a bound of the implementation's own.
    fn ask<'a>(&'a self, question: &'a Question) -> Answering<'a>;
}

/// An answer that is under way.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send + 'a>>;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What the model is to do.
    pub instructions: &'static str,
    /// The conversation.
    pub conversation: String,
    /// An earlier answer that could not be used, and why, where it is asked again.
    pub again: Option<(String, String)>,
    /// The JSON schema of the answer.
    pub schema: &'static str,
    /// Tokens of the answer.
    pub answer_tokens_max: u32,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The words.
    pub text: String,
    /// Tokens that were read; `None` where nobody says.
    pub input_tokens: Option<u64>,
    /// Tokens that were written; `None` where nobody says.
    pub output_tokens: Option<u64>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has too much to do: come back, after this time if it says so.
    Busy(Option<Duration>),
    /// It does not take a schema. The next question goes without.
    NoSchema,
    /// It cannot be reached.
    Unreachable(String),
    /// It took too long.
    Timeout,
    /// It refuses, with this status.
    Refused(u16),
    /// It failed, with this status.
    Broken(u16),
    /// It says more than anybody wants to hear.
    TooLarge,
    /// What it says is no answer at all.
    Unreadable,
}
