//! The native files of an application and their dependencies.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::facts::{Facts, Role};
use super::policy::HostGl;
use crate::analysis::{By, Reason};
use crate::error::Warning;
use crate::rules::parts::System;
use crate::store::Hash;

/// A native file to collect.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Path under the root.
    pub(crate) dest: String,
    /// Path on the build machine.
    pub(crate) source: PathBuf,
    /// Hash of its content.
    pub(crate) hash: Hash,
    /// Its facts; `None` if the target does not load it.
    pub(crate) facts: Option<Facts>,
    /// Whether its mode is executable.
    pub(crate) executable: bool,
    /// Why it was collected.
    pub(crate) reasons: Vec<Reason>,
    /// The file that first needed it.
    pub(crate) loader: Option<usize>,
    /// The origin of each library that it needs.
    pub(crate) edges: Vec<Edge>,
    /// Whether code opens it by name.
    pub(crate) is_opened: bool,
    /// Bundled libraries that code opens by name through it.
    pub(crate) opens: Vec<usize>,
    /// Handling of system libraries that it links to.
    pub(crate) system: System,
}

impl File {
    /// Creates a file that has not been read yet.
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

    /// Returns the last part of its path under the root.
    pub(crate) fn file_name(&self) -> &str {
        self.dest.rsplit('/').next().unwrap_or(&self.dest)
    }

    /// Returns its folder under the root; empty for the root itself.
    pub(crate) fn folder(&self) -> &str {
        self.dest.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns the libraries that it needs.
    pub(crate) fn needed(&self) -> &[String] {
        self.facts.as_ref().map(|f| f.needed.as_slice()).unwrap_or_default()
    }

    /// Returns the files of the application that it needs.
    pub(crate) fn bundled(&self) -> impl Iterator<Item = (&str, usize)> {
        self.needed().iter().zip(&self.edges).filter_map(|(name, edge)| match edge {
            Edge::Bundled(i) => Some((name.as_str(), *i)),
            _ => None,
        })
    }

    /// Returns whether the spec or an option names it.
    pub(crate) fn is_requested(&self) -> bool {
        self.reasons.iter().any(|reason| matches!(reason.by, By::Request(_)))
    }

    /// Returns whether it is a program rather than a library.
    pub(crate) fn program(&self) -> bool {
        self.facts.as_ref().map_or(self.executable, |f| f.role != Role::Library)
    }
}

/// The origin of a needed library at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// A file of the application.
    Bundled(usize),
    /// The host.
    Host,
    /// The library is missing.
    Missing,
}

/// The closed set of native files.
#[derive(Debug, Default)]
pub(crate) struct Closure {
    /// The initial files, then each file after one that needs it.
    pub(crate) files: Vec<File>,
    /// Index in `files` of libpython, or of the interpreter if there is no libpython.
    pub(crate) libpython: Option<usize>,
    /// Libraries that stay on the host, and the first file that needs each.
    pub(crate) host: BTreeMap<String, String>,
    /// Additional names of files: path under the root → the file.
    pub(crate) links: BTreeMap<String, usize>,
    /// Index in `files` by path under the root, as the loader compares it.
    pub(crate) by_dest: HashMap<String, usize>,
    /// Initial files that cannot be loaded and that the program does not require: index in `files` → the
    /// missing library.
    pub(crate) unloadable: BTreeMap<usize, String>,
    /// Warnings for the user.
    pub(crate) warnings: Vec<Warning>,
    /// Whether any file needs the host's GL.
    pub(crate) gl: HostGl,
}

/// Joins a folder under the root and a file name.
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
