//! The parts of a Mach-O file that affect loading: the slice of a processor, the header, the load commands.

use object::macho::{self, FileType, LoadCommandType};

use crate::binaries::format::Refusal;
use crate::target::Arch;

/// Length of the header of a 64-bit file.
pub(crate) const HEADER: usize = 32;

/// Commands that name a library to be loaded.
pub(crate) const LIBRARIES: [LoadCommandType; 5] = [
    macho::LC_LOAD_DYLIB,
    macho::LC_LOAD_WEAK_DYLIB,
    macho::LC_REEXPORT_DYLIB,
    macho::LC_LAZY_LOAD_DYLIB,
    macho::LC_LOAD_UPWARD_DYLIB,
];

/// A load command: its kind and its position in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) kind: LoadCommandType,
    pub(crate) at: usize,
    pub(crate) len: usize,
}

/// The header and the load commands of a file for one 64-bit processor.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// The kind of file.
    pub(crate) filetype: FileType,
    /// Its processor.
    pub(crate) arch: Option<Arch>,
    pub(crate) commands: Vec<Command>,
    /// End of the load commands.
    pub(crate) end: usize,
}

/// A segment, as in its load command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) command: Command,
    pub(crate) name: String,
    pub(crate) vmaddr: u64,
    pub(crate) vmsize: u64,
    pub(crate) fileoff: u64,
    pub(crate) filesize: u64,
    pub(crate) sections: u32,
}

/// Reads a 32-bit little-endian number; 0 past the end.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b))
}

/// Reads a 64-bit little-endian number; 0 past the end.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u64::from_le_bytes(*b))
}

/// Writes a 32-bit number, except past the end.
pub(crate) fn put_u32(bytes: &mut [u8], at: usize, value: u32) {
    if let Some(place) = bytes.get_mut(at..at + 4) {
        place.copy_from_slice(&value.to_le_bytes());
    }
}

/// Writes a 64-bit number, except past the end.
pub(crate) fn put_u64(bytes: &mut [u8], at: usize, value: u64) {
    if let Some(place) = bytes.get_mut(at..at + 8) {
        place.copy_from_slice(&value.to_le_bytes());
    }
}

/// Returns the text of a NUL-padded field.
pub(crate) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Returns the processor for a number in a header.
fn arch(cputype: u32) -> Option<Arch> {
    match cputype {
        0x0100_0007 => Some(Arch::X86_64),
        0x0100_000c => Some(Arch::Aarch64),
        _ => None,
    }
}

/// Returns the processors of a file that begins with `head`, and the position of each slice.
fn parts(head: &[u8]) -> Option<Vec<(Option<Arch>, std::ops::Range<usize>)>> {
    if head.starts_with(b"\xcf\xfa\xed\xfe") && head.len() >= 8 {
        return Some(vec![(arch(u32_at(head, 4)), 0..usize::MAX)]);
    }
    let parts: Vec<_> = freeze_archive::table(head).collect::<Option<_>>()?;
    let known = parts.into_iter().map(|(number, place)| (arch(number), place));
    Some(known.collect()).filter(|parts: &Vec<_>| !parts.is_empty())
}

/// Returns whether a file that begins with `head` has a slice for a processor.
pub(crate) fn has(head: &[u8], arch: Arch) -> bool {
    parts(head).is_some_and(|parts| parts.iter().any(|(a, _)| *a == Some(arch)))
}

/// Returns the bytes that a processor runs: all of a thin file, or one slice of a universal file.
///
/// # Errors
/// The file is not Mach-O, or its table of slices is invalid.
pub(crate) fn slice(bytes: &[u8], arch: Arch) -> Result<&[u8], Refusal> {
    let head = &bytes[..bytes.len().min(4096)];
    let parts = parts(head).ok_or(Refusal::Foreign)?;
    let found = parts.iter().find(|(a, _)| *a == Some(arch)).or(parts.first()).ok_or(Refusal::Foreign)?;
    if found.1.end == usize::MAX {
        return Ok(bytes);
    }
    bytes.get(found.1.clone()).ok_or_else(|| Refusal::Damaged("table of processors".to_owned()))
}

/// Returns the slices of a universal file in order, or a thin file itself. Returns none if the file is not
/// Mach-O.
pub(crate) fn slices(bytes: &[u8]) -> Vec<&[u8]> {
    let parts = parts(&bytes[..bytes.len().min(4096)]).unwrap_or_default();
    let place = |range: std::ops::Range<usize>| {
        if range.end == usize::MAX { Some(bytes) } else { bytes.get(range) }
    };
    parts.into_iter().filter_map(|(_, range)| place(range)).collect()
}

