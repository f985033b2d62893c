//! Decides the purpose of a start: the program, a child of multiprocessing, or python for code that the
//! program gives.

use std::ffi::{CStr, CString};
use std::io::Read;
use std::path::Path;

use freeze_archive::setting;
use freeze_launcher::trust;

use crate::launcher::args::{self, Call, Code};
use crate::launcher::extract::Root;
use crate::launcher::locate::{Entry, Program};
use crate::launcher::os;
use crate::launcher::own::{self, Own};
use crate::launcher::report::{Failure, REFUSED};
use crate::launcher::switches::Task;

/// What the command line requests.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What to run.
    pub(crate) call: Call<'a>,
    /// Initial value of `sys.argv`.
    pub(crate) args: Vec<&'a CStr>,
    /// Interpreter options of the command line, in the format of a program's options.
    pub(crate) options: Vec<Vec<u8>>,
    /// The program of the bundle that the command line selects.
    pub(crate) entry: Option<Entry>,
    /// Whether the program itself has started this process with a script. This is determined immediately,
    /// because the parent of a detached process may exit soon.
    is_ours: bool,
}

impl<'a> Asked<'a> {
    /// Reads the command line. [`Asked::settle`] determines what a script is.
    ///
    /// # Errors
    /// The program has started itself as python, but does not act as an interpreter.
    pub(crate) fn read(program: &Program, args: &[&'a CStr]) -> Result<Asked<'a>, Failure> {
        let call = args::classify(args);
        let mut asked = Asked { call, args: args.to_vec(), options: Vec::new(), entry: None, is_ours: false };
        if program.switches.task == Task::Python {
            if asked.call == Call::Program {
                asked.call = Call::Interpreter(Code::Input(args.len()));
            }
            return Ok(asked);
        }
        // The parent of a multiprocessing child controls the code that it runs, so only the program itself
        // may be the parent.
        if matches!(asked.call, Call::Spawn | Call::Helper(_)) && !os::descends_from_same_executable() {
            asked.call = Call::Program;
        }
        let Call::Interpreter(code) = asked.call.clone() else { return Ok(asked) };
        match &code {
            Code::Script(place, word) if names_program(program, args, word) => {
                asked.restart(*place, word);
            }
            Code::Script(place, word) => {
                let may_be_script =
                    *place > 1 || own::is_python(word.to_bytes()) || holds_main(word.to_bytes());
                asked.is_ours = may_be_script && os::descends_from_same_executable();
            }
            Code::Module(place, name) => match (main_module(program, args, name), args.first()) {
                (Some(entry), Some(own_name)) => {
                    asked.restart(place + usize::from(!is_joined(args, *place)), own_name);
                    asked.entry = Some(entry);
                }
                _ => asked.call = other(program, args, code)?,
            },
            Code::Command(..) | Code::Input(_) => asked.call = other(program, args, code)?,
            Code::Own(..) => {}
        }
        Ok(asked)
    }

    /// Determines what a script on the command line is, once the root folder is known: code of the program, a
    /// file for python, or an argument of the program. Also determines the effective options.
    ///
    /// # Errors
    /// A part of the program that does not exist, or that only the program may run.
    pub(crate) fn settle(&mut self, program: &Program, root: &Root) -> Result<(), Failure> {
        if let Call::Interpreter(Code::Script(place, word)) = self.call {
            self.call = match own::find(program, root, word, place) {
                Some(Own::Entry(entry)) => {
                    // Its `argv[0]` may be anything, as in `os.execv(sys.executable, ["python", __file__])`.
                    let name = self.args.first().copied().filter(|name| is_own_name(program, name));
                    self.restart(place, name.unwrap_or_else(|| kept(&program.executable)));
                    self.entry = Some(entry);
                    Call::Program
                }
                Some(Own::Folder(_)) if !self.is_allowed(program) => Call::Program,
                Some(_) if !self.is_allowed(program) => return Err(refused_part(word)),
                Some(Own::Code(name)) => Call::Interpreter(Code::Own(place, name, false)),
                Some(Own::Folder(name)) => Call::Interpreter(Code::Own(place, name, true)),
                Some(Own::Missing(name)) => return Err(missing_part(word, &name)),
                None if program.switches.task != Task::Python && !self.is_script(program, place, word) => {
                    Call::Program
                }
                Some(Own::File) | None => Call::Interpreter(Code::Script(place, word)),
            };
        }
        if let Call::Interpreter(code) = &self.call {
            let place = code.place();
            self.options = args::options(&self.args, place);
            if is_unbuffered(&self.args, place) {
                self.options.push(b"u".to_vec());
            }
        }
        Ok(())
    }

    /// Turns this into a start of the program named `name`, with the arguments after `place`.
    fn restart(&mut self, place: usize, name: &'a CStr) {
        self.options = args::options(&self.args, place);
        // A program has no interactive mode after it ends.
        self.options.retain(|option| option != b"i");
        self.args.splice(..=place.min(self.args.len() - 1), [name]);
        self.call = Call::Program;
    }

    /// Whether code of the bundle other than the program may run: started by the program itself, or by anyone
    /// if the interpreter is public.
    fn is_allowed(&self, program: &Program) -> bool {
        self.is_ours
            || program.switches.task == Task::Python
            || as_interpreter(program) == b"1"
            || os::descends_from_same_executable()
    }

    /// Whether a word that matches nothing in the bundle is a script for python, rather than an argument of
    /// the program.
    fn is_script(&self, program: &Program, place: usize, word: &CStr) -> bool {
        let path = os::path_from_bytes(word.to_bytes());
        let is_python = own::is_python(word.to_bytes());
        // Unfrozen, python would run the script. Starting the program instead could recurse endlessly.
        let is_ours = self.is_ours && is_by_path(&self.args);
        let is_behind_options = place > 1 && is_ours;
        if !path.is_file() {
            return is_ours && (is_python && !path.is_dir() || holds_main(word.to_bytes()));
        }
        match as_interpreter(program) {
            b"1" => is_python || is_behind_options,
            b"children" => is_ours,
            _ => {
                is_ours && (is_python || holds_main(word.to_bytes()))
                    || is_behind_options && is_for_python(&path)
            }
        }
    }

    /// If the program was started by its bare name, replaces the name with the path where it was found, as
    /// the system does for scripts. That path works from any folder.
    pub(crate) fn complete_name(&mut self, program: &Program) {
        let Some(name) = self.args.first().copied() else { return };
        // With more rights than the caller, ignore the caller's `PATH`.
        if os::program_name(name.to_bytes()) == name.to_bytes()
            && !trust::rights().may_exceed_callers()
            && let Some(path) = os::started_by(name.to_bytes(), &program.executable)
        {
            self.args[0] = kept(&path);
        }
    }
}

/// Leaks a text that must live as long as the process.
fn kept(path: &Path) -> &'static CStr {
    Box::leak(CString::new(os::path_bytes(path)).unwrap_or_default().into_boxed_c_str())
}

/// Whether the process was started by an absolute path, like that of `sys.executable`.
fn is_by_path(args: &[&CStr]) -> bool {
    args.first().is_some_and(|a| os::is_absolute(a.to_bytes()))
}

/// Whether the program itself has started this process through its path.
fn is_started_by_program(args: &[&CStr]) -> bool {
    is_by_path(args) && os::descends_from_same_executable()
}

fn is_own_name(program: &Program, name: &CStr) -> bool {
    os::is_same_file(&os::path_from_bytes(name.to_bytes()), &program.executable)
}

/// Whether the first word after the options is the program's own path: `sys.executable`, options and
/// `sys.argv`, as python restarts a script.
///
/// After `os.execv`, no ancestor shows that the program did this, but `argv[0]` does: it is the program's own
/// path, or `python`.
fn names_program(program: &Program, args: &[&CStr], word: &CStr) -> bool {
    let is_called_so = |name: &CStr| {
        os::is_absolute(name.to_bytes()) && is_own_name(program, name)
            || os::program_name(name.to_bytes()).starts_with(b"python")
    };
    is_own_name(program, word)
        && (is_path(word.to_bytes()) && args.first().is_some_and(|name| is_called_so(name))
            || os::descends_from_same_executable())
}

/// Returns the program for `-m name`, as in `os.execv(sys.executable, [sys.executable, "-m", "package"])`.
/// Its entry point must be a module or package. A script matches only if the program itself started this
/// process.
fn main_module(program: &Program, args: &[&CStr], name: &CStr) -> Option<Entry> {
    let name = name.to_bytes();
    let mut script: Vec<u8> = name.iter().map(|c| if *c == b'.' { b'/' } else { *c }).collect();
    script.extend(b".py");
    let is_named = |entry: &Entry| {
        let value = [entry.name, b"\0", name].concat();
        program.archive.all_settings(setting::MAIN).any(|main| main == value)
    };
    program.every_entry().find(|entry| {
        is_named(entry) && is_by_path(args) || entry.script == script && is_started_by_program(args)
    })
}

/// Whether the environment requests unbuffered output. A library that reads its child's output sets the
/// variable, because the child's answer would otherwise stay in its buffer.
fn is_unbuffered(args: &[&CStr], place: usize) -> bool {
    std::env::var_os("PYTHONUNBUFFERED").is_some_and(|value| !value.is_empty())
        && !args::ignores_environment(args, place)
        && !trust::rights().are_elevated()
}

/// Whether a module's name is in the same word as `-m`.
fn is_joined(args: &[&CStr], place: usize) -> bool {
    args.get(place).is_some_and(|word| word.to_bytes().starts_with(b"-m") && word.to_bytes().len() > 2)
}

fn as_interpreter(program: &Program) -> &'static [u8] {
    program.setting(setting::AS_INTERPRETER).unwrap_or_default()
}

