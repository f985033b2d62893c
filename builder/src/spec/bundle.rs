//! `[bundle]`: the form of the product.

/// Form of the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// One executable that contains everything.
    Onefile,
    /// An executable next to a folder with the files.
    #[default]
    Onedir,
}

/// Where a onefile program extracts files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Extract {
    /// Once, to a persistent cache.
    #[default]
    Cache,
    /// To a temporary folder that is removed on exit.
    Temp,
    /// Nowhere: native libraries stay in memory.
    Memory,
}

/// What the executables of further programs are in a onefile bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Companions {
    /// Links to the single file; on Windows copies.
    #[default]
    Link,
    /// Small executables that read the single file next to them.
    Executable,
}

/// Compression level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Compression {
    /// No compression.
    None,
    /// Fast builds.
    Fast,
    /// A balance of build time and size.
    #[default]
    Default,
    /// Smallest output, for releases.
    Max,
}

/// Which modules include their source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sources {
    /// None, except those listed in `[modules]` and those that libraries need.
    None,
    /// Modules whose source is read by code, as far as the analysis detects it.
    #[default]
    Used,
    /// The same, and all modules of the program itself.
    Own,
    /// All modules.
    All,
}

/// What to strip from native files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Strip {
    /// Nothing.
    None,
    /// Debug information.
    Debug,
    /// Debug information, and symbols that loading does not need.
    #[default]
    Symbols,
    /// Everything that loading does not need.
    All,
}

/// `[bundle]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Form of the application.
    pub mode: Mode,
    /// Onefile: where files are extracted at run time.
    pub extract: Extract,
    /// Compression level.
    pub compression: Compression,
    /// Which modules include their source.
    pub source: Sources,
    /// What to strip from native files.
    pub strip: Strip,
    /// Maximum glibc version that collected files may need, such as `2.28`.
    pub max_glibc: Option<(u32, u32)>,
    /// Onedir: name of the contents folder (`_internal`); `.` places the contents next to the executable.
    pub contents_directory: String,
    /// Onefile: folder to extract to at run time.
    pub runtime_tmpdir: Option<String>,
    /// Onefile: what the executables of further programs are.
    pub companions: Companions,
    /// Globs of files to leave out. A glob without a slash matches the name of a file in any folder, others
    /// match its path in the bundle.
    pub exclude_files: Vec<String>,
}
