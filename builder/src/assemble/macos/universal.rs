//! Universal programs: combines the files for each processor into one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::archive::{Beside, Stored};
use crate::assemble::{Executable, Piece};
use crate::binaries::macho::universal::{self, Cpu};
use crate::error::{Context, Error, Result};
use crate::store::{Bucket, Code, KeyBuilder, Store};

/// The hash by which the system identifies a signed file.
pub(super) type Cdhash = [u8; 20];

/// Combines executables for several processors into one, each with its archive and signature. Also returns
/// the hashes of the parts in file order.
///
/// # Errors
/// The files are not for different processors, or too long for a universal file.
pub(super) fn executable(mut made: Vec<(Executable, Cdhash)>) -> Result<(Executable, Vec<Cdhash>)> {
    if made.len() < 2 {
        let (executable, cdhash) = made.pop().ok_or_else(|| Error::new("there is no executable to make"))?;
        return Ok((executable, vec![cdhash]));
    }
    let name = made[0].0.name.clone();
    let failed = || format!("failed to make `{name}` universal");
    let mut parts = Vec::new();
    for (part, _) in &made {
        let cpu = match part.pieces.first() {
            Some((0, Piece::Launcher(head))) => Cpu::of(head),
            _ => None,
        };
        let cpu = cpu.ok_or_else(|| Error::new(failed()).cause("one of its parts is not a Mach-O file"))?;
        parts.push((cpu, part.len));
    }
    let layout = universal::lay_out(&parts);
    layout.check_program().context(failed)?;
    let mut placed: Vec<(u64, (Executable, Cdhash))> = layout.places.into_iter().zip(made).collect();
    placed.sort_by_key(|(at, _)| *at);
    let mut pieces = vec![(0, Piece::Launcher(Arc::new(Cow::Owned(layout.head))))];
    let (mut archives, mut cdhashes) = (Vec::new(), Vec::new());
    for (start, (part, cdhash)) in placed {
        pieces.extend(part.pieces.into_iter().map(|(at, piece)| (start + at, piece)));
        let moved = part.archives.into_iter().map(|(r, hash)| (r.start + start..r.end + start, hash));
        archives.extend(moved);
        cdhashes.push(cdhash);
    }
    Ok((Executable { name, pieces, len: layout.len, archives }, cdhashes))
}

/// Combines the files of all parts of a program, one for each path. Files that only exist in one part stay
/// unchanged.
///
/// # Errors
/// A file cannot be read, or the cache cannot be written.
pub(super) fn beside(mut parts: Vec<Vec<Beside>>, store: &Store) -> Result<Vec<Beside>> {
    if parts.len() < 2 {
        return Ok(parts.pop().unwrap_or_default());
    }
    let mut by_path: BTreeMap<String, Vec<Beside>> = BTreeMap::new();
    for file in parts.into_iter().flatten() {
        by_path.entry(file.dest.clone()).or_default().push(file);
    }
    let joined = by_path.into_par_iter().map(|(_, files)| together(files, store));
    let joined = joined.collect::<Result<Vec<Option<Beside>>>>()?;
    Ok(joined.into_iter().flatten().collect())
}

/// Combines several files at the same path into one.
fn together(mut files: Vec<Beside>, store: &Store) -> Result<Option<Beside>> {
    crate::interrupt::check()?;
    let executable = files.iter().any(|f| f.executable);
    let native = files.iter().any(|f| f.native);
    let differs = files.windows(2).any(|f| f[0].hash != f[1].hash);
    if differs && files.iter().all(|f| f.link.is_none()) {
        let dest = files[0].dest.clone();
        let failed = || format!("failed to make `{dest}` universal");
        let path = joined(&files, store).context(failed)?;
        let size = path.metadata().context(failed)?.len();
        let (content, hash) = (Stored::File(path), String::new());
        return Ok(Some(Beside { dest, content, size, hash, executable, native, link: None }));
    }
    files.truncate(1);
    Ok(files.pop().map(|file| Beside { executable, native, ..file }))
}

/// Returns a file with a part for each processor, stored by the hashes of its parts.
fn joined(files: &[Beside], store: &Store) -> Result<std::path::PathBuf> {
    let key =
        KeyBuilder::new(Code::Assemble, "universal").parts(files.iter().map(|file| &file.hash)).finish();
    if let Some(path) = store.get_file(Bucket::Prepared, &key) {
        return Ok(path);
    }
    let read = |file: &Beside| -> Result<Vec<u8>> {
        Ok(match &file.content {
            Stored::Bytes(bytes) => bytes.to_vec(),
            Stored::File(path) => fs_err::read::<&Path>(path)?,
        })
    };
    let contents: Vec<Vec<u8>> = files.iter().map(read).collect::<Result<_>>()?;
    let contents: Vec<&[u8]> = contents.iter().map(Vec::as_slice).collect();
    let whole = universal::join(&contents)?;
    let whole = whole.ok_or_else(|| {
        Error::new("a file changed while it was packed: expected Mach-O files for two processors")
            .hint("build again")
    })?;
    store.put_file(Bucket::Prepared, &key, &whole)
}
