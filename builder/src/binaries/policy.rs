//! The policy for native files: libraries that stay on the host, and files that are not rewritten, from
//! `system.toml`, `windows.toml` and `macos.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use crate::error::{Context, Error, Result};
use crate::spec::Modules;
use crate::target::Os;

/// The content of `system.toml`, and what a request changes.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    always: GlobSet,
    unless: GlobSet,
    gl: GlobSet,
    with_gl: GlobSet,
    sealed: GlobSet,
    packages: BTreeMap<String, String>,
    /// `exclude-binaries` in `[modules]`.
    excluded: GlobSet,
    /// `include-binaries` in `[modules]`.
    included: GlobSet,
}

/// A parsed policy, or its error.
type Kept = OnceLock<std::result::Result<Policy, String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    always: Vec<Group>,
    unless: Vec<Group>,
    with_gl: Vec<Group>,
    sealed: Names,
    packages: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: Option<String>,
    /// For human readers; a group without a reason is rejected.
    #[serde(rename = "reason")]
    _reason: String,
    names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    names: Vec<String>,
}

/// Whether a library stays with the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stays {
    /// Shipped.
    No,
    /// Not shipped unless the user names it or a package contains it.
    Unless,
    /// Never shipped.
    Always,
}

/// Whether a collected file needs the host's GL, which keeps other libraries on the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum HostGl {
    /// No file needs it.
    #[default]
    Unused,
    /// A file needs it.
    Used,
}

impl Policy {
    /// The policy for a system, built into the program.
    ///
    /// # Errors
    /// The policy is malformed, which a test excludes.
    pub(crate) fn of(os: Os) -> Result<&'static Policy> {
        static SYSTEM: Kept = OnceLock::new();
        static WINDOWS: Kept = OnceLock::new();
        static MACOS: Kept = OnceLock::new();
        let (kept, name, text) = match os {
            Os::Windows => (&WINDOWS, "windows.toml", include_str!("windows.toml")),
            Os::Macos => (&MACOS, "macos.toml", include_str!("macos.toml")),
            Os::Linux => (&SYSTEM, "system.toml", include_str!("system.toml")),
        };
        let policy = kept.get_or_init(|| Policy::read(name, text).map_err(|e| e.to_string()));
        policy.as_ref().map_err(|e| Error::new(e.clone()))
    }

    fn read(name: &str, text: &str) -> Result<Policy> {
        let file: File = toml::from_str(text).context(|| format!("failed to read policy `{name}`"))?;
        let all = |groups: &[Group]| set(groups.iter().flat_map(|g| &g.names));
        let gl = file.unless.iter().filter(|g| g.name.as_deref() == Some("gl")).flat_map(|g| &g.names);
        Ok(Policy {
            always: all(&file.always)?,
            unless: all(&file.unless)?,
            gl: set(gl)?,
            with_gl: all(&file.with_gl)?,
            sealed: set(&file.sealed.names)?,
            packages: file.packages,
            excluded: GlobSet::empty(),
            included: GlobSet::empty(),
        })
    }

    /// Returns the policy with the names that a request excludes or includes.
    ///
    /// # Errors
    /// A name is not a glob.
    pub(crate) fn with(&self, modules: &Modules, os: Os) -> Result<Policy> {
        let of_user = |names: &[String]| -> Result<GlobSet> {
            let mut set = GlobSetBuilder::new();
            for name in names {
                set.add(GlobBuilder::new(name).case_insensitive(os == Os::Windows).build()?);
            }
            Ok(set.build()?)
        };
        let (excluded, included) = (of_user(&modules.exclude_binaries)?, of_user(&modules.include_binaries)?);
        Ok(Policy { excluded, included, ..self.clone() })
    }

    /// Returns whether the request excludes a library.
    pub(crate) fn excludes(&self, name: &str) -> bool {
        self.excluded.is_match(leaf(name))
    }

    /// Returns whether a library stays on the host.
    pub(crate) fn stays(&self, soname: &str, gl: HostGl) -> Stays {
        if self.always.is_match(soname) || self.excludes(soname) {
            Stays::Always
        } else if self.included.is_match(leaf(soname)) {
            Stays::No
        } else if self.unless.is_match(soname) || (gl == HostGl::Used && self.with_gl.is_match(soname)) {
            Stays::Unless
        } else {
            Stays::No
        }
    }

    /// Returns whether a library is the host's GL.
    pub(crate) fn is_gl(&self, soname: &str) -> bool {
        self.gl.is_match(soname)
    }

    /// Returns whether a file of this name checks its own content.
    pub(crate) fn is_sealed(&self, file_name: &str) -> bool {
        self.sealed.is_match(file_name)
    }

    /// Returns the Debian package of a library.
    pub(crate) fn package(&self, soname: &str) -> Option<&str> {
        self.packages.get(soname).map(String::as_str)
    }
}

