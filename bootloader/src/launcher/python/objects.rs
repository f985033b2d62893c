//! References to Python objects that are given back when they are dropped, and the calls that make them.

use std::ffi::{CStr, c_char, c_long};
use std::ptr::{NonNull, null_mut};

use super::api::{Api, PyObject};

/// The interpreter that runs in this thread, whose lock the thread holds.
#[derive(Clone, Copy)]
pub(super) struct Interpreter {
    api: &'static Api,
}

/// A reference to an object, never to null.
pub(super) struct Object {
    pointer: NonNull<PyObject>,
    interpreter: Interpreter,
}

/// An exception that is set again when this is dropped.
pub(super) struct SetAside {
    /// Class, value and traceback; null where there was no exception.
    parts: [*mut PyObject; 3],
    interpreter: Interpreter,
}

// All functions that make an object return `None` where an exception is set.
impl Interpreter {
    /// The interpreter that runs in this thread.
    ///
    /// # Safety
    /// The thread holds the interpreter's lock as long as the result, or an object that comes from it, is used.
    pub(super) unsafe fn attached(api: &'static Api) -> Interpreter {
        Interpreter { api }
    }

    /// The functions of its library.
    pub(super) fn api(self) -> &'static Api {
        self.api
    }

    /// Takes over a reference; null is `None`.
    ///
    /// # Safety
    /// The pointer is null or a reference that nobody else gives back.
    pub(super) unsafe fn own(self, pointer: *mut PyObject) -> Option<Object> {
        NonNull::new(pointer).map(|pointer| Object { pointer, interpreter: self })
    }

    /// Takes a new reference to a borrowed object; `None` for a null pointer.
    ///
    /// # Safety
    /// The pointer is null or to an object that is alive.
    pub(super) unsafe fn share(self, pointer: *mut PyObject) -> Option<Object> {
        let pointer = NonNull::new(pointer)?;
        // SAFETY: see above.
        unsafe { (self.api.Py_IncRef)(pointer.as_ptr()) };
        Some(Object { pointer, interpreter: self })
    }

    /// `None`.
    pub(super) fn none(self) -> Option<Object> {
        // SAFETY: it lives as long as the library.
        unsafe { self.share(self.api._Py_NoneStruct) }
    }

    /// A string from UTF-8.
    pub(super) fn text(self, utf8: &[u8]) -> Option<Object> {
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyUnicode_FromStringAndSize)(utf8.as_ptr().cast(), utf8.len() as isize)) }
    }

    /// A string from bytes in the encoding of the file system.
    pub(super) fn file_system_text(self, bytes: &[u8]) -> Option<Object> {
        // An interpreter that has no codec yet reads up to a NUL.
        let ended = [bytes, b"\0"].concat();
        let at = ended.as_ptr().cast();
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyUnicode_DecodeFSDefaultAndSize)(at, bytes.len() as isize)) }
    }

    /// `bytes`.
    pub(super) fn bytes(self, bytes: &[u8]) -> Option<Object> {
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyBytes_FromStringAndSize)(bytes.as_ptr().cast(), bytes.len() as isize)) }
    }

    /// An `int`.
    pub(super) fn int(self, number: c_long) -> Option<Object> {
        // SAFETY: the lock is held.
        unsafe { self.own((self.api.PyLong_FromLong)(number)) }
    }

    /// A tuple of objects, each of which must have been made.
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

    /// A list of objects.
    pub(super) fn list(self, items: impl IntoIterator<Item = Option<Object>>) -> Option<Object> {
        // SAFETY: the lock is held; the list takes references of its own.
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

    /// An empty `dict`.
    pub(super) fn dict(self) -> Option<Object> {
        // SAFETY: the lock is held.
        unsafe { self.own((self.api.PyDict_New)()) }
    }

    /// Imports a module.
    pub(super) fn import(self, name: &'static CStr) -> Option<Object> {
        // SAFETY: the lock is held; the name ends in NUL.
        unsafe { self.own((self.api.PyImport_ImportModule)(name.as_ptr())) }
    }

    /// The module of this name in `sys.modules`, made there if there is none.
    pub(super) fn add_module(self, name: &'static CStr) -> Option<Object> {
        // SAFETY: the lock is held; the name ends in NUL.
        unsafe { self.share((self.api.PyImport_AddModule)(name.as_ptr())) }
    }

    /// The names of `builtins`.
    pub(super) fn builtins(self) -> Option<Object> {
        // SAFETY: the lock is held.
        unsafe { self.share((self.api.PyEval_GetBuiltins)()) }
    }

    /// Reads an object that `marshal` wrote.
    pub(super) fn unmarshal(self, bytes: &[u8]) -> Option<Object> {
        let at: *const c_char = bytes.as_ptr().cast();
        // SAFETY: the length is that of the bytes.
        unsafe { self.own((self.api.PyMarshal_ReadObjectFromString)(at, bytes.len() as isize)) }
    }

    /// Sets a name of `sys` to an object; nothing if it could not be made.
    pub(super) fn set_sys(self, name: &CStr, value: Option<Object>) {
        if let Some(value) = value {
            // SAFETY: the lock is held; `sys` takes a reference of its own.
            unsafe { (self.api.PySys_SetObject)(name.as_ptr(), value.as_ptr()) };
        }
    }

    /// Whether an exception is set.
    pub(super) fn has_error(self) -> bool {
        // SAFETY: the lock is held.
        !unsafe { (self.api.PyErr_Occurred)() }.is_null()
    }

    /// Forgets the exception that is set.
    pub(super) fn clear_error(self) {
        // SAFETY: the lock is held.
        unsafe { (self.api.PyErr_Clear)() };
    }

    /// Shows the exception that is set; ends the process if it is `SystemExit`.
    pub(super) fn print_error(self) {
        // SAFETY: the lock is held.
        unsafe { (self.api.PyErr_Print)() };
    }

    /// Sets the exception aside; what fails until the result is dropped is forgotten.
    pub(super) fn set_error_aside(self) -> SetAside {
        let [mut class, mut value, mut trace] = [null_mut(); 3];
        // SAFETY: the lock is held.
        unsafe { (self.api.PyErr_Fetch)(&raw mut class, &raw mut value, &raw mut trace) };
        SetAside { parts: [class, value, trace], interpreter: self }
    }
}

