//! The options of Nuitka: their names in all versions, and what they mean here.
//!
//! docs/guides/from-nuitka.md lists them; a test compares it with this table.

use crate::nearest::nearest;

/// An option.
#[derive(Debug)]
pub(super) struct Flag {
    /// Its name, then its other names.
    pub(super) names: &'static [&'static str],
    pub(super) takes: Takes,
    pub(super) effect: Effect,
}

/// Whether an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Value,
    /// `--option`, or `--option=value`.
    Optional,
}

/// What an option means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The form of the product.
    Mode(Form),
    /// The form, by a word.
    ModeWord,
    Package,
    PackageWithData,
    Module,
    PackageData,
    DataFolder,
    RawFolder,
    DataFiles,
    /// Files of the bundle to leave out.
    NoFiles,
    Metadata,
    ModulesOfFolder,
    ModuleFiles,
    NoFollow,
    /// Modules that are left out unless the value allows them.
    NoFollowGroup(&'static [&'static str]),
    NoFollowOther,
    OutputFolder,
    OutputName,
    IconWindows,
    ConsoleWord,
    NoConsole,
    Console,
    Admin,
    UiAccess,
    AppBundle,
    IconMacos,
    Identifier,
    BundleName,
    BundleVersion,
    BundleKind,
    SingleInstance,
    Sign,
    Architecture,
    Permission,
    /// A text of the version resource.
    VersionText(&'static str),
    TemporaryFolder,
    PythonFlag,
    Variable,
    Main,
    Project,
    /// Nothing, for a reason that concerns only the making of the program.
    Nothing(&'static str),
    /// Nothing, although the program may differ.
    Lost(&'static str),
    /// An error.
    Refused(&'static str),
}

/// The forms of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Folder,
    File,
}

const COMPILER: &str = "no C compiler runs";
const OUTPUT: &str = "it concerns the output of Nuitka";
const ITSELF: &str = "analysis does this automatically";
const CACHE: &str = "freeze manages its own cache";
const ALONE: &str = "a program never depends on the interpreter it was built with";
const SPLASH: &str = "a frozen program starts too fast for a splash screen";
const EXTENSION: &str = "it makes a library, and freeze makes programs";

const fn flag(names: &'static [&'static str], takes: Takes, effect: Effect) -> Flag {
    Flag { names, takes, effect }
}

const fn value(names: &'static [&'static str], effect: Effect) -> Flag {
    flag(names, Takes::Value, effect)
}

const fn switch(names: &'static [&'static str], effect: Effect) -> Flag {
    flag(names, Takes::Nothing, effect)
}

