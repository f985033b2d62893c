//! Contents beyond the modules: data files, metadata and the effects of rules.

mod edits;
mod exclude;
mod gather;
mod items;
mod locales;
mod metadata;
mod named_files;
mod own_files;
mod package_data;
mod policy;
mod prefix_data;
mod scrub_metadata;
mod sources;
mod stdlib;
mod typelibs;
mod unmatched;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::analysis::world::disk::Disk;
use crate::analysis::world::distributions::{Extras, Installed, normalize};
use crate::analysis::{By, Distribution};
use crate::analysis::{Graph, Module, Reason, Source};
use crate::error::{Context, Result, Warning};
use crate::interrupt;
use crate::names::Pattern;
use crate::nearest::nearest;
use crate::python::Python;
use crate::rules::load::{self, Rule, Rules};
use crate::rules::parts::{Parts, System};
use crate::spec::Request;
use crate::store::Store;
use crate::target::Target;
pub(crate) use edits::{Added, Edits, What};
pub(crate) use exclude::excluded;
use gather::{Gathered, Search};
use policy::Policy;
use unmatched::Unmatched;
use walk::FolderLink;

/// Everything that the application contains, before native dependencies are added.
#[derive(Debug, Default)]
pub struct Contents {
    /// The module graph.
    pub graph: Graph,
    /// Data files.
    pub data: Vec<Data>,
    /// Native libraries that belong to packages or that the user named (extension modules are in the
    /// graph).
    pub libraries: Vec<Data>,
    /// Links to folders.
    pub links: Vec<Link>,
    /// Patterns of modules that rules store as files on disk.
    pub files: Vec<String>,
    /// Patterns of modules whose source rules include.
    pub source: Vec<String>,
    /// Full names of modules whose source is in the archive, because code reads it or the request includes
    /// all sources.
    pub read: BTreeSet<String>,
    /// Paths under the root of the program's own sources that are included without a request.
    pub own_sources: Vec<String>,
    /// Environment variables that rules set.
    pub env: Vec<(String, String)>,
    /// Large packages of which only some parts are collected.
    pub(crate) pruned: Pruned,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// Large packages of which only some parts are collected.
#[derive(Debug, Default)]
pub(crate) struct Pruned {
    /// The packages, before `binaries::prune` runs.
    pub(crate) packages: Vec<Parts>,
    /// Files that belong to parts that the program does not use.
    pub(crate) left_out: Vec<LeftOut>,
    /// Path under the root of a native file of a part → handling of the system libraries that it links to.
    pub(crate) system: BTreeMap<String, System>,
}

/// A file of a package that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// The file.
    pub(crate) file: Data,
    /// The package.
    pub(crate) package: String,
    pub(crate) cause: Cause,
    /// Its size.
    pub(crate) bytes: u64,
}

/// Why a file of a package is left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// It belongs to a part that the program does not use, for this reason.
    Part(String),
    /// `locales` in `[modules]` does not list its language.
    Locale,
}

impl LeftOut {
    pub(crate) fn new(file: Data, package: String, cause: Cause) -> LeftOut {
        let bytes = match &file.source {
            Source::File(path) => std::fs::metadata(path).map_or(0, |m| m.len()),
            Source::Bytes(_) | Source::Zip { .. } => 0,
        };
        LeftOut { file, package, cause, bytes }
    }
}

impl Cause {
    /// Returns the reason, for people.
    pub(crate) fn text(&self) -> &str {
        match self {
            Cause::Part(why) => why,
            Cause::Locale => "`locales` does not list its language",
        }
    }

    /// Returns what to change in the spec to collect the file.
    pub(crate) fn hint(&self, package: &str) -> String {
        match self {
            Cause::Part(_) => {
                format!("set `whole = [\"{package}\"]` in `[modules]` to collect all parts of the package")
            }
            Cause::Locale => "add its language to `locales` in `[modules]`".to_owned(),
        }
    }
}

