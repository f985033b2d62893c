//! Switches for the launcher itself, `--freeze-…`, ahead of the program's own arguments, where the spec turns them on.

use std::ffi::CStr;
use std::path::{Path, PathBuf};

use bootloader::archive::{BlobId, Error, is_path, setting};
use bootloader::trust;

use crate::content::Reader;
use crate::locate::Program;
use crate::report::{self, DAMAGED, Failure, REFUSED};
use crate::{extract, os};

/// What the switches ask for.
#[derive(Debug, Default)]
pub(crate) struct Switches {
    /// What to do.
    pub(crate) task: Task,
    /// Where to extract to, in place of what the archive says: `cache`, `temp`, `memory`.
    pub(crate) extract: Option<&'static [u8]>,
    /// Which of several programs to run.
    pub(crate) program: Option<Vec<u8>>,
    /// The folder to keep the cache in.
    pub(crate) cache_folder: Option<PathBuf>,
}

/// What a start is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Task {
    /// To run the program.
    #[default]
    Program,
    /// To be the interpreter that is in it.
    Python,
    /// To check the archive.
    Verify,
    /// To tell what the program is and where it lies.
    Tell,
}

const PREFIX: &[u8] = b"--freeze-";
const KNOWN: &str = "`--freeze-debug`, `--freeze-info`, `--freeze-verify`, `--freeze-python`, \
                     `--freeze-program=NAME`, `--freeze-extract=cache|temp|memory`, `--freeze-cache-dir=FOLDER`";

/// Takes the switches out of the arguments. Those of a process with more rights than its caller are the program's own.
///
/// # Errors
/// A switch that is not known.
pub(crate) fn take<'a>(program: &mut Program, args: &[&'a CStr]) -> Result<Vec<&'a CStr>, Failure> {
    let mut args = args.to_vec();
    if program.setting(setting::SWITCHES) != Some(b"1") || trust::rights().are_elevated() {
        return Ok(args);
    }
    while let Some(switch) = args.get(1).and_then(|a| a.to_bytes().strip_prefix(PREFIX)) {
        if !program.switches.set(switch) {
            let shown = String::from_utf8_lossy(switch);
            return Err(Failure::new(REFUSED, format!("unknown switch `--freeze-{shown}`"))
                .hint(format!("the launcher knows {KNOWN}")));
        }
        args.remove(1);
    }
    Ok(args)
}

impl Switches {
    fn set(&mut self, switch: &[u8]) -> bool {
        match switch {
            b"debug" => report::start_debugging(),
            b"info" => self.task = Task::Tell,
            b"verify" => self.task = Task::Verify,
            b"python" => self.task = Task::Python,
            b"extract=cache" => self.extract = Some(b"cache"),
            b"extract=temp" => self.extract = Some(b"temp"),
            b"extract=memory" => self.extract = Some(b"memory"),
            [b'p', b'r', b'o', b'g', b'r', b'a', b'm', b'=', name @ ..] if !name.is_empty() => {
                self.program = Some(name.to_vec());
            }
            _ => match switch.strip_prefix(b"cache-dir=") {
                Some(folder) if !folder.is_empty() => {
                    let folder = os::path_from_bytes(folder);
                    self.cache_folder = Some(std::path::absolute(&folder).unwrap_or(folder.into_owned()));
                }
                _ => return false,
            },
        }
        true
    }
}

/// Why there is no program to run.
pub(crate) fn no_program(program: &Program) -> Failure {
    let Some(name) = &program.switches.program else {
        return Failure::new(DAMAGED, "the archive names no program to run");
    };
    let names: Vec<_> =
        program.entries().iter().map(|p| format!("`{}`", String::from_utf8_lossy(p.name))).collect();
    Failure::new(REFUSED, format!("no program `{}` in this bundle", String::from_utf8_lossy(name)))
        .hint(format!("it holds {}", names.join(", ")))
}

/// Checks each part of the archive, and that the files of a folder are there; returns the exit code.
///
/// # Errors
/// The first part that is damaged.
pub(crate) fn verify(program: &Program) -> Result<i32, Failure> {
    let archive = program.archive;
    let mut reader = Reader::new(archive);
    for id in 0..archive.blob_count() {
        let content = reader.read(id as BlobId)?;
        reader.recycle(content);
    }
    let root = match program.archive.setting(setting::MODE) {
        Some(b"onedir") => Some(extract::root(program)?),
        _ => None,
    };
    for i in 0..archive.file_count() {
        let file = archive.file(i)?;
        let Some(root) = root.as_ref().filter(|_| file.blob.is_none()) else { continue };
        if !is_path(file.path) {
            return Err(Error::Damaged("file outside the root").into());
        }
        let path = root.path().join(os::path_from_bytes(file.path));
        let is_whole = path.metadata().is_ok_and(|m| m.is_dir() || file.len == 0 || m.len() == file.len);
        if !is_whole {
            return Err(Failure::new(DAMAGED, format!("`{}` is missing or cut off", path.display()))
                .hint("copy the program with the whole folder it came in"));
        }
    }
    report::tell(format_args!("whole: {} parts, {} files", archive.blob_count(), archive.file_count()));
    Ok(0)
}

/// Tells what the program is; returns the exit code.
///
/// # Errors
/// There is no root folder, nor can one be made.
pub(crate) fn tell(program: &Program) -> Result<i32, Failure> {
    let archive = program.archive;
    let text = |key: &[u8]| String::from_utf8_lossy(program.setting(key).unwrap_or_default()).into_owned();
    let root = extract::root(program)?;
    let names: Vec<_> =
        program.entries().iter().map(|p| String::from_utf8_lossy(p.name).into_owned()).collect();
    let show = |path: &Path| path.display().to_string();
    for (name, value) in [
        ("app", text(setting::APP)),
        ("programs", names.join(", ")),
        ("python", text(setting::PYTHON) + &text(setting::ABIFLAGS)),
        ("target", text(setting::TARGET)),
        ("mode", text(setting::MODE)),
        ("modules", archive.module_count().to_string()),
        ("files", archive.file_count().to_string()),
        ("executable", show(&program.executable)),
        ("root", if root.is_on_disk() { show(root.path()) } else { "in memory".to_owned() }),
    ] {
        report::tell(format_args!("{name:<11} {value}"));
    }
    extract::remove_private();
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_known_or_not() {
        let mut switches = Switches::default();
        let folder = std::env::temp_dir();
        let cache = [b"cache-dir=", os::path_bytes(&folder)].concat();
        assert!(switches.set(b"python") && switches.set(b"extract=temp") && switches.set(&cache));
        assert_eq!(switches.task, Task::Python);
        assert_eq!(switches.extract, Some(&b"temp"[..]));
        assert_eq!(switches.cache_folder, Some(folder));
        for wrong in [&b""[..], b"extract=", b"extract=disk", b"cache-dir=", b"cache-dir", b"pythonx"] {
            assert!(!switches.set(wrong), "{}", String::from_utf8_lossy(wrong));
        }
    }
}
