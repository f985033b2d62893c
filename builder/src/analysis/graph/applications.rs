//! What whole packages are taken for: applications that import what their users name, vendored packages, and packages
//! that look for the files of their own modules.

use std::collections::BTreeSet;

use super::{Node, Worklist, is_test};
use crate::analysis::distributions::required_name;
use crate::analysis::record::{List, Record};
use crate::analysis::{By, Guard, Kind, Reason, load};
use crate::spec::Entry;

impl Worklist<'_> {
    /// An installed console script whose package imports names that its user gives (extensions that a file of settings
    /// names): all modules of that package may be meant. Whether there were new ones.
    pub(super) fn follow_application(&mut self) -> bool {
        let scripts = self.request.programs.iter().any(|p| matches!(p.entry, Entry::EntryPoint(_)));
        if !scripts {
            return false;
        }
        let mut tops = BTreeSet::new();
        for node in self.nodes.iter().filter(|n| n.role == load::Role::Library) {
            let is_entry =
                |r: &Reason| matches!(&r.by, By::EntryPoint(p) if p.starts_with("console_scripts: "));
            let top = node.module.name.split('.').next().unwrap_or_default();
            if node.module.reasons.iter().any(is_entry) && !self.tables.whole.contains(top) {
                tops.insert(top.to_owned());
            }
        }
        let firm = std::mem::take(&mut self.firm);
        for top in tops {
            let inside =
                |n: &str| n.strip_prefix(&top).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let Some(from) = self.nodes.iter().find(|n| n.record.open && inside(&n.module.name)) else {
                continue;
            };
            let from = from.module.name.clone();
            self.tables.whole.insert(top.clone());
            let reason = Reason { from, by: By::Call, line: 0, guard: Guard::Function };
            self.submodules(&top, &reason, &mut |name| !is_tool(name));
        }
        self.firm = firm;
        !self.pending.is_empty()
    }

    /// Lists of names in the program's own modules, such as the applications of a site: where one of them is a module
    /// or what the list is called says so, words without a dot are modules too. Packages of other distributions among
    /// them may be plugins, see [`Worklist::follow_plugins`].
    pub(super) fn follow_lists(&mut self, at: usize, from: &str, record: &Record) {
        if self.nodes[at].role != load::Role::Program {
            return;
        }
        for List { line, names, certain } in &record.lists {
            let tests = |name: &str| name.split('.').any(|part| part != "testing" && is_test(part));
            let known: Vec<&String> = names
                .iter()
                .filter(|n| !tests(n) && (self.owner_of_name(n).is_some() || self.is_own_module(n)))
                .collect();
            let is_module = |list: &mut Self, name: &str| {
                name.contains('.')
                    && (list.find_quietly(name).is_some()
                        || name.rsplit_once('.').is_some_and(|(m, _)| list.find_quietly(m).is_some()))
            };
            if !certain && !names.iter().any(|n| is_module(self, n)) {
                continue;
            }
            for name in known {
                let reason = Reason {
                    from: from.to_owned(),
                    by: By::Text(name.clone()),
                    line: *line,
                    guard: Guard::Function,
                };
                if let Some(found) = self.require_existing(name, &reason)
                    && self.nodes[found].module.package
                    && self.nodes[found].role == load::Role::Library
                {
                    self.tables.plugins.entry(name.clone()).or_insert(reason);
                }
            }
        }
    }

    /// A package that the program names in a list, of a distribution that requires one which imports names that it is
    /// given: such a framework loads parts of the package by their names (models, commands, tags). Takes all its
    /// modules; whether there were new ones.
    pub(super) fn follow_plugins(&mut self) -> bool {
        let named: Vec<(String, Reason)> = self
            .tables
            .plugins
            .iter()
            .filter(|(name, _)| !self.tables.whole.contains(*name))
            .map(|(name, reason)| (name.clone(), reason.clone()))
            .collect();
        if named.is_empty() {
            return false;
        }
        let open = |n: &&Node| n.role == load::Role::Library && n.record.open;
        let frameworks: BTreeSet<String> =
            self.nodes.iter().filter(open).map(|n| n.module.name.clone()).collect();
        let frameworks: BTreeSet<usize> =
            frameworks.iter().filter_map(|name| self.owner_of_name(name)).collect();
        let firm = std::mem::take(&mut self.firm);
        for (name, reason) in named {
            let Some(owner) = self.owner_of_name(&name) else { continue };
            if self.requires_one_of(owner, &frameworks) {
                self.submodules(&name, &reason, &mut |name| !is_tool(name));
                self.tables.whole.insert(name);
            }
        }
        self.firm = firm;
        !self.pending.is_empty()
    }

    /// Whether a distribution requires one of some others, be it through more.
    fn requires_one_of(&self, owner: usize, wanted: &BTreeSet<usize>) -> bool {
        let mut seen = BTreeSet::from([owner]);
        let mut queue = vec![owner];
        while let Some(at) = queue.pop() {
            for required in self.installed.get(at).requires.iter().filter_map(|r| required_name(r)) {
                if let Some((next, _)) = self.installed.named(required)
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

    /// The module that an import leads to in a package whose finder hands out its subpackages as if they lay at the top.
    pub(super) fn aliased(&mut self, from: &str, name: String) -> String {
        let own = from.split('.').next().unwrap_or(from);
        if !self.tables.aliasing.contains(own) {
            return name;
        }
        let top = name.split('.').next().unwrap_or(&name);
        let inner = format!("{own}.{top}");
        let is_alias = self.resolver.find(top, None).is_none() && self.find_quietly(&inner).is_some();
        if is_alias { format!("{own}.{name}") } else { name }
    }

    /// Folders of vendored packages beside a module that puts them on the search path: all that is in them.
    pub(super) fn follow_search(&mut self, at: usize, from: &str, record: &Record) {
        let module = &self.nodes[at].module;
        let package =
            if module.package { from } else { from.rsplit_once('.').map_or("", |(above, _)| above) };
        if package.is_empty() || record.search.is_empty() {
            return;
        }
        let package = package.to_owned();
        for word in record.search.iter().filter(|w| !is_test(w)) {
            let folder = format!("{package}.{word}");
            // One with `__init__.py` is a package, which is imported as such.
            let Some(Kind::Namespace(_)) = self.find_quietly(&folder).map(|found| found.kind) else {
                continue;
            };
            let by = By::Text(word.clone());
            let reason = Reason { from: from.to_owned(), by, line: 0, guard: Guard::Function };
            self.submodules(&folder, &reason, &mut |name| !is_tool(name));
        }
    }

    /// Notes packages whose files are listed by a module that imports them by computed names.
    pub(super) fn list_files(&mut self) {
        let mut packages = BTreeSet::new();
        for node in &self.nodes {
            if node.role != load::Role::Stdlib && node.record.lists_files {
                packages.extend(self.named_packages(&node.module.name, &node.record));
            }
        }
        for package in packages {
            // The names go on below: `app.kinds.deep.one`.
            self.tables.folders.insert(package, true);
        }
    }

    /// The collected packages below the module's own top level that its texts name.
    fn named_packages(&self, module: &str, record: &Record) -> Vec<String> {
        let top = format!("{}.", module.split('.').next().unwrap_or(module));
        let is_package = |name: &str| {
            self.nodes.iter().any(|n| {
                n.module.name == name && n.module.package && !matches!(n.module.kind, Kind::Namespace(_))
            })
        };
        let names = record.texts.iter().map(|(_, text)| text.as_str());
        names.filter(|t| t.starts_with(&top) && is_package(t)).map(str::to_owned).collect()
    }
}

/// Whether a module is for tests, or is run rather than imported.
fn is_tool(name: &str) -> bool {
    name.split('.').any(|part| is_test(part) || part == "__main__")
}
