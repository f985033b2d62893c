//! The worklist: from the entries along every import that the target can reach.

mod applications;
mod claims;
mod finish;
mod hints;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use super::condition::{Facts, Role};
use super::disk::Disk;
use super::distributions::Installed;
use super::entry::Start;
use super::names::Pattern;
use super::record::{Form, Import, Origin, Record};
use super::resolve::{Found, Location, Resolver};
use super::{By, Guard, Kind, Module, Reason, Source, load, syntax};
use crate::error::{Error, Result, Warning};
use crate::interrupt;
use crate::python::Python;
use crate::rules::implicit::Implicit;
use crate::rules::load::Rules;
use crate::spec::Request;
use crate::store::Store;

/// A module of the graph while it grows.
pub(super) struct Node {
    pub module: Module,
    pub locations: Option<Vec<Location>>,
    pub record: Arc<Record>,
    /// Reached by imports alone. Other modules are there because a table or a computed name may ask for them: they do
    /// not bring in distributions that theirs does not require.
    pub firm: bool,
    role: load::Role,
    followed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Node(usize),
    Missing,
    Excluded,
}

/// What the worklist is given.
pub(super) struct Inputs<'a> {
    pub request: &'a Request,
    pub python: &'a Python,
    pub store: &'a Store,
    pub disk: &'a Disk,
    pub implicit: &'a Implicit,
    pub rules: &'a Rules,
    pub installed: &'a Installed,
}

/// The worklist and what it found so far.
pub(super) struct Worklist<'a> {
    python: &'a Python,
    request: &'a Request,
    store: &'a Store,
    disk: &'a Disk,
    implicit: &'a Implicit,
    rules: &'a Rules,
    installed: &'a Installed,
    pub resolver: Resolver<'a>,
    pub nodes: Vec<Node>,
    pub missing: BTreeMap<String, Vec<Reason>>,
    pub warnings: Vec<Warning>,
    facts: Facts,
    slots: HashMap<String, Slot>,
    excluded: Vec<Pattern>,
    tools: HashSet<String>,
    /// Modules that Python cannot compile.
    rejected: HashSet<String>,
    own: Vec<PathBuf>,
    /// Whether what is being followed is firm, see [`Node::firm`].
    firm: bool,
    /// Top-level name → modules whose imports of it were passed over.
    passed_over: BTreeMap<String, Vec<usize>>,
    /// Top-level name → its distribution; none for the standard library and the program's own.
    owners: HashMap<String, Option<usize>>,
    pending: Vec<usize>,
    again: Vec<usize>,
    stars: Vec<(usize, Reason, bool)>,
    tables: tables::Tables,
}

