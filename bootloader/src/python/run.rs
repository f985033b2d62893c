//! Runs the program in a started interpreter and ends it as python does.

use std::ffi::{CStr, c_char, c_int, c_void};

use bootloader::archive::{Archive, Error, setting};

use super::api::{Api, PyObject};
use super::natives;
use super::state::set;
use super::{Python, collector, frozen, interpreters, name};
use crate::args::{Call, Code};
use crate::content::Reader;
use crate::extract::{Libraries, Root};
use crate::locate::{Entry, Program};
use crate::os;
use crate::report::{self, Failure, UNABLE};

/// A started interpreter with the importer at work.
pub(crate) struct Session {
    api: &'static Api,
    python: Python,
    bootstrap: *mut PyObject,
    /// Whether the imports of the start are spared the garbage collector.
    defers_gc: bool,
    /// The programs of the bundle.
    entries: Vec<Entry>,
    /// Whether a conversation follows the code.
    inspects: bool,
    archive: Archive<'static>,
    /// Why the code of a hook or of the entry cannot be run.
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
        let archive = program.archive;
        let options = program.settings(setting::OPTION);
        let suffix = match options.iter().filter(|o| o.starts_with(b"O")).map(|o| o.len()).sum::<usize>() {
            0 => format!(".cpython-3{}.pyc", python.minor),
            n => format!(".cpython-3{}.opt-{}.pyc", python.minor, n.min(2)),
        };
        let api = python.api;
        // Where a start imports little there is little to spare.
        let defers_gc = archive.setting(setting::AHEAD) == Some(b"1") && !python.free_threaded;
        let entry = [entry.module, entry.script];
        if natives::install(api, archive, root, libraries, suffix, entry, defers_gc).is_none() {
            // SAFETY: the interpreter runs.
            unsafe { (api.PyErr_Print)() };
            return Err(Failure::new(UNABLE, "failed to set up the importer"));
        }
        // SAFETY: the interpreter runs and this thread holds its lock.
        let bootstrap =
            unsafe { interpreters::bootstrap(api, archive).inspect_err(|_| (api.PyErr_Print)())? };
        // SAFETY: as above; the names of the bootstrap are a dict.
        if unsafe { (api.PyDict_GetItemString)(bootstrap, name(c"main")) }.is_null() {
            return Err(Error::Damaged("code of the importer").into());
        }
        frozen::lead_to_importer();
        let (entries, inspects, damage) = (program.entries(), false, None);
        Ok(Session { api, python, bootstrap, defers_gc, entries, inspects, archive, damage })
    }

    /// Runs the hooks and then what the process was started for; returns the exit code.
    pub(crate) fn run(mut self, program: &Program, entry: &Entry, call: &Call<'_>, inspects: bool) -> i32 {
        let mut interrupted = false;
        if collector::begin(&self.python, self.defers_gc) {
            // What the program defines must stay in sight, or it would not be deleted at the end.
            if let Some(none) = self.call(c"renew_main", &[]) {
                // SAFETY: the result is ours.
                unsafe { (self.api.Py_DecRef)(none) };
            }
        }
        let mut done = program.settings(setting::HOOK).into_iter().all(|hook| self.hook(hook).is_some());
        if done {
            report::phase("run");
            self.inspects = inspects;
            done = match call {
                Call::Program => self.main(entry).is_some(),
                Call::Spawn => self.child(c"spawn", None, None, entry).is_some(),
                Call::Helper(code) | Call::Interpreter(code) => {
                    let helps = matches!(call, Call::Helper(_));
                    let function = match code {
                        Code::Command(..) if helps => c"command",
                        Code::Module(..) if helps => c"module",
                        Code::Command(..) => c"python_command",
                        Code::Module(..) => c"python_module",
                        Code::Script(..) => c"python_script",
                        Code::Own(..) => c"python_own",
                        Code::Input(_) => c"python_input",
                    };
                    let own = match code {
                        Code::Own(_, name, is_folder) => Some((*name, *is_folder)),
                        _ => None,
                    };
                    self.child(function, Some(code.place()), own, entry).is_some()
                }
            };
        }
        let mut status = 0;
        collector::end();
        // SAFETY: the interpreter runs and this thread holds its lock.
        unsafe {
            if let Some(failure) = &self.damage {
                (self.api.PyErr_Clear)();
                status = report::fail(failure);
            } else if !done {
                let error = (self.api.PyErr_Occurred)();
                let shows = os::is_windowed() && self.importer(c"catch_errors");
                interrupted = !error.is_null() && error == *self.api.PyExc_KeyboardInterrupt;
                // Ends the process here if the exception is SystemExit.
                (self.api.PyErr_Print)();
                status = 1;
                self.advise(error);
                if shows {
                    let is_told = program.setting(setting::WINDOWED_TRACEBACK) != Some(b"0");
                    self.importer(if is_told { c"show_errors" } else { c"show_end" });
                }
            }
            report::phase("finalize");
            if (self.api.Py_FinalizeEx)() < 0 {
                status = 120;
            }
            report::phase("end");
        }
        if interrupted {
            crate::extract::remove_private();
            status = os::die_by_interrupt();
        }
        status
    }

    /// After the traceback of a module or file that was not found: says how it gets into the program. Nothing is lost if
    /// that fails.
    fn advise(&self, error: *mut PyObject) {
        let api = self.api;
        // SAFETY: the interpreter runs and this thread holds its lock; null results are checked. The type of the
        // exception is compared only.
        unsafe {
            let builtins = (api.PyEval_GetBuiltins)();
            let is_meant = |kind| error == (api.PyDict_GetItemString)(builtins, name(kind));
            if builtins.is_null()
                || error.is_null()
                || !(is_meant(c"ModuleNotFoundError") || is_meant(c"FileNotFoundError"))
            {
                return;
            }
        }
        self.importer(c"advise");
    }

    /// Calls a function of the importer, and keeps the exception that is set; tells whether it returned something true.
    fn importer(&self, function: &'static CStr) -> bool {
        let api = self.api;
        let (mut kind, mut value, mut trace) =
            (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        let mut is_true = false;
        // SAFETY: the interpreter runs and this thread holds its lock; null results are checked.
        unsafe {
            (api.PyErr_Fetch)(&raw mut kind, &raw mut value, &raw mut trace);
            let importer = (api.PyImport_ImportModule)(name(c"_freeze_importer"));
            if !importer.is_null() {
                let function = (api.PyObject_GetAttrString)(importer, name(function));
                if !function.is_null() {
                    let done = (api.PyObject_CallObject)(function, std::ptr::null_mut());
                    if !done.is_null() {
                        is_true = (api.PyObject_IsTrue)(done) == 1;
                        (api.Py_DecRef)(done);
                    }
                    (api.Py_DecRef)(function);
                }
                (api.Py_DecRef)(importer);
            }
            (api.PyErr_Clear)();
            (api.PyErr_Restore)(kind, value, trace);
        }
        is_true
    }

    /// Calls a function of the bootstrap with text arguments.
    fn call(&self, function: &'static CStr, args: &[*mut PyObject]) -> Option<*mut PyObject> {
        let api = self.api;
        // SAFETY: the interpreter runs; a tuple takes over the references put into it.
        unsafe {
            let function = (api.PyDict_GetItemString)(self.bootstrap, name(function));
            let tuple = (api.PyTuple_New)(args.len() as isize);
            if function.is_null() || tuple.is_null() {
                return None;
            }
            for (i, arg) in args.iter().enumerate() {
                if arg.is_null() || (api.PyTuple_SetItem)(tuple, i as isize, *arg) != 0 {
                    return None;
                }
            }
            let result = (api.PyObject_CallObject)(function, tuple);
            (api.Py_DecRef)(tuple);
            (!result.is_null()).then_some(result)
        }
    }

    fn text(&self, bytes: &[u8]) -> *mut PyObject {
        // SAFETY: the length is that of the bytes.
        unsafe { (self.api.PyUnicode_DecodeFSDefaultAndSize)(bytes.as_ptr().cast(), bytes.len() as isize) }
    }

    /// Evaluates code directly, so that no frame of ours is in its tracebacks.
    fn evaluate(&self, code: *mut PyObject, dict: *mut PyObject) -> Option<()> {
        // SAFETY: both are alive.
        let result = unsafe { (self.api.PyEval_EvalCode)(code, dict, dict) };
        // SAFETY: code is ours.
        unsafe { (self.api.Py_DecRef)(code) };
        if result.is_null() {
            return None;
        }
        // SAFETY: the result is ours.
        unsafe { (self.api.Py_DecRef)(result) };
        Some(())
    }

    /// Calls a function that returns the code of a module; notes it where that is damaged.
    fn code(
        &mut self,
        function: &'static CStr,
        args: &[*mut PyObject],
        module: &[u8],
    ) -> Option<*mut PyObject> {
        let code = self.call(function, args);
        if code.is_none() {
            self.damage = damage(self.archive, module);
        }
        code
    }

    fn hook(&mut self, module: &[u8]) -> Option<()> {
        let code = self.code(c"hook", &[self.text(module)], module)?;
        // SAFETY: the interpreter runs.
        unsafe {
            let dict = (self.api.PyDict_New)();
            (self.api.PyDict_SetItemString)(dict, name(c"__builtins__"), (self.api.PyEval_GetBuiltins)());
            set(self.api, dict, name(c"__name__"), self.text(b"__main__"))?;
            let file = (self.api.PyObject_GetAttrString)(code, name(c"co_filename"));
            set(self.api, dict, name(c"__file__"), file)?;
            self.evaluate(code, dict)
        }
    }

    fn main(&mut self, entry: &Entry) -> Option<()> {
        let args = [self.text(entry.module), self.text(entry.script)];
        let code = self.code(c"main", &args, entry.module)?;
        self.evaluate(code, self.main_names()?)
    }

    fn child(
        &self,
        function: &CStr,
        place: Option<usize>,
        own: Option<(&[u8], bool)>,
        entry: &Entry,
    ) -> Option<()> {
        // SAFETY: the interpreter runs.
        let place = unsafe { (self.api.PyLong_FromLong)(place.unwrap_or(0) as std::ffi::c_long) };
        // The parent may be another one of the bundle's programs.
        for other in &self.entries {
            let found = self.call(c"register", &[self.text(other.module), self.text(other.script)])?;
            // SAFETY: the result is ours.
            unsafe { (self.api.Py_DecRef)(found) };
        }
        let mut args =
            vec![self.text(function.to_bytes()), place, self.text(entry.module), self.text(entry.script)];
        if let Some((module, is_folder)) = own {
            // SAFETY: the interpreter runs.
            args.extend([self.text(module), unsafe { (self.api.PyLong_FromLong)(is_folder.into()) }]);
        }
        let result = self.call(c"child", &args)?;
        // SAFETY: the result is ours.
        unsafe {
            if result == self.api._Py_NoneStruct {
                (self.api.Py_DecRef)(result);
                return Some(());
            }
            if result == self.api._Py_TrueStruct {
                (self.api.Py_DecRef)(result);
                return self.converse();
            }
        }
        let code = if own.is_some() { result } else { self.compile(result)? };
        let done = self.evaluate(code, self.main_names()?);
        if !self.inspects {
            return done;
        }
        // `-i`: what went wrong is shown, and the conversation begins (Modules/main.c).
        if done.is_none() {
            // SAFETY: the interpreter runs, with an exception set.
            unsafe { (self.api.PyErr_Print)() };
        }
        self.converse()
    }

    /// Compiles source that is to be run as that of `__main__`: no frame of ours is in the traceback of a mistake in it.
    fn compile(&self, arguments: *mut PyObject) -> Option<*mut PyObject> {
        // SAFETY: the interpreter runs; the function is borrowed, the arguments are ours.
        unsafe {
            let compile = (self.api.PyDict_GetItemString)((self.api.PyEval_GetBuiltins)(), name(c"compile"));
            let code = match compile.is_null() {
                true => compile,
                false => (self.api.PyObject_CallObject)(compile, arguments),
            };
            if code.is_null() {
                (self.api.Py_DecRef)(arguments);
                return None;
            }
            (self.api.Py_IncRef)(code);
            let told = self.call(c"compiled", &[code, arguments])?;
            (self.api.Py_DecRef)(told);
            Some(code)
        }
    }

    /// Reads statements from a terminal and runs them in `__main__`, as python does without a script.
    fn converse(&self) -> Option<()> {
        let function = os::symbol(self.python.library, c"PyRun_InteractiveLoopFlags");
        if function.is_null() {
            return None;
        }
        type Loop = unsafe extern "C" fn(*mut c_void, *const c_char, *mut c_void) -> c_int;
        // SAFETY: Python's headers declare it so; the interpreter runs, and flags may be null.
        unsafe {
            let function = std::mem::transmute::<*mut c_void, Loop>(function);
            function(os::input_stream(), name(c"<stdin>"), std::ptr::null_mut());
        }
        Some(())
    }

    /// The names of `__main__`.
    fn main_names(&self) -> Option<*mut PyObject> {
        // SAFETY: the interpreter runs; both results are borrowed.
        unsafe {
            let module = (self.api.PyImport_AddModule)(name(c"__main__"));
            (!module.is_null()).then(|| (self.api.PyModule_GetDict)(module))
        }
    }
}

/// What is wrong with the code of a module; `None` where it can be read.
fn damage(archive: Archive<'static>, module: &[u8]) -> Option<Failure> {
    let found = archive.find_module(module).and_then(|module| Some((module, module.code?)));
    let Some((module, code)) = found else { return Some(Error::Damaged("module record").into()) };
    match Reader::new(archive).read(code) {
        Ok(code) if module.is_code_here(&code) => None,
        Ok(_) => Some(Error::Damaged("code of the program").into()),
        Err(error) => Some(error.into()),
    }
}

/// Sets the app's environment before Python starts.
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
        // SAFETY: no other thread runs yet.
        unsafe { os::set_variable(&os::c_string(key), &os::c_string(&replaced)) };
    }
}
