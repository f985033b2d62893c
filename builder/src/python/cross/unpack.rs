//! Archives that hold a Python: zip, and tar compressed by gzip or zstandard.

use std::io::{BufReader, Read};
use std::path::Path;

use crate::error::{Context, Error, Result};
use crate::store::Hash;

/// What an archive begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Gzip,
    Zstd,
    /// Known, but not unpacked here.
    Other(&'static str),
}

/// Built archives of a Python also bring the objects that it was linked from.
const LEFT_OUT: &str = "python/build/";

/// Whether a file is an archive; programs with an archive behind them are not.
pub(super) fn is_archive(path: &Path) -> bool {
    path.is_file() && kind(path).is_some()
}

/// The key under which the content of an archive is kept unpacked.
pub(super) fn key(hash: &Hash) -> Hash {
    *blake3::Hasher::new().update(b"unpacked 1").update(hash).finalize().as_bytes()
}

fn kind(path: &Path) -> Option<Kind> {
    let mut head = [0; 6];
    let read = std::fs::File::open(path).and_then(|mut f| f.read(&mut head)).ok()?;
    Some(match &head[..read] {
        [b'P', b'K', 3, 4, ..] => Kind::Zip,
        [0x1f, 0x8b, ..] => Kind::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Kind::Zstd,
        [b'B', b'Z', b'h', ..] => Kind::Other("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => Kind::Other("xz"),
        _ => return None,
    })
}

/// Unpacks an archive into a folder.
///
/// # Errors
/// It cannot be read, is compressed in an unknown way, or names files outside of the folder.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    let failed = || format!("failed to unpack `{}`", archive.display());
    let file = BufReader::new(fs_err::File::open(archive)?);
    fs_err::create_dir_all(folder)?;
    match kind(archive) {
        Some(Kind::Zip) => zip::ZipArchive::new(file).and_then(|mut zip| zip.extract(folder)).context(failed),
        Some(Kind::Gzip) => untar(flate2::read::GzDecoder::new(file), folder).context(failed),
        Some(Kind::Zstd) => untar(zstd::Decoder::new(file)?, folder).context(failed),
        Some(Kind::Other(name)) => Err(Error::new(failed())
            .cause(format!("it is compressed by {name}, expected zip, gzip or zstandard"))
            .hint("unpack it and name the folder")),
        None => Err(Error::new(failed()).cause("expected a zip or a tar compressed by gzip or zstandard")),
    }
}

fn untar(stream: impl Read, folder: &Path) -> Result<()> {
    let mut tar = tar::Archive::new(stream);
    for entry in tar.entries()? {
        crate::interrupt::check()?;
        let mut entry = entry?;
        if entry.path().is_ok_and(|path| path.starts_with(LEFT_OUT)) {
            continue;
        }
        // Names that lead out of the folder are passed over.
        entry.unpack_in(folder)?;
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
        assert!(unpack(&xz, &out).unwrap_err().to_string().contains("compressed by xz"));

        let zip = dir.path().join("c");
        let mut writer = zip::ZipWriter::new(fs_err::File::create(&zip).unwrap());
        writer.start_file("python311.dll", zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"MZ").unwrap();
        writer.finish().unwrap();
        unpack(&zip, &out).unwrap();
        assert!(out.join("python311.dll").is_file());
    }
}
