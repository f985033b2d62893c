//! Finds modules on the target's search path, as the target's import system does.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::disk::Disk;
use crate::analysis::graph::{Kind, Source};
use crate::paths::shown;
use crate::python::Python;
use crate::target::Os;

/// A location of modules: an entry of the search path or of a package's `__path__`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// A folder.
    Folder(PathBuf),
    /// A folder in a zip (`prefix` is empty or ends with `/`).
    Zip {
        /// The zip file.
        archive: PathBuf,
        /// Prefix of the members' names.
        prefix: String,
    },
}

/// A folder or zip that the program adds to the searched ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Folder {
    /// Path on the build machine.
    pub path: PathBuf,
    /// Its path under the root, with `/`; `None` if its modules are placed directly in the root.
    pub dest: Option<String>,
}

/// A module that was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The kind of the module.
    pub kind: Kind,
    /// `__path__` of a package.
    pub locations: Option<Vec<Location>>,
    /// Path under the root.
    pub path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suffix {
    Extension,
    Source,
    Bytecode,
}

/// The entries of a folder: name, and whether each is a folder.
type Listing = Rc<BTreeMap<String, bool>>;

/// Finds modules, with a cache of folders and zips.
pub(crate) struct Resolver<'p> {
    python: &'p Python,
    disk: &'p Disk,
    roots: Rc<[Location]>,
    suffixes: Vec<(String, Suffix)>,
    builtin: HashMap<&'p str, bool>,
    frozen: HashMap<&'p str, bool>,
    editable: HashMap<&'p str, Vec<&'p Path>>,
    /// Packages whose `__path__` includes all folders of their name on the search path.
    extended: HashMap<String, Vec<Location>>,
    /// Additional folders that the program searches, in the order of discovery.
    searched: Vec<Folder>,
    /// Additional folders in the `__path__` of packages.
    portions: Vec<Folder>,
    folders: HashMap<PathBuf, Option<Listing>>,
    zips: HashMap<PathBuf, Option<Rc<Vec<String>>>>,
}

impl<'p> Resolver<'p> {
    /// Creates a resolver for the scripts' own folders and the search path, in this order.
    pub(crate) fn new(python: &'p Python, own: &[PathBuf], disk: &'p Disk) -> Resolver<'p> {
        let mut roots: Vec<&PathBuf> = Vec::new();
        for root in own.iter().chain(&python.search_path) {
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        let roots = roots.into_iter().map(|root| {
            if disk.is_dir(root) {
                Location::Folder(root.clone())
            } else {
                Location::Zip { archive: root.clone(), prefix: String::new() }
            }
        });
        let mut suffixes: Vec<(String, Suffix)> =
            python.extension_suffixes.iter().map(|s| (s.clone(), Suffix::Extension)).collect();
        suffixes.push((".py".into(), Suffix::Source));
        suffixes.push((".pyc".into(), Suffix::Bytecode));
        let mut editable: HashMap<&str, Vec<&Path>> = HashMap::new();
        for (name, path) in &python.editable {
            editable.entry(name).or_default().push(path);
        }
        Resolver {
            python,
            disk,
            roots: roots.collect(),
            suffixes,
            builtin: python.builtin_modules.iter().map(|n| (n.as_str(), false)).collect(),
            frozen: python.frozen_modules.iter().map(|(n, p)| (n.as_str(), *p)).collect(),
            editable,
            extended: HashMap::new(),
            searched: Vec::new(),
            portions: Vec::new(),
            folders: HashMap::new(),
            zips: HashMap::new(),
        }
    }

    /// Finds a module by its dotted name alone.
    pub(crate) fn find_dotted(&mut self, name: &str) -> Option<Found> {
        let parent = match name.rsplit_once('.') {
            None => None,
            Some((parent, _)) => Some(self.find_dotted(parent)?.locations?),
        };
        self.find(name, parent.as_deref())
    }

