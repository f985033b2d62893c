//! Creates a request from options instead of a spec, with the names and meanings of PyInstaller.

mod foreign;
mod table;

use std::path::{Path, PathBuf};

pub use self::table::{Common, Foreign, Meaning, meanings, written};
use super::project::{self, Project};
use super::write::{self, Style};
use super::{
    Bundle, Companions, Entry, Extract, Hooks, Item, Metadata, Modules, Overrides, Program, PythonRequest,
};
use super::{Request, Runtime, Strip, check, entry, universal};
pub use crate::error::USAGE;
use crate::error::{Context, Error, Result, Warning};
use crate::target::{Target, Wanted};

/// The command line of a build without a spec. Paths are relative to the current folder.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A script, `package`, `package.module` or `package.module:function`.
    pub entry: Option<String>,
    /// `--entry-point`: an installed console script.
    pub entry_point: Option<String>,
    /// Scripts that run after the entry, in the same namespace.
    pub then: Vec<String>,
    /// Whether to run the hooks of installed distributions that are written for PyInstaller.
    pub package_hooks: bool,
    /// Options for all systems.
    pub common: Common,
    /// Options for some systems.
    pub foreign: Foreign,
    /// A folder with a pyproject.toml, whose programs to build instead.
    pub project: Option<PathBuf>,
}

/// Resolves options.
///
/// # Errors
/// A file does not exist or a value is invalid. The exit code is then that of an invalid command line.
pub fn request(options: Options, overrides: &Overrides) -> Result<Request> {
    let cwd = super::check::current_dir()?;
    let project = options.project.as_deref().map(Project::of).transpose()?.flatten();
    let (name, programs, only_windows) = programs(&options, project.as_ref(), &cwd)?;
    let modules = modules(&options)?;
    let mut warnings = Vec::new();
    let python = python(&options, overrides, &cwd, &mut warnings)?;
    let mut request = Request {
        hooks: foreign_hooks(&options)?,
        base: cwd.clone(),
        programs,
        name,
        target: match overrides.target {
            Some(Wanted::One(target)) => Some(target),
            Some(Wanted::Universal) => Some(Target::UNIVERSAL[0]),
            None => None,
        },
        python,
        bundle: bundle(&options)?,
        modules,
        data: items("--add-data", &options.common.add_data, &cwd)?,
        binaries: items("--add-binary", &options.common.add_binary, &cwd)?,
        metadata: Metadata {
            include: options.common.copy_metadata,
            recursive: options.common.recursive_copy_metadata,
        },
        runtime: Runtime {
            hooks: hooks(&options.common.runtime_hook, &cwd)?,
            debug: options.common.debug,
            ..Runtime::default()
        },
        windows: options.foreign.windows(),
        macos: options.foreign.macos(),
        output: overrides.output(&cwd),
        warnings,
        ..Request::default()
    };
    if let Some(project) = &project {
        request.base.clone_from(&project.folder);
        project::complete(&mut request, project);
    }
    if only_windows {
        request.windows.console.get_or_insert(false);
    }
    request.finish().map_err(usage)?;
    // `--target-architecture` is more specific than `--target`.
    request = universal::for_all_processors(request, overrides.target).map_err(usage)?;
    if let Some(folder) = options.common.specpath {
        write_spec(&request, &entry::absolute(&cwd.join(folder)))?;
    }
    request.expand_debug();
    request.others.iter_mut().for_each(Request::expand_debug);
    Ok(request)
}

/// Returns the name of the application, its programs, and whether they have windows instead of a console.
fn programs(
    options: &Options,
    project: Option<&Project>,
    cwd: &Path,
) -> Result<(String, Vec<Program>, bool)> {
    let given = options.common.name.clone();
    let entry = match (&options.entry, &options.entry_point) {
        (_, Some(name)) => Entry::EntryPoint(name.clone()),
        (Some(text), None) => entry::parse(text, cwd).map_err(usage)?,
        (None, None) => {
            let Some(found) = project.map(Project::programs).transpose()?.flatten() else {
                return Err(usage(Error::new("expected a spec, a script or an entry")));
            };
            let mut programs = found.programs;
            let name = given.unwrap_or(found.name);
            checked("--name", &name, check::name)?;
            if let [program] = &mut programs[..] {
                program.name.clone_from(&name);
            }
            return Ok((name, programs, found.only_windows));
        }
    };
    let name = given.unwrap_or_else(|| entry::default_name(&entry));
    checked("--name", &name, check::name)?;
    let then = options.then.iter().map(|script| check::existing(script, cwd, "script").map_err(usage));
    let then = then.collect::<Result<Vec<PathBuf>>>()?;
    let folder = match &entry {
        Entry::Script(script) if options.package_hooks => entry::above_packages(script),
        _ => None,
    };
    Ok((name.clone(), vec![Program { folder, then, ..Program::new(name, entry, None) }], false))
}

/// Returns the hooks that are written for PyInstaller.
fn foreign_hooks(options: &Options) -> Result<Hooks> {
    let folders: Vec<PathBuf> = options.foreign.additional_hooks_dir.iter().map(PathBuf::from).collect();
    Ok(Hooks {
        of_packages: options.package_hooks || !folders.is_empty(),
        folders: check::all_existing(&folders, "folder of hooks").map_err(usage)?,
        ..Hooks::default()
    })
}

