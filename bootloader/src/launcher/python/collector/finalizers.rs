//! Finds objects with finalizers, and keeps them and the objects that they reference visible to the
//! collector.

use std::collections::HashSet;
use std::ffi::{c_int, c_ulong, c_void};

use super::super::api::{Api, CollectorApi, PyObject};

/// `Py_tp_finalize` and `Py_tp_del` of Include/typeslots.h: each of them is a finalizer.
const SLOTS: [c_int; 2] = [80, 53];

/// `Py_TPFLAGS_TYPE_SUBCLASS`: the object is a class.
const IS_CLASS: c_ulong = 1 << 31;

/// An import creates few objects with finalizers. If more than this number stay visible, hiding has no
/// benefit.
const MOST: usize = 4096;

/// Number of classes to cache during a search.
const KNOWN: usize = 512;

/// Queries Python for the objects that it tracks, and their properties.
pub(super) struct Finalizers {
    api: &'static Api,
    more: CollectorApi,
    get_referents: *mut PyObject,
}

/// Objects with a finalizer, and a reference to each.
pub(super) struct Found(Vec<*mut PyObject>);

/// The state of a search by [`visit`].
struct Search<'a> {
    of: &'a Finalizers,
    /// A cache of classes, indexed by their addresses. A later class may replace an earlier one.
    known: [(*mut PyObject, bool); KNOWN],
    found: Vec<*mut PyObject>,
}

impl Finalizers {
    /// Returns `None` before 3.12, which cannot list the tracked objects.
    pub(super) fn new(
        api: &'static Api,
        library: *mut c_void,
        get_referents: *mut PyObject,
    ) -> Option<Finalizers> {
        Some(Finalizers { api, more: CollectorApi::load(library).ok()?, get_referents })
    }

    /// Returns the visible objects with finalizers. The interpreter must be running and this thread must hold
    /// its lock.
    pub(super) fn find(&self) -> Found {
        let mut search =
            Search { of: self, known: [(std::ptr::null_mut(), false); KNOWN], found: Vec::new() };
        // SAFETY: the search outlives the call, and nothing else uses it.
        unsafe { (self.more.PyUnstable_GC_VisitObjects)(visit, (&raw mut search).cast()) };
        Found(search.found)
    }

    /// Makes these hidden objects visible again, with the objects that they reference, except for those that
    /// reference almost everything. Returns `false` if there are too many.
    pub(super) fn keep_in_sight(&self, found: Found) -> bool {
        let mut seen: HashSet<*mut PyObject> = HashSet::new();
        let mut rest = found.0;
        let mut is_little = true;
        while let Some(object) = rest.pop() {
            // SAFETY: the list has a reference to each object, which is released after the object has been
            // processed.
            unsafe {
                if is_little && seen.insert(object) {
                    is_little = seen.len() <= MOST && self.add_referents(object, &mut rest);
                    // Tracking the object again moves it to the youngest generation.
                    (self.more.PyObject_GC_UnTrack)(object.cast());
                    (self.more.PyObject_GC_Track)(object.cast());
                }
                (self.api.Py_DecRef)(object);
            }
        }
        is_little
    }

    /// Adds the tracked objects that `object` refers to. Returns `false` if Python cannot list them.
    ///
    /// # Safety
    /// The interpreter must be running, this thread must hold its lock, and the object must be alive.
    unsafe fn add_referents(&self, object: *mut PyObject, rest: &mut Vec<*mut PyObject>) -> bool {
        let (api, more) = (self.api, &self.more);
        // SAFETY: guaranteed by the caller; a tuple takes over the reference put into it, and items of the
        // list are borrowed.
        unsafe {
            let arguments = (api.PyTuple_New)(1);
            if arguments.is_null() {
                return false;
            }
            (api.Py_IncRef)(object);
            (api.PyTuple_SetItem)(arguments, 0, object);
            let referents = (api.PyObject_CallObject)(self.get_referents, arguments);
            (api.Py_DecRef)(arguments);
            if referents.is_null() {
                (api.PyErr_Clear)();
                return false;
            }
            for i in 0..(more.PyList_Size)(referents) {
                let referent = (more.PyList_GetItem)(referents, i);
                if (more.PyObject_GC_IsTracked)(referent) != 0 && !self.leads_everywhere(referent) {
                    (api.Py_IncRef)(referent);
                    rest.push(referent);
                }
            }
            (api.Py_DecRef)(referents);
            true
        }
    }

    /// # Safety
    /// See [`Finalizers::add_referents`].
    unsafe fn leads_everywhere(&self, object: *mut PyObject) -> bool {
        let more = &self.more;
        // SAFETY: guaranteed by the caller.
        unsafe {
            let class = (more.PyObject_Type)(object);
            let wide = [more.PyModule_Type, more.PyFunction_Type, more.PyCFunction_Type];
            let found = wide.contains(&class) || (more.PyType_GetFlags)(class) & IS_CLASS != 0;
            (self.api.Py_DecRef)(class);
            found
        }
    }
}

/// Called for each object that the collector tracks. A result of 1 continues the search.
unsafe extern "C" fn visit(object: *mut PyObject, search: *mut c_void) -> c_int {
    // SAFETY: the pointer is the search of `find`, which waits for this call; the object is alive.
    unsafe {
        let search = &mut *search.cast::<Search<'_>>();
        let more = &search.of.more;
        let class = (more.PyObject_Type)(object);
        let place = &mut search.known[(class as usize >> 5) % KNOWN];
        if place.0 != class {
            *place = (class, SLOTS.iter().any(|slot| !(more.PyType_GetSlot)(class, *slot).is_null()));
        }
        let has_finalizer = place.1;
        (search.of.api.Py_DecRef)(class);
        if has_finalizer {
            (search.of.api.Py_IncRef)(object);
            search.found.push(object);
        }
        1
    }
}
