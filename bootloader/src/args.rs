//! The arguments of the process, and what a child of multiprocessing is recognised by.

use std::ffi::{CStr, c_char, c_int};

/// Takes over the argument vector of `main`.
///
/// # Safety
/// `argv` holds `argc` pointers to strings that live as long as the process.
pub(crate) unsafe fn collect(argc: c_int, argv: *const *const c_char) -> Vec<&'static CStr> {
    (0..usize::try_from(argc).unwrap_or(0))
        // SAFETY: see above.
        .map(|i| unsafe { CStr::from_ptr(*argv.add(i)) })
        .collect()
}

/// What the process was started for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call<'a> {
    /// To run the program.
    Program,
    /// As a child of multiprocessing (method spawn): `--multiprocessing-fork name=value …`.
    Spawn,
    /// To run helper code of multiprocessing or one of its kin.
    Helper(Code<'a>),
    /// As `python -c` or `python -m`, with code of unknown origin.
    Interpreter(Code<'a>),
}

/// Code named on the command line; the number is the place of `-c` or `-m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code<'a> {
    /// `-c code`.
    Command(usize, &'a CStr),
    /// `-m module`.
    Module(usize, &'a CStr),
}

/// Modules whose start-up code children are started with, and what follows their name there.
const HELPERS: [&str; 4] =
    ["multiprocessing.", "loky.backend.", "joblib.externals.loky.backend.", "billiard."];

/// Tells from the arguments what the process was started for.
pub(crate) fn classify<'a>(args: &[&'a CStr]) -> Call<'a> {
    if args.get(1).is_some_and(|a| a.to_bytes() == b"--multiprocessing-fork") {
        return Call::Spawn;
    }
    let Some(code) = interpreter_call(args) else { return Call::Program };
    let helper = match &code {
        Code::Command(_, text) => is_helper_command(text.to_bytes()),
        Code::Module(_, name) => HELPERS.iter().any(|h| name.to_bytes().starts_with(h.as_bytes())),
    };
    if helper { Call::Helper(code) } else { Call::Interpreter(code) }
}

/// Finds `-c` or `-m` behind nothing but options of the interpreter.
fn interpreter_call<'a>(args: &[&'a CStr]) -> Option<Code<'a>> {
    let mut i = 1;
    loop {
        match args.get(i)?.to_bytes() {
            b"-c" => return Some(Code::Command(i, args.get(i + 1)?)),
            b"-m" => return Some(Code::Module(i, args.get(i + 1)?)),
            b"-X" | b"-W" => i += 2,
            [b'-', b'X' | b'W', _, ..] => i += 1,
            [b'-', flags @ ..]
                if !flags.is_empty() && flags.iter().all(|f| b"bBdEiIOPqRsSuvx".contains(f)) =>
            {
                i += 1;
            }
            _ => return None,
        }
    }
}

/// `from multiprocessing.x import main; main(…)` or `import sys; from …` of one of the [`HELPERS`].
fn is_helper_command(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"import sys; ").unwrap_or(text);
    let Some(rest) = text.strip_prefix(b"from ") else { return false };
    let Some(name) = HELPERS.iter().find(|h| rest.starts_with(h.as_bytes())) else { return false };
    let rest = &rest[name.len()..];
    let end = rest.iter().position(|c| !c.is_ascii_alphanumeric() && *c != b'_' && *c != b'.');
    let after = &rest[end.unwrap_or(rest.len())..];
    [&b" import main;"[..], b" import spawn_main;"].iter().any(|i| after.starts_with(i))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(args: &[&'static CStr]) -> Call<'static> {
        classify(&[&[c"app"], args].concat())
    }

    #[test]
    fn children_of_multiprocessing_are_recognised() {
        assert_eq!(call(&[c"--multiprocessing-fork", c"tracker_fd=5", c"pipe_handle=7"]), Call::Spawn);
        let tracker = c"from multiprocessing.resource_tracker import main;main(5)";
        assert_eq!(call(&[c"-B", c"-I", c"-S", c"-c", tracker]), Call::Helper(Code::Command(4, tracker)));
        let server = c"from multiprocessing.forkserver import main; main(3, 4, ['__main__'], **{})";
        assert_eq!(call(&[c"-X", c"dev", c"-c", server]), Call::Helper(Code::Command(3, server)));
        let newer =
            c"import sys; from multiprocessing.forkserver import main; main(3, sys_argv=sys.argv[1:])";
        assert_eq!(call(&[c"-c", newer]), Call::Helper(Code::Command(1, newer)));
        let loky = c"joblib.externals.loky.backend.popen_loky_posix";
        assert_eq!(call(&[c"-m", loky, c"--pipe"]), Call::Helper(Code::Module(1, loky)));
    }

    #[test]
    fn an_apps_own_options_are_not_taken() {
        assert_eq!(call(&[c"-c", c"app.toml"]), Call::Interpreter(Code::Command(1, c"app.toml")));
        assert_eq!(call(&[c"run", c"-c", c"x"]), Call::Program);
        assert_eq!(call(&[c"-c"]), Call::Program);
        assert_eq!(call(&[c"--verbose", c"-m", c"x"]), Call::Program);
        assert_eq!(call(&[]), Call::Program);
        let not = c"from multiprocessing.x import y; main()";
        assert_eq!(call(&[c"-c", not]), Call::Interpreter(Code::Command(1, not)));
    }
}
