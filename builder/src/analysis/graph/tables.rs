//! Modules that a program looks up at run time: in tables of names, by entry points, in stubs, in pickles.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::claims::OPTIONAL_STDLIB;
use super::{Node, Slot, Worklist, is_test};
use crate::analysis::disk::Disk;
use crate::analysis::distributions::{Installed, normalize, required_name};
use crate::analysis::named;
use crate::analysis::names::Pattern;
use crate::analysis::parse::UNKNOWN;
use crate::analysis::record::{Import, Origin, Record};
use crate::analysis::resolve::Found;
use crate::analysis::{By, Guard, Kind, Reason, load};

/// An entry point of an installed distribution.
#[derive(Clone, Debug)]
pub(super) struct EntryPoint {
    name: String,
    module: String,
}

/// What is found once for all modules.
#[derive(Default)]
pub(super) struct Tables {
    /// Groups of entry points that are installed; read when the first module asks.
    groups: Option<BTreeMap<String, Vec<EntryPoint>>>,
    /// Groups that have been taken.
    taken: BTreeSet<String>,
    /// Distribution (or top-level name of the program's) → groups that its modules name in texts.
    named: HashMap<Option<usize>, Vec<(String, Reason)>>,
    /// Those whose modules read entry points.
    readers: BTreeSet<Option<usize>>,
    /// Packages of the program that have been listed.
    listed: BTreeSet<String>,
    /// Packages whose folders are listed, see [`crate::analysis::Graph::listed`].
    pub(super) folders: BTreeMap<String, bool>,
    /// Packages whose data have been looked at.
    looked_at: BTreeSet<String>,
    /// Top-level packages with finders of their own.
    pub(super) aliasing: BTreeSet<String>,
    /// Packages that lists of the program name, with the first reason.
    pub(super) plugins: BTreeMap<String, Reason>,
    /// Packages that have been taken whole.
    pub(super) whole: BTreeSet<String>,
}

