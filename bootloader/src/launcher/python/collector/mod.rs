//! Spares Python's garbage collector the visits to what a start makes.
//!
//! What Python itself makes, and what the imports of a start make, lives as long as the process. Collections while it
//! grows, and the first of those at the end, visit it all and find nothing. So none runs while a start imports, what
//! has been imported is put out of sight (`gc.freeze`), and it comes back into sight (`gc.unfreeze`) between the first
//! collection at the end and the ones that delete modules: these find and finalize what they find in python.
//!
//! That first collection does one thing more: it puts objects behind those that refer to them, so that a file's buffer
//! is flushed before the file is closed. What has a finalizer stays in sight for that, with what it holds.
//!
//! A program that looks must see what it would see in python, so an import of `gc`, by whomever, brings all back.

mod finalizers;

use std::ffi::{CStr, c_long, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::api::{Api, InitTab, METH_FASTCALL, PyMethodDef, PyObject};
use super::objects::{Interpreter, Object};
use super::{Python, name};
use finalizers::Finalizers;

/// Objects that a start may make before it is collected once: more than most imports leave, and a bound for a program
/// that never comes back from an import.
const WHILE_IMPORTING: c_long = 100_000;

/// New objects between two imports that are not yet the program's own work: what makes Python collect for the
/// first time. What comes later is not put out of sight, as it may well die before the process.
const OWN_WORK: c_long = 700;

/// What the module `gc` has; kept as long as the process.
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
    /// Where this Python can be asked what it tracks: only then imports are put out of sight.
    finalizers: Option<Finalizers>,
    /// Arguments for `set_threshold`: those of Python, and those while importing.
    usual: *mut PyObject,
    raised: *mut PyObject,
    /// Whether imports are watched: not any more when somebody looks, or the program has begun its own work.
    watches: AtomicBool,
    /// Whether anything is out of sight.
    hides: AtomicBool,
    /// Whether that has to change before modules are deleted.
    hides_imports: AtomicBool,
    /// Imports under way, one within the other.
    depth: AtomicUsize,
}

// SAFETY: the pointers are to objects that live as long as Python, and are used under its lock only.
unsafe impl Sync for Collector {}
// SAFETY: see above.
unsafe impl Send for Collector {}

static COLLECTOR: OnceLock<Collector> = OnceLock::new();
static MAKE_GC: OnceLock<(&'static Api, unsafe extern "C" fn() -> *mut PyObject)> = OnceLock::new();

/// Takes notice of imports of `gc`; to be called before Python starts.
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

/// Stands for `PyInit_gc`: `gc` is imported, by other code than this.
unsafe extern "C" fn make_gc() -> *mut PyObject {
    let Some((api, make)) = MAKE_GC.get() else { return std::ptr::null_mut() };
    // SAFETY: Python calls this under its lock.
    unsafe {
        // Another interpreter of the process has a collector of its own.
        if (api.PyInterpreterState_Get)() == (api.PyInterpreterState_Main)()
            && let Some(collector) = COLLECTOR.get()
        {
            collector.give_up();
            collector.show();
        }
        make()
    }
}

/// What of a start is spared the collector.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spared {
    /// What is there already.
    Existing,
    /// The imports too.
    Imports,
}

/// Puts what is there out of sight, and watches the imports of the start if they are spared too. Python works without that,
/// so errors are passed over; `false` if nothing was done.
pub(super) fn begin(python: &Python, spared: Spared) -> bool {
    let api = python.api;
    // Nobody would take notice of an import of `gc`.
    let Some((_, make)) = MAKE_GC.get() else { return false };
    // SAFETY: the interpreter runs and this thread holds its lock.
    let interpreter = unsafe { Interpreter::attached(api) };
    // SAFETY: as above.
    let Some(modules) = (unsafe { interpreter.share((api.PyImport_GetModuleDict)()) }) else { return false };
    // Who has it already is not told of again.
    if modules.item(c"gc").is_some() {
        return false;
    }
    // Python up to 3.9 makes the module here; once imported, it would not be made again. Later ones describe it
    // (PEP 489), make one with each import, and forget it with its name.
    // SAFETY: as above. A module is a new reference; a description is a static object, which nobody gives back.
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
    // As python leaves it: not imported.
    if gc.is_some() && !is_made {
        // SAFETY: as above.
        unsafe { (api.PyDict_DelItemString)(modules.as_ptr(), name(c"gc")) };
    }
    let done = collector.is_some_and(|collector| COLLECTOR.get_or_init(|| collector).hide());
    interpreter.clear_error();
    done
}

