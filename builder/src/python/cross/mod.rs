//! The Python of another platform, which is read from its files and never run.

mod compiler;
mod image;
mod layout;
mod unpack;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Python, SUPPORTED};
use crate::error::{Context, Error, Result};
use crate::os::canonicalize;
use crate::spec::Request;
use crate::store::{Bucket, Code, KeyBuilder, Store};
use crate::target::{Arch, Os, Target};
use image::Image;
use layout::Layout;

pub(super) use layout::with_pth;
pub(super) use unpack::unpack;

/// The properties of an interpreter that was read instead of run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cross {
    /// The target's own interpreter, to include if there is no shared libpython.
    pub program: Option<PathBuf>,
    /// The root folder (`/`) of the target.
    pub root: PathBuf,
}

/// Returns the path of `[python] interpreter` or `--python` if it must be read, with the target. `None` if
/// the interpreter is to be run as usual.
///
/// # Errors
/// The target is another platform, and the path is neither a folder nor an archive.
pub(super) fn given(request: &Request) -> Result<Option<(PathBuf, Target)>> {
    let path = request.python.interpreter.as_ref().map(|text| request.base.join(text));
    let archive = path.as_deref().filter(|p| unpack::is_archive(p));
    let Some(target) = request.target else {
        // An archive can only be read. Assume that it is for this machine.
        return Ok(archive.map(|path| (path.to_owned(), Target::host())));
    };
    let folder = path.as_deref().filter(|p| p.is_dir() && !p.join("pyvenv.cfg").exists());
    if let Some(path) = archive.or(folder) {
        return Ok(Some((path.to_owned(), target)));
    }
    // On a Mac, an interpreter that runs may also have a part for the other processor.
    if target == Target::host() || (target.os == Os::Macos && Target::host().os == Os::Macos) {
        return Ok(None);
    }
    let name = target.name();
    let message = match &path {
        Some(path) if path.join("pyvenv.cfg").exists() => {
            format!("the venv `{}` belongs to this machine's Python, expected one for {name}", path.display())
        }
        Some(_) => {
            let given = request.python.interpreter.as_deref().unwrap_or_default();
            format!("interpreter `{given}` is neither a folder nor an archive with a Python for {name}")
        }
        None => format!("no Python for {name} was given"),
    };
    Err(Error::new(message).hint(format!(
        "pass its folder, zip or tar with `--python`, or set `interpreter` in `[target.{name}.python]`"
    )))
}

/// Switches a macOS interpreter that was run to the other processor, if its files have a part for that.
/// Everything else in its answer is the same there.
///
/// # Errors
/// Its library cannot be read.
pub(super) fn turn(python: &mut Python, wanted: Option<Target>) -> Result<()> {
    let is_macos = |target: Target| target.os == Os::Macos;
    let Some(wanted) = wanted.filter(|t| is_macos(*t) && is_macos(python.target) && *t != python.target)
    else {
        return Ok(());
    };
    if image::part(&fs_err::read(python.core())?, wanted.arch).is_some() {
        python.target = wanted;
        wanted.machine().clone_into(&mut python.machine);
    }
    Ok(())
}

/// Reads the Python in a folder or an archive.
///
/// # Errors
/// There is none, it is for another platform or unsupported, or this machine has no interpreter with its
/// version.
pub(super) fn read(given: &Path, target: Target, store: &Store) -> Result<Python> {
    let shown = given.display();
    let folder = match given.is_dir() {
        true => canonicalize(given).context(|| format!("failed to find `{shown}`"))?,
        false => {
            let key = unpack::key(&store.file_hash(given)?);
            store
                .folder(&key, |folder| unpack::unpack(given, folder))
                .context(|| format!("failed to read the Python in `{shown}`"))?
        }
    };
    let layout =
        layout::find(&folder, target).context(|| format!("failed to read the Python in `{shown}`"))?;
    let core = layout.library.as_deref().or(layout.program.as_deref()).ok_or_else(|| {
        let short = format!("3.{}{}", layout.minor, layout.flags);
        let suffix = if target.os == Os::Macos { "dylib" } else { "so.1.0" };
        Error::new(format!("the Python in `{shown}` has neither a shared library nor an executable"))
            .cause(format!(
                "`{}` is there, expected `libpython{short}.{suffix}` in a folder beside it or `bin/python{short}`",
                layout.stdlib.display()
            ))
            .hint("also unpack or install the package that contains it into the same folder")
    })?;
    let image = image(core, target.arch, store)?;
    check(&image, target, core)?;
    if layout.minor < SUPPORTED.0 || layout.minor > SUPPORTED.1 {
        let (low, high) = SUPPORTED;
        let message = format!("`{shown}` contains Python 3.{}, expected 3.{low} to 3.{high}", layout.minor);
        return Err(
            Error::new(message).hint("name another one with `--python` or `interpreter` in `[python]`")
        );
    }
    let compiler = compiler::find(layout.minor, target, store)?;
    if let Some(magic) = layout.magic()
        && magic[..] != compiler.magic[..]
    {
        let number = |m: &[u8]| u16::from_le_bytes([m[0], m[1]]);
        return Err(Error::new(format!(
            "the Python in `{shown}` has bytecode {}, but `{}` compiles {}",
            number(&magic),
            compiler.executable.display(),
            number(&compiler.magic)
        ))
        .hint(format!("install a released Python 3.{} on this machine", layout.minor)));
    }
    let micro = layout.micro().or(image.micro(layout.minor)).unwrap_or(0);
    Ok(python(layout, image, micro, target, compiler))
}

