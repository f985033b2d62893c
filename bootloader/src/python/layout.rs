//! Where the fields of `PyConfig` lie, version by version, as its headers declare them.

use std::ffi::c_int;
use std::mem::{offset_of, size_of};

use super::api::{PyWideStringList, WStr};
use crate::os::{self, Abi};

/// Bytes to leave behind the end of a `PyConfig`: a build for debugging has more fields there.
pub(crate) const ROOM: usize = 128;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `int`.
    Int,
    /// `int` that is declared on Windows only.
    WindowsInt,
    /// `unsigned long`.
    Ulong,
    /// `wchar_t *`.
    Str,
    /// `PyWideStringList`.
    List,
}

/// A field: its name, its offset and what it holds.
pub(crate) type Field = (&'static str, usize, Kind);

/// `PyConfig` of one version of Python.
#[derive(Debug)]
pub(crate) struct Layout {
    /// `sizeof(PyConfig)`.
    pub(crate) size: usize,
    /// Its fields in order.
    pub(crate) fields: &'static [Field],
}

impl Layout {
    /// The layout of Python 3.`minor` on this system; `None` where it is not known or not needed (from 3.14 on).
    pub(crate) fn of(minor: u8, free_threaded: bool) -> Option<&'static Layout> {
        Layout::on::<os::OwnAbi>(minor, free_threaded)
    }

    fn on<A: Abi>(minor: u8, free_threaded: bool) -> Option<&'static Layout> {
        Some(match (minor, free_threaded) {
            (9, false) => V3_9::<A>::LAYOUT,
            (10, false) => V3_10::<A>::LAYOUT,
            (11, false) => V3_11::<A>::LAYOUT,
            (12, false) => V3_12::<A>::LAYOUT,
            (13, false) => V3_13::<A>::LAYOUT,
            (13, true) => V3_13T::<A>::LAYOUT,
            _ => return None,
        })
    }

    /// The field of this name.
    pub(crate) fn field(&self, name: &str) -> Option<Field> {
        self.fields.iter().find(|f| f.0 == name).copied()
    }
}

macro_rules! c_type {
    (int) => {
        c_int
    };
    (windows) => {
        A::WindowsInt
    };
    (ulong) => {
        A::Ulong
    };
    (wstr) => {
        WStr
    };
    (list) => {
        PyWideStringList
    };
}

macro_rules! kind {
    (int) => {
        Kind::Int
    };
    (windows) => {
        Kind::WindowsInt
    };
    (ulong) => {
        Kind::Ulong
    };
    (wstr) => {
        Kind::Str
    };
    (list) => {
        Kind::List
    };
}

/// Declares the struct as its header does, in runs of equal type, and tabulates its fields.
macro_rules! layout {
    ($name:ident: $($type:ident($($field:ident),* $(,)?))*) => {
        #[allow(non_camel_case_types, dead_code)]
        #[repr(C)]
        struct $name<A: Abi> {
            $($($field: c_type!($type),)*)*
        }

        impl<A: Abi> $name<A> {
            const LAYOUT: &Layout = &Layout {
                size: size_of::<$name<A>>(),
                fields: &[$($((stringify!($field), offset_of!($name<A>, $field), kind!($type)),)*)*],
            };
        }
    };
}

