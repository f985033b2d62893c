//! Where interpreters are installed: the folders of pyenv, uv, asdf, mise, rye and conda, and of the system.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use super::SUPPORTED;
use super::prefix::{in_folder, on_path};
use crate::os::{self, is_program};

/// A requested version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `3.12`, `3.12.1` or `3.13t`.
    Release(Release),
    /// `>=3.11`.
    Range(VersionSpecifiers),
}

/// A version of an interpreter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Release {
    numbers: Vec<u64>,
    /// Whether it is a build without the global lock.
    threaded: bool,
}

/// An interpreter and its version, as far as its place tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Installed {
    pub(super) release: Release,
    pub(super) path: PathBuf,
}

/// Interpreters of one kind, with the words for an error.
pub(super) struct Group {
    pub(super) what: String,
    pub(super) found: Vec<Installed>,
}

impl Wanted {
    /// Parses a version such as `3.12`, `python3.12` or `3.13t`, or a range such as `>=3.11`.
    pub(super) fn parse(text: &str) -> Option<Wanted> {
        if text.starts_with(['<', '>', '=', '!', '~']) {
            return VersionSpecifiers::from_str(text).ok().map(Wanted::Range);
        }
        let text = text.strip_prefix("python").or_else(|| text.strip_prefix("cpython@")).unwrap_or(text);
        Release::parse(text).map(Wanted::Release)
    }

    /// Whether a version fits. `None` if it depends on numbers that the place does not tell.
    pub(super) fn admits(&self, release: &Release) -> Option<bool> {
        match self {
            Wanted::Release(wanted) => {
                let common = wanted.numbers.iter().zip(&release.numbers).all(|(a, b)| a == b);
                let is_known = release.numbers.len() >= wanted.numbers.len();
                match common && wanted.threaded == release.threaded {
                    true => is_known.then_some(true),
                    false => Some(false),
                }
            }
            Wanted::Range(_) if release.threaded => Some(false),
            Wanted::Range(range) => match &release.numbers[..] {
                [_, _, _, ..] => Some(range.contains(&Version::new(release.numbers.iter().copied()))),
                numbers => {
                    // The micro version decides if the range names one of the same minor version.
                    let is_near = |release: &[u64]| release.len() > 2 && release[..2] == *numbers;
                    let with = |micro| range.contains(&Version::new(numbers.iter().copied().chain([micro])));
                    let is_known =
                        !range.iter().any(|s| is_near(s.version().release())) && with(0) == with(999);
                    is_known.then(|| with(0))
                }
            },
        }
    }
}

impl Release {
    fn parse(text: &str) -> Option<Release> {
        let (text, threaded) = match text.strip_suffix("+freethreaded").or_else(|| text.strip_suffix('t')) {
            Some(text) => (text, true),
            None => (text, false),
        };
        let numbers: Option<Vec<u64>> = text.split('.').map(|n| n.parse().ok()).collect();
        Some(Release { numbers: numbers.filter(|n| !n.is_empty())?, threaded })
    }

    /// Returns the numbers, as in `3.12`.
    pub(super) fn of(version: (u8, u8, u8), abiflags: &str) -> Release {
        let numbers = [version.0, version.1, version.2].map(u64::from).to_vec();
        Release { numbers, threaded: abiflags.contains('t') }
    }

    /// Whether this version of Python is supported.
    fn is_supported(&self) -> bool {
        let (low, high) = (u64::from(SUPPORTED.0), u64::from(SUPPORTED.1));
        matches!(&self.numbers[..], [3, minor, ..] if (low..=high).contains(minor))
    }

    fn short(&self) -> String {
        Release { numbers: self.numbers.iter().take(2).copied().collect(), ..*self }.to_string()
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(".");
        write!(f, "{numbers}{}", if self.threaded { "t" } else { "" })
    }
}

fn var(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from)
}

fn home(inner: &str) -> Option<PathBuf> {
    std::env::home_dir().map(|home| home.join(inner))
}

/// Returns the folder in which programs of the user keep data.
fn data_folder() -> Option<PathBuf> {
    if cfg!(windows) { var("APPDATA") } else { var("XDG_DATA_HOME").or_else(|| home(".local/share")) }
}

fn uv_installations() -> Option<PathBuf> {
    let inner = if cfg!(windows) { "uv/data/python" } else { "uv/python" };
    var("UV_PYTHON_INSTALL_DIR").or_else(|| Some(data_folder()?.join(inner)))
}

fn asdf_installations() -> Option<PathBuf> {
    Some(var("ASDF_DATA_DIR").or_else(|| home(".asdf"))?.join("installs/python"))
}

