//! The packages of an environment as requirements, to be resolved for another platform.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep508_rs::{ExtraName, MarkerEnvironment, Requirement, VerbatimUrl};

use crate::error::{Result, Warning};
use crate::python::Python;
use crate::requirement::{self, normalize};
use crate::store::{Code, KeyBuilder, Store};

/// Distributions that install others, and this one. Programs do not need them.
const TOOLS: [&str; 5] = ["freeze-app", "pip", "setuptools", "uv", "wheel"];

/// An installed distribution.
#[derive(Debug, Default)]
struct Installed {
    version: String,
    requires: Vec<Requirement<VerbatimUrl>>,
    extras: Vec<ExtraName>,
    /// Whether it was installed from a folder or a file of this machine.
    is_local: bool,
}

/// Returns a requirements file with the packages that an interpreter has. `None` if it has none.
///
/// Distributions that no other one requires are listed, and the versions of all others are constraints. Requirements of
/// the target alone are therefore added, and those of this machine alone are left out.
///
/// # Errors
/// The cache cannot be written.
pub(super) fn requirements(own: &Python, store: &Store) -> Result<(Option<PathBuf>, Vec<Warning>)> {
    let Some(markers) = own.markers() else { return Ok((None, Vec::new())) };
    let installed = scan(&own.search_path);
    let (lines, constraints) = lines(&installed, &markers);
    let local = installed.iter().filter(|(_, d)| d.is_local).map(|(name, _)| {
        let message =
            format!("`{name}` is installed from a folder or a file, and is not resolved for the target");
        Warning::new(message).hint("name the folder of its wheel with `--packages`, if the program needs it")
    });
    let warnings = local.collect();
    if lines.is_empty() {
        return Ok((None, warnings));
    }
    let key = KeyBuilder::new(Code::Environment, "frozen").parts(&lines).parts(&constraints).finish();
    let folder = store.folder(&key, |folder: &Path| {
        fs_err::write(folder.join("constraints.txt"), constraints.join("\n"))?;
        Ok(fs_err::write(
            folder.join("requirements.txt"),
            format!("-c constraints.txt\n{}\n", lines.join("\n")),
        )?)
    })?;
    Ok((Some(folder.join("requirements.txt")), warnings))
}

/// Returns the names of the distributions that an interpreter has.
pub(in crate::environment) fn distributions(own: &Python) -> Vec<String> {
    scan(&own.search_path).into_keys().collect()
}

/// Returns the requirements and the constraints for these distributions.
fn lines(installed: &BTreeMap<String, Installed>, markers: &MarkerEnvironment) -> (Vec<String>, Vec<String>) {
    let active: BTreeMap<&str, Vec<ExtraName>> =
        installed.iter().map(|(name, d)| (name.as_str(), active_extras(d, installed, markers))).collect();
    let required_by = |name: &str| -> BTreeSet<String> {
        let (Some(distribution), Some(extras)) = (installed.get(name), active.get(name)) else {
            return BTreeSet::new();
        };
        let applying = distribution.requires.iter().filter(|r| r.evaluate_markers(markers, extras));
        applying.map(|r| normalize(r.name.as_ref())).filter(|other| other != name).collect()
    };
    let required: BTreeSet<String> = installed.keys().flat_map(|name| required_by(name)).collect();
    let first = installed.keys().filter(|name| !required.contains(*name));
    // Those that require each other are required, but by none of the first ones.
    let candidates = first.chain(installed.keys().filter(|name| required.contains(*name)));
    let (mut reached, mut roots) = (BTreeSet::new(), Vec::new());
    for name in candidates {
        if reached.contains(name) {
            continue;
        }
        roots.push(name);
        let mut left = vec![name.clone()];
        while let Some(next) = left.pop() {
            if reached.insert(next.clone()) {
                left.extend(required_by(&next));
            }
        }
    }
    let mut lines = Vec::new();
    for name in roots {
        let distribution = &installed[name];
        if distribution.is_local {
            // Indexes do not have it, but perhaps what it requires.
            lines.extend(distribution.requires.iter().filter(|r| !is_place(r)).map(ToString::to_string));
        } else if !TOOLS.contains(&name.as_str()) {
            let extras = active[name.as_str()].iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
            let extras = if extras.is_empty() { extras } else { format!("[{extras}]") };
            lines.push(format!("{name}{extras}=={}", distribution.version));
        }
    }
    let pinned = installed.iter().filter(|(_, d)| !d.is_local);
    (lines, pinned.map(|(name, d)| format!("{name}=={}", d.version)).collect())
}

fn is_place(requirement: &Requirement<VerbatimUrl>) -> bool {
    requirement::without_place(&requirement.to_string()).is_some()
}

