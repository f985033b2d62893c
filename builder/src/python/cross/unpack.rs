//! Archives with a Python: zip, or tar, either uncompressed or compressed with gzip or zstandard.

use std::io::{BufReader, Read};
use std::path::{Component, Path, PathBuf};

use crate::error::{Context, Error, Result};
use crate::os::{allow_to_run, canonicalize, symlink};
use crate::store::{Code, Hash, KeyBuilder};

/// The format of an archive, from its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Gzip,
    Zstd,
    /// Known, but not supported.
    Other(&'static str),
}

/// Build archives of a Python also contain the object files that it was linked from.
const LEFT_OUT: &str = "python/build/";
/// Hint for an archive that tries to write outside its folder.
const OTHER: &str = "the archive is not that of an installation: use another one";
/// Position of the signature in a tar file.
const TAR: std::ops::Range<usize> = 257..262;

/// Whether a file is an archive. Programs followed by an archive do not count.
pub(super) fn is_archive(path: &Path) -> bool {
    path.is_file() && kind(path).is_some()
}

/// Returns the key under which the unpacked content of an archive is stored.
pub(super) fn key(hash: &Hash) -> Hash {
    KeyBuilder::new(Code::Python, "unpacked").part(hash).finish()
}

fn kind(path: &Path) -> Option<Kind> {
    let mut head = Vec::new();
    std::fs::File::open(path).and_then(|f| f.take(TAR.end as u64).read_to_end(&mut head)).ok()?;
    Some(match &head[..] {
        [b'P', b'K', 3, 4, ..] => Kind::Zip,
        [0x1f, 0x8b, ..] => Kind::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Zstd,
        [b'B', b'Z', b'h', ..] => Kind::Other("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Kind::Other("xz"),
        _ if head.get(TAR) == Some(b"ustar") => Kind::Tar,
        _ => return None,
    })
}

/// Unpacks an archive to a folder.
///
/// # Errors
/// It cannot be read, is compressed in an unknown format, or contains paths outside the folder.
pub(in crate::python) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let failed = || format!("failed to unpack `{}`", archive.display());
    let file = BufReader::new(fs_err::File::open(archive)?);
    fs_err::create_dir_all(folder)?;
    let mut out = Out { root: canonicalize(folder)?, left: Vec::new() };
    let unpacked = match kind(archive) {
        Some(Kind::Zip) => unzip(file, &mut out),
        Some(Kind::Tar) => untar(file, &mut out),
        // Some tools write a stream in several parts.
        Some(Kind::Gzip) => untar(flate2::read::MultiGzDecoder::new(file), &mut out),
        Some(Kind::Zstd) => untar(zstd::Decoder::new(file)?, &mut out),
        Some(Kind::Other(name)) => {
            Err(Error::new(format!("it is compressed with {name}, expected zip, gzip or zstandard"))
                .hint("unpack it and name the folder"))
        }
        None => {
            Err(Error::new("expected a zip, or a tar, uncompressed or compressed with gzip or zstandard"))
        }
    };
    unpacked.and_then(|()| out.copy_left()).context(failed)
}

/// The folder to fill.
struct Out {
    root: PathBuf,
    /// Links that could not be created on this system, with their targets.
    left: Vec<(PathBuf, PathBuf)>,
}

impl Out {
    /// Returns the path of a file, whose folder is created; `None` for the root itself.
    fn place(&self, name: &str) -> Result<Option<PathBuf>> {
        let mut path = self.root.clone();
        for part in Path::new(name).components() {
            match part {
                Component::Normal(part) => path.push(part),
                // Absolute names are relative to the folder.
                Component::RootDir | Component::CurDir => {}
                Component::ParentDir | Component::Prefix(_) => {
                    return Err(
                        Error::new(format!("`{name}` in it points outside of its folder")).hint(OTHER)
                    );
                }
            }
        }
        let Some(parent) = path.parent().filter(|_| path != self.root) else { return Ok(None) };
        if let Err(error) = std::fs::create_dir_all(parent) {
            let below_link = parent.ancestors().any(|p| p.is_symlink() && !p.exists());
            return Err(if below_link {
                Error::new(format!("`{name}` in it is below a link without a target")).hint(OTHER)
            } else {
                Error::from(error).context(format!("failed to make the folder of `{name}`"))
            });
        }
        // The name may pass through links, whose targets are allowed.
        let name = path.file_name().unwrap_or_default();
        Ok(Some(canonicalize(parent)?.join(name)))
    }

