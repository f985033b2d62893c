//! References to Python objects that are released on drop, and the calls that create them.

use std::ffi::{CStr, c_char, c_long};
use std::ptr::{NonNull, null_mut};

use super::api::{Api, PyObject};

/// The interpreter that runs in this thread, which holds its lock.
#[derive(Clone, Copy)]
pub(super) struct Interpreter {
    api: &'static Api,
}

/// A reference to an object; never null.
pub(super) struct Object {
    pointer: NonNull<PyObject>,
    interpreter: Interpreter,
}

/// An exception that is restored on drop.
pub(super) struct SetAside {
    /// Class, value and traceback; null if there was no exception.
    parts: [*mut PyObject; 3],
    interpreter: Interpreter,
}

// All functions that create an object return `None` if an exception is set.
impl Interpreter {
    /// Returns the interpreter that runs in this thread.
    ///
    /// # Safety
    /// The thread must hold the interpreter's lock as long as the result, or an object from it, is used.
    pub(super) unsafe fn attached(api: &'static Api) -> Interpreter {
        Interpreter { api }
    }

    /// Returns the functions of its library.
    pub(super) fn api(self) -> &'static Api {
        self.api
    }

    /// Takes over a reference; null becomes `None`.
    ///
    /// # Safety
    /// The pointer must be null or a reference that nothing else releases.
    pub(super) unsafe fn own(self, pointer: *mut PyObject) -> Option<Object> {
        NonNull::new(pointer).map(|pointer| Object { pointer, interpreter: self })
    }

    /// Adds a reference to a borrowed object; null becomes `None`.
    ///
    /// # Safety
    /// The pointer must be null or refer to an object that is alive.
    pub(super) unsafe fn share(self, pointer: *mut PyObject) -> Option<Object> {
        let pointer = NonNull::new(pointer)?;
        // SAFETY: guaranteed by the caller.
        unsafe { (self.api.Py_IncRef)(pointer.as_ptr()) };
        Some(Object { pointer, interpreter: self })
    }

    /// Returns Python's `None`.
    pub(super) fn none(self) -> Option<Object> {
        // SAFETY: it lives as long as the library.
        unsafe { self.share(self.api._Py_NoneStruct) }
    }

    /// Creates a string from UTF-8.
    pub(super) fn text(self, utf8: &[u8]) -> Option<Object> {
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyUnicode_FromStringAndSize)(utf8.as_ptr().cast(), utf8.len() as isize)) }
    }

    /// Creates a string from bytes in the file system encoding.
    pub(super) fn file_system_text(self, bytes: &[u8]) -> Option<Object> {
        // An interpreter without a codec reads up to a NUL.
        let ended = [bytes, b"\0"].concat();
        let at = ended.as_ptr().cast();
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyUnicode_DecodeFSDefaultAndSize)(at, bytes.len() as isize)) }
    }

    /// Creates a `bytes` object.
    pub(super) fn bytes(self, bytes: &[u8]) -> Option<Object> {
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyBytes_FromStringAndSize)(bytes.as_ptr().cast(), bytes.len() as isize)) }
    }

    /// Creates an `int`.
    pub(super) fn int(self, number: c_long) -> Option<Object> {
        // SAFETY: the lock is held.
        unsafe { self.own((self.api.PyLong_FromLong)(number)) }
    }

    /// Creates a tuple. Fails if any of the items is `None`.
    pub(super) fn tuple<const N: usize>(self, items: [Option<Object>; N]) -> Option<Object> {
        // SAFETY: the lock is held; the tuple takes over the references.
        unsafe {
            let tuple = self.own((self.api.PyTuple_New)(N as isize))?;
            for (i, item) in items.into_iter().enumerate() {
                if (self.api.PyTuple_SetItem)(tuple.as_ptr(), i as isize, item?.into_raw()) != 0 {
                    return None;
                }
            }
            Some(tuple)
        }
    }

    /// Creates a list. Fails if any of the items is `None`.
    pub(super) fn list(self, items: impl IntoIterator<Item = Option<Object>>) -> Option<Object> {
        // SAFETY: the lock is held; the list adds references of its own.
        unsafe {
            let list = self.own((self.api.PyList_New)(0))?;
            for item in items {
                if (self.api.PyList_Append)(list.as_ptr(), item?.as_ptr()) != 0 {
                    return None;
                }
            }
            Some(list)
        }
    }

    /// Creates an empty `dict`.
    pub(super) fn dict(self) -> Option<Object> {
        // SAFETY: the lock is held.
        unsafe { self.own((self.api.PyDict_New)()) }
    }

    /// Imports a module.
    pub(super) fn import(self, name: &'static CStr) -> Option<Object> {
        // SAFETY: the lock is held; the name ends in NUL.
        unsafe { self.own((self.api.PyImport_ImportModule)(name.as_ptr())) }
    }

    /// Returns the module with this name in `sys.modules`, created if necessary.
    pub(super) fn add_module(self, name: &'static CStr) -> Option<Object> {
        // SAFETY: the lock is held; the name ends in NUL.
        unsafe { self.share((self.api.PyImport_AddModule)(name.as_ptr())) }
    }

    /// Returns the names of `builtins`.
    pub(super) fn builtins(self) -> Option<Object> {
        // SAFETY: the lock is held.
        unsafe { self.share((self.api.PyEval_GetBuiltins)()) }
    }

    /// Reads an object that was written by `marshal`.
    pub(super) fn unmarshal(self, bytes: &[u8]) -> Option<Object> {
        let at: *const c_char = bytes.as_ptr().cast();
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyMarshal_ReadObjectFromString)(at, bytes.len() as isize)) }
    }

    /// Sets an attribute of `sys`, unless the value is `None`.
    pub(super) fn set_sys(self, name: &CStr, value: Option<Object>) {
        if let Some(value) = value {
            // SAFETY: the lock is held; `sys` adds a reference of its own.
            unsafe { (self.api.PySys_SetObject)(name.as_ptr(), value.as_ptr()) };
        }
    }

    /// Whether an exception is set.
    pub(super) fn has_error(self) -> bool {
        // SAFETY: the lock is held.
        !unsafe { (self.api.PyErr_Occurred)() }.is_null()
    }

    /// Clears the exception that is set.
    pub(super) fn clear_error(self) {
        // SAFETY: the lock is held.
        unsafe { (self.api.PyErr_Clear)() };
    }

    /// Prints the exception that is set. Ends the process if it is `SystemExit`.
    pub(super) fn print_error(self) {
        // SAFETY: the lock is held.
        unsafe { (self.api.PyErr_Print)() };
    }

    /// Sets the exception aside. Errors that occur before the result is dropped are discarded.
    pub(super) fn set_error_aside(self) -> SetAside {
        let [mut class, mut value, mut trace] = [null_mut(); 3];
        // SAFETY: the lock is held.
        unsafe { (self.api.PyErr_Fetch)(&raw mut class, &raw mut value, &raw mut trace) };
        SetAside { parts: [class, value, trace], interpreter: self }
    }
}

