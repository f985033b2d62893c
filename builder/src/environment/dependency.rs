//! A requirement of a project or of a package.

use std::fmt;
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use pep508_rs::VersionOrUrl;

use crate::requirement::{self, normalize, split_marker};

/// A requirement of a project or of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Dependency {
    /// Normalized name.
    pub(super) name: String,
    pub(super) extras: Vec<String>,
    pub(super) versions: Option<VersionSpecifiers>,
    pub(super) url: Option<String>,
    pub(super) marker: Option<String>,
}

impl Dependency {
    /// Returns a requirement of a name and a range of versions.
    pub(super) fn new(name: &str, versions: Option<&str>) -> Result<Dependency, String> {
        let versions = versions.map(VersionSpecifiers::from_str).transpose();
        let versions = versions.map_err(|e| format!("invalid version of `{name}`: {e}"))?;
        Ok(Dependency { name: normalize(name), versions, ..Dependency::default() })
    }

    /// Parses a requirement as defined by PEP 508.
    pub(super) fn read(text: &str) -> Result<Dependency, String> {
        let read = requirement::read(text.trim());
        let read = read.ok_or_else(|| format!("`{text}` is not a requirement as defined by PEP 508"))?;
        let marker = split_marker(text).1;
        let (versions, url) = match read.version_or_url {
            Some(VersionOrUrl::VersionSpecifier(versions)) => (Some(versions), None),
            Some(VersionOrUrl::Url(url)) => (None, Some(url.to_string())),
            None => (None, None),
        };
        Ok(Dependency {
            name: normalize(read.name.as_ref()),
            extras: read.extras.iter().map(ToString::to_string).collect(),
            versions,
            url,
            marker: (!marker.is_empty()).then(|| marker.to_owned()),
        })
    }

    /// Returns the requirement as a line of a requirements file.
    pub(super) fn line(&self) -> String {
        match &self.marker {
            // In a URL, a semicolon starts the marker only after a space.
            Some(marker) => format!("{self} ; {marker}"),
            None => self.to_string(),
        }
    }
}

impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.extras.is_empty() {
            write!(f, "[{}]", self.extras.join(","))?;
        }
        match (&self.url, &self.versions) {
            (Some(url), _) => write!(f, " @ {url}"),
            (None, Some(versions)) => {
                let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
                f.write_str(&versions.join(","))
            }
            (None, None) => Ok(()),
        }
    }
}
