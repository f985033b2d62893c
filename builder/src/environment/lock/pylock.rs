//! `pylock.toml` ([PEP 751](https://peps.python.org/pep-0751/)).

use std::path::Path;

use toml::{Table, Value};

use super::{Lock, Package, Source, Wanted, git, hashes, index, named, tables, text};

/// Reads a `pylock.toml`. It lists all packages of an environment, with markers.
pub(super) fn read(table: &Table, folder: &Path, wanted: &Wanted<'_>) -> Result<Lock, String> {
    let version = text(table, "lock-version").ok_or("`lock-version` is missing")?;
    if version.split('.').next() != Some("1") {
        return Err(format!("expected `lock-version` 1, got {version}"));
    }
    for (key, asked) in [("extras", wanted.extras), ("dependency-groups", wanted.groups)] {
        let known = super::texts(table, key);
        if let Some(missing) = asked.iter().find(|name| !known.contains(name)) {
            return Err(format!("`{key}` does not have `{missing}`"));
        }
    }
    let mut groups = wanted.groups.to_vec();
    groups.extend(super::texts(table, "default-groups"));
    let mut packages = Vec::new();
    for package in tables(table, "packages") {
        let name = named(package)?;
        let files = tables(package, "wheels")
            .into_iter()
            .chain(["sdist", "archive"].iter().filter_map(|key| package.get(*key)?.as_table()));
        packages.push(Package {
            version: text(package, "version").unwrap_or_default(),
            source: source(package, folder),
            hashes: hashes(files),
            marker: text(package, "marker").map(|marker| decided(&marker, wanted.extras, &groups)),
            name,
            ..Package::default()
        });
    }
    Ok(Lock { packages, is_flat: true, requires_python: text(table, "requires-python"), ..Lock::default() })
}

fn source(package: &Table, folder: &Path) -> Source {
    let part = |key: &str| package.get(key).and_then(Value::as_table);
    let place = |table: &Table| match (text(table, "url"), text(table, "path")) {
        (_, Some(path)) => Some(Source::Path(folder.join(path))),
        (Some(url), None) => Some(Source::Url(url)),
        (None, None) => None,
    };
    if let Some(vcs) = part("vcs")
        && let Some((url, commit)) = text(vcs, "url").zip(text(vcs, "commit-id"))
    {
        return git(&url, &commit, text(vcs, "subdirectory").as_deref());
    }
    let found = part("directory").or(part("archive")).and_then(place);
    // Files of an index are found by name and version, and identified by their hashes.
    found.unwrap_or_else(|| {
        let wheels = tables(package, "wheels").into_iter().chain(part("sdist"));
        let local = wheels.filter_map(|file| text(file, "path")).next();
        match local.filter(|_| package.get("index").is_none()) {
            Some(path) => Source::Path(folder.join(path)),
            None => index(text(package, "index")),
        }
    })
}

/// Replaces the parts of a marker about extras and groups, such as `'gui' in extras`, by true or false ones.
fn decided(marker: &str, extras: &[String], groups: &[String]) -> String {
    let mut text = marker.to_owned();
    for (set, chosen) in [("extras", extras), ("dependency_groups", groups)] {
        for (word, is_in) in [(" not in ", false), (" in ", true)] {
            let end = format!("{word}{set}");
            while let Some(at) = text.find(&end) {
                let before = text[..at].trim_end();
                let Some(quote) = before.chars().last().filter(|c| matches!(c, '"' | '\'')) else { break };
                let Some(start) = before[..before.len() - 1].rfind(quote) else { break };
                let name = &before[start + 1..before.len() - 1];
                let holds = chosen.iter().any(|c| c == name) == is_in;
                let new = if holds { "python_version > '0'" } else { "python_version < '0'" };
                text = format!("{}{new}{}", &text[..start], &text[at + end.len()..]);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_and_groups_are_decided() {
        let decided = |marker: &str| decided(marker, &["gui".into()], &["dev".into()]);
        let (yes, no) = ("python_version > '0'", "python_version < '0'");
        assert_eq!(decided("'gui' in extras"), yes);
        assert_eq!(decided("\"x\" in extras and os_name == 'nt'"), format!("{no} and os_name == 'nt'"));
        assert_eq!(decided("('x' not in extras or 'dev' in dependency_groups)"), format!("({yes} or {yes})"));
        assert_eq!(decided("'linux' in sys_platform"), "'linux' in sys_platform");
    }
}
