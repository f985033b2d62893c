//! Creates the blobs of code, source text and files, or loads them from the store if they were created
//! before.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use freeze_archive::{Codec, hash};

use super::compile::Pool;
use super::compress::{self, Compressed, Content, Dictionary};
use super::{Stored, pycache, settings, source};
use crate::analysis::{Kind, Module, Source};
use crate::error::{Error, Result};
use crate::marshal;
use crate::os::canonicalize;
use crate::python::Python;
use crate::spec::Compression;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// Larger blobs are stored as files, which are copied without loading them into memory.
const AS_FILE: u64 = 32 << 10;
/// Status of a stored result that is an error.
const BROKEN: u8 = 255;

/// Data that all blobs share.
pub(super) struct Maker<'a> {
    pub(super) store: &'a Store,
    pub(super) python: &'a Python,
    pub(super) compression: Compression,
    pub(super) optimize: u8,
    pub(super) pool: Pool,
    /// For the code of modules that are compressed.
    pub(super) dictionary: Option<Dictionary>,
}

/// A blob, ready to be written.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) blob: Compressed,
    pub(super) stored: Stored,
}

fn metadata(source: &Source) -> Option<std::fs::Metadata> {
    let Source::File(path) = source else { return None };
    std::fs::metadata(path).ok()
}

/// Position and length of a file in the content of a blob, in bytes.
pub(super) type Place = (u32, u64);

/// Code, or the error message of Python.
pub(super) type CodeResult = Result<Ready, String>;

