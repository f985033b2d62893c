//! Files of collected packages other than modules: data, and libraries that the packages load themselves.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::policy::Policy;
use super::walk::{FolderLink, Skipped, Tree, Wanted, walk};
use super::{Data, Found, Link, items};
use crate::analysis::{By, Graph, Kind, Reason, Source};
use crate::paths::shown;
use crate::python::Python;
use crate::store::{Bucket, Code, KeyBuilder, Store};
use crate::target::Target;

/// A collected package and its folder.
struct Package<'g> {
    name: &'g str,
    dest: String,
    distribution: Option<usize>,
    namespace: bool,
    /// Whether everything except code is collected.
    whole: bool,
    stubs: bool,
}

/// Collects the files in the folders of collected packages, and in subfolders that are not packages.
pub(super) fn collect(
    graph: &Graph,
    python: &Python,
    store: &Store,
    policy: &Policy,
    whole: &dyn Fn(&str) -> bool,
) -> Found {
    let packages = packages(graph, whole);
    let mut found = Found::default();
    let owned = owned(graph, &packages, python, policy, &mut found);
    let has_init = inits(&owned);
    let mut by_folder: BTreeMap<&Path, Vec<(&Path, bool)>> = BTreeMap::new();
    for (file, listed) in &owned {
        if let Some(folder) = file.parent() {
            by_folder.entry(folder).or_default().push((file, *listed));
        }
    }
    // In a data folder of a package, scripts in subfolders are data as well, such as the `versions` of
    // migrations.
    let is_read = |file: &Path| {
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        ![".py", ".pyc", ".pyi"].iter().any(|end| name.ends_with(end)) && policy.is_data(name, &python.target)
    };
    let holds_data = |(folder, files): &(&&Path, &Vec<(&Path, bool)>)| {
        !packages.contains_key(**folder)
            && !has_init.contains(**folder)
            && files.iter().any(|(f, _)| is_read(f))
    };
    let of_data: HashSet<&Path> = by_folder.iter().filter(holds_data).map(|(folder, _)| *folder).collect();
    let extensions = graph.modules.values().filter(|m| matches!(m.kind, Kind::Extension(_)));
    let extensions = extensions.filter_map(|m| m.kind.file());
    let modules: &HashSet<&Path> = &extensions.collect();
    let headers: &HashSet<&Path> = &owned.iter().filter_map(|(file, _)| policy.header_folder(file)).collect();
    let sorted: Vec<Found> = by_folder
        .into_par_iter()
        .filter_map(|(folder, files)| {
            let (package, inner) = home(folder, &packages, &has_init)?;
            let is_below_data = folder.ancestors().skip(1).any(|above| of_data.contains(above));
            let is_of_headers = folder.ancestors().any(|above| headers.contains(above));
            if is_of_headers && !package.whole {
                return None;
            }
            let is_collected = &|name: &str| graph.modules.contains_key(name);
            let inner = &inner;
            let sorter =
                Sorter { python, store, policy, modules, package, inner, is_below_data, is_collected };
            let read = files.iter().filter(|(file, _)| !is_catalogue_source(file, &files));
            Some(sorter.sort(&read.copied().collect::<Vec<_>>()))
        })
        .collect();
    for here in sorted {
        found.data.extend(here.data);
        found.libraries.extend(here.libraries);
    }
    // The order of the packages is arbitrary.
    found.warnings.sort_by(|a, b| a.message.cmp(&b.message));
    found.data.extend(zipped(graph, policy, python));
    found.libraries.extend(beside_packages(graph));
    found
}

