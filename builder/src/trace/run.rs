//! Runs a program with the target interpreter, with a hook that records what it uses.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::notes::Notes;
use crate::analysis::start::entry;
use crate::analysis::{Graph, Kind, Source};
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::python::Python;
use crate::spec::Request;

const HOOK: &str = include_str!("hook.py");

/// Runs the main program of a request, using the streams of this process, and returns what it used.
///
/// # Errors
/// The interpreter cannot be started.
pub(super) fn run(
    request: &Request,
    python: &Python,
    graph: &Graph,
    arguments: &[OsString],
) -> Result<(ExitStatus, Notes)> {
    let folder = tempfile::Builder::new().prefix("freeze-trace-").tempdir();
    let folder = folder.context(|| "failed to make a temporary folder")?;
    let prepared = prepare(request, graph, folder.path())?;
    let mut command = Command::new(&python.executable);
    // As in the application, neither the environment nor the current folder has any effect.
    command.arg("-I");
    match request.python.optimize {
        0 => {}
        1 => drop(command.arg("-O")),
        _ => drop(command.arg("-OO")),
    }
    for option in &request.python.options {
        match option.trim().split_once(' ') {
            Some((option, value)) => drop(command.arg(format!("-{option}")).arg(value.trim())),
            None if option.contains('=') => {}
            None => drop(command.arg(format!("-{}", option.trim()))),
        }
    }
    for (name, value) in &request.runtime.env {
        command.env(name, value.replace("{root}", &request.base.to_string_lossy()));
    }
    command.arg(&prepared).arg(folder.path()).args(arguments);
    let status = interrupt::foreground(&mut command)
        .context(|| format!("failed to run the program with `{}`", python.executable.display()))?;
    Ok((status, Notes::read(folder.path())?))
}

/// Writes the input of the hook. Returns the path of the hook.
fn prepare(request: &Request, graph: &Graph, folder: &Path) -> Result<PathBuf> {
    let failed = || format!("failed to write to `{}`", folder.display());
    let hook = folder.join("hook.py");
    fs_err::write(&hook, HOOK).context(failed)?;
    let mut plan: Vec<u8> = Vec::new();
    let mut tell = |key: &str, value: &Path| {
        plan.extend_from_slice(key.as_bytes());
        plan.push(0);
        plan.extend_from_slice(value.as_os_str().as_encoded_bytes());
        plan.push(0);
    };
    for path in entry::folders(request).iter().chain(&request.python.paths) {
        tell("path", path);
    }
    for hook in &request.runtime.hooks {
        tell("hook", hook);
    }
    match graph.modules.get("__main__").map(|module| &module.kind) {
        Some(Kind::Source(Source::File(path))) => {
            tell("code", path);
            tell("file", path);
            tell("name", path);
        }
        Some(Kind::Source(Source::Bytes(code))) => {
            let path = folder.join("entry.py");
            fs_err::write(&path, code).context(failed)?;
            tell("code", &path);
            tell("name", Path::new(&request.name));
        }
        _ => return Err(Error::new(format!("the entry of `{}` has no source to run", request.name))),
    }
    fs_err::write(folder.join("plan"), plan).context(failed)?;
    Ok(hook)
}
