//! The modules that nothing imports: the programs' entries and the runtime hooks.

use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::distributions::Installed;
use super::{By, Graph, Guard, Kind, Module, Reason, Source, attribute};
use crate::error::{Context, Error, Result};
use crate::python::Python;
use crate::spec::{Entry, Program, Request};

/// An entry and what it needs besides its own imports.
pub(super) struct Start {
    /// The module to put into the graph.
    pub module: Module,
    /// Modules that it names, with what names them.
    pub needs: Vec<(String, By)>,
}

/// Folders that the entries themselves put on the search path, in order.
pub(crate) fn folders(request: &Request) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for program in &request.programs {
        let folder = match &program.entry {
            Entry::Script(path) => path.parent().map(Path::to_path_buf),
            Entry::Module(_) | Entry::Function { .. } => Some(request.base.clone()),
            Entry::EntryPoint(_) => None,
        };
        found.extend(folder.filter(|f| !found.contains(f)));
    }
    found
}

/// The entries and hooks of a request.
pub(super) fn starts(request: &Request, installed: &Installed, disk: &Disk) -> Result<Vec<Start>> {
    let mut starts = Vec::new();
    for (i, program) in request.programs.iter().enumerate() {
        let name = if i == 0 { "__main__".to_owned() } else { format!("__main__.{}", program.name) };
        starts.push(start(name, program, installed, disk)?);
    }
    for (i, hook) in request.runtime.hooks.iter().enumerate() {
        starts.push(script(format!("__hook__.{i}"), hook, None, disk)?);
    }
    Ok(starts)
}

/// Fails if the module or the function that an entry names is not there: nothing of the program could run.
pub(super) fn check(
    request: &Request,
    graph: &Graph,
    python: &Python,
    installed: &Installed,
    disk: &Disk,
) -> Result<()> {
    for program in &request.programs {
        let mut named =
            program.place.as_deref().map(|place| format!(", named in {place}")).unwrap_or_default();
        let (module, function) = match &program.entry {
            Entry::Script(_) => continue,
            Entry::Module(module) => (module.clone(), None),
            Entry::Function { module, function } => (module.clone(), Some(function.clone())),
            Entry::EntryPoint(script) if installed_script(script, installed, disk).is_some() => continue,
            Entry::EntryPoint(script) => {
                let (module, function, _) = find_entry_point(script, installed, disk)?;
                named = format!(", named by entry point `{script}`");
                (module, Some(function))
            }
        };
        let Some(found) = graph.modules.get(&module) else {
            let error = Error::new(format!("entry module `{module}` not found{named}"));
            return Err(error.hint(format!(
                "install what provides it, or name the folder that holds it: `paths` in `[python]`, or `--paths`; \
                 it was also sought in `{}`",
                request.base.display()
            )));
        };
        match function {
            Some(function) => {
                if let Some(error) =
                    attribute::missing(&module, &function, &named, graph, python.minor(), disk)
                {
                    return Err(error);
                }
            }
            None if found.package && !graph.modules.contains_key(&format!("{module}.__main__")) => {
                let error = Error::new(format!("entry package `{module}` has no `__main__`{named}"));
                return Err(error.hint(format!("name a function instead, as in `{module}.cli:main`")));
            }
            None => {}
        }
    }
    Ok(())
}

fn start(name: String, program: &Program, installed: &Installed, disk: &Disk) -> Result<Start> {
    match &program.entry {
        Entry::Script(path) => script(name, path, program.place.as_deref(), disk),
        Entry::Module(module) => {
            // As `python -m`: `__spec__` and `__package__` are those of the module, relative imports work.
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
    disk.open(path).context(|| match place {
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
    let top = function.split('.').next().unwrap_or(function);
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
    let reason = Reason { from: String::new(), by, line: 0, guard: Guard::None };
    Module {
        name,
        kind: Kind::Source(source),
        package: false,
        path,
        distribution: None,
        reasons: vec![reason],
    }
}

/// A Python string literal of a dotted name.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A script in Python that a distribution installs as it is, where no entry point has its name.
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

/// An entry point in `console_scripts` or `gui_scripts`: module, function, group.
fn find_entry_point(
    wanted: &str,
    installed: &Installed,
    disk: &Disk,
) -> Result<(String, String, &'static str)> {
    let mut names = Vec::new();
    for distribution in installed.iter() {
        let Some(text) = distribution.info.text("entry_points.txt", disk) else { continue };
        for (group, name, value) in entry_points(&text) {
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
    let near = nearest(wanted, names);
    Err(error.hint(if near.is_empty() {
        "no installed distribution has a console script: is this the right interpreter?".to_owned()
    } else {
        format!("did you mean {}", near.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "))
    }))
}

/// The entry points in an `entry_points.txt`: group, name, value.
pub(crate) fn entry_points(text: &str) -> Vec<(String, String, String)> {
    let mut group = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            group = name.trim().to_owned();
        } else if let Some((name, value)) = line.split_once('=') {
            found.push((group.clone(), name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    found
}

/// Up to three names nearest to a wanted one.
pub(crate) fn nearest(wanted: &str, mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names.dedup();
    let mut ranked: Vec<(usize, String)> = names.into_iter().map(|n| (distance(wanted, &n), n)).collect();
    ranked.sort();
    ranked.truncate(3);
    ranked.into_iter().map(|(_, n)| n).collect()
}

/// Levenshtein distance, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (corner + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            corner = above;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_entry_points() {
        let text = "[console_scripts]\nblack = black:patched_main\n\n[x.y]\n# no\na=b.c:d [extra]\n";
        let found = entry_points(text);
        assert_eq!(found[0], ("console_scripts".into(), "black".into(), "black:patched_main".into()));
        assert_eq!(found[1], ("x.y".into(), "a".into(), "b.c:d [extra]".into()));
    }

    #[test]
    fn nearest_names_come_first() {
        assert_eq!(nearest("blak", vec!["pip".into(), "black".into(), "wheel".into()])[0], "black");
    }
}
