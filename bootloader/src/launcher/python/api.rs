//! The functions of the Python C API that the launcher calls, looked up in libpython by name.

#![allow(non_snake_case)]

use std::ffi::{CStr, c_char, c_int, c_long, c_ulong, c_void};

use crate::launcher::os;

/// `wchar_t *`.
pub(crate) type WStr = *mut os::WideChar;

/// A Python object, which is opaque to the launcher.
#[repr(C)]
pub(crate) struct PyObject {
    _opaque: [u8; 0],
}

/// `PyWideStringList`.
#[repr(C)]
pub(crate) struct PyWideStringList {
    pub(crate) length: isize,
    pub(crate) items: *mut WStr,
}

/// `PyStatus`.
#[repr(C)]
pub(crate) struct PyStatus {
    pub(crate) kind: c_int,
    pub(crate) func: *const c_char,
    pub(crate) message: *const c_char,
    pub(crate) exitcode: c_int,
}

/// `PyPreConfig`, the same since 3.8.
#[repr(C)]
#[derive(Default)]
pub(crate) struct PyPreConfig<A: os::Abi> {
    pub(crate) config_init: c_int,
    pub(crate) parse_argv: c_int,
    pub(crate) isolated: c_int,
    pub(crate) use_environment: c_int,
    pub(crate) configure_locale: c_int,
    pub(crate) coerce_c_locale: c_int,
    pub(crate) coerce_c_locale_warn: c_int,
    pub(crate) legacy_windows_fs_encoding: A::WindowsInt,
    pub(crate) utf8_mode: c_int,
    pub(crate) dev_mode: c_int,
    pub(crate) allocator: c_int,
    /// Space for fields of unknown versions.
    pub(crate) reserve: [c_int; 6],
}

/// `METH_KEYWORDS`.
pub(crate) const METH_KEYWORDS: c_int = 2;

/// `METH_FASTCALL`.
pub(crate) const METH_FASTCALL: c_int = 0x80;

/// `PyMethodDef`.
#[repr(C)]
pub(crate) struct PyMethodDef {
    pub(crate) name: *const c_char,
    /// Its signature depends on the flags.
    pub(crate) function: *const c_void,
    pub(crate) flags: c_int,
    pub(crate) doc: *const c_char,
}

impl PyMethodDef {
    /// Returns the name of the function.
    pub(crate) fn name(&self) -> &'static CStr {
        // SAFETY: definitions consist of static texts only.
        unsafe { CStr::from_ptr(self.name) }
    }
}

// SAFETY: a method definition is constant, and its pointers refer to static text.
unsafe impl Sync for PyMethodDef {}

/// `struct _inittab`: a built-in module and its init function.
#[repr(C)]
pub(crate) struct InitTab {
    pub(crate) name: *const c_char,
    pub(crate) make: Option<unsafe extern "C" fn() -> *mut PyObject>,
}

/// `PyObjectArenaAllocator`.
#[repr(C)]
pub(crate) struct PyObjectArenaAllocator {
    pub(crate) context: *mut c_void,
    pub(crate) alloc: extern "C" fn(*mut c_void, usize) -> *mut c_void,
    pub(crate) free: extern "C" fn(*mut c_void, *mut c_void, usize),
}

macro_rules! api {
    ($(#[$doc:meta])* $table:ident: $(fn $name:ident($($arg:ty),*) $(-> $ret:ty)?;)* $(static $data:ident: $type:ty;)*) => {
        $(#[$doc])*
        pub(crate) struct $table {
            $(pub(crate) $name: unsafe extern "C" fn($($arg),*) $(-> $ret)?,)*
            $(pub(crate) $data: *mut $type,)*
        }

        // SAFETY: the addresses never change; their use has its own rules, because each call is unsafe.
        unsafe impl Sync for $table {}

        impl $table {
            /// Looks up all functions and variables.
            ///
            /// # Errors
            /// The name of the first missing one.
            pub(crate) fn load(library: *mut c_void) -> Result<$table, &'static str> {
                let find = |name: &'static CStr| {
                    let found = os::symbol(library, name);
                    if found.is_null() { Err(name.to_str().unwrap_or_default()) } else { Ok(found) }
                };
                Ok($table {
                    $($name: {
                        let found = find(const { as_c_str(concat!(stringify!($name), "\0")) })?;
                        // SAFETY: the type is that of the declaration in Python's headers.
                        unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn($($arg),*) $(-> $ret)?>(found) }
                    },)*
                    $($data: find(const { as_c_str(concat!(stringify!($data), "\0")) })?.cast(),)*
                })
            }
        }
    };
}

const fn as_c_str(name: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(name.as_bytes()) {
        Ok(name) => name,
        Err(_) => c"",
    }
}

