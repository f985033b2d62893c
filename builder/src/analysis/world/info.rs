//! The metadata of a distribution: a folder, a single file, or a folder in a zip.

use std::path::{Path, PathBuf};

use super::disk::Disk;
use crate::analysis::graph::Info;

impl Info {
    /// Returns the files in the folder, at any depth, with `/`, sorted. Returns none if the metadata is a
    /// single file.
    pub(crate) fn names(&self, disk: &Disk) -> Vec<String> {
        match self {
            Info::Folder(path) => {
                let mut names = Vec::new();
                list(path, "", disk, &mut names);
                names.sort();
                names
            }
            Info::File(_) => Vec::new(),
            Info::Zip { names, .. } => names.clone(),
        }
    }

    /// Returns the text of a file of the folder, if it exists.
    pub(crate) fn text(&self, name: &str, disk: &Disk) -> Option<String> {
        let is_there = match self {
            Info::Folder(_) => true,
            Info::File(_) => false,
            Info::Zip { names, .. } => names.iter().any(|n| n == name),
        };
        let bytes = is_there.then(|| disk.read_source(&self.source(name)).ok()).flatten()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Returns the text that `importlib.metadata.metadata` parses.
    pub(crate) fn metadata(&self, disk: &Disk) -> Option<String> {
        match self {
            Info::File(path) => {
                disk.read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            }
            Info::Folder(_) | Info::Zip { .. } => {
                self.text("METADATA", disk).or_else(|| self.text("PKG-INFO", disk))
            }
        }
    }
}

/// Returns the metadata in an entry of the search path, sorted.
pub(in crate::analysis) fn all(root: &Path, disk: &Disk) -> Vec<Info> {
    let is_info = |name: &str| name.ends_with(".dist-info") || name.ends_with(".egg-info");
    let Some(entries) = disk.list(root) else { return zipped(root, is_info, disk) };
    let mut found: Vec<(PathBuf, bool)> = entries
        .into_iter()
        .filter(|(name, _)| is_info(name))
        .map(|(name, is_folder)| (root.join(name), is_folder))
        .collect();
    found.sort();
    // An egg on the path contains its metadata.
    let egg = root.join("EGG-INFO");
    if disk.is_dir(&egg) {
        found.push((egg, true));
    }
    let info = |(path, is_folder)| if is_folder { Info::Folder(path) } else { Info::File(path) };
    found.into_iter().map(info).collect()
}

/// Returns the metadata in a zip: `EGG-INFO` in an egg, or `.dist-info` folders.
fn zipped(root: &Path, is_info: impl Fn(&str) -> bool, disk: &Disk) -> Vec<Info> {
    let Some(zip) = disk.open(root).ok().and_then(|f| zip::ZipArchive::new(f).ok()) else {
        return Vec::new();
    };
    let is_egg = root.extension().is_some_and(|e| e.eq_ignore_ascii_case("egg"));
    let mut folders: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    for member in zip.file_names().flatten() {
        if let Some((folder, name)) = member.split_once('/')
            && !name.is_empty()
            && !name.ends_with('/')
            && (is_info(folder) || is_egg && folder == "EGG-INFO")
        {
            folders.entry(folder.to_owned()).or_default().push(name.to_owned());
        }
    }
    let info = |(folder, mut names): (String, Vec<String>)| {
        names.sort();
        Info::Zip { archive: root.to_owned(), folder, names }
    };
    folders.into_iter().map(info).collect()
}

fn list(folder: &Path, prefix: &str, disk: &Disk, into: &mut Vec<String>) {
    for (entry, is_folder) in disk.list(folder).into_iter().flatten() {
        let name = format!("{prefix}{entry}");
        if is_folder {
            list(&folder.join(entry), &format!("{name}/"), disk, into);
        } else {
            into.push(name);
        }
    }
}
