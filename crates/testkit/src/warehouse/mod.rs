//! The warehouse: reference implementation, conformance suite, differential test.
