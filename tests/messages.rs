//! What `freeze` prints, as snapshots in tests/snapshots: help, errors, summaries and listings.
//!
//! `INSTA_UPDATE=always cargo test --release -p freeze-tests messages` writes them again after a change of a message.

mod errors;

use std::path::Path;

use harness::{Outcome, Project, Run, Venv, freeze, newest, root, venv};

/// An environment with one distribution, which has a console script.
fn environment() -> Venv {
    venv(newest(), "charset-normalizer==3.4.1")
}

/// `freeze` in a project, where its output depends on neither the machine nor its terminal.
fn run(project: &Project, arguments: &[&str]) -> Run {
    let home = project.path().join("home");
    project
        .bare_command(arguments)
        .env("FREEZE_PYTHON", environment().python())
        .env("COLUMNS", "100")
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
}

/// The command and what it printed.
fn shown(arguments: &[&str], outcome: &Outcome) -> String {
    let words: Vec<String> = arguments
        .iter()
        .map(|word| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() })
        .collect();
    let code = outcome.code().map_or("a signal".to_owned(), |code| code.to_string());
    format!("$ freeze {}\n[exit code {code}]\n{}{}\n", words.join(" "), outcome.stdout, outcome.stderr)
}

/// Compares a text with a snapshot, without what differs between machines.
fn compare(name: &str, project: &Path, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path(root().join("tests/snapshots"));
    settings.set_omit_expression(true);
    let project = project.canonicalize().expect("the project exists");
    let python = environment().python().display().to_string();
    let paths = [
        (project.display().to_string(), "[PROJECT]"),
        (python, "[PYTHON]"),
        (freeze().display().to_string(), "[FREEZE]"),
        (root().display().to_string(), "[REPOSITORY]"),
    ];
    for (path, name) in &paths {
        settings.add_filter(&regex_of(path), *name);
    }
    for (pattern, replacement) in [
        (r"/\d{8}/", "/[RELEASE]/"),
        (r"cpython-3[^`]*\.tar\.gz", "[ARCHIVE]"),
        (r"`lib[^`]*` needs `GLIBC_[^`]*`", "`[FILE]` needs `[SYMBOL]`"),
        (r"tried .*the environments of conda", "tried [PLACES]"),
        (r"installed: .*", "installed: [VERSIONS]"),
        (r"which is 3\.\d+\.\d+", "which is [VERSION]"),
        (r"\bgot 3\.\d+\.\d+", "got [VERSION]"),
        (r"\d+(\.\d+)? (B|kB|MB|GB|TB)\b", "[SIZE]"),
        (r"\d+(\.\d+)? s\b", "[TIME]"),
        (r"\d+ ms\b", "[TIME]"),
        (r"\d+ (modules|libraries|data files|distributions|entries)\b", "[N] $1"),
        (r"Python 3\.\d+\.\d+\w*", "Python [VERSION]"),
        (r"glibc \d+\.\d+ and newer, as `[^`]*`", "glibc [VERSION] and newer, as `[FILE]`"),
        (r"linux-(x86_64|aarch64)\b", "[LINUX]"),
        (r"\bfreeze( +)\d+\.\d+\.\d+", "freeze$1[VERSION]"),
    ] {
        settings.add_filter(pattern, replacement);
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// A pattern that matches a text.
fn regex_of(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_alphanumeric() || c == '/' { c.to_string() } else { format!("\\{c}") })
        .collect()
}

/// Compares the output of one command with a snapshot.
#[track_caller]
fn check(name: &str, project: &Project, arguments: &[&str]) {
    let outcome = run(project, arguments).run();
    compare(name, project.path(), &shown(arguments, &outcome));
}

#[test]
fn help_of_each_command() {
    let project = Project::new();
    let list = run(&project, &["help"]).run();
    let list = list.success().stdout.clone();
    compare("help", project.path(), &list);
    let commands = list.lines().skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() >= 12 && commands.contains(&"doctor"), "{list}");
    for command in &commands {
        // What comes after the options is the same for each.
        let outcome = run(&project, &[command, "--help"]).run();
        let own = outcome.stdout.split("\nOutput:\n").next().unwrap_or_default();
        compare(&format!("help-{command}"), project.path(), own);
    }
    let usual = run(&project, &["-h"]).env("COLUMNS", "80").run();
    compare("help-usual", project.path(), &usual.success().stdout);
    let all = run(&project, &["--help"]).env("COLUMNS", "80").run();
    compare("help-all", project.path(), &all.success().stdout);
}

