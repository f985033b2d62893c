//! Hides from the program that modules were frozen for the start: `_imp` gives the same answers as in python.
//!
//! The rows stay in the table, because interpreters that the program creates start from them. Code that asks
//! `_imp` whether a module is frozen (Lib/importlib/_bootstrap.py) gets the answer no, so the importer finds
//! the module.

use std::ffi::{CStr, c_void};
use std::sync::OnceLock;

use super::api::{Api, METH_FASTCALL, METH_KEYWORDS, PyMethodDef, PyObject};
use super::objects::{Interpreter, Object, utf8};
use super::state::State;

/// Sorted names of modules that python does not freeze itself.
static HIDDEN: OnceLock<Vec<&'static CStr>> = OnceLock::new();

/// Remembers the modules that were frozen for the start of this version.
pub(super) fn remember(minor: u8, names: impl Iterator<Item = &'static CStr>) {
    // From 3.11 on, python freezes `io` itself (Python/frozen.c).
    let mut names: Vec<_> = names.filter(|n| minor < 11 || *n != c"io").collect();
    names.sort_unstable();
    let _ = HIDDEN.set(names);
}

/// Replaces functions of `_imp`.
pub(super) fn install(interpreter: Interpreter, imp: &Object) -> Option<()> {
    let names = imp.names()?;
    for def in &FUNCTIONS {
        // `find_frozen` exists from 3.11 on.
        let Some(original) = names.item(def.name()) else { continue };
        let module = names.item(c"__name__")?;
        // SAFETY: the definition is static; the function adds references of its own.
        let function = unsafe {
            let made = (interpreter.api().PyCFunction_NewEx)(def, original.as_ptr(), module.as_ptr());
            interpreter.own(made)
        };
        names.set_item(def.name(), function)?;
    }
    Some(())
}

static FUNCTIONS: [PyMethodDef; 2] = [
    PyMethodDef {
        name: c"is_frozen".as_ptr(),
        function: is_frozen as *const c_void,
        flags: METH_FASTCALL,
        doc: c"Returns True if the module name corresponds to a frozen module.".as_ptr(),
    },
    PyMethodDef {
        name: c"find_frozen".as_ptr(),
        function: find_frozen as *const c_void,
        flags: METH_FASTCALL | METH_KEYWORDS,
        doc: c"Return info about the corresponding frozen module (if there is one) or None.".as_ptr(),
    },
];

/// Whether the first of `count` arguments is the name of a hidden module.
unsafe fn hides(api: &Api, args: *const *mut PyObject, count: isize) -> bool {
    // SAFETY: Python calls with `count` arguments; the object is alive.
    let asked = unsafe { (count > 0).then(|| utf8(api, *args)).flatten() };
    let (Some(asked), Some(hidden)) = (asked, HIDDEN.get()) else { return false };
    hidden.binary_search_by(|name| name.to_bytes().cmp(asked)).is_ok()
}

/// Calls the original with the same arguments, or returns `no` if they name a hidden module.
unsafe fn answer(
    original: *mut PyObject,
    args: *const *mut PyObject,
    count: isize,
    keywords: *mut PyObject,
    no: fn(&Api) -> *mut PyObject,
) -> *mut PyObject {
    let Some(State { api, .. }) = State::installed() else { return std::ptr::null_mut() };
    // SAFETY: Python calls with `count` arguments and one for each of the keywords; the tuple takes over
    // references to them.
    unsafe {
        if hides(api, args, count) {
            (api.Py_IncRef)(no(api));
            return no(api);
        }
        let tuple = (api.PyTuple_New)(count);
        if tuple.is_null() {
            return tuple;
        }
        for i in 0..count {
            let arg = *args.offset(i);
            (api.Py_IncRef)(arg);
            (api.PyTuple_SetItem)(tuple, i, arg);
        }
        let mut dict = std::ptr::null_mut();
        if !keywords.is_null() {
            dict = (api.PyDict_New)();
            let named = if dict.is_null() { 0 } else { (api.PyTuple_Size)(keywords) };
            for i in 0..named {
                (api.PyDict_SetItem)(dict, (api.PyTuple_GetItem)(keywords, i), *args.offset(count + i));
            }
        }
        let result = (api.PyObject_Call)(original, tuple, dict);
        (api.Py_DecRef)(tuple);
        if !dict.is_null() {
            (api.Py_DecRef)(dict);
        }
        result
    }
}

unsafe extern "C" fn is_frozen(
    original: *mut PyObject,
    args: *const *mut PyObject,
    count: isize,
) -> *mut PyObject {
    // SAFETY: Python calls this under its lock.
    unsafe { answer(original, args, count, std::ptr::null_mut(), |api| api._Py_FalseStruct) }
}

unsafe extern "C" fn find_frozen(
    original: *mut PyObject,
    args: *const *mut PyObject,
    count: isize,
    keywords: *mut PyObject,
) -> *mut PyObject {
    // SAFETY: Python calls this under its lock.
    unsafe { answer(original, args, count, keywords, |api| api._Py_NoneStruct) }
}