impl Image {
    /// Reads the header and load commands of a file for one processor.
    ///
    /// # Errors
    /// The file is not Mach-O, or its load commands are invalid.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Image, Refusal> {
        let damaged = || Refusal::Damaged("load commands".to_owned());
        if bytes.get(..4) != Some(&[0xcf, 0xfa, 0xed, 0xfe]) {
            return Err(Refusal::Foreign);
        }
        if bytes.len() < HEADER {
            return Err(damaged());
        }
        let count = u32_at(bytes, 16) as usize;
        let end = HEADER.checked_add(u32_at(bytes, 20) as usize).filter(|e| *e <= bytes.len());
        let end = end.ok_or_else(damaged)?;
        let mut commands = Vec::new();
        let mut at = HEADER;
        for _ in 0..count {
            let (kind, len) = (u32_at(bytes, at), u32_at(bytes, at + 4) as usize);
            if len < 8 || at.checked_add(len).is_none_or(|next| next > end) {
                return Err(damaged());
            }
            commands.push(Command { kind: LoadCommandType(kind), at, len });
            at += len;
        }
        Ok(Image { filetype: FileType(u32_at(bytes, 12)), arch: arch(u32_at(bytes, 4)), commands, end: at })
    }

    /// Returns the commands of a kind.
    pub(crate) fn all(&self, kind: LoadCommandType) -> impl Iterator<Item = Command> {
        self.commands.iter().copied().filter(move |c| c.kind == kind)
    }

    /// Returns the segments, in order.
    pub(crate) fn segments(&self, bytes: &[u8]) -> Vec<Segment> {
        let segment = |command: Command| {
            let at = command.at;
            Segment {
                command,
                name: text(&bytes[at + 8..at + 24]),
                vmaddr: u64_at(bytes, at + 24),
                vmsize: u64_at(bytes, at + 32),
                fileoff: u64_at(bytes, at + 40),
                filesize: u64_at(bytes, at + 48),
                sections: u32_at(bytes, at + 64),
            }
        };
        self.all(macho::LC_SEGMENT_64).filter(|c| c.len >= 72).map(segment).collect()
    }

    /// Returns the last segment, which contains symbols, fix-ups and the signature.
    pub(crate) fn linkedit(&self, bytes: &[u8]) -> Option<Segment> {
        self.segments(bytes).pop().filter(|s| s.name == "__LINKEDIT")
    }

    /// Returns the number of free bytes after the load commands.
    pub(crate) fn room(&self, bytes: &[u8]) -> usize {
        let mut first = bytes.len() as u64;
        for segment in self.segments(bytes) {
            let command = segment.command;
            let most = (command.len - 72) / 80;
            for i in 0..(segment.sections as usize).min(most) {
                let section = command.at + 72 + i * 80;
                let (size, offset, flags) =
                    (u64_at(bytes, section + 40), u32_at(bytes, section + 48), u32_at(bytes, section + 64));
                // Zero-filled sections have no bytes in the file.
                let is_zeros = matches!(flags & 0xff, 1 | 12 | 18);
                if size > 0 && offset > 0 && !is_zeros {
                    first = first.min(u64::from(offset));
                }
            }
            if segment.fileoff > 0 && segment.filesize > 0 {
                first = first.min(segment.fileoff);
            }
        }
        usize::try_from(first).unwrap_or(usize::MAX).saturating_sub(self.end)
    }

    /// Returns the text at the end of a command. The number at offset 8 is its offset in the command.
    pub(crate) fn string(&self, bytes: &[u8], command: Command) -> Option<String> {
        let start = u32_at(bytes, command.at + 8) as usize;
        let command = bytes.get(command.at..command.at + command.len)?;
        Some(text(command.get(start..).filter(|_| start >= 12)?))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use object::macho::{MH_BUNDLE, MH_DYLIB};

    use super::*;

    /// Builds a command that ends in a text, padded to a multiple of eight.
    pub(crate) fn named(kind: LoadCommandType, fields: usize, name: &str) -> Vec<u8> {
        let len = (fields + name.len() + 1).next_multiple_of(8);
        let mut command = vec![0; len];
        put_u32(&mut command, 0, kind.0);
        put_u32(&mut command, 4, len as u32);
        put_u32(&mut command, 8, fields as u32);
        command[fields..fields + name.len()].copy_from_slice(name.as_bytes());
        command
    }

    /// Builds a segment with one section.
    fn segment(name: &str, vmaddr: u64, fileoff: u64, size: u64, section: Option<(&str, u64)>) -> Vec<u8> {
        let mut command = vec![0; if section.is_some() { 152 } else { 72 }];
        put_u32(&mut command, 0, macho::LC_SEGMENT_64.0);
        let len = command.len() as u32;
        put_u32(&mut command, 4, len);
        command[8..8 + name.len()].copy_from_slice(name.as_bytes());
        for (at, value) in [(24, vmaddr), (32, 0x4000), (40, fileoff), (48, size)] {
            put_u64(&mut command, at, value);
        }
        if let Some((section, offset)) = section {
            put_u32(&mut command, 64, 1);
            command[72..72 + section.len()].copy_from_slice(section.as_bytes());
            put_u64(&mut command, 112, size - offset);
            put_u32(&mut command, 120, offset as u32);
        }
        command
    }

    /// Builds a small file with `room` free bytes after its load commands.
    pub(crate) fn file(filetype: FileType, cpu: u32, more: &[Vec<u8>], room: usize) -> Vec<u8> {
        let mut commands: Vec<Vec<u8>> = vec![Vec::new(), segment("__LINKEDIT", 0x4000, 0x4000, 0x20, None)];
        let mut symtab = vec![0; 24];
        for (at, value) in [(0, macho::LC_SYMTAB.0), (4, 24), (8, 0x4000), (12, 1), (16, 0x4010), (20, 16)] {
            put_u32(&mut symtab, at, value);
        }
        commands.push(symtab);
        commands.extend(more.iter().cloned());
        let len = 152 + commands.iter().map(Vec::len).sum::<usize>();
        commands[0] = segment("__TEXT", 0, 0, 0x4000, Some(("__text", (HEADER + len + room) as u64)));
        let mut bytes = vec![0; HEADER];
        for (at, value) in [(0, 0xfeed_facf), (4, cpu), (12, filetype.0), (16, commands.len() as u32)] {
            put_u32(&mut bytes, at, value);
        }
        put_u32(&mut bytes, 20, len as u32);
        bytes.extend(commands.concat());
        bytes.resize(0x4000, 0);
        bytes.extend(*b"symbols of it   \0_main\0and more.");
        bytes
    }

    /// The processor number of arm64.
    pub(crate) const ARM64: u32 = 0x0100_000c;
    /// The processor number of x86-64.
    pub(crate) const X86_64: u32 = 0x0100_0007;

    /// Builds a universal file.
    pub(crate) fn universal(parts: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = Vec::from(0xcafe_babe_u32.to_be_bytes());
        bytes.extend((parts.len() as u32).to_be_bytes());
        let mut at = 0x4000u32;
        for (cpu, content) in parts {
            for value in [*cpu, 0, at, content.len() as u32, 14] {
                bytes.extend(value.to_be_bytes());
            }
            at += content.len().next_multiple_of(0x4000) as u32;
        }
        for (_, content) in parts {
            bytes.resize(bytes.len().next_multiple_of(0x4000), 0);
            bytes.extend(content);
        }
        bytes
    }

    #[test]
    fn room_is_what_lies_between_commands_and_content() {
        let bytes = file(MH_DYLIB, ARM64, &[], 100);
        let image = Image::parse(&bytes).unwrap();
        assert_eq!((image.room(&bytes), image.arch), (100, Some(Arch::Aarch64)));
        assert_eq!(image.linkedit(&bytes).unwrap().fileoff, 0x4000);
    }

    #[test]
    fn the_slice_of_a_processor_is_found() {
        let (one, two) = (file(MH_DYLIB, X86_64, &[], 0), file(MH_BUNDLE, ARM64, &[], 8));
        let both = universal(&[(X86_64, one.clone()), (ARM64, two.clone())]);
        assert_eq!(slice(&both, Arch::Aarch64).unwrap(), two);
        assert_eq!(slice(&both, Arch::X86_64).unwrap(), one);
        assert_eq!((slices(&both), slices(&one)), (vec![&one[..], &two], vec![&one[..]]));
        assert!(has(&both[..4096], Arch::Aarch64) && !has(&one, Arch::Aarch64));
        assert_eq!(slice(b"\xca\xfe\xba\xbe\0\0\0\x34 java", Arch::X86_64), Err(Refusal::Foreign));
        let cut = slice(&both[..0x5000], Arch::Aarch64);
        assert_eq!(cut, Err(Refusal::Damaged("table of processors".into())));
    }
}
