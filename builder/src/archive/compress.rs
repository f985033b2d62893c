//! Compresses each blob separately, at the requested level and if its content is compressible.

use std::cell::RefCell;

use freeze_archive::filter::Filtered;
use freeze_archive::{Codec, NewBlob, filter, hash};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use crate::binaries;
use crate::error::{Context, Result};
use crate::spec::Compression;
use crate::store::Hash;

/// A file counts as incompressible if its head does not shrink by a sixteenth.
const PROBE: usize = 128 << 10;

/// The level of [`Compression::Default`].
const DEFAULT: i32 = 9;

/// Returns the zstd level; `None` for no compression. docs/concepts/archive.md lists measurements.
pub(super) fn level(compression: Compression) -> Option<i32> {
    match compression {
        Compression::None => None,
        Compression::Fast => Some(3),
        Compression::Default => Some(DEFAULT),
        Compression::Max => Some(19),
    }
}

/// The stored form of some bytes.
#[derive(Clone, Debug)]
pub(super) struct Compressed {
    pub(super) codec: Codec,
    pub(super) raw_len: u64,
    pub(super) stored_len: u64,
    pub(super) hash: [u8; 16],
    /// The stored bytes; `None` if they equal the raw ones.
    pub(super) bytes: Option<Vec<u8>>,
}

impl Compressed {
    /// Stores the bytes uncompressed.
    pub(super) fn stored(raw: &[u8]) -> Compressed {
        let len = raw.len() as u64;
        Compressed { codec: Codec::Stored, raw_len: len, stored_len: len, hash: hash(raw), bytes: None }
    }

    pub(super) fn new_blob(&self, align: u64) -> NewBlob {
        NewBlob {
            stored_len: self.stored_len,
            raw_len: self.raw_len,
            hash: self.hash,
            codec: self.codec,
            align,
        }
    }
}

/// Code that the frames of other code refer to: the modules that are stored uncompressed in each archive.
#[derive(Debug)]
pub(super) struct Dictionary {
    /// Its bytes, which a reader finds in the archive.
    pub(super) bytes: Vec<u8>,
    /// Their BLAKE3 hash, for the keys of results.
    pub(super) key: Hash,
}

impl Dictionary {
    pub(super) fn new(bytes: Vec<u8>) -> Dictionary {
        Dictionary { key: *blake3::hash(&bytes).as_bytes(), bytes }
    }
}

/// What is compressed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content<'a> {
    /// Bytecode, with the dictionary of the archive.
    Code(Option<&'a Dictionary>),
    /// Files one behind the other, which begin at these positions.
    Files(&'a [usize]),
}

/// How matches are searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Search {
    /// As the level says.
    Usual,
    /// As it pays for machine code.
    MachineCode,
}

