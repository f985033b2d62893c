//! The sequence of a start: archive, root folder, libpython, configuration, importer, program.

use std::ffi::CStr;

use bootloader::archive::setting;

use crate::args::{self, Call, Code};
use crate::extract::Libraries;
use crate::handover::Handover;
use crate::locate::Program;
use crate::python::{Python, Session, Start, set_environment};
use crate::report::{self, DAMAGED, Failure, REFUSED, UNABLE};
use crate::switches::Task;
use crate::{ahead, answers, check, extract, handover, os};

/// Runs the frozen program; returns its exit code. `handover` is given where this process runs an interpreter's executable
/// already.
///
/// # Errors
/// Why it did not start.
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
    let hides = program.setting(setting::HIDE_CONSOLE).unwrap_or_default();
    let minimizes = hides.starts_with(b"minimize");
    if hides.ends_with(b"-early") {
        os::hide_console(minimizes);
    }
    match program.switches.task {
        Task::Verify => return answers::verify(&program),
        Task::Tell => return answers::tell(&program),
        Task::Program | Task::Python => {}
    }
    let named = args;
    let args = again(&program, args);
    let call = match call(&program, args)? {
        Call::Interpreter(_) if args.len() < named.len() => Call::Program,
        call => call,
    };
    let argv0 = args.first().map_or(&b""[..], |a| a.to_bytes());
    let entry = program.choose(argv0).ok_or_else(|| answers::no_program(&program))?;

    check_entry(&program, entry.module)?;
    let root = match private {
        Some((path, lock)) => extract::adopt(path, lock),
        None => extract::root(&program)?,
    };
    report::phase(format_args!("root `{}`", root.path().display()));
    os::add_library_folder(root.path());
    let libraries = Libraries::new(program.archive, &root, loaded);
    if let Some(interpreter) = program.archive.setting(setting::INTERPRETER).filter(|_| !is_handed_over) {
        return Err(handover::begin(&program, &root, &libraries, given, interpreter));
    }
    set_environment(&program, &root);

    ahead::begin(program.archive);
    let python = if is_handed_over {
        os::name_process(&program.executable);
        Python::new(&program, os::main_program())?
    } else {
        libpython(&program, &libraries)?
    };
    report::phase("libpython");
    let extra = match &call {
        Call::Interpreter(code) => args::options(args, code.place()),
        _ => Vec::new(),
    };
    Start { program: &program, root: root.path(), args, extra: &extra }.initialize(&python)?;
    report::phase("python");
    let session = Session::begin(python, &program, &root, libraries, &entry)?;
    report::phase("importer");
    if hides.ends_with(b"-late") {
        os::hide_console(minimizes);
    }
    Ok(session.run(&program, &entry, &call, extra.iter().any(|o| o == b"i")))
}

/// Checks the code of the entry and the hooks, so that damage is told before anything is run.
fn check_entry(program: &Program, entry: &[u8]) -> Result<(), Failure> {
    for name in program.settings(setting::HOOK).into_iter().chain([entry]) {
        let code = program.archive.find_module(name).and_then(|m| m.code).ok_or_else(|| {
            Failure::new(DAMAGED, format!("the archive holds no module `{}`", String::from_utf8_lossy(name)))
        })?;
        program.archive.blob(code)?;
    }
    Ok(())
}

/// The arguments behind the program's own name where a child of the program is started as `sys.executable`, options of
/// the interpreter, `sys.argv`: as python runs a script again.
fn again<'a>(program: &Program, args: &'a [&'a CStr]) -> &'a [&'a CStr] {
    let Call::Interpreter(Code::Script(place, script)) = args::classify(args) else { return args };
    let script = os::path_from_bytes(script.to_bytes());
    let named = os::is_same_file(&script, &program.executable);
    if named && os::descends_from_same_executable() { &args[place..] } else { args }
}

/// Tells what the process was started for, and refuses what would start the program by mistake.
///
/// Options of the program's own may look as those of an interpreter do; only a child of its own that is started by the
/// path of its executable (`sys.executable`) means an interpreter.
fn call<'a>(program: &Program, args: &[&'a CStr]) -> Result<Call<'a>, Failure> {
    let call = args::classify(args);
    if program.switches.task == Task::Python {
        return Ok(if call == Call::Program { Call::Interpreter(Code::Input(args.len())) } else { call });
    }
    let Call::Interpreter(code) = &call else { return Ok(call) };
    let setting = program.setting(setting::AS_INTERPRETER).unwrap_or_default();
    let by_path = || args.first().is_some_and(|a| os::is_absolute(a.to_bytes()));
    if let Code::Script(place, path) = code {
        let path = os::path_from_bytes(path.to_bytes());
        // Behind options of python a child's script may have any name.
        let is_named = || {
            path.extension().is_some_and(|e| e == "py")
                || *place > 1 && by_path() && os::descends_from_same_executable()
        };
        if !path.is_file() || !is_named() {
            return Ok(Call::Program);
        }
    }
    let is_child = || !matches!(code, Code::Script(..)) && os::runs_same_executable(os::parent());
    let is_meant = match (setting, code) {
        // Nothing but options is what a program may be started with by itself, too.
        (b"1", Code::Input(place)) if *place == args.len() => {
            by_path() && os::descends_from_same_executable()
        }
        (_, Code::Input(place)) if *place == args.len() => false,
        (b"1", _) => true,
        (b"children", Code::Input(_)) => by_path() && os::descends_from_same_executable(),
        (b"children", _) => is_child() || by_path() && os::descends_from_same_executable(),
        _ => false,
    };
    if is_meant {
        return Ok(call);
    }
    let (option, value) = match code {
        _ if !is_child() => return Ok(Call::Program),
        Code::Command(_, value) => ("-c", value),
        Code::Module(_, value) => ("-m", value),
        Code::Script(..) | Code::Input(_) => return Ok(Call::Program),
    };
    let shown: String = value.to_string_lossy().chars().take(60).collect();
    Err(Failure::new(
        REFUSED,
        format!("this program started itself as `{option} {shown}`, but it is not a python interpreter"),
    )
    .hint("build it with `interpreter = true` in [runtime], or let it not use `sys.executable` as python"))
}

fn libpython(program: &Program, libraries: &Libraries) -> Result<Python, Failure> {
    let Some(path) = program.archive.setting(setting::LIBPYTHON) else {
        return Err(Failure::new(DAMAGED, "the archive names no libpython"));
    };
    let file = program.archive.search_file(path).map_err(|_| report::missing(path))?;
    let file = u32::try_from(file).map_err(|_| Failure::new(DAMAGED, "the archive is too large"))?;
    let path = libraries.prepare(file)?;
    report::phase(format_args!("libpython is `{}`", path.display()));
    let library = os::load_library(&path, true).map_err(|e| {
        if Libraries::is_damaged(&path, c"Py_GetVersion") {
            let message = format!("this executable is damaged: `{}` is not libpython: {e}", path.display());
            return Failure::new(DAMAGED, message).hint("copy or download the program again");
        }
        Failure::new(UNABLE, format!("failed to load libpython: {e}"))
            .hint("the message names what is missing on this machine")
    })?;
    Python::new(program, library)
}
