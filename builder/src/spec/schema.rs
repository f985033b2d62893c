//! The tables and keys of a spec, and their values before anything is resolved.

use super::document::{Document, Located, Section, Table};
use super::keys::Keys;
use super::shapes::{Described, Key, shape};
use super::{Companions, Compression, Extract, Mode, Sources, Strip};
use crate::error::Result;
use crate::target::{UNIVERSAL, Wanted};

/// Names that may follow `target.`.
pub(super) const TARGETS: &[&str] = &[
    "linux",
    "linux-x86_64",
    "linux-aarch64",
    "linux-musl",
    "linux-musl-x86_64",
    "linux-musl-aarch64",
    "windows",
    "windows-x86_64",
    "windows-aarch64",
    "macos",
    "macos-x86_64",
    "macos-aarch64",
    UNIVERSAL,
];

/// How to hide a console that only the program uses, with PyInstaller's names.
pub(super) const HIDE_CONSOLE: [&str; 4] = ["hide-early", "hide-late", "minimize-early", "minimize-late"];
const UAC: &[&str] = &["as-invoker", "highest-available", "require-administrator"];

/// Returns the hint for an unknown target name.
pub fn unknown_target(name: &str) -> String {
    let names = Wanted::names();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = crate::nearest::did_you_mean(name, &known);
    // A system alone does not determine the processor.
    let fitting: Vec<String> =
        names.iter().filter(|n| n.starts_with(&format!("{name}-"))).map(|n| format!("`{n}`")).collect();
    if fitting.is_empty() { near } else { format!("expected {}", fitting.join(" or ")) }
}

/// A text with its position.
pub(super) type Text = Located<String>;

/// How a later layer of a spec overrides an earlier one.
trait Overlay {
    fn overlay(&mut self, over: Self);
}

/// A later value replaces an earlier one.
impl<T> Overlay for Option<T> {
    fn overlay(&mut self, over: Option<T>) {
        if over.is_some() {
            *self = over;
        }
    }
}

/// Lists and tables with free keys are extended.
impl<T> Overlay for Vec<T> {
    fn overlay(&mut self, over: Vec<T>) {
        self.extend(over);
    }
}

/// A required value.
impl Overlay for Text {
    fn overlay(&mut self, over: Text) {
        *self = over;
    }
}

/// The tables of a spec and their keys.
const KEYS: Keys = Keys(&[
    ("", &WHOLE),
    // The content of `[target.<name>]`: only tables, and no targets.
    ("layer", Raw::KEYS),
    ("app", RawApp::KEYS),
    ("python", RawPython::KEYS),
    ("bundle", RawBundle::KEYS),
    ("modules", RawModules::KEYS),
    ("data", RawItem::KEYS),
    ("binary", RawItem::KEYS),
    ("metadata", RawMetadata::KEYS),
    ("rules", RawRules::KEYS),
    ("runtime", RawRuntime::KEYS),
    ("program", RawProgram::KEYS),
    ("windows", RawWindows::KEYS),
    ("macos", RawMacos::KEYS),
]);
/// The keys of a layer, and those that only the whole spec has.
const WHOLE: [&str; Raw::KEYS.len() + RawWhole::KEYS.len() + 1] = {
    let mut keys = ["target"; Raw::KEYS.len() + RawWhole::KEYS.len() + 1];
    let mut i = 0;
    while i < Raw::KEYS.len() {
        keys[i] = Raw::KEYS[i];
        i += 1;
    }
    while i < Raw::KEYS.len() + RawWhole::KEYS.len() {
        keys[i] = RawWhole::KEYS[i - Raw::KEYS.len()];
        i += 1;
    }
    keys
};

/// Defines a table of a spec: its keys and fields with what they mean, how each is read, and how layers are
/// combined.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident {
        $(#[doc = $about:literal] $field:ident: $kind:ty = $read:ident($key:literal $(, $argument:expr)*),)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub(super) struct $name {
            $(#[doc = $about] pub(super) $field: $kind,)*
        }

        impl $name {
            /// The keys of this table.
            pub(super) const KEYS: &'static [&'static str] = &[$($key),*];
        }

        impl Section for $name {
            fn from_table(table: &Table<'_>) -> Result<$name> {
                Ok($name { $($field: table.$read($key $(, $argument)*)?,)* })
            }
        }

        impl Described for $name {
            fn keys() -> Vec<Key> {
                vec![$(Key {
                    name: $key,
                    about: $about.trim_ascii(),
                    shape: shape::$read::<$kind>($($argument),*),
                },)*]
            }
        }

        impl Overlay for $name {
            fn overlay(&mut self, over: $name) {
                $(self.$field.overlay(over.$field);)*
            }
        }
    };
}

