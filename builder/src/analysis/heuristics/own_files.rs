//! Files and folders beside the program's own code that its strings and paths name, and the files that
//! these name.

mod layout;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use self::layout::Layout;
use super::searched::as_module;
use super::{Heuristic, scripts};
use crate::analysis::claims::{Claims, What, by_text};
use crate::analysis::collected::{Collected, Node};
use crate::analysis::facts::own::{Base, Own, OwnPath, Text, Usage};
use crate::analysis::facts::{Facts, Import, Origin};
use crate::analysis::graph::{By, Reason};
use crate::analysis::world::World;
use crate::analysis::world::own_tree::{OwnTree, fits};
use crate::analysis::world::resolve::Folder;
use crate::error::Warning;
use crate::names::{is_own_test, is_project_script, is_test, top};
use crate::paths::shown;

/// Limits of a folder that is named only by a word: bytes, files.
const MOST_BYTES: u64 = 256 << 20;
const MOST_FILES: usize = 5_000;

/// How code refers to a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// By a path, or a text that contains a folder.
    Path,
    /// By a text that is only its name.
    Word,
    /// As part of a named folder.
    Inside,
}

#[derive(Default)]
pub(super) struct OwnFiles {
    /// Modules that have been checked.
    seen: BTreeSet<String>,
    /// Files that have been collected.
    taken: BTreeSet<PathBuf>,
    /// Texts whose imports have been read.
    run: BTreeSet<PathBuf>,
    /// Folders whose modules must be visible if any code lists folders, with the reason of each.
    folders: BTreeMap<PathBuf, Reason>,
    /// Folders whose modules are visible.
    shown: BTreeSet<PathBuf>,
    /// Whether the warning about a tree that is too large was given.
    is_told: bool,
}

impl Heuristic for OwnFiles {
    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if !world.takes_own_files() {
            return;
        }
        let lists = collected.own().any(|n| n.facts.own.as_ref().is_some_and(|own| own.lists));
        if collected.own().all(|n| self.seen.contains(&n.module.name))
            && !(lists && self.folders.keys().any(|folder| !self.shown.contains(folder)))
        {
            return;
        }
        let layout = Layout::of(collected, world);
        let modules = collected.own().filter_map(|n| n.module.file()).map(Path::to_owned).collect();
        let meipass = collected.own().any(|n| n.facts.own.as_ref().is_some_and(|own| own.meipass));
        for node in collected.own() {
            let (Some(own), Some(folder)) = (&node.facts.own, node.module.folder()) else { continue };
            if self.seen.insert(node.module.name.clone()) {
                let (layout, modules) = (&layout, &modules);
                let mut look = Look { files: self, node, folder, world, layout, modules, meipass, claims };
                look.module(own);
            }
        }
        if world.own_tree().is_cut && !self.is_told {
            self.is_told = true;
            let warning = Warning::new("the folder of the program contains too many files to examine");
            let hint =
                "list the files that it needs in `[[data]]`, or move the program into a folder of its own";
            claims.push(What::Unfollowed(warning.hint(hint)), &Reason::none());
        }
        if lists {
            self.show_modules(&layout, world, claims);
        }
    }
}

impl OwnFiles {
    /// Makes the modules of named folders visible if any code lists folders: they are collected as code,
    /// and also as files.
    fn show_modules(&mut self, layout: &Layout, world: &World<'_>, claims: &mut Claims) {
        for (folder, reason) in &self.folders {
            if !self.shown.insert(folder.clone()) {
                continue;
            }
            for file in world.own_tree().files(folder) {
                let Some(dest) = layout.dest(&file) else { continue };
                let Some(stem) = dest.strip_suffix(".py") else { continue };
                if stem.split('/').any(is_own_test) {
                    continue;
                }
                if let Some(name) = own_module(&dest, world) {
                    claims.module(&name, reason);
                }
                scripts::imports(&world.reader.script(&file), reason, world, claims);
                claims.push(What::File { path: file.clone(), dest }, reason);
            }
        }
    }
}

