//! Writes an archive: the builder adds blobs, modules and files, and gets a plan of offsets.

use std::collections::HashMap;

use super::{
    BLOB_LEN, BlobId, Codec, FILE_LEN, FOOTER_HASHED, FOOTER_LEN, FORMAT_VERSION, FileId, FileKind, MAGIC,
    MODULE_LEN, ModuleKind, NONE, hash, record,
};

/// A blob to store. The caller keeps the bytes.
#[derive(Clone, Debug)]
pub struct NewBlob {
    /// Length of the stored bytes.
    pub stored_len: u64,
    /// Length of the bytes after decompression.
    pub raw_len: u64,
    /// [`hash`] of the stored bytes.
    pub hash: [u8; 16],
    /// How the bytes are stored.
    pub codec: Codec,
    /// Alignment of the stored bytes in the file, a power of two (16 for the frozen seed).
    pub align: u64,
}

/// A module to be stored.
#[derive(Clone, Debug)]
pub struct ModuleRecord {
    /// Dotted name.
    pub name: String,
    /// Kind of the module.
    pub kind: ModuleKind,
    /// Bits of [`super::module_flag`].
    pub flags: u8,
    /// Path below the root, shown as `__file__`, with `/` as separator; empty for a namespace package.
    pub path: String,
    /// Marshalled code.
    pub code: Option<BlobId>,
    /// Source text, if included.
    pub source: Option<BlobId>,
    /// Shared library of an extension: its path in the file table, resolved by [`Encoder::plan`].
    pub file: Option<String>,
}

/// A file to be stored.
#[derive(Clone, Debug)]
pub struct FileRecord {
    /// Path under the root, with `/`.
    pub path: String,
    /// Kind of the file.
    pub kind: FileKind,
    /// Bits of [`super::file_flag`].
    pub flags: u8,
    /// Content; `None` if the file is next to the executable (onedir).
    pub blob: Option<BlobId>,
    /// Length of the content in bytes, wherever it is stored; 0 if unknown, and for links.
    pub len: u64,
    /// Position of the content in the blob, with [`super::file_flag::PACKED`]; else 0.
    pub at: u32,
    /// Paths of the libraries to load before this one, in order, that its own search path does not find.
    pub preload: Vec<String>,
}

/// Collects the content of an archive.
#[derive(Debug, Default)]
pub struct Encoder {
    blobs: Vec<NewBlob>,
    by_content: HashMap<([u8; 16], u64, u8), BlobId>,
    modules: Vec<ModuleRecord>,
    files: Vec<FileRecord>,
    settings: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The layout of an archive.
#[derive(Debug)]
pub struct Plan {
    /// Offset of each blob from the start of the archive, in ascending order of [`BlobId`]. Gaps contain
    /// zeros.
    pub blob_offsets: Vec<u64>,
    /// Offset of the index. The gap after the last blob contains zeros.
    pub index_offset: u64,
    /// The index and the footer: the last bytes of the archive.
    pub tail: Vec<u8>,
    /// Length of the archive, including its tail.
    pub len: u64,
    /// Hash of the index. It identifies the whole content of the archive.
    pub index_hash: [u8; 16],
}

impl Encoder {
    /// Creates an empty archive.
    pub fn new() -> Encoder {
        Encoder::default()
    }

    /// Adds a blob and returns its number and whether it is new. Equal stored bytes are stored once: the
    /// caller writes only the bytes of new blobs, in the order of their numbers.
    pub fn blob(&mut self, blob: NewBlob) -> (BlobId, bool) {
        let key = (blob.hash, blob.stored_len, blob.codec as u8);
        if let Some(&id) = self.by_content.get(&key) {
            let kept = &mut self.blobs[id as usize];
            kept.align = kept.align.max(blob.align);
            return (id, false);
        }
        let id = self.blobs.len() as BlobId;
        self.by_content.insert(key, id);
        self.blobs.push(blob);
        (id, true)
    }

    /// Adds a module.
    pub fn module(&mut self, module: ModuleRecord) {
        self.modules.push(module);
    }

    /// Adds a file.
    pub fn file(&mut self, file: FileRecord) {
        self.files.push(file);
    }

    /// Adds a setting; a key may repeat.
    pub fn setting(&mut self, key: &[u8], value: impl AsRef<[u8]>) {
        self.settings.push((key.to_vec(), value.as_ref().to_vec()));
    }

    /// Computes the layout of the archive.
    ///
    /// # Errors
    /// Fails for a module or file that was added twice, a name longer than 65,535 bytes, a preload or
    /// extension file that is not in the file table, or an index larger than 4 GiB.
    pub fn plan(mut self) -> Result<Plan, String> {
        self.sort()?;
        let (blob_offsets, end) = self.blob_offsets();
        let index_offset = end.next_multiple_of(16);
        let mut tail = self.index(&blob_offsets)?;
        let index_hash = hash(&tail);
        let len = index_offset + tail.len() as u64 + FOOTER_LEN as u64;
        let mut footer = record::Footer {
            magic: MAGIC,
            version: FORMAT_VERSION,
            len,
            index_offset,
            index_len: tail.len() as u64,
            index_hash,
            hash: [0; 8],
        };
        let own_hash = hash(&footer.write()[..FOOTER_HASHED]);
        footer.hash.copy_from_slice(&own_hash[..8]);
        tail.extend(footer.write());
        Ok(Plan { blob_offsets, index_offset, tail, len, index_hash })
    }

