//! Installs wheels in a folder of the cache, which is shared by builds with the same wheels.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use super::tags::Tags;
use super::wheels::{Wheel, file_name};
use crate::error::{Context, Error, Result};
use crate::os::allow_to_run;
use crate::python::record;
use crate::store::{Code, Hash, KeyBuilder, Store};
use crate::target::Os;

/// Returns the folder with these wheels installed, and its key in the store. The folder is a prefix with the
/// layout of the target.
///
/// # Errors
/// A wheel is damaged, or the cache cannot be written.
pub(super) fn prefix(wheels: &[Wheel], tags: &Tags, store: &Store) -> Result<(Hash, PathBuf)> {
    let packages = packages(tags);
    let mut key = KeyBuilder::new(Code::Python, "prefix").part(&packages);
    for wheel in wheels {
        key = key.part(file_name(&wheel.path)).part(store.file_hash(&wheel.path)?);
    }
    let key = key.finish();
    let folder = store.folder(&key, |folder| {
        fs_err::create_dir_all(folder.join(&packages))?;
        wheels.iter().try_for_each(|wheel| install(&wheel.path, folder, &packages))
    })?;
    Ok((key, folder))
}

/// Returns the folder of packages in a folder that was filled for the target: that of a prefix, or the folder
/// itself.
pub(super) fn site(folder: PathBuf, tags: &Tags) -> PathBuf {
    Some(folder.join(packages(tags))).filter(|site| site.is_dir()).unwrap_or(folder)
}

/// Returns the target's folder of packages, relative to the prefix.
fn packages(tags: &Tags) -> String {
    match tags.target.os {
        Os::Windows => "Lib/site-packages".to_owned(),
        Os::Linux | Os::Macos => format!("lib/python3.{}{}/site-packages", tags.minor, tags.flags),
    }
}

/// Installs a wheel below a prefix, without its scripts and headers.
fn install(wheel: &Path, prefix: &Path, packages: &str) -> Result<()> {
    let failed = || format!("failed to unpack wheel `{}`", wheel.display());
    let mut zip = zip::ZipArchive::new(fs_err::File::open(wheel)?).context(failed)?;
    let mut text = Vec::new();
    let mut list = None;
    let mut installed = Vec::new();
    for i in 0..zip.len() {
        crate::interrupt::check()?;
        let mut entry = zip.by_index(i).context(failed)?;
        if entry.is_dir() {
            continue;
        }
        let Some(name) = entry.enclosed_name().as_deref().and_then(plain) else {
            let name = entry.name().map(|name| name.into_owned()).unwrap_or_default();
            let error = Error::new(failed()).cause(format!("`{name}` points outside of its folder"));
            return Err(error.hint("download it again"));
        };
        let is_info = |file: &str| {
            let folder = name.strip_suffix(file).and_then(|f| f.strip_suffix('/'));
            folder.is_some_and(|f| f.ends_with(".dist-info") && !f.contains('/'))
        };
        if is_info("RECORD") {
            entry.read_to_end(&mut text).context(failed)?;
            list = Some(name);
            continue;
        }
        if list.is_none() && is_info("METADATA") {
            list = name.strip_suffix("METADATA").map(|folder| format!("{folder}RECORD"));
        }
        let Some(place) = place(&name, packages) else { continue };
        let path = prefix.join(&place);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        let executable = entry.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        let mut file = fs_err::File::create(&path)?;
        std::io::copy(&mut entry, &mut file).context(failed)?;
        file.flush()?;
        if executable {
            allow_to_run(&path).context(|| format!("failed to write `{}`", path.display()))?;
        }
        installed.push((name, place));
    }
    let Some(list) = list else { return Ok(()) };
    // Write the list of installed files, like installers do. The wheel's own list may be missing, and its
    // paths are relative to other folders.
    let text = String::from_utf8_lossy(&text);
    let listed: HashMap<String, &str> = text.lines().filter_map(record::line).collect();
    let mut lines = String::new();
    for (name, place) in &installed {
        let rest = listed.get(name.as_str()).copied().unwrap_or(",");
        lines.push_str(&format!("{},{rest}\n", record::quoted(&relative(place, packages))));
    }
    lines.push_str(&format!("{},,\n", record::quoted(&list)));
    Ok(fs_err::write(prefix.join(packages).join(&list), lines)?)
}

