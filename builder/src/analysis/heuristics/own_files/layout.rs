//! Paths of the program's own files under the root: the same as relative to its modules.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::analysis::collected::Collected;
use crate::analysis::world::World;
use crate::paths::slashed;

/// Folders of modules and their paths under the root.
pub(super) struct Layout {
    places: BTreeMap<PathBuf, String>,
    /// Folders of the program, with that of the entry point first.
    programs: Vec<PathBuf>,
}

impl Layout {
    /// Returns the layout of the modules so far.
    pub(super) fn of(collected: &Collected, world: &World<'_>) -> Layout {
        let mut places: BTreeMap<PathBuf, String> =
            world.own_folders().map(|folder| (folder.to_owned(), String::new())).collect();
        for node in collected.own() {
            if let Some(folder) = node.module.folder() {
                let place = node.module.path.rsplit_once('/').map_or("", |(above, _)| above);
                places.entry(folder.to_owned()).or_insert_with(|| place.to_owned());
            }
        }
        Layout { places, programs: world.own_folders().map(Path::to_owned).collect() }
    }

    /// Returns whether a folder is that of the program itself, or a parent of it.
    pub(super) fn is_root(&self, folder: &Path) -> bool {
        self.places.iter().any(|(known, place)| place.is_empty() && known.starts_with(folder))
    }

    /// Returns the path of a file under the root. It begins with `..` if the file is outside the folder of
    /// the program.
    pub(super) fn dest(&self, file: &Path) -> Option<String> {
        for above in file.ancestors().skip(1) {
            if let Some(place) = self.places.get(above) {
                return join(place, file.strip_prefix(above).ok()?);
            }
            // The nearest folder of the program, from the outside.
            if let Some(known) = self.programs.iter().find(|known| known.starts_with(above)) {
                let levels = known.strip_prefix(above).ok()?.components().count();
                return join(&vec![".."; levels].join("/"), file.strip_prefix(above).ok()?);
            }
        }
        None
    }

    /// Returns the path under the root of a path relative to the folder of a module.
    pub(super) fn below(&self, folder: &Path, parts: &[String]) -> Option<String> {
        let place = self.places.get(folder)?;
        Some(if place.is_empty() { parts.join("/") } else { format!("{place}/{}", parts.join("/")) })
    }
}

fn join(place: &str, inner: &Path) -> Option<String> {
    let inner = slashed(inner)?;
    Some(if place.is_empty() { inner } else { format!("{place}/{inner}") })
}

/// Removes `.` and inner `..` from a path. With a leading `/`, the path is relative to the root and may not
/// leave it. Otherwise it is relative to the folder of the program, and may leave it.
pub(super) fn normal(dest: &str) -> Option<String> {
    let is_root = dest.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in Path::new(dest.trim_start_matches('/')).components() {
        match part {
            Component::ParentDir if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            Component::ParentDir if is_root => return None,
            Component::ParentDir => parts.push(".."),
            Component::Normal(name) => parts.push(name.to_str()?),
            _ => {}
        }
    }
    let slash = if is_root { "/" } else { "" };
    parts.iter().any(|p| *p != "..").then(|| format!("{slash}{}", parts.join("/")))
}
