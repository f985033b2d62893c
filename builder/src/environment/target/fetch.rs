//! Fetches a Python from a mirror or a folder, verifies its hash, and unpacks it into the cache.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use url::Url;

use super::index::Release;
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::os::create_private_folders;
use crate::python::Python;
use crate::spec::EnvironmentRequest;
use crate::store::{Code, Hash, KeyBuilder, Store, hex};
use crate::target::Target;

/// Where the releases of python-build-standalone are.
const RELEASES: &str = "https://github.com/astral-sh/python-build-standalone/releases/download";
/// Variables that name a mirror, best first. The second one is uv's.
const VARIABLES: [&str; 2] = ["FREEZE_PYTHON_MIRROR", "UV_PYTHON_INSTALL_MIRROR"];
/// The program that downloads: interpreters can use the proxies and certificates of the system.
const DOWNLOAD: &str = include_str!("download.py");
/// Time after which an unfinished download is removed.
const UNFINISHED: Duration = Duration::from_secs(7 * 86_400);

/// Returns the key of an unpacked Python in the cache.
fn key(release: &Release) -> Hash {
    KeyBuilder::new(Code::Environment, "standalone python").part(&release.sha256).finish()
}

/// Whether the cache contains a Python.
pub(super) fn is_kept(release: &Release, store: &Store) -> bool {
    store.kept_folder(&key(release)).is_some()
}

/// Returns the mirror that would be used, in words.
pub(in crate::environment) fn mirror() -> String {
    Mirror::of(None).to_string()
}

/// Returns the folder in the cache with an unpacked Python, which is fetched if it is missing.
///
/// # Errors
/// It cannot be fetched, or does not match the hash in the index.
pub(super) fn folder(
    release: &Release,
    own: &Python,
    target: Target,
    asked: &EnvironmentRequest,
    store: &Store,
) -> Result<PathBuf> {
    let key = key(release);
    if let Some(kept) = store.kept_folder(&key) {
        return Ok(kept);
    }
    let _turn = store.turn(&key)?;
    // Another build may have fetched it in the meantime.
    if let Some(kept) = store.kept_folder(&key) {
        return Ok(kept);
    }
    let mirror = Mirror::of(asked.mirror.as_deref());
    let (minor, micro) = release.version;
    let failed = || format!("failed to fetch Python 3.{minor}.{micro} for {} from {mirror}", target.name());
    let fetch = || match &mirror {
        Mirror::Folder(mirror) => {
            let archive = in_folder(mirror, release)?;
            verify(&archive, release)?;
            store.folder(&key, |folder| Python::unpack(&archive, folder))
        }
        Mirror::Url(_) if asked.offline => {
            Err(Error::new("it is not in the cache, and `--offline` does not allow a download"))
        }
        Mirror::Url(url) => {
            let partial = Partial::open(release, store)?;
            download(&mirror_url(url, release), &partial.path, own)?;
            let unpacked = verify(&partial.path, release)
                .and_then(|()| store.folder(&key, |folder| Python::unpack(&partial.path, folder)));
            // A file with another hash must not be continued.
            let _ = std::fs::remove_file(&partial.path);
            unpacked
        }
    };
    fetch().map_err(|error| {
        let name = target.name();
        error.context(failed()).hint(format!(
            "pass a mirror or a folder with its files as `--python-mirror`, or a Python for {name} as `--python`"
        ))
    })
}

/// Where Pythons are fetched from.
#[derive(Debug, PartialEq, Eq)]
enum Mirror {
    /// A folder on this machine.
    Folder(PathBuf),
    /// An address without a slash at its end.
    Url(String),
}

impl Mirror {
    /// Returns the mirror that the command line or a variable names, or the releases themselves.
    fn of(given: Option<&str>) -> Mirror {
        let variable = |name: &&'static str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let named = given.map(str::to_owned).or_else(|| VARIABLES.iter().find_map(variable));
        named.as_deref().map_or_else(|| Mirror::Url(RELEASES.to_owned()), Mirror::parse)
    }

