//! Starts a program under test, waits for it no longer than it may take, and tells all about it when it fails.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Write as _};
use std::io::{ErrorKind, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::{Sandbox, scratch};

/// How long a program may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// A program to be started with an environment of its own.
#[derive(Debug)]
pub struct Run {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    folder: Option<PathBuf>,
    sandbox: Sandbox,
    patience: Duration,
    stdin: Option<Vec<u8>>,
    /// Shown when the program fails.
    shown: Vec<PathBuf>,
    home: Option<tempfile::TempDir>,
}

impl Run {
    /// `program` with an empty home folder and nothing in its environment but that and `PATH`.
    pub fn new(program: impl Into<PathBuf>) -> Run {
        let home = scratch("home");
        crate::make_reachable(home.path());
        let temporary = home.path().join("tmp");
        std::fs::create_dir(&temporary).expect("the new folder is ours");
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&temporary, std::fs::Permissions::from_mode(0o1777)).expect("it is ours");
        let mut run = Run {
            program: program.into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            folder: Some(home.path().to_owned()),
            sandbox: Sandbox::default(),
            patience: PATIENCE,
            stdin: None,
            shown: Vec::new(),
            home: None,
        };
        run = run.env("HOME", home.path()).env("TMPDIR", &temporary);
        run = run.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        run.home = Some(home);
        run
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Run {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.arguments.extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Run {
        self.environment.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn env_remove(mut self, name: &str) -> Run {
        self.environment.remove(OsStr::new(name));
        self
    }

    /// The environment that the program is given.
    pub fn environment(&self) -> &BTreeMap<OsString, OsString> {
        &self.environment
    }

    /// Uses a home folder that outlives the run.
    #[must_use]
    pub fn home(self, folder: &Path) -> Run {
        self.env("HOME", folder)
    }

    /// The empty home folder that this run has made.
    pub fn own_home(&self) -> PathBuf {
        self.home.as_ref().map(|h| h.path().to_owned()).unwrap_or_default()
    }

    /// Starts it in `folder`.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Run {
        self.folder = Some(folder.into());
        self
    }

    /// Starts it through a shell with redirections, such as `<&-`.
    #[must_use]
    pub fn through_shell(mut self, redirections: &str) -> Run {
        let script = format!("exec \"$0\" \"$@\" {redirections}");
        let program = std::mem::replace(&mut self.program, "/bin/sh".into());
        let arguments = std::mem::take(&mut self.arguments);
        self.arguments = vec!["-c".into(), script.into(), program.into()];
        self.arguments.extend(arguments);
        self
    }

    /// Starts it on a terminal, with what is typed there as its standard input (by `script` of util-linux).
    #[must_use]
    pub fn through_terminal(mut self) -> Run {
        let program = std::mem::replace(&mut self.program, "script".into());
        let words =
            std::iter::once(program.as_os_str()).chain(self.arguments.iter().map(OsString::as_os_str));
        let words: Vec<String> = words.map(|w| format!("'{}'", w.display())).collect();
        self.arguments = vec!["-qec".into(), words.join(" ").into(), "/dev/null".into()];
        self
    }

    /// Starts it in a sandbox.
    #[must_use]
    pub fn sandbox(mut self, sandbox: Sandbox) -> Run {
        self.sandbox = sandbox;
        self
    }

    /// Changes the sandbox.
    #[must_use]
    pub fn with_sandbox(mut self, change: impl FnOnce(&mut Sandbox)) -> Run {
        change(&mut self.sandbox);
        self
    }

    /// Waits no longer than this.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Run {
        self.patience = patience;
        self
    }

    /// Gives it something to read.
    #[must_use]
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Run {
        self.stdin = Some(input.into());
        self
    }

    /// Lists the files below a folder when the program fails.
    #[must_use]
    pub fn show(mut self, folder: impl Into<PathBuf>) -> Run {
        self.shown.push(folder.into());
        self
    }

    /// Starts it and leaves it running.
    pub fn start(self) -> Started {
        crate::sandbox::require_namespaces();
        crate::runner::note_started();
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().envs(&self.environment);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        self.sandbox.apply(&mut command);
        let started = Instant::now();
        let mut child = loop {
            match command.spawn() {
                Ok(child) => break child,
                // A child that another thread is just starting still has the file open for writing that was
                // written a moment ago.
                Err(e)
                    if e.kind() == ErrorKind::ExecutableFileBusy
                        && started.elapsed() < Duration::from_secs(10) =>
                {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(e) => panic!("failed to start `{}`: {e}\n{self}", self.program.display()),
            }
        };
        if let (Some(input), Some(mut pipe)) = (self.stdin.clone(), child.stdin.take()) {
            std::thread::spawn(move || {
                use std::io::Write;
                // A program that reads nothing is not at fault here.
                let _ = pipe.write_all(&input);
            });
        }
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        Started { run: self, child, stdout, stderr, started }
    }

    /// Starts it and waits for its end.
    pub fn run(self) -> Outcome {
        self.start().wait()
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "command: {}", self.program.display())?;
        for argument in &self.arguments {
            write!(f, " {}", quoted(argument))?;
        }
        if let Some(folder) = &self.folder {
            write!(f, "\nfolder: {}", folder.display())?;
        }
        writeln!(f, "\nenvironment:")?;
        for (name, value) in &self.environment {
            writeln!(f, "  {}={}", name.display(), value.display())?;
        }
        writeln!(f, "sandbox: {:?}", self.sandbox)
    }
}

fn quoted(argument: &OsStr) -> String {
    let text = argument.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.into()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// What a program writes, as far as it has come.
#[derive(Debug)]
struct Output {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Output {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

fn collect<R: Read + Send + 'static>(pipe: Option<R>) -> Output {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&bytes);
    let reader = std::thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut part = vec![0; 1 << 16];
        loop {
            match pipe.read(&mut part) {
                Ok(0) => return,
                Ok(n) => {
                    let new = part.get(..n).unwrap_or_default();
                    all.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(new);
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    });
    Output { bytes, reader }
}

/// A program that runs.
#[derive(Debug)]
pub struct Started {
    run: Run,
    child: Child,
    stdout: Output,
    stderr: Output,
    started: Instant,
}

impl Started {
    /// Its process number, also that of its process group.
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("process numbers are small")
    }

    /// Sends it, and its children, a signal.
    pub fn signal(&self, signal: libc::c_int) {
        // SAFETY: a system call without pointers, on a process group that is ours until it has been waited for.
        unsafe { libc::kill(-self.pid(), signal) };
    }

    /// Sends a signal to the program alone.
    pub fn signal_only(&self, signal: libc::c_int) {
        // SAFETY: a system call without pointers, on a process that is ours until it has been waited for.
        unsafe { libc::kill(self.pid(), signal) };
    }

    /// Waits for its end, and kills it when it takes too long.
    pub fn wait(mut self) -> Outcome {
        let mut pause = Duration::from_micros(500);
        let mut hung = false;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                break status;
            }
            if self.started.elapsed() > self.run.patience {
                hung = true;
                self.signal(libc::SIGKILL);
                break self.child.wait().expect("the child is ours");
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        let took = self.started.elapsed();
        // A child left behind would keep the pipes open for ever; what it has to say is of no interest.
        let deadline = Instant::now() + Duration::from_secs(5);
        let mut left_children = false;
        while !(self.stdout.reader.is_finished() && self.stderr.reader.is_finished()) {
            if Instant::now() > deadline {
                left_children = true;
                self.signal(libc::SIGKILL);
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // One in a session of its own lives on: its pipes are not waited for.
        let (stdout, stderr) = (self.stdout.text(), self.stderr.text());
        Outcome { run: self.run, status, stdout, stderr, took, hung, left_children }
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Outcome {
    run: Run,
    /// Its exit status.
    pub status: ExitStatus,
    /// What it wrote to stdout.
    pub stdout: String,
    /// What it wrote to stderr.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
    /// Whether it took too long and was killed.
    pub hung: bool,
    /// Whether children outlived it with its pipes open.
    pub left_children: bool,
}

impl Outcome {
    /// Exit code; `None` if a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Whether it ended by itself, with exit code 0.
    pub fn is_success(&self) -> bool {
        self.status.success() && !self.hung
    }

    /// Ends the test with the whole story.
    pub fn fail(&self, reason: &str) -> ! {
        panic!("{reason}\n{self}");
    }

    /// It must have succeeded.
    #[track_caller]
    pub fn success(&self) -> &Outcome {
        if !self.is_success() {
            self.fail("expected success");
        }
        if self.left_children {
            self.fail("children were left running");
        }
        self
    }

    /// It must have succeeded and written exactly this.
    #[track_caller]
    pub fn prints(&self, expected: &str) -> &Outcome {
        self.success();
        if self.stdout != expected {
            self.fail(&format!("expected another stdout:\n{}", indented(expected)));
        }
        self
    }

    /// It must have ended with an error of its own (no signal, no time-out) whose message holds all of `needles`,
    /// and without a traceback of Rust or Python.
    #[track_caller]
    pub fn fails(&self, needles: &[&str]) -> &Outcome {
        if self.hung || self.status.signal().is_some() || self.code() == Some(0) {
            self.fail("expected an error message and a non-zero exit code");
        }
        if self.stderr.contains("panicked at") {
            self.fail("expected an error message, not a panic");
        }
        if self.stderr.trim().is_empty() {
            self.fail("expected an error message");
        }
        self.says(needles)
    }

    /// Its stderr must hold all of `needles`.
    #[track_caller]
    pub fn says(&self, needles: &[&str]) -> &Outcome {
        for needle in needles {
            if !self.stderr.contains(needle) {
                self.fail(&format!("expected stderr to say `{needle}`"));
            }
        }
        self
    }

    /// It must have ended with this exit code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Outcome {
        if self.hung || self.code() != Some(code) {
            self.fail(&format!("expected exit code {code}"));
        }
        self
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:=<100}", "")?;
        write!(f, "{}", self.run)?;
        let hung = if self.hung { " (killed: it took too long)" } else { "" };
        writeln!(f, "status: {}{hung} after {:?}", self.status, self.took)?;
        writeln!(f, "stdout:\n{}", indented(&self.stdout))?;
        writeln!(f, "stderr:\n{}", indented(&self.stderr))?;
        for folder in &self.run.shown {
            writeln!(f, "{}:\n{}", folder.display(), indented(&Tree::of(folder).to_string()))?;
        }
        writeln!(f, "{:=<100}", "")
    }
}

fn indented(text: &str) -> String {
    const MOST: usize = 400;
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::new();
    for (i, line) in lines.iter().enumerate() {
        if lines.len() > MOST && i == MOST / 2 {
            let _ = writeln!(out, "  … {} lines …", lines.len() - MOST);
        }
        if lines.len() <= MOST || i < MOST / 2 || i >= lines.len() - MOST / 2 {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// The files below a folder, with what can be seen of them without reading: for dumps and comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree(pub BTreeMap<PathBuf, String>);

impl Tree {
    /// Lists `folder`.
    pub fn of(folder: &Path) -> Tree {
        use std::os::unix::fs::PermissionsExt;
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(folder).min_depth(1).into_iter().flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
            let what = if meta.is_dir() {
                "folder".into()
            } else if meta.is_symlink() {
                format!("-> {}", std::fs::read_link(entry.path()).unwrap_or_default().display())
            } else {
                format!("{:o} {}", meta.permissions().mode() & 0o7777, meta.len())
            };
            files.insert(path, what);
        }
        Tree(files)
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(path, what)| writeln!(f, "{} ({what})", path.display()))
    }
}
