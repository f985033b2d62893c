//! Messages between the builder and the process that runs a spec: one JSON object per line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::session::TargetOrder;
use crate::foreign::place::Place;

/// An entry of a table of contents: name in the product, file, typecode.
pub(super) type Entry = (String, String, String);

/// What the process asks.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Call {
    /// The contents of a program.
    Analysis(Box<AnalysisCall>),
    /// A product, with all that it consists of.
    Product(Box<ProductCall>),
    /// Code after the last product, which a conversion does not run.
    Skipped { place: Place },
}

/// `Analysis(…)`. Paths are absolute.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AnalysisCall {
    pub(super) place: Option<Place>,
    pub(super) scripts: Vec<PathBuf>,
    pub(super) pathex: Vec<PathBuf>,
    /// Folders that the spec added to `sys.path`.
    pub(super) search_path: Vec<PathBuf>,
    /// Files and folders, with their folder in the bundle.
    pub(super) datas: Vec<(String, String)>,
    pub(super) binaries: Vec<(String, String)>,
    pub(super) hiddenimports: Vec<String>,
    pub(super) excludes: Vec<String>,
    pub(super) hookspath: Vec<PathBuf>,
    pub(super) hooksconfig: Value,
    pub(super) runtime_hooks: Vec<PathBuf>,
    pub(super) noarchive: bool,
    /// -1 for that of the interpreter.
    pub(super) optimize: i8,
    /// Package → how its modules are stored.
    pub(super) collection_mode: BTreeMap<String, Value>,
}

/// The answer to [`AnalysisCall`].
#[derive(Debug, Default, Serialize)]
pub(super) struct Tables {
    pub(super) scripts: Vec<Entry>,
    pub(super) pure: Vec<Entry>,
    pub(super) binaries: Vec<Entry>,
    pub(super) datas: Vec<Entry>,
}

/// `EXE(…)` with all files, `COLLECT(…)` or `BUNDLE(…)`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ProductCall {
    /// `onefile` or `onedir`.
    pub(super) mode: String,
    pub(super) name: String,
    /// Folder for the product.
    pub(super) dist: PathBuf,
    pub(super) place: Option<Place>,
    pub(super) programs: Vec<ProgramCall>,
    /// Numbers of the analyses whose contents it has.
    pub(super) analyses: Vec<usize>,
    /// Whether the programs besides the first are small executables that read it. They replace the products
    /// that a spec has made of them before.
    #[serde(default)]
    pub(super) is_merged: bool,
    /// What the spec has removed from these contents.
    pub(super) removed: Removed,
    /// What it has added.
    pub(super) added: Vec<Entry>,
    /// Settings of `COLLECT`.
    pub(super) settings: CollectSettings,
    /// For `BUNDLE`.
    #[serde(default)]
    pub(super) bundle: Option<BundleCall>,
}

/// Names of removed entries.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Removed {
    pub(super) files: Vec<String>,
    pub(super) modules: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct CollectSettings {
    #[serde(default)]
    pub(super) strip: bool,
}

/// `BUNDLE(…)`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct BundleCall {
    pub(super) icon: Vec<PathBuf>,
    pub(super) identifier: Option<String>,
    pub(super) plist: BTreeMap<String, Value>,
    pub(super) version: Option<String>,
}

/// `EXE(…)`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ProgramCall {
    pub(super) name: String,
    /// Run-time hooks, then the scripts, in the order in which they run.
    pub(super) scripts: Vec<PathBuf>,
    /// Options of the interpreter.
    pub(super) options: Vec<String>,
    pub(super) settings: ProgramSettings,
    pub(super) place: Option<Place>,
}

/// Arguments of `EXE`.
#[expect(clippy::struct_excessive_bools, reason = "the arguments of `EXE`")]
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ProgramSettings {
    pub(super) console: Option<bool>,
    #[serde(default)]
    pub(super) debug: Vec<String>,
    #[serde(default)]
    pub(super) icon: Vec<PathBuf>,
    #[serde(default)]
    pub(super) version: Vec<PathBuf>,
    pub(super) version_text: Option<String>,
    /// The strings of this text, for a conversion.
    #[serde(default)]
    pub(super) version_strings: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) manifest: Vec<PathBuf>,
    pub(super) manifest_text: Option<String>,
    #[serde(default)]
    pub(super) uac_admin: bool,
    #[serde(default)]
    pub(super) uac_uiaccess: bool,
    #[serde(default)]
    pub(super) resources: Vec<String>,
    #[serde(default)]
    pub(super) strip: bool,
    pub(super) target_arch: Option<String>,
    pub(super) codesign_identity: Option<String>,
    #[serde(default)]
    pub(super) entitlements_file: Vec<PathBuf>,
    pub(super) hide_console: Option<String>,
    #[serde(default)]
    pub(super) disable_windowed_traceback: bool,
    pub(super) runtime_tmpdir: Option<String>,
    pub(super) contents_directory: Option<String>,
}

/// What the process shall do.
#[derive(Debug, Serialize)]
pub(super) struct Order {
    pub(super) spec: Option<PathBuf>,
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) distpath: PathBuf,
    pub(super) workpath: PathBuf,
    pub(super) cache: PathBuf,
    pub(super) target: TargetOrder,
    /// Whether to convert the spec instead of building it.
    pub(super) convert: bool,
}