/// Lists the files of packages, and whether a RECORD lists them. Adds links and warnings to `found`.
fn owned(
    graph: &Graph,
    packages: &HashMap<PathBuf, Package<'_>>,
    python: &Python,
    policy: &Policy,
    found: &mut Found,
) -> Vec<(PathBuf, bool)> {
    let mut owned = Vec::new();
    let mut recorded: HashSet<usize> = HashSet::new();
    for (at, distribution) in graph.distributions.iter().enumerate() {
        // The RECORD of an editable install lists only its metadata and the files that point to its
        // sources. Its scripts are elsewhere.
        let lead = |f: &str| {
            f.contains(".dist-info/")
                || f.contains("__editable__")
                || f.ends_with(".pth")
                || f.starts_with("..")
        };
        if distribution.files.iter().any(|f| !lead(f)) {
            recorded.insert(at);
            let files = distribution.files.iter().filter(|f| !f.starts_with(".."));
            owned.extend(files.map(|f| (distribution.location.join(f), true)));
        }
    }
    // Packages without a RECORD: standard library, application, editable and old installs.
    for (folder, package) in packages {
        let listed = package.distribution.is_some_and(|d| recorded.contains(&d));
        if !listed && !package.namespace {
            let tree = package.tree(folder, policy);
            owned.extend(tree.files.into_iter().map(|(file, _)| (file, false)));
            let links = tree.links.into_iter();
            found.links.extend(links.filter_map(|link| package.link(link, policy, &python.target)));
            found.warnings.extend(tree.skipped.iter().map(Skipped::warning));
        }
    }
    owned
}

/// Collects libraries that wheel repair tools have placed beside a package (`name.libs/`). The dependencies
/// of extension modules are found anyway, but `ctypes` and `cffi` load libraries by path.
fn beside_packages(graph: &Graph) -> Vec<Data> {
    let mut loaders: BTreeMap<usize, &str> = BTreeMap::new();
    for reason in ["ctypes", "cffi", "_cffi_backend"]
        .iter()
        .filter_map(|n| graph.modules.get(*n))
        .flat_map(|m| &m.reasons)
    {
        if let Some(distribution) = graph.modules.get(&reason.from).and_then(|m| m.distribution) {
            loaders.entry(distribution).or_insert(&reason.from);
        }
    }
    let mut found = Vec::new();
    for (at, loader) in loaders {
        let distribution = &graph.distributions[at];
        for file in &distribution.files {
            let Some((folder, name)) = file.split_once('/') else { continue };
            if !folder.ends_with(".libs") || name.contains('/') || !is_library(name) {
                continue;
            }
            let source = distribution.location.join(file);
            if source.is_file() {
                let reason = Reason::new(loader, By::Package);
                found.push(Data::new(file.clone(), Source::File(source), reason));
            }
        }
    }
    found
}

/// Collects data of packages in a zip file, as `pkgutil.get_data` finds it there.
fn zipped(graph: &Graph, policy: &Policy, python: &Python) -> Vec<Data> {
    let mut packages: BTreeMap<&Path, BTreeMap<&str, &str>> = BTreeMap::new();
    for module in graph.modules.values().filter(|m| m.package) {
        if let Some(Source::Zip { archive, member }) = module.kind.code()
            && let Some((folder, _)) = member.rsplit_once('/')
        {
            packages.entry(archive).or_default().insert(folder, &module.name);
        }
    }
    let mut found = Vec::new();
    for (archive, packages) in packages {
        let Some(zip) = std::fs::File::open(archive).ok().and_then(|f| zip::ZipArchive::new(f).ok()) else {
            continue;
        };
        let mut members: Vec<String> = zip.file_names().flatten().map(|n| n.into_owned()).collect();
        members.sort();
        for member in members {
            let Some((mut folder, _)) = member.rsplit_once('/') else { continue };
            // Find the nearest collected package.
            let package = loop {
                if let Some(name) = packages.get(folder) {
                    break Some((folder, *name));
                }
                match folder.rsplit_once('/') {
                    Some((above, _)) => folder = above,
                    None => break None,
                }
            };
            let Some((folder, name)) = package else { continue };
            let inner = &member[folder.len() + 1..];
            let is_code = inner.is_empty() || [".py", ".pyc", "/"].iter().any(|s| inner.ends_with(s));
            if is_code || is_library(inner) || !policy.is_data(inner, &python.target) {
                continue;
            }
            let dest = format!("{}/{inner}", name.replace('.', "/"));
            let source = Source::Zip { archive: archive.to_owned(), member: member.clone() };
            found.push(Data::new(dest, source, Reason::new(name, By::Package)));
        }
    }
    found
}

