//! Hooks written for PyInstaller: run once for each module that has one, until no new module has one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::session::Session;
use super::analysis::collect_as;
use super::memory::Memory;
use crate::analysis::world::disk::Disk;
use crate::analysis::world::distributions::{Installed, normalize};
use crate::analysis::{self, By, Graph};
use crate::error::{Error, Result, Warning};
use crate::names;
use crate::python::Python;
use crate::report::Reporter;
use crate::rules::load::Rules;
use crate::spec::{self, HookRule, Item, Request};
use crate::store::{Hash, Store};

/// Entry points that name folders of hooks.
const GROUP: &str = "pyinstaller40";
/// Distributions whose hooks are for PyInstaller's own analysis. The builder needs none of them.
const NOT_NEEDED: [&str; 2] = ["pyinstaller-hooks-contrib", "numpy"];
/// Rounds of analysis and hooks, after which hooks that name one another in a circle are given up.
const ROUNDS: usize = 50;

/// The hooks of all folders, by module.
#[derive(Debug, Default, Deserialize)]
struct Survey {
    hooks: BTreeMap<String, PathBuf>,
    before_import: BTreeMap<String, PathBuf>,
    before_find: BTreeMap<String, PathBuf>,
    /// Run-time hooks.
    startup: BTreeMap<String, Vec<PathBuf>>,
    /// Folders that do not exist.
    unknown: Vec<PathBuf>,
}

/// What a hook says.
#[derive(Debug, Deserialize)]
struct Said {
    module: String,
    file: PathBuf,
    imports: Vec<String>,
    excluded: Vec<String>,
    datas: Vec<(String, String)>,
    binaries: Vec<(String, String)>,
    exact: Vec<(String, String, String)>,
    modes: BTreeMap<String, Value>,
    /// Real name and alias.
    aliases: Vec<(String, String)>,
    /// Modules that others create at run time.
    made: Vec<String>,
    /// Further folders of the package.
    paths: Vec<PathBuf>,
    /// Folders to search for the module instead.
    search: Option<Vec<PathBuf>>,
}

/// Runs the hooks of a request, and returns the request with what they say.
///
/// # Errors
/// A hook fails, or analysis does.
pub(super) fn apply(
    mut request: Request,
    python: &Python,
    session: &mut Session,
    store: &Store,
    reporter: &mut Reporter,
) -> Result<Request> {
    let entries = if request.hooks.of_packages { entry_points(python) } else { Vec::new() };
    if request.hooks.folders.is_empty() && entries.is_empty() {
        return Ok(request);
    }
    let memory = Memory::new(&request, python, store);
    let mut running = Running { session, memory, done: BTreeSet::new() };
    let folders = &request.hooks.folders;
    let survey = json!({ "ask": "survey", "folders": folders, "entries": entries });
    let survey: Survey = serde_json::from_value(running.session.ask(&survey, reporter)?)?;
    for folder in &survey.unknown {
        reporter.warn(&[Warning::new(format!("folder of hooks `{}` not found", folder.display()))]);
    }
    let mut graph = Graph::default();
    for round in 0.. {
        let rules = Rules::load(&request)?;
        graph = reporter.phase("modules", || analysis::modules(&request, &rules, python, store))?;
        let hooks = running.due(&survey, &graph, python);
        if hooks.is_empty() {
            break;
        }
        if round == ROUNDS {
            return Err(Error::new(format!("hooks still name new modules after {ROUNDS} rounds")));
        }
        for said in running.ask(&hooks, &graph, &request, reporter)? {
            Running::take(said, &mut request)?;
        }
    }
    startup(&survey, &graph, &mut request);
    Ok(request)
}

struct Running<'a> {
    session: &'a mut Session,
    memory: Memory<'a>,
    /// Kind and module of the hooks that have run.
    done: BTreeSet<(&'static str, String)>,
}