/// Returns the last part of a name, which may be a path.
fn leaf(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn set<'a>(patterns: impl IntoIterator<Item = &'a String>) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(Glob::new(pattern)?);
    }
    Ok(set.build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glibc_and_drivers_stay_and_the_rest_is_shipped() {
        let policy = Policy::of(Os::Linux).unwrap();
        for name in ["libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libm.so.6", "libnsl.so.1"]
        {
            assert_eq!(policy.stays(name, HostGl::Unused), Stays::Always, "{name}");
        }
        for name in ["libGL.so.1", "libcuda.so.1", "libnvidia-ml.so.1", "libnss_sss.so.2", "libva-x11.so.2"] {
            assert_eq!(policy.stays(name, HostGl::Unused), Stays::Unless, "{name}");
        }
        let shipped =
            ["libstdc++.so.6", "libgcc_s.so.1", "libz.so.1", "libnsl.so.2", "libcudart.so.12", "libxcb.so.1"];
        for name in
            shipped.into_iter().chain(["libcrypt.so.1", "libtcl8.6.so", "libmariadb.so.3", "libva.fake.so"])
        {
            assert_eq!(policy.stays(name, HostGl::Unused), Stays::No, "{name}");
        }
        assert_eq!(policy.stays("libxcb.so.1", HostGl::Used), Stays::Unless);
        assert!(policy.is_gl("libEGL.so.1") && !policy.is_gl("libcuda.so.1"));
    }

    #[test]
    fn a_request_changes_what_is_shipped() {
        let modules = Modules {
            exclude_binaries: vec!["libz.*".into(), "Sqlite3.dll".into()],
            include_binaries: vec!["libGL.so.1".into(), "libc.so.6".into()],
            ..Modules::default()
        };
        let policy = Policy::of(Os::Linux).unwrap().with(&modules, Os::Linux).unwrap();
        assert_eq!(policy.stays("libz.so.1", HostGl::Unused), Stays::Always);
        assert_eq!(policy.stays("sqlite3.dll", HostGl::Unused), Stays::No);
        assert_eq!(policy.stays("libGL.so.1", HostGl::Unused), Stays::No);
        assert_eq!(policy.stays("libc.so.6", HostGl::Unused), Stays::Always);
        let policy = Policy::of(Os::Windows).unwrap().with(&modules, Os::Windows).unwrap();
        assert!(policy.excludes("sqlite3.dll") && !policy.excludes("sqlite3.pyd"));
        let policy = Policy::of(Os::Macos).unwrap().with(&modules, Os::Macos).unwrap();
        assert!(policy.excludes("@rpath/libz.1.dylib"));
    }

    #[test]
    fn what_macos_has_stays_and_all_else_is_shipped() {
        let policy = Policy::of(Os::Macos).unwrap();
        let metal = "/System/Library/Frameworks/Metal.framework/Versions/A/Metal";
        for name in ["/usr/lib/libSystem.B.dylib", "/usr/lib/swift/libswiftCore.dylib", metal] {
            assert_eq!(policy.stays(name, HostGl::Unused), Stays::Always, "{name}");
        }
        for name in
            ["/usr/local/lib/libx.dylib", "@rpath/libz.dylib", "/opt/homebrew/lib/libz.dylib", "libz.dylib"]
        {
            assert_eq!(policy.stays(name, HostGl::Used), Stays::No, "{name}");
        }
    }

    #[test]
    fn what_windows_has_stays_and_runtimes_are_shipped() {
        let policy = Policy::of(Os::Windows).unwrap();
        for name in ["kernel32.dll", "api-ms-win-crt-runtime-l1-1-0.dll", "ucrtbase.dll", "ws2_32.dll"] {
            assert_eq!(policy.stays(name, HostGl::Used), Stays::Always, "{name}");
        }
        assert_eq!(policy.stays("nvcuda.dll", HostGl::Used), Stays::Unless);
        for name in ["vcruntime140.dll", "msvcp140.dll", "python3.dll", "libcrypto-3.dll", "sqlite3.dll"] {
            assert_eq!(policy.stays(name, HostGl::Used), Stays::No, "{name}");
        }
    }
}
