//! Leaves out files of large packages that belong to parts that the program does not use.
//!
//! The rules define the parts (`[[parts]]`, `rules/parts.rs`). A library is used if a collected native file
//! links to it. The files of a part are used if an associated library or module is used. A QML module is
//! used if QML of the program imports it. Files that the program selects by the arguments of calls are used
//! if a call names them. Each use may add further ones; the search ends when nothing new is found.

mod named;
mod qml;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use globset::GlobSet;

use super::choose;
use super::format::leaf;
use super::reader::Reader;
use crate::analysis::{By, Kind, Source};
use crate::contents::{Cause, Contents, Data, LeftOut};
use crate::error::{Result, Warning};
use crate::names::is_inside;
use crate::python::Python;
use crate::rules::parts::{Class, Matcher, Part, Parts, stem};
use crate::spec::Request;
use crate::store::Store;
use named::Selected;
use qml::{Modules, Texts};

/// Removes the unused parts of packages from the contents, and records them there. Files that the request
/// or a rule names stay.
///
/// # Errors
/// A native file cannot be read, or a rule has a malformed glob.
pub fn prune(contents: &mut Contents, request: &Request, python: &Python, store: &Store) -> Result<()> {
    if contents.pruned.packages.is_empty() {
        return Ok(());
    }
    let format = choose::format(python, request)?;
    let mut reader = Reader::new(format.as_ref(), store);
    let packages = std::mem::take(&mut contents.pruned.packages);
    let packages: Vec<Package<'_>> = packages.iter().map(Package::new).collect::<Result<_>>()?;
    let mut pruning = Pruning::new(contents, &packages, &reader, request);
    pruning.follow(contents, python, &mut reader)?;
    let Pruning { files, frameworks, used, warnings, .. } = pruning;
    contents.warnings.extend(warnings);
    let system = |dest: &str| match files.get(dest)? {
        Candidate { package, class: Class::Part(part), .. } => {
            Some(packages[*package].parts.part[*part].system)
        }
        _ => None,
    };
    let kept = |file: &Data| !files.contains_key(&file.dest) || used.contains(&file.dest);
    contents.pruned.system = contents
        .libraries
        .iter()
        .filter(|l| kept(l))
        .filter_map(|l| Some((l.dest.clone(), system(&l.dest)?)))
        .collect();
    for files_of in [&mut contents.data, &mut contents.libraries] {
        let (stay, go): (Vec<Data>, Vec<Data>) = std::mem::take(files_of).into_iter().partition(kept);
        *files_of = stay;
        for file in go {
            let known = &files[&file.dest];
            let parts = packages[known.package].parts;
            let cause = Cause::Part(why(&known.class, parts));
            contents.pruned.left_out.push(LeftOut::new(file, parts.package.clone(), cause));
        }
    }
    // Links into frameworks whose files are all left out.
    let collected: HashSet<&str> = used.iter().filter_map(|dest| framework(dest)).collect();
    let is_left_out = |folder: &str| frameworks.contains_key(folder) && !collected.contains(folder);
    contents.links.retain(|link| !framework(&link.dest).is_some_and(is_left_out));
    Ok(())
}

/// Returns the modules that import one of `importers`, directly or through others, and these themselves: a package may reach
/// Qt through `qtpy`. Leaves out the standard library.
fn users<'c>(
    contents: &'c Contents,
    importers: &HashSet<&'c str>,
    in_stdlib: impl Fn(&str) -> bool,
) -> HashSet<&'c str> {
    let mut users = importers.clone();
    let mut queue: Vec<&str> = importers.iter().copied().collect();
    while let Some(name) = queue.pop() {
        let Some(module) = contents.graph.modules.get(name) else { continue };
        queue.extend(
            module
                .reasons
                .iter()
                .map(|reason| reason.from.as_str())
                .filter(|from| !in_stdlib(from) && users.insert(from)),
        );
    }
    users
}

/// Returns why a file of a class is left out.
fn why(class: &Class, parts: &Parts) -> String {
    match class {
        Class::Never => "no program needs it".to_owned(),
        Class::Linked => "nothing links to it".to_owned(),
        Class::Qml(_) => "no QML imports it".to_owned(),
        Class::Named => {
            let calls: Vec<String> = parts.named.iter().map(named::functions).collect();
            format!("the program does not name it in a call of {}", calls.join(", "))
        }
        Class::Part(part) => {
            let Part { with, words, translations, .. } = &parts.part[*part];
            let code = if words.is_empty() {
                String::new()
            } else {
                let or = if *translations { ", or to `locales` in `[modules]`" } else { "" };
                format!(" and to code that names {}{or}", words.join(", "))
            };
            format!("it belongs to {}{code}", with.join(", "))
        }
    }
}

