//! Lock files: the packages that they pin, and which of them a program needs on its target.

mod pdm;
mod poetry;
mod pylock;
mod uv;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerTree};
use toml::{Table, Value};

use super::dependency::Dependency;
use crate::error::{Context, Error, Result};
use crate::requirement::normalize;

/// A lock file.
#[derive(Debug, Default)]
pub(super) struct Lock {
    /// The pinned packages.
    packages: Vec<Package>,
    /// What the project requires, if the file tells.
    roots: Option<Vec<Dependency>>,
    /// Whether all packages are needed whose markers hold, without regard to requirements.
    is_flat: bool,
    /// `requires-python`.
    pub(super) requires_python: Option<String>,
}

/// A pinned package.
#[derive(Clone, Debug, Default)]
pub(super) struct Package {
    /// Normalized name.
    pub(super) name: String,
    /// Exact version; empty if unknown.
    pub(super) version: String,
    /// Where it is from.
    pub(super) source: Source,
    /// Hashes of its files, as in `sha256:…`.
    pub(super) hashes: BTreeSet<String>,
    /// Its requirements.
    dependencies: Vec<Dependency>,
    /// Its requirements for each extra.
    extras: BTreeMap<String, Vec<Dependency>>,
    /// Where it applies.
    marker: Option<String>,
}

/// Where a package is from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// An index; `None` is that of the user's settings.
    Index(Option<String>),
    /// A URL of a file, or of a repository as pip writes it.
    Url(String),
    /// A file or folder.
    Path(PathBuf),
    /// The project itself, which is not installed.
    #[default]
    Project,
}

/// The kinds of lock files, in the order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Uv,
    Pylock,
    Poetry,
    Pdm,
}

impl Kind {
    /// Names of the files.
    pub(super) const ALL: [(&'static str, Kind); 4] = [
        ("uv.lock", Kind::Uv),
        ("pylock.toml", Kind::Pylock),
        ("poetry.lock", Kind::Poetry),
        ("pdm.lock", Kind::Pdm),
    ];

    /// The command that writes the file.
    pub(super) fn command(self) -> &'static str {
        match self {
            Kind::Uv => "uv lock",
            Kind::Pylock => "uv export -o pylock.toml",
            Kind::Poetry => "poetry lock",
            Kind::Pdm => "pdm lock",
        }
    }
}

/// What a program asks of a lock file.
pub(super) struct Wanted<'a> {
    /// Name of the project.
    pub(super) project: Option<String>,
    /// Requirements of the project, from its pyproject.toml.
    pub(super) roots: Vec<Dependency>,
    pub(super) extras: &'a [String],
    pub(super) groups: &'a [String],
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    /// It cannot be read, or is not a lock file of this kind.
    pub(super) fn read(path: &Path, kind: Kind, wanted: &Wanted<'_>) -> Result<Lock> {
        let shown = path.display();
        let text = fs_err::read_to_string(path).context(|| format!("failed to read lock file `{shown}`"))?;
        let table: Table = toml::from_str(&text).map_err(|e| {
            let line = e.span().map(|span| 1 + text[..span.start].matches('\n').count()).unwrap_or(1);
            Error::new(format!("failed to parse lock file `{shown}`"))
                .cause(format!("line {line}: {}", e.message()))
                .hint(format!("write it again: `{}`", kind.command()))
        })?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let read = match kind {
            Kind::Uv => uv::read(&table, folder, wanted),
            Kind::Pylock => pylock::read(&table, folder, wanted),
            Kind::Poetry => poetry::read(&table, folder, wanted),
            Kind::Pdm => pdm::read(&table, folder),
        };
        read.map_err(|why| {
            Error::new(format!("failed to read lock file `{shown}`"))
                .cause(why)
                .hint(format!("write it again: `{}`", kind.command()))
        })
    }

    /// Returns the packages that the project needs in an environment, sorted by name.
    ///
    /// # Errors
    /// A required package is not pinned, or its pinned version does not match: the lock file is outdated.
    pub(super) fn needed(&self, wanted: &Wanted<'_>, at: &MarkerEnvironment) -> Result<Vec<Package>, String> {
        let mut found: BTreeMap<(String, String), &Package> = BTreeMap::new();
        // Poetry's markers also state the extras of the project.
        let own: Vec<ExtraName> = wanted.extras.iter().filter_map(|e| ExtraName::from_str(e).ok()).collect();
        if self.is_flat {
            for package in self.packages.iter().filter(|p| holds(p.marker.as_deref(), at, &own)) {
                found.insert((package.name.clone(), package.version.clone()), package);
            }
        } else {
            let roots = self.roots.as_ref().unwrap_or(&wanted.roots);
            let mut next: Vec<(String, Dependency)> = roots
                .iter()
                .filter(|d| holds(d.marker.as_deref(), at, &[]))
                .map(|d| (String::new(), d.clone()))
                .collect();
            let mut seen = BTreeSet::new();
            while let Some((by, dependency)) = next.pop() {
                let package = self.package(&dependency, &by, at, &own)?;
                let key = (package.name.clone(), package.version.clone());
                if !seen.insert((key.clone(), dependency.extras.clone())) {
                    continue;
                }
                found.insert(key, package);
                let extras: Vec<ExtraName> =
                    dependency.extras.iter().filter_map(|e| ExtraName::from_str(e).ok()).collect();
                let of_extras = dependency.extras.iter().filter_map(|e| package.extras.get(e)).flatten();
                for inner in package.dependencies.iter().chain(of_extras) {
                    if holds(inner.marker.as_deref(), at, &extras) {
                        next.push((package.name.clone(), inner.clone()));
                    }
                }
            }
        }
        // Some tools list the project itself.
        let project = wanted.project.as_deref().map(normalize);
        let is_project = |p: &Package| {
            let is_local = matches!(&p.source, Source::Path(path) if path.is_dir());
            p.source == Source::Project || is_local && Some(&p.name) == project.as_ref()
        };
        let packages: Vec<Package> = found.into_values().filter(|p| !is_project(p)).cloned().collect();
        if let Some([one, other]) =
            packages.windows(2).find(|pair| pair[0].name == pair[1].name).and_then(|pair| pair.first_chunk())
        {
            let versions = format!("{} and {}", one.version, other.version);
            return Err(format!("it has two versions of `{}` for this target: {versions}", one.name));
        }
        self.check(wanted, &packages, at)?;
        Ok(packages)
    }

    /// Fails if the requirements of the project do not match the pinned versions.
    fn check(&self, wanted: &Wanted<'_>, packages: &[Package], at: &MarkerEnvironment) -> Result<(), String> {
        for root in wanted.roots.iter().filter(|root| holds(root.marker.as_deref(), at, &[])) {
            let Some(package) = packages.iter().find(|p| p.name == root.name) else {
                // The project may require itself, with extras.
                if wanted.project.as_deref().map(normalize).as_deref() == Some(&root.name) {
                    continue;
                }
                return Err(format!("the project requires `{root}`, which the lock file does not have"));
            };
            if !fits(package, root) {
                return Err(format!(
                    "the project requires `{root}`, but the lock file has {}",
                    package.version
                ));
            }
        }
        Ok(())
    }

    fn package(
        &self,
        dependency: &Dependency,
        by: &str,
        at: &MarkerEnvironment,
        own: &[ExtraName],
    ) -> Result<&Package, String> {
        let of_name = || self.packages.iter().filter(|p| p.name == dependency.name);
        let fitting = of_name().filter(|p| holds(p.marker.as_deref(), at, own) && fits(p, dependency));
        // Of several that fit, the newest one.
        let newest = fitting.max_by_key(|p| Version::from_str(&p.version).ok());
        newest.ok_or_else(|| {
            let by = if by.is_empty() { "the project".to_owned() } else { format!("`{by}`") };
            let versions: Vec<&str> = of_name().map(|p| p.version.as_str()).collect();
            match versions.is_empty() {
                true => format!("{by} requires `{dependency}`, which the lock file does not have"),
                false => {
                    format!("{by} requires `{dependency}`, but the lock file has {}", versions.join(" and "))
                }
            }
        })
    }
}

