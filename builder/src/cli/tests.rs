//! Tests of the command line.

use std::path::Path;

use builder::spec::options;

use super::*;

fn parsed(words: &str) -> CommandLine {
    let argv: Vec<OsString> = ["freeze"].into_iter().chain(words.split(' ')).map(OsString::from).collect();
    parse(&argv).unwrap_or_else(|e| panic!("{e}"))
}

fn error(words: &str) -> String {
    let error = parsed(words).action().expect_err("an error");
    assert_eq!(error.exit_code, USAGE);
    error.to_string()
}

/// Creates a folder with a script and a spec.
fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.py"), "").unwrap();
    std::fs::write(folder.path().join("app.spec"), "[app]\nentry = \"app.py\"\n").unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

fn request(words: &str) -> (Request, Option<Vec<OsString>>) {
    match parsed(words).action().unwrap_or_else(|e| panic!("{e}")) {
        Action::Build(request, arguments) => (*request, arguments),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_command_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn commands_win_over_entries() {
    assert!(matches!(parsed("init").action().unwrap(), Action::Init(None, Existing::Keep)));
    assert!(matches!(
        parsed("init app.py --force -q").action().unwrap(),
        Action::Init(Some(_), Existing::Replace)
    ));
    let action = parsed("inspect dist/app --json").action().unwrap();
    assert!(matches!(action, Action::Inspect(_, InspectCommand::List, InspectArgs { json: true, .. })));
    let action = parsed("inspect dist/app extract out").action().unwrap();
    assert!(matches!(
        action,
        Action::Inspect(_, InspectCommand::Extract { folder: Some(_) }, InspectArgs { json: false, .. })
    ));
    assert!(matches!(
        parsed("cache clear").action().unwrap(),
        Action::Cache(CacheCommand::Clear, Format::Text)
    ));
    assert!(
        matches!(parsed("why a.b app.spec --all").action().unwrap(), Action::Why(why) if why.all && !why.json)
    );
    assert!(error("./init").starts_with("entry script `./init` not found"));
    assert!(error("-F init").starts_with("`--onefile` cannot be used with a command"));
}

#[test]
fn short_and_long_forms_of_pyinstaller() {
    let (_folder, path) = folder();
    let words = format!(
        "{path}/app.py -F -n tool -p {path} --hiddenimport a --hidden-import=b.c --exclude-module d \
         --collect-datas e --copy-metadata f -s -y --optimize 2 --python-option u --distpath {path}/out --debug imports"
    );
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let (request, arguments) = request(&words);
    assert_eq!((request.name.as_str(), request.bundle.mode), ("tool", spec::Mode::Onefile));
    assert_eq!(request.modules.include, ["a", "b.c"]);
    assert_eq!(request.modules.exclude, ["d"]);
    assert_eq!(request.modules.collect_data, ["e"]);
    assert_eq!(request.metadata.include, ["f"]);
    assert_eq!(request.bundle.strip, spec::Strip::All);
    assert_eq!((request.python.optimize, &request.python.options[..]), (2, &["u".into(), "v".into()][..]));
    assert!(request.output.overwrite && request.output.dist.ends_with("out"));
    assert_eq!(arguments, None);
}

#[test]
fn the_last_of_onefile_and_onedir_wins() {
    let (_folder, path) = folder();
    assert_eq!(request(&format!("-F -D {path}/app.py")).0.bundle.mode, spec::Mode::Onedir);
    assert_eq!(request(&format!("--onedir --onefile {path}/app.py")).0.bundle.mode, spec::Mode::Onefile);
}

#[test]
fn an_option_may_be_repeated_and_the_last_wins() {
    let (_folder, path) = folder();
    let words = format!(
        "{path}/app.py -y --noconfirm -n a --name b --hidden-import x --hidden-import y --distpath c --distpath d"
    );
    let (request, _) = request(&words);
    assert_eq!((request.name.as_str(), &request.modules.include[..]), ("b", &["x".into(), "y".into()][..]));
    assert!(request.output.dist.ends_with("d"));
}

#[test]
fn words_behind_the_dashes_are_for_the_program() {
    let (_folder, path) = folder();
    let arguments = request(&format!("{path}/app.spec -- -F init")).1.unwrap();
    assert_eq!(arguments, ["-F", "init"]);
    assert_eq!(request(&format!("{path}/app.spec --")).1, Some(Vec::new()));
}

#[test]
fn a_spec_is_not_contradicted() {
    let (_folder, path) = folder();
    let (request, _) = request(&format!("{path}/app.spec --distpath {path}/d --clean -y"));
    assert!(request.output.clean && request.output.overwrite && request.output.dist.ends_with("d"));
    let found = error(&format!("{path}/app.spec --onefile"));
    assert_eq!(
        found,
        "`--onefile` cannot be used with the spec\n\
         hint: change `mode` in `[bundle]` of the spec, or build from the script without a spec"
    );
    assert!(error(&format!("{path}/app.spec --hidden-import x")).contains("`include` in `[modules]`"));
    assert!(error(&format!("{path}/app.spec --specpath x")).contains("`--specpath`"));
}

/// Returns the table of docs/reference/cli.md: each option without a spec, with its help and its key.
fn table() -> String {
    let command = Cli::command();
    let mut rows = vec!["| Option | Meaning | Key of a spec |\n|---|---|---|".to_owned()];
    for (id, meaning) in options::meanings().filter(|(_, meaning)| meaning.none.is_none()) {
        let argument = command.get_arguments().find(|a| a.get_id() == id).expect("clap knows each option");
        if argument.is_hide_set() {
            continue;
        }
        let help = argument.get_help().expect("each option has a help text");
        let short = argument.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
        let value = match argument.get_value_names() {
            Some([name, ..]) if argument.get_action().takes_values() => format!(" {name}"),
            _ => String::new(),
        };
        let key = meaning.key.unwrap_or("none");
        rows.push(format!("| {short}`{}{value}` | {help} | {key} |", options::written(id)));
    }
    rows.join("\n")
}

#[test]
fn the_table_of_options_is_that_of_the_documentation() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/cli.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = table();
    assert!(page.contains(&table), "docs/reference/cli.md needs this table:\n{table}");
}

#[test]
fn the_reference_names_each_command_and_option() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/cli.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut missing = Vec::new();
    let command = Cli::command();
    for command in std::iter::once(&command).chain(command.get_subcommands()) {
        if !page.contains(&format!("freeze {}", command.get_name())) && command.get_name() != "freeze" {
            missing.push(command.get_name().to_owned());
        }
        let visible = command.get_arguments().filter(|argument| !argument.is_hide_set());
        let options = visible.filter_map(|argument| argument.get_long()).map(|long| format!("--{long}"));
        missing.extend(
            options.filter(|option| {
                !page.contains(&format!("`{option}")) && !page.contains(&format!("[{option}"))
            }),
        );
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "docs/reference/cli.md does not name {missing:?}");
}