/// Returns the framework that contains a file: the path up to `.framework`.
fn framework(dest: &str) -> Option<&str> {
    const SUFFIX: &str = ".framework/";
    dest.find(SUFFIX).map(|at| &dest[..at + SUFFIX.len() - 1])
}

/// A package in parts.
struct Package<'r> {
    parts: &'r Parts,
    matcher: Matcher,
}

impl<'r> Package<'r> {
    fn new(parts: &'r Parts) -> Result<Package<'r>> {
        Ok(Package { parts, matcher: parts.matcher()? })
    }
}

/// A file that is collected only if it is used.
struct Candidate {
    package: usize,
    class: Class,
    /// Its path on disk, for a native file.
    native: Option<PathBuf>,
}

/// The search for used files.
struct Pruning<'p> {
    packages: &'p [Package<'p>],
    /// Candidates by path under the root.
    files: BTreeMap<String, Candidate>,
    /// Libraries by package and by name, as the loader compares it.
    linked: HashMap<(usize, String), Vec<String>>,
    /// Files of frameworks, by [`framework`].
    frameworks: HashMap<String, Vec<String>>,
    /// Files of each part of each package.
    of_parts: HashMap<(usize, usize), Vec<String>>,
    used: HashSet<String>,
    /// Parts of each package whose words do not occur in the code.
    unworded: HashSet<(usize, usize)>,
    /// Whether the request names locales.
    names_locales: bool,
    warnings: Vec<Warning>,
    /// Native files whose dependencies are not read yet, with their package.
    queue: Vec<(Option<usize>, PathBuf)>,
}

