//! Compatibility of wheels with a target: the tags in their file names (PEP 425, PEP 600, PEP 656).

use crate::python::Python;
use crate::target::{Arch, Os, Target};

/// The tags that a target supports.
#[derive(Clone, Debug)]
pub(super) struct Tags {
    pub(super) target: Target,
    pub(super) minor: u8,
    /// `t` for a free-threaded interpreter.
    pub(super) flags: String,
    /// The newest glibc version that wheels may require.
    pub(super) glibc: Option<(u32, u32)>,
}

impl Tags {
    pub(super) fn of(python: &Python, glibc: Option<(u32, u32)>) -> Tags {
        Tags { target: python.target, minor: python.minor(), flags: python.abiflags.replace('d', ""), glibc }
    }

    /// Returns a rank of the tags of a wheel, lower is better; `None` if they are incompatible.
    pub(super) fn rank(&self, python: &str, abi: &str, platform: &str) -> Option<u32> {
        let interpreters = python.split('.').flat_map(|p| abi.split('.').map(move |a| (p, a)));
        let code = interpreters.filter_map(|(p, a)| self.code(p, a)).min()?;
        let platform = platform.split('.').filter_map(|p| self.platform(p)).min()?;
        Some(code * 10_000 + platform)
    }

    /// Ranks interpreter and ABI: exact match first, then the stable ABI from the newest version on, then
    /// pure Python.
    fn code(&self, python: &str, abi: &str) -> Option<u32> {
        let own = u32::from(self.minor);
        let minor = |text: &str| text.strip_prefix('3')?.parse::<u32>().ok().filter(|m| *m <= own);
        match (python.strip_prefix("cp"), python.strip_prefix("py"), abi) {
            (Some(version), _, abi)
                if version == format!("3{own}") && abi == format!("cp3{own}{}", self.flags) =>
            {
                Some(0)
            }
            (Some(version), _, "abi3") if self.flags.is_empty() => Some(1 + own - minor(version)?),
            (Some(version), _, "none") if version == format!("3{own}") => Some(100),
            (_, Some("3"), "none") => Some(300),
            (_, Some(version), "none") => Some(200 + own - minor(version)?),
            _ => None,
        }
    }

    /// Ranks a platform: the most portable one comes first.
    fn platform(&self, tag: &str) -> Option<u32> {
        if tag == "any" {
            return Some(9_999);
        }
        let target = &self.target;
        let arch = target.arch.name();
        match target.os {
            Os::Windows => {
                let own = if target.arch == Arch::X86_64 { "win_amd64" } else { "win_arm64" };
                (tag == own).then_some(0)
            }
            Os::Linux => {
                let tag = tag.strip_suffix(arch)?.strip_suffix('_')?;
                if tag == "linux" {
                    return Some(9_000);
                }
                let legacy = match tag {
                    "manylinux1" => Some((2, 5)),
                    "manylinux2010" => Some((2, 12)),
                    "manylinux2014" => Some((2, 17)),
                    _ => None,
                };
                let glibc = legacy.or_else(|| numbers(tag.strip_prefix("manylinux_")?));
                match (glibc, tag.strip_prefix("musllinux_").and_then(numbers)) {
                    (Some(version), _) if !target.musl => {
                        let fits = self.glibc.is_none_or(|most| version <= most);
                        fits.then_some(version.0 * 100 + version.1)
                    }
                    (_, Some(version)) if target.musl => Some(version.0 * 100 + version.1),
                    _ => None,
                }
            }
            Os::Macos => {
                let (version, arch) = {
                    let rest = tag.strip_prefix("macosx_")?;
                    let end = rest.match_indices('_').nth(1)?.0;
                    (numbers(&rest[..end])?, &rest[end + 1..])
                };
                let own = target.machine();
                let fat = match target.arch {
                    Arch::X86_64 => ["universal2", "intel", "fat64", "universal"].contains(&arch),
                    Arch::Aarch64 => arch == "universal2",
                };
                (arch == own || fat)
                    .then_some(version.0.min(40) * 100 + version.1.min(40) * 2 + u32::from(fat))
            }
        }
    }

    /// Returns tags of a compatible wheel, for messages.
    pub(super) fn example(&self) -> String {
        let (minor, flags) = (self.minor, &self.flags);
        let platforms = self.platforms();
        let platform = platforms.first().map_or("any", String::as_str);
        format!("`cp3{minor}-cp3{minor}{flags}-{platform}` or `py3-none-any`")
    }

