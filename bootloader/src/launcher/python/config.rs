//! Configures and starts Python: through `PyConfig` up to 3.13, through PEP 741 from 3.14 on.

use std::ffi::{CStr, CString, c_char, c_int, c_ulong, c_void};
use std::path::Path;

use super::api::{ConfigApi, InitApi, PyPreConfig, PyStatus, PyWideStringList, WStr};
use super::layout::{Kind, Layout, ROOM};
use super::objects::Interpreter;
use super::options::Options;
use super::{Python, collector, frozen, interpreters, memory, missing};
use crate::launcher::locate::Program;
use crate::launcher::os;
use crate::launcher::report::{self, DAMAGED, Failure, UNABLE};

/// The parameters for starting Python.
pub(crate) struct Start<'a> {
    /// The program.
    pub(crate) program: &'a Program,
    /// The root: the folder that the program sees as its own.
    pub(crate) root: &'a Path,
    /// The arguments of the process.
    pub(crate) args: &'a [&'a CStr],
    /// Options in addition to those of the program.
    pub(crate) extra: &'a [Vec<u8>],
}

/// The values, named after the fields of `PyConfig`.
struct Values {
    ints: Vec<(&'static str, i64)>,
    strings: Vec<(&'static str, CString)>,
    lists: Vec<(&'static str, Vec<CString>)>,
}

impl Start<'_> {
    fn values(&self, options: &Options, search: Vec<CString>) -> Values {
        let root = os::c_string(os::path_bytes(self.root));
        let app = os::c_string(os::path_bytes(&self.program.executable));
        let mut ints = vec![
            ("isolated", 1),
            ("use_environment", 0),
            ("dev_mode", i64::from(options.dev_mode)),
            ("install_signal_handlers", 1),
            ("parse_argv", 0),
            ("site_import", 0),
            ("user_site_directory", 0),
            ("write_bytecode", 0),
            ("pathconfig_warnings", 0),
            ("safe_path", 1),
            ("use_frozen_modules", 1),
            ("module_search_paths_set", 1),
        ];
        ints.extend_from_slice(&options.ints);
        let mut strings: Vec<_> = ["prefix", "base_prefix", "exec_prefix", "base_exec_prefix", "stdlib_dir"]
            .into_iter()
            .map(|name| (name, root.clone()))
            .collect();
        strings.extend(
            ["program_name", "executable", "base_executable"].into_iter().map(|name| (name, app.clone())),
        );
        let lists = vec![
            ("argv", self.args.iter().map(|a| CString::from(*a)).collect()),
            ("module_search_paths", search),
            ("warnoptions", options.warnings.clone()),
            ("xoptions", options.extensions.clone()),
        ];
        Values { ints, strings, lists }
    }

    /// Starts the interpreter.
    pub(crate) fn initialize(&self, python: &Python) -> Result<(), Failure> {
        let settings = self.program.settings(freeze_archive::setting::OPTION);
        let all = settings.iter().copied().chain(self.extra.iter().map(Vec::as_slice));
        // Invalid options on the command line are ignored, as in python.
        let options = Options::read(all)
            .or_else(|_| Options::read(settings.iter().copied()))
            .map_err(|e| Failure::new(DAMAGED, e))?;
        let seed = frozen::Seed::collect(self.program.archive, python.version.minor, &options)?;
        let mut search = vec![os::c_string(os::path_bytes(self.root))];
        if seed.foreign_charset {
            // Codecs of East Asian character sets are extension modules, which are files.
            search.push(os::c_string(os::path_bytes(&self.root.join("lib-dynload"))));
        }
        frozen::install(python, seed.modules);
        memory::install(python.api);
        collector::watch(python.api);
        interpreters::announce(python);
        let values = self.values(&options, search);
        report::phase("configuration");
        let coerces = os::is_c_locale() && std::env::var_os("LC_ALL").is_none_or(|v| v.is_empty());
        if python.version.minor >= 14 {
            initialize_by_name(python, &options, &values)?;
        } else {
            initialize_by_layout(python, &options, &values)?;
        }
        if coerces {
            // Like python (PEP 538), but without the variable, which children would inherit.
            os::use_utf8_locale();
        }
        Ok(())
    }
}

fn initialize_by_layout(python: &Python, options: &Options, values: &Values) -> Result<(), Failure> {
    let api = ConfigApi::load(python.library).map_err(missing)?;
    let layout = Layout::of(python.version)
        .ok_or_else(|| Failure::new(UNABLE, format!("python 3.{} is not supported", python.version.minor)))?;
    preinitialize(&api, options)?;
    // Python copies the configuration. Its strings are never freed, because freeing them costs time without a
    // benefit.
    let mut memory = vec![0u64; (layout.size + ROOM).div_ceil(8)];
    let config = Config { api: &api, layout, at: memory.as_mut_ptr().cast() };
    // SAFETY: the memory is large enough and aligned for pointers.
    unsafe { (api.PyConfig_InitPythonConfig)(config.at) };
    for (name, value) in &values.ints {
        config.set_int(name, *value);
    }
    for (name, value) in &values.strings {
        config.set_string(name, value)?;
    }
    for (name, items) in &values.lists {
        config.append(name, items)?;
    }
    // SAFETY: the configuration is complete.
    check(unsafe { (api.Py_InitializeFromConfig)(config.at) })
}

/// Applies the settings that are needed before the configuration can be read.
fn preinitialize(api: &ConfigApi, options: &Options) -> Result<(), Failure> {
    let mut pre = PyPreConfig::<os::OwnAbi>::default();
    // SAFETY: the struct is at least as large as Python's own.
    unsafe { (api.PyPreConfig_InitPythonConfig)(&raw mut pre) };
    pre.parse_argv = 0;
    pre.isolated = 1;
    pre.use_environment = 0;
    // Setting LC_CTYPE in the environment would reach the program's children.
    pre.coerce_c_locale = 0;
    pre.dev_mode = c_int::from(options.dev_mode);
    if let Some(utf8) = options.utf8_mode {
        pre.utf8_mode = c_int::from(utf8);
    }
    // SAFETY: the configuration is complete.
    check(unsafe { (api.Py_PreInitialize)(&raw const pre) })
}

/// A `PyConfig` in the launcher's memory. Fields that a version does not have are skipped.
struct Config<'a> {
    api: &'a ConfigApi,
    layout: &'a Layout,
    at: *mut c_void,
}

impl Config<'_> {
    /// Returns the address and type of a field.
    fn field(&self, name: &str) -> Option<(*mut c_void, Kind)> {
        let (_, offset, kind) = self.layout.field(name)?;
        // SAFETY: the offset is inside the struct.
        Some((unsafe { self.at.byte_add(offset) }, kind))
    }

