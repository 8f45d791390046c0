//! Files of labelled texts: reading them, and saying what is wrong with them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::error::{Error, io as failed};

/// Labelled sets are small. What is larger is something else.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Reads a whole file with a parser, whose complaints get the file's name.
pub(super) fn read<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Error> {
    let name = path.display();
    let file = File::open(path).map_err(failed(format!("opening {name}")))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(failed(format!("reading {name}")))?;
    let wrong = |what: String| Error::Usage(format!("{name}: {what}"));
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(wrong(format!("more than {FILE_BYTES_MAX} bytes")));
    }
    let text = String::from_utf8(bytes).map_err(|error| wrong(format!("no UTF-8 text: {error}")))?;
    parse(text.trim_start_matches('\u{feff}')).map_err(wrong)
}

/// What a report calls a file.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
