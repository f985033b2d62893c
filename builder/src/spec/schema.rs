//! The tables and keys of a spec, and their values before anything is resolved.

use super::document::{Document, Located, Table};
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

pub(super) const MODES: &[(&str, Mode)] = &[("onefile", Mode::Onefile), ("onedir", Mode::Onedir)];
pub(super) const EXTRACTS: &[(&str, Extract)] =
    &[("cache", Extract::Cache), ("temp", Extract::Temp), ("memory", Extract::Memory)];
pub(super) const COMPRESSIONS: &[(&str, Compression)] = &[
    ("none", Compression::None),
    ("fast", Compression::Fast),
    ("default", Compression::Default),
    ("max", Compression::Max),
];
pub(super) const SOURCES: &[(&str, Sources)] =
    &[("none", Sources::None), ("used", Sources::Used), ("own", Sources::Own), ("all", Sources::All)];
pub(super) const STRIPS: &[(&str, Strip)] =
    &[("none", Strip::None), ("debug", Strip::Debug), ("all", Strip::All)];
/// What becomes of a console of the program's own, as PyInstaller names it.
pub(super) const HIDE_CONSOLE: &[(&str, &str)] = &[
    ("hide-early", "hide-early"),
    ("hide-late", "hide-late"),
    ("minimize-early", "minimize-early"),
    ("minimize-late", "minimize-late"),
];
pub(super) const UAC: &[(&str, &str)] = &[
    ("as-invoker", "as-invoker"),
    ("highest-available", "highest-available"),
    ("require-administrator", "require-administrator"),
];

/// What to do about the name of a target that is none.
pub fn unknown_target(name: &str) -> String {
    let names = Wanted::names();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let near = super::nearest::did_you_mean(name, &known);
    // A system alone does not tell the processor.
    let fitting: Vec<String> =
        names.iter().filter(|n| n.starts_with(&format!("{name}-"))).map(|n| format!("`{n}`")).collect();
    if fitting.is_empty() { near } else { format!("expected {}", fitting.join(" or ")) }
}

/// A text with its place.
pub(super) type Text = Located<String>;

/// `[[data]]` or `[[binary]]`.
#[derive(Debug)]
pub(super) struct RawItem {
    pub(super) from: Text,
    pub(super) to: Option<Text>,
}

/// `[[program]]`.
#[derive(Debug)]
pub(super) struct RawProgram {
    pub(super) name: Text,
    pub(super) entry: Option<Text>,
    pub(super) entry_point: Option<Text>,
}

/// Puts a later layer over an earlier one.
trait Overlay {
    fn overlay(&mut self, over: Self);
}

/// A single value is replaced.
impl<T> Overlay for Option<T> {
    fn overlay(&mut self, over: Option<T>) {
        if over.is_some() {
            *self = over;
        }
    }
}

/// A list or a table of free names grows.
impl<T> Overlay for Vec<T> {
    fn overlay(&mut self, over: Vec<T>) {
        self.extend(over);
    }
}

/// Defines a table of a spec, which is put over an earlier one value by value.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $name {
            $(pub(super) $field: $kind,)*
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
        name: Option<Text>,
        entry: Option<Text>,
        entry_point: Option<Text>,
        version: Option<Text>,
    }
}

table! {
    /// `[python]`.
    RawPython {
        interpreter: Option<Text>,
        optimize: Option<u8>,
        options: Vec<Text>,
        paths: Vec<Text>,
        packages: Vec<Text>,
        requirements: Vec<Text>,
    }
}

table! {
    /// `[bundle]`.
    RawBundle {
        target: Option<Text>,
        mode: Option<Mode>,
        extract: Option<Extract>,
        compression: Option<Compression>,
        source: Option<Sources>,
        strip: Option<Strip>,
        max_glibc: Option<Text>,
        contents_directory: Option<Text>,
        runtime_tmpdir: Option<Text>,
    }
}

table! {
    /// `[modules]`.
    RawModules {
        include: Vec<Text>,
        exclude: Vec<Text>,
        source: Vec<Text>,
        files: Vec<Text>,
        collect_data: Vec<Text>,
        collect_binaries: Vec<Text>,
        own_data: Option<bool>,
        order: Option<Text>,
    }
}

table! {
    /// `[metadata]`.
    RawMetadata {
        include: Vec<Text>,
        recursive: Vec<Text>,
    }
}

table! {
    /// `[rules]`.
    RawRules {
        files: Vec<Text>,
        hooks: Vec<Text>,
        shipped: Option<bool>,
    }
}

