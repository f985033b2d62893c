//! Functions of the module `_freeze` by which the importer tells the launcher what happens.

use super::collector;
use super::objects::Object;
use super::state::Call;

/// `enter()`: a module is about to be run.
pub(super) fn enter(_: &Call<'_>) -> Option<Object> {
    collector::enter();
    None
}

/// `show(text)`: shows why the program has ended, where it has no other place to be read.
pub(super) fn show(call: &Call<'_>) -> Option<Object> {
    crate::launcher::report::show(&String::from_utf8_lossy(call.text(0)?));
    None
}

/// `leave()`: a module has been run.
pub(super) fn leave(_: &Call<'_>) -> Option<Object> {
    collector::leave();
    None
}
