//! Explains why something is not in an application: missing, excluded, left to the host, or installed but not
//! reached.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Map;
use crate::analysis::Guard;
use crate::analysis::world::disk::Disk;
use crate::analysis::world::distributions::Installed;
use crate::archive::manifest::Why;
use crate::error::Result;
use crate::names::Pattern;
use crate::os;
use crate::python::Python;
use crate::rules::implicit;
use crate::rules::load::Rules;
use crate::spec::Request;

/// Maximum number of importers and patterns to list.
const TOLD: usize = 5;

/// The input of a build, if available. An application alone does not reveal what is installed.
#[derive(Clone, Copy, Debug)]
pub struct BuildContext<'a> {
    /// The request.
    pub request: &'a Request,
    /// The interpreter.
    pub python: &'a Python,
}

/// Why a name is not in an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// The name.
    pub name: String,
    /// `missing`, `excluded`, `not-followed`, `host`, `left-out`, `not-reached` or `unknown`.
    pub state: &'static str,
    /// Known facts, one line each.
    pub facts: Vec<String>,
    /// What to try next.
    pub hint: Option<String>,
    /// Similar names in the application.
    pub nearest: Vec<String>,
}

impl Map {
    /// Explains why a name that [`Map::find`] does not find is not in the application.
    ///
    /// # Errors
    /// A rule file cannot be read.
    pub fn absent(&self, name: &str, build: Option<BuildContext<'_>>) -> Result<Absent> {
        let absent = |state, facts, hint| Absent {
            name: name.to_owned(),
            state,
            facts,
            hint,
            nearest: self.nearest(name),
        };
        let place = build.and_then(|s| installed(name, s));
        if let Some(pattern) = self.excluded.iter().find(|p| Pattern::new(p).covers(name)) {
            let fact = format!("excluded by `{pattern}` in `exclude` of `[modules]`");
            return Ok(absent("excluded", vec![fact], Some("remove the pattern to include it".to_owned())));
        }
        let is_it = |path: &&String| {
            path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        if let Some((path, left)) = self.left_out.iter().find(|(path, _)| is_it(path)) {
            let fact = format!("`{path}` of `{}` is left out: {}", left.package, left.cause.text());
            return Ok(absent("left-out", vec![fact], Some(left.cause.hint(&left.package))));
        }
        if let Some(who) = self.host.get(name) {
            let facts = vec![format!("it stays with the host; `{who}` needs it")];
            let hint = "name its file in `[[binary]]` to include it";
            return Ok(absent("host", facts, Some(hint.to_owned())));
        }
        if let Some((missing, whys)) = self.missing_of(name) {
            let mut facts = vec![format!("`{missing}` is not installed")];
            facts.extend(whys.iter().take(TOLD).map(|w| self.importer(w)));
            if whys.len() > TOLD {
                facts.push(format!("and imported at {} more places", whys.len() - TOLD));
            }
            let hint = format!("install the distribution that provides `{missing}` to include it");
            return Ok(absent("missing", facts, Some(hint)));
        }
        if let Some(build) = build {
            let mut patterns = self.not_followed(name, build)?;
            if !patterns.is_empty() {
                if place.is_none() {
                    patterns.insert(0, "it is not installed".to_owned());
                }
                let hint = place.is_some().then(|| include_hint(name));
                return Ok(absent("not-followed", patterns, hint));
            }
        }
        if let Some(place) = place {
            let hint = place.is_module.then(|| include_hint(name));
            let hint =
                hint.or_else(|| place.file.then(|| "name it in a `[[data]]` table to include it".to_owned()));
            return Ok(absent("not-reached", vec![place.fact], hint));
        }
        let facts = match build {
            Some(_) => vec!["nothing of that name is installed, and nothing imports it".to_owned()],
            None => vec!["nothing in it imports it".to_owned()],
        };
        Ok(absent("unknown", facts, None))
    }

    /// Returns the unresolved import that explains a missing name: of the name itself, or of a package that
    /// contains it.
    fn missing_of(&self, name: &str) -> Option<(&str, &[Why])> {
        let ends = name.match_indices('.').map(|(i, _)| i).chain([name.len()]);
        let found = ends.filter_map(|end| self.missing.get_key_value(&name[..end])).next();
        found.map(|(name, whys)| (name.as_str(), whys.as_slice()))
    }

    fn importer(&self, why: &Why) -> String {
        let how = why.guard.and_then(Guard::position).map(|at| format!(" ({at})")).unwrap_or_default();
        let module = self.modules.get(&why.from).map(|at| &self.nodes[*at]);
        let place = match (module.and_then(|m| m.path.as_ref()), why.line) {
            (Some(path), 1..) => format!("{path}:{}", why.line),
            (Some(path), _) => path.clone(),
            (None, _) if why.from.is_empty() => "the request".to_owned(),
            (None, _) => why.from.clone(),
        };
        format!("imported by {place}{how}")
    }

    /// Returns rules and tables that prevent imports of a name from being followed, for modules in the
    /// application.
    fn not_followed(&self, name: &str, build: BuildContext<'_>) -> Result<Vec<String>> {
        let implicit = implicit::load()?;
        let rules = Rules::load(build.request)?;
        let mut found = Vec::new();
        for (module, _) in self.modules.iter().filter(|(m, _)| !m.starts_with("__")) {
            for pattern in implicit.unwanted(module).iter().filter(|p| Pattern::new(p).covers(name)) {
                found.push(format!(
                    "guarded imports of it by `{module}` are not followed (`{pattern}` in `implicit.toml`)"
                ));
            }
            for rule in rules.of(module) {
                for pattern in rule.no_follow.iter().filter(|p| Pattern::new(p).covers(name)) {
                    found.push(format!(
                        "guarded imports of it below `{module}` are not followed (`{pattern}` in rule file `{}`)",
                        rule.file
                    ));
                }
            }
        }
        found.sort();
        found.dedup();
        found.truncate(TOLD);
        Ok(found)
    }
}

fn include_hint(name: &str) -> String {
    format!("`include = [\"{name}\"]` in `[modules]` includes it")
}

/// Something that is installed.
struct Place {
    fact: String,
    is_module: bool,
    file: bool,
}

/// Searches the installed items for a name: a module, a distribution, or a file of one.
fn installed(name: &str, build: BuildContext<'_>) -> Option<Place> {
    let folders: Vec<PathBuf> =
        build.request.python.paths.iter().chain(&build.python.search_path).cloned().collect();
    if let Some(path) = folders.iter().find_map(|f| module_in(f, name)) {
        let fact = format!("installed at `{}`, but no import that is followed leads to it", path.display());
        return Some(Place { fact, is_module: true, file: false });
    }
    let installed = Installed::scan(&folders, &Disk::default(), None);
    if let Some((_, distribution)) = installed.named(name) {
        let fact = format!(
            "{} {} is installed, but no import that is followed leads to a module of it",
            distribution.name, distribution.version
        );
        return Some(Place { fact, is_module: false, file: false });
    }
    let end = format!("/{}", name.trim_start_matches('/'));
    let (distribution, file) = installed
        .iter()
        .find_map(|d| Some((d, d.files.iter().find(|f| **f == name || f.ends_with(&end))?)))?;
    let fact = format!(
        "`{file}` is installed by {} {}, but nothing in the program uses it",
        distribution.name, distribution.version
    );
    Some(Place { fact, is_module: false, file: true })
}

/// Returns the file or folder of a module below a folder of the search path.
fn module_in(folder: &Path, name: &str) -> Option<PathBuf> {
    let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !name.split('.').all(is_name) {
        return None;
    }
    let path = name.split('.').fold(folder.to_owned(), |path, part| path.join(part));
    let file = path.with_extension("py");
    let package = path.join("__init__.py");
    if let Some(found) = [package, file].into_iter().find(|p| p.is_file()) {
        return Some(found);
    }
    let start = format!("{}.", path.file_name()?.to_str()?);
    let extension = |n: &str| n.starts_with(&start) && [".so", ".pyd", ".pyc"].iter().any(|s| n.ends_with(s));
    let fits = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()).is_some_and(extension);
    os::list(path.parent()?).into_iter().find(fits)
}
