//! Decides which files of the application are symbolic links: those that are links on the build machine and
//! have a target at the same relative path in the application.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use freeze_archive::{FileKind, Place, follow, is_target};
use rayon::prelude::*;

use super::File;
use crate::analysis::{Reason, Source};
use crate::binaries::Natives;
use crate::contents::{Contents, Link};
use crate::error::{Error, Result, Warning};
use crate::os::canonicalize;
use crate::paths::way;
use crate::target::{Os, Target};

/// Maximum number of links to follow, as on Linux.
const MOST_HOPS: usize = 40;

/// Replaces all links with files on Windows, where only few users can create links.
///
/// # Errors
/// Too many files would have to replace a link to a folder.
pub(super) fn replace(
    files: &mut Vec<File>,
    contents: &Contents,
    target: &Target,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    if target.os != Os::Windows {
        return Ok(());
    }
    copy_native_links(files);
    contents.links.iter().try_for_each(|link| copy(link, files, warnings))
}

/// Replaces files with links on other systems, and adds the links to folders.
///
/// # Errors
/// Too many files would have to replace a link to a folder.
pub(super) fn make(
    files: &mut Vec<File>,
    contents: &Contents,
    natives: &Natives,
    target: &Target,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    if target.os == Os::Windows {
        return Ok(());
    }
    let origins = origins(files, contents, natives);
    let linked: Vec<usize> =
        (0..files.len()).into_par_iter().filter(|i| may_be_link(&files[*i], &origins)).collect();
    if linked.is_empty() && contents.links.is_empty() {
        return Ok(());
    }
    let mut product = Product::new(files, &origins);
    let kept = product.keep_folder_links(&contents.links);
    for (link, _) in contents.links.iter().zip(&kept).filter(|(_, kept)| !**kept) {
        copy(link, files, warnings)?;
    }
    let extensions: HashSet<&str> = contents.extensions().map(|m| m.path.as_str()).collect();
    let mut product = Product { links: std::mem::take(&mut product.links), ..Product::new(files, &origins) };
    let mut made = Vec::new();
    for i in linked.into_iter().filter(|i| !extensions.contains(files[*i].path.as_str())) {
        if let Some(text) = product.text_of(&files[i], files) {
            product.links.insert(files[i].path.clone(), text.clone());
            made.push((i, text));
        }
    }
    let folder_link = |folder: &Link| {
        let text = product.links.get(&folder.dest)?.clone();
        Some(link(folder.dest.clone(), text, vec![folder.reason.clone()]))
    };
    let folder_links: Vec<File> = contents.links.iter().filter_map(folder_link).collect();
    for (i, text) in made {
        become_link(&mut files[i], text);
    }
    files.extend(folder_links);
    Ok(())
}

/// Returns the original files that the files of the application come from, before any changes.
fn origins(files: &[File], contents: &Contents, natives: &Natives) -> HashMap<String, PathBuf> {
    let mut origins: HashMap<String, PathBuf> = HashMap::new();
    for library in &contents.libraries {
        origins.extend(library.source.file().map(|path| (library.dest.clone(), path.to_owned())));
    }
    for file in files.iter().filter(|file| file.kind == FileKind::Data) {
        origins.extend(file.source.file().map(|path| (file.path.clone(), path.to_owned())));
    }
    origins.extend(natives.files.iter().map(|native| (native.dest.clone(), native.source.clone())));
    origins
}

fn may_be_link(file: &File, origins: &HashMap<String, PathBuf>) -> bool {
    !file.resource && origins.get(&file.path).is_some_and(|origin| origin.is_symlink())
}

/// The files of the application by path, and the known links.
struct Product<'p> {
    files: BTreeMap<String, usize>,
    resources: HashSet<String>,
    origins: &'p HashMap<String, PathBuf>,
    links: HashMap<String, String>,
}

impl<'p> Product<'p> {
    fn new(files: &[File], origins: &'p HashMap<String, PathBuf>) -> Product<'p> {
        let resources = files.iter().filter(|f| f.resource).map(|f| f.path.clone()).collect();
        let known = files.iter().filter_map(|f| Some((f.path.clone(), f.link.clone()?))).collect();
        let files = files.iter().enumerate().map(|(i, f)| (f.path.clone(), i)).collect();
        Product { files, resources, origins, links: known }
    }

    /// Returns the paths below a folder. An empty path is the root.
    fn below(&self, folder: &str) -> impl Iterator<Item = &String> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.files.range(start.clone()..).map(|(path, _)| path).take_while(move |p| p.starts_with(&start))
    }