layout! { V3_9:
    int(_config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed)
    ulong(hash_seed)
    int(faulthandler, _use_peg_parser, tracemalloc, import_time, show_ref_count, dump_refs, malloc_stats)
    wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
    int(parse_argv)
    list(argv)
    wstr(program_name)
    list(xoptions, warnoptions)
    int(
        site_import, bytes_warning, inspect, interactive, optimization_level, parser_debug,
        write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio, buffered_stdio
    )
    wstr(stdio_encoding, stdio_errors)
    windows(legacy_windows_stdio)
    wstr(check_hash_pycs_mode)
    int(pathconfig_warnings)
    wstr(pythonpath_env, home)
    int(module_search_paths_set)
    list(module_search_paths)
    wstr(executable, base_executable, prefix, base_prefix, exec_prefix, base_exec_prefix, platlibdir)
    int(skip_source_first_line)
    wstr(run_command, run_module, run_filename)
    int(_install_importlib, _init_main, _isolated_interpreter)
    list(_orig_argv)
}
layout! { V3_10:
    int(_config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed)
    ulong(hash_seed)
    int(faulthandler, tracemalloc, import_time, show_ref_count, dump_refs, malloc_stats)
    wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
    int(parse_argv)
    list(orig_argv, argv, xoptions, warnoptions)
    int(
        site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio,
        buffered_stdio
    )
    wstr(stdio_encoding, stdio_errors)
    windows(legacy_windows_stdio)
    wstr(check_hash_pycs_mode)
    int(pathconfig_warnings)
    wstr(program_name, pythonpath_env, home, platlibdir)
    int(module_search_paths_set)
    list(module_search_paths)
    wstr(executable, base_executable, prefix, base_prefix, exec_prefix, base_exec_prefix)
    int(skip_source_first_line)
    wstr(run_command, run_module, run_filename)
    int(_install_importlib, _init_main, _isolated_interpreter)
}
layout! { V3_11:
    int(_config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed)
    ulong(hash_seed)
    int(faulthandler, tracemalloc, import_time, code_debug_ranges, show_ref_count, dump_refs)
    wstr(dump_refs_file)
    int(malloc_stats)
    wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
    int(parse_argv)
    list(orig_argv, argv, xoptions, warnoptions)
    int(
        site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio,
        buffered_stdio
    )
    wstr(stdio_encoding, stdio_errors)
    windows(legacy_windows_stdio)
    wstr(check_hash_pycs_mode)
    int(use_frozen_modules, safe_path, pathconfig_warnings)
    wstr(program_name, pythonpath_env, home, platlibdir)
    int(module_search_paths_set)
    list(module_search_paths)
    wstr(stdlib_dir, executable, base_executable, prefix, base_prefix, exec_prefix, base_exec_prefix)
    int(skip_source_first_line)
    wstr(run_command, run_module, run_filename)
    int(_install_importlib, _init_main, _isolated_interpreter, _is_python_build)
}
layout! { V3_12:
    int(_config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed)
    ulong(hash_seed)
    int(
        faulthandler, tracemalloc, perf_profiling, import_time, code_debug_ranges, show_ref_count,
        dump_refs
    )
    wstr(dump_refs_file)
    int(malloc_stats)
    wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
    int(parse_argv)
    list(orig_argv, argv, xoptions, warnoptions)
    int(
        site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio,
        buffered_stdio
    )
    wstr(stdio_encoding, stdio_errors)
    windows(legacy_windows_stdio)
    wstr(check_hash_pycs_mode)
    int(use_frozen_modules, safe_path, int_max_str_digits, pathconfig_warnings)
    wstr(program_name, pythonpath_env, home, platlibdir)
    int(module_search_paths_set)
    list(module_search_paths)
    wstr(stdlib_dir, executable, base_executable, prefix, base_prefix, exec_prefix, base_exec_prefix)
    int(skip_source_first_line)
    wstr(run_command, run_module, run_filename)
    int(_install_importlib, _init_main, _is_python_build)
}
layout! { V3_13:
    int(_config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed)
    ulong(hash_seed)
    int(
        faulthandler, tracemalloc, perf_profiling, import_time, code_debug_ranges, show_ref_count,
        dump_refs
    )
    wstr(dump_refs_file)
    int(malloc_stats)
    wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
    int(parse_argv)
    list(orig_argv, argv, xoptions, warnoptions)
    int(
        site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio,
        buffered_stdio
    )
    wstr(stdio_encoding, stdio_errors)
    windows(legacy_windows_stdio)
    wstr(check_hash_pycs_mode)
    int(use_frozen_modules, safe_path, int_max_str_digits, cpu_count, pathconfig_warnings)
    wstr(program_name, pythonpath_env, home, platlibdir)
    int(module_search_paths_set)
    list(module_search_paths)
    wstr(stdlib_dir, executable, base_executable, prefix, base_prefix, exec_prefix, base_exec_prefix)
    int(skip_source_first_line)
    wstr(run_command, run_module, run_filename, sys_path_0)
    int(_install_importlib, _init_main, _is_python_build)
}
layout! { V3_13T:
    int(_config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed)
    ulong(hash_seed)
    int(
        faulthandler, tracemalloc, perf_profiling, import_time, code_debug_ranges, show_ref_count,
        dump_refs
    )
    wstr(dump_refs_file)
    int(malloc_stats)
    wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
    int(parse_argv)
    list(orig_argv, argv, xoptions, warnoptions)
    int(
        site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio,
        buffered_stdio
    )
    wstr(stdio_encoding, stdio_errors)
    windows(legacy_windows_stdio)
    wstr(check_hash_pycs_mode)
    int(use_frozen_modules, safe_path, int_max_str_digits, cpu_count, enable_gil, pathconfig_warnings)
    wstr(program_name, pythonpath_env, home, platlibdir)
    int(module_search_paths_set)
    list(module_search_paths)
    wstr(stdlib_dir, executable, base_executable, prefix, base_prefix, exec_prefix, base_exec_prefix)
    int(skip_source_first_line)
    wstr(run_command, run_module, run_filename, sys_path_0)
    int(_install_importlib, _init_main, _is_python_build)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::super::api::PyPreConfig;
    use super::super::headers;
    use super::*;
    use crate::os::{UnixAbi, WindowsAbi};

    /// What is asked of headers, and what they are to say.
    fn questions(layout: &Layout, debug: bool, ulong: usize) -> (Vec<(String, String)>, String) {
        // A build for debugging has more fields behind these.
        let mut asked = Vec::new();
        let mut expected = String::new();
        if !debug {
            asked.push(("size".to_owned(), "sizeof(PyConfig)".to_owned()));
            writeln!(expected, "size {}", layout.size).unwrap();
        }
        for (name, offset, kind) in layout.fields {
            let size = match kind {
                Kind::WindowsInt if ulong == 8 => continue,
                Kind::Int | Kind::WindowsInt => 4,
                Kind::Ulong => ulong,
                Kind::Str => 8,
                Kind::List => 16,
            };
            asked.push((name.to_string(), format!("offsetof(PyConfig, {name})")));
            asked.push((format!("size of {name}"), format!("sizeof(((PyConfig *)0)->{name})")));
            writeln!(expected, "{name} {offset}\nsize of {name} {size}").unwrap();
        }
        (asked, expected)
    }

    #[test]
    fn layouts_are_those_of_the_headers() {
        for headers in headers::all() {
            let Some(layout) = Layout::on::<UnixAbi>(headers.minor, headers.free_threaded) else { continue };
            let (asked, expected) = questions(layout, headers.debug, 8);
            let Some(said) = headers.ask(&asked) else { return };
            assert_eq!(said, expected, "{}", headers.shown());
            let size = headers.ask(&[("size".to_owned(), "sizeof(PyConfig)".to_owned())]).unwrap();
            let size: usize = size.trim().strip_prefix("size ").unwrap().parse().unwrap();
            assert!(size <= layout.size + ROOM, "{}", headers.shown());
        }
    }

    #[test]
    fn layouts_are_those_of_the_headers_on_windows_too() {
        for headers in headers::all().iter().filter(|h| !h.debug) {
            let Some(layout) = Layout::on::<WindowsAbi>(headers.minor, headers.free_threaded) else {
                continue;
            };
            let (mut asked, mut expected) = questions(layout, false, 4);
            type Pre = PyPreConfig<WindowsAbi>;
            for (name, offset) in [
                ("isolated", offset_of!(Pre, isolated)),
                ("legacy_windows_fs_encoding", offset_of!(Pre, legacy_windows_fs_encoding)),
                ("utf8_mode", offset_of!(Pre, utf8_mode)),
                ("dev_mode", offset_of!(Pre, dev_mode)),
                ("allocator", offset_of!(Pre, allocator)),
            ] {
                asked.push((format!("pre {name}"), format!("offsetof(PyPreConfig, {name})")));
                writeln!(expected, "pre {name} {offset}").unwrap();
            }
            let Some(said) = headers.ask_for_windows(&asked) else { return };
            assert_eq!(said, expected, "{}", headers.shown());
        }
    }
}