    /// Creates a link as in the system whose root is this folder: an absolute target starts at the folder.
    fn link(&mut self, path: &Path, target: &str) -> Result<()> {
        let inner = |path: &Path| path.strip_prefix(&self.root).unwrap_or(path).to_owned();
        let folder: Vec<_> = inner(path.parent().unwrap_or(path)).iter().map(ToOwned::to_owned).collect();
        let absolute = target.starts_with('/');
        let mut to = if absolute { Vec::new() } else { folder.clone() };
        for part in Path::new(target).components() {
            match part {
                Component::Normal(name) => to.push(name.to_owned()),
                Component::ParentDir if to.pop().is_none() && !absolute => {
                    let link = inner(path);
                    return Err(Error::new(format!(
                        "the link `{}` in it points to `{target}`, outside of its folder",
                        link.display()
                    ))
                    .hint(OTHER));
                }
                _ => {}
            }
        }
        let common = folder.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..".to_owned(), folder.len() - common);
        let down = to[common..].iter().map(|name| name.to_string_lossy().into_owned());
        let text = up.chain(down).collect::<Vec<_>>().join("/");
        let text = if text.is_empty() { "." } else { &text };
        let _ = std::fs::remove_file(path);
        if symlink(text, path).is_err() {
            self.left.push((path.to_owned(), self.root.join(to.iter().collect::<PathBuf>())));
        }
        Ok(())
    }

    /// Replaces links that could not be created with copies of files or folders, even if they point to other
    /// links.
    fn copy_left(mut self) -> Result<()> {
        // A folder is copied once all links in it exist. The remaining links point to nothing, or to a parent
        // folder.
        let mut patient = true;
        loop {
            let is_there = |(link, to): &(PathBuf, PathBuf)| {
                let is_whole = || !patient || self.left.iter().all(|(other, _)| !other.starts_with(to));
                to.is_file() || (to.is_dir() && !link.starts_with(to) && is_whole())
            };
            let (there, left): (Vec<_>, Vec<_>) = self.left.iter().cloned().partition(is_there);
            if there.is_empty() && !patient {
                return Ok(());
            }
            patient &= !there.is_empty();
            for (link, to) in there {
                copy(&to, &link)?;
            }
            self.left = left;
        }
    }
}

/// Copies a file, or a folder with its whole content.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(from) {
        crate::interrupt::check()?;
        let entry = entry.map_err(std::io::Error::from)?;
        let inner = entry.path().strip_prefix(from).unwrap_or(Path::new(""));
        let place = if inner.as_os_str().is_empty() { to.to_owned() } else { to.join(inner) };
        if entry.file_type().is_dir() {
            fs_err::create_dir_all(place)?;
        } else {
            fs_err::copy(entry.path(), place)?;
        }
    }
    Ok(())
}

