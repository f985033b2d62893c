//! The embedded Python: its library, configuration, start and end.

mod api;
mod collector;
mod config;
mod events;
mod frozen;
#[cfg(test)]
mod headers;
mod hidden;
mod interpreters;
mod layout;
mod libraries;
mod memory;
mod natives;
mod objects;
mod options;
mod place;
mod run;
mod state;
mod version;

use std::ffi::{CStr, c_void};

use crate::launcher::locate::Program;
use crate::launcher::report::{Failure, UNABLE};

pub(crate) use config::Start;
pub(crate) use run::{Session, set_environment};
use version::Version;

/// A loaded libpython.
pub(crate) struct Python {
    version: Version,
    /// Handle of the library.
    library: *mut c_void,
    api: &'static api::Api,
}

/// Checks that the archive specifies a version of Python.
pub(crate) fn check_version(program: &Program) -> Result<(), Failure> {
    Version::named(program).map(drop)
}

impl Python {
    /// Wraps a libpython that is already loaded.
    pub(crate) fn new(program: &Program, library: *mut c_void) -> Result<Python, Failure> {
        let version = Version::named(program)?;
        version.check(library)?;
        let api = Box::leak(Box::new(api::Api::load(library).map_err(missing)?));
        Ok(Python { version, library, api })
    }
}

fn missing(name: &'static str) -> Failure {
    Failure::new(UNABLE, format!("failed to find `{name}` in libpython"))
}

/// Returns a name of Python as C text, for calls with names that are known at compile time.
fn name(text: &'static CStr) -> *const std::ffi::c_char {
    text.as_ptr()
}
