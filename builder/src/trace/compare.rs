//! Compares what a run used with the content of the application.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::notes::{Asker, Notes};
use super::{Kind, Missed};
use crate::analysis::start::entry;
use crate::analysis::world::disk::Disk;
use crate::analysis::world::distributions;
use crate::analysis::world::resolve::Resolver;
use crate::analysis::{self, Graph, Source};
use crate::binaries::{self, Natives};
use crate::contents::{self, Contents};
use crate::error::Result;
use crate::names::Pattern;
use crate::os::real;
use crate::paths::slashed;
use crate::python::Python;
use crate::rules::load::Rules;
use crate::spec::{Item, Request};
use crate::store::Store;
use crate::target::Os;

/// Compares a run with the application that a build would create.
pub(super) struct Comparison<'a> {
    rules: &'a Rules,
    python: &'a Python,
    store: &'a Store,
    notes: &'a Notes,
    roots: Roots,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        request: &Request,
        rules: &'a Rules,
        python: &'a Python,
        store: &'a Store,
        notes: &'a Notes,
    ) -> Comparison<'a> {
        Comparison { rules, python, store, notes, roots: Roots::new(request, python) }
    }

    /// Lists what a run used but the application would lack, by kind and name.
    ///
    /// # Errors
    /// Errors of the phases that determine the content of the application.
    pub(super) fn missed(
        &self,
        request: &Request,
        graph: &Graph,
        arguments: &[OsString],
    ) -> Result<Vec<Missed>> {
        let mut request = request.clone();
        let mut found = Vec::new();
        let names = self.modules(&mut request, graph)?;
        found.extend(names.into_iter().map(|name| {
            let by = self.roots.shown(self.notes.modules.get(&name).unwrap_or(&None));
            Missed { kind: Kind::Module, name, path: None, by }
        }));
        // Do not list what the missed modules already imply.
        let product = self.product(&request)?;
        found.extend(self.folders(&request, &product.contents));
        found.extend(self.metadata(&product.contents));
        found.extend(self.data(&product, &inputs(arguments)));
        found.extend(self.libraries(&mut request, &product)?);
        found.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
        Ok(found)
    }

    /// Lists the modules to include, and adds them to the request.
    fn modules(&self, request: &mut Request, graph: &Graph) -> Result<Vec<String>> {
        let disk = Disk::default();
        let own = entry::folders(request);
        let mut resolver = Resolver::new(self.python, &own, &disk);
        let excluded: Vec<Pattern> = request.modules.exclude.iter().map(|t| Pattern::new(t)).collect();
        let mut files = HashSet::new();
        let mut missed: Vec<&String> = Vec::new();
        for name in self.notes.modules.keys() {
            let own = name == "__main__" || name == "__mp_main__";
            if own || graph.modules.contains_key(name) || excluded.iter().any(|p| p.covers(name)) {
                continue;
            }
            // A module that no finder finds was created by the program itself. A namespace follows from its
            // content.
            let Some(found) = resolver.find_dotted(name) else { continue };
            let Some(source) = found.kind.source() else { continue };
            files.extend(source.file().map(Path::to_path_buf));
            missed.push(name);
        }
        // First those that modules of the graph imported, because they may imply the others.
        let first = |name: &&String| {
            let asker = self.notes.modules.get(*name).and_then(Option::as_ref);
            !asker.is_some_and(|place| files.contains(&place.file))
        };
        let (first, mut rest): (Vec<&String>, Vec<&String>) = missed.into_iter().partition(first);
        let mut named: Vec<String> = first.into_iter().cloned().collect();
        request.modules.include.extend(named.iter().cloned());
        if !rest.is_empty() {
            let graph = analysis::modules(request, self.rules, self.python, self.store)?;
            rest.retain(|name| !graph.modules.contains_key(*name));
            request.modules.include.extend(rest.iter().map(|n| n.to_string()));
            named.extend(rest.into_iter().cloned());
        }
        named.sort();
        Ok(named)
    }

    /// Lists packages that listed a folder of their own whose modules are in the archive.
    fn folders(&self, request: &Request, contents: &Contents) -> Vec<Missed> {
        let carried: Vec<Pattern> =
            request.modules.files.iter().chain(&contents.files).map(|t| Pattern::new(t)).collect();
        let mut found = BTreeMap::new();
        for (path, asker) in &self.notes.listed {
            let Some(inner) = self.roots.inner(path).filter(|i| !i.is_empty()) else { continue };
            let name = inner.replace('/', ".");
            let holds = |m: &&analysis::Module| {
                let folder = m.path.rsplit_once('/').map_or("", |(folder, _)| folder);
                matches!(m.kind, analysis::Kind::Source(_)) && folder == inner
            };
            // Code of the standard library lists folders on behalf of other code.
            let own = asker.as_ref().is_some_and(|place| !self.roots.in_stdlib(&place.file));
            if own
                && !carried.iter().any(|p| p.covers(&name))
                && contents.graph.modules.values().any(|m| holds(&m))
            {
                let by = self.roots.shown(asker);
                found.entry(name.clone()).or_insert(Missed { kind: Kind::Folder, name, path: None, by });
            }
        }
        found.into_values().collect()
    }

    /// Lists distributions whose metadata was read.
    fn metadata(&self, contents: &Contents) -> Vec<Missed> {
        let installed = distributions::Installed::scan(&self.python.search_path, &Disk::default(), None);
        let mut read: BTreeMap<String, Missed> = BTreeMap::new();
        let mut collected = BTreeSet::new();
        for (path, asker) in &self.notes.read {
            let file = path.file_name().unwrap_or_default();
            let Some(inner) = self.roots.inner(path).filter(|_| file == "METADATA" || file == "PKG-INFO")
            else {
                continue;
            };
            let Some(folder) = inner.split('/').next().filter(|f| is_metadata(f)) else { continue };
            let name = folder.split('-').next().unwrap_or(folder).trim_end_matches(".egg-info");
            let Some((_, distribution)) = installed.named(name) else { continue };
            let normal = distributions::normalize(&distribution.name);
            if contents.graph.distributions.iter().any(|d| distributions::normalize(&d.name) == normal) {
                collected.insert(normal);
                continue;
            }
            let (name, by) = (distribution.name.clone(), self.roots.shown(asker));
            read.entry(normal).or_insert(Missed { kind: Kind::Metadata, name, path: None, by });
        }
        // Code that reads all metadata lists the installed distributions, and needs none of them in
        // particular.
        let all = read.len() > 1 && read.len() + collected.len() >= installed.iter().count();
        if all { Vec::new() } else { read.into_values().collect() }
    }

    /// Lists files inside packages that were read.
    fn data(&self, product: &Product, inputs: &BTreeSet<PathBuf>) -> Vec<Missed> {
        let mut found = BTreeMap::new();
        for (path, asker) in &self.notes.read {
            let Some(name) = self.roots.inner(path) else { continue };
            // Files directly in a folder of the search path belong to no package; files next to the script
            // belong to the program.
            let placed = name.contains('/') || self.roots.is_own(path);
            let metadata = name.split('/').next().is_some_and(is_metadata);
            let used = self.notes.written.contains(path) || inputs.contains(path);
            if !placed || metadata || used || name.contains("__pycache__/") || name.contains(".so.") {
                continue;
            }
            if product.dests.contains(&name) || product.sources.contains(&real(path)) || !path.is_file() {
                continue;
            }
            let (path, by) = (Some(path.clone()), self.roots.shown(asker));
            found.entry(name.clone()).or_insert(Missed { kind: Kind::Data, name, path, by });
        }
        found.into_values().collect()
    }

    /// Lists loaded libraries, without those that only another library needs.
    fn libraries(&self, request: &mut Request, product: &Product) -> Result<Vec<Missed>> {
        let mut found: BTreeMap<String, Missed> = BTreeMap::new();
        let mut add = |path: &Path, asker: &Asker| {
            let name = self.roots.inner(path).unwrap_or_else(|| {
                path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
            });
            let (path, by) = (Some(path.to_owned()), self.roots.shown(asker));
            found.entry(name.clone()).or_insert(Missed { kind: Kind::Library, name, path, by });
        };
        let mut first = self.opened();
        first.retain(|(path, _)| self.lacks_library(&product.natives, path));
        for (path, asker) in &first {
            add(path, asker);
            request.binaries.push(Item {
                from: path.to_string_lossy().into_owned(),
                to: ".".to_owned(),
                place: "freeze trace".to_owned(),
                ..Item::default()
            });
        }
        let again = if first.is_empty() { None } else { Some(self.product(request)?) };
        let natives = again.as_ref().map_or(&product.natives, |p| &p.natives);
        for path in self.notes.mapped.iter().filter(|path| self.lacks_library(natives, path)) {
            add(path, &None);
        }
        Ok(found.into_values().collect())
    }

    /// Lists the libraries that code opened by name, and the location of that code.
    fn opened(&self) -> Vec<(PathBuf, &Asker)> {
        let mut opened = Vec::new();
        for (name, asker) in &self.notes.loaded {
            let path = Path::new(name);
            let file = self.file_name(path);
            // Windows adds a missing suffix to a name.
            let is_named = |mapped: &Path| {
                let name = self.file_name(mapped);
                name == file || self.is_windows() && name.strip_suffix(".dll") == Some(&file)
            };
            let mapped =
                self.notes.mapped.iter().find(|m| is_named(m) || path.is_absolute() && **m == real(path));
            // A library must have the name in the application by which it is opened.
            let known =
                if path.is_absolute() && path.is_file() { Some(path.to_owned()) } else { mapped.cloned() };
            opened.extend(known.map(|path| (path, asker)));
        }
        opened
    }

    /// Whether a file is a library that neither `natives` nor the host provides.
    fn lacks_library(&self, natives: &Natives, path: &Path) -> bool {
        let name = self.file_name(path);
        let source = real(path);
        let bundled = natives.files.iter().any(|n| {
            let dest = self.fold(&n.dest);
            real(&n.source) == source || dest.rsplit('/').next() == Some(name.as_str())
        });
        let host =
            natives.host.iter().any(|(host, _)| self.fold(host) == name) || binaries::stays_with_host(&name);
        let library = match self.is_windows() {
            true => name.ends_with(".dll"),
            false => name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dylib"),
        };
        library && !bundled && !host && self.python.libpython.as_ref().is_none_or(|l| real(l) != source)
    }

    fn is_windows(&self) -> bool {
        self.python.target.os == Os::Windows
    }

    /// Folds the case of a name like the loader.
    fn fold(&self, name: &str) -> String {
        if self.is_windows() { name.to_lowercase() } else { name.to_owned() }
    }

    fn file_name(&self, path: &Path) -> String {
        self.fold(&path.file_name().unwrap_or_default().to_string_lossy())
    }
}