    /// Resolves `path`; `None` if nothing is there.
    fn follow(&self, path: &str) -> Option<String> {
        let look = |at: &[u8]| {
            let at = String::from_utf8_lossy(at);
            match self.links.get(&*at) {
                Some(text) => Place::Link(text.clone().into_bytes()),
                None if self.files.contains_key(&*at) => Place::File,
                None if self.below(&at).next().is_some() => Place::Folder,
                None => Place::Nothing,
            }
        };
        String::from_utf8(follow(path.as_bytes(), look).ok()?).ok()
    }

    /// Registers the links to folders that stay links. Returns for each link whether it does.
    fn keep_folder_links(&mut self, links: &[Link]) -> Vec<bool> {
        let candidates: HashMap<&str, &Link> = links.iter().map(|link| (link.dest.as_str(), link)).collect();
        let targets = links.iter().map(|link| {
            let is_free = !self.files.contains_key(&link.dest) && self.below(&link.dest).next().is_none();
            hops(&link.source).iter().enumerate().find_map(|(n, hop)| {
                let dest = place(&link.dest, &link.source, hop).filter(|_| is_free)?;
                let is_link = || candidates.get(dest.as_str()).is_some_and(|l| real_place(&l.source) == *hop);
                (self.is_folder(&dest, hop) || is_link())
                    .then(|| (dest, raw(&link.source).filter(|_| n == 0)))
            })
        });
        let targets: Vec<Option<(String, Option<String>)>> = targets.collect();
        for (link, target) in links.iter().zip(&targets) {
            if let Some((dest, _)) = target {
                self.links.insert(link.dest.clone(), leading(&link.dest, dest));
            }
        }
        // Keep the original text of a link if it is equivalent.
        for (link, target) in links.iter().zip(&targets) {
            if let Some((dest, Some(raw))) = target
                && self.leads(&link.dest, raw, dest)
            {
                self.links.insert(link.dest.clone(), raw.clone());
            }
        }
        // A link to a link that is removed is removed as well.
        loop {
            let gone: Vec<String> = links
                .iter()
                .filter(|l| self.links.contains_key(&l.dest) && self.follow(&l.dest).is_none())
                .map(|l| l.dest.clone())
                .collect();
            gone.iter().for_each(|dest| drop(self.links.remove(dest)));
            if gone.is_empty() {
                return links.iter().map(|link| self.links.contains_key(&link.dest)).collect();
            }
        }
    }

    /// Whether the application has the files of this folder at this path, all of them outside the archive.
    fn is_folder(&self, dest: &str, folder: &Path) -> bool {
        let is_from = |path: &String| {
            let rest = path[dest.len()..].trim_start_matches('/');
            self.origins.get(path).is_some_and(|origin| {
                origin.ends_with(rest) && canonicalize(&folder.join(rest)).ok() == canonicalize(origin).ok()
            })
        };
        self.below(dest).any(is_from) && !self.below(dest).any(|path| self.resources.contains(path))
    }

    /// Whether a link with this text resolves to the same path as `dest`.
    fn leads(&self, link: &str, text: &str, dest: &str) -> bool {
        let path = if let Some((folder, _)) = link.rsplit_once('/') {
            format!("{folder}/{text}")
        } else {
            text.into()
        };
        is_target(text.as_bytes()) && self.follow(&path).is_some_and(|end| self.follow(dest) == Some(end))
    }

    /// Returns the text of the link that replaces a file.
    fn text_of(&self, file: &File, files: &[File]) -> Option<String> {
        let origin = self.origins.get(&file.path)?;
        for (n, hop) in hops(origin).iter().enumerate() {
            let Some(dest) = place(&file.path, origin, hop) else { continue };
            let end = self.follow(&dest).and_then(|end| self.files.get(&end)).map(|i| &files[*i]);
            let Some(target) = end.filter(|t| t.path != file.path && !t.resource) else { continue };
            let from = self.origins.get(&target.path).and_then(|path| canonicalize(path).ok());
            if from.is_none() || from != canonicalize(origin).ok() || !is_alike(file, target) {
                continue;
            }
            let raw = raw(origin).filter(|raw| n == 0 && self.leads(&file.path, raw, &dest));
            return Some(raw.unwrap_or_else(|| leading(&file.path, &dest)));
        }
        None
    }
}