/// Returns the collected packages by folder.
fn packages<'g>(graph: &'g Graph, whole: &dyn Fn(&str) -> bool) -> HashMap<PathBuf, Package<'g>> {
    let stubbed: HashSet<&str> = graph.used.stubs.iter().map(String::as_str).collect();
    let mut packages = HashMap::new();
    for module in graph.modules.values().filter(|m| m.package) {
        let package = |dest: &str, namespace| Package {
            name: &module.name,
            dest: dest.to_owned(),
            distribution: module.distribution,
            namespace,
            whole: whole(&module.name),
            stubs: stubbed.contains(module.name.as_str()),
        };
        if let Kind::Namespace(portions) = &module.kind {
            for portion in portions {
                packages.insert(portion.clone(), package(&module.path, true));
            }
        } else if let (Some(folder), Some((dest, _))) = (module.folder(), module.path.rsplit_once('/')) {
            packages.insert(folder.to_owned(), package(dest, false));
        }
    }
    packages
}

/// Returns the collected package that contains a folder, and the folder's path inside it. Returns `None` if
/// a package in between is not collected.
fn home<'p, 'g>(
    folder: &Path,
    packages: &'p HashMap<PathBuf, Package<'g>>,
    has_init: &HashSet<&Path>,
) -> Option<(&'p Package<'g>, String)> {
    for above in folder.ancestors() {
        if let Some(package) = packages.get(above) {
            return Some((package, shown(folder.strip_prefix(above).ok()?)));
        }
        if has_init.contains(above) && !holds_translations(folder) {
            return None;
        }
    }
    None
}

/// Returns whether a folder contains gettext catalogs, which are found by path. The package of a language
/// may contain other files that nothing imports.
fn holds_translations(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == "LC_MESSAGES")
}

/// Returns whether a file is the source of a catalog in the same folder.
fn is_catalogue_source(file: &Path, files: &[(&Path, bool)]) -> bool {
    let is_source = file.extension().is_some_and(|e| e == "po");
    is_source && files.iter().any(|(other, _)| *other == file.with_extension("mo"))
}

/// Returns the folders that are packages. A folder with only `__init__.py`, inside a folder that is not a
/// package, is data: no usual name can import it.
fn inits(owned: &[(PathBuf, bool)]) -> HashSet<&Path> {
    let folders = |wanted: &dyn Fn(&Path) -> bool| -> HashSet<&Path> {
        owned.iter().map(|(f, _)| f.as_path()).filter(|f| wanted(f)).filter_map(Path::parent).collect()
    };
    let inits = folders(&is_init);
    let code =
        folders(&|f| !is_init(f) && f.extension().is_some_and(|e| e == "py" || e == "so" || e == "pyd"));
    // A folder whose name cannot be imported is a template.
    let is_named = |folder: &Path| {
        let is_package = |above: &Path| inits.contains(above);
        let outermost = folder.ancestors().filter(|above| is_package(above)).last();
        let within = folder.ancestors().take_while(|above| Some(*above) != outermost);
        within.filter_map(|f| f.file_name()?.to_str()).all(|name| is_importable(&format!("{name}.py")))
    };
    let reached = |folder: &Path| {
        if !is_named(folder) {
            return false;
        }
        code.contains(folder)
            || folder.parent().is_some_and(|above| inits.contains(above))
            || folder.ancestors().skip(1).all(|above| !inits.contains(above))
    };
    inits.iter().copied().filter(|f| reached(f)).collect()
}

/// Returns whether a file makes its folder a package. A stub does so only for type checkers.
fn is_init(file: &Path) -> bool {
    let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    name.strip_prefix("__init__.").is_some_and(|suffix| suffix != "pyi")
}

impl Package<'_> {
    /// Lists the files in the package's folder, and in subfolders that are not packages.
    fn tree(&self, folder: &Path, policy: &Policy) -> Tree {
        let enters = |path: &Path| {
            let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
            let is_entered = self.whole || policy.enters(&name);
            is_entered && name != "__pycache__" && !path.join("__init__.py").exists()
        };
        walk(folder, &Wanted { enters: &enters, takes: &|_| true })
    }

    /// Resolves a link to a data folder of the package.
    fn link(&self, mut link: FolderLink, policy: &Policy, target: &Target) -> Option<Link> {
        let inner = link.inner.clone();
        let is_data = |rest: &str| {
            let is_code = rest.ends_with(".py") || rest.ends_with(".pyc");
            !is_code && (self.whole || policy.is_data(&format!("{inner}/{rest}"), target))
        };
        if let Some(files) = &mut link.files {
            files.retain(|(_, rest)| is_data(rest));
            if files.is_empty() {
                return None;
            }
        }
        Some(Link::new(link, self.reason(), |inner| format!("{}/{inner}", self.dest)))
    }

    fn reason(&self) -> Reason {
        Reason::new(self.name, By::Package)
    }
}