table! {
    /// `[app]`.
    RawApp {
        /// Name of the executable and of its folder. Default: the stem of `entry`.
        name: Option<Text> = string("name"),
        /// A script, `package` (its `__main__`) or `package.module:function`.
        entry: Option<Text> = string("entry"),
        /// Name of an installed console script, instead of `entry`.
        entry_point: Option<Text> = string("entry-point"),
        /// Folder that is searched for modules instead of the folder of the script.
        folder: Option<Text> = string("folder"),
        /// Scripts that run after the entry, in the same namespace.
        then: Vec<Text> = strings("then"),
        /// Version of the application.
        version: Option<Text> = string("version"),
    }
}

table! {
    /// `[python]`.
    RawPython {
        /// A virtual environment, an interpreter, a version such as `3.12`, or a range such as `>=3.11`.
        interpreter: Option<Text> = string("interpreter"),
        /// Level of optimization: 0, 1 (`-O`) or 2 (`-OO`).
        optimize: Option<u8> = number("optimize", 2),
        /// Options of python's command line, without the dash.
        options: Vec<Text> = strings("options"),
        /// Folders that are searched for modules before the interpreter's own.
        paths: Vec<Text> = strings("paths"),
        /// Folders of wheels or of installed packages.
        packages: Vec<Text> = strings("packages"),
        /// Requirements files, whose wheels are downloaded for the target.
        requirements: Vec<Text> = strings("requirements"),
        /// Whether to create an environment from the lock file or the dependencies.
        sync: Option<bool> = boolean("sync"),
        /// Whether to install only versions that a lock file pins.
        locked: Option<bool> = boolean("locked"),
        /// Optional dependencies of the project to install.
        extras: Vec<Text> = strings("extras"),
        /// Dependency groups of the project to install.
        groups: Vec<Text> = strings("groups"),
    }
}

table! {
    /// `[bundle]`.
    RawBundle {
        /// The platform to build for. Default: that of the interpreter.
        target: Option<Text> = string("target"),
        /// A single file, or a folder (the default).
        mode: Option<Mode> = choice("mode"),
        /// Where a program in one file extracts its files.
        extract: Option<Extract> = choice("extract"),
        /// Level of compression.
        compression: Option<Compression> = choice("compression"),
        /// Modules that include their source.
        source: Option<Sources> = choice("source"),
        /// What to strip from native files.
        strip: Option<Strip> = choice("strip"),
        /// The newest glibc that collected files may need, such as `2.28`.
        max_glibc: Option<Text> = string("max-glibc"),
        /// Folder with the contents beside the executable. Default: `_internal`.
        contents_directory: Option<Text> = string("contents-directory"),
        /// Folder below which a program in one file extracts its files.
        runtime_tmpdir: Option<Text> = string("runtime-tmpdir"),
        /// What the executables of further programs are if the bundle is a single file.
        companions: Option<Companions> = choice("companions"),
        /// Files of the bundle to leave out, as globs over their paths in it.
        exclude_files: Vec<Text> = strings("exclude-files"),
    }
}

table! {
    /// `[modules]`.
    RawModules {
        /// Modules to collect although nothing imports them.
        include: Vec<Text> = strings("include"),
        /// Modules that are never collected.
        exclude: Vec<Text> = strings("exclude"),
        /// Packages that include their source.
        source: Vec<Text> = strings("source"),
        /// Packages that are stored as files instead of in the archive.
        files: Vec<Text> = strings("files"),
        /// Packages whose data files are all collected.
        collect_data: Vec<Text> = strings("collect-data"),
        /// Large packages to collect with all their parts.
        whole: Vec<Text> = strings("whole"),
        /// Languages of translations to collect. Default: all.
        locales: Vec<Text> = strings("locales"),
        /// Packages whose native libraries are all collected.
        collect_binaries: Vec<Text> = strings("collect-binaries"),
        /// File names of libraries that are never collected, as globs.
        exclude_binaries: Vec<Text> = strings("exclude-binaries"),
        /// File names of libraries to collect although they usually stay on the host, as globs.
        include_binaries: Vec<Text> = strings("include-binaries"),
        /// Whether to collect the program's own files that its strings name.
        own_data: Option<bool> = boolean("own-data"),
        /// File that lists modules in the order of their import.
        order: Option<Text> = string("order"),
    }
}

table! {
    /// `[[data]]` or `[[binary]]`.
    RawItem {
        /// A file, a folder or a glob.
        from: Text = required("from"),
        /// Folder in the bundle. Default: its root.
        to: Option<Text> = string("to"),
        /// Name of a file in that folder. Default: its own.
        name: Option<Text> = string("name"),
        /// Files and folders to leave out, as globs.
        exclude: Vec<Text> = strings("exclude"),
    }
}

