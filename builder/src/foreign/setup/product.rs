//! The request for a product that `setup()` or `[tool.cxfreeze]` describes.

use std::path::PathBuf;

use super::super::place::{self, Place};
use super::message::{BundleCall, FileCall, Generated, ProgramCall, Purpose, SetupCall};
use crate::Collected;
use crate::error::{Error, Result, Warning};
use crate::spec::{self, Item, Macos, Mode, Overrides, Program, Request, Resource, Strip, Windows};
use crate::store::{Bucket, Code, KeyBuilder, Store};

/// Returns the request for a product.
///
/// # Errors
/// An option has an invalid value.
pub(super) fn request(
    call: &SetupCall,
    template: &Request,
    overrides: &Overrides,
    store: &Store,
) -> Result<Request> {
    let mut request = template.clone();
    let place = place_of(call.place.as_ref());
    let first = call.programs.first().ok_or_else(|| Error::new("`setup()` names no program to build"))?;
    let onefile = call.mode == "onefile";
    request.bundle.mode = if onefile { Mode::Onefile } else { Mode::Onedir };
    let name = call.macos.name.as_ref().or(call.name.as_ref()).unwrap_or(&first.name);
    request.name.clone_from(if onefile { &first.name } else { name });
    request.version.clone_from(&call.version);
    spec::checked_name(&request.name)
        .map_err(|why| Error::new(format!("invalid name of a product: `{}`", request.name)).cause(why))?;
    output(&mut request, call, overrides);
    if let Some(folder) = &call.contents {
        request.bundle.contents_directory.clone_from(folder);
    }
    if call.strip {
        request.bundle.strip = Strip::All;
    }
    let generated = Written::of(&call.generated, store)?;
    request.programs = call
        .programs
        .iter()
        .map(|program| self::program(program, &generated, store))
        .collect::<Result<_>>()?;
    request.windows = windows(first, store)?;
    request.macos = macos(&call.macos, first);
    if overrides.target.is_some() {
        request.macos.architectures.clear();
    }
    python(&mut request, call, &generated);
    modules(&mut request, call, &place)?;
    request.data = items(&call.datas, &place)?;
    request.binaries = items(&call.libraries, &place)?;
    request.runtime.hooks = call.hooks.clone();
    request.runtime.hooks.extend(generated.files(Purpose::Hook));
    request.runtime.env.clone_from(&call.env);
    request.complete()?;
    spec::universal::for_all_processors(request, overrides.target)
}

/// Sets the name and the folder of the product. A folder of the command line comes first.
fn output(request: &mut Request, call: &SetupCall, overrides: &Overrides) {
    if overrides.dist.is_some() {
        return;
    }
    let is_bundle = call.macos.bundle == Some(true);
    match (&call.folder, &call.dist) {
        (Some(folder), _) if !is_bundle => {
            if let (Some(dist), Some(name)) = (folder.parent(), folder.file_name()) {
                dist.clone_into(&mut request.output.dist);
                request.name = name.to_string_lossy().into_owned();
            }
        }
        (Some(dist), _) | (_, Some(dist)) => request.output.dist.clone_from(dist),
        (None, None) => {}
    }
}

fn python(request: &mut Request, call: &SetupCall, generated: &Written) {
    let python = &mut request.python;
    let folder = generated.any(Purpose::Module).then(|| generated.folder.clone());
    for path in call.path.iter().cloned().chain(folder) {
        if !python.paths.contains(&path) {
            python.paths.push(path);
        }
    }
    python.optimize = call.optimize.min(2);
    python.options.extend(call.options.iter().cloned());
    request.package_folders.extend(call.package_paths.iter().cloned());
}

/// Adds the modules and libraries that a call names.
fn modules(request: &mut Request, call: &SetupCall, place: &str) -> Result<()> {
    let modules = &mut request.modules;
    // The pattern also matches the package itself.
    let below = call.packages.iter().map(|package| format!("{package}.*"));
    let mut ignored = Vec::new();
    let included: Vec<String> = call.includes.iter().cloned().chain(below).collect();
    for (names, into, option) in [
        (&included, &mut modules.include, "includes"),
        (&call.excludes, &mut modules.exclude, "excludes"),
        (&call.as_files, &mut modules.files, "zip_exclude_packages"),
    ] {
        for name in names {
            match spec::checked_module(name) {
                Ok(()) if into.contains(name) => {}
                Ok(()) => into.push(name.clone()),
                Err(why) => {
                    let message = format!("`{name}` in `{option}` names no module and is ignored ({place})");
                    ignored.push(Warning::new(message).hint(why));
                }
            }
        }
    }
    let generated = call.generated.iter().filter(|file| file.purpose == Purpose::Module);
    modules.include.extend(generated.filter_map(|file| file.name.strip_suffix(".py").map(str::to_owned)));
    modules.exclude_binaries.clone_from(&call.exclude_binaries);
    modules.include_binaries.clone_from(&call.include_binaries);
    request.warnings.extend(ignored);
    Ok(())
}

fn items(files: &[FileCall], place: &str) -> Result<Vec<Item>> {
    let item = |(from, to, name): &FileCall| {
        let to = spec::checked_folder(to)
            .map_err(|why| Error::new(format!("invalid folder `{to}` for `{from}`")).cause(why))?;
        Ok(Item { from: from.clone(), to, name: name.clone(), exclude: Vec::new(), place: place.to_owned() })
    };
    files.iter().map(item).collect()
}

