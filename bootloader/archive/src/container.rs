//! Finds the end of an archive in an executable that contains a code signature or a Mach-O section.

use std::ops::Range;

use super::{FOOTER_LEN, MAGIC};

/// A processor that a slice of a macOS universal binary targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Processor {
    /// x86-64.
    X86_64,
    /// arm64.
    Arm64,
}

impl Processor {
    /// The processor that this code was compiled for. Under Rosetta, it is that of the slice that runs.
    pub const OWN: Processor =
        if cfg!(target_arch = "aarch64") { Processor::Arm64 } else { Processor::X86_64 };

    /// Returns its macOS name.
    pub fn name(self) -> &'static str {
        match self {
            Processor::X86_64 => "x86_64",
            Processor::Arm64 => "arm64",
        }
    }

    /// Returns the processor with this number in headers.
    fn numbered(number: u32) -> Option<Processor> {
        match number {
            0x0100_0007 => Some(Processor::X86_64),
            0x0100_000c => Some(Processor::Arm64),
            _ => None,
        }
    }
}

/// Lists the slices of a macOS universal binary that starts with `head`, in file order: the processor number
/// and the range of each slice.
///
/// The iterator is empty if the file is not a universal binary. An item is `None` if `head` does not contain
/// the entry or if its range is impossible.
pub fn table(head: &[u8]) -> impl Iterator<Item = Option<(u32, Range<usize>)>> + '_ {
    const HEADER: usize = 8;
    let number = move |at: usize| Some(u32::from_be_bytes(*head.get(at..)?.first_chunk()?));
    // Files that long use 64-bit numbers.
    let is_wide = match number(0) {
        Some(0xcafe_babe) => Some(false),
        Some(0xcafe_babf) => Some(true),
        _ => None,
    };
    // Java class files start with the same number, but their version is larger than any count of processors.
    let count = is_wide.and(number(4)).filter(|count| *count <= 16).unwrap_or(0);
    let is_wide = is_wide.unwrap_or_default();
    (0..count as usize).map(move |i| {
        let at = HEADER + i * if is_wide { 32 } else { 20 };
        let place = |at: usize| -> Option<usize> {
            let high = if is_wide { number(at)? } else { 0 };
            let low = number(at + if is_wide { 4 } else { 0 })?;
            usize::try_from(u64::from(high) << 32 | u64::from(low)).ok()
        };
        let (start, len) = (place(at + 8)?, place(at + if is_wide { 16 } else { 12 })?);
        Some((number(at)?, start..start.checked_add(len)?))
    })
}

/// Returns the slices of a macOS universal binary in file order, or nothing for other files. Slices for
/// unsupported processors are skipped.
pub fn parts(file: &[u8]) -> impl Iterator<Item = (Processor, Range<usize>)> + '_ {
    let inside = table(file).flatten().filter(|(_, place)| place.end <= file.len());
    inside.filter_map(|(number, place)| Some((Processor::numbered(number)?, place)))
}

/// Returns the slice of a universal binary that this process would run, or else the first one. Other files
/// are returned whole.
fn part(file: &[u8]) -> &[u8] {
    let own = parts(file).find(|(processor, _)| *processor == Processor::OWN);
    own.or_else(|| parts(file).next()).map_or(file, |(_, range)| &file[range])
}

/// Returns the part of `file` whose end is the end of an archive. In a PE file, this excludes the signature
/// at the end. In a Mach-O file, it is a section, because signing keeps only the content of segments.
pub(super) fn content(file: &[u8]) -> &[u8] {
    let file = part(file);
    signed_part(file).or_else(|| section(file)).unwrap_or(file)
}

