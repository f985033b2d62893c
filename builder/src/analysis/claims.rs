//! What heuristics ask for.

use std::path::PathBuf;

use super::graph::{By, Guard, OpenedLibrary, Reason, Source};
use super::world::resolve::Folder;
use crate::error::Warning;

/// Something that a heuristic says belongs into the product.
#[derive(Debug)]
pub(super) struct Claim {
    pub what: What,
    pub reason: Reason,
    /// Whether a module that comes in by it may bring in whatever it imports, if the one that asks for it may. What is
    /// only likely to be needed brings in distributions that its own requires, and no others.
    pub certain: bool,
}

/// Kinds of claims.
#[derive(Debug)]
pub(super) enum What {
    /// A module, if there is one of this name.
    Module(String),
    /// A package whose folder is listed, and whether the folders below are: its modules are files too.
    Listed {
        /// Its dotted name.
        package: String,
        /// Whether folders below are listed.
        deep: bool,
    },
    /// The source of a module, if it is in the product.
    Source {
        /// Its dotted name.
        module: String,
        /// Whether it is opened as a file; else its loader is asked.
        file: bool,
    },
    /// A folder that holds data only, whatever its files are called.
    Tree {
        /// Its dotted name, which tells its place under the root.
        name: String,
        /// Where it lies.
        folder: PathBuf,
    },
    /// A file of the program's own.
    File {
        /// Where it lies.
        path: PathBuf,
        /// Where it goes, with `/`: from the folder of the program, which it may leave by `..`, or from the root of the
        /// bundle if it begins with `/`.
        dest: String,
    },
    /// A library that is left out although something may load it: a warning, unless the product holds the library in the end.
    LeftOut {
        /// Its path under the root.
        library: String,
        /// What the user should know.
        warning: Warning,
    },
    /// A module that is run as main, in this process or in a child: what it does only then is wanted too.
    Main(String),
    /// A folder that is searched for modules.
    Searched(Folder),
    /// A folder that the `__path__` of a package leads to.
    Portion {
        /// The package.
        package: String,
        /// The folder.
        folder: Folder,
    },
    /// A native library that is opened by its name.
    Library(OpenedLibrary),
    /// Something of the program's own code that could not be followed.
    Unfollowed(Warning),
    /// Code that runs before the entry, as a runtime hook.
    Startup {
        /// Name of the module that it becomes.
        name: String,
        /// Path that tracebacks show.
        path: String,
        /// Its source.
        source: Source,
    },
}

/// The claims of one heuristic about one module, or about all.
#[derive(Debug, Default)]
pub(super) struct Claims(Vec<Claim>);

impl Claims {
    /// A module that is certain to be needed if the one that asks for it is.
    pub(super) fn module(&mut self, name: impl Into<String>, reason: &Reason) {
        self.push(What::Module(name.into()), reason, true);
    }

    /// A module that may be needed.
    pub(super) fn likely(&mut self, name: impl Into<String>, reason: &Reason) {
        self.push(What::Module(name.into()), reason, false);
    }

    /// Anything.
    pub(super) fn push(&mut self, what: What, reason: &Reason, certain: bool) {
        self.0.push(Claim { what, reason: reason.clone(), certain });
    }
}

impl IntoIterator for Claims {
    type Item = Claim;
    type IntoIter = std::vec::IntoIter<Claim>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The reason of a claim that a text of a module makes, on demand as most of them are.
pub(super) fn by_text(from: &str, text: &str, line: u32) -> Reason {
    Reason::new(from, By::Text(text.to_owned())).at(line).under(Guard::Function)
}
