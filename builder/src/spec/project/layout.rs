//! Where the packages of a project are, as its build backend would find them.

use std::path::{Path, PathBuf};

use toml::Value;

use super::Project;
use crate::spec::{Item, entry};

impl Project {
    /// Returns the folders that contain the project's packages: those that the settings of its build backend
    /// name, and `src`.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let mut names: Vec<String> = Vec::new();
        let backend = |keys: &[&str]| self.text(&[&["tool"], keys].concat());
        names.extend(self.texts(&["tool", "setuptools", "packages", "find", "where"]));
        names.extend(backend(&["pdm", "build", "package-dir"]));
        names.extend(backend(&["uv", "build-backend", "module-root"]));
        names.extend(backend(&["maturin", "python-source"]));
        for package in
            self.at(&["tool", "poetry", "packages"]).and_then(Value::as_array).into_iter().flatten()
        {
            names.extend(package.get("from").and_then(Value::as_str).map(str::to_owned));
        }
        for (package, folder) in self.placed_packages() {
            let parent = Path::new(&folder).parent().unwrap_or(Path::new(""));
            if package.is_empty() {
                names.push(folder);
            } else if Path::new(&folder).ends_with(package.replace('.', "/")) {
                names.push(parent.to_string_lossy().into_owned());
            }
        }
        names.push("src".into());
        let mut folders: Vec<PathBuf> = Vec::new();
        for name in names {
            let folder = entry::absolute(&self.folder.join(name));
            if folder.is_dir() && !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        if !folders.contains(&self.folder) {
            folders.push(self.folder.clone());
        }
        folders
    }

    /// Returns packages that the settings of a build backend name with their folders. The empty name stands
    /// for all packages.
    fn placed_packages(&self) -> Vec<(String, String)> {
        let table = self.at(&["tool", "setuptools", "package-dir"]).and_then(Value::as_table);
        let mut found: Vec<(String, String)> = table
            .into_iter()
            .flatten()
            .filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())))
            .collect();
        let hatch = self.texts(&["tool", "hatch", "build", "targets", "wheel", "packages"]);
        let scikit = self.texts(&["tool", "scikit-build", "wheel", "packages"]);
        for folder in hatch.into_iter().chain(scikit) {
            let name = Path::new(&folder).file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((name, folder));
        }
        found
    }

    /// Returns the folders to search for the modules of the project. `tops` are the top-level modules of its
    /// programs.
    pub(crate) fn search_paths(&self, tops: &[String]) -> Vec<PathBuf> {
        let holds = |folder: &Path, top: &String| {
            folder.join(top).is_dir() || folder.join(format!("{top}.py")).is_file()
        };
        let mut paths = self.folders();
        // The folder of the project is the last one. It also contains what does not belong to the program.
        let own = paths.pop().unwrap_or_default();
        let elsewhere = |top: &String| paths.iter().any(|folder| holds(folder, top));
        if paths.is_empty() || tops.iter().any(|top| !elsewhere(top) && holds(&own, top)) {
            paths.push(own);
        }
        paths
    }

    /// Returns the top-level packages of the project: those of its programs, those that its build backend
    /// names or would find by the project's name, and all packages in a folder for packages only.
    pub(crate) fn packages(&self, tops: &[String]) -> Vec<String> {
        let mut names: Vec<String> = tops.to_vec();
        names.extend(self.texts(&["tool", "setuptools", "packages"]));
        names.extend(self.placed_packages().into_iter().map(|(name, _)| name));
        names.extend(self.text(&["tool", "flit", "module", "name"]));
        names.extend(self.text(&["tool", "uv", "build-backend", "module-name"]));
        for package in
            self.at(&["tool", "poetry", "packages"]).and_then(Value::as_array).into_iter().flatten()
        {
            names.extend(package.get("include").and_then(Value::as_str).map(str::to_owned));
        }
        names.extend(self.name().map(|name| name.replace(['-', '.'], "_")));
        names.extend(self.name().map(|name| name.to_lowercase().replace(['-', '.'], "_")));
        let folders = self.folders();
        for folder in folders.iter().filter(|folder| **folder != self.folder) {
            let packages = crate::os::list(folder).into_iter().filter(|p| p.join("__init__.py").is_file());
            names.extend(packages.filter_map(|p| Some(p.file_name()?.to_str()?.to_owned())));
        }
        let mut found: Vec<String> = Vec::new();
        for name in names {
            let top = crate::names::top(&name).to_owned();
            let is_there = folders.iter().any(|folder| folder.join(&top).is_dir());
            if is_there && entry::is_identifier(&top) && !found.contains(&top) {
                found.push(top);
            }
        }
        found
    }

    /// Returns the files outside of the packages that the wheel of the project would contain.
    pub(crate) fn items(&self) -> Vec<Item> {
        let forced = self.at(&["tool", "hatch", "build", "targets", "wheel", "force-include"]);
        let forced = forced.and_then(Value::as_table).into_iter().flatten();
        let item = |(from, to): (&String, &Value)| {
            let from = entry::absolute(&self.folder.join(from));
            let to = to.as_str()?.trim_matches('/');
            // A file keeps its name; `to` includes it.
            let folder =
                if from.is_file() { to.rsplit_once('/').map_or(".", |(folder, _)| folder) } else { to };
            let same_name = from.is_dir() || Path::new(to).file_name() == from.file_name();
            (from.exists() && same_name && !folder.contains("..")).then(|| Item {
                from: from.to_string_lossy().into_owned(),
                to: if folder.is_empty() { ".".to_owned() } else { folder.to_owned() },
                place: "pyproject.toml".to_owned(),
                ..Item::default()
            })
        };
        forced.filter_map(item).collect()
    }
}
