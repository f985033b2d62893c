//! Resolves symbolic links by name alone, as the system does on disk (path_resolution(7)).

use super::{Archive, BlobId, Error, File, FileKind, is_path};

/// Maximum length of a link target in bytes: `PATH_MAX` on Linux, minus the terminating zero.
const LONGEST_LINK: usize = 4095;
/// Maximum number of links to follow for one path, as on Linux.
const MOST_LINKS: usize = 40;
/// Maximum number of components to resolve for one path. The longest path has 2,048.
const MOST_PARTS: usize = 4096;

/// What exists at a path that contains no links before its last component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Nothing,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A link with this target.
    Link(Vec<u8>),
}

/// Why a link cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Its target does not exist.
    Missing,
    /// It leaves the root folder.
    Outside,
    /// It points to itself, or through too many other links.
    Circle,
}

/// Whether `target` is valid as the text of a link: relative, with components that all systems separate in
/// the same way.
pub fn is_target(target: &[u8]) -> bool {
    let is_part = |part: &[u8]| matches!(part, b"." | b"..") || is_path(part);
    target.len() <= LONGEST_LINK && target.split(|c| *c == b'/').all(is_part)
}

/// Follows all links in `path` and returns the resolved path; empty for the root.
///
/// `look` returns what exists at a path. `..` is relative to the target of a link, not to the link itself.
///
/// # Errors
/// See [`Broken`].
pub fn follow(path: &[u8], mut look: impl FnMut(&[u8]) -> Place) -> Result<Vec<u8>, Broken> {
    let parts = |text: &[u8]| text.split(|c| *c == b'/').rev().map(<[u8]>::to_vec).collect::<Vec<_>>();
    // Components in reverse order: the next one is last.
    let mut ahead = parts(path);
    let mut done: Vec<u8> = Vec::new();
    let (mut links, mut count) = (0, 0);
    while let Some(part) = ahead.pop() {
        count += 1;
        if count > MOST_PARTS {
            return Err(Broken::Circle);
        }
        match part.as_slice() {
            b"" | b"." => continue,
            b".." if done.is_empty() => return Err(Broken::Outside),
            b".." => {
                done.truncate(folder(&done).len());
                continue;
            }
            _ => {}
        }
        let above = done.len();
        if above > 0 {
            done.push(b'/');
        }
        done.extend(part);
        match look(&done) {
            Place::Nothing => return Err(Broken::Missing),
            Place::File if !ahead.is_empty() => return Err(Broken::Missing),
            Place::File | Place::Folder => {}
            Place::Link(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(Broken::Circle);
                }
                if target.first() == Some(&b'/') {
                    return Err(Broken::Outside);
                }
                done.truncate(above);
                ahead.extend(parts(&target));
            }
        }
    }
    Ok(done)
}

/// Returns the folder that contains `path`; empty for the root.
pub(super) fn folder(path: &[u8]) -> &[u8] {
    path.iter().rposition(|c| *c == b'/').map_or(b"", |end| &path[..end])
}

