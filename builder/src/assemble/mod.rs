//! Puts launcher and archive together: onefile, onedir, an app bundle of macOS.

mod macos;
mod picture;
mod windows;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bootloader::archive::{Encoder, setting};

use crate::archive::{Beside, Packed, Stored, Totals};
use crate::error::{Error, Result, Warning};
use crate::launcher::{self, Launcher};
use crate::python::Python;
use crate::spec::{Mode, Request};
use crate::target::Os;

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
    /// Onedir: folder beside the executables that holds the files; `.` is their own.
    pub contents: String,
    /// Onedir: the files.
    pub beside: Vec<Beside>,
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
    /// Hash of the index of its archive.
    pub index_hash: [u8; 16],
}

/// A piece of an executable.
#[derive(Clone, Debug)]
pub enum Piece {
    /// The launcher.
    Launcher(Launcher),
    /// Bytes of the archive.
    Stored(Stored),
}

/// A program before its launcher is put in front: the file name of its executable, and the archive.
#[derive(Debug)]
struct Cargo {
    name: String,
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

/// Puts launcher and archive together.
///
/// # Errors
/// There is no launcher for the target, or it cannot be made to look as the request wants.
pub fn app(request: &Request, packed: Packed, python: &Python) -> Result<App> {
    let launcher = launcher::executable(&python.target)?;
    let suffix = if python.target.os == Os::Windows { ".exe" } else { "" };
    let file_name = |name: &str| format!("{name}{suffix}");
    let Packed { plan, blobs, beside, programs, totals, macos, warnings } = packed;
    let mut names = request.programs.iter().map(|p| file_name(&p.name));
    let main = names.next().unwrap_or_else(|| file_name(&request.name));
    let mut archive: Vec<(u64, Stored)> = plan.blob_offsets.iter().copied().zip(blobs).collect();
    archive.push((plan.index_offset, Stored::Bytes(plan.tail.into())));
    let mut cargo = vec![Cargo { name: main.clone(), archive, len: plan.len, index_hash: plan.index_hash }];
    let mut aliases = Vec::new();
    match request.bundle.mode {
        Mode::Onefile => aliases.extend(names),
        Mode::Onedir => {
            for (name, program) in names.zip(programs.iter().skip(1)) {
                cargo.push(companion(name, &main, program)?);
            }
        }
    }
    let app = App {
        mode: request.bundle.mode,
        name: if request.bundle.mode == Mode::Onefile { main } else { request.name.clone() },
        executables: Vec::new(),
        aliases,
        contents: request.contents_directory(python.target.os).to_owned(),
        beside,
        totals,
        warnings,
    };
    let executables = match python.target.os {
        Os::Macos => return macos::dress(app, cargo, &launcher, request, macos),
        Os::Linux => cargo.into_iter().map(|cargo| executable(cargo, &launcher)).collect(),
        Os::Windows => {
            let dressed = |cargo: Cargo| {
                let dressed = windows::dress(&launcher, request, &cargo.name)?;
                Ok(executable(cargo, &dressed))
            };
            cargo.into_iter().map(dressed).collect::<Result<_>>()?
        }
    };
    Ok(App { executables, ..app })
}

fn executable(cargo: Cargo, launcher: &Launcher) -> Executable {
    let Cargo { name, archive, len, index_hash } = cargo;
    let start = (launcher.len() as u64).next_multiple_of(ALIGN);
    let mut pieces = vec![(0, Piece::Launcher(Arc::clone(launcher)))];
    pieces.extend(archive.into_iter().map(|(at, stored)| (start + at, Piece::Stored(stored))));
    Executable { name, pieces, len: start + len, index_hash }
}

/// Another executable of a onedir bundle: its archive names the one that holds the content.
fn companion(name: String, main: &str, program: &str) -> Result<Cargo> {
    let mut encoder = Encoder::new();
    encoder.setting(setting::SHARED, main);
    encoder.setting(setting::PROGRAM, program);
    let plan = encoder.plan().map_err(Error::new)?;
    let archive = vec![(plan.index_offset, Stored::Bytes(Arc::from(plan.tail)))];
    Ok(Cargo { name, archive, len: plan.len, index_hash: plan.index_hash })
}
