//! Parses the arguments of the process, and recognizes children of multiprocessing.

use std::ffi::CStr;

/// The purpose of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call<'a> {
    /// Run the program.
    Program,
    /// Run as a child of multiprocessing (method spawn): `--multiprocessing-fork name=value …`.
    Spawn,
    /// Run helper code of multiprocessing or a similar package.
    Helper(Code<'a>),
    /// Run as `python -c`, `python -m` or `python script.py`, with code of unknown origin.
    Interpreter(Code<'a>),
}

/// Code given on the command line. The number is the position of `-c`, `-m` or the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Code<'a> {
    /// `-c code`.
    Command(usize, &'a CStr),
    /// `-m module`.
    Module(usize, &'a CStr),
    /// `script.py`.
    Script(usize, &'a CStr),
    /// A script that is a module of the bundle: the name of the module, and whether the script was given as
    /// the folder of this `__main__`.
    Own(usize, &'static [u8], bool),
    /// `-`, or options only: code from standard input.
    Input(usize),
}

impl Code<'_> {
    /// Returns the number of arguments before the code, including the program's name.
    pub(crate) fn place(&self) -> usize {
        match self {
            Code::Command(i, _)
            | Code::Module(i, _)
            | Code::Script(i, _)
            | Code::Own(i, ..)
            | Code::Input(i) => *i,
        }
    }
}

/// Prefixes of modules whose code starts child processes.
const HELPERS: [&str; 4] =
    ["multiprocessing.", "loky.backend.", "joblib.externals.loky.backend.", "billiard."];

/// Determines the purpose of the process from its arguments.
pub(crate) fn classify<'a>(args: &[&'a CStr]) -> Call<'a> {
    if args.get(1).is_some_and(|a| a.to_bytes() == b"--multiprocessing-fork") {
        return Call::Spawn;
    }
    let Some(code) = interpreter_call(args) else { return Call::Program };
    let helper = match &code {
        Code::Command(_, text) => is_helper_command(text.to_bytes()),
        Code::Module(_, name) => HELPERS.iter().any(|h| name.to_bytes().starts_with(h.as_bytes())),
        Code::Script(..) | Code::Own(..) | Code::Input(_) => false,
    };
    if helper { Call::Helper(code) } else { Call::Interpreter(code) }
}

/// Finds `-c`, `-m`, `-` or a first word that follows only interpreter options (Python/getopt.c).
fn interpreter_call<'a>(args: &[&'a CStr]) -> Option<Code<'a>> {
    let mut i = 1;
    loop {
        let Some(word) = args.get(i) else { return (i > 1).then_some(Code::Input(args.len())) };
        match word.to_bytes() {
            b"-" => return Some(Code::Input(i)),
            b"--" => {
                let script =
                    args.get(i + 1).filter(|script| !matches!(script.to_bytes(), [] | [b'-', ..]))?;
                return Some(Code::Script(i + 1, script));
            }
            HASH_CHECK => i += 2,
            [b'-', letters @ ..] if !letters.is_empty() => match &letters[plain_flags(letters)..] {
                [] | [b'X' | b'W', _, ..] => i += 1,
                [b'X' | b'W'] => i += 2,
                [b'c'] => return Some(Code::Command(i, args.get(i + 1)?)),
                [b'm'] => return Some(Code::Module(i, args.get(i + 1)?)),
                // `-mname`
                [b'm', first, ..] if letters[0] == b'm' && first.is_ascii_alphabetic() => {
                    let text = word.to_bytes_with_nul().get(2..)?;
                    return Some(Code::Module(i, CStr::from_bytes_with_nul(text).ok()?));
                }
                _ => return None,
            },
            [first, ..] if *first != b'-' => return Some(Code::Script(i, word)),
            _ => return None,
        }
    }
}

/// Interpreter options without a value.
const FLAGS: &[u8] = b"bBdEiIOPqRsSuvx";
/// An option with a value, about compiled module files.
const HASH_CHECK: &[u8] = b"--check-hash-based-pycs";

