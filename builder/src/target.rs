//! The platform that a frozen program runs on, which may differ from the build platform.

/// Operating system of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Os {
    /// Linux (glibc or musl).
    Linux,
    /// Windows.
    Windows,
    /// macOS.
    Macos,
}

impl Os {
    /// Returns the name in texts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Os::Linux => "Linux",
            Os::Windows => "Windows",
            Os::Macos => "macOS",
        }
    }

    /// Returns the name in `[target.…]` of specs and in tables of other tools.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Os::Linux => "linux",
            Os::Windows => "windows",
            Os::Macos => "macos",
        }
    }
}

/// Processor of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Arch {
    /// x86-64.
    X86_64,
    /// 64-bit ARM.
    Aarch64,
}

impl Arch {
    /// Returns the name in targets, triples of compilers and Linux.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
        }
    }
}

/// The platform that a frozen program runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Target {
    /// Operating system.
    pub os: Os,
    /// Processor.
    pub arch: Arch,
    /// Whether Linux uses musl instead of glibc.
    pub musl: bool,
}

impl Target {
    /// All targets, by [`Target::name`].
    pub const ALL: [Target; 8] = [
        Target { os: Os::Linux, arch: Arch::X86_64, musl: false },
        Target { os: Os::Linux, arch: Arch::Aarch64, musl: false },
        Target { os: Os::Linux, arch: Arch::X86_64, musl: true },
        Target { os: Os::Linux, arch: Arch::Aarch64, musl: true },
        Target { os: Os::Windows, arch: Arch::X86_64, musl: false },
        Target { os: Os::Windows, arch: Arch::Aarch64, musl: false },
        Target { os: Os::Macos, arch: Arch::X86_64, musl: false },
        Target { os: Os::Macos, arch: Arch::Aarch64, musl: false },
    ];

    /// Returns the platform of this `freeze`.
    pub fn host() -> Target {
        let os = match std::env::consts::OS {
            "windows" => Os::Windows,
            "macos" => Os::Macos,
            _ => Os::Linux,
        };
        let arch = if std::env::consts::ARCH == "aarch64" { Arch::Aarch64 } else { Arch::X86_64 };
        // A static `freeze` may be linked with musl but run on a glibc system. The interpreter decides.
        Target { os, arch, musl: false }
    }

    /// Returns the target with this name.
    pub fn named(name: &str) -> Option<Target> {
        Target::ALL.into_iter().find(|target| target.name() == name)
    }

    /// Returns the name for specs and the command line, such as `linux-x86_64`.
    pub fn name(&self) -> String {
        let os = match (self.os, self.musl) {
            (Os::Linux, false) => "linux",
            (Os::Linux, true) => "linux-musl",
            (Os::Windows, _) => "windows",
            (Os::Macos, _) => "macos",
        };
        format!("{os}-{}", self.arch.name())
    }

    /// Returns `sys.platform` on the target.
    pub fn sys_platform(&self) -> &'static str {
        match self.os {
            Os::Linux => "linux",
            Os::Windows => "win32",
            Os::Macos => "darwin",
        }
    }

    /// Returns `os.name` on the target.
    pub fn os_name(&self) -> &'static str {
        if self.os == Os::Windows { "nt" } else { "posix" }
    }

    /// Returns `platform.machine()` on the target.
    pub fn machine(&self) -> &'static str {
        match (self.os, self.arch) {
            (Os::Windows, Arch::X86_64) => "AMD64",
            (Os::Windows, Arch::Aarch64) => "ARM64",
            (Os::Macos, Arch::Aarch64) => "arm64",
            (_, arch) => arch.name(),
        }
    }

    /// Returns `platform.system()` on the target.
    pub fn platform_system(&self) -> &'static str {
        match self.os {
            Os::Linux => "Linux",
            Os::Windows => "Windows",
            Os::Macos => "Darwin",
        }
    }

    /// Returns why no file on the target can have a name, or `None` if one can.
    pub fn refuses(&self, name: &str) -> Option<String> {
        if self.os != Os::Windows {
            return None;
        }
        if let Some(bad) = name.chars().find(|c| "<>:\"|?*\\".contains(*c) || c.is_control()) {
            return Some(format!("file names there cannot contain {bad:?}"));
        }
        // Reserved names are invalid with any suffix.
        let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
        let number = stem.strip_prefix("com").or(stem.strip_prefix("lpt"));
        let numbered = number.is_some_and(|n| matches!(n.as_bytes(), [b'1'..=b'9']));
        if numbered || ["aux", "con", "nul", "prn"].contains(&&*stem) {
            return Some(format!("`{name}` is a device there"));
        }
        name.ends_with(['.', ' ']).then(|| "file names there cannot end with a dot or a space".to_owned())
    }

    /// Returns the file name of an executable.
    pub fn executable(&self, name: &str) -> String {
        let is_whole = self.os != Os::Windows || name.to_ascii_lowercase().ends_with(".exe");
        if is_whole { name.to_owned() } else { format!("{name}.exe") }
    }
}

/// Name of the target for both processors of macOS.
pub const UNIVERSAL: &str = "macos-universal2";

/// The target of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// One platform.
    One(Target),
    /// Both processors of macOS: universal files with a part for each.
    Universal,
}

impl Wanted {
    /// Returns the target of a name in a spec or on the command line.
    pub fn named(name: &str) -> Option<Wanted> {
        if name == UNIVERSAL { Some(Wanted::Universal) } else { Target::named(name).map(Wanted::One) }
    }

    /// Returns the name for specs and the command line.
    pub fn name(&self) -> String {
        match self {
            Wanted::One(target) => target.name(),
            Wanted::Universal => UNIVERSAL.to_owned(),
        }
    }

    /// Returns all names.
    pub fn names() -> Vec<String> {
        Target::ALL.iter().map(Target::name).chain([UNIVERSAL.to_owned()]).collect()
    }
}

impl From<Target> for Wanted {
    fn from(target: Target) -> Wanted {
        Wanted::One(target)
    }
}

impl Target {
    /// The processors of a universal program. If both have a different version of a file that is not
    /// native, the first one is used.
    pub const UNIVERSAL: [Target; 2] = [
        Target { os: Os::Macos, arch: Arch::Aarch64, musl: false },
        Target { os: Os::Macos, arch: Arch::X86_64, musl: false },
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_are_named_as_the_system_names_them() {
        let [linux, windows] = ["linux-x86_64", "windows-x86_64"].map(|name| Target::named(name).unwrap());
        assert_eq!((linux.executable("a"), linux.executable("a.exe")), ("a".into(), "a.exe".into()));
        assert_eq!(["a", "a.EXE", "1.2"].map(|n| windows.executable(n)), ["a.exe", "a.EXE", "1.2.exe"]);
        assert!(["a?", "con", "Lpt1.x", "a ", "b."].iter().all(|name| windows.refuses(name).is_some()));
        assert!(["console", "lpt", "com10", ".a"].iter().all(|name| windows.refuses(name).is_none()));
        assert_eq!(linux.refuses("con?"), None);
    }

    #[test]
    fn a_target_is_known_by_its_name() {
        for target in Target::ALL {
            assert_eq!(Target::named(&target.name()), Some(target));
        }
        assert_eq!(Target::named("linux"), None);
        assert_eq!(Wanted::named("linux"), None);
        assert_eq!(Wanted::named("macos-universal2"), Some(Wanted::Universal));
        assert!(Wanted::names().iter().all(|name| Wanted::named(name).is_some()));
    }
}
