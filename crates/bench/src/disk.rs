//! Bytes on disk, file by file, and what a disk sync costs here.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

/// One file of a data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FileSize {
    /// Path below the data directory.
    pub path: String,
    /// Bytes the file system gave it, which is what a disk fills up with.
    #[serde(rename = "allocatedBytes")]
    pub allocated_bytes: u64,
    /// Bytes the file says it has.
    #[serde(rename = "lengthBytes")]
    pub length_bytes: u64,
}

/// All files below `root`, largest first.
pub(crate) fn usage(root: &Path) -> io::Result<Vec<FileSize>> {
    let mut files = Vec::new();
    collect(root, root, &mut files)?;
    files.sort_by_key(|file| std::cmp::Reverse(file.allocated_bytes));
    Ok(files)
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<FileSize>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            collect(root, &entry.path(), files)?;
        } else {
            let path = entry.path().strip_prefix(root).unwrap_or(&entry.path()).display().to_string();
            files.push(FileSize { path, allocated_bytes: metadata.blocks() * 512, length_bytes: metadata.len() });
        }
    }
    Ok(())
}

/// The sum of what the files were given.
pub(crate) fn total(files: &[FileSize]) -> u64 {
    files.iter().map(|file| file.allocated_bytes).sum()
}

/// Whether the directory is in memory, where a sync costs nothing and acknowledgements look better than they are.
pub(crate) fn is_in_memory(directory: &Path) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    rustix::fs::statfs(directory).is_ok_and(|info| info.f_type as u64 == TMPFS)
}

/// Median time of appending 4 kB and syncing it, in microseconds: the floor of every acknowledgement.
pub(crate) fn sync_us(directory: &Path) -> io::Result<u64> {
    const TRIES: usize = 41;
    let path = directory.join("sync-probe");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let start = Instant::now();
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed().as_micros() as u64);
    }
    drop(file);
    fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times[TRIES / 2])
}

#[cfg(test)]
mod tests {
    use super::{total, usage};

    #[test]
    fn sizes_are_split_per_file() {
        let directory = crate::launch::Scratch::new(&std::env::temp_dir()).unwrap();
        std::fs::create_dir(directory.path().join("sub")).unwrap();
        std::fs::write(directory.path().join("a"), [1; 10]).unwrap();
        std::fs::write(directory.path().join("sub/b"), vec![1; 100_000]).unwrap();
        let files = usage(directory.path()).unwrap();
        assert_eq!(files.len(), 2);
        let longest = files.iter().max_by_key(|file| file.length_bytes).unwrap();
        assert_eq!((longest.path.as_str(), longest.length_bytes), ("sub/b", 100_000));
        assert_eq!(total(&files), files.iter().map(|file| file.allocated_bytes).sum::<u64>());
    }
}