/// Whether a link to another file with the same origin can replace a file. A library in another folder may
/// have a different run path.
fn is_alike(file: &File, target: &File) -> bool {
    match (&file.source, &target.source) {
        _ if matches!(file.kind, FileKind::Data | FileKind::Link) => true,
        (Source::File(one), Source::File(other)) => {
            one == other || canonicalize(one).ok() == canonicalize(other).ok()
        }
        _ => false,
    }
}

/// Returns the successive targets of a link, with resolved parent folders.
fn hops(link: &Path) -> Vec<PathBuf> {
    let mut hops = Vec::new();
    let mut at = real_place(link);
    while hops.len() < MOST_HOPS {
        let Ok(text) = std::fs::read_link(&at) else { break };
        at = real_place(&at.parent().unwrap_or(Path::new("")).join(text));
        hops.push(at.clone());
    }
    hops
}

/// Resolves the parent folders of a path, but not the last component.
fn real_place(path: &Path) -> PathBuf {
    let real = match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => canonicalize(folder).map(|folder| folder.join(name)),
        _ => canonicalize(path),
    };
    real.unwrap_or_else(|_| path.to_owned())
}

/// Returns the text of a link if it is valid in an application.
fn raw(link: &Path) -> Option<String> {
    std::fs::read_link(link).ok()?.to_str().filter(|text| is_target(text.as_bytes())).map(str::to_owned)
}

/// Returns the path in the application that is relative to `dest` as `to` is to the link that `dest` comes
/// from.
fn place(dest: &str, link: &Path, to: &Path) -> Option<String> {
    let from = real_place(link);
    let from: Vec<_> = from.parent()?.components().collect();
    let to: Vec<_> = to.components().collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<&str> = dest.split('/').collect();
    parts.pop();
    parts.truncate(parts.len().checked_sub(from.len() - common)?);
    for part in &to[common..] {
        parts.push(part.as_os_str().to_str()?);
    }
    Some(parts.join("/"))
}

/// Returns the text of a link at `link` to `dest`, both of which are paths in the application.
fn leading(link: &str, dest: &str) -> String {
    let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
    let way = way(folder, dest);
    if way.is_empty() { ".".to_owned() } else { way }
}

fn become_link(file: &mut File, text: String) {
    file.kind = FileKind::Link;
    file.executable = false;
    file.preload.clear();
    file.size = 0;
    file.source = Source::Bytes(text.clone().into_bytes());
    file.link = Some(text);
}

/// Creates a link with this text.
pub(super) fn link(path: String, text: String, reasons: Vec<Reason>) -> File {
    let mut file = File::new(path, Source::Bytes(Vec::new()), reasons);
    become_link(&mut file, text);
    file
}

/// Replaces a link to a folder with the files below its target.
fn copy(link: &Link, files: &mut Vec<File>, warnings: &mut Vec<Warning>) -> Result<()> {
    let Some(inner) = &link.files else {
        return Err(Error::new(format!(
            "`{}` contains too many files to be copied when links are followed",
            link.source.display()
        ))
        .hint("remove the links to folders that contain them"));
    };
    let paths: HashSet<String> = files.iter().map(|f| f.path.clone()).collect();
    let mut refused = false;
    for (path, rest) in inner {
        let dest = format!("{}/{rest}", link.dest);
        // A file from the user or another rule takes precedence.
        let is_taken = dest.match_indices('/').any(|(at, _)| paths.contains(&dest[..at]));
        refused |= is_taken;
        if !is_taken && !paths.contains(&dest) {
            files.push(File::new(dest, Source::File(path.clone()), vec![link.reason.clone()]));
        }
    }
    if refused {
        warnings.push(Warning::minor(format!("`{}` is left out: a file has its name", link.dest)));
    }
    Ok(())
}

