//! The fixed-size records, defined once for both the encoder and the decoder (docs/reference/archive-format.md).

use super::{BLOB_LEN, FILE_LEN, FOOTER_LEN, INDEX_HEADER_LEN, MODULE_LEN};

/// A field of a record: an unsigned little-endian integer, or bytes.
trait Field: Sized {
    fn put(&self, to: &mut [u8]);
    fn get(from: &[u8]) -> Self;
}

macro_rules! number {
    ($($type:ty)*) => {$(
        impl Field for $type {
            fn put(&self, to: &mut [u8]) {
                to[..size_of::<$type>()].copy_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn get(from: &[u8]) -> $type {
                from.first_chunk().map_or(0, |bytes| <$type>::from_le_bytes(*bytes))
            }
        }
    )*};
}
number!(u8 u16 u32 u64);

impl<const N: usize> Field for [u8; N] {
    fn put(&self, to: &mut [u8]) {
        to[..N].copy_from_slice(self);
    }

    #[inline]
    fn get(from: &[u8]) -> [u8; N] {
        from.first_chunk().copied().unwrap_or([0; N])
    }
}

macro_rules! record {
    ($(#[$doc:meta])* $name:ident of $len:ident { $($at:literal $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(super) struct $name {
            $(pub(super) $field: $type,)*
        }

        impl $name {
            pub(super) fn write(&self) -> [u8; $len] {
                let mut bytes = [0; $len];
                $(self.$field.put(&mut bytes[$at..]);)*
                bytes
            }

            #[inline]
            pub(super) fn read(bytes: &[u8; $len]) -> $name {
                $name { $($field: Field::get(&bytes[$at..]),)* }
            }
        }
    };
}

record! {
    /// The footer of an archive.
    Footer of FOOTER_LEN {
        0 magic: [u8; 8],
        8 version: u32,
        16 len: u64,
        24 index_offset: u64,
        32 index_len: u64,
        40 index_hash: [u8; 16],
        56 hash: [u8; 8],
    }
}

record! {
    /// The header of an index: the number of records in each table, and the lengths of the settings and
    /// strings.
    Header of INDEX_HEADER_LEN {
        0 modules: u32,
        4 files: u32,
        8 blobs: u32,
        12 preloads: u32,
        16 settings: u32,
        20 strings: u32,
    }
}

record! {
    /// A blob.
    Blob of BLOB_LEN {
        0 offset: u64,
        8 stored_len: u64,
        16 raw_len: u64,
        24 hash: [u8; 16],
        40 codec: u8,
    }
}

record! {
    /// A module; `unused` is [`super::NONE`].
    Module of MODULE_LEN {
        0 name: u32,
        4 path: u32,
        8 name_len: u16,
        10 path_len: u16,
        12 kind: u8,
        13 flags: u8,
        16 code: u32,
        20 source: u32,
        24 file: u32,
        28 unused: u32,
    }
}

record! {
    /// A file.
    File of FILE_LEN {
        0 path: u32,
        4 path_len: u16,
        6 kind: u8,
        7 flags: u8,
        8 blob: u32,
        12 preload: u32,
        16 preload_count: u32,
        20 len: u64,
        28 at: u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_written_is_read_again() {
        let module = Module {
            name: 1,
            path: 0x0203_0405,
            name_len: 6,
            path_len: 7,
            kind: 8,
            flags: 9,
            code: 10,
            source: 11,
            file: 12,
            unused: 13,
        };
        let bytes = module.write();
        assert_eq!(bytes[4..8], [5, 4, 3, 2]);
        assert_eq!(bytes[14..16], [0, 0]);
        assert_eq!(Module::read(&bytes), module);
        let blob = Blob { offset: u64::MAX, stored_len: 1, raw_len: 2, hash: [3; 16], codec: 4 };
        assert_eq!(Blob::read(&blob.write()), blob);
        let file = File { len: 1 << 40, preload_count: 5, at: 6, ..File::default() };
        assert_eq!(File::read(&file.write()), file);
    }
}
