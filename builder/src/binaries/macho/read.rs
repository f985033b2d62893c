//! Reads the facts of a Mach-O file: processor, kind, libraries, run paths, minimum macOS version.

use object::macho::{self, MH_BUNDLE, MH_DYLIB, MH_EXECUTE};

use super::image::{self, Image, LIBRARIES, u32_at};
use crate::binaries::facts::{Facts, Role};
use crate::binaries::format::Refusal;
use crate::target::Arch;

/// Reads the facts that affect loading; for a universal file, those of the slice for `arch`.
pub(super) fn read(bytes: &[u8], arch: Arch) -> Result<Facts, Refusal> {
    let bytes = image::slice(bytes, arch)?;
    let image = Image::parse(bytes)?;
    let role = match image.filetype {
        MH_EXECUTE => Role::Program,
        MH_DYLIB | MH_BUNDLE => Role::Library,
        // Object files, core dumps, debug information.
        _ => return Err(Refusal::Foreign),
    };
    let damaged = || Refusal::Damaged("name of a library".to_owned());
    let mut facts = Facts { arch: image.arch, role, ..Facts::default() };
    for command in &image.commands {
        match command.kind {
            kind if LIBRARIES.contains(&kind) => {
                let name = image.string(bytes, *command).ok_or_else(damaged)?;
                if kind == macho::LC_LOAD_WEAK_DYLIB && !facts.needed.contains(&name) {
                    facts.weak.push(name.clone());
                }
                if kind != macho::LC_LOAD_WEAK_DYLIB {
                    facts.weak.retain(|n| *n != name);
                }
                if !name.is_empty() && !facts.needed.contains(&name) {
                    facts.needed.push(name);
                }
            }
            macho::LC_ID_DYLIB => facts.name = image.string(bytes, *command),
            macho::LC_RPATH => facts.rpath.extend(image.string(bytes, *command)),
            macho::LC_BUILD_VERSION if command.len >= 16 && u32_at(bytes, command.at + 8) == 1 => {
                facts.macos = Some(version(u32_at(bytes, command.at + 12)));
            }
            macho::LC_VERSION_MIN_MACOSX if command.len >= 12 => {
                facts.macos = Some(version(u32_at(bytes, command.at + 8)));
            }
            _ => {}
        }
    }
    Ok(facts)
}

/// Returns the first two parts of a version `X.Y.Z` in a header.
fn version(packed: u32) -> (u32, u32) {
    (packed >> 16, packed >> 8 & 0xff)
}

#[cfg(test)]
mod tests {
    use super::super::image::put_u32;
    use super::super::image::tests::{ARM64, X86_64, file, named, universal};
    use super::*;

    fn build_version() -> Vec<u8> {
        let mut command = vec![0; 24];
        for (at, value) in [(0, macho::LC_BUILD_VERSION.0), (4, 24), (8, 1), (12, 0x000b_0300)] {
            put_u32(&mut command, at, value);
        }
        command
    }

    fn library() -> Vec<u8> {
        let more = [
            named(macho::LC_ID_DYLIB, 24, "/install/lib/liba.1.dylib"),
            named(macho::LC_LOAD_DYLIB, 24, "@rpath/libb.dylib"),
            named(macho::LC_LOAD_WEAK_DYLIB, 24, "/usr/lib/libnew.dylib"),
            named(macho::LC_REEXPORT_DYLIB, 24, "@loader_path/.dylibs/libc.dylib"),
            named(macho::LC_LOAD_DYLIB, 24, "@rpath/libb.dylib"),
            named(macho::LC_RPATH, 12, "@loader_path/../lib"),
            build_version(),
        ];
        file(MH_DYLIB, ARM64, &more, 64)
    }

    #[test]
    fn libraries_and_run_paths_are_read() {
        for bytes in [library(), universal(&[(X86_64, file(MH_DYLIB, X86_64, &[], 0)), (ARM64, library())])] {
            let facts = read(&bytes, Arch::Aarch64).unwrap();
            let needed = ["@rpath/libb.dylib", "/usr/lib/libnew.dylib", "@loader_path/.dylibs/libc.dylib"];
            assert_eq!(facts.needed, needed);
            assert_eq!(facts.weak, ["/usr/lib/libnew.dylib"]);
            assert_eq!(facts.rpath, ["@loader_path/../lib"]);
            assert_eq!(facts.name.as_deref(), Some("/install/lib/liba.1.dylib"));
            assert_eq!((facts.role, facts.macos), (Role::Library, Some((11, 3))));
        }
        assert_eq!(read(&library(), Arch::X86_64).unwrap().arch, Some(Arch::Aarch64));
    }

    #[test]
    fn what_is_cut_or_changed_is_refused() {
        let whole = library();
        for n in (0..600).chain([0x3fff, 0x4000]) {
            let _ = read(&whole[..n], Arch::Aarch64);
        }
        for at in 0..700 {
            for flip in [0xff, 0x80, 1] {
                let mut other = whole.clone();
                other[at] ^= flip;
                let _ = read(&other, Arch::Aarch64);
            }
        }
        assert_eq!(read(b"\x7fELF", Arch::Aarch64), Err(Refusal::Foreign));
        assert!(matches!(read(&whole[..100], Arch::Aarch64), Err(Refusal::Damaged(_))));
        assert_eq!(read(&file(macho::MH_OBJECT, ARM64, &[], 0), Arch::Aarch64), Err(Refusal::Foreign));
    }
}
