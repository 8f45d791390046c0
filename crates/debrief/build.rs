//! Lets a linked binary find the DuckDB library it was built with, without an environment variable.
//!
//! This is a linker argument of this one binary and not `RUSTFLAGS`, which would rebuild every dependency whenever
//! somebody switches between `cargo` and `cargo xtask`.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    let bundled = env::var_os("CARGO_FEATURE_BUNDLED").is_some();
    if let (false, Ok(folder)) = (bundled, env::var("DUCKDB_LIB_DIR")) {
        // One argument each, because `-Wl,` would split a path at its commas.
        for argument in ["-Xlinker", "-rpath", "-Xlinker", &folder] {
            println!("cargo:rustc-link-arg-bins={argument}");
        }
    }
}