/// A module is about to be run.
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

/// A module has been run, with success or without.
pub(super) fn leave() {
    let Some(collector) = COLLECTOR.get() else { return };
    if collector.depth.fetch_sub(1, Ordering::Relaxed) > 1 || !collector.watches.load(Ordering::Relaxed) {
        return;
    }
    collector.hide_imports();
    collector.limit(collector.usual);
}

/// Python is about to end: after its first collection all must be in sight. The exception that ends the program, if
/// one does, stays set.
pub(super) fn end() {
    let Some(collector) = COLLECTOR.get() else { return };
    // SAFETY: the interpreter runs and this thread holds its lock.
    let _error = unsafe { Interpreter::attached(collector.api) }.set_error_aside();
    collector.give_up();
    if collector.hides_imports.load(Ordering::Relaxed) {
        collector.show_after_collection();
    }
}

/// `gc.callbacks`: `(phase, info)` of a collection, for [`Collector::show_after_collection`].
unsafe extern "C" fn collected(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    let Some(collector) = COLLECTOR.get() else { return std::ptr::null_mut() };
    let api = collector.api;
    // SAFETY: Python passes that many arguments, a text and a dictionary.
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
    /// `gc` is the module.
    fn new(interpreter: Interpreter, library: *mut c_void, gc: &Object, spared: Spared) -> Option<Collector> {
        let usual = gc.attribute(c"get_threshold")?.call()?;
        // Switched off by a limit of 0, or wide already.
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

    /// Calls one of the functions; the exception that is being handled, if any, is not touched.
    fn call(&self, function: *mut PyObject, arguments: *mut PyObject) -> Option<*mut PyObject> {
        // SAFETY: the callers hold Python's lock; the functions and their arguments live as long as Python.
        let result = unsafe { (self.api.PyObject_CallObject)(function, arguments) };
        (!result.is_null()).then_some(result)
    }

    fn done(&self, function: *mut PyObject, arguments: *mut PyObject) -> bool {
        let result = self.call(function, arguments);
        // SAFETY: the result is ours.
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

    /// Puts what has been imported out of sight, but for what must be finalized in its order.
    fn hide_imports(&self) {
        let Some(finalizers) = &self.finalizers else { return };
        let found = finalizers.find();
        self.hides_imports.store(self.hide(), Ordering::Relaxed);
        if !finalizers.keep_in_sight(found) {
            // Too many: all is left to the collector.
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

    /// Brings all back into sight once Python has collected.
    fn show_after_collection(&self) {
        static DEF: PyMethodDef = PyMethodDef {
            name: c"collected".as_ptr(),
            function: collected as *const std::ffi::c_void,
            flags: METH_FASTCALL,
            doc: std::ptr::null(),
        };
        let api = self.api;
        // SAFETY: the interpreter runs and this thread holds its lock; appending takes a reference of its own.
        unsafe {
            let function =
                (api.PyCFunction_NewEx)(&raw const DEF, std::ptr::null_mut(), std::ptr::null_mut());
            let enabled = self.call(self.gc.is_enabled, std::ptr::null_mut());
            // Where it is switched off, that collection does not take place.
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

    /// Leaves the collector as python has it from now on.
    fn give_up(&self) {
        if self.watches.swap(false, Ordering::Relaxed) && self.depth.load(Ordering::Relaxed) > 0 {
            self.limit(self.usual);
        }
    }

    /// Whether Python has collected since objects were put out of sight, or is about to.
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
