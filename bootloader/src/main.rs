//! The launcher of a frozen program: maps itself, finds its archive, starts Python, runs the entry.

#![cfg_attr(not(test), no_main)]

mod ahead;
mod answers;
mod args;
mod call;
mod check;
mod content;
mod extract;
mod handover;
mod launch;
mod locate;
mod os;
mod own;
mod python;
mod report;
mod switches;

/// The C entry point: without Rust's own start-up, which would touch signals and file descriptors.
#[cfg_attr(not(test), unsafe(export_name = "main"))]
#[cfg_attr(test, allow(dead_code))]
extern "C" fn start(argc: std::ffi::c_int, argv: *const *const std::ffi::c_char) -> std::ffi::c_int {
    os::begin();
    // SAFETY: the C library calls `main` with its argument vector, which lives as long as the process.
    let args = unsafe { os::arguments(argc, argv) };
    report::start();
    match launch::run(&args, None) {
        Ok(code) => code,
        Err(failure) => report::fail(&failure),
    }
}
