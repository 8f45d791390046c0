//! The package is made up here: no test downloads anything.

use flate2::{Compression, write::GzEncoder};

use super::*;

const PIN: Pin = Pin {
    platform: "here",
    package: "made-up",
    version: "1.0.0",
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", // of "abc", from FIPS 180-2
};

fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, *content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[test]
fn only_the_pinned_bytes_are_accepted() {
    let scratch = tempfile::tempdir().unwrap();
    let tarball = scratch.path().join("made-up.tgz");
    fs::write(&tarball, "abc").unwrap();
    assert_eq!(verified(&PIN, &tarball).unwrap(), b"abc");
    fs::write(&tarball, "abd").unwrap();
    let failure = verified(&PIN, &tarball).unwrap_err();
    assert!(failure.is::<Forged>(), "{failure}");
}

#[test]
fn the_library_is_taken_out_of_the_package() {
    let scratch = tempfile::tempdir().unwrap();
    let path = format!("package/{}", library_name());
    let package = package(&[("package/package.json", b"{}"), (&path, b"machine code")]);
    unpack(&package, scratch.path()).unwrap();
    let library = fs::read(scratch.path().join(library_name())).unwrap();
    assert_eq!(library, b"machine code");
    assert!(!scratch.path().join("package.json").exists());
}

#[test]
fn a_package_without_the_library_is_refused() {
    let scratch = tempfile::tempdir().unwrap();
    let elsewhere = format!("elsewhere/{}", library_name());
    let failure = unpack(&package(&[(&elsewhere, b"")]), scratch.path()).unwrap_err();
    assert!(failure.to_string().contains(&library_name()), "{failure}");
}

#[test]
fn only_a_whole_folder_counts_as_kept() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("duckdb/1.0.0-here");
    fs::create_dir_all(&folder).unwrap();
    assert_eq!(kept(&PIN, scratch.path()), None);
    fs::write(folder.join(library_name()), "machine code").unwrap();
    assert_eq!(kept(&PIN, scratch.path()), Some(folder));
}

#[test]
fn nothing_is_left_of_a_fetch_that_failed() {
    let target = tempfile::tempdir().unwrap();
    let scratch = Scratch::create(target.path()).unwrap();
    let path = scratch.path.clone();
    fs::write(path.join("half.tgz"), "half").unwrap();
    drop(scratch);
    assert!(!path.exists());
}
