//! The interface of an object format, with implementations for ELF, PE and Mach-O.

use std::fmt;
use std::path::{Path, PathBuf};

use super::facts::Facts;
use super::files::{Closure, File, join};
use super::paths::MachinePaths;
use crate::analysis::LibraryName;
use crate::error::{Result, Warning};
use crate::spec::Strip;

/// An object format and its loader.
pub(crate) trait Format: fmt::Debug + Sync {
    /// Reads the facts that affect loading.
    ///
    /// # Errors
    /// The file has another format, or is damaged.
    fn read(&self, bytes: &[u8]) -> Result<Facts, Refusal>;

    /// Returns whether the target can load a file that begins with `head` (4096 bytes, or fewer if it is
    /// shorter).
    fn fits(&self, head: &[u8]) -> bool;

    /// Searches for `needed` in a file's own search path, and in those inherited from the files that load
    /// it, in order. `chain` contains the file, then the file that loads it, and so on.
    fn by_search_path(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf>;

    /// Returns the paths for `needed` as the file writes it, in order.
    fn candidates(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        self.by_search_path(chain, needed)
    }

    /// Returns the names that the host may use for a library, in the form of the policy. Its own name comes
    /// first.
    fn host_names(&self, _: &[(&Facts, &Path)], needed: &str) -> Vec<String> {
        vec![leaf(needed).to_owned()]
    }

    /// Separates cached results of this format from those of another one for the same content. Empty if the
    /// content already determines the format.
    fn key(&self) -> &[u8] {
        b""
    }

    /// Searches for `needed` in the build's environment and in the system, in order.
    fn by_system(&self, facts: &Facts, needed: &str) -> Vec<PathBuf>;

    /// Returns the file names that the target's loader would use for a name in code; empty if the name is
    /// for another system.
    fn file_names(&self, name: &LibraryName) -> Vec<String>;

    /// Returns whether a library opened by name is searched for in the search path of the file that opens
    /// it.
    fn opens_by_search_path(&self) -> bool {
        false
    }

    /// Returns a name in the form in which the loader compares names.
    fn fold(&self, name: &str) -> String {
        name.to_owned()
    }

    /// Resolves an entry of the search path of a file in `folder` to folders under the root (`""` is the
    /// root itself). Returns none if the entry leaves the application.
    fn inside(&self, entry: &str, folder: &str) -> Vec<String>;

    /// Returns the search path entry for the path from `folder` to `other`, both under the root.
    fn relative(&self, folder: &str, other: &str) -> String;

    /// Returns the warning about a bundled program that cannot find its libraries.
    fn unresolved(&self, message: String) -> Warning {
        Warning::new(message).hint("start it with `LD_LIBRARY_PATH` set to the root folder")
    }

    /// Returns the possible paths under the root for a name, in a file in `folder` with this search path.
    fn dests(&self, name: &str, search: &[String], folder: &str) -> Vec<String> {
        search.iter().flat_map(|entry| self.inside(entry, folder)).map(|f| join(&f, name)).collect()
    }

    /// Returns whether files refer to libraries by paths, which are rewritten. Additional names are then
    /// unnecessary, and libraries that are already loaded do not satisfy them.
    fn names_are_paths(&self) -> bool {
        false
    }

    /// Returns the changes that a file needs to find its libraries in the application; `None` if only its
    /// search path matters.
    fn plan(&self, _: &File, _: &Closure) -> Option<Plan> {
        None
    }

    /// Finishes a file after patching, or its old content if it was not patched.
    ///
    /// # Errors
    /// The file cannot be finished.
    fn finish(&self, _old: &[u8], new: Option<Vec<u8>>, _file: &File) -> Result<Finished> {
        Ok(Finished { content: new, unsigned: None })
    }

    /// Patches a file. Returns `None` if nothing changes.
    ///
    /// # Errors
    /// The file cannot be changed safely.
    fn patch(&self, bytes: &[u8], facts: &Facts, patch: &Patch<'_>) -> Result<Option<Vec<u8>>, Unsafe>;
}

/// The result of [`Format::finish`] for a file.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its new content; `None` if it is unchanged.
    pub(crate) content: Option<Vec<u8>>,
    /// Why it has no valid signature although it could have one.
    pub(crate) unsigned: Option<String>,
}

/// Returns the last part of a name that may be a path.
pub(crate) fn leaf(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// The planned changes that let a file find its libraries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The new search path, removed if empty; `None` keeps the old one.
    pub(crate) search: Option<Vec<String>>,
    /// Library names to change, old and new.
    pub(crate) names: Vec<(String, String)>,
    /// Its own new name.
    pub(crate) own: Option<String>,
    /// Kinds of data to leave out.
    pub(crate) left_out: Vec<String>,
}

impl Plan {
    /// Returns whether loading depends on these changes.
    pub(crate) fn matters(&self) -> bool {
        self.search.is_some() || !self.names.is_empty()
    }
}

/// Changes to a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patch<'a> {
    /// Sections to leave out.
    pub(crate) strip: Strip,
    /// The new search path, removed if empty; `None` keeps the old one.
    pub(crate) search: Option<&'a [String]>,
    /// Library names to change, old and new.
    pub(crate) names: &'a [(String, String)],
    /// Its own new name.
    pub(crate) own: Option<&'a str>,
    /// Paths to make neutral.
    pub(crate) paths: &'a MachinePaths,
    /// Kinds of data to leave out, in a data library.
    pub(crate) left_out: &'a [String],
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Refusal {
    /// Another format: a linker script, an archive, text.
    Foreign,
    /// Contradictory contents after a valid start, with the damaged part.
    Damaged(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Foreign => f.write_str("it is not a native library"),
            Refusal::Damaged(part) => write!(f, "it is damaged ({part})"),
        }
    }
}

/// Why a file is shipped unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsafe(pub(crate) &'static str);
