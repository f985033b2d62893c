//! `Analysis(…)` of a spec: the request for the builder's own analysis, and the answer as tables of contents.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::message::{AnalysisCall, Entry, Tables};
use crate::CollectedPart;
use crate::analysis::{Kind, Module, Source};
use crate::archive::is_entry;
use crate::error::{Context, Error, Result, Warning};
use crate::foreign::place::{self, Place};
use crate::spec::{self, Item, Modules, Program, Request};
use crate::store::{Bucket, Store};
use crate::target::{Os, Target};

/// Returns `file:line` without folders, for reasons.
pub(super) fn place_of(place: Option<&Place>, spec: &Path) -> String {
    let name = || spec.file_name().unwrap_or_default().to_string_lossy().into_owned();
    place.map_or_else(name, place::short)
}

/// Adds what a call of `Analysis` says to the request of the command line.
///
/// # Errors
/// A script does not exist, or a folder is outside the bundle.
pub(super) fn request(call: &AnalysisCall, template: &Request, spec: &Path) -> Result<Request> {
    let mut request = template.clone();
    let place = place_of(call.place.as_ref(), spec);
    let what = |script: &PathBuf| {
        if script.is_file() {
            return Ok(());
        }
        let error = Error::new(format!("script `{}` not found", script.display()));
        Err(error.hint("paths in `Analysis` are relative to the folder of the spec"))
    };
    call.scripts.iter().try_for_each(what)?;
    request.programs = vec![Program {
        name: template.name.clone(),
        entry: spec::Entry::Script(call.scripts[0].clone()),
        folder: spec::above_packages(&call.scripts[0]),
        then: call.scripts[1..].to_vec(),
        windows: None,
        place: Some(place.clone()),
    }];
    for folder in call.pathex.iter().chain(&call.search_path) {
        if !request.python.paths.contains(folder) {
            request.python.paths.push(folder.clone());
        }
    }
    if let Ok(level) = u8::try_from(call.optimize) {
        request.python.optimize = level;
    }
    if call.noarchive {
        request.runtime.debug.push("noarchive".to_owned());
    }
    request.hooks.folders.extend(call.hookspath.iter().cloned());
    request.hooks.of_packages = true;
    request.hooks.config = call.hooksconfig.clone();
    request.runtime.hooks.clone_from(&call.runtime_hooks);
    let mut warnings = Vec::new();
    modules(&mut request.modules, call, &place, &mut warnings);
    request.warnings.extend(warnings);
    let item = |(from, to): &(String, String)| -> Result<Item> {
        let to = spec::checked_folder(to)
            .map_err(|why| Error::new(format!("invalid folder `{to}`")).cause(why))?;
        Ok(Item { from: from.clone(), to, place: place.clone(), ..Item::default() })
    };
    for given in call.datas.iter().chain(&call.binaries) {
        // The content decides, as in PyInstaller 6.
        let items = if is_native(Path::new(&given.0)) { &mut request.binaries } else { &mut request.data };
        items.push(item(given)?);
    }
    request.complete()?;
    Ok(request)
}

/// Whether a file is a library or program: ELF, PE or Mach-O.
pub(super) fn is_native(path: &Path) -> bool {
    let mut magic = [0; 4];
    let read =
        std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut magic));
    let is_macho = matches!(magic, [0xcf, 0xfa, 0xed, 0xfe] | [0xca, 0xfe, 0xba, 0xbe]);
    // A class file of Java has the same magic as a universal binary.
    let is_java = path.extension().is_some_and(|e| e == "class");
    read.is_ok() && (magic.starts_with(b"\x7fELF") || magic.starts_with(b"MZ") || is_macho && !is_java)
}

/// Adds the modules that a call names.
fn modules(modules: &mut Modules, call: &AnalysisCall, place: &str, warnings: &mut Vec<Warning>) {
    for (names, into, argument) in [
        (&call.hiddenimports, &mut modules.include, "hiddenimports"),
        (&call.excludes, &mut modules.exclude, "excludes"),
    ] {
        for name in names {
            match spec::checked_module(name) {
                Ok(()) if into.contains(name) => {}
                Ok(()) => into.push(name.clone()),
                Err(why) => {
                    let message =
                        format!("`{name}` in `{argument}` names no module and is ignored ({place})");
                    warnings.push(Warning::new(message).hint(why));
                }
            }
        }
    }
    for (package, mode) in &call.collection_mode {
        collect_as(modules, package, mode);
    }
    let backends = call.hooksconfig.get("matplotlib").and_then(|config| config.get("backends"));
    match backends {
        Some(Value::String(all)) if all == "all" => modules.include.push("matplotlib.backends.*".to_owned()),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            let backend = |name: &str| format!("matplotlib.backends.backend_{}", name.to_lowercase());
            modules.include.extend(names.map(backend).filter(|name| spec::checked_module(name).is_ok()));
        }
        _ => {}
    }
}