/// Classifies the files of a folder.
struct Sorter<'s, 'g> {
    python: &'s Python,
    store: &'s Store,
    policy: &'s Policy,
    /// The files of the collected modules.
    modules: &'s HashSet<&'s Path>,
    package: &'s Package<'g>,
    inner: &'s str,
    /// Whether the folder is inside a data folder.
    is_below_data: bool,
    /// Returns whether a module is collected.
    is_collected: &'s (dyn Fn(&str) -> bool + Sync),
}

impl Sorter<'_, '_> {
    /// Sorts the files of a folder into data and libraries.
    fn sort(&self, files: &[(&Path, bool)]) -> Found {
        let mut found = Found::default();
        let mut code = Vec::new();
        // Stubs without code beside them are data.
        let is_code = |file: &Path| {
            file.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.ends_with(".py") || is_library(n))
        };
        let only_stubs =
            !self.inner.is_empty() && !self.package.namespace && !files.iter().any(|(file, _)| is_code(file));
        let is_read_stub = |name: &str| {
            let is_data = |stem: &str| self.policy.is_data(&self.inside(stem), &self.python.target);
            let stem = name.strip_suffix(".pyi");
            stem.is_some_and(|stem| self.package.stubs || only_stubs && is_data(stem))
        };
        for (file, listed) in files {
            let Some(name) = file.file_name().and_then(|n| n.to_str()) else { continue };
            if name.ends_with(".py") {
                code.push((*file, name));
            } else if is_read_stub(name) || self.is_wanted(file, name) {
                let metadata = std::fs::metadata(file).ok();
                if !listed || metadata.as_ref().is_some_and(Metadata::is_file) {
                    self.file(file, name, metadata.as_ref(), &mut found);
                }
            }
        }
        // Scripts in a data folder are data (templates). In a folder of their own they are modules that
        // nothing imports. If one has a name that cannot be imported, they are run as files.
        let run = code.iter().any(|(_, name)| !is_importable(name));
        // A folder with the files of a package, inside a data folder, is loaded by its path.
        let any = !found.data.is_empty()
            || self.is_below_data
            || self.inner.contains("{{")
            || code.iter().any(|(file, _)| is_init(file));
        if (any && !self.inner.is_empty() || run) && !self.package.namespace {
            for (file, name) in code {
                let path = self.inside(name);
                if self.policy.is_data(&path, &self.python.target) && file.is_file() {
                    let executable = items::is_executable(file, &self.python.target);
                    found.data.push(Data { executable, ..self.data(file, &path) });
                }
            }
        }
        found
    }

    /// Returns the path of a file in the folder, relative to the package.
    fn inside(&self, name: &str) -> String {
        if self.inner.is_empty() { name.to_owned() } else { format!("{}/{name}", self.inner) }
    }

    /// Returns whether a non-source file belongs to the package's data.
    fn is_wanted(&self, file: &Path, name: &str) -> bool {
        let path = self.inside(name);
        let is_whole = self.package.whole && !path.contains("__pycache__");
        // Debugging information and object files. Text files with these suffixes are molecules and shapes.
        let is_debug = || (path.ends_with(".pdb") || path.ends_with(".obj")) && is_binary(file);
        !name.ends_with(".pyc")
            && (is_whole || self.policy.is_data(&path, &self.python.target))
            && (is_whole || !self.policy.is_for_others(&path, self.is_collected))
            && !is_debug()
    }

    /// Adds a file to the data or the libraries.
    fn file(&self, file: &Path, name: &str, metadata: Option<&Metadata>, found: &mut Found) {
        let path = self.inside(name);
        let executable = metadata.is_some_and(|m| items::runs(file, m, &self.python.target));
        let data = Data { executable, ..self.data(file, &path) };
        if is_library(name) {
            if !self.is_extension(file, name) {
                found.libraries.push(data);
            }
        } else if (executable || path.contains(".framework/")) && is_native_program(file) {
            found.libraries.push(data);
        } else {
            found.data.push(data);
        }
    }

    fn data(&self, file: &Path, path: &str) -> Data {
        let dest = format!("{}/{path}", self.package.dest);
        Data::new(dest, Source::File(file.to_owned()), self.package.reason())
    }

    /// Returns whether a library is an extension module, which is collected only as a module.
    fn is_extension(&self, file: &Path, name: &str) -> bool {
        let Some(suffix) = self.python.extension_suffixes.iter().find(|s| name.ends_with(s.as_str())) else {
            // The file was built for another version or implementation.
            return name.contains(".cpython-") || name.contains(".pypy") || name.contains(".abi3.");
        };
        // A file with the suffix of a module may still be a library for `ctypes`.
        if self.modules.contains(file) {
            return true;
        }
        let stem = name.trim_end_matches(suffix.as_str());
        let Ok(hash) = self.store.file_hash(file) else { return false };
        let key = KeyBuilder::new(Code::Contents, "exports init").part(stem).part(hash).finish();
        if let Some(known) = self.store.get(Bucket::Imports, &key) {
            return known == [1];
        }
        let Ok(bytes) = std::fs::read(file) else { return false };
        let found = memchr::memmem::find(&bytes, format!("PyInit_{stem}\0").as_bytes()).is_some();
        self.store.put(Bucket::Imports, &key, &[u8::from(found)]);
        found
    }
}

