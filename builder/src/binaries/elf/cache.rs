//! Reads the library cache of `ldconfig`: `/etc/ld.so.cache`, or the folders of `/etc/ld.so.conf` if there
//! is no cache.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::os;
use crate::target::Arch;

/// The system's libraries by soname.
#[derive(Debug, Default)]
pub(crate) struct SystemLibraries {
    /// Soname → paths as written in the cache, in order of preference.
    cached: HashMap<String, Vec<PathBuf>>,
    /// Folders of `ld.so.conf`, in order; empty if there is a cache.
    folders: Vec<PathBuf>,
}

const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// Magic number of the format before glibc 2.32, which the new format may follow in the same file.
const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const HEADER: usize = 48;
const ENTRY: usize = 24;
/// `FLAG_ELF_LIBC6` with the processor's required bits (glibc, sysdeps/generic/ldconfig.h).
const X86_64_LIB64: u32 = 0x0303;
const AARCH64_LIB64: u32 = 0x0a03;

impl SystemLibraries {
    /// Reads the libraries for `arch` of the system under `root`.
    pub(crate) fn read(root: &Path, arch: Arch) -> SystemLibraries {
        let etc = root.join("etc");
        if let Some(cached) = fs_err::read(etc.join("ld.so.cache")).ok().and_then(|b| parse(&b, arch)) {
            return SystemLibraries { cached, folders: Vec::new() };
        }
        let mut folders = Vec::new();
        configured(root, &etc.join("ld.so.conf"), 0, &mut folders);
        SystemLibraries { cached: HashMap::new(), folders }
    }

    /// Returns the paths of `soname` in the system, in order of preference, without checking that they
    /// exist.
    pub(crate) fn candidates(&self, soname: &str) -> Vec<PathBuf> {
        let cached = self.cached.get(soname).into_iter().flatten().cloned();
        cached.chain(self.folders.iter().map(|f| f.join(soname))).collect()
    }

    /// Returns the sonames in the cache, unsorted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.cached.keys().map(String::as_str)
    }

    /// Returns the folders to search if there is no cache.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(PathBuf::as_path)
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn text_at(bytes: &[u8], at: u32) -> Option<&str> {
    let rest = bytes.get(at as usize..)?;
    std::str::from_utf8(&rest[..rest.iter().position(|b| *b == 0)?]).ok()
}

/// Parses the entries of a cache: (soname, path) for libraries that every processor of `arch` can run.
fn parse(bytes: &[u8], arch: Arch) -> Option<HashMap<String, Vec<PathBuf>>> {
    let new = if bytes.starts_with(OLD_MAGIC) {
        // 12-byte entries follow a 16-byte header. The new format starts at the next multiple of 8.
        let count = u32_at(bytes, 12)? as usize;
        bytes.get((16 + count.checked_mul(12)?).next_multiple_of(8)..)?
    } else {
        bytes
    };
    if !new.starts_with(MAGIC) {
        return None;
    }
    let wanted = if arch == Arch::X86_64 { X86_64_LIB64 } else { AARCH64_LIB64 };
    let count = u32_at(new, MAGIC.len())? as usize;
    let mut libraries: HashMap<String, Vec<PathBuf>> = HashMap::new();
    for i in 0..count {
        let at = HEADER.checked_add(i.checked_mul(ENTRY)?)?;
        let flags = u32_at(new, at)?;
        // A library that requires a newer processor (glibc-hwcaps) would not run on every machine.
        let hwcap = (u32_at(new, at + 16)?, u32_at(new, at + 20)?);
        if flags != wanted || hwcap != (0, 0) {
            continue;
        }
        let (soname, path) = (text_at(new, u32_at(new, at + 4)?)?, text_at(new, u32_at(new, at + 8)?)?);
        libraries.entry(soname.to_owned()).or_default().push(PathBuf::from(path));
    }
    Some(libraries)
}