impl Worklist<'_> {
    /// Texts of a module that imports what they name: modules of its own package.
    pub(super) fn follow_tables(&mut self, at: usize, from: &str, record: &Record, unwanted: &[Pattern]) {
        if record.tables.is_empty() {
            return;
        }
        let package = self.nodes[at].module.package;
        for (line, text) in &record.tables {
            if text.contains(UNKNOWN) {
                let inside = text.split('.').next() == from.split('.').next();
                if inside && !unwanted.iter().any(|p| p.covers(text)) {
                    let by = By::Text(text.clone());
                    let reason = Reason { from: from.to_owned(), by, line: *line, guard: Guard::Function };
                    self.prefix(text, reason);
                }
                continue;
            }
            let tail = text.trim_start_matches('.');
            let dots = text.len() - tail.len();
            let mut base = from;
            // Without a dot it counts from the package too, as in tables of lazy imports.
            for _ in 0..(dots.max(1) - usize::from(package)) {
                base = base.rsplit_once('.').map_or("", |(above, _)| above);
            }
            if base.is_empty() || tail.split('.').any(|part| is_test(part) || part.starts_with("__")) {
                continue;
            }
            let name = format!("{base}.{tail}");
            if unwanted.iter().any(|p| p.covers(&name)) {
                continue;
            }
            let by = By::Text(text.clone());
            let reason = Reason { from: from.to_owned(), by, line: *line, guard: Guard::Function };
            if self.require_existing(&name, &reason).is_some() || !tail.contains('.') {
                continue;
            }
            // `.module.Class`, or the same of another package.
            let module = name.rsplit_once('.').map_or("", |(module, _)| module);
            if self.require_existing(module, &reason).is_none() {
                self.follow_standard(tail, &reason);
            }
        }
    }

    /// `module.attribute` of the standard library, named by a text.
    fn follow_standard(&mut self, name: &str, reason: &Reason) {
        let Some((top, _)) = name.split_once('.') else { return };
        if OPTIONAL_STDLIB.contains(&top) || !self.in_stdlib(top) {
            return;
        }
        if self.require_existing(name, reason).is_none()
            && let Some((module, _)) = name.rsplit_once('.')
        {
            self.require_existing(module, reason);
        }
    }

    /// Where a module of the program lists modules of a package that is not known: those of the program's own packages.
    /// Whether there were new ones.
    pub(super) fn follow_scans(&mut self) -> bool {
        let own = |n: &&Node| n.role == load::Role::Program;
        let Some(scanner) = self.nodes.iter().filter(own).find(|n| n.record.scans) else { return false };
        let from = scanner.module.name.clone();
        let packages = self.nodes.iter().filter(own).filter(|n| n.module.package);
        let fresh: Vec<String> = packages
            .map(|n| n.module.name.clone())
            .filter(|name| !self.tables.listed.contains(name))
            .collect();
        for package in fresh {
            let reason = Reason { from: from.clone(), by: By::Call, line: 0, guard: Guard::Function };
            self.submodules(&package, &reason, &mut |name| !name.split('.').any(is_test));
            self.tables.listed.insert(package);
        }
        !self.pending.is_empty()
    }

    /// A path inside a package: the package that lies there, or the last on the way, for its data.
    pub(super) fn follow_path(&mut self, path: &str, reason: &Reason) {
        let firm = std::mem::take(&mut self.firm);
        let mut name = path;
        while !name.split('.').any(is_test) && self.require_existing(name, reason).is_none() {
            let Some((above, _)) = name.rsplit_once('.') else { break };
            name = above;
        }
        self.firm = firm;
    }

    /// A package whose folder is listed for its modules: those right inside, or all below.
    pub(super) fn follow_folder(&mut self, package: &str, deep: bool, reason: &Reason) {
        let Some(Found { locations: Some(locations), .. }) = self.find_quietly(package) else { return };
        if self.require_quietly(package, reason.clone()).is_none() {
            return;
        }
        *self.tables.folders.entry(package.to_owned()).or_default() |= deep;
        let firm = std::mem::take(&mut self.firm);
        for child in self.resolver.children(&locations) {
            if is_test(&child) || child == "__main__" {
                continue;
            }
            let name = format!("{package}.{child}");
            if deep {
                self.submodules(&name, reason, &mut |name| !name.split('.').any(is_test));
            }
            self.require_existing(&name, reason);
        }
        self.firm = firm;
    }

    /// Remembers groups of entry points that a module names, and whether it reads entry points.
    pub(super) fn note_groups(&mut self, at: usize, from: &str, record: &Record) {
        if record.groups.is_empty() && record.texts.is_empty() {
            return;
        }
        let installed = self.installed;
        let tools = &self.implicit.entry_points.tools;
        let groups = self.tables.groups.get_or_insert_with(|| groups(installed, tools, self.disk));
        if groups.is_empty() {
            return;
        }
        let named: Vec<(u32, String)> = record
            .groups
            .iter()
            .chain(&record.texts)
            .filter(|(_, text)| groups.contains_key(text.as_str()))
            .cloned()
            .collect();
        let owner = self.owner_of_module(at);
        if !record.groups.is_empty() {
            self.tables.readers.insert(owner);
        }
        for (line, group) in named {
            let by = By::EntryPoint(group.clone());
            let reason = Reason { from: from.to_owned(), by, line, guard: Guard::Function };
            self.tables.named.entry(owner).or_default().push((group, reason));
        }
    }

    /// Takes the entry points of the groups that a distribution both names and reads; whether there were new ones.
    pub(super) fn follow_groups(&mut self) -> bool {
        let mut wanted = Vec::new();
        for owner in &self.tables.readers {
            wanted.extend(self.tables.named.get(owner).cloned().unwrap_or_default());
        }
        let firm = std::mem::take(&mut self.firm);
        for (group, reason) in wanted {
            if !self.tables.taken.insert(group.clone()) {
                continue;
            }
            let points = self.tables.groups.as_ref().and_then(|g| g.get(&group)).cloned().unwrap_or_default();
            for point in points {
                let by = By::EntryPoint(format!("{group}: {}", point.name));
                self.require_quietly(&point.module, Reason { by, ..reason.clone() });
            }
        }
        self.firm = firm;
        !self.pending.is_empty()
    }

    /// Takes the modules that data of collected packages name, and packages that hold nothing but data; whether there
    /// were new ones.
    pub(super) fn follow_data(&mut self) -> bool {
        let suffixes = &self.implicit.data;
        let mut found = Vec::new();
        let mut folders = Vec::new();
        let mut scripts: Vec<(String, String, Import)> = Vec::new();
        for node in &self.nodes {
            let module = &node.module;
            if !module.package
                || node.role == load::Role::Stdlib
                || self.tables.looked_at.contains(&module.name)
            {
                continue;
            }
            self.tables.looked_at.insert(module.name.clone());
            let (Kind::Source(s) | Kind::Bytecode(s)) = &module.kind else { continue };
            let Some(folder) = s.file().and_then(Path::parent) else { continue };
            folders.push(module.name.clone());
            let top = module.name.split('.').next().unwrap_or_default();
            for file in named::scripts(folder, self.disk) {
                let title = file.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
                let record = load::record_of_beside(&file, self.python.minor(), self.disk, self.store);
                for import in record.imports.iter().filter(|i| i.origin == Origin::Absolute) {
                    scripts.push((module.name.clone(), title.clone(), import.clone()));
                }
            }
            for file in named::files(folder, suffixes, self.disk) {
                let title = file.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
                for name in load::named(&file, suffixes, top, self.disk, self.store) {
                    found.push((module.name.clone(), name, title.clone()));
                }
            }
        }
        found.sort();
        found.dedup_by(|a, b| a.0 == b.0 && a.1 == b.1);
        let firm = std::mem::take(&mut self.firm);
        let (mut last, mut unwanted) = (String::new(), Vec::new());
        for (from, name, file) in found {
            if from != last {
                unwanted = self.unwanted(&from);
                last.clone_from(&from);
            }
            if name.split('.').any(is_test) || unwanted.iter().any(|p| p.covers(&name)) {
                continue;
            }
            let by = By::Text(format!("{name} in {file}"));
            let reason = Reason { from, by, line: 0, guard: Guard::Function };
            if self.require_existing(&name, &reason).is_none()
                && let Some((module, _)) = name.rsplit_once('.')
                && module.contains('.')
            {
                self.require_existing(module, &reason);
            }
        }
        for (from, file, import) in scripts {
            let by = By::Text(format!("{} in {file}", import.module));
            let reason = Reason { from: from.clone(), by, line: import.line, guard: Guard::Function };
            self.follow_script(&from, &import, &reason);
        }
        for from in folders {
            self.follow_data_packages(&from);
        }
        self.firm = firm;
        !self.pending.is_empty()
    }

    /// An import in a script that is data: of the package itself, of what it requires or of the standard library.
    fn follow_script(&mut self, from: &str, import: &Import, reason: &Reason) {
        let top = import.module.split('.').next().unwrap_or_default();
        let owner = self.slots.get(from).copied().and_then(|slot| match slot {
            Slot::Node(at) => self.owner_of_module(at),
            _ => None,
        });
        let standard = !OPTIONAL_STDLIB.contains(&top) && self.in_stdlib(top);
        if !standard && !self.is_related(owner, top) {
            return;
        }
        if self.require_existing(&import.module, reason).is_some() {
            for name in &import.names {
                self.require_existing(&format!("{}.{name}", import.module), reason);
            }
        }
    }

    /// Packages right inside a package that hold data and no code but `__init__.py`: resources are asked for by their
    /// name.
    fn follow_data_packages(&mut self, from: &str) {
        let Some(locations) = self.find_quietly(from).and_then(|f| f.locations) else { return };
        for child in self.resolver.children(&locations) {
            let name = format!("{from}.{child}");
            if is_test(&child) || self.slots.contains_key(&name) {
                continue;
            }
            let Some(inner) = self.find_quietly(&name).and_then(|f| f.locations) else { continue };
            if inner.iter().all(|l| self.resolver.is_data_only(l)) {
                let reason =
                    Reason { from: from.to_owned(), by: By::Package, line: 0, guard: Guard::Function };
                self.require_existing(&name, &reason);
            }
        }
    }

    /// The distribution of a module; none for the program's own.
    pub(super) fn owner_of_module(&mut self, at: usize) -> Option<usize> {
        let module = &self.nodes[at].module;
        let (Kind::Source(s) | Kind::Bytecode(s) | Kind::Extension(s)) = &module.kind else { return None };
        self.installed.owner(s.file()?, &module.name)
    }

    /// The distribution that owns a name: that of its top level, or of the level below where that is a namespace.
    pub(super) fn owner_of_name(&mut self, name: &str) -> Option<usize> {
        let top = name.split('.').next().unwrap_or(name);
        if let Some(owner) = self.owner_of(top) {
            return Some(owner);
        }
        let found = self.resolver.find(top, None)?;
        let Kind::Namespace(_) = &found.kind else { return None };
        let below = name.get(top.len() + 1..)?.split('.').next()?;
        let full = format!("{top}.{below}");
        let (Kind::Source(s) | Kind::Bytecode(s) | Kind::Extension(s)) = self.find_quietly(&full)?.kind
        else {
            return None;
        };
        self.installed.owner(s.file()?, &full)
    }

    /// Whether a name belongs to a distribution or to one that it requires.
    pub(super) fn is_related(&mut self, own: Option<usize>, name: &str) -> bool {
        let Some(own) = own else { return false };
        let Some(owner) = self.owner_of_name(name) else { return false };
        let wanted = normalize(&self.installed.get(owner).name);
        let requires = self.installed.get(own).requires.iter();
        own == owner || requires.filter_map(|r| required_name(r)).any(|r| normalize(r) == wanted)
    }
}

/// The groups of all installed entry points, those of tools aside.
fn groups(installed: &Installed, tools: &[String], disk: &Disk) -> BTreeMap<String, Vec<EntryPoint>> {
    let tools: Vec<Pattern> = tools.iter().map(|t| Pattern::levels(t)).collect();
    let mut groups: BTreeMap<String, Vec<EntryPoint>> = BTreeMap::new();
    for (group, name, value) in installed.entry_points(disk) {
        if !tools.iter().any(|p| p.matches(&group)) {
            let module = value.split(['[', ':']).next().unwrap_or_default().trim().to_owned();
            groups.entry(group).or_default().push(EntryPoint { name, module });
        }
    }
    groups
}
