//! Finds the record of a module by the folder that is searched for it.

use freeze_archive::{Archive, ModuleKind};

/// Finds the module `name`, whose last part is `tail`, in a folder below the root. It matches by the dotted
/// name that the folder implies, or by its full name if its path is in that folder (folders that a program
/// adds to `sys.path`).
pub(super) fn module_in(archive: &Archive<'_>, folder: &[u8], name: &[u8], tail: &[u8]) -> Option<usize> {
    let mut key: Vec<u8> = folder.iter().map(|c| if *c == b'/' { b'.' } else { *c }).collect();
    if !key.is_empty() {
        key.push(b'.');
    }
    key.extend(tail);
    // A name may only be found in another folder if its path is there.
    let lies_here = |index: &usize| {
        archive.module(*index).is_ok_and(|module| {
            let inside = module.path.strip_prefix(folder);
            module.kind == ModuleKind::Namespace && module.path.is_empty()
                || inside.is_some_and(|rest| folder.is_empty() || rest.first() == Some(&b'/'))
        })
    };
    let found = archive.search_module(&key).ok().filter(lies_here);
    found.or_else(|| {
        let index = archive.search_module(name).ok().filter(|_| name != key.as_slice())?;
        let path = archive.module(index).ok()?.path;
        let rest = path.strip_prefix(folder)?.strip_prefix(b"/")?.strip_prefix(tail)?;
        matches!(rest.first(), None | Some(b'.' | b'/')).then_some(index)
    })
}
