//! Errors about the lines of a configuration or a hook.

use std::path::Path;

use super::message::{Event, Raised};
use crate::error::Error;
use crate::foreign::place::{Place, at, excerpt};

/// Returns an error about an event that ends the process unexpectedly.
pub(super) fn of(event: Event, spec: &Path, interpreter: &Path) -> Error {
    match event {
        Event::Refused { message, hint, place } => {
            let error = Error::new(message);
            let error = hint.into_iter().fold(error, Error::hint);
            at(error, place.as_ref())
        }
        Event::Raised(error) => raised(&error, spec, interpreter),
        Event::Exited { code, text, place } => exited(spec, code, text.as_deref(), place.as_ref()),
        _ => unexpected(spec),
    }
}

/// Returns an error about a message that no one waits for.
pub(super) fn unexpected(spec: &Path) -> Error {
    Error::new(format!("the process that runs `{}` sent an unexpected message", spec.display()))
}

/// Returns an error about a process that ended by itself.
pub(super) fn ended(spec: &Path) -> Error {
    let error = Error::new(format!("`{}` ended its process", spec.display()));
    error.hint("the code called `os._exit`, or the interpreter crashed")
}

/// Returns an error about an exception in the user's code.
fn raised(raised: &Raised, spec: &Path, interpreter: &Path) -> Error {
    let Raised { class, text, place, column, missing, deepest } = raised;
    let what = place.as_ref().map_or(spec, |(file, _)| file.as_path());
    let is_syntax = matches!(class.as_str(), "SyntaxError" | "IndentationError" | "TabError");
    let message = if is_syntax {
        format!("`{}` is not valid Python", what.display())
    } else {
        format!("`{}` failed", what.display())
    };
    let cause = if text.is_empty() { class.clone() } else { format!("{class}: {text}") };
    let mut error = Error::new(message).cause(cause);
    if let Some((file, line)) = deepest.as_ref().filter(|d| !is_syntax && Some(*d) != place.as_ref()) {
        error = error.cause(format!("raised in `{}`, line {line}", file.display()));
    }
    if let Some((file, line)) = place {
        error = error.at(file, *line);
        if let Some(excerpt) = excerpt(file, *line, *column) {
            error = error.excerpt(excerpt);
        }
    }
    match (missing, class.as_str()) {
        (Some(module), _) => {
            let package = crate::names::top(module);
            let interpreter = interpreter.display();
            error.hint(format!(
                "install the distribution that provides `{package}` with `{interpreter} -m pip install …`, or name the environment that \
                 has it with `--python`"
            ))
        }
        (None, "EOFError") => error.hint("a build cannot ask for input: pass values as arguments after `--`"),
        _ => error,
    }
}

/// Returns an error about code that ended the process.
fn exited(spec: &Path, code: i64, text: Option<&str>, place: Option<&Place>) -> Error {
    let how = text.map_or_else(|| format!("with code {code}"), |text| format!("with the message: {text}"));
    let what = place.map_or(spec, |(file, _)| file.as_path());
    let error = Error::new(format!("`{}` ended the build {how}", what.display()));
    at(error, place)
}