    fn set_int(&self, name: &str, value: i64) {
        match self.field(name) {
            // SAFETY: according to the layout, the field is an int.
            Some((at, Kind::Int)) => unsafe { *at.cast::<c_int>() = value as c_int },
            // SAFETY: according to the layout, the field is an unsigned long.
            Some((at, Kind::Ulong)) => unsafe { *at.cast::<c_ulong>() = value as c_ulong },
            _ => {}
        }
    }

    fn set_string(&self, name: &str, value: &CStr) -> Result<(), Failure> {
        let Some((at, Kind::Str)) = self.field(name) else { return Ok(()) };
        let at = at.cast::<WStr>();
        // SAFETY: according to the layout, the field is a string; Python copies the new one and frees the old
        // one.
        check(unsafe {
            match os::wide(value) {
                Some(wide) => (self.api.PyConfig_SetString)(self.at, at, wide.as_ptr()),
                None => (self.api.PyConfig_SetBytesString)(self.at, at, value.as_ptr()),
            }
        })
    }

    fn append(&self, name: &str, items: &[CString]) -> Result<(), Failure> {
        let Some((at, Kind::List)) = self.field(name) else { return Ok(()) };
        let list: *mut PyWideStringList = at.cast();
        for item in items {
            if let Some(wide) = os::wide(item) {
                // SAFETY: the list belongs to the configuration and copies the text, which ends in NUL.
                check(unsafe { (self.api.PyWideStringList_Append)(list, wide.as_ptr()) })?;
                continue;
            }
            // SAFETY: the text ends in NUL; a null result is checked.
            let wide = unsafe { (self.api.Py_DecodeLocale)(item.as_ptr(), std::ptr::null_mut()) };
            if wide.is_null() {
                return Err(Failure::new(UNABLE, "failed to decode the command line"));
            }
            // SAFETY: the list belongs to the configuration and copies the text, which is then freed.
            let status = unsafe { (self.api.PyWideStringList_Append)(list, wide) };
            // SAFETY: allocated by Py_DecodeLocale.
            unsafe { (self.api.PyMem_RawFree)(wide.cast()) };
            check(status)?;
        }
        Ok(())
    }
}

fn check(status: PyStatus) -> Result<(), Failure> {
    if status.kind == 0 { Ok(()) } else { Err(status_failure(&status)) }
}

fn status_failure(status: &PyStatus) -> Failure {
    let text = |p: *const c_char| {
        // SAFETY: null or a static text of libpython.
        (!p.is_null()).then(|| unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned())
    };
    let message = text(status.message).unwrap_or_else(|| format!("exit code {}", status.exitcode));
    let function = text(status.func).map(|f| format!(" (in {f})")).unwrap_or_default();
    Failure::new(UNABLE, format!("failed to start python: {message}{function}"))
}

