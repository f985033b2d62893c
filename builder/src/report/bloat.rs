//! The largest parts of an application and what requires them: distributions, and large packages of the
//! standard library.

use std::collections::BTreeMap;

use super::contents::{Part, Report, STDLIB};
use super::tables::bytes;
use super::why::how;
use crate::why::{Map, Step};

/// Packages of the standard library below this share of the application (in thousandths) are combined.
const LARGE: u64 = 5;
/// Maximum number of rows to print. The report file contains all of them.
const ROWS: usize = 30;

/// Groups the contents of a report into parts, the largest first.
pub(super) fn parts(report: &Report, map: &Map) -> Vec<Part> {
    let mut sums: BTreeMap<(&str, Option<&str>), (u64, usize, usize)> = BTreeMap::new();
    for module in &report.modules {
        let top = (module.group == STDLIB).then(|| module.name.split('.').next()).flatten();
        let sum = sums.entry((&module.group, top)).or_default();
        (sum.0, sum.1) = (sum.0 + module.stored, sum.1 + 1);
    }
    for file in &report.files {
        let sum = sums.entry((&file.group, None)).or_default();
        (sum.0, sum.2) = (sum.0 + file.stored, sum.2 + 1);
    }
    let total: u64 = sums.values().map(|s| s.0).sum();
    let mut parts = Vec::new();
    let mut rest = (0, 0, 0);
    for ((group, top), (stored, modules, files)) in sums {
        let versions = report.distributions.iter().find(|d| d.name == group);
        let part = |name: &str, kind, step: Option<Step<'_>>| Part {
            name: name.to_owned(),
            kind,
            version: versions.map(|d| d.version.clone()),
            stored,
            modules,
            files,
            by: step.as_ref().map(how),
            place: step.as_ref().and_then(Step::place),
        };
        match top {
            Some(top) if stored * 1000 >= total * LARGE => {
                parts.push(part(top, "standard library", map.entrance_of_package(top)));
            }
            _ if group == STDLIB => rest = (rest.0 + stored, rest.1 + modules, rest.2 + files),
            _ if versions.is_some() => parts.push(part(group, "distribution", map.entrance_of(group))),
            _ => parts.push(part(group, "other", None)),
        }
    }
    let (stored, modules, files) = rest;
    let name = STDLIB.to_owned();
    parts.push(Part { name, kind: "other", version: None, stored, modules, files, by: None, place: None });
    parts.sort_by(|a, b| b.stored.cmp(&a.stored).then_with(|| a.name.cmp(&b.name)));
    parts
}

/// Returns the lines of a table of the parts.
pub(super) fn lines(parts: &[Part]) -> Vec<String> {
    let total: u64 = parts.iter().map(|p| p.stored).sum();
    let label = |p: &Part| match &p.version {
        Some(version) => format!("{} {version}", p.name),
        None => p.name.clone(),
    };
    let shown = &parts[..parts.len().min(ROWS)];
    let width = shown.iter().map(|p| label(p).chars().count()).max().unwrap_or_default();
    let row = |stored: u64, name: &str, by: &str| {
        let share = if total == 0 { 0.0 } else { stored as f64 * 100.0 / total as f64 };
        format!("{:>9} {share:>5.1} %  {name:width$}  {by}", bytes(stored)).trim_end().to_owned()
    };
    let mut lines: Vec<String> =
        shown.iter().map(|p| row(p.stored, &label(p), p.by.as_deref().unwrap_or_default())).collect();
    if parts.len() > ROWS {
        let rest = &parts[ROWS..];
        lines.push(row(rest.iter().map(|p| p.stored).sum(), &format!("{} more", rest.len()), ""));
    }
    lines.push(row(total, "in all", ""));
    lines
}
