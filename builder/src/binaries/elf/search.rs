//! Searches for a library in the order of the loader (ld.so(8); glibc, elf/dl-load.c).

use std::path::{Component, Path, PathBuf};

use super::cache::SystemLibraries;
use crate::binaries::facts::Facts;
use crate::os;
use crate::paths::normal;
use crate::target::Arch;

/// The loader of a target, with the file system under a root.
#[derive(Debug)]
pub(crate) struct Loader {
    root: PathBuf,
    arch: Arch,
    system: SystemLibraries,
    /// `LD_LIBRARY_PATH` of the build.
    environment: Vec<PathBuf>,
    /// Folders of libraries in an environment of conda. The interpreter's run path leads there, and applies to
    /// everything that it loads.
    own: Vec<PathBuf>,
    /// The folders of the musl loader, if that is the loader. It uses neither a cache nor `ld.so.conf`.
    musl: Option<Vec<PathBuf>>,
}

impl Loader {
    /// Returns a loader that searches under `root` (`/`, or a sysroot).
    pub(crate) fn new(root: &Path, arch: Arch, environment: Option<&str>) -> Loader {
        let environment = environment.unwrap_or_default().split([':', ';']).filter(|p| p.starts_with('/'));
        Loader {
            root: root.to_owned(),
            arch,
            system: SystemLibraries::read(root, arch),
            environment: environment.map(PathBuf::from).collect(),
            own: Vec::new(),
            musl: None,
        }
    }

    /// Adds folders of libraries that are searched before those of the system.
    pub(crate) fn with_own(self, own: Vec<PathBuf>) -> Loader {
        Loader { own, ..self }
    }

    /// Turns it into the musl loader, which searches the folders of `/etc/ld-musl-<processor>.path`, or its
    /// built-in ones.
    pub(crate) fn of_musl(mut self) -> Loader {
        let processor = self.arch.name();
        let file = self.root.join(format!("etc/ld-musl-{processor}.path"));
        let text =
            std::fs::read_to_string(file).unwrap_or_else(|_| "/lib:/usr/local/lib:/usr/lib".to_owned());
        let folders = text.split([':', '\n']).map(str::trim).filter(|f| f.starts_with('/'));
        self.musl = Some(folders.map(PathBuf::from).collect());
        self.system = SystemLibraries::default();
        self
    }

    /// Resolves a path that a file contains instead of a library name.
    pub(crate) fn by_path(&self, needed: &str) -> Option<PathBuf> {
        let path = Path::new(needed);
        if path.has_root() { self.inside(self.under_root(path)) } else { Some(path.to_owned()) }
    }

    /// Searches for `needed` in a file's own search path, and in those that it inherits from the chain of
    /// files that load it.
    pub(crate) fn by_search_path(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        let Some((facts, path)) = chain.first() else { return Vec::new() };
        let mut folders = Vec::new();
        if facts.runpath.is_none() {
            // A file with a RUNPATH does not pass on an RPATH, but its loaders still do.
            for (facts, path) in chain.iter().filter(|(f, _)| f.runpath.is_none()) {
                folders.extend(self.expand(&facts.rpath, path));
            }
        }
        folders.extend(self.expand(facts.runpath.as_deref().unwrap_or_default(), path));
        folders.into_iter().filter_map(|f| self.inside(f.join(needed))).collect()
    }

    /// Returns a file of this system unchanged. For another system, follows its links under the root.
    fn inside(&self, path: PathBuf) -> Option<PathBuf> {
        if self.root == Path::new("/") { Some(path) } else { resolve(&self.root, &path) }
    }

    /// Searches for `needed` in the build's environment and in the system.
    pub(crate) fn by_system(&self, facts: &Facts, needed: &str) -> Vec<PathBuf> {
        let own = self.own.iter().chain(&self.environment);
        let mut paths: Vec<PathBuf> = own.map(|f| f.join(needed)).collect();
        if !facts.no_default {
            let known = self.system.candidates(needed).into_iter();
            let default = self.default_folders().into_iter().map(|f| f.join(needed));
            paths.extend(known.chain(default).filter_map(|p| self.inside(self.under_root(&p))));
            if paths.is_empty() && self.root != Path::new("/") {
                paths.extend(self.unconfigured(needed));
            }
        }
        paths
    }

