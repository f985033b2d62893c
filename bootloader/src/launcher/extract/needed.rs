//! Reads the dependencies of a shared library, and the length that it should have.

use std::ffi::CStr;

/// Returns the names of the libraries that an ELF file for a 64-bit little-endian machine needs. Unreadable
/// parts are skipped: the loader reports them.
pub(super) fn needed(elf: &[u8]) -> Vec<&[u8]> {
    let Some(Dynamic { needed, strings }) = dynamic(elf) else { return Vec::new() };
    let name = |at| strings.get(usize::try_from(at).ok()?..)?.split(|c| *c == 0).next();
    needed.into_iter().filter_map(name).collect()
}

/// Whether an ELF file contains the name of a symbol that the loader resolves.
pub(super) fn has_symbol(elf: &[u8], symbol: &CStr) -> bool {
    let name = symbol.to_bytes_with_nul();
    dynamic(elf).is_some_and(|found| found.strings.windows(name.len()).any(|at| at == name))
}

/// Whether an ELF file is a program that the system's loader starts. Running a library as a program would
/// crash the process.
pub(super) fn is_program(elf: &[u8]) -> bool {
    let asks_for_loader = |headers: Vec<&[u8]>| headers.iter().any(|h| u32_at(h, 0) == Some(PT_INTERP));
    !is_cut_off(elf) && u64_at(elf, 24) != Some(0) && program_headers(elf).is_some_and(asks_for_loader)
}

const PT_INTERP: u32 = 3;
const PT_LOAD: u32 = 1;
const PT_DYNAMIC: u32 = 2;
const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_STRSZ: u64 = 10;

/// The data that the loader reads from a file.
struct Dynamic<'a> {
    /// Offsets of the names of the needed libraries in the strings.
    needed: Vec<u64>,
    strings: &'a [u8],
}

fn program_headers(elf: &[u8]) -> Option<Vec<&[u8]>> {
    if elf.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let table = usize::try_from(u64_at(elf, 32)?).ok()?;
    let size = usize::from(u16_at(elf, 54)?);
    let count = usize::from(u16_at(elf, 56)?);
    let header = |i: usize| elf.get(table.checked_add(i.checked_mul(size)?)?..)?.get(..56);
    Some((0..count).map_while(header).collect())
}

fn dynamic(elf: &[u8]) -> Option<Dynamic<'_>> {
    let headers = program_headers(elf)?;
    let offset_of = |address: u64| {
        headers.iter().filter(|h| u32_at(h, 0) == Some(PT_LOAD)).find_map(|h| {
            let (offset, start, len) = (u64_at(h, 8)?, u64_at(h, 16)?, u64_at(h, 32)?);
            let inside = address.checked_sub(start).filter(|d| *d < len)?;
            usize::try_from(offset.checked_add(inside)?).ok()
        })
    };
    let dynamic = headers.iter().find(|h| u32_at(h, 0) == Some(PT_DYNAMIC))?;
    let at = usize::try_from(u64_at(dynamic, 8)?).ok()?;
    let entries = elf
        .get(at..)?
        .chunks_exact(16)
        .map_while(|e| Some((u64_at(e, 0)?, u64_at(e, 8)?)))
        .take_while(|(tag, _)| *tag != 0);
    let (mut needed, mut strings, mut len) = (Vec::new(), None, usize::MAX);
    for (tag, value) in entries {
        match tag {
            DT_NEEDED => needed.push(value),
            DT_STRTAB => strings = offset_of(value),
            DT_STRSZ => len = usize::try_from(value).unwrap_or(usize::MAX),
            _ => {}
        }
    }
    let strings = elf.get(strings?..)?;
    Some(Dynamic { needed, strings: strings.get(..len).unwrap_or(strings) })
}

/// Magic bytes of the native files of other systems, whose loaders check them.
const OTHERS: [&[u8]; 3] = [b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ"];

/// Whether a file is not native, or an ELF file that ends before the data that its headers refer to. Loading
/// the latter would crash the process: its missing pages are mapped, but cannot be read.
pub(super) fn is_cut(file: &[u8]) -> bool {
    const HEADER: usize = 64;
    if file.len() >= HEADER && file.starts_with(b"\x7fELF\x02\x01") {
        return ends(file).is_none_or(|end| end > file.len() as u64);
    }
    !OTHERS.iter().any(|magic| file.starts_with(magic))
}

/// Whether an ELF file ends before its segments do.
///
/// Less strict than [`is_cut`], because content of the archive has the right length. Files with debug
/// information only refer to segments that they do not contain, but they do contain their section headers.
pub(super) fn is_cut_off(file: &[u8]) -> bool {
    let len = file.len() as u64;
    let has_sections = || section_headers(file).is_some_and(|(start, end)| start > 0 && end <= len);
    file.starts_with(b"\x7fELF\x02\x01") && segments_end(file).is_none_or(|end| end > len) && !has_sections()
}

/// Returns the end of the last segment and the section headers; `None` if even the program headers are
/// truncated.
fn ends(elf: &[u8]) -> Option<u64> {
    Some(section_headers(elf)?.1.max(segments_end(elf)?))
}

/// Returns the start and end of the section headers.
fn section_headers(elf: &[u8]) -> Option<(u64, u64)> {
    let start = u64_at(elf, 40)?;
    let len = u64::from(u16_at(elf, 58)?) * u64::from(u16_at(elf, 60)?);
    Some((start, start.checked_add(len)?))
}

/// Returns the end of the last segment.
fn segments_end(elf: &[u8]) -> Option<u64> {
    let mut end = 0;
    let table = usize::try_from(u64_at(elf, 32)?).ok()?;
    let size = usize::from(u16_at(elf, 54)?);
    for i in 0..usize::from(u16_at(elf, 56)?) {
        let header = elf.get(table.checked_add(i * size)?..)?;
        end = end.max(u64_at(header, 8)?.checked_add(u64_at(header, 32)?)?);
    }
    Some(end)
}

fn u16_at(b: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(b.get(at..)?.first_chunk().copied()?))
}

fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(b.get(at..)?.first_chunk().copied()?))
}

fn u64_at(b: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(b.get(at..)?.first_chunk().copied()?))
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_cut_file_is_told_from_a_whole_one() {
        let own = std::fs::read("/proc/self/exe").unwrap();
        assert!(!is_cut(&own));
        assert!(!is_cut(&[own.clone(), vec![0; 100]].concat()));
        for len in [0, 3, 64, 100, own.len() / 2, own.len() - 1] {
            assert!(is_cut(&own[..len]), "{len}");
        }
        assert!(!is_cut_off(&own) && !is_cut_off(b"MZ") && !is_cut_off(&own[..3]));
        let end = segments_end(&own).unwrap() as usize;
        for len in [6, 64, 100, end / 2, end - 1] {
            assert!(is_cut_off(&own[..len]), "{len}");
        }
        assert!(is_cut(&[0; 100]));
        assert!(!is_cut(b"MZ"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_own_executable_needs_libc() {
        let own = std::fs::read("/proc/self/exe").unwrap();
        assert!(needed(&own).contains(&&b"libc.so.6"[..]));
        assert!(is_program(&own) && has_symbol(&own, c"malloc") && !has_symbol(&own, c"freeze_twin"));
        for len in [0, 3, 64, 100, own.len() / 2] {
            needed(&own[..len]);
            has_symbol(&own[..len], c"malloc");
        }
        assert!(!is_program(&own[..100]) && !is_program(b"MZ"));
    }
}
