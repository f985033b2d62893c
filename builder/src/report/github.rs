//! Output for GitHub Actions: annotations, the summary of a job and the outputs of a step.
//!
//! Source: "Workflow commands for GitHub Actions" in GitHub's documentation.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::Summary;
use super::tables::bytes;
use crate::error::{Error, Place, Warning};

/// Names the file to which a step appends Markdown for the summary of its job.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
/// Names the file to which a step appends its outputs, as `name=value`.
const OUTPUT: &str = "GITHUB_OUTPUT";

/// Returns the annotation of a warning.
pub(super) fn warning(warning: &Warning) -> String {
    let level = if warning.minor { "notice" } else { "warning" };
    command(level, warning.place.as_ref(), &[&warning.message], warning.hint.as_deref())
}

/// Returns the annotation of an error.
pub(super) fn error(error: &Error) -> String {
    let causes = error.causes.iter().map(String::as_str);
    let lines: Vec<&str> = std::iter::once(error.message.as_str()).chain(causes).collect();
    command("error", error.place.as_deref(), &lines, error.hint.as_deref())
}

fn command(level: &str, place: Option<&Place>, lines: &[&str], hint: Option<&str>) -> String {
    let mut text = lines.join("\n");
    if let Some(hint) = hint {
        let _ = write!(text, "\nhint: {hint}");
    }
    let mut properties = String::new();
    if let Some(Place { file, line }) = place {
        let _ = write!(properties, "file={},line={line},", property(&super::shorten(file)));
    }
    format!("::{level} {properties}title=freeze::{}", data(&text))
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Appends a build to the summary of the job, and its results to the outputs of the step.
///
/// # Errors
/// A file that the runner names cannot be written.
pub(super) fn publish(summary: &Summary, warnings: usize) -> std::io::Result<()> {
    append(SUMMARY, &page(summary, warnings))?;
    let outputs = [
        ("path", summary.path.display().to_string()),
        ("program", summary.program.display().to_string()),
        ("size", summary.size.to_string()),
        ("target", summary.counts.target.clone()),
    ];
    append(OUTPUT, &outputs.map(|(name, value)| output(name, &value)).concat())
}

/// Appends the folder of builds for several platforms to the outputs of the step.
///
/// # Errors
/// The file that the runner names cannot be written.
pub(super) fn publish_folder(dist: &Path) -> std::io::Result<()> {
    append(OUTPUT, &output("path", &dist.display().to_string()))
}

/// Returns a line for an output. A value with a line break would define further outputs: it is left out.
fn output(name: &str, value: &str) -> String {
    if value.contains(['\n', '\r']) { String::new() } else { format!("{name}={value}\n") }
}

/// Appends to the file that a variable names, in one call: builds at the same time append to the same file.
fn append(variable: &str, text: &str) -> std::io::Result<()> {
    let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()) else { return Ok(()) };
    let named = |error: std::io::Error| {
        std::io::Error::new(error.kind(), format!("`{}` ({variable}): {error}", Path::new(&path).display()))
    };
    let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&path).map_err(named)?;
    file.write_all(text.as_bytes()).map_err(named)
}

/// Returns a build as Markdown.
fn page(summary: &Summary, warnings: usize) -> String {
    let name = summary.path.file_name().unwrap_or_default().to_string_lossy();
    let mut page = format!("### {}\n\n| | |\n|---|---|\n", cell(&name));
    let mut row = |name: &str, value: String| {
        let _ = writeln!(page, "| {name} | {} |", cell(&value));
    };
    row("Size", format!("{} ({})", bytes(summary.size), summary.mode));
    for counts in std::iter::once(&summary.counts).chain(&summary.others) {
        row("Target", format!("{}, Python {}", counts.target, counts.python));
        let (modules, libraries, data) = (counts.modules, counts.libraries, counts.data);
        row("Content", format!("{modules} modules, {libraries} libraries, {data} data files"));
        if let Some((version, file)) = &counts.glibc {
            row("Needs", format!("glibc {version} ({file})"));
        }
        if let Some((version, file)) = &counts.macos {
            row("Needs", format!("macOS {version} ({file})"));
        }
    }
    row("Build", format!("{:.2} s, {warnings} warnings", summary.seconds));
    page.push('\n');
    page
}

/// Escapes the text of a cell.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_escaped() {
        let there = Warning::new("100% of `a`\nis lost").hint("b").at("/x/a,b:c.py", 3);
        let expected =
            "::warning file=/x/a%2Cb%3Ac.py,line=3,title=freeze::100%25 of `a`%0Ais lost%0Ahint: b";
        assert_eq!(warning(&there), expected);
        assert_eq!(warning(&Warning::minor("m")), "::notice title=freeze::m");
        let failed = Error::new("m").cause("c").cause("d");
        assert_eq!(error(&failed), "::error title=freeze::m%0Ac%0Ad");
    }

    #[test]
    fn an_output_is_one_line() {
        assert_eq!(output("path", "a=b"), "path=a=b\n");
        assert_eq!(output("path", "a\nprogram=x"), "");
    }
}