/// The content of the application.
struct Product {
    contents: Contents,
    natives: Natives,
    /// Paths below the root.
    dests: HashSet<String>,
    /// Files on this machine, without links.
    sources: HashSet<PathBuf>,
}

impl Comparison<'_> {
    fn product(&self, request: &Request) -> Result<Product> {
        let Comparison { rules, python, store, .. } = *self;
        let graph = analysis::modules(request, rules, python, store)?;
        let mut contents = contents::apply(graph, request, rules, python, store)?;
        binaries::prune(&mut contents, request, python, store)?;
        let natives = binaries::collect(&contents, request, python, store)?;
        let mut dests: HashSet<String> = natives.files.iter().map(|n| n.dest.clone()).collect();
        dests.extend(natives.links.iter().map(|(path, _)| path.clone()));
        let mut sources: HashSet<PathBuf> = natives.files.iter().map(|n| real(&n.source)).collect();
        for data in contents.data.iter().chain(&contents.libraries) {
            dests.insert(data.dest.clone());
            if let Source::File(path) = &data.source {
                sources.insert(real(path));
            }
        }
        Ok(Product { contents, natives, dests, sources })
    }
}

/// Returns the files on the command line, which belong to the user rather than the program.
fn inputs(arguments: &[OsString]) -> BTreeSet<PathBuf> {
    let cwd = std::env::current_dir().unwrap_or_default();
    arguments.iter().map(|a| crate::spec::entry::absolute(&cwd.join(a))).collect()
}

