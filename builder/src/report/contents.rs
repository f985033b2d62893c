//! The report file: the content of the application, with sizes and reasons.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::Path;

use freeze_archive::{Archive, BlobId};
use serde::Serialize;

use super::{Reporter, Summary};
use crate::analysis::{By, Distribution, Guard, Kind, Module, Reason};
use crate::contents::{Data, LeftOut};
use crate::error::{Context, Error, Result, Warning};
use crate::python::Python;

/// Group of the standard library and the interpreter.
pub(super) const STDLIB: &str = "python";
/// Group of the program's own files.
const PROGRAM: &str = "program";
/// Version of the report's format, see docs/reference/cli.md.
const FORMAT: u32 = 1;

/// The report of one build.
#[derive(Debug, Serialize)]
pub struct Report {
    format: u32,
    name: String,
    version: Option<String>,
    freeze: &'static str,
    target: String,
    python: String,
    summary: Summary,
    pub(super) modules: Vec<ModuleEntry>,
    pub(super) files: Vec<FileEntry>,
    missing: Vec<Missing>,
    pub(super) distributions: Vec<DistributionEntry>,
    host_libraries: Vec<HostLibrary>,
    left_out: Vec<LeftOutEntry>,
    warnings: Vec<WarningEntry>,
    phases: Vec<Phase>,
    /// Parts by size, the largest first.
    bloat: Vec<Part>,
}

/// A part of an application.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// A distribution, a package of the standard library, `python` (the rest of it and the interpreter),
    /// `program`, or `system libraries`.
    pub name: String,
    /// `distribution`, `standard library` or `other`.
    pub kind: &'static str,
    /// Version of a distribution.
    pub version: Option<String>,
    /// Size in the application, in bytes.
    pub stored: u64,
    /// Number of modules.
    pub modules: usize,
    /// Number of files that are not modules.
    pub files: usize,
    /// The first reason from outside the part, as text for people.
    pub by: Option<String>,
    /// File and line of that reason, as `path:line`.
    pub place: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ModuleEntry {
    pub(super) name: String,
    kind: &'static str,
    package: bool,
    path: String,
    distribution: Option<String>,
    /// The distribution, or another group that it belongs to.
    pub(super) group: String,
    /// Size when loaded, in bytes.
    size: u64,
    /// Size in the application, in bytes.
    pub(super) stored: u64,
    reasons: Vec<ReasonEntry>,
}

#[derive(Debug, Serialize)]
pub(super) struct FileEntry {
    path: String,
    kind: &'static str,
    distribution: Option<String>,
    pub(super) group: String,
    size: u64,
    pub(super) stored: u64,
    reasons: Vec<ReasonEntry>,
}

#[derive(Debug, Serialize)]
struct Missing {
    name: String,
    /// Whether every import of it is guarded or inside a function.
    guarded: bool,
    reasons: Vec<ReasonEntry>,
}

#[derive(Debug, Serialize)]
pub(super) struct DistributionEntry {
    pub(super) name: String,
    pub(super) version: String,
    modules: usize,
    files: usize,
    stored: u64,
}

#[derive(Debug, Serialize)]
struct HostLibrary {
    name: String,
    needed_by: String,
}

/// Files of a folder that were left out for the same reason.
#[derive(Debug, Serialize)]
struct LeftOutEntry {
    package: String,
    folder: String,
    why: String,
    files: usize,
    size: u64,
}

#[derive(Debug, Serialize)]
struct WarningEntry {
    message: String,
    hint: Option<String>,
    minor: bool,
}

#[derive(Debug, Serialize)]
struct Phase {
    name: &'static str,
    seconds: f64,
}

#[derive(Debug, Serialize)]
struct ReasonEntry {
    from: String,
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
    guard: Guard,
    #[serde(skip_serializing_if = "String::is_empty")]
    heuristic: String,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Sizes of an entry as loaded and as stored.
type Sizes = HashMap<Vec<u8>, (u64, u64)>;

impl Report {
    /// Combines the results of the phases. Sizes are read from the application itself.
    ///
    /// # Errors
    /// The application cannot be read.
    pub fn new(part: &super::Part<'_>, summary: Summary, reporter: &Reporter) -> Result<Report> {
        let super::Part { request, python, contents, natives, .. } = part;
        let folder = summary.program.parent().unwrap_or(&summary.path);
        let beside = folder.join(request.contents_directory(python.target.os));
        let (modules, files) = sizes(&summary.program, &beside, python.target.machine())?;
        let graph = &contents.graph;
        let mut report = Report {
            format: FORMAT,
            name: request.name.clone(),
            version: request.version.clone(),
            freeze: env!("CARGO_PKG_VERSION"),
            target: python.target.name(),
            python: python.version_text.clone(),
            summary,
            modules: Vec::new(),
            files: Vec::new(),
            missing: graph.missing.iter().map(|(name, reasons)| missing(name, reasons)).collect(),
            distributions: Vec::new(),
            host_libraries: natives.host.iter().map(host_library).collect(),
            left_out: left_out(&contents.pruned.left_out),
            warnings: reporter.warnings().iter().map(warning).collect(),
            phases: reporter
                .times()
                .iter()
                .map(|(name, t)| Phase { name, seconds: t.as_secs_f64() })
                .collect(),
            bloat: Vec::new(),
        };
        report.modules = module_entries(part, &modules, &files);
        report.files = file_entries(part, &modules, files);
        report.distributions = graph.distributions.iter().map(|d| report.distribution(d)).collect();
        Ok(report)
    }

