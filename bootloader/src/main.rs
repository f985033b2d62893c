//! The executable at the start of a frozen program, see `launcher/launch.rs`.

#![cfg_attr(not(test), no_main)]

mod launcher;

use launcher::{launch, os, report};

/// The C entry point. It bypasses Rust's own startup code, which would change signals and file descriptors.
#[cfg_attr(not(test), unsafe(export_name = "main"))]
#[cfg_attr(test, allow(dead_code))]
extern "C" fn start(argc: std::ffi::c_int, argv: *const *const std::ffi::c_char) -> std::ffi::c_int {
    os::begin();
    // SAFETY: the C library calls `main` with its argument vector, which is valid for the lifetime of the
    // process.
    let args = unsafe { os::arguments(argc, argv) };
    report::start();
    match launch::run(&args, None) {
        Ok(code) => code,
        Err(failure) => report::fail(&failure),
    }
}
