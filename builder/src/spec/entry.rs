//! Parses entry points: a script, a module, or a function.

use std::path::{Path, PathBuf};

use super::Entry;
use crate::error::{Error, Result};
use crate::names;
use crate::nearest::nearest_file;

/// Parses an entry point: a script below `base`, `package` (its `__main__`), `package.module` or
/// `package.module:function`.
///
/// A name with a slash or a Python suffix is a script, and so is the name of an existing file.
///
/// # Errors
/// There is no such script, or the text is neither a path nor a module name.
pub fn parse(text: &str, base: &Path) -> Result<Entry> {
    let path = absolute(&base.join(text));
    if path.is_file() {
        return Ok(Entry::Script(path));
    }
    if is_path(text) {
        return Err(missing(text, &path, base));
    }
    if let Some((module, function)) = text.split_once(':') {
        // Entry points may include extras, as in `module:function [cli]`.
        let function = function.split('[').next().unwrap_or_default().trim();
        let module = module.trim();
        if is_dotted(module) && is_dotted(function) {
            return Ok(Entry::Function { module: module.to_owned(), function: function.to_owned() });
        }
    } else if is_dotted(text) {
        return Ok(Entry::Module(text.to_owned()));
    }
    let forms = "expected a script, `package`, `package.module` or `package.module:function`";
    Err(Error::new(format!("invalid entry `{text}`")).hint(forms))
}

/// Returns the default name of an application: the stem of the script, or the package.
pub fn default_name(entry: &Entry) -> String {
    match entry {
        Entry::Script(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        Entry::Module(module) | Entry::Function { module, .. } => names::top(module).to_owned(),
        Entry::EntryPoint(name) => name.clone(),
    }
}

/// Returns the folder above the packages that a script lies in: PyInstaller searches it instead of the
/// script's own. Returns `None` if the script lies in no package.
pub fn above_packages(script: &Path) -> Option<PathBuf> {
    let is_package = |folder: &&Path| folder.join("__init__.py").is_file();
    let innermost = script.parent().filter(is_package)?;
    let outermost = innermost.ancestors().take_while(is_package).last()?;
    outermost.parent().map(Path::to_path_buf)
}

/// Whether a text is a dotted name.
pub fn is_dotted(text: &str) -> bool {
    text.split('.').all(is_identifier)
}

/// Whether a text is a Python identifier (including keywords).
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
}

/// Makes a path absolute and removes `.` and `..`, without accessing the disk.
pub fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}

fn is_path(text: &str) -> bool {
    text.contains(['/', '\\']) || [".py", ".pyw", ".pyc"].iter().any(|s| text.ends_with(s))
}

fn missing(text: &str, path: &Path, base: &Path) -> Error {
    if path.is_dir() {
        let error = Error::new(format!("expected a script as entry, got folder `{text}`"));
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return match path.join("__main__.py").is_file() {
            true => error.hint(format!("the entry `{name}` runs the package's `__main__`")),
            false => error,
        };
    }
    let error = Error::new(format!("entry script `{text}` not found"));
    match nearest_file(text, base) {
        Some(hint) => error.hint(hint),
        None => error.hint(format!("paths are relative to `{}`", base.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_scripts_modules_and_functions_apart() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        std::fs::write(base.join("app.py"), "").unwrap();
        std::fs::write(base.join("tool"), "").unwrap();
        let script = |name: &str| Entry::Script(base.join(name));
        assert_eq!(parse("app.py", base).unwrap(), script("app.py"));
        assert_eq!(parse("./app.py", base).unwrap(), script("app.py"));
        assert_eq!(parse("tool", base).unwrap(), script("tool"));
        assert_eq!(parse("json.tool", base).unwrap(), Entry::Module("json.tool".into()));
        let function = Entry::Function { module: "a.b".into(), function: "C.run".into() };
        assert_eq!(parse("a.b:C.run", base).unwrap(), function);
        assert_eq!(parse("a.b:C.run [cli]", base).unwrap(), function);
        assert_eq!(parse("ap.py", base).unwrap_err().message, "entry script `ap.py` not found");
        assert!(parse("ap.py", base).unwrap_err().hint.unwrap().contains("`app.py`"));
        assert_eq!(parse("a-b:c", base).unwrap_err().message, "invalid entry `a-b:c`");
        assert!(parse("", base).is_err());
    }

    #[test]
    fn names_an_app_after_its_script_or_package() {
        assert_eq!(default_name(&Entry::Script("/x/my.app.py".into())), "my.app");
        assert_eq!(default_name(&Entry::Module("pkg.cli".into())), "pkg");
    }
}
