//! What the functions of `_freeze` work on, their arguments, and their results.

use std::ffi::{c_char, c_int};
use std::sync::{Mutex, OnceLock};

use bootloader::archive::Archive;

use super::api::{Api, PyObject};
use crate::content::{Reader, followed};
use crate::extract::Libraries;
use crate::os;

/// What the functions work on.
pub(super) struct State {
    pub(super) api: &'static Api,
    pub(super) archive: Archive<'static>,
    pub(super) reader: Mutex<Reader<'static>>,
    pub(super) libraries: Libraries,
    /// The root with a separator at its end, in UTF-8 or, where it is not text, in the file system's bytes.
    pub(super) prefix: Vec<u8>,
    pub(super) prefix_is_text: bool,
    pub(super) on_disk: bool,
    /// As in `.cpython-312.opt-1.pyc`.
    pub(super) cache_suffix: String,
    /// The module record of the entry, and the script that it was.
    pub(super) entry: [&'static [u8]; 2],
    pub(super) defers_gc: bool,
}

static STATE: OnceLock<State> = OnceLock::new();

impl State {
    /// Makes this what all calls work on, unless there is something already.
    pub(super) fn install(self) -> Option<()> {
        STATE.set(self).ok()
    }

    /// What was installed.
    pub(super) fn installed() -> Option<&'static State> {
        STATE.get()
    }
}

/// Puts `value` into `dict` and gives up the own reference to it.
///
/// # Safety
/// The interpreter runs and this thread holds its lock.
pub(super) unsafe fn set(
    api: &Api,
    dict: *mut PyObject,
    key: *const c_char,
    value: *mut PyObject,
) -> Option<()> {
    if value.is_null() {
        return None;
    }
    // SAFETY: see above.
    unsafe {
        let status = (api.PyDict_SetItemString)(dict, key, value);
        (api.Py_DecRef)(value);
        (status == 0).then_some(())
    }
}

/// Text of a Python string in UTF-8; `None` if it is no string or holds surrogates.
pub(super) unsafe fn utf8(api: &Api, object: *mut PyObject) -> Option<Vec<u8>> {
    // SAFETY: the object is alive; the error that a non-string raises is cleared.
    unsafe { borrow(api, object) }.map(<[u8]>::to_vec)
}

/// As [`utf8`], without a copy: valid as long as the object.
pub(super) unsafe fn borrow<'a>(api: &Api, object: *mut PyObject) -> Option<&'a [u8]> {
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

pub(super) unsafe fn decode(api: &Api, bytes: &[u8], is_text: bool) -> *mut PyObject {
    let len = bytes.len() as isize;
    if is_text {
        // SAFETY: the length is that of the bytes.
        return unsafe { (api.PyUnicode_FromStringAndSize)(bytes.as_ptr().cast(), len) };
    }
    // An interpreter that has no codec yet wants a NUL behind them.
    let ended = [bytes, b"\0"].concat();
    // SAFETY: see above.
    unsafe { (api.PyUnicode_DecodeFSDefaultAndSize)(ended.as_ptr().cast(), len) }
}

/// The arguments of a call, and how to make its result.
pub(super) struct Call<'a> {
    pub(super) state: &'static State,
    pub(super) args: &'a [*mut PyObject],
}