fn mise_installations() -> Option<PathBuf> {
    Some(var("MISE_DATA_DIR").or_else(|| Some(data_folder()?.join("mise")))?.join("installs/python"))
}

/// Returns the interpreters of this machine, group by group in the order of preference, the newest first.
pub(super) fn groups() -> impl Iterator<Item = Group> {
    let all: [Box<dyn Fn() -> Option<Group>>; 8] = [
        Box::new(|| managed(pyenv_versions())),
        Box::new(|| managed(uv_installations())),
        Box::new(|| Some(Group { what: "PATH".into(), found: in_bin_folders(path_folders()) })),
        Box::new(|| managed(asdf_installations())),
        Box::new(|| managed(mise_installations())),
        Box::new(|| managed(home(".rye/py"))),
        Box::new(|| Some(conda(conda_prefixes(), "the installations of conda"))),
        Box::new(|| {
            Some(Group { what: "the folders of the system".into(), found: in_bin_folders(system_folders()) })
        }),
    ];
    let rest = std::iter::once_with(|| conda(conda_environments(), "the environments of conda"));
    all.into_iter().filter_map(|group| group()).chain(rest).map(|mut group| {
        group.found.retain(|installed| installed.release.is_supported());
        group.found.sort();
        group.found.reverse();
        group
    })
}

/// Returns the interpreters in a folder of installations named by version.
fn managed(folder: Option<PathBuf>) -> Option<Group> {
    let folder = folder?;
    let found = os::list(&folder).into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let name = name.strip_prefix("cpython").map_or(name, |rest| rest.trim_start_matches(['-', '@']));
        let release = Release::parse(name.split('-').next()?)?;
        Some(Installed { release, path: in_folder(&path).ok().flatten()? })
    });
    Some(Group { found: found.collect(), what: format!("`{}`", folder.display()) })
}

/// Returns the folder of pyenv's installations. pyenv for Windows has another folder in between.
fn pyenv_versions() -> Option<PathBuf> {
    let root = var("PYENV_ROOT").or_else(|| home(".pyenv"))?;
    let of_windows = root.join("pyenv-win").join("versions");
    Some(if cfg!(windows) && of_windows.is_dir() { of_windows } else { root.join("versions") })
}

/// Returns the interpreters named `python3.12` in folders of executables.
fn in_bin_folders(folders: Vec<PathBuf>) -> Vec<Installed> {
    let mut found = Vec::new();
    for minor in SUPPORTED.0..=SUPPORTED.1 {
        for threaded in [false, true] {
            let release = Release { numbers: vec![3, u64::from(minor)], threaded };
            let names = os::names_on_path(&format!("python{}", release.short()));
            let mut paths = folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
            found.extend(paths.find(|path| is_program(path)).map(|path| Installed { release, path }));
        }
    }
    found
}

fn path_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// Returns folders of executables that may not be on `PATH`.
fn system_folders() -> Vec<PathBuf> {
    if cfg!(windows) {
        return Vec::new();
    }
    let mut folders: Vec<PathBuf> =
        ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin"].map(PathBuf::from).to_vec();
    let frameworks = os::list(Path::new("/Library/Frameworks/Python.framework/Versions"));
    folders.extend(frameworks.into_iter().map(|version| version.join("bin")));
    folders
}

/// Returns the interpreters of prefixes of conda. The file about the package `python` tells their versions.
fn conda(prefixes: Vec<PathBuf>, what: &str) -> Group {
    let found = prefixes.iter().filter_map(|prefix| {
        let packages = os::list(&prefix.join("conda-meta"));
        let release = packages.iter().find_map(|file| {
            let name = file.file_name()?.to_str()?.strip_prefix("python-")?;
            let mut parts = name.strip_suffix(".json")?.split('-');
            let release = Release::parse(parts.next()?)?;
            let threaded =
                parts.next().is_some_and(|build| build.ends_with("_cp313t") || build.ends_with("_cp314t"));
            Some(Release { threaded, ..release })
        })?;
        Some(Installed { release, path: in_folder(prefix).ok().flatten()? })
    });
    Group { found: found.collect(), what: what.to_owned() }
}

/// Returns the active prefix of conda, and its installations in their usual folders.
fn conda_prefixes() -> Vec<PathBuf> {
    let of_program = var("CONDA_EXE").and_then(|exe| Some(exe.parent()?.parent()?.to_owned()));
    let mut found: Vec<PathBuf> =
        [var("CONDA_PREFIX"), of_program, var("MAMBA_ROOT_PREFIX")].into_iter().flatten().collect();
    let names = ["miniforge3", "mambaforge", "miniconda3", "anaconda3", "micromamba", ".local/share/mamba"];
    let folders = [std::env::home_dir(), var("LOCALAPPDATA"), var("ProgramData"), Some("/opt".into())];
    found.extend(folders.into_iter().flatten().flat_map(|folder| names.map(|name| folder.join(name))));
    found.push("/opt/conda".into());
    found.retain(|prefix| prefix.join("conda-meta").is_dir());
    found
}