impl<'a> Archive<'a> {
    /// Returns the files whose path starts with `prefix`.
    pub fn files_below(&self, prefix: &[u8]) -> impl Iterator<Item = File<'a>> {
        let (archive, first) = (*self, self.search_file(prefix).unwrap_or_else(|i| i));
        (first..self.file_count())
            .map_while(move |i| archive.file(i).ok())
            .take_while(move |file| file.path.starts_with(prefix))
    }

    /// Follows all links in `path`, a path below the root. `target` returns the target of a link: the content
    /// of its blob, or the target of the link on disk.
    ///
    /// # Errors
    /// See [`Broken`].
    pub fn follow(
        &self,
        path: &[u8],
        mut target: impl FnMut(&File<'_>) -> Option<Vec<u8>>,
    ) -> Result<Vec<u8>, Broken> {
        follow(path, |at| {
            let Some(file) = self.find_file(at) else {
                let is_folder = self.files_below(&[at, b"/"].concat()).next().is_some();
                return if is_folder { Place::Folder } else { Place::Nothing };
            };
            match file.kind {
                FileKind::Link => target(&file).map_or(Place::Nothing, Place::Link),
                _ => Place::File,
            }
        })
    }

    /// Checks that a link resolves to a file or folder of the archive, even through other links.
    pub(super) fn check_link<C: AsRef<[u8]>>(
        &self,
        link: &[u8],
        blob: BlobId,
        read: &mut impl FnMut(BlobId) -> Result<C, Error>,
    ) -> Result<(), Error> {
        const BAD: Error = Error::Damaged("link");
        let mut failure = None;
        let mut content = |blob| {
            if self.raw_len(blob)? > LONGEST_LINK as u64 {
                return Err(BAD);
            }
            let text = read(blob)?.as_ref().to_vec();
            if is_target(&text) { Ok(text) } else { Err(BAD) }
        };
        content(blob)?;
        let end = self.follow(link, |file| match content(file.blob?) {
            Ok(text) => Some(text),
            Err(error) => {
                failure = Some(error);
                None
            }
        });
        match (end, failure) {
            (_, Some(error)) => Err(error),
            (Err(_), None) => Err(BAD),
            (Ok(_), None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows a path in a tree of files and links. The parents of files are folders.
    fn followed(path: &str, tree: &[(&str, &str)]) -> Result<String, Broken> {
        let look = |at: &[u8]| {
            let at = std::str::from_utf8(at).unwrap();
            let below = format!("{at}/");
            match tree.iter().find(|(path, _)| *path == at) {
                Some((_, "")) => Place::File,
                Some((_, target)) => Place::Link(target.as_bytes().to_vec()),
                None if tree.iter().any(|(path, _)| path.starts_with(&below)) => Place::Folder,
                None => Place::Nothing,
            }
        };
        follow(path.as_bytes(), look).map(|path| String::from_utf8(path).unwrap())
    }

    #[test]
    fn links_are_followed_as_the_system_does() {
        let tree = [
            ("v1/a", ""),
            ("v1/deep/b", ""),
            ("current", "v1"),
            ("stable", "./current"),
            ("v1/up", "../stable/a"),
            ("deep", "v1/deep"),
            ("here", "."),
            ("v1/loop", ".."),
            ("one", "two"),
            ("two", "one"),
            ("self", "self/x"),
            ("out", ".."),
            ("v1/out", "deep/../../../x"),
            ("absolute", "/v1"),
            ("through", "v1/a/../a"),
            ("gone", "missing/../v1"),
        ];
        for (path, end) in [
            ("v1/a", Ok("v1/a")),
            ("stable/a", Ok("v1/a")),
            ("v1/up", Ok("v1/a")),
            ("current/up", Ok("v1/a")),
            // Resolving `deep/..` textually would return the root.
            ("deep/../a", Ok("v1/a")),
            ("here/here/current", Ok("v1")),
            ("v1/loop/v1/loop", Ok("")),
            ("one", Err(Broken::Circle)),
            ("self", Err(Broken::Circle)),
            ("out", Err(Broken::Outside)),
            ("v1/out", Err(Broken::Outside)),
            ("absolute", Err(Broken::Outside)),
            ("through", Err(Broken::Missing)),
            ("gone", Err(Broken::Missing)),
            ("current/none", Err(Broken::Missing)),
        ] {
            assert_eq!(followed(path, &tree), end.map(str::to_owned), "{path}");
        }
        // Each link doubles the number of remaining components, so short links also need a limit.
        let doubling: Vec<(String, String)> =
            (0..60).map(|i| (format!("l{i}"), format!("l{0}/l{0}", i + 1))).collect();
        let tree: Vec<(&str, &str)> = doubling.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(followed("l0", &tree), Err(Broken::Circle));
    }

    #[test]
    fn the_text_of_a_link_is_relative() {
        for good in [&b"a"[..], b"../a", "./a/../\u{e4}".as_bytes(), b".", b"..", b"a b:c"] {
            assert!(is_target(good), "{}", String::from_utf8_lossy(good));
        }
        for bad in [&b""[..], b"/a", b"a//b", b"a/", b"a\0"] {
            assert!(!is_target(bad), "{}", String::from_utf8_lossy(bad));
        }
        assert!(!is_target(&[b'a'; 4096]));
    }
}
