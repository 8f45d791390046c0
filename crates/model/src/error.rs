//! The one error of the domain. Each dialect renders it in its own words; nothing here speaks of HTTP or SQL.

use std::borrow::Cow;
use std::fmt;

/// What went wrong, closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request makes no sense.
    Invalid,
    /// Nobody we know.
    Unauthenticated,
    /// Somebody we know who may not.
    Forbidden,
    /// Not there, or not yours.
    NotFound,
    /// Contradicts what is there.
    Conflict,
    /// Beyond a limit of size.
    TooLarge,
    /// Beyond a limit of rate.
    RateLimited,
    /// Full; come back.
    Overloaded,
    /// Cannot answer now; come back.
    Unavailable,
    /// Our fault.
    Internal,
}

/// What the error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An agent, by name or id.
    Agent(String),
    /// An agent version, by name.
    AgentVersion(String),
    /// A person, by the caller's id.
    Person(String),
    /// A session, by the caller's id.
    Session(String),
    /// A fingerprint, by id.
    Fingerprint(String),
    /// An event, by id.
    Event(String),
    /// A trace, by id.
    Trace(String),
    /// An operation of a trace, by its id there.
    Span(String),
    /// A route, by path.
    Route(String),
    /// A tenant, by name.
    Tenant(String),
    /// An API key, by id.
    Key(String),
    /// A session token.
    Token,
}

/// One thing wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `body`, `query`, `path` or `header`.
    pub place: &'static str,
    /// Path of the field within it, dotted.
    pub field: String,
    /// A machine's word for it, for example `missing`.
    pub code: &'static str,
    /// A sentence.
    pub message: String,
}

/// The one error.
#[derive(Debug)]
pub struct Error {
    /// What went wrong.
    pub kind: Kind,
    /// What it is about.
    pub subject: Option<Subject>,
    /// Field by field.
    pub problems: Vec<Problem>,
    /// Safe to show to anyone.
    pub public: Cow<'static, str>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with a sentence that anyone may see.
    pub fn new(kind: Kind, public: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, subject: None, problems: Vec::new(), public: public.into(), cause: None }
    }

    /// The request makes no sense.
    pub fn invalid(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid, public)
    }

    /// `subject` is not there, or not the caller's.
    #[must_use]
    pub fn not_found(subject: Subject) -> Self {
        let what = match &subject {
            Subject::Agent(_) => "Agent not found",
            Subject::AgentVersion(_) => "Agent version not found",
            Subject::Person(_) => "Person not found",
            Subject::Session(_) => "Session not found",
            Subject::Fingerprint(_) => "Fingerprint not found",
            Subject::Event(_) => "Event not found",
            Subject::Trace(_) => "Trace not found",
            Subject::Span(_) => "Span not found",
            Subject::Route(_) => "Route not found",
            Subject::Tenant(_) => "Tenant not found",
            Subject::Key(_) => "Key not found",
            Subject::Token => "Token not found",
        };
        Self { subject: Some(subject), ..Self::new(Kind::NotFound, what) }
    }

    /// Nobody we know.
    pub fn unauthenticated(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unauthenticated, public)
    }

    /// Known, but may not.
    pub fn forbidden(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Forbidden, public)
    }

    /// Our fault; `cause` goes to the log only.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Kind::Internal, "Internal error").because(cause)
    }

    /// Attaches what lies behind it, for the log only.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Adds one thing that is wrong.
    #[must_use]
    pub fn with(mut self, place: &'static str, field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        self.problems.push(Problem { place, field: field.into(), code, message: message.into() });
        self
    }

    /// Adds everything that is wrong.
    #[must_use]
    pub fn with_all(mut self, problems: impl IntoIterator<Item = Problem>) -> Self {
        self.problems.extend(problems);
        self
    }

    /// What lies behind it, for the log only.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.cause.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public)
    }
}

impl std::error::Error for Error {}
