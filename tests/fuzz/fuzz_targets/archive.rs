//! Whatever bytes an archive is made of, the reader answers with a value or an error.

#![no_main]

use bootloader::archive::{Archive, FOOTER_LEN, FORMAT_VERSION, MAGIC, hash};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // As it comes: mostly refused by the footer's hash.
    walk(input);
    // With a footer that fits, so that the index is reached. The first byte tells where the index begins.
    let Some((split, rest)) = input.split_first() else { return };
    let at = usize::from(*split).min(rest.len());
    let index = &rest[at..];
    let mut bytes = rest.to_vec();
    let mut footer = Vec::with_capacity(FOOTER_LEN);
    footer.extend(MAGIC);
    footer.extend(FORMAT_VERSION.to_le_bytes());
    footer.extend(0u32.to_le_bytes());
    footer.extend(((rest.len() + FOOTER_LEN) as u64).to_le_bytes());
    footer.extend((at as u64).to_le_bytes());
    footer.extend((index.len() as u64).to_le_bytes());
    footer.extend(hash(index));
    footer.extend(&hash(&footer)[..8]);
    bytes.extend(&footer);
    walk(&bytes);
    // With lengths and offsets as they come, and a hash that fits them.
    if let Some(numbers) = rest.first_chunk::<24>() {
        let start = bytes.len() - FOOTER_LEN;
        bytes[start + 16..start + 40].copy_from_slice(numbers);
        let check = hash(&bytes[start..start + 56]);
        bytes[start + 56..].copy_from_slice(&check[..8]);
        walk(&bytes);
    }
});

/// Asks for everything that there is, and for things that there are not.
fn walk(bytes: &[u8]) {
    let Ok(archive) = Archive::open(bytes) else { return };
    for i in 0..=archive.module_count() {
        if let Ok(module) = archive.module(i) {
            let _ = archive.search_module(module.name);
            for blob in [module.code, module.source].into_iter().flatten() {
                let _ = archive.blob(blob);
            }
            if let Some(file) = module.file {
                let _ = archive.file(file as usize);
            }
        }
    }
    for i in 0..=archive.file_count() {
        if let Ok(file) = archive.file(i) {
            let _ = archive.search_file(file.path);
            if let Ok(preload) = archive.preload(&file) {
                preload.take(1000).for_each(|id| drop(archive.file(id as usize)));
            }
        }
    }
    for i in 0..=archive.blob_count() as u32 {
        let _ = (archive.blob(i), archive.raw_len(i), archive.stored_len(i));
    }
    let _ = (archive.find_module(b"a"), archive.find_file(b""), archive.setting(b"app"));
    let _ = archive.settings().count() + archive.all_settings(b"program").count();
}
