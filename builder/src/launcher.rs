//! The launchers that `freeze` includes or finds: the executable, and the library for interpreters without
//! a shared libpython.

use std::borrow::Cow;
use std::env;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Context, Error, Result};
use crate::target::{Arch, Os, Target};

/// The launcher that is compiled with `freeze`, for the build platform.
static OWN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/launcher"));
/// Compressed by gzip: few interpreters need it.
static OWN_TWIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/launcher.so.gz"));
/// Launchers for other platforms, as `<triple>/<name>` in a zip file; empty if there were none to embed.
static OTHERS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/launchers.zip"));

/// Path of the twin under the root of a program.
pub const TWIN: &str = "launcher.so";
/// File name of the launcher, except on Windows.
const EXECUTABLE: &str = "launcher";

/// Bytes of a launcher, shared by the executables of a bundle.
pub type Launcher = Arc<Cow<'static, [u8]>>;

/// Returns the launcher for a platform: the file in `FREEZE_BOOTLOADER`, the one for the build platform in
/// `freeze`, or one for another platform in `FREEZE_LAUNCHERS`, in `freeze` or in a folder next to it.
///
/// # Errors
/// The file cannot be read, or there is no launcher for this platform.
pub fn executable(target: &Target) -> Result<Launcher> {
    find(target, executable_name(target), "")
}

/// Returns the launcher as a library, for an interpreter without a shared libpython. It is next to the
/// executable, with `.so` appended to the name.
///
/// # Errors
/// The errors of [`executable`].
pub fn twin(target: &Target) -> Result<Launcher> {
    find(target, TWIN, ".so")
}

/// Returns the target triple of compilers for a platform.
pub fn triple(target: &Target) -> String {
    let rest = match (target.os, target.musl) {
        (Os::Linux, false) => "unknown-linux-gnu",
        (Os::Linux, true) => "unknown-linux-musl",
        // GNU's tools cannot link for arm64.
        (Os::Windows, _) if target.arch == Arch::Aarch64 => "pc-windows-gnullvm",
        (Os::Windows, _) => "pc-windows-gnu",
        (Os::Macos, _) => "apple-darwin",
    };
    format!("{}-{rest}", target.arch.name())
}

/// Where a launcher comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is part of this `freeze`.
    Embedded,
    /// A file.
    File(PathBuf),
}

/// Returns where the launcher for a platform comes from, without reading a file.
///
/// # Errors
/// There is no launcher for this platform.
pub fn source(target: &Target) -> Result<Source> {
    locate(target, executable_name(target), "")
}

/// Whether the launcher for a platform is part of this `freeze`.
pub fn is_embedded(target: &Target) -> bool {
    own(target, executable_name(target)).is_some()
        || embedded(OTHERS, target, executable_name(target)).is_ok_and(|content| content.is_some())
}

/// Returns the platform that this `freeze` was compiled for.
pub fn own_target() -> Target {
    Target { musl: cfg!(target_env = "musl"), ..Target::host() }
}

fn executable_name(target: &Target) -> &'static str {
    if target.os == Os::Windows { "launcher.exe" } else { EXECUTABLE }
}

/// Returns a launcher that was compiled with this `freeze`; the twin is compressed.
fn own(target: &Target, name: &str) -> Option<&'static [u8]> {
    let content = if name == TWIN { OWN_TWIN } else { OWN };
    (own_target() == *target && !content.is_empty()).then_some(content)
}

fn locate(target: &Target, name: &str, suffix: &str) -> Result<Source> {
    if let Some(mut path) = env::var_os("FREEZE_BOOTLOADER").filter(|path| !path.is_empty()) {
        path.push(suffix);
        return Ok(Source::File(path.into()));
    }
    if own(target, name).is_some() {
        return Ok(Source::Embedded);
    }
    let named = env::var_os("FREEZE_LAUNCHERS").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    if let Some(path) = named.as_ref().map(|folder| folder.join(triple(target)).join(name))
        && path.is_file()
    {
        return Ok(Source::File(path));
    }
    if embedded(OTHERS, target, name)?.is_some() {
        return Ok(Source::Embedded);
    }
    in_folders(target, name, &folders(named, env::current_exe().ok())).map(Source::File)
}

fn find(target: &Target, name: &str, suffix: &str) -> Result<Launcher> {
    let content = match locate(target, name, suffix)? {
        Source::File(path) => {
            let error = |e: Error| match env::var_os("FREEZE_BOOTLOADER") {
                Some(given) if !given.is_empty() => {
                    e.hint("FREEZE_BOOTLOADER must name a launcher, or be unset")
                }
                _ => e,
            };
            Cow::Owned(read(&path).map_err(error)?)
        }
        Source::Embedded => match own(target, name) {
            Some(packed) if name == TWIN => Cow::Owned(unpacked(packed)?),
            Some(content) => Cow::Borrowed(content),
            None => Cow::Owned(embedded(OTHERS, target, name)?.unwrap_or_default()),
        },
    };
    Ok(Arc::new(content))
}

