//! Packs the contents: turns code objects, data and native files into compressed blobs and an index.

mod blobs;
mod compile;
mod compress;
mod files;
mod folders;
mod index;
mod jobs;
mod links;
pub mod manifest;
mod order;
mod pycache;
mod select;
mod settings;
mod source;
mod universal;
mod work;

use std::path::PathBuf;

use freeze_archive::{FileKind, setting};

pub(crate) use self::settings::is_entry;
use crate::analysis::{Graph, Kind, Reason, Source};
use crate::binaries::Natives;
use crate::contents::Contents;
use crate::error::{Error, Result, Warning};
use crate::os::FileMode;
use crate::python::Python;
use crate::spec::{Mode, Request};
use crate::store::Store;
use crate::target::Target;

use blobs::Maker;
use index::Index;
use select::Selection;

/// Minimum size of code, in bytes, that makes a second thread at startup worthwhile.
const WORTH_A_THREAD: u64 = 1 << 20;

/// A packed archive: the plan of `freeze_archive` and the stored bytes of each blob.
#[derive(Debug)]
pub struct Packed {
    /// Offsets, index and footer.
    pub plan: freeze_archive::Plan,
    /// Stored bytes of the blobs, in order.
    pub blobs: Vec<Stored>,
    /// Onedir: files to place next to the executable.
    pub beside: Vec<Beside>,
    /// Onedir: folders that exist without files.
    pub folders: Vec<String>,
    /// Values of `setting::PROGRAM`, in the order of the request.
    pub programs: Vec<String>,
    /// Numbers for the summary.
    pub totals: Totals,
    /// The oldest macOS version that all native files support.
    pub macos: Option<(u32, u32)>,
    /// The platform.
    pub target: Target,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

/// The stored bytes of a blob.
#[derive(Clone, Debug)]
pub enum Stored {
    /// In memory.
    Bytes(std::sync::Arc<[u8]>),
    /// In a separate file of the builder's store.
    File(PathBuf),
}

/// A file of a onedir bundle.
#[derive(Clone, Debug)]
pub struct Beside {
    /// Path below the contents folder, with `/`.
    pub dest: String,
    /// Its content.
    pub content: Stored,
    /// Length of its content.
    pub size: u64,
    /// BLAKE3 hash of its content, in hexadecimal digits; empty if it is not needed.
    pub hash: String,
    /// Whether it is executable.
    pub executable: bool,
    /// Whether it is a native library or program.
    pub native: bool,
    /// Target of a symbolic link. `content` is then empty.
    pub link: Option<String>,
}

impl Beside {
    /// Returns the mode for creating the file.
    pub(crate) fn mode(&self) -> FileMode {
        if self.executable { FileMode::Executable } else { FileMode::Plain }
    }
}

/// Numbers for the summary.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Python modules, including extension modules.
    pub modules: usize,
    /// Native libraries and extension modules.
    pub libraries: usize,
    /// Data files.
    pub data: usize,
}

/// A file of the application before it is packed.
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
    /// Creates a data file.
    fn new(path: String, source: Source, reasons: Vec<Reason>) -> File {
        File {
            path,
            kind: FileKind::Data,
            executable: false,
            resource: false,
            size: source::size(&source),
            source,
            preload: Vec::new(),
            link: None,
            reasons,
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

/// The input of packing.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Modules and data.
    pub contents: &'a Contents,
    /// Native files.
    pub natives: &'a Natives,
    /// The request.
    pub request: &'a Request,
    /// The interpreter.
    pub python: &'a Python,
}

/// Packs everything. Blobs from earlier builds are loaded from the store. In a universal program, `before` is
/// the part that was packed first, and the files of both parts share one folder.
///
/// # Errors
/// A file cannot be read, the entry point or a hook does not compile, two files have the same path, or an
/// interrupt.
pub fn pack(input: &Input<'_>, store: &Store, before: Option<&Packed>) -> Result<Packed> {
    let Input { contents, natives, request, python } = *input;
    let (graph, target) = (&contents.graph, python.target);
    let onedir = request.bundle.mode == Mode::Onedir;
    let mut maker = Maker {
        store,
        python,
        compression: request.bundle.compression,
        optimize: request.python.optimize,
        pool: compile::Pool::new(&python.executable),
        dictionary: None,
    };
    let own = settings::runtime_modules(python);
    let mut warnings: Vec<_> = settings::missing_relay(&own, graph, python).into_iter().collect();
    let mut selection = select::select(input, &own, &maker, &mut warnings)?;
    maker.dictionary = work::dictionary(&selection.jobs, &maker)?;
    let done = work::all(&selection.jobs, &selection.files, &maker, request.bundle.mode)?;

    let mut index = Index::new();
    let mut placed = index.blobs(&mut selection, done, &mut warnings)?;
    if let Some(before) = before {
        universal::keep(&mut placed, before, target, &mut warnings)?;
    }
    let mut beside = Vec::new();
    for (i, placed) in placed {
        selection.files[i].size = placed.size;
        selection.files[i].hash = placed.link.is_none().then(|| placed.hash.clone());
        beside.push(placed);
    }
    let manifest = serde_json::to_vec(&manifest::build(input, &selection.files, &own))?;
    let manifest = index.blob(maker.file(&Source::Bytes(manifest))?, 1);
    let totals = totals(graph, &selection.files);
    index.modules(&selection, input, &mut warnings);
    let Selection { entries, files, folders, .. } = selection;
    index.files(files);
    let Index { mut encoder, stored: blobs, ahead, last_seed, .. } = index;
    settings::add(&mut encoder, &entries, input);
    if ahead >= WORTH_A_THREAD {
        encoder.setting(setting::AHEAD, "1");
    }
    if let (Some(last), Some(_)) = (last_seed, &maker.dictionary) {
        encoder.setting(setting::DICTIONARY, last.to_string());
    }
    encoder.setting(setting::MANIFEST, manifest.to_string());
    // This setting comes last because it is long, and only a start that extracts files reads it.
    if !folders.is_empty() {
        encoder.setting(setting::FOLDERS, folders.join("\0"));
    }
    let plan = encoder.plan().map_err(Error::new)?;
    let programs = settings::programs(graph, request);
    let macos = natives.macos.as_ref().map(|(version, _)| *version);
    let folders = if onedir { folders } else { Vec::new() };
    Ok(Packed { plan, blobs, beside, folders, programs, totals, macos, target, warnings })
}

fn totals(graph: &Graph, files: &[File]) -> Totals {
    let is_native = |file: &&File| matches!(file.kind, FileKind::Native | FileKind::Program);
    Totals {
        modules: graph.modules.values().filter(|m| !matches!(m.kind, Kind::Builtin)).count(),
        libraries: files.iter().filter(is_native).count(),
        data: files.iter().filter(|f| f.kind == FileKind::Data).count(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