fn is_metadata(folder: &str) -> bool {
    folder.ends_with(".dist-info") || folder.ends_with(".egg-info")
}

/// Folders whose inner layout the application preserves.
struct Roots {
    own: Vec<PathBuf>,
    /// The longest first.
    all: Vec<PathBuf>,
    stdlib: PathBuf,
}

impl Roots {
    fn new(request: &Request, python: &Python) -> Roots {
        let own: Vec<PathBuf> =
            entry::folders(request).into_iter().chain(request.python.paths.clone()).collect();
        let editable = python.editable.iter().filter_map(|(_, path)| path.parent()).map(Path::to_path_buf);
        let mut all: Vec<PathBuf> = own.iter().chain(&python.search_path).cloned().chain(editable).collect();
        let real: Vec<PathBuf> = all.iter().map(|p| real(p)).collect();
        all.extend(real);
        all.sort_by(|a, b| b.as_os_str().len().cmp(&a.as_os_str().len()).then(a.cmp(b)));
        all.dedup();
        Roots { own, all, stdlib: python.stdlib.clone() }
    }

    fn of(&self, path: &Path) -> Option<(&Path, PathBuf)> {
        [path.to_owned(), real(path)].into_iter().find_map(|path| {
            let root = self.all.iter().find(|root| path.starts_with(root))?;
            Some((root.as_path(), path.strip_prefix(root).ok()?.to_owned()))
        })
    }

    /// Returns the path below the root of the application.
    fn inner(&self, path: &Path) -> Option<String> {
        slashed(&self.of(path)?.1)
    }

    fn is_own(&self, path: &Path) -> bool {
        self.of(path).is_some_and(|(root, _)| self.own.iter().any(|own| real(own) == real(root)))
    }

    fn in_stdlib(&self, path: &Path) -> bool {
        self.of(path).is_some_and(|(root, _)| real(root) == real(&self.stdlib))
    }

    /// Returns a location for people, as a path in the application.
    fn shown(&self, asker: &Asker) -> Option<(String, u32)> {
        let place = asker.as_ref()?;
        let file = self.inner(&place.file).unwrap_or_else(|| place.file.display().to_string());
        Some((file, place.line))
    }
}