impl<'a> Worklist<'a> {
    /// An empty worklist.
    pub(super) fn new(inputs: Inputs<'a>, own: &[PathBuf]) -> Worklist<'a> {
        let Inputs { request, python, store, disk, implicit, rules, installed } = inputs;
        Worklist {
            python,
            request,
            store,
            disk,
            implicit,
            rules,
            installed,
            resolver: Resolver::new(python, own, disk),
            nodes: Vec::new(),
            missing: BTreeMap::new(),
            warnings: Vec::new(),
            facts: Facts { target: python.target, version: python.version },
            slots: HashMap::new(),
            excluded: request.modules.exclude.iter().map(|t| Pattern::new(t)).collect(),
            tools: HashSet::new(),
            rejected: HashSet::new(),
            own: own.to_vec(),
            firm: true,
            passed_over: BTreeMap::new(),
            owners: HashMap::new(),
            pending: Vec::new(),
            again: Vec::new(),
            stars: Vec::new(),
            tables: tables::Tables::default(),
        }
    }

    /// Puts an entry into the graph.
    pub(super) fn start(&mut self, start: Start) {
        let needs = start.needs;
        let optional = needs.len() > 1;
        self.add(start.module, None);
        for (i, (name, by)) in needs.into_iter().enumerate() {
            let reason = Reason { from: "__main__".to_owned(), by, line: 0, guard: Guard::None };
            self.tools.insert(name.clone());
            // `python -m module`: `module.__main__` is there if it is a package.
            if i > 0 && optional {
                self.require_quietly(&name, reason)
            } else {
                self.require(&name, reason)
            };
        }
    }

    /// Modules that the interpreter needs in every product.
    pub(super) fn interpreter(&mut self) {
        let reason = || Reason { from: String::new(), by: By::Interpreter, line: 0, guard: Guard::None };
        let implicit = self.implicit;
        for name in bootloader::seed::required(self.python.minor()) {
            self.require_quietly(name, reason());
        }
        for name in &implicit.interpreter.modules {
            self.require_quietly(name, reason());
        }
        for package in &implicit.interpreter.submodules {
            self.require_quietly(package, reason());
            self.submodules(package, &reason(), &mut |_| true);
        }
    }

    /// `[modules] include`.
    pub(super) fn include(&mut self) {
        for text in &self.request.modules.include {
            let pattern = Pattern::new(text);
            let by = By::Request(format!("include `{text}`"));
            let reason = Reason { from: String::new(), by, line: 0, guard: Guard::None };
            let found = match pattern.exact() {
                Some(name) => self.require_quietly(&name, reason).is_some(),
                None => {
                    let root = pattern.root();
                    let mut any = false;
                    if !root.is_empty() && self.find_quietly(&root).is_some() {
                        if pattern.matches(&root) {
                            any |= self.require_quietly(&root, reason.clone()).is_some();
                        }
                        any |= self.submodules(&root, &reason, &mut |name| pattern.matches(name));
                    }
                    any
                }
            };
            if !found {
                let warning = Warning::new(format!("no module matches `{text}`, which is to be included"));
                self.warnings
                    .push(warning.hint("check its spelling, or install the distribution that provides it"));
            }
        }
    }

    /// Follows imports until nothing new turns up.
    ///
    /// # Errors
    /// The build was interrupted.
    pub(super) fn run(&mut self) -> Result<()> {
        loop {
            interrupt::check()?;
            let batch = std::mem::take(&mut self.pending);
            if batch.is_empty()
                && !self.follow_stars()
                && !self.follow_scans()
                && !self.follow_groups()
                && !self.follow_data()
                && !self.follow_application()
                && !self.follow_plugins()
            {
                let again = std::mem::take(&mut self.again);
                if again.is_empty() {
                    return Ok(());
                }
                for at in again {
                    self.follow(at);
                }
                continue;
            }
            let (nodes, store, disk, python) = (&self.nodes, self.store, self.disk, self.python);
            let records: Vec<std::io::Result<Record>> = batch
                .par_iter()
                .map(|&at| {
                    let node = &nodes[at];
                    load::record(&node.module, node.role, python, disk, store)
                })
                .collect();
            let mut doubtful = Vec::new();
            for (&at, record) in batch.iter().zip(records) {
                match record {
                    Ok(record) if record.doubtful => doubtful.push((at, record)),
                    Ok(record) => self.nodes[at].record = Arc::new(record),
                    Err(e) => {
                        let name = &self.nodes[at].module.name;
                        self.warnings.push(Warning::new(format!("failed to read module `{name}`: {e}")));
                    }
                }
            }
            self.settle(doubtful)?;
            for at in batch {
                self.follow(at);
            }
        }
    }

    /// Asks the interpreter about modules that the parser doubts. An entry with a syntax error ends the build; a module
    /// of a library cannot be imported anyway and brings nothing in.
    fn settle(&mut self, doubtful: Vec<(usize, Record)>) -> Result<()> {
        let files: Vec<(String, PathBuf)> = doubtful
            .iter()
            .filter_map(|(at, _)| {
                let module = &self.nodes[*at].module;
                let Kind::Source(Source::File(path)) = &module.kind else { return None };
                let own = self.nodes[*at].role == load::Role::Program;
                Some((
                    if own { path.to_string_lossy().into_owned() } else { module.path.clone() },
                    path.clone(),
                ))
            })
            .collect();
        let mut verdicts = syntax::check(&files, self.python, self.disk, self.store)?.into_iter();
        for (at, record) in doubtful {
            let module = &self.nodes[at].module;
            let verdict = match &module.kind {
                Kind::Source(Source::File(_)) => verdicts.next().flatten(),
                _ => None,
            };
            let Some(rejected) = verdict else {
                self.nodes[at].record = Arc::new(record);
                continue;
            };
            if is_own(&module.name) {
                let path = match &module.kind {
                    Kind::Source(Source::File(path)) => path.display().to_string(),
                    _ => module.path.clone(),
                };
                let error =
                    Error::new(format!("syntax error at {path}:{}:{}", rejected.line, rejected.column));
                return Err(error.excerpt(rejected.text.trim_end()));
            }
            let last = rejected.text.lines().last().unwrap_or_default();
            let text =
                format!("module `{}` has a syntax error at line {}: {last}", module.name, rejected.line);
            let own = self.nodes[at].role == load::Role::Program;
            self.warnings.push(if own { Warning::new(text) } else { Warning::minor(text) });
            self.rejected.insert(module.name.clone());
        }
        Ok(())
    }

    /// Follows the imports of one module.
    fn follow(&mut self, at: usize) {
        let record = Arc::clone(&self.nodes[at].record);
        self.nodes[at].followed = true;
        self.firm = self.nodes[at].firm;
        let name = self.nodes[at].module.name.clone();
        if record.extends_path && self.nodes[at].module.package {
            let portions = self.resolver.portions(&name);
            if let Some(locations) = &mut self.nodes[at].locations {
                for portion in portions {
                    if !locations.contains(&portion) {
                        locations.push(portion);
                    }
                }
            }
        }
        if record.finds && !name.contains('.') {
            self.tables.aliasing.insert(name.clone());
        }
        let main = name.starts_with("__main__");
        let role = Role {
            main,
            tool: main || self.tools.contains(&name) || self.nodes[at].role != load::Role::Stdlib,
        };
        let unwanted = self.unwanted(&name);
        for import in &record.imports {
            let mut guard = import.guard;
            if let Some(condition) =
                import.condition.checked_sub(1).and_then(|i| record.conditions.get(i as usize))
            {
                match condition.holds(&self.facts, role) {
                    Some(true) => {}
                    Some(false) => continue,
                    None => guard = guard.max(Guard::Conditional),
                }
            }
            self.follow_import(at, &name, import, guard, &unwanted);
        }
        let implicit = self.implicit;
        if let Some(names) = implicit.imports.get(&name) {
            for needed in names {
                let reason = Reason { from: name.clone(), by: By::Native, line: 0, guard: Guard::Function };
                self.require_quietly(needed, reason);
            }
        }
        if name == "sysconfig" {
            self.sysconfig_data();
        }
        self.follow_rules(&name);
        if self.nodes[at].role == load::Role::Stdlib {
            return;
        }
        if let Some(native) = &record.native {
            self.follow_native(at, &name, native, &unwanted);
        }
        self.follow_search(at, &name, &record);
        self.note_groups(at, &name, &record);
        self.follow_texts(at, &name, &record, &unwanted);
        self.follow_lists(at, &name, &record);
        self.follow_tables(at, &name, &record, &unwanted);
    }

    fn follow_import(&mut self, at: usize, from: &str, import: &Import, guard: Guard, unwanted: &[Pattern]) {
        let by = if matches!(import.form, Form::Import | Form::From) { By::Import } else { By::Call };
        let reason = Reason { from: from.to_owned(), by, line: import.line, guard };
        let Some(base) = self.base(at, import) else { return };
        let base = self.aliased(from, base);
        if !self.firm && self.is_foreign(at, &base) {
            return;
        }
        if guard != Guard::None && unwanted.iter().any(|p| p.covers(&base)) {
            return;
        }
        match import.form {
            Form::Import => {
                self.require(&base, reason);
            }
            Form::Call if import.names.is_empty() => {
                self.require(&base, reason);
            }
            Form::From | Form::Call => {
                let Some(package) = self.require(&base, reason.clone()) else { return };
                if self.nodes[package].locations.is_none() {
                    return;
                }
                if import.names.iter().any(|n| n == "*") {
                    self.stars.push((package, reason, self.firm));
                    return;
                }
                let is_namespace = matches!(self.nodes[package].module.kind, Kind::Namespace(_));
                for name in &import.names {
                    let full = format!("{base}.{name}");
                    if guard != Guard::None && unwanted.iter().any(|p| p.covers(&full)) {
                        continue;
                    }
                    let found = self.require_quietly(&full, reason.clone());
                    // A namespace package has no attributes: what it does not hold is missing.
                    if found.is_none() && is_namespace && !self.is_excluded(&full) {
                        self.missing.entry(full).or_default().push(reason.clone());
                    }
                }
            }
            Form::Prefix => self.prefix(&base, reason),
            Form::Run => {
                let owner = self.owner_of_module(at);
                if self.nodes[at].role == load::Role::Program || self.is_related(owner, &base) {
                    self.require_existing(&base, &reason);
                    self.require_existing(&format!("{base}.__main__"), &reason);
                }
            }
            Form::Path => self.follow_path(&base, &reason),
            Form::Folder | Form::Folders => self.follow_folder(&base, import.form == Form::Folders, &reason),
            Form::Tree => {
                if self.require_quietly(&base, reason.clone()).is_some() {
                    let firm = std::mem::take(&mut self.firm);
                    self.submodules(&base, &reason, &mut |name| !name.split('.').any(is_test));
                    self.firm = firm;
                }
            }
        }
    }

    /// The absolute name of an import, if it has one.
    fn base(&self, at: usize, import: &Import) -> Option<String> {
        let module = &self.nodes[at].module;
        let package = match import.origin {
            Origin::Absolute => return Some(import.module.clone()),
            Origin::Own(up) => {
                let mut name = module.name.as_str();
                for _ in 0..up {
                    name = name.rsplit_once('.')?.0;
                }
                name.to_owned()
            }
            Origin::Package(1) if is_folder(import.form) && is_alone(module) => {
                // A folder beside a script or a module that is in no package.
                return Some(import.module.clone()).filter(|name| !name.is_empty());
            }
            Origin::Package(level) => {
                let mut package = module.name.as_str();
                let up = if module.package { level.saturating_sub(1) } else { level };
                for _ in 0..up {
                    package = package.rsplit_once('.')?.0;
                }
                package.to_owned()
            }
        };
        if is_own(&package) {
            return None;
        }
        let dot = import.form == Form::Prefix || !import.module.is_empty();
        Some(if dot { format!("{package}.{}", import.module) } else { package })
    }

    /// `from p import *` brings the submodules that `__all__` names.
    fn follow_stars(&mut self) -> bool {
        let stars = std::mem::take(&mut self.stars);
        for (package, reason, firm) in stars {
            self.firm = firm;
            let record = Arc::clone(&self.nodes[package].record);
            let base = self.nodes[package].module.name.clone();
            for name in &record.all {
                self.require_quietly(&format!("{base}.{name}"), reason.clone());
            }
        }
        !self.pending.is_empty()
    }

    /// All submodules of a package that `wanted` accepts, at any depth; whether there is one.
    pub(super) fn submodules(
        &mut self,
        package: &str,
        reason: &Reason,
        wanted: &mut dyn FnMut(&str) -> bool,
    ) -> bool {
        let Some(Found { locations: Some(locations), .. }) = self.find_quietly(package) else { return false };
        let mut any = false;
        for child in self.resolver.children(&locations) {
            let name = format!("{package}.{child}");
            if wanted(&name) && !self.is_excluded(&name) {
                any |= self.require_quietly(&name, reason.clone()).is_some();
            }
            any |= self.submodules(&name, reason, wanted);
        }
        any
    }

    /// Finds a module without taking it.
    fn find_quietly(&mut self, name: &str) -> Option<Found> {
        self.resolver.find_dotted(name)
    }

    fn is_excluded(&self, name: &str) -> bool {
        self.excluded.iter().any(|p| p.covers(name))
    }

    /// Takes a module; if it cannot be found, that is remembered.
    pub(super) fn require(&mut self, name: &str, reason: Reason) -> Option<usize> {
        match self.take(name, &reason) {
            Ok(at) => Some(at),
            Err(absent) => {
                if let Some(absent) = absent {
                    self.missing.entry(absent).or_default().push(reason);
                }
                None
            }
        }
    }

    /// Takes a module if it exists.
    pub(super) fn require_quietly(&mut self, name: &str, reason: Reason) -> Option<usize> {
        self.take(name, &reason).ok()
    }

    /// Takes a module and its parents. Fails with the name that is missing, or none if it is excluded.
    fn take(&mut self, name: &str, reason: &Reason) -> Result<usize, Option<String>> {
        let name = self.alias(name);
        match self.slots.get(name) {
            Some(Slot::Node(at)) => {
                let at = *at;
                let reasons = &mut self.nodes[at].module.reasons;
                if !reasons.contains(reason) {
                    reasons.push(reason.clone());
                }
                if self.firm && !self.nodes[at].firm {
                    self.confirm(at, name, reason);
                }
                return Ok(at);
            }
            Some(Slot::Missing) => return Err(Some(name.to_owned())),
            Some(Slot::Excluded) => return Err(None),
            None => {}
        }
        if self.is_excluded(name) {
            self.slots.insert(name.to_owned(), Slot::Excluded);
            return Err(None);
        }
        let locations = match name.rsplit_once('.') {
            None => None,
            Some((parent, _)) => {
                // The way by which the child comes is the parent's too, until the child itself is known to exist.
                let at = self.take(parent, &Reason { by: By::Parent, ..reason.clone() })?;
                match &self.nodes[at].locations {
                    Some(locations) => Some(locations.clone()),
                    None => {
                        self.slots.insert(name.to_owned(), Slot::Missing);
                        return Err(Some(name.to_owned()));
                    }
                }
            }
        };
        let Some(found) = self.resolver.find(name, locations.as_deref()) else {
            if name == "collections.abc" {
                // It has no file any more (3.13): `collections` puts the other one into `sys.modules`.
                return self.take("_collections_abc", reason);
            }
            self.slots.insert(name.to_owned(), Slot::Missing);
            return Err(Some(name.to_owned()));
        };
        let module = Module {
            name: name.to_owned(),
            kind: found.kind,
            package: found.locations.is_some(),
            path: found.path,
            distribution: None,
            reasons: vec![reason.clone()],
        };
        Ok(self.add(module, found.locations))
    }

    /// The name that a name stands for.
    fn alias<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        if name == "os.path" {
            return if self.python.target.os_name() == "nt" { "ntpath" } else { "posixpath" };
        }
        name
    }

    fn add(&mut self, module: Module, locations: Option<Vec<Location>>) -> usize {
        let at = self.nodes.len();
        if self.firm {
            self.again.extend(self.passed_over.remove(&module.name).unwrap_or_default());
        }
        self.slots.insert(module.name.clone(), Slot::Node(at));
        let (firm, role) = (self.firm, self.role(&module));
        self.nodes.push(Node { module, locations, record: Arc::default(), firm, role, followed: false });
        self.pending.push(at);
        at
    }
}

fn is_folder(form: Form) -> bool {
    matches!(form, Form::Path | Form::Folder | Form::Folders)
}

/// Whether a module is in no package.
fn is_alone(module: &Module) -> bool {
    !module.package && (is_own(&module.name) || !module.name.contains('.'))
}

/// Whether a module is one of the program's entries or hooks.
fn is_own(name: &str) -> bool {
    name.starts_with("__main__") || name.starts_with("__hook__")
}

/// Whether the last part of a name is that of tests.
pub(super) fn is_test(name: &str) -> bool {
    matches!(name, "test" | "tests" | "testing" | "conftest")
        || name.starts_with("test_")
        || name.ends_with("_test")
}
