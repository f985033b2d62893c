//! The native files that are collected before their dependencies: extensions, libraries of packages,
//! libpython.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::files::File;
use super::format::leaf;
use super::reader::Reader;
use crate::analysis::{By, Kind, Reason, Source};
use crate::contents::Contents;
use crate::error::{Context, Error, Result, Warning};
use crate::python::Python;
use crate::rules::parts::System;
use crate::store::{Bucket, Hash, Store};
use crate::target::Os;

/// The inputs of the closure.
#[derive(Debug)]
pub(crate) struct Inventory {
    /// The files, sorted by path under the root.
    pub(crate) files: Vec<File>,
    /// Additional names of files: path under the root → the file.
    pub(crate) links: Vec<(String, usize)>,
    /// Index of libpython in the files.
    pub(crate) libpython: Option<usize>,
    /// Warnings for the user.
    pub(crate) warnings: Vec<Warning>,
}

impl Inventory {
    /// Removes files by index.
    pub(crate) fn remove(&mut self, places: &BTreeMap<usize, String>) {
        let new = |old: usize| old - places.range(..old).count();
        self.links.retain(|(_, file)| !places.contains_key(file));
        self.links.iter_mut().for_each(|(_, file)| *file = new(*file));
        self.libpython = self.libpython.map(new);
        let mut place = 0..;
        self.files.retain(|_| place.next().is_some_and(|place| !places.contains_key(&place)));
    }
}

/// Lists and reads the native files of the contents.
pub(crate) fn take(
    contents: &Contents,
    python: &Python,
    store: &Store,
    reader: &mut Reader<'_>,
    opened: Vec<File>,
) -> Result<Inventory> {
    let mut files = collected(contents, store)?;
    files.extend(opened);
    let core = core(python, reader)?;
    let core_dest = core.dest.clone();
    files.extend(stable_abi(python, &core));
    files.push(core);
    let mut unique = unique(files);
    let paths: Vec<&Path> = unique.iter().map(|f| f.source.as_path()).collect();
    reader.read_all(&paths)?;
    let warnings = read(&mut unique, contents, python, reader)?;
    let (files, links) = split_links(unique);
    let libpython = files.iter().position(|f| f.dest == core_dest);
    Ok(Inventory { files, links, libpython, warnings })
}

/// Returns the extension modules and libraries of the contents.
fn collected(contents: &Contents, store: &Store) -> Result<Vec<File>> {
    let mut files: Vec<File> = Vec::new();
    for module in contents.extensions() {
        if let Kind::Extension(source) = &module.kind {
            let source = on_disk(source, store)
                .context(|| format!("failed to collect extension `{}`", module.name))?;
            let reason = module.reasons.first().cloned().unwrap_or_else(interpreter);
            let mut file = File::new(module.path.clone(), source, reason);
            file.reasons.extend(module.reasons.iter().skip(1).cloned());
            files.push(file);
        }
    }
    for library in &contents.libraries {
        let source = on_disk(&library.source, store)
            .context(|| format!("failed to collect library `{}`", library.dest))?;
        let mut file = File::new(library.dest.clone(), source, library.reason.clone());
        file.executable = library.executable;
        file.system = contents.pruned.system.get(&library.dest).copied().unwrap_or(System::Required);
        files.push(file);
    }
    Ok(files)
}

/// Keeps the first file of each path, in order.
fn unique(files: Vec<File>) -> Vec<File> {
    let mut by_dest: HashMap<String, usize> = HashMap::new();
    let mut unique: Vec<File> = Vec::new();
    for file in files {
        match by_dest.get(&file.dest) {
            Some(i) => {
                unique[*i].reasons.extend(file.reasons);
                unique[*i].is_opened |= file.is_opened;
            }
            None => {
                by_dest.insert(file.dest.clone(), unique.len());
                unique.push(file);
            }
        }
    }
    unique.sort_by(|a, b| a.dest.cmp(&b.dest));
    unique
}

/// Sets the facts of files. Returns warnings about files that the target cannot load.
fn read(
    files: &mut [File],
    contents: &Contents,
    python: &Python,
    reader: &mut Reader<'_>,
) -> Result<Vec<Warning>> {
    // Binaries named by the user are in `contents.libraries`, with the position of the name.
    let named: HashMap<&str, &str> = contents
        .libraries
        .iter()
        .filter_map(|l| match &l.reason.by {
            By::Request(place) => Some((l.dest.as_str(), place.as_str())),
            _ => None,
        })
        .collect();
    let extensions: HashSet<&str> = contents.extensions().map(|module| module.path.as_str()).collect();
    let mut warnings = Vec::new();
    let mut unfit: Vec<String> = Vec::new();
    let mut mistaken: BTreeMap<&str, Vec<(PathBuf, String)>> = BTreeMap::new();
    for file in files {
        let (hash, known) = reader.get(&file.source)?.clone();
        file.hash = hash;
        let fits = reader.fits(&file.source);
        let problem = match known {
            Ok(facts) if fits => {
                file.facts = Some(facts);
                continue;
            }
            Ok(_) if extensions.contains(file.dest.as_str()) => {
                unfit.push(file.dest.clone());
                continue;
            }
            Ok(_) => "it is for another processor".to_owned(),
            Err(refusal) => refusal.to_string(),
        };
        match named.get(file.dest.as_str()) {
            Some(place) => mistaken.entry(*place).or_default().push((file.source.clone(), problem)),
            None => {
                warnings.push(Warning::minor(format!("`{}` is included unchanged: {problem}", file.dest)))
            }
        }
    }
    warnings.extend(other_processor(&unfit, python));
    warnings.extend(mistaken.into_iter().flat_map(|(place, files)| no_binaries(place, &files)));
    Ok(warnings)
}