impl Call<'_> {
    /// Runs `body`; a null result without an error becomes `None`.
    pub(super) unsafe fn run(
        args: *const *mut PyObject,
        n: isize,
        body: impl FnOnce(&Call<'_>) -> Option<*mut PyObject>,
    ) -> *mut PyObject {
        let Some(state) = STATE.get() else { return std::ptr::null_mut() };
        let n = usize::try_from(n).unwrap_or(0);
        // SAFETY: Python passes that many arguments; where there are none the pointer may be null.
        let args = if n == 0 { &[] } else { unsafe { std::slice::from_raw_parts(args, n) } };
        match body(&Call { state, args }) {
            Some(result) => result,
            // SAFETY: the interpreter runs.
            None => unsafe {
                if !(state.api.PyErr_Occurred)().is_null() {
                    return std::ptr::null_mut();
                }
                let none = state.api._Py_NoneStruct;
                (state.api.Py_IncRef)(none);
                none
            },
        }
    }

    pub(super) fn text(&self, i: usize) -> Option<&[u8]> {
        // SAFETY: arguments live as long as the call.
        unsafe { borrow(self.state.api, *self.args.get(i)?) }
    }

    /// A path argument below the root, relative to it; `""` is the root itself.
    pub(super) fn below(&self, i: usize) -> Option<Vec<u8>> {
        let state = self.state;
        let path = if state.prefix_is_text { self.text(i)?.to_vec() } else { self.file_system_bytes(i)? };
        os::below(&path, &state.prefix)
    }

    /// The same with links of the archive followed.
    pub(super) fn place(&self, i: usize) -> Option<Vec<u8>> {
        Some(followed(self.state.archive, self.below(i)?))
    }

    fn file_system_bytes(&self, i: usize) -> Option<Vec<u8>> {
        let api = self.state.api;
        let object = *self.args.get(i)?;
        self.text(i).map(<[u8]>::to_vec).or_else(|| {
            let (mut at, mut len) = (std::ptr::null_mut(), 0);
            // SAFETY: the object is alive; an error is cleared; the bytes are copied before they go.
            unsafe {
                let bytes = (api.PyUnicode_EncodeFSDefault)(object);
                if bytes.is_null() || (api.PyBytes_AsStringAndSize)(bytes, &raw mut at, &raw mut len) != 0 {
                    (api.PyErr_Clear)();
                    return None;
                }
                let copy = std::slice::from_raw_parts(at.cast::<u8>(), usize::try_from(len).ok()?).to_vec();
                (api.Py_DecRef)(bytes);
                Some(copy)
            }
        })
    }

    pub(super) fn index(&self, i: usize) -> Option<usize> {
        // SAFETY: the argument is alive; an error stays set and makes the call fail.
        let n = unsafe { (self.state.api.PyLong_AsLong)(*self.args.get(i)?) };
        usize::try_from(n).ok()
    }

    pub(super) fn string(&self, text: &[u8]) -> *mut PyObject {
        // SAFETY: the interpreter runs.
        unsafe { decode(self.state.api, text, true) }
    }

    pub(super) fn path(&self, relative: &[u8]) -> *mut PyObject {
        let path = [&self.state.prefix, &*os::relative(relative)].concat();
        // SAFETY: the interpreter runs.
        unsafe { decode(self.state.api, &path, self.state.prefix_is_text) }
    }

    pub(super) fn bytes(&self, bytes: &[u8]) -> *mut PyObject {
        // SAFETY: the length is that of the bytes.
        unsafe { (self.state.api.PyBytes_FromStringAndSize)(bytes.as_ptr().cast(), bytes.len() as isize) }
    }

    pub(super) fn number(&self, n: usize) -> *mut PyObject {
        // SAFETY: the interpreter runs.
        unsafe { (self.state.api.PyLong_FromLong)(n as std::ffi::c_long) }
    }

    pub(super) fn tuple(&self, items: &[*mut PyObject]) -> Option<*mut PyObject> {
        let api = self.state.api;
        // SAFETY: a tuple takes over the references put into it.
        unsafe {
            let tuple = (api.PyTuple_New)(items.len() as isize);
            if tuple.is_null() {
                return None;
            }
            for (i, item) in items.iter().enumerate() {
                if item.is_null() || (api.PyTuple_SetItem)(tuple, i as isize, *item) != 0 {
                    return None;
                }
            }
            Some(tuple)
        }
    }

    pub(super) fn list(&self, items: impl IntoIterator<Item = *mut PyObject>) -> Option<*mut PyObject> {
        let api = self.state.api;
        // SAFETY: appending takes a reference of its own.
        unsafe {
            let list = (api.PyList_New)(0);
            for item in items {
                if list.is_null() || item.is_null() {
                    return None;
                }
                let status: c_int = (api.PyList_Append)(list, item);
                (api.Py_DecRef)(item);
                if status != 0 {
                    return None;
                }
            }
            Some(list)
        }
    }

    /// Content of a blob, or a text that says why there is none.
    pub(super) fn content(
        &self,
        id: u32,
        use_it: impl FnOnce(&[u8]) -> *mut PyObject,
    ) -> Option<*mut PyObject> {
        if let Some(content) = crate::ahead::take(id) {
            return Some(use_it(&content));
        }
        // Nobody waits for the reader: in the child of a fork, the thread that holds it may be gone.
        let read = match self.state.reader.try_lock() {
            Ok(mut reader) => reader.read(id),
            Err(_) => Reader::new(self.state.archive).read(id),
        };
        Some(match read {
            Ok(bytes) => {
                // Not under the lock: making objects may run the garbage collector, and that anything.
                let result = use_it(&bytes);
                if let Ok(mut reader) = self.state.reader.try_lock() {
                    reader.recycle(bytes);
                }
                result
            }
            Err(bootloader::archive::Error::Damaged(part)) => self.string(part.as_bytes()),
            Err(error) => self.string(error.to_string().as_bytes()),
        })
    }
}
