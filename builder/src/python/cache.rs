//! The stored answer of an interpreter, which is valid until something that it depends on changes.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Python, editable};
use crate::os;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// An answer and the state that it depends on.
#[derive(Serialize, Deserialize)]
struct Kept {
    sites: Vec<PathBuf>,
    fingerprint: Hash,
    python: Python,
}

fn key(interpreter: &Path) -> Hash {
    KeyBuilder::new(Code::Python, "probe").path(interpreter).finish()
}

/// Returns the stored answer of an interpreter, if it is still valid.
pub(super) fn recall(store: &Store, interpreter: &Path) -> Option<Python> {
    let kept: Kept = serde_json::from_slice(&store.get(Bucket::Probe, &key(interpreter))?).ok()?;
    let holds = fingerprint(interpreter, &kept.sites) == kept.fingerprint
        && kept.python.libpython.as_ref().is_none_or(|l| l.is_file());
    holds.then_some(kept.python)
}

/// Stores an answer.
pub(super) fn remember(store: &Store, interpreter: &Path, python: &Python, sites: &[PathBuf]) {
    let fingerprint = fingerprint(interpreter, sites);
    let kept = Kept { sites: sites.to_vec(), fingerprint, python: python.clone() };
    if let Ok(bytes) = serde_json::to_vec(&kept) {
        store.put(Bucket::Probe, &key(interpreter), &bytes);
    }
}

/// Returns the hash of everything that an answer depends on: the real interpreter, its `pyvenv.cfg`, the
/// folders that `site` reads, and the `.pth` files and finders in them.
fn fingerprint(interpreter: &Path, sites: &[PathBuf]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    let real = crate::os::real(interpreter);
    hasher.update(real.as_os_str().as_encoded_bytes());
    stat(&mut hasher, &real);
    for folder in interpreter.ancestors().skip(1).take(2) {
        content(&mut hasher, &folder.join("pyvenv.cfg"));
    }
    for site in sites {
        stat(&mut hasher, site);
        for file in pth_files(site) {
            hasher.update(file.as_os_str().as_encoded_bytes());
            content(&mut hasher, &file);
        }
        for file in editable::finders(site) {
            content(&mut hasher, &file);
        }
    }
    *hasher.finalize().as_bytes()
}

fn stat(hasher: &mut blake3::Hasher, path: &Path) {
    let Ok(meta) = std::fs::metadata(path) else {
        hasher.update(b"absent");
        return;
    };
    hasher.update(&meta.len().to_le_bytes());
    if let Ok(age) = meta.modified().map(|t| t.duration_since(std::time::UNIX_EPOCH).unwrap_or_default()) {
        hasher.update(&age.as_nanos().to_le_bytes());
    }
}

fn content(hasher: &mut blake3::Hasher, path: &Path) {
    match std::fs::read(path) {
        Ok(bytes) => hasher.update(blake3::hash(&bytes).as_bytes()),
        Err(_) => hasher.update(b"absent"),
    };
}

fn pth_files(site: &Path) -> Vec<PathBuf> {
    os::list(site).into_iter().filter(|p| p.extension().is_some_and(|e| e == "pth")).collect()
}