table! {
    /// `[[program]]`.
    RawProgram {
        /// Name of the executable.
        name: Text = required("name"),
        /// A script, `package` (its `__main__`) or `package.module:function`.
        entry: Option<Text> = string("entry"),
        /// Name of an installed console script, instead of `entry`.
        entry_point: Option<Text> = string("entry-point"),
        /// Folder that is searched for modules instead of the folder of the script.
        folder: Option<Text> = string("folder"),
        /// Scripts that run after the entry, in the same namespace.
        then: Vec<Text> = strings("then"),
        /// Properties of this executable on Windows that differ from those in `[windows]`.
        windows: RawWindows = section("windows"),
    }
}

table! {
    /// `[metadata]`.
    RawMetadata {
        /// Distributions whose metadata is collected.
        include: Vec<Text> = strings("include"),
        /// Distributions whose metadata is collected with that of their requirements.
        recursive: Vec<Text> = strings("recursive"),
        /// A pyproject.toml, for whose project metadata is created if it is not installed.
        project: Option<Text> = string("project"),
    }
}

table! {
    /// `[rules]`.
    RawRules {
        /// Rule files.
        files: Vec<Text> = strings("files"),
        /// Folders of hooks written for PyInstaller.
        hooks: Vec<Text> = strings("hooks"),
        /// Whether to run the hooks for PyInstaller that installed packages announce.
        package_hooks: Option<bool> = boolean("package-hooks"),
        /// Values for hooks written for PyInstaller, by module.
        hooks_config: Vec<(String, serde_json::Value)> = json("hooks-config"),
        /// Whether to use the rules that freeze includes.
        shipped: Option<bool> = boolean("shipped"),
    }
}

table! {
    /// `[runtime]`.
    RawRuntime {
        /// Scripts that run before the entry.
        hooks: Vec<Text> = strings("hooks"),
        /// Environment variables of the program; `{root}` is the folder of its contents.
        env: Vec<(Text, Text)> = texts("env"),
        /// Whether `app -m module` and `app -c code` work as with python.
        interpreter: Option<bool> = boolean("interpreter"),
        /// Whether the launcher interprets arguments that start with `--freeze-`.
        switches: Option<bool> = boolean("switches"),
        /// Debug options: `imports`, `bootloader`, `noarchive` or `all`.
        debug: Vec<Text> = strings("debug"),
    }
}

table! {
    /// `[windows]`.
    RawWindows {
        /// Icon: an `.ico` or `.png` file, or an executable with icons.
        icon: Option<Text> = string("icon"),
        /// Whether the program has a console.
        console: Option<bool> = boolean("console"),
        /// Strings of the version resource.
        version_info: Vec<(Text, Text)> = texts("version-info"),
        /// Application manifest.
        manifest: Option<Text> = string("manifest"),
        /// Rights to request.
        uac: Option<Text> = word("uac", UAC),
        /// Whether to allow access to elevated windows.
        uiaccess: Option<bool> = boolean("uiaccess"),
        /// Source of the version resource.
        version_file: Option<Text> = string("version-file"),
        /// What happens to a console that only the program uses.
        hide_console: Option<Text> = word("hide-console", &HIDE_CONSOLE),
        /// Whether a program without a console shows tracebacks.
        windowed_traceback: Option<bool> = boolean("windowed-traceback"),
        /// Additional resources, as `FILE,TYPE,NAME,LANGUAGE`.
        resources: Vec<Text> = strings("resources"),
    }
}

table! {
    /// `[macos]`.
    RawMacos {
        /// Architectures; both create a universal program.
        architectures: Vec<Text> = names_of("architectures", "architecture", &["x86_64", "arm64"]),
        /// Whether to create an app bundle.
        bundle: Option<bool> = boolean("bundle"),
        /// Bundle identifier.
        identifier: Option<Text> = string("identifier"),
        /// Icon: an `.icns` or `.png` file.
        icon: Option<Text> = string("icon"),
        /// Values for `Info.plist`.
        plist: Vec<(String, serde_json::Value)> = json("plist"),
        /// Identity to sign with; `-` signs ad hoc.
        sign: Option<Text> = string("sign"),
        /// Entitlements file.
        entitlements: Option<Text> = string("entitlements"),
        /// Whether to sign for the hardened runtime.
        hardened_runtime: Option<bool> = boolean("hardened-runtime"),
        /// Server for time stamps of signatures, or `none`.
        timestamp: Option<Text> = string("timestamp"),
        /// File with a key of App Store Connect.
        notarize: Option<Text> = string("notarize"),
    }
}