/// The files that one module names.
struct Look<'l, 'w> {
    files: &'l mut OwnFiles,
    node: &'l Node,
    folder: &'l Path,
    world: &'l World<'w>,
    layout: &'l Layout,
    /// The files of the program's collected modules.
    modules: &'l BTreeSet<PathBuf>,
    /// Whether any code searches for files below `sys._MEIPASS`.
    meipass: bool,
    claims: &'l mut Claims,
}

impl Look<'_, '_> {
    fn tree(&self) -> &OwnTree {
        self.world.own_tree()
    }

    fn module(&mut self, own: &Own) {
        let mut resolved = Vec::new();
        for path in &own.paths {
            resolved.push(self.path(path));
        }
        for text in &own.texts {
            let is_part = text.path.is_some_and(|at| resolved.get(at as usize) == Some(&true));
            if !is_part {
                self.text(text);
            }
        }
        self.conventions();
    }

    /// Handles a path. Returns whether it exists.
    fn path(&mut self, path: &OwnPath) -> bool {
        let parts: &[String] = &path.parts;
        // For `folder / name` with an unknown name, the text that completes the path determines the files.
        let start = parts.iter().position(|p| p != "*").unwrap_or(parts.len());
        let known = &parts[start..];
        if known.iter().all(|p| p == ".." || !p.bytes().any(|b| b.is_ascii_alphanumeric())) {
            return false;
        }
        // `f"{width}x{height}"` in an unknown folder names nothing, but `f"theme_{name}"` does.
        if path.base == Base::Unknown && matches!(known, [only] if !is_telling(only)) {
            return false;
        }
        if matches!(path.usage, Usage::Searched | Usage::Written) {
            return path.usage == Usage::Written;
        }
        let reason = by_text(&self.node.module.name, &known.join("/"), path.line);
        let mut near = match path.base {
            Base::Module => self.tree().below(self.folder, parts),
            Base::Program => self.below_program(parts),
            Base::Unknown => {
                let mut found = self.tree().below(self.folder, known);
                found.extend(self.below_program(known));
                found
            }
        };
        near.sort();
        near.dedup();
        let is_near = !near.is_empty();
        let found = if is_near { near } else { self.tree().anywhere(tail(known)) };
        let is_whole = !parts.iter().any(|p| p.contains('*'));
        for file in &found {
            self.take(file, &reason, Named::Path);
            // A branch for another freezer uses other locations than the actual files.
            let looked_at = match path.base {
                Base::Module if is_whole && !is_near => self.layout.below(self.folder, parts),
                Base::Program if is_whole => Some(format!("/{}", parts.join("/"))),
                Base::Unknown if is_whole && self.meipass => Some(format!("/{}", known.join("/"))),
                _ => None,
            };
            if let Some(dest) = looked_at {
                self.take_to(file, &dest, &reason);
            }
        }
        if found.is_empty() && is_whole && path.base == Base::Module && path.usage == Usage::Read {
            self.absent(path);
        }
        if path.by_command && path.usage == Usage::Read && !found.is_empty() {
            let what =
                format!("`{}` in the folder of `sys.argv[0]`, which is the executable's", known.join("/"));
            self.tell(
                path.line,
                &what,
                "use paths relative to `__file__`, or ship the files next to the executable",
            );
        }
        !found.is_empty()
    }

    /// Handles a string that names a file or folder, regardless of its use.
    fn text(&mut self, text: &Text) {
        let Some(parts) = parts_of(&text.text) else { return };
        let reason = by_text(&self.node.module.name, &text.text, text.line);
        let mut found = self.tree().below(self.folder, &parts);
        found.extend(self.below_program(&parts));
        let is_file_name = parts.last().is_some_and(|name| name.trim_start_matches('.').contains('.'));
        if found.is_empty() && (parts.len() > 1 || is_file_name) {
            found = self.tree().anywhere(tail(&parts));
        }
        found.sort();
        found.dedup();
        let named = if parts.len() == 1 { Named::Word } else { Named::Path };
        for file in found {
            self.take(&file, &reason, named);
            if self.meipass && !text.text.contains(['*', '?']) {
                self.take_to(&file, &format!("/{}", parts.join("/")), &reason);
            }
        }
    }

