//! Modules and files that texts in the program's own files name.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::analysis::claims::{Claims, by_text};
use crate::analysis::facts::pickle;
use crate::analysis::graph::Reason;
use crate::analysis::heuristics::{own_words, scripts};
use crate::analysis::world::World;
use crate::spec::entry::is_identifier;

/// Maximum size of a configuration file; larger files are data.
const LARGEST: u64 = 256 << 10;

/// Collects own modules that the words of a configuration file name.
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
            let word = word.replace('/', ".");
            own_words::named(&word, None, world, &mut |name| claims.module(name, &reason));
        }
    }
    for name in headers(&text).filter(|name| world.exists(name)) {
        claims.module(&name, &by_text(from, &format!("{name} in {title}"), 0));
    }
}

/// Returns the modules of widgets in a form of Qt Designer, which Qt's loaders import by name:
/// `<header>package.module</header>`, or `package/module.h`.
fn headers(text: &str) -> impl Iterator<Item = String> {
    let parts = if text.contains("<customwidget>") { text } else { "" }.split("<header").skip(1);
    parts.filter_map(|part| {
        let name = part.split_once('>')?.1.split_once("</header>")?.0.trim();
        let name = name.strip_suffix(".h").unwrap_or(name).replace('/', ".");
        name.split('.').all(is_identifier).then_some(name)
    })
}

/// Maximum size of files that are searched for pickles.
const LARGEST_PICKLE: u64 = 64 << 20;

/// Collects the modules that a pickle file names, even if it is compressed: a trained model, a cache of
/// objects.
pub(super) fn pickle(file: &Path, from: &str, world: &World<'_>, claims: &mut Claims) {
    let disk = world.reader.disk;
    // Opening a pipe would block.
    if !disk.is_file(file) || disk.size(file).is_none_or(|size| size > LARGEST_PICKLE) {
        return;
    }
    let Ok(mut opened) = disk.open(file) else { return };
    let mut head = [0; 2];
    if opened.read_exact(&mut head).is_err() {
        return;
    }
    let mut bytes = Vec::new();
    let read = match head {
        [0x80, 2..=5] | [b'(' | b']' | b'}' | b'c', _] => disk.read(file).map(|all| bytes = all).is_ok(),
        // zlib and gzip, as joblib writes them
        [0x78, 0x01 | 0x5e | 0x9c | 0xda] => {
            let content = std::io::BufReader::new(head.as_slice().chain(opened));
            flate2::read::ZlibDecoder::new(content).take(LARGEST_PICKLE).read_to_end(&mut bytes).is_ok()
        }
        [0x1f, 0x8b] => {
            let content = std::io::BufReader::new(head.as_slice().chain(opened));
            flate2::read::GzDecoder::new(content).take(LARGEST_PICKLE).read_to_end(&mut bytes).is_ok()
        }
        _ => false,
    };
    let is_pickle = match bytes.as_slice() {
        [0x80, 2..=5, ..] => true,
        text => text.ends_with(b"."),
    };
    if !read || !is_pickle {
        return;
    }
    let title = file.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    for name in pickle::candidates(&bytes) {
        let is_known = name.contains('.') || world.is_own_module(&name) || world.owner_of(&name).is_some();
        if is_known && world.exists(&name) {
            claims.module(&name, &by_text(from, &format!("{name} in {title}"), 0));
        }
    }
}

/// Returns the program's own files that a text names, relative to its own folder or to those of the
/// program.
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
    let suffix = super::suffix_of(file);
    let parts = |word: &str| -> Vec<String> {
        word.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned).collect()
    };
    let mut found = BTreeSet::new();
    for word in words.iter().copied().filter(is_path) {
        let parts = parts(word);
        let starts = std::iter::once(folder).chain(world.own_folders());
        found.extend(starts.flat_map(|start| tree.below(start, &parts)).filter(|path| tree.is_file(path)));
    }
    // `script_location = %(here)s/migrations`; in Tcl scripts and in QML, any word may be a folder beside
    // the file.
    let folders: BTreeSet<&str> = match suffix.as_str() {
        "tcl" | "qml" => words,
        _ => behind_gaps(&text).collect(),
    };
    for word in folders.into_iter().filter(|word| word.bytes().any(|b| b.is_ascii_alphanumeric())) {
        for path in tree.below(folder, &parts(word)) {
            found.extend(if tree.is_file(&path) { vec![path] } else { tree.files(&path) });
        }
    }
    if suffix == "qml" {
        // Components are used by their file names.
        let is_part = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            path.parent() == Some(folder)
                && (name.ends_with(".qml") || name.ends_with(".js") || name == "qmldir")
        };
        found.extend(tree.files(folder).into_iter().filter(is_part));
    }
    found.remove(file);
    found.into_iter().collect()
}

/// Returns the paths after placeholders that are replaced when the text is read: `%(here)s/folder`,
/// `${here}/folder`, `{here}/folder`.
fn behind_gaps(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_alphanumeric() || "_./-".contains(c);
    [")s/", "}/"].into_iter().flat_map(move |gap| {
        text.match_indices(gap).filter_map(move |(at, _)| {
            let rest = &text[at + gap.len()..];
            let path = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
            Some(path.trim_end_matches(['.', '/'])).filter(|path| !path.is_empty() && !path.starts_with('.'))
        })
    })
}

/// Collects the imports of a text, if it is Python.
pub(super) fn code(file: &Path, reason: &Reason, world: &World<'_>, claims: &mut Claims) {
    let disk = world.reader.disk;
    let is_text = disk.size(file).is_some_and(|size| size <= LARGEST)
        && disk.read(file).is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok());
    if is_text && let Some(facts) = world.reader.code(file) {
        scripts::imports(&facts, reason, world, claims);
    }
}
