//! Windows: queries the system for properties of the process and of accounts.

use std::ffi::{OsString, c_void};
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::PathBuf;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, HANDLE};
use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetKernelObjectSecurity, GetTokenInformation, LABEL_SECURITY_INFORMATION,
    LookupAccountSidW, OWNER_SECURITY_INFORMATION, TOKEN_INFORMATION_CLASS, TOKEN_QUERY, TokenElevationType,
    TokenElevationTypeFull, TokenIntegrityLevel, TokenUser,
};
use windows_sys::Win32::System::SystemInformation::GetSystemDirectoryW;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::paths::open;
use crate::trust::descriptor::{Descriptor, Sid, Token};

/// Returns the token of this process. Properties that the system does not report are assumed to be
/// unfavorable.
pub(super) fn of_process() -> Token {
    let nothing = Token { user: None, level: 0, is_split: true, system_owner: None };
    let mut handle: HANDLE = std::ptr::null_mut();
    // SAFETY: the handle of the current process is always valid, and the pointer refers to a local variable.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut handle) } == 0 {
        return nothing;
    }
    // SAFETY: just opened, so nothing else owns it.
    let token = unsafe { OwnedHandle::from_raw_handle(handle) };
    let kind = information(&token, TokenElevationType).and_then(|words| words.first().map(|w| *w as i32));
    Token {
        user: sid(&token, TokenUser),
        level: sid(&token, TokenIntegrityLevel).and_then(|label| label.level()).unwrap_or(nothing.level),
        is_split: kind.is_none_or(|kind| kind == TokenElevationTypeFull),
        system_owner: system_owner(),
    }
}

/// Returns the owner of the system folder.
fn system_owner() -> Option<Sid> {
    let mut buffer = [0u16; 260];
    // SAFETY: the buffer's length is given.
    let n = unsafe { GetSystemDirectoryW(buffer.as_mut_ptr(), buffer.len() as u32) } as usize;
    let folder = PathBuf::from(OsString::from_wide(buffer.get(..n)?));
    let descriptor = descriptor(&open(&folder, false).ok()?).ok()?;
    Some(descriptor.owner().clone())
}

/// Calls a function with a growing buffer until its answer fits. The answer is aligned for structs of the
/// system.
fn ask(mut call: impl FnMut(*mut c_void, u32, &mut u32) -> i32) -> io::Result<Vec<u64>> {
    let mut buffer = vec![0u64; 64];
    loop {
        let len = size_of_val(&buffer[..]) as u32;
        let mut needed = 0;
        if call(buffer.as_mut_ptr().cast(), len, &mut needed) != 0 {
            return Ok(buffer);
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(ERROR_INSUFFICIENT_BUFFER as i32) || needed <= len {
            return Err(error);
        }
        buffer.resize((needed as usize).div_ceil(size_of::<u64>()), 0);
    }
}

/// Returns the bytes of an [`ask`]ed answer.
fn bytes(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn information(token: &OwnedHandle, class: TOKEN_INFORMATION_CLASS) -> Option<Vec<u64>> {
    // SAFETY: the handle is open and the buffer's length is given.
    ask(|buffer, len, needed| unsafe {
        GetTokenInformation(token.as_raw_handle(), class, buffer, len, needed)
    })
    .ok()
}

/// Returns the identifier in `TOKEN_USER` or `TOKEN_MANDATORY_LABEL`. Both start with a pointer to it, and it
/// follows in the buffer.
fn sid(token: &OwnedHandle, class: TOKEN_INFORMATION_CLASS) -> Option<Sid> {
    let words = information(token, class)?;
    let at = usize::try_from(*words.first()?).ok()?.checked_sub(words.as_ptr().addr())?;
    Sid::read(bytes(&words).get(at..)?)
}

/// Returns the security descriptor of an open file or folder.
pub(super) fn descriptor(file: &File) -> io::Result<Descriptor> {
    let wanted = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION;
    // SAFETY: the handle is open and the buffer's length is given.
    let words = ask(|buffer, len, needed| unsafe {
        GetKernelObjectSecurity(file.as_raw_handle(), wanted, buffer, len, needed)
    })?;
    Descriptor::parse(&bytes(&words))
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "its security descriptor cannot be read"))
}

/// Formats an account for messages: by identifier, and by name if the system has one.
pub(crate) fn account_name(sid: &Sid) -> String {
    let bytes = sid.to_bytes();
    let (mut name, mut domain) = ([0u16; 257], [0u16; 257]);
    let (mut name_len, mut domain_len) = (name.len() as u32, domain.len() as u32);
    let mut kind = 0;
    // SAFETY: the identifier is well-formed, the lengths of both buffers are given, and the other pointers
    // refer to local variables.
    let found = unsafe {
        LookupAccountSidW(
            std::ptr::null(),
            bytes.as_ptr().cast_mut().cast(),
            name.as_mut_ptr(),
            &raw mut name_len,
            domain.as_mut_ptr(),
            &raw mut domain_len,
            &raw mut kind,
        )
    };
    let text =
        |buffer: &[u16], len: u32| String::from_utf16_lossy(buffer.get(..len as usize).unwrap_or_default());
    let (name, domain) = (text(&name, name_len), text(&domain, domain_len));
    match found != 0 && !name.is_empty() {
        true if domain.is_empty() => format!("`{name}` ({sid})"),
        true => format!("`{domain}\\{name}` ({sid})"),
        false => sid.to_string(),
    }
}
