//! Follows the import statements of modules and the claims of heuristics about them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::take::key;
use super::{Fixpoint, conditional};
use crate::analysis::claims::{Access, Claim, Claims, What};
use crate::analysis::collected::{Live, Node, Subject};
use crate::analysis::facts::condition::{Condition, Role};
use crate::analysis::facts::{Facts, Form, Import, Origin};
use crate::analysis::graph::{
    By, DataTree, Guard, Kind, Module, Need, OpenedLibrary, OwnFile, Reason, SourceUse, TypelibFile,
};
use crate::analysis::world;
use crate::names::{self, Pattern, is_entry, top};

impl Fixpoint<'_> {
    /// Follows the imports and claims of one module.
    pub(super) fn follow(&mut self, at: usize) {
        let node = &mut self.collected.nodes[at];
        node.followed = true;
        let (facts, name) = (Arc::clone(&node.facts), node.module.name.clone());
        if facts.extends_path && node.module.package {
            self.world.extend_path(&name);
            let before = node.locations.clone();
            node.locations = self.world.find(&name).and_then(|f| f.locations).or(node.locations.take());
            if node.locations != before {
                self.look_again_inside(&name);
            }
        }
        let unwanted = self.collected.unwanted(&name, self.world);
        let live = self.live(at, &facts, &unwanted);
        for import in &live {
            if matches!(import.import.form, Form::Import | Form::From | Form::Call) {
                self.follow_import(at, import, &unwanted);
            }
        }
        self.ask_about(at, &live, &unwanted);
    }

    /// Returns the imports of a module that are reachable on the target, with the base of relative names.
    fn live<'f>(&mut self, at: usize, facts: &'f Facts, unwanted: &[Pattern]) -> Vec<Live<'f>> {
        let node = &self.collected.nodes[at];
        let name = &node.module.name;
        let main = name.starts_with("__main__");
        let has_tools = node.role != world::Role::Stdlib;
        let role = Role { main, tool: main || self.collected.tools.contains(name) || has_tools };
        let is_run = self.collected.mains.contains(name);
        let refused = self.world.not_followed(name);
        let mut live = Vec::new();
        for import in &facts.imports {
            let condition = import.condition.checked_sub(1).and_then(|i| facts.conditions.get(i as usize));
            let holds = |c: &Condition| {
                let held = c.holds(&self.platform, role);
                // The module is also imported.
                let other = Role { main: true, tool: true };
                if held == Some(false) && is_run { c.holds(&self.platform, other) } else { held }
            };
            let guard = match condition.map(holds) {
                Some(Some(false)) => continue,
                Some(None) => conditional(import.guard),
                None | Some(Some(true)) => import.guard,
            };
            let Some(base) = base(&self.collected.nodes[at].module, import) else { continue };
            let base = self.handed_out(at, base);
            if refused.iter().any(|p| p.covers(&base))
                || self.is_foreign(at, &base)
                || guard != Guard::None && unwanted.iter().any(|p| p.covers(&base))
            {
                continue;
            }
            live.push(Live { import, name: base, guard });
        }
        live
    }

    /// Follows an import statement, or an equivalent call.
    fn follow_import(&mut self, at: usize, live: &Live<'_>, unwanted: &[Pattern]) {
        let Live { import, name: base, guard } = live;
        let by = if import.form == Form::Call { By::Call } else { By::Import };
        let node = &self.collected.nodes[at];
        let (from, need) = (node.module.name.clone(), node.need);
        let reason = Reason::new(from, by).at(import.line).under(*guard);
        let Some(package) = self.require(base, &reason, need) else { return };
        if import.form == Form::Import || self.collected.nodes[package].locations.is_none() {
            return;
        }
        if import.names.iter().any(|n| n == "*") {
            self.queue.stars.push((package, reason, need));
            return;
        }
        let is_namespace = matches!(self.collected.nodes[package].module.kind, Kind::Namespace(_));
        let refused = self.world.not_followed(&self.collected.nodes[at].module.name);
        for name in &import.names {
            let full = format!("{base}.{name}");
            if refused.iter().any(|p| p.covers(&full)) {
                continue;
            }
            if *guard != Guard::None && unwanted.iter().any(|p| p.covers(&full)) {
                continue;
            }
            let found = self.take_if_there(&full, &reason, need);
            // A namespace package has no attributes, so a name that is not found is missing.
            let is_missing = found.is_none() && is_namespace && !self.world.is_excluded(&full);
            if is_missing && self.known.insert(key(&full, &reason)) {
                self.missing.entry(full).or_default().push(reason.clone());
            }
        }
    }

    /// For `from p import *`, collects the submodules that `__all__` names. Returns whether any is new.
    pub(super) fn follow_stars(&mut self) -> bool {
        for (package, reason, need) in std::mem::take(&mut self.queue.stars) {
            let node = &self.collected.nodes[package];
            let (facts, base) = (Arc::clone(&node.facts), node.module.name.clone());
            for name in &facts.all {
                self.take_if_there(&format!("{base}.{name}"), &reason, need);
            }
        }
        !self.queue.fresh.is_empty()
    }

    /// Returns the actual module of an import from a package whose finder exposes its subpackages as
    /// top-level packages.
    fn handed_out(&self, at: usize, name: String) -> String {
        let own = top(&self.collected.nodes[at].module.name);
        if !self.collected.get(own).is_some_and(|n| n.facts.finds) {
            return name;
        }
        let first = top(&name);
        let is_alias =
            self.world.find(first).is_none() && self.world.find(&format!("{own}.{first}")).is_some();
        if is_alias { format!("{own}.{name}") } else { name }
    }

    /// Returns whether an uncertain module may not collect an import. This applies to modules of a
    /// distribution that its own does not require, not even as an extra, and that nothing else collects.
    /// The distributions of modules that import this one may require it on its behalf.
    /// The import is deferred until something does.
    fn is_foreign(&mut self, at: usize, name: &str) -> bool {
        let node = &self.collected.nodes[at];
        let first = top(name);
        let is_certain = |node: &Node| node.need == Need::Certain;
        if is_certain(node) || self.collected.get(first).is_some_and(is_certain) {
            return false;
        }
        let owner = self.world.owner_of_module(&node.module);
        let Some(from) = owner.or_else(|| self.world.owner_of(top(&node.module.name))) else { return false };
        let foreign = match self.world.owner_of(first) {
            Some(owner) => {
                owner != from
                    && !self.world.may_require(from, owner)
                    && !self.importers(at).any(|importer| self.world.requires(importer, owner))
            }
            None => self.world.is_optional_stdlib(first),
        };
        if foreign {
            self.queue.deferred.entry(first.to_owned()).or_default().push(at);
            self.queue.deferring.insert(at);
        }
        foreign
    }

    /// Returns the other distributions whose modules import one.
    fn importers(&self, at: usize) -> impl Iterator<Item = usize> {
        let reasons = self.collected.nodes[at].module.reasons.iter();
        let nodes = reasons.filter(|r| r.by == By::Import).filter_map(|r| self.collected.get(&r.from));
        let owners: BTreeSet<usize> =
            nodes.filter_map(|node| self.world.owner_of_module(&node.module)).collect();
        owners.into_iter()
    }

    /// Runs the heuristics for one module.
    fn ask_about(&mut self, at: usize, live: &[Live<'_>], unwanted: &[Pattern]) {
        let mut asked = std::mem::take(&mut self.heuristics);
        for entry in &mut asked {
            let node = &self.collected.nodes[at];
            if !entry.about.contains(&node.role) {
                continue;
            }
            let mut claims = Claims::default();
            let runs_as_main = self.collected.mains.contains(&node.module.name);
            let subject = Subject { node, live, unwanted, runs_as_main };
            entry.heuristic.of_module(&subject, self.world, &mut claims);
            let need = node.need;
            self.take_claims(entry.name, claims, need);
        }
        self.heuristics = asked;
    }

    /// Runs each heuristic on all modules collected so far, until one adds a module. Returns whether one
    /// did.
    pub(super) fn ask_about_all(&mut self) -> bool {
        let mut asked = std::mem::take(&mut self.heuristics);
        let is_new = asked.iter_mut().any(|entry| {
            let mut claims = Claims::default();
            entry.heuristic.of_all(&self.collected, self.world, &mut claims);
            self.take_claims(entry.name, claims, Need::Certain);
            !self.queue.fresh.is_empty()
        });
        self.heuristics = asked;
        is_new
    }

    /// Runs the heuristics on the complete graph.
    pub(super) fn ask_at_end(&mut self) {
        for mut entry in std::mem::take(&mut self.heuristics) {
            let mut claims = Claims::default();
            entry.heuristic.at_end(&self.collected, self.world, &mut claims);
            self.take_claims(entry.name, claims, Need::Certain);
        }
    }

    fn take_claims(&mut self, heuristic: &str, claims: Claims, most: Need) {
        for Claim { what, mut reason, need } in claims {
            let need = need.min(most);
            reason.heuristic = heuristic.to_owned();
            match what {
                What::Module(name)
                    if reason.by != By::Native && self.world.names_own_part(&reason.from, &name) => {}
                What::Module(name) => {
                    self.take_if_there(&name, &reason, need);
                }
                What::File { path, dest } => {
                    self.used.own.entry(dest.clone()).or_insert(OwnFile { path, dest, reason });
                }
                What::Main(name) => self.take_main(&name, &reason, need),
                What::Searched(folder) => self.search(folder),
                What::Portion { package, folder } => self.extend_by(&package, &folder),
                What::Unfollowed(warning) => self.warnings.push(warning),
                What::LeftOut { library, warning } => {
                    self.used.left_out.entry(library).or_insert(warning);
                }
                What::Source { module, access } => {
                    let file = access == Access::File;
                    self.used.sources.entry(module).or_insert(SourceUse { file, reason }).file |= file;
                }
                What::Tree { name, folder } => {
                    self.used.trees.entry(name).or_insert(DataTree { folder, reason });
                }
                What::Library(library) => {
                    match self.used.opened.iter_mut().find(|known| known.name == library.name) {
                        Some(known) => known.own_place = known.own_place.take().or(library.own_place),
                        None => self.used.opened.push(OpenedLibrary { reason, ..library }),
                    }
                }
                What::Typelib { name, path } => {
                    self.used.typelibs.entry(name).or_insert(TypelibFile { path, reason });
                }
                What::Listed { package, depth } => {
                    let listed = self.used.listed.entry(package).or_default();
                    *listed = depth.max(*listed);
                }
                What::Startup { name, path, source } if !self.collected.slots.contains_key(&name) => {
                    let (kind, reasons) = (Kind::Source(source), vec![reason]);
                    let module = Module { name, kind, package: false, path, distribution: None, reasons };
                    self.add(module, None, need);
                }
                What::Startup { .. } => {}
            }
        }
    }
}

/// Returns the absolute name of an import, if it has one.
fn base(module: &Module, import: &Import) -> Option<String> {
    let package = match import.origin {
        Origin::Absolute => return Some(import.module.clone()),
        Origin::Own(levels) => up(&module.name, levels)?,
        // A folder beside a script or a module outside any package.
        Origin::Package(1) if import.form.is_folder() && is_alone(module) => {
            return Some(import.module.clone()).filter(|name| !name.is_empty());
        }
        Origin::Package(level) if module.package => up(&module.name, level.saturating_sub(1))?,
        Origin::Package(level) => up(&module.name, level)?,
    };
    if is_entry(package) {
        return None;
    }
    let dot = import.form == Form::Prefix || !import.module.is_empty();
    Some(if dot { format!("{package}.{}", import.module) } else { package.to_owned() })
}

/// Returns the package this many levels up.
fn up(name: &str, levels: u32) -> Option<&str> {
    (0..levels).try_fold(name, |name, _| names::parent(name))
}

/// Returns whether a module is outside any package.
fn is_alone(module: &Module) -> bool {
    !module.package && (is_entry(&module.name) || !module.name.contains('.'))
}
