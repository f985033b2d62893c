//! Windows: folders that only trusted users can use, and those that the system keeps for each purpose.

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

/// A security descriptor that the system has allocated.
pub(super) struct Allocated(pub(super) PSECURITY_DESCRIPTOR);

impl Allocated {
    /// From SDDL.
    pub(super) fn new(text: &str) -> io::Result<Allocated> {
        let text = wide(text);
        let mut descriptor = std::ptr::null_mut();
        // SAFETY: the text ends in NUL, and the place is ours.
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
        // SAFETY: allocated by the system for whoever asked, and used by nobody any more.
        unsafe { LocalFree(self.0) };
    }
}

/// Creates a folder that only trusted users can use, like all that is created in it.
///
/// # Errors
/// It already exists, or the system refuses.
pub fn create_folder(path: &Path, rights: &Rights) -> io::Result<()> {
    create_with(path, &Allocated::new(&rights.0.private_folder())?)
}

/// Creates a folder with an owner and access list.
pub(super) fn create_with(path: &Path, descriptor: &Allocated) -> io::Result<()> {
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor.0,
        bInheritHandle: 0,
    };
    let path = long_form(path)?;
    // SAFETY: the path ends in NUL; the descriptor lives until the call returns.
    match unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

const PROFILE: GUID = GUID::from_u128(0x5E6C858F_0E22_4760_9AFE_EA3317B67173);
const LOCAL_DATA: GUID = GUID::from_u128(0xF1B32785_6FBA_4FCF_9D55_7B8E7F157091);
const PROGRAM_DATA: GUID = GUID::from_u128(0x62AB5D82_FDC1_4DC3_A9DD_070D1D495D97);

/// The profile folder of the user that the process runs as.
pub fn account_home() -> Option<PathBuf> {
    known_folder(&PROFILE)
}

/// The folder for data of this user that stays on this machine.
pub fn local_data() -> Option<PathBuf> {
    known_folder(&LOCAL_DATA)
}

/// The folder for data of all users of this machine.
pub fn machine_data() -> Option<PathBuf> {
    known_folder(&PROGRAM_DATA)
}

/// A folder by the database of the system, not by the environment. It need not exist.
fn known_folder(id: &GUID) -> Option<PathBuf> {
    type GetKnownFolder = unsafe extern "system" fn(*const GUID, u32, *mut c_void, *mut *mut u16) -> i32;
    const DO_NOT_VERIFY: u32 = 0x4000;
    let library = wide("shell32.dll");
    // SAFETY: the name ends in NUL; the library is one of the system's. It is only loaded here, since loading it takes longer
    // than the rest of a start.
    let library =
        unsafe { LoadLibraryExW(library.as_ptr(), std::ptr::null_mut(), LOAD_LIBRARY_SEARCH_SYSTEM32) };
    if library.is_null() {
        return None;
    }
    // SAFETY: the library is loaded and the name ends in NUL.
    let function = unsafe { GetProcAddress(library, c"SHGetKnownFolderPath".as_ptr().cast()) }?;
    let mut text: *mut u16 = std::ptr::null_mut();
    // SAFETY: the library declares the function so, and the places are ours.
    let status = unsafe {
        let function = std::mem::transmute::<unsafe extern "system" fn() -> isize, GetKnownFolder>(function);
        function(id, DO_NOT_VERIFY, std::ptr::null_mut(), &raw mut text)
    };
    if status != 0 || text.is_null() {
        return None;
    }
    // SAFETY: the system has allocated a text that ends in NUL. It is not freed: what frees it is in one more library.
    let text = unsafe {
        let len = (0..).take_while(|i| *text.add(*i) != 0).count();
        std::slice::from_raw_parts(text, len)
    };
    Some(PathBuf::from(OsString::from_wide(text))).filter(|path| path.is_absolute())
}
