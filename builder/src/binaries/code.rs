//! Finds machine code in a native file, for the filter that makes it compress better.

use std::ops::Range;

use freeze_archive::filter::Filter;
use object::{Architecture, Object, ObjectSegment};

/// Returns the processor of an ELF, PE or Mach-O file, and the ranges of its executable segments. Returns `None` for other files and
/// processors.
pub(crate) fn ranges(bytes: &[u8]) -> Option<(Filter, Vec<Range<usize>>)> {
    let is_native =
        [&b"\x7fELF"[..], b"MZ", b"\xCF\xFA\xED\xFE"].iter().any(|magic| bytes.starts_with(magic));
    let file = is_native.then(|| object::File::parse(bytes).ok())??;
    let filter = match file.architecture() {
        Architecture::X86_64 => Filter::X86_64,
        Architecture::Aarch64 => Filter::Arm64,
        _ => return None,
    };
    let code = file.segments().filter(|segment| segment.permissions().executable()).filter_map(|segment| {
        let (start, len) = segment.file_range();
        let (start, len) = (usize::try_from(start).ok()?, usize::try_from(len).ok()?);
        let range = start..start.checked_add(len)?;
        (!range.is_empty() && range.end <= bytes.len()).then_some(range)
    });
    let code: Vec<_> = code.collect();
    (!code.is_empty()).then_some((filter, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_code_of_this_program() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let (_, code) = ranges(&bytes).unwrap();
        let len: usize = code.iter().map(Range::len).sum();
        assert!(len > bytes.len() / 20 && len < bytes.len(), "{code:?}");
        assert_eq!(ranges(&bytes[..bytes.len() / 2]), None);
        assert_eq!(ranges(b"#!/bin/sh\n"), None);
    }
}
