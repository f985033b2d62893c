//! Prepares native libraries for loading: complete, from a file or from memory, after their dependencies.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use freeze_archive::{Archive, Error, File as Record, FileId, FileKind, ModuleKind, setting};

use super::needed::{has_symbol, is_cut, is_cut_off, is_program, needed};
use super::{Root, Unusable, place};
use crate::launcher::content::Reader;
use crate::launcher::os;
use crate::launcher::report::{self, DAMAGED, Failure, UNABLE};

/// The native libraries of the program.
pub(crate) struct Libraries {
    archive: Archive<'static>,
    root: PathBuf,
    on_disk: bool,
    /// Whether the root contains extracted files, so that a file can be extracted again.
    is_extracted: bool,
    /// Never locked while a library is loaded: its initializers may import modules and call this code again.
    done: Mutex<Done>,
    /// Error in the libraries that the system's loader finds by itself.
    shared: OnceLock<Option<String>>,
}

/// An executable that is ready to run.
pub(crate) struct Gathered {
    /// Path to run it from.
    pub(crate) path: PathBuf,
    /// Libraries to load with it.
    pub(crate) needs: Vec<(FileId, File)>,
    /// Keeps the executable in memory.
    _file: Option<File>,
}

/// Maximum depth of dependencies to follow. Each level uses stack space.
const DEPTH: usize = 100;

/// The libraries that are ready or loaded.
struct Done {
    /// Libraries on disk whose dependencies are loaded.
    ready: HashSet<FileId>,
    /// Libraries in memory whose dependencies are loaded. The descriptors stay open: the C library identifies
    /// libraries by path, so it would confuse another library with the same descriptor number with this one.
    memory: HashMap<FileId, File>,
    /// Libraries that this process has loaded.
    loaded: HashSet<FileId>,
}

impl Libraries {
    /// Creates the libraries of an archive with the root `root`. `loaded` lists those that are already loaded
    /// from memory.
    pub(crate) fn new(archive: Archive<'static>, root: &Root, loaded: Vec<(FileId, File)>) -> Libraries {
        let memory: HashMap<FileId, File> = loaded.into_iter().collect();
        let loaded = memory.keys().copied().collect();
        Libraries {
            archive,
            root: root.path().to_owned(),
            on_disk: root.is_on_disk(),
            is_extracted: archive.setting(setting::MODE) != Some(b"onedir"),
            done: Mutex::new(Done { ready: HashSet::new(), memory, loaded }),
            shared: OnceLock::new(),
        }
    }

    /// Whether a file that cannot be loaded is an incomplete library, or lacks a symbol of this name.
    pub(crate) fn is_damaged(path: &Path, symbol: &CStr) -> bool {
        let name = symbol.to_bytes_with_nul();
        // An empty file cannot be mapped.
        os::map(path).map_or(true, |file| is_cut(file) || !file.windows(name.len()).any(|at| at == name))
    }

    /// Whether one file is a program and the other a library with a symbol of this name. Otherwise, running
    /// the program with the library preloaded would crash the process, or run something other than the
    /// launcher.
    pub(crate) fn can_run(program: &Path, library: &Path, symbol: &CStr) -> bool {
        os::map(program).is_ok_and(is_program) && os::map(library).is_ok_and(|file| has_symbol(file, symbol))
    }

    /// Opens a file of the archive for reading.
    pub(crate) fn open(&self, file: FileId) -> Result<File, Failure> {
        let record = self.archive.file(file as usize)?;
        if !self.on_disk {
            return self.in_memory(&record);
        }
        let path = self.checked(file, &record)?;
        let opened = File::open(&path).map(os::dup_to_high_fd);
        opened.map_err(|e| Failure::new(UNABLE, format!("failed to open `{}`: {e}", path.display())))
    }

    /// Prepares an executable to replace this process. On disk, its loader finds its dependencies. In memory,
    /// they have to be loaded with it.
    pub(crate) fn gather(&self, file: FileId) -> Result<Gathered, Failure> {
        let record = self.archive.file(file as usize)?;
        if self.on_disk {
            let path = self.checked(file, &record)?;
            let needs = self.archive.preload(&record)?;
            let needs = needs.into_iter().map(|id| Ok((id, self.open(id)?)));
            return Ok(Gathered { path, needs: needs.collect::<Result<_, Failure>>()?, _file: None });
        }
        let mut needs = Vec::new();
        self.gather_needs(&record, &mut needs, DEPTH)?;
        let executable = self.in_memory(&record)?;
        Ok(Gathered { path: os::path_of_memory(&executable), needs, _file: Some(executable) })
    }

