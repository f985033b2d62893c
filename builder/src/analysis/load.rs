//! Brings in what a module's file says, from the builder's cache or from the file.

use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::record::{Form, Import, Record};
use super::{Kind, Module, Source, bytecode, named, native_names, parse, pickle};
use crate::python::Python;
use crate::rules::implicit::Named;
use crate::store::{Bucket, Hash, Store};

/// What is found depends on the code that finds it: the version of that code is a part of every key.
const VERSION: &str = env!("FREEZE_ANALYSIS");

/// Whose a module is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The program's.
    Program,
    /// An installed distribution's.
    Library,
    /// Python's.
    Stdlib,
}

/// The record of a module, for a minor version of Python 3.
///
/// # Errors
/// The file cannot be read.
pub(super) fn record(
    module: &Module,
    role: Role,
    python: &Python,
    disk: &Disk,
    store: &Store,
) -> std::io::Result<Record> {
    let minor = python.minor();
    match &module.kind {
        Kind::Source(source) => {
            let stub = |record: Record| with_stub(record, source, minor, disk, store);
            // Any word in the program itself may name one of its packages.
            let words = role == Role::Program;
            let tag = if words { b"source and words".as_slice() } else { b"source" };
            kept(source, tag, minor, disk, store, |bytes| parse::source(bytes, minor, words)).map(stub)
        }
        Kind::Bytecode(source) => kept(source, b"bytecode", minor, disk, store, |bytes| {
            bytecode::find(bytes, minor, &python.opcodes)
        }),
        Kind::Extension(source) if role != Role::Stdlib => {
            let top = module.name.split('.').next().unwrap_or_default();
            let tag = [b"native:".as_slice(), top.as_bytes()].concat();
            let native = kept(source, &tag, 0, disk, store, |bytes| native_names::find(bytes, top))?;
            // mypyc and Cython in pure Python mode leave the source beside what they make of it.
            let mut record = match source_beside(source, disk) {
                Some(path) => record_of_beside(&path, minor, disk, store),
                None => Record::default(),
            };
            record.native = Some(native);
            Ok(record)
        }
        Kind::Extension(_) | Kind::Namespace(_) | Kind::Builtin => Ok(Record::default()),
    }
}

/// `x.py` beside `x.cpython-312-x86_64-linux-gnu.so`.
fn source_beside(source: &Source, disk: &Disk) -> Option<PathBuf> {
    let Source::File(path) = source else { return None };
    let stem = path.file_name()?.to_str()?.split('.').next()?;
    Some(path.with_file_name(format!("{stem}.py"))).filter(|p| disk.is_file(p))
}

/// Adds what the stub beside a module says it imports, where that is what the module does.
fn with_stub(mut record: Record, source: &Source, minor: u8, disk: &Disk, store: &Store) -> Record {
    if record.stub
        && let Source::File(path) = source
        && let path = path.with_extension("pyi")
        && disk.is_file(&path)
    {
        let stub = record_of_beside(&path, minor, disk, store);
        record.imports.extend(stub.imports.into_iter().map(|i| Import {
            condition: 0,
            form: lazy(i.form),
            ..i
        }));
    }
    record
}

/// A stub's import, which happens when its name is asked for.
fn lazy(form: Form) -> Form {
    if form == Form::Import { Form::Call } else { form }
}

/// The modules that a data file of the top-level package `top` names.
pub(super) fn named(path: &Path, suffixes: &Named, top: &str, disk: &Disk, store: &Store) -> Vec<String> {
    let source = Source::File(path.to_owned());
    let found = if named::fits(path, &suffixes.pickles) {
        kept(&source, b"pickle", 0, disk, store, |bytes| {
            pickle::modules(bytes).into_iter().collect::<Vec<String>>()
        })
    } else {
        let tag = [b"names:".as_slice(), top.as_bytes()].concat();
        kept(&source, &tag, 0, disk, store, |bytes| named::names(bytes, top))
    };
    found.unwrap_or_default()
}

/// The record of a source file that is no module of the graph.
pub(super) fn record_of_beside(path: &Path, minor: u8, disk: &Disk, store: &Store) -> Record {
    let source = Source::File(path.to_owned());
    let mut record = kept(&source, b"source", minor, disk, store, |bytes| parse::source(bytes, minor, false))
        .unwrap_or_default();
    // It is not what runs: whether the interpreter takes it does not matter.
    record.doubtful = false;
    record
}

/// What `find` says of a file's bytes; asked once for each content.
fn kept<T: serde::Serialize + serde::de::DeserializeOwned>(
    source: &Source,
    what: &[u8],
    minor: u8,
    disk: &Disk,
    store: &Store,
    find: impl Fn(&[u8]) -> T,
) -> std::io::Result<T> {
    let mut bytes = None;
    let content = match source {
        Source::File(path) => disk.hash(path, store),
        _ => None,
    };
    let content = match content {
        Some(hash) => hash,
        None => *blake3::hash(bytes.insert(disk.read_source(source)?)).as_bytes(),
    };
    let key = key(what, minor, &content);
    if let Some(value) = store.get(Bucket::Imports, &key).and_then(|b| serde_json::from_slice(&b).ok()) {
        return Ok(value);
    }
    let bytes = match bytes {
        Some(bytes) => bytes,
        None => disk.read_source(source)?,
    };
    let value = find(&bytes);
    if let Ok(encoded) = serde_json::to_vec(&value) {
        store.put(Bucket::Imports, &key, &encoded);
    }
    Ok(value)
}

fn key(what: &[u8], minor: u8, content: &Hash) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what).update(VERSION.as_bytes()).update(&[minor]).update(content);
    *hasher.finalize().as_bytes()
}
