//! Checks whether the requirements of distributions (`Requires-Dist`) are met, with markers evaluated for the
//! target.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, VersionOrUrl};

use super::tags::Tags;
use super::wheels::{Chosen, Wheel, normalize};
use crate::error::{Error, Warning};
use crate::python::Python;
use crate::requirement;

/// Distributions that exist in addition to the wheels.
#[derive(Debug, Default)]
pub(super) struct Present(BTreeMap<String, Option<Version>>);

impl Present {
    /// Finds the distributions in folders of installed packages.
    pub(super) fn scan<'a>(folders: impl Iterator<Item = &'a PathBuf>) -> Present {
        let entries = folders.flat_map(|f| std::fs::read_dir(f).into_iter().flatten().flatten());
        let named = entries.filter_map(|e| {
            let file = e.file_name().into_string().ok()?;
            let stem = file.strip_suffix(".dist-info").or_else(|| file.strip_suffix(".egg-info"))?;
            let (name, version) = stem.split_once('-').unwrap_or((stem, ""));
            let version = version.split("-py").next().and_then(|v| v.parse().ok());
            Some((normalize(name), version))
        });
        Present(named.collect())
    }

    /// Returns the older version of each distribution that both have in different versions.
    pub(super) fn oldest_of_differing(&self, others: &Present) -> impl Iterator<Item = (String, Version)> {
        self.0.iter().filter_map(|(name, version)| {
            let (version, other) = (version.as_ref()?, others.0.get(name)?.as_ref()?);
            (version != other).then(|| (name.clone(), std::cmp::min(version, other).clone()))
        })
    }
}

/// The unmet requirements of wheels, and warnings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Problems {
    /// Requirements without a matching distribution.
    pub(super) unmet: Vec<Unmet>,
    /// Warnings about requirements that do not follow PEP 508: only the distribution's name is checked.
    pub(super) warnings: Vec<Warning>,
}

/// A requirement of a wheel without a matching distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unmet {
    /// The wheel, with its version.
    pub(super) by: String,
    /// The distribution.
    pub(super) name: String,
    /// The requirement, such as `name>=1`.
    pub(super) requirement: String,
    /// The existing version.
    pub(super) got: Option<String>,
}

/// Checks the requirements of all wheels.
pub(super) fn problems(chosen: &Chosen, present: &Present, python: &Python) -> Problems {
    let Some(environment) = python.markers() else { return Problems::default() };
    let wheels: BTreeMap<&str, &Wheel> = chosen.wheels.iter().map(|w| (w.name.as_str(), w)).collect();
    let mut found = Vec::new();
    let mut warnings = Vec::new();
    for wheel in &chosen.wheels {
        found.extend(python_version(wheel, &environment));
        for text in unreadable(wheel, &environment) {
            let message = format!("`{}` requires `{text}`, which does not follow PEP 508", wheel.title());
            warnings.push(Warning::new(message).hint("check that the version that is collected fits"));
            let name = normalize(requirement::name(text));
            let is_there = wheels.contains_key(name.as_str()) || present.0.contains_key(&name);
            if !is_there && !name.is_empty() {
                found.push(Unmet { by: wheel.title(), requirement: name.clone(), got: None, name });
            }
        }
    }
    let mut seen: HashSet<(String, Vec<ExtraName>)> = HashSet::new();
    let mut next: Vec<(&Wheel, Vec<ExtraName>)> = chosen.wheels.iter().map(|w| (w, Vec::new())).collect();
    while let Some((wheel, extras)) = next.pop() {
        if !seen.insert((wheel.name.clone(), extras.clone())) {
            continue;
        }
        for requirement in headers(&wheel.metadata, "Requires-Dist").filter_map(requirement::read) {
            if !requirement.evaluate_markers(&environment, &extras) {
                continue;
            }
            let name = normalize(requirement.name.as_ref());
            let versions = match &requirement.version_or_url {
                Some(VersionOrUrl::VersionSpecifier(versions)) => Some(versions),
                _ => None,
            };
            let there = wheels.get(name.as_str()).map(|w| Some(&w.version));
            let there = there.or_else(|| present.0.get(&name).map(Option::as_ref));
            let fits = match (there, versions) {
                (None, _) => false,
                (Some(Some(version)), Some(versions)) => fits(version, versions),
                _ => true,
            };
            if !fits {
                found.push(Unmet {
                    by: wheel.title(),
                    requirement: format!("{name}{}", versions.map(ToString::to_string).unwrap_or_default()),
                    got: there.map(|v| v.map(ToString::to_string).unwrap_or_default()),
                    name: name.clone(),
                });
            }
            if let Some(wheel) = wheels.get(name.as_str()) {
                let mut extras = requirement.extras.clone();
                extras.sort();
                next.push((wheel, extras));
            }
        }
    }
    found.sort_by(|a, b| (&a.by, &a.requirement).cmp(&(&b.by, &b.requirement)));
    found.dedup();
    Problems { unmet: found, warnings }
}