/// Returns `[bundle]`.
fn bundle(options: &Options) -> Result<Bundle> {
    let contents_directory =
        options.common.contents_directory.as_deref().unwrap_or(super::CONTENTS_DIRECTORY);
    checked("--contents-directory", contents_directory, check::contents_directory)?;
    Ok(Bundle {
        mode: options.common.mode(),
        extract: Extract::default(),
        compression: options.common.compression,
        source: options.common.source,
        strip: if options.common.strip { Strip::All } else { Strip::default() },
        max_glibc: None,
        contents_directory: contents_directory.to_owned(),
        runtime_tmpdir: options.common.runtime_tmpdir.clone().filter(|t| !t.is_empty()),
        companions: Companions::default(),
        exclude_files: Vec::new(),
    })
}

/// Returns `[modules]`.
fn modules(options: &Options) -> Result<Modules> {
    let mut modules = Modules {
        include: options.common.hidden_import.clone(),
        exclude: options.common.exclude_module.clone(),
        collect_data: [&options.common.collect_data[..], &options.common.collect_all].concat(),
        collect_binaries: [&options.common.collect_binaries[..], &options.common.collect_all].concat(),
        whole: options.common.no_prune.clone(),
        no_own_data: options.common.no_own_data,
        ..Modules::default()
    };
    for package in options.common.collect_submodules.iter().chain(&options.common.collect_all) {
        modules.include.extend([package.clone(), format!("{package}.*")]);
    }
    let names = [
        ("--hidden-import", &modules.include),
        ("--exclude-module", &modules.exclude),
        ("--collect-data", &modules.collect_data),
        ("--collect-binaries", &modules.collect_binaries),
        ("--no-prune", &modules.whole),
    ];
    for (option, names) in names {
        names.iter().try_for_each(|n| checked(option, n, check::module))?;
    }
    Ok(modules)
}

fn python(
    options: &Options,
    overrides: &Overrides,
    cwd: &Path,
    warnings: &mut Vec<Warning>,
) -> Result<PythonRequest> {
    let mut level = None;
    for option in &options.common.python_option {
        level = check::add_levels(level, checked("--python-option", option, check::python_option)?);
    }
    let mut paths = Vec::new();
    for path in
        options.common.paths.iter().flat_map(std::env::split_paths).filter(|p| !p.as_os_str().is_empty())
    {
        if !cwd.join(&path).exists() {
            warnings.push(Warning::new(format!("search path `{}` not found (`--paths`)", path.display())));
        }
        paths.push(entry::absolute(&cwd.join(path)));
    }
    // PyInstaller's default, -1, is the level of the interpreter that runs it.
    let optimize = options.common.optimize.and_then(|level| u8::try_from(level).ok());
    let interpreter = overrides.python.as_deref().map(|p| check::interpreter(p, cwd)).transpose();
    Ok(PythonRequest {
        interpreter: interpreter.map_err(usage)?,
        optimize: optimize.or(level).unwrap_or_default(),
        options: options.common.python_option.clone(),
        paths,
        packages: check::all_existing(&overrides.packages, "packages").map_err(usage)?,
        requirements: check::all_existing(&overrides.requirements, "requirements").map_err(usage)?,
        environment: overrides.environment.clone(),
        fallback: Vec::new(),
    })
}

/// Parses `SOURCE:DEST`; on Windows, also `SOURCE;DEST`.
fn items(option: &str, texts: &[String], cwd: &Path) -> Result<Vec<Item>> {
    let item = |text: &String| {
        let split = match text.rsplit_once(';') {
            Some(split) if cfg!(windows) => Some(split),
            _ => text.rsplit_once(':'),
        };
        let Some((from, to)) = split.filter(|(from, _)| !from.is_empty()) else {
            let error = Error::new(format!("invalid value of `{option}`: `{text}`"));
            return Err(usage(error.hint(format!("expected SOURCE:DEST, as in `{option} {text}:.`"))));
        };
        let from =
            check::item(from, cwd).map_err(|e| usage(e.context(format!("invalid value of `{option}`"))))?;
        let to = checked(option, to, check::folder)?;
        Ok(Item { from, to, place: option.to_owned(), ..Item::default() })
    };
    texts.iter().map(item).collect()
}

fn hooks(texts: &[String], cwd: &Path) -> Result<Vec<PathBuf>> {
    texts.iter().map(|hook| check::existing(hook, cwd, "runtime hook").map_err(usage)).collect()
}

fn checked<T>(option: &str, value: &str, check: impl Fn(&str) -> Result<T, String>) -> Result<T> {
    let message = || format!("invalid value of `{option}`: `{value}`");
    check(value).map_err(|why| usage(Error::new(message()).cause(why)))
}

fn usage(error: Error) -> Error {
    error.exit_code(USAGE)
}

/// Writes an equivalent spec. A different file with the same name stays unchanged.
fn write_spec(request: &Request, folder: &Path) -> Result<()> {
    let path = folder.join(format!("{}.spec", request.name));
    let text = write::text(request, folder, Style::Terse);
    match std::fs::read_to_string(&path) {
        Ok(old) if old == text => return Ok(()),
        Ok(_) => {
            let error = Error::new(format!("spec `{}` exists with other content", path.display()));
            return Err(error.hint("remove it, or build from it"));
        }
        Err(_) => {}
    }
    fs_err::create_dir_all(folder)
        .and_then(|()| fs_err::write(&path, text))
        .context(|| format!("failed to write spec `{}`", path.display()))
}

#[cfg(test)]
mod tests;
