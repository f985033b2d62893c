//! The archive: blobs, a sorted index readable in place, and a footer at the end of the file.
//!
//! ```text
//! launcher | padding | blob blob blob … | index | footer
//!          ^ archive start                       ^ last 64 bytes of the archive
//! ```
//!
//! All integers are little-endian; offsets count from the start of the archive. The decoder never
//! builds a map: tables are sorted arrays of fixed-size records, searched in the mapped file.

mod check;
mod container;
mod decode;
mod encode;
mod links;
mod record;

pub use check::{is_code, is_name, is_path};
pub use container::{Processor, parts, table};
pub use decode::{Archive, Blob, File, Module, find, settings};
pub use encode::{Encoder, FileRecord, ModuleRecord, NewBlob, Plan};
pub use links::{Broken, Place, follow, is_target};

/// First bytes of the footer. Not text, so that a text-mode transfer damages it visibly (as in PNG).
pub const MAGIC: [u8; 8] = *b"\x8bFRZ\r\n\x1a\n";
/// Version of the format; a launcher reads only its own.
pub const FORMAT_VERSION: u32 = 1;
/// Length of the footer in bytes.
pub const FOOTER_LEN: usize = 64;
/// Bytes of the footer that its own hash covers.
const FOOTER_HASHED: usize = 56;
/// Length of the header of the index in bytes.
pub const INDEX_HEADER_LEN: usize = 64;
/// Length of a module record in bytes.
pub const MODULE_LEN: usize = 32;
/// Length of a file record in bytes.
pub const FILE_LEN: usize = 32;
/// Length of a blob record in bytes.
pub const BLOB_LEN: usize = 48;
/// "No such blob" or "no such file" in a record.
pub const NONE: u32 = u32::MAX;

/// Identifies a blob by its place in the blob table.
pub type BlobId = u32;
/// Identifies a file by its place in the file table.
pub type FileId = u32;

/// How the bytes of a blob are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Codec {
    /// As they are.
    Stored = 0,
    /// One zstd frame.
    Zstd = 1,
    /// One zstd frame, with the archive's dictionary (the blob named by [`setting::DICTIONARY`]).
    ZstdDictionary = 2,
}

impl Codec {
    fn from_u8(value: u8) -> Option<Codec> {
        match value {
            0 => Some(Codec::Stored),
            1 => Some(Codec::Zstd),
            2 => Some(Codec::ZstdDictionary),
            _ => None,
        }
    }
}

/// What a module record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ModuleKind {
    /// Python code: `code` is a marshalled code object.
    Code = 0,
    /// A native extension: `file` is the shared library.
    Extension = 1,
    /// A namespace package (PEP 420): neither code nor file.
    Namespace = 2,
}

impl ModuleKind {
    fn from_u8(value: u8) -> Option<ModuleKind> {
        match value {
            0 => Some(ModuleKind::Code),
            1 => Some(ModuleKind::Extension),
            2 => Some(ModuleKind::Namespace),
            _ => None,
        }
    }
}

/// Bits of a module record's flags.
pub mod module_flag {
    /// The module is a package: its `__path__` is its own directory under the root.
    pub const PACKAGE: u8 = 1;
    /// Needed before the importer runs: goes into `PyImport_FrozenModules`, stored uncompressed.
    pub const SEED: u8 = 2;
    /// The path ends in `.pyc`: there was no source to name.
    pub const SOURCELESS: u8 = 4;
    /// The program imports it in any case when it starts: the launcher may decompress it ahead.
    pub const CERTAIN: u8 = 8;
}

/// What a file record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FileKind {
    /// A data file.
    Data = 0,
    /// A native library or extension module.
    Native = 1,
    /// A symbolic link: the blob holds the target, relative to the link's own folder.
    Link = 2,
    /// A native executable (the interpreter itself, helper programs).
    Program = 3,
}

impl FileKind {
    fn from_u8(value: u8) -> Option<FileKind> {
        match value {
            0 => Some(FileKind::Data),
            1 => Some(FileKind::Native),
            2 => Some(FileKind::Link),
            3 => Some(FileKind::Program),
            _ => None,
        }
    }
}

/// Bits of a file record's flags.
pub mod file_flag {
    /// The file is executable.
    pub const EXECUTABLE: u8 = 1;
    /// Onedir: the file lies beside the executable and has no blob here.
    pub const BESIDE: u8 = 2;
    /// A data file that is read as a resource only: it stays in the archive and is never extracted.
    pub const RESOURCE: u8 = 4;
}

