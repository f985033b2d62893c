//! Packs the contents: code objects, data and native files become compressed blobs and an index.

pub mod marshal;

use std::path::PathBuf;

/// A packed archive: the plan of `bootloader::archive` and the stored bytes of each blob.
#[derive(Debug)]
pub struct Packed {
    /// Offsets, index and footer.
    pub plan: bootloader::archive::Plan,
    /// Stored bytes of the blobs, in order.
    pub blobs: Vec<Stored>,
    /// Onedir: files to lie beside the executable.
    pub beside: Vec<Beside>,
    /// Numbers for the summary.
    pub totals: Totals,
}

/// The stored bytes of a blob.
#[derive(Clone, Debug)]
pub enum Stored {
    /// In memory.
    Bytes(std::sync::Arc<[u8]>),
    /// In a file of the builder's store, whole.
    File(PathBuf),
}

/// A file of a onedir bundle.
#[derive(Clone, Debug)]
pub struct Beside {
    /// Path under the contents folder, with `/`.
    pub dest: String,
    /// Its content.
    pub content: Stored,
    /// Whether it is executable.
    pub executable: bool,
    /// A symbolic link: its target; `content` is then empty.
    pub link: Option<String>,
}

/// Numbers for the summary.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Python modules, extensions included.
    pub modules: usize,
    /// Native libraries and extension modules.
    pub libraries: usize,
    /// Data files.
    pub data: usize,
}