/// Decides about `-c`, `-m` and code from standard input, which may also be options of the program. They
/// request an interpreter only in a child that the program starts by the path of its executable
/// (`sys.executable`).
fn other<'a>(program: &Program, args: &[&CStr], code: Code<'a>) -> Result<Call<'a>, Failure> {
    let is_child = || os::runs_same_executable(os::parent());
    let is_meant = match (as_interpreter(program), &code) {
        // A program may also be started with options only.
        (b"1", Code::Input(place)) if *place == args.len() => is_started_by_program(args),
        (_, Code::Input(place)) if *place == args.len() => false,
        (b"1", _) => true,
        (b"children", Code::Input(_)) => is_started_by_program(args),
        (b"children", _) => is_child() || is_started_by_program(args),
        // A module that was built into the program is meant to be found.
        (_, Code::Module(_, name)) if own::holds(program, name.to_bytes()) => {
            is_child() || is_started_by_program(args)
        }
        _ => false,
    };
    if is_meant {
        return Ok(Call::Interpreter(code));
    }
    let (option, value) = match code {
        Code::Command(_, value) if is_child() => ("-c", value),
        Code::Module(_, value) if is_child() => ("-m", value),
        _ => return Ok(Call::Program),
    };
    let shown: String = value.to_string_lossy().chars().take(60).collect();
    Err(Failure::new(
        REFUSED,
        format!("this program started itself as `{option} {shown}`, but it is not a python interpreter"),
    )
    .hint("build it with `interpreter = true` in [runtime], or let it not use `sys.executable` as python"))
}

