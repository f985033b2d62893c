//! Checks of single values, shared by specs and options.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::entry::absolute;
use crate::error::{Context, Error, Result};
use crate::nearest::nearest_file;

/// Checks a file name for an executable or folder.
pub(crate) fn name(text: &str) -> Result<(), String> {
    let bad = text.chars().find(|c| matches!(c, '/' | '\\' | ':') || c.is_control());
    match bad {
        _ if text.is_empty() => Err("a name cannot be empty".into()),
        _ if matches!(text, "." | "..") => Err(format!("`{text}` is not a name")),
        Some(c) => Err(format!("a name cannot contain {c:?}")),
        None => Ok(()),
    }
}

/// Checks a glob over dotted names: names, `*` and `**` between dots. A dynamically imported name may not be
/// an identifier.
pub(crate) fn module(text: &str) -> Result<(), String> {
    let inner = |c: char| c == '_' || c == '-' || c.is_alphanumeric();
    let name = |p: &str| !p.starts_with('-') && p.chars().all(|c| c == '*' || inner(c));
    let part = |p: &str| p == "**" || (!p.is_empty() && name(p));
    if text.split('.').all(part) {
        return Ok(());
    }
    let path = text.ends_with(".py") || text.contains('/');
    Err(if path { "expected a dotted module name, not a file" } else { "expected a dotted module name" }
        .into())
}

/// Checks a glob over file names, without folders.
pub(crate) fn file_name(text: &str) -> Result<(), String> {
    match globset::Glob::new(text) {
        _ if text.is_empty() => Err("a file name cannot be empty".into()),
        _ if text.contains(['/', '\\']) => Err("expected the name of a file, without folders".into()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.kind().to_string()),
    }
}

/// Checks a folder below the root; `.` and the empty text are the root itself.
pub(crate) fn folder(text: &str) -> Result<String, String> {
    let text = text.replace('\\', "/");
    let drive = text.as_bytes().get(1) == Some(&b':');
    if text.starts_with('/') || drive {
        return Err("expected a folder relative to the bundle, got an absolute path".into());
    }
    let parts: Vec<&str> = text.split('/').filter(|p| !matches!(*p, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err("a folder cannot be outside the bundle".into());
    }
    Ok(if parts.is_empty() { ".".into() } else { parts.join("/") })
}

/// Checks the name of the contents folder of a onedir bundle.
pub(crate) fn contents_directory(text: &str) -> Result<(), String> {
    if text == "." { Ok(()) } else { name(text) }
}

/// Checks an option of python's command line, without its dash. Returns the optimization level if the option
/// sets one.
pub(crate) fn python_option(text: &str) -> Result<Option<u8>, String> {
    let (word, argument) = match text.split_once(' ') {
        Some((word, argument)) => (word, Some(argument.trim())),
        None => (text, None),
    };
    match (word, argument) {
        // Python/initconfig.c only reads it from its own command line and environment.
        ("X", Some("warn_default_encoding")) => {
            Err("an embedded Python does not support this option: run the program unfrozen to use it".into())
        }
        ("X" | "W", Some(argument)) if !argument.is_empty() => Ok(None),
        ("X" | "W", _) => Err(format!("`{word}` needs an argument, as in `{word} {}`", example(word))),
        ("O", None) => Ok(Some(1)),
        ("OO", None) => Ok(Some(2)),
        ("u" | "b" | "bb" | "q" | "d" | "B" | "unbuffered" | "optimize" | "verbose", None) => Ok(None),
        (word, None) if !word.is_empty() && word.bytes().all(|b| b == b'v') => Ok(None),
        (word, None) if word.strip_prefix("hash_seed=").is_some_and(|n| n.parse::<u32>().is_ok()) => Ok(None),
        _ => Err("expected `u`, `v`, `b`, `d`, `q`, `B`, `O`, `OO`, `X …`, `W …` or `hash_seed=…`".into()),
    }
}

/// Returns the optimization level of two options: each `O` adds one, up to two.
pub(crate) fn add_levels(one: Option<u8>, other: Option<u8>) -> Option<u8> {
    match (one, other) {
        (Some(one), Some(other)) => Some((one + other).min(2)),
        (one, other) => one.or(other),
    }
}

fn example(word: &str) -> &'static str {
    if word == "X" { "utf8=1" } else { "error" }
}