    /// Finds a module by its dotted name, in the `__path__` of its parent or on the search path.
    pub(in crate::analysis) fn find(&mut self, name: &str, parent: Option<&[Location]>) -> Option<Found> {
        if parent.is_none() && self.builtin.contains_key(name) {
            return Some(Found { kind: Kind::Builtin, locations: None, path: String::new() });
        }
        let on_path = match parent {
            Some(locations) => self.find_in(name, locations),
            None => {
                let roots = self.roots();
                self.find_in(name, &roots)
            }
        };
        let mut found = on_path
            .or_else(|| self.find_editable(name))
            .or_else(|| self.find_frozen(name))
            .or_else(|| self.find_searched(name, parent))?;
        self.join_searched(name, parent, &mut found);
        self.place(&mut found);
        if let (Some(more), Some(locations)) = (self.extended.get(name), &mut found.locations) {
            let fresh: Vec<Location> = more.iter().filter(|l| !locations.contains(l)).cloned().collect();
            locations.extend(fresh);
        }
        Some(found)
    }

    /// Returns the names of the modules in the interpreter itself.
    pub(super) fn built_in(&self) -> impl Iterator<Item = &str> {
        self.builtin.keys().chain(self.frozen.keys()).copied()
    }

    /// Returns the search path as locations.
    pub(in crate::analysis) fn roots(&self) -> Rc<[Location]> {
        Rc::clone(&self.roots)
    }

    /// Extends the `__path__` of a package with all folders of its name on the search path, as
    /// `pkgutil.extend_path` does.
    pub(in crate::analysis) fn extend_path(&mut self, name: &str) {
        let relative = name.replace('.', "/");
        let mut portions = Vec::new();
        for root in self.roots().iter() {
            match root {
                Location::Folder(folder) => {
                    let folder = folder.join(&relative);
                    portions.extend(self.disk.is_dir(&folder).then_some(Location::Folder(folder)));
                }
                Location::Zip { archive, prefix } => {
                    let Some(members) = self.members(archive) else { continue };
                    let prefix = format!("{prefix}{relative}/");
                    if members.iter().any(|member| member.starts_with(&prefix)) {
                        portions.push(Location::Zip { archive: archive.clone(), prefix });
                    }
                }
            }
        }
        self.extended.insert(name.to_owned(), portions);
    }

    fn find_in(&mut self, name: &str, locations: &[Location]) -> Option<Found> {
        let tail = name.rsplit('.').next().unwrap_or(name);
        let mut portions = Vec::new();
        for location in locations {
            match location {
                Location::Folder(folder) => {
                    let Some(listing) = self.list(folder) else { continue };
                    if listing.get(tail) == Some(&true) {
                        let inner = folder.join(tail);
                        if let Some(found) = self.package(name, &inner) {
                            return Some(found);
                        }
                        if let Some(found) = self.module(name, tail, folder, &listing) {
                            return Some(found);
                        }
                        portions.push(Location::Folder(inner));
                    } else if let Some(found) = self.module(name, tail, folder, &listing) {
                        return Some(found);
                    }
                }
                Location::Zip { archive, prefix } => {
                    let Some(members) = self.members(archive) else { continue };
                    let inner = format!("{prefix}{tail}");
                    if let Some(found) = find_in_zip(name, archive, &inner, &members) {
                        return Some(found);
                    }
                    let folder = format!("{inner}/");
                    let at = members.partition_point(|m| m.as_str() < folder.as_str());
                    if members.get(at).is_some_and(|m| m.starts_with(&folder)) {
                        portions.push(Location::Zip { archive: archive.clone(), prefix: folder });
                    }
                }
            }
        }
        (!portions.is_empty()).then(|| namespace(name, portions))
    }

    /// Finds a regular package in a folder.
    fn package(&mut self, name: &str, folder: &Path) -> Option<Found> {
        let listing = self.list(folder)?;
        let (file, suffix) = self.first(&listing, "__init__")?;
        let path = format!("{}/{file}", name.replace('.', "/"));
        let kind = kind(suffix, Source::File(folder.join(&file)));
        Some(Found { kind, locations: Some(vec![Location::Folder(folder.to_owned())]), path })
    }

