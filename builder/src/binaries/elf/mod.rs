//! ELF files for Linux: reads, searches and rewrites them.

pub(crate) mod cache;
mod icu;
#[cfg(test)]
mod icu_tests;
pub(crate) mod image;
pub(crate) mod layout;
pub(crate) mod read;
pub(crate) mod rewrite;
#[cfg(test)]
mod rewrite_tests;
pub(crate) mod search;

use std::path::{Path, PathBuf};

use super::facts::Facts;
use super::format::{Format, Patch, Refusal, Unsafe};
use crate::analysis::LibraryName;
use crate::paths::{under_root, way};
use crate::target::Arch;
use search::Loader;

/// ELF files and the glibc loader.
#[derive(Debug)]
pub(crate) struct Elf {
    arch: Arch,
    loader: Loader,
}

impl Elf {
    /// Returns ELF for `arch`, with the system under `root`.
    pub(crate) fn new(arch: Arch, root: &Path) -> Elf {
        let environment = std::env::var("LD_LIBRARY_PATH").ok();
        Elf { arch, loader: Loader::new(root, arch, environment.as_deref()) }
    }

    /// Returns ELF for `arch` of another system, whose files are under `root`. Ignores the environment of
    /// this machine.
    pub(crate) fn under(arch: Arch, root: &Path) -> Elf {
        Elf { arch, loader: Loader::new(root, arch, None) }
    }

    /// Returns the same format with folders of libraries that are searched before those of the system.
    pub(crate) fn with_own(self, folders: Vec<PathBuf>) -> Elf {
        Elf { loader: self.loader.with_own(folders), ..self }
    }

    /// Returns the same format with the musl loader.
    pub(crate) fn of_musl(self) -> Elf {
        Elf { loader: self.loader.of_musl(), ..self }
    }
}

impl Format for Elf {
    fn read(&self, bytes: &[u8]) -> Result<Facts, Refusal> {
        read::read(bytes)
    }

    fn fits(&self, head: &[u8]) -> bool {
        // 64-bit, little-endian; the processor is at offset 18.
        let machine =
            if self.arch == Arch::X86_64 { object::elf::EM_X86_64 } else { object::elf::EM_AARCH64 };
        head.starts_with(b"\x7fELF\x02\x01") && head.get(18..20) == Some(&machine.0.to_le_bytes())
    }

    fn by_search_path(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        self.loader.by_search_path(chain, needed)
    }

    fn candidates(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        // A path with a slash is used without a search.
        if needed.contains('/') {
            return self.loader.by_path(needed).into_iter().collect();
        }
        self.by_search_path(chain, needed)
    }

    fn by_system(&self, facts: &Facts, needed: &str) -> Vec<PathBuf> {
        self.loader.by_system(facts, needed)
    }

    fn file_names(&self, name: &LibraryName) -> Vec<String> {
        match name {
            LibraryName::File(name) if name.ends_with(".so") || name.contains(".so.") => vec![name.clone()],
            LibraryName::File(_) => Vec::new(),
            LibraryName::Link(name) => self.loader.named(name).into_iter().collect(),
        }
    }

    fn opens_by_search_path(&self) -> bool {
        true
    }

    fn inside(&self, entry: &str, folder: &str) -> Vec<String> {
        if !entry.starts_with("$ORIGIN") && !entry.starts_with("${ORIGIN}") {
            return Vec::new();
        }
        search::expand(entry, folder, self.arch).iter().filter_map(|path| under_root(path)).collect()
    }

    fn relative(&self, folder: &str, other: &str) -> String {
        format!("$ORIGIN/{}", way(folder, other)).trim_end_matches('/').to_owned()
    }

    fn patch(&self, bytes: &[u8], facts: &Facts, patch: &Patch<'_>) -> Result<Option<Vec<u8>>, Unsafe> {
        rewrite::patch(bytes, facts, patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_entries_lead_from_folder_to_folder() {
        let root = tempfile::tempdir().unwrap();
        let elf = Elf::new(Arch::X86_64, root.path());
        for (folder, other, entry) in [
            ("", "", "$ORIGIN"),
            ("lib-dynload", "", "$ORIGIN/.."),
            ("numpy/_core", "numpy.libs", "$ORIGIN/../../numpy.libs"),
            ("a/b", "a/c", "$ORIGIN/../c"),
            ("", "x.libs", "$ORIGIN/x.libs"),
        ] {
            assert_eq!(elf.relative(folder, other), entry);
            assert_eq!(elf.inside(entry, folder), [other]);
        }
        assert!(elf.inside("$ORIGIN/../..", "lib-dynload").is_empty());
        assert!(elf.inside("/usr/lib", "").is_empty());
    }
}
