//! Whether a file is as long as what it holds: the engine would notice a missing end only when it reads there.
//!
//! The head of the file says how many blocks it had at the last checkpoint and where the list of the free ones is; free blocks at the
//! end are cut off after the head is written, and may be missing. So every block before that number which is not in the list must be
//! there. Blocks that a log refers to are none of the head's: of those the engine says itself where they are, once it has read the log.
//!
//! What is not understood here is left for the engine to judge. The layout is the engine's (its `storage_info.hpp`,
//! `single_file_block_manager.cpp` and `metadata_manager.cpp`), and older files stay readable by its promise.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use duckdb::Connection;

/// The engine's own part of a file: what file it is, and two heads, of which the newer one counts.
const HEAD_BYTES: u64 = 4_096;
const BLOCKS_AT: u64 = 3 * HEAD_BYTES;
const MAGIC: &[u8] = b"DUCK";
/// What stands before the contents of every block and head.
const CHECKSUM_BYTES: u64 = 8;
/// Blocks of metadata are divided into so many parts.
const PARTS: u64 = 64;
const BLOCK_BYTES: std::ops::RangeInclusive<u64> = 16 << 10..=256 << 10;

/// What a file held at its last checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    block_bytes: u64,
    used: u64,
}

/// Why a file is not whole.
#[derive(Debug, thiserror::Error)]
#[error("it is cut off: it ends at byte {found}, and what it holds reaches to byte {expected}")]
pub(crate) struct CutOff {
    found: u64,
    expected: u64,
}

/// What the file's head says, if it can be read, and whether all of that is there. Not to be called while the engine has the file open:
/// closing it here would give up the engine's lock.
pub(crate) fn at_checkpoint(path: &Path) -> Result<Option<Extent>, CutOff> {
    let Ok(file) = File::open(path) else { return Ok(None) };
    let (Ok(metadata), Ok(Some(head))) = (file.metadata(), Head::newest(&file)) else { return Ok(None) };
    let present = metadata.len();
    match head.free_blocks(&file) {
        Ok(free) => head.extent(&free, present).map(Some),
        // The list itself is where the file does not reach.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(CutOff { found: present, expected: head.bytes(head.blocks) }),
        Err(_) => Ok(None),
    }
}

/// Whether the blocks that the log refers to are there, too. Only where there are such is anything but a number asked for.
pub(crate) fn with_log(connection: &Connection, path: &Path, before: Extent, tables: &[&str]) -> Result<(), Incomplete> {
    let sql = "SELECT used_blocks::UBIGINT FROM pragma_database_size() WHERE database_name = 'settled'";
    let used: u64 = connection.query_row(sql, [], |row| row.get(0))?;
    if used == before.used {
        return Ok(());
    }
    let found = path.metadata().map_or(0, |file| file.len());
    let held = "SELECT count(*) > 0 FROM duckdb_tables() WHERE database_name = 'settled' AND table_name = ?";
    for table in tables {
        // A file of an older format lacks some.
        if !connection.query_row(held, [table], |row| row.get::<_, bool>(0))? {
            continue;
        }
        let sql = format!(
            "SELECT coalesce(max(greatest(block_id, list_max(additional_block_ids))) + 1, 0)::UBIGINT \
             FROM pragma_storage_info('settled.{table}') WHERE persistent"
        );
        let blocks: u64 = connection.query_row(&sql, [], |row| row.get(0))?;
        let expected = BLOCKS_AT + blocks * before.block_bytes;
        if found < expected {
            return Err(CutOff { found, expected }.into());
        }
    }
    Ok(())
}

/// Why the blocks of a log are not known to be there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Incomplete {
    #[error(transparent)]
    CutOff(#[from] CutOff),
    #[error(transparent)]
    Engine(#[from] duckdb::Error),
}

/// The head that counts.
struct Head {
    free_list: u64,
    blocks: u64,
    block_bytes: u64,
}

impl Head {
    /// `None` where this is no file of the engine, or an unknown one.
    fn newest(file: &File) -> io::Result<Option<Self>> {
        let mut magic = [0; 4];
        file.read_exact_at(&mut magic, CHECKSUM_BYTES)?;
        let (first, second) = (Words::read(file, HEAD_BYTES + CHECKSUM_BYTES)?, Words::read(file, 2 * HEAD_BYTES + CHECKSUM_BYTES)?);
        let Words([_, _, free_list, blocks, block_bytes]) = if first.0[0] > second.0[0] { first } else { second };
        let known = magic == MAGIC && BLOCK_BYTES.contains(&block_bytes) && block_bytes.is_power_of_two() && blocks < 1 << 40;
        Ok(known.then_some(Self { free_list, blocks, block_bytes }))
    }

    /// Where the block of this number begins.
    fn bytes(&self, block: u64) -> u64 {
        BLOCKS_AT + block * self.block_bytes
    }

    fn extent(&self, free: &[u64], present: u64) -> Result<Extent, CutOff> {
        let last_used = (0..self.blocks).rev().find(|block| free.binary_search(block).is_err());
        let expected = self.bytes(last_used.map_or(0, |last| last + 1));
        if present < expected {
            return Err(CutOff { found: present, expected });
        }
        Ok(Extent { block_bytes: self.block_bytes, used: self.blocks - free.len() as u64 })
    }

    /// The numbers of the free blocks, ascending.
    fn free_blocks(&self, file: &File) -> io::Result<Vec<u64>> {
        let mut list = Chain { file, head: self, next: self.free_list, part: Vec::new(), at: 0 };
        if self.free_list == u64::MAX {
            return Ok(Vec::new());
        }
        let count = list.word()?;
        if count > self.blocks {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut free = (0..count).map(|_| list.word()).collect::<io::Result<Vec<_>>>()?;
        free.sort_unstable();
        free.dedup();
        Ok(free)
    }
}

/// Iteration, metadata, free list, blocks, bytes of a block: the beginning of a head.
struct Words([u64; 5]);

impl Words {
    fn read(file: &File, at: u64) -> io::Result<Self> {
        let mut bytes = [0; 40];
        file.read_exact_at(&mut bytes, at)?;
        Ok(Self(std::array::from_fn(|n| word(&bytes[n * 8..]))))
    }
}

/// A list of numbers over parts of metadata blocks; each part begins with where the next one is.
struct Chain<'f> {
    file: &'f File,
    head: &'f Head,
    next: u64,
    part: Vec<u8>,
    at: usize,
}

impl Chain<'_> {
    fn word(&mut self) -> io::Result<u64> {
        if self.at + 8 > self.part.len() {
            self.turn()?;
        }
        self.at += 8;
        Ok(word(&self.part[self.at - 8..]))
    }

    fn turn(&mut self) -> io::Result<()> {
        let (block, index) = (self.next & ((1 << 56) - 1), self.next >> 56);
        if block >= self.head.blocks || index >= PARTS {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let part_bytes = (self.head.block_bytes - CHECKSUM_BYTES) / PARTS / 8 * 8;
        self.part.resize(usize::try_from(part_bytes).expect("a part of a block is small"), 0);
        self.file.read_exact_at(&mut self.part, self.head.bytes(block) + CHECKSUM_BYTES + index * part_bytes)?;
        self.next = word(&self.part);
        self.at = 8;
        Ok(())
    }
}

fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"))
}
