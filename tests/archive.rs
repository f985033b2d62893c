//! The archive in a product: intact, sorted, seeded, and without anything twice.

use std::collections::HashSet;

use freeze_archive::{Archive, Codec, ModuleKind, hash, module_flag, setting};
use harness::{Content, Mode, archive_range, archives, hello, interpreters, newest};

#[test]
fn every_record_is_intact_and_nothing_is_there_twice() {
    for interpreter in interpreters() {
        for mode in Mode::ALL {
            let frozen = hello(interpreter, mode);
            let bytes = std::fs::read(&frozen.exe).unwrap();
            let archive = Archive::open(&bytes).unwrap();
            let mut contents = HashSet::new();
            for id in 0..u32::try_from(archive.blob_count()).unwrap() {
                let blob = archive.blob(id).unwrap();
                assert!(contents.insert(hash(blob.stored)), "blob {id} is there twice");
            }
            let names: Vec<_> =
                (0..archive.module_count()).map(|i| archive.module(i).unwrap().name).collect();
            assert!(names.is_sorted() && names.iter().all(|n| !n.is_empty()));
            let paths: Vec<_> = (0..archive.file_count()).map(|i| archive.file(i).unwrap().path).collect();
            assert!(paths.is_sorted());
            for path in paths {
                let text = std::str::from_utf8(path).unwrap();
                let plain =
                    !text.starts_with('/') && text.split('/').all(|part| !["", ".", ".."].contains(&part));
                assert!(plain, "`{text}` leads out of the root");
            }
            assert_eq!(archive.setting(setting::PYTHON), Some(interpreter.minor().as_bytes()));
            assert_eq!(archive.setting(setting::MODE), Some(mode.name().as_bytes()));
            assert_eq!(archive.setting(setting::APP), Some(&b"hello"[..]));
        }
    }
}

#[test]
fn modules_needed_before_the_importer_can_be_read_in_place() {
    for interpreter in interpreters() {
        let frozen = hello(interpreter, Mode::Onefile);
        let bytes = std::fs::read(&frozen.exe).unwrap();
        let start = archive_range(&bytes).start;
        let archive = Archive::open(&bytes).unwrap();
        let mut seeds = Vec::new();
        for i in 0..archive.module_count() {
            let module = archive.module(i).unwrap();
            if module.flags & module_flag::SEED == 0 || module.kind != ModuleKind::Code {
                continue;
            }
            let blob = archive.blob(module.code.unwrap()).unwrap();
            assert_eq!(blob.codec, Codec::Stored);
            let at = blob.stored.as_ptr() as usize - bytes.as_ptr() as usize;
            assert_eq!((at - start) % 16, 0, "{}", String::from_utf8_lossy(module.name));
            seeds.push(String::from_utf8_lossy(module.name).into_owned());
        }
        for name in ["_freeze_bootstrap", "encodings", "encodings.utf_8"] {
            assert!(seeds.iter().any(|s| s == name), "{name} is not among {seeds:?}");
        }
    }
}

#[test]
fn only_programs_end_with_an_archive() {
    let frozen = hello(newest(), Mode::Onedir);
    assert_eq!(archives(&frozen.product), std::slice::from_ref(&frozen.exe));
    let all = Content::of(&frozen.product);
    assert!(all.iter().any(|c| c.place.contains("module ")), "the archive holds modules");
}
