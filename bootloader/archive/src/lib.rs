//! The archive: blobs, a sorted index that is read in place, and a footer at the end of the file.
//!
//! ```text
//! launcher | padding | blob blob blob … | index | footer
//!          ^ archive start                       ^ last 64 bytes of the archive
//! ```
//!
//! All integers are little-endian. Offsets count from the start of the archive. The decoder builds no maps:
//! tables are sorted arrays of fixed-size records that are searched in the mapped file.

mod check;
mod container;
mod decode;
mod encode;
pub mod filter;
mod links;
mod record;
pub mod unwind;

pub use check::{is_code, is_name, is_path};
pub use container::{Processor, parts, table};
pub use decode::{Archive, Blob, File, Module, find, settings};
pub use encode::{Encoder, FileRecord, ModuleRecord, NewBlob, Plan};
pub use links::{Broken, Place, follow, is_target};

/// First bytes of the footer. They are not text, so a text-mode transfer visibly damages them (as in PNG).
pub const MAGIC: [u8; 8] = *b"\x8bFRZ\r\n\x1a\n";
/// Version of the format. A launcher reads only its own version.
pub const FORMAT_VERSION: u32 = 2;
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

/// Identifies a blob by its position in the blob table.
pub type BlobId = u32;
/// Identifies a file by its position in the file table.
pub type FileId = u32;

/// How the bytes of a blob are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Codec {
    /// Uncompressed.
    Stored = 0,
    /// One zstd frame.
    Zstd = 1,
    /// One zstd frame, with the archive's dictionary ([`Archive::dictionary`]).
    ZstdDictionary = 2,
    /// One zstd frame of filtered machine code, with its [`filter`].
    ZstdFiltered = 3,
}

impl Codec {
    fn from_u8(value: u8) -> Option<Codec> {
        match value {
            0 => Some(Codec::Stored),
            1 => Some(Codec::Zstd),
            2 => Some(Codec::ZstdDictionary),
            3 => Some(Codec::ZstdFiltered),
            _ => None,
        }
    }
}

/// What a module record describes.
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
    /// The module is a package: its `__path__` is its own directory below the root.
    pub const PACKAGE: u8 = 1;
    /// The module is needed before the importer runs. It is stored uncompressed and added to
    /// `PyImport_FrozenModules`.
    pub const SEED: u8 = 2;
    /// The path ends in `.pyc` because the module has no source file.
    pub const SOURCELESS: u8 = 4;
    /// The program always imports the module when it starts, so the launcher may decompress it ahead of time.
    pub const CERTAIN: u8 = 8;
    /// Python's library contains the code of the module (Python/frozen.c), so the record has none.
    pub const FROZEN: u8 = 16;
}

/// What a file record describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FileKind {
    /// A data file.
    Data = 0,
    /// A native library or extension module.
    Native = 1,
    /// A symbolic link: the blob contains the target, relative to the folder of the link.
    Link = 2,
    /// A native executable, such as the interpreter or a helper program.
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
    /// Onedir: the file is next to the executable and has no blob here.
    pub const BESIDE: u8 = 2;
    /// A data file that is only read as a resource: it stays in the archive and is never extracted.
    pub const RESOURCE: u8 = 4;
    /// The blob contains several files: the content of this one is a part of it.
    pub const PACKED: u8 = 8;
}

