//! The platform a frozen program runs on, which need not be the one that builds it.

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

/// Processor of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Arch {
    /// x86-64.
    X86_64,
    /// 64-bit ARM.
    Aarch64,
}

/// The platform a frozen program runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Target {
    /// Operating system.
    pub os: Os,
    /// Processor.
    pub arch: Arch,
    /// Linux: musl instead of glibc.
    pub musl: bool,
}

impl Target {
    /// The name used in specs and on the command line, as in `linux-x86_64`.
    pub fn name(&self) -> String {
        let os = match (self.os, self.musl) {
            (Os::Linux, false) => "linux",
            (Os::Linux, true) => "linux-musl",
            (Os::Windows, _) => "windows",
            (Os::Macos, _) => "macos",
        };
        let arch = match self.arch {
            Arch::X86_64 => "x86_64",
            Arch::Aarch64 => "aarch64",
        };
        format!("{os}-{arch}")
    }

    /// `sys.platform` there.
    pub fn sys_platform(&self) -> &'static str {
        match self.os {
            Os::Linux => "linux",
            Os::Windows => "win32",
            Os::Macos => "darwin",
        }
    }

    /// `os.name` there.
    pub fn os_name(&self) -> &'static str {
        if self.os == Os::Windows { "nt" } else { "posix" }
    }

    /// `platform.system()` there.
    pub fn platform_system(&self) -> &'static str {
        match self.os {
            Os::Linux => "Linux",
            Os::Windows => "Windows",
            Os::Macos => "Darwin",
        }
    }
}