/// Whether a package has the version that a dependency requires.
fn fits(package: &Package, dependency: &Dependency) -> bool {
    let Ok(version) = Version::from_str(&package.version) else { return true };
    dependency.versions.as_ref().is_none_or(|versions: &VersionSpecifiers| {
        // A local version such as `2.1+cpu` fits its public one; locked prereleases are wanted.
        versions.contains(&version) || versions.contains(&version.clone().without_local())
    })
}

/// Evaluates a marker. One that does not follow PEP 508 counts as true.
pub(super) fn holds(marker: Option<&str>, at: &MarkerEnvironment, extras: &[ExtraName]) -> bool {
    let Some(marker) = marker.filter(|m| !m.trim().is_empty()) else { return true };
    MarkerTree::from_str(marker).map_or(true, |tree| tree.evaluate(at, extras))
}

/// Returns the tables of an array.
fn tables<'t>(table: &'t Table, key: &str) -> Vec<&'t Table> {
    let list = table.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_table).collect()
}

/// Returns a text of a table.
fn text(table: &Table, key: &str) -> Option<String> {
    table.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// Returns the texts of a list of a table.
fn texts(table: &Table, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Returns the name of a package, and an error if it has none.
fn named(package: &Table) -> Result<String, String> {
    text(package, "name").map(|name| normalize(&name)).ok_or_else(|| "a package has no `name`".to_owned())
}

/// Returns the hashes of the files of a package: `hash = "sha256:…"` or `hashes = { sha256 = "…" }`.
fn hashes<'t>(files: impl IntoIterator<Item = &'t Table>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files {
        found.extend(text(file, "hash").filter(|hash| hash.contains(':')));
        for (kind, value) in file.get("hashes").and_then(Value::as_table).into_iter().flatten() {
            found.extend(value.as_str().map(|value| format!("{kind}:{value}")));
        }
    }
    found
}

/// Returns the index at a URL; that of PyPI is the user's own.
fn index(url: Option<String>) -> Source {
    Source::Index(url.filter(|url| url.trim_end_matches('/') != "https://pypi.org/simple"))
}

/// Returns a source in a repository, as pip writes it.
fn git(url: &str, commit: &str, subfolder: Option<&str>) -> Source {
    let subfolder = subfolder.map(|folder| format!("#subdirectory={folder}")).unwrap_or_default();
    let url = url.strip_prefix("git+").unwrap_or(url);
    Source::Url(format!("git+{url}@{commit}{subfolder}"))
}

#[cfg(test)]
mod tests;
