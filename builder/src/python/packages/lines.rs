//! Requirements files: finds included files, and evaluates markers for the target before pip reads them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pep508_rs::MarkerEnvironment;

use crate::error::Result;
use crate::os::real;
use crate::requirement;

/// Options that include another file.
const INCLUDE: [&str; 4] = ["--requirement", "--constraint", "-r", "-c"];
/// Options with a folder, relative to the file.
const FOLDER: [&str; 2] = ["--find-links", "-f"];

/// Returns the files and those that they include, each once.
pub(super) fn with_included(files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = files.iter().map(|file| real(file)).collect();
    let mut at = 0;
    while let Some(file) = all.get(at).cloned() {
        at += 1;
        for line in lines(&file)? {
            // The tool reports a missing file, or one that is not a file.
            let included = value(&line, &INCLUDE).map(|(_, name)| beside(&file, name));
            if let Some(path) = included.filter(|path| path.is_file() && !all.contains(path)) {
                all.push(path);
            }
        }
    }
    Ok(all)
}

/// Writes the files to a folder without requirements whose markers are false, and removes markers that are
/// true: pip evaluates them for the machine that it runs on.
pub(super) fn decided(
    files: &[PathBuf],
    environment: &MarkerEnvironment,
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    let all = with_included(files)?;
    let place = |i: usize| folder.join(format!("requirements-{i}.txt"));
    let places: BTreeMap<&PathBuf, PathBuf> = all.iter().enumerate().map(|(i, f)| (f, place(i))).collect();
    for (i, file) in all.iter().enumerate() {
        let mut text = String::new();
        for line in lines(file)? {
            let moved = |(option, name): (&'static str, &str)| {
                let path = beside(file, name);
                let new = places.get(&path).cloned().or_else(|| path.exists().then_some(path))?;
                Some(format!("{option} {}", new.display()))
            };
            let option = value(&line, &INCLUDE).or_else(|| value(&line, &FOLDER));
            match option.map(moved) {
                Some(new) => text.push_str(new.as_deref().unwrap_or(&line)),
                None => text.extend(without_marker(&line, environment)),
            }
            text.push('\n');
        }
        fs_err::write(place(i), text)?;
    }
    Ok((0..files.len()).map(place).collect())
}

/// Returns a requirement without its marker; `None` if the marker is false. Other lines stay unchanged.
fn without_marker(line: &str, environment: &MarkerEnvironment) -> Option<String> {
    // Options such as `--hash` may follow the requirement.
    let (plain, options) = line.split_at(line.find(" --").unwrap_or(line.len()));
    let Some(requirement) = requirement::read(plain.trim()) else { return Some(line.to_owned()) };
    if !requirement.evaluate_markers(environment, &[]) {
        return None;
    }
    Some(format!("{}{options}", requirement::split_marker(plain).0))
}

/// Returns the lines of a file, without comments and with continuation lines joined.
fn lines(file: &Path) -> Result<Vec<String>> {
    let bytes = fs_err::read(file)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut all = Vec::new();
    let mut whole = String::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let comment = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
        let line = &line[..comment.unwrap_or(line.len())];
        match line.strip_suffix('\\') {
            Some(begun) => whole.push_str(begun),
            None => {
                whole.push_str(line);
                all.push(std::mem::take(&mut whole).trim().to_owned());
            }
        }
    }
    all.push(whole.trim().to_owned());
    Ok(all)
}

/// Returns the value of one of the options in a line, and the option.
fn value<'a>(line: &'a str, options: &[&'static str]) -> Option<(&'static str, &'a str)> {
    options.iter().find_map(|option| {
        let rest = line.strip_prefix(option)?;
        let fits = !option.starts_with("--") || rest.starts_with(['=', ' ', '\t']);
        let value = rest.trim_start_matches('=').trim().trim_matches(['"', '\'']);
        (fits && !value.is_empty()).then_some((*option, value))
    })
}

fn beside(file: &Path, name: &str) -> PathBuf {
    real(&file.parent().unwrap_or(Path::new("")).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::Python;
    use crate::target::Target;

    fn made(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs_err::create_dir(dir.path().join("more")).unwrap();
        for (name, text) in files {
            fs_err::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    #[test]
    fn included_files_are_found_each_once() {
        let dir = made(&[
            ("a.txt", "# -r no\n-r more/b.txt # why\n--constraint=c.txt\nx -r\n-r none\n"),
            ("more/b.txt", "--requirement d.txt\n-r ../a.txt\n"),
            ("more/d.txt", "-rb.txt\n-c\n"),
            ("c.txt", ""),
        ]);
        let path = |name: &str| real(dir.path()).join(name);
        let found = with_included(&[path("a.txt")]).unwrap();
        assert_eq!(found, ["a.txt", "more/b.txt", "c.txt", "more/d.txt"].map(path));
    }

    #[test]
    fn markers_are_decided_for_the_target() {
        let dir = made(&[
            (
                "a.txt",
                "six==1.16; python_full_version < '3.11.3' \\\n  and sys_platform == 'win32' --hash=sha256:00\n\
                 uvloop; sys_platform != \"win32\"\nb @ https://x/y;z ; os_name == 'nt'\n-r more/b.txt\n-f more\n--pre\n./c.whl\n",
            ),
            ("more/b.txt", "colorama[x]>=1 ; platform_machine == 'AMD64'  # why\n-f none\n"),
        ]);
        let python = Python::blank(Target::named("windows-x86_64").unwrap());
        let environment = python.markers().unwrap();
        let out = tempfile::tempdir().unwrap();
        let new = decided(&[dir.path().join("a.txt")], &environment, out.path()).unwrap();
        let read = |path: &Path| {
            let text = fs_err::read_to_string(path).unwrap();
            text.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let inner = out.path().join("requirements-1.txt");
        let expected = [
            "six==1.16 --hash=sha256:00".to_owned(),
            "b @ https://x/y;z".to_owned(),
            format!("-r {}", inner.display()),
            format!("-f {}", real(dir.path()).join("more").display()),
            "--pre".to_owned(),
            "./c.whl".to_owned(),
        ];
        assert_eq!(read(&new[0]), expected);
        assert_eq!(read(&inner), ["colorama[x]>=1", "-f none"]);
        let linux = Python::blank(Target::named("linux-x86_64").unwrap());
        let new = decided(&[dir.path().join("a.txt")], &linux.markers().unwrap(), out.path()).unwrap();
        assert_eq!(read(&new[0])[0], "uvloop");
    }
}
