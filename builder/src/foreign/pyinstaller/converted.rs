//! What a spec describes, as a spec in TOML can say it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::super::message::Collected;
use super::analysis::place_of;
use super::message::ProductCall;
use super::{Runner, product};
use crate::contents::{Edits, What};
use crate::error::{Error, Result, Warning};
use crate::foreign::place::{self, Place};
use crate::foreign::product::Product;
use crate::spec::{Item, Output, Request};

/// What a conversion has noted.
#[derive(Default)]
pub(super) struct Conversion {
    pub(super) products: Vec<Product>,
    /// What functions for specs have found.
    pub(super) collected: Vec<Collected>,
    /// Code that does not run.
    skipped: Option<Warning>,
}

impl Conversion {
    /// Notes code after the last product.
    pub(super) fn skip(&mut self, place: &Place) {
        let message = format!("code after the last product ({})", place::short(place));
        self.skipped = Some(Warning::new(message).hint("run it after `freeze`, in a script of your own"));
    }

    /// Notes that the spec failed after a product.
    pub(super) fn fail(&mut self, error: &Error) {
        let cause = error.causes.first().unwrap_or(&error.message);
        let message = format!("the code after this product, which failed: {cause}");
        if let Some(product) = self.products.last_mut() {
            product.lose(Warning::new(message).hint("run it after `freeze`, in a script of your own"));
        }
    }
}

impl Runner {
    /// Notes a product.
    ///
    /// # Errors
    /// An argument has an invalid value, or an added file does not exist.
    pub(super) fn convert(&mut self, call: &ProductCall) -> Result<()> {
        let own = || call.analyses.iter().filter_map(|i| self.analyses.get(*i));
        let plain: Vec<&Request> = own().map(|analyzed| &analyzed.plain).collect();
        let named: HashSet<&PathBuf> = plain.iter().flat_map(|request| &request.runtime.hooks).collect();
        let mut call = call.clone();
        // Hooks add these run-time hooks again.
        let is_added = |script: &PathBuf| {
            own().any(|analyzed| analyzed.request.runtime.hooks.contains(script)) && !named.contains(script)
        };
        call.programs.iter_mut().for_each(|program| program.scripts.retain(|script| !is_added(script)));
        let call = &call;
        let mut request = product::request(call, &plain, &self.store, self.named)?;
        let edits = product::edits(call, &self.spec, &request)?;
        let has_hooks = own().any(|analyzed| analyzed.plain != analyzed.request);
        request.hooks.of_packages = has_hooks || !request.hooks.folders.is_empty();
        let files: BTreeSet<&str> = own().flat_map(|analyzed| &analyzed.files).map(String::as_str).collect();
        let lost = std::mem::take(&mut request.warnings);
        let request = Request {
            spec: None,
            output: Output::default(),
            others: Vec::new(),
            target: self.template.target,
            ..request
        };
        let mut product = Product::new(request);
        lost.into_iter().for_each(|warning| product.lose(warning));
        if has_hooks && product.request.hooks.folders.is_empty() {
            product
                .decide("rules.package-hooks", "installed packages announce hooks that change the contents");
        }
        if !has_hooks {
            product.request.hooks.config = serde_json::Value::Null;
        }
        for collected in &self.conversion.collected {
            recognize(&mut product, collected);
        }
        let place = place_of(call.place.as_ref(), &self.spec);
        removed(&mut product, &edits, &files, &place);
        added(&mut product, &edits, &place);
        settings(&mut product, call);
        product.lost.extend(self.conversion.skipped.clone());
        self.keep(product, call);
        Ok(())
    }

    /// Adds a product. An app bundle belongs to the product that it is made of, and programs that share one file
    /// replace those made before.
    fn keep(&mut self, product: Product, call: &ProductCall) {
        let scripts = |product: &Product| product.request.programs.first().map(|p| p.entry.clone());
        let products = &mut self.conversion.products;
        if call.is_merged {
            let is_part = |name: &String| call.programs.iter().any(|program| program.name == *name);
            products.retain(|old| !old.request.programs.iter().all(|program| is_part(&program.name)));
        }
        let same =
            products.last_mut().filter(|last| call.bundle.is_some() && scripts(last) == scripts(&product));
        let Some(last) = same else {
            products.push(product);
            return;
        };
        if last.request.name != product.request.name {
            let text = format!("the app bundle was named `{}`", product.request.name);
            last.decide("macos.bundle", text);
        }
        last.request.version = product.request.version.or(last.request.version.take());
        last.request.macos = product.request.macos;
    }
}

/// Whether a spec asks for the system that it runs on.
pub(super) fn has_branches(spec: &Path) -> bool {
    const WORDS: [&str; 7] =
        ["sys.platform", "platform.system", "os.name", "is_win", "is_darwin", "is_linux", "uname"];
    let bytes = std::fs::read(spec).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let code = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    code.into_iter().any(|line| WORDS.iter().any(|word| line.contains(word)))
}

