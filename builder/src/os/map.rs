//! Files mapped into memory.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a file for reading.
///
/// # Errors
/// The file cannot be opened or mapped.
pub(crate) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the map is only read. Files of an installed Python, of a build and of an application are
    // replaced, not rewritten. If another process truncates the file, reading beyond its end kills this
    // process (SIGBUS), as with every tool that maps its input.
    unsafe { Mmap::map(&file) }
}
