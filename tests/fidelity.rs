//! What a program can observe is the same frozen as with `python -I`, but for the table in docs/reference/runtime.md.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use harness::{
    Frozen, Interpreter, Mode, Outcome, Project, Run, Sandbox, copy_tree, full, interpreters, newest, root,
    scratch, without_libpython,
};

/// Field → what it holds.
type Fields = BTreeMap<String, serde_json::Value>;

/// The program of tests/run in one form, and the same as a script.
struct Pair {
    interpreter: &'static Interpreter,
    form: &'static str,
    script: tempfile::TempDir,
    frozen: Frozen,
    plugins: tempfile::TempDir,
    wrong: Mutex<Vec<String>>,
}

/// Tests in this file.
const TESTS: usize = 4;

const FORMS: [&str; 4] = ["cache", "onedir", "temp", "memory"];

/// Every interpreter in one form; the usual one and those without libpython in all, and with `FREEZE_TEST_FULL=1` all.
fn pairs(check: impl Fn(&Pair)) {
    let mut wrong = Vec::new();
    for interpreter in interpreters().iter().chain(without_libpython()) {
        let all = full() || interpreter.name == newest().name || interpreter.name.ends_with("-static");
        for form in FORMS.into_iter().take(if all { FORMS.len() } else { 1 }) {
            let pair = Pair::new(interpreter, form);
            check(&pair);
            wrong.extend(pair.wrong.into_inner().unwrap());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The last of all: each row of the table is there for a difference.
    static DONE: AtomicUsize = AtomicUsize::new(0);
    // (What 3.12 alone does differently shows where there is one.)
    let all_rows = interpreters().iter().any(|i| i.version >= (3, 12, 0) && i.version < (3, 13, 0));
    if DONE.fetch_add(1, Ordering::SeqCst) + 1 == TESTS && all_rows {
        for pattern in table() {
            assert!(
                USED.lock().unwrap().contains(pattern),
                "`{pattern}` does not differ: docs/reference/runtime.md"
            );
        }
    }
}

impl Pair {
    fn new(interpreter: &'static Interpreter, form: &'static str) -> Pair {
        let script = scratch("script");
        copy_tree(&root().join("tests/run"), script.path());
        let project = Project::new();
        copy_tree(script.path(), project.path());
        let (mode, extract) = match form {
            "onedir" => (Mode::Onedir, String::new()),
            extract => (Mode::Onefile, format!("extract = \"{extract}\"\n")),
        };
        let spec = format!(
            "[app]\nname = \"app\"\nentry = \"app.py\"\n[bundle]\nmode = \"{}\"\n{extract}\
             [modules]\ninclude = [\"kit.*\", \"kit.inner.*\", \"loose.*\"]\nsource = [\"kit.*\", \"kit.inner.*\"]\n",
            mode.name()
        );
        let frozen = project.file("app.spec", spec).freeze_spec_for(mode, interpreter);
        Pair { interpreter, form, script, frozen, plugins: plugins(), wrong: Mutex::default() }
    }

    /// The two commands: of the script, and of the frozen program.
    fn runs(&self) -> [Run; 2] {
        // A build for debugging takes the modules that are frozen in it only if it is told to.
        let more: &[&str] = if self.interpreter.abiflags.contains('d') { &["-Xfrozen_modules"] } else { &[] };
        let script = Run::new(&self.interpreter.exe).arg("-I").args(more);
        let script = script.arg(self.script.path().join("app.py"));
        let frozen = Run::new(&self.frozen.exe).sandbox(Sandbox::without_python());
        [script, frozen].map(|run| run.env("PLUGINS", self.plugins.path()).patience(Duration::from_secs(300)))
    }

    /// Compares what both observe.
    fn compare(&self, what: &str, change: impl Fn(Run) -> Run) {
        let [expected, found] = self.runs().map(|run| change(run).run());
        let title = format!("Python {}, {}, {what}", self.interpreter.name, self.form);
        let [left, right] = [&expected, &found].map(|outcome| {
            let mut fields = fields(outcome);
            fields
                .insert("exit".into(), format!("{:?} {:?}", outcome.code(), outcome.status.signal()).into());
            let (hints, rest): (Vec<&str>, Vec<&str>) =
                outcome.stderr.lines().partition(|l| l.starts_with("hint: "));
            fields.insert("stderr".into(), plain(&rest.join("\n")).into());
            fields.insert("hint".into(), hints.join("\n").into());
            if self.interpreter.abiflags.contains('d') {
                // What `runs` adds shows here.
                fields.remove("_xoptions");
            }
            fields
        });
        let names: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
        let mut wrong = Vec::new();
        for name in names {
            let (left, right) = (left.get(name), right.get(name));
            if left == right {
                continue;
            }
            if !allowed(name) {
                wrong.push(format!("{name}:\n    {left:?}\n    {right:?}"));
            }
        }
        if !wrong.is_empty() {
            self.wrong.lock().unwrap().push(format!("{title}: python and frozen\n  {}", wrong.join("\n  ")));
        }
    }
}

/// Modules that are not part of the program.
fn plugins() -> tempfile::TempDir {
    let folder = scratch("plugins");
    harness::make_reachable(folder.path());
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("plugin_outside.py", "import kit.inner.deep, json\nVALUE = kit.inner.deep.VALUE + 1\n");
    write("more/extra.py", "from .inner import deep\nVALUE = deep.VALUE + 2\n");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(folder.path().join("archive.zip")).unwrap());
    zip.start_file("zipped.py", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, b"VALUE = 'zipped'\n").unwrap();
    zip.finish().unwrap();
    folder
}

/// What the last line of the output says.
fn fields(outcome: &Outcome) -> Fields {
    let mut found = Fields::new();
    let mut rest = Vec::new();
    for line in outcome.stdout.lines() {
        match serde_json::from_str::<Fields>(line) {
            Ok(fields) => found.extend(fields),
            Err(_) => rest.push(line),
        }
    }
    found.insert("stdout".into(), rest.join("\n").into());
    found
}

/// An error output without the paths of either form, and without lines of source: not all modules carry theirs.
fn plain(text: &str) -> String {
    let mut lines = Vec::new();
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    for line in text.lines().filter(|l| !l.starts_with("  ") || l.starts_with("  File \"")) {
        let shown = if let Some((path, rest)) = line.strip_prefix("  File \"").and_then(|l| l.split_once('"'))
        {
            format!("  File \"{}\"{rest}", name(path))
        } else if let Some((path, rest)) = line.split_once(".py:").filter(|(path, _)| path.starts_with('/')) {
            format!("{}.py:{rest}", name(path))
        } else {
            line.to_owned()
        };
        lines.push(without_addresses(&without_thread_names(&shown)));
    }
    lines.join("\n")
}

/// `Current thread 0x… [python3] (most recent call first):`, where the main thread has the name of the process (`comm`).
fn without_thread_names(line: &str) -> String {
    match line.split_once(" [").zip(line.rsplit_once("] (most recent call first)")) {
        Some(((start, _), (_, end))) => format!("{start} […] (most recent call first){end}"),
        None => line.to_owned(),
    }
}

/// `<function f at 0x7f34373163a0>`, `Current thread 0x00007ffa6d04bb80`
fn without_addresses(line: &str) -> String {
    let mut parts = line.split("0x");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str("0x…");
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    plain
}

/// The table of differences: names of fields, `*` for any end.
fn table() -> &'static [String] {
    static TABLE: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    TABLE.get_or_init(|| {
        let text = std::fs::read_to_string(root().join("docs/reference/runtime.md")).unwrap();
        let part = text.split("## What differs").nth(1).expect("the chapter is there");
        let part = part.split("\n## ").next().unwrap();
        let rows = part.lines().filter_map(|l| l.strip_prefix("| `")?.split_once(" | "));
        rows.flat_map(|(cell, _)| {
            cell.split(", ").map(|n| n.trim_matches('`').to_owned()).collect::<Vec<_>>()
        })
        .collect()
    })
}

