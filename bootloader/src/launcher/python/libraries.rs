//! Functions of the module `_freeze` that prepare native files for loading.

use freeze_archive::FileId;

use super::objects::Object;
use super::state::Call;
use crate::launcher::os;

/// `opened(path)`: loads the dependencies of a library in the archive and returns the path to load it from.
/// `None` if the archive has no library at this path.
pub(super) fn opened(call: &Call<'_>) -> Option<Object> {
    let file = call.state.archive.search_file(&call.place(0)?).ok()?;
    let path = call.state.libraries.prepare(file as FileId).ok()?;
    call.interpreter.file_system_text(os::path_bytes(&path))
}

/// `library(index)`: loads the dependencies of an extension module and returns the path to load it from, or a
/// tuple with a text that contains the reason for a failure.
pub(super) fn library(call: &Call<'_>) -> Option<Object> {
    let module = call.state.archive.module(call.index(0)?).ok()?;
    match call.state.libraries.prepare_extension(module.file?) {
        Ok(path) => match os::load_ahead(&path) {
            Ok(()) => call.interpreter.file_system_text(os::path_bytes(&path)),
            Err(reason) => {
                let name = String::from_utf8_lossy(module.name);
                let text = format!("DLL load failed while importing {name}: {reason}");
                call.interpreter.tuple([call.string(text.as_bytes())])
            }
        },
        Err(failure) => call.interpreter.tuple([call.string(failure.message.as_bytes())]),
    }
}