table! {
    /// The keys outside of tables, which a target table does not have.
    RawWhole {
        /// Specs whose content comes before that of this one.
        extends: Vec<Text> = one_or_more("extends"),
        /// Limit of the builder's cache, such as `2G`; the variable FREEZE_CACHE_SIZE overrides it.
        cache_size: Option<Text> = string("cache-size"),
    }
}

table! {
    /// The content of a spec, or of one of its `[target.<name>]` tables.
    Raw {
        /// The application.
        app: RawApp = section("app"),
        /// The interpreter and the packages.
        python: RawPython = section("python"),
        /// The form of the product.
        bundle: RawBundle = section("bundle"),
        /// Modules to collect.
        modules: RawModules = section("modules"),
        /// Data files to add.
        data: Vec<RawItem> = sections("data"),
        /// Native libraries to add.
        binaries: Vec<RawItem> = sections("binary"),
        /// Metadata of distributions to collect.
        metadata: RawMetadata = section("metadata"),
        /// Rules about packages.
        rules: RawRules = section("rules"),
        /// How the program runs.
        runtime: RawRuntime = section("runtime"),
        /// Further executables that share the bundle.
        programs: Vec<RawProgram> = sections("program"),
        /// The executable on Windows.
        windows: RawWindows = section("windows"),
        /// The app bundle on macOS.
        macos: RawMacos = section("macos"),
    }
}

impl Raw {
    /// Reads a document with the target tables in `targets`, the most general first, after those that it
    /// extends. The other target tables are also checked.
    pub(super) fn read(doc: &Document, targets: &[String]) -> Result<Raw> {
        let mut raw = Raw::default();
        for extended in &doc.extended {
            raw.merge(Raw::read(extended, targets)?);
        }
        let parsed = doc.parse()?;
        let root = Table::root(doc, &parsed, &KEYS)?;
        raw.merge(Raw::from_table(&root)?);
        let Some(table) = root.table("target")? else { return Ok(raw) };
        let mut layers = Vec::new();
        for name in table.names() {
            if !TARGETS.contains(&name.value.as_str()) {
                return Err(table.unknown_name(&name, "target", TARGETS));
            }
            let Some(layer) = table.table_of_kind(&name.value, "layer")? else { continue };
            let layer = Raw::from_table(&layer)?;
            if let Some(target) = layer.bundle.target {
                let message = "`target` cannot be set for one target";
                return Err(doc
                    .error(message, target.span, "remove it here")
                    .hint("`target` in `[bundle]` chooses among the `[target.…]` tables"));
            }
            if let Some(rank) = targets.iter().position(|t| *t == name.value) {
                layers.push((rank, layer));
            }
        }
        layers.sort_by_key(|(rank, _)| *rank);
        layers.into_iter().for_each(|(_, layer)| raw.merge(layer));
        Ok(raw)
    }

    /// Returns the target of a document, or else that of one that it extends.
    pub(super) fn target(doc: &Document) -> Result<Option<Wanted>> {
        let parsed = doc.parse()?;
        let name = match Table::root(doc, &parsed, &KEYS)?.table("bundle")? {
            Some(bundle) => bundle.string("target")?,
            None => None,
        };
        let Some(name) = name else {
            let mut targets = doc.extended.iter().rev().map(Raw::target);
            return targets.find_map(Result::transpose).transpose();
        };
        match Wanted::named(&name.value) {
            Some(target) => Ok(Some(target)),
            None => Err(doc
                .error(format!("unknown target `{}`", name.value), name.span, "unknown target")
                .hint(unknown_target(&name.value))),
        }
    }

    /// Applies another layer to this one: single values are replaced, lists and tables are extended.
    fn merge(&mut self, over: Raw) {
        // `entry` and `entry-point` set the same thing, so the later one wins.
        if over.app.entry.is_some() || over.app.entry_point.is_some() {
            self.app.then.clear();
            self.app.folder = None;
            self.app.entry = None;
            self.app.entry_point = None;
        }
        self.overlay(over);
    }
}

impl RawWhole {
    /// Reads the keys outside of tables.
    pub(super) fn read(doc: &Document) -> Result<RawWhole> {
        RawWhole::from_table(&Table::root(doc, &doc.parse()?, &KEYS)?)
    }

    /// Returns `cache-size` of a document, or else that of one that it extends.
    pub(super) fn cache_size(doc: &Document) -> Result<Option<Text>> {
        if let Some(size) = RawWhole::read(doc)?.cache_size {
            return Ok(Some(size));
        }
        let mut sizes = doc.extended.iter().rev().map(RawWhole::cache_size);
        sizes.find_map(Result::transpose).transpose()
    }
}