/// Notes texts that are in no file.
fn settings(product: &mut Product, call: &ProductCall) {
    for program in &call.programs {
        if !program.settings.version_strings.is_empty() {
            product.decide("windows.version-info", "the strings of `version` in `EXE`");
        }
        if program.settings.manifest_text.is_some() {
            product.request.windows.manifest = None;
            product
                .request
                .programs
                .iter_mut()
                .filter_map(|p| p.windows.as_mut())
                .for_each(|w| w.manifest = None);
            let hint = "save it as a file, and name that with `manifest` in `[windows]`";
            product.lose(Warning::new(format!("the text of the manifest of `{}`", program.name)).hint(hint));
        }
    }
}

/// Replaces what a function for specs has found by the key that collects the same.
fn recognize(product: &mut Product, collected: &Collected) {
    let Collected { function, package, files, modules, recursive, place } = collected;
    let place = place.as_ref().map(|place| format!(" in {}", place::short(place))).unwrap_or_default();
    let text = format!("`{function}(\"{package}\")`{place}");
    let request = &mut product.request;
    let has_all = modules.iter().all(|name| request.modules.include.contains(name));
    if modules.len() > 1 && has_all && matches!(function.as_str(), "collect_submodules" | "collect_all") {
        let of_package = |name: &String| name == package || name.starts_with(&format!("{package}."));
        let include = &mut request.modules.include;
        let at = include.iter().position(of_package).unwrap_or_default();
        include.retain(|name| !(of_package(name) && modules.contains(name)));
        let at = at.min(include.len());
        include.splice(at..at, [package.clone(), format!("{package}.*")]);
        product.decide("modules.include", text.clone());
    }
    let pairs: BTreeSet<(&str, &str)> = files.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let is_one = |item: &Item| item.name.is_none() && pairs.contains(&(item.from.as_str(), item.to.as_str()));
    let request = &mut product.request;
    let data = request.data.iter().filter(|item| is_one(item)).count();
    let binaries = request.binaries.iter().filter(|item| is_one(item)).count();
    if pairs.is_empty() || data + binaries < pairs.len() {
        return;
    }
    request.data.retain(|item| !is_one(item));
    request.binaries.retain(|item| !is_one(item));
    let push = |key: &'static str, names: &mut Vec<String>| {
        if !names.contains(package) {
            names.push(package.clone());
        }
        key
    };
    let mut keys = Vec::new();
    match function.as_str() {
        "copy_metadata" if *recursive => {
            keys.push(push("metadata.recursive", &mut request.metadata.recursive))
        }
        "copy_metadata" => keys.push(push("metadata.include", &mut request.metadata.include)),
        "collect_data_files" => keys.push(push("modules.collect-data", &mut request.modules.collect_data)),
        "collect_dynamic_libs" => {
            keys.push(push("modules.collect-binaries", &mut request.modules.collect_binaries));
        }
        _ => {
            keys.push(push("modules.collect-data", &mut request.modules.collect_data));
            if binaries > 0 {
                keys.push(push("modules.collect-binaries", &mut request.modules.collect_binaries));
            }
        }
    }
    let sources = files.iter().filter(|(from, _)| from.ends_with(".py")).count();
    keys.into_iter().for_each(|key| product.decide(key, text.clone()));
    if sources > 0 {
        let hint = format!("add `source = [\"{package}\"]` to `[modules]` if the program reads them");
        let message = format!("{sources} sources (`*.py`) of `{package}`, which {text} adds as data files");
        product.lose(Warning::new(message).hint(hint));
    }
}

/// Leaves out the files and modules that a spec has removed from its tables.
fn removed(product: &mut Product, edits: &Edits, files: &BTreeSet<&str>, place: &str) {
    let gone: BTreeSet<&str> =
        edits.removed_files.iter().map(String::as_str).filter(|path| !is_replaced(edits, path)).collect();
    if !gone.is_empty() {
        let globs = folders(&gone, files).into_iter().map(|path| globset::escape(&path));
        // A path of one name is that of a file in the root, not of all files with this name.
        let globs = globs.map(|glob| if glob.contains('/') { glob } else { format!("./{glob}") });
        product.request.bundle.exclude_files.extend(globs);
        product.decide("bundle.exclude-files", format!("removed from the tables of the spec ({place})"));
    }
    if !edits.removed_modules.is_empty() {
        let gone: BTreeSet<&str> = edits.removed_modules.iter().map(String::as_str).collect();
        let is_below = |name: &&str| {
            let parents = name.match_indices('.').map(|(at, _)| &name[..at]);
            !parents.into_iter().any(|parent| gone.contains(parent))
        };
        product
            .request
            .modules
            .exclude
            .extend(gone.iter().filter(|name| is_below(name)).map(|n| (*n).to_owned()));
        let text =
            format!("removed from `a.pure` ({place}); modules that only these import are left out too");
        product.decide("modules.exclude", text);
    }
}

/// Whether a spec adds another file with the path of a removed one.
fn is_replaced(edits: &Edits, path: &str) -> bool {
    edits.added.iter().any(|added| added.name == path)
}

