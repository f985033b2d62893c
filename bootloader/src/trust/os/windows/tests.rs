//! Tests against the system itself, on Windows or under Wine.

use std::sync::atomic::{AtomicU32, Ordering};

use windows_sys::Win32::Security::{
    DACL_SECURITY_INFORMATION, GetSecurityDescriptorLength, SetFileSecurityW,
};

use super::folders::Allocated;
use super::*;
use crate::trust::descriptor::tests::{sddl, sid, table};
use crate::trust::descriptor::{Descriptor, Sid};
use crate::trust::{Folder, Writer};
use windows_sys::Win32::Foundation::ERROR_MORE_DATA;

/// An empty test folder in the first usable location that passes.
struct Scratch(PathBuf, Rights);

impl Scratch {
    fn new() -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("freeze-trust-{}-{count}", std::process::id());
        let rights = Rights::of_process();
        let places = [std::env::temp_dir].into_iter().map(|find| find()).chain(local_data());
        let mut refused = Vec::new();
        for place in places.chain(machine_data()) {
            match walk(&place.join(&name), Purpose::NewContent, &rights) {
                Ok((path, _)) => return Scratch(path, rights),
                Err(refusal) => refused.push(refusal.to_string()),
            }
        }
        panic!("{refused:#?}");
    }

    fn walk(&self, path: impl AsRef<Path>, purpose: Purpose) -> Result<PathBuf, Refusal> {
        walk(&self.0.join(path), purpose, &self.1).map(|(path, _)| path)
    }

    /// Replaces the access list of a file or folder.
    fn protect(&self, path: &Path, list: &str) {
        let list = Allocated::new(list).unwrap();
        let path = paths::long_form(path).unwrap();
        // SAFETY: the path ends in NUL, and the descriptor is valid until the call returns.
        assert_ne!(unsafe { SetFileSecurityW(path.as_ptr(), DACL_SECURITY_INFORMATION, list.0) }, 0);
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_system_reads_recorded_descriptors_alike() {
    let mut compared = 0;
    for (name, text, _) in table::ROWS {
        let text = sddl::filled(text);
        // Wine does not support all of SDDL, and parses this flag as an empty list.
        let Ok(made) = Allocated::new(&text) else { continue };
        if text.contains("NO_ACCESS_CONTROL") {
            continue;
        }
        // SAFETY: the system has created the descriptor as one block of this length.
        let bytes = unsafe {
            std::slice::from_raw_parts(made.0.cast::<u8>(), GetSecurityDescriptorLength(made.0) as usize)
        };
        let own = Descriptor::parse(&sddl::descriptor(&text));
        assert!(own.is_some(), "{name}");
        assert_eq!(Descriptor::parse(bytes), own, "{name}: {text}");
        compared += 1;
    }
    assert!(compared >= 40, "{compared}");
}

#[test]
fn the_system_says_who_runs_the_process() {
    let token = token::of_process();
    assert!(token.user.is_some() && token.system_owner.is_some() && token.level > 0, "{token:?}");
    let rights = Rights(token);
    assert_eq!(rights.are_elevated(), rights.may_exceed_callers());
    let system = account_name(&sid("SY"));
    assert!(system.ends_with("(S-1-5-18)") && system.contains('\\'), "{system}");
    let unknown = "S-1-5-21-1-2-3-4";
    assert_eq!(account_name(&Sid::read(&sddl::sid(unknown)).unwrap()), unknown);
}

#[test]
fn the_folder_of_windows_passes_for_everybody() {
    let rights = Rights::of_process();
    let windows = PathBuf::from(std::env::var_os("SystemRoot").unwrap());
    let (path, _) = walk(&windows, Purpose::Content, &rights).unwrap();
    assert!(path.as_os_str().eq_ignore_ascii_case(&windows), "{}", path.display());
    let kernel = path.join("System32").join("kernel32.dll");
    crate::trust::judge_file(&kernel, &rights).unwrap();
}

#[test]
fn what_is_missing_is_made_for_this_user_only() {
    let scratch = Scratch::new();
    assert!(scratch.walk("a", Purpose::Content).unwrap_err().is_missing());
    assert!(scratch.walk(r"a\b", Purpose::Parent).unwrap_err().is_missing());
    let path = scratch.walk("a/b/../c", Purpose::NewContent).unwrap();
    assert_eq!(path, scratch.0.join("a").join("c"));
    assert!(!scratch.0.join("a").join("b").exists());
    // Repeat the walk now that the folder exists.
    assert_eq!(scratch.walk(r"a\c", Purpose::NewContent).unwrap(), path);
    assert_eq!(scratch.walk(r"a\c", Purpose::Content).unwrap(), path);
    let descriptor = token::descriptor(&paths::open(&path, false).unwrap()).unwrap();
    assert_eq!(descriptor.writer(Asked::Content, &scratch.1.0), None);
    // More than 260 characters: Wine can create such folders, but cannot return their paths.
    let mut deep = scratch.0.clone();
    for _ in 0..14 {
        deep.push("a folder with a long name");
        create_folder(&deep, &scratch.1).unwrap();
    }
    match walk(&deep, Purpose::Content, &scratch.1) {
        Ok((path, _)) => assert_eq!(path, deep),
        Err(Refusal::Unusable(_, e)) => assert_eq!(e.raw_os_error(), Some(ERROR_MORE_DATA as i32)),
        Err(refusal) => panic!("{refusal}"),
    }
}

#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    let scratch = Scratch::new();
    let open = scratch.walk("open", Purpose::NewContent).unwrap();
    scratch.protect(&open, "D:P(A;OICI;FA;;;WD)");
    for purpose in [Purpose::Content, Purpose::NewContent, Purpose::Parent] {
        for path in [open.clone(), open.join("below")] {
            let refusal = walk(&path, purpose, &scratch.1).unwrap_err();
            let Refusal::Exposed(exposure) = &refusal else { panic!("{refusal}") };
            assert_eq!((&exposure.path, &exposure.writer), (&open, &Writer::Everybody));
            assert!(refusal.to_string().starts_with("every user can write to `"), "{refusal}");
        }
    }
    assert!(!open.join("below").exists());
}

