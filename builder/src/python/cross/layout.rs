//! The layout of a Python's folder: an installation below a prefix, or one for Windows.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::os::list;
use crate::target::{Os, Target};

/// The paths of a Python.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// Minor version.
    pub(super) minor: u8,
    /// `sys.abiflags`.
    pub(super) flags: String,
    /// `sys.prefix`.
    pub(super) prefix: PathBuf,
    /// The root folder (`/`) of its system.
    pub(super) root: PathBuf,
    /// Folder of the standard library, or the zip file that contains it.
    pub(super) stdlib: PathBuf,
    /// Folder of its extension modules.
    pub(super) dynload: PathBuf,
    /// The shared libpython.
    pub(super) library: Option<PathBuf>,
    /// The interpreter.
    pub(super) program: Option<PathBuf>,
    /// `sys.path`.
    pub(super) search_path: Vec<PathBuf>,
}

/// Folders below the root of an archive or system that may be a prefix, more specific ones first.
const BELOW: [&str; 8] =
    ["", "usr/local", "usr", "python/install", "install", "python", "tools", "opt/python"];

/// The same for macOS frameworks, where the prefix is the folder of a version.
const FRAMEWORKS: [&str; 5] = [
    "Versions/Current",
    "Python.framework/Versions/Current",
    "Frameworks/Python.framework/Versions/Current",
    "Library/Frameworks/Python.framework/Versions/Current",
    "opt/homebrew/opt/python3/Frameworks/Python.framework/Versions/Current",
];

/// Finds the Python below a folder.
///
/// # Errors
/// There is none.
pub(super) fn find(folder: &Path, target: Target) -> Result<Layout> {
    let only = only_folder(folder);
    let tops = [Some(folder), only.as_deref()].into_iter().flatten();
    let frameworks = if target.os == Os::Macos { &FRAMEWORKS[..] } else { &[] };
    let below: Vec<&str> = BELOW.iter().chain(frameworks).copied().collect();
    let mut incomplete = None;
    for prefix in
        tops.flat_map(|top| below.iter().map(|b| if b.is_empty() { top.to_owned() } else { top.join(b) }))
    {
        let found = if target.os == Os::Windows { windows(&prefix) } else { unix(&prefix, target) };
        match found {
            Some(layout) if layout.library.is_some() || layout.program.is_some() => return Ok(layout),
            // Report what is missing only if no complete one is found.
            Some(layout) => incomplete = incomplete.or(Some(layout)),
            None => {}
        }
    }
    if let Some(layout) = incomplete {
        return Ok(layout);
    }
    let expected = match target.os {
        Os::Windows => "`python3*.dll` with `Lib` or `python3*.zip`",
        _ => "`lib/python3.*` with the standard library",
    };
    Err(Error::new(format!("found no Python for {}, expected {expected}", target.name()))
        .hint("name the folder that it was installed or unpacked into"))
}

/// Returns the folder in a folder, if it is the only one.
fn only_folder(folder: &Path) -> Option<PathBuf> {
    let mut folders = list(folder).into_iter().filter(|p| p.is_dir());
    folders.next().filter(|_| folders.next().is_none())
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|n| n.to_str()).unwrap_or_default()
}

/// Parses the version and flags after `python3.` or `python3`: `12`, `13t`.
fn version(text: &str) -> Option<(u8, String)> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (minor, flags) = text.split_at(digits);
    matches!(flags, "" | "t" | "d" | "td").then_some((minor.parse().ok()?, flags.to_owned()))
}

fn unix(prefix: &Path, target: Target) -> Option<Layout> {
    let mut found: Vec<(u8, String, PathBuf)> = ["lib", "lib64"]
        .iter()
        .flat_map(|lib| list(&prefix.join(lib)))
        .filter(|folder| folder.join("os.py").is_file())
        .filter_map(|folder| {
            let (minor, flags) = version(name(&folder).strip_prefix("python3.")?)?;
            Some((minor, flags, folder))
        })
        .collect();
    found.sort();
    // Of several, use the newest one with its native file.
    let layouts = found.into_iter().rev().map(|(minor, flags, stdlib)| {
        let lib = stdlib.parent().unwrap_or(prefix).to_owned();
        let short = format!("3.{minor}{flags}");
        let programs = [format!("python{short}"), "python3".into(), "python".into()];
        let program = programs.iter().map(|n| prefix.join("bin").join(n)).find(|p| p.is_file());
        let mut folders = vec![lib.clone(), prefix.join("lib"), prefix.join("lib64")];
        folders.extend(list(&prefix.join("lib")).into_iter().filter(|p| name(p).contains("-linux-")));
        folders.push(prefix.to_owned());
        let macos = [format!("libpython{short}.dylib"), "Python".to_owned()];
        let linux = [format!("libpython{short}.so.1.0"), format!("libpython{short}.so")];
        // Also look for the library of another system, so that the error can mention it.
        let (own, other) = if target.os == Os::Macos { (&macos, &linux) } else { (&linux, &macos) };
        let places = |names: &[String; 2]| -> Vec<PathBuf> {
            folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name))).collect()
        };
        let library = |names| places(names).into_iter().find(|p| p.is_file());
        Layout {
            minor,
            root: root(prefix),
            prefix: prefix.to_owned(),
            dynload: stdlib.join("lib-dynload"),
            library: library(own).or_else(|| library(other).filter(|_| program.is_none())),
            program,
            search_path: unix_path(prefix, &lib, &stdlib, minor),
            flags,
            stdlib,
        }
    });
    let layouts: Vec<Layout> = layouts.collect();
    let complete = layouts.iter().position(|layout| layout.library.is_some() || layout.program.is_some());
    layouts.into_iter().nth(complete.unwrap_or(0))
}

