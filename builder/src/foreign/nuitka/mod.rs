//! Options of Nuitka, in comments of a script or on a command line.

mod commands;
mod comments;
mod condition;
mod files;
mod modules;
mod reading;
mod settings;
mod table;
mod words;

use std::path::{Path, PathBuf};

use self::condition::Surroundings;
use self::reading::Reading;
use self::words::Word;
pub(super) use self::words::split as split_line;
use crate::error::{Error, Result, USAGE, Warning};
use crate::foreign::place;
use crate::foreign::product::Product;
use crate::spec::options::{self, Options};
use crate::spec::{self, Entry, Overrides, Program, entry};
use crate::target::{Target, Wanted};

/// A call of Nuitka.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The script, if it is named.
    script: Option<PathBuf>,
    /// Further words of the command line.
    words: Vec<Word>,
    /// The file that contains the command line.
    file: Option<PathBuf>,
    /// The folders that it may run in; the current one if there are none.
    folders: Vec<PathBuf>,
}

impl Call {
    /// Returns the call that the comments of a script describe, if it has such comments.
    pub fn of_script(script: &Path) -> Option<Call> {
        let has_any = script.is_file() && comments::has_any(script);
        has_any.then(|| Call { script: Some(script.to_owned()), ..Call::default() })
    }

    /// Returns the call that the words of a command line are, if they call Nuitka: `python -m nuitka …` or
    /// `nuitka …`.
    pub(super) fn of_line(words: &[String]) -> Option<Call> {
        let after = start(words)?;
        let word = |text: &String| Word { text: text.clone(), place: None };
        Some(Call { words: words[after..].iter().map(word).collect(), ..Call::default() })
    }

    /// Returns the first call in a script of a shell, a Makefile or a workflow.
    ///
    /// # Errors
    /// The file cannot be read, or the call has a variable that the file does not set.
    pub(super) fn of_text(path: &Path) -> Result<Option<Call>> {
        let Some(found) = commands::find(path)? else { return Ok(None) };
        let beside = path.parent().unwrap_or(Path::new("")).to_owned();
        let folders =
            [&found.folder, Path::new(""), &beside.join(&found.folder), &beside].map(entry::absolute);
        Ok(Some(Call {
            words: found.words,
            file: Some(path.to_owned()),
            folders: folders.into(),
            ..Call::default()
        }))
    }

    /// Returns the file that it is in.
    pub(super) fn file(&self) -> Option<&Path> {
        self.script.as_deref().or(self.file.as_deref())
    }

    /// Returns the product that it describes.
    ///
    /// # Errors
    /// An option is not known or has an invalid value, or a file does not exist. The error shows the line.
    pub(super) fn read(&self, options: &Options, overrides: &Overrides) -> Result<Product> {
        let target = match overrides.target {
            Some(Wanted::One(target)) => target,
            Some(Wanted::Universal) => Target::UNIVERSAL[0],
            None => Target::host(),
        };
        let mut line = reading::parse(&self.words)?;
        let mut base = spec::current_dir()?;
        let mut mains: Vec<PathBuf> = self.script.iter().cloned().collect();
        for (script, place) in line.scripts.drain(..) {
            let folders = if self.folders.is_empty() { vec![base.clone()] } else { self.folders.clone() };
            let Some(folder) = folders.into_iter().find(|folder| folder.join(&script).exists()) else {
                let error = Error::new(format!("script `{}` not found", script.display()));
                let error = if place.is_none() { error.exit_code(USAGE) } else { error };
                return Err(place::at(
                    error.hint("paths are relative to the current folder"),
                    place.as_ref(),
                ));
            };
            mains.push(folder.join(&script));
            base = folder;
        }
        let mut asked = line.options;
        for main in mains.clone().iter().filter(|main| main.is_file()) {
            let machine = if target.os == crate::target::Os::Macos && target.machine() == "aarch64" {
                "arm64".to_owned()
            } else {
                target.machine().to_owned()
            };
            let folder = entry::absolute(main).parent().unwrap_or(Path::new("/")).to_owned();
            let words =
                comments::read(main, Surroundings { os: target.os, machine, folder, own: Vec::new() })?;
            let more = reading::parse(&words)?;
            asked.extend(more.options);
            let scripts = more.scripts.into_iter().map(|(script, _)| base.join(script));
            let is_known =
                |script: &PathBuf| mains.iter().any(|main| entry::absolute(main) == entry::absolute(script));
            let new: Vec<PathBuf> = scripts.filter(|script| !is_known(script)).collect();
            mains.extend(new);
        }
        let Some((main, others)) = mains.split_first() else {
            let error = Error::new("the command line of Nuitka names no script").exit_code(USAGE);
            return Err(error.hint("add it: `… --standalone app.py`"));
        };
        let product = self.product(main, others, options, overrides)?;
        let mut product = product;
        if let Some(script) = &self.script {
            let message = format!("the options in comments of `{}` apply", script.display());
            product
                .request
                .warnings
                .push(Warning::minor(message).hint("docs/guides/from-nuitka.md lists their effects"));
        }
        let mut reading = Reading::new(product, [base, folder_of(main)], target.os, options, overrides);
        for option in &asked {
            reading.apply(option).map_err(|error| place::at(error, option.place.as_ref()))?;
        }
        reading.finish()
    }

