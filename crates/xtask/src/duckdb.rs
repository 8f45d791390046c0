//! Gets the official DuckDB library out of its npm package and keeps it under the target folder.
//!
//! The folder carries the version in its name and appears by one rename, complete or not at all: two builds at once
//! or a killed download cannot leave half a library behind, and a new version never meets an old file.

use std::{
    env::consts::{DLL_PREFIX, DLL_SUFFIX},
    fs, io,
    path::{Path, PathBuf},
    process::{self as os, Command},
};

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use crate::{Failure, pin::Pin, process};

/// The folder that holds the library, if an earlier command has fetched it.
pub(crate) fn kept(pin: &Pin, target: &Path) -> Option<PathBuf> {
    let folder = folder(pin, target);
    folder.join(library_name()).is_file().then_some(folder)
}

/// Fetches the library and returns its folder.
///
/// # Errors
/// When npm cannot get the package, or when what it got is not what the pin promises ([`Forged`]).
pub(crate) fn fetch(pin: &Pin, target: &Path) -> Result<PathBuf, Failure> {
    eprintln!("Fetching DuckDB {} for {} with npm", pin.version, pin.platform);
    let scratch = Scratch::create(target)?;
    let tarball = pack(pin, &scratch.path)?;
    let complete = scratch.path.join("complete");
    fs::create_dir(&complete)?;
    unpack(&verified(pin, &tarball)?, &complete)?;
    let folder = folder(pin, target);
    match (fs::rename(&complete, &folder), kept(pin, target)) {
        // Where the rename failed, somebody else was faster and has verified the same bytes.
        (_, Some(folder)) => Ok(folder),
        (Err(error), None) => Err(format!("cannot keep DuckDB in {}: {error}", folder.display()).into()),
        (Ok(()), None) => Err(format!("DuckDB disappeared from {}", folder.display()).into()),
    }
}

fn folder(pin: &Pin, target: &Path) -> PathBuf {
    target.join("duckdb").join(format!("{}-{}", pin.version, pin.platform))
}

/// What the linker and the loader look for: `libduckdb.so` or `libduckdb.dylib`.
pub(crate) fn library_name() -> String {
    format!("{DLL_PREFIX}duckdb{DLL_SUFFIX}")
}

/// Lets npm download, because it knows the user's registry, proxy and credentials.
fn pack(pin: &Pin, into: &Path) -> Result<PathBuf, Failure> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--loglevel=error", "--pack-destination"]).arg(into).arg(format!("{}@{}", pin.package, pin.version));
    process::output(&mut npm)?;
    fs::read_dir(into)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| "npm pack left no package behind".into())
}

fn verified(pin: &Pin, tarball: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = fs::read(tarball)?;
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if sha256 != pin.sha256 {
        return Err(Box::new(Forged(format!(
            "{}@{} is not the package that duckdb.lock pins: its sha256 is {sha256}, expected {}",
            pin.package, pin.version, pin.sha256
        ))));
    }
    Ok(bytes)
}

/// Takes the library, and its licence beside it, out of the package.
fn unpack(tarball: &[u8], into: &Path) -> Result<(), Failure> {
    let library = library_name();
    let mut archive = tar::Archive::new(GzDecoder::new(tarball));
    let mut found = false;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let wanted = [library.as_str(), "LICENSE"].into_iter().find(|name| path == Path::new("package").join(name));
        if let Some(name) = wanted {
            let mut file = fs::File::create_new(into.join(name))?;
            io::copy(&mut entry, &mut file)?;
            file.sync_all()?;
            found |= name == library;
        }
    }
    if found { Ok(()) } else { Err(format!("the package holds no package/{library}").into()) }
}

/// The registry served something else than was checked in: never a reason to carry on another way.
#[derive(Debug)]
pub(crate) struct Forged(String);

impl std::fmt::Display for Forged {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Forged {}

/// A folder of this process beside the kept ones, so that the rename stays on one file system; gone when dropped.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn create(target: &Path) -> Result<Self, Failure> {
        let path = target.join("duckdb").join(format!("fetching-{}", os::id()));
        fs::create_dir_all(&path).map_err(|error| format!("cannot create {}: {error}", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is only in the way of `cargo clean`.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests;
