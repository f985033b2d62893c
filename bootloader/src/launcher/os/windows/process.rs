//! Windows: processes, the environment, memory, the clock, and the exit code of interrupted processes.

use std::ffi::{CStr, CString, OsString, c_int, c_void};
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::{
    CloseHandle, FILETIME, HANDLE, INVALID_HANDLE_VALUE, STATUS_CONTROL_C_EXIT,
};
use windows_sys::Win32::Globalization::GetACP;
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::Environment::SetEnvironmentVariableW;
use windows_sys::Win32::System::Memory::{
    MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE, VirtualAlloc, VirtualFree, VirtualUnlock,
};
use windows_sys::Win32::System::Performance::{QueryPerformanceCounter, QueryPerformanceFrequency};
use windows_sys::Win32::System::Threading::{
    GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
};

use super::{symbol, system_library, text_from_bytes, wide_text};

/// A handle that is closed on drop.
struct Owned(HANDLE);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and only this value owns it.
        unsafe { CloseHandle(self.0) };
    }
}

fn open(pid: i32) -> Option<Owned> {
    // SAFETY: has no preconditions.
    let handle = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid as u32) };
    (!handle.is_null()).then_some(Owned(handle))
}

fn executable_of(pid: i32) -> Option<PathBuf> {
    let process = open(pid)?;
    let mut buffer = vec![0u16; 32_768];
    let mut len = buffer.len() as u32;
    // SAFETY: the handle is open and the buffer's length is given.
    let done = unsafe { QueryFullProcessImageNameW(process.0, 0, buffer.as_mut_ptr(), &raw mut len) };
    (done != 0).then(|| PathBuf::from(OsString::from_wide(&buffer[..len as usize])))
}

/// Returns the start time of a process. Later processes have larger values.
fn began(pid: i32) -> Option<u64> {
    let process = open(pid)?;
    let zero = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    let mut times = [zero; 4];
    let [created, ended, kernel, user] = &mut times;
    // SAFETY: the handle is open and the pointers refer to local variables.
    let done = unsafe { GetProcessTimes(process.0, created, ended, kernel, user) };
    (done != 0).then(|| u64::from(times[0].dwHighDateTime) << 32 | u64::from(times[0].dwLowDateTime))
}

/// Returns the process ids of all processes, each with that of its parent.
fn processes() -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    // SAFETY: has no preconditions.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if snapshot == INVALID_HANDLE_VALUE {
        return found;
    }
    let snapshot = Owned(snapshot);
    // SAFETY: all-zero is a valid PROCESSENTRY32W.
    let mut entry: PROCESSENTRY32W = unsafe { std::mem::zeroed() };
    entry.dwSize = size_of::<PROCESSENTRY32W>() as u32;
    // SAFETY: the handle is open and the entry contains its size.
    unsafe {
        let mut more = Process32FirstW(snapshot.0, &raw mut entry);
        while more != 0 {
            found.push((entry.th32ProcessID, entry.th32ParentProcessID));
            more = Process32NextW(snapshot.0, &raw mut entry);
        }
    }
    found
}

/// Maximum number of ancestors to check.
const MOST_ANCESTORS: usize = 8;

/// Returns the ancestors of this process, nearest first. The id of an ended process may have been reused. The
/// new process is then younger than its supposed child.
fn ancestors() -> Vec<i32> {
    let all = processes();
    let mut found = Vec::new();
    let mut pid = std::process::id();
    while found.len() < MOST_ANCESTORS {
        let Some((_, parent)) = all.iter().find(|(id, _)| *id == pid) else { break };
        let is_older = matches!((began(*parent as i32), began(pid as i32)), (Some(a), Some(b)) if a <= b);
        if *parent == 0 || !is_older {
            break;
        }
        found.push(*parent as i32);
        pid = *parent;
    }
    found
}

/// Returns the process id of the parent; 0 if it has ended.
pub(crate) fn parent() -> i32 {
    ancestors().first().copied().unwrap_or(0)
}

/// Whether `pid` runs the same program as this process.
pub(crate) fn runs_same_executable(pid: i32) -> bool {
    let (Ok(own), Some(other)) = (super::executable(), executable_of(pid)) else { return false };
    own.as_os_str().eq_ignore_ascii_case(&other) || super::is_same_file(&own, &other)
}

/// Whether an ancestor runs the same executable. There may be shells in between.
pub(crate) fn descends_from_same_executable() -> bool {
    ancestors().into_iter().any(runs_same_executable)
}

/// Returns the paths of files that the launchers of other processes keep open. Not supported on Windows.
pub(crate) fn files_of_ancestors() -> Vec<PathBuf> {
    Vec::new()
}

/// Sets an environment variable of the process.
///
/// # Safety
/// No other thread may be running.
pub(crate) unsafe fn set_variable(name: &CStr, value: &CStr) {
    let text = |text: &CStr| wide_text(&text_from_bytes(text.to_bytes()));
    // SAFETY: both end in NUL.
    unsafe { SetEnvironmentVariableW(text(name).as_ptr(), text(value).as_ptr()) };
}

/// Returns the environment for an executable that replaces this one. Not supported on Windows.
pub(crate) fn environment() -> Vec<CString> {
    Vec::new()
}

/// Lets the executable that replaces this one inherit an open file. Not supported on Windows.
pub(crate) fn pass_on(_: &File) -> i32 {
    -1
}

