//! What the interpreter and its C code import by name, and names that only exist elsewhere: read from implicit.toml.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Context, Result};

/// The content of implicit.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Implicit {
    /// What every product holds.
    pub interpreter: Interpreter,
    /// Module → modules that its C code (or its code in a way that analysis does not see) imports.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Module → modules that its guarded imports do not bring in: self-tests, interactive help, fallbacks for
    /// interpreters without the C version.
    #[serde(rename = "no-follow")]
    pub no_follow: BTreeMap<String, Vec<String>>,
    /// Names that exist on other platforms or implementations only: nobody is warned of them.
    pub absent: Absent,
    /// Which entry points are followed.
    #[serde(rename = "entry-points")]
    pub entry_points: EntryPoints,
    /// Which files are looked at for names of modules.
    pub data: Named,
    /// Which files beside the program's own modules are never taken unasked, or looked into.
    #[serde(rename = "own-files")]
    pub own_files: OwnFiles,
}

impl Implicit {
    /// What the guarded imports of a module do not bring in.
    pub(crate) fn unwanted(&self, module: &str) -> &[String] {
        self.no_follow.get(module).map_or(&[], Vec::as_slice)
    }
}

/// What of entry points is for tools.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryPoints {
    /// Patterns of groups that installers and builders read, not programs.
    pub tools: Vec<String>,
}

/// Files among the data of packages that may name modules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    /// Suffixes of pickles, without the dot.
    pub pickles: Vec<String>,
    /// Suffixes of texts, without the dot.
    pub texts: Vec<String>,
    /// Names of files that tools read, not programs.
    pub others: Vec<String>,
}

/// What is known of files in the folders of programs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct OwnFiles {
    /// Names of folders that hold nothing of the program, with `*`; hidden ones are left out too.
    pub folders: Vec<String>,
    /// Names of folders right in that of the program that tools make.
    pub outputs: Vec<String>,
    /// Names of files that hold secrets, with `*`.
    pub secrets: Vec<String>,
    /// Suffixes of files that name modules, without the dot.
    pub configurations: Vec<String>,
    /// Suffixes of further files that are read for the names of others.
    pub texts: Vec<String>,
    /// Suffixes of code and of what tools leave, without the dot: a folder that is named does not bring them.
    pub code: Vec<String>,
}

/// What the interpreter needs before and besides the program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interpreter {
    /// Modules.
    pub modules: Vec<String>,
    /// Packages all of whose modules are needed.
    pub submodules: Vec<String>,
}

/// Names that exist elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Absent {
    /// Top-level names.
    pub modules: Vec<String>,
}

/// Reads the embedded table.
///
/// # Errors
/// It is malformed, which a test excludes.
pub(crate) fn load() -> Result<Implicit> {
    toml::from_str(include_str!("implicit.toml")).context(|| "failed to read the embedded `implicit.toml`")
}
