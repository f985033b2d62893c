//! Makes machine code compress better: turns relative addresses into absolute ones before compression, and back.
//!
//! Code refers to a function by its distance from the place of the call, which differs at each call. With its absolute address
//! instead, all calls of a function contain the same bytes. Filters of xz and 7-Zip do the same (there called BCJ).
//!
//! A filter changes only code and unwind tables. Its stored form starts with their places, followed by the zstd frame:
//!
//! ```text
//! filter (1 byte) | number of unwind tables (1 byte) | number of ranges (2 bytes)
//! | start of code (4 bytes), length (4 bytes) | … | unwind tables (12 bytes) | … | zstd frame
//! ```

use std::ops::Range;

use super::Error;
use super::unwind::{TABLES, Tables};

/// The processor whose code is filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Filter {
    /// Calls, and addresses relative to the instruction pointer.
    X86_64 = 1,
    /// `BL` and `ADRP`.
    Arm64 = 2,
}

const HEAD: usize = 4;
const RANGE: usize = 8;

/// Encodes the head of the stored form. Returns `None` if a range ends beyond 4 GiB, or there are none or too many.
pub fn head(filter: Filter, code: &[Range<usize>], unwind: &[Tables]) -> Option<Vec<u8>> {
    let count = u16::try_from(code.len()).ok().filter(|n| *n > 0)?;
    let mut head = vec![filter as u8, u8::try_from(unwind.len()).ok()?];
    head.extend(count.to_le_bytes());
    for range in code {
        u32::try_from(range.end).ok()?;
        head.extend((range.start as u32).to_le_bytes());
        head.extend((range.len() as u32).to_le_bytes());
    }
    head.extend(unwind.iter().flat_map(Tables::write));
    Some(head)
}

/// Filters the ranges of code in `bytes`, after the unwind tables were changed.
pub fn apply(filter: Filter, bytes: &mut [u8], code: &[Range<usize>]) {
    for range in code {
        if let Some(code) = bytes.get_mut(range.clone()) {
            convert::<true>(filter, code, range.start as u32);
        }
    }
}

/// A filter that was applied, and the ranges of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filtered<'a> {
    filter: Filter,
    ranges: &'a [u8],
    unwind: &'a [u8],
}

impl<'a> Filtered<'a> {
    /// Splits the stored form into the filter and the zstd frame.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the filter is unknown or the head is cut off.
    pub fn split(stored: &'a [u8]) -> Result<(Filtered<'a>, &'a [u8]), Error> {
        const DAMAGED: Error = Error::Damaged("filter");
        let (head, rest) = stored.split_first_chunk::<HEAD>().ok_or(DAMAGED)?;
        let filter = match head[0] {
            1 => Filter::X86_64,
            2 => Filter::Arm64,
            _ => return Err(DAMAGED),
        };
        let count = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (ranges, rest) = rest.split_at_checked(count * RANGE).ok_or(DAMAGED)?;
        let (unwind, frame) = rest.split_at_checked(usize::from(head[1]) * TABLES).ok_or(DAMAGED)?;
        Ok((Filtered { filter, ranges, unwind }, frame))
    }

    /// Turns decompressed bytes into the original ones.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a range or a table exceeds the bytes.
    pub fn undo(&self, bytes: &mut [u8]) -> Result<(), Error> {
        for range in self.ranges.chunks_exact(RANGE) {
            let number =
                |at: usize| u32::from_le_bytes([range[at], range[at + 1], range[at + 2], range[at + 3]]);
            let (start, len) = (number(0), number(4) as usize);
            let code = bytes.get_mut(start as usize..).and_then(|rest| rest.get_mut(..len));
            convert::<false>(self.filter, code.ok_or(Error::Damaged("filter"))?, start);
        }
        let (tables, _) = self.unwind.as_chunks::<TABLES>();
        tables.iter().try_for_each(|tables| Tables::read(tables).undo(bytes))
    }
}

fn convert<const APPLY: bool>(filter: Filter, code: &mut [u8], start: u32) {
    match filter {
        Filter::X86_64 => x86_64::<APPLY>(code, start),
        Filter::Arm64 => arm64::<APPLY>(code, start),
    }
}

