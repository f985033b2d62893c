//! Windows: the running executable, arguments, paths, folders, libraries.

mod files;
mod process;
mod window;

use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString, c_char, c_int, c_void};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use freeze_launcher::trust;
use windows_sys::Win32::Foundation::MAX_PATH;
use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_OPEN_REPARSE_POINT;
use windows_sys::Win32::System::LibraryLoader::{
    AddDllDirectory, GetModuleFileNameW, GetProcAddress, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR,
    LOAD_LIBRARY_SEARCH_SYSTEM32, LOAD_LIBRARY_SEARCH_USER_DIRS, LoadLibraryExW, SetDefaultDllDirectories,
};
use windows_sys::Win32::System::SystemInformation::GetSystemWindowsDirectoryW;

pub(crate) use files::*;
pub(crate) use process::*;
pub(crate) use window::{hide_console, is_windowed, show_error};

/// Hint if the running executable is not found.
pub(crate) const EXECUTABLE_HINT: &str = "start the program by its path";

/// Hint if another user can change the files of a program that has more rights than this user.
pub(crate) const EXPOSED_HINT: &str = "install the program where only administrators can write, such as in `Program Files`, \
     start it without elevation, or build it as one file";

/// `wchar_t`.
pub(crate) type WideChar = u16;

/// The structs of Python's configuration, in the layout of this system's C compiler.
pub(crate) type OwnAbi = super::WindowsAbi;

/// Whether programs can be built to load their libraries from memory.
pub(crate) const MEMORY_FILES: bool = false;

/// Runs before anything else. Limits the search for libraries to the system's folders and those that the
/// program adds. Windows then searches neither the current folder nor that of the executable, which may be a
/// download folder.
pub(crate) fn begin() {
    // SAFETY: has no preconditions. So far, only libraries that the system lists as known have been loaded.
    unsafe { SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_USER_DIRS) };
}

/// Returns the arguments of the process. The arguments of `main` lack the characters that the code page does
/// not contain.
///
/// # Safety
/// Always safe on Windows.
pub(crate) unsafe fn arguments(_: c_int, _: *const *const c_char) -> Vec<&'static CStr> {
    let text = |arg: OsString| CString::new(arg.into_encoded_bytes()).unwrap_or_default();
    std::env::args_os().map(|arg| &*Box::leak(text(arg).into_boxed_c_str())).collect()
}

/// Converts text for system calls.
fn wide_text(text: &OsStr) -> Vec<u16> {
    text.encode_wide().chain([0]).collect()
}

/// Converts bytes from this system ([`path_bytes`]) or from an archive to text.
fn text_from_bytes(bytes: &[u8]) -> OsString {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    // Half a surrogate pair, encoded as three bytes, which file names may contain.
    let mut units = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let valid = std::str::from_utf8(rest).map_or_else(|e| e.valid_up_to(), str::len);
        let (text, tail) = rest.split_at(valid);
        units.extend(String::from_utf8_lossy(text).encode_utf16());
        rest = match tail {
            [0xed, b @ 0xa0..=0xbf, c @ 0x80..=0xbf, tail @ ..] => {
                units.push(0xd000 | u16::from(b & 0x3f) << 6 | u16::from(c & 0x3f));
                tail
            }
            [_, tail @ ..] => {
                units.push(0xfffd);
                tail
            }
            [] => tail,
        };
    }
    OsString::from_wide(&units)
}

/// Returns the bytes of a path, in the format of Python and the archive: UTF-8, with half surrogate pairs as
/// three bytes.
pub(crate) fn path_bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// Converts such bytes to a path.
pub(crate) fn path_from_bytes(bytes: &[u8]) -> Cow<'_, Path> {
    Cow::Owned(PathBuf::from(text_from_bytes(&relative(bytes))))
}

/// Whether the first argument is the path of an executable, rather than just its name.
pub(crate) fn is_absolute(argument: &[u8]) -> bool {
    path_from_bytes(argument).is_absolute()
}

/// Returns the name of a program from the path that it was started by.
pub(crate) fn program_name(path: &[u8]) -> Vec<u8> {
    let name = path.rsplit(|c| b"/\\:".contains(c)).next().unwrap_or_default();
    match name.split_last_chunk::<4>() {
        Some((stem, end)) if end.eq_ignore_ascii_case(b".exe") && !stem.is_empty() => stem.to_vec(),
        _ => name.to_vec(),
    }
}

/// The separator of path components.
pub(crate) const SEPARATOR: u8 = b'\\';

/// Converts a path from Python to a path below the root as in the archive. `""` is the root itself, without
/// the separator at the end of `prefix`.
pub(crate) fn below(path: &[u8], prefix: &[u8]) -> Option<Vec<u8>> {
    let plain: Vec<u8> = path.iter().map(|c| if *c == b'/' { b'\\' } else { *c }).collect();
    let root = prefix.strip_suffix(b"\\").unwrap_or(prefix);
    if plain.eq_ignore_ascii_case(root) {
        return Some(Vec::new());
    }
    let (start, rest) = plain.split_at_checked(prefix.len())?;
    let rest = || rest.iter().map(|c| if *c == b'\\' { b'/' } else { *c }).collect();
    start.eq_ignore_ascii_case(prefix).then(rest)
}

