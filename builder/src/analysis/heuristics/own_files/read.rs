//! Modules and files that texts among the program's own files name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::analysis::claims::{Claims, by_text};
use crate::analysis::graph::Reason;
use crate::analysis::heuristics::{own_words, scripts};
use crate::analysis::world::World;

/// Larger files are data, not configuration.
const LARGEST: u64 = 256 << 10;

/// Takes the own modules that the words of a configuration name.
pub(super) fn configuration(file: &Path, from: &str, world: &World<'_>, claims: &mut Claims) {
    if world.reader.disk.size(file).is_none_or(|size| size > LARGEST) {
        return;
    }
    let Ok(bytes) = world.reader.disk.read(file) else { return };
    let text = String::from_utf8_lossy(&bytes);
    let title = file.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    for (i, line) in text.lines().enumerate() {
        let is_part = |c: char| c.is_alphanumeric() || "_.:/-".contains(c);
        for word in line.split(|c| !is_part(c)).map(|w| w.trim_matches(['.', ':'])) {
            let reason = by_text(from, &format!("{word} in {title}:{}", i + 1), 0);
            own_words::named(&word.replace('/', "."), None, &reason, true, world, claims);
        }
    }
}

/// The files of the program's own that a text names, from its own folder or from those of the program.
pub(super) fn named(file: &Path, world: &World<'_>) -> Vec<PathBuf> {
    let disk = world.reader.disk;
    let Some(folder) = file.parent().filter(|_| disk.size(file).is_some_and(|size| size <= LARGEST)) else {
        return Vec::new();
    };
    let Ok(bytes) = disk.read(file) else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    let is_part = |c: char| c.is_alphanumeric() || "_.:/-@".contains(c);
    let words: BTreeSet<&str> =
        text.split(|c| !is_part(c)).map(|word| word.trim_end_matches(['.', ':'])).collect();
    let is_path = |word: &&str| {
        let name = word.rsplit('/').next().unwrap_or_default();
        name.trim_start_matches('.').contains('.') && !word.contains("//") && !word.contains(':')
    };
    let tree = world.own_tree();
    let mut found = BTreeSet::new();
    for word in words.into_iter().filter(is_path) {
        let parts: Vec<String> =
            word.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect();
        let starts = std::iter::once(folder).chain(world.own_folders());
        found.extend(starts.flat_map(|start| tree.below(start, &parts)).filter(|path| tree.is_file(path)));
    }
    found.remove(file);
    found.into_iter().collect()
}

/// Takes what a text imports, if it is one of Python.
pub(super) fn code(file: &Path, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let disk = world.reader.disk;
    let is_text = disk.size(file).is_some_and(|size| size <= LARGEST)
        && disk.read(file).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok());
    if is_text && let Some(facts) = world.reader.code(file) {
        scripts::imports(&facts, reason, world, claims);
    }
}