#[test]
fn topics_are_wrapped_to_the_terminal() {
    let project = Project::new();
    for (name, width) in [("exit-codes", "40"), ("exit-codes", "80"), ("modules", "80")] {
        let outcome = run(&project, &["help", name]).env("COLUMNS", width).run();
        compare(&format!("topic-{name}-{width}"), project.path(), &outcome.success().stdout);
    }
}

#[test]
fn summaries_of_builds() {
    let project = Project::of("messages/summaries_of_builds");
    let mut text = String::new();
    for arguments in [
        &["app.py"][..],
        &["app.py", "-y"],
        &["app.py", "-y", "-F"],
        &["app.py", "-y", "-q"],
        &["two.toml", "-y"],
        &["app.py", "-y", "--log-format", "github"],
        &["init", "app.py"],
    ] {
        text += &shown(arguments, &run(&project, arguments).run());
    }
    compare("summaries", project.path(), &text);
}

#[test]
fn reasons_and_sizes() {
    let project = Project::of("messages/summaries_of_builds");
    check("why", &project, &["why", "shop.prices", "app.py"]);
    check("why-absent", &project, &["why", "shop.price", "app.py"]);
    let outcome = run(&project, &["app.py", "-y", "-q", "--bloat"]).run();
    // Which parts of the standard library are large depends on the version of Python.
    let kind = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match &words[..] {
            [_, _, _, "%", "in", "all"] => "[SIZE] [SHARE] in all".to_owned(),
            [_, _, _, "%", name, ..] if *name == "app" => "[SIZE] [SHARE] app".to_owned(),
            [_, "B" | "kB" | "MB", share, "%", _, ..] if share.parse::<f64>().is_ok() => {
                "[SIZE] [SHARE] [NAME]".to_owned()
            }
            _ => line.to_owned(),
        }
    };
    let mut lines: Vec<String> = outcome.success().stderr.lines().map(kind).collect();
    lines.dedup();
    compare("bloat", project.path(), &(lines.join("\n") + "\n"));
}

#[test]
fn doctor_states_what_is_there() {
    let project = Project::new().file("uv.lock", "version = 1\n").file("home/.keep", "");
    // Without line breaks, each row is whole.
    let examine = |arguments: &[&str]| {
        run(&project, arguments)
            .env("COLUMNS", "1000")
            .env("FREEZE_APP_CACHE_DIR", project.path().join("apps"))
            .run()
    };
    let outcome = examine(&["doctor"]);
    let text: String =
        outcome.success().stdout.lines().filter_map(of_any_machine).map(|line| line + "\n").collect();
    compare("doctor", project.path(), &text);
    let json = examine(&["doctor", "--json"]);
    let diagnosis: serde_json::Value = serde_json::from_str(&json.success().stdout).unwrap();
    assert_eq!(diagnosis["ready"], true);
    assert!(diagnosis["requirements"].as_str().unwrap().ends_with("uv.lock"), "{json}");
    assert_eq!(diagnosis["targets"].as_array().unwrap().len(), 8, "{json}");
    assert!(diagnosis["interpreter"]["version"].as_str().unwrap().starts_with("3."), "{json}");
    // The page names each key.
    let page = std::fs::read_to_string(root().join("docs/reference/cli.md")).unwrap();
    for key in diagnosis.as_object().unwrap().keys() {
        assert!(page.contains(&format!("| `{key}` |")), "docs/reference/cli.md does not name `{key}`");
    }
    let outcome = examine(&["doctor", "--python", "nowhere"]);
    outcome.exits(1);
    assert!(
        outcome.stdout.contains("python     not found") && outcome.stdout.contains("not ready"),
        "{outcome}"
    );
    let outcome = examine(&["doctor"]);
    assert!(!outcome.stdout.contains("warning:"), "{outcome}");
    let outcome = run(&project, &["doctor"]).env("FREEZE_CACHE_DIR", "/proc/nowhere").run();
    assert!(
        outcome.success().stdout.contains("warning: the cache `/proc/nowhere` cannot be written"),
        "{outcome}"
    );
    let noexec = project.path().join("noexec");
    let script = format!("mount -t tmpfs -o noexec none '{}' && exec \"$0\" \"$@\"", noexec.display());
    std::fs::create_dir(&noexec).unwrap();
    let environment = run(&project, &[]).env("FREEZE_APP_CACHE_DIR", &noexec).environment().clone();
    let outcome = environment
        .iter()
        .fold(Run::new("unshare"), |run, (name, value)| run.env(name, value))
        .args(["-m", "sh", "-c", &script])
        .arg(freeze())
        .arg("doctor")
        .in_folder(project.path())
        .env("COLUMNS", "1000")
        .run();
    let skipped = format!("not {}: it is mounted noexec", noexec.display());
    assert!(outcome.success().stdout.contains(&skipped), "{outcome}");
    let outcome = run(&project, &["doctor"]).in_folder("/proc").run();
    outcome.exits(1);
    assert!(
        outcome.stdout.contains("error: the folder for products `/proc/dist` cannot be written"),
        "{outcome}"
    );
    let outcome = run(&project, &["doctor"]).env("FREEZE_BOOTLOADER", "/nowhere/launcher").run();
    outcome.exits(1);
    assert!(outcome.stdout.contains("FREEZE_BOOTLOADER must name a launcher"), "{outcome}");
}