/// All options.
pub(super) const FLAGS: &[Flag] = &[
    // The product.
    switch(&["--standalone"], Effect::Mode(Form::Folder)),
    switch(&["--onefile"], Effect::Mode(Form::File)),
    value(&["--mode"], Effect::ModeWord),
    switch(&["--module"], Effect::Refused(EXTENSION)),
    value(&["--main"], Effect::Main),
    value(&["--output-dir"], Effect::OutputFolder),
    value(&["--output-filename", "-o"], Effect::OutputName),
    value(&["--output-folder-name"], Effect::OutputName),
    value(&["--onefile-tempdir-spec", "--windows-onefile-tempdir-spec"], Effect::TemporaryFolder),
    value(
        &["--onefile-cache-mode"],
        Effect::Lost("files are extracted to the cache; `extract` in `[bundle]` changes that"),
    ),
    value(&["--onefile-child-grace-time"], Effect::Nothing("the program is one process")),
    switch(
        &["--onefile-no-compression", "--onefile-as-archive", "--onefile-no-dll"],
        Effect::Nothing("`compression` in `[bundle]` sets how files are packed"),
    ),
    value(&["--python-flag"], Effect::PythonFlag),
    value(&["--force-runtime-environment-variable", "--force-environment-variable"], Effect::Variable),
    // Modules.
    value(&["--include-package"], Effect::Package),
    value(&["--include-module"], Effect::Module),
    value(&["--include-plugin-directory"], Effect::ModulesOfFolder),
    value(&["--include-plugin-files"], Effect::ModuleFiles),
    value(&["--nofollow-import-to"], Effect::NoFollow),
    switch(
        &["--follow-imports", "--recurse-all", "--follow-stdlib", "--recurse-stdlib"],
        Effect::Nothing(ITSELF),
    ),
    switch(&["--nofollow-imports", "--recurse-none"], Effect::Lost("a program contains what it imports")),
    value(&["--follow-import-to", "--recurse-to"], Effect::Nothing(ITSELF)),
    switch(&["--prefer-source-code", "--no-prefer-source-code"], Effect::Nothing(COMPILER)),
    value(&["--noinclude-pytest-mode"], Effect::NoFollowGroup(&["pytest", "_pytest", "py.test"])),
    value(&["--noinclude-setuptools-mode"], Effect::NoFollowGroup(&["setuptools", "setuptools_scm"])),
    value(&["--noinclude-unittest-mode"], Effect::NoFollowGroup(&["unittest"])),
    value(&["--noinclude-pydoc-mode"], Effect::NoFollowGroup(&["pydoc"])),
    value(&["--noinclude-IPython-mode"], Effect::NoFollowGroup(&["IPython"])),
    value(&["--noinclude-dask-mode"], Effect::NoFollowGroup(&["dask"])),
    value(&["--noinclude-numba-mode"], Effect::NoFollowGroup(&["numba"])),
    value(&["--noinclude-custom-mode"], Effect::NoFollowOther),
    value(&["--noinclude-default-mode"], Effect::Nothing(ITSELF)),
    value(
        &["--user-package-configuration-file"],
        Effect::Lost("freeze does not read its rules; see docs/reference/rules.md"),
    ),
    switch(&["--disable-bytecode-cache"], Effect::Nothing(CACHE)),
    // Files.
    value(&["--include-package-data"], Effect::PackageData),
    value(&["--include-data-dir"], Effect::DataFolder),
    value(&["--include-raw-dir"], Effect::RawFolder),
    value(&["--include-data-files", "--include-data-file"], Effect::DataFiles),
    value(
        &["--include-onefile-external-data", "--include-data-files-external"],
        Effect::Lost("copy the files next to the program yourself"),
    ),
    value(&["--noinclude-data-files", "--noinclude-data-file"], Effect::NoFiles),
    value(&["--noinclude-dlls"], Effect::NoFiles),
    value(&["--include-distribution-metadata", "--include-distribution-meta"], Effect::Metadata),
    value(
        &["--include-windows-runtime-dlls"],
        Effect::Nothing("runtime libraries come with the interpreter"),
    ),
    value(&["--include-qt-plugins", "--noinclude-qt-plugins"], Effect::Nothing(ITSELF)),
    switch(&["--noinclude-qt-translations"], Effect::Lost("`locales` in `[modules]` selects translations")),
    value(&["--tk-library-dir", "--tcl-library-dir"], Effect::Nothing(ITSELF)),
    value(
        &["--embed-data-files-compile-time-pattern", "--embed-data-files-runtime-pattern"],
        Effect::Nothing(ITSELF),
    ),
    value(&["--embed-data-files-qt-resource-pattern"], Effect::Nothing(ITSELF)),
    value(
        &["--list-package-data", "--list-package-dlls", "--list-distribution-metadata"],
        Effect::Nothing(OUTPUT),
    ),
    // Plugins.
    value(&["--enable-plugin", "--enable-plugins", "--plugin-enable"], Effect::Nothing(ITSELF)),
    value(&["--disable-plugin", "--disable-plugins", "--plugin-disable"], Effect::Nothing(ITSELF)),
    value(&["--user-plugin"], Effect::Lost("it is code of Nuitka's own interface")),
    switch(&["--plugin-no-detection", "--plugin-list"], Effect::Nothing(ITSELF)),
    value(&["--module-parameter"], Effect::Lost("it sets the rules of a package in Nuitka")),
    value(&["--spacy-language-model"], Effect::PackageWithData),
    switch(&["--show-source-changes", "--show-anti-bloat-changes"], Effect::Nothing(OUTPUT)),
    value(&["--upx-binary"], Effect::Nothing("UPX is never used")),
    switch(&["--upx-disable-cache"], Effect::Nothing("UPX is never used")),
    switch(&["--noinclude-numba", "--noinclude-scipy"], Effect::Nothing(ITSELF)),
    // Windows.
    value(&["--windows-icon-from-ico", "--windows-icon", "--windows-icon-from-exe"], Effect::IconWindows),
    value(&["--windows-console-mode", "--console"], Effect::ConsoleWord),
    switch(&["--windows-disable-console", "--disable-console"], Effect::NoConsole),
    switch(&["--enable-console"], Effect::Console),
    switch(&["--windows-uac-admin"], Effect::Admin),
    switch(&["--windows-uac-uiaccess"], Effect::UiAccess),
    value(&["--company-name", "--windows-company-name"], Effect::VersionText("CompanyName")),
    value(&["--product-name", "--windows-product-name"], Effect::VersionText("ProductName")),
    value(&["--file-version", "--windows-file-version"], Effect::VersionText("FileVersion")),
    value(&["--product-version", "--windows-product-version"], Effect::VersionText("ProductVersion")),
    value(&["--file-description", "--windows-file-description"], Effect::VersionText("FileDescription")),
    value(&["--copyright"], Effect::VersionText("LegalCopyright")),
    value(&["--trademarks"], Effect::VersionText("LegalTrademarks")),
    value(
        &[
            "--windows-force-stdout-spec",
            "--force-stdout-spec",
            "--windows-force-stderr-spec",
            "--force-stderr-spec",
        ],
        Effect::Lost("redirect the streams in the program"),
    ),
    value(
        &["--onefile-windows-splash-screen-image", "--windows-onefile-splash-screen-image"],
        Effect::Lost(SPLASH),
    ),
    switch(&["--windows-dependency-tool"], Effect::Nothing(ITSELF)),
    // macOS.
    switch(&["--macos-create-app-bundle"], Effect::AppBundle),
    value(&["--macos-app-icon", "--macos-onefile-icon"], Effect::IconMacos),
    value(&["--macos-signed-app-name"], Effect::Identifier),
    value(&["--macos-app-name"], Effect::BundleName),
    value(&["--macos-app-version"], Effect::BundleVersion),
    value(&["--macos-app-mode"], Effect::BundleKind),
    switch(&["--macos-prohibit-multiple-instances"], Effect::SingleInstance),
    value(&["--macos-sign-identity"], Effect::Sign),
    switch(&["--macos-sign-notarization"], Effect::Nothing("`notarize` in `[macos]` does this")),
    value(&["--macos-target-arch"], Effect::Architecture),
    value(&["--macos-app-protected-resource"], Effect::Permission),
    switch(&["--macos-disable-console"], Effect::AppBundle),
    value(&["--macos-app-console-mode"], Effect::Nothing("an app bundle has no console")),
    value(
        &["--macos-sign-keyring-filename", "--macos-sign-keyring-password"],
        Effect::Nothing("`sign` in `[macos]` names a file"),
    ),
    // Linux.
    value(
        &["--linux-icon", "--linux-onefile-icon", "--linux-app-icon"],
        Effect::Nothing("executables have no icon on Linux"),
    ),
    value(&["--linux-app-console-mode"], Effect::Nothing("a program uses the terminal that starts it")),
    // Compilation.
    value(&["--jobs", "-j"], Effect::Nothing(COMPILER)),
    value(&["--cf-protection", "--msvc", "--python-for-scons"], Effect::Nothing(COMPILER)),
    flag(
        &["--lto", "--static-libpython", "--pgo-c", "--pgo-python", "--pgo-executable"],
        Takes::Optional,
        Effect::Nothing(COMPILER),
    ),
    value(
        &["--pgo-args", "--pgo-python-policy-unused-module", "--pgo-python-input"],
        Effect::Nothing(COMPILER),
    ),
    switch(&["--clang", "--mingw64", "--low-memory", "--zig"], Effect::Nothing(COMPILER)),
    switch(&["--unstripped", "--unstriped", "--generate-c-only"], Effect::Nothing(COMPILER)),
    switch(&["--full-compat", "--experimental-full-compat"], Effect::Nothing(COMPILER)),
    value(&["--file-reference-choice", "--module-name-choice"], Effect::Nothing(COMPILER)),
    value(&["--experimental", "--disable", "--disable-cache", "--cache-dir"], Effect::Nothing(CACHE)),
    value(&["--clean-cache"], Effect::Nothing(CACHE)),
    switch(&["--disable-ccache", "--disable-dll-dependency-cache"], Effect::Nothing(CACHE)),
    switch(&["--force-dll-dependency-cache-update"], Effect::Nothing(CACHE)),
    switch(&["--no-pyi-file", "--pyi-file"], Effect::Nothing(EXTENSION)),
    switch(&["--no-pyi-stubs"], Effect::Nothing(EXTENSION)),
    switch(
        &["--remove-output", "--no-remove-output"],
        Effect::Nothing("a build leaves nothing but the product"),
    ),
    switch(&["--deployment"], Effect::Nothing("there are no checks for developers in a program")),
    value(&["--no-deployment-flag"], Effect::Nothing("there are no checks for developers in a program")),
    switch(
        &["--debug", "--debugger", "--profile", "--trace-execution", "--internal-graph"],
        Effect::Nothing(COMPILER),
    ),
    switch(&["--python-debug", "--no-debug-immortal-assumptions"], Effect::Nothing(COMPILER)),
    switch(&["--run", "--execute-with-pythonpath"], Effect::Nothing("`freeze … --` runs the program")),
    switch(&["--edit-module-code"], Effect::Nothing(OUTPUT)),
    // Output.
    switch(&["--assume-yes-for-downloads", "--yes"], Effect::Nothing("nothing is downloaded")),
    switch(&["--quiet", "--verbose", "--no-progressbar", "--no-progress-bar"], Effect::Nothing(OUTPUT)),
    switch(&["--show-progress", "--show-memory", "--show-modules", "--show-scons"], Effect::Nothing(OUTPUT)),
    switch(
        &["--no-verbose", "--no-quiet", "--version", "--github-workflow-options"],
        Effect::Nothing(OUTPUT),
    ),
    value(&["--progress-bar", "--verbose-output", "--show-modules-output"], Effect::Nothing(OUTPUT)),
    value(
        &["--report", "--report-template", "--report-diffable", "--report-user-provided"],
        Effect::Nothing(OUTPUT),
    ),
    value(&["--xml", "--must-not-re-execute", "--nowarn-mnemonic"], Effect::Nothing(OUTPUT)),
    switch(&["--warn-implicit-exceptions", "--warn-unusual-code"], Effect::Nothing(OUTPUT)),
    value(&["--project"], Effect::Project),
    switch(&["--dependency-tool"], Effect::Nothing(ALONE)),
];

