//! `pdm.lock`.

use std::path::Path;

use toml::{Table, Value};

use super::{Dependency, Lock, Package, Source, git, hashes, named, tables, text, texts};

/// Reads a lock file of pdm. Each extra of a package is an entry of its own.
pub(super) fn read(table: &Table, folder: &Path) -> Result<Lock, String> {
    let metadata = table.get("metadata").and_then(Value::as_table).ok_or("`[metadata]` is missing")?;
    let mut lock = Lock::default();
    // Entries with extras come after those without.
    let mut packages = tables(table, "package");
    packages.sort_by_key(|package| !texts(package, "extras").is_empty());
    for package in packages {
        let name = named(package)?;
        let version = text(package, "version").unwrap_or_default();
        let mut dependencies = Vec::new();
        for requirement in texts(package, "dependencies") {
            dependencies.push(Dependency::read(&requirement)?);
        }
        let extras = texts(package, "extras");
        if extras.is_empty() {
            lock.packages.push(Package {
                source: source(package, folder),
                hashes: hashes(tables(package, "files")),
                dependencies,
                marker: text(package, "marker"),
                version,
                name,
                ..Package::default()
            });
            continue;
        }
        // It also requires the package itself.
        dependencies.retain(|d| d.name != name);
        let base = lock.packages.iter_mut().find(|p| p.name == name && p.version == version);
        let Some(base) = base else { return Err(format!("`{name}` has extras, but no entry of its own")) };
        for extra in extras {
            base.extras.entry(extra).or_default().extend(dependencies.iter().cloned());
        }
    }
    let targets = tables(metadata, "targets");
    lock.requires_python = targets.iter().find_map(|t| text(t, "requires_python"));
    Ok(lock)
}

fn source(package: &Table, folder: &Path) -> Source {
    if let Some((url, commit)) = text(package, "git").zip(text(package, "revision")) {
        return git(&url, &commit, text(package, "subdirectory").as_deref());
    }
    if let Some(path) = text(package, "path") {
        return Source::Path(folder.join(path));
    }
    text(package, "url").map_or(Source::Index(None), Source::Url)
}