fn python(layout: Layout, image: Image, micro: u8, target: Target, compiler: Python) -> Python {
    let minor = layout.minor;
    let flags = layout.flags.clone();
    let soabi = soabi(target, minor, &flags);
    let suffix = if target.os == Os::Windows { ".pyd" } else { ".so" };
    let mut extension_suffixes = vec![format!(".{soabi}{suffix}")];
    if target.musl {
        // CPython distinguishes them from 3.11 on.
        extension_suffixes.push(format!(".{}{suffix}", soabi.replace("-linux-musl", "-linux-gnu")));
    }
    if target.os != Os::Windows {
        extension_suffixes.push(".abi3.so".to_owned());
    }
    extension_suffixes.push(suffix.to_owned());
    let mut builtin_modules = image.builtin;
    if builtin_modules.is_empty() {
        builtin_modules = layout.builtin();
    }
    Python {
        version: (3, minor, micro),
        target,
        prefix: layout.prefix.clone(),
        base_prefix: layout.prefix.clone(),
        base_exec_prefix: layout.prefix,
        stdlib: layout.stdlib,
        dynload: layout.dynload,
        search_path: layout.search_path,
        extension_suffixes,
        cache_tag: format!("cpython-3{minor}{}", flags.replace('d', "")),
        builtin_modules,
        libpython: layout.library,
        editable: Vec::new(),
        machine: target.machine().to_owned(),
        version_text: format!(
            "3.{minor}.{micro} for {}, compiled by {}",
            target.name(),
            compiler.version_text
        ),
        abiflags: flags,
        cross: Some(Cross { program: layout.program, root: layout.root }),
        warnings: Vec::new(),
        // The executable, and what Python's sources define for all platforms.
        ..compiler
    }
}

/// Returns the tag in the file names of extension modules.
fn soabi(target: Target, minor: u8, flags: &str) -> String {
    let arch = target.arch.name();
    match target.os {
        Os::Linux if target.musl => format!("cpython-3{minor}{flags}-{arch}-linux-musl"),
        Os::Linux => format!("cpython-3{minor}{flags}-{arch}-linux-gnu"),
        Os::Macos => format!("cpython-3{minor}{flags}-darwin"),
        Os::Windows => {
            let platform = if target.arch == Arch::X86_64 { "win_amd64" } else { "win_arm64" };
            format!("cp3{minor}{flags}-{platform}")
        }
    }
}

/// Returns the properties of the native file, stored by its content. For a universal binary, these are those
/// of its part for a processor.
fn image(path: &Path, arch: Arch, store: &Store) -> Result<Image> {
    let hash = store.file_hash(path)?;
    let key =
        KeyBuilder::new(Code::Python, "image").part([u8::from(arch == Arch::X86_64)]).part(hash).finish();
    if let Some(kept) = store.get(Bucket::Probe, &key).and_then(|v| serde_json::from_slice(&v).ok()) {
        return Ok(kept);
    }
    let bytes = fs_err::read(path)?;
    let image = Image::read(&bytes, arch)
        .map_err(|part| Error::new(format!("failed to read `{}`: {part}", path.display())))?;
    if let Ok(value) = serde_json::to_vec(&image) {
        store.put(Bucket::Probe, &key, &value);
    }
    Ok(image)
}

/// Fails if a native file is not for the target.
fn check(image: &Image, target: Target, core: &Path) -> Result<()> {
    let musl = target.os != Os::Linux || image.musl.is_none_or(|musl| musl == target.musl);
    if image.os == target.os && image.arch == Some(target.arch) && musl {
        return Ok(());
    }
    let arch = image.arch;
    let known = Target::ALL
        .into_iter()
        .find(|t| t.os == image.os && Some(t.arch) == arch && t.musl == image.musl.unwrap_or_default());
    let system = || match image.os {
        _ if image.os == target.os => "another processor",
        Os::Linux => "Linux",
        Os::Windows => "Windows",
        Os::Macos => "macOS",
    };
    let got = known.map_or_else(|| system().to_owned(), |t| t.name());
    Err(Error::new(format!("`{}` is for {got}, expected {}", core.display(), target.name()))
        .hint("name a Python for the target, or another target with `--target`"))
}

#[cfg(test)]
mod tests;
