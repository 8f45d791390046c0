//! Identifiers. A `…Number` is a small integer the ledger assigns (compact in columns, never shown to other tenants);
//! a `…Id` is a UUID shown to callers; a `key` elsewhere is always the caller's own identifier, kept as given.

use uuid::Uuid;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// An isolated customer or project. Comes only from a credential.
    TenantId, u32
);
number!(
    /// Place of a record in the journal: 1, 2, 3 … without gaps. 0 is "before the first".
    Position, u64
);
number!(
    /// Place of an event in the whole stream, over all tenants: ascending in the order of acceptance.
    Seq, u64
);
number!(
    /// An agent's number within its tenant: 1, 2, 3 … never reused, never skipped.
    AgentNumber, u32
);
number!(
    /// A version's number within its agent: 1, 2, 3 … never reused, never skipped.
    VersionNumber, u32
);
number!(
    /// A session's number over all tenants.
    SessionNumber, u64
);
number!(
    /// A person's number over all tenants.
    PersonNumber, u64
);
number!(
    /// A fingerprint's number over all tenants.
    FingerprintNumber, u64
);

uuid_id!(
    /// An event: the caller's id where that is a UUID, else one derived from the caller's id, else a UUIDv7 of ours.
    EventId
);
uuid_id!(
    /// Our own id of a session, beside the caller's key.
    SessionId
);
uuid_id!(
    /// Our own id of an agent, beside its name.
    AgentId
);
uuid_id!(
    /// A client's runtime description.
    FingerprintId
);
uuid_id!(
    /// An API key (not its secret).
    KeyId
);

/// The hexadecimal digits of bytes, in lower case.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]].map(char::from));
    }
    text
}
