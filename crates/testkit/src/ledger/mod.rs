//! The ledger: reference implementation, conformance suite, differential test.
