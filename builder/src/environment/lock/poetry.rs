//! `poetry.lock`.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::super::constraint;
use super::{Dependency, Lock, Package, Source, Wanted, git, hashes, index, named, tables, text};

/// Reads a lock file of poetry, versions 1.1 to 2.1 of its format.
pub(super) fn read(table: &Table, folder: &Path, wanted: &Wanted<'_>) -> Result<Lock, String> {
    let metadata = table.get("metadata").and_then(Value::as_table).ok_or("`[metadata]` is missing")?;
    // The first version of the format has the hashes there.
    let files = metadata.get("files").and_then(Value::as_table);
    let mut packages = Vec::new();
    for package in tables(table, "package") {
        let mut read = self::package(package, folder)?;
        let old = files.and_then(|files| files.get(&text(package, "name")?)).and_then(Value::as_array);
        read.hashes.extend(hashes(old.into_iter().flatten().filter_map(Value::as_table)));
        packages.push(read);
    }
    let requires_python =
        text(metadata, "python-versions").and_then(|versions| constraint::specifiers(&versions));
    let requires_python = requires_python.map(|versions| versions.to_string());
    // Without a pyproject.toml, all packages are needed.
    let is_flat = wanted.project.is_none() && wanted.roots.is_empty();
    Ok(Lock { packages, is_flat, requires_python, ..Lock::default() })
}

fn package(package: &Table, folder: &Path) -> Result<Package, String> {
    let name = named(package)?;
    let mut read = Package {
        version: text(package, "version").unwrap_or_default(),
        source: source(package, folder).ok_or_else(|| format!("`{name}` has no known `source`"))?,
        hashes: hashes(tables(package, "files")),
        name,
        ..Package::default()
    };
    let markers = match package.get("markers") {
        Some(Value::String(marker)) => vec![marker.clone()],
        // One for each group.
        Some(Value::Table(groups)) => {
            groups.get("main").and_then(Value::as_str).map(str::to_owned).into_iter().collect()
        }
        _ => Vec::new(),
    };
    let python = text(package, "python-versions").and_then(|python| constraint::python_marker(&python));
    read.marker = all(markers.into_iter().chain(python));
    let dependencies = package.get("dependencies").and_then(Value::as_table);
    for (name, value) in dependencies.into_iter().flatten() {
        read.dependencies.extend(constraint::dependencies(name, value));
    }
    let extras = package.get("extras").and_then(Value::as_table);
    read.extras = extras
        .into_iter()
        .flatten()
        .map(|(extra, list)| {
            let list = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            // Their versions are among the dependencies.
            let names = list.map(|text| Dependency::new(crate::requirement::name(text), None));
            Ok((extra.clone(), names.collect::<Result<_, String>>()?))
        })
        .collect::<Result<BTreeMap<_, _>, String>>()?;
    // Optional dependencies are reached through extras only.
    let optional: Vec<String> = dependencies
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.get("optional").and_then(Value::as_bool) == Some(true))
        .map(|(name, _)| crate::requirement::normalize(name))
        .collect();
    read.dependencies
        .retain(|d| !optional.contains(&d.name) || d.marker.as_deref().is_some_and(|m| m.contains("extra")));
    Ok(read)
}

fn source(package: &Table, folder: &Path) -> Option<Source> {
    let Some(source) = package.get("source").and_then(Value::as_table) else {
        return Some(Source::Index(None));
    };
    let url = text(source, "url")?;
    match text(source, "type")?.as_str() {
        "git" => {
            Some(git(&url, &text(source, "resolved_reference")?, text(source, "subdirectory").as_deref()))
        }
        "url" => Some(Source::Url(url)),
        "directory" | "file" => Some(Source::Path(folder.join(url))),
        _ => Some(index(Some(url))),
    }
}

/// Joins markers with `and`.
fn all(markers: impl Iterator<Item = String>) -> Option<String> {
    markers.map(|marker| format!("({marker})")).reduce(|one, other| format!("{one} and {other}"))
}
