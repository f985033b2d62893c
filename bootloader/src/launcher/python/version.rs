//! Compares the version in the archive with the version that libpython reports.

use std::ffi::{CStr, c_char, c_void};
use std::fmt;

use freeze_archive::setting;

use crate::launcher::locate::Program;
use crate::launcher::os;
use crate::launcher::report::{DAMAGED, Failure, wrong};

/// The properties that determine the functions of libpython and the layout of its structs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// 12 for Python 3.12.
    pub(super) minor: u8,
    /// Whether it runs without the global interpreter lock.
    pub(super) free_threaded: bool,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}{}", self.minor, if self.free_threaded { "t" } else { "" })
    }
}

impl Version {
    /// Returns the version in the archive.
    pub(super) fn named(program: &Program) -> Result<Version, Failure> {
        let version = program.archive.setting(setting::PYTHON).unwrap_or_default();
        let minor = std::str::from_utf8(version).ok().and_then(|v| v.strip_prefix("3.")?.parse().ok());
        let minor = minor.filter(|minor| (9..100).contains(minor)).ok_or_else(|| wrong("python", version))?;
        let flags = program.archive.setting(setting::ABIFLAGS).unwrap_or_default();
        match flags {
            b"" | b"d" => Ok(Version { minor, free_threaded: false }),
            b"t" | b"td" => Ok(Version { minor, free_threaded: true }),
            _ => Err(wrong("abiflags", flags)),
        }
    }

    /// Parses the version in the result of `Py_GetVersion`:
    /// `3.13.0 experimental free-threading build (main, …`.
    fn parse(text: &str) -> Option<Version> {
        let number = text.split(' ').next()?;
        let minor = number.strip_prefix("3.")?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        Some(Version { minor, free_threaded: text.contains("free-threading build") })
    }

    /// Checks that a libpython has this version. Must be called before anything else in it, because the
    /// version determines how to use it.
    ///
    /// # Errors
    /// The library has another version, or is not a libpython.
    pub(super) fn check(self, library: *mut c_void) -> Result<(), Failure> {
        let function = os::symbol(library, c"Py_GetVersion");
        if function.is_null() {
            return Err(Failure::new(
                DAMAGED,
                "this executable is damaged: its libpython has no `Py_GetVersion`",
            )
            .hint("copy or download it again"));
        }
        // SAFETY: the signature is that of Python's headers in every version, and it may be called before
        // Python is initialized.
        let text = unsafe {
            let function =
                std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> *const c_char>(function);
            function()
        };
        // SAFETY: null, or a static text.
        let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_string_lossy());
        let text = text.unwrap_or_default();
        match Version::parse(&text) {
            Some(found) if found == self => Ok(()),
            Some(found) => Err(self.differs(&found.to_string())),
            None => Err(self.differs(&text)),
        }
    }

    fn differs(self, found: &str) -> Failure {
        let message = format!("this program is for Python {self}, but its libpython is Python {found}");
        Failure::new(DAMAGED, message).hint("copy it again with all its files, or build it again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_python_says() {
        for (text, expected) in [
            ("3.9.18 (main, May  9 2026, 10:00:00) \n[GCC 12.2.0]", "3.9"),
            ("3.12.1 (main, May  9 2026, 10:00:00) [GCC 12.2.0]", "3.12"),
            ("3.13.0 experimental free-threading build (main, Oct 1 2024) [GCC 12.2.0]", "3.13t"),
            ("3.14.0 free-threading build (main, Oct 7 2025) [Clang 20.1.4 ]", "3.14t"),
            ("3.15.0a2+ (heads/main:0123456, Nov 1 2025) [GCC 12.2.0]", "3.15"),
        ] {
            assert_eq!(Version::parse(text).unwrap().to_string(), expected);
        }
        for text in ["", "3.", "2.7.18", "4.1.0", "3.999.1", "libcrypto"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn both_versions_are_named() {
        let failure = Version { minor: 13, free_threaded: true }.differs("3.12");
        assert!(failure.message.contains("3.13t") && failure.message.contains("3.12"), "{}", failure.message);
        assert_eq!(failure.code, DAMAGED);
    }
}
