//! What the rest of `binaries/` asks of an object format; one implementation each for ELF and PE, later Mach-O.

use std::fmt;
use std::path::{Path, PathBuf};

use super::elf::Elf;
use super::facts::Facts;
use super::paths::MachinePaths;
use super::pe::Pe;
use crate::error::{Error, Result, Warning};
use crate::python::Python;
use crate::spec::Strip;
use crate::target::Os;

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

    /// Where the build's environment and the system lead for `needed`, in order.
    fn by_system(&self, facts: &Facts, needed: &str) -> Vec<PathBuf>;

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
    fn stray(&self, message: String) -> Warning {
        Warning::new(message).hint("start it with `LD_LIBRARY_PATH` set to the root folder")
    }

    /// Mends a file; `None` where there is nothing to change.
    ///
    /// # Errors
    /// It cannot be changed safely.
    fn mend(&self, bytes: &[u8], facts: &Facts, mend: &Mend<'_>) -> Result<Option<Vec<u8>>, Unsafe>;
}

/// What to do with a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mend<'a> {
    /// Sections to leave out.
    pub(crate) strip: Strip,
    /// The search path to have, none if it is empty; `None` leaves it as it is.
    pub(crate) search: Option<&'a [String]>,
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

/// Why a file is shipped as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unsafe(pub(crate) &'static str);

/// The format of a target.
///
/// # Errors
/// Programs for it cannot be made here.
pub(crate) fn of(python: &Python) -> Result<Box<dyn Format>> {
    let target = python.target;
    match target.os {
        Os::Linux if python.cross.is_some() => Ok(Box::new(Elf::under(target.arch, python.root()))),
        Os::Linux => Ok(Box::new(Elf::new(target.arch, Path::new("/")))),
        Os::Windows => {
            let own = vec![python.base_prefix.clone(), python.dynload.clone()];
            Ok(Box::new(Pe::new(target.arch, python.search_path.clone(), own)))
        }
        Os::Macos => Err(Error::new(format!(
            "failed to collect native files for `{}`: unknown object format",
            target.name()
        ))
        .hint("build for Linux or Windows")),
    }
}