/// Describes what is wrong with an archive in one line. Intermediate errors only mention files of the cache.
fn damaged(name: Option<&str>, error: &(dyn std::error::Error + 'static)) -> Error {
    let last = std::iter::successors(Some(error), |e| e.source()).last().unwrap_or(error);
    let by_system = last.downcast_ref::<std::io::Error>().is_some_and(|e| e.raw_os_error().is_some());
    let read = name.map_or_else(|| "its list of files".to_owned(), |name| format!("`{name}` in it"));
    let error = Error::new(format!("failed to read {read}: {last}"));
    if by_system { error } else { error.hint("it may be incomplete or damaged: download it again") }
}

fn untar(stream: impl Read, out: &mut Out) -> Result<()> {
    let mut tar = tar::Archive::new(stream);
    for entry in tar.entries().map_err(|e| damaged(None, &e))? {
        crate::interrupt::check()?;
        let mut entry = entry.map_err(|e| damaged(None, &e))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        // A Python needs no pipes or devices.
        if name.starts_with(LEFT_OUT)
            || kind.is_fifo()
            || kind.is_character_special()
            || kind.is_block_special()
        {
            continue;
        }
        let Some(path) = out.place(&name)? else { continue };
        if kind.is_dir() {
            // Without its permissions, because files must be written to it.
            fs_err::create_dir_all(path)?;
        } else if kind.is_symlink() {
            let target = entry.link_name_bytes().unwrap_or_default();
            out.link(&path, &String::from_utf8_lossy(&target))?;
        } else if kind.is_hard_link() {
            let target = entry.link_name_bytes().unwrap_or_default();
            let target = String::from_utf8_lossy(&target).into_owned();
            let first = out.place(&target)?.filter(|first| *first != path && first.is_file());
            let first = first.ok_or_else(|| {
                Error::new(format!("`{name}` in it is the same as `{target}`, which is missing")).hint(OTHER)
            })?;
            let _ = std::fs::remove_file(&path);
            if std::fs::hard_link(&first, &path).is_err() {
                fs_err::copy(first, path)?;
            }
        } else {
            entry.unpack_in(&out.root).map_err(|e| damaged(Some(&name), &e))?;
        }
    }
    Ok(())
}

fn unzip(file: impl Read + std::io::Seek, out: &mut Out) -> Result<()> {
    let mut zip = zip::ZipArchive::new(file).map_err(|e| damaged(None, &e))?;
    for i in 0..zip.len() {
        crate::interrupt::check()?;
        let mut entry = zip.by_index(i).map_err(|e| damaged(None, &e))?;
        // Some Windows tools write backslashes.
        let name = entry.name().map_err(|e| damaged(None, &e))?.replace('\\', "/");
        if name.starts_with(LEFT_OUT) {
            continue;
        }
        let Some(path) = out.place(&name)? else { continue };
        if entry.is_dir() || name.ends_with('/') {
            fs_err::create_dir_all(path)?;
        } else if entry.is_symlink() {
            let mut target = String::new();
            entry.read_to_string(&mut target).map_err(|e| damaged(Some(&name), &e))?;
            out.link(&path, &target)?;
        } else {
            let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
            // Do not write through a link from an earlier entry of the same name.
            let _ = std::fs::remove_file(&path);
            let mut file = fs_err::File::create(&path)?;
            std::io::copy(&mut entry, &mut file).map_err(|e| damaged(Some(&name), &e))?;
            if executable {
                allow_to_run(&path)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn archives_are_known_by_their_content() {
        let dir = tempfile::tempdir().unwrap();
        let tar = dir.path().join("a.bin");
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(
            fs_err::File::create(&tar).unwrap(),
            flate2::Compression::fast(),
        ));
        for name in ["python/bin/x", "python/build/y.o"] {
            let mut header = tar::Header::new_gnu();
            header.set_size(1);
            header.set_mode(0o644);
            builder.append_data(&mut header, name, &b"1"[..]).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap();
        assert!(is_archive(&tar));
        let out = dir.path().join("out");
        unpack(&tar, &out).unwrap();
        assert!(out.join("python/bin/x").is_file() && !out.join("python/build").exists());

        let xz = dir.path().join("b");
        fs_err::write(&xz, b"\xfd7zXZ\0...").unwrap();
        assert!(unpack(&xz, &out).unwrap_err().to_string().contains("compressed with xz"));

        let zip = dir.path().join("c");
        let mut writer = zip::ZipWriter::new(fs_err::File::create(&zip).unwrap());
        writer.start_file("python311.dll", zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"MZ").unwrap();
        writer.finish().unwrap();
        unpack(&zip, &out).unwrap();
        assert!(out.join("python311.dll").is_file());
    }

    /// An entry: its name, its kind, and its content or target.
    type Entry<'a> = (&'a str, tar::EntryType, &'a str);

    fn tar(folder: &Path, entries: &[Entry<'_>]) -> PathBuf {
        let path = folder.join("some.tar");
        let mut builder = tar::Builder::new(fs_err::File::create(&path).unwrap());
        for (name, kind, content) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_mode(0o444);
            // Written like a tool that does not check its input.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            let data = if kind.is_file() { content.as_bytes() } else { b"" };
            if !content.is_empty() && !kind.is_file() {
                header.set_link_name_literal(content).unwrap();
            }
            header.set_size(data.len() as u64);
            header.set_cksum();
            builder.append(&header, data).unwrap();
        }
        builder.finish().unwrap();
        path
    }

    #[cfg(unix)]
    #[test]
    fn nothing_leads_out_of_the_folder() {
        use tar::EntryType::{Directory, Fifo, Link, Regular, Symlink};
        let dir = tempfile::tempdir().unwrap();
        let error = |entries: &[Entry<'_>]| {
            let out = tempfile::tempdir_in(dir.path()).unwrap().path().join("out");
            let error = unpack(&tar(dir.path(), entries), &out).unwrap_err().to_string();
            assert!(!error.contains(&*out.to_string_lossy()), "{error}");
            error
        };
        assert!(
            error(&[("a/../../b", Regular, "")]).contains("`a/../../b` in it points outside of its folder")
        );
        assert!(error(&[("a/b", Symlink, "../../c")]).contains("the link `a/b` in it points to `../../c`"));
        // Two folders deep by its name, but none in reality.
        assert!(
            error(&[("p", Symlink, "."), ("p/p/x", Symlink, "../c")]).contains("the link `x` in it points")
        );
        assert!(error(&[("a", Link, "/etc/passwd")]).contains("the same as `/etc/passwd`, which is missing"));
        assert!(
            error(&[("a", Symlink, "/tmp"), ("a/b", Regular, "")]).contains("below a link without a target")
        );
        let out = dir.path().join("good");
        let good = tar(
            dir.path(),
            &[
                ("usr/lib", Directory, ""),
                ("lib", Symlink, "/usr/lib"),
                ("/lib/a", Regular, "1"),
                ("usr/lib/b", Symlink, "/../lib/./a"),
                ("c", Link, "usr/lib/a"),
                ("etc/fifo", Fifo, ""),
            ],
        );
        unpack(&good, &out).unwrap();
        assert_eq!(fs_err::read_link(out.join("lib")).unwrap(), Path::new("usr/lib"));
        assert_eq!(fs_err::read_link(out.join("usr/lib/b")).unwrap(), Path::new("../../lib/a"));
        assert_eq!(fs_err::read(out.join("usr/lib/b")).unwrap(), b"1");
        assert_eq!(fs_err::read(out.join("c")).unwrap(), b"1");
        assert!(!out.join("etc/fifo").exists());
    }

    #[test]
    fn what_is_cut_off_is_told_in_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let whole =
            fs_err::read(tar(dir.path(), &[("a/b", tar::EntryType::Regular, &"x".repeat(3000))])).unwrap();
        let cut = dir.path().join("cut.tar.zst");
        fs_err::write(&cut, zstd::encode_all(&whole[..1000], 0).unwrap()).unwrap();
        let error = unpack(&cut, &dir.path().join("out")).unwrap_err();
        assert_eq!(error.causes.len(), 1, "{error}");
        assert!(error.causes[0].starts_with("failed to read `a/b` in it: "), "{error}");
        assert!(error.hint.is_some(), "{error}");
        fs_err::write(&cut, &zstd::encode_all(&whole[..], 0).unwrap()[..20]).unwrap();
        let error = unpack(&cut, &dir.path().join("out")).unwrap_err();
        assert!(error.hint.is_some(), "{error}");
    }

    #[test]
    fn links_that_could_not_be_made_become_copies() {
        let dir = tempfile::tempdir().unwrap();
        let root = canonicalize(dir.path()).unwrap();
        let at = |name: &str| root.join(name);
        fs_err::create_dir_all(at("v/3.11/lib")).unwrap();
        fs_err::write(at("v/3.11/lib/a"), "1").unwrap();
        // Links to a folder that contains links to a file, to a parent folder, and to nothing.
        let left = [
            ("current", "v/3.11"),
            ("v/3.11/b", "v/3.11/lib/a"),
            ("v/3.11/up", "v"),
            ("v/3.11/none", "nothing"),
        ];
        let left = left.map(|(link, to)| (at(link), at(to))).to_vec();
        Out { root: root.clone(), left }.copy_left().unwrap();
        for copy in ["current/lib/a", "current/b", "v/3.11/b"] {
            assert_eq!(fs_err::read(at(copy)).unwrap(), b"1", "{copy}");
        }
        for none in ["v/3.11/up", "v/3.11/none", "current/up", "current/none"] {
            assert!(!at(none).exists(), "{none}");
        }
    }

    #[test]
    fn separators_of_windows_are_those_of_a_path() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.zip");
        let mut writer = zip::ZipWriter::new(fs_err::File::create(&path).unwrap());
        writer.start_file("tools\\Lib\\os.py", zip::write::SimpleFileOptions::default()).unwrap();
        writer.add_symlink("lib", "/tools/Lib", zip::write::SimpleFileOptions::default()).unwrap();
        writer.finish().unwrap();
        let out = dir.path().join("out");
        unpack(&path, &out).unwrap();
        assert!(out.join("tools/Lib/os.py").is_file() && out.join("lib/os.py").is_file());
    }
}
