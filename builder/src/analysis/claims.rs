//! The claims of heuristics.

use std::path::PathBuf;

use super::graph::{By, Depth, Guard, Need, OpenedLibrary, Reason, Source};
use super::world::resolve::Folder;
use crate::error::Warning;

/// Something that a heuristic wants to collect.
#[derive(Debug)]
pub(super) struct Claim {
    pub what: What,
    pub reason: Reason,
    /// Certainty that it is needed, given that the requesting module is.
    pub need: Need,
}

/// Kinds of claims.
#[derive(Debug)]
pub(super) enum What {
    /// A module, if one of this name exists.
    Module(String),
    /// A package whose folder is listed, so its modules are also files.
    Listed {
        /// Its dotted name.
        package: String,
        /// The depth of the listing.
        depth: Depth,
    },
    /// The source of a module, if the module is collected.
    Source {
        /// Its dotted name.
        module: String,
        /// How code reads it.
        access: Access,
    },
    /// A folder that contains only data, regardless of file names.
    Tree {
        /// Its dotted name, which determines its path under the root.
        name: String,
        /// Path on the build machine.
        folder: PathBuf,
    },
    /// A file of the program's own.
    File {
        /// Path on the build machine.
        path: PathBuf,
        /// Destination, with `/`. Relative to the folder of the program, which it may leave with `..`, or
        /// to the root of the bundle if it begins with `/`.
        dest: String,
    },
    /// A library that is left out although code may load it. Causes a warning unless the library is
    /// collected in the end.
    LeftOut {
        /// Its path under the root.
        library: String,
        /// The warning for the user.
        warning: Warning,
    },
    /// A module that runs as main, in this process or in a child: imports that it runs only then count as
    /// well.
    Main(String),
    /// A folder that is searched for modules.
    Searched(Folder),
    /// A folder in the `__path__` of a package.
    Portion {
        /// The package.
        package: String,
        /// The folder.
        folder: Folder,
    },
    /// A native library that is opened by name.
    Library(OpenedLibrary),
    /// A description of a library for GObject introspection.
    Typelib {
        /// Its name: `Gtk-3.0`.
        name: String,
        /// Path on the build machine.
        path: PathBuf,
    },
    /// A part of the program's own code that could not be followed.
    Unfollowed(Warning),
    /// Code that runs before the entry point, as a runtime hook.
    Startup {
        /// The name of its module.
        name: String,
        /// The path in tracebacks.
        path: String,
        /// Its source.
        source: Source,
    },
}

/// How code reads a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Access {
    /// Through the module's loader.
    Loader,
    /// By opening the file.
    File,
}

/// The claims of one heuristic about one module, or about all modules.
#[derive(Debug, Default)]
pub(super) struct Claims(Vec<Claim>);

impl Claims {
    /// Adds a module that is certainly needed if the requesting module is.
    pub(super) fn module(&mut self, name: impl Into<String>, reason: &Reason) {
        self.named(name, Need::Certain, reason);
    }

    /// Adds a module that may be needed.
    pub(super) fn likely(&mut self, name: impl Into<String>, reason: &Reason) {
        self.named(name, Need::Likely, reason);
    }

    /// Adds a module with the given need.
    pub(super) fn named(&mut self, name: impl Into<String>, need: Need, reason: &Reason) {
        self.0.push(Claim { what: What::Module(name.into()), reason: reason.clone(), need });
    }

    /// Removes modules.
    pub(super) fn remove(&mut self, is_unwanted: impl Fn(&str) -> bool) {
        self.0.retain(|claim| !matches!(&claim.what, What::Module(name) if is_unwanted(name)));
    }

    /// Adds any other claim.
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

/// Returns the reason for a claim from a text of a module. The guard is that of a function, because most
/// such modules are imported on demand.
pub(super) fn by_text(from: &str, text: &str, line: u32) -> Reason {
    Reason::new(from, By::Text(text.to_owned())).at(line).under(Guard::Function)
}
