//! The world: read-only queries of heuristics about installed packages and files on disk for the target.

pub(crate) mod disk;
pub(crate) mod distributions;
pub(crate) mod entry_points;
mod files;
mod info;
pub(super) mod own_tree;
pub(super) mod programs;
mod question;
pub(super) mod reader;
pub(crate) mod resolve;
mod similar;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use self::distributions::{Extras, Installed, normalize};
use self::own_tree::OwnTree;
use self::reader::Reader;
use self::resolve::{Folder, Found, Location, Resolver};
use super::facts::Facts;
use super::facts::looks::Function;
use super::graph::{Kind, Module, Source};
use crate::names::{self, Pattern};
use crate::rules::implicit::{Implicit, Named};
use crate::rules::load::{Rule, Rules};
use crate::spec::{Entry, Request, Sources};

/// Modules of the standard library that add native libraries or a lot of code.
const OPTIONAL_STDLIB: [&str; 5] = ["idlelib", "lib2to3", "test", "tkinter", "turtle"];

/// The package behind `distutils` if the standard library has none (3.12, PEP 632): setuptools' own copy,
/// which `_distutils_hack` provides under the old name.
pub(super) const DISTUTILS: &str = "setuptools._distutils";

/// The owner of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The program.
    Program,
    /// An installed distribution.
    Library,
    /// Python's standard library.
    Stdlib,
}

/// The inputs of a world.
pub(super) struct Parts<'a> {
    pub request: &'a Request,
    pub reader: Reader<'a>,
    pub implicit: &'a Implicit,
    pub rules: &'a Rules,
    pub installed: &'a Installed,
    /// Folders of the program's own, see [`super::start::entry::folders`].
    pub own: Vec<PathBuf>,
}

/// The environment of a program on its target.
pub(super) struct World<'a> {
    pub reader: Reader<'a>,
    pub implicit: &'a Implicit,
    pub rules: &'a Rules,
    pub installed: &'a Installed,
    request: &'a Request,
    own: Vec<PathBuf>,
    excluded: Vec<Pattern>,
    /// Packages in parts: only modules that something imports are collected.
    of_parts: HashSet<String>,
    resolver: RefCell<Resolver<'a>>,
    /// Distributions that count as the program's own: an installed application, and others of its project.
    own_distributions: HashSet<usize>,
    memo: Memo,
}

/// Lazily computed results.
#[derive(Default)]
struct Memo {
    /// Top-level name → its distribution; `None` for the standard library and the program's own modules.
    owners: RefCell<HashMap<String, Option<usize>>>,
    own_tree: OnceCell<OwnTree>,
    lends_distutils: OnceCell<bool>,
    /// Files that distributions install in the scripts folder.
    programs: OnceCell<Vec<(usize, PathBuf)>>,
}

