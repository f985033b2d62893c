//! The jobs that create the content of an archive: compiling, compressing, hashing.

use super::blobs::{CodeResult, Maker, Place, Ready};
use super::compress::Dictionary;
use super::{File, Stored, jobs, source};
use freeze_archive::FileKind;

use crate::analysis::{Module, Source};
use crate::error::{Error, Result};
use crate::spec::{Compression, Extract, Mode, Request};

/// Alignment of the blobs that Python reads in place.
pub(super) const SEED_ALIGN: usize = 16;

/// A job.
pub(super) enum Job<'a> {
    /// The code of a module.
    Code { module: &'a Module, seed: bool },
    /// The source of a module.
    Source(&'a Module),
    /// The file with this number.
    File(usize),
    /// The files with these numbers, in one blob.
    Pack(Vec<usize>),
}

/// The result of a job.
pub(super) enum Done {
    /// Code, or the reason for a failure.
    Code(CodeResult),
    /// A blob.
    Ready(Ready),
    /// A blob with several files, and the place of each.
    Pack(Ready, Vec<Place>),
    /// A file of a onedir bundle.
    Beside { content: Stored, size: u64, hash: String },
}

/// Runs all jobs in parallel and returns their results in order. Onedir places files next to the executable.
///
/// # Errors
/// A file cannot be read, or an interrupt.
pub(super) fn all(work: &[Job<'_>], files: &[File], maker: &Maker<'_>, mode: Mode) -> Result<Vec<Done>> {
    let sizes: Vec<u64> = work.iter().map(|job| job.size(files)).collect();
    let done = jobs::run(&sizes, |i| work[i].run(maker, files, mode))?;
    maker.store.flush();
    Ok(done)
}

/// Size of a blob with several files in bytes. Small libraries contain much that others contain too.
const PACK: u64 = 8 << 20;

/// Returns the jobs for the files. Small libraries of a folder share blobs, unless the program loads libraries from memory: it would
/// decompress a whole blob for each.
pub(super) fn of_files<'a>(files: &[File], request: &Request) -> Vec<Job<'a>> {
    let is_packed = |file: &File| {
        request.bundle.mode == Mode::Onefile
            && request.bundle.extract != Extract::Memory
            && request.bundle.compression != Compression::None
            && file.kind == FileKind::Native
            && matches!(file.source, Source::File(_))
            && file.size <= PACK / 4
    };
    let (mut small, others): (Vec<usize>, Vec<usize>) = (0..files.len()).partition(|i| is_packed(&files[*i]));
    small.sort_by(|a, b| files[*a].path.cmp(&files[*b].path));
    let top = |i: usize| files[i].path.split_once('/').map_or("", |(top, _)| top);
    let mut packs: Vec<(u64, Vec<usize>)> = Vec::new();
    for i in small {
        match packs.last_mut() {
            Some((size, pack)) if *size + files[i].size <= PACK && top(pack[0]) == top(i) => {
                *size += files[i].size;
                pack.push(i);
            }
            _ => packs.push((files[i].size, vec![i])),
        }
    }
    let packs = packs.into_iter().map(|(_, pack)| match pack[..] {
        [only] => Job::File(only),
        _ => Job::Pack(pack),
    });
    others.into_iter().map(Job::File).chain(packs).collect()
}

/// Returns the dictionary of the archive: the code of the modules that are stored uncompressed, in the form in which their blobs
/// follow each other in the archive. They are the first jobs.
///
/// # Errors
/// As [`all`].
pub(super) fn dictionary(work: &[Job<'_>], maker: &Maker<'_>) -> Result<Option<Dictionary>> {
    let (mut bytes, mut all) = (Vec::new(), Vec::new());
    for job in work {
        let Job::Code { module, seed: true } = job else { break };
        let Ok(Ready { stored: Stored::Bytes(code), .. }) = maker.code(module, Compression::None)? else {
            continue;
        };
        // Equal blobs are stored once.
        if !all.contains(&code) {
            bytes.resize(bytes.len().next_multiple_of(SEED_ALIGN), 0);
            bytes.extend_from_slice(&code);
            all.push(code);
        }
    }
    let is_used = maker.compression != Compression::None && !bytes.is_empty();
    Ok(is_used.then(|| Dictionary::new(bytes)))
}

impl Job<'_> {
    fn size(&self, files: &[File]) -> u64 {
        match self {
            // Compiling takes longer than compressing the same amount.
            Job::Code { module, .. } | Job::Source(module) => module.kind.code().map_or(0, source::size),
            Job::File(i) => files[*i].size,
            Job::Pack(all) => all.iter().map(|i| files[*i].size).sum(),
        }
    }

    fn run(&self, maker: &Maker<'_>, files: &[File], mode: Mode) -> Result<Done> {
        match self {
            Job::Code { module, seed } => {
                let compression = if *seed { Compression::None } else { maker.compression };
                Ok(Done::Code(maker.code(module, compression)?))
            }
            Job::Source(module) => match module.kind.code() {
                Some(from) => Ok(Done::Ready(maker.file(from)?)),
                None => Err(Error::new(format!("module `{}` has no source", module.name))),
            },
            Job::Pack(all) => {
                let sources: Vec<&Source> = all.iter().map(|i| &files[*i].source).collect();
                let (ready, places) = maker.pack(&sources)?;
                Ok(Done::Pack(ready, places))
            }
            Job::File(i) => {
                let file = &files[*i];
                if mode == Mode::Onefile || file.resource {
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
