//! Puts launcher and archive together: onefile, onedir, an app bundle of macOS.

mod macos;
mod picture;
mod windows;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use freeze_archive::{Encoder, setting};

use crate::archive::{Beside, Packed, Stored, Totals};
use crate::error::{Error, Result, Warning};
use crate::launcher::{self, Launcher};
use crate::python::Python;
use crate::spec::{Mode, Request};
use crate::store::Store;
use crate::target::{Os, Target};

/// The archive begins at a multiple of this, so that what lies aligned in it lies aligned in memory.
const ALIGN: u64 = 4096;

/// A product, ready to be written.
#[derive(Debug)]
pub struct App {
    /// Its form.
    pub mode: Mode,
    /// Onefile: file name of the executable; onedir: name of the folder.
    pub name: String,
    /// Executables; the first holds the archive.
    pub executables: Vec<Executable>,
    /// Onefile: more names of the executable.
    pub aliases: Vec<String>,
    /// Whether those are copies: on Windows few can make links, and what carries files there seldom keeps them.
    pub copies: bool,
    /// Onedir: folder beside the executables that holds the files; `.` is their own.
    pub contents: String,
    /// Onedir: the files.
    pub beside: Vec<Beside>,
    /// Onedir: folders that exist without a file in them; they may be reached through links.
    pub folders: Vec<String>,
    /// Numbers for the summary.
    pub totals: Totals,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

impl App {
    /// Onedir: where the files lie, in a bundle at `product`.
    pub fn contents_folder(&self, product: &Path) -> PathBuf {
        if self.contents == "." { product.to_owned() } else { product.join(&self.contents) }
    }
}

/// An executable: pieces at their offsets, zeros between them.
#[derive(Debug)]
pub struct Executable {
    /// File name.
    pub name: String,
    /// What lies where, ascending.
    pub pieces: Vec<(u64, Piece)>,
    /// Length of the file.
    pub len: u64,
    /// Where a file with an archive lies in it, and the hash of the index of that archive: all of it, but of a universal
    /// executable each part.
    pub archives: Vec<(Range<u64>, [u8; 16])>,
}

/// A piece of an executable.
#[derive(Clone, Debug)]
pub enum Piece {
    /// The launcher.
    Launcher(Launcher),
    /// Bytes of the archive.
    Stored(Stored),
}

/// A program before it is put into its launcher: the file name of its executable, and the archive.
#[derive(Clone, Debug)]
struct Payload {
    name: String,
    launcher: Launcher,
    archive: Vec<(u64, Stored)>,
    len: u64,
    index_hash: [u8; 16],
}

/// Checks ahead of all work that there will be an executable as the request wants it.
///
/// # Errors
/// There is no launcher for the target, or the request asks for what cannot be made.
pub fn check(request: &Request, python: &Python) -> Result<()> {
    let launcher = launcher::executable(&python.target)?;
    for name in request.programs.iter().map(|p| &p.name).chain([&request.name]) {
        if let Some(reason) = python.target.refuses(&python.target.executable(name)) {
            let error = Error::new(format!(
                "`{name}` cannot be the name of a program for {}: {reason}",
                python.target.name()
            ));
            return Err(error.hint("name it otherwise with `--name`, or `name` in `[app]` or `[[program]]`"));
        }
    }
    if python.target.os != Os::Macos {
        return Ok(());
    }
    if python.libpython.is_none() {
        let error =
            Error::new("a program for macOS needs a Python with a shared library, and this one has none");
        return Err(error.hint("those of python.org, Homebrew, conda and python-build-standalone have one"));
    }
    macos::check(request, python.target, &launcher)
}

/// What is left to be done when the product lies in its place: notarisation.
///
/// # Errors
/// Apple is not reached, or does not take the product.
#[cfg(feature = "notarize")]
pub fn finish(request: &Request, product: &Path, python: &Python) -> Result<()> {
    if python.target.os == Os::Macos { macos::notarise(request, product) } else { Ok(()) }
}

/// Puts launcher and archive together: of a universal program those of each part.
///
/// # Errors
/// There is no launcher for the target, or it cannot be made to look as the request wants.
pub fn app(request: &Request, parts: Vec<Packed>, store: &Store) -> Result<App> {
    let Some(target) = parts.first().map(|first| first.target) else {
        return Err(Error::new("there is nothing to put together"));
    };
    let os = target.os;
    let mut names = request.programs.iter().map(|p| target.executable(&p.name));
    let main = names.next().unwrap_or_else(|| target.executable(&request.name));
    let others: Vec<String> = names.collect();
    let onefile = request.bundle.mode == Mode::Onefile;
    let mut app = App {
        mode: request.bundle.mode,
        name: if onefile { main.clone() } else { request.name.clone() },
        executables: Vec::new(),
        aliases: if onefile { others.clone() } else { Vec::new() },
        copies: os == Os::Windows,
        contents: request.contents_directory(os).to_owned(),
        beside: Vec::new(),
        folders: Vec::new(),
        totals: Totals::default(),
        warnings: Vec::new(),
    };
    let parts = Parts::new(parts, &main, if onefile { &[] } else { &others }, &mut app)?;
    app.folders.sort_unstable();
    app.folders.dedup();
    if os == Os::Macos {
        return macos::builder(app, parts, request, store);
    }
    app.beside = parts.beside.into_iter().flatten().collect();
    let executable_of = |payload: Payload| match os {
        Os::Windows => {
            let launcher = windows::builder(&payload.launcher, request, &payload.name)?;
            Ok(executable(Payload { launcher, ..payload }))
        }
        _ => Ok(executable(payload)),
    };
    app.executables = parts.payload.into_iter().flatten().map(executable_of).collect::<Result<_>>()?;
    Ok(app)
}

/// What the parts of a program contribute; a universal program has one for each processor.
struct Parts {
    /// For each executable, what each part puts into it.
    payload: Vec<Vec<Payload>>,
    /// The files of each part.
    beside: Vec<Vec<Beside>>,
    /// The oldest macOS that each part runs on.
    min_versions: Vec<(Target, Option<(u32, u32)>)>,
}

impl Parts {
    /// Unpacks the parts, for the main executable and others beside it, and adds folders, warnings and totals to `app`.
    fn new(parts: Vec<Packed>, main: &str, others: &[String], app: &mut App) -> Result<Parts> {
        let mut payload: Vec<Vec<Payload>> = vec![Vec::new(); 1 + others.len()];
        let (mut beside, mut min_versions) = (Vec::new(), Vec::new());
        for packed in parts {
            let Packed { plan, blobs, beside: files, folders, programs, totals, macos, target, warnings } =
                packed;
            let launcher = launcher::executable(&target)?;
            let mut archive: Vec<(u64, Stored)> = plan.blob_offsets.iter().copied().zip(blobs).collect();
            archive.push((plan.index_offset, Stored::Bytes(plan.tail.into())));
            let (len, index_hash) = (plan.len, plan.index_hash);
            let (name, own) = (main.to_owned(), Arc::clone(&launcher));
            payload[0].push(Payload { name, launcher: own, archive, len, index_hash });
            for ((name, program), payload) in
                others.iter().zip(programs.iter().skip(1)).zip(&mut payload[1..])
            {
                payload.push(companion(name, main, program, &launcher)?);
            }
            if min_versions.is_empty() {
                app.totals = totals;
            }
            app.warnings.extend(warnings);
            app.folders.extend(folders);
            beside.push(files);
            min_versions.push((target, macos));
        }
        Ok(Parts { payload, beside, min_versions })
    }
}

fn executable(payload: Payload) -> Executable {
    let Payload { name, launcher, archive, len, index_hash } = payload;
    let start = (launcher.len() as u64).next_multiple_of(ALIGN);
    let mut pieces = vec![(0, Piece::Launcher(launcher))];
    pieces.extend(archive.into_iter().map(|(at, stored)| (start + at, Piece::Stored(stored))));
    let len = start + len;
    Executable { name, pieces, len, archives: vec![(0..len, index_hash)] }
}

/// Another executable of a onedir bundle: its archive names the one that holds the content.
fn companion(name: &str, main: &str, program: &str, launcher: &Launcher) -> Result<Payload> {
    let mut encoder = Encoder::new();
    encoder.setting(setting::SHARED, main);
    encoder.setting(setting::PROGRAM, program);
    let plan = encoder.plan().map_err(Error::new)?;
    let archive = vec![(plan.index_offset, Stored::Bytes(Arc::from(plan.tail)))];
    let (name, launcher) = (name.to_owned(), Arc::clone(launcher));
    Ok(Payload { name, launcher, archive, len: plan.len, index_hash: plan.index_hash })
}
