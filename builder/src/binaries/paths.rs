//! Replaces paths of the build machine in native files.

use std::path::Path;

use memchr::memmem::Finder;

/// Paths that must not appear in the application, longest first.
#[derive(Debug, Default)]
pub(crate) struct MachinePaths {
    paths: Vec<Finder<'static>>,
}

/// Folders that exist on every machine and therefore reveal nothing.
const STANDARD: [&str; 6] = ["/usr/local", "/usr/lib", "/usr/bin", "/usr/share", "/usr/src", "/var/lib"];

impl MachinePaths {
    /// Keeps those of `paths` that identify the machine.
    pub(crate) fn new<'a>(paths: impl IntoIterator<Item = &'a Path>) -> MachinePaths {
        let mut texts: Vec<String> = Vec::new();
        for path in paths {
            let text = path.to_string_lossy();
            let text = text.trim_end_matches('/');
            // A single component (`/`, `/usr`, `/root`, `/app`) is the same on many machines.
            let telling = text.starts_with('/') && text[1..].contains('/') && !STANDARD.contains(&text);
            if telling && !texts.iter().any(|t| t == text) {
                texts.push(text.to_owned());
            }
        }
        texts.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        MachinePaths { paths: texts.iter().map(|t| Finder::new(t).into_owned()).collect() }
    }

    /// Returns the paths for the key of a cached result.
    pub(crate) fn key(&self) -> impl Iterator<Item = &[u8]> {
        self.paths.iter().map(Finder::needle)
    }

    /// Returns whether one of the paths occurs in some bytes.
    pub(crate) fn occur_in(&self, bytes: &[u8]) -> bool {
        self.paths.iter().any(|path| path.find(bytes).is_some())
    }

    /// Replaces each of the paths with a neutral one of the same length (`/python` and slashes), so that no
    /// offset changes and strings stay strings.
    ///
    /// If a string ends with the path, its last component stays. Linkers store one string in the tail of
    /// another: `3.12.1` (the version) is a tail of `/opt/versions/3.12.1` (the prefix).
    pub(crate) fn scrub(&self, bytes: &mut [u8]) {
        for path in &self.paths {
            let needle = path.needle();
            let last = needle.iter().rposition(|b| *b == b'/').unwrap_or(0);
            let found: Vec<usize> =
                path.find_iter(bytes).filter(|at| ends(bytes.get(at + needle.len()))).collect();
            for at in found {
                let len = if bytes.get(at + needle.len()) == Some(&0) { last } else { needle.len() };
                let place = &mut bytes[at..at + len];
                place.fill(b'/');
                let name = &b"/python"[..len.min(7)];
                place[..name.len()].copy_from_slice(name);
            }
        }
    }
}

/// Returns whether a path's last component ends before this byte.
fn ends(next: Option<&u8>) -> bool {
    !next.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'@' | 0x80..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_keep_their_length_and_others_stay() {
        let paths = ["/home/ann", "/home/ann/.venv", "/solo", "/usr/local", "/"].map(Path::new);
        let paths = MachinePaths::new(paths);
        let mut bytes =
            b"-L/home/ann/lib\0/home/anna/x\0/home/ann/.venv/lib\0/solo/x\0/usr/local/lib\0/home/ann\0"
                .to_vec();
        paths.scrub(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(
            text,
            "-L/python///lib\0/home/anna/x\0/python/////////lib\0/solo/x\0/usr/local/lib\0/pyth/ann\0"
        );
    }
}