/// Returns the other environments of conda.
fn conda_environments() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = conda_prefixes().iter().flat_map(|p| os::list(&p.join("envs"))).collect();
    let list = home(".conda/environments.txt").and_then(|file| std::fs::read_to_string(file).ok());
    found.extend(list.unwrap_or_default().lines().map(PathBuf::from));
    found.extend(home(".conda/envs").map(|folder| os::list(&folder)).unwrap_or_default());
    found
}

/// Returns the newest interpreter of the launcher `py` or of python.org's installer, which exist on Windows
/// only: for a minor version, or any.
pub(super) fn of_windows(wanted: Option<&Wanted>, tried: &mut Vec<String>) -> Option<PathBuf> {
    if !cfg!(windows) {
        return None;
    }
    let versions: Vec<Option<String>> = match wanted {
        None => vec![None],
        Some(Wanted::Release(release)) => vec![Some(release.short())],
        Some(range) => {
            let minors = (SUPPORTED.0..=SUPPORTED.1).rev();
            let releases =
                minors.map(|minor| Release { numbers: vec![3, u64::from(minor)], threaded: false });
            releases.filter(|r| range.admits(r) == Some(true)).map(|r| Some(r.short())).collect()
        }
    };
    let launcher = on_path("py");
    for version in &versions {
        let version = version.as_deref();
        let by_launcher = launcher.as_deref().and_then(|py| super::installed::by_launcher(py, version));
        if let Some(found) = by_launcher.or_else(|| super::installed::by_installer(version)) {
            return Some(found);
        }
    }
    tried.push("the launcher `py`".to_owned());
    tried.push("the folders of python.org's installer".to_owned());
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_ranges_are_matched() {
        let release = |text: &str| Release::parse(text).unwrap();
        for (wanted, text, expected) in [
            ("3.12", "3.12.4", Some(true)),
            ("3.12", "3.12", Some(true)),
            ("3.1", "3.12.4", Some(false)),
            ("3.12.4", "3.12", None),
            ("3.12.4", "3.11", Some(false)),
            ("3.13", "3.13.0t", Some(false)),
            ("3.13t", "3.13.0+freethreaded", Some(true)),
            ("python3.12", "3.12.1", Some(true)),
            (">=3.11", "3.11", Some(true)),
            (">=3.11,<3.13", "3.13.1", Some(false)),
            (">=3.11.4", "3.11", None),
            (">=3.11.4", "3.11.5", Some(true)),
            (">=3.11.4", "3.12", Some(true)),
            ("==3.11.4", "3.11", None),
            ("~=3.11", "3.12", Some(true)),
            ("==3.11.*", "3.11", Some(true)),
            (">=3.11", "3.13.1t", Some(false)),
        ] {
            let parsed = Wanted::parse(wanted).unwrap();
            assert_eq!(parsed.admits(&release(text)), expected, "{wanted} {text}");
        }
        assert_eq!(Wanted::parse("my-venv"), None);
        assert!(release("3.9.20") < release("3.10.1"));
    }

    #[cfg(unix)]
    #[test]
    fn installations_are_named_by_version() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "cpython-3.12.4-linux-x86_64-gnu",
            "cpython-3.13.1+freethreaded-linux-x86_64-gnu",
            "3.11.2",
            "pypy",
        ] {
            let bin = dir.path().join(name).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            std::fs::write(bin.join("python3"), "").unwrap();
        }
        let found = managed(Some(dir.path().to_owned())).unwrap().found;
        let mut shown: Vec<String> = found.iter().map(|i| i.release.short()).collect();
        shown.sort();
        assert_eq!(shown, ["3.11", "3.12", "3.13t"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_prefix_of_conda_tells_its_version() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["conda-meta", "bin"] {
            std::fs::create_dir(dir.path().join(folder)).unwrap();
        }
        for file in [
            "conda-meta/python-3.12.4-h2755cc3_1.json",
            "conda-meta/python_abi-3.12-5_cp312.json",
            "bin/python3",
        ] {
            std::fs::write(dir.path().join(file), "").unwrap();
        }
        let found = conda(vec![dir.path().to_owned()], "").found;
        assert_eq!(found[0].release, Release::parse("3.12.4").unwrap());
    }
}
