//! Windows: shows errors of programs without a console in a window, and saves them to a file.

use std::ffi::{OsStr, c_void};
use std::io::Write;

use freeze_launcher::trust::{self, Folder, Purpose};
use windows_sys::Win32::System::Console::{
    GetConsoleProcessList, GetConsoleWindow, GetStdHandle, STD_ERROR_HANDLE,
};
use windows_sys::Win32::System::LibraryLoader::GetModuleHandleW;

use super::{cache_folders, plain_name, symbol, system_library, wide_text};
use crate::launcher::os::Hiding;

const WINDOWED: u16 = 2;

/// Returns the subsystem in the header of the running executable (`IMAGE_OPTIONAL_HEADER64.Subsystem`).
fn subsystem() -> u16 {
    // SAFETY: the module handle points to the mapped header of the executable, which the system checked
    // before it started this process.
    unsafe {
        let base: *const u8 = GetModuleHandleW(std::ptr::null()).cast();
        let header = base.add(0x3c).cast::<u32>().read_unaligned() as usize;
        base.add(header + 0x5c).cast::<u16>().read_unaligned()
    }
}

/// Whether this process has no console, and its standard error is not redirected.
pub(crate) fn is_windowed() -> bool {
    // SAFETY: has no preconditions.
    subsystem() == WINDOWED && unsafe { GetStdHandle(STD_ERROR_HANDLE) }.is_null()
}

/// Hides or minimizes the console of this process if no other process uses it. Otherwise it belongs to the
/// process that started the program.
pub(crate) fn hide_console(how: Hiding) {
    type ShowWindow = unsafe extern "system" fn(*mut c_void, i32) -> i32;
    const HIDE: i32 = 0;
    const MINIMIZE_NOT_ACTIVE: i32 = 7;
    let mut others = [0u32; 2];
    // SAFETY: the list has room for two numbers; the other call has no preconditions.
    let (count, window) = unsafe { (GetConsoleProcessList(others.as_mut_ptr(), 2), GetConsoleWindow()) };
    if count != 1 || window.is_null() {
        return;
    }
    let function = system_library("user32.dll").map(|library| symbol(library, c"ShowWindow"));
    let Some(function) = function.filter(|f| !f.is_null()) else { return };
    // SAFETY: the signature is that of the library function; a closed window only causes an error.
    unsafe {
        let function = std::mem::transmute::<*mut c_void, ShowWindow>(function);
        function(
            window,
            match how {
                Hiding::Minimize => MINIMIZE_NOT_ACTIVE,
                Hiding::Hide => HIDE,
            },
        );
    }
}

/// Maximum number of lines in the window, so that they fit on a screen. The file contains all lines.
const MOST_LINES: usize = 40;

/// Shows an error in a window and saves it to a file.
pub(crate) fn show_error(program: &str, text: &str) {
    // An elevated program must not write through a link that another user has placed there.
    let log = cache_folders().find_map(|base| {
        let folder = base.join("freeze").join(plain_name(program.to_owned()));
        let folder = Folder::open(&folder, Purpose::NewContent, trust::rights()).ok()?;
        let path = folder.path().join("error.log");
        let mut file = std::fs::File::create(&path).ok()?;
        file.write_all(text.replace('\n', "\r\n").as_bytes()).ok()?;
        Some(path)
    });
    if std::env::var_os("FREEZE_DIALOG").is_some_and(|v| v == "0") {
        return;
    }
    let lines: Vec<_> = text.trim_end().lines().collect();
    let mut shown = lines[lines.len().saturating_sub(MOST_LINES)..].join("\n");
    if let Some(log) = log {
        shown.push_str(&format!("\n\n{}", log.display()));
    }
    type MessageBox = unsafe extern "system" fn(*mut c_void, *const u16, *const u16, u32) -> i32;
    const ICON_ERROR: u32 = 0x10;
    const TO_THE_FRONT: u32 = 0x1_0000;
    let function = system_library("user32.dll").map(|library| symbol(library, c"MessageBoxW"));
    let Some(function) = function.filter(|f| !f.is_null()) else { return };
    let (shown, title) = (wide_text(OsStr::new(&shown)), wide_text(OsStr::new(program)));
    // SAFETY: the signature is that of the library function; both texts end in NUL.
    unsafe {
        let function = std::mem::transmute::<*mut c_void, MessageBox>(function);
        function(std::ptr::null_mut(), shown.as_ptr(), title.as_ptr(), ICON_ERROR | TO_THE_FRONT);
    }
}
