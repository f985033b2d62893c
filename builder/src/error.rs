//! Errors and warnings: what failed, where, and how to fix it.
//!
//! Style: lowercase, no full stop, paths in backticks, ``failed to <verb> <noun> `path` ``, expected and
//! actual values, then a hint with the next thing to try. Nothing here prints; `report.rs` does.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Exit code for an invalid command line.
pub const USAGE: u8 = 2;

/// Result of a phase.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A line of a user's file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Its line, 1-based.
    pub line: u32,
}

/// An error that ends the build.
#[derive(Debug)]
pub struct Error {
    /// One line: what failed.
    pub message: String,
    /// The causes, outermost first.
    pub causes: Vec<String>,
    /// A rendered excerpt of the offending file, if there is one.
    pub excerpt: Option<String>,
    /// The line of a user's file that caused it.
    pub place: Option<Box<Place>>,
    /// The next thing to try.
    pub hint: Option<String>,
    /// Exit code of the process: 1, or 2 for a wrong command line, or 130 after Ctrl-C.
    pub exit_code: u8,
}

impl Error {
    /// Creates an error with a one-line message.
    pub fn new(message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            causes: Vec::new(),
            excerpt: None,
            place: None,
            hint: None,
            exit_code: 1,
        }
    }

    /// Adds a cause, which becomes the innermost.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Error {
        self.causes.push(cause.into());
        self
    }

    /// Adds the next thing to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a rendered excerpt of a file.
    #[must_use]
    pub fn excerpt(mut self, excerpt: impl Into<String>) -> Error {
        self.excerpt = Some(excerpt.into());
        self
    }

    /// Adds the line of the user's file that caused it.
    #[must_use]
    pub fn at(mut self, file: impl Into<PathBuf>, line: u32) -> Error {
        self.place = Some(Box::new(Place { file: file.into(), line }));
        self
    }

    /// Sets the exit code of the process.
    #[must_use]
    pub fn exit_code(mut self, code: u8) -> Error {
        self.exit_code = code;
        self
    }

    /// Puts `message` in front: the operation that failed with this error.
    #[must_use]
    pub fn context(mut self, message: impl Into<String>) -> Error {
        self.causes.insert(0, std::mem::replace(&mut self.message, message.into()));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, "\n  caused by: {cause}")?;
        }
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl<E: StdError> From<E> for Error {
    fn from(error: E) -> Error {
        let mut causes = Vec::new();
        let mut next = error.source();
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        Error { causes, ..Error::new(error.to_string()) }
    }
}

/// Adds the failed operation to an error.
pub trait Context<T> {
    /// Puts a message in front of the error.
    ///
    /// # Errors
    /// The same error, with the message.
    fn context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T>;
}

impl<T, E: Into<Error>> Context<T> for std::result::Result<T, E> {
    fn context<M: Into<String>>(self, message: impl FnOnce() -> M) -> Result<T> {
        self.map_err(|e| e.into().context(message()))
    }
}

/// Information for the user that does not stop the build.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Warning {
    /// One line.
    pub message: String,
    /// The next thing to try.
    pub hint: Option<String>,
    /// Shown only with `-v` and in the report file.
    pub minor: bool,
    /// A part of the program's own code that could not be followed. All such warnings are shown together at
    /// the end.
    #[serde(default)]
    pub unfollowed: bool,
    /// The line of a user's file that caused it.
    #[serde(default)]
    pub place: Option<Place>,
}

impl Warning {
    /// Creates a warning that is shown by default.
    pub fn new(message: impl Into<String>) -> Warning {
        Warning { message: message.into(), hint: None, minor: false, unfollowed: false, place: None }
    }

    /// Creates a warning that is shown only with `-v` and in the report file.
    pub fn minor(message: impl Into<String>) -> Warning {
        Warning { minor: true, ..Warning::new(message) }
    }

    /// Creates a warning about a part of the program's own code that could not be followed, with its file
    /// and line.
    pub fn unfollowed(message: impl Into<String>) -> Warning {
        Warning { unfollowed: true, ..Warning::new(message) }
    }

    /// Adds the next thing to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Warning {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the line of the user's file that caused it.
    #[must_use]
    pub fn at(mut self, file: impl Into<PathBuf>, line: u32) -> Warning {
        self.place = Some(Place { file: file.into(), line });
        self
    }
}
