//! The importer in all interpreters of the process: the first one, and those that the program creates (PEP
//! 554, PEP 734).
//!
//! Python creates an interpreter from frozen and built-in modules. Once the first interpreter runs, the name
//! of one such module ([`freeze_launcher::seed::Relay`]) resolves to a copy of it from the archive. At its
//! end, the copy imports `_freeze`, a built-in module that sets up the importer in the interpreter.

use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;

use freeze_archive::{Archive, Error};

use super::Python;
use super::api::{Api, InitTab, PyObject};
use super::natives::{self, Role};
use super::objects::{Interpreter, Object};
use super::state::State;
use super::version::Version;
use crate::launcher::content::Reader;
use crate::launcher::report::{DAMAGED, Failure, UNABLE};

/// The part of `PyModuleDef` after its object header.
#[repr(C)]
struct Tail {
    init: *const c_void,
    index: isize,
    copy: *const c_void,
    name: *const c_char,
    doc: *const c_char,
    size: isize,
    methods: *const c_void,
    slots: *const Slot,
    traverse: *const c_void,
    clear: *const c_void,
    free: *const c_void,
}

/// `PyModuleDef_Slot`.
#[repr(C)]
struct Slot {
    id: c_int,
    value: *const c_void,
}

const MOD_EXEC: c_int = 2;
/// From 3.12 on: whether a module may be used in several interpreters.
const MOD_MULTIPLE_INTERPRETERS: c_int = 3;
const PER_INTERPRETER_GIL_SUPPORTED: usize = 2;
/// From 3.13 on: whether a module needs the global interpreter lock.
const MOD_GIL: c_int = 4;
const GIL_NOT_USED: usize = 1;

/// Returns the size of `PyObject_HEAD` in words: two, or four in a free-threaded Python (Include/object.h).
fn head(version: Version) -> usize {
    if version.free_threaded { 4 } else { 2 }
}

struct Definition {
    api: &'static Api,
    /// A `PyModuleDef`, which Python modifies.
    module: *mut c_void,
}

// SAFETY: the definition is only passed to Python, which guards it.
unsafe impl Sync for Definition {}
// SAFETY: as above.
unsafe impl Send for Definition {}

static DEFINITION: OnceLock<Definition> = OnceLock::new();

/// Makes `_freeze` a built-in module. Must be called before Python starts, because it reads the table then
/// (Python/import.c).
pub(super) fn announce(python: &Python) {
    let mut slots = vec![Slot { id: MOD_EXEC, value: execute as *const c_void }];
    if python.version.minor >= 12 {
        let value = PER_INTERPRETER_GIL_SUPPORTED as *const c_void;
        slots.push(Slot { id: MOD_MULTIPLE_INTERPRETERS, value });
    }
    if python.version.minor >= 13 {
        slots.push(Slot { id: MOD_GIL, value: GIL_NOT_USED as *const c_void });
    }
    let null: *const c_void = std::ptr::null();
    slots.push(Slot { id: 0, value: null });
    let head = head(python.version);
    let words = head + size_of::<Tail>() / size_of::<usize>();
    let definition = vec![0usize; words].leak();
    let tail = Tail {
        init: null,
        index: 0,
        copy: null,
        name: c"_freeze".as_ptr(),
        doc: null.cast(),
        size: 0,
        methods: null,
        slots: slots.leak().as_ptr(),
        traverse: null,
        clear: null,
        free: null,
    };
    let module: *mut c_void = definition.as_mut_ptr().cast();
    // SAFETY: there is space for it after the header; both consist of words.
    unsafe { definition.as_mut_ptr().add(head).cast::<Tail>().write(tail) };
    if DEFINITION.set(Definition { api: python.api, module }).is_err() {
        return;
    }
    // SAFETY: the table ends with an entry without a name, and Python has not read it yet.
    unsafe {
        let mut table = Vec::new();
        let mut entry: *mut InitTab = *python.api.PyImport_Inittab;
        while !entry.is_null() && !(*entry).name.is_null() {
            table.push(InitTab { name: (*entry).name, make: (*entry).make });
            entry = entry.add(1);
        }
        table.push(InitTab { name: c"_freeze".as_ptr(), make: Some(make) });
        table.push(InitTab { name: null.cast(), make: None });
        *python.api.PyImport_Inittab = table.leak().as_mut_ptr();
    }
}

