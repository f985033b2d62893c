//! Reserves space for an archive in a macOS executable: a separate segment before the data that signing
//! appends.

use object::macho::{self, LoadCommandType, MH_EXECUTE};

use crate::binaries::macho::image::{HEADER, Image, Segment, put_u32, put_u64, u32_at};
use crate::binaries::macho::sign;
use crate::error::{Error, Result};
use crate::target::Target;

/// Segment and section that the launcher searches (bootloader/archive/src/container.rs).
const SEGMENT: &[u8] = b"__FREEZE";
const SECTION: &[u8] = b"__archive";
/// Length in bytes of the load command of a segment with one section.
const COMMAND: usize = 152;
/// Alignment of segments: the page size of arm64, which is larger than that of x86-64.
const PAGE: u64 = 0x4000;
/// Read-only protection.
const READ: u32 = 1;

/// An executable with a gap for an archive.
#[derive(Debug)]
pub(super) struct Room {
    /// The first part: header, code and data.
    pub(super) head: Vec<u8>,
    /// Offset of the archive.
    pub(super) archive: u64,
    /// The part after the archive: symbols and data for the loader.
    pub(super) tail: Vec<u8>,
    /// Offset of this part.
    pub(super) behind: u64,
}

/// Returns the offsets in a load command whose values are file offsets in the last segment.
fn places(kind: LoadCommandType) -> Result<&'static [usize], LoadCommandType> {
    Ok(match kind {
        macho::LC_SYMTAB => &[8, 16],
        macho::LC_DYSYMTAB => &[32, 40, 48, 56, 64, 72],
        macho::LC_DYLD_INFO | macho::LC_DYLD_INFO_ONLY => &[8, 16, 24, 32, 40],
        macho::LC_TWOLEVEL_HINTS
        | macho::LC_CODE_SIGNATURE
        | macho::LC_SEGMENT_SPLIT_INFO
        | macho::LC_FUNCTION_STARTS
        | macho::LC_DATA_IN_CODE
        | macho::LC_DYLIB_CODE_SIGN_DRS
        | macho::LC_LINKER_OPTIMIZATION_HINT
        | macho::LC_DYLD_EXPORTS_TRIE
        | macho::LC_DYLD_CHAINED_FIXUPS
        | macho::LC_ATOM_INFO
        | macho::LC_FUNCTION_VARIANTS
        | macho::LC_FUNCTION_VARIANT_FIXUPS => &[8],
        // Segments, which are identified by their names; names and identifiers; the entry point, which is
        // relative to the start.
        macho::LC_SEGMENT_64
        | macho::LC_LOAD_DYLIB
        | macho::LC_LOAD_WEAK_DYLIB
        | macho::LC_REEXPORT_DYLIB
        | macho::LC_RPATH => &[],
        // Dynamic linker, UUID, source version, build version, oldest system, entry point, environment,
        // linker options.
        macho::LC_LOAD_DYLINKER
        | macho::LC_UUID
        | macho::LC_SOURCE_VERSION
        | macho::LC_BUILD_VERSION
        | macho::LC_VERSION_MIN_MACOSX
        | macho::LC_MAIN
        | macho::LC_DYLD_ENVIRONMENT
        | macho::LC_LINKER_OPTION => &[],
        other => return Err(other),
    })
}

fn wrong(what: &str) -> Error {
    Error::new(format!("failed to put the archive into the launcher for macOS: {what}")).hint(
        "build the launcher with `bootloader/launchers.sh`; FREEZE_BOOTLOADER must name one for macOS, or be unset",
    )
}

/// Checks that a launcher is for a target, and has space for an archive.
///
/// # Errors
/// The launcher is for another target, or has no space.
pub(super) fn check(launcher: &[u8], target: Target) -> Result<()> {
    make_room(launcher, PAGE)?;
    let arch = Image::parse(launcher).ok().and_then(|image| image.arch);
    if arch == Some(target.arch) {
        Ok(())
    } else {
        Err(wrong(&format!("it is for another processor than {}", target.name())))
    }
}

