//! Reads an archive in place: every lookup is a binary search in the mapped bytes.

use super::filter::Filtered;
use super::{
    BLOB_LEN, BlobId, Codec, Error, FILE_LEN, FOOTER_HASHED, FOOTER_LEN, FORMAT_VERSION, FileId, FileKind,
    INDEX_HEADER_LEN, MAGIC, MODULE_LEN, ModuleKind, NONE, file_flag, hash, module_flag, record, setting,
};

/// Maximum expansion of one byte by zstd: four bytes of a frame represent a block of at most 128 KiB.
const MOST_EXPANSION: u64 = (128 << 10) / 4;

/// Finds the archive at the end of `file` and returns its bytes.
///
/// An Authenticode signature may follow the archive. In a Mach-O file, the archive is the section
/// `__FREEZE,__archive`. In a universal binary, it is in the slice that this process would run.
///
/// # Errors
/// [`Error::Missing`] if there is no footer, [`Error::Damaged`] if the footer is inconsistent.
pub fn find(file: &[u8]) -> Result<&[u8], Error> {
    let file = super::container::content(file);
    let bytes = file.last_chunk::<FOOTER_LEN>().ok_or(Error::Missing)?;
    let footer = record::Footer::read(bytes);
    if footer.magic != MAGIC {
        return Err(Error::Missing);
    }
    if hash(&bytes[..FOOTER_HASHED])[..8] != footer.hash {
        return Err(Error::Damaged("footer"));
    }
    if footer.version != FORMAT_VERSION {
        return Err(Error::Version(footer.version));
    }
    let len = usize::try_from(footer.len).map_err(|_| Error::Damaged("length"))?;
    if len < FOOTER_LEN + INDEX_HEADER_LEN {
        return Err(Error::Damaged("length"));
    }
    let start = file.len().checked_sub(len).ok_or(Error::Damaged("its beginning is cut off"))?;
    Ok(&file[start..])
}

/// An archive whose footer and index have been checked.
#[derive(Clone, Copy, Debug)]
pub struct Archive<'a> {
    bytes: &'a [u8],
    index_hash: [u8; 16],
    blobs: &'a [u8],
    modules: &'a [u8],
    files: &'a [u8],
    preloads: &'a [u8],
    settings: &'a [u8],
    strings: &'a [u8],
}

/// A module in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module<'a> {
    /// Dotted name.
    pub name: &'a [u8],
    /// Kind of the module.
    pub kind: ModuleKind,
    /// Bits of [`module_flag`].
    pub flags: u8,
    /// Path below the root, shown as `__file__`.
    pub path: &'a [u8],
    /// Marshalled code.
    pub code: Option<BlobId>,
    /// Source text, if included.
    pub source: Option<BlobId>,
    /// Shared library of an extension.
    pub file: Option<FileId>,
}

impl Module<'_> {
    /// Whether the module is a package (a namespace package included).
    pub fn is_package(&self) -> bool {
        self.flags & module_flag::PACKAGE != 0
    }

    /// Whether the module can run: its code is here, or in Python's library.
    pub fn can_run(&self) -> bool {
        self.code.is_some() || self.is_frozen()
    }

    /// Whether Python's library contains its code.
    pub fn is_frozen(&self) -> bool {
        self.kind == ModuleKind::Code && self.flags & module_flag::FROZEN != 0
    }
}

/// A file in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// Path under the root.
    pub path: &'a [u8],
    /// Kind of the file.
    pub kind: FileKind,
    /// Bits of [`file_flag`].
    pub flags: u8,
    /// Content; `None` if the file is next to the executable.
    pub blob: Option<BlobId>,
    /// Length of the content in bytes; 0 if unknown.
    pub len: u64,
    at: u32,
    preload: (u32, u32),
}

impl File<'_> {
    /// Whether the file is executable.
    pub fn is_executable(&self) -> bool {
        self.flags & file_flag::EXECUTABLE != 0
    }

    /// Whether its blob contains other files too.
    pub fn is_packed(&self) -> bool {
        self.flags & file_flag::PACKED != 0
    }

    /// Returns the range of its content in the content of its blob, which is `len` bytes long.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the range exceeds the blob.
    pub fn range(&self, len: usize) -> Result<std::ops::Range<usize>, Error> {
        if !self.is_packed() {
            return Ok(0..len);
        }
        let start = self.at as usize;
        let end = usize::try_from(self.len).ok().and_then(|own| start.checked_add(own));
        end.filter(|end| *end <= len).map(|end| start..end).ok_or(Error::Damaged("file outside its blob"))
    }

    /// Whether the file is never extracted.
    pub fn is_resource(&self) -> bool {
        self.flags & file_flag::RESOURCE != 0
    }

    /// Whether no other file has to be loaded before this one.
    pub fn has_no_preload(&self) -> bool {
        self.preload.1 == 0
    }
}

