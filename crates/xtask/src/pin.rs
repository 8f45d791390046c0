//! Which prebuilt DuckDB libraries we trust: reads `duckdb.lock`.

use crate::Failure;

/// The file is part of the tool, so that a build never runs with another commit's pins.
const LOCK: &str = include_str!("../duckdb.lock");

/// One package of the npm registry, and the only content we accept for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) platform: &'static str,
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    pub(crate) sha256: &'static str,
}

/// The pin for the machine we run on; `None` when there is no library for it that we have checked.
pub(crate) fn for_this_machine() -> Result<Option<Pin>, Failure> {
    let pins = parse(LOCK)?;
    Ok(this_platform().and_then(|platform| pins.into_iter().find(|pin| pin.platform == platform)))
}

/// The platform in the words of the packages' names. A C library other than glibc has packages of its own.
fn this_platform() -> Option<&'static str> {
    if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")) {
        Some("linux-x64")
    } else if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "aarch64")) {
        Some("linux-arm64")
    } else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
        Some("darwin-x64")
    } else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
        Some("darwin-arm64")
    } else {
        None
    }
}

fn parse(lock: &'static str) -> Result<Vec<Pin>, Failure> {
    lock.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(parse_line).collect()
}

fn parse_line(line: &'static str) -> Result<Pin, Failure> {
    let words: Vec<_> = line.split_whitespace().collect();
    match words[..] {
        [platform, package, version, sha256] if is_sha256(sha256) => Ok(Pin { platform, package, version, sha256 }),
        _ => Err(format!("duckdb.lock: not a platform, a package, a version and a sha256: {line}").into()),
    }
}

fn is_sha256(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_is_readable_and_names_each_platform_once() {
        let mut platforms: Vec<_> = parse(LOCK).unwrap().iter().map(|pin| pin.platform).collect();
        assert!(platforms.contains(&"linux-x64"));
        let named = platforms.len();
        platforms.sort_unstable();
        platforms.dedup();
        assert_eq!(platforms.len(), named);
    }

    #[test]
    fn every_pin_is_the_version_that_the_duckdb_crate_speaks() {
        // The crate's version 1.10506.1 is DuckDB 1.5.6: major.1MMPP.revision.
        let manifest = include_str!("../../../Cargo.toml");
        for pin in parse(LOCK).unwrap() {
            let release = pin.version.split_once("-r.").expect("npm's revision").0;
            let numbers: Vec<u32> = release.split('.').map(|number| number.parse().unwrap()).collect();
            let spoken = format!("=1.{}", 10_000 * numbers[0] + 100 * numbers[1] + numbers[2]);
            assert!(manifest.contains(&format!("duckdb = {{ version = \"{spoken}.")), "{pin:?}");
        }
    }

    #[test]
    fn a_short_checksum_is_refused() {
        assert!(parse("linux-x64 package 1.0.0 abc").is_err());
        assert!(parse("linux-x64 package 1.0.0").is_err());
    }

    #[test]
    fn comments_and_empty_lines_are_no_pins() {
        assert_eq!(parse("# a comment\n\n   \n").unwrap(), []);
    }
}