    /// Returns the file that linkers use for `-l<name>`, and therefore `ctypes.util.find_library(name)`:
    /// the newest that the loader finds.
    pub(crate) fn named(&self, name: &str) -> Option<String> {
        let start = format!("lib{name}.so");
        let is_one = |file: &str| {
            file.strip_prefix(&start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let in_folder = |folder: &PathBuf| {
            let entries = fs_err::read_dir(folder).into_iter().flatten().flatten();
            newest(entries.filter_map(|e| e.file_name().into_string().ok()).filter(|n| is_one(n)))
        };
        if let Some(found) = self.own.iter().chain(&self.environment).find_map(in_folder) {
            return Some(found);
        }
        if let Some(found) = newest(self.system.names().filter(|n| is_one(n)).map(str::to_owned)) {
            return Some(found);
        }
        let folders = self.system.folders().map(Path::to_owned).chain(self.default_folders());
        folders.map(|folder| self.under_root(&folder)).find_map(|folder| in_folder(&folder))
    }

    /// Searches packages that were unpacked but not installed. Debian stores alternatives in separate
    /// folders (`blas/libblas.so.3`), and the link to the selected one is missing.
    fn unconfigured(&self, needed: &str) -> Option<PathBuf> {
        let folders = self.default_folders();
        let entries = folders.iter().flat_map(|folder| os::list(&self.under_root(folder)));
        let found = entries.filter_map(|entry| self.inside(entry.join(needed)));
        found.filter(|path| path.is_file()).min()
    }

    fn under_root(&self, path: &Path) -> PathBuf {
        path.strip_prefix("/").map_or_else(|_| path.to_owned(), |p| self.root.join(p))
    }

    /// Returns the folders built into the loader: multiarch on Debian, lib64 on other systems.
    fn default_folders(&self) -> Vec<PathBuf> {
        if let Some(folders) = &self.musl {
            return folders.clone();
        }
        let parts = [triple(self.arch), "../lib64", ""].into_iter();
        parts.flat_map(|part| ["/lib", "/usr/lib"].map(|f| normal(&Path::new(f).join(part)))).collect()
    }

    fn expand(&self, folders: &[String], of: &Path) -> Vec<PathBuf> {
        let origin = of.parent().unwrap_or(Path::new("/")).to_string_lossy();
        let expanded = |folder: &String| {
            let absolute = folder.starts_with('/');
            let paths = expand(folder, &origin, self.arch).into_iter().map(PathBuf::from);
            paths.map(move |p| if absolute { self.under_root(&p) } else { p })
        };
        folders.iter().flat_map(expanded).collect()
    }
}

/// Returns the name with the highest version. A name without a version is the lowest.
fn newest(names: impl Iterator<Item = String>) -> Option<String> {
    let version = |name: &String| -> Vec<u64> {
        let version = name.split_once(".so.").map_or("", |(_, version)| version);
        version.split('.').filter(|part| !part.is_empty()).map(|part| part.parse().unwrap_or(0)).collect()
    };
    // `libx.so.1.2.3` is the target of `libx.so.1`, the name that other files use.
    let shortest = |name: &String| std::cmp::Reverse(version(name).len());
    names.max_by_key(|name| (version(name).first().copied(), shortest(name), version(name)))
}

/// Resolves a path in the system under `root`, where absolute links are relative to `root`. A path outside
/// of it stays unchanged.
///
/// Returns `None` if the path does not exist.
fn resolve(root: &Path, path: &Path) -> Option<PathBuf> {
    /// Maximum number of consecutive links, as in Linux.
    const LINKS: usize = 40;
    let Ok(inner) = path.strip_prefix(root) else { return path.exists().then(|| path.to_owned()) };
    let mut rest: Vec<PathBuf> = inner.components().rev().map(|c| PathBuf::from(c.as_os_str())).collect();
    let mut at = root.to_owned();
    let mut links = 0;
    while let Some(next) = rest.pop() {
        match next.components().next()? {
            // `/` is its own parent.
            Component::ParentDir if at != root => {
                at.pop();
            }
            Component::Normal(name) => {
                let path = at.join(name);
                match fs_err::symlink_metadata(&path).ok()?.is_symlink() {
                    false => at = path,
                    true => {
                        links += 1;
                        let target = fs_err::read_link(&path).ok().filter(|_| links < LINKS)?;
                        if target.has_root() {
                            at = root.to_owned();
                        }
                        let normal = target.components().rev();
                        rest.extend(
                            normal.filter(|c| !matches!(c, Component::RootDir)).map(|c| c.as_os_str().into()),
                        );
                    }
                }
            }
            _ => {}
        }
    }
    Some(at)
}

/// Replaces the loader's tokens. `$LIB` differs between distributions, so every value is tried.
pub(crate) fn expand(folder: &str, origin: &str, arch: Arch) -> Vec<String> {
    let lib = [format!("lib/{}", triple(arch)), "lib64".to_owned(), "lib".to_owned()];
    let platform = arch.name();
    let token = |text: &str, name: &str, value: &str| {
        text.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
    };
    let plain = token(&token(folder, "ORIGIN", origin), "PLATFORM", platform);
    if !plain.contains("$LIB") && !plain.contains("${LIB}") {
        return vec![plain];
    }
    lib.iter().map(|value| token(&plain, "LIB", value)).collect()
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
        let loader = Loader::new(Path::new("/"), Arch::X86_64, None);
        let (own, loading) = (facts(&["/own"], None), facts(&["$ORIGIN/up"], None));
        let chain = [(&own, Path::new("/a/l.so")), (&loading, Path::new("/b/m.so"))];
        assert_eq!(loader.by_search_path(&chain, "x"), [Path::new("/own/x"), Path::new("/b/up/x")]);
        let own = facts(&["/own"], Some(&["$ORIGIN"]));
        let chain = [(&own, Path::new("/a/l.so")), (&loading, Path::new("/b/m.so"))];
        assert_eq!(loader.by_search_path(&chain, "x"), [Path::new("/a/x")]);
    }

    #[cfg(unix)]
    #[test]
    fn links_of_another_system_stay_in_it() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        fs_err::create_dir_all(path("usr/lib")).unwrap();
        fs_err::write(path("usr/lib/libz.so.1.2"), "").unwrap();
        symlink("usr/lib", path("lib")).unwrap();
        symlink("/lib/libz.so.1.2", path("usr/lib/libz.so.1")).unwrap();
        symlink("/etc/passwd", path("usr/lib/libout.so")).unwrap();
        symlink("loop", path("usr/lib/loop")).unwrap();
        symlink("../../../lib/libz.so.1", path("usr/lib/up")).unwrap();
        let to = |name: &str| resolve(root.path(), &path(name));
        assert_eq!(to("lib/libz.so.1"), Some(path("usr/lib/libz.so.1.2")));
        assert_eq!(to("lib/up"), Some(path("usr/lib/libz.so.1.2")));
        assert_eq!((to("lib/libout.so"), to("lib/loop"), to("lib/none")), (None, None, None));
    }

