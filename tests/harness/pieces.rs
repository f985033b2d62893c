//! What tests for other platforms need: Pythons and wheels of those platforms, launchers, and `freeze.exe`. What is missing is
//! fetched or built once, where that is possible.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::python::{lock, newest, skip};
use crate::{full, root};

/// Why each preparation has failed, by its command; nothing if it has succeeded.
static DONE: Mutex<BTreeMap<Vec<String>, Option<String>>> = Mutex::new(BTreeMap::new());

/// A piece that `tests/pieces.py` fetches; it is said if it cannot be had.
pub fn piece(name: &str) -> Option<PathBuf> {
    let path = root().join("target/pieces").join(name);
    if path.exists() {
        return Some(path);
    }
    let python = newest().exe.display().to_string();
    let failure = prepare(&[&python, "tests/pieces.py"]);
    available(path, &format!("`target/pieces/{name}`"), "python3 tests/pieces.py", failure)
}

/// The launcher of a target.
pub fn launcher(triple: &str, file: &str) -> Option<PathBuf> {
    let path = root().join("target/launchers").join(triple).join(file);
    if path.exists() {
        return Some(path);
    }
    let failure = prepare(&["bootloader/launchers.sh", triple]);
    available(path, &format!("launcher for {triple}"), &format!("bootloader/launchers.sh {triple}"), failure)
}

/// `freeze.exe`, which takes some minutes to build: it is built for `FREEZE_TEST_FULL=1` only.
pub fn freeze_exe() -> Option<PathBuf> {
    let triple = "x86_64-pc-windows-gnu";
    let path = root().join("target/launchers").join(triple).join("freeze.exe");
    let path = std::env::var_os("FREEZE_TEST_WINDOWS_BINARY").map_or(path, PathBuf::from);
    let command = ["bootloader/launchers.sh", "--builder", "--quick", triple];
    let failure = if path.exists() || !full() { None } else { prepare(&command) };
    available(path, "`freeze.exe`", &command.join(" "), failure)
}

/// Runs a command in the repository, once and with others waiting. Returns why it failed.
fn prepare(command: &[&str]) -> Option<String> {
    let words: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(failure) = done.get(&words) {
        return failure.clone();
    }
    std::fs::create_dir_all(root().join("target")).expect("target/ is writable");
    let _lock = lock(&root().join("target/prepare.lock"));
    let output =
        Command::new(command[0]).args(&command[1..]).current_dir(root()).stdin(Stdio::null()).output();
    let failure = match output {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            Some(said.lines().last().unwrap_or("it said nothing").trim().to_owned())
        }
        Err(error) => Some(error.to_string()),
    };
    done.insert(words, failure.clone());
    failure
}

/// The file if it is there; otherwise says what is missing, and why.
fn available(path: PathBuf, what: &str, command: &str, failure: Option<String>) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    let why = failure.map_or_else(String::new, |failure| format!(": {failure}"));
    skip(&format!("no {what}; `{command}` makes it{why}"));
    None
}
