//! Line numbers in a source.

use ruff_text_size::TextSize;

/// Byte offsets of the starts of lines.
pub(super) struct Lines(Vec<u32>);

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let begins = ends.map(|end| u32::try_from(end + 1).unwrap_or(u32::MAX));
        Lines(std::iter::once(0).chain(begins).collect())
    }

    /// Returns the line of an offset, 1-based.
    pub(super) fn at(&self, offset: TextSize) -> u32 {
        let line = self.0.partition_point(|&begin| begin <= offset.to_u32());
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}
