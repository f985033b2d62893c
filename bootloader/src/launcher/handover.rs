//! Hands the process over to an interpreter without a shared libpython: runs its executable with the
//! launcher's twin preloaded. The twin takes over again before the interpreter's `main`.
//!
//! The launcher passes data to the twin through one environment variable and open files. Before Python
//! starts, the environment is restored, and children do not inherit the files.

use std::convert::Infallible;
use std::ffi::CStr;
use std::fs::File;
use std::path::PathBuf;

use freeze_archive::{Error, FileId, setting};
use freeze_launcher::trust;

use crate::launcher::extract::{Libraries, Root};
use crate::launcher::locate::Program;
use crate::launcher::os;
use crate::launcher::report::{self, DAMAGED, Failure, REFUSED, UNABLE};

/// `carrier;lock;file=descriptor,…;root`: files are given as descriptors, and by their numbers in the
/// archive.
pub(crate) const VARIABLE: &[u8] = b"_FREEZE_HANDOVER=";
/// A symbol that only the twin has.
pub(crate) const MARK: &CStr = c"freeze_twin";
/// The variable that the loader reads.
pub(crate) const PRELOAD: &[u8] = b"LD_PRELOAD=";

/// The data that the launcher passes to the twin.
#[derive(Debug)]
#[allow(dead_code, reason = "only the twin is given it")]
pub(crate) struct Handover {
    /// The program's executable.
    pub(crate) carrier: File,
    /// A private root folder, with its lock.
    pub(crate) root: Option<(PathBuf, File)>,
    /// Libraries that are already loaded from memory.
    pub(crate) loaded: Vec<(FileId, File)>,
}

/// Replaces this process with the interpreter. Returns only on failure.
pub(crate) fn begin(
    program: &Program,
    root: &Root,
    libraries: &Libraries,
    args: &[&CStr],
    interpreter: &[u8],
) -> Failure {
    let Err(failure) = try_begin(program, root, libraries, args, interpreter);
    failure
}

/// Does the work of [`begin`]. On success, the process is replaced, so there is no success value.
fn try_begin(
    program: &Program,
    root: &Root,
    libraries: &Libraries,
    args: &[&CStr],
    interpreter: &[u8],
) -> Result<Infallible, Failure> {
    if trust::rights().are_elevated() {
        // The loader ignores the twin in such a process, so the interpreter would run its arguments.
        let message = "this program cannot run with more rights than its caller (setuid)";
        return Err(Failure::new(REFUSED, message).hint("build it with a python that has a shared libpython"));
    }
    let find = |path: &[u8]| {
        let found = program.archive.search_file(path).ok().and_then(|i| FileId::try_from(i).ok());
        found.ok_or_else(|| report::missing(path))
    };
    let unable = |what: &str, e: std::io::Error| Failure::new(UNABLE, format!("failed to {what}: {e}"));
    let twin = program.archive.setting(setting::TWIN);
    let twin = twin.ok_or_else(|| Failure::new(DAMAGED, "the archive names no twin of the launcher"))?;
    let twin = libraries.open(find(twin)?)?;
    let gathered = libraries.gather(find(interpreter)?)?;
    let executable = gathered.path;
    if !Libraries::can_run(&executable, &os::path_of_memory(&twin), MARK) {
        return Err(Error::Damaged("the interpreter or what starts it").into());
    }
    let carrier = File::open(os::executable_link()).map_err(|e| unable("open the own executable", e))?;
    let carrier = os::dup_to_high_fd(carrier);

    let mut preload: Vec<u8> = os::path_bytes(&os::path_of_memory(&twin)).to_vec();
    // The twin is never looked up by its number.
    let mut files = format!("{}={}", FileId::MAX, os::pass_on(&twin));
    for (id, file) in &gathered.needs {
        preload.push(b':');
        preload.extend(os::path_bytes(&os::path_of_memory(file)));
        files.push_str(&format!(",{id}={}", os::pass_on(file)));
    }
    let lock = root.private_lock().map_or_else(|| "-".to_owned(), |lock| os::pass_on(lock).to_string());

    let mut environment = os::environment();
    environment.retain(|v| !v.to_bytes().starts_with(VARIABLE));
    // The loader uses the last definition, so the original one stays unchanged in its place.
    if let Some(old) = environment.iter().rfind(|v| v.to_bytes().starts_with(PRELOAD)) {
        preload.push(b':');
        preload.extend(&old.to_bytes()[PRELOAD.len()..]);
    }
    environment.push(os::c_string(&[PRELOAD, &preload].concat()));
    let fields = format!("{};{lock};{files};", os::pass_on(&carrier));
    environment.push(os::c_string(&[VARIABLE, fields.as_bytes(), os::path_bytes(root.path())].concat()));
    report::phase(format_args!("interpreter `{}`", executable.display()));
    let error = os::execute(&executable, args, &environment);
    Err(unable(&format!("run the interpreter `{}`", executable.display()), error))
}
