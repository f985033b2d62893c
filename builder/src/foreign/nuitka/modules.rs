//! Options of Nuitka for modules.

use std::path::Path;

use super::reading::{Asked, Reading, invalid, parts, plain};
use crate::error::{Error, Result};
use crate::spec;

impl Reading<'_> {
    pub(super) fn include(&mut self, asked: &Asked) -> Result<()> {
        for name in parts(&asked.value) {
            self.add_module(name.to_owned(), asked)?;
        }
        Ok(())
    }

    pub(super) fn packages(&mut self, asked: &Asked) -> Result<()> {
        for name in parts(&asked.value) {
            self.add_module(name.to_owned(), asked)?;
            self.add_module(format!("{name}.*"), asked)?;
        }
        Ok(())
    }

    fn add_module(&mut self, name: String, asked: &Asked) -> Result<()> {
        let include = &mut self.product.request.modules.include;
        add(include, name, asked)
    }

    pub(super) fn package_data(&mut self, asked: &Asked) -> Result<()> {
        for text in parts(&asked.value) {
            let (name, pattern) = text.split_once(':').map_or((text, None), |(name, p)| (name, Some(p)));
            add(&mut self.product.request.modules.collect_data, name.to_owned(), asked)?;
            if let Some(pattern) = pattern {
                let text = format!("all data files of `{name}`, not only `{pattern}`");
                self.product.decide("modules.collect-data", text);
            }
        }
        Ok(())
    }

    pub(super) fn no_follow(&mut self, asked: &Asked) -> Result<()> {
        for name in parts(&asked.value) {
            // In Nuitka, `*` stands for any number of names.
            let name = match name.strip_prefix("*.") {
                Some(rest) => format!("**.{rest}"),
                None => name.to_owned(),
            };
            add(&mut self.product.request.modules.exclude, name, asked)?;
        }
        Ok(())
    }

    pub(super) fn no_follow_group(&mut self, asked: &Asked, names: &[&str]) {
        if asked.value == "nofollow" {
            let exclude = &mut self.product.request.modules.exclude;
            let new = names.iter().map(|name| (*name).to_owned());
            exclude.extend(new.filter(|name| !exclude.contains(name)).collect::<Vec<_>>());
        }
    }

    pub(super) fn no_follow_other(&mut self, asked: &Asked) -> Result<()> {
        let Some((name, word)) = asked.value.rsplit_once(':') else {
            return Err(invalid(asked, "`MODULE:nofollow`"));
        };
        if word == "nofollow" {
            add(&mut self.product.request.modules.exclude, name.to_owned(), asked)?;
        }
        Ok(())
    }

    pub(super) fn metadata(&mut self, value: &str) {
        let include = &mut self.product.request.metadata.include;
        let new = parts(value).map(str::to_owned);
        include.extend(new.filter(|name| !include.contains(name)).collect::<Vec<_>>());
    }

    pub(super) fn modules_of_folder(&mut self, asked: &Asked) -> Result<()> {
        let folder = self.existing(&asked.value)?;
        if !folder.is_dir() {
            return Err(invalid(asked, "a folder of modules"));
        }
        if let Some(name) = self.dotted(&folder) {
            let inner = format!("{name}.*");
            return if folder.join("__init__.py").is_file() {
                self.add_module(name, asked).and_then(|()| self.add_module(inner, asked))
            } else {
                self.add_module(inner, asked)
            };
        }
        self.add_path(&folder);
        for path in crate::os::list(&folder) {
            let Some(name) = module_name(&path) else { continue };
            if path.is_dir() {
                self.add_module(format!("{name}.*"), asked)?;
            }
            self.add_module(name, asked)?;
        }
        Ok(())
    }

    pub(super) fn module_files(&mut self, asked: &Asked) -> Result<()> {
        let (_, found) = self.matching(&plain(&asked.value))?;
        for path in found {
            let Some(name) = module_name(&path) else { continue };
            match self.dotted(&path.with_extension("")) {
                Some(name) => self.add_module(name, asked)?,
                None => {
                    self.add_path(path.parent().unwrap_or(Path::new("/")));
                    self.add_module(name, asked)?;
                }
            }
        }
        Ok(())
    }

    fn add_path(&mut self, folder: &Path) {
        let paths = &mut self.product.request.python.paths;
        if !paths.iter().any(|path| path == folder) {
            paths.push(folder.to_owned());
        }
    }

    /// Returns the name of a module or package below the folder of the script.
    fn dotted(&self, path: &Path) -> Option<String> {
        let inner = path.strip_prefix(&self.folder).ok()?;
        let names: Vec<String> = inner.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let is_name = !names.is_empty() && names.iter().all(|name| spec::entry::is_identifier(name));
        is_name.then(|| names.join("."))
    }
}

/// Returns the name of the module that a file or folder is.
fn module_name(path: &Path) -> Option<String> {
    let is_module = path.is_dir() && path.join("__init__.py").is_file()
        || path.extension().is_some_and(|e| e == "py") && path.is_file();
    let name = path.file_stem()?.to_string_lossy().into_owned();
    (is_module && spec::entry::is_identifier(&name)).then_some(name)
}

fn add(names: &mut Vec<String>, name: String, asked: &Asked) -> Result<()> {
    spec::checked_module(&name)
        .map_err(|why| Error::new(format!("invalid value of `{}`: `{name}`", asked.name)).cause(why))?;
    if !names.contains(&name) {
        names.push(name);
    }
    Ok(())
}
