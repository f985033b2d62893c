//! Windows: folders that only trusted users can use, and the folders that the system provides for each
//! purpose.

use std::ffi::{OsString, c_void};
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW,
};
use windows_sys::core::GUID;

use super::Rights;
use super::paths::{long_form, wide};

/// A security descriptor allocated by the system.
pub(super) struct Allocated(pub(super) PSECURITY_DESCRIPTOR);

impl Allocated {
    /// Creates a descriptor from SDDL.
    pub(super) fn new(text: &str) -> io::Result<Allocated> {
        let text = wide(text);
        let mut descriptor = std::ptr::null_mut();
        // SAFETY: the text ends in NUL, and the pointer refers to a local variable.
        let done = unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                text.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                std::ptr::null_mut(),
            )
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(Allocated(descriptor)) }
    }
}

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: allocated by the system for its caller, and no longer used.
        unsafe { LocalFree(self.0) };
    }
}

/// Creates a folder that only trusted users can use, including everything created in it.
///
/// # Errors
/// The folder already exists, or the system refuses.
pub fn create_folder(path: &Path, rights: &Rights) -> io::Result<()> {
    create_with(path, &Allocated::new(&rights.0.private_folder())?)
}

/// Creates a folder with the given owner and access list.
pub(super) fn create_with(path: &Path, descriptor: &Allocated) -> io::Result<()> {
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let path = long_form(path)?;
    // SAFETY: the path ends in NUL; the descriptor is valid until the call returns.
    match unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

const PROFILE: GUID = GUID::from_u128(0x5E6C858F_0E22_4760_9AFE_EA3317B67173);
const LOCAL_DATA: GUID = GUID::from_u128(0xF1B32785_6FBA_4FCF_9D55_7B8E7F157091);
const PROGRAM_DATA: GUID = GUID::from_u128(0x62AB5D82_FDC1_4DC3_A9DD_070D1D495D97);

/// Returns the profile folder of the user that the process runs as.
pub fn account_home() -> Option<PathBuf> {
    known_folder(&PROFILE)
}

/// Returns the folder for this user's data that stays on this machine.
pub fn local_data() -> Option<PathBuf> {
    known_folder(&LOCAL_DATA)
}

/// Returns the folder for data shared by all users of this machine.
pub fn machine_data() -> Option<PathBuf> {
    known_folder(&PROGRAM_DATA)
}

/// Looks up a folder in the system's database, independent of the environment. It may not exist.
fn known_folder(id: &GUID) -> Option<PathBuf> {
    type GetKnownFolder = unsafe extern "system" fn(*const GUID, u32, *mut c_void, *mut *mut u16) -> i32;
    const DO_NOT_VERIFY: u32 = 0x4000;
    let library = wide("shell32.dll");
    // SAFETY: the name ends in NUL; the library is part of the system. It is only loaded on demand, because
    // loading it takes longer than the rest of a start.
    let library =
        unsafe { LoadLibraryExW(library.as_ptr(), std::ptr::null_mut(), LOAD_LIBRARY_SEARCH_SYSTEM32) };
    if library.is_null() {
        return None;
    }
    // SAFETY: the library is loaded and the name ends in NUL.
    let function = unsafe { GetProcAddress(library, c"SHGetKnownFolderPath".as_ptr().cast()) }?;
    let mut text: *mut u16 = std::ptr::null_mut();
    // SAFETY: the signature is that of the library function, and the pointer refers to a local variable.
    let status = unsafe {
        let function = std::mem::transmute::<unsafe extern "system" fn() -> isize, GetKnownFolder>(function);
        function(id, DO_NOT_VERIFY, std::ptr::null_mut(), &raw mut text)
    };
    if status != 0 || text.is_null() {
        return None;
    }
    // SAFETY: the system has allocated a NUL-terminated text. It is leaked, because freeing it requires
    // another library.
    let text = unsafe {
        let len = (0..).take_while(|i| *text.add(*i) != 0).count();
        std::slice::from_raw_parts(text, len)
    };
    Some(PathBuf::from(OsString::from_wide(text))).filter(|path| path.is_absolute())
}
