//! Writes the settings for the launcher: programs, hooks, options, environment.

use std::path::PathBuf;

use freeze_archive::{Encoder, setting};
use freeze_launcher::seed::Relay;

use super::Input;
use crate::analysis::{By, Graph, Kind, Module, Reason, Source};
use crate::error::Warning;
use crate::launcher;
use crate::python::Python;
use crate::rules::load::{SITE, STARTUP};
use crate::spec::{Entry, Extract, Mode, Request};
use crate::target::Os;

/// Returns the Python half of the launcher.
pub(super) fn runtime_modules(python: &Python) -> Vec<Module> {
    let mut sources = vec![
        ("_freeze_bootstrap", false, freeze_launcher::python_sources::BOOTSTRAP.to_owned()),
        ("_freeze_importer", false, freeze_launcher::python_sources::IMPORTER.to_owned()),
    ];
    let relay = Relay::of(python.minor());
    if let Ok(text) = std::fs::read_to_string(relay_source(python)) {
        let package = relay.source.ends_with("/__init__.py");
        sources.push((relay.copy, package, text + "\n\nimport _freeze\ndel _freeze\n"));
    }
    let reason = Reason::new("", By::Interpreter);
    sources
        .into_iter()
        .map(|(name, package, text)| Module {
            name: name.to_owned(),
            kind: Kind::Source(Source::Bytes(text.into_bytes())),
            package,
            path: if package { format!("{name}/__init__.py") } else { format!("{name}.py") },
            distribution: None,
            reasons: vec![reason.clone()],
        })
        .collect()
}

fn relay_source(python: &Python) -> PathBuf {
    python.stdlib.join(Relay::of(python.minor()).source)
}

/// Modules that create interpreters in the process.
const INTERPRETERS: [&str; 4] =
    ["_interpreters", "_xxsubinterpreters", "concurrent.interpreters", "concurrent.futures.interpreter"];

/// Returns a warning if the program may create interpreters that would have no importer, because the standard
/// library lacks the source of the module that sets it up.
pub(super) fn missing_relay(own: &[Module], graph: &Graph, python: &Python) -> Option<Warning> {
    let copy = Relay::of(python.minor()).copy;
    let used = INTERPRETERS.iter().find(|name| graph.modules.contains_key(**name))?;
    own.iter().all(|module| module.name != copy).then(|| {
        let file = relay_source(python);
        let message = format!(
            "interpreters that `{used}` creates will import nothing: failed to read `{}`",
            file.display()
        );
        Warning::new(message).hint("build with a Python whose standard library contains its sources")
    })
}

/// Whether a module is part of the launcher.
pub(super) fn is_runtime(minor: u8, name: &str) -> bool {
    matches!(name, "_freeze_bootstrap" | "_freeze_importer") || name == Relay::of(minor).copy
}

/// Whether Python needs the module before the importer runs.
pub(super) fn is_seed(minor: u8, module: &str) -> bool {
    freeze_launcher::seed::is_seed(minor, module)
}

/// Whether libpython contains the module, so that it is never imported from the archive.
pub(super) fn is_in_libpython(python: &Python, module: &str) -> bool {
    freeze_launcher::seed::is_in_libpython(python.minor(), module)
}

/// Whether libpython can return the code of the module by its name, so that the archive does not need it.
pub(super) fn is_frozen(python: &Python, module: &str) -> bool {
    // Up to 3.10, most have another name there. The interpreter of another platform was not asked.
    let known = &python.frozen_modules;
    is_in_libpython(python, module)
        && (known.iter().any(|(name, _)| name == module) || known.is_empty() && python.minor() >= 11)
}

/// Whether a program or a hook runs this module.
pub(crate) fn is_entry(name: &str) -> bool {
    name == "__main__" || name.starts_with("__main__.") || name.starts_with("__hook__.")
}

/// Returns the names of the hooks in order (those of `.pth` files, then those of rules first), followed by
/// the entry points in the order of the programs.
pub(super) fn entries(graph: &Graph, request: &Request) -> Vec<String> {
    let mut names: Vec<(u8, usize, String)> = graph
        .modules
        .keys()
        .filter_map(|name| {
            let prefixes = [SITE, STARTUP, "__hook__."].iter().zip(0..);
            let (rank, place) =
                prefixes.filter_map(|(p, rank)| Some((rank, name.strip_prefix(*p)?))).next()?;
            Some((rank, place.parse().ok()?, name.clone()))
        })
        .collect();
    names.sort_unstable();
    let hooks = names.into_iter().map(|(_, _, name)| name);
    let programs = request.programs.iter().enumerate().map(|(i, p)| entry_of(i, &p.name));
    hooks.chain(programs).filter(|name| graph.modules.contains_key(name)).collect()
}

