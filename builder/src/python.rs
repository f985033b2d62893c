//! The target interpreter: asked once, without its `site` customisations running twice, and cached.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::target::Target;

/// What is known of the target interpreter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Python {
    /// The interpreter, as it is started to compile.
    pub executable: PathBuf,
    /// Major, minor, micro.
    pub version: (u8, u8, u8),
    /// `sys.abiflags`: empty, `t`, `d`, `td`.
    pub abiflags: String,
    /// The platform it runs on.
    pub target: Target,
    /// `sys.prefix`: of the venv, if it is one.
    pub prefix: PathBuf,
    /// `sys.base_prefix`.
    pub base_prefix: PathBuf,
    /// `sys.base_exec_prefix`.
    pub base_exec_prefix: PathBuf,
    /// Folder of the standard library.
    pub stdlib: PathBuf,
    /// Folder of the standard library's extension modules.
    pub dynload: PathBuf,
    /// `sys.path` as the program would see it, without the script's own folder: files of `.pth` done.
    pub search_path: Vec<PathBuf>,
    /// `importlib.machinery.EXTENSION_SUFFIXES`, in order.
    pub extension_suffixes: Vec<String>,
    /// `importlib.util.MAGIC_NUMBER`.
    pub magic: [u8; 4],
    /// `sys.implementation.cache_tag`, as in `cpython-312`.
    pub cache_tag: String,
    /// `sys.builtin_module_names`.
    pub builtin_modules: Vec<String>,
    /// Modules frozen into the interpreter itself (`_imp.is_frozen`), with whether it is a package.
    pub frozen_modules: Vec<(String, bool)>,
    /// The shared libpython, resolved to a file.
    pub libpython: Option<PathBuf>,
    /// `sysconfig.get_config_var("SOABI")`.
    pub soabi: Option<String>,
    /// Top-level names that finders of editable installs (PEP 660) map to a folder or file.
    pub editable: Vec<(String, PathBuf)>,
    /// `platform.machine()`, for environment markers.
    pub machine: String,
    /// `sys.version`, for the report.
    pub version_text: String,
}