/// Returns a path of a wheel as text, if each component is a plain name.
fn plain(path: &Path) -> Option<String> {
    let parts = path.components().map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    let parts: Vec<&str> = parts.collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Returns the destination of a wheel's file below the prefix; `None` for files that frozen programs do not
/// have.
fn place(name: &str, packages: &str) -> Option<String> {
    let of_packages = |inner: &str| Some(format!("{packages}/{inner}"));
    let (top, rest) = name.split_once('/').unwrap_or((name, ""));
    if !top.ends_with(".data") {
        return of_packages(name);
    }
    let (kind, inner) = rest.split_once('/')?;
    match kind {
        "purelib" | "platlib" => of_packages(inner),
        "data" => Some(match strip_any_case(inner, packages) {
            // The folder of packages, in any case.
            Some(inner) => format!("{packages}{inner}"),
            None => inner.to_owned(),
        }),
        _ => None,
    }
}

/// Returns the rest of a path after `folder`, with its `/`, ignoring case for Windows. Other systems are
/// case-sensitive.
fn strip_any_case<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let (start, rest) = path.split_at_checked(folder.len())?;
    (folder.starts_with("Lib/") && start.eq_ignore_ascii_case(folder) && rest.starts_with('/'))
        .then_some(rest)
}

/// Returns a path below the prefix, relative to the folder of packages.
fn relative(place: &str, packages: &str) -> String {
    match place.strip_prefix(packages).and_then(|rest| rest.strip_prefix('/')) {
        Some(inner) => inner.to_owned(),
        None => format!("{}{place}", "../".repeat(packages.split('/').count())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOWS: &str = "Lib/site-packages";
    const UNIX: &str = "lib/python3.12/site-packages";

    #[test]
    fn each_part_of_a_wheel_has_its_place() {
        let to = |name: &str| place(name, UNIX);
        assert_eq!(to("pkg/a.py").as_deref(), Some("lib/python3.12/site-packages/pkg/a.py"));
        assert_eq!(to("p-1.data/platlib/pkg/b.so").as_deref(), Some("lib/python3.12/site-packages/pkg/b.so"));
        assert_eq!(to("p-1.data/data/share/x/y").as_deref(), Some("share/x/y"));
        assert_eq!(
            (to("p-1.data/scripts/x"), to("p-1.data/headers/x.h"), to("p-1.data")),
            (None, None, None)
        );
        assert_eq!(
            place("p-1.data/data/lib/Site-Packages/x", WINDOWS).as_deref(),
            Some("Lib/site-packages/x")
        );
        assert_eq!(place("p-1.data/data/Library/bin/x.dll", WINDOWS).as_deref(), Some("Library/bin/x.dll"));
        assert_eq!(relative("share/x", UNIX), "../../../share/x");
        assert_eq!(relative("Lib/site-packages/x.py", WINDOWS), "x.py");
    }

    fn wheel(files: &[(&str, &str)]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
        for (name, text) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    #[test]
    fn the_list_of_files_tells_where_they_are_installed() {
        let files = [
            ("p/a,b.txt", "1"),
            ("p-1.data/purelib/p/__init__.py", ""),
            ("p-1.data/data/share/p/x.json", "{}"),
            ("p-1.data/scripts/p", "#!python"),
            ("p-1.dist-info/METADATA", "Name: p\n"),
        ];
        let listed = "\"p/a,b.txt\",sha256=a,1\np-1.data/purelib/p/__init__.py,sha256=b,0\np-1.data/scripts/p,c,8\n\
                      p-1.data/data/share/p/x.json,sha256=d,2\np-1.dist-info/METADATA,sha256=e,8\np-1.dist-info/RECORD,,\n";
        for record in [Some(listed), None] {
            let mut files = files.to_vec();
            files.extend(record.map(|text| ("p-1.dist-info/RECORD", text)));
            let folder = tempfile::tempdir().unwrap();
            install(wheel(&files).path(), folder.path(), WINDOWS).unwrap();
            let site = folder.path().join(WINDOWS);
            assert!(site.join("p/__init__.py").is_file() && folder.path().join("share/p/x.json").is_file());
            let text = std::fs::read_to_string(site.join("p-1.dist-info/RECORD")).unwrap();
            let bare: Vec<&str> = text.lines().collect();
            let expected = match record {
                Some(_) => [
                    "\"p/a,b.txt\",sha256=a,1",
                    "p/__init__.py,sha256=b,0",
                    "../../share/p/x.json,sha256=d,2",
                    "p-1.dist-info/METADATA,sha256=e,8",
                    "p-1.dist-info/RECORD,,",
                ],
                None => [
                    "\"p/a,b.txt\",,",
                    "p/__init__.py,,",
                    "../../share/p/x.json,,",
                    "p-1.dist-info/METADATA,,",
                    "p-1.dist-info/RECORD,,",
                ],
            };
            assert_eq!(bare, expected);
        }
    }

    #[test]
    fn nothing_is_written_outside_of_the_prefix() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        for name in ["p-1.data/data/../../../evil", "p-1.data/purelib/../../evil", "../evil", "a/../../evil"]
        {
            let result = install(wheel(&[(name, "x")]).path(), &inner, WINDOWS);
            assert!(!folder.path().join("evil").exists(), "{name}");
            if let Err(error) = result {
                assert!(error.to_string().contains("points outside of its folder"), "{error}");
            }
        }
    }
}