impl Object {
    /// Returns the pointer, as a borrowed reference.
    pub(super) fn as_ptr(&self) -> *mut PyObject {
        self.pointer.as_ptr()
    }

    /// Returns the pointer with its reference.
    pub(super) fn into_raw(self) -> *mut PyObject {
        std::mem::ManuallyDrop::new(self).pointer.as_ptr()
    }

    /// Returns an attribute.
    pub(super) fn attribute(&self, name: &'static CStr) -> Option<Object> {
        // SAFETY: the object is alive; the name ends in NUL.
        unsafe { self.own((self.api().PyObject_GetAttrString)(self.as_ptr(), name.as_ptr())) }
    }

    /// Returns the names of a module.
    pub(super) fn names(&self) -> Option<Object> {
        // SAFETY: the object is alive; the result is a borrowed reference.
        unsafe { self.interpreter.share((self.api().PyModule_GetDict)(self.as_ptr())) }
    }

    /// Returns the value for a key of a `dict`. Sets no exception if there is none.
    pub(super) fn item(&self, key: &CStr) -> Option<Object> {
        // SAFETY: the object is alive; the result is a borrowed reference.
        unsafe { self.interpreter.share((self.api().PyDict_GetItemString)(self.as_ptr(), key.as_ptr())) }
    }

    /// Sets a key of a `dict`. Fails if the value is `None`.
    pub(super) fn set_item(&self, key: &CStr, value: Option<Object>) -> Option<()> {
        let value = value?;
        // SAFETY: both are alive; the dictionary adds a reference of its own.
        let status =
            unsafe { (self.api().PyDict_SetItemString)(self.as_ptr(), key.as_ptr(), value.as_ptr()) };
        (status == 0).then_some(())
    }

    /// Returns an item of a tuple; `None`, with an exception, if there is none.
    pub(super) fn part(&self, i: isize) -> Option<Object> {
        // SAFETY: the object is alive; the result is a borrowed reference.
        unsafe { self.interpreter.share((self.api().PyTuple_GetItem)(self.as_ptr(), i)) }
    }