impl Object {
    /// The pointer, as a borrowed reference.
    pub(super) fn as_ptr(&self) -> *mut PyObject {
        self.pointer.as_ptr()
    }

    /// The pointer with the reference.
    pub(super) fn into_raw(self) -> *mut PyObject {
        std::mem::ManuallyDrop::new(self).pointer.as_ptr()
    }

    /// An attribute.
    pub(super) fn attribute(&self, name: &'static CStr) -> Option<Object> {
        // SAFETY: the object is alive; the name ends in NUL.
        unsafe { self.own((self.api().PyObject_GetAttrString)(self.as_ptr(), name.as_ptr())) }
    }

    /// The names of a module.
    pub(super) fn names(&self) -> Option<Object> {
        // SAFETY: the object is alive; the result is a borrowed reference.
        unsafe { self.interpreter.share((self.api().PyModule_GetDict)(self.as_ptr())) }
    }

    /// The value of a key of a `dict`; no exception is set where there is none.
    pub(super) fn item(&self, key: &CStr) -> Option<Object> {
        // SAFETY: the object is alive; the result is a borrowed reference.
        unsafe { self.interpreter.share((self.api().PyDict_GetItemString)(self.as_ptr(), key.as_ptr())) }
    }

    /// Sets a key of a `dict` to an object, which must have been made.
    pub(super) fn set_item(&self, key: &CStr, value: Option<Object>) -> Option<()> {
        let value = value?;
        // SAFETY: both are alive; the dictionary takes a reference of its own.
        let status =
            unsafe { (self.api().PyDict_SetItemString)(self.as_ptr(), key.as_ptr(), value.as_ptr()) };
        (status == 0).then_some(())
    }

    /// An item of a tuple; `None`, with an exception, if there is none.
    pub(super) fn part(&self, i: isize) -> Option<Object> {
        // SAFETY: the object is alive; the result is a borrowed reference.
        unsafe { self.interpreter.share((self.api().PyTuple_GetItem)(self.as_ptr(), i)) }
    }

    /// The value of an `int`; `None`, with an exception, if it is none or too large.
    pub(super) fn number(&self) -> Option<c_long> {
        // SAFETY: the object is alive.
        let number = unsafe { (self.api().PyLong_AsLong)(self.as_ptr()) };
        (number != -1 || !self.interpreter.has_error()).then_some(number)
    }

    /// Calls it without arguments.
    pub(super) fn call(&self) -> Option<Object> {
        // SAFETY: the object is alive; no arguments may be null.
        unsafe { self.own((self.api().PyObject_CallObject)(self.as_ptr(), null_mut())) }
    }

    /// Calls it with a tuple of arguments.
    pub(super) fn call_with(&self, arguments: &Object) -> Option<Object> {
        // SAFETY: both are alive.
        unsafe { self.own((self.api().PyObject_CallObject)(self.as_ptr(), arguments.as_ptr())) }
    }

    /// Evaluates a code object, with no frame of ours in its tracebacks.
    pub(super) fn evaluate(&self, names: &Object) -> Option<Object> {
        let names = names.as_ptr();
        // SAFETY: both are alive.
        unsafe { self.own((self.api().PyEval_EvalCode)(self.as_ptr(), names, names)) }
    }

    /// Whether it is true, and telling that does not fail.
    pub(super) fn is_true(&self) -> bool {
        // SAFETY: the object is alive.
        unsafe { (self.api().PyObject_IsTrue)(self.as_ptr()) == 1 }
    }

    /// Whether it is `None`.
    pub(super) fn is_none(&self) -> bool {
        self.as_ptr() == self.api()._Py_NoneStruct
    }

    /// The text of a string in UTF-8; `None`, without an exception, if it is no string or holds surrogates.
    pub(super) fn utf8(&self) -> Option<&[u8]> {
        // SAFETY: the object is alive as long as the text.
        unsafe { utf8(self.api(), self.as_ptr()) }
    }

    /// The bytes of a string in the encoding of the file system.
    pub(super) fn file_system_bytes(&self) -> Option<Vec<u8>> {
        if let Some(text) = self.utf8() {
            return Some(text.to_vec());
        }
        let (api, mut at, mut len) = (self.api(), null_mut(), 0);
        // SAFETY: the object is alive; the bytes are copied before they go.
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
    /// As [`Interpreter::own`].
    unsafe fn own(&self, pointer: *mut PyObject) -> Option<Object> {
        // SAFETY: see above.
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
        // SAFETY: the reference is ours.
        unsafe { (self.api().Py_DecRef)(self.as_ptr()) };
    }
}

impl Drop for SetAside {
    fn drop(&mut self) {
        let [class, value, trace] = self.parts;
        self.interpreter.clear_error();
        // SAFETY: the references are ours, and are taken over.
        unsafe { (self.interpreter.api.PyErr_Restore)(class, value, trace) };
    }
}

/// As [`Object::utf8`], of a borrowed object.
///
/// # Safety
/// The thread holds the interpreter's lock; the pointer is null or to an object that is alive as long as the text is used.
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