/// Reserves space for an archive of `len` bytes in a launcher, whose signature is dropped.
///
/// # Errors
/// The launcher is not a macOS executable that can be changed, or has no space for another load command.
pub(super) fn make_room(launcher: &[u8], len: u64) -> Result<Room> {
    let image =
        Image::parse(launcher).map_err(|_| wrong("it is not a Mach-O file for one 64-bit processor"))?;
    let linkedit = image.linkedit(launcher).filter(|_| image.filetype == MH_EXECUTE);
    let linkedit = linkedit.ok_or_else(|| wrong("expected a program whose last segment is __LINKEDIT"))?;
    let is_ours = |s: &Segment| s.name.as_bytes() == SEGMENT;
    if image.segments(launcher).iter().any(is_ours) {
        return Err(wrong("it already contains an archive"));
    }
    let content = sign::unsigned(launcher);
    let start = usize::try_from(linkedit.fileoff)?;
    let tail = content.get(start..).ok_or_else(|| wrong("its last segment is beyond its end"))?;
    // The load command of the signature is removed; signing adds it again.
    let kept: Vec<_> = image.commands.iter().filter(|c| c.kind != macho::LC_CODE_SIGNATURE).collect();
    let needed = kept.iter().map(|c| c.len).sum::<usize>() + COMMAND + 16;
    if needed > image.end - HEADER + image.room(launcher) || start < HEADER + needed {
        return Err(wrong("its header has no room for another segment"));
    }

    let archive = linkedit.fileoff.next_multiple_of(PAGE);
    let size = len.next_multiple_of(PAGE);
    let behind = archive + size;
    let address = |vmaddr: u64| {
        let vmaddr = vmaddr.checked_next_multiple_of(PAGE)?;
        Some((vmaddr, vmaddr.checked_add(size)?))
    };
    let (vmaddr, next) = address(linkedit.vmaddr).ok_or_else(|| wrong("its last segment has no address"))?;
    if behind + tail.len() as u64 > u64::from(u32::MAX) {
        return Err(wrong("a program of more than 4 GiB cannot be one file on macOS")
            .hint("leave data files out, or build with `mode = \"onedir\"`"));
    }
    let segment = segment(vmaddr, archive, len);
    let delta = behind - linkedit.fileoff;
    let mut commands = Vec::new();
    for command in kept {
        let mut bytes = launcher[command.at..command.at + command.len].to_vec();
        if *command == linkedit.command {
            commands.extend(&segment);
            put_u64(&mut bytes, 24, next);
            put_u64(&mut bytes, 40, behind);
            put_u64(&mut bytes, 48, tail.len() as u64);
        }
        let places = places(command.kind);
        let unknown = |kind| wrong(&format!("its load command {kind:#x} is unknown"));
        for at in places.map_err(unknown)? {
            let old = u32_at(&bytes, *at);
            if u64::from(old) >= linkedit.fileoff && old != 0 {
                put_u32(&mut bytes, *at, old + delta as u32);
            }
        }
        commands.extend(bytes);
    }
    let mut head = launcher[..start].to_vec();
    let old = image.end.max(HEADER + commands.len());
    head[HEADER..old].fill(0);
    head[HEADER..HEADER + commands.len()].copy_from_slice(&commands);
    let count = image.commands.len() - image.all(macho::LC_CODE_SIGNATURE).count() + 1;
    put_u32(&mut head, 16, count as u32);
    put_u32(&mut head, 20, commands.len() as u32);
    debug_assert!(Image::parse(&head).is_ok_and(|i| i.segments(&head).iter().any(is_ours)));
    Ok(Room { head, archive, tail: tail.to_vec(), behind })
}

