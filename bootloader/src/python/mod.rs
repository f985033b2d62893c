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
mod memory;
mod natives;
mod options;
mod run;

use std::ffi::{CStr, CString, c_void};

use bootloader::archive::setting;

use crate::locate::Program;
use crate::report::{DAMAGED, Failure, UNABLE};

pub(crate) use config::Start;
pub(crate) use run::{Session, set_environment};

/// A loaded libpython.
pub(crate) struct Python {
    /// The minor version: 12 for Python 3.12.
    pub(crate) minor: u8,
    /// Whether it runs without the global interpreter lock.
    pub(crate) free_threaded: bool,
    /// Handle of the library.
    library: *mut c_void,
    api: &'static api::Api,
}

/// The minor version of the embedded Python, as the archive tells it.
pub(crate) fn minor(program: &Program) -> Result<u8, Failure> {
    let version = program.archive.setting(setting::PYTHON).unwrap_or_default();
    let text = String::from_utf8_lossy(version);
    let minor = text.strip_prefix("3.").and_then(|m| m.parse().ok()).filter(|m| (9..100).contains(m));
    minor.ok_or_else(|| Failure::new(DAMAGED, format!("the archive names an unknown python: `{text}`")))
}

impl Python {
    /// Takes over libpython, which is loaded already.
    pub(crate) fn new(program: &Program, library: *mut c_void) -> Result<Python, Failure> {
        let minor = minor(program)?;
        let abiflags = program.archive.setting(setting::ABIFLAGS).unwrap_or_default();
        let api = Box::leak(Box::new(api::Api::load(library).map_err(missing)?));
        Ok(Python { minor, free_threaded: abiflags.contains(&b't'), library, api })
    }
}

fn missing(name: &'static str) -> Failure {
    Failure::new(UNABLE, format!("failed to find `{name}` in libpython"))
}

/// Text for C: up to the first NUL.
fn c_string(bytes: &[u8]) -> CString {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    CString::new(&bytes[..end]).unwrap_or_default()
}

/// A name of Python's as C text, for calls that take names known here.
fn name(text: &'static CStr) -> *const std::ffi::c_char {
    text.as_ptr()
}
