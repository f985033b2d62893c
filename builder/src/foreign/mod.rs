//! Configurations of other freezers, which build as they are.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::spec::Overrides;

mod arguments;
mod auto_py_to_exe;
mod briefcase;
pub mod configuration;
mod failure;
mod message;
mod moved;
pub mod nuitka;
mod place;
mod poetry;
pub mod product;
pub mod pyinstaller;
mod session;
pub mod setup;
mod stand_ins;

/// A build from a configuration that is Python code, or is read by such code.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// The spec, the setup script, or the pyproject.toml.
    pub path: PathBuf,
    /// Options of the command line.
    pub overrides: Overrides,
    /// Arguments for the code, which sees them as `sys.argv[1:]`.
    pub arguments: Vec<OsString>,
}
