//! Functions for Windows.

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsHandle, AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::path::{Component, Path, PathBuf, Prefix};
use std::process::{Child, Command, ExitCode, ExitStatus};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION, ERROR_USER_MAPPED_FILE,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_BASIC_INFO, FILE_FLAG_BACKUP_SEMANTICS, FILE_READ_ATTRIBUTES,
    FileBasicInfo, GetFileInformationByHandle, GetFileInformationByHandleEx,
};
use windows_sys::Win32::System::Console::{
    ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, GetStdHandle, STD_ERROR_HANDLE, STD_OUTPUT_HANDLE,
    SetConsoleMode,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
    TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{CREATE_NEW_PROCESS_GROUP, TerminateProcess};

use freeze_launcher::trust;

use super::{FileMode, State};
use crate::error::Warning;

/// Returns the real path, without links and in a form that other programs accept: without the prefix `\\?\`.
pub(crate) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path).map(|real| plain(&real))
}

/// Removes the prefix `\\?\`, unless the path would then have another meaning: a name that Windows reserves
/// or truncates.
fn plain(path: &Path) -> PathBuf {
    let mut parts = path.components();
    let Some(Component::Prefix(prefix)) = parts.next() else { return path.to_owned() };
    let mut short = match prefix.kind() {
        Prefix::VerbatimDisk(letter) => PathBuf::from(format!("{}:\\", char::from(letter))),
        Prefix::VerbatimUNC(server, share) => {
            let mut start = OsStr::new("\\\\").to_owned();
            start.push(server);
            start.push("\\");
            start.push(share);
            start.push("\\");
            PathBuf::from(start)
        }
        _ => return path.to_owned(),
    };
    for part in parts {
        match part {
            Component::Normal(name) if is_plain_name(name) => short.push(name),
            Component::RootDir => {}
            _ => return path.to_owned(),
        }
    }
    short
}

/// Whether a name keeps its meaning in a path without `\\?\`.
fn is_plain_name(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return true };
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let numbered = |stem: &str| {
        stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")).is_some_and(|n| n.chars().count() == 1)
    };
    !name.ends_with(['.', ' ']) && !["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) && !numbered(&stem)
}

/// Converts the bytes of a path from another program, which are UTF-8.
pub(crate) fn bytes_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// Whether a file is executable on a system with file modes. Windows has none, so the first bytes decide.
pub(crate) fn is_marked_executable(path: &Path, metadata: &Metadata) -> bool {
    use std::io::Read;
    if !metadata.is_file() || metadata.len() < 4 {
        return false;
    }
    let mut head = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && (head.starts_with(b"#!") || head == *b"\x7fELF")
}

/// Whether a file has the mode that [`new_file`] gives it. On Windows, it inherits the rights of its folder.
pub(crate) fn has_mode(_: &Metadata, _: FileMode) -> bool {
    true
}

/// Whether a file is a program that can be started. An empty one is a placeholder of the Microsoft Store.
pub(crate) fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.len() > 0)
}

/// Returns the file names that a program of this name can have in a folder of `PATH`.
pub(crate) fn names_on_path(name: &str) -> Vec<String> {
    let endings = std::env::var("PATHEXT").unwrap_or_else(|_| ".COM;.EXE;.BAT;.CMD".to_owned());
    let endings: Vec<String> =
        endings.split(';').filter(|e| e.starts_with('.')).map(str::to_ascii_lowercase).collect();
    let lower = name.to_ascii_lowercase();
    if endings.iter().any(|ending| lower.ends_with(ending)) {
        return vec![name.to_owned()];
    }
    endings.into_iter().map(|ending| format!("{name}{ending}")).collect()
}

