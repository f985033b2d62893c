//! Zip applications as the program: those of `zipapp`, shiv and pex.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Context, Error, Result, Warning};
use crate::python::Python;
use crate::spec::{Entry, Request, entry};
use crate::store::{Code, KeyBuilder, Store};

/// Folder of a pex with its packages.
const DEPENDENCIES: &str = ".deps";
/// Folder of shiv with its packages.
const SITE: &str = "site-packages";

/// The parts of `PEX-INFO` that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PexInfo {
    entry_point: Option<String>,
    script: Option<String>,
    distributions: BTreeMap<String, serde_json::Value>,
    inject_env: BTreeMap<String, String>,
    inject_args: Vec<String>,
    interpreter_constraints: Vec<String>,
}

/// The parts of shiv's `environment.json` that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ShivInfo {
    entry_point: Option<String>,
    script: Option<String>,
    preamble: Option<String>,
}

/// Unpacks the programs of a request that are zip applications, and replaces them by what they run.
///
/// # Errors
/// An archive is damaged, has no entry, or has no packages for the interpreter.
pub(super) fn expand(request: &mut Request, store: &Store) -> Result<()> {
    for index in 0..request.programs.len() {
        let Entry::Script(path) = &request.programs[index].entry else { continue };
        if !is_zip(path) {
            continue;
        }
        let path = path.clone();
        let shown = path.display().to_string();
        let folder = unpacked(&path, store)?;
        let has = |name: &str| folder.join(name).is_file();
        // The files beside the archive do not belong to the program.
        request.base.clone_from(&folder);
        let entry = if has("PEX-INFO") {
            pex(request, &folder, &shown, store)?
        } else if has("environment.json") && folder.join("_bootstrap").is_dir() {
            shiv(request, &folder, &shown)?
        } else if has("__main__.py") {
            collect_data(request, &folder);
            Entry::Script(folder.join("__main__.py"))
        } else {
            let error = Error::new(format!("`{shown}` is a zip archive without `__main__.py`"));
            return Err(
                error.hint("`python -m zipapp FOLDER -m package.module:function` creates one with an entry")
            );
        };
        request.programs[index].entry = entry;
    }
    Ok(())
}

/// Whether a file is a zip archive, possibly after a line for the shell.
fn is_zip(path: &Path) -> bool {
    if path.extension().is_some_and(|e| e == "py" || e == "pyw" || e == "pyc") {
        return false;
    }
    let Ok(mut file) = std::fs::File::open(path) else { return false };
    // The end record: 22 bytes and a comment of up to 64 KiB.
    let Ok(length) = file.seek(SeekFrom::End(0)) else { return false };
    let mut end = Vec::new();
    let start = length.saturating_sub(22 + (64 << 10));
    let read = file.seek(SeekFrom::Start(start)).and_then(|_| file.read_to_end(&mut end));
    read.is_ok() && memchr::memmem::find(&end, b"PK\x05\x06").is_some()
}

/// Returns the folder with the files of an archive, which is unpacked once.
fn unpacked(path: &Path, store: &Store) -> Result<PathBuf> {
    let failed = || format!("failed to unpack `{}`", path.display());
    let key = KeyBuilder::new(Code::Environment, "zipped").part(store.file_hash(path)?);
    store.folder(&key.finish(), |folder| {
        let mut zip = zip::ZipArchive::new(fs_err::File::open(path)?).context(failed)?;
        for i in 0..zip.len() {
            crate::interrupt::check()?;
            let mut entry = zip.by_index(i).context(failed)?;
            let Some(inner) = entry.enclosed_name() else {
                let name = entry.name().map(|name| name.into_owned()).unwrap_or_default();
                return Err(Error::new(failed()).cause(format!("`{name}` points outside of its folder")));
            };
            let place = folder.join(inner);
            if entry.is_dir() {
                fs_err::create_dir_all(&place)?;
                continue;
            }
            fs_err::create_dir_all(place.parent().unwrap_or(folder))?;
            std::io::copy(&mut entry, &mut fs_err::File::create(&place)?).context(failed)?;
        }
        Ok(())
    })
}

/// Adds the data of the packages in a folder to those to collect: code of a zip application reads them by
/// names that analysis may not see.
fn collect_data(request: &mut Request, folder: &Path) {
    for path in crate::os::list(folder) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        if path.join("__init__.py").is_file() && entry::is_identifier(name) {
            request.modules.collect_data.push(name.to_owned());
        }
    }
}

fn read<T: for<'d> Deserialize<'d>>(path: &Path, shown: &str) -> Result<T> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    serde_json::from_slice(&fs_err::read(path)?).context(|| format!("failed to read `{name}` in `{shown}`"))
}

/// Parses an entry point, which is a module or a function.
fn entry_point(text: Option<&str>, shown: &str) -> Result<Entry> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        let error = Error::new(format!("`{shown}` has no entry point: it starts an interpreter"));
        return Err(error.hint("build it with an entry point: `pex -e package.module:function` or `shiv -e`"));
    };
    // A pex without a function has `module:` or `module`.
    entry::parse(text.trim_end_matches(':'), Path::new("/nonexistent"))
        .map_err(|e| e.context(format!("invalid entry point in `{shown}`")))
}