/// A line of the diagnosis without what depends on the machine.
fn of_any_machine(line: &str) -> Option<String> {
    let (name, text) = line.split_at(line.len().min(11));
    let is_other = name.trim().is_empty() && text.starts_with("3.") && !text.contains("of at most")
        || name.trim() == "others";
    if is_other || text.contains("more; `--json`") || text.starts_with("for the first missing launcher") {
        return None;
    }
    let text = match name.trim() {
        // Release builds name their commit.
        "freeze" => {
            let (version, rest) = text.split_once(' ').unwrap_or((text, ""));
            format!("{version} {}", rest.split_once(") ").map_or(rest, |(_, rest)| rest))
        }
        "cache" => "[CACHE]".to_owned(),
        "python" => "[VERSION] for [TARGET], [PYTHON]".to_owned(),
        "" if text.starts_with("found by") => "found by [HOW]: [KIND]".to_owned(),
        "" if text.contains("libpython") => "[KIND] libpython, [N] distributions".to_owned(),
        "" if text.starts_with("no signing") || text.starts_with("signing") => "[SIGNING]".to_owned(),
        "" if text.contains("`--sync`") => {
            format!("[TOOL] {}", text.split_once('(').map_or(text, |(_, rest)| rest))
        }
        _ if text.contains("launcher") => {
            let target = text.split_whitespace().next().unwrap_or_default();
            format!("{target} [PYTHON], [LAUNCHER]")
        }
        _ => text.to_owned(),
    };
    Some(format!("{name}{text}"))
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let project = Project::script("print('hello')");
    for arguments in
        [&["schema"][..], &["help", "cache"], &["--help"], &["-V"], &["doctor"], &["cache"], &["man"]]
    {
        let outcome = run(&project, arguments).through_shell(">/dev/full").run();
        outcome.exits(1).fails(&["error: failed to write to standard output"]);
        assert!(outcome.stderr.lines().count() <= 3, "{outcome}");
        run(&project, arguments).through_shell(">&-").run().success();
        // A reader that ends early is no error.
        let outcome = run(&project, arguments).through_shell("| head -c 1 >/dev/null").run();
        assert_eq!(outcome.success().stderr, "", "{outcome}");
    }
    for redirection in ["2>&-", "2>/dev/full", ">&-", ">/dev/full", "2>&- >&- <&-"] {
        run(&project, &["-y", "app.py"]).through_shell(redirection).run().success();
        run(&project, &["nothing.py"]).through_shell(redirection).run().exits(2);
    }
}

#[test]
fn colors_obey_the_variables() {
    let project = Project::script("print('hello')");
    let has_colors = |variables: &[(&str, &str)]| {
        let run = variables
            .iter()
            .fold(run(&project, &["-y", "app.py"]), |run, (name, value)| run.env(name, value));
        run.run().success().stderr.contains('\x1b')
    };
    assert!(!has_colors(&[]));
    assert!(has_colors(&[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colors(&[("CLICOLOR_FORCE", "0")]));
    assert!(!has_colors(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    let on_terminal = |variables: &[(&str, &str)]| {
        let run = run(&project, &["-y", "app.py"]).env("TERM", "xterm");
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        run.through_terminal().run().success().stdout.clone()
    };
    let colored = on_terminal(&[]);
    assert!(colored.contains("\x1b[1;32m") && colored.contains("start it"), "{colored:?}");
    assert!(!on_terminal(&[("NO_COLOR", "1")]).contains("\x1b[1;32m"));
    assert!(!on_terminal(&[("CLICOLOR", "0")]).contains("\x1b[1;32m"));
    // No progress either.
    let dumb = on_terminal(&[("TERM", "dumb")]);
    assert!(!dumb.contains('\x1b') && dumb.contains("start it"), "{dumb:?}");
}
