//! Fetches a Python from a mirror or a folder, verifies its hash, and unpacks it into the cache.

use std::fmt;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::index::Release;
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::os::create_private_folders;
use crate::python::Python;
use crate::spec::EnvironmentRequest;
use crate::store::{Code, KeyBuilder, Store};
use crate::target::Target;

/// Where the releases of python-build-standalone are.
const RELEASES: &str = "https://github.com/astral-sh/python-build-standalone/releases/download";
/// Variables that name a mirror, best first. The second one is uv's.
const VARIABLES: [&str; 2] = ["FREEZE_PYTHON_MIRROR", "UV_PYTHON_INSTALL_MIRROR"];
/// The program that downloads: interpreters can use the proxies and certificates of the system.
const DOWNLOAD: &str = include_str!("download.py");
/// Time after which an unfinished download is removed.
const UNFINISHED: Duration = Duration::from_secs(7 * 86_400);

/// Returns the folder in the cache with an unpacked Python, which is fetched if it is missing.
///
/// # Errors
/// It cannot be fetched, or has another hash than in the index.
pub(super) fn folder(
    release: &Release,
    own: &Python,
    target: Target,
    asked: &EnvironmentRequest,
    store: &Store,
) -> Result<PathBuf> {
    let key = KeyBuilder::new(Code::Environment, "standalone python").part(&release.sha256).finish();
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
            Err(Error::new("it is not in the cache, and `--offline` forbids to download it"))
        }
        Mirror::Url(url) => {
            let partial = Partial::open(release, store)?;
            // Another build may have fetched it while this one waited.
            if let Some(kept) = store.kept_folder(&key) {
                return Ok(kept);
            }
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
            "name a mirror or a folder of its files with `--python-mirror`, or a Python for {name} with `--python`"
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
        if let Some(path) = text.strip_prefix("file://") {
            let path = decoded(path.strip_prefix("localhost").unwrap_or(path));
            // `file:///C:/mirror`
            let drive =
                path.strip_prefix('/').filter(|rest| cfg!(windows) && rest.as_bytes().get(1) == Some(&b':'));
            return Mirror::Folder(PathBuf::from(drive.unwrap_or(&path)));
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

/// Decodes `%20` and the like.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Removes a user and a password from an address, for messages.
fn without_secret(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host = rest.split('/').next().unwrap_or_default();
    let rest = host.rsplit_once('@').map_or(rest, |(user, _)| &rest[user.len() + 1..]);
    format!("{scheme}://{rest}")
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
    let mut got = Vec::new();
    for byte in hasher.finalize() {
        write!(got, "{byte:02x}")?;
    }
    let got = String::from_utf8_lossy(&got).into_owned();
    if got == release.sha256 {
        return Ok(());
    }
    let message = format!("`{}` has another hash than in the index", release.file);
    Err(Error::new(message).cause(format!("expected SHA-256 {}, got {got}", release.sha256)))
}

fn download(url: &str, path: &Path, own: &Python) -> Result<()> {
    let mut command = Command::new(&own.executable);
    command.args(["-I", "-X", "utf8", "-c", DOWNLOAD, url]).arg(path);
    let output = interrupt::output(&mut command)?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    Err(Error::new(last.trim().to_owned()))
}

/// An unfinished download, which later builds continue. Other builds wait for it.
struct Partial {
    path: PathBuf,
    _lock: File,
    /// Its folder, if the cache cannot be written.
    _folder: Option<tempfile::TempDir>,
}

impl Partial {
    fn open(release: &Release, store: &Store) -> Result<Partial> {
        let folder = store.downloads();
        if store.is_persistent()
            && create_private_folders(&folder).is_ok()
            && let Ok(lock) = File::create(folder.join(format!("{}.lock", release.sha256)))
        {
            sweep(&folder);
            lock.lock()?;
            return Ok(Partial { path: folder.join(&release.sha256), _lock: lock, _folder: None });
        }
        let folder =
            tempfile::tempdir().context(|| "failed to create a temporary folder for the download")?;
        let lock = File::create(folder.path().join("lock"))?;
        Ok(Partial { path: folder.path().join(&release.sha256), _lock: lock, _folder: Some(folder) })
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
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%41é"), "%zzAé");
    }

    #[test]
    fn passwords_do_not_appear_in_messages() {
        assert_eq!(without_secret("https://user:word@example.org/a@b"), "https://example.org/a@b");
        assert_eq!(without_secret("https://example.org/a@b"), "https://example.org/a@b");
    }
}