/// Collects the folders that an `ld.so.conf` lists, following its includes.
fn configured(root: &Path, file: &Path, depth: usize, folders: &mut Vec<PathBuf>) {
    let Ok(text) = fs_err::read_to_string(file) else { return };
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(pattern) = line.strip_prefix("include").filter(|p| p.starts_with([' ', '\t'])) {
            // The limit ends cycles of includes.
            if depth < 8 {
                for path in included(root, file, pattern.trim()) {
                    configured(root, &path, depth + 1, folders);
                }
            }
        } else if line.starts_with('/') {
            folders.extend(line.split([' ', '\t', ':', ',']).filter(|f| !f.is_empty()).map(PathBuf::from));
        }
    }
}

fn included(root: &Path, file: &Path, pattern: &str) -> Vec<PathBuf> {
    let pattern = match pattern.strip_prefix('/') {
        Some(rest) => root.join(rest),
        None => file.with_file_name(pattern),
    };
    let (Some(folder), Some(name)) = (pattern.parent(), pattern.file_name()) else { return Vec::new() };
    let Ok(glob) = globset::Glob::new(&name.to_string_lossy()) else { return Vec::new() };
    let matcher = glob.compile_matcher();
    let fits = |path: &PathBuf| path.file_name().is_some_and(|name| matcher.is_match(name));
    os::list(folder).into_iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(flags: u32, key: u32, value: u32, hwcap: u64) -> Vec<u8> {
        let mut e = Vec::new();
        for word in [flags, key, value, 0] {
            e.extend(word.to_le_bytes());
        }
        e.extend(hwcap.to_le_bytes());
        e
    }

    fn cache() -> Vec<u8> {
        let strings = b"liba.so.1\0/opt/v3/liba.so.1\0/opt/liba.so.1\0";
        let base = (HEADER + 3 * ENTRY) as u32;
        let mut bytes = MAGIC.to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend((strings.len() as u32).to_le_bytes());
        bytes.resize(HEADER, 0);
        bytes.extend(entry(X86_64_LIB64, base, base + 10, 1 << 62));
        bytes.extend(entry(X86_64_LIB64, base, base + 28, 0));
        bytes.extend(entry(AARCH64_LIB64, base, base + 10, 0));
        bytes.extend(strings);
        bytes
    }

    #[test]
    fn cache_prefers_what_every_processor_runs() {
        let libraries = parse(&cache(), Arch::X86_64).unwrap();
        assert_eq!(libraries["liba.so.1"], [PathBuf::from("/opt/liba.so.1")]);
    }

    #[test]
    fn cache_behind_the_old_format_is_found() {
        let mut bytes = OLD_MAGIC.to_vec();
        bytes.extend(1u32.to_le_bytes());
        bytes.extend([0; 12]);
        bytes.resize(32, 0);
        bytes.extend(cache());
        assert_eq!(parse(&bytes, Arch::Aarch64).unwrap()["liba.so.1"], [PathBuf::from("/opt/v3/liba.so.1")]);
    }

    #[test]
    fn truncated_cache_is_refused() {
        let bytes = cache();
        for n in 0..bytes.len() - 1 {
            let _ = parse(&bytes[..n], Arch::X86_64);
        }
        assert!(parse(&bytes[..60], Arch::X86_64).is_none());
    }

    #[test]
    fn configuration_files_include_others() {
        let root = tempfile::tempdir().unwrap();
        let etc = root.path().join("etc");
        fs_err::create_dir_all(etc.join("ld.so.conf.d")).unwrap();
        fs_err::write(etc.join("ld.so.conf"), "include ld.so.conf.d/*.conf\n/last # note\n").unwrap();
        fs_err::write(etc.join("ld.so.conf.d/b.conf"), "# note\n/b\n").unwrap();
        fs_err::write(etc.join("ld.so.conf.d/a.conf"), "/a\ninclude ../ld.so.conf\n").unwrap();
        let found = SystemLibraries::read(root.path(), Arch::X86_64).candidates("libx.so");
        assert_eq!(found.first(), Some(&PathBuf::from("/a/libx.so")));
        assert_eq!(found.last(), Some(&PathBuf::from("/last/libx.so")));
    }
}
