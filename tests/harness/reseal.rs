//! Takes an archive apart and puts it together again with hashes that fit, so that a change gets past every one of them.

use std::collections::HashMap;

use freeze_archive::{
    Archive, BLOB_LEN, Codec, FILE_LEN, FOOTER_LEN, FORMAT_VERSION, FileKind, INDEX_HEADER_LEN, MAGIC,
    MODULE_LEN, hash, settings,
};

use crate::archive_range;

/// A random number generator that gives the same numbers every time.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.number() % end as u64).unwrap()
    }

    /// One of some things.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// An executable with its archive, in parts that can be changed each on its own.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The launcher and what pads it.
    pub head: Vec<u8>,
    /// The bytes of the blobs.
    pub body: Vec<u8>,
    /// Blob records, as docs/reference/archive-format.md describes them.
    pub blobs: Vec<[u8; BLOB_LEN]>,
    /// Module records.
    pub modules: Vec<[u8; MODULE_LEN]>,
    /// File records.
    pub files: Vec<[u8; FILE_LEN]>,
    /// Entries of the preload table.
    pub preloads: Vec<u32>,
    /// Keys and values.
    pub settings: Vec<(Vec<u8>, Vec<u8>)>,
    /// Bytes of all names and paths, which records refer to by offset.
    pub strings: Vec<u8>,
    /// Extra bytes after the settings, counted in their length, and after the strings, not counted.
    pub trailing: [Vec<u8>; 2],
    /// Numbers for the header of the index, in its order, that replace the right ones.
    pub counts: [Option<u32>; 6],
    /// The same for the footer: length of the archive, offset and length of the index.
    pub footer: [Option<u64>; 3],
    /// Hashes of the blobs as they were, by offset and length.
    hashes: HashMap<[u8; 16], [u8; 16]>,
}

impl Parts {
    /// Takes an executable apart.
    pub fn of(file: &[u8]) -> Parts {
        let range = archive_range(file);
        let archive = Archive::open(file).expect("the archive is whole");
        let (head, bytes) = (file[..range.start].to_vec(), &file[range]);
        let footer = &bytes[bytes.len() - FOOTER_LEN..];
        let index_at = usize::try_from(u64::from_le_bytes(footer[24..32].try_into().unwrap())).unwrap();
        let index = &bytes[index_at..bytes.len() - FOOTER_LEN];
        let number = |i: usize| u32::from_le_bytes(index[i * 4..i * 4 + 4].try_into().unwrap()) as usize;
        let mut rest = &index[INDEX_HEADER_LEN..];
        let mut take = |len: usize| {
            let (part, tail) = rest.split_at(len);
            rest = tail;
            part
        };
        let blobs: Vec<[u8; BLOB_LEN]> = records(take(archive.blob_count() * BLOB_LEN));
        let modules = records(take(archive.module_count() * MODULE_LEN));
        let files = records(take(archive.file_count() * FILE_LEN));
        let preloads = take(number(3) * 4).chunks_exact(4);
        let preloads = preloads.map(|c| u32::from_le_bytes(c.try_into().unwrap())).collect();
        let settings = settings(take(number(4))).map(|(k, v)| (k.to_vec(), v.to_vec())).collect();
        let strings = take(number(5)).to_vec();
        let key = |r: &[u8; BLOB_LEN]| (r[..16].try_into().unwrap(), r[24..40].try_into().unwrap());
        let hashes = blobs.iter().map(key).collect();
        let body = bytes[..index_at].to_vec();
        Parts {
            head,
            body,
            blobs,
            modules,
            files,
            preloads,
            settings,
            strings,
            trailing: [Vec::new(), Vec::new()],
            counts: [None; 6],
            footer: [None; 3],
            hashes,
        }
    }

    /// Puts the executable together, with hashes of blobs, index and footer that fit what there is.
    pub fn seal(&self) -> Vec<u8> {
        let mut settings = Vec::new();
        for (key, value) in &self.settings {
            settings.extend(u16::try_from(key.len()).unwrap_or(u16::MAX).to_le_bytes());
            settings.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
            settings.extend(key);
            settings.extend(value);
        }
        settings.extend(&self.trailing[0]);
        let lengths = [
            self.modules.len(),
            self.files.len(),
            self.blobs.len(),
            self.preloads.len(),
            settings.len(),
            self.strings.len(),
        ];
        let mut index = Vec::new();
        for (len, given) in lengths.into_iter().zip(self.counts) {
            index.extend(given.unwrap_or(u32::try_from(len).unwrap()).to_le_bytes());
        }
        index.resize(INDEX_HEADER_LEN, 0);
        for blob in &self.blobs {
            let at = index.len();
            index.extend(blob);
            if let Some(hash) = self.hash_of(blob) {
                index[at + 24..at + 40].copy_from_slice(&hash);
            }
        }
        index.extend(self.modules.iter().flatten());
        index.extend(self.files.iter().flatten());
        index.extend(self.preloads.iter().flat_map(|id| id.to_le_bytes()));
        index.extend(settings);
        index.extend(&self.strings);
        index.extend(&self.trailing[1]);

        let numbers = [self.body.len() + index.len() + FOOTER_LEN, self.body.len(), index.len()];
        let mut footer = footer_head();
        for (number, given) in numbers.into_iter().zip(self.footer) {
            footer.extend(given.unwrap_or(number as u64).to_le_bytes());
        }
        // The hash covers the range that the footer names, if that exists.
        let number =
            |i: usize| self.footer[i].map_or(numbers[i], |n| usize::try_from(n).unwrap_or(usize::MAX));
        let (at, len) = (number(1), number(2));
        let all = [&self.body[..], &index].concat();
        let named = at.checked_add(len).and_then(|end| all.get(at..end)).unwrap_or(&index);
        footer.extend(hash(named));
        footer.extend(&hash(&footer)[..8]);
        [&self.head[..], &all, &footer].concat()
    }

