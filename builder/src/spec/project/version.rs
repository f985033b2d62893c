//! The version of a project: stated, or where its build backend reads it from.

use std::path::{Path, PathBuf};

use toml::Value;

use super::Project;

/// Variables that contain a version.
const VARIABLES: &[&str] = &["__version__", "VERSION", "version"];

impl Project {
    /// Returns the version. A dynamic one is read from the file that the build backend would read, or would
    /// write for a version from tags. `None` if only running the backend could tell.
    pub(crate) fn version(&self) -> Option<String> {
        let stated = self.text(&["project", "version"]);
        let stated = stated.or_else(|| self.text(&["tool", "poetry", "version"]));
        stated.or_else(|| self.dynamic_version()).filter(|version| !version.is_empty())
    }

    fn dynamic_version(&self) -> Option<String> {
        let setuptools = self.at(&["tool", "setuptools", "dynamic", "version"]);
        if let Some(attribute) = setuptools.and_then(|v| v.get("attr")).and_then(Value::as_str) {
            let (module, variable) = attribute.rsplit_once('.')?;
            return self.of_module(module, &[variable]);
        }
        if let Some(files) = setuptools.and_then(|v| v.get("file")) {
            let file = files.as_str().or_else(|| files.as_array()?.first()?.as_str())?;
            return Some(self.read_file(file)?.trim().to_owned());
        }
        let files = [
            &["tool", "hatch", "version", "path"][..],
            &["tool", "pdm", "version", "path"],
            &["tool", "hatch", "build", "hooks", "vcs", "version-file"],
            &["tool", "setuptools_scm", "version_file"],
            &["tool", "setuptools_scm", "write_to"],
            &["tool", "pdm", "version", "write_to"],
        ];
        let from_file =
            files.iter().find_map(|keys| variable(&self.read_file(&self.text(keys)?)?, VARIABLES));
        let of_package =
            || self.packages(&[]).iter().find_map(|package| self.of_module(package, &VARIABLES[..1]));
        from_file.or_else(|| self.of_metadata()).or_else(of_package)
    }

    /// Returns the version of a source distribution.
    fn of_metadata(&self) -> Option<String> {
        let text = self.read_file("PKG-INFO")?;
        let headers = text.lines().take_while(|line| !line.is_empty());
        headers.filter_map(|line| line.strip_prefix("Version:")).next().map(|v| v.trim().to_owned())
    }

    /// Returns the text that a module assigns to a variable.
    fn of_module(&self, module: &str, variables: &[&str]) -> Option<String> {
        let path: PathBuf = module.split('.').collect();
        let files = self.folders().into_iter().flat_map(|folder| {
            let path = folder.join(&path);
            [path.join("__init__.py"), path.with_extension("py")]
        });
        files
            .filter_map(|file| std::fs::read_to_string(file).ok())
            .find_map(|text| variable(&text, variables))
    }

    fn read_file(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(Path::new(name))).ok()
    }
}

/// Returns the text that a source assigns to one of the variables.
pub(crate) fn variable(source: &str, variables: &[&str]) -> Option<String> {
    let value = |line: &str, name: &str| {
        let rest = line.strip_prefix(name)?.trim_start();
        let rest = if let Some(annotated) = rest.strip_prefix(':') {
            annotated.split_once('=')?.1
        } else {
            rest.strip_prefix('=')?
        };
        // `__version__ = version = "1.0"`
        let rest = rest.rsplit_once(" = ").map_or(rest, |(_, last)| last).trim();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let text = rest[1..].split(quote).next()?;
        Some(text.trim_start_matches('v').to_owned())
    };
    variables.iter().find_map(|name| source.lines().find_map(|line| value(line, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_sources() {
        for (line, expected) in [
            ("__version__ = \"1.2\"  # why", Some("1.2")),
            ("import x\n__version__: str = 'v2.0'\n", Some("2.0")),
            ("__version__ = version = '0.1.dev3+g1'", Some("0.1.dev3+g1")),
            ("VERSION=\"3\"", Some("3")),
            ("__version__ = compute()", None),
            ("__version_info__ = '1'", None),
        ] {
            assert_eq!(variable(line, VARIABLES).as_deref(), expected, "{line}");
        }
    }
}
