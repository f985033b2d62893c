//! The embedded Python: its library, its configuration, its start and its end.

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

/// Checks that the archive names a version of Python.
pub(crate) fn check_version(program: &Program) -> Result<(), Failure> {
    Version::named(program).map(drop)
}

impl Python {
    /// Takes over libpython, which is loaded already.
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

/// A name of Python's as C text, for calls that take names known here.
fn name(text: &'static CStr) -> *const std::ffi::c_char {
    text.as_ptr()
}
