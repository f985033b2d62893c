//! Runs the program in a started interpreter, and ends the interpreter like python.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};

use freeze_archive::{Archive, Error, setting};

use super::collector::{self, Spared};
use super::natives::{self, Setup};
use super::objects::{Interpreter, Object};
use super::{Python, frozen, interpreters};
use crate::launcher::args::{Call, Code};
use crate::launcher::call::Asked;
use crate::launcher::content::Reader;
use crate::launcher::extract::{self, Libraries, Root};
use crate::launcher::locate::{Entry, Program};
use crate::launcher::os;
use crate::launcher::report::{self, Failure, UNABLE};

/// A started interpreter with an installed importer.
pub(crate) struct Session {
    interpreter: Interpreter,
    python: Python,
    /// The names of the importer's bootstrap.
    bootstrap: Object,
    spared: Spared,
    /// The programs of the bundle.
    entries: Vec<Entry>,
    /// Whether an interactive session follows the code.
    inspects: bool,
    archive: Archive<'static>,
    /// Why the code of a hook or of the entry point cannot run.
    damage: Option<Failure>,
}

impl Session {
    /// Installs the importer.
    pub(crate) fn begin(
        python: Python,
        program: &Program,
        root: &Root,
        libraries: Libraries,
        entry: &Entry,
    ) -> Result<Session, Failure> {
        // SAFETY: the interpreter runs and this thread holds its lock until `end`, which drops all objects
        // first.
        let interpreter = unsafe { Interpreter::attached(python.api) };
        let archive = program.archive;
        // A start with few imports has little to gain.
        let defers_gc = archive.setting(setting::AHEAD) == Some(b"1") && !python.version.free_threaded;
        let cache_suffix = cache_suffix(&python, program);
        let entry = [entry.module, entry.script];
        let setup = Setup { archive, root, libraries, cache_suffix, entry, defers_gc };
        if natives::install(interpreter, setup).is_none() {
            interpreter.print_error();
            return Err(Failure::new(UNABLE, "failed to set up the importer"));
        }
        let bootstrap =
            interpreters::bootstrap(interpreter, archive).inspect_err(|_| interpreter.print_error())?;
        if bootstrap.item(c"main").is_none() {
            return Err(Error::Damaged("code of the importer").into());
        }
        frozen::lead_to_importer();
        let (entries, inspects, damage) = (program.entries(), false, None);
        let spared = if defers_gc { Spared::Imports } else { Spared::Existing };
        Ok(Session { interpreter, python, bootstrap, spared, entries, inspects, archive, damage })
    }

    /// Runs the hooks and then the requested code. Returns the exit code.
    pub(crate) fn run(mut self, program: &Program, entry: &Entry, asked: &Asked<'_>) -> i32 {
        if collector::begin(&self.python, self.spared) {
            // Objects that the program defines must stay visible, or they would not be deleted at exit.
            self.call(c"renew_main", []);
        }
        let hooks = program.settings(setting::HOOK).into_iter().try_for_each(|hook| self.hook(hook));
        let done = hooks.and_then(|()| {
            report::phase("run");
            self.inspects = asked.options.iter().any(|option| option == b"i");
            match &asked.call {
                Call::Program => self.main(entry),
                Call::Spawn => self.child(c"spawn", None, entry),
                Call::Helper(code) => self.child(helper(code), Some(code), entry),
                Call::Interpreter(code) => self.child(interpreter(code), Some(code), entry),
            }
        });
        self.end(program, done)
    }

    /// Shows errors and ends the interpreter. Returns the exit code.
    fn end(self, program: &Program, done: Option<()>) -> i32 {
        collector::end();
        let mut interrupted = false;
        let mut status = 0;
        if let Some(failure) = &self.damage {
            self.interpreter.clear_error();
            status = report::fail(failure);
        } else if done.is_none() {
            interrupted = self.show_error(program);
            status = 1;
        }
        report::phase("finalize");
        let api = self.interpreter.api();
        drop(self.bootstrap);
        // SAFETY: the interpreter runs, this thread holds its lock, and no object is left.
        if unsafe { (api.Py_FinalizeEx)() } < 0 {
            status = 120;
        }
        report::phase("end");
        if interrupted {
            extract::remove_private();
            status = os::die_by_interrupt();
        }
        status
    }