impl Running<'_> {
    /// Returns the hooks that have not run, of the modules that are there.
    ///
    /// A hook may say that imports of its module are not followed. Hooks of modules that are only reached
    /// through others with a hook therefore wait until these have run.
    fn due(&mut self, survey: &Survey, graph: &Graph, python: &Python) -> Vec<Value> {
        let mut due: Vec<(&'static str, &String, &PathBuf)> = Vec::new();
        for (kind, hooks) in [("before_import", &survey.before_import), ("before_find", &survey.before_find)]
        {
            // Modules that are not found may be so only until their hook has run.
            let is_asked_for =
                |module: &str| graph.modules.contains_key(module) || graph.missing.contains_key(module);
            due.extend(hooks.iter().filter(|(m, _)| is_asked_for(m)).map(|(m, file)| (kind, m, file)));
        }
        let is_due = |module: &str| {
            survey.hooks.contains_key(module)
                && graph.modules.contains_key(module)
                && !self.done.contains(&("after", module.to_owned()))
        };
        let waiting = survey.hooks.iter().filter(|(module, _)| is_due(module));
        let first = reached(graph, &is_due);
        let is_first = |module: &str| first.is_empty() || first.contains(module);
        due.extend(waiting.filter(|(m, _)| is_first(m)).map(|(m, file)| ("after", m, file)));
        due.retain(|(kind, module, _)| self.done.insert((kind, (*module).clone())));
        let question = |(kind, module, file): (&str, &String, &PathBuf)| {
            let path = graph.modules.get(module).map(file_of).unwrap_or_default();
            let search = search(module, graph, python);
            json!({ "kind": kind, "module": module, "file": file, "path": path, "search": search })
        };
        due.into_iter().map(question).collect()
    }

    /// Returns what hooks say: from the cache, if all that they depend on is as it was, or else by running them.
    fn ask(
        &mut self,
        hooks: &[Value],
        graph: &Graph,
        request: &Request,
        reporter: &mut Reporter,
    ) -> Result<Vec<Said>> {
        let memory = &self.memory;
        let keys: Vec<Option<Hash>> = hooks.iter().map(|hook| memory.key(hook)).collect();
        let mut answers: Vec<Option<Value>> =
            keys.par_iter().map(|key| key.as_ref().and_then(|key| memory.recall(key))).collect();
        let missing: Vec<usize> = (0..hooks.len()).filter(|at| answers[*at].is_none()).collect();
        tracing::debug!(kept = hooks.len() - missing.len(), run = missing.len(), "hooks");
        if !missing.is_empty() {
            let started = SystemTime::now();
            let asked: Vec<&Value> = missing.iter().map(|at| &hooks[*at]).collect();
            let files = graph.modules.values().map(|m| (m.name.clone(), file_of(m)));
            let modules: BTreeMap<String, String> = files.collect();
            let (config, search_path) = (&request.hooks.config, &memory.search_path);
            let question = json!({
                "ask": "hooks", "hooks": asked, "modules": modules, "config": config, "search_path": search_path,
            });
            let new: Vec<Value> = serde_json::from_value(self.session.ask(&question, reporter)?)?;
            for (at, answer) in missing.into_iter().zip(new) {
                if let Some(key) = &keys[at] {
                    memory.keep(key, &answer, started);
                }
                answers[at] = Some(answer);
            }
        }
        answers.into_iter().flatten().map(|answer| Ok(serde_json::from_value(answer)?)).collect()
    }

    /// Adds what a hook says to the request.
    fn take(said: Said, request: &mut Request) -> Result<()> {
        let place = said.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut imports = said.imports;
        imports.extend(said.aliases.into_iter().map(|(real, _)| real));
        imports.retain(|name| spec::checked_module(name).is_ok());
        let mut excluded = said.excluded;
        excluded.retain(|name| spec::checked_module(name).is_ok());
        if !imports.is_empty() || !excluded.is_empty() {
            let rule = HookRule { module: said.module.clone(), file: place.clone(), imports, excluded };
            request.hook_rules.push(rule);
        }
        for (items, into) in [(said.datas, &mut request.data), (said.binaries, &mut request.binaries)] {
            for (from, to) in items {
                into.push(item(from, &to, None, &place, &said.file)?);
            }
        }
        for (dest, source, kind) in said.exact {
            let dest = dest.replace('\\', "/");
            let (folder, name) = dest.rsplit_once('/').unwrap_or((".", &dest));
            let item = item(source, folder, Some(name), &place, &said.file)?;
            let is_binary = matches!(kind.as_str(), "BINARY" | "EXTENSION");
            if is_binary { &mut request.binaries } else { &mut request.data }.push(item);
        }
        for (package, mode) in &said.modes {
            collect_as(&mut request.modules, package, mode);
        }
        let folders = said.paths.into_iter().map(|folder| (said.module.clone(), folder));
        request.package_folders.extend(folders);
        for folder in said.search.iter().flatten().cloned() {
            if !request.python.paths.contains(&folder) {
                request.python.paths.push(folder);
            }
        }
        // Without a folder to search, the module is meant to be absent.
        if said.search.is_some_and(|folders| folders.is_empty()) {
            request.modules.exclude.push(said.module);
        }
        request.made_modules.extend(said.made);
        Ok(())
    }
}