/// Warns of extension modules for another processor.
fn other_processor(modules: &[String], python: &Python) -> Option<Warning> {
    let (first, target) = (modules.first()?, python.target.name());
    let who = match modules.len() - 1 {
        0 => format!("`{first}` is"),
        1 => format!("`{first}` and another module are"),
        more => format!("`{first}` and {more} more modules are"),
    };
    let message = format!("{who} for another processor than {target}: importing such a module fails");
    Some(Warning::new(message).hint(format!("name packages for {target} with `--packages`")))
}

/// Warns of files that are named as binaries but are not. One warning covers all files of a position,
/// because a folder may contain many.
fn no_binaries(place: &str, files: &[(PathBuf, String)]) -> Option<Warning> {
    let (path, problem) = files.first()?;
    let shown = path.display();
    let message = match files.len() - 1 {
        0 => format!("binary `{shown}` is added as data: {problem}"),
        more => format!("binary `{shown}` and {more} more are added as data: {problem}"),
    };
    Some(Warning::new(message).hint(format!("named in {place}; `[[data]]` and `--add-data` are for data")))
}

/// Removes symbolic links to another collected file in the same folder: `libx.so` → `libx.so.1`.
///
/// Links to other folders follow later (`archive/links.rs`), once both files are known to need the same
/// search path.
fn split_links(all: Vec<File>) -> (Vec<File>, Vec<(String, usize)>) {
    let linked = |file: &File| fs_err::symlink_metadata(&file.source).is_ok_and(|m| m.is_symlink());
    let (candidates, mut files): (Vec<File>, Vec<File>) = all.into_iter().partition(linked);
    let places: HashMap<PathBuf, usize> =
        files.iter().enumerate().map(|(i, f)| (f.source.clone(), i)).collect();
    let mut links = Vec::new();
    for link in candidates {
        let target = crate::os::canonicalize(&link.source).ok().and_then(|path| places.get(&path).copied());
        match target.filter(|i| files[*i].folder() == link.folder()) {
            Some(i) => links.push((link.dest, i)),
            None => files.push(link),
        }
    }
    // Links refer to files by index: only the files after the known ones may move.
    let known = places.len();
    files[known..].sort_by(|a, b| a.dest.cmp(&b.dest));
    (files, links)
}

/// Returns libpython under its own name, or the interpreter itself if there is no shared libpython.
fn core(python: &Python, reader: &mut Reader<'_>) -> Result<File> {
    let path = python.core();
    let source = crate::os::canonicalize(path).context(|| format!("failed to find `{}`", path.display()))?;
    let name = source.file_name().map(|n| n.to_string_lossy().into_owned());
    let own = reader.get(&source)?.1.as_ref().ok().and_then(|f| f.name.clone());
    let dest = own
        .map(|own| leaf(&own).to_owned())
        .or(name)
        .ok_or_else(|| Error::new(format!("failed to read interpreter `{}`", path.display())))?;
    Ok(File { executable: python.libpython.is_none(), ..File::new(dest, source, interpreter()) })
}

/// Returns the library beside libpython that extensions for the stable ABI need, on Windows.
///
/// Python loads it with the first extension module, even if that module does not need it. If it were not
/// bundled, Python would load a file of this name from the folder of the executable.
fn stable_abi(python: &Python, core: &File) -> Option<File> {
    let name = stable_abi_name(&core.dest).filter(|_| python.target.os == Os::Windows)?;
    let source = core.source.with_file_name(&name);
    source.is_file().then(|| File::new(name, source, interpreter()))
}

/// Returns its name, which has the flags of libpython but no minor version: `python3t.dll` for
/// `python313t.dll`.
fn stable_abi_name(libpython: &str) -> Option<String> {
    let lower = libpython.to_ascii_lowercase();
    let flags = lower.strip_prefix("python3")?.strip_suffix(".dll")?;
    let flags = flags.trim_start_matches(|c: char| c.is_ascii_digit());
    Some(format!("python3{flags}.dll"))
}

fn interpreter() -> Reason {
    Reason::new("", By::Interpreter)
}

/// Returns a file with the bytes of `source`: the source file itself, or one in the store.
fn on_disk(source: &Source, store: &Store) -> Result<PathBuf> {
    let bytes = match source {
        Source::File(path) => return Ok(path.clone()),
        Source::Bytes(bytes) => bytes.clone(),
        Source::Zip { archive, member } => {
            let mut zip = zip::ZipArchive::new(fs_err::File::open(archive)?)
                .context(|| format!("failed to read archive `{}`", archive.display()))?;
            let mut member = zip.by_name(member)?;
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes)?;
            bytes
        }
    };
    let key: Hash = blake3::hash(&bytes).into();
    match store.get_file(Bucket::Prepared, &key) {
        Some(path) => Ok(path),
        None => store.put_file(Bucket::Prepared, &key, &bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_of_the_stable_abi_has_the_flags_of_libpython() {
        for (libpython, expected) in [
            ("python311.dll", Some("python3.dll")),
            ("Python39.DLL", Some("python3.dll")),
            ("python313t.dll", Some("python3t.dll")),
            ("python312_d.dll", Some("python3_d.dll")),
            ("libpython3.12.so.1.0", None),
        ] {
            assert_eq!(stable_abi_name(libpython).as_deref(), expected, "{libpython}");
        }
    }
}
