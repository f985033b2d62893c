//! Requirements files: uv or pip, whichever is available, resolves and downloads their wheels for the target.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Limits;
use super::needs::{self, Present};
use super::tags::Tags;
use super::{install, lines, wheels, wheels_in};
use crate::error::{Context, Error, Result};
use crate::interrupt;
use crate::python::{Python, prefix};
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};
use crate::target::Os;

/// Maximum number of times to run pip for requirements that its wheels have on the target but not on this
/// machine.
const ROUNDS: usize = 8;

/// Returns a folder with the installed requirements of the files, in versions up to `limits`. They are
/// resolved once, and again if a file changes or with `--clean`.
///
/// # Errors
/// Neither uv nor pip is available, or they find no wheels.
/// Neither uv nor pip is there, or they find no wheels.
pub(super) fn site(
    files: &[PathBuf],
    limits: &Limits,
    python: &Python,
    tags: &Tags,
    store: &Store,
) -> Result<PathBuf> {
    let mut key =
        KeyBuilder::new(Code::Python, "requirements").part(format!("{tags:?} {:?}", python.version));
    for file in lines::with_included(files)? {
        key = key.part(fs_err::read(file)?);
    }
    let limits: String = limits
        .iter()
        .map(|(name, version)| format!("{name}<={}\n", version.clone().without_local()))
        .collect();
    let record = key.part(&limits).finish();
    let kept = || {
        let kept = store.get(Bucket::Probe, &record).and_then(|value| Hash::try_from(value).ok());
        kept.and_then(|key| store.kept_folder(&key)).map(|folder| install::site(folder, tags))
    };
    if let Some(folder) = kept() {
        return Ok(folder);
    }
    let _turn = store.turn(&record)?;
    // Another build may have fetched them in the meantime.
    if let Some(folder) = kept() {
        return Ok(folder);
    }
    let folder = tempfile::tempdir()?;
    let mut what = What { files, limits: None };
    if !limits.is_empty() {
        let file = folder.path().join("limits.txt");
        fs_err::write(&file, limits)?;
        what.limits = Some(file);
    }
    let new = store.new_folder()?;
    let (key, folder) = match prefix::on_path("uv") {
        Some(uv) => {
            by_uv(&uv, &what, python, tags, new.path())?;
            let key = content(new.path())?;
            (key, store.keep_folder(&key, new)?)
        }
        None => {
            by_pip(&what, python, tags, new.path())?;
            let chosen = wheels::choose(&wheels_in(new.path())?, tags)?;
            install::prefix(&chosen.wheels, tags, store)?
        }
    };
    if store.kept_folder(&key).is_some() {
        store.put(Bucket::Probe, &record, &key);
    }
    Ok(install::site(folder, tags))
}

/// The requirements to resolve.
struct What<'a> {
    files: &'a [PathBuf],
    /// A constraints file.
    limits: Option<PathBuf>,
}

impl What<'_> {
    /// Adds the files and constraints to the arguments of uv or pip.
    fn name(&self, files: &[PathBuf], command: &mut Command) {
        for (option, file) in files.iter().map(|f| ("-r", f)).chain(self.limits.iter().map(|f| ("-c", f))) {
            command.arg(option).arg(file);
        }
    }
}

/// Returns a hash of the content of a folder, from the lists of files of its distributions, which include
/// hashes.
fn content(folder: &Path) -> Result<Hash> {
    let mut records: Vec<PathBuf> = fs_err::read_dir(folder)?
        .flatten()
        .map(|e| e.path().join("RECORD"))
        .filter(|p| p.is_file())
        .collect();
    records.sort();
    let mut key = KeyBuilder::new(Code::Python, "installed");
    for record in records {
        key = key.part(fs_err::read(record)?);
    }
    Ok(key.finish())
}

/// Returns the known version of the target's Python. Requirements and markers may depend on its micro
/// version.
fn version(python: &Python) -> String {
    let (major, minor, micro) = python.version;
    format!("{major}.{minor}.{micro}")
}