/// Sets how the modules of a package are stored, as `module_collection_mode` says it.
pub(super) fn collect_as(modules: &mut Modules, package: &str, mode: &Value) {
    let package = if package.is_empty() { "**" } else { package };
    let words: Vec<&str> = match mode {
        Value::String(mode) => mode.split('+').collect(),
        Value::Array(modes) => modes.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is_packed = words.contains(&"pyz");
    if words.iter().any(|word| matches!(*word, "py" | "pyc")) && !is_packed {
        modules.files.push(package.to_owned());
    } else if words.contains(&"py") {
        modules.source.push(package.to_owned());
    }
}

/// Returns the contents of a program as tables.
pub(super) fn tables(request: &Request, part: &CollectedPart, store: &Store) -> Result<Tables> {
    let CollectedPart { python, contents, natives } = part;
    let native = |dest: &str| native_path(dest, &python.target);
    let mut tables = Tables::default();
    for script in scripts(request) {
        let name = script.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        tables.scripts.push((name, text(&script), "PYSOURCE".to_owned()));
    }
    for module in contents.graph.modules.values().filter(|m| !is_entry(&m.name)) {
        if let Some(source) = pure_source(module) {
            tables.pure.push((module.name.clone(), source, "PYMODULE".to_owned()));
        }
    }
    let extensions: HashSet<&str> = contents.extensions().map(|m| m.path.as_str()).collect();
    for file in &natives.files {
        let kind = if extensions.contains(file.dest.as_str()) { "EXTENSION" } else { "BINARY" };
        tables.binaries.push((native(&file.dest), text(&file.source), kind.to_owned()));
    }
    for file in contents.data.iter().filter(|file| file.dest != crate::launcher::TWIN) {
        let source = match &file.source {
            Source::File(path) | Source::Zip { archive: path, .. } => text(path),
            Source::Bytes(bytes) => {
                let key = blake3::hash(bytes).into();
                let stored = store.get_file(Bucket::Prepared, &key);
                let stored = stored.map_or_else(|| store.put_file(Bucket::Prepared, &key, bytes), Ok);
                text(&stored.context(|| format!("failed to write `{}`", file.dest))?)
            }
        };
        tables.datas.push((native(&file.dest), source, "DATA".to_owned()));
    }
    Ok(tables)
}

/// Returns the run-time hooks and scripts of a request, in the order in which they run.
pub(super) fn scripts(request: &Request) -> Vec<PathBuf> {
    let of_program = |program: &Program| {
        let first = match &program.entry {
            spec::Entry::Script(path) => Some(path.clone()),
            _ => None,
        };
        first.into_iter().chain(program.then.iter().cloned()).collect::<Vec<_>>()
    };
    request.runtime.hooks.iter().cloned().chain(request.programs.iter().flat_map(of_program)).collect()
}

/// Returns the file of a module in Python; `-` for a namespace package.
fn pure_source(module: &Module) -> Option<String> {
    match &module.kind {
        Kind::Source(source) | Kind::Bytecode(source) => Some(source.file().map(text).unwrap_or_default()),
        Kind::Namespace(_) => Some("-".to_owned()),
        Kind::Extension(_) | Kind::Builtin => None,
    }
}

/// Returns a path under the root as the target writes it.
fn native_path(dest: &str, target: &Target) -> String {
    if target.os == Os::Windows { dest.replace('/', "\\") } else { dest.to_owned() }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Returns the name, file and kind of an entry with `/` between folders.
pub(super) fn plain((name, source, kind): &Entry) -> (String, PathBuf, &str) {
    (name.replace('\\', "/").trim_start_matches("./").to_owned(), PathBuf::from(source), kind.as_str())
}