/// Replaces additional names of native files with copies.
fn copy_native_links(files: &mut [File]) {
    let places: HashMap<String, usize> = files.iter().enumerate().map(|(i, f)| (f.path.clone(), i)).collect();
    for i in 0..files.len() {
        let mut at = i;
        for _ in 0..MOST_HOPS {
            let Some(text) = &files[at].link else { break };
            let folder = files[at].path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = if folder.is_empty() { text.clone() } else { format!("{folder}/{text}") };
            match places.get(&path) {
                Some(next) => at = *next,
                None => break,
            }
        }
        if at != i && files[at].link.is_none() {
            let (path, reasons) = (files[i].path.clone(), files[i].reasons.clone());
            files[i] = File { path, reasons, ..files[at].clone() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_from_its_own_folder() {
        for (link, dest, text) in [
            ("a", "b", "b"),
            ("x/a", "x/b", "b"),
            ("x/a", "y/b", "../y/b"),
            ("x/y/a", "x", ".."),
            ("x/a", "x", "."),
            ("a", "", "."),
            ("x/a", "", ".."),
            ("x/a", "x/y/b", "y/b"),
        ] {
            assert_eq!(leading(link, dest), text, "{link} {dest}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_target_is_looked_for_at_the_same_relative_place() {
        let dir = tempfile::tempdir().unwrap();
        let root = canonicalize(dir.path()).unwrap();
        std::fs::create_dir_all(root.join("data/v1")).unwrap();
        for (link, to) in [("data/current", "v1"), ("data/l", "current/a"), ("data/v1/b", "a")] {
            std::os::unix::fs::symlink(to, root.join(link)).unwrap();
        }
        std::fs::write(root.join("data/v1/a"), "").unwrap();
        let found = hops(&root.join("data/l"));
        assert_eq!(found, [root.join("data/v1/a")]);
        let at = |dest: &str, link: &str, to: &str| place(dest, &root.join(link), &root.join(to));
        assert_eq!(at("d/l", "data/l", "data/v1/a").as_deref(), Some("d/v1/a"));
        assert_eq!(at("l", "data/l", "data/v1/a").as_deref(), Some("v1/a"));
        assert_eq!(at("l", "data/v1/b", "data/l"), None);
        assert_eq!(at("x/y/l", "data/v1/b", "data/l").as_deref(), Some("x/l"));
        // Through a link to the folder.
        assert_eq!(hops(&root.join("data/current/b")), [root.join("data/v1/a")]);
        assert_eq!(at("d/b", "data/current/b", "data/v1/a").as_deref(), Some("d/a"));
    }

    /// Creates links from files, folder links and a native library with a second name. Returns paths with
    /// their kind of entry.
    #[cfg(unix)]
    fn made(target: &str) -> Vec<String> {
        use crate::analysis::{By, Reason};
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir_all(root.join("v1")).unwrap();
        std::fs::write(root.join("v1/a"), "A").unwrap();
        std::os::unix::fs::symlink("v1", root.join("current")).unwrap();
        std::os::unix::fs::symlink("v1/a", root.join("l")).unwrap();
        let reason = Reason::new("", By::Package);
        let file = |path: &str| {
            let source = Source::File(root.join(path));
            File::new(format!("data/{path}"), source, vec![reason.clone()])
        };
        let mut native = File::new("lib/x.dll".into(), Source::Bytes(b"X".to_vec()), vec![reason.clone()]);
        native.kind = FileKind::Native;
        let mut second = native.clone();
        second.path = "lib/second.dll".into();
        become_link(&mut second, "x.dll".into());
        let mut files = vec![file("v1/a"), file("l"), native, second];
        let link = Link {
            dest: "data/current".into(),
            source: root.join("current"),
            files: Some(vec![(root.join("current/a"), "a".into())]),
            reason: reason.clone(),
        };
        let contents = Contents { links: vec![link], ..Contents::default() };
        let target = Target::named(target).unwrap();
        replace(&mut files, &contents, &target, &mut Vec::new()).unwrap();
        make(&mut files, &contents, &Natives::default(), &target, &mut Vec::new()).unwrap();
        let content =
            |file: &File| String::from_utf8(super::super::source::read(&file.source).unwrap()).unwrap();
        let shown = |file: &File| match &file.link {
            Some(text) => format!("{} -> {text}", file.path),
            None => format!("{} {}", file.path, content(file)),
        };
        files.iter().map(shown).collect()
    }

    #[cfg(unix)]
    #[test]
    fn links_become_copies_where_users_cannot_create_them() {
        let links =
            ["data/v1/a A", "data/l -> v1/a", "lib/x.dll X", "lib/second.dll -> x.dll", "data/current -> v1"];
        assert_eq!(made("linux-x86_64"), links);
        let copies = ["data/v1/a A", "data/l A", "lib/x.dll X", "lib/second.dll X", "data/current/a A"];
        assert_eq!(made("windows-x86_64"), copies);
    }
}
