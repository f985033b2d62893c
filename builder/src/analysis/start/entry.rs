//! The modules that nothing imports: the entry points of programs and the runtime hooks.

use std::path::{Path, PathBuf};

use super::attribute::{self, Search};
use crate::analysis::graph::{By, Graph, Kind, Module, Reason, Source};
use crate::analysis::world::disk::Disk;
use crate::analysis::world::distributions::Installed;
use crate::analysis::world::{World, entry_points};
use crate::error::{Context, Error, Result};
use crate::excerpt;
use crate::names;
use crate::nearest::most_similar;
use crate::spec::{Entry, Program, Request};

/// An entry point and its requirements beyond its own imports.
pub(in crate::analysis) struct Start {
    /// The module to put into the graph.
    pub module: Module,
    /// Modules that it names, with the reason.
    pub needs: Vec<(String, By)>,
}

/// Returns the folders that the entry points add to the search path, in order.
pub(crate) fn folders(request: &Request) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for program in &request.programs {
        let folder = match &program.entry {
            Entry::Script(path) => program.folder.clone().or_else(|| path.parent().map(Path::to_path_buf)),
            Entry::Module(_) | Entry::Function { .. } => Some(request.base.clone()),
            Entry::EntryPoint(_) => None,
        };
        found.extend(folder.filter(|f| !found.contains(f)));
    }
    found
}

/// Returns the name of the module for a script that runs after the entry of a program, by their positions.
pub(crate) fn then_name(program: usize, place: usize) -> String {
    format!("__main__.then.{program}.{place}")
}

/// Returns the entry points and hooks of a request.
pub(in crate::analysis) fn starts(
    request: &Request,
    installed: &Installed,
    disk: &Disk,
) -> Result<Vec<Start>> {
    let mut starts = Vec::new();
    for (i, program) in request.programs.iter().enumerate() {
        let name = if i == 0 { "__main__".to_owned() } else { format!("__main__.{}", program.name) };
        starts.push(start(name, program, installed, disk)?);
        for (j, path) in program.then.iter().enumerate() {
            starts.push(script(then_name(i, j), path, program.place.as_deref(), disk)?);
        }
    }
    for (i, hook) in request.runtime.hooks.iter().enumerate() {
        starts.push(script(format!("__hook__.{i}"), hook, None, disk)?);
    }
    Ok(starts)
}

/// Fails if the module or the function of an entry point does not exist, because the program could not
/// start.
pub(in crate::analysis) fn check(request: &Request, graph: &Graph, world: &World<'_>) -> Result<()> {
    for program in &request.programs {
        check_one(program, request, graph, world).map_err(|error| match &program.place {
            Some(place) => excerpt::in_spec(error, request.spec.as_deref(), place),
            None => error,
        })?;
    }
    Ok(())
}

/// Fails if the module or the function of a program does not exist.
fn check_one(program: &Program, request: &Request, graph: &Graph, world: &World<'_>) -> Result<()> {
    let World { reader, installed, .. } = *world;
    let disk = reader.disk;
    let mut named = program.place.as_deref().map(|place| format!(", named in {place}")).unwrap_or_default();
    let (module, function) = match &program.entry {
        Entry::Script(_) => return Ok(()),
        Entry::Module(module) => (module.clone(), None),
        Entry::Function { module, function } => (module.clone(), Some(function.clone())),
        Entry::EntryPoint(script) if installed_script(script, installed, disk).is_some() => return Ok(()),
        Entry::EntryPoint(script) => {
            let (module, function, _) = find_entry_point(script, installed, disk)?;
            named = format!(", named by entry point `{script}`");
            (module, Some(function))
        }
    };
    let Some(found) = graph.modules.get(&module) else {
        let error = Error::new(format!("entry module `{module}` not found{named}"));
        if let Some(near) = world.similar(&module) {
            return Err(error.hint(format!("did you mean `{near}`?")));
        }
        return Err(error.hint(format!(
            "install the distribution that provides it, or name the folder that contains it: `paths` in `[python]`, or `--paths`; \
             it was also searched for in `{}`",
            request.base.display()
        )));
    };
    match function {
        Some(function) => {
            if let Some(error) = attribute::missing(&module, &function, &named, &Search { graph, reader }) {
                return Err(error);
            }
        }
        None if found.package && !graph.modules.contains_key(&format!("{module}.__main__")) => {
            let error = Error::new(format!("entry package `{module}` has no `__main__`{named}"));
            return Err(error.hint(format!("name a function instead, as in `{module}.cli:main`")));
        }
        None => {}
    }
    Ok(())
}

