//! Looks for names of modules in arbitrary bytes: sources, bytecode, pickles, texts, native extensions.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| builder::analysis::fuzz(bytes));
