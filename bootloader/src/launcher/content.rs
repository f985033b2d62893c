//! Decompresses the content of the archive.

use std::borrow::Cow;
use std::ops::Range;

use freeze_archive::{Archive, Blob, BlobId, Codec, Error, File};
use zstd::zstd_safe::{DCtx, WriteBuf, get_frame_content_size};

use crate::launcher::os;

/// Resolves `path` through the links of the archive; returns `path` itself if it does not exist.
pub(crate) fn followed(archive: Archive<'_>, path: Vec<u8>) -> Vec<u8> {
    let mut reader = Reader::new(archive);
    let end = archive.follow(&path, |link| reader.read(link.blob?).ok().map(Cow::into_owned));
    end.unwrap_or(path)
}

/// Reads blobs; keeps the decompressor between them.
pub(crate) struct Reader<'a> {
    archive: Archive<'a>,
    context: Option<DCtx<'a>>,
    dictionary: Option<&'a [u8]>,
    spare: Vec<u8>,
    /// Addresses of blobs that were read since memory was last released.
    used: Range<usize>,
    /// Their stored size in bytes.
    used_len: usize,
}

/// Number of stored bytes after which their memory is released.
const RELEASED: usize = 256 << 10;

const FAILED: Error = Error::Damaged("blob does not decompress");

/// Larger buffers are returned to the system.
const SPARE: usize = 256 << 10;

impl<'a> Reader<'a> {
    /// Creates a reader of `archive`.
    pub(crate) fn new(archive: Archive<'a>) -> Reader<'a> {
        Reader { archive, context: None, dictionary: None, spare: Vec::new(), used: 0..0, used_len: 0 }
    }

    /// Returns the content of blob `id` after checking its hash.
    ///
    /// # Errors
    /// The blob is damaged, or its content does not fit in memory.
    pub(crate) fn read(&mut self, id: BlobId) -> Result<Cow<'a, [u8]>, Error> {
        let blob = self.archive.blob(id)?;
        if blob.codec == Codec::Stored {
            return Ok(Cow::Borrowed(blob.stored));
        }
        // Do not reserve more memory than the frame requires.
        if !matches!(get_frame_content_size(blob.frame), Ok(Some(len)) if len == blob.raw_len) {
            return Err(FAILED);
        }
        let len = usize::try_from(blob.raw_len).map_err(|_| FAILED)?;
        let mut out = std::mem::take(&mut self.spare);
        out.clear();
        out.try_reserve_exact(len).map_err(|_| Error::Damaged("blob is larger than the memory"))?;
        self.decompress(&blob, &mut out)?;
        restore(&blob, &mut out)?;
        Ok(Cow::Owned(out))
    }

    /// Returns the content of a file, which has a blob, after checking the hash of the blob.
    ///
    /// # Errors
    /// The blob is damaged, or its content does not fit in memory.
    pub(crate) fn file(&mut self, file: &File<'_>) -> Result<Cow<'a, [u8]>, Error> {
        let blob = file.blob.ok_or(Error::Damaged("file without content"))?;
        Ok(match self.read(blob)? {
            Cow::Borrowed(all) => Cow::Borrowed(&all[file.range(all.len())?]),
            Cow::Owned(mut all) => {
                let range = file.range(all.len())?;
                all.truncate(range.end);
                all.drain(..range.start);
                Cow::Owned(all)
            }
        })
    }

    /// Writes the content of blob `id` to `out`, which has its length, after checking its hash.
    ///
    /// # Errors
    /// The blob is damaged.
    pub(crate) fn read_into(&mut self, id: BlobId, out: &mut [u8]) -> Result<(), Error> {
        let blob = self.archive.blob(id)?;
        if blob.codec == Codec::Stored {
            if blob.stored.len() != out.len() {
                return Err(FAILED);
            }
            out.copy_from_slice(blob.stored);
            return Ok(());
        }
        self.decompress(&blob, out)?;
        restore(&blob, out)
    }

    /// Like [`Reader::read`], but uses `room` if the content fits.
    ///
    /// # Errors
    /// The blob is damaged, or its content does not fit in memory.
    pub(crate) fn read_within<'b>(&mut self, id: BlobId, room: &'b mut [u8]) -> Result<Cow<'b, [u8]>, Error>
    where
        'a: 'b,
    {
        let blob = self.archive.blob(id)?;
        match usize::try_from(blob.raw_len).ok().and_then(|len| room.get_mut(..len)) {
            Some(room) if blob.codec != Codec::Stored => {
                self.decompress(&blob, room)?;
                restore(&blob, room)?;
                Ok(Cow::Borrowed(room))
            }
            _ => self.read(id),
        }
    }

    fn decompress<O: WriteBuf + ?Sized>(&mut self, blob: &Blob<'_>, out: &mut O) -> Result<(), Error> {
        let dictionary = match blob.codec {
            Codec::ZstdDictionary => Some(self.dictionary()?),
            _ => None,
        };
        let context = match &mut self.context {
            Some(context) => context,
            none => none.insert(DCtx::try_create().ok_or(FAILED)?),
        };
        if let Some(dictionary) = dictionary {
            // For the next frame only.
            context.ref_prefix(dictionary).map_err(|_| FAILED)?;
        }
        let n = context.decompress(out, blob.frame).map_err(|_| FAILED)?;
        self.is_used(blob.stored);
        if n as u64 == blob.raw_len { Ok(()) } else { Err(FAILED) }
    }

    /// Releases the memory of stored bytes that were read, from time to time.
    fn is_used(&mut self, stored: &[u8]) {
        let addresses = stored.as_ptr_range();
        let (start, end) = (addresses.start as usize, addresses.end as usize);
        self.used = match self.used_len {
            0 => start..end,
            _ => self.used.start.min(start)..self.used.end.max(end),
        };
        self.used_len += stored.len();
        if self.used_len >= RELEASED {
            self.release();
        }
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.used_len) > 0 {
            os::release(self.used.clone());
        }
    }

    /// Reuses the memory of a content for the next one: fresh memory costs more than the decompression.
    pub(crate) fn recycle(&mut self, content: Cow<'a, [u8]>) {
        if let Cow::Owned(buffer) = content
            && buffer.capacity() <= SPARE
            && buffer.capacity() > self.spare.capacity()
        {
            self.spare = buffer;
        }
    }

    fn dictionary(&mut self) -> Result<&'a [u8], Error> {
        match self.dictionary {
            Some(bytes) => Ok(bytes),
            None => {
                let bytes = self.archive.dictionary()?.ok_or(Error::Damaged("dictionary"))?;
                Ok(self.dictionary.insert(bytes))
            }
        }
    }
}

/// Undoes the filter of decompressed bytes.
fn restore(blob: &Blob<'_>, out: &mut [u8]) -> Result<(), Error> {
    blob.filtered.map_or(Ok(()), |filtered| filtered.undo(out))
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.release();
    }
}
