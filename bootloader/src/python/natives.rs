//! The module `_freeze`: what the importer asks the archive, as functions for Python.

use std::ffi::{CStr, c_void};
use std::sync::Mutex;

use bootloader::archive::{Archive, FileKind, ModuleKind, is_code, is_path, module_flag, name_hash, setting};

use super::api::{Api, FastCall, METH_FASTCALL, PyMethodDef, PyObject};
use super::state::{Call, State, borrow, decode, set, utf8};
use super::{events, hidden, libraries, name, place};
use crate::content::{Reader, followed};
use crate::extract::{Libraries, Root};
use crate::os;

/// In place of the kind of a module whose record is damaged.
const DAMAGED: usize = 3;

/// Makes the module `_freeze`; the interpreter must run.
pub(super) fn install(
    api: &'static Api,
    archive: Archive<'static>,
    root: &Root,
    libraries: Libraries,
    cache_suffix: String,
    entry: [&'static [u8]; 2],
    defers_gc: bool,
) -> Option<()> {
    // SAFETY: the interpreter runs and this thread holds its lock; null results are checked.
    unsafe {
        let path = os::path_bytes(root.path());
        let text = decode(api, path, false);
        let mut prefix = utf8(api, text);
        let prefix_is_text = prefix.is_some();
        let prefix = prefix.get_or_insert_with(|| path.to_vec());
        prefix.push(os::SEPARATOR);
        (api.Py_DecRef)(text);
        let state = State {
            api,
            archive,
            reader: Mutex::new(Reader::new(archive)),
            libraries,
            prefix: std::mem::take(prefix),
            prefix_is_text,
            on_disk: root.is_on_disk(),
            cache_suffix,
            entry,
            defers_gc,
        };
        state.install()?;
        fill((api.PyImport_AddModule)(name(c"_freeze")), true)
    }
}

/// Puts what belongs in it into a module `_freeze` of the interpreter that runs; [`install`] came first.
///
/// # Safety
/// This thread holds the lock of the interpreter.
pub(super) unsafe fn fill(module: *mut PyObject, is_main: bool) -> Option<()> {
    let state = State::installed()?;
    let api = state.api;
    // SAFETY: see above; null results are checked.
    unsafe {
        let dict = (!module.is_null()).then(|| (api.PyModule_GetDict)(module))?;
        let imp = (api.PyImport_ImportModule)(name(c"_imp"));
        let fix_filename = (!imp.is_null())
            .then(|| (api.PyObject_GetAttrString)(imp, name(c"_fix_co_filename")))
            .filter(|f| !f.is_null())?;
        hidden::install(api, imp)?;
        for def in &FUNCTIONS {
            // Each function has what is needed of the interpreter's own as its `self`.
            let function = (api.PyCFunction_NewEx)(def, fix_filename, std::ptr::null_mut());
            set(api, dict, def.name, function)?;
        }
        let root = &state.prefix[..state.prefix.len() - 1];
        set(api, dict, name(c"root"), decode(api, root, state.prefix_is_text))?;
        if !is_main {
            // Functions of the entry are called there too (PEP 734), and Python runs the script for that.
            for (key, value) in [c"entry", c"script"].into_iter().zip(state.entry) {
                set(api, dict, name(key), decode(api, value, false))?;
            }
        }
        set(api, dict, name(c"on_disk"), (api.PyLong_FromLong)(state.on_disk.into()))?;
        set(api, dict, name(c"defers_gc"), (api.PyLong_FromLong)((state.defers_gc && is_main).into()))
    }
}

const fn def(name: &'static CStr, function: FastCall) -> PyMethodDef {
    PyMethodDef {
        name: name.as_ptr(),
        function: function as *const c_void,
        flags: METH_FASTCALL,
        doc: std::ptr::null(),
    }
}

static FUNCTIONS: [PyMethodDef; 15] = [
    def(c"find", find),
    def(c"record", record),
    def(c"was_left_out", was_left_out),
    def(c"code", code),
    def(c"source", source),
    def(c"data", data),
    def(c"modules", modules),
    def(c"files", files),
    def(c"has_resources", has_resources),
    def(c"is_dir", is_dir),
    def(c"library", libraries::library),
    def(c"opened", libraries::opened),
    def(c"enter", events::enter),
    def(c"leave", events::leave),
    def(c"show", events::show),
];

impl Call<'_> {
    /// `(index, kind, package, origin, cached)` of a module record; for a damaged one the origin is the reason.
    fn describe(&self, index: usize) -> Option<*mut PyObject> {
        let state = self.state;
        let module = state.archive.module(index).ok()?;
        let cached = match module.kind {
            ModuleKind::Code if module.flags & module_flag::SOURCELESS != 0 => module.path.to_vec(),
            _ => {
                let slash = module.path.iter().rposition(|c| *c == b'/').map_or(0, |i| i + 1);
                let (dir, file) = module.path.split_at(slash);
                let stem = file.strip_suffix(b".py").unwrap_or(file);
                [dir, b"__pycache__/", stem, state.cache_suffix.as_bytes()].concat()
            }
        };
        let path = match module.kind {
            ModuleKind::Code => Some(module.path),
            ModuleKind::Extension => {
                module.file.and_then(|f| state.archive.file(f as usize).ok()).map(|f| f.path)
            }
            ModuleKind::Namespace => Some(module.path),
        };
        let is_pathless = module.kind == ModuleKind::Namespace && module.path.is_empty();
        let Some(path) = path.filter(|path| is_pathless || is_path(path)) else {
            let nothing = [self.number(0), self.string(b"module record"), self.string(b"")];
            return self.tuple(&[&[self.number(index), self.number(DAMAGED)], &nothing[..]].concat());
        };
        self.tuple(&[
            self.number(index),
            self.number(module.kind as usize),
            self.number(module.is_package().into()),
            self.path(path),
            self.path(&cached),
        ])
    }
}

