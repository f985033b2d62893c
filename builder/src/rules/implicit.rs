//! Modules that the interpreter and its C code import by name, and names that exist only elsewhere, from
//! implicit.toml.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::{Context, Result};

/// The content of implicit.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Implicit {
    /// Modules that every application contains.
    pub interpreter: Interpreter,
    /// Module → modules that its C code imports, or its Python code in a way that the analysis does not
    /// detect.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Module → modules that are not collected for its guarded imports: self-tests, interactive help,
    /// fallbacks for interpreters without the C version.
    #[serde(rename = "no-follow")]
    pub no_follow: BTreeMap<String, Vec<String>>,
    /// Names that exist only on other platforms or implementations, and cause no warning.
    pub absent: Absent,
    /// Which entry points are followed.
    #[serde(rename = "entry-points")]
    pub entry_points: EntryPoints,
    /// Files that are searched for names of modules.
    pub data: Named,
    /// Files beside the program's own modules that are not collected or read unless requested.
    #[serde(rename = "own-files")]
    pub own_files: OwnFiles,
    /// Libraries for GObject introspection.
    pub typelibs: Typelibs,
}

impl Implicit {
    /// Returns the modules that are not collected for the guarded imports of a module.
    pub(crate) fn unwanted(&self, module: &str) -> &[String] {
        self.no_follow.get(module).map_or(&[], Vec::as_slice)
    }
}

/// Entry points for tools.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryPoints {
    /// Patterns of groups that only installers and build tools read.
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
    /// Names of files that only tools read.
    pub others: Vec<String>,
}

/// Libraries for GObject introspection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typelibs {
    /// Patterns of those that stay with the host.
    pub host: Vec<String>,
}

/// Classification of files in the folders of programs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct OwnFiles {
    /// Names of folders that do not belong to the program, with `*`. Hidden folders are skipped as well.
    pub folders: Vec<String>,
    /// Names of folders directly in the program's folder that tools create.
    pub outputs: Vec<String>,
    /// Names of files that contain secrets, with `*`.
    pub secrets: Vec<String>,
    /// Suffixes of files that name modules, without the dot.
    pub configurations: Vec<String>,
    /// Suffixes of other files that are searched for names of files.
    pub texts: Vec<String>,
    /// Suffixes of code and of files that tools generate, without the dot. They are skipped in a folder
    /// that the program names.
    pub code: Vec<String>,
}

/// Modules that the interpreter needs regardless of the program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interpreter {
    /// Modules.
    pub modules: Vec<String>,
    /// Packages whose modules are all needed.
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
/// The table is malformed, which a test excludes.
pub(crate) fn load() -> Result<Implicit> {
    toml::from_str(include_str!("implicit.toml")).context(|| "failed to read the embedded `implicit.toml`")
}