/// Returns what gzip has compressed.
fn unpacked(packed: &[u8]) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let read = flate2::read::GzDecoder::new(packed).read_to_end(&mut content);
    read.context(|| "failed to unpack the launcher in `freeze`")?;
    Ok(content)
}

/// Returns a launcher from a zip file.
fn embedded(zip: &[u8], target: &Target, name: &str) -> Result<Option<Vec<u8>>> {
    if zip.is_empty() {
        return Ok(None);
    }
    let failed = || "failed to read the launchers in `freeze`";
    let mut zip = zip::ZipArchive::new(Cursor::new(zip)).context(failed)?;
    let mut file = match zip.by_name(&format!("{}/{name}", triple(target))) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(error).context(failed),
    };
    let mut content = Vec::new();
    file.read_to_end(&mut content).context(failed)?;
    Ok(Some(content))
}

/// Returns the folders that may contain launchers for other platforms, those named by the user first.
fn folders(named: Option<PathBuf>, executable: Option<PathBuf>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = named.into_iter().collect();
    let executable = executable.map(|path| crate::os::real(&path));
    if let Some(folder) = executable.as_deref().and_then(Path::parent) {
        folders.push(folder.join("launchers"));
        folders.extend(folder.parent().map(|prefix| prefix.join("share").join("freeze").join("launchers")));
    }
    folders
}

fn in_folders(target: &Target, name: &str, folders: &[PathBuf]) -> Result<PathBuf> {
    let triple = triple(target);
    let files = folders.iter().map(|folder| folder.join(&triple).join(name));
    if let Some(path) = files.into_iter().find(|path| path.is_file()) {
        return Ok(path);
    }
    let looked: Vec<_> = folders.iter().map(|folder| format!("`{}`", folder.display())).collect();
    let looked = if looked.is_empty() { "no folder".to_owned() } else { looked.join(", ") };
    let error = Error::new(format!(
        "this `freeze` has no launcher for {}: no `{triple}/{name}` in {looked}",
        target.name()
    ));
    Err(error.hint(format!(
        "build it with `bootloader/launchers.sh {triple}` in the sources of freeze, and set FREEZE_LAUNCHERS to the folder \
         `target/launchers` there"
    )))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).context(|| format!("failed to read the launcher `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOWS: Target = Target { os: Os::Windows, arch: Arch::X86_64, musl: false };

    #[test]
    fn a_missing_launcher_is_named_with_the_places_and_the_command() {
        let target = Target { os: Os::Linux, arch: Arch::X86_64, musl: true };
        let folders = folders(Some("named".into()), Some("bin/freeze".into()));
        let error = in_folders(&target, "launcher", &folders).unwrap_err().to_string();
        for part in [
            "no launcher for linux-musl-x86_64",
            "`x86_64-unknown-linux-musl/launcher`",
            "`named`",
            &format!("`{}`", Path::new("bin").join("launchers").display()),
            &format!("`{}`", Path::new("share").join("freeze").join("launchers").display()),
            "bootloader/launchers.sh x86_64-unknown-linux-musl",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }

    #[test]
    fn a_launcher_is_found_by_its_triple_in_the_first_folder_that_has_it() {
        let base = tempfile::tempdir().unwrap();
        let folders = ["one", "two", "three"].map(|name| base.path().join(name));
        for folder in &folders[1..] {
            let folder = folder.join("x86_64-pc-windows-gnu");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("launcher.exe"), "").unwrap();
        }
        let found = in_folders(&WINDOWS, "launcher.exe", &folders).unwrap();
        assert_eq!(found, folders[1].join("x86_64-pc-windows-gnu").join("launcher.exe"));
        assert!(in_folders(&WINDOWS, "launcher", &folders).is_err());
    }

    #[test]
    fn an_embedded_launcher_is_found_by_its_triple() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("x86_64-pc-windows-gnu/launcher.exe", zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut zip, b"MZ").unwrap();
        let zip = zip.finish().unwrap().into_inner();
        assert_eq!(embedded(&zip, &WINDOWS, "launcher.exe").unwrap().as_deref(), Some(b"MZ".as_slice()));
        assert_eq!(embedded(&zip, &Target::host(), "launcher").unwrap(), None);
        assert_eq!(embedded(&[], &WINDOWS, "launcher.exe").unwrap(), None);
        let error = embedded(&zip[..10], &WINDOWS, "launcher.exe").unwrap_err().to_string();
        assert!(error.contains("failed to read the launchers in `freeze`"), "{error}");
    }

    #[test]
    fn triples_are_those_of_the_script() {
        let script = include_str!("../../bootloader/launchers.sh");
        for target in Target::ALL {
            let triple = triple(&target);
            assert!(script.split([' ', '"', '\n']).any(|word| word == triple), "{triple}");
        }
        assert_eq!(
            triple(&Target { os: Os::Macos, arch: Arch::Aarch64, musl: false }),
            "aarch64-apple-darwin"
        );
    }
}
