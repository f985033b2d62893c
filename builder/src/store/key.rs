//! Keys of cached values: hashes of everything that a value depends on.

use std::path::Path;

use super::Hash;

/// Code that computes cached values. `build.rs` hashes the sources of each variant and the versions of the
/// libraries that affect its results. A build therefore never uses a value stored by another version of the
/// code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Facts about sources, and module graphs.
    Analysis,
    /// Bytecode and compressed blobs.
    Archive,
    /// Files of the finished application.
    Assemble,
    /// Facts about native files, and patched ones.
    Binaries,
    /// Facts about data files.
    Contents,
    /// Environments, and what is unpacked for them.
    Environment,
    /// Interpreters and installed packages.
    Python,
}

impl Code {
    fn version(self) -> &'static str {
        match self {
            Code::Analysis => env!("FREEZE_CODE_ANALYSIS"),
            Code::Archive => env!("FREEZE_CODE_ARCHIVE"),
            Code::Assemble => env!("FREEZE_CODE_ASSEMBLE"),
            Code::Binaries => env!("FREEZE_CODE_BINARIES"),
            Code::Contents => env!("FREEZE_CODE_CONTENTS"),
            Code::Environment => env!("FREEZE_CODE_ENVIRONMENT"),
            Code::Python => env!("FREEZE_CODE_PYTHON"),
        }
    }
}

/// Builds a key. Each part is hashed with its length, so that different parts never give the same key.
#[derive(Clone, Debug)]
pub struct KeyBuilder(blake3::Hasher);

impl KeyBuilder {
    /// Starts a key for a kind of value, which must be unique within the code that computes it.
    pub fn new(code: Code, kind: &str) -> KeyBuilder {
        KeyBuilder(blake3::Hasher::new()).part(code.version()).part(kind)
    }

    /// Adds something that the value depends on.
    pub fn part(mut self, bytes: impl AsRef<[u8]>) -> KeyBuilder {
        let bytes = bytes.as_ref();
        self.0.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        self
    }

    /// Adds a path.
    pub fn path(self, path: &Path) -> KeyBuilder {
        self.part(path.as_os_str().as_encoded_bytes())
    }

    /// Adds a list and its length.
    pub fn parts<P: AsRef<[u8]>>(self, parts: impl IntoIterator<Item = P>) -> KeyBuilder {
        let (key, count) = parts.into_iter().fold((self, 0u64), |(key, n), part| (key.part(part), n + 1));
        key.part(count.to_le_bytes())
    }

    /// Returns the key.
    pub fn finish(&self) -> Hash {
        *self.0.finalize().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_and_its_limits_count() {
        let key = || KeyBuilder::new(Code::Binaries, "kind");
        let keys = [
            key().finish(),
            KeyBuilder::new(Code::Archive, "kind").finish(),
            KeyBuilder::new(Code::Binaries, "other").finish(),
            key().part("ab").finish(),
            key().part("a").part("b").finish(),
            key().parts(["a", "b"]).finish(),
            key().parts(["a"]).part("b").finish(),
            key().parts([""; 0]).finish(),
            key().path(Path::new("a")).finish(),
        ];
        let distinct: std::collections::HashSet<Hash> = keys.into_iter().collect();
        assert_eq!(distinct.len(), keys.len());
        assert_eq!(key().part("ab").finish(), key().part("ab").finish());
    }

    #[test]
    fn each_code_has_its_own_version() {
        let all = [
            Code::Analysis,
            Code::Archive,
            Code::Assemble,
            Code::Binaries,
            Code::Contents,
            Code::Environment,
            Code::Python,
        ];
        let versions: std::collections::HashSet<&str> = all.iter().map(|code| code.version()).collect();
        assert_eq!(versions.len(), all.len());
        assert!(versions.iter().all(|version| version.len() == 16));
    }
}