/// A file that is stored in the application as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Path under the root, with `/`.
    pub dest: String,
    /// Where its bytes come from.
    pub source: Source,
    /// Whether the file is executable.
    pub executable: bool,
    /// Whether the file stays in the archive, because it is only read as a resource.
    pub resource: bool,
    /// Why the file was collected.
    pub reason: Reason,
}

impl Data {
    /// Creates a file that is not executable.
    fn new(dest: String, source: Source, reason: Reason) -> Data {
        Data { dest, source, executable: false, resource: false, reason }
    }

    /// Creates a file with the content of a file on disk. It is executable if that file is.
    fn on_disk(dest: String, path: PathBuf, target: &Target, reason: Reason) -> Data {
        let executable = items::is_executable(&path, target);
        Data { executable, ..Data::new(dest, Source::File(path), reason) }
    }
}

/// A symbolic link to a folder. It stays a link if the application also contains the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Path under the root, with `/`.
    pub dest: String,
    /// The link on the build machine.
    pub source: PathBuf,
    /// Files that replace the link if it cannot stay one: paths through it, and below it. `None` if there
    /// are too many.
    pub files: Option<Vec<(PathBuf, String)>>,
    /// Why the link was collected.
    pub reason: Reason,
}

impl Link {
    fn new(link: FolderLink, reason: Reason, dest: impl Fn(String) -> String) -> Link {
        Link { dest: dest(link.inner), source: link.path, files: link.files, reason }
    }
}

/// The files and links that a search found.
#[derive(Debug, Default)]
struct Found {
    data: Vec<Data>,
    libraries: Vec<Data>,
    links: Vec<Link>,
    /// Warnings about files that are left out.
    warnings: Vec<Warning>,
}

impl Found {
    /// Adds a file to the data, or to the libraries if its name is that of one.
    fn add(&mut self, file: Data) {
        if package_data::is_library(&file.dest) { &mut self.libraries } else { &mut self.data }.push(file);
    }
}

impl Contents {
    /// Returns the modules that are native extensions.
    pub fn extensions(&self) -> impl Iterator<Item = &Module> {
        self.graph.modules.values().filter(|m| matches!(m.kind, crate::analysis::Kind::Extension(_)))
    }
}

/// Adds the other contents that the modules need: data files, libraries that they load, metadata, and items
/// that the user named.
///
/// # Errors
/// An item of the request matches nothing, a glob of a rule is malformed, or the build was interrupted.
pub fn apply(
    mut graph: Graph,
    request: &Request,
    rules: &Rules,
    python: &Python,
    store: &Store,
) -> Result<Contents> {
    interrupt::check()?;
    let policy = Policy::load()?;
    stdlib::neutralize(&mut graph, python);
    let InForce { by_module, rules: active, installed } = InForce::of(rules, &graph, request, python);
    let mut unmatched = Unmatched::new(&graph, request, python);
    let mut files = module_patterns(&by_module, |r| &r.files);
    let mut source = module_patterns(&by_module, |r| &r.source);
    if source.iter().any(|s| s == load::PROGRAM) {
        source.extend(own_modules(&graph, python));
    }
    unmatched.modules(rules, &by_module);

    let search = Search { graph: &graph, request, python, policy: &policy };
    let gathered = Gathered::from(&search, &active, store, &mut unmatched)?;
    let Gathered { mut data, mut libraries, mut links, mut warnings } = gathered;
    mark_resources(&mut data, &active, request, &files, &mut unmatched)?;
    warnings.extend(unmatched.requested());
    warnings.extend(unmatched.warnings());
    if !request.writes_files() {
        warnings.extend(active.iter().filter(|r| !r.files.is_empty()).map(|r| no_files(r)));
        files.clear();
    }
    let env = active.iter().flat_map(|r| r.env.clone()).collect();

    interrupt::check()?;
    let asked = add_requested(&mut graph.distributions, request, &active, &installed, &mut warnings);
    for distribution in &graph.distributions {
        let reason = asked.get(&normalize(&distribution.name)).cloned();
        for file in metadata::files(distribution, &policy, reason) {
            data.entry(file.dest.clone()).or_insert(file);
        }
    }
    warnings.extend(time_zones(&graph));
    // The spec is no part of the program, unless the user names it.
    if let Some(spec) =
        request.spec_file().filter(|spec| !request.data.iter().any(|d| Path::new(&d.from) == *spec))
    {
        data.retain(|_, file| file.source.file() != Some(spec));
    }
    libraries.retain(|dest, _| !data.contains_key(dest));
    let left_out = locales::keep(&mut data, &request.modules.locales);
    let (data, libraries) = (data.into_values().collect(), libraries.into_values().collect());
    links.sort_by(|a: &Link, b: &Link| a.dest.cmp(&b.dest));
    links.dedup_by(|b, a| a.dest == b.dest);
    let (read, own_sources) = (BTreeSet::new(), Vec::new());
    let pruned = Pruned {
        left_out,
        packages: rules
            .packages_of_parts(request)
            .filter(|parts| graph.modules.contains_key(&parts.package))
            .cloned()
            .collect(),
        ..Pruned::default()
    };
    let mut contents =
        Contents { graph, data, libraries, links, files, source, read, own_sources, env, pruned, warnings };
    sources::decide(&mut contents, request, python);
    Ok(contents)
}

