//! Functions of the module `_freeze` by which the importer tells the launcher what happens.

use super::api::PyObject;
use super::collector;
use super::state::Call;

/// `enter()`: a module is about to be run.
pub(super) unsafe extern "C" fn enter(
    _: *mut PyObject,
    args: *const *mut PyObject,
    n: isize,
) -> *mut PyObject {
    collector::enter();
    // SAFETY: called by Python.
    unsafe { Call::run(args, n, |_| None) }
}

/// `show(text)`: shows why the program has ended, where it has no other place to be read.
pub(super) unsafe extern "C" fn show(
    _: *mut PyObject,
    args: *const *mut PyObject,
    n: isize,
) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            crate::report::show(&String::from_utf8_lossy(call.text(0)?));
            None
        })
    }
}

/// `leave()`: a module has been run.
pub(super) unsafe extern "C" fn leave(
    _: *mut PyObject,
    args: *const *mut PyObject,
    n: isize,
) -> *mut PyObject {
    collector::leave();
    // SAFETY: called by Python.
    unsafe { Call::run(args, n, |_| None) }
}