    fn parse(text: &str) -> Mirror {
        if let Some(folder) = Url::parse(text).ok().filter(|url| url.scheme() == "file")
            && let Ok(folder) = folder.to_file_path()
        {
            return Mirror::Folder(folder);
        }
        if text.contains("://") {
            return Mirror::Url(text.trim_end_matches('/').to_owned());
        }
        Mirror::Folder(std::path::absolute(text).unwrap_or_else(|_| PathBuf::from(text)))
    }
}

impl fmt::Display for Mirror {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mirror::Folder(folder) => write!(f, "`{}`", folder.display()),
            Mirror::Url(url) => write!(f, "`{}`", without_secret(url)),
        }
    }
}

/// Removes a user and a password from an address, for messages.
fn without_secret(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return text.to_owned();
    }
    url.to_string()
}

fn mirror_url(mirror: &str, release: &Release) -> String {
    format!("{mirror}/{}/{}", release.tag, release.file.replace('+', "%2B"))
}

/// Returns the file of a release in a folder: below its tag, as on a server, or in the folder itself.
fn in_folder(mirror: &Path, release: &Release) -> Result<PathBuf> {
    let places = [mirror.join(&release.tag).join(&release.file), mirror.join(&release.file)];
    places.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        Error::new(format!("there is neither `{}` nor `{}`", places[0].display(), places[1].display()))
    })
}

/// Fails unless a file has the hash of a release.
fn verify(archive: &Path, release: &Release) -> Result<()> {
    let mut file = fs_err::File::open(archive)?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            break;
        }
        hasher.update(&block[..read]);
        interrupt::check()?;
    }
    let got = hex(&hasher.finalize());
    if got == release.sha256 {
        return Ok(());
    }
    let message = format!("`{}` does not match the hash in the index", release.file);
    Err(Error::new(message).cause(format!("expected SHA-256 {}, got {got}", release.sha256)))
}

fn download(url: &str, path: &Path, own: &Python) -> Result<()> {
    let mut command = Command::new(&own.executable);
    command.args(["-I", "-X", "utf8", "-c", DOWNLOAD]).arg(path);
    // Other users can see the arguments of a process, and an address may contain a password.
    let output = interrupt::answer(&mut command, url.as_bytes())?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(Error::new(last.trim().to_owned()))
}

/// An unfinished download, which later builds continue.
struct Partial {
    path: PathBuf,
    /// Its folder, if the cache cannot be written.
    _folder: Option<tempfile::TempDir>,
}

impl Partial {
    fn open(release: &Release, store: &Store) -> Result<Partial> {
        let folder = store.downloads();
        if store.is_persistent() && create_private_folders(&folder).is_ok() {
            sweep(&folder);
            return Ok(Partial { path: folder.join(&release.sha256), _folder: None });
        }
        let folder =
            tempfile::tempdir().context(|| "failed to create a temporary folder for the download")?;
        Ok(Partial { path: folder.path().join(&release.sha256), _folder: Some(folder) })
    }
}

/// Removes downloads that no build has continued for a long time.
fn sweep(folder: &Path) {
    for path in crate::os::list(folder) {
        let changed = std::fs::metadata(&path).and_then(|meta| meta.modified()).unwrap_or(SystemTime::now());
        if changed.elapsed().is_ok_and(|age| age > UNFINISHED) {
            let _ = std::fs::remove_file(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_are_addresses_or_folders() {
        let folder = |path: &str| Mirror::Folder(PathBuf::from(path));
        assert_eq!(Mirror::parse("https://example.org/p/"), Mirror::Url("https://example.org/p".into()));
        if cfg!(unix) {
            assert_eq!(Mirror::parse("file:///a%20b/c"), folder("/a b/c"));
            assert_eq!(Mirror::parse("file://localhost/a"), folder("/a"));
            assert_eq!(Mirror::parse("/a/b"), folder("/a/b"));
            assert_eq!(Mirror::parse("a"), Mirror::Folder(std::env::current_dir().unwrap().join("a")));
        }
    }

    #[test]
    fn passwords_do_not_appear_in_messages() {
        assert_eq!(without_secret("https://user:word@example.org/a@b"), "https://example.org/a@b");
        assert_eq!(without_secret("https://example.org/a@b"), "https://example.org/a@b");
    }
}
