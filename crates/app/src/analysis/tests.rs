//! Looking at conversations, on the reference engines.
