//! Writes the records of modules and files, and the blobs that they refer to.

use std::collections::{HashMap, HashSet};

use freeze_archive::{Encoder, FileKind, FileRecord, ModuleKind, ModuleRecord, file_flag, module_flag};

use super::blobs::Ready;
use super::select::{Selection, is_seed};
use super::work::{Done, Job, SEED_ALIGN};
use super::{Beside, File, Input, Stored, settings};
use crate::analysis::{Kind, Module};
use crate::error::{Error, Result, Warning};

/// An archive that is being written.
pub(super) struct Index<'a> {
    pub(super) encoder: Encoder,
    /// The stored bytes of its blobs.
    pub(super) stored: Vec<Stored>,
    /// Number of bytes of code that every start reads.
    pub(super) ahead: u64,
    /// The last blob of the dictionary, if there is one.
    pub(super) last_seed: Option<u32>,
    /// Blobs of code and of sources, by module.
    codes: HashMap<&'a str, u32>,
    sources: HashMap<&'a str, u32>,
    /// Blobs of files by number, and their places in those that contain several.
    contents: HashMap<usize, (u32, Option<u32>)>,
}

impl<'a> Index<'a> {
    pub(super) fn new() -> Index<'a> {
        Index {
            encoder: Encoder::new(),
            stored: Vec::new(),
            ahead: 0,
            last_seed: None,
            codes: HashMap::new(),
            sources: HashMap::new(),
            contents: HashMap::new(),
        }
    }

    /// Adds a blob, unless an equal one exists. Returns its number.
    pub(super) fn blob(&mut self, ready: Ready, align: u64) -> u32 {
        let (id, new) = self.encoder.blob(ready.blob.new_blob(align));
        if new {
            self.stored.push(ready.stored);
        }
        id
    }

    /// Adds all blobs. Returns the files next to the executable, with their numbers.
    ///
    /// # Errors
    /// An entry point does not compile.
    pub(super) fn blobs(
        &mut self,
        selection: &mut Selection<'a>,
        done: Vec<Done>,
        warnings: &mut Vec<Warning>,
    ) -> Result<Vec<(usize, Beside)>> {
        let mut beside = Vec::new();
        for (job, done) in selection.jobs.iter().zip(done) {
            match (job, done) {
                (Job::Code { module, seed }, Done::Code(Ok(ready))) => {
                    if !seed && selection.certain.contains(module.name.as_str()) {
                        self.ahead += ready.blob.raw_len;
                    }
                    let id = self.blob(ready, if *seed { SEED_ALIGN as u64 } else { 1 });
                    if *seed {
                        self.last_seed = self.last_seed.max(Some(id));
                    }
                    self.codes.insert(module.name.as_str(), id);
                }
                (Job::Code { module, .. }, Done::Code(Err(message))) => {
                    warnings.push(broken(module, &message)?);
                }
                (Job::Source(module), Done::Ready(ready)) => {
                    let id = self.blob(ready, 1);
                    self.sources.insert(module.name.as_str(), id);
                }
                (Job::File(i), Done::Ready(ready)) => {
                    selection.files[*i].size = ready.blob.raw_len;
                    let id = self.blob(ready, 1);
                    self.contents.insert(*i, (id, None));
                }
                (Job::Pack(all), Done::Pack(ready, places)) => {
                    let id = self.blob(ready, 1);
                    for (i, (at, len)) in all.iter().zip(places) {
                        selection.files[*i].size = len;
                        self.contents.insert(*i, (id, Some(at)));
                    }
                }
                (Job::File(i), Done::Beside { content, size, hash }) => {
                    beside.push((*i, selection.files[*i].beside(content, size, hash)));
                }
                _ => {}
            }
        }
        Ok(beside)
    }

    /// Adds the records of modules.
    pub(super) fn modules(
        &mut self,
        selection: &Selection<'_>,
        input: &Input<'_>,
        warnings: &mut Vec<Warning>,
    ) {
        let paths: HashSet<&str> = selection.files.iter().map(|f| f.path.as_str()).collect();
        for module in &selection.modules {
            let name = module.name.as_str();
            match &module.kind {
                Kind::Source(_) | Kind::Bytecode(_) => {
                    let is_frozen = settings::is_frozen(input.python, name);
                    let code = self.codes.get(name).copied();
                    if code.is_none() && !is_frozen {
                        continue;
                    }
                    let is_seed = is_seed(module, input);
                    let is_certain = selection.certain.contains(name)
                        && !is_seed
                        && !settings::is_in_libpython(input.python, name);
                    let flags = flags(&[
                        (is_seed, module_flag::SEED),
                        (matches!(module.kind, Kind::Bytecode(_)), module_flag::SOURCELESS),
                        (is_certain, module_flag::CERTAIN),
                        (is_frozen, module_flag::FROZEN),
                    ]);
                    let mut record = record(module, ModuleKind::Code, flags);
                    record.code = code;
                    record.source = self.sources.get(name).copied();
                    self.encoder.module(record);
                }
                Kind::Extension(_) if paths.contains(module.path.as_str()) => {
                    let mut record = record(module, ModuleKind::Extension, 0);
                    record.file = Some(module.path.clone());
                    self.encoder.module(record);
                }
                Kind::Extension(_) => warnings.push(Warning::new(format!(
                    "the library `{}` of module `{name}` is missing: the module is left out",
                    module.path
                ))),
                Kind::Namespace(_) => {
                    self.encoder.module(record(module, ModuleKind::Namespace, module_flag::PACKAGE));
                }
                Kind::Builtin => {}
            }
        }
    }

    /// Adds the records of files.
    pub(super) fn files(&mut self, files: Vec<File>) {
        for (i, file) in files.into_iter().enumerate() {
            let content = self.contents.get(&i).copied();
            let (blob, at) = (content.map(|(blob, _)| blob), content.and_then(|(_, at)| at));
            self.encoder.file(FileRecord {
                flags: flags(&[
                    (blob.is_none(), file_flag::BESIDE),
                    (file.executable, file_flag::EXECUTABLE),
                    (file.resource, file_flag::RESOURCE),
                    (at.is_some(), file_flag::PACKED),
                ]),
                path: file.path,
                kind: file.kind,
                blob,
                at: at.unwrap_or(0),
                len: if file.link.is_some() { 0 } else { file.size },
                preload: file.preload,
            });
        }
    }
}