    fn below_program(&self, parts: &[String]) -> Vec<PathBuf> {
        let folders: Vec<&Path> = self.world.own_folders().collect();
        let mut found: Vec<PathBuf> =
            folders.iter().flat_map(|folder| self.tree().below(folder, parts)).collect();
        found.sort();
        found.dedup();
        found
    }

    /// Handles files that frameworks find by convention, according to the rules of the packages that the
    /// module imports.
    fn conventions(&mut self) {
        let imported = self.node.facts.imports.iter();
        let names: BTreeSet<&str> =
            imported.flat_map(|i| [top(&i.module), i.module.as_str()]).filter(|n| !n.is_empty()).collect();
        let world = self.world;
        for name in names {
            for rule in world.rules.of(name).filter(|rule| world.in_force(rule)) {
                let by = By::Rule(rule.file.clone());
                let reason = Reason::new(&self.node.module.name, by);
                for glob in &rule.own_data {
                    let parts: Vec<String> = glob.split('/').map(str::to_owned).collect();
                    let mut found = self.tree().below(self.folder, &parts);
                    found.extend(self.below_program(&parts));
                    for file in found {
                        self.take(&file, &reason, Named::Path);
                    }
                }
            }
        }
    }

    /// Collects a file, or all files of a folder, at their location relative to the code.
    fn take(&mut self, found: &Path, reason: &Reason, named: Named) {
        if !self.tree().is_folder(found) {
            self.file(found, None, reason, named);
            return;
        }
        if self.layout.is_root(found) {
            return;
        }
        self.files.folders.entry(found.to_owned()).or_insert_with(|| reason.clone());
        let files = self.files_of(found, reason, named);
        // A folder of scripts, such as migrations: nothing imports from it.
        let holds_scripts = named == Named::Path
            && !self.tree().is_file(&found.join("__init__.py"))
            && !self.modules.iter().any(|file| file.starts_with(found));
        for file in files {
            let is_script = holds_scripts && file.extension().is_some_and(|suffix| suffix == "py");
            self.file(&file, None, reason, if is_script { Named::Path } else { Named::Inside });
        }
    }

    /// Collects a file or folder at a destination that the code names.
    fn take_to(&mut self, found: &Path, dest: &str, reason: &Reason) {
        let Some(dest) = layout::normal(dest) else { return };
        if !self.tree().is_folder(found) {
            self.file(found, Some(dest), reason, Named::Path);
            return;
        }
        if self.layout.is_root(found) {
            return;
        }
        for file in self.files_of(found, reason, Named::Word) {
            let Ok(inner) = file.strip_prefix(found) else { continue };
            self.file(&file, Some(format!("{dest}/{}", shown(inner))), reason, Named::Inside);
        }
    }

    /// Returns the files of a folder, or none if the folder is too large for a reference by word.
    fn files_of(&mut self, folder: &Path, reason: &Reason, named: Named) -> Vec<PathBuf> {
        let files = self.tree().files(folder);
        let disk = self.world.reader.disk;
        let is_large = || files.iter().filter_map(|f| disk.size(f)).sum::<u64>() > MOST_BYTES;
        if named == Named::Word && (files.len() > MOST_FILES || is_large()) {
            let what =
                format!("the folder `{}`, which is too large to be collected by default", folder.display());
            self.tell(reason.line, &what, "add it to `[[data]]` if the program reads it");
            return Vec::new();
        }
        files
    }

