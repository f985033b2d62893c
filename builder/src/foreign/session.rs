//! The process of the build interpreter that runs code of the user among stand-ins for another freezer.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::failure;
use super::message::{Event, Message};
use super::stand_ins::{self, StandIns};
use crate::error::{Context, Error, Result};
use crate::interrupt::{self, Guarded};
use crate::report::Reporter;
use crate::store::Store;
use crate::target::{Os, Target};

/// The platform that the builder builds for, as stand-ins see it.
#[derive(Debug, Serialize)]
pub(super) struct TargetOrder {
    platform: &'static str,
    sep: &'static str,
    machine: &'static str,
    musl: bool,
}

impl TargetOrder {
    pub(super) fn of(target: Target) -> TargetOrder {
        TargetOrder {
            platform: target.sys_platform(),
            sep: if target.os == Os::Windows { "\\" } else { "/" },
            machine: target.machine(),
            musl: target.musl,
        }
    }
}

/// A running process.
pub(super) struct Session {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// The configuration, or the name of the program, for errors.
    what: PathBuf,
    interpreter: PathBuf,
    // Ends the process when the session is dropped.
    _process: Guarded,
}

impl Session {
    /// Starts the process with the stand-ins in `files`. Their `driver` receives the order. `what` is shown in
    /// errors.
    ///
    /// # Errors
    /// The interpreter does not run, or the cache cannot be written.
    pub(super) fn start(
        interpreter: &Path,
        (files, driver): (StandIns, &str),
        order: &impl Serialize,
        what: PathBuf,
        store: &Store,
    ) -> Result<Session> {
        let driver = stand_ins::folder(files, store)?.join(driver);
        let mut command = Command::new(interpreter);
        command.arg(&driver).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let failed = || format!("failed to run interpreter `{}`", interpreter.display());
        let mut process = Guarded::start(&mut command).context(failed)?;
        let (input, output) =
            process.pipes().ok_or_else(|| Error::new("the interpreter has no standard streams"))?;
        let mut session = Session {
            input,
            output: BufReader::new(output),
            what,
            interpreter: interpreter.to_owned(),
            _process: process,
        };
        session.send(order)?;
        Ok(session)
    }

    /// Waits until the process is ready to run hooks.
    pub(super) fn wait(&mut self) -> Result<()> {
        match self.receive::<IgnoredAny>()? {
            Some(Message::Event(Event::Ready {})) => Ok(()),
            Some(message) => Err(self.failure(message)),
            None => Err(failure::ended(&self.what)),
        }
    }

    /// Returns an error about a message that ends the process.
    pub(super) fn failure<C>(&self, message: Message<C>) -> Error {
        match message {
            Message::Event(event) => failure::of(event, &self.what, &self.interpreter),
            Message::Call(_) => failure::unexpected(&self.what),
        }
    }

    /// Sends an object.
    pub(super) fn send(&mut self, value: &impl Serialize) -> Result<()> {
        let mut line = serde_json::to_vec(value)?;
        line.push(b'\n');
        let sent = self.input.write_all(&line).and_then(|()| self.input.flush());
        interrupt::check()?;
        sent.context(|| "the process that runs the configuration ended too early")
    }

    /// Asks the process something, and returns its answer.
    ///
    /// # Errors
    /// Code of the user fails.
    pub(super) fn ask(&mut self, question: &impl Serialize, reporter: &mut Reporter) -> Result<Value> {
        self.send(question)?;
        loop {
            match self.receive::<IgnoredAny>()? {
                Some(Message::Event(Event::Answer { value })) => return Ok(value),
                // What hooks collect is theirs, not that of a spec.
                Some(Message::Event(Event::Collected(_))) => {}
                Some(Message::Event(Event::Note(note))) => reporter.warn(&[note.into()]),
                Some(message) => return Err(self.failure(message)),
                None => return Err(failure::ended(&self.what)),
            }
        }
    }

    /// Receives a message; `None` if the process has ended.
    pub(super) fn receive<C: DeserializeOwned>(&mut self) -> Result<Option<Message<C>>> {
        let mut line = String::new();
        let read = self.output.read_line(&mut line);
        interrupt::check()?;
        match read.context(|| "failed to read from the process that runs the configuration")? {
            0 => Ok(None),
            _ => parsed(&line)
                .map(Some)
                .context(|| "failed to read a message of the process that runs the configuration"),
        }
    }
}

/// The part of a message that tells what the rest is.
#[derive(Deserialize)]
struct Kind {
    kind: String,
}

fn parsed<C: DeserializeOwned>(line: &str) -> serde_json::Result<Message<C>> {
    let Kind { kind } = serde_json::from_str(line)?;
    if Event::KINDS.contains(&kind.as_str()) {
        serde_json::from_str(line).map(Message::Event)
    } else {
        serde_json::from_str(line).map(Message::Call)
    }
}
