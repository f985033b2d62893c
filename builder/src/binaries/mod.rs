//! Native files: their dependencies closed, their search paths mended, their debug sections removed.

use std::path::PathBuf;

use crate::analysis::Reason;
use crate::error::Warning;

/// The native files of the product.
#[derive(Debug, Default)]
pub struct Natives {
    /// All of them, sorted by [`Native::dest`].
    pub files: Vec<Native>,
    /// Symbolic links between them: path under the root → target relative to the link's folder.
    pub links: Vec<(String, String)>,
    /// Path under the root of libpython.
    pub libpython: Option<String>,
    /// Highest glibc version that a collected file needs, and the file (path under the root).
    pub glibc: Option<((u32, u32), String)>,
    /// Libraries that stay with the host: soname, and who needs them first.
    pub host: Vec<(String, String)>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// A native file that goes into the product.
#[derive(Clone, Debug)]
pub struct Native {
    /// Path under the root, with `/`.
    pub dest: String,
    /// The file it comes from.
    pub source: PathBuf,
    /// The file to ship, stripped and mended, in the builder's store; equals `source` where nothing changed.
    pub prepared: PathBuf,
    /// Paths under the root of the libraries to load before this one, dependencies first, where its own
    /// search path does not find them. (For memory extraction the launcher uses `needs`.)
    pub preload: Vec<String>,
    /// Paths under the root of all bundled libraries that it needs, transitively, dependencies first.
    pub needs: Vec<String>,
    /// Whether it is an executable, not a library.
    pub program: bool,
    /// Why it is here, the first found first.
    pub reasons: Vec<Reason>,
}
