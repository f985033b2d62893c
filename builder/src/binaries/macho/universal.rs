//! Universal files: one unchanged slice for each processor.

use super::image::u32_at;
use crate::error::{Error, Result};

/// Alignment of slices, as a power of two: the page size of arm64, which tools use for all processors.
const ALIGN: u32 = 14;
/// Size of the header, and of the fields of an entry.
const HEADER: usize = 8;

/// A processor in headers: its number and the number of its subtype.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cpu {
    number: u32,
    kind: u32,
}

impl Cpu {
    /// Returns the processor of a thin 64-bit Mach-O file that begins with `head`.
    pub(crate) fn of(head: &[u8]) -> Option<Cpu> {
        let is_ours = head.get(..12)?.starts_with(b"\xcf\xfa\xed\xfe");
        is_ours.then(|| Cpu { number: u32_at(head, 4), kind: u32_at(head, 8) })
    }

    /// Returns whether one file can have slices for both.
    pub(crate) fn joins(self, other: Cpu) -> bool {
        self.number != other.number
    }
}

/// The layout of a universal file.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Header and table of slices.
    pub(crate) head: Vec<u8>,
    /// Offset of each slice, in the order of the input.
    pub(crate) places: Vec<u64>,
    /// Length of the file.
    pub(crate) len: u64,
}

impl Layout {
    /// Returns whether offsets need 64 bits. The kernel reads only 32 bits, but dyld reads both.
    fn is_wide(&self) -> bool {
        self.len > u64::from(u32::MAX)
    }

    /// Checks that the system can run the file as a program.
    ///
    /// # Errors
    /// The file is too large.
    pub(crate) fn check_program(&self) -> Result<()> {
        if self.is_wide() {
            let error = Error::new("a universal program of more than 4 GiB cannot be one file on macOS");
            return Err(error.hint(
                "leave data files out, build with `mode = \"onedir\"`, or one program for each processor",
            ));
        }
        Ok(())
    }
}

/// Lays out slices with these lengths in the order of their processor numbers, as `lipo` does.
pub(crate) fn lay_out(parts: &[(Cpu, u64)]) -> Layout {
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|i| parts[*i].0);
    let mut places = vec![0; parts.len()];
    // The space before the first slice fits the table for hundreds of slices.
    let mut len = 0u64;
    for &i in &order {
        places[i] = (len.max(1)).next_multiple_of(1 << ALIGN);
        len = places[i] + parts[i].1;
    }
    let mut layout = Layout { head: Vec::with_capacity(HEADER + parts.len() * 32), places, len };
    let wide = layout.is_wide();
    let magic: u32 = if wide { 0xcafe_babf } else { 0xcafe_babe };
    let head = &mut layout.head;
    head.extend(magic.to_be_bytes());
    head.extend((parts.len() as u32).to_be_bytes());
    for i in order {
        let (cpu, size) = parts[i];
        head.extend(cpu.number.to_be_bytes());
        head.extend(cpu.kind.to_be_bytes());
        for value in [layout.places[i], size] {
            let bytes = value.to_be_bytes();
            head.extend(&bytes[if wide { 0 } else { 4 }..]);
        }
        head.extend(ALIGN.to_be_bytes());
        if wide {
            head.extend([0; 4]);
        }
    }
    layout
}

/// Joins files for several processors. Returns `None` if they are not Mach-O files, or if two are for the
/// same processor.
///
/// # Errors
/// The result would not fit in memory.
pub(crate) fn join(files: &[&[u8]]) -> Result<Option<Vec<u8>>> {
    let cpus: Option<Vec<Cpu>> = files.iter().map(|file| Cpu::of(file)).collect();
    let Some(cpus) = cpus else { return Ok(None) };
    let joins = |i: usize| cpus[..i].iter().all(|other| other.joins(cpus[i]));
    if !(0..cpus.len()).all(joins) {
        return Ok(None);
    }
    let parts: Vec<(Cpu, u64)> = cpus.into_iter().zip(files.iter().map(|file| file.len() as u64)).collect();
    let layout = lay_out(&parts);
    let mut whole = layout.head;
    let mut placed: Vec<(u64, &[u8])> = layout.places.into_iter().zip(files.iter().copied()).collect();
    placed.sort_by_key(|(at, _)| *at);
    for (at, file) in placed {
        whole.resize(usize::try_from(at)?, 0);
        whole.extend(file);
    }
    Ok(Some(whole))
}

#[cfg(test)]
mod tests {
    use super::super::image::tests::{ARM64, X86_64, file};
    use object::macho::MH_DYLIB;

    use super::super::image;
    use super::*;
    use crate::target::Arch;

    #[test]
    fn both_parts_are_found_as_they_were() {
        let (arm, intel) = (file(MH_DYLIB, ARM64, &[], 20), file(MH_DYLIB, X86_64, &[], 0));
        let both = join(&[&arm, &intel]).unwrap().unwrap();
        assert_eq!(join(&[&intel, &arm]).unwrap().unwrap(), both);
        assert_eq!(image::slice(&both, Arch::Aarch64).unwrap(), arm);
        assert_eq!(image::slice(&both, Arch::X86_64).unwrap(), intel);
        assert!(image::has(&both, Arch::X86_64) && image::has(&both, Arch::Aarch64));
        // x86-64 comes first, and each slice starts at a page.
        let expected = [0xcafe_babe, 2, X86_64, 0, 0x4000, intel.len() as u32, 14, ARM64, 0, 0xc000];
        let found: Vec<u32> =
            both.chunks_exact(4).map(|b| u32::from_be_bytes(b.try_into().unwrap())).collect();
        assert_eq!(found[..10], expected);
        assert_eq!(both.len(), 0xc000 + arm.len());
        assert_eq!(join(&[&arm, &arm]).unwrap(), None);
        assert_eq!(join(&[&arm, b"text"]).unwrap(), None);
    }

    #[test]
    fn what_is_longer_than_32_bits_tell_has_wide_numbers() {
        let cpu = |number| Cpu { number, kind: 0 };
        let parts = [(cpu(ARM64), 0xc000_0000), (cpu(X86_64), 0xc000_0001)];
        let layout = lay_out(&parts);
        let error = layout.check_program().unwrap_err().to_string();
        assert_eq!((layout.places, layout.len), (vec![0xc000_8000, 0x4000], 0x1_8000_8000));
        assert_eq!((&layout.head[..4], layout.head.len()), (&b"\xca\xfe\xba\xbf"[..], 8 + 2 * 32));
        assert_eq!(
            layout.head[8 + 32 + 8..8 + 32 + 24],
            [0, 0, 0, 0, 0xc0, 0, 0x80, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0]
        );
        assert!(error.contains("4 GiB"), "{error}");
    }
}
