//! Replaces libgcc_s: the launcher never unwinds, and the program must run on systems without that library.
//!
//! The standard library refers to it for backtraces and for panics that unwind. The launcher aborts on a
//! panic and has no use for a backtrace, so these functions do nothing. They are hidden: if they were
//! exported, C++ exceptions of extension modules would end up here.

use std::ffi::{c_int, c_void};

/// `_URC_END_OF_STACK`: there are no frames.
const END_OF_STACK: c_int = 5;

macro_rules! nothing {
    ($($name:ident($($arg:ty),*) -> $ret:ty = $value:expr;)*) => {
        $(
            #[cfg(target_os = "linux")]
            std::arch::global_asm!(concat!(".hidden ", stringify!($name)));
            #[unsafe(no_mangle)]
            extern "C" fn $name($(_: $arg),*) -> $ret {
                $value
            }
        )*
    };
}

nothing! {
    _Unwind_Backtrace(*const c_void, *mut c_void) -> c_int = END_OF_STACK;
    _Unwind_DeleteException(*mut c_void) -> () = ();
    _Unwind_FindEnclosingFunction(*mut c_void) -> *mut c_void = std::ptr::null_mut();
    _Unwind_GetCFA(*mut c_void) -> usize = 0;
    _Unwind_GetDataRelBase(*mut c_void) -> usize = 0;
    _Unwind_GetIP(*mut c_void) -> usize = 0;
    _Unwind_GetIPInfo(*mut c_void, *mut c_int) -> usize = 0;
    _Unwind_GetLanguageSpecificData(*mut c_void) -> *mut c_void = std::ptr::null_mut();
    _Unwind_GetRegionStart(*mut c_void) -> usize = 0;
    _Unwind_GetTextRelBase(*mut c_void) -> usize = 0;
    _Unwind_RaiseException(*mut c_void) -> c_int = END_OF_STACK;
    _Unwind_Resume(*mut c_void) -> ! = std::process::abort();
    _Unwind_SetGR(*mut c_void, c_int, usize) -> () = ();
    _Unwind_SetIP(*mut c_void, usize) -> () = ();
}