/// Returns an option by one of its names or by the start of one, as Nuitka reads them.
///
/// # Errors
/// No option has this name, or several begin with it. The error is the hint.
pub(super) fn find(name: &str) -> Result<&'static Flag, String> {
    let has = |flag: &&Flag| flag.names.contains(&name);
    if let Some(flag) = FLAGS.iter().find(has) {
        return Ok(flag);
    }
    let names = || FLAGS.iter().flat_map(|flag| flag.names).copied();
    let fitting: Vec<&str> = names().filter(|known| name.len() > 3 && known.starts_with(name)).collect();
    let mut flags = FLAGS.iter().filter(|flag| flag.names.iter().any(|known| fitting.contains(known)));
    match (flags.next(), flags.next()) {
        (Some(flag), None) => Ok(flag),
        (Some(_), Some(_)) => Err(format!("it is short for {}", quoted(&fitting))),
        (None, _) => Err(match nearest(name, names()) {
            Some(known) => format!("did you mean `{known}`?"),
            None => "docs/guides/from-nuitka.md lists the options".to_owned(),
        }),
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().take(4).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_listed_once() {
        let mut names: Vec<&str> = FLAGS.iter().flat_map(|flag| flag.names).copied().collect();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }

    #[test]
    fn options_can_be_shortened() {
        assert_eq!(find("--output-file").unwrap().effect, Effect::OutputName);
        assert_eq!(find("--enable-plug").unwrap().names[0], "--enable-plugin");
        assert!(find("--include").unwrap_err().starts_with("it is short for"));
        assert_eq!(find("--inclde-package").unwrap_err(), "did you mean `--include-package`?");
        assert!(find("--frobnicate").unwrap_err().contains("docs/guides/from-nuitka.md"));
    }

    #[test]
    fn the_documentation_lists_the_options() {
        let page = include_str!("../../../../docs/guides/from-nuitka.md");
        let mut listed: Vec<&str> =
            page.lines().filter(|line| line.starts_with("| `-")).flat_map(of_first_column).collect();
        let mut known: Vec<&str> = FLAGS.iter().flat_map(|flag| flag.names).copied().collect();
        listed.sort_unstable();
        known.sort_unstable();
        let missing: Vec<_> = known.iter().filter(|name| !listed.contains(name)).collect();
        let unknown: Vec<_> = listed.iter().filter(|name| !known.contains(name)).collect();
        assert!(missing.is_empty(), "docs/guides/from-nuitka.md does not list {missing:?}");
        assert!(
            unknown.is_empty(),
            "docs/guides/from-nuitka.md lists {unknown:?}, which the reader does not have"
        );
    }

    /// Returns the options in the first column of a table, without their values.
    fn of_first_column(line: &'static str) -> Vec<&'static str> {
        let column = line.trim_start_matches('|').split(" | ").next().unwrap_or_default();
        let code = column.split('`').skip(1).step_by(2);
        code.map(|text| text.split(['=', ' ', '[']).next().unwrap_or_default()).collect()
    }
}