    fn file(&mut self, file: &Path, dest: Option<String>, reason: &Reason, named: Named) {
        let is_named = named != Named::Inside;
        let policy = &self.world.implicit.own_files;
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let suffix = suffix_of(file);
        if policy.secrets.iter().any(|pattern| fits(pattern, &name)) {
            if is_named && dest.is_none() && self.files.taken.insert(file.to_owned()) {
                let what = format!("`{}`, which looks like a secret and was not collected", file.display());
                let hint = "add it to `[[data]]` if all users of the program may read it";
                self.tell(reason.line, &what, hint);
            }
            return;
        }
        // Modules are collected as modules. A folder shows them if code lists it.
        if policy.code.contains(&suffix) {
            if is_named && suffix == "py" {
                self.script(file, dest, reason, named);
            }
            return;
        }
        if !is_named && is_test(&name) {
            return;
        }
        let is_new = self.files.taken.insert(file.to_owned());
        let Some(dest) = dest.or_else(|| self.layout.dest(file)) else { return };
        self.claims.push(What::File { path: file.to_owned(), dest }, reason);
        // A module that does not execute texts may have named the file first.
        let runs_texts = self.node.facts.own.as_ref().is_some_and(|own| own.runs_texts);
        if runs_texts && self.files.run.insert(file.to_owned()) {
            read::code(file, reason, self.world, self.claims);
        }
        if !is_new {
            return;
        }
        read::pickle(file, &self.node.module.name, self.world, self.claims);
        if policy.configurations.contains(&suffix) {
            read::configuration(file, &self.node.module.name, self.world, self.claims);
        }
        if policy.configurations.contains(&suffix) || policy.texts.contains(&suffix) {
            let title = name.clone();
            for inner in read::named(file, self.world) {
                let inner_name =
                    inner.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                let reason = by_text(&self.node.module.name, &format!("{inner_name} in {title}"), 0);
                self.file(&inner, None, &reason, Named::Path);
            }
        }
    }

    /// Handles a script that is named as a file, and collects its imports. If only its name is known, it
    /// may refer to a module. The contents phase finds files that are known only by name.
    fn script(&mut self, file: &Path, dest: Option<String>, reason: &Reason, named: Named) {
        let stem = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        if self.world.is_entry_file(file) || is_own_test(&stem) || is_project_script(&stem) {
            return;
        }
        let facts = self.world.reader.script(file);
        scripts::imports(&facts, reason, self.world, self.claims);
        if named != Named::Path {
            return;
        }
        self.search_beside(file, &facts, reason);
        // A script that imports from its own folder is loaded as a package, and may read the files there.
        for beside in self.relative(file, &facts) {
            self.file(&beside, None, reason, Named::Path);
        }
        if let Some(dest) = dest.or_else(|| self.layout.dest(file)) {
            // If the script can also be imported, the files that it names are collected like those of any
            // other module.
            if let Some(name) = own_module(&dest, self.world) {
                self.claims.likely(name, reason);
            }
            self.claims.push(What::File { path: file.to_owned(), dest }, reason);
        }
    }

    /// Adds the folder of a script to the search path if the script imports modules that exist only there:
    /// running a script puts its folder on `sys.path`.
    fn search_beside(&mut self, file: &Path, facts: &Facts, reason: &Reason) {
        let Some(folder) = file.parent().filter(|folder| !self.layout.is_root(folder)) else { return };
        let Some(dest) = self.layout.dest(file) else { return };
        let dest = dest.rsplit_once('/').map_or("", |(above, _)| above).to_owned();
        let tree = self.tree();
        let is_beside = |import: &Import| {
            let name = top(&import.module);
            import.origin == Origin::Absolute
                && !self.world.exists(name)
                && (tree.is_file(&folder.join(format!("{name}.py"))) || tree.is_folder(&folder.join(name)))
        };
        if facts.imports.iter().any(is_beside) {
            let folder = Folder { path: folder.to_owned(), dest: Some(dest) };
            self.claims.push(What::Searched(folder), reason);
        }
    }

