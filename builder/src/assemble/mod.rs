//! Puts launcher and archive together: onefile, onedir, later a bundle.

use std::borrow::Cow;
use std::sync::Arc;

use bootloader::archive::{Encoder, setting};

use crate::archive::{Beside, Packed, Stored, Totals};
use crate::error::{Context, Error, Result, Warning};
use crate::python::Python;
use crate::spec::{Mode, Request};
use crate::target::{Os, Target};

/// The archive begins at a multiple of this, so that what lies aligned in it lies aligned in memory.
const ALIGN: u64 = 4096;

/// The launcher for the platform that builds, made together with `freeze`.
static OWN_LAUNCHER: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/launcher"));

/// Bytes of a launcher, shared by the executables of a bundle.
pub type Launcher = Arc<Cow<'static, [u8]>>;

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

/// Puts launcher and archive together.
///
/// # Errors
/// There is no launcher for the target.
pub fn app(request: &Request, packed: Packed, python: &Python) -> Result<App> {
    let launcher = launcher(&python.target)?;
    let suffix = if python.target.os == Os::Windows { ".exe" } else { "" };
    let file_name = |name: &str| format!("{name}{suffix}");
    let Packed { plan, blobs, beside, programs, totals, warnings } = packed;
    let mut names = request.programs.iter().map(|p| file_name(&p.name));
    let main = names.next().unwrap_or_else(|| file_name(&request.name));
    let mut archive: Vec<(u64, Stored)> = plan.blob_offsets.iter().copied().zip(blobs).collect();
    archive.push((plan.index_offset, Stored::Bytes(plan.tail.into())));
    let mut executables = vec![executable(main.clone(), &launcher, archive, plan.len, plan.index_hash)];
    let mut aliases = Vec::new();
    match request.bundle.mode {
        Mode::Onefile => aliases.extend(names),
        Mode::Onedir => {
            for (name, program) in names.zip(programs.iter().skip(1)) {
                executables.push(companion(name, &main, program, &launcher)?);
            }
        }
    }
    Ok(App {
        mode: request.bundle.mode,
        name: if request.bundle.mode == Mode::Onefile { main } else { request.name.clone() },
        executables,
        aliases,
        contents: request.bundle.contents_directory.clone(),
        beside,
        totals,
        warnings,
    })
}

fn executable(
    name: String,
    launcher: &Launcher,
    archive: Vec<(u64, Stored)>,
    len: u64,
    index_hash: [u8; 16],
) -> Executable {
    let start = (launcher.len() as u64).next_multiple_of(ALIGN);
    let mut pieces = vec![(0, Piece::Launcher(Arc::clone(launcher)))];
    pieces.extend(archive.into_iter().map(|(at, stored)| (start + at, Piece::Stored(stored))));
    Executable { name, pieces, len: start + len, index_hash }
}

/// Another executable of a onedir bundle: its archive names the one that holds the content.
fn companion(name: String, main: &str, program: &str, launcher: &Launcher) -> Result<Executable> {
    let mut encoder = Encoder::new();
    encoder.setting(setting::SHARED, main);
    encoder.setting(setting::PROGRAM, program);
    let plan = encoder.plan().map_err(Error::new)?;
    let archive = vec![(plan.index_offset, Stored::Bytes(Arc::from(plan.tail)))];
    Ok(executable(name, launcher, archive, plan.len, plan.index_hash))
}

/// The launcher for a platform: the file that `FREEZE_BOOTLOADER` names, else the one in `freeze`.
///
/// # Errors
/// The file cannot be read, or there is none for this platform.
pub fn launcher(target: &Target) -> Result<Launcher> {
    if let Some(path) = std::env::var_os("FREEZE_BOOTLOADER").filter(|path| !path.is_empty()) {
        let path = std::path::Path::new(&path);
        let bytes = std::fs::read(path)
            .context(|| format!("failed to read the launcher `{}`", path.display()))
            .map_err(|e| e.hint("FREEZE_BOOTLOADER must name a launcher, or be unset"))?;
        return Ok(Arc::new(Cow::Owned(bytes)));
    }
    let own = crate::spec::host();
    if (own.os, own.arch) == (target.os, target.arch) && !target.musl && !OWN_LAUNCHER.is_empty() {
        return Ok(Arc::new(Cow::Borrowed(OWN_LAUNCHER)));
    }
    Err(Error::new(format!("this `freeze` has no launcher for {}", target.name()))
        .hint("set FREEZE_BOOTLOADER to one built for it"))
}
