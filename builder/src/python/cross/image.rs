//! The properties of a Python that its native file reveals: its platform, built-in modules and version.

use std::collections::HashMap;

use freeze_archive::Processor;
use object::read::File;
use object::{ExportTarget, Object, ObjectSection, ObjectSegment, ObjectSymbol, RelocationTarget};
use serde::{Deserialize, Serialize};

use crate::target::{Arch, Os};

/// Maximum number of entries in a table of modules.
const MOST: u64 = 4096;

/// A shared libpython, or an interpreter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Image {
    pub(super) os: Os,
    /// `None` for an unsupported processor.
    pub(super) arch: Option<Arch>,
    /// Whether it needs musl, if it needs a C library.
    pub(super) musl: Option<bool>,
    /// Built-in modules, sorted; empty if the table cannot be read.
    pub(super) builtin: Vec<String>,
    /// Versions that occur as texts.
    pub(super) versions: Vec<(u8, u8)>,
}

impl Image {
    /// Reads a native file. From a macOS universal binary, reads the part for `arch`, or else the first part.
    pub(super) fn read(bytes: &[u8], arch: Arch) -> Result<Image, &'static str> {
        let first = || freeze_archive::parts(bytes).next().map(|(_, place)| &bytes[place]);
        let bytes = part(bytes, arch).or_else(first).unwrap_or(bytes);
        let file = File::parse(bytes).map_err(|_| "expected a library or program (ELF, PE or Mach-O)")?;
        let os = match file.format() {
            object::BinaryFormat::Elf => Os::Linux,
            object::BinaryFormat::Pe => Os::Windows,
            object::BinaryFormat::MachO => Os::Macos,
            _ => return Err("expected ELF, PE or Mach-O"),
        };
        let arch = match file.architecture() {
            object::Architecture::X86_64 => Some(Arch::X86_64),
            object::Architecture::Aarch64 => Some(Arch::Aarch64),
            _ => None,
        };
        let arch = arch.filter(|_| file.is_64());
        let mut builtin = Memory::new(&file).inittab().unwrap_or_default();
        builtin.sort();
        builtin.dedup();
        let musl = match os {
            Os::Linux if holds(bytes, b"libc.musl-") || holds(bytes, b"/ld-musl-") => Some(true),
            Os::Linux if holds(bytes, b"libc.so.6\0") => Some(false),
            _ => None,
        };
        Ok(Image { os, arch, musl, builtin, versions: versions(bytes) })
    }

    /// Returns the micro version, given the minor version.
    pub(super) fn micro(&self, minor: u8) -> Option<u8> {
        self.versions.iter().find(|(m, _)| *m == minor).map(|(_, micro)| *micro)
    }
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    memchr::memmem::find(bytes, text).is_some()
}

/// Returns the part of a universal binary for a processor.
pub(super) fn part(bytes: &[u8], arch: Arch) -> Option<&[u8]> {
    let wanted = match arch {
        Arch::X86_64 => Processor::X86_64,
        Arch::Aarch64 => Processor::Arm64,
    };
    let found = freeze_archive::parts(bytes).find(|(processor, _)| *processor == wanted);
    found.map(|(_, place)| &bytes[place])
}

/// Returns the strings that are a version of Python 3, such as `3.11.2` or `3.14.0rc1`.
fn versions(bytes: &[u8]) -> Vec<(u8, u8)> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(bytes, b"\x003.") {
        let text = &bytes[at + 1..bytes.len().min(at + 20)];
        let Some(text) = text.split(|b| *b == 0).next().and_then(|t| std::str::from_utf8(t).ok()) else {
            continue;
        };
        let mut parts = text.split('.').skip(1);
        let (Some(minor), Some(micro), None) = (parts.next(), parts.next(), parts.next()) else { continue };
        let digits = micro.len() - micro.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let rest = &micro[digits..];
        let known = rest.is_empty() || ["a", "b", "rc", "+"].iter().any(|s| rest.starts_with(s));
        if let (Ok(minor), Ok(micro), true) = (minor.parse(), micro[..digits].parse(), known)
            && !found.contains(&(minor, micro))
        {
            found.push((minor, micro));
        }
    }
    found
}

/// A file as it is loaded into memory.
struct Memory<'f, 'd> {
    file: &'f File<'d>,
    /// Pointers that the loader writes.
    pointers: HashMap<u64, u64>,
}

