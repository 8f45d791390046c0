//! The contract `Findings`: a reference in memory, and the promises that every engine keeps.

pub mod conformance;
mod reference;

pub use reference::ReferenceFindings;

#[cfg(test)]
mod tests {
    use debrief_store::Findings;

    use super::ReferenceFindings;

    fn with(use_it: fn(&dyn Findings)) {
        use_it(&ReferenceFindings::default());
    }

    crate::findings_conformance!(with);
}
