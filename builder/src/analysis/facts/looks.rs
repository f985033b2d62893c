//! Uses of the files of modules: files that a module reads, and folders that it lists.

use serde::{Deserialize, Serialize};

use super::Origin;

/// One use of the files of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Look {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The module, or an object in it, by its dotted name; `None` if unknown.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<(Origin, String)>,
    /// The kind of use.
    #[serde(rename = "k")]
    pub kind: LookKind,
}

/// Kinds of uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::analysis) enum LookKind {
    /// Reads its source: `inspect.getsource(f)`.
    Source,
    /// Opens its file: `open(module.__file__)`.
    File,
    /// Lists the files directly in its folder, or tests or opens them by unknown names.
    Folder,
    /// The same for all subfolders.
    Tree,
    /// Returns or stores the path of its folder, for other code to list.
    Handed,
    /// Lists an unknown folder.
    Anything,
    /// Passes a function or class of its own to it, as to a decorator.
    Given,
}

/// A function or method of a module, in terms of sources, or a class with all its methods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Function {
    /// Whether it reads the source of an object.
    pub reads: bool,
    /// The functions that it calls or passes on.
    pub calls: Vec<(Origin, String)>,
    /// The methods that it calls on unknown objects.
    pub methods: Vec<String>,
}
