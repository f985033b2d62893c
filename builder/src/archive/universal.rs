//! Lets the files of two parts of a universal program share one folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};

use super::{Beside, Packed, Stored};
use crate::binaries::macho::universal::Cpu;
use crate::error::{Context, Error, Result, Warning};
use crate::target::Target;

/// Compares the files next to the program with those of the part that was packed first. Native files for two
/// processors are merged later. For other files that differ, those of the first part are kept, because a path
/// can only have one content.
///
/// # Errors
/// A file cannot be read, or the two parts have incompatible entries at the same path.
pub(super) fn keep(
    placed: &mut [(usize, Beside)],
    first: &Packed,
    target: Target,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let names = (first.target.machine(), target.machine());
    let theirs: BTreeMap<&str, &Beside> = first.beside.iter().map(|b| (b.dest.as_str(), b)).collect();
    let own: BTreeSet<&str> = placed.iter().map(|(_, b)| b.dest.as_str()).collect();
    check_folders(&own, &theirs, names)?;
    for (_, file) in placed {
        let Some(other) = theirs.get(file.dest.as_str()) else { continue };
        if file.link != other.link {
            let shown = |link: &Option<String>| {
                link.as_ref().map_or_else(|| "a file".to_owned(), |target| format!("a link to `{target}`"))
            };
            let (one, two) = (shown(&other.link), shown(&file.link));
            return Err(Error::new(format!(
                "`{}` is {one} for {} and {two} for {}",
                file.dest, names.0, names.1
            ))
            .hint(HINT));
        }
        if file.hash == other.hash || file.link.is_some() {
            continue;
        }
        let failed = || format!("failed to read `{}`", file.dest);
        let (a, b) = (head(&other.content).context(failed)?, head(&file.content).context(failed)?);
        if Cpu::of(&a).zip(Cpu::of(&b)).is_some_and(|(a, b)| a.joins(b)) {
            continue;
        }
        let message = format!(
            "`{}` differs between {} and {}: that for {} is kept, for both",
            file.dest, names.0, names.1, names.0
        );
        // The metadata of a wheel that differs concerns its processor (tags, licenses of linked libraries),
        // and few programs read it. Entry points are an exception.
        let in_metadata = file.dest.split('/').any(|part| part.ends_with(".dist-info"));
        warnings.push(if in_metadata && !file.dest.ends_with("/entry_points.txt") {
            Warning::minor(message)
        } else {
            Warning::new(message)
                .hint("to keep both, build with `mode = \"onefile\"`, or one program for each processor")
        });
        *file = Beside { executable: file.executable, ..(*other).clone() };
    }
    Ok(())
}

/// Hint if two parts do not fit together.
const HINT: &str =
    "use the same versions of Python and of the packages for both, or build with `mode = \"onefile\"`";

/// Fails if an entry is a folder in one part and something else in the other.
fn check_folders(own: &BTreeSet<&str>, theirs: &BTreeMap<&str, &Beside>, names: (&str, &str)) -> Result<()> {
    let above = |path: &str, is_file: &dyn Fn(&str) -> bool| {
        let found = path.match_indices('/').map(|(at, _)| &path[..at]).find(|folder| is_file(folder));
        found.map(str::to_owned)
    };
    let found = own
        .iter()
        .find_map(|path| above(path, &|folder| theirs.contains_key(folder)).map(|f| (f, names.0, names.1)))
        .or_else(|| {
            theirs
                .keys()
                .find_map(|path| above(path, &|folder| own.contains(folder)).map(|f| (f, names.1, names.0)))
        });
    match found {
        Some((path, one, two)) => {
            Err(Error::new(format!("`{path}` is a file for {one} and a folder for {two}")).hint(HINT))
        }
        None => Ok(()),
    }
}

/// Returns the first bytes of a content.
fn head(content: &Stored) -> io::Result<Vec<u8>> {
    const LEN: usize = 12;
    let mut head = Vec::new();
    match content {
        Stored::Bytes(bytes) => head.extend(bytes.iter().take(LEN)),
        Stored::File(path) => drop(File::open(path)?.take(LEN as u64).read_to_end(&mut head)?),
    }
    Ok(head)
}
