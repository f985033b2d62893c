//! The fields of `PyConfig`, version by version. Written by bootloader/layouts.py from CPython's headers: do not edit.

use super::{Abi, Kind, Layout, PyWideStringList, WStr, c_int, offset_of, size_of};

layout! { V3_9:
        int(_config_init, isolated, use_environment, dev_mode, install_signal_handlers, use_hash_seed)
        ulong(hash_seed)
        int(faulthandler, _use_peg_parser, tracemalloc, import_time, show_ref_count, dump_refs, malloc_stats)
        wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
        int(parse_argv)
        list(argv)
        wstr(program_name)
        list(xoptions, warnoptions)
        int(site_import, bytes_warning, inspect, interactive, optimization_level, parser_debug,
        write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio, buffered_stdio)
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
        int(site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio, buffered_stdio)
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
        int(site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio, buffered_stdio)
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
        int(faulthandler, tracemalloc, perf_profiling, import_time, code_debug_ranges, show_ref_count,
        dump_refs)
        wstr(dump_refs_file)
        int(malloc_stats)
        wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
        int(parse_argv)
        list(orig_argv, argv, xoptions, warnoptions)
        int(site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio, buffered_stdio)
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
        int(faulthandler, tracemalloc, perf_profiling, import_time, code_debug_ranges, show_ref_count,
        dump_refs)
        wstr(dump_refs_file)
        int(malloc_stats)
        wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
        int(parse_argv)
        list(orig_argv, argv, xoptions, warnoptions)
        int(site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio, buffered_stdio)
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
        int(faulthandler, tracemalloc, perf_profiling, import_time, code_debug_ranges, show_ref_count,
        dump_refs)
        wstr(dump_refs_file)
        int(malloc_stats)
        wstr(filesystem_encoding, filesystem_errors, pycache_prefix)
        int(parse_argv)
        list(orig_argv, argv, xoptions, warnoptions)
        int(site_import, bytes_warning, warn_default_encoding, inspect, interactive, optimization_level,
        parser_debug, write_bytecode, verbose, quiet, user_site_directory, configure_c_stdio, buffered_stdio)
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
