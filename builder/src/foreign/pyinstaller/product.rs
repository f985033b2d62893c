//! `EXE(…)`, `COLLECT(…)` and `BUNDLE(…)` of a spec: the request for a product, and changes to its contents.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::analysis::{is_native, place_of, plain, scripts};
use super::message::{BundleCall, ProductCall, ProgramCall, ProgramSettings};
use crate::contents::{Added, Edits, What};
use crate::error::{Error, Result, Warning};
use crate::spec::{self, Companions, Macos, Mode, Program, Request, Resource, Strip, Windows};
use crate::store::{Bucket, Store};
use crate::target::{Target, Wanted};

/// Returns the request for a product from those of its analyses.
///
/// # Errors
/// An argument has an invalid value.
pub(super) fn request(
    call: &ProductCall,
    analyses: &[&Request],
    store: &Store,
    named: Option<Wanted>,
) -> Result<Request> {
    let mut request = together(analyses)?;
    let onefile = call.mode == "onefile";
    request.name.clone_from(&call.name);
    request.bundle.mode = if onefile { Mode::Onefile } else { Mode::Onedir };
    request.output.dist.clone_from(&call.dist);
    if call.is_merged {
        request.bundle.companions = Companions::Executable;
    }
    let mut hooks: Vec<PathBuf> = Vec::new();
    let mut programs = Vec::new();
    for program in &call.programs {
        let known: HashSet<PathBuf> = analyses.iter().flat_map(|a| a.runtime.hooks.clone()).collect();
        let (own, entries): (Vec<PathBuf>, Vec<PathBuf>) =
            program.scripts.iter().cloned().partition(|script| known.contains(script));
        hooks.extend(own.into_iter().filter(|hook| !hooks.contains(hook)).collect::<Vec<_>>());
        programs.push(self::program(program, &entries, &request, store)?);
    }
    request.programs = programs;
    request.runtime.hooks = hooks;
    for program in &call.programs {
        settings(&mut request, program, store)?;
    }
    if call.settings.strip {
        request.bundle.strip = Strip::All;
    }
    match &call.bundle {
        Some(bundle) => self::bundle(&mut request, bundle),
        // The folder or file that `EXE` or `COLLECT` makes; `BUNDLE` makes an app bundle of it.
        None => request.macos.bundle = Some(false),
    }
    request.complete()?;
    spec::universal::for_all_processors(request, named)
}

/// Combines the requests of several analyses.
fn together(analyses: &[&Request]) -> Result<Request> {
    let [first, rest @ ..] = analyses else { return Err(Error::new("a product has no analysis")) };
    let mut request = (*first).clone();
    for other in rest {
        merge(&mut request.python.paths, &other.python.paths);
        merge(&mut request.modules.include, &other.modules.include);
        merge(&mut request.modules.files, &other.modules.files);
        merge(&mut request.modules.source, &other.modules.source);
        merge(&mut request.data, &other.data);
        merge(&mut request.binaries, &other.binaries);
        merge(&mut request.runtime.hooks, &other.runtime.hooks);
        merge(&mut request.runtime.debug, &other.runtime.debug);
        // Only modules that no program wants are left out.
        request.modules.exclude.retain(|name| other.modules.exclude.contains(name));
    }
    request.warnings.clear();
    Ok(request)
}

fn merge<T: Clone + PartialEq>(into: &mut Vec<T>, from: &[T]) {
    for value in from {
        if !into.contains(value) {
            into.push(value.clone());
        }
    }
}

fn program(call: &ProgramCall, entries: &[PathBuf], request: &Request, store: &Store) -> Result<Program> {
    let spec = request.spec.clone().unwrap_or_default();
    spec::checked_name(&call.name)
        .map_err(|why| Error::new(format!("invalid name of a program: `{}`", call.name)).cause(why))?;
    let Some((entry, then)) = entries.split_first() else {
        return Err(Error::new(format!("program `{}` has no script besides run-time hooks", call.name)));
    };
    Ok(Program {
        name: call.name.clone(),
        entry: spec::Entry::Script(entry.clone()),
        folder: spec::above_packages(entry),
        then: then.to_vec(),
        windows: Some(Box::new(windows(&call.settings, store)?)),
        place: Some(place_of(call.place.as_ref(), &spec)),
    })
}

/// Adds the settings of a program that hold for the whole product. The first program decides where only one
/// value is possible.
fn settings(request: &mut Request, program: &ProgramCall, store: &Store) -> Result<()> {
    let settings = &program.settings;
    for option in &program.options {
        // Options of PyInstaller's launcher.
        if option.starts_with("pyi-") || request.python.options.contains(option) {
            continue;
        }
        match spec::checked_python_option(option) {
            Ok(level) => {
                request.python.optimize =
                    level.unwrap_or(request.python.optimize).max(request.python.optimize);
                request.python.options.push(option.clone());
            }
            Err(why) => {
                let warning =
                    Warning::new(format!("option `{option}` of program `{}` is ignored", program.name));
                request.warnings.push(warning.hint(why));
            }
        }
    }
    merge(&mut request.runtime.debug, &settings.debug);
    if settings.strip {
        request.bundle.strip = Strip::All;
    }
    if let Some(folder) = settings.contents_directory.as_deref().filter(|folder| !folder.is_empty()) {
        spec::checked_contents_directory(folder)
            .map_err(|why| Error::new(format!("invalid `contents_directory`: `{folder}`")).cause(why))?;
        folder.clone_into(&mut request.bundle.contents_directory);
    }
    if let Some(folder) =
        settings.runtime_tmpdir.clone().filter(|folder| !folder.is_empty() && folder != "None")
    {
        request.bundle.runtime_tmpdir = Some(folder);
    }
    let is_first = request.programs.first().is_some_and(|first| first.name == program.name);
    if is_first {
        request.windows = windows(settings, store)?;
        request.macos = macos(settings);
    }
    Ok(())
}