/// Returns the name of the module that a program runs.
fn entry_of(place: usize, program: &str) -> String {
    if place == 0 { "__main__".to_owned() } else { format!("__main__.{program}") }
}

/// Returns the value of [`setting::PROGRAM`] for each program.
pub(super) fn programs(graph: &Graph, request: &Request) -> Vec<String> {
    let values = request.programs.iter().enumerate().filter_map(|(i, program)| {
        let entry = entry_of(i, &program.name);
        let script = &graph.modules.get(&entry)?.path;
        Some(format!("{}\0{entry}\0{script}", program.name))
    });
    values.collect()
}

/// Adds all settings except the manifest.
pub(super) fn add(encoder: &mut Encoder, entries: &[String], input: &Input<'_>) {
    let graph = &input.contents.graph;
    let mut absent: Vec<u32> =
        graph.absent.iter().map(|name| freeze_archive::name_hash(name.as_bytes())).collect();
    absent.sort_unstable();
    absent.dedup();
    encoder.setting(setting::ABSENT, absent.iter().flat_map(|hash| hash.to_le_bytes()).collect::<Vec<u8>>());
    let mut set = |key: &[u8], value: &str| encoder.setting(key, value);
    of_python(input, &mut set);
    of_bundle(input, &mut set);
    for program in programs(graph, input.request) {
        set(setting::PROGRAM, &program);
    }
    for program in &input.request.programs {
        if let Entry::Module(module) = &program.entry {
            set(setting::MAIN, &format!("{}\0{module}", program.name));
        }
    }
    for hook in entries.iter().filter(|name| name.starts_with("__hook__.")) {
        set(setting::HOOK, hook);
    }
    of_runtime(input, &mut set);
}

/// Adds the settings of the interpreter.
fn of_python(input: &Input<'_>, set: &mut dyn FnMut(&[u8], &str)) {
    let Input { natives, request, python, .. } = *input;
    let (major, minor, _) = python.version;
    set(setting::APP, &request.name);
    set(setting::TARGET, &python.target.name());
    set(setting::PYTHON, &format!("{major}.{minor}"));
    set(setting::ABIFLAGS, &python.abiflags);
    if let Some(core) = &natives.libpython {
        if natives.files.iter().any(|n| n.program && n.dest == *core) {
            set(setting::INTERPRETER, core);
            set(setting::TWIN, launcher::TWIN);
        } else {
            set(setting::LIBPYTHON, core);
        }
    }
}

/// Adds the settings for the location of files.
fn of_bundle(input: &Input<'_>, set: &mut dyn FnMut(&[u8], &str)) {
    let (request, os) = (input.request, input.python.target.os);
    match request.bundle.mode {
        Mode::Onefile => {
            let extract = match request.bundle.extract {
                Extract::Cache => "cache",
                Extract::Temp => "temp",
                Extract::Memory => "memory",
            };
            set(setting::MODE, "onefile");
            set(setting::EXTRACT, extract);
            if let Some(folder) = &request.bundle.runtime_tmpdir {
                set(setting::RUNTIME_TMPDIR, folder);
            }
        }
        Mode::Onedir => {
            set(setting::MODE, "onedir");
            set(setting::CONTENTS, request.contents_directory(os));
        }
    }
}

/// Adds the settings of the run time: options, environment, switches.
fn of_runtime(input: &Input<'_>, set: &mut dyn FnMut(&[u8], &str)) {
    let (contents, request) = (input.contents, input.request);
    if request.python.optimize > 0 {
        set(setting::OPTION, if request.python.optimize > 1 { "OO" } else { "O" });
    }
    for option in &request.python.options {
        // The optimization level is fixed in the bytecode, so the option is set only once.
        if !matches!(option.trim(), "O" | "OO") {
            set(setting::OPTION, option);
        }
    }
    // Values from the user come last, so they override those of rules.
    let ours = contents.env.iter().filter(|(name, _)| !request.runtime.env.contains_key(name));
    for (name, value) in ours.map(|(name, value)| (name, value)).chain(&request.runtime.env) {
        set(setting::ENV, &format!("{name}={value}"));
    }
    if request.runtime.debugs("bootloader") {
        set(setting::DEBUG, "1");
    }
    let on_windows = input.python.target.os == Os::Windows;
    if let Some(how) = request.windows.hide_console.as_deref().filter(|_| on_windows) {
        set(setting::HIDE_CONSOLE, how);
    }
    if request.windows.windowed_traceback == Some(false) && on_windows {
        set(setting::WINDOWED_TRACEBACK, "0");
    }
    if request.runtime.switches {
        set(setting::SWITCHES, "1");
    }
    // Whoever builds the program does not control the processes that a library starts.
    if request.runtime.interpreter {
        set(setting::AS_INTERPRETER, "1");
    } else if contents.graph.starts_interpreter {
        set(setting::AS_INTERPRETER, "children");
    }
}
