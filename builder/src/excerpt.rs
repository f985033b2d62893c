//! Lines of the user's files in errors, with a mark below what is wrong.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::error::Error;

/// Width of an excerpt, in columns.
const WIDTH: usize = 110;

/// Returns the line of a text that contains a span, with a mark and a label below the span.
pub(crate) fn marked(text: &str, path: &Path, span: Range<usize>, label: &str) -> String {
    let start = span.start.min(text.len());
    // A span of several lines (an open string, an array) is shown by its first line.
    let line_end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let span = start..span.end.clamp(start, line_end.max(start));
    let annotation = AnnotationKind::Primary.span(span).label(label);
    let current = std::env::current_dir().ok();
    let path = current.and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
    let snippet = Snippet::source(text).path(path.display().to_string()).annotation(annotation);
    let report = [Group::with_level(Level::ERROR).element(snippet)];
    Renderer::plain().term_width(WIDTH).render(&report)
}

/// Adds a line of a file to an error, 1-based, with a mark below what the message or a cause quotes, or else below the
/// whole line.
pub(crate) fn at_line(error: Error, path: &Path, line: u32) -> Error {
    let Some(text) = read(path) else { return error.at(path, line) };
    let Some(span) = span_of_line(&text, line) else { return error.at(path, line) };
    let within = &text[span.clone()];
    let part = quoted(&error).find_map(|word| within.find(word).map(|at| at..at + word.len()));
    let part = part.map_or(span.clone(), |part| span.start + part.start..span.start + part.end);
    let excerpt = marked(&text, path, part, "");
    error.at(path, line).excerpt(excerpt)
}

/// Adds the first line of a file that contains a text to an error, with a mark below the text.
pub(crate) fn at_text(error: Error, path: &Path, wanted: &str) -> Error {
    let Some(text) = read(path) else { return error };
    let Some(start) = text.find(wanted).filter(|_| !wanted.is_empty()) else { return error };
    let line = u32::try_from(text[..start].matches('\n').count() + 1).unwrap_or(u32::MAX);
    let excerpt = marked(&text, path, start..start + wanted.len(), "");
    error.at(path, line).excerpt(excerpt)
}

/// Adds the first line of a file that contains what the hint of an error quotes, with a mark below it.
pub(crate) fn at_hint(error: Error, path: &Path) -> Error {
    let Some(text) = read(path) else { return error };
    let hint = error.hint.clone().unwrap_or_default();
    let mut words = hint.split('`').skip(1).step_by(2);
    match words.find(|word| !word.is_empty() && text.contains(word)) {
        Some(word) if error.excerpt.is_none() => at_text(error, path, word),
        _ => error,
    }
}

/// Adds the line of a spec to an error. `place` is its name and line without folders, as in `app.spec:3`.
pub(crate) fn in_spec(error: Error, spec: Option<&Path>, place: &str) -> Error {
    let named = place.rsplit_once(':').and_then(|(name, line)| Some((name, line.parse::<u32>().ok()?)));
    match (spec, named) {
        (Some(spec), Some((name, line))) if spec.file_name().is_some_and(|own| own == name) => {
            at_line(error, spec, line)
        }
        _ => error,
    }
}

fn read(path: &Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the words in backticks in the message and the causes of an error.
fn quoted(error: &Error) -> impl Iterator<Item = &str> {
    let texts = std::iter::once(&error.message).chain(&error.causes);
    texts.flat_map(|text| text.split('`').skip(1).step_by(2)).filter(|word| !word.is_empty())
}

/// Returns the part of a text that is a line without the spaces around it.
fn span_of_line(text: &str, line: u32) -> Option<Range<usize>> {
    let mut start = 0;
    for (number, content) in (1..).zip(text.split_inclusive('\n')) {
        if number == line {
            let trimmed = content.trim();
            let ahead = content.len() - content.trim_start().len();
            return Some(start + ahead..start + ahead + trimmed.len());
        }
        start += content.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_message_quotes_is_marked() {
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("app.spec");
        std::fs::write(&spec, "[app]\r\n  entry = \"a.b:c\"\n").unwrap();
        let shown = |message: &str, place: &str| in_spec(Error::new(message), Some(&spec), place).excerpt;
        let marks = |excerpt: Option<String>| excerpt.unwrap().lines().last().unwrap().to_owned();
        assert_eq!(marks(shown("no module `a.b`", "app.spec:2")), "  |            ^^^");
        assert_eq!(marks(shown("wrong", "app.spec:2")), "  |   ^^^^^^^^^^^^^^^");
        assert_eq!(shown("wrong", "other.spec:2"), None);
        assert_eq!(shown("wrong", "app.spec:9"), None);
        assert_eq!(shown("wrong", "--add-data"), None);
        let error = at_text(Error::new("wrong"), &spec, "a.b");
        assert_eq!(error.place.as_ref().map(|place| place.line), Some(2));
        assert_eq!(marks(error.excerpt), "  |            ^^^");
        let error = at_hint(Error::new("wrong").hint("remove `none` or `entry`"), &spec);
        assert_eq!(marks(error.excerpt), "  |   ^^^^^");
    }
}
