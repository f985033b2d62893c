//! Configurations of other freezers that consist of data: what they request, without running anything.

use std::path::{Path, PathBuf};

use super::product::Product;
use super::{arguments, auto_py_to_exe, briefcase, nuitka, poetry};
use crate::error::{Result, USAGE};
use crate::spec::options::{self, Options};
use crate::spec::project::Project;
use crate::spec::{Overrides, Request, universal};

/// A configuration.
#[derive(Clone, Debug)]
pub enum Configuration {
    /// A file of auto-py-to-exe.
    AutoPyToExe(PathBuf),
    /// A script with options of Nuitka, or a command line of Nuitka.
    Nuitka(nuitka::Call),
    /// A command line of PyInstaller.
    Arguments(Vec<String>),
    /// A pyproject.toml with `[tool.briefcase]`.
    Briefcase(PathBuf),
    /// A pyproject.toml with `[tool.poetry-pyinstaller-plugin]`.
    Poetry(PathBuf),
}

impl Configuration {
    /// Returns the configuration that a text of the command line names, or that the current folder has.
    ///
    /// # Errors
    /// A pyproject.toml cannot be read.
    pub fn of(what: Option<&str>) -> Result<Option<Configuration>> {
        let Some(text) = what else {
            // A spec comes first; without one, a table of another freezer is more specific than the project.
            let specs = crate::os::list(Path::new(".")).iter().filter(|path| ends(path, "spec")).count();
            return if specs == 1 { Ok(None) } else { in_project(Path::new("pyproject.toml")) };
        };
        let path = Path::new(text);
        if path.is_dir() {
            return in_project(&path.join("pyproject.toml"));
        }
        if path.file_name().is_some_and(|name| name == "pyproject.toml") {
            return in_project(path);
        }
        if ends(path, "json") && path.is_file() {
            return Ok(Some(Configuration::AutoPyToExe(path.to_owned())));
        }
        Ok(nuitka::Call::of_script(path).map(Configuration::Nuitka))
    }

    /// The same for a file to convert, which may also be a script of a shell that calls Nuitka.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_file(path: &Path) -> Result<Option<Configuration>> {
        if let Some(found) = Configuration::of(Some(&path.to_string_lossy()))? {
            return Ok(Some(found));
        }
        let is_program = path.is_dir() || ends(path, "py") || ends(path, "toml");
        if is_program { Ok(None) } else { Ok(nuitka::Call::of_text(path)?.map(Configuration::Nuitka)) }
    }

    /// Returns the configuration that a command line is.
    pub fn of_line(words: &[String]) -> Option<Configuration> {
        if let Some(call) = nuitka::Call::of_line(words) {
            return Some(Configuration::Nuitka(call));
        }
        let is_module = |pair: &[String]| pair[0] == "-m" && pair[1] == "PyInstaller";
        let is_program =
            |word: &String| word.rsplit(['/', '\\']).next().unwrap_or_default().starts_with("pyinstaller");
        let after = match words.windows(2).position(is_module) {
            Some(at) => at + 2,
            None => words.iter().position(is_program)? + 1,
        };
        Some(Configuration::Arguments(words[after..].to_vec()))
    }

    /// Returns the products that it describes. Options of the command line add to those of a script.
    ///
    /// # Errors
    /// Something in it is invalid, or a file does not exist. The error shows the line.
    pub fn read(&self, options: &Options, overrides: &Overrides) -> Result<Vec<Product>> {
        let products = match self {
            Configuration::AutoPyToExe(path) => auto_py_to_exe::read(path, overrides)?,
            Configuration::Nuitka(call) => vec![call.read(options, overrides)?],
            Configuration::Arguments(words) => {
                let options = Options {
                    package_hooks: true,
                    ..arguments::parse(words).map_err(|e| e.exit_code(USAGE))?
                };
                vec![Product::new(options::request(options, overrides)?)]
            }
            Configuration::Briefcase(path) => briefcase::read(path, overrides)?,
            Configuration::Poetry(path) => poetry::read(path, overrides)?,
        };
        // What a reader adds holds for each processor of a universal program.
        let complete = |product: Product| -> Result<Product> {
            let request = Request { others: Vec::new(), ..product.request };
            let request = universal::for_all_processors(request, overrides.target)?;
            Ok(Product { request, ..product })
        };
        products.into_iter().map(complete).collect()
    }

    /// Whether options of the command line can add to it.
    pub fn takes_options(&self) -> bool {
        matches!(self, Configuration::Nuitka(_))
    }

    /// Returns the file that it is in; `None` for a command line.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Configuration::AutoPyToExe(path)
            | Configuration::Briefcase(path)
            | Configuration::Poetry(path) => Some(path),
            Configuration::Nuitka(call) => call.file(),
            Configuration::Arguments(_) => None,
        }
    }
}

/// Returns the configuration in a pyproject.toml, unless it has one of `freeze`.
fn in_project(path: &Path) -> Result<Option<Configuration>> {
    if !path.is_file() {
        return Ok(None);
    }
    let project = Project::read(path)?;
    if project.has_spec() {
        return Ok(None);
    }
    let has = |table: &str| project.at(&["tool", table]).is_some();
    Ok(if has("briefcase") {
        Some(Configuration::Briefcase(path.to_owned()))
    } else if has("poetry-pyinstaller-plugin") {
        Some(Configuration::Poetry(path.to_owned()))
    } else {
        None
    })
}

fn ends(path: &Path, suffix: &str) -> bool {
    path.extension().is_some_and(|e| e == suffix)
}