    /// Returns a product with the programs.
    fn product(
        &self,
        main: &Path,
        others: &[PathBuf],
        options: &Options,
        overrides: &Overrides,
    ) -> Result<Product> {
        if options.common.specpath.is_some() {
            let error = Error::new("`--specpath` would not keep the options of Nuitka").exit_code(USAGE);
            return Err(error.hint(format!("`freeze convert {}` writes a spec with them", main.display())));
        }
        let package = package_of(main)?;
        let text = match &package {
            Some((name, _)) => name.clone(),
            None => main.to_string_lossy().into_owned(),
        };
        let mut options = Options { entry: Some(text), ..options.clone() };
        let folder = entry::absolute(main)
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned());
        if main.ends_with("__main__.py") && options.common.name.is_none() {
            options.common.name = folder;
        }
        let mut product = Product::new(options::request(options, overrides)?);
        product.request.python.paths.extend(package.map(|(_, folder)| folder));
        for script in others {
            let path = entry::absolute(script);
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            product.request.programs.push(Program::new(name, Entry::Script(path), None));
        }
        Ok(product)
    }
}

/// Returns the folder of a script, or that of a package.
fn folder_of(main: &Path) -> PathBuf {
    let main = entry::absolute(main);
    if main.is_dir() { main } else { main.parent().unwrap_or(Path::new("/")).to_owned() }
}

/// Returns the package that a folder or its `__main__.py` is, and the folder that contains it.
fn package_of(main: &Path) -> Result<Option<(String, PathBuf)>> {
    let path = entry::absolute(main);
    if !path.is_dir() {
        return Ok(None);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if !path.join("__main__.py").is_file() {
        let error = Error::new(format!("`{}` is a folder without `__main__.py`", main.display()));
        return Err(error.hint("name the script of the program"));
    }
    Ok(Some((name, path.parent().unwrap_or(Path::new("/")).to_owned())))
}

/// Returns the position after the words that start Nuitka.
pub(super) fn start(words: &[String]) -> Option<usize> {
    let name = |text: &str| {
        let file = text.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        file.trim_end_matches(".exe").trim_end_matches(".cmd").trim_end_matches(".bat").to_owned()
    };
    let is_module =
        |pair: &[String]| pair[0] == "-m" && matches!(pair[1].as_str(), "nuitka" | "nuitka.__main__");
    if let Some(at) = words.windows(2).position(is_module) {
        return Some(at + 2);
    }
    let is_program = |word: &String| matches!(name(word).as_str(), "nuitka" | "nuitka3" | "nuitka-run");
    words.iter().position(is_program).map(|at| at + 1)
}

#[cfg(test)]
mod tests;