    /// Finds a module in a folder.
    fn module(
        &self,
        name: &str,
        tail: &str,
        folder: &Path,
        listing: &BTreeMap<String, bool>,
    ) -> Option<Found> {
        let (file, suffix) = self.first(listing, tail)?;
        let path = match name.rsplit_once('.') {
            Some((parent, _)) => format!("{}/{file}", parent.replace('.', "/")),
            // On Windows they are in the root, beside the libraries that they need, where a loader searches
            // first.
            None if folder == self.python.dynload
                && suffix == Suffix::Extension
                && self.python.target.os != Os::Windows =>
            {
                format!("lib-dynload/{file}")
            }
            None => file.clone(),
        };
        Some(Found { kind: kind(suffix, Source::File(folder.join(&file))), locations: None, path })
    }

    /// Returns the first file of a stem, in the order of the suffixes.
    fn first(&self, listing: &BTreeMap<String, bool>, stem: &str) -> Option<(String, Suffix)> {
        // Most names in `from p import name` are attributes, so check before building six strings.
        let near = listing.range::<str, _>((std::ops::Bound::Excluded(stem), std::ops::Bound::Unbounded));
        near.take_while(|(n, _)| n.starts_with(stem))
            .find(|(n, _)| n.as_bytes().get(stem.len()) == Some(&b'.'))?;
        self.suffixes.iter().find_map(|(suffix, what)| {
            let file = format!("{stem}{suffix}");
            (listing.get(&file) == Some(&false)).then_some((file, *what))
        })
    }

    fn find_editable(&mut self, name: &str) -> Option<Found> {
        let paths: Vec<PathBuf> = self.editable.get(name)?.iter().map(|p| p.to_path_buf()).collect();
        let tail = name.rsplit('.').next().unwrap_or(name);
        let mut portions = Vec::new();
        for path in paths {
            if self.disk.is_dir(&path) {
                if let Some(found) = self.package(name, &path) {
                    return Some(found);
                }
                portions.push(Location::Folder(path));
                continue;
            }
            // The path of a file, or of a module without its suffix.
            let folder = path.parent()?.to_owned();
            let listing = self.list(&folder)?;
            let stem = path.file_stem()?.to_string_lossy().into_owned();
            if let Some(found) =
                self.module(name, if stem.is_empty() { tail } else { &stem }, &folder, &listing)
            {
                return Some(found);
            }
        }
        (!portions.is_empty()).then(|| namespace(name, portions))
    }

    /// Adds a folder that is searched after the search path. Returns whether it is new.
    pub(in crate::analysis) fn search(&mut self, folder: &Folder) -> bool {
        let is_known = self.searched.iter().any(|known| known.path == folder.path)
            || self.roots.iter().any(|root| matches!(root, Location::Folder(path) if *path == folder.path));
        if !is_known {
            self.searched.push(folder.clone());
        }
        !is_known
    }

    /// Adds a folder to the `__path__` of a package; returns whether it is new.
    pub(in crate::analysis) fn extend_by(&mut self, package: &str, folder: &Folder) -> bool {
        let location = self.location(&folder.path);
        let known = self.extended.entry(package.to_owned()).or_default();
        let is_new = !known.contains(&location);
        if is_new {
            known.push(location);
            self.portions.push(folder.clone());
        }
        is_new
    }

    /// Returns the folders that the program adds to the searched ones.
    pub(in crate::analysis) fn searched(&self) -> &[Folder] {
        &self.searched
    }

    fn location(&self, path: &Path) -> Location {
        if self.disk.is_dir(path) {
            Location::Folder(path.to_owned())
        } else {
            Location::Zip { archive: path.to_owned(), prefix: String::new() }
        }
    }

    fn find_searched(&mut self, name: &str, parent: Option<&[Location]>) -> Option<Found> {
        if parent.is_some() || self.searched.is_empty() {
            return None;
        }
        let locations: Vec<Location> = self.searched.iter().map(|f| self.location(&f.path)).collect();
        self.find_in(name, &locations)
    }

