//! The process that runs a spec or hooks among stand-ins for PyInstaller.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use serde::Serialize;

use super::message::{Message, Order};
use crate::error::{Context, Error, Result};
use crate::interrupt::{self, Guarded};
use crate::store::{Code, KeyBuilder, Store};

/// The stand-ins, by path.
const STAND_INS: &[(&str, &str)] = &[
    ("_freeze_spec.py", include_str!("python/_freeze_spec.py")),
    ("_freeze_wire.py", include_str!("python/_freeze_wire.py")),
    ("_freeze_hooks.py", include_str!("python/_freeze_hooks.py")),
    ("PyInstaller/__init__.py", include_str!("python/PyInstaller/__init__.py")),
    ("PyInstaller/compat.py", include_str!("python/PyInstaller/compat.py")),
    ("PyInstaller/config.py", include_str!("python/PyInstaller/config.py")),
    ("PyInstaller/log.py", include_str!("python/PyInstaller/log.py")),
    ("PyInstaller/building/__init__.py", include_str!("python/PyInstaller/building/__init__.py")),
    ("PyInstaller/building/api.py", include_str!("python/PyInstaller/building/api.py")),
    ("PyInstaller/building/build_main.py", include_str!("python/PyInstaller/building/build_main.py")),
    ("PyInstaller/building/datastruct.py", include_str!("python/PyInstaller/building/datastruct.py")),
    ("PyInstaller/building/osx.py", include_str!("python/PyInstaller/building/osx.py")),
    ("PyInstaller/building/splash.py", include_str!("python/PyInstaller/building/splash.py")),
    ("PyInstaller/depend/__init__.py", include_str!("python/PyInstaller/depend/__init__.py")),
    ("PyInstaller/utils/__init__.py", include_str!("python/PyInstaller/utils/__init__.py")),
];

/// A running process.
pub(super) struct Session {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    // Ends the process when the session is dropped.
    _process: Guarded,
}

impl Session {
    /// Starts the process.
    ///
    /// # Errors
    /// The interpreter does not run, or the cache cannot be written.
    pub(super) fn start(interpreter: &Path, order: &Order, store: &Store) -> Result<Session> {
        let driver = stand_ins(store)?.join("_freeze_spec.py");
        let mut command = Command::new(interpreter);
        command.arg(&driver).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let failed = || format!("failed to run interpreter `{}`", interpreter.display());
        let mut process = Guarded::start(&mut command).context(failed)?;
        let (input, output) =
            process.pipes().ok_or_else(|| Error::new("the interpreter has no standard streams"))?;
        let mut session = Session { input, output: BufReader::new(output), _process: process };
        session.send(order)?;
        Ok(session)
    }

    /// Sends an object.
    pub(super) fn send(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let sent = self.input.write_all(&line).and_then(|()| self.input.flush());
        interrupt::check()?;
        sent.context(|| "the process that runs the spec ended too early")
    }

    /// Receives a message; `None` if the process has ended.
    pub(super) fn receive(&mut self) -> Result<Option<Message>> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line);
        interrupt::check()?;
        match read.context(|| "failed to read from the process that runs the spec")? {
            0 => Ok(None),
            _ => serde_json::from_str(&line)
                .map(Some)
                .context(|| "failed to read a message of the process that runs the spec"),
        }
    }
}

/// Returns the folder with the stand-ins.
fn stand_ins(store: &Store) -> Result<PathBuf> {
    let key = KeyBuilder::new(Code::Python, "stand-ins")
        .parts(STAND_INS.iter().flat_map(|(path, text)| [*path, *text]))
        .finish();
    store.folder(&key, |folder| {
        for (path, text) in STAND_INS {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs_err::create_dir_all(parent)?;
            }
            fs_err::write(path, text)?;
        }
        Ok(())
    })
}
