//! Pins the bytes of the format. A format change must appear here, in docs/reference/archive-format.md and in
//! [`FORMAT_VERSION`].

use super::*;

/// Returns an archive with one module, one filtered file with a preload, one link and two settings. Each blob has its
/// own alignment.
fn smallest() -> Vec<u8> {
    let mut e = Encoder::new();
    let mut add = |content: &[u8], codec, raw_len, align| {
        e.blob(NewBlob { stored_len: content.len() as u64, raw_len, hash: hash(content), codec, align }).0
    };
    let contents: [&[u8]; 4] = [b"code", b"zz", b"../m", b"\x01\0\x01\0\x05\0\0\0\x40\0\0\0zz"];
    let code = add(contents[0], Codec::Stored, 4, 16);
    let data = add(contents[1], Codec::Zstd, 99, 8);
    let target = add(contents[2], Codec::Stored, 4, 1);
    let library = add(contents[3], Codec::ZstdFiltered, 99, 1);
    e.module(ModuleRecord {
        name: "p".into(),
        kind: ModuleKind::Code,
        flags: module_flag::PACKAGE | module_flag::SEED,
        path: "p/__init__.py".into(),
        code: Some(code),
        source: None,
        file: Some("l.so".into()),
    });
    e.file(FileRecord {
        path: "p/r".into(),
        kind: FileKind::Data,
        flags: file_flag::RESOURCE,
        blob: Some(data),
        len: 99,
        at: 0,
        preload: vec![],
    });
    e.file(FileRecord {
        path: "p/s".into(),
        kind: FileKind::Link,
        flags: 0,
        blob: Some(target),
        len: 0,
        at: 0,
        preload: vec![],
    });
    for (path, kind, blob, preload) in [
        ("l.so", FileKind::Native, Some(library), vec!["m".to_string()]),
        ("m", FileKind::Data, None, vec![]),
    ] {
        let flags = if blob.is_some() { file_flag::EXECUTABLE } else { file_flag::BESIDE };
        let len = if blob.is_some() { 99 } else { 0x0102_0304_0506_0708 };
        e.file(FileRecord { path: path.into(), kind, flags, blob, len, at: 0, preload });
    }
    e.setting(b"k", b"value");
    e.setting(setting::FOLDERS, b"p/q\0r");
    let plan = e.plan().unwrap();
    let mut out = Vec::new();
    for (c, at) in contents.iter().zip(&plan.blob_offsets) {
        out.resize(*at as usize, 0);
        out.extend(*c);
    }
    out.resize(plan.index_offset as usize, 0);
    out.extend(&plan.tail);
    out
}

#[test]
fn the_bytes_are_those_of_the_documentation() {
    let lines: Vec<String> = smallest()
        .chunks(16)
        .map(|line| line.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" "))
        .collect();
    let pinned: Vec<&str> = include_str!("golden.hex").lines().collect();
    assert_eq!(lines, pinned, "{}", lines.join("\n"));
}
