//! The functions of `_freeze`: their state, arguments and results.

use std::ffi::{CStr, c_long, c_void};
use std::mem::ManuallyDrop;
use std::ptr::null_mut;
use std::sync::{Mutex, OnceLock};

use freeze_archive::Archive;

use super::api::{Api, METH_FASTCALL, PyMethodDef, PyObject};
use super::objects::{Interpreter, Object};
use crate::launcher::content::{Reader, followed};
use crate::launcher::extract::Libraries;
use crate::launcher::os;

/// The state of the functions.
pub(super) struct State {
    pub(super) api: &'static Api,
    pub(super) archive: Archive<'static>,
    pub(super) reader: Mutex<Reader<'static>>,
    pub(super) libraries: Libraries,
    /// The root with a trailing separator, in UTF-8 or, if it is not valid text, in the file system's bytes.
    pub(super) prefix: Vec<u8>,
    pub(super) prefix_is_text: bool,
    pub(super) on_disk: bool,
    /// As in `.cpython-312.opt-1.pyc`.
    pub(super) cache_suffix: String,
    /// The module record of the entry point, and its original script.
    pub(super) entry: [&'static [u8]; 2],
    pub(super) defers_gc: bool,
}

static STATE: OnceLock<State> = OnceLock::new();

impl State {
    /// Makes this the state of all calls. Fails if there is one already.
    pub(super) fn install(self) -> Option<()> {
        STATE.set(self).ok()
    }

    /// Returns the installed state.
    pub(super) fn installed() -> Option<&'static State> {
        STATE.get()
    }

    /// Converts a path to text, in the encoding of the prefix.
    pub(super) fn path_text(&self, interpreter: Interpreter, path: &[u8]) -> Option<Object> {
        if self.prefix_is_text { interpreter.text(path) } else { interpreter.file_system_text(path) }
    }
}

/// A call of a function of `_freeze`.
pub(super) struct Call<'a> {
    pub(super) state: &'static State,
    pub(super) interpreter: Interpreter,
    /// The function's `self`: an object of the interpreter that it was created for.
    this: Option<ManuallyDrop<Object>>,
    args: &'a [*mut PyObject],
}

/// Returns the definition of a function of `_freeze`. Without a result and without an exception, the function
/// returns `None`.
pub(super) const fn function<F: Fn(&Call<'_>) -> Option<Object> + Copy>(
    name: &'static CStr,
    _: F,
) -> PyMethodDef {
    // A zero-sized type is a function or captures nothing, so its value can be created from nothing.
    assert!(size_of::<F>() == 0);
    PyMethodDef {
        name: name.as_ptr(),
        function: call::<F> as *const c_void,
        flags: METH_FASTCALL,
        doc: std::ptr::null(),
    }
}

/// The function that Python calls for a function of `_freeze`.
unsafe extern "C" fn call<F: Fn(&Call<'_>) -> Option<Object> + Copy>(
    this: *mut PyObject,
    args: *const *mut PyObject,
    n: isize,
) -> *mut PyObject {
    let Some(state) = STATE.get() else { return null_mut() };
    // SAFETY: Python calls this under its lock, with `n` arguments that live as long as the call (without
    // any, the pointer may be null). The type has no size, see `function`.
    let (interpreter, this, args, function) = unsafe {
        let interpreter = Interpreter::attached(state.api);
        let args = if n > 0 { std::slice::from_raw_parts(args, n as usize) } else { &[] };
        let this = interpreter.own(this).map(ManuallyDrop::new);
        (interpreter, this, args, std::mem::zeroed::<F>())
    };
    let result = function(&Call { state, interpreter, this, args });
    let result = result.or_else(|| if interpreter.has_error() { None } else { interpreter.none() });
    result.map_or(null_mut(), Object::into_raw)
}

impl Call<'_> {
    /// Returns the function's `self`.
    pub(super) fn this(&self) -> Option<&Object> {
        self.this.as_deref()
    }

    /// Returns an argument.
    pub(super) fn object(&self, i: usize) -> Option<Object> {
        // SAFETY: arguments live as long as the call.
        unsafe { self.interpreter.share(*self.args.get(i)?) }
    }

    /// Returns a text argument in UTF-8.
    pub(super) fn text(&self, i: usize) -> Option<&[u8]> {
        // SAFETY: arguments live as long as the call.
        unsafe { super::objects::utf8(self.state.api, *self.args.get(i)?) }
    }

    /// Returns a path argument below the root, relative to it; `""` is the root itself.
    pub(super) fn below(&self, i: usize) -> Option<Vec<u8>> {
        let state = self.state;
        let path = if state.prefix_is_text {
            self.text(i)?.to_vec()
        } else {
            self.object(i)?.file_system_bytes()?
        };
        os::below(&path, &state.prefix)
    }

    /// Like [`Call::below`], with links of the archive resolved.
    pub(super) fn place(&self, i: usize) -> Option<Vec<u8>> {
        Some(followed(self.state.archive, self.below(i)?))
    }

    /// Returns an integer argument. An invalid one leaves an exception set.
    pub(super) fn index(&self, i: usize) -> Option<usize> {
        // SAFETY: arguments live as long as the call.
        let n = unsafe { (self.state.api.PyLong_AsLong)(*self.args.get(i)?) };
        usize::try_from(n).ok()
    }

    /// Creates a string.
    pub(super) fn string(&self, text: &[u8]) -> Option<Object> {
        self.interpreter.text(text)
    }

    /// Creates the path of an entry below the root.
    pub(super) fn path(&self, relative: &[u8]) -> Option<Object> {
        let path = [&self.state.prefix, &*os::relative(relative)].concat();
        self.state.path_text(self.interpreter, &path)
    }

    /// Creates a number.
    pub(super) fn number(&self, n: usize) -> Option<Object> {
        self.interpreter.int(n as c_long)
    }

    /// Returns the content of a blob, or a text with the reason for a failure.
    pub(super) fn content(&self, id: u32, use_it: impl FnOnce(&[u8]) -> Option<Object>) -> Option<Object> {
        if let Some(content) = crate::launcher::ahead::take(id) {
            return use_it(&content);
        }
        // Do not wait for the reader: in the child of a fork, the thread that holds it may be gone.
        let read = match self.state.reader.try_lock() {
            Ok(mut reader) => reader.read(id),
            Err(_) => Reader::new(self.state.archive).read(id),
        };
        match read {
            Ok(bytes) => {
                // Not under the lock: creating objects may run the garbage collector, which may run any code.
                let result = use_it(&bytes);
                if let Ok(mut reader) = self.state.reader.try_lock() {
                    reader.recycle(bytes);
                }
                result
            }
            Err(freeze_archive::Error::Damaged(part)) => self.string(part.as_bytes()),
            Err(error) => self.string(error.to_string().as_bytes()),
        }
    }
}