/// Creates a folder and its missing parents, with the rights of the parent.
pub(crate) fn create_private_folders(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Returns the user's cache folders, best first. `variable` reads the environment.
pub(crate) fn cache_bases(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    // The user's other processes can write to the user's own folder, so an elevated process needs another
    // one.
    let machine = || trust::rights().are_elevated().then(trust::os::machine_data).flatten();
    variable("LOCALAPPDATA").into_iter().chain(machine()).collect()
}

/// Variables of an elevated process belong to the same user. The cache folder is checked when it is opened.
pub fn distrust_environment() -> Vec<Warning> {
    Vec::new()
}

/// Returns options for a new file. It inherits the rights of its folder.
pub(crate) fn new_file(_: FileMode) -> OpenOptions {
    OpenOptions::new()
}

/// On Windows, the rights of a folder determine whether its files are executable.
pub(crate) fn allow_to_run(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A temporary file has the same rights as other files in its folder.
pub(crate) fn allow_all_to_read(_: &File) -> io::Result<()> {
    Ok(())
}

/// Creates a symbolic link, or a copy of its target, because links require a privilege.
pub(crate) fn symlink(target: &str, link: &Path) -> io::Result<()> {
    let original = leads_to(target, link);
    let made = match original.is_dir() {
        true => std::os::windows::fs::symlink_dir(target, link),
        false => std::os::windows::fs::symlink_file(target, link),
    };
    // Wine reports success without creating a link.
    if made.is_ok() && link.is_symlink() {
        return Ok(());
    }
    copy(&original, link)
}

/// Copies a file or folder.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return std::fs::copy(from, to).map(drop);
    }
    if canonicalize(to.parent().unwrap_or(to))?.starts_with(canonicalize(from)?) {
        let message = "a link to a folder around it cannot be copied, and this user may not create links";
        return Err(io::Error::other(message));
    }
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Whether [`symlink`] has created this entry.
pub(crate) fn is_link_to(link: &Path, target: &str) -> bool {
    if let Ok(found) = std::fs::read_link(link) {
        return found == Path::new(target);
    }
    is_copy(link, &leads_to(target, link))
}

/// Whether a file or folder has the same content as another one.
fn is_copy(path: &Path, original: &Path) -> bool {
    if path.is_dir() {
        let names = |folder: &Path| -> io::Result<std::collections::BTreeSet<_>> {
            std::fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
        };
        let (Ok(own), Ok(others)) = (names(path), names(original)) else { return false };
        return own == others && own.iter().all(|name| is_copy(&path.join(name), &original.join(name)));
    }
    let length = |path: &Path| std::fs::metadata(path).ok().filter(Metadata::is_file).map(|m| m.len());
    length(path).is_some()
        && length(path) == length(original)
        && std::fs::read(path).ok() == std::fs::read(original).ok()
}

fn leads_to(target: &str, link: &Path) -> PathBuf {
    link.parent().unwrap_or(Path::new("")).join(target)
}

/// Returns the size of a file in bytes.
pub(crate) fn blocks(metadata: &Metadata) -> u64 {
    metadata.len()
}

/// Seconds from 1601, the start of Windows time, to 1970.
const EPOCH: u64 = 11_644_473_600;
/// Ticks of file times per second.
const STEPS: u64 = 10_000_000;

/// Returns the volume, file number, length, attributes and times of the last change. `None` if the file
/// system does not record the time of the last change of any property (FAT).
pub(crate) fn file_state(path: &Path, _: &Metadata) -> Option<State> {
    let mut options = OpenOptions::new();
    let file =
        options.access_mode(FILE_READ_ATTRIBUTES).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path).ok()?;
    let mut known = BY_HANDLE_FILE_INFORMATION::default();
    let mut basic = FILE_BASIC_INFO::default();
    // SAFETY: the handle is open until the end of this function, and each call writes to a struct of the
    // given kind and length.
    let told = unsafe {
        GetFileInformationByHandle(file.as_raw_handle(), &raw mut known) != 0
            && GetFileInformationByHandleEx(
                file.as_raw_handle(),
                FileBasicInfo,
                (&raw mut basic).cast(),
                size_of::<FILE_BASIC_INFO>() as u32,
            ) != 0
    };
    if !told {
        return None;
    }
    let since = |time: i64| {
        let steps = u64::try_from(time).ok()?.checked_sub(EPOCH * STEPS)?;
        Some([steps / STEPS, steps % STEPS * 100])
    };
    let [changed, changed_nanos] = since(basic.ChangeTime)?;
    let [written, written_nanos] = since(basic.LastWriteTime)?;
    let both = |high: u32, low: u32| (u64::from(high) << 32) | u64::from(low);
    Some([
        both(known.dwVolumeSerialNumber, known.dwFileAttributes),
        both(known.nFileIndexHigh, known.nFileIndexLow),
        both(known.nFileSizeHigh, known.nFileSizeLow),
        0,
        written,
        written_nanos,
        changed,
        changed_nanos,
    ])
}

/// Opens a lock for a folder, which is released when the returned file is closed. Folders themselves cannot
/// be locked.
pub(crate) fn lock_folder(folder: &Path) -> io::Result<File> {
    File::options().create(true).read(true).append(true).open(folder.join(".lock"))
}

/// Whether an entry could not be replaced because a program in it is running.
pub(crate) fn in_use(error: &io::Error) -> bool {
    let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok());
    matches!(
        code,
        Some(ERROR_ACCESS_DENIED | ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION | ERROR_USER_MAPPED_FILE)
    )
}

/// Not supported on Windows.
pub(crate) fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No file system of Windows forbids to run its files.
pub(crate) fn is_noexec(_: &Path) -> bool {
    false
}

/// Texts are written to consoles as UTF-16.
pub(crate) fn text_encoding() -> Option<String> {
    Some("UTF-8".to_owned())
}

