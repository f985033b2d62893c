//! What heuristics ask for.

use std::path::PathBuf;

use super::graph::{By, Depth, Guard, Need, OpenedLibrary, Reason, Source};
use super::world::resolve::Folder;
use crate::error::Warning;

/// Something that a heuristic says belongs into the product.
#[derive(Debug)]
pub(super) struct Claim {
    pub what: What,
    pub reason: Reason,
    /// How surely it is needed if the module that asks for it is.
    pub need: Need,
}

/// Kinds of claims.
#[derive(Debug)]
pub(super) enum What {
    /// A module, if there is one of this name.
    Module(String),
    /// A package whose folder is listed: its modules are files too.
    Listed {
        /// Its dotted name.
        package: String,
        /// How far down.
        depth: Depth,
    },
    /// The source of a module, if it is in the product.
    Source {
        /// Its dotted name.
        module: String,
        /// How it is read.
        access: Access,
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

/// How code reads a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    /// It asks the module's loader.
    Loader,
    /// It opens the file.
    File,
}

/// The claims of one heuristic about one module, or about all.
#[derive(Debug, Default)]
pub(super) struct Claims(Vec<Claim>);

impl Claims {
    /// A module that is certain to be needed if the one that asks for it is.
    pub(super) fn module(&mut self, name: impl Into<String>, reason: &Reason) {
        self.named(name, Need::Certain, reason);
    }

    /// A module that may be needed.
    pub(super) fn likely(&mut self, name: impl Into<String>, reason: &Reason) {
        self.named(name, Need::Likely, reason);
    }

    /// A module that is needed so surely.
    pub(super) fn named(&mut self, name: impl Into<String>, need: Need, reason: &Reason) {
        self.0.push(Claim { what: What::Module(name.into()), reason: reason.clone(), need });
    }

    /// Anything else.
    pub(super) fn push(&mut self, what: What, reason: &Reason) {
        self.0.push(Claim { what, reason: reason.clone(), need: Need::Certain });
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