#[test]
fn another_spelling_leads_to_the_same_folder() {
    let scratch = Scratch::new();
    let path = scratch.walk("Folder", Purpose::NewContent).unwrap();
    for spelling in ["FOLDER", r".\folder", r"Folder\", "folder/../Folder"] {
        assert_eq!(scratch.walk(spelling, Purpose::Content).unwrap().as_os_str(), path.as_os_str());
    }
    let prefixed = PathBuf::from(format!(r"\\?\{}", path.display()));
    assert_eq!(walk(&prefixed, Purpose::Content, &scratch.1).unwrap().0.as_os_str(), path.as_os_str());
    for bad in ["relative", r"\folder", r"C:folder", r"\\.\C:\Windows"] {
        let refusal = walk(Path::new(bad), Purpose::Content, &scratch.1).unwrap_err();
        assert!(matches!(refusal, Refusal::Unusable(..)) && !refusal.is_missing(), "{bad}");
    }
}

/// Creates a link to a folder. Windows only lets administrators and developers do that, and Wine 8 only
/// pretends to create it.
fn can_link(target: &Path, link: &Path) -> bool {
    std::os::windows::fs::symlink_dir(target, link).is_ok() && link.symlink_metadata().is_ok()
}

#[test]
fn links_are_followed_where_nobody_else_can_redirect_them() {
    let scratch = Scratch::new();
    let target = scratch.walk(r"target\sub", Purpose::NewContent).unwrap();
    let link = scratch.0.join("link");
    if !can_link(&scratch.0.join("target"), &link) {
        return;
    }
    assert_eq!(scratch.walk(r"link\sub", Purpose::Content).unwrap(), target);
    let made = scratch.walk(r"link\new", Purpose::NewContent).unwrap();
    assert_eq!(made, scratch.0.join("target").join("new"));
    assert!(can_link(&scratch.0.join("nothing"), &scratch.0.join("dangling")));
    assert!(scratch.walk("dangling", Purpose::NewContent).is_err());
}

#[test]
fn a_file_is_judged_and_opened_in_its_folder() {
    let scratch = Scratch::new();
    let folder = Folder::open(&scratch.0, Purpose::Content, &scratch.1).unwrap();
    std::fs::write(scratch.0.join("file"), "content").unwrap();
    assert_eq!(std::io::read_to_string(folder.open_file("file").unwrap()).unwrap(), "content");
    folder.judge_file(OsStr::new("file"), &scratch.1).unwrap();
    assert!(folder.judge_file(OsStr::new("missing"), &scratch.1).unwrap_err().is_missing());
    let refusal = walk(&scratch.0.join("file"), Purpose::Content, &scratch.1).unwrap_err();
    assert!(matches!(refusal, Refusal::Unusable(..)), "{refusal}");
    let link = scratch.0.join("link");
    if std::os::windows::fs::symlink_file("file", &link).is_ok() && link.symlink_metadata().is_ok() {
        assert!(folder.open_file("link").is_err());
        folder.judge_file(OsStr::new("link"), &scratch.1).unwrap();
    }
    scratch.protect(&scratch.0.join("file"), "D:P(A;;FA;;;WD)");
    let refusal = crate::trust::judge_file(&scratch.0.join("file"), &scratch.1).unwrap_err();
    assert!(matches!(&refusal, Refusal::Exposed(e) if e.writer == Writer::Everybody), "{refusal}");
}

#[test]
fn the_system_knows_folders_without_the_environment() {
    let windows = PathBuf::from(std::env::var_os("SystemRoot").unwrap());
    for folder in [account_home(), local_data(), machine_data()] {
        let folder = folder.unwrap();
        assert!(folder.is_absolute() && folder.starts_with(windows.ancestors().last().unwrap()));
    }
}