/// Replaces this executable with another one. Not supported on Windows.
pub(crate) fn execute(_: &Path, _: &[&CStr], _: &[CString]) -> io::Error {
    io::Error::from(io::ErrorKind::Unsupported)
}

/// Returns the path of the link that the process was started by. Windows does not resolve links here.
pub(crate) fn started_by(_: &[u8], _: &Path) -> Option<PathBuf> {
    None
}

/// On Windows, processes are named after their files.
pub(crate) fn name_process(_: &Path) {}

/// Returns a handle to look up symbols of the main program. On Windows, Python is never part of it.
pub(crate) fn main_program() -> *mut c_void {
    std::ptr::null_mut()
}

/// Returns the standard input, `FILE *`, of the C library that Python uses.
pub(crate) fn input_stream() -> *mut c_void {
    type Stream = unsafe extern "C" fn(u32) -> *mut c_void;
    let library = system_library("ucrtbase.dll");
    let function = library.map_or(std::ptr::null_mut(), |library| symbol(library, c"__acrt_iob_func"));
    if function.is_null() {
        return function;
    }
    // SAFETY: the signature is that of the C library function.
    unsafe { std::mem::transmute::<*mut c_void, Stream>(function)(0) }
}

/// Returns the time of the monotonic clock in seconds (`time.monotonic`).
pub(crate) fn monotonic_clock() -> f64 {
    let (mut now, mut frequency) = (0, 1);
    // SAFETY: the pointers refer to local variables.
    unsafe {
        QueryPerformanceCounter(&raw mut now);
        QueryPerformanceFrequency(&raw mut frequency);
    }
    now as f64 / frequency.max(1) as f64
}

/// `KUSER_SHARED_DATA`, which has this address in every process.
const SHARED_DATA: usize = 0x7FFE_0000;
/// Offset of `BootId`: the number of times the system has started.
const BOOT_ID: usize = 0x2C4;

/// Returns an identifier of the current boot of the operating system.
pub(crate) fn boot_id() -> Vec<u8> {
    // SAFETY: the page is mapped for reading in every process.
    let id =
        unsafe { std::ptr::read_volatile(std::ptr::with_exposed_provenance::<u32>(SHARED_DATA + BOOT_ID)) };
    format!("{id}").into_bytes()
}

/// Returns random bytes for unpredictable names.
pub(crate) fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    // Its keys come from the system's random number generator.
    RandomState::new().hash_one(std::time::Instant::now())
}

/// Returns the character set of the locale: that of the code page, which Python has a codec for.
pub(crate) fn charset() -> Vec<u8> {
    // SAFETY: has no preconditions.
    match unsafe { GetACP() } {
        65001 => b"UTF-8".to_vec(),
        page => format!("cp{page}").into_bytes(),
    }
}

/// Returns the exit code of a process that was ended by Ctrl-C.
pub(crate) fn die_by_interrupt() -> i32 {
    STATUS_CONTROL_C_EXIT
}

/// Whether the process may use only one core.
pub(crate) fn is_single_core() -> bool {
    std::thread::available_parallelism().is_ok_and(|n| n.get() == 1)
}

/// Calls `function`. Windows has no signals to block.
pub(crate) fn without_signals<T>(function: impl FnOnce() -> T) -> T {
    function()
}

/// Windows processes do not fork.
pub(crate) fn before_fork(_: extern "C" fn()) {}

/// Windows processes do not fork.
pub(crate) fn after_fork(_: extern "C" fn()) {}

unsafe extern "C" {
    fn atexit(function: extern "C" fn()) -> c_int;
}

/// Calls `function` when the process exits.
pub(crate) fn at_exit(function: extern "C" fn()) {
    // SAFETY: the function lives as long as the process.
    unsafe { atexit(function) };
}

/// Windows has no C locale that would be coerced.
pub(crate) fn is_c_locale() -> bool {
    false
}

/// Windows has no C locale that would be coerced.
pub(crate) fn use_utf8_locale() {}

/// Whether the kernel provides large pages on request, and accepts partial unmapping.
pub(crate) const GIVES_LARGE_PAGES: bool = false;

/// Size of large pages on most machines, in bytes.
pub(crate) const LARGE_PAGE: usize = 2 << 20;

/// The system decides about the pages of code by itself.
pub(crate) fn release_code() {}

/// Windows only gives large pages to processes with a privilege.
pub(crate) fn advise_large(_: usize, _: usize) {}

/// Maps `size` zeroed bytes and returns their address.
pub(crate) fn map_pages(size: usize, _align: usize) -> Option<usize> {
    // SAFETY: a new mapping at an address that the system chooses.
    let start = unsafe { VirtualAlloc(std::ptr::null(), size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) };
    (!start.is_null()).then_some(start as usize)
}

/// Unmaps memory from [`map_pages`]. The caller no longer uses it.
pub(crate) fn unmap_pages(start: usize, size: usize) {
    if size > 0 {
        // SAFETY: guaranteed by the caller, see above.
        unsafe { VirtualFree(start as *mut c_void, 0, MEM_RELEASE) };
    }
}

/// Removes the pages of a mapped file from the working set of the process. They stay in the system's cache of files.
///
/// # Safety
/// The range is part of a mapping of a file.
pub(crate) unsafe fn drop_pages(start: usize, size: usize) {
    // SAFETY: unlocking pages that are not locked only removes them from the working set (VirtualUnlock's documentation).
    unsafe { VirtualUnlock(start as *mut c_void, size) };
}