impl<'a> World<'a> {
    pub(super) fn new(parts: Parts<'a>) -> World<'a> {
        let Parts { request, reader, implicit, rules, installed, own } = parts;
        let mut world = World {
            resolver: RefCell::new(Resolver::new(reader.python, &own, reader.disk)),
            reader,
            implicit,
            rules,
            installed,
            request,
            own,
            of_parts: rules.packages_of_libraries(request),
            excluded: request.modules.exclude.iter().map(|t| Pattern::new(t)).collect(),
            own_distributions: HashSet::new(),
            memo: Memo::default(),
        };
        world.own_distributions = world.applications();
        world
    }

    /// Returns the installed distributions of entry points, and their requirements from the same project,
    /// whose names start with theirs.
    fn applications(&self) -> HashSet<usize> {
        let owner = |entry: &Entry| match entry {
            Entry::Script(_) => None,
            Entry::EntryPoint(name) => self.installed.with_script(name, self.reader.disk),
            Entry::Module(module) | Entry::Function { module, .. } => self.owner_of_name(module),
        };
        let mut found: HashSet<usize> =
            self.request.programs.iter().filter_map(|p| owner(&p.entry)).collect();
        for application in found.clone() {
            let start = format!("{}-", self.normalized(application));
            let siblings = self
                .installed
                .requirements(application, Extras::None)
                .filter(|name| name.starts_with(&start));
            found.extend(siblings.filter_map(|name| self.installed.named(&name).map(|(at, _)| at)));
        }
        found
    }

    /// Returns whether a package in parts, or a module in it, names one of the package's own modules
    /// without importing it. Such packages list all of their modules.
    pub(super) fn names_own_part(&self, from: &str, name: &str) -> bool {
        let package = names::parent(name).filter(|package| self.of_parts.contains(*package));
        package.is_some_and(|package| names::is_inside(from, package))
    }

    // Modules by name.

    /// Finds a module by name.
    pub(super) fn find(&self, name: &str) -> Option<Found> {
        self.resolver.borrow_mut().find_dotted(name)
    }

    /// Finds a module in the `__path__` of its parent, or on the search path.
    pub(super) fn find_in(&self, name: &str, parent: Option<&[Location]>) -> Option<Found> {
        self.resolver.borrow_mut().find(name, parent)
    }

    /// Returns whether a module of this name may be collected. A folder without modules does not make a
    /// text the name of a module.
    pub(super) fn exists(&self, name: &str) -> bool {
        !self.is_excluded(name) && self.find(name).is_some_and(|f| !matches!(f.kind, Kind::Namespace(_)))
    }

    /// Whether a package of this name exists; namespace packages count.
    pub(super) fn is_package(&self, name: &str) -> bool {
        self.find(name).is_some_and(|f| f.locations.is_some())
    }

    /// Returns whether a module named `test` is an ordinary one, such as a command `test`. Test suites are
    /// packages, or have longer names.
    pub(super) fn is_plain_test(&self, name: &str) -> bool {
        let is_called_so =
            names::parent(name).is_some_and(|above| !names::is_for_tests(above) && name.ends_with(".test"));
        is_called_so && self.find(name).is_some_and(|f| f.locations.is_none())
    }

    /// Returns whether the request excludes a module.
    pub(super) fn is_excluded(&self, name: &str) -> bool {
        self.excluded.iter().any(|p| p.covers(name))
    }

    /// Returns the names of the modules and regular packages directly inside a package, sorted.
    pub(super) fn children(&self, package: &str) -> Vec<String> {
        let locations = self.find(package).and_then(|f| f.locations);
        locations.map(|l| self.resolver.borrow_mut().children(&l)).unwrap_or_default()
    }

    /// Returns the names that can be imported directly from a package: modules, packages, and folders of
    /// modules without `__init__`.
    pub(super) fn importable_children(&self, package: &str) -> Vec<String> {
        let mut names = self.children(package);
        if let Some(locations) = self.find(package).and_then(|found| found.locations) {
            names.extend(self.resolver.borrow_mut().namespaces(&locations));
        }
        names
    }

    /// Returns all modules below a package, at any depth, parents before children.
    pub(super) fn submodules(&self, package: &str) -> Vec<String> {
        let mut found = Vec::new();
        for child in self.children(package) {
            let name = format!("{package}.{child}");
            let inner = self.submodules(&name);
            found.push(name);
            found.extend(inner);
        }
        found
    }

    /// Returns the names of the modules and regular packages on the search path that begin with a text,
    /// sorted.
    pub(super) fn beginning_with(&self, start: &str) -> Vec<String> {
        self.resolver.borrow_mut().beginning_with(start)
    }

    /// Extends the `__path__` of a package with all folders of its name on the search path.
    pub(super) fn extend_path(&self, package: &str) {
        self.resolver.borrow_mut().extend_path(package);
    }

    /// Adds a folder to search for modules that are not found elsewhere. Returns whether it is new.
    pub(super) fn search(&self, folder: &Folder) -> bool {
        self.memo.owners.borrow_mut().clear();
        self.resolver.borrow_mut().search(folder)
    }

    /// Adds a folder to the `__path__` of a package; returns whether it is new.
    pub(super) fn extend_by(&self, package: &str, folder: &Folder) -> bool {
        self.resolver.borrow_mut().extend_by(package, folder)
    }

    /// Returns the folders that are searched in addition to the search path.
    pub(super) fn searched(&self) -> Vec<Folder> {
        self.resolver.borrow().searched().to_vec()
    }

    /// Returns the names of the modules and regular packages directly inside a folder, sorted.
    pub(super) fn modules_in(&self, folder: &Path) -> Vec<String> {
        self.resolver.borrow_mut().children(&[Location::Folder(folder.to_owned())])
    }

    /// Returns whether a file is the script of an entry point.
    pub(super) fn is_entry_file(&self, file: &Path) -> bool {
        self.request.programs.iter().any(|p| matches!(&p.entry, Entry::Script(script) if script == file))
    }

    /// Returns whether `distutils` comes from setuptools, because the standard library has none.
    pub(super) fn lends_distutils(&self) -> bool {
        *self.memo.lends_distutils.get_or_init(|| {
            self.find("distutils").is_none() && self.exists(DISTUTILS) && self.exists("_distutils_hack")
        })
    }

    /// Returns the `.pth` files in package folders that run code at each start of the interpreter
    /// (Lib/site.py, `addpackage`): name, distribution, and lines.
    pub(super) fn site_hooks(&self) -> Vec<(String, usize, Vec<String>)> {
        let mut found = Vec::new();
        for folder in &self.reader.python.search_path {
            for name in self.list(folder).into_iter().filter(|name| name.ends_with(".pth")) {
                let mut all = self.installed.iter().enumerate();
                let owner = all.find(|(_, d)| d.location == *folder && d.files.contains(&name));
                let (Some((owner, _)), Ok(bytes)) = (owner, self.reader.disk.read(&folder.join(&name)))
                else {
                    continue;
                };
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let lines =
                    text.lines().filter(|line| line.starts_with("import ") || line.starts_with("import\t"));
                let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
                if !lines.is_empty() {
                    found.push((name, owner, lines));
                }
            }
        }
        found
    }

    /// Returns whether the `__init__.py` of a package contains only comments.
    pub(super) fn is_empty_package(&self, name: &str) -> bool {
        let Some(Found { kind: Kind::Source(Source::File(file)), locations: Some(_), .. }) = self.find(name)
        else {
            return false;
        };
        let Ok(bytes) = self.reader.disk.read(&file) else { return false };
        bytes.split(|b| *b == b'\n').all(|line| matches!(line.trim_ascii().first(), None | Some(b'#')))
    }

    /// Returns whether the folders of a package contain data and no code except `__init__.py`.
    pub(super) fn is_data_only(&self, package: &str) -> bool {
        let Some(locations) = self.find(package).and_then(|f| f.locations) else { return false };
        locations.iter().all(|l| self.resolver.borrow_mut().is_data_only(l))
    }

    /// Returns the names of the files in a folder, sorted.
    pub(super) fn list(&self, folder: &Path) -> Vec<String> {
        let listing = self.resolver.borrow_mut().list(folder);
        listing.map(|l| l.keys().cloned().collect()).unwrap_or_default()
    }

    // Owners of modules.

    /// Returns the owner of a module. The program's own modules are in a folder of the entry points or of
    /// the request and are not installed.
    pub(super) fn role(&self, module: &Module) -> Role {
        if names::is_entry(&module.name) {
            return Role::Program;
        }
        module.kind.file().map_or(Role::Stdlib, |file| self.role_of_file(file, &module.name))
    }

    fn role_of_file(&self, file: &Path, name: &str) -> Role {
        let python = self.reader.python;
        if python.in_stdlib(file) {
            return Role::Stdlib;
        }
        let requested = &self.request.python.paths;
        let mut installed = python.search_path.iter().filter(|p| !requested.contains(p));
        let own = self.own.iter().chain(requested).any(|p| file.starts_with(p));
        let is_own = own && !installed.any(|p| file.starts_with(p))
            || !self.own_distributions.is_empty()
                && self
                    .installed
                    .owner(file, name)
                    .is_some_and(|owner| self.own_distributions.contains(&owner))
            || self.is_editable(file);
        if is_own { Role::Program } else { Role::Library }
    }

    /// Returns whether a file belongs to an editable install.
    fn is_editable(&self, file: &Path) -> bool {
        self.reader.python.editable.iter().any(|(_, path)| file.starts_with(path))
    }

    /// Returns whether the program has a module of this name.
    pub(super) fn is_own_module(&self, name: &str) -> bool {
        if names::is_entry(name) {
            return true;
        }
        let found = self.find(name);
        let file = found.as_ref().and_then(|found| found.kind.file());
        file.is_some_and(|file| self.role_of_file(file, name) == Role::Program)
    }

    /// Returns whether a top-level name is a module of the standard library.
    pub(super) fn in_stdlib(&self, top: &str) -> bool {
        self.find(top).is_some_and(|found| found.kind.in_stdlib(self.reader.python))
    }

    /// Returns whether a top-level name is a module of the standard library that does not add native
    /// libraries or a lot of code.
    pub(super) fn in_plain_stdlib(&self, top: &str) -> bool {
        !self.is_optional_stdlib(top) && self.in_stdlib(top)
    }

    /// Returns whether a top-level name is a module of the standard library that adds native libraries or a
    /// lot of code.
    pub(super) fn is_optional_stdlib(&self, top: &str) -> bool {
        OPTIONAL_STDLIB.contains(&top)
    }

    /// Returns the distribution of a module; `None` for the program's own.
    pub(super) fn owner_of_module(&self, module: &Module) -> Option<usize> {
        self.installed.owner(module.kind.file()?, &module.name)
    }

    /// Returns the distribution that owns a top-level module.
    pub(super) fn owner_of(&self, top: &str) -> Option<usize> {
        if let Some(known) = self.memo.owners.borrow().get(top) {
            return *known;
        }
        let owner = self.find(top).and_then(|found| {
            let file = found.kind.file().filter(|f| !self.reader.python.in_stdlib(f))?;
            self.installed.owner(file, top)
        });
        self.memo.owners.borrow_mut().insert(top.to_owned(), owner);
        owner
    }

    /// Returns the distribution that owns a name: that of its top level, or of the next level if the top is
    /// a namespace package.
    pub(super) fn owner_of_name(&self, name: &str) -> Option<usize> {
        let top = names::top(name);
        if let Some(owner) = self.owner_of(top) {
            return Some(owner);
        }
        let Kind::Namespace(_) = &self.find(top)?.kind else { return None };
        let below = name.get(top.len() + 1..)?.split('.').next()?;
        let full = format!("{top}.{below}");
        self.installed.owner(self.find(&full)?.kind.file()?, &full)
    }

    /// Returns whether a name belongs to a distribution or to one of its requirements.
    pub(super) fn is_related(&self, own: Option<usize>, name: &str) -> bool {
        let Some(own) = own else { return false };
        let Some(owner) = self.owner_of_name(name) else { return false };
        own == owner || self.installed.requirements(own, Extras::None).any(|r| r == self.normalized(owner))
    }

    /// Returns whether a distribution requires another, including for an extra, or whether the other one
    /// always requires it.
    pub(super) fn may_require(&self, own: usize, other: usize) -> bool {
        let wanted = HashSet::from([other]);
        self.installed.requirements(own, Extras::Any).any(|required| {
            self.installed
                .named(&required)
                .is_some_and(|(next, _)| next == other || self.requires_one_of(next, &wanted))
        })
    }

    /// Returns whether a distribution itself requires another, without an extra.
    pub(super) fn requires(&self, own: usize, other: usize) -> bool {
        let mut required = self.installed.requirements(own, Extras::None);
        required.any(|name| self.installed.named(&name).is_some_and(|(next, _)| next == other))
    }

    /// Returns whether a distribution requires one of some others, directly or indirectly.
    pub(super) fn requires_one_of(&self, owner: usize, wanted: &HashSet<usize>) -> bool {
        let mut seen = HashSet::from([owner]);
        let mut queue = vec![owner];
        while let Some(at) = queue.pop() {
            for required in self.installed.requirements(at, Extras::None) {
                if let Some((next, _)) = self.installed.named(&required)
                    && seen.insert(next)
                {
                    if wanted.contains(&next) {
                        return true;
                    }
                    queue.push(next);
                }
            }
        }
        false
    }

    /// Returns whether a distribution requires one of these, by their normalised names.
    pub(super) fn requires_by_name(&self, owner: usize, names: &[&str]) -> bool {
        self.installed.requirements(owner, Extras::None).any(|required| names.contains(&required.as_str()))
    }

    /// Returns the top-level names that requirements of a distribution may provide, including those for
    /// extras, by name.
    pub(super) fn required_modules(&self, owner: Option<usize>) -> HashSet<String> {
        let owner = owner.into_iter();
        let all = owner.flat_map(|o| self.installed.requirements(o, Extras::Any));
        all.map(|r| r.replace('-', "_")).collect()
    }

    fn normalized(&self, owner: usize) -> String {
        normalize(&self.installed.get(owner).name)
    }

    /// Returns whether sources are collected if code reads them.
    pub(super) fn takes_sources(&self) -> bool {
        self.request.bundle.source != Sources::None
    }

    // The program's own files.

    /// Returns whether the program's own files are collected without a request.
    pub(super) fn takes_own_files(&self) -> bool {
        !self.request.modules.no_own_data
    }

    /// Returns the base folders for the program's own file names: those of its entry points and of the
    /// request.
    pub(super) fn own_folders(&self) -> impl Iterator<Item = &Path> {
        self.own.iter().chain(&self.request.python.paths).map(PathBuf::as_path)
    }

    /// Returns the program's own files, which are listed on the first call.
    pub(super) fn own_tree(&self) -> &OwnTree {
        self.memo.own_tree.get_or_init(|| {
            let python = self.reader.python;
            let mut roots: Vec<PathBuf> = self.own_folders().map(Path::to_owned).collect();
            roots.extend(python.editable.iter().map(|(_, path)| path.clone()));
            roots.extend(self.own_packages());
            roots.extend(self.own.iter().filter_map(|folder| self.project(folder)).map(Path::to_owned));
            let around = self.own.iter().filter_map(|folder| self.around(folder));
            let around: Vec<PathBuf> = around.map(Path::to_owned).collect();
            // Folders of the interpreter and of builds do not belong to the program.
            let mut foreign = python.search_path.clone();
            foreign.retain(|path| !self.request.python.paths.contains(path));
            foreign.extend([&python.prefix, &python.base_prefix].map(|prefix| prefix.to_owned()));
            foreign.extend(self.request.outputs());
            foreign.extend(self.request.spec_file().map(Path::to_owned));
            foreign.push(self.reader.store.root().to_owned());
            tracing::debug!(?roots, "the program's own files are looked for");
            OwnTree::scan(&roots, &around, &foreign, &self.implicit.own_files, self.reader.disk)
        })
    }

    /// Returns the package folders of installed distributions that count as the program's own.
    fn own_packages(&self) -> BTreeSet<PathBuf> {
        let own = self.own_distributions.iter().map(|at| self.installed.get(*at));
        own.flat_map(|distribution| {
            let inits = distribution.files.iter().filter_map(|file| file.strip_suffix("/__init__.py"));
            let tops = inits.filter(|folder| !folder.contains('/'));
            tops.map(|folder| distribution.location.join(folder)).collect::<Vec<_>>()
        })
        .collect()
    }

    /// Returns the project folder of an entry point, if it is a few levels above.
    fn project<'p>(&self, folder: &'p Path) -> Option<&'p Path> {
        const MARKS: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt"];
        const LEVELS: usize = 3;
        let is_project = |f: &&Path| MARKS.iter().any(|mark| self.reader.disk.is_file(&f.join(mark)));
        folder.ancestors().take(LEVELS).find(is_project)
    }

    /// Returns a folder around an entry point that may be its project: the current folder, or the base of
    /// paths in the entry point.
    fn around<'p>(&self, folder: &'p Path) -> Option<&'p Path> {
        const LEVELS: usize = 5;
        let base = folder.ancestors().take(LEVELS).find(|near| *near == self.request.base);
        base.or_else(|| self.goes_up(folder))
    }

    /// Returns the parent of an entry point's folder, if its code computes paths from there:
    /// `Path(__file__).parents[1]`.
    fn goes_up<'p>(&self, folder: &'p Path) -> Option<&'p Path> {
        const UP: [&str; 5] = [".parents[1]", ".parent.parent", "pardir", "\"..\"", "'..'"];
        let scripts = self.request.programs.iter().filter_map(|program| match &program.entry {
            Entry::Script(script) => Some(script),
            _ => None,
        });
        let disk = self.reader.disk;
        let mut here = scripts.filter(|script| script.parent() == Some(folder));
        let text =
            |script: &PathBuf| disk.read(script).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let goes_up = |text: String| text.contains("__file__") && UP.iter().any(|up| text.contains(up));
        // A home or temporary folder contains more than one project.
        let homes = [std::env::home_dir(), Some(std::env::temp_dir())];
        let is_one =
            |above: &&Path| above.parent().is_some() && !homes.iter().flatten().any(|home| home == above);
        let above = folder.parent().filter(is_one);
        above.filter(|_| here.any(|script| text(script).is_ok_and(goes_up)))
    }

    // The request, rules and facts.

    /// Returns whether the program is an installed console script.
    pub(super) fn runs_installed_script(&self) -> bool {
        self.request.programs.iter().any(|p| matches!(p.entry, Entry::EntryPoint(_)))
    }

    /// Returns whether the condition of a rule holds.
    pub(super) fn in_force(&self, rule: &Rule) -> bool {
        let version = |name: &str| self.installed.named(name).map(|(_, d)| d.version.clone());
        rule.when.as_ref().is_none_or(|w| w.holds(self.reader.python, &version))
    }

    /// Returns the modules that are not collected for guarded imports of a module.
    pub(super) fn unwanted(&self, name: &str) -> Vec<Pattern> {
        let own = self.implicit.unwanted(name).iter();
        let rules = self.rules.around(name).filter(|r| !r.no_follow.is_empty() && self.in_force(r));
        // Inside an unwanted package, all of its modules are wanted.
        let inside = |p: &Pattern| !p.covers(name);
        own.chain(rules.flat_map(|r| &r.no_follow)).map(|t| Pattern::new(t)).filter(inside).collect()
    }

    /// Returns the modules whose imports in a module are not followed.
    pub(super) fn not_followed(&self, name: &str) -> Vec<Pattern> {
        let rules = self.rules.around(name).filter(|r| !r.excluded.is_empty());
        // Inside such a package, all of its modules are followed.
        let inside = |p: &Pattern| !p.covers(name);
        rules.flat_map(|r| &r.excluded).map(|t| Pattern::new(t)).filter(inside).collect()
    }

    /// Returns the groups of all installed entry points, except those for tools: name and module of each.
    pub(super) fn entry_point_groups(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let tools: Vec<Pattern> =
            self.implicit.entry_points.tools.iter().map(|t| Pattern::levels(t)).collect();
        let mut groups: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (group, name, value) in self.installed.entry_points(self.reader.disk) {
            if !tools.iter().any(|p| p.matches(&group)) {
                let module = value.split(['[', ':']).next().unwrap_or_default().trim().to_owned();
                groups.entry(group).or_default().push((name, module));
            }
        }
        groups
    }

    /// Returns the calls of a module's functions.
    pub(super) fn functions(&self, module: &Module) -> BTreeMap<String, Function> {
        self.reader.functions(module)
    }

    /// Returns the facts about scripts among the data of a package's folder, with their paths.
    pub(super) fn scripts(&self, folder: &Path) -> Vec<(PathBuf, Facts)> {
        let files = files::scripts(folder, self.reader.disk).into_iter();
        files.map(|file| (file.clone(), self.reader.script(&file))).collect()
    }

    /// Returns the modules of the top-level package `top` that data files in a package's folder name, with
    /// their paths.
    pub(super) fn named_in_data(&self, folder: &Path, top: &str) -> Vec<(PathBuf, String)> {
        let suffixes: &Named = &self.implicit.data;
        let mut found = Vec::new();
        for file in files::files(folder, suffixes, self.reader.disk) {
            let names = self.reader.named_in(&file, suffixes, top);
            found.extend(names.into_iter().map(|name| (file.clone(), name)));
        }
        found
    }
}
