//! The output of the launcher: its errors, and its phases and their times with `FREEZE_DEBUG=1`.

#![allow(clippy::print_stderr)]

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::OnceLock;
use std::time::Instant;

use freeze_launcher::trust;

use crate::launcher::os;

/// Exit code if this is not a frozen program, or if the launcher refuses the way it was started.
pub(crate) const REFUSED: i32 = 2;
/// Exit code if the executable or its extracted content is damaged.
pub(crate) const DAMAGED: i32 = 3;
/// Exit code if this machine does not let the program start.
pub(crate) const UNABLE: i32 = 4;

/// The reason why the program does not start.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What went wrong, in one line.
    pub(crate) message: String,
    /// What to try next.
    pub(crate) hint: Option<String>,
    /// Exit code of the process.
    pub(crate) code: i32,
}

impl Failure {
    /// Creates a failure without a hint.
    pub(crate) fn new(code: i32, message: impl Into<String>) -> Failure {
        Failure { message: message.into(), hint: None, code }
    }

    /// Adds a hint.
    #[must_use]
    pub(crate) fn hint(self, hint: impl Into<String>) -> Failure {
        Failure { hint: Some(hint.into()), ..self }
    }
}

impl From<freeze_archive::Error> for Failure {
    fn from(error: freeze_archive::Error) -> Failure {
        match error {
            freeze_archive::Error::Missing => Failure::new(
                REFUSED,
                "this is the launcher of freeze: it runs a program that is appended to it, and none is",
            )
            .hint("if this was a program, its end is cut off: copy or download it again"),
            freeze_archive::Error::Version(_) => Failure::new(DAMAGED, error.to_string())
                .hint("rebuild the program with one version of freeze"),
            freeze_archive::Error::Damaged(part) => {
                Failure::new(DAMAGED, format!("this executable is damaged: {part}"))
                    .hint("copy or download it again")
            }
        }
    }
}

/// Whether a person reads the launcher's output.
pub(crate) fn is_on_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Writes a text over the current line of the terminal.
pub(crate) fn line(text: &str) {
    eprint!("\r{text}");
    let _ = std::io::stderr().flush();
}

static STARTED: OnceLock<Instant> = OnceLock::new();

/// Records the start time if `FREEZE_DEBUG` requests it.
pub(crate) fn start() {
    if std::env::var_os("FREEZE_DEBUG").is_some_and(|v| v == "1") && !trust::rights().are_elevated() {
        start_debugging();
    }
}

/// Shows phases from now on, as requested by a program that was built for debugging.
pub(crate) fn start_debugging() {
    STARTED.get_or_init(|| {
        // Other processes can read the same clock.
        eprintln!("freeze:     0.000 ms  monotonic clock {:.6} s", os::monotonic_clock());
        Instant::now()
    });
}

/// Shows a phase with the time since the start, if requested.
pub(crate) fn phase(what: impl Display) {
    if let Some(started) = STARTED.get() {
        eprintln!("freeze: {:9.3} ms  {what}", started.elapsed().as_secs_f64() * 1e3);
    }
}

/// Writes a requested line to standard output.
pub(crate) fn tell(line: impl Display) {
    // A closed pipe is not an error.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Shows why the program does not start, and returns its exit code.
pub(crate) fn fail(failure: &Failure) -> i32 {
    let hint = failure.hint.iter().map(|hint| format!("\nhint: {hint}"));
    let text = format!("error: {}{}", failure.message, hint.collect::<String>());
    eprintln!("{text}");
    if os::is_windowed() {
        show(&text);
    }
    failure.code
}

/// Shows a text in a window with the name of the program, and saves it to a file. For programs without a
/// console.
pub(crate) fn show(text: &str) {
    let executable = os::executable().unwrap_or_default();
    let name = executable.file_stem().unwrap_or_default().to_string_lossy();
    os::show_error(&name, text);
}

/// Reports a file that the archive refers to but does not contain.
pub(crate) fn missing(path: &[u8]) -> Failure {
    let path = String::from_utf8_lossy(path);
    Failure::new(DAMAGED, format!("this executable is damaged: the archive holds no `{path}`"))
        .hint("copy or download it again")
}

/// Reports an invalid value of a setting.
pub(crate) fn wrong(setting: &str, value: &[u8]) -> Failure {
    let value = String::from_utf8_lossy(value);
    Failure::new(DAMAGED, format!("this executable is damaged: the setting `{setting}` is `{value}`"))
        .hint("copy or download it again")
}
