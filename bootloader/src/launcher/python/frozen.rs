//! The table of frozen modules, which Python imports before the importer runs.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::OnceLock;

use freeze_archive::{Archive, Module, ModuleKind, module_flag};
use freeze_launcher::seed;

use super::options::Options;
use super::{Python, hidden};
use crate::launcher::content::Reader;
use crate::launcher::report::{DAMAGED, Failure};

/// Modules for the table.
pub(crate) struct Seed {
    /// Name, code and whether it is a package.
    pub(crate) modules: Vec<(CString, &'static [u8], bool)>,
    /// Whether the character set of the locale needs a codec other than the common ones.
    pub(crate) foreign_charset: bool,
}

/// Character sets that need no codec written in Python.
const COMMON: [&str; 6] = ["UTF-8", "UTF8", "ANSI_X3.4-1968", "ASCII", "US-ASCII", "646"];

impl Seed {
    /// Collects the modules flagged as seed, and those that the locale and the options require.
    pub(crate) fn collect(archive: Archive<'static>, minor: u8, options: &Options) -> Result<Seed, Failure> {
        let charset = crate::launcher::os::charset();
        let utf8 = options.utf8_mode == Some(true) || minor >= 15;
        let foreign_charset = !utf8 && !COMMON.iter().any(|c| charset.eq_ignore_ascii_case(c.as_bytes()));
        let warnings = options.needs_warnings();
        let mut reader = Reader::new(archive);
        let mut modules = Vec::new();
        let mut add = |module: &Module<'static>| -> Result<(), Failure> {
            let Some(code) = module.code.filter(|_| module.kind == ModuleKind::Code) else { return Ok(()) };
            let code: &'static [u8] = match reader.read(code)? {
                std::borrow::Cow::Borrowed(code) => code,
                std::borrow::Cow::Owned(code) => code.leak(),
            };
            // Python reads these modules itself, and aborts if one of them is invalid.
            if !module.is_at_its_path() || !module.is_code_here(code) {
                return Err(not_held(module.name));
            }
            modules.push((crate::launcher::os::c_string(module.name), code, module.is_package()));
            Ok(())
        };
        for name in seed::SEEDS.iter().chain([&seed::Relay::of(minor).copy]) {
            let module = archive.find_module(name.as_bytes());
            match module.filter(|module| module.flags & module_flag::SEED != 0) {
                Some(module) => add(&module)?,
                // The module that sets up further interpreters is optional.
                None if seed::SEEDS.contains(name) && seed::is_seed(minor, name) => {
                    return Err(not_held(name.as_bytes()));
                }
                None => {}
            }
        }
        // If a charset has the same name as its codec, no other codec is needed.
        let codec = format!("encodings.{}", String::from_utf8_lossy(&charset)).to_ascii_lowercase();
        let codec = archive.find_module(codec.as_bytes()).map(|_| codec);
        if foreign_charset || warnings {
            for i in 0..archive.module_count() {
                let module = archive.module(i)?;
                let is_codec = codec.as_ref().map_or_else(
                    || module.name.starts_with(b"encodings."),
                    |codec| module.name == codec.as_bytes(),
                );
                let wanted = foreign_charset && is_codec || warnings && WARNINGS.contains(&module.name);
                if wanted && module.flags & module_flag::SEED == 0 {
                    add(&module)?;
                }
            }
        }
        Ok(Seed { modules, foreign_charset })
    }
}

/// Reports a missing seed module. Without it, Python would report a missing codec, or abort.
fn not_held(module: &[u8]) -> Failure {
    let module = String::from_utf8_lossy(module);
    let message =
        format!("this executable is damaged: it does not hold the `{module}` that Python starts with");
    Failure::new(DAMAGED, message).hint("copy or download it again")
}

/// The modules that read the warning options.
const WARNINGS: [&[u8]; 2] = [b"warnings", b"_py_warnings"];

/// Positions of the names in table rows that change once the first interpreter runs.
struct Rows {
    relay: seed::Relay,
    /// Name of the copy that sets up the importer.
    copy: *mut *const c_char,
    /// Names that are no longer looked up in the table: the module itself, if it is there, and the modules
    /// that Python imports after it.
    hidden: Vec<*mut *const c_char>,
}

// SAFETY: written once, when no other thread of Python runs.
unsafe impl Sync for Rows {}
// SAFETY: as above.
unsafe impl Send for Rows {}

static ROWS: OnceLock<Rows> = OnceLock::new();

/// Makes interpreters that are created from now on import the copy that sets up the importer, see
/// [`super::interpreters`].
pub(super) fn lead_to_importer() {
    if let Some(rows) = ROWS.get() {
        // SAFETY: the table lives as long as the process, and nothing is importing a frozen module now.
        unsafe {
            for row in &rows.hidden {
                **row = c"_freeze_hidden".as_ptr();
            }
            *rows.copy = crate::launcher::os::c_string(rows.relay.module.as_bytes()).into_raw();
        }
    }
}

