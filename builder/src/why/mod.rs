//! Explains why something is in an application: the shortest chain from the program to it, and its other
//! reasons.

mod absent;
mod chain;
mod find;
mod gather;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use crate::analysis::world::distributions::normalize;
use crate::archive::manifest::Why;
use crate::contents::LeftOut;
use crate::names::Pattern;

pub use absent::{Absent, BuildContext};
pub use chain::Step;

/// The kind of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A module, or an extension with its file.
    Module,
    /// A native library or executable.
    Library,
    /// A data file.
    Data,
    /// An installed distribution.
    Distribution,
}

impl What {
    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            What::Module => "module",
            What::Library => "library",
            What::Data => "data file",
            What::Distribution => "distribution",
        }
    }
}

/// An item of an application.
#[derive(Clone, Debug)]
pub struct Node {
    /// Dotted name, path under the root, or name of the distribution.
    pub name: String,
    /// Kind of the node.
    pub what: What,
    /// Path below the root; for an entry point, the name of its script.
    pub path: Option<String>,
    /// The distribution that it belongs to.
    pub distribution: Option<usize>,
    /// Version of a distribution.
    pub version: Option<String>,
    /// Its reasons, in the order they were found.
    pub whys: Vec<Why>,
    /// Number of further reasons that an application does not store.
    pub more: usize,
    /// Its path on the build machine.
    source: Option<PathBuf>,
}

impl Node {
    fn new(name: &str, what: What) -> Node {
        Node {
            name: name.to_owned(),
            what,
            path: None,
            distribution: None,
            version: None,
            whys: Vec::new(),
            more: 0,
            source: None,
        }
    }
}

/// The origin of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The request or the interpreter.
    Root,
    Node(usize),
    /// An origin that the application does not store.
    Unknown,
}

/// All items of an application and the reasons for them.
#[derive(Debug, Default)]
pub struct Map {
    nodes: Vec<Node>,
    modules: HashMap<String, usize>,
    files: HashMap<String, usize>,
    /// By normalized name.
    distributions: HashMap<String, usize>,
    /// Imports that were not resolved.
    missing: BTreeMap<String, Vec<Why>>,
    /// Libraries that stay on the host, and the file that needs each.
    host: BTreeMap<String, String>,
    /// Files that were left out, by path below the root.
    left_out: BTreeMap<String, LeftOut>,
    /// Patterns of `[modules] exclude`.
    excluded: Vec<String>,
    /// The origins of the reasons of each node.
    origins: Vec<Vec<Origin>>,
    /// The cheapest reason of each node: total cost and index.
    best: Vec<Option<(u64, usize)>>,
}

impl Map {
    /// Returns the node at an index.
    pub fn node(&self, at: usize) -> &Node {
        &self.nodes[at]
    }

    /// Returns the distribution of a node, as `name version`.
    pub fn owner(&self, at: usize) -> Option<String> {
        let owner = &self.nodes[self.nodes[at].distribution?];
        Some(match &owner.version {
            Some(version) => format!("{} {version}", owner.name),
            None => owner.name.clone(),
        })
    }

    /// Adds a module, which can also be found by the path of its file.
    fn add_module(&mut self, node: Node) {
        if let Some(path) = &node.path {
            self.files.insert(path.clone(), self.nodes.len());
        }
        self.add_namespace(node);
    }

    /// Adds a namespace package, whose path is a folder.
    fn add_namespace(&mut self, node: Node) {
        self.modules.insert(node.name.clone(), self.nodes.len());
        self.nodes.push(node);
    }

    /// Adds a file. The file of a module is the module itself.
    fn add_file(&mut self, node: Node) {
        if let Some(&known) = self.files.get(&node.name) {
            let known = &mut self.nodes[known];
            known.whys.extend(node.whys.into_iter().filter(|w| w.by == "needed"));
            return;
        }
        self.files.insert(node.name.clone(), self.nodes.len());
        self.nodes.push(Node { path: Some(node.name.clone()), ..node });
    }