/// A blob whose stored bytes have been checked against their hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob<'a> {
    /// The stored bytes.
    pub stored: &'a [u8],
    /// The zstd frame in them; all of them if they are not compressed.
    pub frame: &'a [u8],
    /// The filter to undo after decompression.
    pub filtered: Option<Filtered<'a>>,
    /// Length after decompression.
    pub raw_len: u64,
    /// How the bytes are stored.
    pub codec: Codec,
}

impl<'a> Archive<'a> {
    /// Reads the footer and the index of `bytes`, an archive as [`find`] returns it.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the index does not match its hash or a record points outside the archive.
    pub fn open(bytes: &'a [u8]) -> Result<Archive<'a>, Error> {
        let bytes = find(bytes)?;
        let footer = bytes.last_chunk().map(record::Footer::read).ok_or(Error::Damaged("index"))?;
        let at = usize::try_from(footer.index_offset).map_err(|_| Error::Damaged("index"))?;
        let len = usize::try_from(footer.index_len).map_err(|_| Error::Damaged("index"))?;
        let end = at.checked_add(len).ok_or(Error::Damaged("index"))?;
        if end != bytes.len() - FOOTER_LEN {
            return Err(Error::Damaged("index"));
        }
        let index = &bytes[at..end];
        let index_hash = hash(index);
        if index_hash != footer.index_hash {
            return Err(Error::Damaged("index"));
        }
        let (header, mut rest) = index.split_first_chunk().ok_or(Error::Damaged("index"))?;
        let header = record::Header::read(header);
        let mut part = |n: u32, size: usize| {
            let len = (n as usize).checked_mul(size).ok_or(Error::Damaged("index"))?;
            let (head, tail) = rest.split_at_checked(len).ok_or(Error::Damaged("index"))?;
            rest = tail;
            Ok::<_, Error>(head)
        };
        let blobs = part(header.blobs, BLOB_LEN)?;
        let modules = part(header.modules, MODULE_LEN)?;
        let files = part(header.files, FILE_LEN)?;
        let preloads = part(header.preloads, 4)?;
        let settings = part(header.settings, 1)?;
        let strings = part(header.strings, 1)?;
        if !rest.is_empty() {
            return Err(Error::Damaged("index"));
        }
        if self::settings(settings).map(|(key, value)| 6 + key.len() + value.len()).sum::<usize>()
            != settings.len()
        {
            return Err(Error::Damaged("settings"));
        }
        Ok(Archive { bytes: &bytes[..at], index_hash, blobs, modules, files, preloads, settings, strings })
    }

    /// Hash of the index. It identifies the whole content of the archive.
    pub fn index_hash(&self) -> [u8; 16] {
        self.index_hash
    }

    /// Number of modules.
    pub fn module_count(&self) -> usize {
        self.modules.len() / MODULE_LEN
    }

    /// Number of files.
    pub fn file_count(&self) -> usize {
        self.files.len() / FILE_LEN
    }

    /// Number of blobs.
    pub fn blob_count(&self) -> usize {
        self.blobs.len() / BLOB_LEN
    }

    /// Returns the module at position `i` of the table, which is sorted by the bytes of the name.
    ///
    /// # Errors
    /// [`Error::Damaged`] if there is no such module or the record is malformed.
    pub fn module(&self, i: usize) -> Result<Module<'a>, Error> {
        let r = record::Module::read(at(self.modules, i)?);
        Ok(Module {
            name: self.string(r.name, r.name_len)?,
            path: self.string(r.path, r.path_len)?,
            kind: ModuleKind::from_u8(r.kind).ok_or(Error::Damaged("module record"))?,
            flags: r.flags,
            code: some(r.code),
            source: some(r.source),
            file: some(r.file),
        })
    }