/// Returns whether a file name is that of a native library.
pub(super) fn is_library(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".so", ".dylib", ".dll", ".pyd"].iter().any(|s| lower.ends_with(s)) || lower.contains(".so.")
}

/// Returns whether the name of a code file can be imported.
fn is_importable(name: &str) -> bool {
    name.strip_suffix(".py")
        .is_some_and(|stem| stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b > 127))
}

/// Returns whether a file starts with bytes that are not text.
fn is_binary(file: &Path) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|f| f.take(512).read_to_end(&mut head));
    read.is_ok() && head.contains(&0)
}

/// Returns whether an executable file is a native program, or the library of a framework. Reads the first
/// bytes only if the name is not conclusive.
fn is_native_program(file: &Path) -> bool {
    use std::io::Read;
    // The part after the last dot may belong to a version: `protoc-3.13.0`.
    let is_number = |e: &std::ffi::OsStr| e.as_encoded_bytes().iter().all(u8::is_ascii_digit);
    let unclear = file.extension().is_none_or(|e| e == "exe" || e == "bin" || is_number(e));
    if !unclear {
        return false;
    }
    let mut head = [0; 4];
    let read = std::fs::File::open(file).and_then(|mut f| f.read_exact(&mut head)).is_ok();
    read && (&head == b"\x7fELF"
        || &head[..2] == b"MZ"
        || matches!(head, [0xcf | 0xce, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe | 0xbf]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_by_name() {
        assert!(is_library("libx.so.1.2") && is_library("a.DLL") && !is_library("so.txt"));
    }

    #[test]
    fn folders_belong_to_the_nearest_collected_package() {
        let package = |name: &'static str| Package {
            name,
            dest: name.replace('.', "/"),
            distribution: None,
            namespace: false,
            whole: false,
            stubs: false,
        };
        let packages =
            HashMap::from([(PathBuf::from("/s/a"), package("a")), (PathBuf::from("/s/a/b"), package("a.b"))]);
        let inits = [Path::new("/s/a"), Path::new("/s/a/b"), Path::new("/s/a/c")];
        let has_init = HashSet::from(inits);
        let home_of = |f: &str| home(Path::new(f), &packages, &has_init).map(|(p, i)| (p.name, i));
        assert_eq!(home_of("/s/a/data/x"), Some(("a", "data/x".into())));
        assert_eq!(home_of("/s/a/b"), Some(("a.b", String::new())));
        assert_eq!(home_of("/s/a/c/data"), None);
        assert_eq!(home_of("/s/other"), None);
    }

    #[test]
    fn scripts_by_name() {
        assert!(is_importable("a_1.py") && !is_importable("IF-MIB.py") && !is_importable("a.b.py"));
    }

    #[test]
    fn stubs_make_no_packages() {
        assert!(is_init(Path::new("a/__init__.py")) && is_init(Path::new("a/__init__.cpython-312.so")));
        assert!(!is_init(Path::new("a/__init__.pyi")) && !is_init(Path::new("a/b.py")));
    }
}
