//! Where an archive ends in an executable that something was put into or behind: a signature, a Mach-O section.

use super::{FOOTER_LEN, MAGIC};

/// The bytes of `file` that an archive would end at: all of them, but for the signature of a PE file, which is the last
/// thing in it, and for a Mach-O file, of which signing keeps only what lies in a segment.
pub(super) fn content(file: &[u8]) -> &[u8] {
    signed_part(file).or_else(|| section(file)).unwrap_or(file)
}

/// A PE file up to its certificate table, which begins at a multiple of eight bytes.
fn signed_part(file: &[u8]) -> Option<&[u8]> {
    if file.get(..2)? != b"MZ" {
        return None;
    }
    let header = usize::try_from(u32_at(file, 0x3c)?).ok()?;
    if file.get(header..header.checked_add(4)?)? != b"PE\0\0" {
        return None;
    }
    let optional = header.checked_add(24)?;
    // The tables follow fields of other lengths in PE32 than in PE32+.
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

/// The section of a Mach-O file that holds an archive.
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

    /// A PE file with nothing but its headers, and what follows them.
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

    #[test]
    fn a_section_is_found_in_a_segment_of_its_own() {
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
        file[0x300..0x310].copy_from_slice(b"0123456789abcdef");
        assert_eq!(content(&file), b"0123456789abcdef");
        for len in 0..0x310 {
            content(&file[..len]);
        }
    }
}
