//! Names and files in the program's own modules: strings, and computed paths.

use serde::{Deserialize, Serialize};

/// The names and files of one module of the program's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::analysis) struct Own {
    /// Strings that may be names of modules or files.
    pub texts: Vec<Text>,
    /// Words with a dot in longer strings: settings, or sources that it runs.
    pub words: Vec<(u32, String)>,
    /// Paths that are at least partly known.
    pub paths: Vec<OwnPath>,
    /// Whether it lists the files of some folder.
    pub lists: bool,
    /// Whether it runs code from some text: `exec(text)`, `compile(text, …)`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub runs_texts: bool,
    /// Whether it uses `sys._MEIPASS`, where programs frozen by PyInstaller find their data.
    pub meipass: bool,
}

/// A string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct Text {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The string.
    #[serde(rename = "t")]
    pub text: String,
    /// The path that it is a part of: its index in [`Own::paths`].
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub path: Option<u32>,
}

/// The known parts of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct OwnPath {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// The base of the path.
    #[serde(rename = "b")]
    pub base: Base,
    /// Its parts, with `*` for unknown text and `..` for parent folders.
    #[serde(rename = "p")]
    pub parts: Vec<String>,
    /// The use of the path.
    #[serde(rename = "u")]
    pub usage: Usage,
    /// Whether it is relative to `sys.argv[0]`, which is the executable once the program is frozen.
    #[serde(rename = "c", default, skip_serializing_if = "std::ops::Not::not")]
    pub by_command: bool,
}

/// The base of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Base {
    /// The folder of the module.
    Module,
    /// The folder of the program: `sys._MEIPASS`, `sys.path[0]`, the folder of `sys.argv[0]`.
    Program,
    /// An unknown base, as in `os.path.join(folder, "a.png")`.
    Unknown,
}

/// The use of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Usage {
    /// Read, listed, or passed on: its content is needed.
    Read,
    /// Created by the program.
    Written,
    /// Added to the search path.
    Searched,
    /// Not certainly a path: the arguments of a call, one after the other.
    Perhaps,
}
