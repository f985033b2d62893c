//! Lists the files of the product: native ones, links, data, and modules that want to be files.

use std::collections::HashSet;

use bootloader::archive::FileKind;

use super::blobs::{Maker, same_file};
use super::{File, source};
use crate::analysis::{Module, Source};
use crate::binaries::Natives;
use crate::error::{Error, Result, Warning};
use crate::rules::Contents;
use crate::spec::{Mode, Request};

/// Native files, links and data; of two with the same path the native one wins, then the first.
pub(super) fn list(contents: &Contents, natives: &Natives, warnings: &mut Vec<Warning>) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for native in &natives.files {
        let source = Source::File(native.prepared.clone());
        files.push(File {
            path: native.dest.clone(),
            kind: if native.program { FileKind::Program } else { FileKind::Native },
            executable: native.program,
            resource: false,
            size: source::size(&source),
            source,
            preload: native.preload.clone(),
            link: None,
            reasons: native.reasons.clone(),
            hash: None,
        });
    }
    for (path, target) in &natives.links {
        files.push(File {
            path: path.clone(),
            kind: FileKind::Link,
            executable: false,
            resource: false,
            size: 0,
            source: Source::Bytes(target.clone().into_bytes()),
            preload: Vec::new(),
            link: Some(target.clone()),
            reasons: Vec::new(),
            hash: None,
        });
    }
    let mut taken: HashSet<&str> = natives.files.iter().map(|n| n.dest.as_str()).collect();
    taken.extend(natives.links.iter().map(|(path, _)| path.as_str()));
    for data in &contents.data {
        if !taken.insert(&data.dest) {
            let same = contents.data.iter().find(|d| d.dest == data.dest).is_some_and(|d| {
                match (&d.source, &data.source) {
                    (Source::File(a), Source::File(b)) => same_file(a, b),
                    (a, b) => a == b,
                }
            });
            if !same {
                warnings.push(Warning::new(format!("`{}` is collected twice: the first is kept", data.dest)));
            }
            continue;
        }
        files.push(File {
            path: data.dest.clone(),
            kind: FileKind::Data,
            executable: data.executable,
            resource: data.resource,
            size: source::size(&data.source),
            source: data.source.clone(),
            preload: Vec::new(),
            link: None,
            reasons: vec![data.reason.clone()],
            hash: None,
        });
    }
    Ok(files)
}

/// A module of `[modules] files`.
pub(super) fn of_module(maker: &Maker<'_>, module: &Module) -> Result<Vec<File>> {
    let files = maker.module_files(module)?;
    Ok(files
        .into_iter()
        .map(|(path, bytes)| File {
            path,
            kind: FileKind::Data,
            executable: false,
            resource: false,
            size: bytes.len() as u64,
            source: Source::Bytes(bytes),
            preload: Vec::new(),
            link: None,
            reasons: module.reasons.clone(),
            hash: None,
        })
        .collect())
}

/// Sorts the files and refuses what cannot be laid out below one folder.
pub(super) fn check(files: &mut Vec<File>, request: &Request) -> Result<()> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    // A module that lies as a file may have been collected as data too.
    files.dedup_by(|b, a| a.path == b.path);
    let onedir = request.bundle.mode == Mode::Onedir;
    let contents = request.bundle.contents_directory.as_str();
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
            return Err(Error::new(format!("`{path}` does not name a place in the product"))
                .hint("the destination of data must be a relative path without `..`"));
        }
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        if let Some(parent) = parents.into_iter().find(|parent| paths.contains(parent)) {
            return Err(Error::new(format!(
                "`{parent}` is a file in the product, and the folder of `{path}`"
            ))
            .hint("give one of them another destination"));
        }
        let beside_program = contents == "."
            && request.programs.iter().any(|p| path == p.name || path.starts_with(&format!("{}/", p.name)));
        if onedir && beside_program {
            return Err(Error::new(format!("`{path}` has the name of the program")).hint(hint));
        }
    }
    Ok(())
}
