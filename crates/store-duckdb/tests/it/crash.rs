//! Whatever moment the process dies at, the file is complete up to its own position.
