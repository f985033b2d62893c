//! Other ways to code than imports: folders that a module has searched, what it runs, and libraries that it opens.

use serde::{Deserialize, Serialize};

use super::own::Base;
use crate::analysis::graph::LibraryName;

/// A folder in which a module has others looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Searched {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// What looks there.
    #[serde(rename = "w")]
    pub way: Way,
    /// The folder.
    #[serde(rename = "p")]
    pub place: Place,
    /// Whether only a module that is run as main does so.
    #[serde(rename = "m", default, skip_serializing_if = "std::ops::Not::not")]
    pub main: bool,
}

/// What looks into a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Way {
    /// `sys.path`.
    Path,
    /// `site.addsitedir`, which obeys `.pth` files too.
    Site,
    /// `__path__` of the module itself.
    Package,
    /// `PathFinder.find_spec(name, [folder])`.
    Name(String),
}

/// A path that counts from something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Place {
    /// What it counts from.
    #[serde(rename = "b")]
    pub base: Base,
    /// Its parts, with `*` for what is not known of one and `..` for what goes up; none for a module's own file.
    #[serde(rename = "p")]
    pub parts: Vec<String>,
}

/// Something that a module runs as main, in its own process or in a child.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Started {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// What it is.
    #[serde(rename = "w")]
    pub what: Main,
}

/// What may run as main.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Main {
    /// A module, by a name that counts from the package of the module where it begins with a dot.
    Module(String),
    /// A script or a folder with a `__main__.py`.
    Script(Place),
    /// Code in an argument (`-c`) or on the standard input: the modules that it imports, as far as it is known.
    Code(Vec<String>),
    /// The module itself.
    Own,
    /// A module whose name is not known.
    Unknown,
}

/// A program that a module starts or looks for by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Program {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// Its name, without a folder.
    #[serde(rename = "n")]
    pub name: String,
    /// How it is found.
    #[serde(rename = "w")]
    pub by: Lookup,
}

/// How a program is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Lookup {
    /// `shutil.which(name)`.
    Which,
    /// The first word of a command.
    Command,
    /// In `sysconfig.get_path("scripts")`; the name is not known.
    Scripts,
}

/// A native library that a module opens, or looks for, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Opened {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// Its name.
    #[serde(rename = "n")]
    pub name: LibraryName,
}
