//! Rules of this repository that no compiler checks.

use std::path::{Path, PathBuf};
use std::process::Command;

use harness::{folders_in, root};

/// Longest module; tables of data may be longer.
const MOST_LINES: usize = 600;

/// Longest Python program in a string of a test; longer ones are files in tests/programs.
const MOST_PYTHON: usize = 3;

/// Longest name of a test.
const LONGEST_NAME: usize = 60;

struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The code without its unit tests, comments and documentation.
    fn code(&self) -> String {
        let code = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().map(|l| if l.trim_start().starts_with("//") { "" } else { l });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.starts_with("tests/")
            || name.starts_with("tests")
            || name.ends_with("_tests.rs")
            || self.path.contains("/tests/")
    }
}

/// Files that are, or are about to be, in version control.
fn files() -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).expect("names are plain");
    names
        .split('\0')
        .filter(|n| !n.is_empty())
        .map(PathBuf::from)
        .filter(|p| root().join(p).is_file())
        .collect()
}

fn sources(extension: &str) -> Vec<Source> {
    let mut all = Vec::new();
    for path in files().into_iter().filter(|p| p.extension().is_some_and(|e| e == extension)) {
        let text = std::fs::read_to_string(root().join(&path)).expect("sources are text");
        all.push(Source { path: path.display().to_string(), text });
    }
    assert!(!all.is_empty(), "no *.{extension} found");
    all
}

/// Ends the test with all that was found.
fn nothing(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

/// Lines of non-test code that hold `needle`.
fn lines_with(source: &Source, needle: &str) -> Vec<String> {
    let code = source.code();
    let hits = code.lines().enumerate().filter(|(_, l)| l.contains(needle));
    hits.map(|(i, l)| format!("{}:{}: {}", source.path, i + 1, l.trim())).collect()
}

#[test]
fn every_module_opens_with_one_plain_sentence() {
    let mut found = Vec::new();
    for source in sources("rs") {
        let first = source.text.lines().next().unwrap_or_default();
        let paragraph: Vec<&str> =
            source.text.lines().take_while(|l| l.starts_with("//!") && *l != "//!").collect();
        let sentence =
            paragraph.iter().map(|l| l.trim_start_matches("//!").trim()).collect::<Vec<_>>().join(" ");
        let ends = sentence.ends_with(['.', ':']);
        if !first.starts_with("//! ")
            || !ends
            || !sentence.starts_with(|c: char| c.is_uppercase() || c == '`')
        {
            found.push(format!("{}: {sentence}", source.path));
        }
    }
    nothing(&found, "a module opens with `//!` and a sentence that says what it is for");
}

#[test]
fn modules_stay_short() {
    let long = |s: &Source| s.text.lines().count() > MOST_LINES;
    let found: Vec<String> = sources("rs")
        .into_iter()
        .chain(sources("py"))
        .filter(long)
        .map(|s| format!("{}: {} lines", s.path, s.text.lines().count()))
        .collect();
    nothing(&found, "a file has one subject and at most 600 lines");
}

#[test]
fn only_the_reporters_print() {
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| !s.is_test()) {
        let name = Path::new(&source.path);
        let reports = name.ends_with("report.rs") || source.path.contains("/report/");
        // A build script talks to cargo through its stdout.
        if reports || name.ends_with("build.rs") {
            continue;
        }
        for needle in ["println!", "print!(", "eprint", "stdout()", "stderr()"] {
            found.extend(lines_with(source, needle));
        }
    }
    nothing(&found, "only report.rs prints");
}

#[test]
fn object_formats_are_read_and_written_in_their_places_only() {
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| !s.is_test()) {
        // What a Python that cannot be run says of itself, long before native files are collected.
        let image = source.path == "builder/src/python/cross/image.rs";
        if image
            || source.path.starts_with("builder/src/binaries")
            || source.path.starts_with("builder/src/assemble")
        {
            continue;
        }
        for needle in ["goblin::", "use goblin", "object::", "use object"] {
            found.extend(lines_with(source, needle));
        }
    }
    nothing(&found, "goblin and object are used in binaries/ and assemble/ only");
}

#[test]
fn the_launcher_asks_for_its_system_in_one_place() {
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| s.path.starts_with("bootloader/src/") && !s.is_test()) {
        if source.path.contains("/os/") {
            continue;
        }
        for needle in ["target_os", "cfg(unix)", "cfg(windows)", "cfg!(unix)", "cfg!(windows)", "std::os::"] {
            found.extend(lines_with(source, needle));
        }
    }
    nothing(&found, "what depends on the operating system lies in an os/ folder of the launcher");
}

