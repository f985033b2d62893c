//! The tables of a spec and their keys.

use super::schema::{
    Raw, RawApp, RawBundle, RawMacos, RawMetadata, RawModules, RawPython, RawRules, RawRuntime, RawWindows,
};

/// Keys by table. Tables with free keys are not listed.
const TABLES: &[(&str, &[&str])] = &[
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
];
const ITEM: &[&str] = &["from", "to"];

/// Keys of PyInstaller's specs and options, and their replacements.
pub(super) const SYNONYMS: &[(&str, &str)] = &[
    ("hiddenimports", "`include` in `[modules]`"),
    ("hidden-imports", "`include` in `[modules]`"),
    ("excludes", "`exclude` in `[modules]`"),
    ("pathex", "`paths` in `[python]`"),
    ("datas", "`[[data]]` with `from` and `to`"),
    ("binaries", "`[[binary]]` with `from` and `to`"),
    ("runtime-hooks", "`hooks` in `[runtime]`"),
    ("hookspath", "`hooks` in `[rules]`"),
    ("onefile", "`mode = \"onefile\"` in `[bundle]`"),
    ("onedir", "`mode = \"onedir\"` in `[bundle]`"),
    ("script", "`entry`"),
    ("module", "`entry`"),
    ("programs", "`[[program]]` with `name` and `entry`"),
    ("env", "`env` in `[runtime]`"),
];

/// Returns the keys of a table, or `None` if its keys are free. The whole spec has the empty name.
pub(super) fn keys(table: &str) -> Option<Vec<&'static str>> {
    if table.is_empty() {
        return Some([Raw::KEYS, &["target"]].concat());
    }
    TABLES.iter().find(|(name, _)| *name == table).map(|(_, keys)| keys.to_vec())
}

/// Returns the table that has a key.
pub(super) fn owner(key: &str) -> Option<&'static str> {
    let tables = TABLES.iter().filter(|(name, _)| *name != "layer");
    tables.clone().find(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name)
}