/// Returns how many leading letters of a word are options without a value.
fn plain_flags(letters: &[u8]) -> usize {
    letters.iter().take_while(|f| FLAGS.contains(f)).count()
}

/// Whether options before the code make the interpreter ignore environment variables: `-E`, `-I`.
pub(crate) fn ignores_environment(args: &[&CStr], place: usize) -> bool {
    let words = args.get(1..place).unwrap_or_default().iter().map(|a| a.to_bytes());
    let mut letters = words.filter_map(|word| word.strip_prefix(b"-"));
    letters.any(|l| l[..plain_flags(l)].iter().any(|f| b"EI".contains(f)))
}

/// Returns the options before the code that affect how it runs, in the format of a program's options.
pub(crate) fn options(args: &[&CStr], place: usize) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    // The word with `c` or `m` may contain options before that letter.
    let before = args.get(1..=place).or(args.get(1..)).unwrap_or_default();
    let mut words = before.iter().map(|a| a.to_bytes());
    while let Some(word) = words.next() {
        if word == HASH_CHECK {
            words.next();
            continue;
        }
        let Some(letters) = word.strip_prefix(b"-") else { break };
        let (flags, rest) = letters.split_at(plain_flags(letters));
        // The other options concern features that a frozen program does not have.
        found.extend(flags.iter().filter(|f| b"bdiOquv".contains(f)).map(|f| vec![*f]));
        match rest {
            [option @ (b'X' | b'W')] => found.push([&[*option], words.next().unwrap_or_default()].concat()),
            [b'X' | b'W', ..] => found.push(rest.to_vec()),
            _ => {}
        }
    }
    found
}

/// Whether the text is `from multiprocessing.x import main; main(…)` or `import sys; from …` of one of the
/// [`HELPERS`], with constant arguments only. Any other text is code of unknown origin.
fn is_helper_command(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"import sys; ").unwrap_or(text);
    let Some(rest) = text.strip_prefix(b"from ") else { return false };
    let Some(name) = HELPERS.iter().find(|h| rest.starts_with(h.as_bytes())) else { return false };
    let rest = &rest[name.len()..];
    let end = rest.iter().position(|c| !c.is_ascii_alphanumeric() && *c != b'_' && *c != b'.');
    let after = &rest[end.unwrap_or(rest.len())..];
    ["main", "spawn_main"].iter().any(|function| {
        let call = after.strip_prefix(format!(" import {function};").as_bytes());
        let arguments =
            call.and_then(|call| call.trim_ascii().strip_prefix(format!("{function}(").as_bytes()));
        arguments.and_then(|arguments| arguments.strip_suffix(b")")).is_some_and(are_constants)
    })
}

/// Whether the arguments of a call are constants: numbers, strings, lists and dicts of these, and
/// `sys.argv[1:]`, each optionally with a keyword. They cannot contain calls or attribute lookups.
fn are_constants(mut rest: &[u8]) -> bool {
    const ARGV: &[u8] = b"sys.argv[1:]";
    while let Some(first) = rest.first() {
        let len = match first {
            b'\'' | b'"' => match string_len(rest) {
                Some(len) => len,
                None => return false,
            },
            b'0'..=b'9' | b' ' | b',' | b'-' | b'[' | b']' | b'{' | b'}' | b':' | b'*' | b'=' => 1,
            _ if rest.starts_with(ARGV) => ARGV.len(),
            c if c.is_ascii_alphabetic() || *c == b'_' => {
                let is_word = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
                let len = rest.iter().position(|c| !is_word(c)).unwrap_or(rest.len());
                let is_known = match (&rest[..len], rest.get(len)) {
                    (b"True" | b"False" | b"None", _) | (_, Some(b'=')) => true,
                    // A bytes literal.
                    (b"b", next) => matches!(next, Some(b'\'' | b'"')),
                    _ => false,
                };
                if !is_known {
                    return false;
                }
                len
            }
            _ => return false,
        };
        rest = &rest[len..];
    }
    true
}

