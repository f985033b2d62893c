//! What the program's own modules say of their own names and files: strings, and paths that are put together.

use serde::{Deserialize, Serialize};

/// What one module of the program's own says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::analysis) struct Own {
    /// Strings that may be names of modules or files.
    pub texts: Vec<Text>,
    /// Words with a dot in longer strings: settings that it holds, sources that it runs.
    pub words: Vec<(u32, String)>,
    /// Paths of which something is known.
    pub paths: Vec<OwnPath>,
    /// It lists the files of some folder.
    pub lists: bool,
    /// It runs code that it has from somewhere: `exec(text)`, `compile(text, …)`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub runs_texts: bool,
    /// It knows `sys._MEIPASS`, where PyInstaller's programs find their data.
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
    /// The path that it is a part of: its place in [`Own::paths`].
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub path: Option<u32>,
}

/// A path, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) struct OwnPath {
    /// Line, 1-based.
    #[serde(rename = "l")]
    pub line: u32,
    /// What it counts from.
    #[serde(rename = "b")]
    pub base: Base,
    /// Its parts, with `*` for what is not known of one and `..` for what goes up.
    #[serde(rename = "p")]
    pub parts: Vec<String>,
    /// What it is used for.
    #[serde(rename = "u")]
    pub usage: Usage,
    /// It counts from `sys.argv[0]`, which is the executable once the program is frozen.
    #[serde(rename = "c", default, skip_serializing_if = "std::ops::Not::not")]
    pub by_command: bool,
}

/// What a path counts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Base {
    /// The folder of the module.
    Module,
    /// The folder of the program: `sys._MEIPASS`, `sys.path[0]`, that of `sys.argv[0]`.
    Program,
    /// Something that is not known, as in `os.path.join(folder, "a.png")`.
    Unknown,
}

/// What a path is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::analysis) enum Usage {
    /// It is read, listed, given to others: whatever needs what lies there.
    Read,
    /// It is made by the program.
    Written,
    /// It is put on the search path.
    Searched,
    /// It is not a path for certain: the arguments of a call, one after the other.
    Perhaps,
}