/// Returns the paths, with whole folders in place of all that they contain.
fn folders(gone: &BTreeSet<&str>, all: &BTreeSet<&str>) -> BTreeSet<String> {
    let is_whole = |folder: &str| {
        let start = format!("{folder}/");
        all.range(start.as_str()..)
            .take_while(|path| path.starts_with(&start))
            .all(|path| gone.contains(path))
    };
    let top = |path: &&str| -> String {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.into_iter().find(|folder| is_whole(folder)).unwrap_or(path).to_owned()
    };
    gone.iter().map(top).collect()
}

/// Adds the files that a spec has added to its tables: whole folders if all of their files are among them.
fn added(product: &mut Product, edits: &Edits, place: &str) {
    let of = |what: What| -> BTreeMap<PathBuf, &str> {
        edits.added.iter().filter(|a| a.what == what).map(|a| (a.source.clone(), a.name.as_str())).collect()
    };
    for module in edits.added.iter().filter(|added| added.what == What::Module) {
        let hint = format!(
            "put its folder into `paths` of `[python]`, and `{}` into `include` of `[modules]`",
            module.name
        );
        let message = format!("module `{}` of `{}`, added to `a.pure`", module.name, module.source.display());
        product.lose(Warning::new(message).hint(hint));
    }
    let item = |(from, to): (PathBuf, String), is_folder: bool| {
        let from = from.to_string_lossy().into_owned();
        if is_folder {
            return Item { from, to, place: place.to_owned(), ..Item::default() };
        }
        let (to, name) = to.rsplit_once('/').map_or((".", to.as_str()), |(to, name)| (to, name));
        let own = Path::new(&from).file_name().is_some_and(|own| own == name);
        let name = (!own).then(|| name.to_owned());
        Item { to: to.to_owned(), name, from, place: place.to_owned(), ..Item::default() }
    };
    let data = of(What::Data);
    let mut done: BTreeMap<PathBuf, String> = BTreeMap::new();
    for (source, name) in &data {
        match whole_folder(source, name, &data) {
            Some((folder, to)) => drop(done.insert(folder, to)),
            None => product.request.data.push(item((source.clone(), (*name).to_owned()), false)),
        }
    }
    product.request.data.extend(done.into_iter().map(|folder| item(folder, true)));
    let binaries = of(What::Binary).into_iter().map(|(source, name)| item((source, name.to_owned()), false));
    product.request.binaries.extend(binaries);
}

/// Returns the outermost folder around a file of which all files are added, and its place in the bundle.
fn whole_folder(source: &Path, name: &str, added: &BTreeMap<PathBuf, &str>) -> Option<(PathBuf, String)> {
    let mut found = None;
    let (mut folder, mut to) = (source.parent()?, name.rsplit_once('/').map_or(".", |(to, _)| to));
    if Path::new(name).file_name() != source.file_name() {
        return None;
    }
    loop {
        let has_all = || {
            let mut files =
                walkdir::WalkDir::new(folder).into_iter().flatten().filter(|e| !e.file_type().is_dir());
            files.all(|entry| {
                let inner = entry.path().strip_prefix(folder).unwrap_or(Path::new(""));
                let inner = inner.to_string_lossy().replace('\\', "/");
                let wanted = if to == "." { inner } else { format!("{to}/{inner}") };
                added.get(entry.path()).is_some_and(|name| *name == wanted)
            })
        };
        if !has_all() {
            return found;
        }
        found = Some((folder.to_owned(), to.to_owned()));
        let (above, own) = (folder.parent()?, folder.file_name()?);
        let (outer, last) = to.rsplit_once('/').unwrap_or((".", to));
        if to == "." || *own != *last {
            return found;
        }
        (folder, to) = (above, outer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stand_for_all_that_they_contain() {
        let all = BTreeSet::from(["a/x", "a/y", "b/x", "b/c/y", "b/c/z", "root"]);
        let gone = BTreeSet::from(["a/x", "a/y", "b/c/y", "b/c/z", "root"]);
        assert_eq!(folders(&gone, &all).into_iter().collect::<Vec<_>>(), ["a", "b/c", "root"]);
    }

    #[test]
    fn added_files_are_joined_to_their_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("tree/in")).unwrap();
        for name in ["tree/a", "tree/in/b", "other"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let path = |name: &str| folder.path().join(name);
        let added = BTreeMap::from([(path("tree/a"), "tree/a"), (path("tree/in/b"), "tree/in/b")]);
        let whole = whole_folder(&path("tree/in/b"), "tree/in/b", &added);
        assert_eq!(whole, Some((path("tree"), "tree".to_owned())));
        let added = BTreeMap::from([(path("tree/in/b"), "x/b")]);
        assert_eq!(whole_folder(&path("tree/in/b"), "x/b", &added), Some((path("tree/in"), "x".to_owned())));
        let added = BTreeMap::from([(path("tree/a"), "a")]);
        assert_eq!(whole_folder(&path("tree/a"), "a", &added), None);
    }
}
