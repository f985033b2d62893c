//! Command lines of Nuitka in scripts of shells, Makefiles and workflows.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::start;
use super::words::{Word, split};
use crate::error::{Context, Error, Result};
use crate::foreign::place::{self, Place};

/// Words that end a command.
const ENDS: [&str; 5] = ["&&", "||", "|", ";", "&"];

/// A call in a file.
#[derive(Debug)]
pub(super) struct Found {
    /// The words behind the name of Nuitka.
    pub(super) words: Vec<Word>,
    /// The folder that the commands before it enter.
    pub(super) folder: PathBuf,
}

/// Returns the first call of Nuitka in a file.
///
/// # Errors
/// The file cannot be read, or a word has a variable that the file does not set.
pub(super) fn find(path: &Path) -> Result<Option<Found>> {
    let bytes = fs_err::read(path).context(|| format!("failed to read `{}`", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut variables: HashMap<String, String> = HashMap::new();
    let mut folder = PathBuf::new();
    let lines = joined(&text);
    for (at, (line, number)) in lines.iter().enumerate() {
        assignment(line, &mut variables);
        let plain = line.trim_start();
        let is_comment = ["#", "rem ", "REM ", "::", "@rem ", "echo ", "@echo "]
            .iter()
            .any(|mark| plain.starts_with(mark));
        let words = split(&fill(plain.trim_start_matches(['@', '-']), &variables).0);
        if !is_comment {
            folder.extend(entered(&words));
        }
        let Some(after) = start(&words).filter(|_| !is_comment) else { continue };
        // A workflow may fold one command into several lines.
        let folded = lines[at + 1..].iter().take_while(|(line, _)| line.trim_start().starts_with("--"));
        let more = folded.flat_map(|(line, _)| split(line.trim()));
        let all = words[after..].iter().cloned().chain(more);
        let place: Place = (path.to_owned(), *number);
        let all: Vec<String> =
            all.take_while(|word| !ENDS.contains(&word.as_str()) && !word.starts_with('>')).collect();
        // `pip install nuitka`, and prose.
        let installs = words[..after].iter().any(|word| matches!(word.as_str(), "install" | "add"));
        let is_call =
            all.iter().any(|word| word.starts_with("--") && word != "--version" || word.ends_with(".py"));
        if installs || !is_call {
            continue;
        }
        let filled = |word: String| -> Result<Word> {
            let (text, unknown) = fill(&word, &variables);
            if let Some(name) = unknown {
                let error = Error::new(format!("the variable `{name}` has no value"));
                let hint = format!("write its value into `{word}`, or set it in this file");
                return Err(place::at(error.hint(hint), Some(&place)));
            }
            Ok(Word { text, place: Some(place.clone()) })
        };
        let words = all.into_iter().map(filled).collect::<Result<Vec<_>>>()?;
        return Ok(Some(Found { words, folder }));
    }
    Ok(None)
}

/// Returns the folders that a line enters: `cd folder`. Those of variables are unknown.
fn entered(words: &[String]) -> Vec<PathBuf> {
    let is_plain = |folder: &str| !folder.contains(['$', '%', '`', '~']) && !Path::new(folder).is_absolute();
    let changes = words.windows(2).filter(|pair| matches!(pair[0].as_str(), "cd" | "pushd" | "Set-Location"));
    changes.filter(|pair| is_plain(&pair[1])).map(|pair| PathBuf::from(pair[1].replace('\\', "/"))).collect()
}

/// Returns the lines of a text with their numbers. A line that ends in `\`, `^` or a backtick goes on in the next
/// one.
fn joined(text: &str) -> Vec<(String, u32)> {
    let mut lines: Vec<(String, u32)> = Vec::new();
    let mut goes_on = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim_end();
        let start = line.strip_suffix(['\\', '^', '`']);
        let part = start.unwrap_or(line);
        match lines.last_mut().filter(|_| goes_on) {
            Some((whole, _)) => {
                whole.push(' ');
                whole.push_str(part.trim_start());
            }
            None => lines.push((part.to_owned(), number)),
        }
        goes_on = start.is_some();
    }
    lines
}

/// Notes `NAME=value`, `set NAME=value`, `NAME := value` and `NAME: value`.
fn assignment(line: &str, variables: &mut HashMap<String, String>) {
    let line = line.trim().trim_start_matches('@');
    let words = ["export ", "set ", "SET ", "local ", "$env:", "$"];
    let line = words.iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line).trim();
    let line = line.strip_prefix('"').and_then(|line| line.strip_suffix('"')).unwrap_or(line);
    let Some((name, value)) = line.split_once('=').or_else(|| line.split_once(": ")) else { return };
    let name = name.trim().trim_end_matches([':', '?', '+']).trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let value = value.trim().trim_matches(['"', '\'']);
    if is_name && let (value, None) = fill(value, variables) {
        variables.insert(name.to_owned(), value);
    }
}