    /// Adds the folders of a namespace package in the additional folders.
    fn join_searched(&mut self, name: &str, parent: Option<&[Location]>, found: &mut Found) {
        let (Kind::Namespace(portions), Some(locations)) = (&mut found.kind, &mut found.locations) else {
            return;
        };
        if let Some(Found { kind: Kind::Namespace(more), locations: Some(places), .. }) =
            self.find_searched(name, parent)
        {
            portions.extend(
                more.iter().filter(|portion| !portions.contains(portion)).cloned().collect::<Vec<_>>(),
            );
            locations.extend(
                places.iter().filter(|place| !locations.contains(place)).cloned().collect::<Vec<_>>(),
            );
        }
    }

    /// Sets the path under the root of a module in an additional folder.
    fn place(&self, found: &mut Found) {
        let path = match (&found.kind, found.kind.source()) {
            (_, Some(Source::File(file))) => Some(file),
            (Kind::Namespace(portions), _) => portions.first(),
            _ => None,
        };
        let Some(path) = path else { return };
        for Folder { path: folder, dest } in self.searched.iter().chain(&self.portions) {
            let (Some(dest), Ok(inner)) = (dest, path.strip_prefix(folder)) else { continue };
            found.path = format!("{dest}/{}", shown(inner)).trim_matches('/').to_owned();
            return;
        }
    }

    fn find_frozen(&self, name: &str) -> Option<Found> {
        let package = *self.frozen.get(name)?;
        Some(Found { kind: Kind::Builtin, locations: package.then(Vec::new), path: String::new() })
    }

    /// Returns whether a package's folder contains data, or folders, and no code except `__init__.py`.
    pub(in crate::analysis) fn is_data_only(&mut self, location: &Location) -> bool {
        let Location::Folder(folder) = location else { return false };
        let Some(listing) = self.list(folder) else { return false };
        let mut data = false;
        for (entry, is_folder) in listing.iter() {
            if *is_folder {
                data |= entry != "__pycache__";
                continue;
            }
            match self.stem(entry) {
                Some("__init__") => {}
                Some(_) => return false,
                None => data |= !entry.ends_with(".pyi") && entry != "py.typed",
            }
        }
        data
    }

    /// Returns the names of the modules and regular packages on the search path that begin with a text,
    /// sorted.
    pub(in crate::analysis) fn beginning_with(&mut self, start: &str) -> Vec<String> {
        let roots = Rc::clone(&self.roots);
        let mut names = self.children(&roots);
        names.retain(|name| name.starts_with(start));
        names
    }

    /// Returns the names of the modules and regular packages directly inside a package, sorted.
    pub(in crate::analysis) fn children(&mut self, locations: &[Location]) -> Vec<String> {
        let mut names = std::collections::BTreeSet::new();
        for location in locations {
            match location {
                Location::Folder(folder) => {
                    let Some(listing) = self.list(folder) else { continue };
                    for (entry, is_folder) in listing.iter() {
                        if *is_folder {
                            let inner = folder.join(entry);
                            let is_package = is_module_name(entry)
                                && self.list(&inner).is_some_and(|l| self.first(&l, "__init__").is_some());
                            if is_package {
                                names.insert(entry.clone());
                            }
                        } else if let Some(stem) = self.stem(entry) {
                            names.insert(stem.to_owned());
                        }
                    }
                }
                Location::Zip { archive, prefix } => {
                    let Some(members) = self.members(archive) else { continue };
                    for member in members.iter().filter_map(|m| m.strip_prefix(prefix.as_str())) {
                        match member.split_once('/') {
                            Some((folder, "__init__.py" | "__init__.pyc")) => {
                                names.insert(folder.to_owned());
                            }
                            Some(_) => {}
                            None => names.extend(self.stem(member).map(str::to_owned)),
                        }
                    }
                }
            }
        }
        names.remove("__init__");
        names.into_iter().filter(|n| is_module_name(n)).collect()
    }

