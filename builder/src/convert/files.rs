//! Files that a product for another system needs, and that do not exist here.

use std::path::{Path, PathBuf};

use crate::error::Warning;
use crate::foreign::product::Product;
use crate::spec::write::relative;
use crate::spec::{Macos, Windows};

/// Removes files of `[windows]` and `[macos]` that do not exist: a spec checks them for every target, and most
/// configurations only for their own.
pub(super) fn without_missing(product: &mut Product, folder: &Path) {
    let mut missing: Vec<(&str, PathBuf)> = Vec::new();
    let request = &mut product.request;
    of_windows(&mut request.windows, &mut missing);
    let programs = request.programs.iter_mut().filter_map(|program| program.windows.as_mut());
    programs.for_each(|windows| of_windows(windows, &mut missing));
    of_macos(&mut request.macos, &mut missing);
    for (what, path) in missing {
        let hint = format!("add `{what}` when the file exists");
        product.lose(Warning::new(format!("`{}` not found", relative(&path, folder))).hint(hint));
    }
}

fn of_windows(windows: &mut Windows, missing: &mut Vec<(&'static str, PathBuf)>) {
    let files = [
        ("icon", &mut windows.icon),
        ("manifest", &mut windows.manifest),
        ("version-file", &mut windows.version_file),
    ];
    files.into_iter().for_each(|(what, file)| check(what, file, missing));
    let is_there = |file: &PathBuf| file.exists();
    missing.extend(
        windows.resources.iter().filter(|r| !is_there(&r.file)).map(|r| ("resources", r.file.clone())),
    );
    windows.resources.retain(|resource| is_there(&resource.file));
}

fn of_macos(macos: &mut Macos, missing: &mut Vec<(&'static str, PathBuf)>) {
    let files = [
        ("icon", &mut macos.icon),
        ("entitlements", &mut macos.entitlements),
        ("notarize", &mut macos.notarize),
    ];
    files.into_iter().for_each(|(what, file)| check(what, file, missing));
}

fn check(what: &'static str, file: &mut Option<PathBuf>, missing: &mut Vec<(&'static str, PathBuf)>) {
    missing.extend(file.take_if(|path| !path.exists()).map(|path| (what, path)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_files_are_listed_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("there.ico"), "").unwrap();
        let mut product = Product::default();
        product.request.windows.icon = Some(folder.path().join("there.ico"));
        product.request.windows.manifest = Some(folder.path().join("none.manifest"));
        product.request.macos.icon = Some(folder.path().join("none.icns"));
        without_missing(&mut product, folder.path());
        assert!(product.request.windows.icon.is_some());
        assert!(product.request.windows.manifest.is_none() && product.request.macos.icon.is_none());
        assert_eq!(product.lost.len(), 2);
    }
}