    /// Sets the parts by size, the largest first.
    pub(super) fn set_bloat(&mut self, parts: Vec<Part>) {
        self.bloat = parts;
    }

    fn distribution(&self, distribution: &Distribution) -> DistributionEntry {
        let ours = |name: &Option<String>| name.as_deref() == Some(&distribution.name);
        let modules: Vec<_> = self.modules.iter().filter(|m| ours(&m.distribution)).collect();
        let files: Vec<_> = self.files.iter().filter(|f| ours(&f.distribution)).collect();
        DistributionEntry {
            name: distribution.name.clone(),
            version: distribution.version.clone(),
            modules: modules.len(),
            files: files.len(),
            stored: modules.iter().map(|m| m.stored).chain(files.iter().map(|f| f.stored)).sum(),
        }
    }
}

/// Groups files that were left out, the largest groups first.
fn left_out(files: &[LeftOut]) -> Vec<LeftOutEntry> {
    let mut groups: BTreeMap<(&str, &str, &str), (usize, u64)> = BTreeMap::new();
    for left in files {
        let folder = left.file.dest.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (files, size) = groups.entry((&left.package, folder, left.cause.text())).or_default();
        (*files, *size) = (*files + 1, *size + left.bytes);
    }
    let mut entries: Vec<LeftOutEntry> = groups
        .into_iter()
        .map(|((package, folder, why), (files, size))| LeftOutEntry {
            package: package.to_owned(),
            folder: folder.to_owned(),
            why: why.to_owned(),
            files,
            size,
        })
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.size));
    entries
}

/// Writes a report: JSON if the file name ends in `.json`, otherwise an HTML page.
///
/// # Errors
/// The file cannot be written.
pub fn write(report: &Report, path: &Path) -> Result<()> {
    let failed = || format!("failed to write report `{}`", path.display());
    let json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let text = if json { serde_json::to_string_pretty(report) } else { serde_json::to_string(report) };
    let text = text.context(failed)?;
    publish(path, &if json { text + "\n" } else { super::page::render(&report.name, &text) })
}

/// Writes a file of a report atomically, and creates its folder.
///
/// # Errors
/// The file cannot be written.
pub(super) fn publish(path: &Path, text: &str) -> Result<()> {
    let failed = || format!("failed to write report `{}`", path.display());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs_err::create_dir_all(folder).context(failed)?;
    let mut file = tempfile::Builder::new().prefix(".freeze-").tempfile_in(folder).context(failed)?;
    file.write_all(text.as_bytes()).context(failed)?;
    crate::os::allow_all_to_read(file.as_file()).context(failed)?;
    file.persist(path).map(drop).map_err(|e| Error::from(e).context(failed()))
}

/// Returns the sizes of modules by name and of files by path, from the archive of an application. For a
/// universal program, these are those for a processor.
fn sizes(program: &Path, beside: &Path, machine: &str) -> Result<(Sizes, Sizes)> {
    let failed = || format!("failed to read product `{}`", program.display());
    let map = crate::os::map(program).context(failed)?;
    let part = freeze_archive::parts(&map).find(|(processor, _)| processor.name() == machine);
    let archive = Archive::open(part.map_or(&map[..], |(_, place)| &map[place])).context(failed)?;
    let size = |id: BlobId| -> Result<(u64, u64), freeze_archive::Error> {
        Ok((archive.raw_len(id)?, archive.stored_len(id)?))
    };
    let (mut modules, mut files) = (Sizes::new(), Sizes::new());
    for i in 0..archive.module_count() {
        let module = archive.module(i).context(failed)?;
        let mut sum = (0, 0);
        for id in module.code.iter().chain(&module.source) {
            let (raw, stored) = size(*id).context(failed)?;
            sum = (sum.0 + raw, sum.1 + stored);
        }
        modules.insert(module.name.to_vec(), sum);
    }
    for i in 0..archive.file_count() {
        let file = archive.file(i).context(failed)?;
        let size = match file.blob {
            Some(_) => {
                let stored = archive.content_stored_len(&file).context(failed)?.unwrap_or(0);
                (archive.content_len(&file).context(failed)?, stored)
            }
            // For a universal binary, this is the part that the archive describes.
            None if file.len > 0 => (file.len, file.len),
            None => {
                let path = beside.join(String::from_utf8_lossy(file.path).as_ref());
                let len = std::fs::symlink_metadata(path).map_or(0, |m| m.len());
                (len, len)
            }
        };
        files.insert(file.path.to_vec(), size);
    }
    Ok((modules, files))
}

/// Returns the distributions by the paths below the root that they own.
fn owners(distributions: &[Distribution]) -> HashMap<&str, usize> {
    let mut owners = HashMap::new();
    for (i, distribution) in distributions.iter().enumerate() {
        owners.extend(distribution.files.iter().map(|f| (f.as_str(), i)));
    }
    owners
}