    /// Follows the imports of a script from its own folder. Returns the other files there.
    fn relative(&mut self, file: &Path, facts: &Facts) -> Vec<PathBuf> {
        let relative = |import: &&Import| import.origin == Origin::Package(1);
        let mut imports = facts.imports.iter().filter(relative).peekable();
        let Some(folder) = file.parent() else { return Vec::new() };
        if imports.peek().is_none()
            || self.layout.is_root(folder)
            || !self.files.taken.insert(file.to_owned())
        {
            return Vec::new();
        }
        let names = imports.flat_map(|import| {
            let names = import.names.iter().filter(|_| import.module.is_empty());
            names.cloned().chain(Some(import.module.clone()).filter(|module| !module.is_empty()))
        });
        let mut found: Vec<PathBuf> =
            names.map(|name| folder.join(format!("{}.py", name.replace('.', "/")))).collect();
        let code = &self.world.implicit.own_files.code;
        let is_data = |path: &PathBuf| path.parent() == Some(folder) && !code.contains(&suffix_of(path));
        found.retain(|path| self.tree().is_file(path));
        found.extend(self.tree().files(folder).into_iter().filter(is_data));
        found
    }

    /// Warns about the name in a line of the module, with a hint.
    fn tell(&mut self, line: u32, what: &str, hint: &str) {
        let message = format!("`{}:{line}` names {what}", self.node.module.path);
        let mut warning = Warning::unfollowed(message).hint(hint);
        if let Some(file) = self.node.module.file() {
            warning = warning.at(file, line);
        }
        self.claims.push(What::Unfollowed(warning), &Reason::none());
    }

    /// Handles an own path that does not exist.
    fn absent(&mut self, path: &OwnPath) {
        let suffix = path.parts.last().and_then(|name| name.trim_start_matches('.').rsplit_once('.'));
        // A sentence may end with a path.
        let is_file = |suffix: &str| !suffix.is_empty() && suffix.bytes().all(|b| b.is_ascii_alphanumeric());
        if !suffix.is_some_and(|(_, suffix)| is_file(suffix) && suffix != "py") {
            return;
        }
        let what = format!("the file `{}`, which does not exist", path.parts.join("/"));
        let hint = "if the program only reads it, create it before the build, or add it to `[[data]]`";
        self.tell(path.line, &what, hint);
    }
}

/// Returns the name by which the program can import a file of its own code, unless the spec excludes it.
fn own_module(dest: &str, world: &World<'_>) -> Option<String> {
    as_module(dest).filter(|name| world.is_own_module(name) && !world.is_excluded(name))
}

/// Returns the suffix of a file name in lower case, without its dot, or an empty string.
fn suffix_of(file: &Path) -> String {
    file.extension().map(|suffix| suffix.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Returns the parts after the leading `..` parts.
fn tail(parts: &[String]) -> &[String] {
    let start = parts.iter().rposition(|p| p == "..").map_or(0, |at| at + 1);
    &parts[start..]
}

/// Whether a pattern says enough about a name: all of it, how it begins, or a suffix.
fn is_telling(pattern: &str) -> bool {
    let beginning = pattern.bytes().take_while(|b| !b"*?[".contains(b)).count();
    beginning == pattern.len() || beginning > 2 || pattern.contains('.')
}

/// Returns the parts of a string that may be a path of the program's own.
fn parts_of(text: &str) -> Option<Vec<String>> {
    let text = text.trim_end_matches('/').replace('\\', "/");
    let text = text.trim_start_matches("./");
    if text.is_empty() || text.starts_with(['/', '~']) || text.contains("//") || text.contains('\t') {
        return None;
    }
    let parts: Vec<String> =
        text.split('/').filter(|p| !p.is_empty() && *p != ".").map(str::to_owned).collect();
    // `*.py` with an unknown folder is not a path, but `*/model.py` is.
    let is_known = |part: &String| part != ".." && part.bytes().any(|b| b.is_ascii_alphanumeric() || b > 127);
    let has_wildcard = parts.iter().any(|p| p.contains(['*', '?', '[']));
    let is_file = |part: &String| is_known(part) && part.contains('.') && !part.contains('*');
    let names_some = |parts: &[String]| is_known(&parts[0]) || parts.last().is_some_and(is_file);
    let tells = !has_wildcard || parts.len() > 1 && names_some(&parts);
    (tells && parts.iter().any(is_known)).then_some(parts)
}