/// Converts a path below the root from the archive's format to the format of this system.
pub(crate) fn relative(path: &[u8]) -> Cow<'_, [u8]> {
    match path.contains(&b'/') {
        true => Cow::Owned(path.iter().map(|c| if *c == b'/' { b'\\' } else { *c }).collect()),
        false => Cow::Borrowed(path),
    }
}

/// Converts text for Python's configuration.
pub(crate) fn wide(text: &CStr) -> Option<Vec<WideChar>> {
    Some(wide_text(&text_from_bytes(text.to_bytes())))
}

/// Turns any name into a valid path component.
pub(crate) fn plain_name(name: String) -> String {
    let mut name: String = name.chars().map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let kept = name.trim_end_matches(['.', ' ']).len();
    name.truncate(kept);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_device = ["CON", "PRN", "AUX", "NUL"].contains(&&*stem)
        || stem.strip_prefix("COM").or(stem.strip_prefix("LPT")).is_some_and(|n| n.chars().count() == 1);
    if is_device || name.is_empty() { format!("_{name}") } else { name }
}

/// On Windows, the launcher never runs in an interpreter's process.
pub(crate) fn adopt_executable(_: File) {}

/// Returns a path to open the program's executable.
pub(crate) fn executable_link() -> PathBuf {
    executable().unwrap_or_default()
}

/// Returns the absolute path of the program's executable.
pub(crate) fn executable() -> io::Result<PathBuf> {
    let mut buffer = vec![0u16; MAX_PATH as usize];
    loop {
        // SAFETY: the buffer's length is given.
        let n = unsafe { GetModuleFileNameW(std::ptr::null_mut(), buffer.as_mut_ptr(), buffer.len() as u32) };
        let n = n as usize;
        if n == 0 {
            return Err(io::Error::last_os_error());
        }
        if n < buffer.len() {
            return Ok(PathBuf::from(OsString::from_wide(&buffer[..n])));
        }
        buffer.resize(buffer.len() * 2, 0);
    }
}

/// Whether two paths refer to the same file.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| File::open(path).ok().and_then(|file| files::identity(&file));
    matches!((identity(one), identity(other)), (Some(a), Some(b)) if a == b)
}

/// Opens a file for reading. Does not follow a link.
pub(crate) fn open_no_link(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path)
}

/// Returns a folder from the environment. Like any other candidate, it is only used if no one else can change
/// it.
pub(crate) fn folder_variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute())
}

/// Returns candidates for the cache folder, best first: those of the environment, those that the system's
/// database lists for the account, and for elevated processes one that belongs to the machine.
pub(crate) fn cache_folders() -> impl Iterator<Item = PathBuf> {
    // Each one is looked up after its predecessors have failed, because the database is in a library that
    // loads slowly.
    let candidates: [fn() -> Option<PathBuf>; 4] = [
        || folder_variable("LOCALAPPDATA"),
        || folder_variable("USERPROFILE").map(|home| home.join("AppData").join("Local")),
        trust::os::local_data,
        || trust::rights().are_elevated().then(trust::os::machine_data).flatten(),
    ];
    candidates.into_iter().filter_map(|find| find())
}

/// Returns candidates for the temporary folder, best first. Elevated processes have two more, in which others
/// can at most add entries.
pub(crate) fn temporary_folders() -> impl Iterator<Item = PathBuf> {
    let given = Some(std::env::temp_dir()).filter(|p| p.is_absolute());
    let windows = std::iter::once_with(|| trust::rights().are_elevated().then(windows_folder).flatten());
    let of_the_system =
        windows.flatten().flat_map(|windows| ["SystemTemp", "Temp"].map(|name| windows.join(name)));
    given.into_iter().chain(of_the_system)
}

/// Returns the Windows folder, independent of the environment.
fn windows_folder() -> Option<PathBuf> {
    let mut buffer = [0u16; MAX_PATH as usize];
    // SAFETY: the buffer's length is given.
    let n = unsafe { GetSystemWindowsDirectoryW(buffer.as_mut_ptr(), buffer.len() as u32) } as usize;
    let path = buffer.get(..n).filter(|path| !path.is_empty())?;
    Some(PathBuf::from(OsString::from_wide(path)))
}

/// Creates a file in memory from which a library can be loaded. Not supported on Windows.
pub(crate) fn memory_file(_: &CStr) -> io::Result<File> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Returns the path to load a [`memory_file`] from.
pub(crate) fn path_of_memory(file: &File) -> PathBuf {
    path_of(file).unwrap_or_default()
}

