//! The sequence of a start: archive, root folder, libpython, configuration, importer, program.

use std::ffi::CStr;

use freeze_archive::setting;

use crate::launcher::call::Asked;
use crate::launcher::extract::Libraries;
use crate::launcher::handover::Handover;
use crate::launcher::locate::Program;
use crate::launcher::python::{Python, Session, Start, set_environment};
use crate::launcher::report::{self, DAMAGED, Failure, UNABLE};
use crate::launcher::switches::Task;
use crate::launcher::{ahead, answers, check, extract, handover, os};

/// Runs the frozen program and returns its exit code. `handover` is set if this process already runs an
/// interpreter's executable.
///
/// # Errors
/// The reason why the program did not start.
pub(crate) fn run(args: &[&CStr], handover: Option<Handover>) -> Result<i32, Failure> {
    let is_handed_over = handover.is_some();
    let (private, loaded) = match handover {
        Some(Handover { carrier, root, loaded }) => {
            os::adopt_executable(carrier);
            (root, loaded)
        }
        None => (None, Vec::new()),
    };
    let mut program = Program::locate()?;
    check::settings(&program)?;
    let given = args;
    let args = &answers::take(&mut program, args)?[..];
    if program.setting(setting::DEBUG) == Some(b"1") {
        report::start_debugging();
    }
    report::phase(format_args!("archive of `{}`", program.carrier.display()));
    hide_console(&program, b"-early");
    match program.switches.task {
        Task::Verify => return answers::verify(&program),
        Task::Tell => return answers::tell(&program),
        Task::Program | Task::Python => {}
    }
    let mut asked = Asked::read(&program, args)?;
    let argv0 = asked.args.first().map_or(&b""[..], |a| a.to_bytes());
    let mut entry = program.choose(argv0).ok_or_else(|| answers::no_program(&program))?;

    check_entry(&program, entry.module)?;
    let root = match private {
        Some((path, lock)) => extract::adopt(path, lock),
        None => extract::root(&program)?,
    };
    report::phase(format_args!("root `{}`", root.path().display()));
    asked.settle(&program, &root)?;
    if let Some(other) = asked.entry {
        entry = other;
        check_entry(&program, entry.module)?;
    }
    asked.complete_name(&program);
    os::add_library_folder(root.path());
    let libraries = Libraries::new(program.archive, &root, loaded);
    if let Some(interpreter) = program.archive.setting(setting::INTERPRETER).filter(|_| !is_handed_over) {
        return Err(handover::begin(&program, &root, &libraries, given, interpreter));
    }
    set_environment(&program, &root);

    ahead::begin(program.archive);
    let python = if is_handed_over { own_python(&program)? } else { libpython(&program, &libraries)? };
    report::phase("libpython");
    // Python's start takes the most memory. What was read before it is not needed again.
    os::release_all();
    Start { program: &program, root: root.path(), args: &asked.args, extra: &asked.options }
        .initialize(&python)?;
    report::phase("python");
    let session = Session::begin(python, &program, &root, libraries, &entry)?;
    report::phase("importer");
    hide_console(&program, b"-late");
    extract::remove_old_versions();
    Ok(session.run(&program, &entry, &asked))
}

/// Hides the console window if the program requests it for this moment.
fn hide_console(program: &Program, moment: &[u8]) {
    let how = program.setting(setting::HIDE_CONSOLE).unwrap_or_default();
    if how.ends_with(moment) {
        os::hide_console(if how.starts_with(b"minimize") { os::Hiding::Minimize } else { os::Hiding::Hide });
    }
}

/// Returns the Python of the interpreter that this process already runs.
fn own_python(program: &Program) -> Result<Python, Failure> {
    os::name_process(&program.executable);
    Python::new(program, os::main_program())
}

/// Checks the code of the entry point and the hooks, so that damage is reported before anything runs.
fn check_entry(program: &Program, entry: &[u8]) -> Result<(), Failure> {
    for name in program.settings(setting::HOOK).into_iter().chain([entry]) {
        let code = program.archive.find_module(name).and_then(|m| m.code).ok_or_else(|| {
            Failure::new(DAMAGED, format!("the archive holds no module `{}`", String::from_utf8_lossy(name)))
        })?;
        program.archive.blob(code)?;
    }
    Ok(())
}

/// Returns the Python of the libpython in the archive.
fn libpython(program: &Program, libraries: &Libraries) -> Result<Python, Failure> {
    let Some(path) = program.archive.setting(setting::LIBPYTHON) else {
        return Err(Failure::new(DAMAGED, "the archive names no libpython"));
    };
    let file = program.archive.search_file(path).map_err(|_| report::missing(path))?;
    let file = u32::try_from(file).map_err(|_| Failure::new(DAMAGED, "the archive is too large"))?;
    let path = libraries.prepare(file)?;
    report::phase(format_args!("libpython is `{}`", path.display()));
    let library = os::load_library(&path, os::Visibility::Global).map_err(|e| {
        if Libraries::is_damaged(&path, c"Py_GetVersion") {
            let message = format!("this executable is damaged: `{}` is not libpython: {e}", path.display());
            return Failure::new(DAMAGED, message).hint("copy or download the program again");
        }
        Failure::new(UNABLE, format!("failed to load libpython: {e}"))
            .hint("the message names what is missing on this machine")
    })?;
    Python::new(program, library)
}
