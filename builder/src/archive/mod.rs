//! Packs the contents: code objects, data and native files become compressed blobs and an index.

mod blobs;
mod compile;
mod compress;
mod files;
mod folders;
mod jobs;
mod links;
pub mod manifest;
mod names;
mod order;
mod pycache;
mod settings;
mod source;
mod together;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use bootloader::archive::{
    Encoder, FileKind, FileRecord, ModuleKind, ModuleRecord, file_flag, module_flag, setting,
};

use crate::analysis::{Kind, Module, Reason, Source};
use crate::binaries::Natives;
use crate::contents::Contents;
use crate::error::{Error, Result, Warning};
use crate::python::Python;
use crate::spec::{Mode, Request};
use crate::store::Store;
use crate::target::Target;

use blobs::{CodeResult, Maker, Ready};

/// A packed archive: the plan of `bootloader::archive` and the stored bytes of each blob.
#[derive(Debug)]
pub struct Packed {
    /// Offsets, index and footer.
    pub plan: bootloader::archive::Plan,
    /// Stored bytes of the blobs, in order.
    pub blobs: Vec<Stored>,
    /// Onedir: files to lie beside the executable.
    pub beside: Vec<Beside>,
    /// Onedir: folders that exist without a file in them.
    pub folders: Vec<String>,
    /// Values of `setting::PROGRAM`, in the order of the request.
    pub programs: Vec<String>,
    /// Numbers for the summary.
    pub totals: Totals,
    /// The oldest macOS that all native files run on.
    pub macos: Option<(u32, u32)>,
    /// The platform.
    pub target: Target,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// The stored bytes of a blob.
#[derive(Clone, Debug)]
pub enum Stored {
    /// In memory.
    Bytes(std::sync::Arc<[u8]>),
    /// In a file of the builder's store, whole.
    File(PathBuf),
}

/// A file of a onedir bundle.
#[derive(Clone, Debug)]
pub struct Beside {
    /// Path under the contents folder, with `/`.
    pub dest: String,
    /// Its content.
    pub content: Stored,
    /// Length of its content.
    pub size: u64,
    /// BLAKE3 hash of its content, in hexadecimal digits; empty where nothing asks for it.
    pub hash: String,
    /// Whether it is executable.
    pub executable: bool,
    /// Whether it is a native library or program.
    pub native: bool,
    /// A symbolic link: its target; `content` is then empty.
    pub link: Option<String>,
}

/// Numbers for the summary.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Python modules, extensions included.
    pub modules: usize,
    /// Native libraries and extension modules.
    pub libraries: usize,
    /// Data files.
    pub data: usize,
}

/// A file of the product, before it is packed.
#[derive(Clone, Debug)]
struct File {
    path: String,
    kind: FileKind,
    executable: bool,
    resource: bool,
    source: Source,
    preload: Vec<String>,
    link: Option<String>,
    reasons: Vec<Reason>,
    size: u64,
    hash: Option<String>,
}

impl File {
    fn data(path: String, source: Source, reason: Reason) -> File {
        File {
            path,
            kind: FileKind::Data,
            executable: false,
            resource: false,
            source,
            preload: Vec::new(),
            link: None,
            reasons: vec![reason],
            size: 0,
            hash: None,
        }
    }

    fn entry(&self) -> manifest::FileEntry {
        let kind = match self.kind {
            FileKind::Data if self.resource => "resource",
            FileKind::Data => "data",
            FileKind::Native => "native",
            FileKind::Link => "link",
            FileKind::Program => "program",
        };
        let why = manifest::whys(&self.reasons);
        manifest::FileEntry {
            kind: kind.to_owned(),
            size: self.size,
            hash: self.hash.clone(),
            link: self.link.clone(),
            more: self.reasons.len() - why.len(),
            why,
        }
    }
}

/// Bytes of code from which on a second thread at the start gains more than it costs.
const WORTH_A_THREAD: u64 = 1 << 20;

