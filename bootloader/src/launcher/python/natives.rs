//! The module `_freeze`: the importer's queries to the archive, as functions for Python.

use std::sync::Mutex;

use freeze_archive::{Archive, FileKind, ModuleKind, is_code, is_path, module_flag, name_hash, setting};

use super::api::PyMethodDef;
use super::objects::{Interpreter, Object};
use super::state::{Call, State, function};
use super::{events, hidden, libraries, place};
use crate::launcher::content::{Reader, followed};
use crate::launcher::extract::{Libraries, Root};
use crate::launcher::os;

/// Replaces the kind of a module whose record is damaged.
const DAMAGED: usize = 3;

/// The parameters of the importer.
pub(super) struct Setup<'a> {
    pub(super) archive: Archive<'static>,
    pub(super) root: &'a Root,
    pub(super) libraries: Libraries,
    /// As in `.cpython-312.opt-1.pyc`.
    pub(super) cache_suffix: String,
    /// The module record of the entry point, and its original script.
    pub(super) entry: [&'static [u8]; 2],
    /// Whether the garbage collector skips the imports of the start.
    pub(super) defers_gc: bool,
}

/// Creates the module `_freeze`.
pub(super) fn install(interpreter: Interpreter, setup: Setup<'_>) -> Option<()> {
    let Setup { archive, root, libraries, cache_suffix, entry, defers_gc } = setup;
    let path = os::path_bytes(root.path());
    let prefix = interpreter.file_system_text(path)?;
    let prefix = prefix.utf8().map(<[u8]>::to_vec);
    let prefix_is_text = prefix.is_some();
    let mut prefix = prefix.unwrap_or_else(|| path.to_vec());
    prefix.push(os::SEPARATOR);
    let state = State {
        api: interpreter.api(),
        archive,
        reader: Mutex::new(Reader::new(archive)),
        libraries,
        prefix,
        prefix_is_text,
        on_disk: root.is_on_disk(),
        cache_suffix,
        entry,
        defers_gc,
    };
    state.install()?;
    fill(interpreter, &interpreter.add_module(c"_freeze")?, Role::Main)
}

/// The interpreter of the process that a module `_freeze` belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The first one.
    Main,
    /// An interpreter that the program has created.
    Further,
}

/// Fills a module `_freeze`. [`install`] must have been called.
pub(super) fn fill(interpreter: Interpreter, module: &Object, role: Role) -> Option<()> {
    let state = State::installed()?;
    let api = interpreter.api();
    let names = module.names()?;
    let imp = interpreter.import(c"_imp")?;
    let fix_filename = imp.attribute(c"_fix_co_filename")?;
    hidden::install(interpreter, &imp)?;
    for def in &FUNCTIONS {
        // Each function gets an object of its own interpreter as its `self`.
        // SAFETY: the definition is static; the function adds a reference of its own.
        let function = unsafe {
            interpreter.own((api.PyCFunction_NewEx)(def, fix_filename.as_ptr(), std::ptr::null_mut()))
        };
        names.set_item(def.name(), function)?;
    }
    let root = &state.prefix[..state.prefix.len() - 1];
    names.set_item(c"root", state.path_text(interpreter, root))?;
    if role == Role::Further {
        // Other interpreters also call functions of the entry point (PEP 734), for which Python runs the
        // script.
        for (key, value) in [c"entry", c"script"].into_iter().zip(state.entry) {
            names.set_item(key, interpreter.file_system_text(value))?;
        }
    }
    let defers_gc = state.defers_gc && role == Role::Main;
    names.set_item(c"on_disk", interpreter.int(state.on_disk.into()))?;
    names.set_item(c"defers_gc", interpreter.int(defers_gc.into()))
}

static FUNCTIONS: [PyMethodDef; 15] = [
    function(c"find", find),
    function(c"record", record),
    function(c"was_left_out", was_left_out),
    function(c"code", code),
    function(c"source", source),
    function(c"data", data),
    function(c"modules", modules),
    function(c"files", files),
    function(c"has_resources", has_resources),
    function(c"is_dir", is_dir),
    function(c"library", libraries::library),
    function(c"opened", libraries::opened),
    function(c"enter", events::enter),
    function(c"leave", events::leave),
    function(c"show", events::show),
];

impl Call<'_> {
    /// Returns `(index, kind, package, origin, cached)` of a module record. If the record is damaged, the
    /// origin is the reason.
    fn describe(&self, index: usize) -> Option<Object> {
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
            return self.interpreter.tuple([
                self.number(index),
                self.number(DAMAGED),
                self.number(0),
                self.string(b"module record"),
                self.string(b""),
            ]);
        };
        self.interpreter.tuple([
            self.number(index),
            self.number(module.kind as usize),
            self.number(module.is_package().into()),
            self.path(path),
            self.path(&cached),
        ])
    }
}

