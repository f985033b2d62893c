//! Runs a program in place of this one. The command `freeze-app` contains this file and nothing else of the builder: where linkers
//! do not drop unused code, it would be as large as `freeze`.

use std::io;
use std::process::{Command, ExitStatus};

/// Replaces this process with a program, which gets the terminal, the signals and the exit code.
///
/// # Errors
/// The program cannot be started.
#[cfg(unix)]
pub fn run_instead(command: &mut Command) -> io::Result<ExitStatus> {
    let texts = std::iter::once(command.get_program()).chain(command.get_args());
    let texts: Vec<std::ffi::CString> = texts
        .map(|text| std::ffi::CString::new(std::os::unix::ffi::OsStrExt::as_bytes(text)))
        .collect::<Result<_, _>>()?;
    let pointers: Vec<_> = texts.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect();
    // `exec` of the standard library would pass files that are not programs to a shell. Like its code for
    // children, reset SIGPIPE: Rust programs ignore closed pipes, which others do not expect.
    // SAFETY: NUL-terminated texts and a null-terminated list of them, which are valid until the call
    // returns.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        libc::execv(pointers[0], pointers.as_ptr());
    }
    let error = io::Error::last_os_error();
    // SAFETY: restores the previous state.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    Err(error)
}

/// Runs a program and waits for it. The program gets the console and Ctrl-C, and its status is returned.
///
/// # Errors
/// The program cannot be started.
#[cfg(windows)]
pub fn run_instead(command: &mut Command) -> io::Result<ExitStatus> {
    let mut child = command.spawn()?;
    // Not earlier, because a child inherits this setting.
    // SAFETY: a plain call. Without a handler, it makes the system ignore Ctrl-C for this process.
    unsafe { windows_sys::Win32::System::Console::SetConsoleCtrlHandler(None, 1) };
    child.wait()
}
