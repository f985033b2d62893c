//! Code that a module uses without imports: searched folders, started modules and scripts, and opened
//! libraries.

use serde::{Deserialize, Serialize};

use super::own::Base;
use crate::analysis::graph::LibraryName;

/// A folder that a module adds to the searched ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Searched {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The kind of search.
    #[serde(rename = "w")]
    pub way: Way,
    /// The folder.
    #[serde(rename = "p")]
    pub place: Place,
    /// Whether this happens only if the module runs as main.
    #[serde(rename = "m", default, skip_serializing_if = "std::ops::Not::not")]
    pub main: bool,
}

/// A kind of search in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Way {
    /// `sys.path`.
    Path,
    /// `site.addsitedir`, which also processes `.pth` files.
    Site,
    /// `__path__` of the module itself.
    Package,
    /// `PathFinder.find_spec(name, [folder])`.
    Name(String),
}

/// A path with a base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Place {
    /// The base of the path.
    #[serde(rename = "b")]
    pub base: Base,
    /// Its parts, with `*` for unknown text and `..` for parent folders; empty for a module's own file.
    #[serde(rename = "p")]
    pub parts: Vec<String>,
}

/// A module, script or code that a module runs as main, in its own process or in a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Started {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The started code.
    #[serde(rename = "w")]
    pub what: Main,
}

/// Code that may run as main.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Main {
    /// A module. A name with a leading dot is relative to the package of the module.
    Module(String),
    /// A script or a folder with a `__main__.py`.
    Script(Place),
    /// Code in an argument (`-c`) or on the standard input: the known modules that it imports.
    Code(Vec<String>),
    /// The module itself.
    Own,
    /// A module with an unknown name.
    Unknown,
}

/// A program that a module starts or searches for by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Program {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// Its name, without a folder.
    #[serde(rename = "n")]
    pub name: String,
    /// How the module finds it.
    #[serde(rename = "w")]
    pub by: Lookup,
}

/// How a module finds a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Lookup {
    /// `shutil.which(name)`.
    Which,
    /// The first word of a command.
    Command,
    /// In `sysconfig.get_path("scripts")`, with an unknown name.
    Scripts,
}

/// A native library that a module opens, or searches for, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Opened {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// Its name.
    #[serde(rename = "n")]
    pub name: LibraryName,
}
