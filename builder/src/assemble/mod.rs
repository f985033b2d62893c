//! Combines launcher and archive into a onefile program, a onedir folder, or a macOS app bundle.

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
use crate::spec::{Companions, Mode, Request};
use crate::store::Store;
use crate::target::{Os, Target};

/// Alignment of the archive in the file, so that aligned data in it is also aligned in memory.
const ALIGN: u64 = 4096;

/// An application, ready to be written.
#[derive(Debug)]
pub struct App {
    /// Its form.
    pub mode: Mode,
    /// Onefile: file name of the executable; onedir: name of the folder.
    pub name: String,
    /// Executables. The first one contains the archive, and the others read it.
    pub executables: Vec<Executable>,
    /// Onefile: additional names of the executable.
    pub aliases: Vec<String>,
    /// Whether those names are copies: on Windows, few users can create links, and archives and transfers
    /// rarely preserve them.
    pub copies: bool,
    /// Onedir: folder next to the executables that contains the files; `.` is their own folder.
    pub contents: String,
    /// Onedir: the files.
    pub beside: Vec<Beside>,
    /// Onedir: folders that exist without files. Their paths may contain links.
    pub folders: Vec<String>,
    /// Numbers for the summary.
    pub totals: Totals,
    /// Warnings for the user.
    pub warnings: Vec<Warning>,
}

impl App {
    /// Onedir: returns the folder of the files in an application at `product`.
    pub fn contents_folder(&self, product: &Path) -> PathBuf {
        if self.contents == "." { product.to_owned() } else { product.join(&self.contents) }
    }
}

/// An executable: pieces at their offsets, with zeros between them.
#[derive(Debug)]
pub struct Executable {
    /// File name.
    pub name: String,
    /// Pieces with their offsets, in ascending order.
    pub pieces: Vec<(u64, Piece)>,
    /// Length of the file.
    pub len: u64,
    /// Ranges of the files that contain an archive, each with the hash of the archive's index. This is the
    /// whole file, or each part of a universal executable.
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

/// A program before it is combined with its launcher: the file name of its executable, and the archive.
#[derive(Clone, Debug)]
struct Payload {
    name: String,
    launcher: Launcher,
    archive: Vec<(u64, Stored)>,
    len: u64,
    index_hash: [u8; 16],
}

/// Checks before any work that an executable can be created as requested.
///
/// # Errors
/// There is no launcher for the target, or the request asks for something impossible.
pub fn check(request: &Request, python: &Python) -> Result<()> {
    let launcher = launcher::executable(&python.target)?;
    for name in request.programs.iter().map(|p| &p.name).chain([&request.name]) {
        if let Some(reason) = python.target.refuses(&python.target.executable(name)) {
            let error = Error::new(format!(
                "`{name}` cannot be the name of a program for {}: {reason}",
                python.target.name()
            ));
            return Err(
                error.hint("choose another name with `--name`, or `name` in `[app]` or `[[program]]`")
            );
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

/// Completes an application after it was written to its destination: notarizes it.
///
/// # Errors
/// Apple cannot be reached, or rejects the application.
#[cfg(feature = "notarize")]
pub fn finish(request: &Request, product: &Path, python: &Python) -> Result<()> {
    if python.target.os == Os::Macos { macos::notarise(request, product) } else { Ok(()) }
}

/// Combines launcher and archive, for each part of a universal program.
///
/// # Errors
/// There is no launcher for the target, or it cannot be customized as requested.
pub fn app(request: &Request, parts: Vec<Packed>, store: &Store) -> Result<App> {
    let Some(target) = parts.first().map(|first| first.target) else {
        return Err(Error::new("there is nothing to put together"));
    };
    let os = target.os;
    let mut names = request.programs.iter().map(|p| target.executable(&p.name));
    let main = names.next().unwrap_or_else(|| target.executable(&request.name));
    let others: Vec<String> = names.collect();
    let onefile = request.bundle.mode == Mode::Onefile;
    let is_linked = onefile && request.bundle.companions == Companions::Link;
    let mut app = App {
        mode: request.bundle.mode,
        name: if onefile { main.clone() } else { request.name.clone() },
        executables: Vec::new(),
        aliases: if is_linked { others.clone() } else { Vec::new() },
        copies: os == Os::Windows,
        contents: request.contents_directory(os).to_owned(),
        beside: Vec::new(),
        folders: Vec::new(),
        totals: Totals::default(),
        warnings: Vec::new(),
    };
    let parts = Parts::new(parts, &main, if is_linked { &[] } else { &others }, &mut app)?;
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

/// The content of all parts of a program. A universal program has one part for each processor.
struct Parts {
    /// For each executable, the payload of each part.
    payload: Vec<Vec<Payload>>,
    /// The files of each part.
    beside: Vec<Vec<Beside>>,
    /// The minimum macOS version of each part.
    min_versions: Vec<(Target, Option<(u32, u32)>)>,
}

impl Parts {
    /// Unpacks the parts for the main executable and others next to it, and adds folders, warnings and totals
    /// to `app`.
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

/// Returns another executable of a bundle. Its archive refers to the executable with the content.
fn companion(name: &str, main: &str, program: &str, launcher: &Launcher) -> Result<Payload> {
    let mut encoder = Encoder::new();
    encoder.setting(setting::SHARED, main);
    encoder.setting(setting::PROGRAM, program);
    let plan = encoder.plan().map_err(Error::new)?;
    let archive = vec![(plan.index_offset, Stored::Bytes(Arc::from(plan.tail)))];
    let (name, launcher) = (name.to_owned(), Arc::clone(launcher));
    Ok(Payload { name, launcher, archive, len: plan.len, index_hash: plan.index_hash })
}
