//! Functions of the module `_freeze` by which the importer reports events to the launcher.

use super::collector;
use super::objects::Object;
use super::state::Call;

/// `enter()`: called before a module runs.
pub(super) fn enter(_: &Call<'_>) -> Option<Object> {
    collector::enter();
    None
}

/// `show(text)`: shows why the program has ended, if there is no console.
pub(super) fn show(call: &Call<'_>) -> Option<Object> {
    crate::launcher::report::show(&String::from_utf8_lossy(call.text(0)?));
    None
}

/// `leave()`: called after a module has run.
pub(super) fn leave(_: &Call<'_>) -> Option<Object> {
    collector::leave();
    None
}
