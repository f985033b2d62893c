//! Installed distributions: finds those on the search path and the owner of a file.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use pep508_rs::MarkerEnvironment;
use rayon::prelude::*;

use super::disk::Disk;
use super::entry_points;
use super::info;
use crate::analysis::graph::{Distribution, Info};
use crate::names;
use crate::python::record;
use crate::requirement;

/// The distributions on the search path.
#[derive(Debug, Default)]
pub(crate) struct Installed {
    all: Vec<Scanned>,
    by_name: HashMap<String, usize>,
    /// Location and first component of a path → distributions that have files there.
    by_top: HashMap<PathBuf, HashMap<String, Vec<usize>>>,
    /// The marker values of the target.
    markers: Option<MarkerEnvironment>,
}

/// The relevant requirements of a distribution.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extras {
    /// Requirements that apply on the target without extras.
    None,
    /// All requirements, whether they apply or not.
    Any,
}

#[derive(Debug)]
struct Scanned {
    distribution: Distribution,
    /// Top-level names from the metadata (`top_level.txt`).
    top_level: Vec<String>,
    files: std::sync::OnceLock<HashSet<String>>,
}

impl Installed {
    /// Scans the search path. The first distribution of a name is used, as in `importlib.metadata`.
    /// `markers` decide which requirements apply.
    pub(crate) fn scan(
        search_path: &[PathBuf],
        disk: &Disk,
        markers: Option<MarkerEnvironment>,
    ) -> Installed {
        let infos: Vec<Info> = search_path.iter().flat_map(|root| info::all(root, disk)).collect();
        let scanned: Vec<Scanned> = infos.par_iter().filter_map(|info| scan_one(info, disk)).collect();
        let mut installed = Installed { markers, ..Installed::default() };
        for one in scanned {
            let name = normalize(&one.distribution.name);
            if installed.by_name.contains_key(&name) {
                continue;
            }
            let at = installed.all.len();
            let tops = tops(&one);
            let here = installed.by_top.entry(one.distribution.location.clone()).or_default();
            for top in tops {
                here.entry(top).or_default().push(at);
            }
            installed.by_name.insert(name, at);
            if let Some(egg) = one.distribution.info.egg() {
                installed.by_name.entry(normalize(egg)).or_insert(at);
            }
            installed.all.push(one);
        }
        installed
    }

    /// Returns all distributions, in the order of the search path.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Distribution> {
        self.all.iter().map(|s| &s.distribution)
    }

    /// Returns the entry points of all distributions: group, name, value.
    pub(crate) fn entry_points(&self, disk: &Disk) -> Vec<(String, String, String)> {
        let texts = self.all.par_iter().filter_map(|s| s.distribution.info.text("entry_points.txt", disk));
        texts.flat_map_iter(|text| entry_points::parse(&text)).collect()
    }

    /// Returns the distribution that installs a script with this name, as an entry point or a file.
    pub(super) fn with_script(&self, name: &str, disk: &Disk) -> Option<usize> {
        let ends = [format!("/bin/{name}"), format!("/Scripts/{name}"), format!("/Scripts/{name}.exe")];
        self.all.iter().position(|s| {
            let points = s.distribution.info.text("entry_points.txt", disk).unwrap_or_default();
            let is_script = |group: &str| matches!(group, "console_scripts" | "gui_scripts");
            entry_points::parse(&points).iter().any(|(group, script, _)| is_script(group) && script == name)
                || s.distribution.files.iter().any(|f| ends.iter().any(|end| f.ends_with(end.as_str())))
        })
    }

    /// Returns the distribution with this name, in any spelling.
    pub(crate) fn named(&self, name: &str) -> Option<(usize, &Distribution)> {
        let at = *self.by_name.get(&normalize(name))?;
        Some((at, &self.all[at].distribution))
    }

    /// Returns the distribution at an index.
    pub(crate) fn get(&self, at: usize) -> &Distribution {
        &self.all[at].distribution
    }

    /// Returns the normalized names of the distributions that one requires.
    pub(crate) fn requirements(&self, at: usize, extras: Extras) -> impl Iterator<Item = String> {
        let all = self.get(at).requires.iter();
        let counts =
            move |text: &&String| extras == Extras::Any || requirement::applies(text, self.markers.as_ref());
        all.filter(counts).map(|text| normalize(requirement::name(text))).filter(|name| !name.is_empty())
    }

    /// Returns the distribution that owns a file, by its RECORD, or by `top_level.txt` if the module's name
    /// is known.
    pub(crate) fn owner(&self, file: &Path, module: &str) -> Option<usize> {
        let top = names::top(module);
        // A zip contains all of its modules in one file.
        if let Some(tops) = self.by_top.get(file) {
            let source = format!("{top}.py");
            return tops.get(top).or_else(|| tops.get(&source))?.first().copied();
        }
        for folder in file.ancestors().skip(1) {
            let Some(tops) = self.by_top.get(folder) else { continue };
            let relative = file.strip_prefix(folder).ok()?.to_string_lossy().replace('\\', "/");
            let first = relative.split('/').next().unwrap_or_default();
            let Some(candidates) = tops.get(first) else { continue };
            if let [only] = candidates.as_slice() {
                return Some(*only);
            }
            return candidates
                .iter()
                .copied()
                .find(|&c| self.files(c).contains(&relative))
                .or(candidates.first().copied());
        }
        // The files of an editable install are elsewhere.
        self.all.iter().position(|s| {
            let named = match s.top_level.as_slice() {
                [] => normalize(&s.distribution.name) == normalize(top),
                names => names.iter().any(|t| t == top),
            };
            named && s.distribution.files.iter().any(|f| f.starts_with("__editable__") || f.ends_with(".pth"))
        })
    }

    fn files(&self, at: usize) -> &HashSet<String> {
        let scanned = &self.all[at];
        scanned.files.get_or_init(|| scanned.distribution.files.iter().cloned().collect())
    }
}