impl<'p> Pruning<'p> {
    fn new(
        contents: &Contents,
        packages: &'p [Package<'p>],
        reader: &Reader<'_>,
        request: &Request,
    ) -> Pruning<'p> {
        let mut pruning = Pruning {
            packages,
            files: BTreeMap::new(),
            linked: HashMap::new(),
            frameworks: HashMap::new(),
            of_parts: HashMap::new(),
            used: HashSet::new(),
            unworded: HashSet::new(),
            names_locales: !request.modules.locales.is_empty(),
            warnings: Vec::new(),
            queue: Vec::new(),
        };
        let data = contents.data.iter().map(|file| (file, false));
        for (file, is_native) in data.chain(contents.libraries.iter().map(|file| (file, true))) {
            let source = match &file.source {
                Source::File(path) => Some(path.clone()),
                Source::Zip { .. } | Source::Bytes(_) => None,
            };
            let native = source.filter(|_| is_native);
            match pruning.classify(file) {
                Some((package, class)) => {
                    let dest = &file.dest;
                    if let Some(folder) = framework(dest) {
                        pruning.frameworks.entry(folder.to_owned()).or_default().push(dest.clone());
                    }
                    match &class {
                        Class::Part(part) => {
                            pruning.of_parts.entry((package, *part)).or_default().push(dest.clone());
                        }
                        Class::Linked if is_native => {
                            let name = reader.format.fold(leaf(dest));
                            pruning.linked.entry((package, name)).or_default().push(dest.clone());
                        }
                        Class::Linked | Class::Named | Class::Qml(_) | Class::Never => {}
                    }
                    pruning.files.insert(dest.clone(), Candidate { package, class, native });
                }
                None => pruning.queue.extend(native.map(|path| (pruning.package_of(&file.dest), path))),
            }
        }
        for module in contents.extensions() {
            if let Kind::Extension(Source::File(path)) = &module.kind {
                pruning.queue.push((pruning.package_of(&module.path), path.clone()));
            }
        }
        pruning
    }

    fn package_of(&self, dest: &str) -> Option<usize> {
        self.packages.iter().position(|package| package.parts.holds(dest))
    }

    /// Returns the class of a file that only its own package requires.
    fn classify(&self, file: &Data) -> Option<(usize, Class)> {
        if file.reason.by != By::Package {
            return None;
        }
        let at = self.package_of(&file.dest)?;
        let package = &self.packages[at];
        Some((at, package.parts.class(&package.matcher, &file.dest)?))
    }

    /// Finds all used files.
    fn follow(&mut self, contents: &Contents, python: &Python, reader: &mut Reader<'_>) -> Result<()> {
        let texts: Vec<Option<Texts>> =
            (0..self.packages.len()).map(|package| self.texts(contents, python, package)).collect();
        for (package, texts) in texts.iter().enumerate() {
            let parts = self.packages[package].parts.part.iter().enumerate();
            let unworded = parts.filter(|(_, part)| {
                let needs_word = !part.words.is_empty() && (!part.translations || !self.names_locales);
                needs_word
                    && texts.as_ref().is_some_and(|texts| !part.words.iter().any(|word| texts.may_name(word)))
            });
            self.unworded.extend(unworded.map(|(part, _)| (package, part)));
        }
        for name in contents.graph.modules.keys() {
            self.use_name(name);
        }
        for (package, texts) in texts.into_iter().enumerate() {
            if let Some(texts) = texts {
                self.use_qml(contents, package, texts);
            }
        }
        self.use_named(contents, python)?;
        while !self.queue.is_empty() {
            crate::interrupt::check()?;
            let level = std::mem::take(&mut self.queue);
            reader.read_all(&level.iter().map(|(_, path)| path.as_path()).collect::<Vec<&Path>>())?;
            for (package, path) in level {
                let format = reader.format;
                let Ok(facts) = &reader.get(&path)?.1 else { continue };
                for name in &facts.needed {
                    self.use_library(package, &format.fold(leaf(name)));
                }
            }
        }
        Ok(())
    }

    /// Marks a library as used that a native file links to: one of its own package, or of any package if it
    /// has none.
    fn use_library(&mut self, package: Option<usize>, name: &str) {
        let packages = match package {
            Some(package) => package..package + 1,
            None => 0..self.packages.len(),
        };
        for package in packages {
            for dest in self.linked.get(&(package, name.to_owned())).cloned().unwrap_or_default() {
                if self.use_file(&dest) {
                    self.use_name(stem(&dest));
                }
            }
        }
    }

    /// Marks the parts of a module or a library as used.
    fn use_name(&mut self, name: &str) {
        for package in 0..self.packages.len() {
            let parts: Vec<usize> = self.packages[package].matcher.with(name).collect();
            for part in parts
                .into_iter()
                .filter(|part| !self.unworded.contains(&(package, *part)))
                .collect::<Vec<_>>()
            {
                for dest in self.of_parts.get(&(package, part)).cloned().unwrap_or_default() {
                    self.use_file(&dest);
                }
            }
        }
    }

    /// Marks the files as used that calls name.
    fn use_named(&mut self, contents: &Contents, python: &Python) -> Result<()> {
        for (at, package) in self.packages.iter().enumerate() {
            let parts = package.parts;
            let is_of_package = |c: &Candidate| c.package == at && c.class == Class::Named;
            let files: Vec<String> =
                self.files.iter().filter(|(_, c)| is_of_package(c)).map(|(dest, _)| dest.clone()).collect();
            let inner = |dest: &str| parts.inside(dest).map(|(_, inner)| inner.to_owned());
            // Packages with data of the same names share a table, and a name may belong to a part.
            let inside = |(dest, file): (&String, &Candidate)| {
                Some(self.packages[file.package].parts.inside(dest)?.1.to_owned())
            };
            let all: Vec<String> = self.files.iter().filter_map(inside).collect();
            for named in parts.named.iter().filter(|_| !files.is_empty()) {
                let exists = |set: &GlobSet| all.iter().any(|inner| set.is_match(inner));
                let selected = named::select(named, &parts.package, contents, python, &exists)?;
                if let Selected::Any(why) = &selected {
                    let message =
                        format!("all data of `{}` that calls name is collected: {why}", parts.package);
                    self.warnings.push(Warning::minor(message));
                }
                for dest in &files {
                    let is_selected = |set: &GlobSet| inner(dest).is_some_and(|inner| set.is_match(inner));
                    if !matches!(&selected, Selected::Some(set) if !is_selected(set)) {
                        self.use_file(dest);
                    }
                }
            }
        }
        Ok(())
    }

    /// Marks the QML modules of a package that the program imports as used, or all of them if the imports are unknown.
    fn use_qml(&mut self, contents: &Contents, at: usize, mut texts: Texts) {
        let Some(rule) = &self.packages[at].parts.qml else { return };
        if !self.runs_qml(contents, at) {
            return;
        }
        let mut folders: BTreeMap<String, Vec<(String, PathBuf)>> = BTreeMap::new();
        let all = contents.data.iter().chain(&contents.libraries);
        for file in all {
            if let (Some(Candidate { class: Class::Qml(folder), package, .. }), Source::File(path)) =
                (self.files.get(&file.dest), &file.source)
                && *package == at
            {
                folders.entry(folder.clone()).or_default().push((file.dest.clone(), path.clone()));
            }
        }
        let mut modules: Vec<Modules> =
            folders.into_iter().map(|(folder, files)| Modules::new(&folder, files)).collect();
        let uris: BTreeSet<String> = modules.iter().flat_map(Modules::uris).collect();
        texts.find_imports(&uris);
        // Scripts that are not for QML import other names.
        let is_unknown = texts.unreadable || texts.imports.is_disjoint(&uris);
        let wanted = if is_unknown { &uris } else { &texts.imports };
        for module in &mut modules {
            for dest in module.take(wanted.iter().cloned(), &texts, &rule.optional) {
                self.use_file(&dest);
            }
        }
    }

    fn runs_qml(&self, contents: &Contents, package: usize) -> bool {
        let package = &self.packages[package];
        package.parts.qml.is_some()
            && contents.graph.modules.keys().any(|name| package.matcher.runs_qml(name))
    }

    /// Returns the QML of the program and its packages, and the sources of its own modules and of those that
    /// import a package: strings and compiled resources in them may contain QML. `None` if the rules for the package
    /// do not need them.
    fn texts(&self, contents: &Contents, python: &Python, package: usize) -> Option<Texts> {
        let parts = self.packages[package].parts;
        if !self.runs_qml(contents, package) && parts.part.iter().all(|part| part.words.is_empty()) {
            return None;
        }
        let mut texts = Texts::default();
        for file in contents.data.iter().filter(|file| !self.files.contains_key(&file.dest)) {
            let Source::File(path) = &file.source else { continue };
            if qml::is_code(&file.dest) || file.dest.ends_with(".conf") {
                texts.add_code(qml::text(path));
            } else if file.dest.ends_with(".rcc") {
                texts.add_resource(&std::fs::read(path).unwrap_or_default());
            }
        }
        let package = &parts.package;
        let modules = || contents.graph.modules.values();
        let of_package = modules().filter(|module| is_inside(&module.name, package));
        let importers: HashSet<&str> =
            of_package.flat_map(|module| module.reasons.iter().map(|reason| reason.from.as_str())).collect();
        // Modules of the standard library import `__main__`, and no package.
        let in_stdlib = |name: &str| match contents.graph.modules.get(name).map(|module| &module.kind) {
            Some(Kind::Source(Source::File(path)) | Kind::Bytecode(Source::File(path))) => {
                python.in_stdlib(path)
            }
            _ => false,
        };
        let users = users(contents, &importers, in_stdlib);
        for module in modules().filter(|module| !is_inside(&module.name, package)) {
            let is_importer = importers.contains(module.name.as_str());
            let is_own =
                |path: &Path| is_importer || module.distribution.is_none() && !python.in_stdlib(path);
            match &module.kind {
                Kind::Source(Source::File(path)) if is_own(path) => texts.add_python(qml::text(path)),
                _ if !users.contains(module.name.as_str()) => {}
                // Names in bytecode and symbols in libraries are in the bytes.
                Kind::Source(Source::File(path))
                | Kind::Bytecode(Source::File(path))
                | Kind::Extension(Source::File(path)) => {
                    texts.add_names(&std::fs::read(path).unwrap_or_default());
                }
                Kind::Source(_) | Kind::Bytecode(_) | Kind::Extension(_) => texts.is_partial = true,
                _ => {}
            }
        }
        Some(texts)
    }

    /// Marks a file as used. Returns whether it is new.
    fn use_file(&mut self, dest: &str) -> bool {
        let Some(file) = self.files.get(dest).filter(|file| file.class != Class::Never) else { return false };
        let (package, native) = (file.package, file.native.clone());
        if !self.used.insert(dest.to_owned()) {
            return false;
        }
        self.queue.extend(native.map(|path| (Some(package), path)));
        if let Some(folder) = framework(dest) {
            for other in self.frameworks.get(folder).cloned().unwrap_or_default() {
                self.use_file(&other);
            }
        }
        true
    }
}
