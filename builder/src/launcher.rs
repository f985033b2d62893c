//! The launchers that `freeze` brings: the executable, and the library for interpreters without a shared libpython.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Context, Error, Result};
use crate::target::Target;

/// Made together with `freeze`, for the platform that builds.
static OWN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/launcher"));
static OWN_TWIN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/launcher.so"));

/// Path of the twin under the root of a program.
pub const TWIN: &str = "launcher.so";

/// Bytes of a launcher, shared by the executables of a bundle.
pub type Launcher = Arc<Cow<'static, [u8]>>;

/// The launcher for a platform: the file that `FREEZE_BOOTLOADER` names, else the one in `freeze`.
///
/// # Errors
/// The file cannot be read, or there is none for this platform.
pub fn executable(target: &Target) -> Result<Launcher> {
    find(target, "", OWN)
}

/// The same as a library, which an interpreter without a shared libpython is run with: it lies beside that file, with `.so`
/// behind its name.
///
/// # Errors
/// As for [`executable`].
pub fn twin(target: &Target) -> Result<Launcher> {
    find(target, ".so", OWN_TWIN)
}

fn find(target: &Target, suffix: &str, own: &'static [u8]) -> Result<Launcher> {
    if let Some(mut path) = std::env::var_os("FREEZE_BOOTLOADER").filter(|path| !path.is_empty()) {
        path.push(suffix);
        let path = PathBuf::from(path);
        return Ok(Arc::new(Cow::Owned(read(&path)?)));
    }
    let host = crate::spec::host();
    if (host.os, host.arch) == (target.os, target.arch) && !target.musl && !own.is_empty() {
        return Ok(Arc::new(Cow::Borrowed(own)));
    }
    let error = Error::new(format!("this `freeze` has no launcher for {}", target.name()));
    if target.musl {
        let hint = "the launcher that it brings needs glibc: build one for musl, linked dynamically, and set \
                    FREEZE_BOOTLOADER to it";
        return Err(error.hint(hint));
    }
    Err(error.hint("set FREEZE_BOOTLOADER to one built for it"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .context(|| format!("failed to read the launcher `{}`", path.display()))
        .map_err(|e| e.hint("FREEZE_BOOTLOADER must name a launcher, or be unset"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Arch, Os};

    #[test]
    fn what_has_no_launcher_is_named() {
        let target = Target { os: Os::Linux, arch: Arch::X86_64, musl: true };
        let error = executable(&target).unwrap_err().to_string();
        assert!(error.contains("no launcher for linux-musl-x86_64"), "{error}");
    }
}