    /// Returns the value of an `int`; `None`, with an exception, if it is not an `int` or too large.
    pub(super) fn number(&self) -> Option<c_long> {
        // SAFETY: the object is alive.
        let number = unsafe { (self.api().PyLong_AsLong)(self.as_ptr()) };
        (number != -1 || !self.interpreter.has_error()).then_some(number)
    }

    /// Calls the object without arguments.
    pub(super) fn call(&self) -> Option<Object> {
        // SAFETY: the object is alive; the arguments may be null.
        unsafe { self.own((self.api().PyObject_CallObject)(self.as_ptr(), null_mut())) }
    }

    /// Calls the object with a tuple of arguments.
    pub(super) fn call_with(&self, arguments: &Object) -> Option<Object> {
        // SAFETY: both are alive.
        unsafe { self.own((self.api().PyObject_CallObject)(self.as_ptr(), arguments.as_ptr())) }
    }

    /// Evaluates a code object, without frames of the importer in its tracebacks.
    pub(super) fn evaluate(&self, names: &Object) -> Option<Object> {
        let names = names.as_ptr();
        // SAFETY: both are alive.
        unsafe { self.own((self.api().PyEval_EvalCode)(self.as_ptr(), names, names)) }
    }

    /// Whether the object is true. An exception counts as false.
    pub(super) fn is_true(&self) -> bool {
        // SAFETY: the object is alive.
        unsafe { (self.api().PyObject_IsTrue)(self.as_ptr()) == 1 }
    }

    /// Whether the object is `None`.
    pub(super) fn is_none(&self) -> bool {
        self.as_ptr() == self.api()._Py_NoneStruct
    }

    /// Returns the text of a string in UTF-8; `None`, without an exception, if it is not a string or contains
    /// surrogates.
    pub(super) fn utf8(&self) -> Option<&[u8]> {
        // SAFETY: the object is alive as long as the text.
        unsafe { utf8(self.api(), self.as_ptr()) }
    }

    /// Returns the bytes of a string in the file system encoding.
    pub(super) fn file_system_bytes(&self) -> Option<Vec<u8>> {
        if let Some(text) = self.utf8() {
            return Some(text.to_vec());
        }
        let (api, mut at, mut len) = (self.api(), null_mut(), 0);
        // SAFETY: the object is alive; the bytes are copied before they are released.
        unsafe {
            let bytes = self.own((api.PyUnicode_EncodeFSDefault)(self.as_ptr()));
            let bytes =
                bytes.filter(|b| (api.PyBytes_AsStringAndSize)(b.as_ptr(), &raw mut at, &raw mut len) == 0);
            let (Some(_bytes), Ok(len)) = (bytes, usize::try_from(len)) else {
                self.interpreter.clear_error();
                return None;
            };
            Some(std::slice::from_raw_parts(at.cast::<u8>(), len).to_vec())
        }
    }

    fn api(&self) -> &'static Api {
        self.interpreter.api
    }

    /// # Safety
    /// See [`Interpreter::own`].
    unsafe fn own(&self, pointer: *mut PyObject) -> Option<Object> {
        // SAFETY: guaranteed by the caller.
        unsafe { self.interpreter.own(pointer) }
    }
}

impl Clone for Object {
    fn clone(&self) -> Object {
        // SAFETY: the object is alive.
        unsafe { (self.api().Py_IncRef)(self.as_ptr()) };
        Object { pointer: self.pointer, interpreter: self.interpreter }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // SAFETY: this value owns the reference.
        unsafe { (self.api().Py_DecRef)(self.as_ptr()) };
    }
}

impl Drop for SetAside {
    fn drop(&mut self) {
        let [class, value, trace] = self.parts;
        self.interpreter.clear_error();
        // SAFETY: this value owns the references, which are taken over.
        unsafe { (self.interpreter.api.PyErr_Restore)(class, value, trace) };
    }
}

/// Like [`Object::utf8`], for a borrowed object.
///
/// # Safety
/// The thread must hold the interpreter's lock. The pointer must be null or refer to an object that is alive
/// as long as the text is used.
pub(super) unsafe fn utf8<'a>(api: &Api, object: *mut PyObject) -> Option<&'a [u8]> {
    if object.is_null() {
        return None;
    }
    let mut len = 0;
    // SAFETY: the object is alive; the error that a non-string raises is cleared.
    unsafe {
        let text = (api.PyUnicode_AsUTF8AndSize)(object, &raw mut len);
        if text.is_null() {
            (api.PyErr_Clear)();
            return None;
        }
        Some(std::slice::from_raw_parts(text.cast(), usize::try_from(len).ok()?))
    }
}