    /// Shows the exception that is set, with a hint, even if the program has no terminal. Ends the process if
    /// it is `SystemExit`. Returns whether it was an interrupt.
    fn show_error(&self, program: &Program) -> bool {
        let api = self.interpreter.api();
        // SAFETY: the interpreter runs and this thread holds its lock; the class of the exception is only compared.
        let (error, interrupt) = unsafe { ((api.PyErr_Occurred)(), *api.PyExc_KeyboardInterrupt) };
        let is_meant = |name: &CStr| {
            let builtins = self.interpreter.builtins();
            builtins.and_then(|names| names.item(name)).is_some_and(|kind| kind.as_ptr() == error)
        };
        let needs_advice =
            !error.is_null() && (is_meant(c"ModuleNotFoundError") || is_meant(c"FileNotFoundError"));
        let shows = os::is_windowed() && self.importer(c"catch_errors");
        self.interpreter.print_error();
        if needs_advice {
            self.importer(c"advise");
        }
        if shows {
            let is_told = program.setting(setting::WINDOWED_TRACEBACK) != Some(b"0");
            self.importer(if is_told { c"show_errors" } else { c"show_end" });
        }
        !error.is_null() && error == interrupt
    }

    /// Calls a function of the importer while keeping the exception that is set. Returns whether its result
    /// is true.
    fn importer(&self, function: &'static CStr) -> bool {
        let _error = self.interpreter.set_error_aside();
        let importer = self.interpreter.import(c"_freeze_importer");
        let result = importer.and_then(|importer| importer.attribute(function)?.call());
        result.is_some_and(|result| result.is_true())
    }

    /// Calls a function of the bootstrap.
    fn call<const N: usize>(&self, function: &CStr, args: [Option<Object>; N]) -> Option<Object> {
        self.bootstrap.item(function)?.call_with(&self.interpreter.tuple(args)?)
    }

    fn text(&self, bytes: &[u8]) -> Option<Object> {
        self.interpreter.file_system_text(bytes)
    }

    /// Calls a function that returns the code of a module, and records damage.
    fn code<const N: usize>(
        &mut self,
        function: &CStr,
        args: [Option<Object>; N],
        module: &[u8],
    ) -> Option<Object> {
        let code = self.call(function, args);
        if code.is_none() {
            self.damage = damage(self.archive, module);
        }
        code
    }

    fn hook(&mut self, module: &[u8]) -> Option<()> {
        let code = self.code(c"hook", [self.text(module)], module)?;
        let names = self.interpreter.dict()?;
        names.set_item(c"__builtins__", self.interpreter.builtins())?;
        names.set_item(c"__name__", self.text(b"__main__"))?;
        names.set_item(c"__file__", code.attribute(c"co_filename"))?;
        code.evaluate(&names).map(drop)
    }

    fn main(&mut self, entry: &Entry) -> Option<()> {
        let args = [self.text(entry.module), self.text(entry.script)];
        let code = self.code(c"main", args, entry.module)?;
        let names = self.main_names()?;
        // What the start has read, up to this code, is not needed again.
        os::release_all();
        code.evaluate(&names).map(drop)
    }

    /// Runs the code that a child process of the program was started for.
    fn child(&self, function: &CStr, code: Option<&Code<'_>>, entry: &Entry) -> Option<()> {
        os::release_all();
        // The parent may be another program of the bundle.
        for other in &self.entries {
            self.call(c"register", [self.text(other.module), self.text(other.script)])?;
        }
        let function = self.text(function.to_bytes());
        let place = self.interpreter.int(code.map_or(0, Code::place) as c_long);
        let (module, script) = (self.text(entry.module), self.text(entry.script));
        let own = match code {
            Some(Code::Own(_, name, is_folder)) => Some((name, *is_folder)),
            _ => None,
        };
        let result = match own {
            Some((name, is_folder)) => {
                let is_folder = self.interpreter.int(is_folder.into());
                self.call(c"child", [function, place, module, script, self.text(name), is_folder])?
            }
            None => self.call(c"child", [function, place, module, script])?,
        };
        if result.is_none() {
            return Some(());
        }
        if result.as_ptr() == self.interpreter.api()._Py_TrueStruct {
            return self.converse();
        }
        let code = if own.is_some() { result } else { self.compile(result)? };
        let done = code.evaluate(&self.main_names()?).map(drop);
        drop(code);
        if !self.inspects {
            return done;
        }
        // `-i`: show the error, then start the interactive session (Modules/main.c).
        if done.is_none() {
            self.interpreter.print_error();
        }
        self.converse()
    }