/// `find(folder, name)`: describes the module that `name` (only its last part counts) is in a folder of
/// the search path; `None` where the folder is not the bundle's or holds no such module.
unsafe extern "C" fn find(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let folder = call.below(0)?;
            let name = call.text(1)?;
            let tail = name.rsplit(|c| *c == b'.').next()?;
            // The program is a script, and no module that an import finds.
            if folder.is_empty() && tail == b"__main__" {
                return None;
            }
            call.describe(place::module_in(&call.state.archive, &folder, name, tail)?)
        })
    }
}

/// `record(name)`: describes the module record of this very name.
unsafe extern "C" fn record(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let index = call.state.archive.search_module(call.text(0)?).ok()?;
            call.describe(index)
        })
    }
}

/// `was_left_out(name)`: something true if the module was there when the program was built.
unsafe extern "C" fn was_left_out(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let hash = name_hash(call.text(0)?).to_le_bytes();
            let absent = call.state.archive.setting(setting::ABSENT)?;
            absent.chunks_exact(4).any(|known| known == hash).then(|| call.string(b"yes"))
        })
    }
}

/// `code(index, filename)`: the code object of a module; a text where it is damaged.
unsafe extern "C" fn code(
    fix_filename: *mut PyObject,
    args: *const *mut PyObject,
    n: isize,
) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let api = call.state.api;
            let module = call.state.archive.module(call.index(0)?).ok()?;
            let filename = *call.args.get(1)?;
            let Some(code) = module.code else { return Some(call.string(b"module record")) };
            call.content(code, |bytes| {
                if !is_code(bytes) {
                    return call.string(b"blob is not code");
                }
                let code = (api.PyMarshal_ReadObjectFromString)(bytes.as_ptr().cast(), bytes.len() as isize);
                if code.is_null() {
                    return code;
                }
                let own = (api.PyObject_GetAttrString)(code, name(c"co_filename"));
                let is_here = borrow(api, own) == Some(module.path);
                (api.Py_DecRef)(own);
                if !is_here {
                    (api.Py_DecRef)(code);
                    return call.string(b"code of another module");
                }
                (api.Py_IncRef)(code);
                (api.Py_IncRef)(filename);
                let Some(arguments) = call.tuple(&[code, filename]) else { return std::ptr::null_mut() };
                let done = (api.PyObject_CallObject)(fix_filename, arguments);
                (api.Py_DecRef)(arguments);
                if done.is_null() {
                    return done;
                }
                (api.Py_DecRef)(done);
                code
            })
        })
    }
}

