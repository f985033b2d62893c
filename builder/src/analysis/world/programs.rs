//! Programs and libraries that distributions install in addition to their modules.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::World;
use super::distributions::Extras;

impl World<'_> {
    /// Returns the files that distributions install in the scripts folder, with their distributions. An
    /// empty name matches all files.
    pub(in crate::analysis) fn installed_programs(&self, name: &str) -> Vec<(usize, PathBuf)> {
        let known = self.memo.programs.get_or_init(|| {
            let all = self.installed.iter().enumerate().flat_map(|(at, distribution)| {
                let files = distribution.files.iter().filter(|file| is_program(file));
                files.map(move |file| (at, path_of(&distribution.location, file)))
            });
            all.filter(|(_, path)| self.reader.disk.is_file(path)).collect()
        });
        known.iter().filter(|(_, path)| is_named(path, name)).cloned().collect()
    }

    /// Returns whether a file begins like a script.
    pub(in crate::analysis) fn is_script(&self, path: &Path) -> bool {
        let mut start = [0; 2];
        let opened = self.reader.disk.open(path);
        opened.is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && &start == b"#!")
    }

    /// Returns the installed distributions that another one requires, including for extras.
    pub(in crate::analysis) fn installed_requirements(&self, owner: usize) -> Vec<usize> {
        let names = self.installed.requirements(owner, Extras::Any);
        let mut found: Vec<usize> =
            names.filter_map(|name| self.installed.named(&name)).map(|(at, _)| at).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Returns the shared libraries of a distribution.
    pub(in crate::analysis) fn libraries(&self, owner: usize) -> Vec<String> {
        let files = self.files_of(owner);
        files.filter(|file| library_name(file).is_some()).cloned().collect()
    }

    /// Returns the size in bytes of all files of a distribution.
    pub(in crate::analysis) fn size_of(&self, owner: usize) -> u64 {
        let folder = &self.installed.get(owner).location;
        self.files_of(owner).filter_map(|file| self.reader.disk.size(&folder.join(file))).sum()
    }

    /// Returns the files that a distribution installs in the packages folder.
    fn files_of(&self, owner: usize) -> impl Iterator<Item = &String> {
        self.installed.get(owner).files.iter().filter(|file| !file.starts_with("../"))
    }
}

/// Returns `libname.so` for `package/lib/libname.so.1`, the name that loading code uses.
pub(in crate::analysis) fn library_name(file: &str) -> Option<&str> {
    let name = file.rsplit('/').next().unwrap_or(file);
    for suffix in [".so", ".dylib", ".dll"] {
        if let Some(at) = name.find(suffix)
            && (suffix != ".so" || name.starts_with("lib"))
        {
            return Some(if suffix == ".so" { &name[..at + suffix.len()] } else { name });
        }
    }
    None
}

/// Returns whether a file is in a scripts folder.
fn is_program(file: &str) -> bool {
    file.starts_with("../") && matches!(file.rsplit('/').nth(1), Some("bin" | "Scripts"))
}

/// Returns whether a program has this name; an empty name matches any program.
fn is_named(path: &Path, name: &str) -> bool {
    let last = path.file_name().and_then(|last| last.to_str()).unwrap_or_default();
    name.is_empty() || last == name || last.strip_suffix(".exe") == Some(name)
}

/// Returns the path of a file that a distribution lists relative to its location.
fn path_of(location: &Path, file: &str) -> PathBuf {
    let mut path = location.to_owned();
    for part in file.split('/') {
        if part == ".." {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_distributions_are_told_apart() {
        assert_eq!(library_name("a/lib/libx.so.1.2"), Some("libx.so"));
        assert_eq!(library_name("a/x.cpython-312-x86_64-linux-gnu.so"), None);
        assert_eq!(library_name("a/x.dll"), Some("x.dll"));
        assert!(is_program("../../../bin/tool") && is_program("../../Scripts/tool.exe"));
        assert!(!is_program("package/bin/tool"));
        assert!(is_named(Path::new("Scripts/tool.exe"), "tool") && is_named(Path::new("bin/tool"), ""));
        assert!(!is_named(Path::new("bin/tool"), "too"));
        assert_eq!(path_of(Path::new("/e/lib/p"), "../../bin/x"), Path::new("/e/bin/x"));
    }
}
