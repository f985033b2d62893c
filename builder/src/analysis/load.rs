//! Brings in what a module's file says, from the builder's cache or from the file.

use super::record::Record;
use super::resolve::read;
use super::{Kind, Source, parse};
use crate::store::{Bucket, Hash, Store};

/// Changes when [`Record`] or what is found changes.
const VERSION: u32 = 1;

/// The record of a module, for a minor version of Python 3.
///
/// # Errors
/// The file cannot be read.
pub(super) fn record(kind: &Kind, minor: u8, store: &Store) -> std::io::Result<Record> {
    match kind {
        Kind::Source(source) => kept(source, b"source", minor, store, |bytes| parse::source(bytes, minor)),
        Kind::Bytecode(_) | Kind::Extension(_) | Kind::Namespace(_) | Kind::Builtin => Ok(Record::default()),
    }
}

/// What `find` says of a file's bytes; asked once for each content.
fn kept<T: serde::Serialize + serde::de::DeserializeOwned>(
    source: &Source,
    what: &[u8],
    minor: u8,
    store: &Store,
    find: impl Fn(&[u8]) -> T,
) -> std::io::Result<T> {
    let mut bytes = None;
    let content = match source {
        Source::File(path) => store.file_hash(path).ok(),
        _ => None,
    };
    let content = match content {
        Some(hash) => hash,
        None => *blake3::hash(bytes.insert(read(source)?)).as_bytes(),
    };
    let key = key(what, minor, &content);
    if let Some(value) = store.get(Bucket::Imports, &key).and_then(|b| serde_json::from_slice(&b).ok()) {
        return Ok(value);
    }
    let bytes = match bytes {
        Some(bytes) => bytes,
        None => read(source)?,
    };
    let value = find(&bytes);
    if let Ok(encoded) = serde_json::to_vec(&value) {
        store.put(Bucket::Imports, &key, &encoded);
    }
    Ok(value)
}

fn key(what: &[u8], minor: u8, content: &Hash) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what).update(&VERSION.to_le_bytes()).update(&[minor]).update(content);
    *hasher.finalize().as_bytes()
}
