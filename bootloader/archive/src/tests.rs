//! Tests that archives can be read back and that damage is detected.

use super::*;

fn sample() -> Vec<u8> {
    let mut e = Encoder::new();
    let contents: [&[u8]; 3] = [b"code of a", b"data", b"library"];
    let mut ids = Vec::new();
    for c in contents {
        let blob = NewBlob {
            stored_len: c.len() as u64,
            raw_len: c.len() as u64,
            hash: hash(c),
            codec: Codec::Stored,
            align: 16,
        };
        assert!(!e.blob(blob.clone()).1 || e.blob(blob.clone()) == (ids.len() as u32, false));
        ids.push(e.blob(blob).0);
    }
    for (name, kind, code, file) in [
        ("b", ModuleKind::Extension, None, Some("lib/b.so")),
        ("a", ModuleKind::Code, Some(ids[0]), None),
        ("a.x", ModuleKind::Code, Some(ids[0]), None),
        ("n", ModuleKind::Namespace, None, None),
    ] {
        e.module(ModuleRecord {
            name: name.into(),
            kind,
            flags: module_flag::PACKAGE,
            path: format!("{}/__init__.py", name.replace('.', "/")),
            code,
            source: None,
            file: file.map(String::from),
        });
    }
    for (path, kind, blob, preload) in [
        ("lib/b.so", FileKind::Native, 2, vec!["lib/c.so"]),
        ("lib/c.so", FileKind::Native, 2, vec![]),
        ("a/d.txt", FileKind::Data, 1, vec![]),
    ] {
        e.file(FileRecord {
            path: path.into(),
            kind,
            flags: 0,
            blob: Some(ids[blob]),
            len: contents[blob].len() as u64,
            at: 0,
            preload: preload.into_iter().map(String::from).collect(),
        });
    }
    e.setting(setting::APP, "sample");
    e.setting(setting::OPTION, "u");
    e.setting(setting::OPTION, "X dev");
    let plan = e.plan().unwrap();
    let mut out = Vec::new();
    for (c, at) in contents.iter().zip(&plan.blob_offsets) {
        out.resize(*at as usize, 0);
        out.extend(*c);
    }
    out.resize(plan.index_offset as usize, 0);
    out.extend(&plan.tail);
    assert_eq!(out.len() as u64, plan.len);
    out
}

#[test]
fn reads_back_what_was_written() {
    let bytes = [b"launcher".as_slice(), &sample()].concat();
    let a = Archive::open(&bytes).unwrap();
    let m = a.find_module(b"a.x").unwrap();
    assert_eq!((m.kind, m.path, m.is_package()), (ModuleKind::Code, &b"a/x/__init__.py"[..], true));
    assert_eq!(a.blob(m.code.unwrap()).unwrap().stored, b"code of a");
    let b = a.find_module(b"b").unwrap();
    let f = a.file(b.file.unwrap() as usize).unwrap();
    assert_eq!((f.path, f.len), (&b"lib/b.so"[..], 7));
    let pre: Vec<_> = a.preload(&f).unwrap().map(|id| a.file(id as usize).unwrap().path).collect();
    assert_eq!(pre, [b"lib/c.so"]);
    assert_eq!(a.find_module(b"zz"), None);
    assert_eq!(a.find_file(b"a/d.txt").unwrap().kind, FileKind::Data);
    assert_eq!(a.all_settings(setting::OPTION).collect::<Vec<_>>(), [&b"u"[..], b"X dev"]);
}

#[test]
fn every_flipped_byte_is_found_or_is_padding() {
    let good = sample();
    let reference = Archive::open(&good).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x40;
        let Ok(a) = Archive::open(&bad) else { continue };
        assert_eq!(a.index_hash(), reference.index_hash());
        let damaged = (0..a.blob_count()).any(|i| a.blob(i as u32).is_err());
        let stored: u64 = (0..a.blob_count()).map(|i| a.stored_len(i as u32).unwrap()).sum();
        assert!(damaged || stored < at as u64 + 48, "byte {at} was changed unnoticed");
    }
}

#[test]
fn every_truncation_is_found() {
    let good = sample();
    for len in 0..good.len() {
        assert!(Archive::open(&good[..len]).is_err());
    }
}

/// Changes the index of the sample, then recomputes its hash and that of the footer.
fn resealed(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = sample();
    let footer = bytes.len() - FOOTER_LEN;
    let start = u64::from_le_bytes(bytes[footer + 24..footer + 32].try_into().unwrap()) as usize;
    change(&mut bytes[start..footer]);
    let index_hash = hash(&bytes[start..footer]);
    bytes[footer + 40..footer + 56].copy_from_slice(&index_hash);
    let check = hash(&bytes[footer..footer + 56]);
    bytes[footer + 56..].copy_from_slice(&check[..8]);
    bytes
}

#[test]
fn a_blob_is_no_part_of_another_one() {
    const SECOND: usize = INDEX_HEADER_LEN + BLOB_LEN;
    // The blobs of the sample: the first has 9 bytes at 0, the second 4 at 16, the third 7 at 32.
    for (at, len) in [(0, 4), (8, 4), (30, 4), (16, 17), (32, 7), (1 << 40, 4), (u64::MAX, 4), (16, u64::MAX)]
    {
        let bytes = resealed(|index| {
            index[SECOND..SECOND + 8].copy_from_slice(&u64::to_le_bytes(at));
            index[SECOND + 8..SECOND + 16].copy_from_slice(&u64::to_le_bytes(len));
        });
        assert!(Archive::open(&bytes).unwrap().blob(1).is_err(), "{len} bytes at {at}");
    }
    let bytes = resealed(|_| ());
    assert!(Archive::open(&bytes).unwrap().blob(1).is_ok());
}

#[test]
fn no_blob_is_longer_than_zstd_can_make_it() {
    let with_len = |len: u64| {
        resealed(|index| {
            index[INDEX_HEADER_LEN + 16..INDEX_HEADER_LEN + 24].copy_from_slice(&len.to_le_bytes());
            index[INDEX_HEADER_LEN + 40] = Codec::Zstd as u8;
        })
    };
    assert!(Archive::open(&with_len(9 << 15)).unwrap().blob(0).is_ok());
    for len in [1 << 40, u64::MAX, 10 << 15] {
        let bytes = with_len(len);
        assert_eq!(Archive::open(&bytes).unwrap().blob(0), Err(Error::Damaged("blob record")), "{len}");
    }
}

#[test]
fn settings_end_where_their_length_says() {
    // Position of the first key's length.
    let at = |index: &[u8]| {
        let number = |at: usize| u32::from_le_bytes(index[at..at + 4].try_into().unwrap()) as usize;
        INDEX_HEADER_LEN
            + number(8) * BLOB_LEN
            + number(0) * MODULE_LEN
            + number(4) * FILE_LEN
            + number(12) * 4
    };
    for len in [2u16, 4, 200, u16::MAX] {
        let bytes = resealed(|index| {
            let at = at(index);
            index[at..at + 2].copy_from_slice(&len.to_le_bytes());
        });
        assert_eq!(Archive::open(&bytes).err(), Some(Error::Damaged("settings")), "{len}");
    }
}
