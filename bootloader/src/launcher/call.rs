//! Decides what a start is for: the program, a child of multiprocessing, or python for code that the program names.

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

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// What to run.
    pub(crate) call: Call<'a>,
    /// What `sys.argv` begins as.
    pub(crate) args: Vec<&'a CStr>,
    /// Options of the interpreter that the command line gives, as the options of a program are written.
    pub(crate) options: Vec<Vec<u8>>,
    /// The program of the bundle that is named.
    pub(crate) entry: Option<Entry>,
    /// Whether the program itself has started this process with a script. It is asked at once: whoever starts a process that is to
    /// outlive them does not wait.
    is_ours: bool,
}

impl<'a> Asked<'a> {
    /// Reads the command line. What a script is, [`Asked::settle`] tells.
    ///
    /// # Errors
    /// The program has started itself as a python that it is not.
    pub(crate) fn read(program: &Program, args: &[&'a CStr]) -> Result<Asked<'a>, Failure> {
        let call = args::classify(args);
        let mut asked = Asked { call, args: args.to_vec(), options: Vec::new(), entry: None, is_ours: false };
        if program.switches.task == Task::Python {
            if asked.call == Call::Program {
                asked.call = Call::Interpreter(Code::Input(args.len()));
            }
            return Ok(asked);
        }
        // Whoever starts a child of multiprocessing says which code it runs: none but the program itself may.
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

    /// Settles what a script on the command line is, now that the root folder is known: code of the program, a file for python, or
    /// an argument of the program; and which options are in force.
    ///
    /// # Errors
    /// A part of the program that is not there, or that nobody but the program may run.
    pub(crate) fn settle(&mut self, program: &Program, root: &Root) -> Result<(), Failure> {
        if let Call::Interpreter(Code::Script(place, word)) = self.call {
            self.call = match own::find(program, root, word, place) {
                Some(Own::Entry(entry)) => {
                    // What it is called by may be anything: `os.execv(sys.executable, ["python", __file__])`.
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

    /// Makes this a start of the program under the name `name`, with the arguments behind `place`.
    fn restart(&mut self, place: usize, name: &'a CStr) {
        self.options = args::options(&self.args, place);
        // Nothing goes on after the program.
        self.options.retain(|option| option != b"i");
        self.args.splice(..=place.min(self.args.len() - 1), [name]);
        self.call = Call::Program;
    }

    /// Whether code of the bundle may be run besides the program: by the program itself, or by all who may use its interpreter.
    fn is_allowed(&self, program: &Program) -> bool {
        self.is_ours
            || program.switches.task == Task::Python
            || as_interpreter(program) == b"1"
            || os::descends_from_same_executable()
    }

    /// Whether a word that names nothing in the bundle is a script for python, and not an argument of the program.
    fn is_script(&self, program: &Program, place: usize, word: &CStr) -> bool {
        let path = os::path_from_bytes(word.to_bytes());
        let is_python = own::is_python(word.to_bytes());
        // Unfrozen, python would run it: it must not start the program, again and again.
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

    /// Gives the program the path that it was found at where it was started by its name alone, as the system gives it to a script:
    /// that path leads to it from any folder.
    pub(crate) fn complete_name(&mut self, program: &Program) {
        let Some(name) = self.args.first().copied() else { return };
        // With more rights than the caller's, the caller's `PATH` is not looked at.
        if os::program_name(name.to_bytes()) == name.to_bytes()
            && !trust::rights().may_exceed_callers()
            && let Some(path) = os::started_by(name.to_bytes(), &program.executable)
        {
            self.args[0] = kept(&path);
        }
    }
}

/// Text for the life of the process.
fn kept(path: &Path) -> &'static CStr {
    Box::leak(CString::new(os::path_bytes(path)).unwrap_or_default().into_boxed_c_str())
}

/// Whether the process was started by an absolute path, as `sys.executable` is.
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

/// Whether the first word behind options is the program's own path: `sys.executable`, options and `sys.argv`, as python runs a
/// script again.
///
/// After `os.execv` no ancestor tells that the program did it, but the name does by which it is called: its own path, or `python`.
fn names_program(program: &Program, args: &[&CStr], word: &CStr) -> bool {
    let is_called_so = |name: &CStr| {
        os::is_absolute(name.to_bytes()) && is_own_name(program, name)
            || os::program_name(name.to_bytes()).starts_with(b"python")
    };
    is_own_name(program, word)
        && (is_path(word.to_bytes()) && args.first().is_some_and(|name| is_called_so(name))
            || os::descends_from_same_executable())
}

/// The program that `-m name` runs, which was a module or a package: `os.execv(sys.executable, [sys.executable, "-m", "package"])`.
/// One that was a script has that name only for those that it has started itself.
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

/// Whether the environment asks for output without a buffer. A library that reads what its child prints sets that for the child,
/// which would keep its answer for itself.
fn is_unbuffered(args: &[&CStr], place: usize) -> bool {
    std::env::var_os("PYTHONUNBUFFERED").is_some_and(|value| !value.is_empty())
        && !args::ignores_environment(args, place)
        && !trust::rights().are_elevated()
}

/// Whether a module's name is a part of the word `-m`.
fn is_joined(args: &[&CStr], place: usize) -> bool {
    args.get(place).is_some_and(|word| word.to_bytes().starts_with(b"-m") && word.to_bytes().len() > 2)
}

fn as_interpreter(program: &Program) -> &'static [u8] {
    program.setting(setting::AS_INTERPRETER).unwrap_or_default()
}

/// Decides about `-c`, `-m` and code from the standard input, which may be a program's own options: only a child of its own that
/// is started by the path of its executable (`sys.executable`) means an interpreter.
fn other<'a>(program: &Program, args: &[&CStr], code: Code<'a>) -> Result<Call<'a>, Failure> {
    let is_child = || os::runs_same_executable(os::parent());
    let is_meant = match (as_interpreter(program), &code) {
        // Nothing but options is what a program may be started with by itself, too.
        (b"1", Code::Input(place)) if *place == args.len() => is_started_by_program(args),
        (_, Code::Input(place)) if *place == args.len() => false,
        (b"1", _) => true,
        (b"children", Code::Input(_)) => is_started_by_program(args),
        (b"children", _) => is_child() || is_started_by_program(args),
        // Whoever builds a program with that module in it wants it to be found.
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

/// Whether a word is the path of a folder with a `__main__.py`, or of a zip file that is called a program of Python (PEP 441).
///
/// A word without a separator, as in `app worker`, is a command of the program even where the current folder holds such a folder.
fn holds_main(word: &[u8]) -> bool {
    let path = os::path_from_bytes(word);
    let is_zipapp = path.extension().is_some_and(|suffix| suffix == "pyz" || suffix == "pyzw");
    is_path(word) && path.join("__main__.py").is_file() || is_zipapp && path.is_file()
}

/// Whether a word of the command line has a folder in it: without one, it is a file of the current folder or something else.
fn is_path(word: &[u8]) -> bool {
    os::program_name(word) != word
}

/// Whether a file says in its first line that python runs it.
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
