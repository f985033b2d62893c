//! The cache: one folder per version of an application, created once and shared by all its processes.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use freeze_launcher::trust::{self, Folder, Purpose};

use super::place::{self, Work};
use super::private::{LOCK, claim, remove_folder};
use super::versions::{self, COMPLETE, UNFINISHED};
use super::{Root, Unusable};
use crate::launcher::locate::Program;
use crate::launcher::os::{self, Access, Lock};
use crate::launcher::report;

/// Maximum time to wait for another process to fill the cache, before this process also fills it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Interval at which the time of the last use is recorded.
const TOUCH: Duration = Duration::from_secs(24 * 60 * 60);
/// Maximum time to wait for the lock of a complete folder: another process only holds it to remove the folder.
const REMOVAL: Duration = Duration::from_millis(500);

/// Opens the folder of this version below `base`, and fills it if it does not exist.
pub(super) fn open(program: &Program, base: &Path, app: &str) -> Result<Root, Unusable> {
    let version: String = program.archive.index_hash().iter().map(|b| format!("{b:02x}")).collect();
    let above = base.join("freeze").join(app);
    if let Some(root) = enter(program, base, &above.join(&version))? {
        return Ok(root);
    }
    let above = Folder::open(&above, Purpose::NewContent, trust::rights())?;
    let folder = above.path();
    let path = folder.join(&version);
    if os::is_noexec(folder) {
        return Err(Unusable::Place("it is mounted noexec".into()));
    }

    // One process fills the cache while the others wait, but only for a limited time.
    let turn = os::open_lock(folder)?;
    let waiting = Instant::now();
    let mut pause = Duration::from_millis(1);
    while !os::lock(&turn, Lock::Exclusive) && waiting.elapsed() < PATIENCE {
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
        if let Some(root) = enter(program, base, &path)? {
            return Ok(root);
        }
    }
    for _ in 0..3 {
        if let Some(root) = enter(program, base, &path)? {
            return Ok(root);
        }
        match fill(program, folder, &path) {
            Err(Unusable::Full(reason)) => {
                report::phase(format_args!("{reason}: removing other versions"));
                versions::remove_all(folder, &path);
                fill(program, folder, &path)?;
            }
            filled => filled?,
        }
        versions::remove_later(folder, &path);
    }
    enter(program, base, &path)?.ok_or_else(|| Unusable::Place("it is removed as soon as it is made".into()))
}

/// Uses a complete folder; `None` if there is none.
///
/// No one else can replace a folder that passed, or any of its parents, so its path can be used from now on.
fn enter(program: &Program, base: &Path, path: &Path) -> Result<Option<Root>, Unusable> {
    let folder = match Folder::open(path, Purpose::Content, trust::rights()) {
        Err(refusal) if refusal.is_missing() => return Ok(None),
        folder => folder?,
    };
    let path = folder.path();
    let Ok(mut marker) = folder.open_file(COMPLETE) else { return Ok(None) };
    let metadata = marker.metadata()?;
    // Kept for the lifetime of the process.
    let waiting = Instant::now();
    while os::try_lock(&marker, Lock::Shared).is_err_and(|e| e.kind() == ErrorKind::WouldBlock)
        && !os::is_removed(&marker)
        && waiting.elapsed() < REMOVAL
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    if os::is_removed(&marker) {
        return Ok(None);
    }
    let mut known = Vec::new();
    let read = Read::by_ref(&mut marker).take(256).read_to_end(&mut known);
    let boot = os::boot_id();
    let is_cleaned_up = os::is_cleaned_up(base);
    let work = if is_cleaned_up { Work::Renew } else { Work::Repair };
    if read.is_err() || known != boot || boot.is_empty() {
        report::phase("first start since the machine booted: checking the cache");
        place::files(program.archive, path, work)?;
        let rewritten = OpenOptions::new().write(true).truncate(true).open(path.join(COMPLETE));
        let _ = rewritten.and_then(|mut m| m.write_all(&boot));
    } else {
        let age = metadata.modified().ok().and_then(|m| SystemTime::now().duration_since(m).ok());
        if age.is_some_and(|age| age > TOUCH) {
            if is_cleaned_up {
                place::files(program.archive, path, work)?;
            }
            let _ = OpenOptions::new()
                .write(true)
                .open(path.join(COMPLETE))
                .and_then(|m| m.set_modified(SystemTime::now()));
            if let Some(above) = path.parent() {
                versions::remove_later(above, path);
            }
        }
    }
    Ok(Some(Root {
        path: path.to_owned(),
        on_disk: true,
        _lock: Some(os::dup_to_high_fd(marker)),
        is_private: false,
    }))
}

