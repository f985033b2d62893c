//! Asks the target interpreter about files that the parser rejects, because the interpreter decides what is
//! valid.

use std::path::PathBuf;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::world::reader::Reader;
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::python::Python;
use crate::store::{Bucket, Code, Hash, KeyBuilder};

/// Python's error for a rejected file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rejected {
    /// Line, 1-based; 0 if unknown.
    pub line: u32,
    /// Column, 1-based; 0 if unknown.
    pub column: u32,
    /// The complete message as printed by Python.
    pub text: String,
}

/// Compiles files, each with the name to show, and returns the error of each, if any. Results are cached by name and
/// content.
///
/// # Errors
/// The interpreter cannot be run.
pub(super) fn check(files: &[(String, PathBuf)], reader: Reader<'_>) -> Result<Vec<Option<Rejected>>> {
    let Reader { python, disk, store } = reader;
    let keys: Vec<Option<Hash>> = files
        .iter()
        .map(|(name, path)| disk.hash(path, store, None).map(|h| key(&h, name, python)))
        .collect();
    let mut answers: Vec<Option<Option<Rejected>>> = keys
        .iter()
        .map(|key| serde_json::from_slice(&store.get(Bucket::Imports, key.as_ref()?)?).ok())
        .collect();
    let unknown: Vec<usize> = (0..files.len()).filter(|&i| answers[i].is_none()).collect();
    if !unknown.is_empty() {
        let asked: Vec<_> = unknown.iter().map(|&i| &files[i]).collect();
        for (&i, answer) in unknown.iter().zip(ask(&asked, python)?) {
            let answer = answer.map(|(line, column, text)| Rejected { line, column, text });
            if let (Some(key), Ok(bytes)) = (&keys[i], serde_json::to_vec(&answer)) {
                store.put(Bucket::Imports, key, &bytes);
            }
            answers[i] = Some(answer);
        }
    }
    Ok(answers.into_iter().map(Option::flatten).collect())
}

/// The message contains the name of the file.
fn key(content: &Hash, name: &str, python: &Python) -> Hash {
    KeyBuilder::new(Code::Analysis, "syntax").part(&python.version_text).part(content).part(name).finish()
}

type Answer = Option<(u32, u32, String)>;

fn ask(files: &[&(String, PathBuf)], python: &Python) -> Result<Vec<Answer>> {
    let doing = || format!("failed to check syntax with interpreter `{}`", python.executable.display());
    let mut command = Command::new(&python.executable);
    command.args(["-I", "-S", "-X", "utf8", "-c", include_str!("syntax.py")]);
    let output = interrupt::answer(&mut command, &serde_json::to_vec(files)?).context(doing)?;
    let answers: Vec<Answer> = serde_json::from_slice(&output.stdout).context(doing)?;
    if answers.len() == files.len() { Ok(answers) } else { Err(Error::new(doing())) }
}