    fn sort(&mut self) -> Result<(), String> {
        self.modules.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        self.files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        if let Some(w) = self.modules.windows(2).find(|w| w[0].name == w[1].name) {
            return Err(format!("module `{}` is in the archive twice", w[0].name));
        }
        if let Some(w) = self.files.windows(2).find(|w| w[0].path == w[1].path) {
            return Err(format!("file `{}` is in the archive twice", w[0].path));
        }
        Ok(())
    }

    /// Returns the offset of each blob, and the end of the last one.
    fn blob_offsets(&self) -> (Vec<u64>, u64) {
        let mut offsets = Vec::with_capacity(self.blobs.len());
        let mut at = 0u64;
        for blob in &self.blobs {
            at = at.next_multiple_of(blob.align.max(1));
            offsets.push(at);
            at += blob.stored_len;
        }
        (offsets, at)
    }

    /// Returns the index: its header and its parts, in the order that the reader expects.
    fn index(&self, blob_offsets: &[u64]) -> Result<Vec<u8>, String> {
        let ids: HashMap<&str, FileId> =
            self.files.iter().enumerate().map(|(i, f)| (f.path.as_str(), i as FileId)).collect();
        let id_of = |path: &str| {
            let id = ids.get(path).copied();
            id.ok_or_else(|| format!("file `{path}` is named but not in the archive"))
        };
        let mut strings = Strings::default();
        let modules = self.module_records(&mut strings, &id_of)?;
        let (files, preloads) = self.file_records(&mut strings, &id_of)?;
        let mut blobs = Vec::with_capacity(self.blobs.len() * BLOB_LEN);
        for (blob, offset) in self.blobs.iter().zip(blob_offsets) {
            let NewBlob { stored_len, raw_len, hash, codec, .. } = *blob;
            let record = record::Blob { offset: *offset, stored_len, raw_len, hash, codec: codec as u8 };
            blobs.extend(record.write());
        }
        let settings = self.settings()?;
        let number = |n: usize| u32::try_from(n).map_err(|_| "the index is larger than 4 GiB".to_string());
        let header = record::Header {
            modules: number(self.modules.len())?,
            files: number(self.files.len())?,
            blobs: number(self.blobs.len())?,
            preloads: number(preloads.len() / 4)?,
            settings: number(settings.len())?,
            strings: number(strings.bytes.len())?,
        };
        let parts = [&blobs, &modules, &files, &preloads, &settings, &strings.bytes];
        let index = parts.into_iter().fold(header.write().to_vec(), |mut index, part| {
            index.extend(part);
            index
        });
        number(index.len())?;
        Ok(index)
    }

    fn module_records(
        &self,
        strings: &mut Strings,
        id_of: &impl Fn(&str) -> Result<FileId, String>,
    ) -> Result<Vec<u8>, String> {
        let mut records = Vec::with_capacity(self.modules.len() * MODULE_LEN);
        for module in &self.modules {
            let (name, name_len) = strings.add(module.name.as_bytes())?;
            let (path, path_len) = strings.add(module.path.as_bytes())?;
            let record = record::Module {
                name,
                path,
                name_len,
                path_len,
                kind: module.kind as u8,
                flags: module.flags,
                code: module.code.unwrap_or(NONE),
                source: module.source.unwrap_or(NONE),
                file: module.file.as_deref().map(id_of).transpose()?.unwrap_or(NONE),
                unused: NONE,
            };
            records.extend(record.write());
        }
        Ok(records)
    }

    /// Returns the records of the files, and the numbers of the files to load before them.
    fn file_records(
        &self,
        strings: &mut Strings,
        id_of: &impl Fn(&str) -> Result<FileId, String>,
    ) -> Result<(Vec<u8>, Vec<u8>), String> {
        let mut records = Vec::with_capacity(self.files.len() * FILE_LEN);
        let mut preloads: Vec<u8> = Vec::new();
        for file in &self.files {
            let (path, path_len) = strings.add(file.path.as_bytes())?;
            let preload = (preloads.len() / 4) as u32;
            for path in &file.preload {
                preloads.extend(id_of(path)?.to_le_bytes());
            }
            let record = record::File {
                path,
                path_len,
                kind: file.kind as u8,
                flags: file.flags,
                blob: file.blob.unwrap_or(NONE),
                preload,
                preload_count: file.preload.len() as u32,
                len: file.len,
                at: file.at,
            };
            records.extend(record.write());
        }
        Ok((records, preloads))
    }

    fn settings(&self) -> Result<Vec<u8>, String> {
        let mut settings = Vec::new();
        for (key, value) in &self.settings {
            let key_len = u16::try_from(key.len()).map_err(|_| "a setting's key is too long")?;
            let value_len = u32::try_from(value.len()).map_err(|_| "a setting is too long")?;
            settings.extend(key_len.to_le_bytes());
            settings.extend(value_len.to_le_bytes());
            settings.extend(key);
            settings.extend(value);
        }
        Ok(settings)
    }
}

/// The string table. It contains each string once.
#[derive(Default)]
struct Strings {
    bytes: Vec<u8>,
    places: HashMap<Vec<u8>, u32>,
}

impl Strings {
    fn add(&mut self, s: &[u8]) -> Result<(u32, u16), String> {
        let len = u16::try_from(s.len())
            .map_err(|_| format!("name `{}…` is too long", String::from_utf8_lossy(&s[..80])))?;
        if let Some(&at) = self.places.get(s) {
            return Ok((at, len));
        }
        let at = u32::try_from(self.bytes.len()).map_err(|_| "the index is larger than 4 GiB")?;
        self.bytes.extend(s);
        self.places.insert(s.to_vec(), at);
        Ok((at, len))
    }
}
