//! Builds for several platforms: a process for each, as many at once as there are processors.

use std::process::{Command, ExitCode, Output};
use std::sync::Mutex;
use std::sync::mpsc;

use builder::error::{Context, Error, Result};
use builder::interrupt;
use builder::report::Reporter;

use crate::cli::Several;

/// Builds for each platform, prints what each build prints when it ends, and then a summary.
///
/// # Errors
/// A process cannot be started, or Ctrl-C was pressed.
pub(crate) fn build(several: &Several, reporter: &mut Reporter) -> Result<ExitCode> {
    let own = std::env::current_exe().context(|| "failed to find the executable of `freeze`")?;
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let left = Mutex::new(several.builds.iter());
    let next = || left.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next();
    let (sender, receiver) = mpsc::channel::<(&str, Result<Output>)>();
    let mut failed: Vec<(String, u8)> = Vec::new();
    let mut error: Option<Error> = None;
    std::thread::scope(|scope| {
        for _ in 0..most.min(several.builds.len()) {
            let (sender, own) = (sender.clone(), &own);
            scope.spawn(move || {
                while let Some((name, arguments)) = next() {
                    // One step has one set of outputs: this process writes it.
                    let output =
                        interrupt::output(Command::new(own).args(arguments).env_remove("GITHUB_OUTPUT"));
                    let stops = output.is_err();
                    if sender.send((name, output)).is_err() || stops {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (name, output) in receiver {
            match output {
                Ok(output) => {
                    reporter.target(name, &output);
                    if !output.status.success() {
                        let code = output.status.code().and_then(|code| u8::try_from(code).ok());
                        failed.push((name.to_owned(), code.unwrap_or(1)));
                    }
                }
                Err(new) => error = Some(error.take().unwrap_or(new)),
            }
        }
    });
    if let Some(error) = error {
        return Err(error);
    }
    failed.sort();
    let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    reporter.targets(&several.dist, several.builds.len(), &names);
    Ok(ExitCode::from(failed.iter().map(|(_, code)| *code).max().unwrap_or(0)))
}