    #[test]
    fn alternatives_that_were_not_chosen_among_are_found() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join("usr/lib/aarch64-linux-gnu").join(name);
        for folder in ["blas", "atlas"] {
            fs_err::create_dir_all(path(folder)).unwrap();
            fs_err::write(path(folder).join("libblas.so.3"), "").unwrap();
        }
        let found =
            || Loader::new(root.path(), Arch::Aarch64, None).by_system(&Facts::default(), "libblas.so.3");
        assert_eq!(found(), [path("atlas/libblas.so.3")]);
        fs_err::write(path("libblas.so.3"), "").unwrap();
        assert_eq!(found(), [path("libblas.so.3")]);
    }

    #[test]
    fn names_for_linkers_lead_to_the_newest_library() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("usr/lib/x86_64-linux-gnu");
        fs_err::create_dir_all(&folder).unwrap();
        let loader = Loader::new(root.path(), Arch::X86_64, None);
        for (file, newest) in [
            ("liba.so", "liba.so"),
            ("liba.so.9.1", "liba.so.9.1"),
            ("liba.so.9", "liba.so.9"),
            ("liba.so.10", "liba.so.10"),
            ("liba.a", "liba.so.10"),
            ("libab.so.11", "liba.so.10"),
        ] {
            fs_err::write(folder.join(file), "").unwrap();
            assert_eq!(loader.named("a").as_deref(), Some(newest));
        }
        assert_eq!(loader.named("b"), None);
    }

    #[test]
    fn musl_has_its_own_folders() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        for folder in ["usr/local/lib", "opt/lib", "etc"] {
            fs_err::create_dir_all(path(folder)).unwrap();
            fs_err::write(path(folder).join("liba.so.1"), "").unwrap();
        }
        let found = || {
            Loader::new(root.path(), Arch::X86_64, None).of_musl().by_system(&Facts::default(), "liba.so.1")
        };
        assert_eq!(found(), [path("usr/local/lib/liba.so.1")]);
        fs_err::write(path("etc/ld-musl-x86_64.path"), "/none\n/opt/lib\n").unwrap();
        assert_eq!(found(), [path("opt/lib/liba.so.1")]);
        let loader = Loader::new(root.path(), Arch::X86_64, None);
        assert_eq!(loader.by_path("/opt/lib/liba.so.1"), Some(path("opt/lib/liba.so.1")));
        assert_eq!(loader.by_path("/etc/passwd"), None);
    }

    #[test]
    fn libraries_of_an_environment_come_before_those_of_the_system() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        for file in ["lib/x86_64-linux-gnu/libx.so.1", "opt/env/lib/libx.so.1"] {
            fs_err::create_dir_all(path(file).parent().unwrap()).unwrap();
            fs_err::write(path(file), "").unwrap();
        }
        let loader = Loader::new(root.path(), Arch::X86_64, None).with_own(vec![path("opt/env/lib")]);
        assert_eq!(loader.by_system(&Facts::default(), "libx.so.1")[0], path("opt/env/lib/libx.so.1"));
        assert_eq!(loader.named("x").as_deref(), Some("libx.so.1"));
    }

    #[test]
    fn environment_comes_after_the_search_path_and_before_the_system() {
        let root = tempfile::tempdir().unwrap();
        let loader = Loader::new(root.path(), Arch::X86_64, Some("/env:relative"));
        let found = loader.by_system(&Facts::default(), "x");
        assert_eq!(found[0], Path::new("/env/x"));
        assert_eq!(found.len(), 1);
        fs_err::create_dir_all(root.path().join("lib/x86_64-linux-gnu")).unwrap();
        fs_err::write(root.path().join("lib/x86_64-linux-gnu/x"), "").unwrap();
        let found = loader.by_system(&Facts::default(), "x");
        assert_eq!(found[1], root.path().join("lib/x86_64-linux-gnu/x"));
        let bare = Facts { no_default: true, ..Facts::default() };
        assert_eq!(loader.by_system(&bare, "x"), [Path::new("/env/x")]);
    }
}