pub(crate) use crate::requirement::normalize;

fn scan_one(info: &Info, disk: &Disk) -> Option<Scanned> {
    let metadata = info.metadata(disk)?;
    let (mut name, mut version, mut requires) = (String::new(), String::new(), Vec::new());
    for line in metadata.lines() {
        if line.is_empty() {
            break;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match key.to_ascii_lowercase().as_str() {
            "name" => name = value.to_owned(),
            "version" => version = value.to_owned(),
            "requires-dist" => requires.push(value.to_owned()),
            _ => {}
        }
    }
    if name.is_empty() {
        return None;
    }
    let location = info.location().to_owned();
    let mut files = Vec::new();
    if let Some(record) = info.text("RECORD", disk) {
        files.extend(record.lines().filter_map(record::line).map(|(path, _)| path));
    } else if let Some(list) = info.text("installed-files.txt", disk) {
        let name = info.name();
        files.extend(list.lines().filter_map(|l| inside(&name, l)));
    }
    let top_level = info.text("top_level.txt", disk).unwrap_or_default();
    let top_level = top_level.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    let distribution = Distribution { name, version, info: info.clone(), location, files, requires };
    Some(Scanned { distribution, top_level, files: std::sync::OnceLock::new() })
}

/// Converts a path relative to the info folder to one relative to its parent.
fn inside(info: &str, path: &str) -> Option<String> {
    match path.strip_prefix("../") {
        Some(rest) => (!rest.starts_with("../")).then(|| rest.to_owned()),
        None => (!path.is_empty()).then(|| format!("{info}/{path}")),
    }
}

/// Returns the first components of the paths that a distribution owns.
fn tops(scanned: &Scanned) -> HashSet<String> {
    let files = &scanned.distribution.files;
    let mut tops: HashSet<String> = HashSet::new();
    let mut last = "";
    for file in files {
        let first = file.split('/').next().unwrap_or_default();
        if first != last && first != ".." && first != "__pycache__" && !first.ends_with(".dist-info") {
            tops.insert(first.to_owned());
            last = first;
        }
    }
    if files.is_empty() {
        for top in &scanned.top_level {
            tops.insert(top.clone());
            tops.insert(format!("{top}.py"));
        }
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizes_names() {
        assert_eq!(normalize("Zope.Interface"), "zope-interface");
        assert_eq!(normalize("a__b--c"), "a-b-c");
    }

    #[test]
    fn finds_owners_by_record_and_by_top_level() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for (name, record) in
            [("a", "ns/a.py,,\na-1.dist-info/RECORD,,\n"), ("b", "ns/b.py,,\n\"ns/x,y.txt\",,\n")]
        {
            let info = root.join(format!("{name}-1.dist-info"));
            std::fs::create_dir(&info).unwrap();
            std::fs::write(
                info.join("METADATA"),
                format!(
                    "Name: {name}\nVersion: 1\nRequires-Dist: c>1\nRequires-Dist: d; extra == 'x'\n\nText: no"
                ),
            )
            .unwrap();
            std::fs::write(info.join("RECORD"), record).unwrap();
        }
        let installed = Installed::scan(&[root.to_owned()], &Disk::default(), None);
        let owner = |f: &str| installed.owner(&root.join(f), "ns").map(|i| installed.get(i).name.clone());
        assert_eq!(owner("ns/a.py").as_deref(), Some("a"));
        assert_eq!(owner("ns/b.py").as_deref(), Some("b"));
        assert_eq!(owner("ns/x,y.txt").as_deref(), Some("b"));
        assert_eq!(owner("other.py"), None);
        assert_eq!(installed.requirements(0, Extras::None).collect::<Vec<_>>(), ["c"]);
        assert_eq!(installed.requirements(0, Extras::Any).collect::<Vec<_>>(), ["c", "d"]);
    }
}
