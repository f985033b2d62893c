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

/// `[windows]`.
#[derive(Debug, Default)]
pub(super) struct RawWindows {
    pub(super) icon: Option<Text>,
    pub(super) console: Option<bool>,
    pub(super) version_info: Vec<(Text, Text)>,
    pub(super) manifest: Option<Text>,
    pub(super) uac: Option<&'static str>,
    pub(super) uiaccess: Option<bool>,
    pub(super) version_file: Option<Text>,
    pub(super) hide_console: Option<&'static str>,
    pub(super) windowed_traceback: Option<bool>,
    pub(super) resources: Vec<Text>,
}

/// `[macos]`.
#[derive(Debug, Default)]
pub(super) struct RawMacos {
    pub(super) bundle: Option<bool>,
    pub(super) identifier: Option<Text>,
    pub(super) icon: Option<Text>,
    pub(super) plist: Vec<(String, serde_json::Value)>,
    pub(super) sign: Option<Text>,
    pub(super) entitlements: Option<Text>,
    pub(super) hardened_runtime: Option<bool>,
    pub(super) timestamp: Option<Text>,
    pub(super) notarize: Option<Text>,
    pub(super) architectures: Vec<Text>,
}

/// What a spec says, or one of its `[target.<name>]` tables.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) name: Option<Text>,
    pub(super) entry: Option<Text>,
    pub(super) entry_point: Option<Text>,
    pub(super) version: Option<Text>,
    pub(super) python: Option<Text>,
    pub(super) optimize: Option<u8>,
    pub(super) options: Vec<Text>,
    pub(super) paths: Vec<Text>,
    pub(super) packages: Vec<Text>,
    pub(super) requirements: Vec<Text>,
    pub(super) target: Option<Text>,
    pub(super) mode: Option<Mode>,
    pub(super) extract: Option<Extract>,
    pub(super) compression: Option<Compression>,
    pub(super) bundle_source: Option<Sources>,
    pub(super) strip: Option<Strip>,
    pub(super) max_glibc: Option<Text>,
    pub(super) contents_directory: Option<Text>,
    pub(super) runtime_tmpdir: Option<Text>,
    pub(super) include: Vec<Text>,
    pub(super) exclude: Vec<Text>,
    pub(super) source: Vec<Text>,
    pub(super) files: Vec<Text>,
    pub(super) collect_data: Vec<Text>,
    pub(super) collect_binaries: Vec<Text>,
    pub(super) own_data: Option<bool>,
    pub(super) order: Option<Text>,
    pub(super) data: Vec<RawItem>,
    pub(super) binaries: Vec<RawItem>,
    pub(super) metadata: Vec<Text>,
    pub(super) metadata_recursive: Vec<Text>,
    pub(super) rule_files: Vec<Text>,
    pub(super) rule_hooks: Vec<Text>,
    pub(super) shipped_rules: Option<bool>,
    pub(super) hooks: Vec<Text>,
    pub(super) env: Vec<(Text, Text)>,
    pub(super) as_interpreter: Option<bool>,
    pub(super) switches: Option<bool>,
    pub(super) debug: Vec<Text>,
    pub(super) programs: Vec<RawProgram>,
    pub(super) windows: RawWindows,
    pub(super) macos: RawMacos,
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
            if let Some(target) = layer.target {
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
        let mut raw = Raw::default();
        if let Some(t) = root.table("app")? {
            raw.name = t.string("name")?;
            raw.entry = t.string("entry")?;
            raw.entry_point = t.string("entry-point")?;
            raw.version = t.string("version")?;
        }
        if let Some(t) = root.table("python")? {
            raw.python = t.string("interpreter")?;
            raw.optimize = t.number("optimize", 2)?;
            raw.options = t.strings("options")?;
            raw.paths = t.strings("paths")?;
            raw.packages = t.strings("packages")?;
            raw.requirements = t.strings("requirements")?;
        }
        if let Some(t) = root.table("bundle")? {
            raw.target = t.string("target")?;
            raw.mode = t.choice("mode", MODES)?;
            raw.extract = t.choice("extract", EXTRACTS)?;
            raw.compression = t.choice("compression", COMPRESSIONS)?;
            raw.bundle_source = t.choice("source", SOURCES)?;
            raw.strip = t.choice("strip", STRIPS)?;
            raw.max_glibc = t.string("max-glibc")?;
            raw.contents_directory = t.string("contents-directory")?;
            raw.runtime_tmpdir = t.string("runtime-tmpdir")?;
        }
        if let Some(t) = root.table("modules")? {
            raw.include = t.strings("include")?;
            raw.exclude = t.strings("exclude")?;
            raw.source = t.strings("source")?;
            raw.files = t.strings("files")?;
            raw.collect_data = t.strings("collect-data")?;
            raw.collect_binaries = t.strings("collect-binaries")?;
            raw.own_data = t.boolean("own-data")?;
            raw.order = t.string("order")?;
        }
        let item = |t: &Table<'_>| Ok(RawItem { from: t.required("from")?, to: t.string("to")? });
        raw.data = root.tables("data")?.iter().map(item).collect::<Result<_>>()?;
        raw.binaries = root.tables("binary")?.iter().map(item).collect::<Result<_>>()?;
        if let Some(t) = root.table("metadata")? {
            raw.metadata = t.strings("include")?;
            raw.metadata_recursive = t.strings("recursive")?;
        }
        if let Some(t) = root.table("rules")? {
            raw.rule_files = t.strings("files")?;
            raw.rule_hooks = t.strings("hooks")?;
            raw.shipped_rules = t.boolean("shipped")?;
        }
        if let Some(t) = root.table("runtime")? {
            raw.hooks = t.strings("hooks")?;
            raw.env = t.table("env")?.map_or(Ok(Vec::new()), |env| env.texts())?;
            raw.as_interpreter = t.boolean("interpreter")?;
            raw.switches = t.boolean("switches")?;
            raw.debug = t.strings("debug")?;
        }
        for t in root.tables("program")? {
            let (entry, entry_point) = (t.string("entry")?, t.string("entry-point")?);
            if entry.is_none() && entry_point.is_none() {
                t.required("entry")?;
            }
            raw.programs.push(RawProgram { name: t.required("name")?, entry, entry_point });
        }
        raw.windows = Raw::windows(root)?;
        raw.macos = Raw::macos(root)?;
        Ok(raw)
    }

    fn windows(root: &Table<'_>) -> Result<RawWindows> {
        let Some(t) = root.table("windows")? else { return Ok(RawWindows::default()) };
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

    fn macos(root: &Table<'_>) -> Result<RawMacos> {
        let Some(t) = root.table("macos")? else { return Ok(RawMacos::default()) };
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
        fn set<T>(value: &mut Option<T>, over: Option<T>) {
            if over.is_some() {
                *value = over;
            }
        }
        // `entry` and `entry-point` name the same thing: the later one wins.
        if over.entry.is_some() || over.entry_point.is_some() {
            self.entry = over.entry;
            self.entry_point = over.entry_point;
        }
        set(&mut self.name, over.name);
        set(&mut self.version, over.version);
        set(&mut self.python, over.python);
        set(&mut self.optimize, over.optimize);
        self.options.extend(over.options);
        self.paths.extend(over.paths);
        self.packages.extend(over.packages);
        self.requirements.extend(over.requirements);
        set(&mut self.mode, over.mode);
        set(&mut self.extract, over.extract);
        set(&mut self.compression, over.compression);
        set(&mut self.bundle_source, over.bundle_source);
        set(&mut self.strip, over.strip);
        set(&mut self.max_glibc, over.max_glibc);
        set(&mut self.contents_directory, over.contents_directory);
        set(&mut self.runtime_tmpdir, over.runtime_tmpdir);
        self.include.extend(over.include);
        self.exclude.extend(over.exclude);
        self.source.extend(over.source);
        self.files.extend(over.files);
        self.collect_data.extend(over.collect_data);
        self.collect_binaries.extend(over.collect_binaries);
        set(&mut self.own_data, over.own_data);
        self.data.extend(over.data);
        self.binaries.extend(over.binaries);
        self.metadata.extend(over.metadata);
        self.metadata_recursive.extend(over.metadata_recursive);
        self.rule_files.extend(over.rule_files);
        self.rule_hooks.extend(over.rule_hooks);
        set(&mut self.shipped_rules, over.shipped_rules);
        self.hooks.extend(over.hooks);
        self.env.extend(over.env);
        set(&mut self.as_interpreter, over.as_interpreter);
        set(&mut self.switches, over.switches);
        set(&mut self.order, over.order);
        self.debug.extend(over.debug);
        self.programs.extend(over.programs);
        set(&mut self.windows.icon, over.windows.icon);
        set(&mut self.windows.console, over.windows.console);
        self.windows.version_info.extend(over.windows.version_info);
        set(&mut self.windows.manifest, over.windows.manifest);
        set(&mut self.windows.uac, over.windows.uac);
        set(&mut self.windows.uiaccess, over.windows.uiaccess);
        set(&mut self.windows.version_file, over.windows.version_file);
        set(&mut self.windows.hide_console, over.windows.hide_console);
        set(&mut self.windows.windowed_traceback, over.windows.windowed_traceback);
        self.windows.resources.extend(over.windows.resources);
        set(&mut self.macos.bundle, over.macos.bundle);
        set(&mut self.macos.identifier, over.macos.identifier);
        set(&mut self.macos.icon, over.macos.icon);
        self.macos.plist.extend(over.macos.plist);
        set(&mut self.macos.sign, over.macos.sign);
        set(&mut self.macos.entitlements, over.macos.entitlements);
        set(&mut self.macos.hardened_runtime, over.macos.hardened_runtime);
        set(&mut self.macos.timestamp, over.macos.timestamp);
        set(&mut self.macos.notarize, over.macos.notarize);
        self.macos.architectures.extend(over.macos.architectures);
    }
}
