//! Whatever bytes an archive is made of, the reader answers with a value or an error.

#![no_main]

use freeze_archive::{Archive, BLOB_LEN, FOOTER_LEN, FORMAT_VERSION, MAGIC, hash};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // As it comes: mostly refused by the footer's hash.
    walk(input);
    // With a footer that fits, so that the index is reached. The first byte tells where the index begins.
    let Some((split, rest)) = input.split_first() else { return };
    let at = usize::from(*split).min(rest.len());
    let mut bytes = sealed(&rest[..at], &rest[at..]);
    walk(&bytes);
    // With blobs that have the hashes of what they point to, so that their content is reached.
    let mut index = rest[at..].to_vec();
    reseal_blobs(&rest[..at], &mut index);
    walk(&sealed(&rest[..at], &index));
    // With counts that fit the rest of the index, so that records are reached: the first ones tell how many.
    if index.len() >= 64 {
        fit_counts(&mut index);
        reseal_blobs(&rest[..at], &mut index);
        walk(&sealed(&rest[..at], &index));
    }
    // With lengths and offsets as they come, and a hash that fits them.
    if let Some(numbers) = rest.first_chunk::<24>() {
        let start = bytes.len() - FOOTER_LEN;
        bytes[start + 16..start + 40].copy_from_slice(numbers);
        // The index that these name has the hash that the footer tells.
        let number = |at: usize| usize::try_from(u64::from_le_bytes(*bytes[at..].first_chunk()?)).ok();
        let named = number(start + 24).zip(number(start + 32));
        let named = named.and_then(|(at, len)| bytes.get(at..at.checked_add(len)?)).map(hash);
        if let Some(hash) = named {
            bytes[start + 40..start + 56].copy_from_slice(&hash);
        }
        let check = hash(&bytes[start..start + 56]);
        bytes[start + 56..].copy_from_slice(&check[..8]);
        walk(&bytes);
    }
});

/// An archive with a footer whose numbers and hashes fit.
fn sealed(body: &[u8], index: &[u8]) -> Vec<u8> {
    let mut footer = Vec::with_capacity(FOOTER_LEN);
    footer.extend(MAGIC);
    footer.extend(FORMAT_VERSION.to_le_bytes());
    footer.extend(0u32.to_le_bytes());
    footer.extend(((body.len() + index.len() + FOOTER_LEN) as u64).to_le_bytes());
    footer.extend((body.len() as u64).to_le_bytes());
    footer.extend((index.len() as u64).to_le_bytes());
    footer.extend(hash(index));
    footer.extend(&hash(&footer)[..8]);
    [body, index, &footer].concat()
}

/// Gives each blob record behind the header the hash of the bytes that it points to.
fn reseal_blobs(body: &[u8], index: &mut [u8]) {
    let Some(count) = index.get(8..12) else { return };
    let count = u32::from_le_bytes(*count.first_chunk().unwrap_or(&[0; 4])) as usize;
    for record in index.get_mut(64..).unwrap_or_default().chunks_exact_mut(BLOB_LEN).take(count) {
        let number = |at: usize| usize::try_from(u64::from_le_bytes(*record[at..].first_chunk()?)).ok();
        let range = number(0).zip(number(8)).and_then(|(at, len)| Some(at..at.checked_add(len)?));
        if let Some(stored) = range.and_then(|range| body.get(range)) {
            record[24..40].copy_from_slice(&hash(stored));
        }
    }
}

/// Makes the counts in the header small, and the strings as long as what is left.
fn fit_counts(index: &mut [u8]) {
    let mut left = index.len() - 64;
    // Blobs, modules, files, preloads, settings, strings: the order of the parts.
    for (at, size) in [(8, 48), (0, 32), (4, 32), (12, 4), (16, 1)] {
        let wanted = usize::from(index[at]) % 8 * if size == 1 { 16 } else { 1 };
        let count = wanted.min(left / size);
        left -= count * size;
        index[at..at + 4].copy_from_slice(&(count as u32).to_le_bytes());
    }
    index[20..24].copy_from_slice(&(left as u32).to_le_bytes());
}

/// Asks for everything that there is, and for things that there are not.
fn walk(bytes: &[u8]) {
    let Ok(archive) = Archive::open(bytes) else { return };
    for i in 0..=archive.module_count() {
        if let Ok(module) = archive.module(i) {
            let _ = archive.search_module(module.name);
            let _ = module.is_at_its_path();
            for blob in [module.code, module.source].into_iter().flatten() {
                let _ = archive.blob(blob).map(|blob| module.is_code_here(blob.stored));
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
        let _ = (archive.raw_len(i), archive.stored_len(i));
        if let Ok(Some(filtered)) = archive.blob(i).map(|blob| blob.filtered) {
            let _ = filtered.undo(&mut bytes.to_vec());
        }
    }
    if archive.check_files(|id| archive.blob(id).map(|blob| blob.stored.to_vec())).is_ok() {
        stays_inside(&archive);
    }
    let _ = (archive.find_module(b"a"), archive.find_file(b""), archive.setting(b"app"), archive.dictionary());
    let _ = archive.settings().count() + archive.all_settings(b"program").count();
}

/// What the check has let through can be written below a folder.
fn stays_inside(archive: &Archive<'_>) {
    let paths: Vec<&[u8]> = (0..archive.file_count()).map(|i| archive.file(i).expect("checked").path).collect();
    for path in &paths {
        let parts: Vec<&[u8]> = path.split(|c| *c == b'/').collect();
        assert!(parts.iter().all(|part| !matches!(*part, b"" | b"." | b"..")) && !path.contains(&0));
        for end in 1..parts.len() {
            assert!(!paths.contains(&&*parts[..end].join(&b'/')), "a file below a file");
        }
    }
}
