//! The tables and keys of a spec, and their values before anything is resolved.

use super::document::{Document, Located, Section, Table};
use super::keys::Keys;
use super::{Compression, Extract, Mode, Sources, Strip};
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

/// `[[data]]` or `[[binary]]`.
#[derive(Debug)]
pub(super) struct RawItem {
    pub(super) from: Text,
    pub(super) to: Option<Text>,
}

impl Section for RawItem {
    fn from_table(table: &Table<'_>) -> Result<RawItem> {
        Ok(RawItem { from: table.required("from")?, to: table.string("to")? })
    }
}

/// `[[program]]`.
#[derive(Debug)]
pub(super) struct RawProgram {
    pub(super) name: Text,
    pub(super) entry: Option<Text>,
    pub(super) entry_point: Option<Text>,
}

impl Section for RawProgram {
    fn from_table(table: &Table<'_>) -> Result<RawProgram> {
        let (entry, entry_point) = (table.string("entry")?, table.string("entry-point")?);
        if entry.is_none() && entry_point.is_none() {
            table.required("entry")?;
        }
        Ok(RawProgram { name: table.required("name")?, entry, entry_point })
    }
}

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

/// The tables of a spec and their keys.
const KEYS: Keys = Keys(&[
    ("", &WHOLE),
    // The content of `[target.<name>]`: everything except targets.
    ("layer", Raw::KEYS),
    ("app", RawApp::KEYS),
    ("python", RawPython::KEYS),
    ("bundle", RawBundle::KEYS),
    ("modules", RawModules::KEYS),
    ("data", ITEM),
    ("binary", ITEM),
    ("metadata", RawMetadata::KEYS),
    ("rules", RawRules::KEYS),
    ("runtime", RawRuntime::KEYS),
    ("program", &["name", "entry", "entry-point"]),
    ("windows", RawWindows::KEYS),
    ("macos", RawMacos::KEYS),
]);
const ITEM: &[&str] = &["from", "to"];
/// The keys of a layer, and `target`, which only the whole spec has.
const WHOLE: [&str; Raw::KEYS.len() + 1] = {
    let mut keys = ["target"; Raw::KEYS.len() + 1];
    let mut i = 0;
    while i < Raw::KEYS.len() {
        keys[i] = Raw::KEYS[i];
        i += 1;
    }
    keys
};

/// Defines a table of a spec: its keys and fields, how each is read, and how layers are combined.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty = $read:ident($key:literal $(, $argument:expr)*),)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $name {
            $(pub(super) $field: $kind,)*
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
        name: Option<Text> = string("name"),
        entry: Option<Text> = string("entry"),
        entry_point: Option<Text> = string("entry-point"),
        version: Option<Text> = string("version"),
    }
}

table! {
    /// `[python]`.
    RawPython {
        interpreter: Option<Text> = string("interpreter"),
        optimize: Option<u8> = number("optimize", 2),
        options: Vec<Text> = strings("options"),
        paths: Vec<Text> = strings("paths"),
        packages: Vec<Text> = strings("packages"),
        requirements: Vec<Text> = strings("requirements"),
    }
}

table! {
    /// `[bundle]`.
    RawBundle {
        target: Option<Text> = string("target"),
        mode: Option<Mode> = choice("mode"),
        extract: Option<Extract> = choice("extract"),
        compression: Option<Compression> = choice("compression"),
        source: Option<Sources> = choice("source"),
        strip: Option<Strip> = choice("strip"),
        max_glibc: Option<Text> = string("max-glibc"),
        contents_directory: Option<Text> = string("contents-directory"),
        runtime_tmpdir: Option<Text> = string("runtime-tmpdir"),
    }
}

