//! Functions of the module `_freeze` that prepare native files for loading.

use bootloader::archive::FileId;

use super::api::PyObject;
use super::state::{Call, decode};
use crate::os;

/// `opened(path)`: loads what a library of the archive needs and returns the path to load it from; `None` where the archive has
/// no library at this path.
pub(super) unsafe extern "C" fn opened(
    _: *mut PyObject,
    args: *const *mut PyObject,
    n: isize,
) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let file = call.state.archive.search_file(&call.place(0)?).ok()?;
            let path = call.state.libraries.prepare(file as FileId).ok()?;
            Some(decode(call.state.api, os::path_bytes(&path), false))
        })
    }
}

/// `library(index)`: loads what an extension module needs and returns the path to load it from, or
/// a tuple with a text that says why not.
pub(super) unsafe extern "C" fn library(
    _: *mut PyObject,
    args: *const *mut PyObject,
    n: isize,
) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let module = call.state.archive.module(call.index(0)?).ok()?;
            match call.state.libraries.prepare_extension(module.file?) {
                Ok(path) => match os::load_ahead(&path) {
                    Ok(()) => Some(decode(call.state.api, os::path_bytes(&path), false)),
                    Err(reason) => {
                        let name = String::from_utf8_lossy(module.name);
                        let text = format!("DLL load failed while importing {name}: {reason}");
                        call.tuple(&[call.string(text.as_bytes())])
                    }
                },
                Err(failure) => call.tuple(&[call.string(failure.message.as_bytes())]),
            }
        })
    }
}
