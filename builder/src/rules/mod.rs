//! What code cannot reveal: data files, metadata and the rules that are data themselves.

pub(crate) mod implicit;

use crate::analysis::{Graph, Module, Reason, Source};
use crate::error::Warning;

/// Everything that goes into the product, before native dependencies are closed.
#[derive(Debug, Default)]
pub struct Contents {
    /// The module graph.
    pub graph: Graph,
    /// Data files.
    pub data: Vec<Data>,
    /// Native libraries that packages bring or the user named (extension modules are in the graph).
    pub libraries: Vec<Data>,
    /// Environment that rules ask for.
    pub env: Vec<(String, String)>,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// A file that goes into the product as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Path under the root, with `/`.
    pub dest: String,
    /// Where its bytes come from.
    pub source: Source,
    /// Whether it is executable.
    pub executable: bool,
    /// Why it is here.
    pub reason: Reason,
}

impl Contents {
    /// The modules that are native extensions.
    pub fn extensions(&self) -> impl Iterator<Item = &Module> {
        self.graph.modules.values().filter(|m| matches!(m.kind, crate::analysis::Kind::Extension(_)))
    }
}