/// `PyInit__freeze`
unsafe extern "C" fn make() -> *mut PyObject {
    let Some(definition) = DEFINITION.get() else { return std::ptr::null_mut() };
    // SAFETY: Python calls this under its lock.
    unsafe { (definition.api.PyModuleDef_Init)(definition.module) }
}

/// Runs when `_freeze` is imported.
unsafe extern "C" fn execute(module: *mut PyObject) -> c_int {
    let Some(&State { api, archive, .. }) = State::installed() else { return -1 };
    // SAFETY: Python calls this under the lock of the interpreter, with the module.
    let (interpreter, module, is_main) = unsafe {
        let interpreter = Interpreter::attached(api);
        let is_main = (api.PyInterpreterState_Get)() == (api.PyInterpreterState_Main)();
        (interpreter, interpreter.share(module), is_main)
    };
    let Some(module) = module else { return -1 };
    let done = if is_main {
        natives::fill(interpreter, &module, Role::Main).is_some()
    } else {
        natives::fill(interpreter, &module, Role::Further).is_some()
            && bootstrap(interpreter, archive).is_ok()
    };
    if !done && interpreter.has_error() {
        interpreter.print_error();
    }
    // The interpreter exists in any case, with the modules that are frozen in Python.
    0
}

/// Runs the Python half of the importer, which needs a module `_freeze`. Returns its names.
///
/// # Errors
/// The code is damaged, or raises an exception, which stays set.
pub(super) fn bootstrap(interpreter: Interpreter, archive: Archive<'static>) -> Result<Object, Failure> {
    let found = archive.find_module(b"_freeze_bootstrap").and_then(|m| Some((m, m.code?)));
    let (module, code) =
        found.ok_or_else(|| Failure::new(DAMAGED, "the archive holds no `_freeze_bootstrap`"))?;
    let code = Reader::new(archive).read(code)?;
    if !module.is_code_here(&code) {
        return Err(Error::Damaged("code of the importer").into());
    }
    let run = || {
        let names = interpreter.add_module(c"_freeze_bootstrap")?.names()?;
        names.set_item(c"__builtins__", interpreter.builtins())?;
        interpreter.unmarshal(&code)?.evaluate(&names)?;
        Some(names)
    };
    run().ok_or_else(|| Failure::new(UNABLE, "failed to set up the importer"))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::mem::offset_of;

    use super::super::headers;
    use super::*;

    #[test]
    fn a_module_is_defined_as_the_headers_define_it() {
        for headers in headers::all() {
            let head = head(headers.version) * size_of::<usize>();
            let fields = [
                ("m_base.m_init", offset_of!(Tail, init)),
                ("m_base.m_index", offset_of!(Tail, index)),
                ("m_name", offset_of!(Tail, name)),
                ("m_size", offset_of!(Tail, size)),
                ("m_slots", offset_of!(Tail, slots)),
                ("m_free", offset_of!(Tail, free)),
            ];
            let mut asked = vec![("size".to_owned(), "sizeof(PyModuleDef)".to_owned())];
            let mut expected = format!("size {}\n", head + size_of::<Tail>());
            for (name, offset) in fields {
                asked.push((name.to_owned(), format!("offsetof(PyModuleDef, {name})")));
                writeln!(expected, "{name} {}", head + offset).unwrap();
            }
            let mut constants = vec![("Py_mod_exec", "Py_mod_exec", MOD_EXEC as usize)];
            // 3.15 renumbers them and also knows these (Include/slots_generated.h).
            if headers.version.minor == 15 {
                constants.clear();
            }
            if (12..15).contains(&headers.version.minor) {
                let several = "Py_mod_multiple_interpreters";
                constants.push((several, several, MOD_MULTIPLE_INTERPRETERS as usize));
            }
            if (13..15).contains(&headers.version.minor) {
                constants.push(("Py_mod_gil", "Py_mod_gil", MOD_GIL as usize));
                constants.push(("unused", "Py_MOD_GIL_NOT_USED", GIL_NOT_USED));
            }
            for (name, expression, value) in constants {
                asked.push((name.to_owned(), expression.to_owned()));
                writeln!(expected, "{name} {value}").unwrap();
            }
            let Some(said) = headers.ask(&asked) else { return };
            assert_eq!(said, expected, "{}", headers.shown());
        }
    }
}