fn initialize_by_name(python: &Python, options: &Options, values: &Values) -> Result<(), Failure> {
    let api = InitApi::load(python.library).map_err(missing)?;
    // SAFETY: creates a configuration; null if out of memory.
    let config = unsafe { (api.PyInitConfig_Create)() };
    if config.is_null() {
        return Err(Failure::new(UNABLE, "failed to start python: out of memory"));
    }
    let check = |status: c_int| {
        if status == 0 {
            return Ok(());
        }
        let mut message: *const c_char = std::ptr::null();
        // SAFETY: the configuration is alive.
        unsafe { (api.PyInitConfig_GetError)(config, &raw mut message) };
        let text = if message.is_null() {
            "no reason given".into()
        } else {
            // SAFETY: the text belongs to the configuration.
            unsafe { CStr::from_ptr(message) }.to_string_lossy()
        };
        Err(Failure::new(UNABLE, format!("failed to start python: {text}")))
    };
    // SAFETY: the configuration is alive and the name ends in NUL.
    let has = |name: &CStr| unsafe { (api.PyInitConfig_HasOption)(config, name.as_ptr()) == 1 };
    // The pre-configuration is that of an embedded interpreter. These are the differences to python's own.
    let mut ints = vec![("configure_locale", 1), ("coerce_c_locale", 0), ("configure_c_stdio", 1)];
    ints.push((
        "utf8_mode",
        i64::from(options.utf8_mode.unwrap_or_else(|| is_utf8_mode(python.version.minor))),
    ));
    ints.extend(values.ints.iter().filter(|(name, _)| *name != "module_search_paths_set"));
    for (name, value) in ints {
        let name = os::c_string(name.as_bytes());
        if has(&name) {
            // SAFETY: see `has`.
            check(unsafe { (api.PyInitConfig_SetInt)(config, name.as_ptr(), value) })?;
        }
    }
    for (name, value) in &values.strings {
        let (name, value) = (os::c_string(name.as_bytes()), as_text(value));
        if has(&name) {
            // SAFETY: see `has`.
            check(unsafe { (api.PyInitConfig_SetStr)(config, name.as_ptr(), value.as_ptr()) })?;
        }
    }
    for (name, items) in &values.lists {
        let name = os::c_string(name.as_bytes());
        if has(&name) {
            let texts: Vec<_> = items.iter().map(|i| as_text(i)).collect();
            let items: Vec<_> = texts.iter().map(|i| i.as_ptr()).collect();
            // SAFETY: the array has the length given.
            check(unsafe {
                (api.PyInitConfig_SetStrList)(config, name.as_ptr(), items.len(), items.as_ptr())
            })?;
        }
    }
    // SAFETY: the configuration is complete.
    check(unsafe { (api.Py_InitializeFromInitConfig)(config) })?;
    // SAFETY: created above and no longer used.
    unsafe { (api.PyInitConfig_Free)(config) };
    correct_sys(python, values);
    Ok(())
}

/// Converts to UTF-8, which PEP 741 requires, while paths and arguments are bytes.
fn as_text(bytes: &CStr) -> CString {
    os::c_string(bytes.to_string_lossy().as_bytes())
}

/// Sets non-ASCII values in `sys` again, decoded as in python.
fn correct_sys(python: &Python, values: &Values) {
    // SAFETY: the interpreter has started, and this thread holds its lock.
    let interpreter = unsafe { Interpreter::attached(python.api) };
    let is_plain = |text: &CString| text.as_bytes().is_ascii();
    let decode = |text: &CString| interpreter.file_system_text(text.as_bytes());
    for (field, value) in values.strings.iter().filter(|(_, value)| !is_plain(value)) {
        let name = match *field {
            "stdlib_dir" => "_stdlib_dir",
            "base_executable" => "_base_executable",
            "program_name" => continue,
            name => name,
        };
        interpreter.set_sys(&os::c_string(name.as_bytes()), decode(value));
    }
    let arguments = values.lists.iter().find(|(name, _)| *name == "argv").map(|(_, items)| items);
    let Some(arguments) = arguments.filter(|items| !items.iter().all(is_plain)) else { return };
    for name in [c"argv", c"orig_argv"] {
        interpreter.set_sys(name, interpreter.list(arguments.iter().map(decode)));
    }
}

/// Whether python itself would enable UTF-8 mode: always from 3.15 on (PEP 686), before that in the C locale.
fn is_utf8_mode(minor: u8) -> bool {
    minor >= 15 || os::is_c_locale()
}