/// `find(folder, name)`: describes the module `name` (only its last part counts) in a folder of the search
/// path. `None` if the folder is not part of the bundle or contains no such module.
fn find(call: &Call<'_>) -> Option<Object> {
    let folder = call.below(0)?;
    let name = call.text(1)?;
    let tail = name.rsplit(|c| *c == b'.').next()?;
    // The program is a script, not an importable module.
    if folder.is_empty() && tail == b"__main__" {
        return None;
    }
    call.describe(place::module_in(&call.state.archive, &folder, name, tail)?)
}

/// `record(name)`: describes the module record with exactly this name.
fn record(call: &Call<'_>) -> Option<Object> {
    let index = call.state.archive.search_module(call.text(0)?).ok()?;
    call.describe(index)
}

/// `was_left_out(name)`: returns a true value if the module existed when the program was built.
fn was_left_out(call: &Call<'_>) -> Option<Object> {
    let hash = name_hash(call.text(0)?).to_le_bytes();
    let absent = call.state.archive.setting(setting::ABSENT)?;
    let was_there = absent.chunks_exact(4).any(|known| known == hash);
    if was_there { call.string(b"yes") } else { None }
}

/// `code(index, filename)`: returns the code object of a module; `None` if Python's library contains it, a text if it is damaged.
fn code(call: &Call<'_>) -> Option<Object> {
    let module = call.state.archive.module(call.index(0)?).ok()?;
    if module.is_frozen() {
        return None;
    }
    let Some(code) = module.code else { return call.string(b"module record") };
    call.content(code, |bytes| {
        if !is_code(bytes) {
            return call.string(b"blob is not code");
        }
        let code = call.interpreter.unmarshal(bytes)?;
        if code.attribute(c"co_filename")?.utf8() != Some(module.path) {
            return call.string(b"code of another module");
        }
        call.this()?.call_with(&call.interpreter.tuple([Some(code.clone()), call.object(1)])?)?;
        Some(code)
    })
}

/// `source(index)`: returns the source of a module as bytes; `None` if it is not included, a text if it is
/// damaged.
fn source(call: &Call<'_>) -> Option<Object> {
    let module = call.state.archive.module(call.index(0)?).ok()?;
    call.content(module.source?, |bytes| call.interpreter.bytes(bytes))
}

/// `data(path)`: returns the content of a file in the archive; `None` if there is none, a text if it is
/// damaged.
fn data(call: &Call<'_>) -> Option<Object> {
    let file = call.state.archive.find_file(&call.place(0)?)?;
    call.content(file.blob.filter(|_| file.kind != FileKind::Link)?, |bytes| match file.range(bytes.len()) {
        Ok(range) => call.interpreter.bytes(&bytes[range]),
        Err(error) => call.string(error.to_string().as_bytes()),
    })
}

/// `modules(folder)`: returns `(name, package)` for each module in a folder.
fn modules(call: &Call<'_>) -> Option<Object> {
    let archive = call.state.archive;
    let mut prefix: Vec<u8> = call.below(0)?.iter().map(|c| if *c == b'/' { b'.' } else { *c }).collect();
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
        items.push(call.interpreter.tuple([call.string(tail), call.number(module.is_package().into())]));
    }
    call.interpreter.list(items)
}

/// `files(folder)`: returns `(name, is_folder)` for each entry of a folder in the archive, files only.
fn files(call: &Call<'_>) -> Option<Object> {
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
            items.push(call.interpreter.tuple([call.string(name), call.number(folder.into())]));
        }
        last = if folder { name } else { b"" };
    }
    call.interpreter.list(items)
}

/// `has_resources(path)`: whether this file, or one below this folder, stays in the archive.
fn has_resources(call: &Call<'_>) -> Option<Object> {
    let archive = call.state.archive;
    let path = call.place(0)?;
    let folder = if path.is_empty() { Vec::new() } else { [&path[..], b"/"].concat() };
    let found = archive.find_file(&path).is_some_and(|f| f.is_resource())
        || archive.files_below(&folder).any(|f| f.is_resource());
    if found { call.number(1) } else { None }
}

/// `is_dir(path)`: whether the archive contains anything below this path.
fn is_dir(call: &Call<'_>) -> Option<Object> {
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
    if found { call.number(1) } else { None }
}
