//! Checks the settings that determine which files are written, loaded and run, before any of that happens.

use freeze_archive::{Archive, Error, FileKind, is_name, setting};

use crate::launcher::locate::Program;
use crate::launcher::python;
use crate::launcher::report::{DAMAGED, Failure, missing, wrong};

/// Checks the settings of the archive against its files.
///
/// # Errors
/// A setting has a value that no builder writes.
pub(crate) fn settings(program: &Program) -> Result<(), Failure> {
    let archive = program.archive;
    let mode = archive.setting(setting::MODE).unwrap_or_default();
    if !matches!(mode, b"onefile" | b"onedir") {
        return Err(wrong("mode", mode));
    }
    for own in [Some(archive), program.own].into_iter().flatten() {
        if let Some(extract) = own.setting(setting::EXTRACT)
            && !matches!(extract, b"cache" | b"temp" | b"memory")
        {
            return Err(wrong("extract", extract));
        }
        if let Some(folder) = own.setting(setting::RUNTIME_TMPDIR)
            && folder.contains(&0)
        {
            return Err(wrong("runtime-tmpdir", folder));
        }
    }
    if let Some(contents) = archive.setting(setting::CONTENTS)
        // The last value is that of an app bundle.
        && !(is_name(contents) || matches!(contents, b"." | b"../Frameworks"))
    {
        return Err(wrong("contents", contents));
    }
    python::check_version(program)?;
    core(archive, mode)
}

/// Checks the file that contains Python: it reveals whether the archive matches the mode.
fn core(archive: Archive<'static>, mode: &[u8]) -> Result<(), Failure> {
    let (path, kind) = match (archive.setting(setting::LIBPYTHON), archive.setting(setting::INTERPRETER)) {
        (Some(path), None) => (path, FileKind::Native),
        (None, Some(path)) => (path, FileKind::Program),
        (None, None) => return Err(Failure::new(DAMAGED, "the archive names no libpython")),
        (Some(_), Some(_)) => return Err(Error::Damaged("both libpython and an interpreter").into()),
    };
    let file = archive.find_file(path).ok_or_else(|| missing(path))?;
    if file.kind != kind {
        return Err(wrong(if kind == FileKind::Native { "libpython" } else { "interpreter" }, path));
    }
    if file.blob.is_none() != (mode == b"onedir") {
        return Err(wrong("mode", mode));
    }
    Ok(())
}