/// Prepares a request for an archive of shiv, and returns its entry.
fn shiv(request: &mut Request, folder: &Path, shown: &str) -> Result<Entry> {
    let info: ShivInfo = read(&folder.join("environment.json"), shown)?;
    let site = folder.join(SITE);
    if let Some(preamble) = &info.preamble {
        let message = format!("the preamble `{preamble}` of `{shown}` is not run");
        request.warnings.push(Warning::new(message).hint("add its code to `hooks` in `[runtime]`"));
    }
    if request.python.interpreter.is_none() {
        request.python.interpreter = version_of(&site);
    }
    request.python.packages.push(site);
    match &info.script {
        Some(script) => Ok(Entry::EntryPoint(script.clone())),
        None => entry_point(info.entry_point.as_deref(), shown),
    }
}

/// Returns the version of Python, as in `3.12`, that the extension modules in a folder are for.
fn version_of(folder: &Path) -> Option<String> {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files.filter_map(|file| version_in(file.file_name().to_str()?)).next()
}

fn version_in(name: &str) -> Option<String> {
    let at = name
        .find(".cpython-3")
        .map(|at| at + ".cpython-3".len())
        .or_else(|| name.find(".cp3").map(|at| at + 4))?;
    let rest = &name[at..];
    let digits = &rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())];
    let is_extension = name.ends_with(".so") || name.ends_with(".pyd");
    (is_extension && !digits.is_empty()).then(|| format!("3.{digits}"))
}

/// Prepares a request for a pex, and returns its entry.
fn pex(request: &mut Request, folder: &Path, shown: &str, store: &Store) -> Result<Entry> {
    let info: PexInfo = read(&folder.join("PEX-INFO"), shown)?;
    let ranges =
        info.interpreter_constraints.iter().filter_map(|c| c.trim_start_matches("CPython").split(';').next());
    if let Some(range) = ranges.map(str::trim).find(|range| !range.is_empty())
        && request.python.interpreter.is_none()
    {
        request.python.interpreter = Some(range.to_owned());
    }
    let names: Vec<String> = info.distributions.keys().cloned().collect();
    if !names.is_empty() {
        if request.python.interpreter.is_none() {
            request.python.interpreter = names.iter().find_map(|name| version_of_wheel(name));
        }
        let python = Python::base(request, None, None, store)?;
        let chosen = python
            .best_wheels(&names)
            .map_err(|e| e.context(format!("`{shown}` has no packages for the interpreter")))?;
        request.python.packages.extend(chosen.iter().map(|name| folder.join(DEPENDENCIES).join(name)));
    }
    let own = own_code(folder, store)?;
    request.base.clone_from(&own);
    collect_data(request, &own);
    request.python.paths.push(own);
    for (name, value) in info.inject_env {
        request.runtime.env.entry(name).or_insert(value);
    }
    if !info.inject_args.is_empty() {
        let message =
            format!("the arguments `{}` that `{shown}` adds are left out", info.inject_args.join(" "));
        request.warnings.push(Warning::new(message).hint("pass them to the frozen program"));
    }
    match &info.script {
        Some(script) => Ok(Entry::EntryPoint(script.clone())),
        None => entry_point(info.entry_point.as_deref(), shown),
    }
}

/// Returns the version of Python, as in `3.12`, that a wheel is for, if it is for one only.
fn version_of_wheel(name: &str) -> Option<String> {
    let tags: Vec<&str> = name.strip_suffix(".whl")?.rsplitn(4, '-').collect();
    let (abi, python) = (tags.get(1)?, tags.get(2)?);
    let minor = python.strip_prefix("cp3")?;
    let is_exact = abi.starts_with("cp3") && minor.bytes().all(|b| b.is_ascii_digit());
    is_exact.then(|| format!("3.{minor}"))
}

/// Returns a folder with the code in a pex outside of its packages and of pex itself.
fn own_code(folder: &Path, store: &Store) -> Result<PathBuf> {
    let key = KeyBuilder::new(Code::Environment, "pex").path(folder).finish();
    store.folder(&key, |own| {
        let is_own = |name: &str| {
            !matches!(
                name,
                ".bootstrap" | DEPENDENCIES | "__pex__" | "PEX-INFO" | "__main__.py" | "PEX_EXTRA_SYS_PATH"
            )
        };
        let files = walkdir::WalkDir::new(folder).into_iter();
        let files =
            files.filter_entry(|e| e.depth() != 1 || e.file_name().to_str().is_some_and(is_own)).flatten();
        for file in files.filter(|e| e.file_type().is_file()) {
            let Ok(inner) = file.path().strip_prefix(folder) else { continue };
            let copy = own.join(inner);
            fs_err::create_dir_all(copy.parent().unwrap_or(own))?;
            fs_err::copy(file.path(), &copy)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_names() {
        assert_eq!(version_in("_x.cpython-312-x86_64-linux-gnu.so").as_deref(), Some("3.12"));
        assert_eq!(version_in("_x.cp311-win_amd64.pyd").as_deref(), Some("3.11"));
        assert_eq!((version_in("_x.abi3.so"), version_in("x.cpython-312.pyc")), (None, None));
        assert_eq!(version_of_wheel("a-1-cp312-cp312-linux_x86_64.whl").as_deref(), Some("3.12"));
        assert_eq!(
            (version_of_wheel("a-1-cp37-abi3-any.whl"), version_of_wheel("a-1-py3-none-any.whl")),
            (None, None)
        );
    }

    #[test]
    fn an_archive_without_an_entry_is_refused() {
        let error = entry_point(None, "a.pex").unwrap_err();
        assert!(error.message.contains("`a.pex` has no entry point"), "{error}");
        assert_eq!(entry_point(Some("a.b"), "").unwrap(), Entry::Module("a.b".into()));
        assert!(entry_point(Some("a b"), "x.pyz").unwrap_err().message.contains("`x.pyz`"));
    }
}