table! {
    /// `[runtime]`.
    RawRuntime {
        hooks: Vec<Text>,
        env: Vec<(Text, Text)>,
        interpreter: Option<bool>,
        switches: Option<bool>,
        debug: Vec<Text>,
    }
}

table! {
    /// `[windows]`.
    RawWindows {
        icon: Option<Text>,
        console: Option<bool>,
        version_info: Vec<(Text, Text)>,
        manifest: Option<Text>,
        uac: Option<&'static str>,
        uiaccess: Option<bool>,
        version_file: Option<Text>,
        hide_console: Option<&'static str>,
        windowed_traceback: Option<bool>,
        resources: Vec<Text>,
    }
}

table! {
    /// `[macos]`.
    RawMacos {
        bundle: Option<bool>,
        identifier: Option<Text>,
        icon: Option<Text>,
        plist: Vec<(String, serde_json::Value)>,
        sign: Option<Text>,
        entitlements: Option<Text>,
        hardened_runtime: Option<bool>,
        timestamp: Option<Text>,
        notarize: Option<Text>,
        architectures: Vec<Text>,
    }
}

table! {
    /// What a spec says, or one of its `[target.<name>]` tables.
    Raw {
        app: RawApp,
        python: RawPython,
        bundle: RawBundle,
        modules: RawModules,
        data: Vec<RawItem>,
        binaries: Vec<RawItem>,
        metadata: RawMetadata,
        rules: RawRules,
        runtime: RawRuntime,
        programs: Vec<RawProgram>,
        windows: RawWindows,
        macos: RawMacos,
    }
}

