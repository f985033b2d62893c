//! Reads and mends arbitrary bytes as a native file: an error or a sound file, never a panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| builder::binaries::fuzz(bytes));