/// Returns the hash of a dotted name in [`setting::ABSENT`]: 32-bit FNV-1a.
pub fn name_hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// Names of the settings, the key–value part of the index that configures the launcher.
///
/// A key may repeat. Values are bytes; unless stated otherwise, they are UTF-8 text.
pub mod setting {
    /// Name of the application, which is also the name of its cache folder.
    pub const APP: &[u8] = b"app";
    /// `X.Y` of the embedded Python.
    pub const PYTHON: &[u8] = b"python";
    /// ABI flags of the embedded Python: empty, `t` (free-threaded), `d` (debug) or `td`.
    pub const ABIFLAGS: &[u8] = b"abiflags";
    /// Path of the shared libpython below the root.
    pub const LIBPYTHON: &[u8] = b"libpython";
    /// Path of the interpreter executable below the root, if there is no shared libpython.
    pub const INTERPRETER: &[u8] = b"interpreter";
    /// Path below the root of the twin: the launcher as a library, for interpreters without a shared
    /// libpython.
    pub const TWIN: &[u8] = b"twin";
    /// `onefile` or `onedir`.
    pub const MODE: &[u8] = b"mode";
    /// Onefile: `cache`, `temp` or `memory`.
    pub const EXTRACT: &[u8] = b"extract";
    /// Onefile: the folder to extract to instead of the default cache or temporary folder.
    pub const RUNTIME_TMPDIR: &[u8] = b"runtime-tmpdir";
    /// Sorted, NUL-separated paths below the root of folders that exist without files: those of packages
    /// whose modules stay in the archive.
    pub const FOLDERS: &[u8] = b"folders";
    /// Hashes ([`super::name_hash`], four bytes each, little-endian, sorted) of modules that were available
    /// but not collected: top-level modules, and direct submodules of collected packages. They select the
    /// hint for a missing module without revealing what else was installed.
    pub const ABSENT: &[u8] = b"absent";
    /// Onedir: name of the contents folder next to the executable; `.` is the folder of the executable.
    pub const CONTENTS: &[u8] = b"contents";
    /// A program: `name NUL entry-module NUL script`. `entry-module` is the module record with the code of
    /// the entry point (its name starts with `__main__`). `script` is the path below the root, shown as
    /// `__main__.__file__`. Repeats; the first is the default.
    pub const PROGRAM: &[u8] = b"program";
    /// A runtime hook: name of the module record with its code. Repeats, in order.
    pub const HOOK: &[u8] = b"hook";
    /// An option of the `python` command line, without its dash: `u`, `O`, `X dev`, `W error`. Repeats.
    pub const OPTION: &[u8] = b"option";
    /// `NAME=value` to set in the application's environment before Python starts; `{root}` is replaced.
    /// Repeats.
    pub const ENV: &[u8] = b"env";
    /// Decimal [`super::BlobId`] of the last blob of the zstd dictionary. The first blob is the first one of the archive.
    pub const DICTIONARY: &[u8] = b"dictionary";
    /// `1`: many modules have [`super::module_flag::CERTAIN`]. A thread decompresses them ahead of time, and
    /// garbage collection is deferred while they are imported.
    pub const AHEAD: &[u8] = b"ahead";
    /// Decimal [`super::BlobId`] of the manifest: JSON for `freeze inspect`, not read at run time.
    pub const MANIFEST: &[u8] = b"manifest";
    /// Platform tag of the target, as in `linux-x86_64`.
    pub const TARGET: &[u8] = b"target";
    /// `1`: the launcher prints its phases and their times, as with `FREEZE_DEBUG=1`.
    pub const DEBUG: &[u8] = b"debug";
    /// `1`: `app -m module`, `-c code` and `script.py` run as with an interpreter (`interpreter` in
    /// `[runtime]`). `children`: only for processes that the program itself starts through `sys.executable`.
    pub const AS_INTERPRETER: &[u8] = b"as-interpreter";
    /// For a program that is a module or package: its name, NUL, and the name of the module to run, as with
    /// `-m`.
    pub const MAIN: &[u8] = b"main";
    /// `1`: the launcher accepts `--freeze-…` on the command line (`switches` in `[runtime]`).
    pub const SWITCHES: &[u8] = b"switches";
    /// Windows: how to hide a console that belongs only to the program: `hide-early`, `hide-late`,
    /// `minimize-early` or `minimize-late`. Early is at the start of the launcher, late is at the start of
    /// the program.
    pub const HIDE_CONSOLE: &[u8] = b"hide-console";
    /// `0`: without a console, an uncaught exception is reported without its traceback.
    pub const WINDOWED_TRACEBACK: &[u8] = b"windowed-traceback";
    /// Path of the file that contains the whole index, relative to the executable's folder. The extra
    /// executables of a onedir bundle have this setting. Such an archive contains nothing but settings.
    pub const SHARED: &[u8] = b"shared";
}

/// Returns the hash that protects stored bytes against damage: XXH3, 128 bits, little-endian.
///
/// It detects corruption, not tampering: anyone who can modify the executable can also modify its hashes.
pub fn hash(bytes: &[u8]) -> [u8; 16] {
    xxhash_rust::xxh3::xxh3_128(bytes).to_le_bytes()
}

/// Why an archive cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No footer was found: not a frozen program, or a truncated one.
    Missing,
    /// Written by another version of freeze; contains that version.
    Version(u32),
    /// The named part does not match its hash or exceeds its limits.
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