fn by_uv(uv: &Path, what: &What<'_>, python: &Python, tags: &Tags, folder: &Path) -> Result<()> {
    let mut command = Command::new(uv);
    command
        .args(["pip", "install", "--quiet", "--no-progress", "--only-binary", ":all:", "--target"])
        .arg(folder);
    command.args(["--python-version", &version(python), "--python-platform", &uv_platform(tags)?]);
    command.arg("--python").arg(&python.executable);
    what.name(what.files, &mut command);
    run(&mut command, "uv", tags)
}

/// Returns uv's name for the platform.
fn uv_platform(tags: &Tags) -> Result<String> {
    let target = &tags.target;
    let arch = target.arch.name();
    Ok(match target.os {
        Os::Windows => format!("{arch}-pc-windows-msvc"),
        Os::Macos => format!("{arch}-apple-darwin"),
        Os::Linux if target.musl => format!("{arch}-unknown-linux-musl"),
        Os::Linux => {
            // The versions that uv supports.
            const KNOWN: [u32; 10] = [17, 28, 31, 32, 33, 34, 35, 36, 37, 38];
            let most = tags.glibc.map_or(28, |(_, minor)| minor);
            let fitting = KNOWN.iter().rev().find(|minor| **minor <= most).ok_or_else(|| {
                Error::new(format!("there are no wheels for glibc 2.{most}, which `max-glibc` requires"))
                    .hint("raise it to 2.17 or more, or build the wheels and name their folder with `--packages`")
            })?;
            format!("{arch}-manylinux_2_{fitting}")
        }
    })
}

/// pip evaluates markers for the machine that it runs on, so further requirements of the target are added in
/// additional runs.
fn by_pip(what: &What<'_>, python: &Python, tags: &Tags, folder: &Path) -> Result<()> {
    let read = tempfile::tempdir()?;
    let files = match python.markers() {
        Some(environment) => lines::decided(what.files, &environment, read.path())?,
        None => what.files.to_vec(),
    };
    let mut more: Vec<String> = Vec::new();
    for _ in 0..ROUNDS {
        let mut command = Command::new(&python.executable);
        command.args(["-I", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]);
        command.args(["--only-binary=:all:", "--implementation", "cp", "--dest"]).arg(folder);
        command.args(["--python-version", &version(python)]);
        for abi in [format!("cp3{}{}", tags.minor, tags.flags), "abi3".into(), "none".into()] {
            command.args(["--abi", &abi]);
        }
        for platform in tags.platforms() {
            command.args(["--platform", &platform]);
        }
        what.name(&files, &mut command);
        run(command.args(&more), "pip", tags)?;
        let chosen = wheels::choose(&wheels_in(folder)?, tags)?;
        let problems = needs::problems(&chosen, &Present::default(), python);
        let new: Vec<String> =
            problems.unmet.iter().map(|u| u.requirement.clone()).filter(|r| !more.contains(r)).collect();
        if new.is_empty() {
            return needs::error(&problems, &chosen, tags).map_or(Ok(()), Err);
        }
        more.extend(new);
    }
    Err(Error::new(format!("failed to resolve the requirements for {}", tags.target.name()))
        .hint("install `uv`, which resolves for other platforms"))
}

fn run(command: &mut Command, tool: &str, tags: &Tags) -> Result<()> {
    let failed = || format!("failed to download the requirements for {} by {tool}", tags.target.name());
    let output = interrupt::output(command).context(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().filter(|l| !l.trim().is_empty()).collect();
    Err(Error::new(failed())
        .excerpt(lines[lines.len().saturating_sub(12)..].join("\n"))
        .hint("each requirement needs a wheel for the target; pass your own wheels with `--packages`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    #[test]
    fn platforms_of_uv() {
        let of = |name: &str, glibc| {
            let target = Target::named(name).unwrap();
            uv_platform(&Tags { target, minor: 12, flags: String::new(), glibc }).ok()
        };
        assert_eq!(of("windows-x86_64", None).as_deref(), Some("x86_64-pc-windows-msvc"));
        assert_eq!(of("linux-aarch64", None).as_deref(), Some("aarch64-manylinux_2_28"));
        assert_eq!(of("linux-aarch64", Some((2, 30))).as_deref(), Some("aarch64-manylinux_2_28"));
        assert_eq!(of("linux-aarch64", Some((2, 12))), None);
        assert_eq!(of("macos-aarch64", None).as_deref(), Some("aarch64-apple-darwin"));
    }
}