impl Maker<'_> {
    /// Returns the code of a module.
    pub(super) fn code(&self, module: &Module, compression: Compression) -> Result<CodeResult> {
        let Some(from) = module.kind.code() else {
            return Err(Error::new(format!("module `{}` has no code", module.name)));
        };
        let key = self.code_key(module, &source::hash(from, self.store)?, compression);
        if let Some(result) = self.store.get(Bucket::Blob, &key).and_then(|kept| unpack(&kept)) {
            return Ok(result);
        }
        // The file may have changed since it was hashed, so the result is stored under the hash of the bytes
        // that were read.
        let metadata = metadata(from);
        let text = source::read(from)?;
        let key = self.code_key(module, blake3::hash(&text).as_bytes(), compression);
        let code = match self.marshal(module, from, metadata, &text)? {
            Ok(code) => code,
            Err(message) => {
                // The error of an entry point contains a path of this build, so do not store it.
                if !settings::is_entry(&module.name) {
                    let mut kept = vec![BROKEN];
                    kept.extend(message.as_bytes());
                    self.store.put(Bucket::Blob, &key, &kept);
                }
                return Ok(Err(message));
            }
        };
        let blob = compress::compress(&code, Content::Code(self.dictionary_at(compression)), compression)?;
        let bytes = blob.bytes.as_deref().unwrap_or(&code);
        let mut kept = Vec::with_capacity(bytes.len() + 32);
        kept.push(blob.codec as u8);
        kept.extend(blob.raw_len.to_le_bytes());
        kept.extend(blob.hash);
        kept.extend(bytes);
        self.store.put(Bucket::Blob, &key, &kept);
        let stored = Stored::Bytes(Arc::from(bytes));
        Ok(Ok(Ready { blob: Compressed { bytes: None, ..blob }, stored }))
    }

    /// What is stored uncompressed depends on no dictionary.
    fn dictionary_at(&self, compression: Compression) -> Option<&Dictionary> {
        self.dictionary.as_ref().filter(|_| compression != Compression::None)
    }

    fn code_key(&self, module: &Module, text: &Hash, compression: Compression) -> Hash {
        let (python, is_bytecode) = (&self.python, matches!(module.kind, Kind::Bytecode(_)));
        KeyBuilder::new(Code::Archive, "code")
            .part([python.version.0, python.version.1, self.optimize, u8::from(is_bytecode)])
            .part(compress::level(compression).unwrap_or(i32::MIN).to_le_bytes())
            .part(python.magic)
            .part(self.dictionary_at(compression).map_or(&[][..], |d| &d.key))
            .part(text)
            .part(&module.path)
            .finish()
    }

    /// Returns canonical marshalled code, from `__pycache__` or from the compiler.
    fn marshal(
        &self,
        module: &Module,
        from: &Source,
        metadata: Option<std::fs::Metadata>,
        text: &[u8],
    ) -> Result<Result<Vec<u8>, String>> {
        let version = (self.python.version.0, self.python.version.1);
        let rewrite = |code: &[u8]| marshal::rewrite(code, version, &module.path);
        if matches!(module.kind, Kind::Bytecode(_)) {
            let code = pycache::content(text, self.python).map_err(Error::new).and_then(rewrite);
            return Ok(code.map_err(|e| e.to_string()));
        }
        if let (Source::File(path), Some(metadata)) = (from, metadata) {
            let found = pycache::find(path, &metadata, text, self.python, self.optimize);
            // Treat a damaged file like a missing one.
            if let Some(Ok(code)) = found.map(|code| rewrite(&code)) {
                return Ok(Ok(code));
            }
        }
        let shown = match from {
            Source::File(path) => path.to_string_lossy().into_owned(),
            Source::Zip { archive, member } => archive.join(member).to_string_lossy().into_owned(),
            Source::Bytes(_) => module.path.clone(),
        };
        match self.pool.compile(&shown, text, self.optimize)? {
            Ok(code) => rewrite(&code).map(Ok),
            Err(message) => Ok(Err(message)),
        }
    }

    /// Returns a module as files on disk: its source, and bytecode that Python loads without comparing
    /// timestamps.
    pub(super) fn module_files(&self, module: &Module) -> Result<Vec<(String, Vec<u8>)>> {
        let Some(from) = module.kind.code() else { return Ok(Vec::new()) };
        let text = source::read(from)?;
        if matches!(module.kind, Kind::Bytecode(_)) {
            return Ok(vec![(module.path.clone(), text)]);
        }
        let metadata = metadata(from);
        let mut files = Vec::new();
        if let Ok(code) = self.marshal(module, from, metadata, &text)? {
            let (folder, name) = module.path.rsplit_once('/').unwrap_or(("", &module.path));
            let name = pycache::file_name(name, self.python, self.optimize);
            let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            files.push((format!("{folder}__pycache__/{name}"), pycache::wrap(&code, &text, self.python)));
        }
        files.push((module.path.clone(), text));
        Ok(files)
    }

    /// Returns the content of a file.
    pub(super) fn file(&self, from: &Source) -> Result<Ready> {
        let content = source::hash(from, self.store)?;
        let key = self.file_key(&content);
        let whole = derived(&key);
        if let Some(ready) = self.kept_file(from, &key, &whole) {
            return Ok(ready);
        }
        let raw = source::read(from)?;
        let key = self.file_key(blake3::hash(&raw).as_bytes());
        let whole = derived(&key);
        let blob = compress::compress(&raw, Content::Files(&[0]), self.compression)?;
        let mut kept = vec![blob.codec as u8];
        kept.extend(blob.raw_len.to_le_bytes());
        kept.extend(blob.hash);
        kept.extend(blob.stored_len.to_le_bytes());
        let stored = match (&blob.bytes, from) {
            (Some(bytes), _) if blob.stored_len > AS_FILE => {
                Stored::File(self.store.put_file(Bucket::Blob, &whole, bytes)?)
            }
            (None, Source::File(path)) if blob.stored_len > AS_FILE => Stored::File(path.clone()),
            (bytes, _) => {
                let bytes = bytes.as_deref().unwrap_or(&raw);
                kept.extend(bytes);
                Stored::Bytes(Arc::from(bytes))
            }
        };
        self.store.put(Bucket::Blob, &key, &kept);
        Ok(Ready { blob: Compressed { bytes: None, ..blob }, stored })
    }

    /// Returns a blob with the content of several files, and the position and length of each in it.
    pub(super) fn pack(&self, sources: &[&Source]) -> Result<(Ready, Vec<Place>)> {
        let hashes = sources.iter().map(|from| source::hash(from, self.store)).collect::<Result<Vec<_>>>()?;
        let key = self.pack_key(&hashes);
        if let Some(found) = self.kept_pack(&key, sources.len()) {
            return Ok(found);
        }
        let (mut raw, mut starts, mut places) = (Vec::new(), Vec::new(), Vec::new());
        let (mut read, mut known) = (Vec::new(), HashMap::new());
        for from in sources {
            let content = source::read(from)?;
            let hash = *blake3::hash(&content).as_bytes();
            // Equal files are stored once.
            let place = *known.entry(hash).or_insert_with(|| {
                let start = raw.len();
                starts.push(start);
                raw.extend_from_slice(&content);
                (start as u32, content.len() as u64)
            });
            read.push(hash);
            places.push(place);
        }
        let key = self.pack_key(&read);
        let blob = compress::compress(&raw, Content::Files(&starts), self.compression)?;
        let bytes = blob.bytes.as_deref().unwrap_or(&raw);
        let mut kept = vec![blob.codec as u8];
        kept.extend(blob.raw_len.to_le_bytes());
        kept.extend(blob.hash);
        kept.extend(blob.stored_len.to_le_bytes());
        for (at, len) in &places {
            kept.extend(at.to_le_bytes());
            kept.extend(len.to_le_bytes());
        }
        let stored = Stored::File(self.store.put_file(Bucket::Blob, &derived(&key), bytes)?);
        self.store.put(Bucket::Blob, &key, &kept);
        Ok((Ready { blob: Compressed { bytes: None, ..blob }, stored }, places))
    }

    fn pack_key(&self, contents: &[Hash]) -> Hash {
        let level = compress::level(self.compression).unwrap_or(i32::MIN);
        KeyBuilder::new(Code::Archive, "pack").part(level.to_le_bytes()).parts(contents).finish()
    }

    fn kept_pack(&self, key: &Hash, count: usize) -> Option<(Ready, Vec<Place>)> {
        let kept = self.store.get(Bucket::Blob, key)?;
        let (head, rest) = kept.split_at_checked(25)?;
        let (len, rest) = rest.split_first_chunk()?;
        let blob = parse_head(head, u64::from_le_bytes(*len))?;
        let place = |bytes: &[u8]| {
            let (at, len) = bytes.split_first_chunk()?;
            Some((u32::from_le_bytes(*at), u64::from_le_bytes(*len.first_chunk()?)))
        };
        let places = rest.chunks_exact(12).map(place).collect::<Option<Vec<Place>>>()?;
        let stored = Stored::File(self.store.get_file(Bucket::Blob, &derived(key))?);
        (places.len() == count).then_some((Ready { blob, stored }, places))
    }

    fn file_key(&self, content: &Hash) -> Hash {
        let level = compress::level(self.compression).unwrap_or(i32::MIN);
        KeyBuilder::new(Code::Archive, "file").part(level.to_le_bytes()).part(content).finish()
    }

    fn kept_file(&self, from: &Source, key: &Hash, whole: &Hash) -> Option<Ready> {
        let kept = self.store.get(Bucket::Blob, key)?;
        let (head, rest) = kept.split_at_checked(25)?;
        let (len, bytes) = rest.split_at_checked(8)?;
        let stored_len = u64::from_le_bytes(len.try_into().ok()?);
        let mut blob = parse_head(head, stored_len)?;
        let stored = if bytes.len() as u64 == stored_len {
            Stored::Bytes(Arc::from(bytes))
        } else if blob.codec == Codec::Stored {
            let Source::File(path) = from else { return None };
            Stored::File(path.clone())
        } else {
            Stored::File(self.store.get_file(Bucket::Blob, whole)?)
        };
        blob.bytes = None;
        Some(Ready { blob, stored })
    }
}

