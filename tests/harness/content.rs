//! Everything that a product holds, decompressed: for tests that search it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use freeze_archive::{Archive, Codec, find};

/// A piece of content.
#[derive(Debug)]
pub struct Content {
    /// Where it lies, for messages.
    pub place: String,
    /// The bytes, as the program sees them.
    pub bytes: Vec<u8>,
}

/// Files of a product that end with an archive.
pub fn archives(product: &Path) -> Vec<PathBuf> {
    files(product).into_iter().filter(|p| find(&read(p)).is_ok()).collect()
}

/// Where the archive lies in a file.
pub fn archive_range(file: &[u8]) -> Range<usize> {
    let archive = find(file).expect("the file ends with an archive");
    file.len() - archive.len()..file.len()
}

impl Content {
    /// All content of a product, a file or a folder: every blob of its archives decompressed, every index, every
    /// other file as it is.
    pub fn of(product: &Path) -> Vec<Content> {
        let mut all = Vec::new();
        for path in files(product) {
            let bytes = read(&path);
            let name = path.strip_prefix(product).unwrap_or(&path).display().to_string();
            if let Ok(archive) = Archive::open(&bytes) {
                let (range, mut end) = (archive_range(&bytes), 0);
                let base = bytes.as_ptr() as usize;
                let dictionary = archive.dictionary().expect("the dictionary is intact").unwrap_or_default();
                for id in 0..u32::try_from(archive.blob_count()).expect("few blobs") {
                    let blob = archive.blob(id).expect("the blob is intact");
                    end = end.max(blob.stored.as_ptr() as usize - base + blob.stored.len());
                    let bytes = match blob.codec {
                        Codec::Stored => blob.stored.to_vec(),
                        Codec::Zstd => decompress(blob.frame, &[], blob.raw_len),
                        Codec::ZstdDictionary => decompress(blob.frame, dictionary, blob.raw_len),
                        Codec::ZstdFiltered => {
                            let mut bytes = decompress(blob.frame, &[], blob.raw_len);
                            let filtered = blob.filtered.expect("the blob has a filter");
                            filtered.undo(&mut bytes).expect("the filter fits");
                            bytes
                        }
                    };
                    all.push(Content { place: format!("{name}: {}", owner(&archive, id)), bytes });
                }
                all.push(Content {
                    place: format!("{name}: launcher"),
                    bytes: bytes[..range.start].to_vec(),
                });
                all.push(Content {
                    place: format!("{name}: index"),
                    bytes: bytes[end.max(range.start)..].to_vec(),
                });
            } else {
                all.push(Content { place: name, bytes });
            }
        }
        all
    }

    /// Places where `needle` is found, with what is around it.
    pub fn search(all: &[Content], needle: &str) -> Vec<String> {
        let mut found = Vec::new();
        for content in all {
            if let Some(at) = memchr::memmem::find(&content.bytes, needle.as_bytes()) {
                let around =
                    &content.bytes[at.saturating_sub(20)..(at + needle.len() + 60).min(content.bytes.len())];
                found.push(format!("{}: {:?}", content.place, String::from_utf8_lossy(around)));
            }
        }
        found
    }
}

/// What a blob belongs to.
fn owner(archive: &Archive<'_>, id: u32) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for i in 0..archive.module_count() {
        let module = archive.module(i).expect("the index is intact");
        if module.code == Some(id) {
            return format!("module {}", text(module.name));
        }
        if module.source == Some(id) {
            return format!("source of {}", text(module.name));
        }
    }
    for i in 0..archive.file_count() {
        let file = archive.file(i).expect("the index is intact");
        if file.blob == Some(id) {
            return format!("file {}", text(file.path));
        }
    }
    format!("blob {id}")
}

fn decompress(stored: &[u8], dictionary: &[u8], raw_len: u64) -> Vec<u8> {
    let mut decoder = zstd::bulk::Decompressor::with_dictionary(dictionary).expect("zstd works");
    let len = usize::try_from(raw_len).expect("it fits into memory");
    decoder.decompress(stored, len).expect("the blob is intact")
}

fn files(product: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(product)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|e| panic!("failed to read `{}`: {e}", path.display()))
}
