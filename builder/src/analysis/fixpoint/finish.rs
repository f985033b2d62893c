//! Builds the finished graph: modules with their distributions, and their other requirements.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::Fixpoint;
use crate::analysis::collected::Node;
use crate::analysis::facts::ways::Main;
use crate::analysis::graph::{Distribution, Graph, Kind, Module, OwnFile, Used};
use crate::analysis::world::Role;
use crate::analysis::world::distributions::{Extras, Installed};
use crate::names::is_for_tests;
use crate::requirement::asked_name;

/// The requirements of modules other than modules.
#[derive(Default)]
struct Asked {
    /// Distributions whose metadata code reads.
    distributions: HashSet<String>,
    /// Modules that create modules.
    creates_submodules: Vec<String>,
}

impl Asked {
    fn of(nodes: &[Node], used: &mut Used) -> Asked {
        let mut asked = Asked::default();
        let own = || nodes.iter().filter(|n| n.role == Role::Program);
        if own().any(|n| n.facts.asks_metadata) {
            // Any text of the program may be a distribution name or a requirement.
            let texts = own().filter_map(|n| n.facts.own.as_ref()).flat_map(|own| &own.texts);
            asked.distributions.extend(texts.filter_map(|t| asked_name(&t.text)).map(str::to_owned));
        }
        // For the standard library, rules cover this.
        for node in nodes.iter().filter(|node| node.role != Role::Stdlib) {
            let name = &node.module.name;
            asked.distributions.extend(node.facts.metadata.iter().cloned());
            if !node.facts.files.is_empty() {
                used.named.insert(name.clone(), node.facts.files.clone());
            }
            if node.facts.stub {
                used.stubs.push(name.clone());
            }
            if node.facts.finds || node.facts.makes {
                asked.creates_submodules.push(name.clone());
            }
        }
        asked
    }
}

impl Fixpoint<'_> {
    /// Returns the finished graph.
    pub(in crate::analysis) fn finish(mut self) -> Graph {
        let mut nodes = std::mem::take(&mut self.collected.nodes);
        self.used.own = self.place_own_files(&mut nodes);
        let starts_interpreter = nodes.iter().any(|n| match n.role {
            Role::Program => n.facts.started.iter().any(|started| matches!(started.what, Main::Code(_))),
            Role::Library => n.facts.interpreter,
            Role::Stdlib => false,
        });
        let Asked { distributions: asked, creates_submodules } = Asked::of(&nodes, &mut self.used);
        let mut modules = self.modules(nodes);
        for portion in self.portions(&modules) {
            modules.entry(portion.name.clone()).or_insert(portion);
        }
        let distributions = self.distributions(&mut modules, &asked);
        let absent = self.absent(&modules);
        let mut used = self.used;
        // Modules may have been collected after the folder was named.
        used.trees.retain(|name, _| !modules.contains_key(name));
        used.opened.sort_by(|a, b| a.name.cmp(&b.name));
        Graph {
            absent,
            modules,
            missing: self.missing,
            creates_submodules,
            starts_interpreter,
            distributions,
            used,
            warnings: self.warnings,
        }
    }

    /// Returns the modules that Python can compile. Their distributions are indices of installed ones.
    fn modules(&self, nodes: Vec<Node>) -> BTreeMap<String, Module> {
        let mut modules = BTreeMap::new();
        for node in nodes.into_iter().filter(|node| !self.rejected.contains(&node.module.name)) {
            let mut module = node.module;
            let file = module.kind.file();
            module.distribution = file
                .filter(|f| !self.world.reader.python.in_stdlib(f))
                .and_then(|f| self.world.installed.owner(f, &module.name));
            modules.insert(module.name.clone(), module);
        }
        modules
    }

    /// Returns the distributions of modules, the requested ones, and those that belong to them, by name.
    /// Changes the distribution of each module to an index in this list.
    fn distributions(
        &self,
        modules: &mut BTreeMap<String, Module>,
        asked: &HashSet<String>,
    ) -> Vec<Distribution> {
        let installed = self.world.installed;
        let mut owners: BTreeSet<usize> = modules.values().filter_map(|m| m.distribution).collect();
        owners.extend(asked.iter().filter_map(|name| installed.named(name)).map(|(at, _)| at));
        // `pkg_resources` resolves all requirements of a distribution, even those without modules.
        if modules.contains_key("pkg_resources") {
            owners.extend(required(installed, &owners, |_| true));
        }
        // Distributions without own modules may install files into packages of those that require them, or
        // below the prefix.
        let is_inside = |file: &String| {
            file.split_once('/').is_some_and(|(top, _)| modules.get(top).is_some_and(|m| m.package))
        };
        let is_partner = |d: &Distribution| d.files.iter().any(is_inside) || is_below_prefix(&d.files);
        owners.extend(required(installed, &owners, is_partner));
        let mut named: Vec<(&str, usize)> =
            owners.iter().map(|&owner| (installed.get(owner).name.as_str(), owner)).collect();
        named.sort_unstable();
        let places: BTreeMap<usize, usize> =
            named.iter().enumerate().map(|(place, (_, owner))| (*owner, place)).collect();
        for module in modules.values_mut() {
            module.distribution = module.distribution.and_then(|owner| places.get(&owner).copied());
        }
        named.iter().map(|&(_, owner)| installed.get(owner).clone()).collect()
    }
}

