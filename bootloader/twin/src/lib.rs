//! The launcher as a library. It is preloaded into an interpreter without a shared libpython, and runs the
//! program instead of the interpreter's own `main`.

#[path = "../../src/launcher/mod.rs"]
mod launcher;
mod start;
mod takeover;

use std::ffi::{c_char, c_int, c_void};

use launcher::{launch, os, report};

/// The symbol by which the launcher recognizes the twin, `handover::MARK`.
#[used]
#[unsafe(no_mangle)]
#[allow(non_upper_case_globals, reason = "the name of a symbol")]
pub static freeze_twin: u8 = 0;

/// Called by the startup code of the interpreter's executable, instead of the C library's function of this
/// name.
#[unsafe(export_name = "__libc_start_main")]
extern "C" fn libc_start_main(
    main: start::Main,
    argc: c_int,
    argv: *mut *mut c_char,
    init: *mut c_void,
    fini: *mut c_void,
    rtld_fini: *mut c_void,
    stack_end: *mut c_void,
) -> c_int {
    let main = if takeover::is_given() { run } else { main };
    // SAFETY: all arguments except `main` come from the executable's startup code.
    unsafe { start::libc_start_main(main, argc, argv, [init, fini, rtld_fini, stack_end]) }
}

/// Replaces the interpreter's `main`.
extern "C" fn run(argc: c_int, argv: *mut *mut c_char, _: *mut *mut c_char) -> c_int {
    os::begin();
    // SAFETY: the C library calls `main` with its argument vector, which is valid for the lifetime of the
    // process.
    let args = unsafe { os::arguments(argc, argv.cast_const().cast()) };
    report::start();
    let result = takeover::take().and_then(|handover| launch::run(&args, Some(handover)));
    match result {
        Ok(code) => code,
        Err(failure) => report::fail(&failure),
    }
}