table! {
    /// `[modules]`.
    RawModules {
        include: Vec<Text> = strings("include"),
        exclude: Vec<Text> = strings("exclude"),
        source: Vec<Text> = strings("source"),
        files: Vec<Text> = strings("files"),
        collect_data: Vec<Text> = strings("collect-data"),
        whole: Vec<Text> = strings("whole"),
        locales: Vec<Text> = strings("locales"),
        collect_binaries: Vec<Text> = strings("collect-binaries"),
        own_data: Option<bool> = boolean("own-data"),
        order: Option<Text> = string("order"),
    }
}

table! {
    /// `[metadata]`.
    RawMetadata {
        include: Vec<Text> = strings("include"),
        recursive: Vec<Text> = strings("recursive"),
    }
}

table! {
    /// `[rules]`.
    RawRules {
        files: Vec<Text> = strings("files"),
        hooks: Vec<Text> = strings("hooks"),
        shipped: Option<bool> = boolean("shipped"),
    }
}

table! {
    /// `[runtime]`.
    RawRuntime {
        hooks: Vec<Text> = strings("hooks"),
        env: Vec<(Text, Text)> = texts("env"),
        interpreter: Option<bool> = boolean("interpreter"),
        switches: Option<bool> = boolean("switches"),
        debug: Vec<Text> = strings("debug"),
    }
}

table! {
    /// `[windows]`.
    RawWindows {
        icon: Option<Text> = string("icon"),
        console: Option<bool> = boolean("console"),
        version_info: Vec<(Text, Text)> = texts("version-info"),
        manifest: Option<Text> = string("manifest"),
        uac: Option<Text> = word("uac", UAC),
        uiaccess: Option<bool> = boolean("uiaccess"),
        version_file: Option<Text> = string("version-file"),
        hide_console: Option<Text> = word("hide-console", &HIDE_CONSOLE),
        windowed_traceback: Option<bool> = boolean("windowed-traceback"),
        resources: Vec<Text> = strings("resources"),
    }
}

table! {
    /// `[macos]`.
    RawMacos {
        architectures: Vec<Text> = names_of("architectures", "architecture", &["x86_64", "arm64"]),
        bundle: Option<bool> = boolean("bundle"),
        identifier: Option<Text> = string("identifier"),
        icon: Option<Text> = string("icon"),
        plist: Vec<(String, serde_json::Value)> = json("plist"),
        sign: Option<Text> = string("sign"),
        entitlements: Option<Text> = string("entitlements"),
        hardened_runtime: Option<bool> = boolean("hardened-runtime"),
        timestamp: Option<Text> = string("timestamp"),
        notarize: Option<Text> = string("notarize"),
    }
}

table! {
    /// The content of a spec, or of one of its `[target.<name>]` tables.
    Raw {
        app: RawApp = section("app"),
        python: RawPython = section("python"),
        bundle: RawBundle = section("bundle"),
        modules: RawModules = section("modules"),
        data: Vec<RawItem> = sections("data"),
        binaries: Vec<RawItem> = sections("binary"),
        metadata: RawMetadata = section("metadata"),
        rules: RawRules = section("rules"),
        runtime: RawRuntime = section("runtime"),
        programs: Vec<RawProgram> = sections("program"),
        windows: RawWindows = section("windows"),
        macos: RawMacos = section("macos"),
    }
}

impl Raw {
    /// Reads a document with the target tables in `targets`, the most general first. The others are also
    /// checked.
    pub(super) fn read(doc: &Document, targets: &[String]) -> Result<Raw> {
        let parsed = doc.parse()?;
        let root = Table::root(doc, &parsed, &KEYS)?;
        let mut raw = Raw::from_table(&root)?;
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

    /// Returns the target of a document.
    pub(super) fn target(doc: &Document) -> Result<Option<Wanted>> {
        let parsed = doc.parse()?;
        let Some(bundle) = Table::root(doc, &parsed, &KEYS)?.table("bundle")? else { return Ok(None) };
        let Some(name) = bundle.string("target")? else { return Ok(None) };
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
            self.app.entry = None;
            self.app.entry_point = None;
        }
        self.overlay(over);
    }
}