#[test]
fn the_reference_names_each_variable() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/environment-variables.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut missing = std::collections::BTreeSet::new();
    for folder in ["src", "../bootloader/src"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap) {
            if entry.path().extension().is_none_or(|e| e != "rs")
                || entry.path().to_string_lossy().contains("tests")
            {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            // Variables that are read, or named in a constant: `"FREEZE_LOG"`.
            for quoted in code.split("\"FREEZE_").skip(1) {
                let name = quoted.split('"').next().unwrap_or_default();
                let plain = name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
                // Of the build and of the tests.
                let internal = ["TEST", "CODE"].iter().any(|internal| name.starts_with(internal));
                if plain && !internal && !page.contains(&format!("`FREEZE_{name}`")) {
                    missing.insert(format!("FREEZE_{name}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "docs/reference/environment-variables.md does not name {missing:?}");
}

#[test]
fn shells_are_told_the_options() {
    for shell in ["bash", "elvish", "fish", "nushell", "powershell", "zsh"] {
        let Action::Text(script) = parsed(&format!("completions {shell}")).action().unwrap() else {
            panic!("another action");
        };
        assert!(script.contains("hidden-import") && script.contains("inspect"), "{script}");
        // Elvish and PowerShell complete options only, and fish no values of arguments.
        let values: &[&str] = match shell {
            "elvish" | "powershell" => &[],
            "fish" => &["windows-aarch64", "macos-universal2", "WARN"],
            _ => &["windows-aarch64", "macos-universal2", "WARN", "exit-codes"],
        };
        assert!(values.iter().all(|value| script.contains(value)), "{shell}: {script}");
        assert!(!script.contains("only-target") && !script.contains("upx"), "{shell}: {script}");
    }
}

#[test]
fn a_topic_and_a_command_of_the_same_name_are_both_shown() {
    let help = |words: &str| match parsed(words).action() {
        Ok(Action::Help(help)) => help,
        other => panic!("{other:?}"),
    };
    let list = help("help").page;
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/cli.md");
    let reference = std::fs::read_to_string(reference).unwrap();
    let missing = super::help::TOPICS.iter().find(|topic| !reference.contains(&format!("`{}`", topic.name)));
    assert_eq!(missing.map(|topic| topic.name), None, "docs/reference/cli.md lists all topics");
    for name in super::names() {
        let help = help(&format!("help {name}"));
        let is_topic = super::help::TOPICS.iter().any(|topic| topic.name == name);
        assert_eq!((help.command.is_empty(), help.page.is_empty()), (!commands().contains(&name), !is_topic));
        assert!(list.contains(&format!("| {name} |")), "{list}");
    }
    assert!(help("help cache prune").command.contains("freeze cache prune"));
    assert!(error("help tagets").contains("did you mean `targets`?"));
    assert!(error("help cache prun").starts_with("there is no command or topic `cache prun`"));
}

#[test]
fn the_usual_help_fits_a_screen() {
    for (width, most) in [(80, 50), (200, 50)] {
        let text = Cli::command().term_width(width).render_help().to_string();
        assert!(text.lines().count() <= most, "{} lines at {width} columns\n{text}", text.lines().count());
        assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
    }
    // Usage lines and examples are not wrapped.
    for (width, widest) in [(40, 82), (80, 82), (200, 200)] {
        let text = Cli::command().term_width(width).render_long_help().to_string();
        assert!(text.lines().all(|line| line.chars().count() <= widest), "{text}");
    }
}

#[test]
fn a_mistyped_command_is_recognized() {
    let near = |words: &str| {
        let argv: Vec<OsString> =
            ["freeze"].into_iter().chain(words.split(' ')).map(OsString::from).collect();
        parse(&argv).err().unwrap().to_string()
    };
    assert!(near("inti app.py").contains("a similar subcommand exists: 'init'"), "{}", near("inti app.py"));
    assert!(!near("app.py more.py").contains("similar"), "{}", near("app.py more.py"));
    assert_eq!(similar_command("doctr").as_deref(), Some("doctor"));
    assert_eq!(similar_command("init"), None);
}

#[test]
fn the_version_is_short_or_long() {
    let short = concat!("freeze ", env!("CARGO_PKG_VERSION"), "\n");
    assert!(matches!(parsed("--version").action().unwrap(), Action::Text(text) if text == short));
    assert!(matches!(parsed("-V -v").action().unwrap(), Action::Version));
    assert!(matches!(parsed("--version --verbose").action().unwrap(), Action::Version));
}

#[test]
fn options_without_meaning_say_so() {
    let (_folder, path) = folder();
    let (request, _) = request(&format!("{path}/app.py --noupx --upx-dir x -w --uac-admin"));
    let messages: Vec<&str> = request.warnings.iter().map(|w| w.message.as_str()).collect();
    // Options for Windows have an effect there.
    let on_windows = builder::target::Target::host().os == builder::target::Os::Windows;
    assert_eq!(messages.len(), if on_windows { 2 } else { 4 }, "{messages:?}");
    assert!(messages.contains(&"`--noupx` has no effect: UPX is never used"));
    assert_eq!(request.windows.console, Some(false));
}

#[test]
fn levels_of_pyinstaller_set_how_much_is_printed() {
    let verbosity = |words: &str| parsed(words).settings().verbosity;
    assert_eq!(verbosity("app.py"), Verbosity::Normal);
    assert_eq!(verbosity("app.py --log-level WARN"), Verbosity::Warnings);
    assert_eq!(verbosity("app.py --log-level error"), Verbosity::Quiet);
    assert_eq!(verbosity("app.py --log-level CRITICAL"), Verbosity::Quiet);
    assert_eq!(verbosity("-v app.py"), Verbosity::Verbose);
    assert_eq!(parsed("app.py --log-level DEBUG").settings().trace, Some("debug"));
}

#[test]
fn wrong_command_lines() {
    let kind = |words: &str| {
        let argv: Vec<OsString> =
            ["freeze"].into_iter().chain(words.split(' ')).map(OsString::from).collect();
        parse(&argv).err().map(|e| e.kind())
    };
    use clap::error::ErrorKind;
    assert_eq!(kind("--onefil app.py"), None);
    assert_eq!(kind("--nonsense app.py"), Some(ErrorKind::UnknownArgument));
    // The project of this folder, or its only spec.
    assert_eq!(kind("-F"), None);
    assert_eq!(kind("--optimize 3 app.py"), Some(ErrorKind::ValueValidation));
    assert_eq!(kind("--entry-point a b.py"), Some(ErrorKind::ArgumentConflict));
    assert!(error("missing/pyproject.toml").contains("`missing/pyproject.toml` not found"));
}
