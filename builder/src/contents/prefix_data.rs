//! Data and libraries that distributions install below the prefix (`share/…`, `etc/…`): programs search for
//! them under `sys.prefix`, which is the root of the bundle.

use std::path::{Path, PathBuf};

use super::package_data::is_library;
use super::policy::Policy;
use super::{Data, Found};
use crate::analysis::{By, Distribution, Graph, Reason};
use crate::paths::{normal, shown};
use crate::python::Python;

/// Collects the files of collected distributions below the prefix.
pub(super) fn collect(graph: &Graph, python: &Python, policy: &Policy) -> Found {
    let mut found = Found::default();
    for distribution in &graph.distributions {
        let own_prefix = prefix_of(&distribution.location);
        for listed in &distribution.files {
            let Some((path, dest)) = place(listed, distribution, own_prefix, python) else { continue };
            let wanted = policy.is_prefix_data(&dest)
                || is_library(&dest) && policy.is_folder_of_libraries(&dest, &python.target);
            let is_collected = |name: &str| graph.modules.contains_key(name);
            if !wanted || policy.is_for_others(&dest, is_collected) || !path.is_file() {
                continue;
            }
            let reason = Reason::new(&distribution.name, By::Package);
            found.add(Data::on_disk(dest, path, &python.target, reason));
        }
    }
    found
}

/// Returns the file of a line of RECORD, and its path below the prefix.
fn place(
    listed: &str,
    distribution: &Distribution,
    own_prefix: Option<&Path>,
    python: &Python,
) -> Option<(PathBuf, String)> {
    let location = &distribution.location;
    let inner = listed.trim_start_matches("../");
    let beside = || {
        // `--target` of pip and uv puts files for the prefix beside the packages. pip records their
        // original paths, and uv the actual ones.
        let top = location.join(inner.split('/').next()?);
        let is_data = own_prefix.is_none() && !top.join("__init__.py").exists();
        is_data.then(|| (location.join(inner), inner.to_owned()))
    };
    if inner.len() == listed.len() {
        return beside();
    }
    // Paths in RECORD are relative to `site-packages`, regardless of links.
    let path = normal(&location.join(listed));
    let prefixes = [Some(python.prefix.as_path()), own_prefix];
    let below = prefixes.into_iter().flatten().find_map(|prefix| path.strip_prefix(prefix).ok());
    match below.filter(|_| path.is_file()) {
        Some(below) => Some((path.clone(), shown(below))),
        None => beside(),
    }
}

/// Returns the prefix of a folder of packages: three folders up (`lib/python3.12/site-packages`), two on
/// Windows (`Lib\site-packages`).
fn prefix_of(site: &Path) -> Option<&Path> {
    if !site.ends_with("site-packages") && !site.ends_with("dist-packages") {
        return None;
    }
    let lib = site.parent()?;
    let is_lib = lib.file_name().is_some_and(|name| name.eq_ignore_ascii_case("lib"));
    if is_lib { lib.parent() } else { lib.parent()?.parent() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Info;
    use crate::target::Target;

    #[test]
    fn files_below_the_prefix_are_found_however_they_were_installed() {
        let python =
            Python { prefix: "/nowhere".into(), ..Python::blank(Target::named("linux-x86_64").unwrap()) };
        let policy = Policy::load().unwrap();
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "venv/share/x/a.json",
            "venv/lib/libx.so.1",
            "venv/lib/python3.12/site-packages/share/no",
            "win/share/x/a.json",
            "pip/share/x/a.json",
            "uv/share/x/a.json",
            "package/share/__init__.py",
        ] {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let of = |site: &str, listed: &[&str]| {
            let location = dir.path().join(site);
            let distribution = Distribution {
                name: "x".into(),
                version: "1".into(),
                info: Info::Folder(location.join("x-1.dist-info")),
                location,
                files: listed.iter().map(|l| (*l).to_owned()).collect(),
                requires: Vec::new(),
            };
            let graph = Graph { distributions: vec![distribution], ..Graph::default() };
            let found = collect(&graph, &python, &policy);
            let names = |data: Vec<Data>| data.into_iter().map(|d| d.dest).collect::<Vec<_>>();
            (names(found.data), names(found.libraries))
        };
        let venv = of(
            "venv/lib/python3.12/site-packages",
            &["../../../share/x/a.json", "../../../lib/libx.so.1", "../../../bin/x", "share/no"],
        );
        assert_eq!(venv, (vec!["share/x/a.json".to_owned()], vec!["lib/libx.so.1".to_owned()]));
        for (site, listed) in [
            ("win/Lib/site-packages", "../../share/x/a.json"),
            ("pip", "../../share/x/a.json"),
            ("uv", "share/x/a.json"),
        ] {
            assert_eq!(of(site, &[listed]).0, ["share/x/a.json"], "{site}");
        }
        assert!(of("package", &["share/__init__.py"]).0.is_empty());
    }
}
