//! Lists the files of the application: native files, links, data, and modules that are files.

use std::collections::{HashMap, HashSet};

use freeze_archive::FileKind;

use super::blobs::{Maker, same_file};
use super::{File, links};
use crate::analysis::{Module, Source};
use crate::binaries::Natives;
use crate::contents::Contents;
use crate::error::{Error, Result, Warning};
use crate::spec::{Mode, Request};
use crate::target::{Os, Target};

/// Lists native files, links and data. If two have the same path, the native one wins, then the first.
pub(super) fn list(contents: &Contents, natives: &Natives, warnings: &mut Vec<Warning>) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for native in &natives.files {
        let source = Source::File(native.prepared.clone());
        files.push(File {
            kind: if native.program { FileKind::Program } else { FileKind::Native },
            executable: native.program,
            preload: native.preload.clone(),
            ..File::new(native.dest.clone(), source, native.reasons.clone())
        });
    }
    for (path, target) in &natives.links {
        files.push(links::link(path.clone(), target.clone(), Vec::new()));
    }
    let mut taken: HashSet<&str> = natives.files.iter().map(|n| n.dest.as_str()).collect();
    taken.extend(natives.links.iter().map(|(path, _)| path.as_str()));
    for data in &contents.data {
        if !taken.insert(&data.dest) {
            let first = contents.data.iter().find(|d| d.dest == data.dest);
            let same = first.is_some_and(|d| is_same(&d.source, &data.source));
            if !same {
                warnings.push(Warning::new(format!("`{}` is collected twice: the first is kept", data.dest)));
            }
            continue;
        }
        files.push(File {
            executable: data.executable,
            resource: data.resource,
            ..File::new(data.dest.clone(), data.source.clone(), vec![data.reason.clone()])
        });
    }
    Ok(files)
}

/// Returns the files of a module in `[modules] files`.
pub(super) fn of_module(maker: &Maker<'_>, module: &Module) -> Result<Vec<File>> {
    let files = maker.module_files(module)?;
    let file = |(path, bytes)| File::new(path, Source::Bytes(bytes), module.reasons.clone());
    Ok(files.into_iter().map(file).collect())
}

/// Removes files that the target's file system cannot store: names that Windows rejects, and one of two names
/// that differ only by case on file systems that ignore it.
pub(super) fn fit(files: &mut Vec<File>, target: &Target, warnings: &mut Vec<Warning>) {
    if target.os == Os::Linux {
        return;
    }
    let system = if target.os == Os::Windows { "Windows" } else { "macOS" };
    // The sort is stable: data files with the same name stay in order, after all other files.
    files.sort_by(|a, b| (a.kind == FileKind::Data, &a.path).cmp(&(b.kind == FileKind::Data, &b.path)));
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<File> = Vec::with_capacity(files.len());
    for file in files.drain(..) {
        let refused = file.path.split('/').find_map(|name| target.refuses(name));
        if let Some(reason) = refused.filter(|_| file.kind == FileKind::Data) {
            let message = format!("`{}` is left out of a program for {system}: {reason}", file.path);
            warnings.push(Warning::new(message).hint("give it another destination, if the program needs it"));
            continue;
        }
        let folded = file.path.to_lowercase();
        match seen.get(&folded).map(|i| &kept[*i]) {
            Some(first) if file.kind == FileKind::Data && first.path != file.path => {
                if !is_same(&first.source, &file.source) {
                    let message = format!(
                        "`{}` and `{}` are one file on {system}: the first is kept",
                        first.path, file.path
                    );
                    warnings.push(Warning::new(message).hint("give one of them another destination"));
                }
            }
            _ => {
                seen.entry(folded).or_insert(kept.len());
                kept.push(file);
            }
        }
    }
    *files = kept;
}

/// Whether two sources have the same content.
fn is_same(a: &Source, b: &Source) -> bool {
    match (a, b) {
        (Source::File(a), Source::File(b)) => same_file(a, b),
        (a, b) => a == b,
    }
}

