//! Removes the launcher's own switches from the arguments, and handles those that do not run a program.

use std::ffi::CStr;
use std::path::Path;

use freeze_archive::{BlobId, Error, is_path, setting};
use freeze_launcher::trust;

use crate::launcher::content::Reader;
use crate::launcher::locate::Program;
use crate::launcher::report::{self, DAMAGED, Failure, REFUSED};
use crate::launcher::switches::{KNOWN, PREFIX};
use crate::launcher::{extract, os};

/// Removes the switches from the arguments. If the process has more rights than its caller, the switches
/// belong to the program.
///
/// # Errors
/// An unknown switch.
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

/// Explains why there is no program to run.
pub(crate) fn no_program(program: &Program) -> Failure {
    let Some(name) = &program.switches.program else {
        return Failure::new(DAMAGED, "the archive names no program to run");
    };
    let names: Vec<_> =
        program.entries().iter().map(|p| format!("`{}`", String::from_utf8_lossy(p.name))).collect();
    Failure::new(REFUSED, format!("no program `{}` in this bundle", String::from_utf8_lossy(name)))
        .hint(format!("it holds {}", names.join(", ")))
}

/// Checks each part of the archive, and that all files of the folder exist. Returns the exit code.
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

/// Prints information about the program. Returns the exit code.
///
/// # Errors
/// There is no root folder, and none can be created.
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
