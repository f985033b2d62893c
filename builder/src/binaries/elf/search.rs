//! Where the loader looks for a library, in its order (ld.so(8); glibc, elf/dl-load.c).

use std::path::{Component, Path, PathBuf};

use super::cache::SystemLibraries;
use crate::binaries::facts::Facts;
use crate::target::Arch;

/// The loader of a target, looking into the file system under a root.
#[derive(Debug)]
pub(crate) struct Loader {
    root: PathBuf,
    arch: Arch,
    system: SystemLibraries,
    /// `LD_LIBRARY_PATH` of the build.
    environment: Vec<PathBuf>,
}

impl Loader {
    /// A loader that looks under `root` (`/`, or a sysroot).
    pub(crate) fn new(root: &Path, arch: Arch, environment: Option<&str>) -> Loader {
        let environment = environment.unwrap_or_default().split([':', ';']).filter(|p| p.starts_with('/'));
        Loader {
            root: root.to_owned(),
            arch,
            system: SystemLibraries::read(root, arch),
            environment: environment.map(PathBuf::from).collect(),
        }
    }

    /// Where a file's own search path, and those that it inherits from the chain of files that load it,
    /// lead for `needed`.
    pub(crate) fn by_search_path(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        let Some((facts, path)) = chain.first() else { return Vec::new() };
        let mut folders = Vec::new();
        if facts.runpath.is_none() {
            // A file that has a RUNPATH passes no RPATH on, its loaders still do.
            for (facts, path) in chain.iter().filter(|(f, _)| f.runpath.is_none()) {
                folders.extend(self.expand(&facts.rpath, path));
            }
        }
        folders.extend(self.expand(facts.runpath.as_deref().unwrap_or_default(), path));
        folders.into_iter().map(|f| f.join(needed)).collect()
    }

    /// Where the build's environment and the system lead for `needed`.
    pub(crate) fn by_system(&self, facts: &Facts, needed: &str) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = self.environment.iter().map(|f| f.join(needed)).collect();
        if !facts.no_default {
            paths.extend(self.system.candidates(needed).iter().map(|p| self.under_root(p)));
            paths.extend(self.default_folders().iter().map(|f| self.under_root(f).join(needed)));
        }
        paths
    }

    fn under_root(&self, path: &Path) -> PathBuf {
        path.strip_prefix("/").map_or_else(|_| path.to_owned(), |p| self.root.join(p))
    }

    /// The folders built into the loader: multiarch as Debian has it, lib64 as the others.
    fn default_folders(&self) -> Vec<PathBuf> {
        let parts = [triple(self.arch), "../lib64", ""].into_iter();
        parts.flat_map(|part| ["/lib", "/usr/lib"].map(|f| normal(&Path::new(f).join(part)))).collect()
    }

    fn expand(&self, folders: &[String], of: &Path) -> Vec<PathBuf> {
        let origin = of.parent().unwrap_or(Path::new("/")).to_string_lossy();
        folders.iter().flat_map(|f| expand(f, &origin, self.arch)).map(PathBuf::from).collect()
    }
}

/// Replaces the loader's tokens; `$LIB` differs between distributions, so each reading is tried.
pub(crate) fn expand(folder: &str, origin: &str, arch: Arch) -> Vec<String> {
    let lib = [format!("lib/{}", triple(arch)), "lib64".to_owned(), "lib".to_owned()];
    let platform = if arch == Arch::X86_64 { "x86_64" } else { "aarch64" };
    let token = |text: &str, name: &str, value: &str| {
        text.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
    };
    let plain = token(&token(folder, "ORIGIN", origin), "PLATFORM", platform);
    if !plain.contains("$LIB") && !plain.contains("${LIB}") {
        return vec![plain];
    }
    lib.iter().map(|value| token(&plain, "LIB", value)).collect()
}

/// Removes `.` and `..` by name only, as is right where no folder is a link.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

fn triple(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "x86_64-linux-gnu",
        Arch::Aarch64 => "aarch64-linux-gnu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(rpath: &[&str], runpath: Option<&[&str]>) -> Facts {
        let own = |p: &[&str]| p.iter().map(|p| (*p).to_owned()).collect();
        Facts { rpath: own(rpath), runpath: runpath.map(own), ..Facts::default() }
    }

    #[test]
    fn tokens_are_replaced() {
        assert_eq!(expand("$ORIGIN/../x", "/a/b", Arch::X86_64), ["/a/b/../x"]);
        assert_eq!(expand("${ORIGIN}/$PLATFORM", "/a", Arch::Aarch64), ["/a/aarch64"]);
        assert_eq!(expand("/x/$LIB", "/a", Arch::X86_64), ["/x/lib/x86_64-linux-gnu", "/x/lib64", "/x/lib"]);
    }

    #[test]
    fn rpath_is_inherited_unless_a_runpath_is_there() {
        let root = tempfile::tempdir().unwrap();
        let loader = Loader::new(root.path(), Arch::X86_64, None);
        let (own, loading) = (facts(&["/own"], None), facts(&["$ORIGIN/up"], None));
        let chain = [(&own, Path::new("/a/l.so")), (&loading, Path::new("/b/m.so"))];
        assert_eq!(loader.by_search_path(&chain, "x"), [Path::new("/own/x"), Path::new("/b/up/x")]);
        let own = facts(&["/own"], Some(&["$ORIGIN"]));
        let chain = [(&own, Path::new("/a/l.so")), (&loading, Path::new("/b/m.so"))];
        assert_eq!(loader.by_search_path(&chain, "x"), [Path::new("/a/x")]);
    }

    #[test]
    fn environment_comes_after_the_search_path_and_before_the_system() {
        let root = tempfile::tempdir().unwrap();
        let loader = Loader::new(root.path(), Arch::X86_64, Some("/env:relative"));
        let found = loader.by_system(&Facts::default(), "x");
        assert_eq!(found[0], Path::new("/env/x"));
        assert_eq!(found[1], root.path().join("lib/x86_64-linux-gnu/x"));
        let bare = Facts { no_default: true, ..Facts::default() };
        assert_eq!(loader.by_system(&bare, "x"), [Path::new("/env/x")]);
    }
}