/// Returns `[windows]` of a program.
fn windows(settings: &ProgramSettings, store: &Store) -> Result<Windows> {
    let stored = |text: &Option<String>, files: &[PathBuf]| match text {
        Some(text) => {
            let key = blake3::hash(text.as_bytes()).into();
            store.put_file(Bucket::Prepared, &key, text.as_bytes()).map(Some)
        }
        None => Ok(files.first().cloned()),
    };
    // A conversion keeps the strings: the text is in no file.
    let is_text = settings.version_strings.is_empty();
    let version_file = if is_text { stored(&settings.version_text, &settings.version)? } else { None };
    Ok(Windows {
        icon: with_suffix(&settings.icon, &["ico", "exe", "png"]),
        console: Some(settings.console.unwrap_or(true)),
        manifest: stored(&settings.manifest_text, &settings.manifest)?,
        uac: settings.uac_admin.then(|| "require-administrator".to_owned()),
        uiaccess: settings.uac_uiaccess,
        version_file,
        version_info: settings.version_strings.clone(),
        hide_console: settings.hide_console.clone(),
        windowed_traceback: settings.disable_windowed_traceback.then_some(false),
        resources: settings.resources.iter().map(|text| Resource::parse(text)).collect(),
    })
}

/// Returns `[macos]` of a program.
fn macos(settings: &ProgramSettings) -> Macos {
    let architectures = match settings.target_arch.as_deref() {
        Some("universal2") => Target::UNIVERSAL.map(|target| target.machine().to_owned()).into(),
        Some(arch) => vec![arch.to_owned()],
        None => Vec::new(),
    };
    Macos {
        icon: with_suffix(&settings.icon, &["icns", "png"]),
        sign: settings.codesign_identity.clone(),
        entitlements: settings.entitlements_file.first().cloned(),
        architectures,
        ..Macos::default()
    }
}

fn bundle(request: &mut Request, bundle: &BundleCall) {
    let macos = &mut request.macos;
    macos.bundle = Some(true);
    macos.icon = with_suffix(&bundle.icon, &["icns", "png"]).or(macos.icon.take());
    macos.identifier.clone_from(&bundle.identifier);
    macos.plist = bundle.plist.clone();
    if bundle.version.is_some() {
        request.version.clone_from(&bundle.version);
    }
}

fn with_suffix(files: &[PathBuf], suffixes: &[&str]) -> Option<PathBuf> {
    let fits = |file: &&PathBuf| {
        file.extension().is_some_and(|e| suffixes.iter().any(|suffix| e.eq_ignore_ascii_case(suffix)))
    };
    files.iter().find(fits).cloned()
}

/// Returns the changes that a spec has made to the contents of its analyses.
///
/// # Errors
/// An added entry has no file, or lies outside the bundle.
pub(super) fn edits(call: &ProductCall, spec: &Path, request: &Request) -> Result<Edits> {
    let mut edits = Edits { place: place_of(call.place.as_ref(), spec), ..Edits::default() };
    edits.removed_files = call.removed.files.iter().map(|name| name.replace('\\', "/")).collect();
    edits.removed_modules = call.removed.modules.iter().cloned().collect();
    let known: HashSet<PathBuf> = scripts(request).into_iter().collect();
    for entry in &call.added {
        let (name, source, kind) = plain(entry);
        let what = match kind {
            // The content decides, as in PyInstaller 6.
            "BINARY" | "EXTENSION" | "DATA" if is_native(&source) => What::Binary,
            "PYMODULE" | "PYMODULE-1" | "PYMODULE-2" => What::Module,
            "PYSOURCE" if known.contains(&source) => continue,
            _ => What::Data,
        };
        if what == What::Module && source.as_os_str() == "-" {
            continue;
        }
        if !source.is_file() {
            let error = Error::new(format!("`{}`, the source of `{name}`, is not a file", source.display()));
            return Err(error.hint("an entry of a TOC is (name in the bundle, path of the file, typecode)"));
        }
        let name = if what == What::Module { name } else { dest(&name)? };
        edits.added.push(Added { name, source, what });
    }
    Ok(edits)
}

/// Checks the path of a file in the bundle.
fn dest(name: &str) -> Result<String> {
    match spec::checked_folder(name) {
        Ok(path) if path != "." => Ok(path),
        Ok(_) => Err(Error::new(format!("`{name}` names no file in the bundle"))),
        Err(_) => Err(Error::new(format!("`{name}` lies outside the bundle"))
            .hint("the name of an entry is a relative path without `..`")),
    }
}

/// Whether the contents that one request collects are those of the other.
pub(super) fn has_same_contents(one: &Request, other: &Request) -> bool {
    let essence = |request: &Request| {
        let mut request = request.clone();
        request.name.clear();
        request.version = None;
        request.bundle.mode = Mode::Onedir;
        request.bundle.contents_directory.clear();
        request.bundle.companions = Companions::default();
        request.bundle.runtime_tmpdir = None;
        request.windows = Windows::default();
        request.macos = Macos::default();
        request.output = spec::Output::default();
        request.python.options.clear();
        request.python.optimize = 0;
        request.runtime.debug.retain(|debug| debug == "noarchive");
        request.warnings.clear();
        for program in &mut request.programs {
            program.name.clear();
            program.place = None;
            program.windows = None;
        }
        request
    };
    essence(one) == essence(other)
}