/// Creates the folder of this version under a private name and renames it when it is complete.
fn fill(program: &Program, folder: &Path, path: &Path) -> Result<(), Unusable> {
    let (new, lock) = claim(folder, UNFINISHED)?;
    let done = place::files(program.archive, &new, Work::Write).and_then(|()| {
        let marker = os::create_file(&new.join(COMPLETE), Access::Private);
        marker.and_then(|mut m| m.write_all(&os::boot_id()))?;
        // Some systems cannot rename a folder with an open file in it. Without its lock file, sweepers ignore
        // the folder while it is recent.
        let _ = fs::remove_file(new.join(LOCK));
        drop(lock);
        if os::rename_folder(&new, path).is_ok() {
            return Ok(());
        }
        if !path.join(COMPLETE).exists() {
            // Something incomplete blocks the path, but not from a process of this program.
            let _ = fs::rename(path, folder.join(format!("{UNFINISHED}{:016x}", os::random())));
            return Ok(os::rename_folder(&new, path)?);
        }
        let _ = remove_folder(&new);
        Ok(())
    });
    if done.is_err() {
        let _ = remove_folder(&new);
    }
    done
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::path::PathBuf;

    use freeze_archive::{Archive, Codec, Encoder, FileKind, FileRecord, NewBlob, file_flag, hash};

    use super::*;

    /// Returns a program with files, links and a resource, and an empty folder to extract to.
    fn program() -> (Program, PathBuf) {
        let large = vec![b'x'; 100_000];
        let contents: [&[u8]; 6] = [b"library", b"data", b"resource", b"sub", b"link/lib.so", &large];
        let paths = ["sub/lib.so", "data.txt", "res/kept", "link", "lib.so", "large"];
        let mut encoder = Encoder::new();
        for (content, path) in contents.iter().zip(paths).chain([(&contents[5], "twin")]) {
            let len = content.len() as u64;
            let blob = NewBlob {
                stored_len: len,
                raw_len: len,
                hash: hash(content),
                codec: Codec::Stored,
                align: 1,
            };
            let blob = Some(encoder.blob(blob).0);
            let kind = match path {
                "link" | "lib.so" => FileKind::Link,
                _ if path.ends_with(".so") => FileKind::Native,
                _ => FileKind::Data,
            };
            let flags = if path == "res/kept" { file_flag::RESOURCE } else { 0 };
            encoder.file(FileRecord { path: path.into(), kind, flags, blob, len, at: 0, preload: vec![] });
        }
        let plan = encoder.plan().unwrap();
        let mut bytes = contents.concat();
        bytes.resize(plan.index_offset as usize, 0);
        bytes.extend(&plan.tail);
        let archive = Archive::open(bytes.leak()).unwrap();
        let base = std::env::temp_dir().join(format!("freeze-cache-{:016x}", os::random()));
        fs::create_dir(&base).unwrap();
        (
            Program {
                executable: "/app".into(),
                carrier: "/app".into(),
                archive,
                own: None,
                switches: crate::launcher::switches::Switches::default(),
            },
            base,
        )
    }

    /// Returns the number of version folders. All other entries start with a dot.
    fn versions(base: &Path) -> usize {
        let entries = fs::read_dir(base.join("freeze/app")).unwrap();
        let is_version =
            |e: &fs::DirEntry| !e.file_name().as_encoded_bytes().starts_with(b".") || e.path().is_dir();
        entries.flatten().filter(is_version).count()
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_is_filled_once_and_found_again() {
        let (program, base) = program();
        let first = open(&program, &base, "app").unwrap();
        assert_eq!(fs::read(first.path().join("sub/lib.so")).unwrap(), b"library");
        assert!(!first.path().join("res").exists());
        let mode = fs::metadata(first.path().join("sub/lib.so")).unwrap().permissions().mode();
        assert_eq!(mode & 0o700, 0o700);
        let inode = fs::metadata(first.path()).unwrap().ino();
        let second = open(&program, &base, "app").unwrap();
        assert_eq!((second.path(), fs::metadata(second.path()).unwrap().ino()), (first.path(), inode));
        assert_eq!(versions(&base), 1);
        fs::remove_dir_all(&base).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_are_made_and_made_again() {
        let (program, base) = program();
        let path = open(&program, &base, "app").unwrap().path().to_owned();
        let is_whole = || {
            assert_eq!(fs::read_link(path.join("link")).unwrap(), Path::new("sub"));
            assert_eq!(fs::read_link(path.join("lib.so")).unwrap(), Path::new("link/lib.so"));
            assert_eq!(fs::read(path.join("lib.so")).unwrap(), b"library");
        };
        is_whole();
        // One link points elsewhere, the other is replaced by a file.
        fs::remove_file(path.join("link")).unwrap();
        std::os::unix::fs::symlink("/", path.join("link")).unwrap();
        fs::remove_file(path.join("lib.so")).unwrap();
        fs::write(path.join("lib.so"), "other").unwrap();
        fs::write(path.join(COMPLETE), "another boot").unwrap();
        open(&program, &base, "app").unwrap();
        is_whole();
        let root = open(&program, &base, "app").unwrap();
        let libraries = crate::launcher::extract::Libraries::new(program.archive, &root, Vec::new());
        let id = program.archive.search_file(b"lib.so").unwrap();
        fs::remove_file(path.join("lib.so")).unwrap();
        fs::write(path.join("sub/lib.so"), "cut").unwrap();
        assert_eq!(libraries.prepare(id as u32).unwrap(), path.join("lib.so"));
        is_whole();
        drop(root);
        fs::remove_dir_all(&base).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn files_with_one_content_are_files_of_their_own() {
        let (program, base) = program();
        let path = open(&program, &base, "app").unwrap().path().to_owned();
        let inode = |name: &str| fs::metadata(path.join(name)).unwrap().ino();
        assert_ne!(inode("large"), inode("twin"));
        fs::write(path.join("twin"), "changed").unwrap();
        assert_eq!(fs::read(path.join("large")).unwrap(), vec![b'x'; 100_000]);
        fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn many_starts_at_once_agree() {
        let (program, base) = program();
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    let root = open(&program, &base, "app").unwrap();
                    assert_eq!(fs::read(root.path().join("data.txt")).unwrap(), b"data");
                });
            }
        });
        assert_eq!(versions(&base), 1);
        fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn files_are_checked_after_another_boot() {
        let (program, base) = program();
        let path = open(&program, &base, "app").unwrap().path().to_owned();
        fs::write(path.join(COMPLETE), "another boot").unwrap();
        fs::write(path.join("data.txt"), "").unwrap();
        fs::remove_file(path.join("sub/lib.so")).unwrap();
        let root = open(&program, &base, "app").unwrap();
        assert_eq!(fs::read(root.path().join("data.txt")).unwrap(), b"data");
        assert_eq!(fs::read(root.path().join("sub/lib.so")).unwrap(), b"library");
        assert_eq!(fs::read(path.join(COMPLETE)).unwrap(), os::boot_id());
        drop(root);
        fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn a_library_that_was_cut_off_is_replaced_when_it_is_loaded() {
        let (program, base) = program();
        let root = open(&program, &base, "app").unwrap();
        let library = root.path().join("sub/lib.so");
        let libraries = crate::launcher::extract::Libraries::new(program.archive, &root, Vec::new());
        let id = program.archive.search_file(b"sub/lib.so").unwrap();
        fs::write(&library, "libr").unwrap();
        assert_eq!(libraries.prepare(id as u32).unwrap(), library);
        assert_eq!(fs::read(&library).unwrap(), b"library");
        fs::remove_dir_all(root.path().join("sub")).unwrap();
        libraries.prepare(id as u32).unwrap();
        assert_eq!(fs::read(&library).unwrap(), b"library");
        drop(root);
        fs::remove_dir_all(&base).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_others_can_write_to_is_not_used() {
        let (program, base) = program();
        let path = open(&program, &base, "app").unwrap().path().to_owned();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(open(&program, &base, "app"), Err(Unusable::Refused(_))));
        fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn what_is_in_the_way_is_replaced() {
        let (program, base) = program();
        let folder = base.join("freeze/app");
        let version: String = program.archive.index_hash().iter().map(|b| format!("{b:02x}")).collect();
        let create = |path: &Path| os::create_folders(path, Access::Private).unwrap();
        create(&folder.join(&version).join("sub"));
        open(&program, &base, "app").unwrap();
        open(&program, &base, "app").unwrap();
        assert!(folder.join(&version).join("data.txt").exists());
        fs::remove_dir_all(&base).unwrap();
    }
}