api! {
    /// Functions and variables that every version has.
    Api:
    fn PyBytes_FromStringAndSize(*const c_char, isize) -> *mut PyObject;
    fn PyCFunction_NewEx(*const PyMethodDef, *mut PyObject, *mut PyObject) -> *mut PyObject;
    fn PyDict_DelItemString(*mut PyObject, *const c_char) -> c_int;
    fn PyDict_GetItemString(*mut PyObject, *const c_char) -> *mut PyObject;
    fn PyDict_New() -> *mut PyObject;
    fn PyDict_SetItem(*mut PyObject, *mut PyObject, *mut PyObject) -> c_int;
    fn PyDict_SetItemString(*mut PyObject, *const c_char, *mut PyObject) -> c_int;
    fn PyErr_Clear();
    fn PyErr_Fetch(*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject);
    fn PyErr_Occurred() -> *mut PyObject;
    fn PyErr_Print();
    fn PyErr_Restore(*mut PyObject, *mut PyObject, *mut PyObject);
    fn PyEval_EvalCode(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    fn PyEval_GetBuiltins() -> *mut PyObject;
    fn PyImport_AddModule(*const c_char) -> *mut PyObject;
    fn PyImport_GetModuleDict() -> *mut PyObject;
    fn PyImport_ImportModule(*const c_char) -> *mut PyObject;
    fn PyInterpreterState_Get() -> *mut c_void;
    fn PyInterpreterState_Main() -> *mut c_void;
    fn PyList_Append(*mut PyObject, *mut PyObject) -> c_int;
    fn PyList_New(isize) -> *mut PyObject;
    fn PyLong_AsLong(*mut PyObject) -> c_long;
    fn PyLong_FromLong(c_long) -> *mut PyObject;
    fn PyMarshal_ReadObjectFromString(*const c_char, isize) -> *mut PyObject;
    fn PyModuleDef_Init(*mut c_void) -> *mut PyObject;
    fn PyModule_GetDict(*mut PyObject) -> *mut PyObject;
    fn PyObject_GetAttrString(*mut PyObject, *const c_char) -> *mut PyObject;
    fn PyObject_Call(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    fn PyObject_CallObject(*mut PyObject, *mut PyObject) -> *mut PyObject;
    fn PyObject_IsTrue(*mut PyObject) -> c_int;
    fn PyObject_SetArenaAllocator(*mut PyObjectArenaAllocator);
    fn PySys_SetObject(*const c_char, *mut PyObject) -> c_int;
    fn PyTuple_GetItem(*mut PyObject, isize) -> *mut PyObject;
    fn PyTuple_New(isize) -> *mut PyObject;
    fn PyTuple_Size(*mut PyObject) -> isize;
    fn PyTuple_SetItem(*mut PyObject, isize, *mut PyObject) -> c_int;
    fn PyUnicode_AsUTF8AndSize(*mut PyObject, *mut isize) -> *const c_char;
    fn PyUnicode_EncodeFSDefault(*mut PyObject) -> *mut PyObject;
    fn PyBytes_AsStringAndSize(*mut PyObject, *mut *mut c_char, *mut isize) -> c_int;
    fn PyUnicode_DecodeFSDefaultAndSize(*const c_char, isize) -> *mut PyObject;
    fn PyUnicode_FromStringAndSize(*const c_char, isize) -> *mut PyObject;
    fn Py_DecRef(*mut PyObject);
    fn Py_FinalizeEx() -> c_int;
    fn Py_IncRef(*mut PyObject);
    static PyImport_FrozenModules: *const c_void;
    static PyImport_Inittab: *mut InitTab;
    static _Py_NoneStruct: PyObject;
    static _Py_FalseStruct: PyObject;
    static _Py_TrueStruct: PyObject;
    static PyExc_KeyboardInterrupt: *mut PyObject;
}

api! {
    /// `PyConfig`, used up to 3.13.
    ConfigApi:
    fn PyConfig_InitPythonConfig(*mut c_void);
    fn PyConfig_SetBytesString(*mut c_void, *mut WStr, *const c_char) -> PyStatus;
    fn PyConfig_SetString(*mut c_void, *mut WStr, *const os::WideChar) -> PyStatus;
    fn PyMem_RawFree(*mut c_void);
    fn PyPreConfig_InitPythonConfig(*mut PyPreConfig<os::OwnAbi>);
    fn PyWideStringList_Append(*mut PyWideStringList, *const os::WideChar) -> PyStatus;
    fn Py_InitializeFromConfig(*const c_void) -> PyStatus;
    fn Py_PreInitialize(*const PyPreConfig<os::OwnAbi>) -> PyStatus;
    fn Py_DecodeLocale(*const c_char, *mut usize) -> WStr;
}

api! {
    /// PEP 741, used from 3.14 on.
    InitApi:
    fn PyInitConfig_Create() -> *mut c_void;
    fn PyInitConfig_Free(*mut c_void);
    fn PyInitConfig_GetError(*mut c_void, *mut *const c_char) -> c_int;
    fn PyInitConfig_HasOption(*mut c_void, *const c_char) -> c_int;
    fn PyInitConfig_SetInt(*mut c_void, *const c_char, i64) -> c_int;
    fn PyInitConfig_SetStr(*mut c_void, *const c_char, *const c_char) -> c_int;
    fn PyInitConfig_SetStrList(*mut c_void, *const c_char, usize, *const *const c_char) -> c_int;
    fn Py_InitializeFromInitConfig(*mut c_void) -> c_int;
}

api! {
    /// Functions for information about the garbage collector, available from 3.12 on.
    CollectorApi:
    fn PyList_GetItem(*mut PyObject, isize) -> *mut PyObject;
    fn PyList_Size(*mut PyObject) -> isize;
    fn PyObject_GC_IsTracked(*mut PyObject) -> c_int;
    fn PyObject_GC_Track(*mut c_void);
    fn PyObject_GC_UnTrack(*mut c_void);
    fn PyObject_Type(*mut PyObject) -> *mut PyObject;
    fn PyType_GetFlags(*mut PyObject) -> c_ulong;
    fn PyType_GetSlot(*mut PyObject, c_int) -> *mut c_void;
    fn PyUnstable_GC_VisitObjects(unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int, *mut c_void);
    static PyCFunction_Type: PyObject;
    static PyFunction_Type: PyObject;
    static PyModule_Type: PyObject;
}
