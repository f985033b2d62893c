//! Libraries that code uses through GObject introspection: `from gi.repository import Gtk`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Heuristic;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::{Collected, Subject};
use crate::analysis::facts::Form;
use crate::analysis::facts::typelib::Typelib;
use crate::analysis::graph::{By, LibraryName, Need, OpenedLibrary, Reason, Source};
use crate::analysis::world::{Role, World};
use crate::error::Warning;
use crate::names::{Pattern, top};
use crate::rules::load::SITE;
use crate::target::Os;

/// The package of PyGObject, and the one whose modules are made from typelibs.
const PACKAGE: &str = "gi";
const REPOSITORY: &str = "gi.repository";
/// Additions of PyGObject to a namespace.
const OVERRIDES: &str = "gi.overrides.";
/// Modules that PyGObject imports from C for the types of a namespace: `gi._gi_cairo`.
const CONVERTER: &str = "_gi_";
/// What PyGObject itself uses.
const OWN: [&str; 3] = ["GLib", "GObject", "Gio"];
/// Sorts the hook after those of `.pth` files and of installed programs.
const HOOK: &str = "999998";
/// The folder of typelibs in a folder of libraries.
const FOLDER: &str = "girepository-1.0";

#[derive(Default)]
pub(super) struct Typelibs {
    /// Namespaces that modules import.
    wanted: BTreeMap<String, Wanted>,
    /// Namespaces → required versions.
    versions: BTreeMap<String, BTreeSet<String>>,
    /// Namespaces → others that the override of PyGObject for them imports.
    overrides: BTreeMap<String, BTreeSet<String>>,
    /// Folders that contain typelibs.
    folders: Vec<PathBuf>,
    /// Typelibs that have been collected.
    done: BTreeSet<String>,
    /// Whether the code for the start has been added.
    is_told: bool,
}

/// A use of a library.
#[derive(Clone)]
struct Wanted {
    reason: Reason,
    /// Line in the program's own code.
    own_place: Option<String>,
}

impl Heuristic for Typelibs {
    fn of_module(&mut self, subject: &Subject<'_>, _: &World<'_>, _: &mut Claims) {
        let imported = subject.live.iter().flat_map(|live| {
            let names: Vec<&str> = match live.name.strip_prefix(REPOSITORY) {
                Some("") if live.import.form == Form::From => {
                    live.import.names.iter().map(String::as_str).collect()
                }
                Some(rest) => rest.strip_prefix('.').map(top).into_iter().collect(),
                None => Vec::new(),
            };
            let names = names.into_iter().filter(|name| *name != "*");
            let reason = Reason::new(subject.name(), By::Import).at(live.import.line).under(live.guard);
            names.map(move |name| (name.to_owned(), reason.clone()))
        });
        if top(subject.name()) == PACKAGE {
            if let Some(namespace) = subject.name().strip_prefix(OVERRIDES) {
                let others = imported.map(|(name, _)| name).filter(|name| name != namespace);
                self.overrides.entry(namespace.to_owned()).or_default().extend(others);
            }
            return;
        }
        if subject.node.need != Need::Certain {
            return;
        }
        let required = subject.facts().required.iter().map(|required| {
            let reason = Reason::new(subject.name(), By::Call).at(required.line);
            (required.namespace.clone(), reason)
        });
        for (namespace, reason) in imported.chain(required) {
            let is_own = subject.node.role == Role::Program;
            let own_place = is_own.then(|| format!("{}:{}", subject.node.module.path, reason.line));
            self.wanted.entry(namespace).or_insert(Wanted { reason, own_place });
        }
        for required in &subject.facts().required {
            self.versions.entry(required.namespace.clone()).or_default().insert(required.version.clone());
        }
    }

    /// Collects the modules that PyGObject needs for the libraries, and the code that tells the libraries where
    /// their files are.
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if self.is_told || !self.is_used(collected, world) {
            return;
        }
        self.is_told = true;
        let reason = Reason::new(PACKAGE, By::Native);
        for child in world.children(PACKAGE).into_iter().filter(|child| child.starts_with(CONVERTER)) {
            claims.module(format!("{PACKAGE}.{child}"), &reason);
        }
        let name = format!("{SITE}{HOOK}");
        let source = Source::Bytes(include_bytes!("typelibs.py").to_vec());
        claims.push(What::Startup { name, path: "typelibs.py".into(), source }, &reason);
    }

    /// Collects typelibs and libraries, when all required versions are known.
    fn at_end(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if let Some((name, wanted)) = self.on_host(world).filter(|_| collected.get(PACKAGE).is_some()) {
            claims.push(What::Unfollowed(on_host(name)), &wanted.reason);
        }
        if !self.is_used(collected, world) {
            return;
        }
        self.folders = folders(world);
        let mut wanted: Vec<(String, Wanted)> =
            self.wanted.iter().map(|(name, wanted)| (name.clone(), wanted.clone())).collect();
        let own = Wanted { reason: Reason::new(PACKAGE, By::Native), own_place: None };
        wanted.extend(OWN.map(|name| (name.to_owned(), own.clone())));
        // Other typelibs determine the versions that the program leaves open.
        wanted.sort_by_key(|(namespace, _)| !self.versions.contains_key(namespace));
        for (namespace, wanted) in wanted {
            let versions: Vec<String> = match self.versions.get(&namespace) {
                Some(versions) => versions.iter().cloned().collect(),
                None if self.has(&namespace) => continue,
                None => newest(&namespace, &self.folders, world).into_iter().collect(),
            };
            for version in versions {
                self.take((&namespace, &version), &wanted, world, claims);
            }
        }
    }
}