/// Returns the group of a file that belongs to no distribution.
fn group(path: &Path, python: &Python) -> &'static str {
    if python.in_stdlib(path) { STDLIB } else { PROGRAM }
}

fn module_entry(
    module: &Module,
    owner: Option<&Distribution>,
    group: Option<&str>,
    (size, stored): (u64, u64),
) -> ModuleEntry {
    ModuleEntry {
        name: module.name.clone(),
        kind: module.kind.word(),
        package: module.package,
        path: module.path.clone(),
        distribution: owner.map(|d| d.name.clone()),
        group: owner.map_or(group.unwrap_or(PROGRAM).to_owned(), |d| d.name.clone()),
        size,
        stored,
        reasons: module.reasons.iter().map(reason).collect(),
    }
}

/// Whether a module is a file: an extension, or a module in `[modules] files`. `modules` are those of the
/// archive.
fn is_file(module: &Module, modules: &Sizes) -> bool {
    match module.kind {
        Kind::Extension(_) => true,
        Kind::Source(_) | Kind::Bytecode(_) => !modules.contains_key(module.name.as_bytes()),
        Kind::Namespace(_) | Kind::Builtin => false,
    }
}

fn module_entries(part: &super::Part<'_>, modules: &Sizes, files: &Sizes) -> Vec<ModuleEntry> {
    let graph = &part.contents.graph;
    let entry = |module: &Module| {
        let distribution = module.distribution.and_then(|i| graph.distributions.get(i));
        let size = if is_file(module, modules) { files.get(module.path.as_bytes()) } else { None };
        let size = size.or(modules.get(module.name.as_bytes())).copied();
        let group = match &module.kind {
            _ if distribution.is_some() => None,
            Kind::Builtin => Some(STDLIB),
            kind => kind.file().map(|p| group(p, &part.python)),
        };
        module_entry(module, distribution, group, size.unwrap_or_default())
    };
    graph.modules.values().map(entry).collect()
}

fn file_entries(part: &super::Part<'_>, modules: &Sizes, files: Sizes) -> Vec<FileEntry> {
    let super::Part { python, contents, natives, .. } = part;
    let graph = &contents.graph;
    let owners = owners(&graph.distributions);
    let known: HashMap<&str, &Data> =
        contents.data.iter().chain(&contents.libraries).map(|d| (d.dest.as_str(), d)).collect();
    let module_files: HashSet<&str> =
        graph.modules.values().filter(|m| is_file(m, modules)).map(|m| m.path.as_str()).collect();
    let natives: HashMap<&str, &crate::binaries::Native> =
        natives.files.iter().map(|n| (n.dest.as_str(), n)).collect();
    let mut entries = Vec::new();
    for (path, (size, stored)) in files {
        let path = String::from_utf8_lossy(&path).into_owned();
        if module_files.contains(path.as_str()) {
            continue;
        }
        let (native, data) = (natives.get(path.as_str()), known.get(path.as_str()).copied());
        let reasons = match (native, data) {
            (Some(native), _) if !native.reasons.is_empty() => native.reasons.iter().map(reason).collect(),
            (_, Some(data)) => vec![reason(&data.reason)],
            _ => Vec::new(),
        };
        let kind = if native.is_some() { "library" } else { "data" };
        // RECORD lists files below the prefix relative to the packages. The reason contains the distribution.
        let named = |d: &&Data| {
            d.reason.by == By::Package && graph.distributions.iter().any(|o| o.name == d.reason.from)
        };
        let owner = owners.get(path.as_str()).map(|i| graph.distributions[*i].name.clone());
        let distribution = owner.or_else(|| data.filter(named).map(|d| d.reason.from.clone()));
        let source = data.and_then(|d| d.source.file());
        let group = match (&distribution, native) {
            (Some(name), _) => name.clone(),
            (None, Some(native)) if python.libpython.as_deref() == Some(&native.source) => STDLIB.into(),
            (None, Some(_)) => "system libraries".into(),
            (None, None) => source.map_or(PROGRAM, |p| group(p, python)).into(),
        };
        entries.push(FileEntry { kind, distribution, group, size, stored, reasons, path });
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    entries
}

fn missing(name: &str, reasons: &[Reason]) -> Missing {
    let guarded = reasons.iter().all(|r| r.guard != Guard::None);
    Missing { name: name.to_owned(), guarded, reasons: reasons.iter().map(reason).collect() }
}

fn host_library((name, needed_by): &(String, String)) -> HostLibrary {
    HostLibrary { name: name.clone(), needed_by: needed_by.clone() }
}

fn warning(w: &Warning) -> WarningEntry {
    WarningEntry { message: w.message.clone(), hint: w.hint.clone(), minor: w.minor }
}

fn reason(reason: &Reason) -> ReasonEntry {
    let (by, detail) = reason.by.words();
    ReasonEntry {
        from: reason.from.clone(),
        by,
        detail: detail.map(str::to_owned),
        line: reason.line,
        guard: reason.guard,
        heuristic: reason.heuristic.clone(),
    }
}
