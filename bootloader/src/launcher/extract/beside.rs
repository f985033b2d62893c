//! The root of a onedir program: a folder next to its executable.

use std::path::{Path, PathBuf};

use freeze_archive::setting;
use freeze_launcher::trust::{self, Folder, Purpose, Refusal, Rights};

use super::{Root, place};
use crate::launcher::locate::Program;
use crate::launcher::os;
use crate::launcher::report::{DAMAGED, Failure, REFUSED};

/// Opens the folder next to the executable.
///
/// # Errors
/// The folder is missing, or the process has more rights than a user who can change its content.
pub(super) fn open(program: &Program) -> Result<Root, Failure> {
    let path = path(program);
    if !path.is_dir() {
        return Err(Failure::new(DAMAGED, format!("the folder `{}` is missing", path.display()))
            .hint("copy the program with the whole folder it came in"));
    }
    let rights = trust::rights();
    if rights.may_exceed_callers() {
        judge(program, &path, rights).map_err(|refusal| refuse(&refusal))?;
    }
    Ok(Root { path, on_disk: true, _lock: None, is_private: false })
}

fn path(program: &Program) -> PathBuf {
    let folder = program.carrier.parent().unwrap_or(Path::new("/"));
    let contents = program.archive.setting(setting::CONTENTS).unwrap_or(b"_internal");
    match contents.strip_prefix(b"../") {
        _ if contents == b"." => folder.to_owned(),
        // In a macOS app bundle, the folder is next to the folder of the programs.
        Some(rest) => folder.parent().unwrap_or(folder).join(os::path_from_bytes(rest)),
        None => folder.join(os::path_from_bytes(contents)),
    }
}

/// Judges all parts of the program: executables, the folder, and each file of the archive in it.
fn judge(program: &Program, root: &Path, rights: &Rights) -> Result<(), Refusal> {
    for executable in [&program.executable, &program.carrier] {
        trust::judge_file(executable, rights)?;
    }
    let missing_or = |result: Result<(), Refusal>| match result {
        // Code that needs a missing file reports it.
        Err(refusal) if !refusal.is_missing() => Err(refusal),
        _ => Ok(()),
    };
    let mut folder = Folder::open(root, Purpose::Content, rights)?;
    let mut at = root.to_owned();
    for i in 0..program.archive.file_count() {
        let Some(relative) = program.archive.file(i).ok().and_then(|f| place::relative(f.path).ok()) else {
            continue;
        };
        let path = root.join(relative);
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { continue };
        // The files are sorted, so most are in the same folder as the previous one.
        if at != above {
            match Folder::open(above, Purpose::Content, rights) {
                Ok(next) => (folder, at) = (next, above.to_owned()),
                Err(refusal) => {
                    missing_or(Err(refusal))?;
                    continue;
                }
            }
        }
        missing_or(folder.judge_file(name, rights))?;
    }
    Ok(())
}

fn refuse(refusal: &Refusal) -> Failure {
    let message = format!("this program has more rights than a user who can change its files: {refusal}");
    Failure::new(REFUSED, message).hint(os::EXPOSED_HINT)
}
