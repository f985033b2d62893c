//! Keeps Python's garbage collector from visiting the objects that a start creates.
//!
//! Objects that Python itself or the imports of a start create live as long as the process. Collections
//! during their creation, and the first ones at exit, visit all of them and find nothing. Therefore, no
//! collection runs while a start imports modules. Imported objects are hidden from the collector
//! (`gc.freeze`). They become visible again (`gc.unfreeze`) between the first collection at exit and the
//! collections that delete modules. The latter then find and finalize the same objects as in python.
//!
//! The first collection at exit has another effect: it orders objects after those that refer to them, so that
//! the buffer of a file is flushed before the file is closed. Objects with finalizers, and the objects that
//! they reference, stay visible for that reason.
//!
//! A program that inspects the collector must see the same as in python, so any import of `gc` makes
//! everything visible again.

mod finalizers;

use std::ffi::{CStr, c_long, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::api::{Api, InitTab, METH_FASTCALL, PyMethodDef, PyObject};
use super::objects::{Interpreter, Object};
use super::{Python, name};
use finalizers::Finalizers;

/// Number of objects that a start may create before a collection. It exceeds the result of most imports, and
/// limits programs that never return from an import.
const WHILE_IMPORTING: c_long = 100_000;

/// Number of new objects between two imports that does not count as work of the program: the limit at which
/// Python first collects. Later objects are not hidden, because they may die before the process ends.
const OWN_WORK: c_long = 700;

/// Attributes of the module `gc`, kept for the lifetime of the process.
struct Gc {
    freeze: *mut PyObject,
    unfreeze: *mut PyObject,
    is_enabled: *mut PyObject,
    get_count: *mut PyObject,
    set_threshold: *mut PyObject,
    /// The list itself.
    callbacks: *mut PyObject,
}

struct Collector {
    api: &'static Api,
    gc: Gc,
    /// Set if this Python can list its tracked objects. Only then are imports hidden.
    finalizers: Option<Finalizers>,
    /// Arguments for `set_threshold`: Python's own, and those during imports.
    usual: *mut PyObject,
    raised: *mut PyObject,
    /// Whether imports are watched. This ends when the collector is inspected or the program starts its own
    /// work.
    watches: AtomicBool,
    /// Whether any objects are hidden.
    hides: AtomicBool,
    /// Whether they have to become visible before modules are deleted.
    hides_imports: AtomicBool,
    /// Number of nested imports in progress.
    depth: AtomicUsize,
}

// SAFETY: the pointers refer to objects that live as long as Python, and are only used under its lock.
unsafe impl Sync for Collector {}
// SAFETY: as above.
unsafe impl Send for Collector {}

static COLLECTOR: OnceLock<Collector> = OnceLock::new();
static MAKE_GC: OnceLock<(&'static Api, unsafe extern "C" fn() -> *mut PyObject)> = OnceLock::new();

/// Detects imports of `gc`. Must be called before Python starts.
///
/// `PyImport_Inittab` is the table of built-in modules, which may be changed until then (Python/import.c).
pub(super) fn watch(api: &'static Api) {
    // SAFETY: the table ends with an entry without a name, and Python reads it when it starts.
    unsafe {
        let mut entry: *mut InitTab = *api.PyImport_Inittab;
        while !entry.is_null() && !(*entry).name.is_null() {
            if CStr::from_ptr((*entry).name) == c"gc"
                && let Some(make) = (*entry).make
                && MAKE_GC.set((api, make)).is_ok()
            {
                (*entry).make = Some(make_gc);
                return;
            }
            entry = entry.add(1);
        }
    }
}

/// Replaces `PyInit_gc`: called when code other than this imports `gc`.
unsafe extern "C" fn make_gc() -> *mut PyObject {
    let Some((api, make)) = MAKE_GC.get() else { return std::ptr::null_mut() };
    // SAFETY: Python calls this under its lock.
    unsafe {
        // Other interpreters of the process have their own collector.
        if (api.PyInterpreterState_Get)() == (api.PyInterpreterState_Main)()
            && let Some(collector) = COLLECTOR.get()
        {
            collector.give_up();
            collector.show();
        }
        make()
    }
}

/// The objects of a start that the collector does not visit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spared {
    /// Existing objects only.
    Existing,
    /// Existing objects and those of later imports.
    Imports,
}

/// Hides existing objects, and watches the imports of the start if `spared` includes them. Python also works
/// without this, so errors are ignored. Returns `false` if nothing was done.
pub(super) fn begin(python: &Python, spared: Spared) -> bool {
    let api = python.api;
    // Without the replaced function, an import of `gc` would go unnoticed.
    let Some((_, make)) = MAKE_GC.get() else { return false };
    // SAFETY: the interpreter runs and this thread holds its lock.
    let interpreter = unsafe { Interpreter::attached(api) };
    // SAFETY: as above.
    let Some(modules) = (unsafe { interpreter.share((api.PyImport_GetModuleDict)()) }) else { return false };
    // If `gc` is already imported, further imports would go unnoticed.
    if modules.item(c"gc").is_some() {
        return false;
    }
    // Python up to 3.9 creates the module here; once imported, it would not be created again. Later versions
    // describe it (PEP 489), create one with each import, and drop it when its name is removed.
    // SAFETY: as above. A module is a new reference; a description is a static object that is never released.
    let made = unsafe { interpreter.own(make()) }.and_then(|made| {
        if made.attribute(c"freeze").is_some() {
            return Some(made);
        }
        made.into_raw();
        None
    });
    interpreter.clear_error();
    let is_made = made.is_some();
    let gc = made.or_else(|| interpreter.import(c"gc"));
    let collector = gc.as_ref().and_then(|gc| Collector::new(interpreter, python.library, gc, spared));
    // Restore the state of python, where `gc` is not imported.
    if gc.is_some() && !is_made {
        // SAFETY: as above.
        unsafe { (api.PyDict_DelItemString)(modules.as_ptr(), name(c"gc")) };
    }
    let done = collector.is_some_and(|collector| COLLECTOR.get_or_init(|| collector).hide());
    interpreter.clear_error();
    done
}

/// Called before a module runs.
pub(super) fn enter() {
    let Some(collector) = COLLECTOR.get() else { return };
    if collector.depth.fetch_add(1, Ordering::Relaxed) > 0 || !collector.watches.load(Ordering::Relaxed) {
        return;
    }
    if collector.has_collected_or_grown() {
        collector.give_up();
    } else {
        collector.limit(collector.raised);
    }
}

/// Called after a module has run, even if it failed.
pub(super) fn leave() {
    let Some(collector) = COLLECTOR.get() else { return };
    if collector.depth.fetch_sub(1, Ordering::Relaxed) > 1 || !collector.watches.load(Ordering::Relaxed) {
        return;
    }
    collector.hide_imports();
    collector.limit(collector.usual);
}

/// Called before Python finalizes: after its first collection, all objects must be visible. An exception that
/// ends the program stays set.
pub(super) fn end() {
    let Some(collector) = COLLECTOR.get() else { return };
    // SAFETY: the interpreter runs and this thread holds its lock.
    let _error = unsafe { Interpreter::attached(collector.api) }.set_error_aside();
    collector.give_up();
    if collector.hides_imports.load(Ordering::Relaxed) {
        collector.show_after_collection();
    }
}

/// Callback in `gc.callbacks`: `(phase, info)` of a collection, for [`Collector::show_after_collection`].
unsafe extern "C" fn collected(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    let Some(collector) = COLLECTOR.get() else { return std::ptr::null_mut() };
    let api = collector.api;
    // SAFETY: Python passes this number of arguments, a text and a dictionary.
    unsafe {
        if n == 2 {
            let phase = (api.PyUnicode_AsUTF8AndSize)(*args, std::ptr::null_mut());
            let generation = (api.PyDict_GetItemString)(*args.add(1), name(c"generation"));
            if !phase.is_null()
                && CStr::from_ptr(phase) == c"stop"
                && !generation.is_null()
                && (api.PyLong_AsLong)(generation) == 2
            {
                collector.show();
            }
            (api.PyErr_Clear)();
        }
        let none = api._Py_NoneStruct;
        (api.Py_IncRef)(none);
        none
    }
}

impl Collector {
    /// Creates a collector from the module `gc`.
    fn new(interpreter: Interpreter, library: *mut c_void, gc: &Object, spared: Spared) -> Option<Collector> {
        let usual = gc.attribute(c"get_threshold")?.call()?;
        // A limit of 0 disables collections, and a large limit needs no change.
        let limit = usual.part(0)?.number().unwrap_or(0);
        let watches = spared == Spared::Imports && (1..WHILE_IMPORTING).contains(&limit);
        let raised = interpreter.tuple([interpreter.int(WHILE_IMPORTING), usual.part(1), usual.part(2)])?;
        let get = |name| Some(gc.attribute(name)?.into_raw());
        let api = interpreter.api();
        Some(Collector {
            api,
            gc: Gc {
                freeze: get(c"freeze")?,
                unfreeze: get(c"unfreeze")?,
                is_enabled: get(c"isenabled")?,
                get_count: get(c"get_count")?,
                set_threshold: get(c"set_threshold")?,
                callbacks: get(c"callbacks")?,
            },
            finalizers: Finalizers::new(api, library, get(c"get_referents")?),
            usual: usual.into_raw(),
            raised: raised.into_raw(),
            watches: AtomicBool::new(watches),
            hides: AtomicBool::new(false),
            hides_imports: AtomicBool::new(false),
            depth: AtomicUsize::new(0),
        })
    }

    /// Calls one of the functions. Does not change the exception that is being handled, if any.
    fn call(&self, function: *mut PyObject, arguments: *mut PyObject) -> Option<*mut PyObject> {
        // SAFETY: the callers hold Python's lock; the functions and their arguments live as long as Python.
        let result = unsafe { (self.api.PyObject_CallObject)(function, arguments) };
        (!result.is_null()).then_some(result)
    }

    fn done(&self, function: *mut PyObject, arguments: *mut PyObject) -> bool {
        let result = self.call(function, arguments);
        // SAFETY: this function owns the result.
        result.is_some_and(|result| unsafe {
            (self.api.Py_DecRef)(result);
            true
        })
    }

    fn hide(&self) -> bool {
        let done = self.done(self.gc.freeze, std::ptr::null_mut());
        self.hides.fetch_or(done, Ordering::Relaxed);
        done
    }

    /// Hides imported objects, except those that must be finalized in order.
    fn hide_imports(&self) {
        let Some(finalizers) = &self.finalizers else { return };
        let found = finalizers.find();
        self.hides_imports.store(self.hide(), Ordering::Relaxed);
        if !finalizers.keep_in_sight(found) {
            // There are too many, so leave all objects to the collector.
            self.watches.store(false, Ordering::Relaxed);
            self.show();
        }
    }

    fn show(&self) {
        if self.hides.swap(false, Ordering::Relaxed) {
            self.hides_imports.store(false, Ordering::Relaxed);
            self.done(self.gc.unfreeze, std::ptr::null_mut());
        }
    }

    /// Makes all objects visible again after Python's next collection.
    fn show_after_collection(&self) {
        static DEF: PyMethodDef = PyMethodDef {
            name: c"collected".as_ptr(),
            function: collected as *const std::ffi::c_void,
            flags: METH_FASTCALL,
            doc: std::ptr::null(),
        };
        let api = self.api;
        // SAFETY: the interpreter runs and this thread holds its lock; appending adds a reference of its own.
        unsafe {
            let function =
                (api.PyCFunction_NewEx)(&raw const DEF, std::ptr::null_mut(), std::ptr::null_mut());
            let enabled = self.call(self.gc.is_enabled, std::ptr::null_mut());
            // If collection is disabled, the first one at exit does not happen.
            let waits = !function.is_null()
                && enabled.is_some_and(|e| (api.PyObject_IsTrue)(e) == 1)
                && (api.PyList_Append)(self.gc.callbacks, function) == 0;
            for object in [enabled.unwrap_or_default(), function] {
                if !object.is_null() {
                    (api.Py_DecRef)(object);
                }
            }
            if !waits {
                (api.PyErr_Clear)();
                self.show();
            }
        }
    }

    fn limit(&self, thresholds: *mut PyObject) {
        self.done(self.gc.set_threshold, thresholds);
    }

    /// Restores Python's own behavior of the collector.
    fn give_up(&self) {
        if self.watches.swap(false, Ordering::Relaxed) && self.depth.load(Ordering::Relaxed) > 0 {
            self.limit(self.usual);
        }
    }

    /// Whether Python has collected since objects were hidden, or is about to.
    fn has_collected_or_grown(&self) -> bool {
        let Some(count) = self.call(self.gc.get_count, std::ptr::null_mut()) else { return true };
        // SAFETY: the items of the tuple are borrowed and live as long as it.
        unsafe {
            let item = |i: isize| {
                let item = (self.api.PyTuple_GetItem)(count, i);
                if item.is_null() { c_long::MAX } else { (self.api.PyLong_AsLong)(item) }
            };
            let found = item(0) >= OWN_WORK || item(1) > 0 || item(2) > 0;
            (self.api.Py_DecRef)(count);
            found
        }
    }
}
