//! Checks that hashes cannot make: paths, code objects, and files that share one folder.

use super::links::folder as folder_of;
use super::{Archive, BlobId, Error, FileKind, Module};

/// Maximum length of a path component in bytes: `NAME_MAX` on Linux. Other systems count characters.
const LONGEST_NAME: usize = 255;
/// Maximum length of a path below the root in bytes: `PATH_MAX` on Linux, minus room for the root itself.
const LONGEST_PATH: usize = 3072;

/// Whether `path` is a valid path below a folder: relative, separated by `/` only, short enough to exist, and
/// without empty, `.` or `..` components.
pub fn is_path(path: &[u8]) -> bool {
    let is_foreign = |c: u8| c == 0 || c != b'/' && std::path::is_separator(char::from(c));
    let is_part = |part: &[u8]| !matches!(part, b"" | b"." | b"..") && part.len() <= LONGEST_NAME;
    path.len() <= LONGEST_PATH
        && !path.iter().any(|c| is_foreign(*c))
        && path.split(|c| *c == b'/').all(is_part)
}

/// Whether `name` is a single component of a path on every system.
pub fn is_name(name: &[u8]) -> bool {
    is_path(name) && !name.iter().any(|c| matches!(c, b'/' | b'\\' | b':') || c.is_ascii_control())
}

/// Whether `bytes` start with a marshalled code object.
///
/// CPython's own reader does not check the type of the object: it would evaluate any other object as code.
pub fn is_code(bytes: &[u8]) -> bool {
    const CODE: u8 = b'c';
    /// Set if other objects refer to this one.
    const FLAG_REF: u8 = 0x80;
    bytes.first().is_some_and(|first| first & !FLAG_REF == CODE)
}

impl Module<'_> {
    /// Whether `code` appears to belong to this module. A code object contains its file name, which must be
    /// the module's path.
    pub fn is_code_here(&self, code: &[u8]) -> bool {
        let (Some(first), Ok(len)) = (self.path.first(), u32::try_from(self.path.len())) else {
            return false;
        };
        let len = len.to_le_bytes();
        // A short ASCII string has its length in a single byte.
        let is_counted = |before: &[u8]| before.ends_with(&len) || before.ends_with(&len[..1]) && len[1] == 0;
        let starts = code.iter().enumerate().filter(|(_, byte)| *byte == first);
        is_code(code)
            && starts.into_iter().any(|(at, _)| code[at..].starts_with(self.path) && is_counted(&code[..at]))
    }

    /// Whether the path is where Python looks for the module: `a/b.py` or `a/b/__init__.py` for `a.b`.
    pub fn is_at_its_path(&self) -> bool {
        let path = self.path.strip_suffix(b"c").unwrap_or(self.path);
        let place = match self.is_package() {
            true => path.strip_suffix(b"/__init__.py"),
            false => path.strip_suffix(b".py"),
        };
        let dotted = |c: &u8| if *c == b'/' { b'.' } else { *c };
        place.is_some_and(|place| place.iter().map(dotted).eq(self.name.iter().copied()))
    }
}

impl<'a> Archive<'a> {
    /// Checks that all files can be written below one folder without escaping from it. Each path must be
    /// relative and unique, no file or empty folder may be below another file or a link, and each link must
    /// point to a file or folder of the archive. `read` returns the content of a blob.
    ///
    /// # Errors
    /// [`Error::Damaged`] for the first record that violates a rule.
    pub fn check_files<C: AsRef<[u8]>>(
        &self,
        mut read: impl FnMut(BlobId) -> Result<C, Error>,
    ) -> Result<(), Error> {
        let mut last: &[u8] = b"";
        for i in 0..self.file_count() {
            let path = self.file(i)?.path;
            if !is_path(path) {
                return Err(Error::Damaged("file outside the root"));
            }
            // Later lookups use binary search.
            if path <= last {
                return Err(Error::Damaged("file table is not sorted"));
            }
            last = path;
        }
        let mut checked: &[u8] = b"";
        for i in 0..self.file_count() {
            let file = self.file(i)?;
            let folder = folder_of(file.path);
            // Files of the same folder are usually adjacent, so check each folder once.
            if folder != checked && self.parents(folder).any(|parent| self.search_file(parent).is_ok()) {
                return Err(Error::Damaged("file below a file"));
            }
            checked = folder;
            if let (FileKind::Link, Some(blob)) = (file.kind, file.blob) {
                self.check_link(file.path, blob, &mut read)?;
            }
        }
        self.check_folders()
    }

    /// Checks the folders without files: their paths are like those of files, and no parent is a file or a
    /// link.
    fn check_folders(&self) -> Result<(), Error> {
        let mut last: &[u8] = b"";
        for folder in self.folders() {
            if !is_path(folder) {
                return Err(Error::Damaged("folder outside the root"));
            }
            if folder <= last {
                return Err(Error::Damaged("folders are not sorted"));
            }
            last = folder;
            if self.parents(folder).any(|path| self.search_file(path).is_ok()) {
                return Err(Error::Damaged("folder below a file"));
            }
        }
        Ok(())
    }

