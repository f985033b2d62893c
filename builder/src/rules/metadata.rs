//! Metadata of distributions: what `importlib.metadata` reads, the same in every venv.

use std::path::Path;

use super::Data;
use super::policy::Policy;
use crate::analysis::{By, Distribution, Guard, Reason, Source};

/// The metadata files of a distribution, as data.
pub(super) fn files(distribution: &Distribution, policy: &Policy, by: By) -> Vec<Data> {
    let info = &distribution.info;
    let reason = Reason { from: distribution.name.clone(), by, line: 0, guard: Guard::None };
    let folder = folder_name(distribution);
    let data = |dest: String, source: Source| Data {
        dest,
        source,
        executable: false,
        resource: false,
        reason: reason.clone(),
    };
    if info.is_file() {
        return vec![data(folder, Source::File(info.clone()))];
    }
    let mut names = Vec::new();
    list(info, "", &mut names);
    names.sort();
    let kept = names.into_iter().filter(|n| policy.is_metadata(n));
    kept.filter_map(|name| {
        let path = info.join(&name);
        let source = if name == "RECORD" {
            let text = std::fs::read_to_string(&path).ok()?;
            let own = info.file_name()?.to_string_lossy().into_owned();
            Source::Bytes(neutral_record(&text, &own, policy).into_bytes())
        } else {
            Source::File(path)
        };
        Some(data(format!("{folder}/{name}"), source))
    })
    .collect()
}

/// Name of the info folder in the product.
fn folder_name(distribution: &Distribution) -> String {
    let name = distribution.info.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if name == "EGG-INFO" {
        return format!("{}-{}.egg-info", distribution.name.replace('-', "_"), distribution.version);
    }
    name
}

fn list(folder: &Path, prefix: &str, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), into);
        } else {
            into.push(name);
        }
    }
}

/// RECORD without what differs between two installs of one wheel: files outside, bytecode, traces of the installer.
fn neutral_record(text: &str, info: &str, policy: &Policy) -> String {
    let mut lines: Vec<&str> = text
        .lines()
        .filter(|line| {
            let path = line.trim_start_matches('"');
            let outside = path.starts_with("..") || path.starts_with('/') || path.starts_with("__editable__");
            let path = path.split([',', '"']).next().unwrap_or_default();
            let dropped = match path.strip_prefix(info).and_then(|p| p.strip_prefix('/')) {
                Some(inner) => !policy.is_metadata(inner),
                None => path.ends_with(".pth"),
            };
            !line.is_empty() && !outside && !dropped && !line.contains("__pycache__")
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines.into_iter().flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_two_venvs_are_equal() {
        let policy = Policy::load().unwrap();
        let one = "b.py,sha256=x,1\n../../../bin/b,sha256=y,2\n__pycache__/b.cpython-312.pyc,,\nb-1.dist-info/INSTALLER,,\n\
                   a.py,,\nb-1.dist-info/METADATA,,\n";
        let text = neutral_record(one, "b-1.dist-info", &policy);
        assert_eq!(text, "a.py,,\nb-1.dist-info/METADATA,,\nb.py,sha256=x,1\n");
    }
}
