//! Reads the sources of the archive's content, wherever they are stored.

use std::io::Read;

use crate::analysis::Source;
use crate::error::{Context, Result};
use crate::store::{Hash, Store};

/// Returns the bytes of a source.
pub(super) fn read(source: &Source) -> Result<Vec<u8>> {
    match source {
        Source::File(path) => std::fs::read(path).context(|| format!("failed to read `{}`", path.display())),
        Source::Bytes(bytes) => Ok(bytes.clone()),
        Source::Zip { archive, member } => {
            let failed = || format!("failed to read `{member}` in `{}`", archive.display());
            let file = std::fs::File::open(archive).context(failed)?;
            let mut zip = zip::ZipArchive::new(std::io::BufReader::new(file)).context(failed)?;
            let mut entry = zip.by_name(member).context(failed)?;
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).context(failed)?;
            Ok(bytes)
        }
    }
}

/// Returns the hash of the bytes of a source.
pub(super) fn hash(source: &Source, store: &Store) -> Result<Hash> {
    match source {
        Source::File(path) => store.file_hash(path),
        Source::Bytes(bytes) => Ok(*blake3::hash(bytes).as_bytes()),
        Source::Zip { .. } => Ok(*blake3::hash(&read(source)?).as_bytes()),
    }
}

/// Returns the size of a source if it is cheap to determine. Large sources are processed first.
pub(super) fn size(source: &Source) -> u64 {
    match source {
        Source::File(path) => std::fs::metadata(path).map_or(0, |m| m.len()),
        Source::Bytes(bytes) => bytes.len() as u64,
        Source::Zip { .. } => 0,
    }
}