/// Whether files in memory can be created.
pub(crate) fn can_load_from_memory() -> bool {
    false
}

/// Adds a folder to the search for libraries that other libraries refer to by name.
pub(crate) fn add_library_folder(folder: &Path) {
    // SAFETY: the path ends in NUL.
    unsafe { AddDllDirectory(wide_text(folder.as_os_str()).as_ptr()) };
}

/// Loads a library from its full path. Its dependencies are searched next to it, among the system's libraries
/// and in the folders that the program has added.
pub(crate) fn load_library(path: &Path, _: super::Visibility) -> Result<*mut c_void, String> {
    let text = wide_text(path.as_os_str());
    let flags =
        LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_USER_DIRS;
    // SAFETY: runs the initializers of the library, which belongs to the program; the path ends in NUL.
    let handle = unsafe { LoadLibraryExW(text.as_ptr(), std::ptr::null_mut(), flags) };
    if handle.is_null() {
        return Err(format!("`{}`: {}", path.display(), io::Error::last_os_error()));
    }
    Ok(handle)
}

/// Loads an extension module before Python does, because Python would also search next to the executable for
/// its libraries.
pub(crate) fn load_ahead(path: &Path) -> Result<(), String> {
    load_library(path, super::Visibility::Local).map(|_| ())
}

/// Returns the address of a symbol in a loaded library; null if there is none with this name.
pub(crate) fn symbol(library: *mut c_void, name: &CStr) -> *mut c_void {
    // SAFETY: the handle comes from `load_library` and stays open; the name ends in NUL.
    let found = unsafe { GetProcAddress(library, name.as_ptr().cast()) };
    found.map_or(std::ptr::null_mut(), |found| found as *mut c_void)
}

/// Loads a library of the system.
fn system_library(name: &str) -> Option<*mut c_void> {
    let text = wide_text(OsStr::new(name));
    // SAFETY: the name ends in NUL; the library is part of the system.
    let handle = unsafe { LoadLibraryExW(text.as_ptr(), std::ptr::null_mut(), LOAD_LIBRARY_SEARCH_SYSTEM32) };
    (!handle.is_null()).then_some(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_root_are_known_in_all_their_forms() {
        let prefix = br"C:\Users\me\app\";
        assert_eq!(below(br"C:\Users\me\app", prefix), Some(Vec::new()));
        assert_eq!(below(br"C:\Users\me\app\a\b.py", prefix).as_deref(), Some(&b"a/b.py"[..]));
        assert_eq!(below(b"c:/users/me/app/A.py", prefix).as_deref(), Some(&b"A.py"[..]));
        assert_eq!(below(br"C:\Users\me\apple\a", prefix), None);
        assert_eq!(below(b"", prefix), None);
        assert_eq!(&*relative(b"a/b.py"), br"a\b.py");
    }

    #[test]
    fn programs_are_known_without_their_suffix() {
        assert_eq!(program_name(br"C:\x y\app.EXE"), b"app");
        assert_eq!(program_name(b"c:app"), b"app");
        assert_eq!(program_name(b".exe"), b".exe");
        assert!(is_absolute(br"C:\app.exe") && !is_absolute(b"app.exe") && !is_absolute(b"/app"));
    }

    #[test]
    fn a_name_makes_a_folder() {
        assert_eq!(plain_name("my app".into()), "my app");
        assert_eq!(plain_name("a:b?. ".into()), "a_b_");
        assert_eq!(plain_name("nul.txt".into()), "_nul.txt");
        assert_eq!(plain_name("com1".into()), "_com1");
        assert_eq!(plain_name("...".into()), "_");
    }

    #[test]
    fn half_a_pair_of_surrogates_is_kept() {
        let name = OsString::from_wide(&[0x61, 0xd800, 0xe4, 0x65e5]);
        assert_eq!(text_from_bytes(name.as_encoded_bytes()), name);
        assert_eq!(text_from_bytes(b"a\xffb"), OsString::from("a\u{fffd}b"));
    }

    #[test]
    fn a_lock_keeps_others_out_and_lets_them_read() {
        use crate::launcher::os::{Access, Lock, lock, try_lock};
        let path = std::env::temp_dir().join(format!("lock-{:016x}", random()));
        let file = create_file(&path, Access::Private).unwrap();
        std::fs::write(&path, "content").unwrap();
        let other = open_no_link(&path).unwrap();
        assert!(lock(&file, Lock::Shared) && lock(&other, Lock::Shared));
        assert!(try_lock(&other, Lock::Exclusive).is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock));
        assert_eq!(std::fs::read(&path).unwrap(), b"content");
        drop(file);
        assert!(lock(&other, Lock::Exclusive) && !is_removed(&other));
        assert_eq!(path_of(&other).unwrap().file_name(), path.file_name());
        drop(other);
        std::fs::remove_file(&path).unwrap();
    }
}