impl Typelibs {
    /// Returns whether the program uses libraries, and none of them stays with the host.
    fn is_used(&self, collected: &Collected, world: &World<'_>) -> bool {
        collected.get(PACKAGE).is_some() && !self.wanted.is_empty() && self.on_host(world).is_none()
    }

    /// Returns a library that the program uses and that stays with the host.
    fn on_host(&self, world: &World<'_>) -> Option<(&str, &Wanted)> {
        let host: Vec<Pattern> = world.implicit.typelibs.host.iter().map(|text| Pattern::new(text)).collect();
        let mut wanted = self.wanted.iter().map(|(name, wanted)| (name.as_str(), wanted));
        wanted.find(|(name, _)| host.iter().any(|pattern| pattern.matches(name)))
    }

    /// Returns whether a typelib of a namespace has been collected.
    fn has(&self, namespace: &str) -> bool {
        self.done.iter().any(|name| name.rsplit_once('-').is_some_and(|(known, _)| known == namespace))
    }

    /// Collects a typelib, its libraries, and the typelibs that it needs.
    fn take(
        &mut self,
        (namespace, version): (&str, &str),
        wanted: &Wanted,
        world: &World<'_>,
        claims: &mut Claims,
    ) {
        let mut queue = vec![(namespace.to_owned(), version.to_owned())];
        while let Some((namespace, version)) = queue.pop() {
            let name = format!("{namespace}-{version}");
            let file = format!("{name}.typelib");
            let mut paths = self.folders.iter().map(|folder| folder.join(&file));
            let Some(path) = paths.find(|path| world.reader.disk.is_file(path)) else { continue };
            let read = world.reader.disk.read(&path).ok();
            let Some(typelib) = read.and_then(|bytes| Typelib::read(&bytes)) else { continue };
            if !self.done.insert(name.clone()) {
                continue;
            }
            let needed = typelib.dependencies.iter().filter_map(|name| name.rsplit_once('-'));
            queue.extend(needed.map(|(namespace, version)| (namespace.to_owned(), version.to_owned())));
            // An override uses what belongs to the same version.
            let others = self.overrides.get(&namespace).into_iter().flatten();
            queue.extend(others.map(|other| (other.clone(), version.clone())));
            for library in typelib.libraries.into_iter().filter(|library| !library.contains('/')) {
                let (name, own_place) = (LibraryName::File(library), wanted.own_place.clone());
                let library = OpenedLibrary { name, own_place, reason: wanted.reason.clone() };
                claims.push(What::Library(library), &wanted.reason);
            }
            claims.push(What::Typelib { name, path }, &wanted.reason);
        }
    }
}

/// Returns the folders that may contain typelibs: those of the interpreter's prefix and of the system.
fn folders(world: &World<'_>) -> Vec<PathBuf> {
    let python = world.reader.python;
    let target = &python.target;
    let mut found: Vec<PathBuf> = Vec::new();
    let mut prefixes = vec![python.base_prefix.clone()];
    if python.cross.is_none() && target.os == Os::Linux {
        prefixes.extend(["/usr/local", "/usr"].map(PathBuf::from));
    }
    let multiarch = format!("lib/{}-linux-gnu", target.machine());
    for prefix in prefixes {
        found.extend([&multiarch, "lib64", "lib"].map(|lib| prefix.join(lib).join(FOLDER)));
    }
    found.retain(|folder| folder.is_absolute() && world.reader.disk.is_dir(folder));
    found
}

/// Returns the newest version of a namespace, which is used unless the program requires another.
fn newest(namespace: &str, folders: &[PathBuf], world: &World<'_>) -> Option<String> {
    let files = folders.iter().filter_map(|folder| world.reader.disk.list(folder)).flatten();
    let names = files.filter_map(|(file, _)| Some(Path::new(&file).file_stem()?.to_str()?.to_owned()));
    let version = |name: &str| -> Option<Vec<u32>> {
        let text = name.strip_prefix(namespace)?.strip_prefix('-')?;
        text.split('.').map(|part| part.parse().ok()).collect()
    };
    let newest = names.filter_map(|name| Some((version(&name)?, name))).max();
    newest.map(|(_, name)| name[namespace.len() + 1..].to_owned())
}

/// Reports that the libraries stay with the host.
fn on_host(name: &str) -> Warning {
    let message =
        format!("the libraries that the program uses through `gi` stay with the host, as `{name}` does");
    Warning::minor(message)
        .hint("the host needs the same libraries and typelibs, of the same versions or newer")
}
