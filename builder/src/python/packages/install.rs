//! Wheels become a folder of installed packages in the cache, the same for the same wheels.

use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use super::wheels::{Wheel, file_name};
use crate::error::{Context, Result};
use crate::os::allow_to_run;
use crate::store::{Hash, Store};

/// The folder with these wheels installed.
///
/// # Errors
/// A wheel is damaged, or the cache cannot be written.
pub(super) fn site(wheels: &[Wheel], store: &Store) -> Result<PathBuf> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"site 2");
    for wheel in wheels {
        hasher.update(file_name(&wheel.path).as_bytes()).update(&store.file_hash(&wheel.path)?);
    }
    let key: Hash = *hasher.finalize().as_bytes();
    store.folder(&key, |folder| wheels.iter().try_for_each(|wheel| unpack(&wheel.path, folder)))
}

/// Unpacks a wheel into a folder of packages, without its scripts, headers and what goes below the prefix.
fn unpack(wheel: &Path, folder: &Path) -> Result<()> {
    let failed = || format!("failed to unpack wheel `{}`", wheel.display());
    let mut zip = zip::ZipArchive::new(fs_err::File::open(wheel)?).context(failed)?;
    for i in 0..zip.len() {
        crate::interrupt::check()?;
        let mut entry = zip.by_index(i).context(failed)?;
        let Some(inner) = entry.enclosed_name().as_deref().and_then(place) else { continue };
        if entry.is_dir() {
            continue;
        }
        let path = folder.join(inner);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        let mut file = fs_err::File::create(&path)?;
        if path.ends_with("RECORD")
            && path.parent().is_some_and(|p| p.extension().is_some_and(|e| e == "dist-info"))
        {
            let mut text = Vec::new();
            entry.read_to_end(&mut text).context(failed)?;
            file.write_all(installed(&String::from_utf8_lossy(&text)).as_bytes())?;
        } else {
            std::io::copy(&mut entry, &mut file).context(failed)?;
        }
        file.flush()?;
        if executable {
            allow_to_run(&path).context(|| format!("failed to write `{}`", path.display()))?;
        }
    }
    Ok(())
}

/// Where a file of a wheel goes; `None` if it does not belong to the packages.
fn place(path: &Path) -> Option<PathBuf> {
    let mut parts = path.components().peekable();
    let Component::Normal(first) = parts.peek()? else { return None };
    if !first.to_str()?.ends_with(".data") {
        return Some(path.to_owned());
    }
    parts.next();
    match parts.next()?.as_os_str().to_str()? {
        "purelib" | "platlib" => Some(parts.collect()),
        _ => None,
    }
}

/// The list of a wheel's files as it is once they are installed: it tells whose a file is.
fn installed(record: &str) -> String {
    let mut text = String::with_capacity(record.len());
    for line in record.lines() {
        let (quote, path) = line.strip_prefix('"').map_or(("", line), |path| ("\"", path));
        let in_data = path.split_once('/').filter(|(first, _)| first.ends_with(".data"));
        let path = match in_data.map(|(_, rest)| rest.split_once('/')) {
            None => path,
            Some(Some(("purelib" | "platlib", rest))) => rest,
            Some(_) => continue,
        };
        text.extend([quote, path, "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_both_libraries_lie_together() {
        let to = |path: &str| place(Path::new(path));
        assert_eq!(to("pkg/a.py").as_deref(), Some(Path::new("pkg/a.py")));
        assert_eq!(to("pkg-1.data/platlib/pkg/b.so").as_deref(), Some(Path::new("pkg/b.so")));
        assert_eq!((to("pkg-1.data/scripts/x"), to("pkg-1.data"), to("")), (None, None, None));
    }

    #[test]
    fn the_list_of_files_is_that_of_what_is_installed() {
        let record = "pkg/a.py,sha256=x,1\r\npkg-1.data/platlib/pkg/b.so,,\n\"pkg-1.data/purelib/pkg/c,d\",,\n\
                      pkg-1.data/scripts/x,,\npkg.data,,\npkg-1.dist-info/RECORD,,\n";
        let expected =
            "pkg/a.py,sha256=x,1\npkg/b.so,,\n\"pkg/c,d\",,\npkg.data,,\npkg-1.dist-info/RECORD,,\n";
        assert_eq!(installed(record), expected);
    }
}