/// A compressor and what it was made for: the level, the search, and the key of the dictionary.
type Kept = ((i32, Search, Option<Hash>), Compressor<'static>);

thread_local! {
    /// The memory of compressors is reused, because there are thousands of small blobs.
    static COMPRESSORS: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// Compresses `raw` if requested and worthwhile.
pub(super) fn compress(raw: &[u8], content: Content<'_>, compression: Compression) -> Result<Compressed> {
    let Some(level) = level(compression) else { return Ok(Compressed::stored(raw)) };
    if raw.len() < 64 {
        return Ok(Compressed::stored(raw));
    }
    if raw.len() > 2 * PROBE {
        let probe =
            zstd::bulk::compress(&raw[raw.len() / 2..][..PROBE], 1).context(|| "failed to compress")?;
        let head = zstd::bulk::compress(&raw[..PROBE], 1).context(|| "failed to compress")?;
        if probe.len().min(head.len()) > PROBE / 16 * 15 {
            return Ok(Compressed::stored(raw));
        }
    }
    let (codec, bytes) = match content {
        Content::Code(Some(dictionary)) => {
            (Codec::ZstdDictionary, frame(raw, level, Search::Usual, Some(dictionary))?)
        }
        Content::Code(None) => (Codec::Zstd, frame(raw, level, Search::Usual, None)?),
        Content::Files(starts) => match machine_code(raw, starts, level)? {
            Some(bytes) => (Codec::ZstdFiltered, bytes),
            None => (Codec::Zstd, frame(raw, level, Search::Usual, None)?),
        },
    };
    // Saving a few bytes is not worth decompressing at each start.
    if bytes.len() + 16 >= raw.len() {
        return Ok(Compressed::stored(raw));
    }
    Ok(Compressed {
        codec,
        raw_len: raw.len() as u64,
        stored_len: bytes.len() as u64,
        hash: hash(&bytes),
        bytes: Some(bytes),
    })
}

/// Compresses files with machine code. Returns `None` if they contain none.
fn machine_code(raw: &[u8], starts: &[usize], level: i32) -> Result<Option<Vec<u8>>> {
    let ends = || starts.iter().copied().skip(1).chain([raw.len()]);
    let pieces = || starts.iter().copied().zip(ends());
    let (mut filter, mut code) = (None, Vec::new());
    for (start, end) in pieces() {
        let Some((of_file, ranges)) = binaries::code::ranges(&raw[start..end]) else { continue };
        if *filter.get_or_insert(of_file) == of_file {
            code.extend(ranges.into_iter().map(|range| range.start + start..range.end + start));
        }
    }
    let Some(filter) = filter else { return Ok(None) };
    let mut filtered = raw.to_vec();
    let mut unwind = Vec::new();
    for (start, end) in pieces() {
        let Some(tables) = binaries::code::unwind(&raw[start..end]).and_then(|t| t.moved(start)) else {
            continue;
        };
        if unwind.len() < usize::from(u8::MAX) && tables.apply(&mut filtered) {
            unwind.push(tables);
        }
    }
    filter::apply(filter, &mut filtered, &code);
    let Some(mut stored) = filter::head(filter, &code, &unwind) else { return Ok(None) };
    // Files may be made by anything: no filter is better than one that changes them.
    let mut restored = filtered.clone();
    let undone = Filtered::split(&stored).and_then(|(filtered, _)| filtered.undo(&mut restored));
    if undone.is_err() || restored != raw {
        return Ok(None);
    }
    stored.extend(frame(&filtered, level, Search::MachineCode, None)?);
    Ok(Some(stored))
}

fn frame(raw: &[u8], level: i32, search: Search, dictionary: Option<&Dictionary>) -> Result<Vec<u8>> {
    let of = (level, search, dictionary.map(|d| d.key));
    let bytes = COMPRESSORS.with_borrow_mut(|kept| {
        let at = match kept.iter().position(|(made_for, _)| *made_for == of) {
            Some(at) => at,
            None => {
                let dictionary = dictionary.map_or(&[][..], |d| &d.bytes);
                let mut compressor = Compressor::with_dictionary(level, dictionary)?;
                // The index contains lengths and checksums, so frames do not repeat them.
                compressor.set_parameter(CParameter::ChecksumFlag(false))?;
                compressor.set_parameter(CParameter::DictIdFlag(false))?;
                if search == Search::MachineCode && level == DEFAULT {
                    // Short matches are frequent in machine code.
                    compressor.set_parameter(CParameter::MinMatch(4))?;
                    compressor.set_parameter(CParameter::SearchLog(6))?;
                }
                kept.push((of, compressor));
                kept.len() - 1
            }
        };
        kept[at].1.compress(raw)
    });
    bytes.context(|| "failed to compress")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_what_does_not_shrink() {
        let mut noise = vec![0u8; 1 << 20];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        assert_eq!(compress(&noise, Content::Files(&[0]), Compression::Max).unwrap().codec, Codec::Stored);
        let text = b"spam and eggs ".repeat(100);
        assert_eq!(compress(&text, Content::Files(&[0]), Compression::None).unwrap().codec, Codec::Stored);
        let small = compress(&text, Content::Files(&[0]), Compression::Default).unwrap();
        assert_eq!(small.codec, Codec::Zstd);
        assert_eq!(zstd::bulk::decompress(&small.bytes.unwrap(), text.len()).unwrap(), text);
        assert_eq!(compress(b"", Content::Files(&[0]), Compression::Max).unwrap().raw_len, 0);
    }
}
