//! What the stand-ins for cx_Freeze, py2exe and py2app tell about a product. Paths are absolute.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::place::Place;
use super::super::session::TargetOrder;

/// What the process asks.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Call {
    /// A product that `setup()` describes.
    Setup(Box<SetupCall>),
}

/// A product.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct SetupCall {
    pub(super) place: Option<Place>,
    /// How many further products of the same `setup()` follow.
    pub(super) rest: usize,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    /// `onefile` or `onedir`.
    pub(super) mode: String,
    /// The folder that a onedir product is.
    pub(super) folder: Option<PathBuf>,
    /// The folder for the product.
    pub(super) dist: Option<PathBuf>,
    /// Where the contents are, relative to the executable.
    #[serde(default)]
    pub(super) contents: Option<String>,
    pub(super) programs: Vec<ProgramCall>,
    pub(super) includes: Vec<String>,
    pub(super) excludes: Vec<String>,
    /// Packages to collect with all their modules.
    pub(super) packages: Vec<String>,
    /// Packages whose modules are files.
    pub(super) as_files: Vec<String>,
    /// Folders to search for modules.
    pub(super) path: Vec<PathBuf>,
    /// Package → a further folder of it.
    #[serde(default)]
    pub(super) package_paths: Vec<(String, PathBuf)>,
    pub(super) datas: Vec<FileCall>,
    pub(super) libraries: Vec<FileCall>,
    /// Names of libraries that are not collected.
    pub(super) exclude_binaries: Vec<String>,
    /// Names of libraries of the system that are collected.
    pub(super) include_binaries: Vec<String>,
    pub(super) optimize: u8,
    /// Options of the interpreter.
    pub(super) options: Vec<String>,
    #[serde(default)]
    pub(super) strip: bool,
    pub(super) generated: Vec<Generated>,
    /// Run-time hooks.
    pub(super) hooks: Vec<PathBuf>,
    pub(super) env: BTreeMap<String, String>,
    pub(super) macos: BundleCall,
    /// Options of commands that wrap programs.
    pub(super) packaging: BTreeMap<String, Value>,
}

/// A file or folder, its folder in the product, and the name of a file there.
pub(super) type FileCall = (String, String, Option<String>);

/// A file in Python that the configuration implies.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Generated {
    /// Its name.
    pub(super) name: String,
    /// Its content.
    pub(super) text: String,
    /// What it is for.
    #[serde(rename = "use")]
    pub(super) purpose: Purpose,
}

/// What a generated file is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Purpose {
    /// A module of the program.
    Module,
    /// The script of a program.
    Script,
    /// A run-time hook.
    Hook,
}

/// A program.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ProgramCall {
    pub(super) name: String,
    /// A path, or the name of a generated script.
    pub(super) script: PathBuf,
    pub(super) place: Option<Place>,
    pub(super) console: bool,
    pub(super) icon: Vec<PathBuf>,
    pub(super) manifest: Option<PathBuf>,
    pub(super) manifest_text: Option<String>,
    pub(super) uac: Option<String>,
    #[serde(default)]
    pub(super) uiaccess: bool,
    pub(super) version_info: BTreeMap<String, String>,
    /// Type, name, and content in hexadecimal digits.
    #[serde(default)]
    pub(super) data_resources: Vec<(String, String, String)>,
}

/// An app bundle.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BundleCall {
    pub(super) bundle: Option<bool>,
    pub(super) name: Option<String>,
    pub(super) identifier: Option<String>,
    pub(super) icon: Vec<PathBuf>,
    pub(super) plist: BTreeMap<String, Value>,
    pub(super) sign: Option<String>,
    pub(super) entitlements: Option<PathBuf>,
    pub(super) architectures: Vec<String>,
}

/// The answer to a [`SetupCall`]: where the product is.
#[derive(Debug, Serialize)]
pub(super) struct Built {
    pub(super) product: PathBuf,
    /// The folder of the executables.
    pub(super) folder: PathBuf,
    pub(super) executables: Vec<PathBuf>,
}

/// What the process shall do.
#[derive(Debug, Serialize)]
pub(super) struct Order {
    /// The setup script, or the pyproject.toml.
    pub(super) spec: PathBuf,
    pub(super) arguments: Vec<String>,
    /// Folders with packages for the target, which the script may import last.
    pub(super) search_path: Vec<PathBuf>,
    pub(super) target: TargetOrder,
    /// `name` and `version` of the pyproject.toml beside it.
    pub(super) project: BTreeMap<&'static str, String>,
    /// `[tool.distutils]` of that file.
    pub(super) distutils: Value,
    /// `[tool.cxfreeze]` of that file.
    pub(super) cxfreeze: Value,
    /// Whether that file is built, instead of a script.
    pub(super) is_table: bool,
    /// The line of that table.
    pub(super) line: usize,
}
