//! Reuses bytecode that an interpreter has stored in `__pycache__`, and writes such files.

use std::fs::Metadata;
use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use siphasher::sip::{SipHasher13, SipHasher24};

use crate::python::Python;

/// Length of the header of a `.pyc` file: magic number, flags, then time and size, or a hash.
const HEADER: usize = 16;
/// Flag: the header contains a hash of the source instead of its time and size.
const BY_HASH: u32 = 1;

/// Returns the marshalled code for `source` if the interpreter has stored it and it is up to date.
pub(super) fn find(
    source: &Path,
    metadata: &Metadata,
    text: &[u8],
    python: &Python,
    optimize: u8,
) -> Option<Vec<u8>> {
    let path = path_of(source, python, optimize)?;
    let mut bytes = std::fs::read(&path).ok()?;
    let flags = flags(&bytes, python)?;
    let current = if flags & BY_HASH != 0 {
        // Check the hash even if the interpreter would not, because results are stored by the hash of the
        // source.
        bytes[8..16] == source_hash(text, python)
    } else {
        let modified = metadata.modified().ok()?;
        let seconds = match modified.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_secs() as u32,
            Err(_) => return None,
        };
        // The header has a resolution of one second, so the source must not be newer than the file.
        let written = std::fs::metadata(&path).ok()?.modified().ok()?;
        bytes[8..12] == seconds.to_le_bytes()
            && bytes[12..16] == (metadata.len() as u32).to_le_bytes()
            && modified <= written
    };
    current.then(|| bytes.split_off(HEADER))
}

/// Returns the marshalled code in a `.pyc` file of this interpreter, or an error message.
pub(super) fn content<'a>(pyc: &'a [u8], python: &Python) -> Result<&'a [u8], String> {
    match flags(pyc, python) {
        Some(_) => Ok(&pyc[HEADER..]),
        None => Err("its magic number is that of another Python".to_owned()),
    }
}

fn flags(pyc: &[u8], python: &Python) -> Option<u32> {
    let head = pyc.get(..HEADER)?;
    let flags = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    (head[..4] == python.magic && flags & !3 == 0).then_some(flags)
}

/// Returns a `.pyc` file that its interpreter loads without comparing the time of the source.
pub(super) fn wrap(marshal: &[u8], text: &[u8], python: &Python) -> Vec<u8> {
    [&python.magic[..], &BY_HASH.to_le_bytes(), &source_hash(text, python), marshal].concat()
}

/// Implements `importlib.util.cache_from_source`.
fn path_of(source: &Path, python: &Python, optimize: u8) -> Option<PathBuf> {
    let name = file_name(source.file_name()?.to_str()?, python, optimize);
    Some(source.parent()?.join("__pycache__").join(name))
}

/// Returns the name in `__pycache__` of the bytecode of a source file.
pub(super) fn file_name(source: &str, python: &Python, optimize: u8) -> String {
    let stem = source.rsplit_once('.').map_or(source, |(stem, _)| stem);
    match optimize {
        0 => format!("{stem}.{}.pyc", python.cache_tag),
        n => format!("{stem}.{}.opt-{n}.pyc", python.cache_tag),
    }
}

/// Implements `importlib.util.source_hash`: SipHash keyed with the magic number; fewer rounds since 3.11.
fn source_hash(text: &[u8], python: &Python) -> [u8; 8] {
    let key = u64::from(u32::from_le_bytes(python.magic));
    let hash = if python.version.1 >= 11 {
        let mut hasher = SipHasher13::new_with_keys(key, 0);
        hasher.write(text);
        hasher.finish()
    } else {
        let mut hasher = SipHasher24::new_with_keys(key, 0);
        hasher.write(text);
        hasher.finish()
    };
    hash.to_le_bytes()
}
