//! The results of `freeze trace`, printed to standard error.

use std::path::PathBuf;
use std::process::ExitStatus;

use serde::Serialize;
use serde_json::json;

use super::{Format, Reporter, Verbosity, shorten};

/// The results of a traced run.
#[derive(Debug)]
pub struct Traced {
    /// What the analysis missed.
    pub missed: Vec<Missed>,
    /// Exit status of the program.
    pub status: ExitStatus,
    /// The spec that was written.
    pub written: Option<PathBuf>,
    /// The file with the order of the imports.
    pub order: Option<PathBuf>,
}

/// Something that a run used but an application would lack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// Its kind.
    pub kind: Kind,
    /// Dotted name of a module, path of a file below the root, or name of a distribution.
    pub name: String,
    /// The file on this machine, for data and libraries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// File and line of the code that used it, if known.
    pub by: Option<(String, u32)>,
}

/// Kinds of missed entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A module: `include` in `[modules]`.
    Module,
    /// A package that lists its own folder: `files` and `include` in `[modules]`.
    Folder,
    /// A data file: `[[data]]`.
    Data,
    /// A native library: `[[binary]]`.
    Library,
    /// A distribution whose metadata was read: `include` in `[metadata]`.
    Metadata,
}

impl Reporter {
    /// Prints what a run of the program used and the analysis missed.
    pub fn traced(&mut self, traced: &Traced, again: &str) {
        if self.settings.format == Format::Json {
            for Missed { kind, name, path, by } in &traced.missed {
                let (file, line) = by.as_ref().map_or((None, None), |(file, line)| (Some(file), Some(line)));
                self.event(json!({
                    "event": "missed", "kind": kind, "name": name, "path": path, "file": file, "line": line,
                }));
            }
            let (count, path, order) = (traced.missed.len(), &traced.written, &traced.order);
            self.event(json!({ "event": "result", "action": "traced", "missed": count, "path": path, "order": order }));
            return;
        }
        if self.settings.verbosity < Verbosity::Normal {
            return;
        }
        let style = self.style;
        if traced.missed.is_empty() {
            self.line(&format!(
                "{} nothing: analysis found everything that this run used",
                style.good("missed")
            ));
        } else {
            self.missed(traced);
        }
        for path in traced.written.iter().chain(&traced.order) {
            self.line(&format!("{} {}", style.good("wrote"), style.bold(&shorten(path))));
        }
        if traced.written.is_none() && !traced.missed.is_empty() {
            self.line(&format!("{}: `{again}` writes this into the spec", style.hint("hint")));
        }
    }

    fn missed(&mut self, traced: &Traced) {
        let style = self.style;
        self.line(&format!("{} {}:", style.warning("missed"), counts(&traced.missed)));
        let names = traced.missed.iter().map(|m| m.name.chars().count()).max().unwrap_or(0).min(48);
        for missed in &traced.missed {
            let by = match &missed.by {
                Some((file, line)) => style.dim(&format!("{file}:{line}")),
                None => String::new(),
            };
            let line = format!("  {:8} {:names$}  {by}", words(missed.kind).0, missed.name);
            self.line(line.trim_end());
        }
    }
}

fn counts(missed: &[Missed]) -> String {
    let kinds = [Kind::Module, Kind::Folder, Kind::Data, Kind::Library, Kind::Metadata];
    let counts = kinds.into_iter().filter_map(|kind| {
        let count = missed.iter().filter(|m| m.kind == kind).count();
        let (_, one, many) = words(kind);
        (count > 0).then(|| format!("{count} {}", if count > 1 { many } else { one }))
    });
    counts.collect::<Vec<_>>().join(", ")
}

/// Returns names of a kind: at the start of a line, after the count one, and after other counts.
fn words(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Module => ("module", "module", "modules"),
        Kind::Folder => ("folder", "folder of modules", "folders of modules"),
        Kind::Data => ("data", "data file", "data files"),
        Kind::Library => ("library", "library", "libraries"),
        Kind::Metadata => ("metadata", "distribution's metadata", "distributions' metadata"),
    }
}