impl File {
    fn beside(&self, content: Stored, size: u64, hash: String) -> Beside {
        Beside {
            dest: self.path.clone(),
            content,
            size,
            hash,
            executable: self.executable,
            native: matches!(self.kind, FileKind::Native | FileKind::Program),
            link: self.link.clone(),
        }
    }
}

/// Combines the flags that are set.
fn flags(all: &[(bool, u8)]) -> u8 {
    all.iter().filter(|(is_set, _)| *is_set).fold(0, |flags, (_, flag)| flags | flag)
}

fn record(module: &Module, kind: ModuleKind, flags: u8) -> ModuleRecord {
    // The path of a namespace is only needed if it does not follow from its name.
    let is_usual = kind == ModuleKind::Namespace && module.path == module.name.replace('.', "/");
    ModuleRecord {
        name: module.name.clone(),
        kind,
        flags: flags | if module.package { module_flag::PACKAGE } else { 0 },
        path: if is_usual { String::new() } else { module.path.clone() },
        code: None,
        source: None,
        file: None,
    }
}

/// Reports a module that does not compile: an error for an entry point, a warning for all others.
fn broken(module: &Module, message: &str) -> Result<Warning> {
    if settings::is_entry(&module.name) {
        return Err(Error::new(format!("failed to compile `{}`", module.path)).excerpt(message.trim_end()));
    }
    let last = message.trim_end().lines().last().unwrap_or_default();
    Ok(Warning::minor(format!("module `{}` is left out: {last}", module.name)))
}
