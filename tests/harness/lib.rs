//! Builds what tests need and runs frozen programs away from the machine they were built on.
//!
//! A test takes an [`interpreter`], describes what to freeze with a [`Build`], and starts the [`Frozen`] product
//! with a [`Run`]: in a mount namespace of its own in which no Python of this machine, no virtual environment and
//! no file of this repository can be seen. Whatever goes wrong ends in a panic that shows the whole story.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a failing harness is a failing test, and the panic is its message"
)]

pub mod attacker;
mod book;
mod build;
mod content;
mod display;
mod http;
mod pieces;
mod program;
mod python;
mod reseal;
mod run;
mod runner;
mod sandbox;
mod wine;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use book::{Block, Page, Place};
pub use build::{Build, Frozen, Mode, Project, freeze, freeze_command, hello};
pub use content::{Content, archive_range, archives};
pub use display::Display;
pub use http::Server;
pub use inventory::submit as list;
pub use pieces::{freeze_exe, launcher, piece};
pub use program::{Directives, Program, folders_in};
pub use python::{
    Interpreter, Venv, interpreter, interpreters, newest, skip, skip_unavailable, uv, venv, without_libpython,
};
pub use reseal::{Parts, Random};
pub use run::{Outcome, Run, Started, Tree};
pub use runner::{Test, main, note_started};
pub use sandbox::{EmptyRoot, Sandbox};
pub use wine::{Wine, seeing_wine, wine};

/// Folder of the repository.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository");
        folder.canonicalize().expect("the repository is where it was when the tests were compiled")
    })
}

/// Folder of the test programs.
pub fn apps() -> PathBuf {
    root().join("tests/apps")
}

/// Whether `FREEZE_TEST_FULL=1` asks for every combination instead of the chosen ones.
pub fn full() -> bool {
    std::env::var_os("FREEZE_TEST_FULL").is_some_and(|v| v == "1")
}

/// A temporary folder outside the repository, removed with the value.
pub fn scratch(purpose: &str) -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix(&format!("freeze-test-{purpose}-"))
        .tempdir_in(session())
        .unwrap_or_else(|e| panic!("failed to make a temporary folder: {e}"))
}

/// Folder of this run of the tests; folders of runs that have ended are swept.
fn session() -> &'static Path {
    static SESSION: OnceLock<PathBuf> = OnceLock::new();
    SESSION.get_or_init(|| {
        const PREFIX: &str = "freeze-tests-";
        let parent = std::env::temp_dir().canonicalize().expect("the temporary folder exists");
        for entry in std::fs::read_dir(&parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(pid) = name.to_str().and_then(|n| n.strip_prefix(PREFIX)) else { continue };
            if !Path::new("/proc").join(pid).exists() {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
        let folder = parent.join(format!("{PREFIX}{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        // Frozen programs are also started as another user, who must be able to reach them.
        make_reachable(&folder);
        folder
    })
}

/// Lets every user pass through a folder.
pub fn make_reachable(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("the folder is ours");
}

/// Copies a folder with everything below it, symbolic links as such.
pub fn copy_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).sort_by_file_name() {
        let entry = entry.unwrap_or_else(|e| panic!("failed to list `{}`: {e}", from.display()));
        let below = entry.path().strip_prefix(from).expect("walked from there");
        let target = if below.as_os_str().is_empty() { to.to_owned() } else { to.join(below) };
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).expect("the target is writable");
        } else if entry.file_type().is_symlink() {
            let link = std::fs::read_link(entry.path()).expect("a link can be read");
            std::os::unix::fs::symlink(link, &target).expect("the target is writable");
        } else {
            std::fs::copy(entry.path(), &target)
                .unwrap_or_else(|e| panic!("failed to copy `{}`: {e}", entry.path().display()));
        }
    }
}
