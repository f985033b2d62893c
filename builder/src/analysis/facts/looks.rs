//! What a module does with the files of modules: those that it reads, and the folders that it looks into.

use serde::{Deserialize, Serialize};

use super::Origin;

/// One use of the files of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Look {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The module, or something in it, by its dotted name; none if it is not known.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub whose: Option<(Origin, String)>,
    /// What is done.
    #[serde(rename = "k")]
    pub kind: LookKind,
}

/// Kinds of uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::analysis) enum LookKind {
    /// Its source is asked for: `inspect.getsource(f)`.
    Source,
    /// Its file is opened: `open(module.__file__)`.
    File,
    /// The files right in its folder are listed, tested or opened by names that are not known.
    Folder,
    /// The same of all folders below.
    Tree,
    /// The path of its folder is returned or kept, for others to list.
    Handed,
    /// A folder of which nothing is known is listed.
    Anything,
    /// A function or class of the module's own is given to it, as to a decorator.
    Given,
}

/// A function or method of a module, as far as sources are concerned; or a class with all its methods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Function {
    /// It asks for the source of an object.
    pub reads: bool,
    /// What it calls, or names to be called by others.
    pub calls: Vec<(Origin, String)>,
    /// Methods that it calls of objects that are not known.
    pub methods: Vec<String>,
}
