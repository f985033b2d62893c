//! PE files for Windows: reads their imports, and searches the folders of the Windows loader.

mod read;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::facts::Facts;
use super::format::{Format, Patch, Refusal, Unsafe};
use crate::analysis::LibraryName;
use crate::error::Warning;
use crate::target::Arch;

/// The entry for the file's own folder, the only one that a file can rely on.
const OWN: &str = ".";

/// File names in a folder, in lower case.
type Listing = HashMap<String, PathBuf>;

/// PE files and the Windows loader.
#[derive(Debug)]
pub(crate) struct Pe {
    arch: Arch,
    /// Folders of packages, longest first.
    roots: Vec<PathBuf>,
    /// Folders with the interpreter's libraries.
    own: Vec<PathBuf>,
    listings: Mutex<HashMap<PathBuf, Listing>>,
    /// All libraries below the folders of packages, by name.
    index: OnceLock<HashMap<String, Vec<PathBuf>>>,
}

impl Pe {
    /// Returns PE for `arch`, with the interpreter's libraries in `own` and its packages in `roots`.
    pub(crate) fn new(arch: Arch, mut roots: Vec<PathBuf>, own: Vec<PathBuf>) -> Pe {
        roots.retain(|root| !own.contains(root));
        roots.sort_by(|a, b| b.as_os_str().len().cmp(&a.as_os_str().len()).then(a.cmp(b)));
        Pe { arch, roots, own, listings: Mutex::default(), index: OnceLock::new() }
    }

    /// Finds a file in a folder, ignoring case.
    fn file(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        let listing = listings.entry(folder.to_owned()).or_insert_with(|| list(folder));
        listing.get(name).cloned()
    }

    /// Returns the root of a file, and its top-level folder there.
    fn top(&self, file: &Path) -> Option<(&Path, String)> {
        let root = self.roots.iter().find(|root| file.starts_with(root))?;
        let inner = file.strip_prefix(root).ok()?;
        let mut parts = inner.components();
        let first = parts.next()?.as_os_str().to_str()?;
        // The libraries of a top-level module are in a folder with its name as well.
        let stem = if parts.next().is_none() { first.split('.').next()? } else { first };
        Some((root, stem.strip_suffix(".libs").unwrap_or(stem).to_owned()))
    }

    /// Returns libraries of a name in packages: `os.add_dll_directory` may add any of their folders.
    fn indexed(&self, name: &str) -> &[PathBuf] {
        let index = self.index.get_or_init(|| {
            let mut index: HashMap<String, Vec<PathBuf>> = HashMap::new();
            for root in &self.roots {
                for entry in walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten() {
                    let name = entry.file_name().to_string_lossy().to_lowercase();
                    if name.ends_with(".dll") && entry.file_type().is_file() {
                        index.entry(name).or_default().push(entry.into_path());
                    }
                }
            }
            index
        });
        index.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

fn list(folder: &Path) -> Listing {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|e| (e.file_name().to_string_lossy().to_lowercase(), e.path())).collect()
}

impl Format for Pe {
    fn read(&self, bytes: &[u8]) -> Result<Facts, Refusal> {
        read::read(bytes)
    }

    fn fits(&self, head: &[u8]) -> bool {
        read::machine(head) == Some(self.arch)
    }

    fn by_search_path(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        let Some((_, path)) = chain.first() else { return Vec::new() };
        let mut found: Vec<PathBuf> =
            path.parent().and_then(|own| self.file(own, needed)).into_iter().collect();
        if let Some((root, top)) = self.top(path) {
            found.extend(self.file(&root.join(format!("{top}.libs")), needed));
            let same = |file: &&PathBuf| self.top(file).is_some_and(|(r, t)| r == root && t == top);
            found.extend(self.indexed(needed).iter().filter(same).cloned());
        }
        found
    }

    fn by_system(&self, _: &Facts, needed: &str) -> Vec<PathBuf> {
        let own = self.own.iter().filter_map(|folder| self.file(folder, needed));
        own.chain(self.indexed(needed).iter().cloned()).collect()
    }

    fn file_names(&self, name: &LibraryName) -> Vec<String> {
        let (LibraryName::File(name) | LibraryName::Link(name)) = name;
        let is_of_another_system = name.contains(".so") || name.ends_with(".dylib");
        match name.to_lowercase().ends_with(".dll") {
            true => vec![name.clone()],
            false if is_of_another_system => Vec::new(),
            false => vec![format!("{name}.dll")],
        }
    }

    fn fold(&self, name: &str) -> String {
        name.to_lowercase()
    }

    fn inside(&self, entry: &str, folder: &str) -> Vec<String> {
        if entry == OWN { vec![folder.to_owned()] } else { Vec::new() }
    }

    fn relative(&self, _: &str, other: &str) -> String {
        other.to_owned()
    }

    fn unresolved(&self, message: String) -> Warning {
        // The original did not find them either, unless the system has them.
        Warning::minor(message).hint("start it with the root folder in `PATH`")
    }

    fn patch(&self, _: &[u8], _: &Facts, patch: &Patch<'_>) -> Result<Option<Vec<u8>>, Unsafe> {
        // The bytes do not change, so a signature stays valid.
        match patch.search {
            Some(_) => Err(Unsafe("a Windows file has no search path")),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        dir
    }

    #[test]
    fn libraries_are_found_where_packages_put_them() {
        let files = [
            "py/VCRUNTIME140.dll",
            "py/DLLs/libffi-8.dll",
            "site/pkg/a.pyd",
            "site/pkg/Near.DLL",
            "site/pkg.libs/msvcp140-1.dll",
            "site/pkg/lib/deep.dll",
            "site/other_system32/types.dll",
        ];
        let dir = make(&files);
        let at = |path: &str| dir.path().join(path);
        let pe = Pe::new(Arch::X86_64, vec![at("site"), at("py")], vec![at("py"), at("py/DLLs")]);
        let facts = Facts::default();
        let file = at("site/pkg/a.pyd");
        let near = |name: &str| pe.by_search_path(&[(&facts, &file)], name);
        assert_eq!(near("near.dll")[0], at("site/pkg/Near.DLL"));
        assert_eq!(near("msvcp140-1.dll")[0], at("site/pkg.libs/msvcp140-1.dll"));
        assert_eq!(near("deep.dll"), [at("site/pkg/lib/deep.dll")]);
        assert!(near("types.dll").is_empty() && near("vcruntime140.dll").is_empty());
        assert_eq!(pe.by_system(&facts, "types.dll"), [at("site/other_system32/types.dll")]);
        assert_eq!(pe.by_system(&facts, "vcruntime140.dll"), [at("py/VCRUNTIME140.dll")]);
        assert_eq!(pe.by_system(&facts, "libffi-8.dll"), [at("py/DLLs/libffi-8.dll")]);
    }
}
