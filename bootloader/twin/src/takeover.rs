//! Receives the handover from the launcher in the interpreter's process.

use freeze_archive::FileId;

use crate::launcher::handover::{Handover, PRELOAD, VARIABLE};
use crate::launcher::os;
use crate::launcher::report::{Failure, REFUSED};
use crate::start;

/// Whether the launcher has handed this process over.
pub(crate) fn is_given() -> bool {
    os::environment().iter().any(|v| v.to_bytes().starts_with(VARIABLE))
}

/// Takes over the process, and restores its environment.
///
/// # Errors
/// The variable does not come from the launcher.
pub(crate) fn take() -> Result<Handover, Failure> {
    // SAFETY: the interpreter has not started; nothing has changed the environment.
    let value = unsafe { start::take_variable(VARIABLE) }.unwrap_or_default();
    let broken = || Failure::new(REFUSED, "this library is a part of programs that freeze makes");
    let mut fields = value.splitn(4, |b| *b == b';');
    let mut next = || fields.next().and_then(|f| std::str::from_utf8(f).ok());
    let Some(carrier) = next().and_then(number) else { return Err(broken()) };
    let (lock, files) = (next().unwrap_or_default(), next().unwrap_or_default());
    let root = fields.next().unwrap_or_default();
    // SAFETY: as above.
    unsafe { start::take_variable(PRELOAD) };
    // SAFETY: the launcher opened these files for this process.
    let take = |fd: i32| unsafe { start::take_over(fd) };
    let carrier = take(carrier).ok_or_else(broken)?;
    let loaded = files.split(',').filter_map(|pair| {
        let (id, fd) = pair.split_once('=')?;
        Some((id.parse::<FileId>().ok()?, take(number(fd)?)?))
    });
    // All files stay open, including the twin's, see `Loaded::Memory`.
    let loaded = loaded.collect();
    let lock = number(lock).and_then(take);
    Ok(Handover { carrier, root: lock.map(|lock| (os::path_from_bytes(root).into_owned(), lock)), loaded })
}

fn number(text: &str) -> Option<i32> {
    text.parse().ok().filter(|n| *n >= 0)
}