/// Returns a PE file up to its certificate table, which is aligned to eight bytes.
fn signed_part(file: &[u8]) -> Option<&[u8]> {
    if file.get(..2)? != b"MZ" {
        return None;
    }
    let header = usize::try_from(u32_at(file, 0x3c)?).ok()?;
    if file.get(header..header.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let optional = header.checked_add(24)?;
    // The data directories have different offsets in PE32 and PE32+.
    let tables = match u16_at(file, optional)? {
        0x10b => optional.checked_add(96)?,
        0x20b => optional.checked_add(112)?,
        _ => return None,
    };
    let security = tables.checked_add(4 * 8)?;
    let (start, len) = (u32_at(file, security)?, u32_at(file, security.checked_add(4)?)?);
    let start = usize::try_from(start).ok()?;
    if start == 0 || len == 0 || start > file.len() {
        return None;
    }
    let is_footer =
        |end: &usize| end.checked_sub(FOOTER_LEN).is_some_and(|at| file[at..*end].starts_with(&MAGIC));
    let end = (0..8).filter_map(|padding| start.checked_sub(padding)).find(is_footer).unwrap_or(start);
    Some(&file[..end])
}

const LC_SEGMENT_64: u32 = 0x19;
const SEGMENT: &[u8] = b"__FREEZE\0";
const SECTION: &[u8] = b"__archive\0";

/// Returns the section of a Mach-O file that contains an archive.
fn section(file: &[u8]) -> Option<&[u8]> {
    if file.get(..4)? != b"\xcf\xfa\xed\xfe" {
        return None;
    }
    let mut at = 32usize;
    for _ in 0..u32_at(file, 16)? {
        let (kind, len) = (u32_at(file, at)?, usize::try_from(u32_at(file, at.checked_add(4)?)?).ok()?);
        let command = file.get(at..at.checked_add(len)?).filter(|c| c.len() >= 8)?;
        if kind == LC_SEGMENT_64 && command.get(8..).is_some_and(|name| name.starts_with(SEGMENT)) {
            let sections = command.get(72..)?.chunks_exact(80);
            let found = sections.into_iter().find(|s| s.starts_with(SECTION))?;
            let (len, start) = (u64_at(found, 40)?, u32_at(found, 48)?);
            let start = usize::try_from(start).ok()?;
            return file.get(start..start.checked_add(usize::try_from(len).ok()?)?);
        }
        at = at.checked_add(len)?;
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a PE file that consists of its headers, followed by `rest`.
    fn pe(security: (u32, u32), rest: &[u8]) -> Vec<u8> {
        let mut file = vec![0; 0x200];
        file[..2].copy_from_slice(b"MZ");
        file[0x3c] = 0x80;
        file[0x80..0x84].copy_from_slice(b"PE\0\0");
        file[0x98..0x9a].copy_from_slice(&0x20bu16.to_le_bytes());
        let at = 0x98 + 112 + 32;
        file[at..at + 4].copy_from_slice(&security.0.to_le_bytes());
        file[at + 4..at + 8].copy_from_slice(&security.1.to_le_bytes());
        file.extend(rest);
        file
    }

    #[test]
    fn a_signature_is_cut_off_with_what_aligns_it() {
        let mut footer = [1u8; FOOTER_LEN];
        footer[..8].copy_from_slice(&MAGIC);
        let plain = pe((0, 0), &footer);
        assert_eq!(content(&plain), plain);
        for padding in 0..8usize {
            let start = 0x200 + FOOTER_LEN + padding;
            let rest = [&footer[..], &vec![0; padding], b"certificate"].concat();
            let signed = pe((start as u32, 11), &rest);
            assert_eq!(content(&signed).len(), 0x200 + FOOTER_LEN, "{padding}");
        }
        let cut = pe((0x8000, 11), b"");
        assert_eq!(content(&cut), cut);
    }

    /// Returns a Mach-O file with a section for an archive.
    fn macho(content: &[u8; 16]) -> Vec<u8> {
        let mut file = vec![0; 0x400];
        file[..4].copy_from_slice(b"\xcf\xfa\xed\xfe");
        file[16] = 2;
        file[32] = 0x1b;
        file[36] = 24;
        let at = 56;
        file[at] = 0x19;
        file[at + 4] = 152;
        file[at + 8..at + 16].copy_from_slice(b"__FREEZE");
        file[at + 72..at + 81].copy_from_slice(b"__archive");
        file[at + 72 + 40] = 16;
        file[at + 72 + 48..at + 72 + 50].copy_from_slice(&0x300u16.to_le_bytes());
        file[0x300..0x310].copy_from_slice(content);
        file
    }

    /// Returns a universal binary. The numbers are those of the processors.
    fn universal(files: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let mut whole = vec![0xca, 0xfe, 0xba, 0xbe];
        whole.extend((files.len() as u32).to_be_bytes());
        for (i, (cpu, file)) in files.iter().enumerate() {
            for value in [*cpu, 0, 0x1000 * (i as u32 + 1), file.len() as u32, 12] {
                whole.extend(value.to_be_bytes());
            }
        }
        for (i, (_, file)) in files.iter().enumerate() {
            whole.resize(0x1000 * (i + 1), 0);
            whole.extend(file);
        }
        whole
    }

    #[test]
    fn of_a_universal_file_the_part_that_runs_has_the_archive() {
        const OTHERS: u32 = 0x0100_0012;
        let (intel, arm) = (macho(b"that of an Intel"), macho(b"that of an arm64"));
        let both = universal(&[(7, vec![0; 9]), (0x0100_0007, intel.clone()), (0x0100_000c, arm.clone())]);
        let own = if cfg!(target_arch = "aarch64") { b"that of an arm64" } else { b"that of an Intel" };
        assert_eq!(content(&both), own);
        // Offsets count from the start of the slice, independent of the order.
        let turned = universal(&[(0x0100_000c, arm.clone()), (0x0100_0007, intel.clone())]);
        assert_eq!(content(&turned), own);
        let found: Vec<_> = parts(&turned).map(|(p, range)| (p.name(), turned[range].to_vec())).collect();
        assert_eq!(found, [("arm64", arm.clone()), ("x86_64", intel)]);
        assert_eq!(content(&universal(&[(0x0100_000c, arm.clone())])), b"that of an arm64");
        assert_eq!(parts(&universal(&[(OTHERS, arm.clone())])).count(), 0);
        assert_eq!((parts(&arm).count(), parts(b"\xca\xfe\xba\xbe\0\0\0\x41 a class").count()), (0, 0));
        for len in 0..both.len() {
            content(&both[..len]);
        }
        let mut wide = vec![0xca, 0xfe, 0xba, 0xbf, 0, 0, 0, 1];
        wide.extend([&0x0100_000c_u32.to_be_bytes()[..], &[0; 4]].concat());
        wide.extend([0x1000_u64.to_be_bytes(), (arm.len() as u64).to_be_bytes(), [0; 8]].concat());
        wide.resize(0x1000, 0);
        wide.extend(arm);
        assert_eq!(content(&wide), b"that of an arm64");
    }

    #[test]
    fn a_section_is_found_in_a_segment_of_its_own() {
        let file = macho(b"0123456789abcdef");
        assert_eq!(content(&file), b"0123456789abcdef");
        for len in 0..0x310 {
            content(&file[..len]);
        }
    }
}
