//! Facts about a native file, independent of its object format.

use serde::{Deserialize, Serialize};

use crate::target::Arch;

/// Facts from the headers of a native file, kept in the store by content hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The processor that it runs on; `None` if no target has it (32-bit, other endianness).
    pub arch: Option<Arch>,
    /// How the operating system starts or loads the file.
    pub role: Role,
    /// The name that other files use for it (DT_SONAME, install name).
    pub name: Option<String>,
    /// Libraries it needs, in order.
    pub needed: Vec<String>,
    /// Needed libraries that may be missing at load time.
    #[serde(default)]
    pub weak: Vec<String>,
    /// Search path that the libraries it loads inherit (DT_RPATH), as written, without empty folders.
    pub rpath: Vec<String>,
    /// Search path for its own libraries only (DT_RUNPATH); disables `rpath` if present.
    pub runpath: Option<Vec<String>>,
    /// Versions needed from each library: `libc.so.6` → `GLIBC_2.17`, ….
    pub versions: Vec<(String, Vec<String>)>,
    /// Versions it defines.
    pub defines: Vec<String>,
    /// Whether the loader skips the standard folders for its libraries.
    pub no_default: bool,
    /// The oldest macOS that it runs on.
    #[serde(default)]
    pub macos: Option<(u32, u32)>,
}

/// How the operating system starts or loads a native file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Role {
    /// A library or an extension module.
    #[default]
    Library,
    /// A program that a loader starts.
    Program,
    /// A program without dynamic section.
    Static,
}

impl Facts {
    /// Returns the highest glibc version needed, with its name as in `GLIBC_2.34`.
    pub(crate) fn glibc(&self) -> Option<((u32, u32), &str)> {
        let versions = self.versions.iter().flat_map(|(_, names)| names);
        versions.filter_map(|name| Some((glibc_version(name)?, name.as_str()))).max_by_key(|(v, _)| *v)
    }

    /// Returns the search path for its own libraries.
    pub(crate) fn search(&self) -> &[String] {
        self.runpath.as_deref().unwrap_or(&self.rpath)
    }
}

/// Parses the name of a glibc version. A name for a loader feature counts as the version that introduced
/// it.
fn glibc_version(name: &str) -> Option<(u32, u32)> {
    if name == "GLIBC_ABI_DT_RELR" {
        return Some((2, 36));
    }
    let mut numbers = name.strip_prefix("GLIBC_")?.split('.').map(|n| n.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highest_glibc_version_counts_numbers_not_text() {
        let names = ["GLIBC_2.9", "GLIBC_2.17", "GLIBC_2.2.5", "GLIBC_PRIVATE", "GCC_3.0"];
        let facts = Facts {
            versions: vec![("libc.so.6".into(), names.map(String::from).to_vec())],
            ..Facts::default()
        };
        assert_eq!(facts.glibc(), Some(((2, 17), "GLIBC_2.17")));
        assert_eq!(glibc_version("GLIBC_ABI_DT_RELR"), Some((2, 36)));
    }
}