/// Replaces variables: `$NAME`, `${NAME}`, `$(NAME)`, `%NAME%`, `!NAME!` and `${{ env.NAME }}`. Also returns the
/// name of an unknown one, which stays.
fn fill(word: &str, variables: &HashMap<String, String>) -> (String, Option<String>) {
    let (mut out, mut rest, mut unknown) = (String::new(), word, None);
    while let Some(at) = rest.find(['$', '%', '!']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((name, after)) = variable(rest) else {
            out.push_str(&rest[..1]);
            rest = &rest[1..];
            continue;
        };
        if let Some(value) = variables.get(name) {
            out.push_str(value);
        } else {
            out.push_str(&rest[..rest.len() - after.len()]);
            unknown.get_or_insert(name.to_owned());
        }
        rest = after;
    }
    (out + rest, unknown)
}

/// Returns the name of the variable that a text begins with, and the rest.
fn variable(text: &str) -> Option<(&str, &str)> {
    for (open, close) in [("${{", "}}"), ("${", "}"), ("$(", ")"), ("%", "%"), ("!", "!")] {
        if let Some((name, rest)) = text.strip_prefix(open).and_then(|text| text.split_once(close)) {
            let name = name.trim().rsplit('.').next().unwrap_or_default();
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            return is_name.then_some((name, rest));
        }
    }
    let rest = text.strip_prefix('$')?;
    let rest = rest.strip_prefix("env:").unwrap_or(rest);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
    (end > 0).then(|| rest.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("build");
        std::fs::write(&path, text).unwrap();
        let found = find(&path)?.map(|found| found.words).unwrap_or_default();
        Ok(found.into_iter().map(|word| word.text).collect())
    }

    #[test]
    fn calls_are_found_in_scripts() {
        let unix = "#!/bin/sh\n# python -m nuitka old.py\nVERSION=\"1.2\"\npip install nuitka\n\
                    python3 -m nuitka --onefile \\\n  --file-version=$VERSION \\\n  app.py && echo done\n";
        assert_eq!(of(unix).unwrap(), ["--onefile", "--file-version=1.2", "app.py"]);
        let windows = "@echo off\nset NAME=My App\npython -m nuitka ^\n  --output-filename=\"%NAME%.exe\" ^\n  app.py\n";
        assert_eq!(of(windows).unwrap(), ["--output-filename=My App.exe", "app.py"]);
        let make = "MAIN := app.py\nall:\n\t@nuitka3 --standalone $(MAIN)\n";
        assert_eq!(of(make).unwrap(), ["--standalone", "app.py"]);
        let command = "CC=python -m nuitka\nall:\n\t$(CC) --onefile app.py -o app\n";
        assert_eq!(of(command).unwrap(), ["--onefile", "app.py", "-o", "app"]);
        let folded = "run: >\n  python -m nuitka app.py\n  --onefile\n  --lto=no\nnext: x\n";
        assert_eq!(of(folded).unwrap(), ["app.py", "--onefile", "--lto=no"]);
        for text in [
            "echo hello\n",
            "name: Cache Nuitka folder\n",
            "pip install nuitka --user\n",
            "nuitka --version\n",
        ] {
            assert!(of(text).unwrap().is_empty(), "{text}");
        }
    }

    #[test]
    fn a_variable_without_a_value_is_named() {
        let error = of("a\npython -m nuitka --file-version=$VERSION app.py\n").unwrap_err().to_string();
        assert!(error.contains("`VERSION` has no value") && error.contains("build:2"), "{error}");
    }
}