/// Returns the length of the string literal at the start of a text.
fn string_len(text: &[u8]) -> Option<usize> {
    let quote = text.first()?;
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'\\' => at += 2,
            c if c == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
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
        assert_eq!(call(&[c"run", c"-c", c"x"]), Call::Interpreter(Code::Script(1, c"run")));
        assert_eq!(call(&[c"-c"]), Call::Program);
        assert_eq!(call(&[c"--verbose", c"-m", c"x"]), Call::Program);
        assert_eq!(call(&[]), Call::Program);
        assert_eq!(call(&[c"--", c"-"]), Call::Program);
        assert_eq!(call(&[c"-uz", c"x.py"]), Call::Program);
        assert_eq!(call(&[c"-u", c"-W"]), Call::Interpreter(Code::Input(3)));
        let not = c"from multiprocessing.x import y; main()";
        assert_eq!(call(&[c"-c", not]), Call::Interpreter(Code::Command(1, not)));
    }

    #[test]
    fn code_that_only_begins_like_a_helper_is_none() {
        for tail in [
            "main(3); print(1)",
            "main(print(1))",
            "main(3)or(print)(1)",
            "main(x=[].append)",
            "main(f'{print(1)}')",
            "main('a' b)",
            "main('a\\')",
            "main(sys.exit)",
            "main(sys.argv[1:].pop)",
            "main(lambda: 1)",
            "main(3\n)",
            "main(3) #)",
            "print(1);main(3)",
            "main",
        ] {
            let text = format!("from multiprocessing.resource_tracker import main;{tail}");
            assert!(!is_helper_command(text.as_bytes()), "{text}");
        }
        let text = "from multiprocessing.forkserver import main; main(3, 4, [\"it's\", '\\''], \
                    **{'main_path': '/a (b)/c.py', 'sys_path': [b'x', None], 'dir': -1, \"x\": True})";
        assert!(is_helper_command(text.as_bytes()));
        assert!(is_helper_command(
            b"from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)"
        ));
    }

    #[test]
    fn calls_as_an_interpreter_are_read_as_python_reads_them() {
        let named = |args: &[&'static CStr]| match call(args) {
            Call::Interpreter(code) => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(named(&[c"-m", c"pip"]), Code::Module(1, c"pip"));
        assert_eq!(named(&[c"-mpip", c"list"]), Code::Module(1, c"pip"));
        assert_eq!(named(&[c"-uc", c"x"]), Code::Command(1, c"x"));
        assert_eq!(named(&[c"-u", c"-X", c"dev", c"/a/b.py", c"-c"]), Code::Script(4, c"/a/b.py"));
        assert_eq!(named(&[c"-", c"x"]), Code::Input(1));
        assert_eq!(named(&[c"-I", c"-"]), Code::Input(2));
        assert_eq!(named(&[c"-u", c"-X", c"dev"]), Code::Input(4));
        let args = [c"app", c"-u", c"-Wignore", c"-X", c"dev", c"-Bb", c"-uc", c"1"];
        let found = options(&args, 6);
        let found: Vec<&[u8]> = found.iter().map(Vec::as_slice).collect();
        assert_eq!(found, [&b"u"[..], b"Wignore", b"Xdev", b"b", b"u"]);
        assert_eq!(named(&[c"-uB", c"-OO", c"--", c"a.py", c"-c"]), Code::Script(4, c"a.py"));
        assert_eq!(named(&[c"-uBW", c"error", c"-IXdev", c"b.py"]), Code::Script(4, c"b.py"));
        assert_eq!(named(&[c"--check-hash-based-pycs", c"never", c"-m", c"m"]), Code::Module(3, c"m"));
        let args = [c"app", c"-uBW", c"error", c"--check-hash-based-pycs", c"never", c"-OO", c"--", c"-b"];
        let found = options(&args, 7);
        let found: Vec<&[u8]> = found.iter().map(Vec::as_slice).collect();
        assert_eq!(found, [&b"u"[..], b"Werror", b"O", b"O", b"b"]);
    }
}
