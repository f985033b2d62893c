//! Ctrl-C handling: long loops check here whether to stop, so that owners remove their temporary files, and
//! child processes are started here, so that they are ended as well.

use std::io::{self, IsTerminal, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::os::{Group, send_interrupt, send_terminate};

/// Exit code of a process ended by Ctrl-C, as used by shells.
pub const EXIT_CODE: u8 = 130;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The running children, by process id. Each is listed from its start until just before the wait for it,
/// because its id cannot be reused during that time.
static CHILDREN: Mutex<Vec<(u32, Group)>> = Mutex::new(Vec::new());

/// Turns Ctrl-C (and SIGTERM, SIGHUP) into an error at the next [`check`]. The second one ends the process
/// immediately.
///
/// # Errors
/// The handler cannot be installed, or was installed before.
pub fn install() -> Result<()> {
    // The handler runs in its own thread rather than in the signal context, so it may take locks.
    ctrlc::set_handler(|| {
        let mut ended = ended();
        if ended.take().is_some_and(|ended| ended.elapsed() < LATE) {
            return;
        }
        let again = INTERRUPTED.swap(true, Ordering::SeqCst);
        drop(ended);
        children().iter().for_each(|(_, group)| group.kill());
        if again {
            std::process::exit(i32::from(EXIT_CODE));
        }
    })
    .map_err(|e| Error::from(e).context("failed to install the handler of Ctrl-C"))
}

/// Fails after Ctrl-C was pressed.
///
/// # Errors
/// The build was interrupted; the exit code is 130.
pub fn check() -> Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) {
        return Err(Error::new("interrupted").exit_code(EXIT_CODE));
    }
    Ok(())
}

/// A child process that Ctrl-C does not reach. It ends when it is dropped or when Ctrl-C is pressed.
#[derive(Debug)]
pub struct Guarded(Child);

impl Guarded {
    /// Starts a process.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn start(command: &mut Command) -> io::Result<Guarded> {
        Group::prepare(command);
        let mut running = children();
        let child = command.spawn()?;
        let group = Group::of(&child);
        // The handler may have run just before the child was listed.
        if check().is_err() {
            group.kill();
        }
        running.push((child.id(), group));
        drop(running);
        Ok(Guarded(child))
    }

    /// Takes its standard input and output, if they are pipes that were not taken yet.
    pub fn pipes(&mut self) -> Option<(ChildStdin, ChildStdout)> {
        Some((self.0.stdin.take()?, self.0.stdout.take()?))
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Its output is no longer needed, so there is no need to let it finish.
        children().retain(|(id, _)| *id != self.0.id());
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a process and collects its output.
///
/// # Errors
/// The process cannot be started, or Ctrl-C was pressed.
pub fn output(command: &mut Command) -> Result<Output> {
    answer(command, &[])
}

/// Runs a process that reads `input` from its standard input, and collects its output.
///
/// # Errors
/// The process cannot be started, or Ctrl-C was pressed.
pub fn answer(command: &mut Command, input: &[u8]) -> Result<Output> {
    let stdin = if input.is_empty() { Stdio::null() } else { Stdio::piped() };
    let mut child = Guarded::start(command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let (stdin, stdout, stderr) = (child.0.stdin.take(), child.0.stdout.take(), child.0.stderr.take());
    let mut output = Output { status: Default::default(), stdout: Vec::new(), stderr: Vec::new() };
    std::thread::scope(|scope| {
        let errors = scope.spawn(|| read(stderr, &mut output.stderr));
        // A process that does not read all input reports the reason in its output.
        scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input)));
        read(stdout, &mut output.stdout)?;
        errors.join().unwrap_or(Ok(()))
    })?;
    children().retain(|(id, _)| *id != child.0.id());
    output.status = child.0.wait()?;
    // If Ctrl-C was pressed, the failure is a consequence of it.
    check()?;
    Ok(output)
}

/// Polling interval for a foreground process.
const LOOK: Duration = Duration::from_millis(20);

/// Time that a foreground process has to end if it was interrupted together with this one.
const PAUSE: Duration = Duration::from_millis(500);

/// Time that a foreground process has to end after Ctrl-C, before it is interrupted again.
const GRACE: Duration = Duration::from_secs(10);

/// Maximum delay of the handler's thread after a Ctrl-C that ended a foreground process: the process may
/// end before that thread has run at all.
const LATE: Duration = Duration::from_secs(2);

/// The time when a foreground process ended before this one was notified of a Ctrl-C. If the next
/// notification arrives soon, it was for that process. Later ones are for this process.
static ENDED: Mutex<Option<Instant>> = Mutex::new(None);

/// Runs a process with the terminal and this process's streams, and waits for its end. Ctrl-C is for that
/// process, which ends in its own way. This process continues until the next Ctrl-C.
///
/// # Errors
/// The process cannot be started.
pub fn foreground(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = command.spawn()?;
    let mut asked: Option<Instant> = None;
    let mut told = false;
    loop {
        if let Some(status) = child.try_wait()? {
            let mut ended = ended();
            let heard = INTERRUPTED.swap(false, Ordering::SeqCst);
            *ended = (!heard).then(Instant::now);
            return Ok(status);
        }
        match asked {
            None if INTERRUPTED.load(Ordering::SeqCst) => asked = Some(Instant::now()),
            // A terminal notifies all processes of its group, but other senders may notify only this one.
            Some(since) if !told && since.elapsed() > PAUSE => {
                told = true;
                if !io::stdin().is_terminal() {
                    send_interrupt(&mut child);
                }
            }
            Some(since) if since.elapsed() > GRACE => {
                asked = Some(Instant::now());
                send_terminate(&mut child);
            }
            _ => {}
        }
        std::thread::sleep(LOOK);
    }
}

fn read(pipe: Option<impl io::Read>, into: &mut Vec<u8>) -> io::Result<()> {
    pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(into)).map(drop)
}

fn ended() -> MutexGuard<'static, Option<Instant>> {
    ENDED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn children() -> MutexGuard<'static, Vec<(u32, Group)>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

// The tests start Unix tools.
#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_a_child_prints_is_collected() {
        let script = "echo out; echo err >&2; head -c 300000 /dev/zero; exit 3";
        let output = output(Command::new("sh").args(["-c", script])).unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!((output.stdout.len(), output.stderr), (300_004, b"err\n".to_vec()));
    }

    #[test]
    fn a_child_is_given_its_input() {
        let input = vec![b'x'; 300_000];
        let found = answer(&mut Command::new("cat"), &input).unwrap();
        assert!(found.status.success() && found.stdout == input);
        // A process that does not read its input is not an error.
        assert_eq!(answer(Command::new("sh").args(["-c", "exit 4"]), &input).unwrap().status.code(), Some(4));
    }

    #[test]
    fn a_child_that_is_dropped_ends() {
        let mut command = Command::new("sleep");
        let child = Guarded::start(command.arg("1000").stdin(Stdio::piped()).stdout(Stdio::piped())).unwrap();
        let id = child.0.id();
        let is_known = || children().iter().any(|(known, _)| *known == id);
        assert!(is_known());
        drop(child);
        assert!(!is_known());
    }

    #[test]
    fn a_killed_group_ends_with_its_children() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000; echo late"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = Guarded::start(&mut command).unwrap();
        let (_, mut stdout) = child.pipes().unwrap();
        Group::of(&child.0).kill();
        // The pipe ends once all of its holders have ended.
        let mut text = String::new();
        io::Read::read_to_string(&mut stdout, &mut text).unwrap();
        assert_eq!(text, "");
    }
}