    /// Hash of the bytes that a record points to; `None` where it points outside.
    fn hash_of(&self, blob: &[u8; BLOB_LEN]) -> Option<[u8; 16]> {
        if let Some(known) = self.hashes.get(&blob[..16]) {
            return Some(*known);
        }
        let number = |at: usize| usize::try_from(u64::from_le_bytes(blob[at..at + 8].try_into().ok()?)).ok();
        let (at, len) = (number(0)?, number(8)?);
        self.body.get(at..at.checked_add(len)?).map(hash)
    }

    /// Adds a blob behind the others, and returns its number.
    pub fn add_blob(&mut self, content: &[u8]) -> u32 {
        let mut record = [0; BLOB_LEN];
        record[..8].copy_from_slice(&(self.body.len() as u64).to_le_bytes());
        record[8..16].copy_from_slice(&(content.len() as u64).to_le_bytes());
        record[16..24].copy_from_slice(&(content.len() as u64).to_le_bytes());
        record[40] = Codec::Stored as u8;
        self.body.extend(content);
        self.blobs.push(record);
        u32::try_from(self.blobs.len() - 1).unwrap()
    }

    /// Adds a text to the strings, and returns where it lies.
    pub fn add_string(&mut self, text: &[u8]) -> u32 {
        self.strings.extend(text);
        u32::try_from(self.strings.len() - text.len()).unwrap()
    }

    /// Text that a record points to.
    fn string(&self, at: [u8; 4], len: [u8; 2]) -> &[u8] {
        let (at, len) = (u32::from_le_bytes(at) as usize, usize::from(u16::from_le_bytes(len)));
        self.strings.get(at..at + len).unwrap_or_default()
    }

    /// Path of a file.
    pub fn path(&self, file: &[u8; FILE_LEN]) -> &[u8] {
        self.string(file[..4].try_into().unwrap(), file[4..6].try_into().unwrap())
    }

    /// Name of a module.
    pub fn name(&self, module: &[u8; MODULE_LEN]) -> &[u8] {
        self.string(module[..4].try_into().unwrap(), module[8..10].try_into().unwrap())
    }

    /// Place of the file with that path.
    #[track_caller]
    pub fn file(&self, path: &str) -> usize {
        let found = self.files.iter().position(|f| self.path(f) == path.as_bytes());
        found.unwrap_or_else(|| panic!("no file `{path}`"))
    }

    /// Place of the module of that name.
    #[track_caller]
    pub fn module(&self, name: &str) -> usize {
        let found = self.modules.iter().position(|m| self.name(m) == name.as_bytes());
        found.unwrap_or_else(|| panic!("no module `{name}`"))
    }

    /// Gives a file another path.
    pub fn set_path(&mut self, file: usize, path: &[u8]) {
        let at = self.add_string(path);
        self.files[file][..4].copy_from_slice(&at.to_le_bytes());
        self.files[file][4..6].copy_from_slice(&u16::try_from(path.len()).unwrap().to_le_bytes());
    }

    /// Gives a file another kind.
    pub fn set_kind(&mut self, file: usize, kind: FileKind) {
        self.files[file][6] = kind as u8;
    }

    /// Sorts the files by their paths again; those that name one by its number follow.
    pub fn sort_files(&mut self) {
        let mut order: Vec<usize> = (0..self.files.len()).collect();
        order.sort_by_key(|i| self.path(&self.files[*i]).to_vec());
        let mut places = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            places[*old] = u32::try_from(new).unwrap();
        }
        let moved = |id: u32| places.get(id as usize).copied().unwrap_or(id);
        self.files = order.iter().map(|i| self.files[*i]).collect();
        self.preloads.iter_mut().for_each(|id| *id = moved(*id));
        for module in &mut self.modules {
            let id = u32::from_le_bytes(module[24..28].try_into().unwrap());
            module[24..28].copy_from_slice(&moved(id).to_le_bytes());
        }
    }

    /// Sorts the modules by their names again.
    pub fn sort_modules(&mut self) {
        let mut modules = std::mem::take(&mut self.modules);
        modules.sort_by_key(|m| self.name(m).to_vec());
        self.modules = modules;
    }

    /// Changes the first setting of a name, or adds it.
    pub fn set(&mut self, key: &str, value: impl AsRef<[u8]>) {
        let (key, value) = (key.as_bytes().to_vec(), value.as_ref().to_vec());
        match self.settings.iter_mut().find(|(k, _)| *k == key) {
            Some(entry) => entry.1 = value,
            None => self.settings.push((key, value)),
        }
    }

    /// Takes all settings of a name away.
    pub fn unset(&mut self, key: &str) {
        self.settings.retain(|(k, _)| k != key.as_bytes());
    }
}

/// Magic and version: never changed, since a launcher looks no further without them.
fn footer_head() -> Vec<u8> {
    [&MAGIC[..], &FORMAT_VERSION.to_le_bytes(), &[0; 4]].concat()
}

fn records<const N: usize>(bytes: &[u8]) -> Vec<[u8; N]> {
    bytes.chunks_exact(N).map(|c| c.try_into().expect("chunks of that length")).collect()
}