/// Whether a word is the path of a folder with a `__main__.py`, or of a zip file with the suffix of a Python
/// application (PEP 441).
///
/// A word without a separator, as in `app worker`, is a command of the program, even if the current folder
/// contains such a folder.
fn holds_main(word: &[u8]) -> bool {
    let path = os::path_from_bytes(word);
    let is_zipapp = path.extension().is_some_and(|suffix| suffix == "pyz" || suffix == "pyzw");
    is_path(word) && path.join("__main__.py").is_file() || is_zipapp && path.is_file()
}

/// Returns whether a command-line argument contains a path separator. Without one, it may be the name of a
/// command instead of a path.
fn is_path(word: &[u8]) -> bool {
    os::program_name(word) != word
}

/// Whether the first line of a file makes python its interpreter.
fn is_for_python(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(128).read_to_end(&mut start));
    let line = start.split(|c| *c == b'\n').next().unwrap_or_default();
    read.is_ok() && line.starts_with(b"#!") && line.windows(6).any(|w| w == b"python")
}

fn refused_part(word: &CStr) -> Failure {
    let shown = word.to_string_lossy();
    Failure::new(REFUSED, format!("only this program itself can run `{shown}`, which is a part of it"))
        .hint("to run parts of it from outside, build it with `interpreter = true` in [runtime]")
}

fn missing_part(word: &CStr, name: &[u8]) -> Failure {
    let (shown, name) = (word.to_string_lossy(), String::from_utf8_lossy(name));
    Failure::new(REFUSED, format!("failed to open the script `{shown}`: it is not in this program"))
        .hint(format!("add it to the spec: [modules] include = [\"{name}\"]"))
}
