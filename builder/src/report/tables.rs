//! Output of commands to standard output: tables for people, JSON for programs.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use crate::archive::manifest::Why;
use crate::error::{Error, Result};
use crate::inspect::pyinstaller;
use crate::inspect::{Listing, Problem};
use crate::store::Usage;

/// Prints a JSON value on one line.
pub fn print_json(value: &Value) {
    print(|out| writeln!(out, "{value}"));
}

/// Prints the content of an application, followed by totals.
pub fn print_listing(listing: &Listing) {
    let modules = listing.modules.iter().map(|m| Row {
        kind: m.kind,
        size: m.size,
        stored: (m.kind == "code").then_some(m.stored),
        name: m.name.clone(),
        why: &m.why,
    });
    let files = listing.files.iter().map(|f| Row {
        kind: f.kind,
        size: f.size,
        stored: f.stored,
        name: match &f.link {
            Some(target) => format!("{} -> {target}", f.path),
            None => f.path.clone(),
        },
        why: &f.why,
    });
    let rows: Vec<Row<'_>> = modules.chain(files).collect();
    print(|out| {
        let manifest = &listing.manifest;
        writeln!(
            out,
            "{} {} for {}, Python {}",
            manifest.app, listing.mode, manifest.target, manifest.python
        )?;
        let width = rows.iter().map(|r| r.name.chars().count()).max().unwrap_or_default().min(NAME_WIDTH);
        writeln!(out, "{:>9} {:>9} {:9} {:width$} why", "size", "stored", "kind", "name")?;
        for Row { kind, size, stored, name, why } in &rows {
            let (size, stored) = (bytes(*size), stored.map_or("beside".into(), bytes));
            let stored = if matches!(*kind, "extension" | "namespace") { String::new() } else { stored };
            let line = format!("{size:>9} {stored:>9} {kind:9} {name:width$} {}", reason(why));
            writeln!(out, "{}", line.trim_end())?;
        }
        let size = rows.iter().map(|r| r.size).sum();
        let stored = rows.iter().filter_map(|r| r.stored).sum();
        writeln!(out, "{:>9} {:>9} {} entries", bytes(size), bytes(stored), rows.len())
    });
}

/// Prints the content of a program that PyInstaller made, followed by totals.
pub fn print_pyinstaller(listing: &pyinstaller::Listing) {
    print(|out| {
        writeln!(out, "{} made by PyInstaller, Python {}", listing.path.display(), listing.python)?;
        writeln!(out, "{:>9} {:>9} {:9} name", "size", "stored", "kind")?;
        for entry in &listing.entries {
            let (size, stored) = (bytes(entry.size), bytes(entry.stored));
            let within = entry.within.as_ref().map(|within| format!("  in {within}")).unwrap_or_default();
            writeln!(out, "{size:>9} {stored:>9} {:9} {}{within}", entry.kind, entry.name)?;
        }
        let own = || listing.entries.iter().filter(|entry| entry.within.is_none());
        let (size, stored) = (own().map(|e| e.size).sum(), own().map(|e| e.stored).sum());
        writeln!(out, "{:>9} {:>9} {} entries", bytes(size), bytes(stored), listing.entries.len())
    });
}

/// Width of the name column. Longer names move the reason to the right.
const NAME_WIDTH: usize = 56;

struct Row<'a> {
    kind: &'a str,
    size: u64,
    /// `None` if it has no bytes in the archive.
    stored: Option<u64>,
    name: String,
    why: &'a [Why],
}

/// Returns the first reason, and the number of further reasons.
fn reason(why: &[Why]) -> String {
    let Some(first) = why.first() else { return String::new() };
    let mut text = first.by.clone();
    if !first.from.is_empty() {
        text = format!("{text} {}", first.from);
    }
    if first.line != 0 {
        text = format!("{text}:{}", first.line);
    }
    if why.len() > 1 { format!("{text} (+{})", why.len() - 1) } else { text }
}

/// Prints the problems of an application, or that there are none.
pub fn print_verified(path: &Path, problems: &[Problem]) {
    print(|out| {
        for problem in problems {
            writeln!(out, "{}: {}", problem.name, problem.message)?;
        }
        if problems.is_empty() {
            writeln!(out, "`{}` is intact: all contents match their hashes", path.display())?;
        }
        Ok(())
    });
}

/// Prints the content of the cache: kind, number and size in bytes.
pub fn print_cache(root: &Path, usage: &Usage) {
    print(|out| {
        writeln!(out, "{}", root.display())?;
        for (name, count, size) in &usage.buckets {
            writeln!(out, "  {name:10} {count:>8} {:>10}", bytes(*size))?;
        }
        writeln!(out, "  {:10} {:>8} {:>10}", "on disk", "", bytes(usage.bytes))?;
        writeln!(out, "  {:10} {:>8} {:>10}", "limit", "", bytes(usage.limit))?;
        let all = usage.found + usage.missed;
        match all {
            0 => Ok(()),
            _ => {
                let share = usage.found as f64 / all as f64 * 100.0;
                writeln!(out, "  builds found {share:.1} % of {all} values in the cache")
            }
        }
    });
}

/// Formats a number of bytes for people, such as `1.2 MB`.
pub fn bytes(n: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if n < 1000 {
        return format!("{n} B");
    }
    let mut value = n as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit])
}

/// The first error of standard output, which [`check_output`] returns.
static FAILURE: OnceLock<std::io::Error> = OnceLock::new();

/// Prints to standard output.
pub(super) fn print(write: impl FnOnce(&mut BufWriter<std::io::StdoutLock<'_>>) -> std::io::Result<()>) {
    let mut out = BufWriter::new(std::io::stdout().lock());
    note(write(&mut out).and_then(|()| out.flush()));
    // What could not be written must not be tried again.
    let _ = out.into_parts();
}

/// Notes an error of standard output. A reader that closes it early (`| head`) is not an error.
fn note(result: std::io::Result<()>) {
    if let Err(error) = result
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        let _ = FAILURE.set(error);
    }
}

/// Prints a text of the parser: help, or an error.
pub fn print_parsed(text: &clap::Error) {
    let result = text.print();
    if !text.use_stderr() {
        note(result);
    }
}

/// Fails if something could not be written to standard output.
///
/// # Errors
/// The disk is full, for example.
pub fn check_output() -> Result<()> {
    match FAILURE.get() {
        Some(error) => Err(Error::new("failed to write to standard output").cause(error.to_string())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_decimal_units() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1000), "1.0 kB");
        assert_eq!(bytes(49_000_000), "49.0 MB");
        assert_eq!(bytes(999_960), "1.0 MB");
    }
}
