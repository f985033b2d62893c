//! The process that runs a spec or hooks among stand-ins for PyInstaller.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use serde::Serialize;

use serde_json::Value;

use super::failure;
use super::message::{Message, Order};
use super::stand_ins::STAND_INS;
use crate::error::{Context, Error, Result};
use crate::interrupt::{self, Guarded};
use crate::report::Reporter;
use crate::store::{Code, KeyBuilder, Store};

/// A running process.
pub(super) struct Session {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The spec, or the first hook folder, for errors.
    what: PathBuf,
    interpreter: PathBuf,
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
        let mut session = Session {
            input,
            output: BufReader::new(output),
            what: order.spec.clone().unwrap_or_else(|| PathBuf::from(&order.name)),
            interpreter: interpreter.to_owned(),
            _process: process,
        };
        session.send(order)?;
        Ok(session)
    }

    /// Waits until the process is ready to run hooks.
    pub(super) fn wait(&mut self) -> Result<()> {
        match self.receive()? {
            Some(Message::Ready {}) => Ok(()),
            Some(message) => Err(failure::of(message, &self.what, &self.interpreter)),
            None => Err(failure::ended(&self.what)),
        }
    }

    /// Sends an object.
    pub(super) fn send(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let sent = self.input.write_all(&line).and_then(|()| self.input.flush());
        interrupt::check()?;
        sent.context(|| "the process that runs the spec ended too early")
    }

    /// Asks the process something, and returns its answer.
    ///
    /// # Errors
    /// Code of the user fails.
    pub(super) fn ask(&mut self, question: &impl Serialize, reporter: &mut Reporter) -> Result<Value> {
        self.send(question)?;
        loop {
            match self.receive()? {
                Some(Message::Answer { value }) => return Ok(value),
                // What hooks collect is theirs, not that of a spec.
                Some(Message::Collected(_)) => {}
                Some(Message::Note(note)) => reporter.warn(&[note.into()]),
                Some(message) => return Err(failure::of(message, &self.what, &self.interpreter)),
                None => return Err(failure::ended(&self.what)),
            }
        }
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
