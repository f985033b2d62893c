//! What the rest of `binaries/` asks of an object format; one implementation each for ELF, PE and Mach-O.

use std::fmt;
use std::path::{Path, PathBuf};

use super::facts::Facts;
use super::files::{Closure, File, join};
use super::paths::MachinePaths;
use crate::analysis::LibraryName;
use crate::error::{Result, Warning};
use crate::spec::Strip;

/// An object format and the loader that goes with it.
pub(crate) trait Format: fmt::Debug + Sync {
    /// Reads what loading depends on.
    ///
    /// # Errors
    /// It is of another format, or damaged.
    fn read(&self, bytes: &[u8]) -> Result<Facts, Refusal>;

    /// Whether a file that begins with `head` (4096 bytes, fewer if it is shorter) is one that the target loads.
    fn fits(&self, head: &[u8]) -> bool;

    /// Where a file's own search path, and those that it inherits from the files that load it, lead for
    /// `needed`, in order. `chain` holds the file first, then who loads it, and so on.
    fn by_search_path(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf>;

    /// Where `needed` leads as the file writes it, in order.
    fn candidates(&self, chain: &[(&Facts, &Path)], needed: &str) -> Vec<PathBuf> {
        self.by_search_path(chain, needed)
    }

    /// Names under which the host may have a library, as policy tells them; the first is its own.
    fn host_names(&self, _: &[(&Facts, &Path)], needed: &str) -> Vec<String> {
        vec![leaf(needed).to_owned()]
    }

    /// What keeps results of this format apart from those of another one for the same content; nothing where the content
    /// tells.
    fn key(&self) -> &[u8] {
        b""
    }

    /// Where the build's environment and the system lead for `needed`, in order.
    fn by_system(&self, facts: &Facts, needed: &str) -> Vec<PathBuf>;

    /// Names of files that the loader of the target would take for a name in code; none where it is one of another system.
    fn file_names(&self, name: &LibraryName) -> Vec<String>;

    /// Whether a library that is opened by its name is looked for in the search path of the file that opens it.
    fn opens_by_search_path(&self) -> bool {
        false
    }

    /// A name as the loader compares it with others.
    fn fold(&self, name: &str) -> String {
        name.to_owned()
    }

    /// Folders under the root (`""` is the root itself) that an entry of the search path of a file in `folder`
    /// leads to; none if it leads outside the product.
    fn inside(&self, entry: &str, folder: &str) -> Vec<String>;

    /// The entry of a search path that leads from `folder` to `other`, both under the root.
    fn relative(&self, folder: &str, other: &str) -> String;

    /// What is told of a program of the product that does not find its libraries by itself.
    fn unresolved(&self, message: String) -> Warning {
        Warning::new(message).hint("start it with `LD_LIBRARY_PATH` set to the root folder")
    }

    /// Paths under the root that a name leads to, in a file in `folder` with this search path.
    fn dests(&self, name: &str, search: &[String], folder: &str) -> Vec<String> {
        search.iter().flat_map(|entry| self.inside(entry, folder)).map(|f| join(&f, name)).collect()
    }

    /// Whether files need others by paths, which are rewritten: then no second names are needed, and nothing that was
    /// loaded before counts.
    fn names_are_paths(&self) -> bool {
        false
    }

    /// What is to be changed so that a file finds what it needs in the product; `None` where that is its search path alone.
    fn plan(&self, _: &File, _: &Closure) -> Option<Plan> {
        None
    }

    /// Does what is left to be done to a file that was patched, or to its old content.
    ///
    /// # Errors
    /// It cannot be done.
    fn finish(&self, _old: &[u8], new: Option<Vec<u8>>, _file: &File) -> Result<Finished> {
        Ok(Finished { content: new, unsigned: None })
    }

    /// Patches a file; `None` where there is nothing to change.
    ///
    /// # Errors
    /// It cannot be changed safely.
    fn patch(&self, bytes: &[u8], facts: &Facts, patch: &Patch<'_>) -> Result<Option<Vec<u8>>, Unsafe>;
}

/// What [`Format::finish`] made of a file.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its new content; none if it stays as it is.
    pub(crate) content: Option<Vec<u8>>,
    /// Why it has no valid signature although it could have one.
    pub(crate) unsigned: Option<String>,
}

/// The last part of a name that may be a path.
pub(crate) fn leaf(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// How a file is to find what it needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The search path to have, none at all if it is empty; `None` leaves it as it is.
    pub(crate) search: Option<Vec<String>>,
    /// Names of libraries that it needs, as they are and as they are to be.
    pub(crate) names: Vec<(String, String)>,
    /// The name that it is to have itself.
    pub(crate) own: Option<String>,
}

impl Plan {
    /// Whether loading depends on it.
    pub(crate) fn matters(&self) -> bool {
        self.search.is_some() || !self.names.is_empty()
    }
}

/// What to do with a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patch<'a> {
    /// Sections to leave out.
    pub(crate) strip: Strip,
    /// The search path to have, none if it is empty; `None` leaves it as it is.
    pub(crate) search: Option<&'a [String]>,
    /// Names of libraries to change, old and new.
    pub(crate) names: &'a [(String, String)],
    /// Its own name to have.
    pub(crate) own: Option<&'a str>,
    /// Paths to make neutral.
    pub(crate) paths: &'a MachinePaths,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Refusal {
    /// Another format: a linker script, an archive, text.
    Foreign,
    /// It begins well and then contradicts itself; the part that does.
    Damaged(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Foreign => f.write_str("it is no native library"),
            Refusal::Damaged(part) => write!(f, "it is damaged ({part})"),
        }
    }
}

/// Why a file is shipped as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsafe(pub(crate) &'static str);
