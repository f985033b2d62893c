//! The policy for data files of packages and for parts of metadata, from policy.toml.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use crate::error::{Context, Result};
use crate::target::Target;

/// The content of policy.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    suffixes: HashSet<String>,
    names: HashSet<String>,
    folders: HashSet<String>,
    headers: HeaderPolicy,
    users: BTreeMap<String, Vec<String>>,
    foreign: BTreeMap<String, Vec<String>>,
    metadata: MetadataPolicy,
    prefix: PrefixPolicy,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderPolicy {
    folders: Vec<String>,
    suffixes: HashSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrefixPolicy {
    folders: Vec<String>,
    others: Vec<String>,
    libraries: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetadataPolicy {
    names: HashSet<String>,
    prefixes: Vec<String>,
}

impl Policy {
    /// Reads the embedded policy.
    ///
    /// # Errors
    /// The policy is malformed, which a test excludes.
    pub(crate) fn load() -> Result<Policy> {
        toml::from_str(include_str!("policy.toml")).context(|| "failed to read the embedded `policy.toml`")
    }

    /// Returns whether a program may read this file; `path` is relative to its package.
    pub(crate) fn is_data(&self, path: &str, target: &Target) -> bool {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        // A template (cookiecutter and similar tools) is copied as a whole.
        if path.contains("{{") {
            return true;
        }
        if self.names.contains(name) || folders.split('/').any(|f| self.folders.contains(f)) {
            return false;
        }
        let suffix = suffix(name);
        let foreign = self.foreign.get(target.sys_platform());
        !self.suffixes.contains(&suffix) && !foreign.is_some_and(|f| f.contains(&suffix))
    }

    /// Returns the folder of headers that contains a file, if the file is one.
    pub(crate) fn header_folder<'f>(&self, file: &'f Path) -> Option<&'f Path> {
        let name = file.file_name()?.to_str()?;
        let is_folder = |above: &&Path| self.headers.folders.iter().any(|folder| above.ends_with(folder));
        file.ancestors()
            .skip(1)
            .filter(is_folder)
            .last()
            .filter(|_| self.headers.suffixes.contains(&suffix(name)))
    }

    /// Returns whether only modules that are not collected read a file; `path` is relative to its package,
    /// or to the interpreter's prefix.
    pub(crate) fn is_for_others(&self, path: &str, is_collected: impl Fn(&str) -> bool) -> bool {
        let is_below = |folder: &str| match folder.contains('/') {
            true => path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
            false => path.rsplit_once('/').is_some_and(|(above, _)| above.split('/').any(|f| f == folder)),
        };
        let mut users = self.users.iter().filter(|(folder, _)| is_below(folder));
        users.any(|(_, users)| !users.iter().any(|user| is_collected(user)))
    }

    /// Returns whether a folder inside a package is searched.
    pub(crate) fn enters(&self, folder: &str) -> bool {
        !self.folders.contains(folder)
    }

    /// Returns whether a program may read this file; `path` is relative to the interpreter's prefix.
    pub(crate) fn is_prefix_data(&self, path: &str) -> bool {
        let below =
            |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.prefix.folders.iter().any(below) && !self.prefix.others.iter().any(below)
    }

    /// Returns whether a library below the interpreter's prefix is in a folder from which programs load
    /// libraries.
    pub(crate) fn is_folder_of_libraries(&self, path: &str, target: &Target) -> bool {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.prefix.libraries.get(target.sys_platform()).is_some_and(|l| l.iter().any(|f| f == folder))
    }

    /// Returns whether a file of a dist-info or egg-info folder is collected.
    pub(crate) fn is_metadata(&self, path: &str) -> bool {
        self.metadata.names.contains(path)
            || self.metadata.prefixes.iter().any(|p| path.starts_with(p.as_str()))
    }
}

/// Returns the suffix of a file name in lower case, with its dot, or an empty string.
fn suffix(name: &str) -> String {
    match name.rfind('.') {
        Some(at) if at > 0 => name[at..].to_lowercase(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Arch, Os};

    #[test]
    fn tells_data_from_sources() {
        let policy = Policy::load().unwrap();
        let linux = Target { os: Os::Linux, arch: Arch::X86_64, musl: false };
        for data in ["cacert.pem", "mpl-data/matplotlibrc", "templates/a.html", "x.json"] {
            assert!(policy.is_data(data, &linux), "{data}");
        }
        for other in ["x.h", "tests/a.csv", "core.pyi", "py.typed", "cli.exe", "lib/__pycache__/a.pyc"] {
            assert!(!policy.is_data(other, &linux), "{other}");
        }
        assert!(policy.is_prefix_data("share/x/y.json") && !policy.is_prefix_data("share/man/man1/x.1"));
        assert!(policy.is_folder_of_libraries("lib/libx.so.1", &linux));
        assert!(!policy.is_folder_of_libraries("lib/python3.12/libx.so", &linux));
        assert!(!policy.is_prefix_data("bin/x") && !policy.is_prefix_data("shared/x"));
        let header = Path::new("/s/kit/include/a/include/b.hpp");
        assert_eq!(policy.header_folder(header), Some(Path::new("/s/kit/include")));
        assert!(policy.header_folder(Path::new("/s/kit/include/a.txt")).is_none());
        let is_for_others = |path: &str, user: &str| policy.is_for_others(path, |name| name == user);
        assert!(is_for_others("labextension/static/a.js", "plotly") && is_for_others("share/jupyter/a", "x"));
        assert!(!is_for_others("labextension/a.js", "jupyter_core") && !is_for_others("share/x/a", "x"));
        assert!(policy.is_metadata("licenses/LICENSE.txt") && !policy.is_metadata("direct_url.json"));
    }
}