impl Raw {
    /// Reads a document with those of its target tables that are named in `targets`, the general ones
    /// first. The others are checked too.
    pub(super) fn read(doc: &Document, targets: &[String]) -> Result<Raw> {
        let parsed = doc.parse()?;
        let root = Table::root(doc, &parsed)?;
        let mut raw = Raw::layer(&root)?;
        let Some(table) = root.table("target")? else { return Ok(raw) };
        let mut layers = Vec::new();
        for name in table.names() {
            if !TARGETS.contains(&name.value.as_str()) {
                return Err(table.unknown_name(&name, "target", TARGETS));
            }
            let Some(layer) = table.table_of_kind(&name.value, "layer")? else { continue };
            let layer = Raw::layer(&layer)?;
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

    /// The target that a document names.
    pub(super) fn target(doc: &Document) -> Result<Option<Wanted>> {
        let parsed = doc.parse()?;
        let Some(bundle) = Table::root(doc, &parsed)?.table("bundle")? else { return Ok(None) };
        let Some(name) = bundle.string("target")? else { return Ok(None) };
        match Wanted::named(&name.value) {
            Some(target) => Ok(Some(target)),
            None => Err(doc
                .error(format!("unknown target `{}`", name.value), name.span, "unknown target")
                .hint(unknown_target(&name.value))),
        }
    }

    fn layer(root: &Table<'_>) -> Result<Raw> {
        let item = |t: &Table<'_>| Ok(RawItem { from: t.required("from")?, to: t.string("to")? });
        Ok(Raw {
            app: root.table("app")?.map_or(Ok(RawApp::default()), Raw::app)?,
            python: root.table("python")?.map_or(Ok(RawPython::default()), Raw::python)?,
            bundle: root.table("bundle")?.map_or(Ok(RawBundle::default()), Raw::bundle)?,
            modules: root.table("modules")?.map_or(Ok(RawModules::default()), Raw::modules)?,
            data: root.tables("data")?.iter().map(item).collect::<Result<_>>()?,
            binaries: root.tables("binary")?.iter().map(item).collect::<Result<_>>()?,
            metadata: root.table("metadata")?.map_or(Ok(RawMetadata::default()), Raw::metadata)?,
            rules: root.table("rules")?.map_or(Ok(RawRules::default()), Raw::rules)?,
            runtime: root.table("runtime")?.map_or(Ok(RawRuntime::default()), Raw::runtime)?,
            programs: root.tables("program")?.iter().map(Raw::program).collect::<Result<_>>()?,
            windows: root.table("windows")?.map_or(Ok(RawWindows::default()), Raw::windows)?,
            macos: root.table("macos")?.map_or(Ok(RawMacos::default()), Raw::macos)?,
        })
    }

    fn app(t: Table<'_>) -> Result<RawApp> {
        Ok(RawApp {
            name: t.string("name")?,
            entry: t.string("entry")?,
            entry_point: t.string("entry-point")?,
            version: t.string("version")?,
        })
    }

    fn python(t: Table<'_>) -> Result<RawPython> {
        Ok(RawPython {
            interpreter: t.string("interpreter")?,
            optimize: t.number("optimize", 2)?,
            options: t.strings("options")?,
            paths: t.strings("paths")?,
            packages: t.strings("packages")?,
            requirements: t.strings("requirements")?,
        })
    }

    fn bundle(t: Table<'_>) -> Result<RawBundle> {
        Ok(RawBundle {
            target: t.string("target")?,
            mode: t.choice("mode", MODES)?,
            extract: t.choice("extract", EXTRACTS)?,
            compression: t.choice("compression", COMPRESSIONS)?,
            source: t.choice("source", SOURCES)?,
            strip: t.choice("strip", STRIPS)?,
            max_glibc: t.string("max-glibc")?,
            contents_directory: t.string("contents-directory")?,
            runtime_tmpdir: t.string("runtime-tmpdir")?,
        })
    }

    fn modules(t: Table<'_>) -> Result<RawModules> {
        Ok(RawModules {
            include: t.strings("include")?,
            exclude: t.strings("exclude")?,
            source: t.strings("source")?,
            files: t.strings("files")?,
            collect_data: t.strings("collect-data")?,
            collect_binaries: t.strings("collect-binaries")?,
            own_data: t.boolean("own-data")?,
            order: t.string("order")?,
        })
    }

    fn metadata(t: Table<'_>) -> Result<RawMetadata> {
        Ok(RawMetadata { include: t.strings("include")?, recursive: t.strings("recursive")? })
    }

    fn rules(t: Table<'_>) -> Result<RawRules> {
        Ok(RawRules {
            files: t.strings("files")?,
            hooks: t.strings("hooks")?,
            shipped: t.boolean("shipped")?,
        })
    }

    fn runtime(t: Table<'_>) -> Result<RawRuntime> {
        Ok(RawRuntime {
            hooks: t.strings("hooks")?,
            env: t.table("env")?.map_or(Ok(Vec::new()), |env| env.texts())?,
            interpreter: t.boolean("interpreter")?,
            switches: t.boolean("switches")?,
            debug: t.strings("debug")?,
        })
    }

    fn program(t: &Table<'_>) -> Result<RawProgram> {
        let (entry, entry_point) = (t.string("entry")?, t.string("entry-point")?);
        if entry.is_none() && entry_point.is_none() {
            t.required("entry")?;
        }
        Ok(RawProgram { name: t.required("name")?, entry, entry_point })
    }

    fn windows(t: Table<'_>) -> Result<RawWindows> {
        Ok(RawWindows {
            icon: t.string("icon")?,
            console: t.boolean("console")?,
            version_info: t.table("version-info")?.map_or(Ok(Vec::new()), |info| info.texts())?,
            manifest: t.string("manifest")?,
            uac: t.choice("uac", UAC)?,
            uiaccess: t.boolean("uiaccess")?,
            version_file: t.string("version-file")?,
            hide_console: t.choice("hide-console", HIDE_CONSOLE)?,
            windowed_traceback: t.boolean("windowed-traceback")?,
            resources: t.strings("resources")?,
        })
    }

    fn macos(t: Table<'_>) -> Result<RawMacos> {
        let architectures = t.strings("architectures")?;
        for name in &architectures {
            if !["x86_64", "arm64"].contains(&name.value.as_str()) {
                return Err(t.unknown_name(name, "architecture", &["x86_64", "arm64"]));
            }
        }
        Ok(RawMacos {
            bundle: t.boolean("bundle")?,
            identifier: t.string("identifier")?,
            icon: t.string("icon")?,
            plist: t.table("plist")?.map_or(Vec::new(), |plist| plist.json()),
            sign: t.string("sign")?,
            entitlements: t.string("entitlements")?,
            hardened_runtime: t.boolean("hardened-runtime")?,
            timestamp: t.string("timestamp")?,
            notarize: t.string("notarize")?,
            architectures,
        })
    }

    /// Puts another layer over this one: single values are replaced, lists and tables grow.
    fn merge(&mut self, over: Raw) {
        // `entry` and `entry-point` name the same thing: the later one wins.
        if over.app.entry.is_some() || over.app.entry_point.is_some() {
            self.app.entry = None;
            self.app.entry_point = None;
        }
        self.overlay(over);
    }
}