/// Remembers these rows of a table whose rows start with their names.
fn remember<T>(table: &mut [T], minor: u8) {
    let relay = seed::Relay::of(minor);
    let (mut copy, mut hidden) = (None, Vec::new());
    for row in table {
        let at = std::ptr::from_mut(row).cast::<*const c_char>();
        // SAFETY: all rows start with a name, which is a text or null.
        let name = unsafe { if (*at).is_null() { c"" } else { CStr::from_ptr(*at) } };
        let name = name.to_str().unwrap_or_default();
        // Modules that a package imports at its start are needed before the importer exists.
        let comes_after =
            name.strip_prefix(relay.module).is_some_and(|n| n.starts_with('.') && n != ".aliases");
        if name == relay.copy {
            copy = Some(at);
        } else if name == relay.module || comes_after {
            hidden.push(at);
        }
    }
    if let Some(copy) = copy {
        let _ = ROWS.set(Rows { relay, copy, hidden });
    }
}

/// `struct _frozen` up to 3.10: a package has a negative size.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frozen9 {
    name: *const c_char,
    code: *const u8,
    size: c_int,
}

/// `struct _frozen` of 3.11 and 3.12.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frozen11 {
    name: *const c_char,
    code: *const u8,
    size: c_int,
    is_package: c_int,
    get_code: *const c_void,
}

/// `struct _frozen` from 3.13 on.
#[repr(C)]
#[derive(Clone, Copy)]
struct Frozen13 {
    name: *const c_char,
    code: *const u8,
    size: c_int,
    is_package: c_int,
}

/// Makes Python treat `modules` as frozen. Sub-interpreters also use them, so they are never freed.
pub(crate) fn install(python: &Python, modules: Vec<(CString, &'static [u8], bool)>) {
    let modules: Vec<(&'static CStr, _, _)> = modules
        .into_iter()
        .map(|(name, code, package)| (&*Box::leak(name.into_boxed_c_str()), code, package))
        .collect();
    hidden::remember(python.version.minor, modules.iter().map(|m| m.0));
    let rows = modules.into_iter().filter_map(|(name, code, is_package)| {
        let size = c_int::try_from(code.len()).ok()?;
        Some(Row { name: name.as_ptr(), code: code.as_ptr(), size, is_package })
    });
    let rows: Vec<Row> = rows.chain([Row::END]).collect();
    let table = match python.version.minor {
        ..=10 => {
            // Up to 3.10, the table also contains the modules that Python requires to start.
            // SAFETY: the variable points to such a table.
            let mut table = unsafe { rows_of((*python.api.PyImport_FrozenModules).cast()) };
            table.extend(rows.iter().map(Frozen9::from));
            leak(table, python.version.minor)
        }
        11 | 12 => leak(rows.iter().map(Frozen11::from).collect(), python.version.minor),
        _ => leak(rows.iter().map(Frozen13::from).collect(), python.version.minor),
    };
    // SAFETY: the variable points to such a table; Python has not started yet.
    unsafe { *python.api.PyImport_FrozenModules = table };
}

/// Creates a table that lives as long as the process.
fn leak<T>(table: Vec<T>, minor: u8) -> *const c_void {
    let table = table.leak();
    remember(table, minor);
    table.as_ptr().cast()
}

/// Returns the rows of a table up to the one without a name.
///
/// # Safety
/// The table must have such a row.
unsafe fn rows_of(mut row: *const Frozen9) -> Vec<Frozen9> {
    let mut rows = Vec::new();
    // SAFETY: guaranteed by the caller.
    unsafe {
        while !row.is_null() && !(*row).name.is_null() {
            rows.push(*row);
            row = row.add(1);
        }
    }
    rows
}

/// A module for the table.
struct Row {
    name: *const c_char,
    code: *const u8,
    size: c_int,
    is_package: bool,
}

impl Row {
    /// The last row of a table.
    const END: Row = Row { name: std::ptr::null(), code: std::ptr::null(), size: 0, is_package: false };
}

impl From<&Row> for Frozen9 {
    fn from(row: &Row) -> Frozen9 {
        let size = if row.is_package { -row.size } else { row.size };
        Frozen9 { name: row.name, code: row.code, size }
    }
}

impl From<&Row> for Frozen11 {
    fn from(row: &Row) -> Frozen11 {
        let &Row { name, code, size, is_package } = row;
        Frozen11 { name, code, size, is_package: is_package.into(), get_code: std::ptr::null() }
    }
}

impl From<&Row> for Frozen13 {
    fn from(row: &Row) -> Frozen13 {
        let &Row { name, code, size, is_package } = row;
        Frozen13 { name, code, size, is_package: is_package.into() }
    }
}
