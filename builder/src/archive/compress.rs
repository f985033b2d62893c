//! Compresses each blob separately, at the requested level and if its content is compressible.

use std::cell::RefCell;

use freeze_archive::{Codec, NewBlob, hash};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use crate::error::{Context, Result};
use crate::spec::Compression;

/// A file counts as incompressible if its head does not shrink by a sixteenth.
const PROBE: usize = 128 << 10;

/// Returns the zstd level; `None` for no compression. docs/archive.md lists measurements.
pub(super) fn level(compression: Compression) -> Option<i32> {
    match compression {
        Compression::None => None,
        Compression::Fast => Some(3),
        Compression::Default => Some(9),
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

thread_local! {
    /// The memory of a compressor is reused, because there are thousands of small blobs.
    static COMPRESSOR: RefCell<Option<(i32, Compressor<'static>)>> = const { RefCell::new(None) };
}

/// Compresses `raw` if requested and worthwhile.
pub(super) fn compress(raw: &[u8], compression: Compression) -> Result<Compressed> {
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
    let bytes = COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some((for_level, compressor)) if *for_level == level => compressor,
            _ => {
                let mut compressor = Compressor::new(level)?;
                // The index contains lengths and checksums, so frames do not repeat them.
                compressor.set_parameter(CParameter::ChecksumFlag(false))?;
                &mut kept.insert((level, compressor)).1
            }
        };
        compressor.compress(raw)
    });
    let bytes = bytes.context(|| "failed to compress")?;
    // Saving a few bytes is not worth decompressing at each start.
    if bytes.len() + 16 >= raw.len() {
        return Ok(Compressed::stored(raw));
    }
    Ok(Compressed {
        codec: Codec::Zstd,
        raw_len: raw.len() as u64,
        stored_len: bytes.len() as u64,
        hash: hash(&bytes),
        bytes: Some(bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_what_does_not_shrink() {
        let mut noise = vec![0u8; 1 << 20];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        assert_eq!(compress(&noise, Compression::Max).unwrap().codec, Codec::Stored);
        let text = b"spam and eggs ".repeat(100);
        assert_eq!(compress(&text, Compression::None).unwrap().codec, Codec::Stored);
        let small = compress(&text, Compression::Default).unwrap();
        assert_eq!(small.codec, Codec::Zstd);
        assert_eq!(zstd::bulk::decompress(&small.bytes.unwrap(), text.len()).unwrap(), text);
        assert_eq!(compress(b"", Compression::Max).unwrap().raw_len, 0);
    }
}