/// Returns the modules for which `stops` holds that are reached without passing through another one.
fn reached<'g>(graph: &'g Graph, stops: &dyn Fn(&str) -> bool) -> BTreeSet<&'g str> {
    let mut imports: BTreeMap<&str, Vec<&'g str>> = BTreeMap::new();
    for module in graph.modules.values() {
        for reason in module.reasons.iter().filter(|reason| reason.by != By::Parent) {
            imports.entry(&reason.from).or_default().push(&module.name);
        }
    }
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut queue: Vec<&str> = imports.get("").cloned().unwrap_or_default();
    while let Some(name) = queue.pop() {
        if !seen.insert(name) {
            continue;
        }
        // A package is imported before its modules.
        let parent = name.match_indices('.').map(|(end, _)| &name[..end]).find(|parent| stops(parent));
        match parent.or_else(|| stops(name).then_some(name)) {
            Some(first) => {
                found.insert(first);
            }
            None => queue.extend(imports.get(name).into_iter().flatten()),
        }
    }
    found
}

fn item(from: String, to: &str, name: Option<&str>, place: &str, hook: &Path) -> Result<Item> {
    let to = spec::checked_folder(to)
        .map_err(|why| Error::new(format!("`{}` adds `{from}` to `{to}`", hook.display())).cause(why))?;
    Ok(Item { from, to, name: name.map(str::to_owned), place: place.to_owned(), ..Item::default() })
}

/// Adds the run-time hooks of modules that are there.
fn startup(survey: &Survey, graph: &Graph, request: &mut Request) {
    for (module, files) in &survey.startup {
        if graph.modules.contains_key(module) {
            let new = files.iter().filter(|file| !request.runtime.hooks.contains(file)).cloned();
            let new: Vec<PathBuf> = new.collect();
            request.runtime.hooks.extend(new);
        }
    }
}

fn file_of(module: &analysis::Module) -> String {
    module.kind.file().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Returns the folders in which a module is searched.
fn search(module: &str, graph: &Graph, python: &Python) -> Vec<PathBuf> {
    let parent = names::parent(module).and_then(|parent| graph.modules.get(parent));
    match parent.and_then(|parent| parent.folder()) {
        Some(folder) => vec![folder.to_owned()],
        None => python.search_path.clone(),
    }
}

/// Returns the entry points of installed distributions that name folders of hooks.
fn entry_points(python: &Python) -> Vec<String> {
    let disk = Disk::default();
    let installed = Installed::scan(&python.search_path, &disk, None);
    let mut found = Vec::new();
    for distribution in installed.iter() {
        if NOT_NEEDED.contains(&normalize(&distribution.name).as_str()) {
            continue;
        }
        let Some(text) = distribution.info.text("entry_points.txt", &disk) else { continue };
        if !text.contains(GROUP) {
            continue;
        }
        let entries = analysis::world::entry_points::parse(&text);
        let named = entries.into_iter().filter(|(group, name, _)| group == GROUP && name == "hook-dirs");
        found.extend(named.map(|(_, _, value)| value));
    }
    found
}