static USED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn allowed(name: &str) -> bool {
    let fits = |pattern: &&String| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern.as_str() == name,
    };
    let found = table().iter().find(fits);
    if let Some(pattern) = found {
        USED.lock().unwrap().insert(pattern.clone());
    }
    found.is_some()
}

#[test]
fn what_a_program_observes_is_what_it_observes_in_python() {
    pairs(|pair| {
        pair.compare("identity", |run| run.args(["identity", "a b", "-c", "--x=\u{fc}"]));
        pair.compare("modules", |run| run.arg("modules"));
    });
}

#[test]
fn streams_and_encodings_are_those_of_python() {
    let locales = [
        ("LC_ALL", "C"),
        ("LC_ALL", "POSIX"),
        ("LC_ALL", "C.UTF-8"),
        ("LC_ALL", "en_US.ISO-8859-1"),
        ("LANG", "de_DE.UTF-8"),
        ("LC_CTYPE", "not-a-locale"),
        ("LC_NUMERIC", "de_DE.UTF-8"),
    ];
    pairs(|pair| {
        for (name, value) in locales {
            let run = |run: Run| {
                run.env(name, value).env("TEXT", "gr\u{fc}n").args(["streams", "gr\u{fc}n", "read"])
            };
            pair.compare(&format!("{name}={value}"), |r| run(r).stdin("gr\u{fc}\u{df}\r\n".as_bytes()));
        }
        for closed in ["<&-", "2>&-", "<&- 2>&-"] {
            pair.compare(closed, |run| run.args(["streams"]).through_shell(closed));
        }
    });
}

#[test]
fn a_program_ends_as_in_python() {
    let text = std::fs::read_to_string(root().join("tests/run/kit/ends.py")).unwrap();
    let table = text.split("CASES = {").nth(1).unwrap();
    let cases: Vec<&str> =
        table.lines().filter_map(|l| l.trim().strip_prefix('"')?.split('"').next()).collect();
    assert!(cases.len() > 30, "{cases:?}");
    let others = Cell::new(0);
    pairs(|pair| {
        // The newest Python runs every case in every form. The others take a third each, in turn.
        let (first, step) = if full() || pair.interpreter.name == newest().name {
            (0, 1)
        } else {
            (others.replace(others.get() + 1) % 3, 3)
        };
        for case in cases.iter().skip(first).step_by(step) {
            pair.compare(case, |run| run.args(["ends", case]));
        }
    });
}

#[test]
fn children_are_what_they_are_in_python() {
    pairs(|pair| pair.compare("processes", |run| run.arg("processes")));
}