/// Enables escape sequences for colors in the console. Returns whether it supports them.
pub(crate) fn shows_colours() -> bool {
    let understands = |stream| {
        let mut mode = 0;
        // SAFETY: the handle is that of a standard stream; the calls fail if it is not a console.
        unsafe {
            let handle = GetStdHandle(stream);
            GetConsoleMode(handle, &raw mut mode) != 0
                && (mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING != 0
                    || SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0)
        }
    };
    // Each stream has its own mode, so enable both.
    let shown = [understands(STD_OUTPUT_HANDLE), understands(STD_ERROR_HANDLE)];
    shown.contains(&true)
}

/// A child and the processes that it has started: a job. It ends when its last handle is closed, and thus
/// with this process.
#[derive(Debug)]
pub(crate) struct Group {
    job: Option<OwnedHandle>,
    /// The child itself, if it is not in a job.
    process: Option<OwnedHandle>,
}

impl Group {
    /// A console sends Ctrl-C to the whole group. A child in its own group does not receive it, and prints no
    /// traceback.
    pub(crate) fn prepare(command: &mut Command) {
        command.creation_flags(CREATE_NEW_PROCESS_GROUP);
    }

    /// Returns the job of a child that was started by a prepared command.
    pub(crate) fn of(child: &Child) -> Group {
        let process = child.as_handle().try_clone_to_owned().ok();
        Group { job: process.as_ref().and_then(job), process }
    }

    /// Kills all processes of the job.
    pub(crate) fn kill(&self) {
        // SAFETY: the handles are open as long as this value exists.
        unsafe {
            match (&self.job, &self.process) {
                (Some(job), _) => drop(TerminateJobObject(job.as_raw_handle(), 1)),
                (None, Some(process)) => drop(TerminateProcess(process.as_raw_handle(), 1)),
                (None, None) => {}
            }
        }
    }
}

/// Creates a job that contains a process.
fn job(process: &OwnedHandle) -> Option<OwnedHandle> {
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    // SAFETY: the job is new and has no other owner, and the process is open; the limits have the given kind
    // and length.
    unsafe {
        let job = CreateJobObjectW(std::ptr::null(), std::ptr::null());
        if job.is_null() {
            return None;
        }
        let job = OwnedHandle::from_raw_handle(job);
        let length = size_of::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>() as u32;
        let limits = (&raw const limits).cast();
        let set =
            SetInformationJobObject(job.as_raw_handle(), JobObjectExtendedLimitInformation, limits, length);
        let put = set != 0 && AssignProcessToJobObject(job.as_raw_handle(), process.as_raw_handle()) != 0;
        put.then_some(job)
    }
}

/// Does nothing: only the console can send Ctrl-C to the child.
pub(crate) fn send_interrupt(_: &mut Child) {}

/// Ends a child that does not end by itself.
pub(crate) fn send_terminate(child: &mut Child) {
    let _ = child.kill();
}

/// Returns the exit code for the status of a program. A code of more than 8 bits, which `main` cannot return,
/// ends this process immediately.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().unwrap_or(1);
    match u8::try_from(code) {
        Ok(code) => ExitCode::from(code),
        Err(_) => std::process::exit(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_the_mark_that_others_do_not_take() {
        for (given, expected) in [
            (r"\\?\C:\a b\c", r"C:\a b\c"),
            (r"\\?\C:\", r"C:\"),
            (r"\\?\UNC\server\share\x", r"\\server\share\x"),
            (r"\\?\C:\a.\b", r"\\?\C:\a.\b"),
            (r"\\?\C:\x\nul.txt", r"\\?\C:\x\nul.txt"),
            (r"\\?\C:\x\com1", r"\\?\C:\x\com1"),
            (r"\\?\C:\x\common", r"C:\x\common"),
            (r"C:\x", r"C:\x"),
        ] {
            assert_eq!(plain(Path::new(given)).as_os_str(), OsStr::new(expected), "{given}");
        }
    }

    #[test]
    fn a_program_has_a_suffix() {
        assert!(names_on_path("python").contains(&"python.exe".to_owned()));
        assert_eq!(names_on_path("Python.EXE"), ["Python.EXE"]);
        assert!(names_on_path("python3.11").contains(&"python3.11.exe".to_owned()));
    }

    #[test]
    fn a_changed_file_is_in_another_state() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let state = |path: &Path| file_state(path, &std::fs::metadata(path).unwrap()).unwrap();
        std::fs::write(&path, "one").unwrap();
        let first = state(&path);
        assert_eq!(state(&path), first);
        assert_ne!(state(dir.path())[1], first[1]);
        std::fs::write(&path, "three").unwrap();
        assert_ne!(state(&path), first);
    }

    #[test]
    fn a_link_leads_or_is_a_copy() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.dll"), "x").unwrap();
        let link = dir.path().join("b.dll");
        symlink("a.dll", &link).unwrap();
        assert!(is_link_to(&link, "a.dll"));
        assert_eq!(std::fs::read(&link).unwrap(), b"x");
        std::fs::write(dir.path().join("c.dll"), "y").unwrap();
        assert!(!is_link_to(&link, "c.dll"));
    }
}