/// Returns the root folder (`/`) of the system that the prefix belongs to; the prefix itself if it is
/// standalone.
fn root(prefix: &Path) -> PathBuf {
    let above = |n| prefix.ancestors().nth(n).unwrap_or(prefix).to_owned();
    if prefix.ends_with("usr/local") {
        above(2)
    } else if prefix.ends_with("usr") {
        above(1)
    } else {
        prefix.to_owned()
    }
}

fn unix_path(prefix: &Path, lib: &Path, stdlib: &Path, minor: u8) -> Vec<PathBuf> {
    let zip = lib.join(format!("python3{minor}.zip"));
    let own = [zip, stdlib.to_owned(), stdlib.join("lib-dynload")];
    // Debian's names for site-packages.
    let sites = [
        stdlib.join("site-packages"),
        prefix.join(format!("local/lib/python3.{minor}/dist-packages")),
        prefix.join("lib/python3/dist-packages"),
    ];
    let mut path: Vec<PathBuf> = own.into_iter().filter(|p| p.exists()).collect();
    path.extend(sites.iter().filter(|p| p.is_dir()).flat_map(|site| with_pth(site, Os::Linux)));
    path
}

/// Returns a folder of packages and the folders in its `.pth` files, for an operating system.
pub(in crate::python) fn with_pth(site: &Path, os: Os) -> Vec<PathBuf> {
    let mut found = vec![site.to_owned()];
    for file in list(site).iter().filter(|p| name(p).ends_with(".pth")) {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        for line in text.lines().map(str::trim_end) {
            let code = line.starts_with("import ") || line.starts_with("import\t");
            if line.is_empty() || line.starts_with('#') || code {
                continue;
            }
            // Absolute paths belong to the machine where the packages were installed.
            let path = site.join(line.replace('\\', "/"));
            let path = if os == Os::Windows { in_any_case(site, &path) } else { path };
            if path.starts_with(site) && path.exists() && !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

/// Returns a path below a folder in its actual spelling, so that each path is unique and is found on a
/// case-sensitive system.
fn in_any_case(folder: &Path, path: &Path) -> PathBuf {
    let Ok(inner) = path.strip_prefix(folder) else { return path.to_owned() };
    inner.components().fold(folder.to_owned(), |above, part| {
        let part = part.as_os_str();
        let all = list(&above);
        let find = |same: &dyn Fn(&OsStr) -> bool| all.iter().find(|e| e.file_name().is_some_and(same));
        let found = find(&|name| name == part).or_else(|| find(&|name| name.eq_ignore_ascii_case(part)));
        found.cloned().unwrap_or_else(|| above.join(part))
    })
}

fn windows(prefix: &Path) -> Option<Layout> {
    let mut found: Vec<(u8, String, PathBuf)> = list(prefix)
        .into_iter()
        .filter_map(|path| {
            let lower = name(&path).to_ascii_lowercase();
            let (minor, flags) = version(lower.strip_prefix("python3")?.strip_suffix(".dll")?)?;
            Some((minor, flags, path))
        })
        .collect();
    found.sort();
    let (minor, flags, library) = found.pop()?;
    let stem = format!("python3{minor}{flags}");
    let (zip, lib, dlls) = (prefix.join(format!("{stem}.zip")), prefix.join("Lib"), prefix.join("DLLs"));
    let stdlib = match () {
        () if lib.join("os.py").is_file() || lib.join("os.pyc").is_file() => lib.clone(),
        () if zip.is_file() => zip.clone(),
        () => return None,
    };
    let dynload = if dlls.is_dir() { dlls } else { prefix.to_owned() };
    let mut own = vec![zip, dynload.clone(), stdlib.clone(), prefix.to_owned()];
    own.extend(listed(&prefix.join(format!("{stem}._pth")), prefix));
    let mut search_path: Vec<PathBuf> = Vec::new();
    for path in own {
        if path.exists() && !search_path.contains(&path) {
            search_path.push(path);
        }
    }
    let site = lib.join("site-packages");
    if site.is_dir() {
        search_path.retain(|path| *path != site);
        search_path.extend(with_pth(&site, Os::Windows));
    }
    Some(Layout {
        minor,
        flags,
        root: prefix.to_owned(),
        prefix: prefix.to_owned(),
        stdlib,
        dynload,
        library: Some(library),
        program: Some(prefix.join("python.exe")).filter(|p| p.is_file()),
        search_path,
    })
}

/// Returns the folders that a `._pth` file lists.
fn listed(file: &Path, prefix: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let lines = text.lines().map(|l| l.split('#').next().unwrap_or_default().trim());
    lines
        .filter(|l| !l.is_empty() && !l.starts_with("import "))
        .filter_map(|l| {
            let inner: PathBuf = l.replace('\\', "/").into();
            let path = if inner == Path::new(".") { prefix.to_owned() } else { prefix.join(inner) };
            let path = in_any_case(prefix, &path);
            path.starts_with(prefix).then_some(path)
        })
        .collect()
}

impl Layout {
    /// Returns the magic number of its bytecode, from its import system or from a file that it compiled.
    pub(super) fn magic(&self) -> Option<[u8; 4]> {
        let with_end = |number: u16| {
            let [a, b] = number.to_le_bytes();
            [a, b, b'\r', b'\n']
        };
        let import = self.stdlib.join("importlib/_bootstrap_external.py");
        if let Some(number) = after(&import, "\nMAGIC_NUMBER = (") {
            return Some(with_end(number));
        }
        if self.stdlib.is_file() {
            return zipped_magic(&self.stdlib);
        }
        let tag = format!(".cpython-3{}.pyc", self.minor);
        let file = list(&self.stdlib.join("__pycache__")).into_iter().find(|p| name(p).ends_with(&tag))?;
        std::fs::read(file).ok()?.get(..4)?.try_into().ok()
    }

    /// Returns the micro version from its headers.
    pub(super) fn micro(&self) -> Option<u8> {
        let header = format!("include/python3.{}{}/patchlevel.h", self.minor, self.flags);
        let places = [self.prefix.join(header), self.prefix.join("include/patchlevel.h")];
        let number: u16 = places.iter().find_map(|p| after(p, "PY_MICRO_VERSION"))?;
        u8::try_from(number).ok()
    }

    /// Returns the built-in modules from `sysconfig`.
    pub(super) fn builtin(&self) -> Vec<String> {
        /// Built into every Python, and not listed among those that a build can choose.
        const ALWAYS: [&str; 8] =
            ["_ast", "_imp", "_string", "_tokenize", "_warnings", "builtins", "gc", "marshal"];
        let data = list(&self.stdlib).into_iter().find(|p| name(p).starts_with("_sysconfigdata"));
        let text = data.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let mut names: Vec<String> = ["'MODBUILT_NAMES': ", "'MODNAMES': "]
            .iter()
            .filter_map(|key| strings(text.split_once(key)?.1))
            .flat_map(|value| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        names.extend(ALWAYS.map(str::to_owned));
        names.push("sys".to_owned());
        names.sort();
        names.dedup();
        names
    }
}

/// Returns the first number after a text in a file.
fn after(file: &Path, text: &str) -> Option<u16> {
    let content = std::fs::read_to_string(file).ok()?;
    let rest = content.split_once(text)?.1.trim_start();
    rest[..rest.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}

/// Joins adjacent single-quoted strings. Python's `pprint` splits long strings this way.
fn strings(text: &str) -> Option<String> {
    let mut rest = text.trim_start();
    let mut whole = String::new();
    while let Some(inner) = rest.strip_prefix('\'') {
        let end = inner.find('\'')?;
        whole.push_str(&inner[..end]);
        rest = inner[end + 1..].trim_start();
    }
    Some(whole)
}

fn zipped_magic(path: &Path) -> Option<[u8; 4]> {
    use std::io::Read;
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).ok()?).ok()?;
    let at = (0..zip.len()).find(|i| {
        zip.name_for_index(*i).and_then(|name| name.ok()).is_some_and(|name| name.ends_with(".pyc"))
    })?;
    let mut head = [0; 4];
    zip.by_index(at).ok()?.read_exact(&mut head).ok()?;
    Some(head)
}
