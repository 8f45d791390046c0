//! Whether a session achieved what it was for, as far as somebody told. Nothing here guesses: nobody told means `None`.

use crate::session::SessionPatch;

/// Whether a session achieved what it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// It did.
    Resolved,
    /// It did not.
    Unresolved,
}

impl Resolution {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Resolved, Self::Unresolved];

    /// What was told of a session: explicitly, else by how its client says that it ended. Only words of success and failure say
    /// anything: one that was `completed`, `abandoned` or `Indeterminate` may have achieved it or not.
    #[must_use]
    pub fn of(set: &SessionPatch) -> Option<Self> {
        set.resolution.or_else(|| Self::of_end_state(set.end_state.as_deref()?))
    }

    fn of_end_state(state: &str) -> Option<Self> {
        let is = |words: &[&str]| words.iter().any(|word| state.eq_ignore_ascii_case(word));
        if is(&["success", "succeeded"]) {
            return Some(Self::Resolved);
        }
        is(&["fail", "failed", "failure", "error"]).then_some(Self::Unresolved)
    }

    /// The word used in requests and answers.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Unresolved => "unresolved",
        }
    }

    /// The resolution named by `word`, if any.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resolution| resolution.word() == word)
    }

    /// The stored code: stable for ever.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Unresolved => 0,
            Self::Resolved => 1,
        }
    }

    /// The resolution of a stored code, if any.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|resolution| resolution.code() == code)
    }
}

impl From<bool> for Resolution {
    fn from(achieved: bool) -> Self {
        if achieved { Self::Resolved } else { Self::Unresolved }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_from_what_is_said() {
        let check = |resolution: Option<Resolution>, state: Option<&str>, expected: Option<Resolution>| {
            let set = SessionPatch { resolution, end_state: state.map(Into::into), ..SessionPatch::default() };
            assert_eq!(Resolution::of(&set), expected, "{resolution:?} {state:?}");
        };
        let (resolved, unresolved) = (Some(Resolution::Resolved), Some(Resolution::Unresolved));
        check(None, None, None);
        for state in ["Success", "succeeded"] {
            check(None, Some(state), resolved);
        }
        for state in ["Fail", "FAILED", "failure", "error"] {
            check(None, Some(state), unresolved);
        }
        for state in ["completed", "abandoned", "Indeterminate", "cancelled", "active", "", "successful-ish"] {
            check(None, Some(state), None);
        }
        check(resolved, Some("Fail"), resolved);
        check(unresolved, Some("Success"), unresolved);
    }

    #[test]
    fn words_and_codes_lead_back() {
        for resolution in Resolution::ALL {
            assert_eq!(Resolution::from_word(resolution.word()), Some(resolution));
            assert_eq!(Resolution::from_code(resolution.code()), Some(resolution));
        }
        assert_eq!((Resolution::from_word("solved"), Resolution::from_code(2)), (None, None));
    }
}