/// Returns an error that lists all unmet requirements.
pub(super) fn error(problems: &Problems, chosen: &Chosen, tags: &Tags) -> Option<Error> {
    let unmet = &problems.unmet;
    if unmet.is_empty() {
        return None;
    }
    let target = tags.target.name();
    let mut error = Error::new(format!("the packages for {target} do not have all that they require"));
    for Unmet { by, name, requirement, got } in unmet {
        error = error.cause(match (got, chosen.unfit.get(name)) {
            (Some(got), _) => format!("`{by}` requires `{requirement}`, got {got}"),
            (None, Some(files)) => format!(
                "`{by}` requires `{requirement}`, and none of its wheels fits: `{}`, expected {}",
                files.join("`, `"),
                tags.example()
            ),
            (None, None) => format!("`{by}` requires `{requirement}`, which is missing"),
        });
    }
    Some(
        error.hint(
            "put the missing wheels into the folder, or name a file of requirements with `--requirements`",
        ),
    )
}

/// Whether a version matches. Existing prereleases are accepted.
fn fits(version: &Version, versions: &VersionSpecifiers) -> bool {
    versions.contains(version)
}

/// Returns the requirements of a wheel that apply to the target but do not follow PEP 508.
fn unreadable<'w>(
    wheel: &'w Wheel,
    environment: &'w MarkerEnvironment,
) -> impl Iterator<Item = &'w str> + 'w {
    headers(&wheel.metadata, "Requires-Dist")
        .filter(|text| requirement::read(text).is_none() && requirement::applies(text, Some(environment)))
}

/// Checks `Requires-Python` against the version of the target.
fn python_version(wheel: &Wheel, environment: &MarkerEnvironment) -> Option<Unmet> {
    let text = headers(&wheel.metadata, "Requires-Python").next()?;
    let versions = VersionSpecifiers::from_str(text).ok()?;
    let version = &environment.python_full_version().version;
    (!versions.contains(version)).then(|| Unmet {
        by: wheel.title(),
        name: "python".to_owned(),
        requirement: format!("python{versions}"),
        got: Some(version.to_string()),
    })
}

fn headers<'a>(metadata: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = metadata.lines().take_while(|line| !line.is_empty());
    lines.filter_map(move |line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(key).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    fn wheel(name: &str, version: &str, metadata: &str) -> Wheel {
        let metadata = format!("Name: {name}\n{metadata}\n\nRequires-Dist: text\n");
        Wheel { path: PathBuf::new(), name: name.into(), version: version.parse().unwrap(), metadata }
    }

    fn check(target: &str, wheels: Vec<Wheel>) -> Vec<(String, String, Option<String>)> {
        let python = Python::blank(Target::named(target).unwrap());
        let chosen = Chosen { wheels, ..Chosen::default() };
        let found = problems(&chosen, &Present(BTreeMap::from([("there".into(), None)])), &python);
        found.unmet.into_iter().map(|u| (u.by, u.requirement, u.got)).collect()
    }

    #[test]
    fn markers_are_those_of_the_target() {
        let wheels = || vec![wheel("click", "8", "Requires-Dist: colorama ; sys_platform == \"win32\"")];
        assert_eq!(check("linux-aarch64", wheels()), []);
        assert_eq!(check("windows-x86_64", wheels()), [("click 8".into(), "colorama".into(), None)]);
    }

    #[test]
    fn versions_extras_and_python_are_checked() {
        let found = check(
            "linux-x86_64",
            vec![
                wheel("a", "1", "Requires-Dist: b[x] (>=2)\nRequires-Dist: there>9"),
                wheel("b", "1.5", "Requires-Dist: c; extra == 'x'\nRequires-Dist: d; extra == 'y'"),
                wheel("e", "1", "Requires-Python: >=3.12"),
            ],
        );
        assert_eq!(
            found,
            [
                ("a 1".into(), "b>=2".into(), Some("1.5".into())),
                ("b 1.5".into(), "c".into(), None),
                ("e 1".into(), "python>=3.12".into(), Some("3.11.2".into())),
            ]
        );
    }

    #[test]
    fn of_a_requirement_that_cannot_be_read_the_name_is_checked() {
        let python = Python::blank(Target::named("linux-x86_64").unwrap());
        let wheels = vec![wheel("a", "1", "Requires-Dist: b >== 2\nRequires-Dist: there (<2.*)")];
        let chosen = Chosen { wheels, ..Chosen::default() };
        let problems = problems(&chosen, &Present(BTreeMap::from([("there".into(), None)])), &python);
        let unmet: Vec<&str> = problems.unmet.iter().map(|u| u.requirement.as_str()).collect();
        assert_eq!(unmet, ["b"]);
        let warnings: Vec<&str> = problems.warnings.iter().map(|w| w.message.as_str()).collect();
        let expected = [
            "`a 1` requires `b >== 2`, which does not follow PEP 508",
            "`a 1` requires `there (<2.*)`, which does not follow PEP 508",
        ];
        assert_eq!(warnings, expected);
    }
}