/// Returns the extras of a distribution whose requirements are all installed.
fn active_extras(
    distribution: &Installed,
    installed: &BTreeMap<String, Installed>,
    markers: &MarkerEnvironment,
) -> Vec<ExtraName> {
    let is_active = |extra: &&ExtraName| {
        let only = std::slice::from_ref(*extra);
        let mut own = distribution
            .requires
            .iter()
            .filter(|r| r.evaluate_markers(markers, only) && !r.evaluate_markers(markers, &[]))
            .peekable();
        own.peek().is_some() && own.all(|r| installed.contains_key(&normalize(r.name.as_ref())))
    };
    distribution.extras.iter().filter(is_active).cloned().collect()
}

/// Reads the metadata of the distributions in these folders. The first one of each name counts, as in an import.
fn scan(folders: &[PathBuf]) -> BTreeMap<String, Installed> {
    let mut found = BTreeMap::new();
    for info in folders.iter().flat_map(|folder| crate::os::list(folder)) {
        if info.extension().is_none_or(|end| end != "dist-info") {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(info.join("METADATA")) else { continue };
        if let Some((name, mut distribution)) = read(&text) {
            distribution.is_local = std::fs::read_to_string(info.join("direct_url.json"))
                .is_ok_and(|text| text.contains("\"dir_info\"") || text.contains("\"file:"));
            found.entry(name).or_insert(distribution);
        }
    }
    found
}

fn read(metadata: &str) -> Option<(String, Installed)> {
    let (mut name, mut distribution) = (None, Installed::default());
    for line in metadata.lines().take_while(|line| !line.is_empty()) {
        let Some((header, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match header {
            "Name" => name = Some(normalize(value)),
            // Local versions, such as `2.1+cpu`, are not in indexes.
            "Version" => value.split('+').next().unwrap_or(value).clone_into(&mut distribution.version),
            "Requires-Dist" => distribution.requires.extend(requirement::read(value)),
            "Provides-Extra" => distribution.extras.extend(ExtraName::from_str(value)),
            _ => {}
        }
    }
    (!distribution.version.is_empty()).then_some((name?, distribution))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    fn installed(texts: &[&str]) -> BTreeMap<String, Installed> {
        texts.iter().map(|text| read(text).unwrap()).collect()
    }

    fn lines_of(texts: &[&str]) -> (Vec<String>, Vec<String>) {
        let markers = requirement::environment((3, 12, 1), Target::named("linux-x86_64").unwrap(), "x86_64");
        lines(&installed(texts), &markers.unwrap())
    }

    #[test]
    fn distributions_that_no_other_requires_are_listed() {
        let (lines, constraints) = lines_of(&[
            "Name: Click\nVersion: 8.1\nRequires-Dist: colorama; platform_system == 'Windows'\n\nName: other",
            "Name: Flask\nVersion: 3.0\nRequires-Dist: click>=8\nRequires-Dist: asgiref; extra == 'async'\nProvides-Extra: async\n",
            "Name: pip\nVersion: 24.0\n",
            "Name: torch\nVersion: 2.1+cpu\n",
        ]);
        assert_eq!(lines, ["flask==3.0", "torch==2.1"]);
        assert_eq!(constraints, ["click==8.1", "flask==3.0", "pip==24.0", "torch==2.1"]);
    }

    #[test]
    fn extras_that_are_installed_are_requested() {
        let uvicorn = "Name: uvicorn\nVersion: 0.30\nProvides-Extra: standard\n\
                       Requires-Dist: uvloop; sys_platform != 'win32' and extra == 'standard'\n\
                       Requires-Dist: colorama; sys_platform == 'win32' and extra == 'standard'\n";
        let uvloop = "Name: uvloop\nVersion: 0.19\n";
        assert_eq!(lines_of(&[uvicorn, uvloop]).0, ["uvicorn[standard]==0.30"]);
        assert_eq!(lines_of(&[uvicorn]).0, ["uvicorn==0.30"]);
    }

    #[test]
    fn distributions_that_require_each_other_are_listed_once() {
        let one = "Name: one\nVersion: 1\nRequires-Dist: two\n";
        let two = "Name: two\nVersion: 2\nRequires-Dist: one\n";
        assert_eq!(lines_of(&[one, two]).0, ["one==1"]);
    }

    #[test]
    fn a_local_project_gives_way_to_its_requirements() {
        let mut all =
            installed(&["Name: mine\nVersion: 1\nRequires-Dist: flask>=3\n", "Name: flask\nVersion: 3.0\n"]);
        all.get_mut("mine").unwrap().is_local = true;
        let markers = requirement::environment((3, 12, 1), Target::named("linux-x86_64").unwrap(), "x86_64");
        let (lines, constraints) = lines(&all, &markers.unwrap());
        assert_eq!(lines, ["flask>=3"]);
        assert_eq!(constraints, ["flask==3.0"]);
    }
}