impl<'f, 'd> Memory<'f, 'd> {
    fn new(file: &'f File<'d>) -> Memory<'f, 'd> {
        let mut pointers = HashMap::new();
        if let Some(relocations) = file.dynamic_relocations() {
            let table = file.dynamic_symbol_table();
            for (at, relocation) in relocations {
                let symbol = match relocation.target() {
                    RelocationTarget::Absolute => Some(0),
                    RelocationTarget::Symbol(index) => {
                        use object::ObjectSymbolTable;
                        table.as_ref().and_then(|t| t.symbol_by_index(index).ok()).map(|s| s.address())
                    }
                    _ => None,
                };
                if let Some(symbol) = symbol {
                    pointers.insert(at, symbol.wrapping_add_signed(relocation.addend()));
                }
            }
        }
        Memory { file, pointers }
    }

    /// Returns the names in the table of modules: pairs of a name and a function, terminated by a pair of
    /// zeros.
    fn inittab(&self) -> Option<Vec<String>> {
        let table = self.pointer(self.symbol("PyImport_Inittab")?)?;
        let mut names = Vec::new();
        for i in 0..MOST {
            let name = self.pointer(table.checked_add(i * 16)?)?;
            if name == 0 {
                return Some(names);
            }
            names.push(self.text(name)?);
        }
        None
    }

    fn symbol(&self, name: &str) -> Option<u64> {
        let plain = |found: &[u8]| found.strip_prefix(b"_").unwrap_or(found) == name.as_bytes();
        let mut export = None;
        for found in self.file.exports().ok()?.filter_map(|e| e.ok()) {
            if let (Some(name), ExportTarget::Address { address, .. }) = (found.name().name(), found.target())
                && plain(name)
            {
                export = Some(address);
                break;
            }
        }
        export.or_else(|| {
            let mut symbols = self.file.symbols().chain(self.file.dynamic_symbols());
            symbols.find(|s| s.is_definition() && s.name_bytes().is_ok_and(plain)).map(|s| s.address())
        })
    }

    fn pointer(&self, at: u64) -> Option<u64> {
        if let Some(value) = self.pointers.get(&at) {
            return Some(*value);
        }
        let raw = u64::from_le_bytes(self.bytes(at, 8)?.try_into().ok()?);
        if self.file.format() != object::BinaryFormat::MachO {
            return Some(raw);
        }
        // An entry of a chain of fixups: the low bits are the address, or the offset from the image base.
        let low = raw & 0xf_ffff_ffff;
        let base = self.file.relative_address_base();
        Some(if low != 0 && low < base { low + base } else { low })
    }

    fn text(&self, at: u64) -> Option<String> {
        let bytes = (1..=8).rev().find_map(|n| self.bytes(at, n * 16)).or_else(|| self.bytes(at, 8))?;
        let text = &bytes[..bytes.iter().position(|b| *b == 0)?];
        let name = std::str::from_utf8(text).ok()?;
        let is_name =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
        is_name.then(|| name.to_owned())
    }

    fn bytes(&self, at: u64, len: u64) -> Option<&'d [u8]> {
        let segment = self.file.segments().find_map(|s| s.data_range(at, len).ok().flatten());
        segment.or_else(|| self.file.sections().find_map(|s| s.data_range(at, len).ok().flatten()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_other_strings() {
        let bytes = b"x\x003.11.2\x003.11\x003.14.0rc1\x003.1.x\x003.12.1+\x003.4.5.6\0";
        assert_eq!(versions(bytes), [(11, 2), (14, 0), (12, 1)]);
    }

    #[test]
    fn what_is_no_native_file_is_refused() {
        for bytes in [&b""[..], b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe\0\0\0\x01", b"#!/bin/sh\n"] {
            assert!(Image::read(bytes, Arch::X86_64).is_err());
        }
    }

    #[test]
    fn the_running_program_is_of_this_platform() {
        let bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let image = Image::read(&bytes, crate::target::Target::host().arch).unwrap();
        assert_eq!(image.os, crate::target::Target::host().os);
        assert_eq!(image.arch, Some(crate::target::Target::host().arch));
        assert!(image.builtin.is_empty());
        for n in (0..bytes.len().min(200_000)).step_by(997) {
            let _ = Image::read(&bytes[..n], Arch::X86_64);
        }
    }
}