    /// Returns a folder and its parents, nearest first.
    fn parents<'p>(&self, folder: &'p [u8]) -> impl Iterator<Item = &'p [u8]> + use<'p> {
        let first = Some(folder).filter(|folder| !folder.is_empty());
        std::iter::successors(first, |path| Some(folder_of(path)).filter(|folder| !folder.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Codec, Encoder, FileRecord, NewBlob, hash};
    use super::*;

    #[test]
    fn a_path_stays_below_its_folder() {
        for good in [&b"a"[..], b"a/b.so", b"a..b/.c", b"a:b"] {
            assert!(is_path(good), "{}", String::from_utf8_lossy(good));
        }
        for bad in [&b""[..], b"/a", b"a/", b"a//b", b"./a", b"a/..", b"..", b"a\0b"] {
            assert!(!is_path(bad), "{}", String::from_utf8_lossy(bad));
        }
        assert!(is_path(&[b'x'; 255]) && !is_path(&[b'x'; 256]) && !is_path(&b"x/".repeat(2000)[..3999]));
        // A backslash is an ordinary character unless this system separates paths with it.
        assert_eq!(is_path(b"a\\..\\b"), !std::path::is_separator('\\'));
        assert!(is_name(b"app.exe") && is_name(b"_internal"));
        for bad in [&b"a/b"[..], b"C:", b"a\nb", b"..", b""] {
            assert!(!is_name(bad), "{}", String::from_utf8_lossy(bad));
        }
    }

    #[test]
    fn code_is_told_by_its_first_byte() {
        assert!(is_code(b"c...") && is_code(b"\xe3..."));
        assert!(!is_code(b"") && !is_code(b"(\0") && !is_code(b"\x28\xb5\x2f\xfd"));
    }

    #[test]
    fn code_belongs_to_a_module() {
        use super::super::{ModuleKind, module_flag};
        let module = |name, path, flags| Module {
            name,
            kind: ModuleKind::Code,
            flags,
            path,
            code: None,
            source: None,
            file: None,
        };
        let (package, plain) = (module_flag::PACKAGE, 0);
        for (name, path, flags, expected) in [
            (&b"a.b"[..], &b"a/b.py"[..], plain, true),
            (b"a.b", b"a/b.pyc", plain, true),
            (b"a", b"a/__init__.py", package, true),
            (b"a", b"a/__init__.py", plain, false),
            (b"a.b", b"a/b.py", package, false),
            (b"a", b"b.py", plain, false),
            (b"a", b"a", plain, false),
        ] {
            assert_eq!(
                module(name, path, flags).is_at_its_path(),
                expected,
                "{}",
                String::from_utf8_lossy(path)
            );
        }
        let here = module(b"a", b"a.py", plain);
        assert!(here.is_code_here(b"\xe3....\xda\x04a.py..."));
        assert!(!here.is_code_here(b"\xe3....\xda\x05aa.py..."));
        assert!(!here.is_code_here(b"(\0....\xda\x04a.py..."));
        assert!(!here.is_code_here(b"c") && !here.is_code_here(b""));
        assert!(here.is_code_here(b"\xe3....u\x04\0\0\0a.py..."));
        assert!(!module(b"a", b"", plain).is_code_here(b"\xe3.."));
    }

    /// Checks an archive of files and links. Text after ` -> ` is the target of a link.
    fn check(files: &[&str]) -> Result<(), Error> {
        let mut encoder = Encoder::new();
        let mut content: Vec<u8> = Vec::new();
        for file in files {
            let (path, target) = file.split_once(" -> ").map_or((*file, None), |(path, to)| (path, Some(to)));
            let bytes = target.unwrap_or(path).as_bytes();
            let len = bytes.len() as u64;
            let blob =
                NewBlob { stored_len: len, raw_len: len, hash: hash(bytes), codec: Codec::Stored, align: 1 };
            let (id, is_new) = encoder.blob(blob);
            if is_new {
                content.extend(bytes);
            }
            let kind = if target.is_some() { FileKind::Link } else { FileKind::Native };
            encoder.file(FileRecord {
                path: path.into(),
                kind,
                flags: 0,
                blob: Some(id),
                len,
                at: 0,
                preload: vec![],
            });
        }
        let plan = encoder.plan().unwrap();
        content.resize(plan.index_offset as usize, 0);
        content.extend(plan.tail);
        let archive = Archive::open(&content).unwrap();
        archive.check_files(|id| archive.blob(id).map(|blob| blob.stored.to_vec()))
    }

    #[test]
    fn files_share_a_folder() {
        for good in [
            &["a", "a-b", "b/a", "b/c/d", "b/l -> a", "l -> a"][..],
            // To another folder, through another link, to a folder, through a link to a folder, to a folder above.
            &["a", "b/l -> ../a"],
            &["a", "l -> a", "m -> l"],
            &["b/a", "l -> b", "m -> l/a"],
            &["b/a", "l -> b/../b"],
            &["a", "b/a", "b/l -> .", "b/m -> ..", "l -> ."],
        ] {
            assert_eq!(check(good), Ok(()), "{good:?}");
        }
        for bad in [
            &["../a"][..],
            &["/a"],
            &["a", "a-b", "a/b"],
            &["a", "a/b/c"],
            &["l -> a", "a", "l/b"],
            &["l -> ../a", "a"],
            &["l -> /etc"],
            &["l -> missing"],
            &["a", "l -> missing/../a"],
            &["a", "l -> a/."],
            &["a", "l -> a//"],
            &["a", "l -> "],
            &["l -> l"],
            &["a", "l -> m", "m -> l"],
            &["a", "l -> .."],
            &["a", "b/l -> ../.."],
            // Each link stays inside the root by its text, but the combination does not.
            &["b/c/a", "l -> b/c", "m -> l/../../.."],
            &["a", "b/c/l -> ../..", "b/m -> c/l/.."],
            &["b/a", "l -> b", "l/c"],
            &["b/a", "l -> b", "l/c -> ../b/a"],
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}
