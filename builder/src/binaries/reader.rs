//! Reads facts about native files in parallel, and each content only once per machine.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use rayon::prelude::*;

use super::facts::Facts;
use super::format::{Format, Refusal};
use crate::error::{Context, Result};
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// Number of leading bytes that identify the format and processor.
const HEAD: u64 = 4096;

/// The facts about a file's content, or why it cannot be read.
pub(crate) type Known = std::result::Result<Facts, Refusal>;

/// Reads native files and caches the results.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// The object format.
    pub(crate) format: &'a dyn Format,
    store: &'a Store,
    known: HashMap<PathBuf, (Hash, Known)>,
    fits: HashMap<PathBuf, bool>,
}

impl<'a> Reader<'a> {
    /// Returns a reader for one format.
    pub(crate) fn new(format: &'a dyn Format, store: &'a Store) -> Reader<'a> {
        Reader { format, store, known: HashMap::new(), fits: HashMap::new() }
    }

    /// Reads files in parallel, so that [`Reader::get`] finds them.
    pub(crate) fn read_all(&mut self, paths: &[&Path]) -> Result<()> {
        let (format, store) = (self.format, self.store);
        let unknown = paths.par_iter().filter(|p| !self.known.contains_key(**p));
        let read: Vec<_> =
            unknown.map(|p| Ok((p.to_path_buf(), learn(format, store, p)?))).collect::<Result<_>>()?;
        self.known.extend(read);
        Ok(())
    }

    /// Returns the hash and facts of a file.
    pub(crate) fn get(&mut self, path: &Path) -> Result<&(Hash, Known)> {
        if !self.known.contains_key(path) {
            let new = learn(self.format, self.store, path)?;
            self.known.insert(path.to_owned(), new);
        }
        Ok(&self.known[path])
    }

    /// Returns whether the target can load the file at `path`.
    pub(crate) fn fits(&mut self, path: &Path) -> bool {
        if let Some(known) = self.fits.get(path) {
            return *known;
        }
        let mut head = Vec::new();
        let read = File::open(path).and_then(|f| f.take(HEAD).read_to_end(&mut head));
        let fits = read.is_ok() && self.format.fits(&head);
        self.fits.insert(path.to_owned(), fits);
        fits
    }
}

fn learn(format: &dyn Format, store: &Store, path: &Path) -> Result<(Hash, Known)> {
    let hash =
        store.file_hash(path).context(|| format!("failed to read native file `{}`", path.display()))?;
    let key = KeyBuilder::new(Code::Binaries, "facts").part(hash).part(format.key()).finish();
    let kept = store.get(Bucket::Native, &key).and_then(|kept| serde_json::from_slice(&kept).ok());
    if let Some(known) = kept {
        return Ok((hash, known));
    }
    let known = format.read(&map(path)?);
    if let Ok(value) = serde_json::to_vec(&known) {
        store.put(Bucket::Native, &key, &value);
    }
    Ok((hash, known))
}

/// Maps a file into memory.
pub(crate) fn map(path: &Path) -> Result<Mmap> {
    crate::os::map(path).context(|| format!("failed to read native file `{}`", path.display()))
}