    fn gather_needs(
        &self,
        record: &Record<'_>,
        into: &mut Vec<(FileId, File)>,
        depth: usize,
    ) -> Result<(), Failure> {
        if record.blob.is_none() {
            return Ok(());
        }
        let depth = deeper(depth)?;
        let content = Reader::new(self.archive).file(record)?;
        for name in needed(&content) {
            let Some(mut id) = self.by_name(name) else { continue };
            let mut other = self.archive.file(id as usize)?;
            if other.kind == FileKind::Link {
                let Some(target) = self.target(&other) else { continue };
                id = target;
                other = self.archive.file(id as usize)?;
            }
            if into.iter().all(|(known, _)| *known != id) {
                into.push((id, self.in_memory(&other)?));
                self.gather_needs(&other, into, depth)?;
            }
        }
        Ok(())
    }

    /// Writes the content of a file to memory.
    fn in_memory(&self, record: &Record<'_>) -> Result<File, Failure> {
        let base = record.path.rsplit(|c| *c == b'/').next().unwrap_or_default();
        let base = CString::new(&base[..base.len().min(200)]).unwrap_or_default();
        let failed = |e: std::io::Error| {
            Failure::new(UNABLE, format!("failed to put `{}` into memory: {e}", base.to_string_lossy()))
                .hint("this machine forbids it: build the program with `extract = \"cache\"`")
        };
        let content = Reader::new(self.archive).file(record)?;
        if is_cut_off(&content) {
            return Err(Error::Damaged("native library is cut off").into());
        }
        let mut memory = os::dup_to_high_fd(os::memory_file(&base).map_err(failed)?);
        memory.write_all(&content).map_err(failed)?;
        Ok(memory)
    }

    /// Like [`Libraries::prepare`], for an extension module.
    pub(crate) fn prepare_extension(&self, file: FileId) -> Result<PathBuf, Failure> {
        match self.shared.get_or_init(|| self.check_shared().err().map(|f| f.message)) {
            None => self.prepare(file),
            Some(message) => Err(Failure::new(DAMAGED, message.as_str())),
        }
    }

    /// Loads the dependencies of `file` and returns the path to load the file itself from.
    pub(crate) fn prepare(&self, file: FileId) -> Result<PathBuf, Failure> {
        let record = self.archive.file(file as usize)?;
        check_native(&record)?;
        if self.on_disk && record.has_no_preload() {
            return self.checked(file, &record);
        }
        self.ready(file, &mut Vec::new(), DEPTH)
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, record: &Record<'_>) -> Result<PathBuf, Failure> {
        Ok(self.root.join(place::relative(record.path)?))
    }

    /// Checks the libraries that extension modules depend on: if the loader finds them, they are never
    /// prepared one by one.
    fn check_shared(&self) -> Result<(), Failure> {
        if !self.on_disk {
            return Ok(());
        }
        let mut is_extension = vec![false; self.archive.file_count()];
        for i in 0..self.archive.module_count() {
            let module = self.archive.module(i)?;
            let file = module.file.filter(|_| module.kind == ModuleKind::Extension);
            if let Some(flag) = file.and_then(|f| is_extension.get_mut(f as usize)) {
                *flag = true;
            }
        }
        for (i, _) in is_extension.iter().enumerate().filter(|(_, is)| !**is) {
            let record = self.archive.file(i)?;
            // A removed library may not be needed. If it is, the loader reports it.
            if record.kind == FileKind::Native && (record.blob.is_some() || self.place(&record)?.exists()) {
                self.checked(i as FileId, &record)?;
            }
        }
        Ok(())
    }

    /// Returns the path of a file in the root after checking that it is complete. Loading a truncated file
    /// would crash the process.
    fn checked(&self, file: FileId, record: &Record<'_>) -> Result<PathBuf, Failure> {
        let path = self.place(record)?;
        if record.blob.is_some() && !self.is_extracted {
            // Extracting the file would change the folder that the program was delivered in.
            return Err(Error::Damaged("file record").into());
        }
        if record.kind == FileKind::Link {
            if record.blob.is_some() && fs::symlink_metadata(&path).is_err() {
                self.replace(file, &path)?;
            }
            if let Some(target) = self.target(record) {
                self.checked(target, &self.archive.file(target as usize)?)?;
            }
            return Ok(path);
        }
        let len = self.archive.content_len(record)?;
        match fs::metadata(&path) {
            Ok(found) if found.len() == len || len == 0 => return Ok(path),
            _ => {}
        }
        if record.blob.is_some() {
            self.replace(file, &path)?;
            return Ok(path);
        }
        // A complete file with another length is another version of the library that the owner has put there.
        let what = match os::map(&path) {
            Ok(bytes) if !is_cut(bytes) => return Ok(path),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => "missing",
            _ => "damaged",
        };
        Err(Failure::new(DAMAGED, format!("the file `{}` is {what}", path.display()))
            .hint("copy the program with the whole folder it came in"))
    }

