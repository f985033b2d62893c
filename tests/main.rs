//! One binary for all integration tests, a module for each phase of the pipeline.

#![allow(
    clippy::fn_params_excessive_bools,
    clippy::too_many_arguments,
    clippy::too_many_lines,
    reason = "a test tells its story in one piece"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on ends with a panic, whose message is what it has found"
)]

// `#[test]` lists a test for this runner. A function for it would be called in place of the one of Rust's library.
#[macro_use]
extern crate test_attribute;

mod analysis;
mod archive;
mod assemble;
mod binaries;
mod book;
mod cache;
mod cache_limit;
mod cases;
mod child_scripts;
mod circles;
mod cli;
mod collector;
mod compat;
mod computed_names;
mod convert;
mod cross;
mod damage;
mod determinism;
mod environment;
mod environments;
mod fidelity;
mod given_names;
mod hidden;
mod importer;
mod init;
mod inspect;
mod interpreter;
mod kinds;
mod launcher;
mod links;
mod macos;
mod messages;
mod opened_libraries;
mod ordinary_projects;
mod other_freezers;
mod output;
mod own_files;
mod package_folders;
mod parts;
mod pipelines;
mod processes;
mod programs;
mod pyinstaller_specs;
mod python;
mod rebuild;
mod release;
mod reports;
mod requirements_used;
mod reseal;
mod resources;
mod rules;
mod search_paths;
mod setup_scripts;
mod setup_scripts_cross;
mod signing;
mod sources;
mod spec;
mod static_python;
mod storm;
mod strict;
mod tamper;
mod target_pythons;
mod tidy;
mod tkinter;
mod trace;
mod trust;
mod trust_places;
mod universal;
mod wheel;
mod why;
mod windows_builder;
mod wine;

fn main() -> std::process::ExitCode {
    harness::main()
}