    /// Returns the names of namespace packages directly inside a package: folders with modules and no
    /// `__init__`, sorted.
    pub(in crate::analysis) fn namespaces(&mut self, locations: &[Location]) -> Vec<String> {
        let mut names = std::collections::BTreeSet::new();
        for location in locations {
            let Location::Folder(folder) = location else { continue };
            let Some(listing) = self.list(folder) else { continue };
            for (entry, _) in listing.iter().filter(|(entry, is_folder)| **is_folder && is_module_name(entry))
            {
                let Some(inner) = self.list(&folder.join(entry)) else { continue };
                let holds_module =
                    |(file, is_folder): (&String, &bool)| !is_folder && self.stem(file).is_some();
                if self.first(&inner, "__init__").is_none() && inner.iter().any(holds_module) {
                    names.insert(entry.clone());
                }
            }
        }
        names.into_iter().collect()
    }

    /// Returns the module name in a file name.
    fn stem<'f>(&self, file: &'f str) -> Option<&'f str> {
        self.suffixes.iter().find_map(|(suffix, _)| file.strip_suffix(suffix.as_str()))
    }

    /// Lists a folder.
    pub(in crate::analysis) fn list(&mut self, folder: &Path) -> Option<Listing> {
        if let Some(known) = self.folders.get(folder) {
            return known.clone();
        }
        let listing = self.disk.list(folder).map(|entries| Rc::new(entries.into_iter().collect()));
        self.folders.insert(folder.to_owned(), listing.clone());
        listing
    }

    /// Returns the members of a zip, sorted.
    fn members(&mut self, archive: &Path) -> Option<Rc<Vec<String>>> {
        if let Some(known) = self.zips.get(archive) {
            return known.clone();
        }
        let members = self.disk.open(archive).ok().and_then(|f| zip::ZipArchive::new(f).ok()).map(|zip| {
            let mut names: Vec<String> = zip.file_names().flatten().map(|n| n.into_owned()).collect();
            names.sort();
            Rc::new(names)
        });
        self.zips.insert(archive.to_owned(), members.clone());
        members
    }
}

fn kind(suffix: Suffix, source: Source) -> Kind {
    match suffix {
        Suffix::Extension => Kind::Extension(source),
        Suffix::Source => Kind::Source(source),
        Suffix::Bytecode => Kind::Bytecode(source),
    }
}

fn namespace(name: &str, portions: Vec<Location>) -> Found {
    let folders = portions
        .iter()
        .map(|p| match p {
            Location::Folder(folder) => folder.clone(),
            Location::Zip { archive, prefix } => archive.join(prefix.trim_end_matches('/')),
        })
        .collect();
    Found { kind: Kind::Namespace(folders), locations: Some(portions), path: name.replace('.', "/") }
}

/// Finds a module in a zip. zipimport does not support extension modules.
fn find_in_zip(name: &str, archive: &Path, inner: &str, members: &[String]) -> Option<Found> {
    let candidates = [
        ("/__init__.pyc", Suffix::Bytecode, true),
        ("/__init__.py", Suffix::Source, true),
        (".pyc", Suffix::Bytecode, false),
        (".py", Suffix::Source, false),
    ];
    let has = |m: &String| members.binary_search(m).is_ok();
    let dotted = name.replace('.', "/");
    candidates.iter().find_map(|(ending, suffix, package)| {
        let member = format!("{inner}{ending}");
        // Source is preferred over bytecode, which may be for another version.
        if !has(&member) || (*suffix == Suffix::Bytecode && has(&member.trim_end_matches('c').to_owned())) {
            return None;
        }
        let source = Source::Zip { archive: archive.to_owned(), member };
        let locations =
            package.then(|| vec![Location::Zip { archive: archive.to_owned(), prefix: format!("{inner}/") }]);
        Some(Found { kind: kind(*suffix, source), locations, path: format!("{dotted}{ending}") })
    })
}

/// Computed names need not be identifiers: Django's migrations begin with a digit, others contain a `-`.
fn is_module_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('.') && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}