    /// Compiles source to run as `__main__`. A traceback of a syntax error contains no frames of the
    /// importer.
    fn compile(&self, arguments: Object) -> Option<Object> {
        let code = self.interpreter.builtins()?.item(c"compile")?.call_with(&arguments)?;
        self.call(c"compiled", [Some(code.clone()), Some(arguments)])?;
        Some(code)
    }

    /// Reads statements from a terminal and runs them in `__main__`, like python without a script.
    fn converse(&self) -> Option<()> {
        let function = os::symbol(self.python.library, c"PyRun_InteractiveLoopFlags");
        if function.is_null() {
            return None;
        }
        type Loop = unsafe extern "C" fn(*mut c_void, *const c_char, *mut c_void) -> c_int;
        // SAFETY: the signature is that of Python's headers; the interpreter runs, and flags may be null.
        unsafe {
            let function = std::mem::transmute::<*mut c_void, Loop>(function);
            function(os::input_stream(), c"<stdin>".as_ptr(), std::ptr::null_mut());
        }
        Some(())
    }

    /// Returns the names of `__main__`.
    fn main_names(&self) -> Option<Object> {
        self.interpreter.add_module(c"__main__")?.names()
    }
}

/// Returns the function of the bootstrap that runs code of multiprocessing and similar packages.
fn helper(code: &Code<'_>) -> &'static CStr {
    match code {
        Code::Command(..) => c"command",
        Code::Module(..) => c"module",
        Code::Script(..) | Code::Own(..) | Code::Input(_) => interpreter(code),
    }
}

/// Returns the function of the bootstrap that runs code like python.
fn interpreter(code: &Code<'_>) -> &'static CStr {
    match code {
        Code::Command(..) => c"python_command",
        Code::Module(..) => c"python_module",
        Code::Script(..) => c"python_script",
        Code::Own(..) => c"python_own",
        Code::Input(_) => c"python_input",
    }
}

/// Returns the suffix of cached code, such as `.cpython-312.opt-1.pyc`.
fn cache_suffix(python: &Python, program: &Program) -> String {
    let options = program.settings(setting::OPTION);
    match options.iter().filter(|o| o.starts_with(b"O")).map(|o| o.len()).sum::<usize>() {
        0 => format!(".cpython-3{}.pyc", python.version.minor),
        n => format!(".cpython-3{}.opt-{}.pyc", python.version.minor, n.min(2)),
    }
}

/// Returns what is wrong with the code of a module; `None` if it can be read.
fn damage(archive: Archive<'static>, module: &[u8]) -> Option<Failure> {
    let found = archive.find_module(module).and_then(|module| Some((module, module.code?)));
    let Some((module, code)) = found else { return Some(Error::Damaged("module record").into()) };
    match Reader::new(archive).read(code) {
        Ok(code) if module.is_code_here(&code) => None,
        Ok(_) => Some(Error::Damaged("code of the program").into()),
        Err(error) => Some(error.into()),
    }
}

/// Sets the application's environment before Python starts.
pub(crate) fn set_environment(program: &Program, root: &Root) {
    for assignment in program.settings(setting::ENV) {
        let Some(equals) = assignment.iter().position(|c| *c == b'=') else { continue };
        let (key, value) = (&assignment[..equals], &assignment[equals + 1..]);
        let root = os::path_bytes(root.path());
        let mut replaced = Vec::new();
        let mut rest = value;
        while let Some(at) = rest.windows(6).position(|w| w == b"{root}") {
            replaced.extend(&rest[..at]);
            replaced.extend(root);
            rest = &rest[at + 6..];
        }
        replaced.extend(rest);
        // SAFETY: no other thread is running yet.
        unsafe { os::set_variable(&os::c_string(key), &os::c_string(&replaced)) };
    }
}