/// Returns the load command of a segment with an archive of `len` bytes.
fn segment(vmaddr: u64, archive: u64, len: u64) -> Vec<u8> {
    let size = len.next_multiple_of(PAGE);
    let mut segment = vec![0; COMMAND];
    put_u32(&mut segment, 0, macho::LC_SEGMENT_64.0);
    put_u32(&mut segment, 4, COMMAND as u32);
    segment[8..8 + SEGMENT.len()].copy_from_slice(SEGMENT);
    for (at, value) in [(24, vmaddr), (32, size), (40, archive), (48, size), (104, vmaddr), (112, len)] {
        put_u64(&mut segment, at, value);
    }
    for (at, value) in [(56, READ), (60, READ), (64, 1), (120, archive as u32), (124, PAGE.trailing_zeros())]
    {
        put_u32(&mut segment, at, value);
    }
    segment[72..72 + SECTION.len()].copy_from_slice(SECTION);
    segment[88..88 + SEGMENT.len()].copy_from_slice(SEGMENT);
    segment
}

/// Returns the minimum macOS version of a launcher.
pub(super) fn oldest(launcher: &[u8]) -> Option<(u32, u32)> {
    let image = Image::parse(launcher).ok()?;
    let version = |packed: u32| (packed >> 16, packed >> 8 & 0xff);
    let build = image.all(macho::LC_BUILD_VERSION).next().map(|c| u32_at(launcher, c.at + 12));
    build.or(image.all(macho::LC_VERSION_MIN_MACOSX).next().map(|c| u32_at(launcher, c.at + 8))).map(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binaries::macho::image::tests::{ARM64, X86_64, file, named};
    use crate::binaries::macho::image::u64_at;
    use object::macho::MH_DYLIB;

    #[test]
    fn what_lies_behind_moves_with_all_that_tells_its_place() {
        for cpu in [ARM64, X86_64] {
            let plain =
                file(MH_EXECUTE, cpu, &[named(macho::LC_LOAD_DYLIB, 24, "/usr/lib/libSystem.B.dylib")], 400);
            let room = make_room(&plain, 0x5001).unwrap();
            assert_eq!((room.archive, room.behind, room.head.len()), (0x4000, 0xc000, 0x4000));
            assert_eq!(room.tail, plain[0x4000..]);
            let image = Image::parse(&room.head).unwrap();
            let segments = image.segments(&room.head);
            let names: Vec<&str> = segments.iter().map(|s| s.name.as_str()).collect();
            assert_eq!(names, ["__TEXT", "__FREEZE", "__LINKEDIT"]);
            assert_eq!((segments[1].vmaddr, segments[2].vmaddr), (0x4000, 0xc000));
            assert_eq!((segments[1].filesize, segments[2].fileoff), (0x8000, 0xc000));
            let symtab = image.all(macho::LC_SYMTAB).next().unwrap().at;
            assert_eq!((u32_at(&room.head, symtab + 8), u32_at(&room.head, symtab + 16)), (0xc000, 0xc010));
            assert_eq!(u64_at(&room.head, segments[1].command.at + 112), 0x5001);
        }
    }

    #[test]
    fn a_launcher_that_cannot_be_changed_is_told() {
        let error = |bytes: &[u8], text: &str| {
            let error = make_room(bytes, 100).unwrap_err().to_string();
            assert!(error.contains(text) && error.contains("hint: "), "{error}");
        };
        error(b"\x7fELF", "not a Mach-O file");
        error(&file(MH_DYLIB, ARM64, &[], 400), "expected a program");
        let target = Target::named("macos-x86_64").unwrap();
        let other = check(&file(MH_EXECUTE, ARM64, &[], 400), target).unwrap_err().to_string();
        assert!(other.contains("another processor than macos-x86_64"), "{other}");
        assert!(check(&file(MH_EXECUTE, X86_64, &[], 400), target).is_ok());
        error(&file(MH_EXECUTE, ARM64, &[], 100), "no room");
        error(
            &file(MH_EXECUTE, ARM64, &[named(LoadCommandType(0x55), 12, "x")], 400),
            "load command 0x55 is unknown",
        );
        let plain = file(MH_EXECUTE, ARM64, &[], 400);
        let room = make_room(&plain, 100).unwrap();
        let whole = [room.head, vec![0; 0x4000], room.tail].concat();
        error(&whole, "already contains an archive");
        let error = make_room(&plain, u64::from(u32::MAX)).unwrap_err().to_string();
        assert!(error.contains("4 GiB"), "{error}");
    }
}