    /// Returns the platform tags for queries to a package index.
    pub(super) fn platforms(&self) -> Vec<String> {
        let target = &self.target;
        let arch = if target.os == Os::Macos { target.machine() } else { target.arch.name() };
        match target.os {
            Os::Windows => {
                vec![if target.arch == Arch::X86_64 { "win_amd64" } else { "win_arm64" }.to_owned()]
            }
            Os::Linux if target.musl => (1..=2).map(|n| format!("musllinux_1_{n}_{arch}")).collect(),
            Os::Linux => {
                let most = self.glibc.map_or(39, |(_, minor)| minor);
                let mut tags: Vec<String> = (17..=most).map(|n| format!("manylinux_2_{n}_{arch}")).collect();
                tags.push(format!("manylinux2014_{arch}"));
                if target.arch == Arch::X86_64 {
                    tags.extend(["manylinux2010_x86_64".to_owned(), "manylinux1_x86_64".to_owned()]);
                }
                tags
            }
            Os::Macos => {
                let versions = ["11_0", "12_0", "13_0", "14_0", "10_9", "10_12", "10_13"].iter();
                versions.flat_map(|v| [arch, "universal2"].map(|a| format!("macosx_{v}_{a}"))).collect()
            }
        }
    }
}

/// Parses `2_17`.
fn numbers(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('_')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(target: &str, minor: u8, flags: &str) -> Tags {
        Tags { target: Target::named(target).unwrap(), minor, flags: flags.into(), glibc: None }
    }

    #[test]
    fn wheels_of_the_target_fit_and_the_better_ones_win() {
        let linux = tags("linux-aarch64", 11, "");
        let exact = linux.rank("cp311", "cp311", "manylinux_2_17_aarch64.manylinux2014_aarch64");
        let newer = linux.rank("cp311", "cp311", "manylinux_2_28_aarch64");
        let stable = linux.rank("cp39", "abi3", "manylinux2014_aarch64");
        let pure = linux.rank("py2.py3", "none", "any");
        assert!(exact < newer && newer < stable && stable < pure && exact.is_some());
        for (python, abi, platform) in [
            ("cp312", "cp312", "manylinux2014_aarch64"),
            ("cp312", "abi3", "manylinux2014_aarch64"),
            ("cp311", "cp311", "manylinux2014_x86_64"),
            ("cp311", "cp311", "musllinux_1_1_aarch64"),
            ("cp311", "cp311", "win_amd64"),
            ("py2", "none", "any"),
            ("pp311", "pypy311_pp73", "manylinux2014_aarch64"),
            ("", "", ""),
        ] {
            assert_eq!(linux.rank(python, abi, platform), None, "{python}-{abi}-{platform}");
        }
    }

    #[test]
    fn other_systems_have_their_own_tags() {
        assert!(tags("windows-x86_64", 13, "").rank("cp313", "cp313", "win_amd64").is_some());
        assert_eq!(tags("windows-x86_64", 13, "t").rank("cp313", "cp313", "win_amd64"), None);
        assert_eq!(tags("windows-x86_64", 13, "t").rank("cp38", "abi3", "win_amd64"), None);
        assert!(tags("windows-x86_64", 13, "t").rank("cp313", "cp313t", "win_amd64").is_some());
        assert!(tags("linux-musl-x86_64", 12, "").rank("cp312", "cp312", "musllinux_1_2_x86_64").is_some());
        let mac = tags("macos-aarch64", 12, "");
        assert!(mac.rank("cp312", "cp312", "macosx_11_0_arm64").is_some());
        assert!(mac.rank("cp312", "cp312", "macosx_10_9_universal2").is_some());
        assert_eq!(mac.rank("cp312", "cp312", "macosx_10_9_x86_64"), None);
    }

    #[test]
    fn a_limit_of_glibc_holds_for_wheels() {
        let old = Tags { glibc: Some((2, 17)), ..tags("linux-x86_64", 12, "") };
        assert!(old.rank("cp312", "cp312", "manylinux2014_x86_64").is_some());
        assert_eq!(old.rank("cp312", "cp312", "manylinux_2_28_x86_64"), None);
    }
}