fn program(call: &ProgramCall, generated: &Written, store: &Store) -> Result<Program> {
    spec::checked_name(&call.name)
        .map_err(|why| Error::new(format!("invalid name of a program: `{}`", call.name)).cause(why))?;
    let script =
        if call.script.is_absolute() { call.script.clone() } else { generated.folder.join(&call.script) };
    Ok(Program {
        name: call.name.clone(),
        entry: spec::Entry::Script(script),
        folder: None,
        then: Vec::new(),
        windows: Some(Box::new(windows(call, store)?)),
        place: Some(place_of(call.place.as_ref())),
    })
}

/// Returns `[windows]` of a program.
fn windows(call: &ProgramCall, store: &Store) -> Result<Windows> {
    let stored = |bytes: &[u8]| store.put_file(Bucket::Prepared, &blake3::hash(bytes).into(), bytes);
    let manifest = match &call.manifest_text {
        Some(text) => Some(stored(text.as_bytes())?),
        None => call.manifest.clone(),
    };
    let resource = |(kind, name, digits): &(String, String, String)| -> Result<Resource> {
        let (kind, name) = (Some(kind.clone()), Some(name.clone()));
        Ok(Resource { file: stored(&bytes(digits))?, kind, name, language: None })
    };
    Ok(Windows {
        icon: with_suffix(&call.icon, &["ico", "exe", "png"]),
        console: Some(call.console),
        version_info: call.version_info.clone(),
        manifest,
        uac: call.uac.clone(),
        uiaccess: call.uiaccess,
        resources: call.data_resources.iter().map(resource).collect::<Result<_>>()?,
        ..Windows::default()
    })
}

/// Returns the bytes of hexadecimal digits.
fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Returns `[macos]`.
fn macos(call: &BundleCall, first: &ProgramCall) -> Macos {
    let icon = with_suffix(&call.icon, &["icns", "png"]);
    Macos {
        bundle: call.bundle,
        identifier: call.identifier.clone(),
        icon: icon.or_else(|| with_suffix(&first.icon, &["icns", "png"])),
        plist: call.plist.clone(),
        sign: call.sign.clone(),
        entitlements: call.entitlements.clone(),
        architectures: call.architectures.clone(),
        ..Macos::default()
    }
}

fn with_suffix(files: &[PathBuf], suffixes: &[&str]) -> Option<PathBuf> {
    let fits = |file: &&PathBuf| {
        file.extension().is_some_and(|e| suffixes.iter().any(|suffix| e.eq_ignore_ascii_case(suffix)))
    };
    files.iter().find(fits).cloned()
}

/// Returns a note about options of installers and packages, which a build does not make.
pub(super) fn unwrapped(call: &SetupCall) -> Option<Warning> {
    let is_used = |name: &str| name == "bdist_mac" && call.macos.bundle == Some(true);
    let names: Vec<String> =
        call.packaging.keys().filter(|name| !is_used(name)).map(|name| format!("`{name}`")).collect();
    let message = || format!("a build makes no installers and packages: {} without effect", names.join(", "));
    (!names.is_empty()).then(|| Warning::new(message()).hint("the program itself is built"))
}

/// Moves the contents to a folder beside the executable if one of them has the name of a program. Returns a
/// note about it.
pub(super) fn separated(request: &mut Request, collected: &Collected) -> Option<Warning> {
    let name = if request.bundle.mode == Mode::Onedir { collected.conflict(request)? } else { return None };
    let folder = spec::CONTENTS_DIRECTORY;
    folder.clone_into(&mut request.bundle.contents_directory);
    request.others.iter_mut().for_each(|other| folder.clone_into(&mut other.bundle.contents_directory));
    let message =
        format!("the contents are in `{folder}`, because one of them has the name of the program `{name}`");
    Some(Warning::new(message).hint("give the program another name to place them next to the executable"))
}

/// Generated files in the cache.
struct Written {
    folder: PathBuf,
    files: Vec<(Purpose, String)>,
}

impl Written {
    fn of(generated: &[Generated], store: &Store) -> Result<Written> {
        let files = generated.iter().map(|file| (file.purpose, file.name.clone())).collect();
        if generated.is_empty() {
            return Ok(Written { folder: PathBuf::new(), files });
        }
        let parts = generated.iter().flat_map(|file| [file.name.as_str(), file.text.as_str()]);
        let key = KeyBuilder::new(Code::Python, "generated").parts(parts).finish();
        let folder = store.folder(&key, |folder| {
            generated.iter().try_for_each(|file| Ok(fs_err::write(folder.join(&file.name), &file.text)?))
        })?;
        Ok(Written { folder, files })
    }

    fn any(&self, purpose: Purpose) -> bool {
        self.files.iter().any(|(other, _)| *other == purpose)
    }

    fn files(&self, purpose: Purpose) -> impl Iterator<Item = PathBuf> {
        let files = self.files.iter().filter(move |(other, _)| *other == purpose);
        files.map(|(_, name)| self.folder.join(name))
    }
}

/// Returns where a product or program is described, for reasons.
fn place_of(place: Option<&Place>) -> String {
    place.map_or_else(|| "setup()".to_owned(), place::short)
}
