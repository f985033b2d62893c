//! Why something is in a product: the shortest chain from the program to it, and its other ways in.

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
use crate::names::Pattern;

pub use absent::{Absent, BuildContext};
pub use chain::Step;

/// What a node of the map stands for.
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
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            What::Module => "module",
            What::Library => "library",
            What::Data => "data file",
            What::Distribution => "distribution",
        }
    }
}

/// Something in a product.
#[derive(Clone, Debug)]
pub struct Node {
    /// Dotted name, path under the root, or name of the distribution.
    pub name: String,
    /// What it is.
    pub what: What,
    /// Path under the root; of an entry, the name of its script.
    pub path: Option<String>,
    /// The distribution that it belongs to.
    pub distribution: Option<usize>,
    /// Version of a distribution.
    pub version: Option<String>,
    /// Its ways in, the first found first.
    pub whys: Vec<Why>,
    /// Further ways in that a product does not tell.
    pub more: usize,
    /// Where it lies on the building machine.
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

/// Where a way in begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The request or the interpreter.
    Root,
    Node(usize),
    /// Something that the product does not tell of.
    Unknown,
}

/// Everything in a product and how it came in.
#[derive(Debug, Default)]
pub struct Map {
    nodes: Vec<Node>,
    modules: HashMap<String, usize>,
    files: HashMap<String, usize>,
    /// By normalized name.
    distributions: HashMap<String, usize>,
    /// Imports that lead nowhere.
    missing: BTreeMap<String, Vec<Why>>,
    /// Libraries that stay with the host, and who needs them.
    host: BTreeMap<String, String>,
    /// Patterns of `[modules] exclude`.
    excluded: Vec<String>,
    /// For each node where its ways in begin.
    origins: Vec<Vec<Origin>>,
    /// For each node its cheapest way in: total cost, place of the way in.
    best: Vec<Option<(u64, usize)>>,
}

impl Map {
    /// The node at a place.
    pub fn node(&self, at: usize) -> &Node {
        &self.nodes[at]
    }

    /// The distribution of a node, as `name version`.
    pub fn owner(&self, at: usize) -> Option<String> {
        let owner = &self.nodes[self.nodes[at].distribution?];
        Some(match &owner.version {
            Some(version) => format!("{} {version}", owner.name),
            None => owner.name.clone(),
        })
    }

    /// Adds a module, which is also found by the path of its file.
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

    /// Adds a file; the file of a module is the module itself.
    fn add_file(&mut self, node: Node) {
        if let Some(&known) = self.files.get(&node.name) {
            let known = &mut self.nodes[known];
            known.whys.extend(node.whys.into_iter().filter(|w| w.by == "needed"));
            return;
        }
        self.files.insert(node.name.clone(), self.nodes.len());
        self.nodes.push(Node { path: Some(node.name.clone()), ..node });
    }

    /// Adds second names of files, each with what it leads to: a file or another second name.
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

    /// Finds out where the ways in begin, and the cheapest one of each node.
    fn finish(&mut self) {
        self.own_distributions();
        let origins: Vec<Vec<Origin>> =
            self.nodes.iter().map(|n| n.whys.iter().map(|w| self.origin(n, w)).collect()).collect();
        self.origins = origins;
        self.best = chain::cheapest(self);
    }

    /// A distribution comes by its modules; one without modules as its metadata does. A data file belongs to the
    /// distribution of its package.
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

    /// The distribution whose metadata lies at a path, as in `name-1.0.dist-info/METADATA`.
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

    /// The first module that the pattern of a rule fits.
    fn fitting(&self, pattern: &str) -> Origin {
        let pattern = Pattern::levels(pattern);
        let found = self.nodes.iter().position(|n| n.what == What::Module && pattern.matches(&n.name));
        found.map_or(Origin::Unknown, Origin::Node)
    }
}

/// Whether a path lies in the metadata of a distribution.
fn is_metadata(path: &str) -> bool {
    let top = path.split('/').next().unwrap_or_default();
    top.ends_with(".dist-info") || top.ends_with(".egg-info")
}

/// The path that a link leads to, by its text.
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