/// `E8` is a call with a distance. An instruction whose addressing byte has mode 0 and register 5 has a distance from the
/// instruction pointer. Other bytes may look like either; they are converted in the same way, and back.
///
/// Distances are signed and have 25 bits, so the last byte is 0 or 255, before and after. A distance with another last byte stays,
/// and then none may start before that byte: both directions must see the same one. The other bytes of an address are in the
/// opposite order, because the high ones repeat.
fn x86_64<const APPLY: bool>(code: &mut [u8], start: u32) {
    let mut at = 0;
    while let Some(&[op, a, b, c, last]) = code.get(at..).and_then(<[u8]>::first_chunk::<5>) {
        if op != 0xE8 && op & 0xC7 != 5 {
            at += 1;
            continue;
        }
        if !matches!(last, 0 | 255) {
            at += 4;
            continue;
        }
        let next = start.wrapping_add(at as u32 + 5);
        let signed = |value: u32| ((value << 7) as i32 >> 7) as u32;
        let new = if APPLY {
            let [a, b, c, last] =
                signed(u32::from_le_bytes([a, b, c, last]).wrapping_add(next)).to_le_bytes();
            [c, b, a, last]
        } else {
            signed(u32::from_le_bytes([c, b, a, last]).wrapping_sub(next)).to_le_bytes()
        };
        code[at + 1..at + 5].copy_from_slice(&new);
        at += 5;
    }
}

/// `BL` has a distance of 26 bits in instructions, `ADRP` one of 21 bits in pages of 4 KiB.
fn arm64<const APPLY: bool>(code: &mut [u8], start: u32) {
    let add =
        |value: u32, place: u32| if APPLY { value.wrapping_add(place) } else { value.wrapping_sub(place) };
    for (i, word) in code.chunks_exact_mut(4).enumerate() {
        let at = start.wrapping_add(4 * i as u32);
        let op = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
        let new = if op >> 26 == 0b10_0101 {
            op & 0xFC00_0000 | add(op, at >> 2) & 0x03FF_FFFF
        } else if op & 0x9F00_0000 == 0x9000_0000 {
            let pages = add(op >> 29 & 3 | op >> 3 & 0x1F_FFFC, at >> 12);
            op & 0x9F00_001F | (pages & 3) << 29 | (pages & 0x1F_FFFC) << 3
        } else {
            continue;
        };
        word.copy_from_slice(&new.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: usize) -> Vec<u8> {
        let mut state = 1u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Often a byte that starts an address, or a high byte of one.
            match state >> 60 {
                0..3 => 0xE8,
                3..5 => 0x05,
                5..8 => 0,
                8 => 255,
                9 => 0x94,
                10 => 0x90,
                _ => (state >> 40) as u8,
            }
        };
        (0..len).map(next).collect()
    }

    #[test]
    fn undo_restores_any_bytes() {
        let original = noise(100_000);
        for filter in [Filter::X86_64, Filter::Arm64] {
            for cut in [0, 3, 96, 99_999, 100_000] {
                let code = [0..cut, cut..100_000];
                let mut bytes = original.clone();
                apply(filter, &mut bytes, &code);
                let mut stored = head(filter, &code, &[]).unwrap();
                stored.extend(b"frame");
                let (filtered, frame) = Filtered::split(&stored).unwrap();
                assert_eq!(frame, b"frame");
                filtered.undo(&mut bytes).unwrap();
                assert!(bytes == original, "{filter:?} {code:?}");
            }
        }
    }

    #[test]
    fn calls_of_a_function_become_equal() {
        // Two calls of the function at 0x1000, and a `lea` of the same address.
        let mut code = vec![0x90; 64];
        for (at, bytes) in [(0, &[0xE8][..]), (20, &[0xE8]), (40, &[0x48, 0x8D, 0x05])] {
            code[at..at + bytes.len()].copy_from_slice(bytes);
            let end = at + bytes.len();
            code[end..end + 4].copy_from_slice(&(0x1000 - (end as i32 + 4)).to_le_bytes());
        }
        apply(Filter::X86_64, &mut code, std::slice::from_ref(&(0..64)));
        for at in [1, 21, 43] {
            assert_eq!(code[at..at + 4], [0, 0x10, 0, 0]);
        }
        // `BL 0x1000` at 0 and at 8.
        let mut code = vec![0; 16];
        code[..4].copy_from_slice(&(0x9400_0000u32 | 0x400).to_le_bytes());
        code[8..12].copy_from_slice(&(0x9400_0000u32 | 0x3FE).to_le_bytes());
        apply(Filter::Arm64, &mut code, std::slice::from_ref(&(0..16)));
        assert_eq!(code[..4], code[8..12]);
    }

    #[test]
    fn damage_is_refused() {
        assert!(Filtered::split(&[]).is_err());
        assert!(Filtered::split(&[3, 0, 0, 0]).is_err());
        assert!(Filtered::split(&[1, 0, 1, 0, 1, 2, 3]).is_err());
        let mut stored = head(Filter::X86_64, std::slice::from_ref(&(8..32)), &[]).unwrap();
        assert!(Filtered::split(&stored).unwrap().0.undo(&mut [0; 31]).is_err());
        stored[4..8].fill(255);
        stored[8..12].fill(255);
        assert!(Filtered::split(&stored).unwrap().0.undo(&mut [0; 31]).is_err());
        assert_eq!(head(Filter::X86_64, &[], &[]), None);
    }
}
