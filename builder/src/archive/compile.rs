//! Compiles source with the target interpreter, in one process per core.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::error::{Context, Error, Result};
use crate::interrupt::{self, Guarded};

/// The code that the interpreter runs. It imports nothing of the application and ends with its standard
/// input, and thus with the builder.
const WORKER: &str = include_str!("compile.py");

/// Interpreters that wait for source. If none is idle, another one is started, so there are as many as
/// concurrent callers.
#[derive(Debug)]
pub(super) struct Pool {
    executable: PathBuf,
    idle: Mutex<Vec<Worker>>,
}

#[derive(Debug)]
struct Worker {
    /// Killed when this value is dropped.
    _child: Guarded,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Pool {
    pub(super) fn new(executable: &Path) -> Pool {
        Pool { executable: executable.to_owned(), idle: Mutex::default() }
    }

    /// Returns the marshalled code of `source`, or the error as Python prints it. `shown` is the path in
    /// messages.
    ///
    /// # Errors
    /// The interpreter cannot be started or dies.
    pub(super) fn compile(
        &self,
        shown: &str,
        source: &[u8],
        optimize: u8,
    ) -> Result<Result<Vec<u8>, String>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(mut worker) = idle
            && let Ok(answer) = worker.compile(shown, source, optimize)
        {
            self.put_back(worker);
            return Ok(answer);
        }
        // An interrupt may have ended the worker.
        interrupt::check()?;
        let mut worker = Worker::start(&self.executable)?;
        let answer = worker
            .compile(shown, source, optimize)
            .context(|| format!("`{}` ended while it compiled `{shown}`", self.executable.display()))?;
        self.put_back(worker);
        Ok(answer)
    }

    fn put_back(&self, worker: Worker) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
}

impl Worker {
    fn start(executable: &Path) -> Result<Worker> {
        let failed = || format!("failed to start `{}`", executable.display());
        let mut command = Command::new(executable);
        command
            // Isolated and without `site`, so that the environment does not affect the result.
            .args(["-I", "-S", "-W", "ignore", "-X", "utf8", "-c", WORKER])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = Guarded::start(&mut command).context(failed)?;
        let (input, output) = child.pipes().ok_or_else(|| Error::new(failed()))?;
        Ok(Worker { _child: child, input: BufWriter::new(input), output: BufReader::new(output) })
    }

    fn compile(
        &mut self,
        shown: &str,
        source: &[u8],
        optimize: u8,
    ) -> std::io::Result<Result<Vec<u8>, String>> {
        let len = |n: usize| u32::try_from(n).map_err(|_| std::io::Error::other("more than 4 GiB of source"));
        for n in [len(shown.len())?, len(source.len())?, u32::from(optimize)] {
            self.input.write_all(&n.to_le_bytes())?;
        }
        self.input.write_all(shown.as_bytes())?;
        self.input.write_all(source)?;
        self.input.flush()?;
        let mut head = [0; 5];
        self.output.read_exact(&mut head)?;
        let len = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        let mut answer = Vec::new();
        (&mut self.output).take(u64::from(len)).read_to_end(&mut answer)?;
        if answer.len() != len as usize {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(if head[0] == 0 { Ok(answer) } else { Err(String::from_utf8_lossy(&answer).into_owned()) })
    }
}
