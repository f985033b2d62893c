//! The tables of a spec and their keys, and PyInstaller's names for them.

/// The keys of each table, by its name. Tables with free keys are not listed. The whole spec has the empty
/// name.
#[derive(Debug)]
pub(super) struct Keys(pub(super) &'static [(&'static str, &'static [&'static str])]);

impl Keys {
    /// Returns the keys of a table; `None` if they are free.
    pub(super) fn of(&self, table: &str) -> Option<&'static [&'static str]> {
        self.0.iter().find(|(name, _)| *name == table).map(|(_, keys)| *keys)
    }

    /// Returns the table that has a key.
    pub(super) fn owner(&self, key: &str) -> Option<&'static str> {
        let mut tables = self.0.iter().filter(|(name, _)| !matches!(*name, "" | "layer"));
        tables.find(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name)
    }
}

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