#[test]
fn a_phase_sees_only_earlier_products() {
    // In the order of the pipeline; each may use the ones before it.
    let phases =
        ["spec", "python", "rules", "analysis", "contents", "binaries", "archive", "assemble", "output"];
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| !s.is_test()) {
        let Some(rest) = source.path.strip_prefix("builder/src/") else { continue };
        let module = rest.split(['/', '.']).next().unwrap_or_default();
        let Some(place) = phases.iter().position(|p| *p == module) else { continue };
        for later in &phases[place + 1..] {
            found.extend(lines_with(source, &format!("crate::{later}::")));
            found.extend(lines_with(source, &format!("crate::{later};")));
        }
    }
    nothing(&found, "a phase sees only earlier products");
}

#[test]
fn the_graph_and_the_formats_do_no_input_or_output() {
    let pure = [
        "builder/src/analysis/graph",
        "builder/src/analysis/facts",
        "builder/src/analysis/heuristics",
        "builder/src/analysis/fixpoint",
        "bootloader/archive/src/",
    ];
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| !s.is_test()) {
        if pure.iter().any(|p| source.path.starts_with(p)) {
            for needle in ["std::fs", "fs_err", "File::open", "std::net", "Command::"] {
                found.extend(lines_with(source, needle));
            }
        }
    }
    nothing(&found, "facts, heuristics, graph and archive code do no input or output");
}

#[test]
fn the_builder_starts_children_where_an_interrupt_reaches_them() {
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| s.path.starts_with("builder/src/") && !s.is_test()) {
        // The product that `--` starts takes the place of the builder.
        if ["builder/src/interrupt.rs", "builder/src/os/instead.rs"].contains(&source.path.as_str()) {
            continue;
        }
        for needle in [".spawn()", ".output()", ".status()"] {
            found.extend(lines_with(source, needle));
        }
    }
    nothing(&found, "children are started by interrupt.rs");
}

#[test]
fn the_builder_knows_the_system_it_runs_on_in_one_place() {
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| s.path.starts_with("builder/src/") && !s.is_test()) {
        if source.path.starts_with("builder/src/os/") {
            continue;
        }
        for needle in ["std::os::", "libc::", "windows_sys", "cfg(unix)", "cfg(windows)", "cfg(target_os"] {
            found.extend(lines_with(source, needle));
        }
    }
    nothing(&found, "what depends on the system that builds lies in builder/src/os/");
}

#[test]
fn analysis_notes_all_that_it_sees_of_the_disk() {
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| s.path.starts_with("builder/src/analysis") && !s.is_test())
    {
        if source.path.ends_with("analysis/world/disk.rs") {
            continue;
        }
        let looks = ["std::fs", "fs_err", "File::open", "walkdir", "env::var", ".file_hash", "canonicalize"];
        let methods =
            ["is_dir()", "is_file()", "exists()", "is_symlink()", "metadata()", "read_dir()", "read_link()"];
        for needle in looks.into_iter().chain(methods) {
            found.extend(lines_with(source, needle));
        }
    }
    // The key of the kept graph, which is made of more than the disk.
    found.retain(|line| !line.starts_with("builder/src/analysis/cache.rs"));
    nothing(&found, "analysis looks at the disk through `Disk` only: else a change might not be noticed");
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X:"].concat(), ["HA", "CK"].concat()];
    let mut found = Vec::new();
    for path in files() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        if path.ends_with("Cargo.lock") {
            continue;
        }
        for (i, line) in text.lines().enumerate() {
            if words.iter().any(|w| line.contains(w.as_str())) {
                found.push(format!("{}:{}: {}", path.display(), i + 1, line.trim()));
            }
        }
    }
    nothing(&found, "what is not done is not here");
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    let mut needles = vec![["/ho", "me/"].concat(), ["/ro", "ot/"].concat(), ["/wo", "rk/"].concat()];
    needles.push(["/Us", "ers/"].concat());
    let mut found = Vec::new();
    for path in files() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        let source = Source { path: path.display().to_string(), text };
        // Unit tests make up folders as they like.
        let text = if source.path.ends_with(".rs") { source.code() } else { source.text };
        for (i, line) in text.lines().enumerate() {
            // Examples in documentation speak of a user that does not exist.
            let plain =
                line.replace(&format!("{}user/", needles[0]), "").replace(&format!("{}me/", needles[0]), "");
            if needles.iter().any(|n| plain.contains(n.as_str())) {
                found.push(format!("{}:{}: {}", path.display(), i + 1, line.trim()));
            }
        }
    }
    nothing(&found, "no path of a machine is written down");
}

