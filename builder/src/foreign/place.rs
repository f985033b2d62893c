//! Places in the user's files, for errors about them.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// File and line of the user's code.
pub(super) type Place = (PathBuf, u32);

/// Adds the line of the user's file to an error.
pub(super) fn at(error: Error, place: Option<&Place>) -> Error {
    let Some((file, line)) = place else { return error };
    if error.excerpt.is_some() {
        return error;
    }
    let error = error.at(file, *line);
    match excerpt(file, *line, None) {
        Some(excerpt) => error.excerpt(excerpt),
        None => error,
    }
}

/// Returns `file:line` without folders, as products contain it.
pub(super) fn short((file, line): &Place) -> String {
    format!("{}:{line}", file.file_name().unwrap_or_default().to_string_lossy())
}

/// Returns a line of a file with its place.
pub(super) fn excerpt(file: &Path, line: u32, column: Option<usize>) -> Option<String> {
    let bytes = std::fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let place = format!("{}:{line}", file.display());
    let shown = text.lines().nth((line as usize).checked_sub(1)?)?;
    let gutter = line.to_string().len();
    let mut excerpt = format!("{:gutter$}--> {place}\n{:gutter$} |\n{line} | {}", "", "", shown.trim_end());
    if let Some(column) = column.filter(|c| *c > 0) {
        excerpt += &format!("\n{:gutter$} | {:2$}^", "", "", column - 1);
    }
    Some(excerpt)
}