/// A piece of work.
enum Job<'a> {
    Code { module: &'a Module, seed: bool },
    Source(&'a Module),
    File(usize),
}

/// What came of it.
enum Done {
    Code(CodeResult),
    Ready(Ready),
    Beside { content: Stored, size: u64, hash: String },
}

/// Packs everything; blobs made for an earlier build are taken from the store. `before`: of a universal program the part that was
/// packed before, beside whose files those of this one are to lie.
///
/// # Errors
/// A file cannot be read, the entry or a hook does not compile, two files have one path, or an interrupt.
pub fn pack(
    contents: &Contents,
    natives: &Natives,
    request: &Request,
    python: &Python,
    store: &Store,
    before: Option<&Packed>,
) -> Result<Packed> {
    let graph = &contents.graph;
    let onedir = request.bundle.mode == Mode::Onedir;
    let maker = Maker {
        store,
        python,
        compression: request.bundle.compression,
        optimize: request.python.optimize,
        pool: compile::Pool::new(&python.executable),
    };
    let mut warnings = Vec::new();
    let own: Vec<Module> = settings::runtime_modules(python);
    let minor = python.minor();
    let is_seed = |m: &Module| settings::is_seed(minor, &m.name);
    // What runs before modules can be read from files stays in the archive, and so do the entries.
    let in_archive =
        |m: &Module| is_seed(m) || settings::is_entry(&m.name) || settings::is_runtime(minor, &m.name);
    let as_files =
        |m: &Module| (covered(&request.modules.files, m) || covered(&contents.files, m)) && !in_archive(m);
    let mut files = files::list(contents, natives, &mut warnings)?;
    for module in graph.modules.values().filter(|m| as_files(m)) {
        files.extend(files::of_module(&maker, module)?);
    }
    links::replace(&mut files, contents, &python.target, &mut warnings)?;
    files::fit(&mut files, &python.target, &mut warnings);
    links::make(&mut files, contents, natives, &python.target, &mut warnings)?;
    files::check(&mut files, request)?;
    let folders =
        if request.writes_files() { folders::empty(graph, &files, &python.target) } else { Vec::new() };

    // Modules in the order of a start, then files by path.
    let entries = settings::entries(graph, request);
    let first: Vec<&str> = entries.iter().map(String::as_str).collect();
    let recorded = &request.modules.order;
    let mut modules: Vec<&Module> = own.iter().collect();
    // Of the main program only: another one of the bundle starts with other modules.
    let certain: HashSet<String> = {
        let (mut order, certain) = order::startup(graph, &first[..first.len().min(1)], recorded);
        order.truncate(certain);
        order.into_iter().collect()
    };
    modules
        .extend(order::startup(graph, &first, recorded).0.iter().filter_map(|name| graph.modules.get(name)));
    modules.sort_by_key(|m| !is_seed(m));

    let mut jobs = Vec::new();
    for &module in &modules {
        if as_files(module) || !matches!(module.kind, Kind::Source(_) | Kind::Bytecode(_)) {
            continue;
        }
        jobs.push(Job::Code { module, seed: is_seed(module) });
        let with_source = covered(&request.modules.source, module)
            || covered(&contents.source, module)
            || contents.read.contains(&module.name);
        if with_source && matches!(module.kind, Kind::Source(_)) {
            jobs.push(Job::Source(module));
        }
    }
    jobs.extend((0..files.len()).map(Job::File));
    let sizes: Vec<u64> = jobs.iter().map(|job| job.size(&files)).collect();
    let done = jobs::run(&sizes, |i| jobs[i].run(&maker, &files, onedir))?;
    store.flush();

    let mut encoder = Encoder::new();
    let mut stored = Vec::new();
    let mut placed = Vec::new();
    let mut add = |encoder: &mut Encoder, ready: Ready, align: u64| {
        let (id, new) = encoder.blob(ready.blob.new_blob(align));
        if new {
            stored.push(ready.stored);
        }
        id
    };
    let mut codes = HashMap::new();
    let mut ahead = 0;
    let mut sources = HashMap::new();
    let mut contents_of: HashMap<usize, u32> = HashMap::new();
    for (job, done) in jobs.iter().zip(done) {
        match (job, done) {
            (Job::Code { module, seed }, Done::Code(Ok(ready))) => {
                if !seed && certain.contains(&module.name) {
                    ahead += ready.blob.raw_len;
                }
                codes.insert(module.name.as_str(), add(&mut encoder, ready, if *seed { 16 } else { 1 }));
            }
            (Job::Code { module, .. }, Done::Code(Err(message))) => {
                warnings.push(broken(module, &message)?);
            }
            (Job::Source(module), Done::Ready(ready)) => {
                sources.insert(module.name.as_str(), add(&mut encoder, ready, 1));
            }
            (Job::File(i), Done::Ready(ready)) => {
                files[*i].size = ready.blob.raw_len;
                contents_of.insert(*i, add(&mut encoder, ready, 1));
            }
            (Job::File(i), Done::Beside { content, size, hash }) => {
                let file = &files[*i];
                let own = Beside {
                    dest: file.path.clone(),
                    content,
                    size,
                    hash,
                    executable: file.executable,
                    native: matches!(file.kind, FileKind::Native | FileKind::Program),
                    link: file.link.clone(),
                };
                placed.push((*i, own));
            }
            _ => {}
        }
    }
    if let Some(before) = before {
        together::keep(&mut placed, before, python.target, &mut warnings)?;
    }
    let mut beside = Vec::new();
    for (i, placed) in placed {
        files[i].size = placed.size;
        files[i].hash = placed.link.is_none().then(|| placed.hash.clone());
        beside.push(placed);
    }
    let manifest = manifest::build(contents, natives, request, python, &files, &own);
    let manifest = serde_json::to_vec(&manifest)?;
    let manifest = add(&mut encoder, maker.file(&Source::Bytes(manifest))?, 1);

    let totals = Totals {
        modules: graph.modules.values().filter(|m| !matches!(m.kind, Kind::Builtin)).count(),
        libraries: files.iter().filter(|f| matches!(f.kind, FileKind::Native | FileKind::Program)).count(),
        data: files.iter().filter(|f| f.kind == FileKind::Data).count(),
    };
    let paths: HashSet<&str> = files.iter().map(|f| f.path.as_str()).collect();
    for module in modules {
        let name = module.name.as_str();
        let record = |kind, flags, code, source, file| ModuleRecord {
            name: name.to_owned(),
            kind,
            flags: flags | if module.package { module_flag::PACKAGE } else { 0 },
            // That of a namespace is told only where its name does not say it.
            path: if kind == ModuleKind::Namespace && module.path == name.replace('.', "/") {
                String::new()
            } else {
                module.path.clone()
            },
            code,
            source,
            file,
        };
        let seed = if is_seed(module) { module_flag::SEED } else { 0 };
        match &module.kind {
            Kind::Source(_) | Kind::Bytecode(_) => {
                let Some(code) = codes.get(name) else { continue };
                let sourceless = matches!(module.kind, Kind::Bytecode(_));
                let is_certain = seed == 0 && certain.contains(name);
                let flags = seed
                    | if sourceless { module_flag::SOURCELESS } else { 0 }
                    | if is_certain { module_flag::CERTAIN } else { 0 };
                encoder.module(record(
                    ModuleKind::Code,
                    flags,
                    Some(*code),
                    sources.get(name).copied(),
                    None,
                ));
            }
            Kind::Extension(_) if paths.contains(module.path.as_str()) => {
                let file = Some(module.path.clone());
                encoder.module(record(ModuleKind::Extension, 0, None, None, file));
            }
            Kind::Extension(_) => warnings.push(Warning::new(format!(
                "the library `{}` of module `{name}` is missing: the module is left out",
                module.path
            ))),
            Kind::Namespace(_) => {
                encoder.module(record(ModuleKind::Namespace, module_flag::PACKAGE, None, None, None));
            }
            Kind::Builtin => {}
        }
    }
    for (i, file) in files.into_iter().enumerate() {
        let blob = contents_of.get(&i).copied();
        let beside = if blob.is_none() { file_flag::BESIDE } else { 0 };
        encoder.file(FileRecord {
            path: file.path,
            kind: file.kind,
            flags: beside
                | if file.executable { file_flag::EXECUTABLE } else { 0 }
                | if file.resource { file_flag::RESOURCE } else { 0 },
            blob,
            len: if file.link.is_some() { 0 } else { file.size },
            preload: file.preload,
        });
    }
    settings::add(&mut encoder, &entries, contents, natives, request, python);
    if ahead >= WORTH_A_THREAD {
        encoder.setting(setting::AHEAD, "1");
    }
    encoder.setting(setting::MANIFEST, manifest.to_string());
    // Last: it is long, and a start that extracts nothing does not look for it.
    if !folders.is_empty() {
        encoder.setting(setting::FOLDERS, folders.join("\0"));
    }
    let plan = encoder.plan().map_err(Error::new)?;
    let programs = settings::programs(graph, request);
    let macos = natives.macos.as_ref().map(|(version, _)| *version);
    let folders = if onedir { folders } else { Vec::new() };
    let target = python.target;
    Ok(Packed { plan, blobs: stored, beside, folders, programs, totals, macos, target, warnings })
}

impl Job<'_> {
    fn size(&self, files: &[File]) -> u64 {
        match self {
            // Compiling takes longer than compressing as much.
            Job::Code { module, .. } | Job::Source(module) => match &module.kind {
                Kind::Source(from) | Kind::Bytecode(from) => source::size(from),
                _ => 0,
            },
            Job::File(i) => files[*i].size,
        }
    }

    fn run(&self, maker: &Maker<'_>, files: &[File], onedir: bool) -> Result<Done> {
        match self {
            Job::Code { module, seed } => Ok(Done::Code(maker.code(module, *seed)?)),
            Job::Source(module) => match &module.kind {
                Kind::Source(from) | Kind::Bytecode(from) => Ok(Done::Ready(maker.file(from)?)),
                _ => Err(Error::new(format!("module `{}` has no source", module.name))),
            },
            Job::File(i) => {
                let file = &files[*i];
                if !onedir || file.resource {
                    return Ok(Done::Ready(maker.file(&file.source)?));
                }
                let hash = source::hash(&file.source, maker.store)?;
                let (content, size) = match &file.source {
                    Source::File(path) => (Stored::File(path.clone()), source::size(&file.source)),
                    other => {
                        let bytes = source::read(other)?;
                        let size = bytes.len() as u64;
                        (Stored::Bytes(bytes.into()), size)
                    }
                };
                let hash = hash.iter().map(|b| format!("{b:02x}")).collect();
                Ok(Done::Beside { content, size, hash })
            }
        }
    }
}

/// A module that does not compile: an error for what the program runs in any case, else a warning.
fn broken(module: &Module, message: &str) -> Result<Warning> {
    if settings::is_entry(&module.name) {
        return Err(Error::new(format!("failed to compile `{}`", module.path)).excerpt(message.trim_end()));
    }
    let last = message.trim_end().lines().last().unwrap_or_default();
    Ok(Warning::minor(format!("module `{}` is left out: {last}", module.name)))
}

fn covered(patterns: &[String], module: &Module) -> bool {
    patterns.iter().any(|pattern| names::covers(pattern, &module.name))
}

#[cfg(test)]
pub(crate) mod tests;
