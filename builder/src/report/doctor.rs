//! The output of `freeze doctor` and `freeze --version --verbose`.

use std::io::Write;
use std::path::Path;

use super::tables::{bytes, print, print_json};
use super::text::Columns;
use crate::doctor::{AppCache, Cache, Diagnosis, Interpreter, Output, TargetState, Terminal, Tool};
use crate::version::Version;

/// Width of the column of names.
const NAMES: usize = 10;
/// Width of the names of targets.
const TARGETS: usize = 21;
/// Number of other interpreters to list. JSON contains all of them.
const PYTHONS: usize = 8;

/// Prints a diagnosis as JSON.
pub fn print_diagnosis_json(diagnosis: &Diagnosis) {
    print_json(&serde_json::to_value(diagnosis).unwrap_or_default());
}

/// Prints a diagnosis on one screen.
pub fn print_diagnosis(diagnosis: &Diagnosis, width: usize) {
    let mut page = Columns::new(NAMES, width);
    freeze(diagnosis, &mut page);
    match &diagnosis.interpreter {
        Some(found) => interpreter(found, &mut page),
        None => page.row("python", "not found"),
    }
    pythons(diagnosis, &mut page);
    if let Some(path) = &diagnosis.requirements {
        page.row("project", &format!("{}; `--sync` installs what it states", path.display()));
    }
    folders(diagnosis, &mut page);
    page.row("targets", "");
    for target in &diagnosis.targets {
        state(target, &mut page);
    }
    page.row("", &format!("Pythons are downloaded from {}", diagnosis.mirror));
    let lacking = diagnosis.targets.iter().find(|target| target.launcher.is_none());
    if let Some(hint) = lacking.and_then(|target| target.hint.as_ref()) {
        page.row("", &format!("for the first missing launcher: {hint}"));
    }
    page.row("tools", "");
    for tool in &diagnosis.tools {
        page.row("", &of_tool(tool));
    }
    terminal(&diagnosis.terminal, &mut page);
    page.blank();
    for problem in &diagnosis.problems {
        page.plain(&format!("{}: {}", if problem.fatal { "error" } else { "warning" }, problem.message));
        if let Some(hint) = &problem.hint {
            page.plain(&format!("  hint: {hint}"));
        }
    }
    let verdict = match diagnosis.ready {
        true => "ready: `freeze app.py` works here",
        false => "not ready: `freeze app.py` fails here",
    };
    page.plain(verdict);
    print(|out| out.write_all(page.text().as_bytes()));
}

/// Prints all that is known about this `freeze`.
pub fn print_version(version: &Version, path: &Path) {
    let Version { version, commit, host, rustc, archive_format, signing, launchers } = version;
    let launchers = if launchers.is_empty() { "none".to_owned() } else { launchers.join(", ") };
    print(|out| {
        writeln!(out, "freeze {version}")?;
        writeln!(out, "commit:         {}", commit.unwrap_or("unknown"))?;
        writeln!(out, "host:           {host}")?;
        writeln!(out, "path:           {}", path.display())?;
        writeln!(out, "archive format: {archive_format}")?;
        writeln!(out, "launchers:      {launchers}")?;
        writeln!(out, "signing:        {}", if *signing { "yes" } else { "no" })?;
        writeln!(out, "compiler:       {rustc}")
    });
}

fn freeze(diagnosis: &Diagnosis, page: &mut Columns) {
    let Version { version, commit, host, .. } = &diagnosis.freeze;
    let commit = commit.map(|commit| format!(" ({commit})")).unwrap_or_default();
    page.row("freeze", &format!("{version}{commit} for {host}, {}", diagnosis.path.display()));
}

fn interpreter(found: &Interpreter, page: &mut Columns) {
    let Interpreter { path, version, found_by, target, environment, prefix, libpython, distributions } =
        found;
    page.row("python", &format!("{version} for {target}, {}", path.display()));
    let kind = match environment {
        Some(environment) => format!("virtual environment `{}`", environment.display()),
        None => format!("no virtual environment, installed in `{}`", prefix.display()),
    };
    page.row("", &format!("found by {found_by}: {kind}"));
    let library = if libpython.is_some() { "a shared libpython" } else { "no shared libpython" };
    let plural = if *distributions == 1 { "" } else { "s" };
    page.row("", &format!("{library}, {distributions} distribution{plural}"));
}

fn pythons(diagnosis: &Diagnosis, page: &mut Columns) {
    let shown = diagnosis.pythons.iter().take(PYTHONS);
    let shown: Vec<String> =
        shown.map(|python| format!("{} {}", python.version, python.path.display())).collect();
    for (i, python) in shown.iter().enumerate() {
        page.row(if i == 0 { "others" } else { "" }, python);
    }
    if diagnosis.pythons.len() > PYTHONS {
        page.row("", &format!("{} more; `--json` lists them", diagnosis.pythons.len() - PYTHONS));
    }
}

fn folders(diagnosis: &Diagnosis, page: &mut Columns) {
    let free = |free: &Option<u64>| free.map(|free| format!(", {} free", bytes(free))).unwrap_or_default();
    let Cache { path, bytes: size, limit, free: space, writable } = &diagnosis.cache;
    let state = if *writable { "" } else { ", not writable" };
    page.row("cache", &format!("{}{state}", path.display()));
    page.row("", &format!("{} of at most {}{}", bytes(*size), bytes(*limit), free(space)));
    let AppCache { path, skipped } = &diagnosis.app_cache;
    match path {
        Some(path) => page.row("app cache", &path.display().to_string()),
        None => page.row("app cache", "none"),
    }
    for (path, why) in skipped {
        page.row("", &format!("not {}: {why}", path.display()));
    }
    let Output { path, writable, free: space } = &diagnosis.output;
    let state = if *writable { "" } else { ", not writable" };
    page.row("output", &format!("{}{state}{}", path.display(), free(space)));
}

fn state(target: &TargetState, page: &mut Columns) {
    let TargetState { name, is_own, launcher, python, hint } = target;
    let launcher = match launcher.as_deref() {
        Some("embedded") => "launcher embedded".to_owned(),
        Some(path) => format!("launcher {path}"),
        None => "no launcher".to_owned(),
    };
    let python = match python {
        Some(_) if *is_own => "this machine's Python".to_owned(),
        Some(python) if python.from == "cached" => format!("Python {} in the cache", python.version),
        Some(python) => format!("Python {} to download", python.version),
        None => "no Python".to_owned(),
    };
    let names = if page.is_narrow() { 0 } else { TARGETS };
    page.row("", &format!("{name:names$} {python}, {launcher}"));
    // A line below the list states how to get launchers.
    if let Some(hint) = hint.as_ref().filter(|_| target.launcher.is_some()) {
        page.row("", &format!("  {hint}"));
    }
}

fn of_tool(tool: &Tool) -> String {
    let Tool { name, found, path, purpose, hint } = tool;
    let place = match path {
        Some(path) => format!(", {}", path.display()),
        None => String::new(),
    };
    match (found, hint) {
        (true, _) => format!("{name}{place} (for {purpose})"),
        (false, Some(hint)) => format!("no {name} (for {purpose}): {hint}"),
        (false, None) => format!("no {name} (for {purpose})"),
    }
}

fn terminal(terminal: &Terminal, page: &mut Columns) {
    let Terminal { encoding, width } = terminal;
    let encoding = encoding.as_deref().unwrap_or("unknown encoding (LANG)");
    match width {
        Some(width) => page.row("terminal", &format!("{encoding}, {width} columns")),
        None => page.row("terminal", encoding),
    }
}