fn start(name: String, program: &Program, installed: &Installed, disk: &Disk) -> Result<Start> {
    match &program.entry {
        Entry::Script(path) => script(name, path, program.place.as_deref(), disk),
        Entry::Module(module) => {
            // As with `python -m`, `__spec__` and `__package__` are those of the module, so that relative
            // imports work.
            let code =
                format!("import runpy\nrunpy._run_module_as_main({}, alter_argv=False)\n", quoted(module));
            Ok(synthetic(name, code, module, By::Request(format!("entry `{module}`"))))
        }
        Entry::Function { module, function } => {
            Ok(function_call(name, module, function, By::Request(format!("entry `{module}:{function}`"))))
        }
        Entry::EntryPoint(name_of_script) => {
            if let Some(path) = installed_script(name_of_script, installed, disk) {
                return script(name, &path, None, disk);
            }
            let (module, function, group) = find_entry_point(name_of_script, installed, disk)?;
            Ok(function_call(name, &module, &function, By::EntryPoint(format!("{group}: {name_of_script}"))))
        }
    }
}

fn script(name: String, path: &Path, place: Option<&str>, disk: &Disk) -> Result<Start> {
    disk.can_open(path).context(|| match place {
        Some(place) => format!("failed to open entry script `{}`, named in {place}", path.display()),
        None => format!("failed to open script `{}`", path.display()),
    })?;
    let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    let what = if name.starts_with("__hook__") { "runtime hook" } else { "entry" };
    let module =
        module(name, Source::File(path.to_owned()), file.clone(), By::Request(format!("{what} `{file}`")));
    Ok(Start { module, needs: Vec::new() })
}

fn function_call(name: String, module: &str, function: &str, by: By) -> Start {
    let top = names::top(function);
    let code = format!(
        "import sys\nfrom {module} import {top}\nif __name__ == \"__main__\":\n    sys.exit({function}())\n"
    );
    synthetic(name, code, module, by)
}

fn synthetic(name: String, code: String, needs: &str, by: By) -> Start {
    let path = format!("{name}.py");
    let module = module(name, Source::Bytes(code.into_bytes()), path, by.clone());
    let mut needed = vec![(needs.to_owned(), by.clone())];
    if matches!(&by, By::Request(text) if !text.contains(':')) {
        needed.push((format!("{needs}.__main__"), by));
    }
    Start { module, needs: needed }
}

fn module(name: String, source: Source, path: String, by: By) -> Module {
    let reason = Reason::new("", by);
    Module {
        name,
        kind: Kind::Source(source),
        package: false,
        path,
        distribution: None,
        reasons: vec![reason],
    }
}

/// Returns a Python string literal for a dotted name.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Finds a Python script that a distribution installs as a file, if no entry point has this name.
fn installed_script(wanted: &str, installed: &Installed, disk: &Disk) -> Option<PathBuf> {
    if find_entry_point(wanted, installed, disk).is_ok() {
        return None;
    }
    let ends = [format!("/bin/{wanted}"), format!("/Scripts/{wanted}")];
    for distribution in installed.iter() {
        let mut outside = distribution.files.iter().filter(|f| f.starts_with("../"));
        if let Some(file) = outside.find(|f| ends.iter().any(|e| f.ends_with(e.as_str()))) {
            let path = distribution.location.join(file);
            let text = disk.read_source(&Source::File(path.clone())).ok()?;
            let first = text.split(|b| *b == b'\n').next().unwrap_or_default();
            let is_python = first.starts_with(b"#!") && memchr::memmem::find(first, b"python").is_some();
            return is_python.then_some(path);
        }
    }
    None
}

/// Finds an entry point in `console_scripts` or `gui_scripts`: module, function, group.
fn find_entry_point(
    wanted: &str,
    installed: &Installed,
    disk: &Disk,
) -> Result<(String, String, &'static str)> {
    let mut names = Vec::new();
    for distribution in installed.iter() {
        let Some(text) = distribution.info.text("entry_points.txt", disk) else { continue };
        for (group, name, value) in entry_points::parse(&text) {
            let group = match group.as_str() {
                "console_scripts" => "console_scripts",
                "gui_scripts" => "gui_scripts",
                _ => continue,
            };
            if name == wanted {
                let value = value.split('[').next().unwrap_or_default();
                let (module, function) = value.split_once(':').ok_or_else(|| {
                    Error::new(format!("entry point `{wanted}` names no function: `{value}`"))
                })?;
                return Ok((module.trim().to_owned(), function.trim().to_owned(), group));
            }
            names.push(name);
        }
    }
    let error = Error::new(format!("failed to find entry point `{wanted}` among the installed scripts"));
    let near = most_similar(wanted, names);
    Err(error.hint(if near.is_empty() {
        "no installed distribution has a console script: is this the right interpreter?".to_owned()
    } else {
        format!("did you mean {}?", near.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))
    }))
}
