//! Finds machine code in a native file, for the filter that makes it compress better.

use std::ops::Range;

use freeze_archive::filter::Filter;
use freeze_archive::unwind::Tables;
use object::{Architecture, Object, ObjectSection, ObjectSegment};

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

/// Returns the places of the unwind tables of an ELF file.
pub(crate) fn unwind(bytes: &[u8]) -> Option<Tables> {
    let file = bytes.starts_with(b"\x7fELF").then(|| object::File::parse(bytes).ok())??;
    let place = |name: &str| file.section_by_name(name)?.file_range();
    let ((index, _), (entries, len)) = (place(".eh_frame_hdr")?, place(".eh_frame")?);
    let number = |n: u64| u32::try_from(n).ok();
    Some(Tables { index: number(index)?, entries: number(entries)?, len: number(len)? })
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
        assert!(!bytes.starts_with(b"\x7fELF") || unwind(&bytes).unwrap().apply(&mut bytes.clone()));
    }
}
