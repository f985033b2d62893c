//! `uv.lock`, also of a script.

use std::path::Path;

use toml::{Table, Value};

use super::{Dependency, Lock, Package, Source, Wanted, git, hashes, index, named, tables, text};

/// The version of the format.
const VERSION: i64 = 1;

/// Reads a lock file of uv.
pub(super) fn read(table: &Table, folder: &Path, wanted: &Wanted<'_>) -> Result<Lock, String> {
    if table.get("version").and_then(Value::as_integer) != Some(VERSION) {
        return Err(format!("expected `version = {VERSION}`"));
    }
    let mut lock = Lock { requires_python: text(table, "requires-python"), ..Lock::default() };
    let own = wanted.project.as_deref().map(crate::requirement::normalize);
    let mut root = None;
    for package in tables(table, "package") {
        let read = self::package(package, folder)?;
        // The project, or the only package of a folder if its name is not known.
        let is_root = own.as_ref().is_some_and(|own| *own == read.name) && is_local(package);
        if is_root {
            let mut roots = read.dependencies.clone();
            for extra in wanted.extras {
                roots.extend(
                    read.extras.get(extra).cloned().ok_or_else(|| format!("it has no extra `{extra}`"))?,
                );
            }
            let groups = package.get("dev-dependencies").and_then(Value::as_table);
            for group in wanted.groups {
                let list = groups.and_then(|groups| groups.get(group)).and_then(Value::as_array);
                let list = list.ok_or_else(|| format!("it has no group `{group}`"))?;
                roots.extend(
                    list.iter().filter_map(Value::as_table).map(dependency).collect::<Result<Vec<_>, _>>()?,
                );
            }
            root = Some(roots);
            lock.packages.push(Package { source: Source::Project, ..read });
        } else {
            lock.packages.push(read);
        }
    }
    // That of a script has its requirements in the manifest.
    if root.is_none()
        && let Some(manifest) = table.get("manifest").and_then(Value::as_table)
    {
        let requirements = tables(manifest, "requirements");
        root = (!requirements.is_empty())
            .then(|| requirements.into_iter().map(dependency).collect())
            .transpose()?;
    }
    lock.roots = root;
    Ok(lock)
}

/// Whether a package is a folder of the workspace.
fn is_local(package: &Table) -> bool {
    let source = package.get("source").and_then(Value::as_table);
    source.is_some_and(|s| ["editable", "virtual", "directory"].iter().any(|key| s.contains_key(*key)))
}

fn package(package: &Table, folder: &Path) -> Result<Package, String> {
    let name = named(package)?;
    let files = tables(package, "wheels").into_iter().chain(package.get("sdist").and_then(Value::as_table));
    let all = |list: Vec<&Table>| list.into_iter().map(dependency).collect::<Result<Vec<_>, _>>();
    let extras = package.get("optional-dependencies").and_then(Value::as_table);
    let extra = |(name, list): (&String, &Value)| {
        let list = list.as_array().into_iter().flatten().filter_map(Value::as_table).collect();
        Ok((name.clone(), all(list)?))
    };
    Ok(Package {
        version: text(package, "version").unwrap_or_default(),
        source: source(package, folder).ok_or_else(|| format!("`{name}` has no known `source`"))?,
        hashes: hashes(files),
        dependencies: all(tables(package, "dependencies"))?,
        extras: extras.into_iter().flatten().map(extra).collect::<Result<_, String>>()?,
        marker: None,
        name,
    })
}

fn source(package: &Table, folder: &Path) -> Option<Source> {
    let source = package.get("source")?.as_table()?;
    let value = |key: &str| text(source, key);
    if let Some(url) = value("registry") {
        return Some(index(Some(url)));
    }
    if let Some(url) = value("git") {
        let (url, commit) = url.split_once('#')?;
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let subfolder = query.split('&').find_map(|part| part.strip_prefix("subdirectory="));
        return Some(git(url, commit, subfolder));
    }
    if let Some(url) = value("url") {
        return Some(Source::Url(url));
    }
    let path = ["path", "directory", "editable"].iter().find_map(|key| value(key));
    if let Some(path) = path {
        return Some(Source::Path(folder.join(path)));
    }
    value("virtual").map(|_| Source::Project)
}

fn dependency(table: &Table) -> Result<Dependency, String> {
    let exact = text(table, "version").map(|version| format!("=={version}"));
    let versions = exact.or_else(|| text(table, "specifier"));
    let mut dependency = Dependency::new(&named(table)?, versions.as_deref())?;
    for key in ["extra", "extras"] {
        dependency.extras.extend(super::texts(table, key));
    }
    dependency.marker = text(table, "marker");
    Ok(dependency)
}