    /// Returns the file at position `i` of the table, which is sorted by the bytes of the path.
    ///
    /// # Errors
    /// [`Error::Damaged`] if there is no such file or the record is malformed.
    pub fn file(&self, i: usize) -> Result<File<'a>, Error> {
        let r = record::File::read(at(self.files, i)?);
        Ok(File {
            path: self.string(r.path, r.path_len)?,
            kind: FileKind::from_u8(r.kind).ok_or(Error::Damaged("file record"))?,
            flags: r.flags,
            blob: some(r.blob),
            preload: (r.preload, r.preload_count),
            len: r.len,
            at: r.at,
        })
    }

    /// Returns the length of a file's content in bytes; 0 if it is not known. Does not check the content.
    ///
    /// # Errors
    /// [`Error::Damaged`] if its blob does not exist.
    pub fn content_len(&self, file: &File<'_>) -> Result<u64, Error> {
        match file.blob.filter(|_| !file.is_packed()) {
            Some(blob) => self.raw_len(blob),
            None => Ok(file.len),
        }
    }

    /// Returns the number of stored bytes of a file; of a packed one, its share of the blob.
    ///
    /// # Errors
    /// [`Error::Damaged`] if its blob does not exist.
    pub fn content_stored_len(&self, file: &File<'_>) -> Result<Option<u64>, Error> {
        let Some(blob) = file.blob else { return Ok(None) };
        let (stored, raw) = (self.stored_len(blob)?, self.raw_len(blob)?);
        let share = u128::from(stored) * u128::from(file.len.min(raw)) / u128::from(raw.max(1));
        Ok(Some(if file.is_packed() { share as u64 } else { stored }))
    }

    /// Returns the files to load before `file`, in order.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the list points outside the table.
    pub fn preload(&self, file: &File<'_>) -> Result<impl Iterator<Item = FileId> + use<'a>, Error> {
        let (first, n) = (file.preload.0 as usize, file.preload.1 as usize);
        let range = first.checked_mul(4).zip(first.checked_add(n).and_then(|e| e.checked_mul(4)));
        let list = range.and_then(|(a, b)| self.preloads.get(a..b)).ok_or(Error::Damaged("preload list"))?;
        Ok(list.chunks_exact(4).map(|c| u32_at(c, 0)))
    }

    /// Returns the position of the module `name`, or of the next module in the table.
    pub fn search_module(&self, name: &[u8]) -> Result<usize, usize> {
        search(self.module_count(), |i| self.module(i).map(|m| m.name.cmp(name)))
    }

    /// Returns the position of the file `path`, or of the next file in the table.
    pub fn search_file(&self, path: &[u8]) -> Result<usize, usize> {
        search(self.file_count(), |i| self.file(i).map(|f| f.path.cmp(path)))
    }

    /// The module `name`.
    pub fn find_module(&self, name: &[u8]) -> Option<Module<'a>> {
        self.search_module(name).ok().and_then(|i| self.module(i).ok())
    }

    /// The file `path`.
    pub fn find_file(&self, path: &[u8]) -> Option<File<'a>> {
        self.search_file(path).ok().and_then(|i| self.file(i).ok())
    }

    /// Returns the length of blob `id` after decompression, in bytes. Does not check the content.
    ///
    /// # Errors
    /// [`Error::Damaged`] if there is no such blob.
    pub fn raw_len(&self, id: BlobId) -> Result<u64, Error> {
        Ok(self.blob_record(id as usize)?.raw_len)
    }

    /// Returns the stored length of blob `id`, in bytes.
    ///
    /// # Errors
    /// [`Error::Damaged`] if there is no such blob.
    pub fn stored_len(&self, id: BlobId) -> Result<u64, Error> {
        Ok(self.blob_record(id as usize)?.stored_len)
    }

    /// Returns the stored bytes of blob `id` after checking their hash.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the hash differs or there is no such blob.
    pub fn blob(&self, id: BlobId) -> Result<Blob<'a>, Error> {
        let id = id as usize;
        let r = self.blob_record(id)?;
        let range = range(r)?;
        // Blobs are stored in the order of their numbers, so none can overlap another.
        let before = id.checked_sub(1).and_then(|before| self.blob_record(before).ok());
        let after = self.blob_record(id + 1).ok();
        let starts_early = before.map(self::range).transpose()?.is_some_and(|b| b.end > range.start);
        let ends_late = after.is_some_and(|after| after.offset < range.end as u64);
        if starts_early || ends_late {
            return Err(Error::Damaged("blob inside another blob"));
        }
        let stored = self.bytes.get(range).ok_or(Error::Damaged("blob outside the archive"))?;
        if hash(stored) != r.hash {
            return Err(Error::Damaged("blob contradicts its hash"));
        }
        let codec = Codec::from_u8(r.codec).ok_or(Error::Damaged("blob record"))?;
        let raw_len = r.raw_len;
        let (filtered, frame) = match codec {
            Codec::ZstdFiltered => Filtered::split(stored).map(|(filter, frame)| (Some(filter), frame))?,
            _ => (None, stored),
        };
        let is_possible = match codec {
            Codec::Stored => raw_len == stored.len() as u64,
            _ => raw_len / MOST_EXPANSION <= frame.len() as u64,
        };
        if !is_possible {
            return Err(Error::Damaged("blob record"));
        }
        Ok(Blob { stored, frame, filtered, raw_len, codec })
    }

    /// Returns the dictionary of zstd frames, if there is one: the first blobs, up to the one that [`setting::DICTIONARY`]
    /// names, as they are stored, with the zeros between them.
    ///
    /// # Errors
    /// [`Error::Damaged`] if one of the blobs is damaged or compressed.
    pub fn dictionary(&self) -> Result<Option<&'a [u8]>, Error> {
        const DAMAGED: Error = Error::Damaged("dictionary");
        let Some(last) = self.setting(setting::DICTIONARY) else { return Ok(None) };
        let last: BlobId = std::str::from_utf8(last).ok().and_then(|v| v.parse().ok()).ok_or(DAMAGED)?;
        if last as usize >= self.blob_count() {
            return Err(DAMAGED);
        }
        for id in 0..=last {
            if self.blob(id)?.codec != Codec::Stored {
                return Err(DAMAGED);
            }
        }
        let (first, last) = (range(self.blob_record(0)?)?, range(self.blob_record(last as usize)?)?);
        self.bytes.get(first.start..last.end).map(Some).ok_or(DAMAGED)
    }

    /// All settings, in the order in which they were added.
    pub fn settings(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        settings(self.settings)
    }

    /// The first setting of this name.
    pub fn setting(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.settings().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// All settings of this name, in order.
    pub fn all_settings<'k>(&self, key: &'k [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a, 'k> {
        self.settings().filter(move |(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The folders that exist without files, see [`setting::FOLDERS`].
    pub fn folders(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let value = self.setting(setting::FOLDERS).unwrap_or_default();
        value.split(|c| *c == 0).filter(move |_| !value.is_empty())
    }

    fn blob_record(&self, i: usize) -> Result<record::Blob, Error> {
        at(self.blobs, i).map(record::Blob::read)
    }

    fn string(&self, at: u32, len: u16) -> Result<&'a [u8], Error> {
        let at = at as usize;
        let end = at.checked_add(len as usize);
        end.and_then(|end| self.strings.get(at..end)).ok_or(Error::Damaged("string outside the index"))
    }
}

/// Iterates over the settings part of an index, up to the first malformed entry.
pub fn settings(mut rest: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let (head, tail) = rest.split_at_checked(6)?;
        let (key, tail) = tail.split_at_checked(u16_at(head, 0) as usize)?;
        let (value, tail) = tail.split_at_checked(u32_at(head, 2) as usize)?;
        rest = tail;
        Some((key, value))
    })
}