    /// Extracts a file again.
    fn replace(&self, file: FileId, path: &Path) -> Result<(), Failure> {
        report::phase(format_args!("`{}` is damaged: extracting it again", path.display()));
        place::repair(self.archive, file as usize, &self.root).map_err(|reason| match reason {
            Unusable::Archive(failure) => failure,
            reason => Failure::new(
                UNABLE,
                format!("failed to replace the damaged file `{}`: {reason}", path.display()),
            )
            .hint(format!("remove the folder `{}`", self.root.display())),
        })
    }

    /// Returns the target of a link, resolved through other links; `None` if it is not a file of the archive.
    fn target(&self, link: &Record<'_>) -> Option<FileId> {
        let mut reader = Reader::new(self.archive);
        let end = self.archive.follow(link.path, |link| match link.blob {
            Some(blob) => reader.read(blob).ok().map(Cow::into_owned),
            None => fs::read_link(self.place(link).ok()?).ok().map(|text| os::path_bytes(&text).to_vec()),
        });
        self.archive.search_file(&end.ok()?).ok().map(|i| i as FileId)
    }

    /// Loads the dependencies of a library and returns the path to load it from. `seen` contains the
    /// libraries that this call has visited, so that dependency cycles end. Threads may call this
    /// concurrently; loading a library twice is harmless.
    fn ready(&self, file: FileId, seen: &mut Vec<FileId>, depth: usize) -> Result<PathBuf, Failure> {
        let depth = deeper(depth)?;
        let record = self.archive.file(file as usize)?;
        check_native(&record)?;
        let done = self.done();
        if let Some(memory) = done.memory.get(&file) {
            return Ok(os::path_of_memory(memory));
        }
        if done.ready.contains(&file) || seen.contains(&file) {
            return self.place(&record);
        }
        drop(done);
        seen.push(file);
        for first in self.archive.preload(&record)? {
            self.load(first, seen, depth)?;
        }
        if self.on_disk {
            let path = self.checked(file, &record)?;
            self.done().ready.insert(file);
            return Ok(path);
        }
        if record.blob.is_none() {
            return self.place(&record);
        }
        if record.kind == FileKind::Link {
            let Some(target) = self.target(&record) else { return self.place(&record) };
            return self.ready(target, seen, depth);
        }
        let content = Reader::new(self.archive).file(&record)?;
        for name in needed(&content) {
            if let Some(other) = self.by_name(name) {
                self.load(other, seen, depth)?;
            }
        }
        let memory = self.in_memory(&record)?;
        // If another thread was faster, use its file: the loader treats two paths as two libraries.
        Ok(os::path_of_memory(self.done().memory.entry(file).or_insert(memory)))
    }

    fn load(&self, file: FileId, seen: &mut Vec<FileId>, depth: usize) -> Result<(), Failure> {
        if seen.contains(&file) || self.done().loaded.contains(&file) {
            return Ok(());
        }
        let path = self.ready(file, seen, depth)?;
        os::load_library(&path, os::Visibility::Local).map_err(|e| {
            let name = self.archive.file(file as usize).map(|r| r.path).unwrap_or_default();
            Failure::new(UNABLE, format!("failed to load `{}`: {e}", String::from_utf8_lossy(name)))
        })?;
        self.done().loaded.insert(file);
        Ok(())
    }

    /// Finds a library by its file name, in any folder.
    fn by_name(&self, name: &[u8]) -> Option<FileId> {
        (0..self.archive.file_count()).find_map(|i| {
            let record = self.archive.file(i).ok()?;
            let base = record.path.rsplit(|c| *c == b'/').next()?;
            let fits = base == name && matches!(record.kind, FileKind::Native | FileKind::Link);
            fits.then_some(i as FileId)
        })
    }
}

/// Checks that a file may be passed to the loader. Other files are not even opened.
fn check_native(record: &Record<'_>) -> Result<(), Failure> {
    if matches!(record.kind, FileKind::Native | FileKind::Link) {
        return Ok(());
    }
    let path = String::from_utf8_lossy(record.path);
    Err(Failure::new(DAMAGED, format!("this executable is damaged: `{path}` is not a native library"))
        .hint("copy or download it again"))
}

fn deeper(depth: usize) -> Result<usize, Error> {
    depth.checked_sub(1).ok_or(Error::Damaged("chain of libraries is too long"))
}
