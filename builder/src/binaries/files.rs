//! The native files of a product and their dependencies.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::facts::{Facts, Role};
use super::policy::HostGl;
use crate::analysis::{By, Reason};
use crate::error::Warning;
use crate::rules::parts::System;
use crate::store::Hash;

/// A native file on its way into the product.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Path under the root.
    pub(crate) dest: String,
    /// Where it lies on the building machine.
    pub(crate) source: PathBuf,
    /// Hash of its content.
    pub(crate) hash: Hash,
    /// What it says of itself; `None` if the target does not load it.
    pub(crate) facts: Option<Facts>,
    /// Whether its mode says that it is executable.
    pub(crate) executable: bool,
    /// Why it is here.
    pub(crate) reasons: Vec<Reason>,
    /// The file whose need brought it in.
    pub(crate) loader: Option<usize>,
    /// Where each library that it needs comes from.
    pub(crate) edges: Vec<Edge>,
    /// Whether code opens it by its name.
    pub(crate) is_opened: bool,
    /// Libraries of the root that code opens through it, by their names.
    pub(crate) opens: Vec<usize>,
    /// What happens to libraries of the system that it links to.
    pub(crate) system: System,
}

impl File {
    /// A file of which nothing is known yet.
    pub(crate) fn new(dest: String, source: PathBuf, reason: Reason) -> File {
        let reasons = vec![reason];
        File {
            dest,
            source,
            hash: [0; 32],
            facts: None,
            executable: false,
            reasons,
            loader: None,
            edges: Vec::new(),
            is_opened: false,
            opens: Vec::new(),
            system: System::Required,
        }
    }

    /// Last part of its path under the root.
    pub(crate) fn file_name(&self) -> &str {
        self.dest.rsplit('/').next().unwrap_or(&self.dest)
    }

    /// Its folder under the root; empty for the root itself.
    pub(crate) fn folder(&self) -> &str {
        self.dest.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Libraries that it needs.
    pub(crate) fn needed(&self) -> &[String] {
        self.facts.as_ref().map(|f| f.needed.as_slice()).unwrap_or_default()
    }

    /// Files of the product that it needs.
    pub(crate) fn bundled(&self) -> impl Iterator<Item = (&str, usize)> {
        self.needed().iter().zip(&self.edges).filter_map(|(name, edge)| match edge {
            Edge::Bundled(i) => Some((name.as_str(), *i)),
            _ => None,
        })
    }

    /// Whether the spec or an option names it.
    pub(crate) fn is_requested(&self) -> bool {
        self.reasons.iter().any(|reason| matches!(reason.by, By::Request(_)))
    }

    /// Whether it is a program, not a library.
    pub(crate) fn program(&self) -> bool {
        self.facts.as_ref().map_or(self.executable, |f| f.role != Role::Library)
    }
}

/// Where a needed library comes from at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// A file of the product.
    Bundled(usize),
    /// The host.
    Host,
    /// Nowhere.
    Missing,
}

/// The closed set of native files.
#[derive(Debug)]
pub(crate) struct Closure {
    /// The files; the given ones first, then each after one that needs it.
    pub(crate) files: Vec<File>,
    /// Place in `files` of libpython (or of the interpreter where there is none).
    pub(crate) libpython: Option<usize>,
    /// Libraries that stay with the host, and who needs them first.
    pub(crate) host: BTreeMap<String, String>,
    /// Second names of files: path under the root → the file.
    pub(crate) links: BTreeMap<String, usize>,
    /// Place in `files` by path under the root, as the loader compares it.
    pub(crate) by_dest: HashMap<String, usize>,
    /// Given files that cannot be loaded and that the program can do without: place in `files` → the missing library.
    pub(crate) unloadable: BTreeMap<usize, String>,
    /// What the user should know.
    pub(crate) warnings: Vec<Warning>,
    /// Whether some file needs the host's GL.
    pub(crate) gl: HostGl,
}

/// A file in a folder under the root.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