/// Parses a glibc version.
pub(crate) fn glibc(text: &str) -> Result<(u32, u32), String> {
    let parse = || {
        let (major, minor) = text.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    parse().ok_or_else(|| "expected a version as in \"2.28\"".to_owned())
}

/// Accepts a locale, as in `de` or `pt_BR`.
pub(crate) fn locale(text: &str) -> Result<(), String> {
    let mut parts = text.split(['_', '-']);
    let language = parts.next().unwrap_or_default();
    let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
    if is_language && parts.all(|part| part.len() > 1 && part.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return Ok(());
    }
    Err("expected a locale such as `de` or `pt_BR`".into())
}

/// Checks a glob over paths.
pub(crate) fn glob(text: &str) -> Result<(), String> {
    globset::Glob::new(text).map(drop).map_err(|e| e.kind().to_string())
}

/// Parses the limit of the cache.
pub(super) fn size(text: &str) -> Result<u64, String> {
    crate::store::parse_size(text)
        .map_err(|_| "expected a size such as `5G`, `500M` or a number of bytes".into())
}

/// Checks the name of an environment variable.
pub(crate) fn variable(text: &str) -> Result<(), String> {
    match text {
        "" => Err("the name of a variable cannot be empty".into()),
        text if text.contains('=') => Err("the name of a variable cannot contain `=`".into()),
        _ => Ok(()),
    }
}

/// The debug options of `-d`.
pub(crate) const DEBUG: &[&str] = &["all", "imports", "bootloader", "noarchive"];

/// Returns the path of an existing file or folder.
pub(crate) fn existing(text: &str, base: &Path, what: &str) -> Result<PathBuf> {
    let path = absolute(&base.join(text));
    if path.exists() {
        return Ok(path);
    }
    if path.is_symlink() {
        return Err(Error::new(format!("{what} `{text}` is a link to a missing file"))
            .hint("remove the link, or create its target"));
    }
    let error = Error::new(format!("{what} `{text}` not found"));
    Err(match nearest_file(text, base) {
        Some(hint) => error.hint(hint),
        None => error.hint(format!("paths are relative to `{}`", base.display())),
    })
}

/// Returns the paths of existing files or folders, relative to the current folder.
pub(super) fn all_existing(paths: &[PathBuf], what: &str) -> Result<Vec<PathBuf>> {
    let cwd = current_dir()?;
    paths.iter().map(|path| existing(&text_of(path)?, &cwd, what)).collect()
}

/// Reads a file with one module name per line; `#` starts a comment.
pub(super) fn order(path: &Path) -> Result<Vec<String>> {
    let text = fs_err::read_to_string(path).context(|| "failed to read the order of imports")?;
    let mut names = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let name = line.split('#').next().unwrap_or_default().trim();
        if name.is_empty() {
            continue;
        }
        if module(name).is_err() || name.contains('*') {
            let place = format!("{}:{number}", path.display());
            return Err(Error::new(format!("expected a module name at {place}, found `{name}`"))
                .hint("`freeze trace --order` writes the file again"));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Checks a venv, an interpreter or a version. Text that looks like a path or exists below `base` becomes an
/// absolute path.
pub(crate) fn interpreter(text: &str, base: &Path) -> Result<String> {
    let version =
        text.trim_end_matches('t').split('.').all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    if version && !text.is_empty() {
        return Ok(text.to_owned());
    }
    if text.starts_with(['<', '>', '=', '!', '~']) {
        let range = pep440_rs::VersionSpecifiers::from_str(text);
        return range.map(|range| range.to_string()).map_err(|e| {
            Error::new(format!("invalid range of versions `{text}`"))
                .cause(e.to_string().trim().to_owned())
                .hint("write it as in `>=3.11` or `>=3.10,<3.13`")
        });
    }
    let path = absolute(&base.join(text));
    if text.contains(['/', '\\']) || path.exists() {
        let path = existing(text, base, "interpreter")?;
        return text_of(&path);
    }
    Ok(text.to_owned())
}

/// Returns the source of an item as an absolute path: an existing path, or a glob.
pub(crate) fn item(text: &str, base: &Path) -> Result<String> {
    if is_glob(text) && !base.join(text).exists() {
        // Brackets in the folders above the spec are not part of the user's pattern.
        let base = globset::escape(&text_of(base)?);
        let text = text.strip_prefix("./").unwrap_or(text);
        globset::Glob::new(text)
            .map_err(|e| Error::new(format!("invalid glob `{text}`")).cause(e.kind().to_string()))?;
        return Ok(if Path::new(text).is_absolute() { text.to_owned() } else { format!("{base}/{text}") });
    }
    text_of(&existing(text, base, "file")?)
}

/// Returns the files that a glob or a plain path matches, sorted.
pub(crate) fn expand(text: &str, base: &Path, what: &str) -> Result<Vec<PathBuf>> {
    if !is_glob(text) || base.join(text).exists() {
        return Ok(vec![existing(text, base, what)?]);
    }
    let glob = globset::GlobBuilder::new(text.strip_prefix("./").unwrap_or(text))
        .literal_separator(true)
        .build()
        .map_err(|e| Error::new(format!("invalid glob `{text}`")).cause(e.kind().to_string()))?
        .compile_matcher();
    // Only walk the folders that the pattern can match.
    let depth = if text.contains("**") { usize::MAX } else { text.split(['/', '\\']).count() };
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(base)
        .max_depth(depth)
        .into_iter()
        .filter_map(|entry| entry.ok().filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path))
        .filter(|path| path.strip_prefix(base).is_ok_and(|p| glob.is_match(p)))
        .collect();
    if found.is_empty() {
        return Err(Error::new(format!("{what} `{text}` matches nothing")));
    }
    found.sort();
    Ok(found)
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

fn text_of(path: &Path) -> Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Error::new(format!("path `{}` is not UTF-8", path.display())))
}

/// Returns the current folder.
pub(crate) fn current_dir() -> Result<PathBuf> {
    std::env::current_dir().map_err(|e| Error::from(e).context("failed to find the current folder"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stay_in_the_bundle() {
        assert_eq!(folder("./assets//img/"), Ok("assets/img".into()));
        assert_eq!(folder(""), Ok(".".into()));
        assert_eq!(folder("a\\b"), Ok("a/b".into()));
        assert!(folder("/etc").is_err());
        assert!(folder("C:\\x").is_err());
        assert!(folder("a/../../b").is_err());
    }

    #[test]
    fn module_globs() {
        for good in ["a", "a-b", "a.1-x", "a.b", "a.*", "a.**.b", "test_*", "*"] {
            assert_eq!(module(good), Ok(()), "{good}");
        }
        for bad in ["", "a.", "a..b", "-a", "a b", "x.py/"] {
            assert!(module(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn python_options() {
        for good in ["u", "v", "vv", "X dev", "W error", "hash_seed=0"] {
            assert_eq!(python_option(good), Ok(None), "{good}");
        }
        assert_eq!(python_option("OO"), Ok(Some(2)));
        assert_eq!(add_levels(add_levels(None, Some(1)), Some(1)), Some(2));
        assert_eq!(add_levels(Some(2), Some(2)), Some(2));
        for bad in ["", "X", "-u", "z", "hash_seed=x"] {
            assert!(python_option(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_version_is_no_path() {
        let base = tempfile::tempdir().unwrap();
        std::fs::create_dir(base.path().join(".venv")).unwrap();
        assert_eq!(interpreter("3.12", base.path()).unwrap(), "3.12");
        assert_eq!(interpreter("python3.11", base.path()).unwrap(), "python3.11");
        assert_eq!(interpreter(".venv", base.path()).unwrap(), base.path().join(".venv").to_str().unwrap());
        assert_eq!(interpreter("./venv", base.path()).unwrap_err().message, "interpreter `./venv` not found");
    }
}