/// Returns the key of the file that belongs to a record.
fn derived(key: &Hash) -> Hash {
    *blake3::keyed_hash(key, b"content").as_bytes()
}

fn parse_head(head: &[u8], stored_len: u64) -> Option<Compressed> {
    let codec = match head[0] {
        0 => Codec::Stored,
        1 => Codec::Zstd,
        2 => Codec::ZstdDictionary,
        3 => Codec::ZstdFiltered,
        _ => return None,
    };
    Some(Compressed {
        codec,
        raw_len: u64::from_le_bytes(head[1..9].try_into().ok()?),
        stored_len,
        hash: head[9..25].try_into().ok()?,
        bytes: None,
    })
}

fn unpack(kept: &[u8]) -> Option<CodeResult> {
    if kept.first() == Some(&BROKEN) {
        return Some(Err(String::from_utf8_lossy(&kept[1..]).into_owned()));
    }
    let (head, bytes) = kept.split_at_checked(25)?;
    let blob = parse_head(head, bytes.len() as u64)?;
    (hash(bytes) == blob.hash).then(|| Ok(Ready { blob, stored: Stored::Bytes(Arc::from(bytes)) }))
}

/// Whether two paths refer to the same file.
pub(super) fn same_file(a: &Path, b: &Path) -> bool {
    match (canonicalize(a), canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