impl Fixpoint<'_> {
    /// Returns the folders of namespace packages in searched folders, by the names of their paths. The
    /// importer finds them there when Python asks about each folder of `sys.path`.
    fn portions(&self, modules: &BTreeMap<String, Module>) -> Vec<Module> {
        let searched = self.world.searched();
        let mut found = Vec::new();
        for module in modules.values() {
            let Kind::Namespace(portions) = &module.kind else { continue };
            for portion in portions {
                let place = searched.iter().find_map(|folder| {
                    let inner = portion.strip_prefix(&folder.path).ok()?.to_str()?;
                    Some(format!("{}/{inner}", folder.dest.as_ref()?).trim_matches('/').to_owned())
                });
                let Some(path) = place.filter(|path| !path.is_empty() && *path != module.path) else {
                    continue;
                };
                let kind = Kind::Namespace(vec![portion.clone()]);
                found.push(Module { name: path.replace('/', "."), kind, path, ..module.clone() });
            }
        }
        found
    }

    /// Returns names next to and inside the collected modules that were not collected.
    fn absent(&self, modules: &BTreeMap<String, Module>) -> Vec<String> {
        let mut absent = self.world.beginning_with("");
        for package in modules.values().filter(|m| m.package) {
            let children = self.world.children(&package.name).into_iter();
            absent.extend(children.map(|child| format!("{}.{child}", package.name)));
        }
        absent.retain(|name| !modules.contains_key(name) && !is_for_tests(name));
        absent
    }

    /// Returns the program's own files at their paths under the root. If a file is above the folder of the
    /// program, that folder becomes a subfolder of the bundle. Paths that go up from `__file__` then stay
    /// in the bundle.
    fn place_own_files(&mut self, nodes: &mut [Node]) -> BTreeMap<String, OwnFile> {
        let files = std::mem::take(&mut self.used.own);
        let up = |dest: &str| dest.split('/').take_while(|p| *p == "..").count();
        let levels = files.keys().map(|dest| up(dest)).max().unwrap_or(0);
        let folder: Vec<String> = match self.world.own_folders().next().filter(|_| levels > 0) {
            Some(folder) => {
                let names: Vec<String> =
                    folder.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                names[names.len().saturating_sub(levels)..].to_vec()
            }
            None => Vec::new(),
        };
        if !folder.is_empty() {
            let prefix = folder.join("/");
            for node in nodes.iter_mut().filter(|n| n.role == Role::Program) {
                let is_below = |file: &Path| self.world.own_folders().any(|own| file.starts_with(own));
                if node.module.file().is_none_or(is_below) && !node.module.path.is_empty() {
                    node.module.path = format!("{prefix}/{}", node.module.path);
                }
            }
        }
        let mut placed: BTreeMap<String, OwnFile> = BTreeMap::new();
        for (dest, file) in files {
            let dest = match dest.strip_prefix('/') {
                Some(dest) => dest.to_owned(),
                None => {
                    let kept = &folder[..folder.len().saturating_sub(up(&dest))];
                    let inner = dest.split('/').filter(|p| *p != "..");
                    kept.iter().map(String::as_str).chain(inner).collect::<Vec<_>>().join("/")
                }
            };
            placed.entry(dest.clone()).or_insert(OwnFile { dest, ..file });
        }
        placed
    }
}

/// Returns the other distributions that some distributions require, directly or through each other, as far
/// as they are wanted.
fn required(
    installed: &Installed,
    owners: &BTreeSet<usize>,
    is_wanted: impl Fn(&Distribution) -> bool,
) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut queue: Vec<usize> = owners.iter().copied().collect();
    while let Some(owner) = queue.pop() {
        for required in installed.requirements(owner, Extras::None) {
            let Some((at, distribution)) = installed.named(&required) else { continue };
            if !owners.contains(&at) && !found.contains(&at) && is_wanted(distribution) {
                found.push(at);
                queue.push(at);
            }
        }
    }
    found
}

/// Returns whether all files of a distribution belong below the prefix. `--target` of pip and uv puts such
/// files beside the packages.
fn is_below_prefix(files: &[String]) -> bool {
    const FOLDERS: [&str; 4] = ["Library", "etc", "lib", "share"];
    let top = |file: &str| file.trim_start_matches("../").split('/').next().unwrap_or_default().to_owned();
    !files.iter().any(|f| f.ends_with(".py")) && files.iter().any(|f| FOLDERS.contains(&top(f).as_str()))
}