fn search(n: usize, mut cmp: impl FnMut(usize) -> Result<std::cmp::Ordering, Error>) -> Result<usize, usize> {
    let (mut low, mut high) = (0, n);
    while low < high {
        let mid = low + (high - low) / 2;
        match cmp(mid) {
            Ok(std::cmp::Ordering::Less) => low = mid + 1,
            Ok(std::cmp::Ordering::Greater) => high = mid,
            Ok(std::cmp::Ordering::Equal) => return Ok(mid),
            Err(_) => return Err(n),
        }
    }
    Err(low)
}

/// Returns record `i` of a table.
fn at<const SIZE: usize>(table: &[u8], i: usize) -> Result<&[u8; SIZE], Error> {
    let rest = i.checked_mul(SIZE).and_then(|start| table.get(start..));
    rest.and_then(<[u8]>::first_chunk).ok_or(Error::Damaged("record outside its table"))
}

/// Returns the range of the blob in the archive.
fn range(blob: record::Blob) -> Result<std::ops::Range<usize>, Error> {
    let number = |n| usize::try_from(n).ok();
    let range = number(blob.offset).zip(number(blob.stored_len));
    let range = range.and_then(|(at, len)| Some(at..at.checked_add(len)?));
    range.ok_or(Error::Damaged("blob outside the archive"))
}

fn some(id: u32) -> Option<u32> {
    (id != NONE).then_some(id)
}

fn u16_at(b: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([b[at], b[at + 1]])
}

fn u32_at(b: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]])
}