/// Hash of a dotted name in [`setting::ABSENT`]: FNV-1a of 32 bits.
pub fn name_hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Names of the settings, the key–value part of the index that tells the launcher what to do.
///
/// A key may repeat; the values are bytes, text in UTF-8 unless said otherwise.
pub mod setting {
    /// Name of the app; the cache folder is named after it.
    pub const APP: &[u8] = b"app";
    /// `X.Y` of the embedded Python.
    pub const PYTHON: &[u8] = b"python";
    /// ABI flags of the embedded Python: empty, `t` (free-threaded), `d` (debug) or `td`.
    pub const ABIFLAGS: &[u8] = b"abiflags";
    /// Path under the root of the shared libpython.
    pub const LIBPYTHON: &[u8] = b"libpython";
    /// Path under the root of the interpreter's executable, where there is no shared libpython.
    pub const INTERPRETER: &[u8] = b"interpreter";
    /// Path under the root of the launcher as a library, which such an interpreter is run with.
    pub const TWIN: &[u8] = b"twin";
    /// `onefile` or `onedir`.
    pub const MODE: &[u8] = b"mode";
    /// Onefile: `cache`, `temp` or `memory`.
    pub const EXTRACT: &[u8] = b"extract";
    /// Onefile: the folder to extract below instead of the default cache or temporary folder.
    pub const RUNTIME_TMPDIR: &[u8] = b"runtime-tmpdir";
    /// Paths under the root of folders that exist without a file in them, sorted, with NUL between them: those of packages
    /// whose modules stay in the archive.
    pub const FOLDERS: &[u8] = b"folders";
    /// Hashes ([`super::name_hash`], four bytes each, little-endian, sorted) of the modules that could have been collected and
    /// were not: those at the top of the search path, and those right inside collected packages. They decide which hint a
    /// missing module gets, and do not tell what else was installed.
    pub const ABSENT: &[u8] = b"absent";
    /// Onedir: name of the contents folder beside the executable; `.` is the executable's own.
    pub const CONTENTS: &[u8] = b"contents";
    /// A program: `name NUL entry-module NUL script`: the module record that holds the entry's code
    /// (its name starts with `__main__`), and the path under the root that `__main__.__file__`
    /// shows. Repeats; the first is the default.
    pub const PROGRAM: &[u8] = b"program";
    /// A runtime hook: name of the module record that holds its code. Repeats, in order.
    pub const HOOK: &[u8] = b"hook";
    /// An option as on python's command line, without its dash: `u`, `O`, `X dev`, `W error`. Repeats.
    pub const OPTION: &[u8] = b"option";
    /// `NAME=value` to set in the app's environment before Python starts; `{root}` is replaced. Repeats.
    pub const ENV: &[u8] = b"env";
    /// Decimal [`super::BlobId`] of the zstd dictionary.
    pub const DICTIONARY: &[u8] = b"dictionary";
    /// `1`: the modules with [`super::module_flag::CERTAIN`] are many: worth a thread that decompresses them
    /// ahead, and to be spared the garbage collector while they are imported.
    pub const AHEAD: &[u8] = b"ahead";
    /// Decimal [`super::BlobId`] of the manifest: JSON for `freeze inspect`, not read at run time.
    pub const MANIFEST: &[u8] = b"manifest";
    /// Platform tag of the target, as in `linux-x86_64`.
    pub const TARGET: &[u8] = b"target";
    /// `1`: the launcher shows its phases and their times, as with `FREEZE_DEBUG=1`.
    pub const DEBUG: &[u8] = b"debug";
    /// `1`: `app -m module`, `-c code` and `script.py` run as with an interpreter (`interpreter` in `[runtime]`).
    /// `children`: only what the program itself starts so, through `sys.executable`, does.
    pub const AS_INTERPRETER: &[u8] = b"as-interpreter";
    /// For a program that is a module or package: its name, NUL, the name of the module, which `-m` runs.
    pub const MAIN: &[u8] = b"main";
    /// `1`: the launcher obeys `--freeze-…` on the command line (`switches` in `[runtime]`).
    pub const SWITCHES: &[u8] = b"switches";
    /// Windows: what becomes of a console that is the program's own: `hide-early`, `hide-late`, `minimize-early` or
    /// `minimize-late`. Early is before anything else is done, late is when the program begins.
    pub const HIDE_CONSOLE: &[u8] = b"hide-console";
    /// `0`: where there is no console an uncaught exception is told of without its traceback.
    pub const WINDOWED_TRACEBACK: &[u8] = b"windowed-traceback";
    /// The whole index is in another file: path of it, relative to the executable's folder, as stored in
    /// the extra executables of a onedir bundle. Such an archive has no other content than settings.
    pub const SHARED: &[u8] = b"shared";
}

/// Hash that guards stored bytes against damage: XXH3, 128 bit, little-endian.
///
/// It finds accidents, not attackers: who can write to the executable can also write its hashes.
pub fn hash(bytes: &[u8]) -> [u8; 16] {
    xxhash_rust::xxh3::xxh3_128(bytes).to_le_bytes()
}

/// Why an archive cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No footer was found: not a frozen program, or its end is cut off.
    Missing,
    /// Written by another version of freeze: the version found.
    Version(u32),
    /// The named part contradicts its hash or its limits.
    Damaged(&'static str),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Missing => f.write_str("no archive found at its end"),
            Error::Version(v) => write!(f, "archive format {v}, expected {FORMAT_VERSION}"),
            Error::Damaged(part) => write!(f, "damaged archive: {part}"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
