//! Conditions of rules: `python >= 3.10 and platform == linux and pandas < 3`.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use serde::Deserialize;

use crate::python::Python;

/// A condition, which holds if all of its terms hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct When {
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
enum Term {
    /// `platform == linux`, `platform != win32`: compares `sys.platform`.
    Platform { is: bool, name: String },
    /// `python >= 3.10`.
    Python(VersionSpecifiers),
    /// `dist`, `dist >= 1.2`: the distribution is installed, in a matching version.
    Installed(String, Option<VersionSpecifiers>),
    /// `not dist`.
    Absent(String),
}

impl TryFrom<String> for When {
    type Error = String;

    fn try_from(text: String) -> Result<When, String> {
        let terms = text.split(" and ").map(|t| term(t.trim())).collect::<Result<_, _>>()?;
        Ok(When { terms })
    }
}

fn term(text: &str) -> Result<Term, String> {
    if let Some(name) = text.strip_prefix("not ") {
        return Ok(Term::Absent(name.trim().to_owned()));
    }
    let end = text.find(|c: char| c.is_whitespace() || "=<>!~".contains(c)).unwrap_or(text.len());
    let (name, rest) = (&text[..end], text[end..].trim());
    if name.is_empty() {
        return Err(format!("expected a condition such as `python >= 3.10`, got `{text}`"));
    }
    if name == "platform" {
        let (is, value) = match (rest.strip_prefix("=="), rest.strip_prefix("!=")) {
            (Some(value), _) => (true, value),
            (_, Some(value)) => (false, value),
            _ => return Err(format!("expected `platform == NAME`, got `{text}`")),
        };
        return Ok(Term::Platform { is, name: value.trim().trim_matches('"').to_owned() });
    }
    let versions = if rest.is_empty() {
        None
    } else {
        Some(
            VersionSpecifiers::from_str(rest)
                .map_err(|e| format!("failed to read condition `{text}`: {e}"))?,
        )
    };
    match (name, versions) {
        ("python", Some(versions)) => Ok(Term::Python(versions)),
        ("python", None) => Err("expected a version after `python`".to_owned()),
        (name, versions) => Ok(Term::Installed(name.to_owned(), versions)),
    }
}

impl When {
    /// Returns whether the condition holds; `installed` returns the version of a distribution.
    pub(crate) fn holds(&self, python: &Python, installed: &dyn Fn(&str) -> Option<String>) -> bool {
        self.terms.iter().all(|term| match term {
            Term::Platform { is, name } => (python.target.sys_platform() == name) == *is,
            Term::Python(versions) => {
                let (major, minor, micro) = python.version;
                versions.contains(&Version::new([u64::from(major), u64::from(minor), u64::from(micro)]))
            }
            Term::Absent(name) => installed(name).is_none(),
            Term::Installed(name, versions) => installed(name).is_some_and(|version| match versions {
                None => true,
                Some(versions) => Version::from_str(&version).is_ok_and(|v| versions.contains(&v)),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_terms() {
        assert!(When::try_from("python >= 3.10 and platform == linux and pandas<3".to_owned()).is_ok());
        assert!(When::try_from("platform linux".to_owned()).is_err());
        assert!(When::try_from("python".to_owned()).is_err());
        assert!(When::try_from("numpy ?? 1".to_owned()).is_err());
    }
}