    /// Adds additional names of files, each with its target: a file or another additional name.
    fn add_links<'l>(&mut self, links: impl IntoIterator<Item = (&'l str, &'l str)>) {
        let mut left: Vec<(&str, String)> =
            links.into_iter().map(|(path, target)| (path, led_to(path, target))).collect();
        loop {
            let before = left.len();
            left.retain(|(path, end)| {
                let Some(&at) = self.files.get(end) else { return true };
                self.files.entry((*path).to_owned()).or_insert(at);
                false
            });
            if left.len() == before {
                return;
            }
        }
    }

    fn add_distribution(&mut self, name: &str, version: &str) -> usize {
        let at = self.nodes.len();
        self.distributions.insert(normalize(name), at);
        self.nodes.push(Node { version: Some(version.to_owned()), ..Node::new(name, What::Distribution) });
        at
    }

    /// Determines the origins of all reasons, and the cheapest reason of each node.
    fn finish(&mut self) {
        self.own_distributions();
        let origins: Vec<Vec<Origin>> =
            self.nodes.iter().map(|n| n.whys.iter().map(|w| self.origin(n, w)).collect()).collect();
        self.origins = origins;
        self.best = chain::cheapest(self);
    }

    /// Links distributions with their content. A distribution is collected with its modules, or with its
    /// metadata if it has no modules. A data file belongs to the distribution of its package.
    fn own_distributions(&mut self) {
        for at in 0..self.nodes.len() {
            let node = &self.nodes[at];
            if node.what == What::Module
                && let Some(owner) = node.distribution
            {
                let (from, by) = (node.name.clone(), "holds".to_owned());
                let why = Why { from, by, line: 0, guard: None, heuristic: String::new() };
                self.nodes[owner].whys.push(why);
                continue;
            }
            let Some(first) = node.whys.first().filter(|_| node.distribution.is_none()) else { continue };
            let metadata = is_metadata(&node.name);
            let package = self.modules.get(&first.from).filter(|_| !metadata && first.by == "package");
            let owner = package.and_then(|p| self.nodes[*p].distribution);
            let named = || self.described(&node.name).filter(|_| metadata);
            self.nodes[at].distribution = owner.or_else(named);
        }
        for at in 0..self.nodes.len() {
            let node = &self.nodes[at];
            if let Some(owner) = node.distribution.filter(|o| self.nodes[*o].whys.is_empty())
                && is_metadata(&node.name)
                && node.whys.iter().all(|w| w.by != "package")
            {
                self.nodes[owner].whys = node.whys.clone();
            }
        }
    }

    /// Returns the distribution whose metadata is at a path, such as `name-1.0.dist-info/METADATA`.
    fn described(&self, path: &str) -> Option<usize> {
        let top = path.split('/').next()?.rsplit_once('.')?.0;
        let ends = top.match_indices('-').map(|(i, _)| i).chain([top.len()]);
        ends.filter_map(|end| self.distributions.get(&normalize(&top[..end]))).next_back().copied()
    }

    fn origin(&self, node: &Node, why: &Why) -> Origin {
        if why.from.is_empty() || why.by.starts_with("request") || why.by == "interpreter" {
            return Origin::Root;
        }
        let module = || self.modules.get(&why.from);
        let file = || self.files.get(&why.from);
        let distribution = || self.distributions.get(&normalize(&why.from));
        let found = if why.by == "package" && is_metadata(&node.name) {
            distribution().or_else(module)
        } else {
            module().or_else(file).or_else(distribution)
        };
        match found {
            Some(at) => Origin::Node(*at),
            None if why.by.starts_with("rule") && why.from.contains('*') => self.fitting(&why.from),
            None => Origin::Unknown,
        }
    }

    /// Returns the first module that matches the pattern of a rule.
    fn fitting(&self, pattern: &str) -> Origin {
        let pattern = Pattern::levels(pattern);
        let found = self.nodes.iter().position(|n| n.what == What::Module && pattern.matches(&n.name));
        found.map_or(Origin::Unknown, Origin::Node)
    }
}

/// Whether a path belongs to the metadata of a distribution.
fn is_metadata(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    top.ends_with(".dist-info") || top.ends_with(".egg-info")
}

/// Resolves the target of a link textually.
fn led_to(link: &str, target: &str) -> String {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}
