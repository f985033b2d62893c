//! The tables of a spec and their keys.

/// Keys by table; the root has the empty name. Tables of free names are not listed.
pub(super) const TABLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "app", "python", "bundle", "modules", "data", "binary", "metadata", "rules", "runtime",
            "program", "windows", "macos", "target",
        ],
    ),
    // What a `[target.<name>]` holds: everything but targets.
    (
        "layer",
        &[
            "app", "python", "bundle", "modules", "data", "binary", "metadata", "rules", "runtime",
            "program", "windows", "macos",
        ],
    ),
    ("app", &["name", "entry", "entry-point", "version"]),
    ("python", &["interpreter", "packages", "requirements", "optimize", "options", "paths"]),
    (
        "bundle",
        &[
            "target",
            "mode",
            "extract",
            "compression",
            "source",
            "strip",
            "max-glibc",
            "contents-directory",
            "runtime-tmpdir",
        ],
    ),
    (
        "modules",
        &["include", "exclude", "source", "files", "collect-data", "collect-binaries", "own-data", "order"],
    ),
    ("data", &["from", "to"]),
    ("binary", &["from", "to"]),
    ("metadata", &["include", "recursive"]),
    ("rules", &["files", "hooks", "shipped"]),
    ("runtime", &["hooks", "env", "interpreter", "switches", "debug"]),
    ("program", &["name", "entry", "entry-point"]),
    (
        "windows",
        &[
            "icon",
            "console",
            "version-info",
            "manifest",
            "uac",
            "uiaccess",
            "version-file",
            "hide-console",
            "windowed-traceback",
            "resources",
        ],
    ),
    (
        "macos",
        &[
            "bundle",
            "identifier",
            "icon",
            "plist",
            "sign",
            "entitlements",
            "hardened-runtime",
            "timestamp",
            "notarize",
            "architectures",
        ],
    ),
];

/// Keys of PyInstaller's specs and options, and what is written instead.
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

/// The keys of a table, or nothing if its names are free.
pub(super) fn keys(table: &str) -> Option<&'static [&'static str]> {
    TABLES.iter().find(|(name, _)| *name == table).map(|(_, keys)| *keys)
}

/// The table that has a key.
pub(super) fn owner(key: &str) -> Option<&'static str> {
    let tables = TABLES.iter().filter(|(name, _)| !matches!(*name, "" | "layer"));
    tables.clone().find(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name)
}
