//! Rewrites the load commands of a Mach-O file: names of libraries, its own name, run paths, further
//! commands.

use object::macho;

use super::image::{HEADER, Image, LIBRARIES, put_u32, u32_at};
use crate::binaries::format::Unsafe;

/// The changes to make.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change<'a> {
    /// Names of libraries, old and new.
    pub(super) names: &'a [(String, String)],
    /// The new run paths; `None` keeps the old ones.
    pub(super) search: Option<&'a [String]>,
    /// The own name of a library.
    pub(super) own: Option<&'a str>,
}

/// Size in bytes of the load command with the position of the signature.
const SIGNATURE: usize = 16;

/// Why load commands cannot grow.
const NO_ROOM: Unsafe =
    Unsafe("there is no room in its header (the linker leaves some with -headerpad_max_install_names)");

/// Changes load commands in place. The bytes after them stay where they are.
pub(super) fn apply(bytes: &mut [u8], change: &Change<'_>) -> Result<bool, Unsafe> {
    let image = Image::parse(bytes).map_err(|_| Unsafe("its load commands are damaged"))?;
    let mut commands: Vec<Vec<u8>> = Vec::new();
    let mut rpaths_at = None;
    for command in &image.commands {
        let old = &bytes[command.at..command.at + command.len];
        let name = || image.string(bytes, *command).unwrap_or_default();
        match command.kind {
            macho::LC_RPATH if change.search.is_some() => {
                rpaths_at.get_or_insert(commands.len());
                continue;
            }
            kind if LIBRARIES.contains(&kind) => {
                let (name, old) = (name(), old);
                let new = change.names.iter().find(|(from, _)| *from == name);
                commands.push(new.map_or_else(|| old.to_vec(), |(_, to)| renamed(old, to)));
            }
            macho::LC_ID_DYLIB => {
                commands.push(change.own.map_or_else(|| old.to_vec(), |to| renamed(old, to)))
            }
            _ => commands.push(old.to_vec()),
        }
    }
    if let Some(search) = change.search {
        let at = rpaths_at.unwrap_or(commands.len());
        let new: Vec<Vec<u8>> = search.iter().map(|entry| rpath(entry)).collect();
        commands.splice(at..at, new);
    }
    write(bytes, &image, &commands)
}

/// Overwrites the load commands. Returns whether anything changed.
pub(super) fn write(bytes: &mut [u8], image: &Image, commands: &[Vec<u8>]) -> Result<bool, Unsafe> {
    let new = commands.concat();
    let old = image.end - HEADER;
    if bytes[HEADER..image.end] == new[..] {
        return Ok(false);
    }
    // A file without a signature is signed later.
    let signed = |command: &Vec<u8>| u32_at(command, 0) == macho::LC_CODE_SIGNATURE.0;
    let signature = if commands.iter().any(signed) { 0 } else { SIGNATURE };
    if new.len() > old && new.len() + signature > old + image.room(bytes) {
        return Err(NO_ROOM);
    }
    bytes[HEADER..HEADER + new.len()].copy_from_slice(&new);
    if new.len() < old {
        bytes[HEADER + new.len()..image.end].fill(0);
    }
    put_u32(bytes, 16, commands.len() as u32);
    put_u32(bytes, 20, new.len() as u32);
    Ok(true)
}

/// Returns a command that names a library, with another name and the same versions.
fn renamed(old: &[u8], name: &str) -> Vec<u8> {
    let fields = 24.min(old.len());
    let mut new = old[..fields].to_vec();
    new.resize(24, 0);
    with_text(new, name)
}

fn rpath(entry: &str) -> Vec<u8> {
    let mut new = vec![0; 12];
    put_u32(&mut new, 0, macho::LC_RPATH.0);
    with_text(new, entry)
}

/// Appends a text to the fields of a command; the third field is its offset.
fn with_text(mut fields: Vec<u8>, text: &str) -> Vec<u8> {
    let at = fields.len() as u32;
    fields.extend(text.as_bytes());
    // At least one NUL ends it.
    fields.resize((fields.len() + 1).next_multiple_of(8), 0);
    let len = fields.len() as u32;
    put_u32(&mut fields, 4, len);
    put_u32(&mut fields, 8, at);
    fields
}

#[cfg(test)]
mod tests {
    use object::macho::MH_DYLIB;

    use super::super::image::tests::{ARM64, file, named};
    use super::super::read::read;
    use super::*;
    use crate::target::Arch;

    fn library(room: usize) -> Vec<u8> {
        let more = [
            named(macho::LC_ID_DYLIB, 24, "/opt/a/liba.dylib"),
            named(macho::LC_LOAD_DYLIB, 24, "/opt/b/libb.dylib"),
            named(macho::LC_RPATH, 12, "/opt/b"),
            named(macho::LC_LOAD_DYLIB, 24, "/usr/lib/libSystem.B.dylib"),
        ];
        file(MH_DYLIB, ARM64, &more, room)
    }

    #[test]
    fn names_and_run_paths_change_and_the_rest_stays() {
        let (old, mut new) = (library(96), library(96));
        let names = [("/opt/b/libb.dylib".to_owned(), "@loader_path/../../some/libb.dylib".to_owned())];
        let search = ["@loader_path/x".to_owned(), "@loader_path/y".to_owned()];
        let change = Change { names: &names, search: Some(&search), own: Some("@rpath/liba.dylib") };
        assert!(apply(&mut new, &change).unwrap());
        let facts = read(&new, Arch::Aarch64).unwrap();
        assert_eq!(facts.needed, ["@loader_path/../../some/libb.dylib", "/usr/lib/libSystem.B.dylib"]);
        assert_eq!((facts.rpath, facts.name.as_deref()), (search.to_vec(), Some("@rpath/liba.dylib")));
        let image = Image::parse(&old).unwrap();
        assert_eq!(old[image.end + 96..], new[image.end + 96..]);
        assert!(!apply(&mut new, &Change::default()).unwrap());
        // Shorter commands: the remainder is filled with zeros.
        assert!(apply(&mut new, &Change { search: Some(&[]), ..Change::default() }).unwrap());
        let image = Image::parse(&new).unwrap();
        assert!(new[image.end..image.end + image.room(&new)].iter().all(|b| *b == 0));
    }

    #[test]
    fn without_room_nothing_is_changed() {
        let (old, mut new) = (library(8), library(8));
        let names = [("/opt/b/libb.dylib".to_owned(), "x".repeat(60))];
        let change = Change { names: &names, ..Change::default() };
        assert_eq!(apply(&mut new, &change), Err(NO_ROOM));
        assert_eq!(old, new);
    }
}