#[test]
fn unsafe_code_stays_in_few_places() {
    let allowed = [
        "bootloader/src/launcher/ahead.rs",
        "bootloader/src/launcher/os/",
        "bootloader/src/launcher/python/",
        "bootloader/src/trust/os/",
        "bootloader/src/main.rs",
        "bootloader/twin/src/",
        "builder/src/os/",
        "builder/src/store/records.rs",
        "tests/",
    ];
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| !allowed.iter().any(|a| s.path.starts_with(a))) {
        found.extend(lines_with(source, "unsafe {"));
        found.extend(lines_with(source, "unsafe fn"));
    }
    nothing(&found, "unsafe code lies in few, small modules");
}

#[test]
fn the_documentation_names_files_that_exist() {
    let mut found = Vec::new();
    for path in files().into_iter().filter(|p| p.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(root().join(&path)).expect("documents are text");
        let folder = root().join(path.parent().unwrap_or(Path::new("")));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.contains("://") && !folder.join(link).exists() {
                found.push(format!("{}: {link}", path.display()));
            }
        }
    }
    nothing(&found, "links lead somewhere");
}

#[test]
fn the_readme_and_ci_run_the_same_tests() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let ci = std::fs::read_to_string(root().join(".ci/run")).expect("there is a .ci/run");
    let command =
        readme.lines().find(|l| l.starts_with("cargo test")).expect("the README tells how to run the tests");
    assert!(ci.lines().any(|l| l.trim() == command), "`{command}` is not in .ci/run");
}

/// The string literals of Rust code, each with the line it begins on.
fn strings(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = code[at..].find(['"', '/', '\'']) {
        let start = at + next;
        let (before, rest) = code.split_at(start);
        at = start
            + match rest {
                _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                _ if rest.starts_with("'\"'") => 3,
                _ if !rest.starts_with('"') => 1,
                _ => {
                    let (text, length) = string(before, rest);
                    found.push((before.matches('\n').count() + 1, text));
                    length
                }
            };
    }
    found
}

/// The string literal that `rest` begins with, and its length in the code.
fn string(before: &str, rest: &str) -> (String, usize) {
    let prefix = before.trim_end_matches('#');
    if prefix.ends_with('r') {
        let end = format!("\"{}", &before[prefix.len()..]);
        let length = rest[1..].find(&end).unwrap_or(rest.len() - 1);
        return (rest[1..=length].to_owned(), 1 + length + end.len());
    }
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return (text, i + 1),
            '\\' => match chars.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, '\n')) => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                escaped => text.extend(escaped.map(|(_, c)| c)),
            },
            _ => text.push(c),
        }
    }
    (text, rest.len())
}

#[test]
fn string_literals_are_read_as_rust_reads_them() {
    let code = "f('\"', \"a\\n\\\n   b\\\"\"); // \"no\"\nr#\"x\\n\"y\"#; 'l: \"\"";
    let expected = [(1, "a\nb\""), (3, "x\\n\"y"), (3, "")];
    assert_eq!(strings(code), expected.map(|(line, text)| (line, text.to_owned())));
}

#[test]
fn python_programs_are_files() {
    let is_python = |line: &str| {
        let line = line.trim_start();
        line.starts_with("import ")
            || line.starts_with("print(")
            || line.starts_with("from ") && line.contains(" import ")
    };
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| s.path.starts_with("tests/") && !s.path.contains("/fuzz/"))
    {
        for (line, text) in strings(&source.text) {
            let count = text.lines().filter(|l| !l.trim().is_empty()).count();
            if count > MOST_PYTHON && text.lines().any(is_python) {
                found.push(format!("{}:{line}: {count} lines of Python", source.path));
            }
        }
    }
    nothing(&found, "Python programs of more than 3 lines are files in tests/programs");
}

#[test]
fn each_program_is_used_by_a_test() {
    let programs = root().join("tests/programs");
    let mut found = Vec::new();
    for area in folders_in(&programs) {
        let tests = std::fs::read_to_string(root().join(format!("tests/{area}.rs"))).unwrap_or_default();
        for name in folders_in(&programs.join(&area)) {
            if !tests.contains(&format!("{name}\"")) && !tests.contains(&format!(" {name};")) {
                found.push(format!("tests/programs/{area}/{name}"));
            }
        }
    }
    nothing(&found, "tests/AREA.rs uses each program in tests/programs/AREA");
}

#[test]
fn names_of_tests_are_short() {
    let mut found = Vec::new();
    for source in sources("rs").iter().filter(|s| s.path.starts_with("tests/")) {
        for line in source.text.lines().map(str::trim_start) {
            let name = line.strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next());
            let name = name.or_else(|| line.strip_suffix(';').filter(|name| !name.contains([' ', '"'])));
            if let Some(name) = name.filter(|name| name.len() > LONGEST_NAME && !name.contains('.')) {
                found.push(format!("{}: {name}", source.path));
            }
        }
    }
    nothing(&found, "names of tests have at most 60 characters");
}