/// Sorts the files and rejects those that cannot be laid out below one folder.
pub(super) fn check(files: &mut Vec<File>, request: &Request, target: &Target) -> Result<()> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    // A module that is stored as a file may also have been collected as data.
    files.dedup_by(|b, a| a.path == b.path);
    let onedir = request.bundle.mode == Mode::Onedir;
    let contents = request.contents_directory(target.os);
    let hint = "give the program another name, or choose another `contents-directory` in `[bundle]`";
    if onedir && request.programs.iter().any(|p| p.name == contents) {
        return Err(
            Error::new(format!("the contents folder `{contents}` has the name of the program")).hint(hint)
        );
    }
    let paths: HashSet<&str> = files.iter().map(|f| f.path.as_str()).collect();
    for file in files.iter() {
        let path = file.path.as_str();
        let safe = !path.starts_with('/')
            && !path.contains(['\0', '\\'])
            && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !safe {
            return Err(Error::new(format!("`{path}` is not a valid destination in the product"))
                .hint("the destination of data must be a relative path without `..`"));
        }
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        if let Some(parent) = parents.into_iter().find(|parent| paths.contains(parent)) {
            return Err(Error::new(format!(
                "`{parent}` is a file in the product, and the folder of `{path}`"
            ))
            .hint("give one of them another destination"));
        }
        let first = path.split('/').next().unwrap_or_default();
        let has_name = |name: &str| match target.os {
            Os::Linux => first == name,
            _ => first.eq_ignore_ascii_case(name),
        };
        let beside_program =
            contents == "." && request.programs.iter().any(|p| has_name(&target.executable(&p.name)));
        if onedir && beside_program {
            return Err(Error::new(format!("`{path}` has the name of the program")).hint(hint));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(path: &str, kind: FileKind, content: &str) -> File {
        let source = Source::Bytes(content.as_bytes().to_vec());
        let (executable, resource, preload, reasons) = (false, false, Vec::new(), Vec::new());
        File {
            path: path.into(),
            kind,
            executable,
            resource,
            source,
            preload,
            link: None,
            reasons,
            size: 0,
            hash: None,
        }
    }

    #[test]
    fn what_a_file_system_cannot_hold_is_left_out() {
        let fitted = |target| {
            let target = Target::named(target).unwrap();
            let mut warnings = Vec::new();
            let mut files = vec![
                data("a/X.txt", FileKind::Data, "1"),
                data("a/x.txt", FileKind::Data, "2"),
                data("a/same", FileKind::Data, "3"),
                data("A/Same", FileKind::Data, "3"),
                data("LIB.dll", FileKind::Data, "4"),
                data("lib.dll", FileKind::Native, "5"),
                data("a/aux.txt", FileKind::Data, "6"),
                data("a/c:d", FileKind::Data, "7"),
                data("a/com10", FileKind::Data, "8"),
            ];
            fit(&mut files, &target, &mut warnings);
            let mut paths: Vec<String> = files.into_iter().map(|f| f.path).collect();
            paths.sort();
            (paths, warnings.into_iter().map(|w| w.message).collect::<Vec<_>>())
        };
        assert_eq!(fitted("linux-x86_64").0.len(), 9);
        let (paths, warnings) = fitted("macos-aarch64");
        assert_eq!(paths, ["A/Same", "a/X.txt", "a/aux.txt", "a/c:d", "a/com10", "lib.dll"]);
        let one = "`a/X.txt` and `a/x.txt` are one file on macOS: the first is kept";
        assert_eq!(warnings, ["`lib.dll` and `LIB.dll` are one file on macOS: the first is kept", one]);
        let (paths, warnings) = fitted("windows-x86_64");
        assert_eq!(paths, ["A/Same", "a/X.txt", "a/com10", "lib.dll"]);
        assert_eq!(warnings.iter().filter(|w| w.contains("is left out")).count(), 2);
    }
}