/// The rules in force.
struct InForce<'r> {
    /// Rules with the modules that activate them.
    by_module: Vec<(String, &'r Rule)>,
    /// Each rule once, in order.
    rules: Vec<&'r Rule>,
    /// All installed distributions, if the request or a rule names one that is not collected.
    installed: Installed,
}

impl<'r> InForce<'r> {
    fn of(rules: &'r Rules, graph: &Graph, request: &Request, python: &Python) -> InForce<'r> {
        let mut by_module: Vec<(String, &Rule)> = Vec::new();
        for name in graph.modules.keys() {
            by_module.extend(rules.of(name).map(|rule| (name.clone(), rule)));
        }
        let needs_all = by_module.iter().any(|(_, r)| r.when.is_some() || !r.metadata.is_empty())
            || !(request.metadata.include.is_empty() && request.metadata.recursive.is_empty());
        let installed = if needs_all {
            Installed::scan(&python.search_path, &Disk::default(), python.markers())
        } else {
            Installed::default()
        };
        let version = |name: &str| installed.named(name).map(|(_, d)| d.version.clone());
        by_module.retain(|(_, rule)| rule.when.as_ref().is_none_or(|w| w.holds(python, &version)));
        let mut rules: Vec<&Rule> = by_module.iter().map(|(_, rule)| *rule).collect();
        rules.sort_by_key(|rule| rule.place);
        rules.dedup_by_key(|rule| rule.place);
        InForce { by_module, rules, installed }
    }
}

fn time_zones(graph: &Graph) -> Option<Warning> {
    let is_in = |name: &str| graph.modules.contains_key(name);
    let warning =
        || Warning::minor("time zones come from the host: the distribution `tzdata` is not installed");
    (is_in("zoneinfo") && !is_in("tzdata")).then(|| warning().hint("install `tzdata` to include them"))
}

/// Marks the data files of packages that rules declare as resources. Files that the request wants as files,
/// or whose package it collects whole, stay files. So does metadata, which is searched for in folders.
fn mark_resources(
    data: &mut BTreeMap<String, Data>,
    active: &[&Rule],
    request: &Request,
    files: &[String],
    unmatched: &mut Unmatched<'_>,
) -> Result<()> {
    let wanted = request.modules.files.iter().chain(files).chain(&request.modules.collect_data);
    let wanted: Vec<Pattern> = wanted.map(|t| Pattern::new(t)).collect();
    for rule in active {
        for glob in &rule.resources {
            let matcher = matcher(glob, rule)?;
            let mut any = false;
            for file in data.values_mut() {
                let top = file.dest.split('/').next().unwrap_or_default();
                let metadata = top.ends_with(".dist-info") || top.ends_with(".egg-info");
                let of_package = file.reason.by == By::Package && !file.executable && !metadata;
                let as_file = wanted.iter().any(|p| p.covers(&file.reason.from));
                let matches = matcher.is_match(&file.dest);
                any |= matches;
                file.resource |= of_package && !as_file && matches;
            }
            if !any {
                unmatched.glob(rule, "resources", glob);
            }
        }
    }
    Ok(())
}

/// Returns the program's own modules, including its entry points.
fn own_modules(graph: &Graph, python: &Python) -> Vec<String> {
    graph.modules.values().filter(|m| sources::is_own(m, python)).map(|m| m.name.clone()).collect()
}

/// Collects the patterns of modules under one key of the active rules.
fn module_patterns(active: &[(String, &Rule)], key: impl Fn(&Rule) -> &Vec<String>) -> Vec<String> {
    let named = active.iter().flat_map(|(name, rule)| key(rule).iter().map(|p| p.replace("{module}", name)));
    named.collect::<BTreeSet<_>>().into_iter().collect()
}

fn no_files(rule: &Rule) -> Warning {
    let message = format!(
        "`files` of the rule for `{}` in `{}` has no effect in a program that writes no files",
        rule.module, rule.file
    );
    Warning::new(message).hint("remove `extract = \"memory\"` from `[bundle]` if the package needs them")
}

fn matcher(glob: &str, rule: &Rule) -> Result<globset::GlobMatcher> {
    let built = globset::GlobBuilder::new(glob).literal_separator(true).build();
    let built = built.context(|| format!("failed to read the glob `{glob}` of rule file `{}`", rule.file))?;
    Ok(built.compile_matcher())
}

/// Adds the distributions whose metadata the request or a rule asks for. Returns the reason for each.
fn add_requested(
    distributions: &mut Vec<Distribution>,
    request: &Request,
    active: &[&Rule],
    installed: &Installed,
    warnings: &mut Vec<Warning>,
) -> HashMap<String, Reason> {
    let mut added = HashMap::new();
    let mut known: BTreeSet<String> = distributions.iter().map(|d| normalize(&d.name)).collect();
    let why = |from: &str, by| Reason::new(from, by);
    let key = |key: &str, name: &str| why("", By::Request(format!("{key} `{name}` of `[metadata]`")));
    let asked = request.metadata.include.iter().map(|n| (n.clone(), false, true, key("include", n)));
    let recursive = request.metadata.recursive.iter().map(|n| (n.clone(), true, true, key("recursive", n)));
    let ruled = active.iter().flat_map(|r| {
        r.metadata.iter().map(|n| (n.clone(), false, false, why(&r.module, By::Rule(r.file.clone()))))
    });
    let mut queue: Vec<(String, bool, bool, Reason)> = asked.chain(recursive).chain(ruled).collect();
    let mut seen = BTreeSet::new();
    while let Some((name, recursive, loud, reason)) = queue.pop() {
        if !seen.insert((normalize(&name), recursive)) {
            continue;
        }
        let Some((at, distribution)) = installed.named(&name) else {
            if loud {
                let warning = Warning::new(format!(
                    "distribution `{name}`, whose metadata is requested, is not installed"
                ));
                let names = installed.iter().map(|distribution| distribution.name.as_str());
                warnings.push(warning.hint(match nearest(&name, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "check the name in `[metadata]`".to_owned(),
                }));
            }
            continue;
        };
        if recursive {
            let required = installed.requirements(at, Extras::None);
            queue.extend(required.map(|name| (name, true, false, reason.clone())));
        }
        if known.insert(normalize(&name)) {
            distributions.push(distribution.clone());
            added.insert(normalize(&name), reason);
        }
    }
    added
}
