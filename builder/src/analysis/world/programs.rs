//! Programs and libraries that distributions install beside their modules.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::World;

impl World<'_> {
    /// The files that distributions install in the folder of scripts, by one name or by any: with their distributions.
    pub(in crate::analysis) fn installed_programs(&self, name: &str) -> Vec<(usize, PathBuf)> {
        let mut found = Vec::new();
        for (at, distribution) in self.installed.iter().enumerate() {
            for file in distribution.files.iter().filter(|file| is_program(file, name)) {
                let path = path_of(&distribution.location, file);
                if self.reader.disk.is_file(&path) {
                    found.push((at, path));
                }
            }
        }
        found
    }

    /// Whether a file begins as scripts do.
    pub(in crate::analysis) fn is_script(&self, path: &Path) -> bool {
        let mut start = [0; 2];
        let opened = self.reader.disk.open(path);
        opened.is_ok_and(|mut file| file.read_exact(&mut start).is_ok() && &start == b"#!")
    }

    /// The installed distributions that another one requires, including for extras.
    pub(in crate::analysis) fn installed_requirements(&self, owner: usize) -> Vec<usize> {
        let names = self.requires(owner, |r| Some(super::requirement_name(r)));
        let mut found: Vec<usize> =
            names.filter_map(|name| self.installed.named(&name)).map(|(at, _)| at).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The shared libraries of a distribution, and the size of all its files.
    pub(in crate::analysis) fn libraries(&self, owner: usize) -> (Vec<String>, u64) {
        let distribution = self.installed.get(owner);
        let files = distribution.files.iter().filter(|file| !file.starts_with("../"));
        let size =
            files.clone().filter_map(|file| self.reader.disk.size(&distribution.location.join(file))).sum();
        (files.filter(|file| library_name(file).is_some()).cloned().collect(), size)
    }
}

/// `libname.so` of `package/lib/libname.so.1`, as code names it that loads it.
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

fn is_program(file: &str, name: &str) -> bool {
    let mut parts = file.rsplit('/');
    let (last, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_named = || name.is_empty() || last == name || last.strip_suffix(".exe") == Some(name);
    file.starts_with("../") && matches!(folder, "bin" | "Scripts") && is_named()
}

/// The path of a file that a distribution names relative to its location.
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
        assert!(is_program("../../../bin/tool", "tool") && is_program("../../Scripts/tool.exe", "tool"));
        assert!(!is_program("package/bin/tool", "tool") && !is_program("../../../bin/tool", "too"));
        assert_eq!(path_of(Path::new("/e/lib/p"), "../../bin/x"), Path::new("/e/bin/x"));
    }
}