/// `source(index)`: the source of a module as bytes; `None` where it is not carried, a text where damaged.
unsafe extern "C" fn source(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let module = call.state.archive.module(call.index(0)?).ok()?;
            call.content(module.source?, |bytes| call.bytes(bytes))
        })
    }
}

/// `data(path)`: content of a file of the archive; `None` where there is none, a text where damaged.
unsafe extern "C" fn data(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let file = call.state.archive.find_file(&call.place(0)?)?;
            call.content(file.blob.filter(|_| file.kind != FileKind::Link)?, |bytes| call.bytes(bytes))
        })
    }
}

/// `modules(folder)`: `(name, package)` of each module in a folder.
unsafe extern "C" fn modules(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let archive = call.state.archive;
            let mut prefix: Vec<u8> =
                call.below(0)?.iter().map(|c| if *c == b'/' { b'.' } else { *c }).collect();
            if !prefix.is_empty() {
                prefix.push(b'.');
            }
            let first = archive.search_module(&prefix).unwrap_or_else(|i| i);
            let found = (first..archive.module_count())
                .map_while(|i| archive.module(i).ok())
                .map_while(|m| Some((m, m.name.strip_prefix(prefix.as_slice())?)))
                .filter(|(m, tail)| {
                    !tail.contains(&b'.')
                        && !tail.starts_with(b"__main__.")
                        && !m.name.starts_with(b"__hook__.")
                        && !m.name.starts_with(b"_freeze_")
                        && m.kind != ModuleKind::Namespace
                });
            let mut items = Vec::new();
            for (module, tail) in found {
                items.push(call.tuple(&[call.string(tail), call.number(module.is_package().into())])?);
            }
            call.list(items)
        })
    }
}

/// `files(folder)`: `(name, is_folder)` of what the archive holds in a folder, files only.
unsafe extern "C" fn files(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let mut prefix = call.place(0)?;
            if !prefix.is_empty() {
                prefix.push(b'/');
            }
            let archive = call.state.archive;
            let mut items = Vec::new();
            let mut last: &[u8] = b"";
            for file in archive.files_below(&prefix) {
                let rest = &file.path[prefix.len()..];
                let (name, folder) = match rest.iter().position(|c| *c == b'/') {
                    Some(end) => (&rest[..end], true),
                    None if file.kind != FileKind::Link => (rest, false),
                    None => (rest, archive.find_file(&followed(archive, file.path.to_vec())).is_none()),
                };
                if !folder || name != last {
                    items.push(call.tuple(&[call.string(name), call.number(folder.into())])?);
                }
                last = if folder { name } else { b"" };
            }
            call.list(items)
        })
    }
}

/// `has_resources(path)`: whether this file, or one below this folder, stays in the archive.
unsafe extern "C" fn has_resources(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let archive = call.state.archive;
            let path = call.place(0)?;
            let folder = if path.is_empty() { Vec::new() } else { [&path[..], b"/"].concat() };
            let found = archive.find_file(&path).is_some_and(|f| f.is_resource())
                || archive.files_below(&folder).any(|f| f.is_resource());
            found.then(|| call.number(1))
        })
    }
}

/// `is_dir(path)`: whether the archive holds something below this path.
unsafe extern "C" fn is_dir(_: *mut PyObject, args: *const *mut PyObject, n: isize) -> *mut PyObject {
    // SAFETY: called by Python.
    unsafe {
        Call::run(args, n, |call| {
            let archive = call.state.archive;
            let path = call.below(0)?;
            let found = path.is_empty() || {
                let dotted: Vec<u8> = path.iter().map(|c| if *c == b'/' { b'.' } else { *c }).collect();
                let below = [&dotted[..], b"."].concat();
                let at = archive.search_module(&below).unwrap_or_else(|i| i);
                archive.module(at).is_ok_and(|m| m.name.starts_with(&below))
                    || archive.find_module(&dotted).is_some_and(|m| m.is_package())
                    || archive.files_below(&[&call.place(0)?[..], b"/"].concat()).next().is_some()
            };
            found.then(|| call.number(1))
        })
    }
}
