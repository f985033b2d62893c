//! Configurations of auto-py-to-exe: arguments of PyInstaller, as JSON.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::arguments;
use super::moved::{self, Found};
use super::nuitka::split_line;
use super::place::{self, Place};
use super::product::Product;
use crate::error::{Context, Error, Result, Warning};
use crate::spec::options::{self, Options};
use crate::spec::{Overrides, entry};
use crate::target::{Os, Target};

/// The key with the arguments, which some files write in the style of Python.
const KEYS: [&str; 2] = ["pyinstallerOptions", "pyinstaller_options"];
/// The version of the format.
const VERSION: &str = "auto-py-to-exe-configuration_v1";

/// What the value of an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `true` gives the first option, `false` the second one.
    Switch(&'static str, &'static str),
    Text(&'static str),
    /// A name of a module; several are separated by commas.
    Names(&'static str),
    Path(&'static str),
    /// `SOURCE;DEST` or `SOURCE:DEST`.
    Item(&'static str),
    Script,
    Nothing,
}

/// The names of the options in PyInstaller's parser.
const OPTIONS: &[(&str, Kind)] = &[
    ("filenames", Kind::Script),
    ("noconfirm", Kind::Nothing),
    ("clean_build", Kind::Nothing),
    ("distpath", Kind::Nothing),
    ("workpath", Kind::Nothing),
    ("specpath", Kind::Nothing),
    ("loglevel", Kind::Nothing),
    ("log_level", Kind::Nothing),
    ("ascii", Kind::Nothing),
    ("embed_manifest", Kind::Nothing),
    ("win_private_assemblies", Kind::Nothing),
    ("win_no_prefer_redirects", Kind::Nothing),
    ("noupx", Kind::Nothing),
    ("upx_dir", Kind::Nothing),
    ("upx_exclude", Kind::Nothing),
    ("bootloader_ignore_signals", Kind::Nothing),
    ("onefile", Kind::Switch("--onefile", "--onedir")),
    ("onedir", Kind::Switch("--onedir", "--onefile")),
    ("console", Kind::Switch("--console", "--windowed")),
    ("windowed", Kind::Switch("--windowed", "--console")),
    ("strip", Kind::Switch("--strip", "")),
    ("disable_windowed_traceback", Kind::Switch("--disable-windowed-traceback", "")),
    ("uac_admin", Kind::Switch("--uac-admin", "")),
    ("uac_uiaccess", Kind::Switch("--uac-uiaccess", "")),
    ("argv_emulation", Kind::Switch("--argv-emulation", "")),
    ("name", Kind::Text("--name")),
    ("contents_directory", Kind::Text("--contents-directory")),
    ("debug", Kind::Text("--debug")),
    ("optimize", Kind::Text("--optimize")),
    ("python_options", Kind::Text("--python-option")),
    ("hide_console", Kind::Text("--hide-console")),
    ("key", Kind::Text("--key")),
    ("resources", Kind::Text("--resource")),
    ("bundle_identifier", Kind::Text("--osx-bundle-identifier")),
    ("target_arch", Kind::Text("--target-architecture")),
    ("codesign_identity", Kind::Text("--codesign-identity")),
    ("runtime_tmpdir", Kind::Text("--runtime-tmpdir")),
    ("splash", Kind::Text("--splash")),
    ("hiddenimports", Kind::Names("--hidden-import")),
    ("hidden_import", Kind::Names("--hidden-import")),
    ("hidden_imports", Kind::Names("--hidden-import")),
    ("excludes", Kind::Names("--exclude-module")),
    ("exclude_module", Kind::Names("--exclude-module")),
    ("collect_submodules", Kind::Names("--collect-submodules")),
    ("collect_data", Kind::Names("--collect-data")),
    ("collect_binaries", Kind::Names("--collect-binaries")),
    ("collect_all", Kind::Names("--collect-all")),
    ("copy_metadata", Kind::Names("--copy-metadata")),
    ("recursive_copy_metadata", Kind::Names("--recursive-copy-metadata")),
    ("pathex", Kind::Path("--paths")),
    ("paths", Kind::Path("--paths")),
    ("hookspath", Kind::Path("--additional-hooks-dir")),
    ("runtime_hooks", Kind::Path("--runtime-hook")),
    ("icon_file", Kind::Path("--icon")),
    ("icon", Kind::Path("--icon")),
    ("version_file", Kind::Path("--version-file")),
    ("manifest", Kind::Path("--manifest")),
    ("entitlements_file", Kind::Path("--osx-entitlements-file")),
    ("datas", Kind::Item("--add-data")),
    ("add_data", Kind::Item("--add-data")),
    ("binaries", Kind::Item("--add-binary")),
    ("add_binary", Kind::Item("--add-binary")),
];

/// Returns the product that a file describes.
///
/// # Errors
/// It is no configuration of auto-py-to-exe, a value is invalid, or a file does not exist.
pub(super) fn read(path: &Path, overrides: &Overrides) -> Result<Vec<Product>> {
    let text = fs_err::read_to_string(path).context(|| format!("failed to read `{}`", path.display()))?;
    let text = text.trim_start_matches('\u{feff}');
    let parsed: Value = serde_json::from_str(text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or_default();
        let excerpt = place::excerpt(path, line, Some(error.column()));
        let message = format!("`{}` is not valid JSON", path.display());
        let error = Error::new(message).cause(error.to_string());
        excerpt
            .into_iter()
            .fold(error, Error::excerpt)
            .hint("export the configuration from auto-py-to-exe again")
    })?;
    let Some(entries) = KEYS.iter().find_map(|key| parsed.get(key)?.as_array()) else {
        let error = Error::new(format!("`{}` is not a configuration of auto-py-to-exe", path.display()));
        return Err(
            error.hint(format!("such a file has `\"version\": \"{VERSION}\"` and `pyinstallerOptions`"))
        );
    };
    let os = overrides.os();
    let mut file =
        File { path, text, words: Vec::new(), script: None, moved: Vec::new(), os, lost: Vec::new() };
    for item in entries {
        file.add(item)?;
    }
    let own = parsed.get("nonPyinstallerOptions");
    if let Some(words) = own.and_then(|own| own.get("manualArguments")).and_then(Value::as_str) {
        file.words.extend(split_line(words));
    }
    let dist = own.and_then(|own| own.get("outputDirectory")).and_then(Value::as_str);
    file.product(dist.filter(|dist| !dist.is_empty()), overrides).map(|product| vec![product])
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
    /// Arguments of PyInstaller.
    words: Vec<String>,
    script: Option<PathBuf>,
    /// Files that are not where the configuration says: its path, and where they are.
    moved: Vec<(String, PathBuf)>,
    /// The system to build for.
    os: Os,
    lost: Vec<Warning>,
}

impl File<'_> {
    fn folder(&self) -> PathBuf {
        entry::absolute(self.path).parent().unwrap_or(Path::new("/")).to_owned()
    }

    /// Returns the line with a value.
    fn place(&self, value: &str) -> Place {
        let written = Value::from(value).to_string();
        let escape = |c: char| match c.is_ascii() {
            true => c.to_string(),
            false => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        };
        let ascii: String = written.chars().map(escape).collect();
        let has = |line: &str| line.contains(&written) || line.contains(&ascii);
        let line = self.text.lines().position(has).unwrap_or_default();
        (self.path.to_owned(), u32::try_from(line + 1).unwrap_or_default())
    }

    fn failed(&self, message: String, value: &str, hint: &str) -> Error {
        place::at(Error::new(message).hint(hint), Some(&self.place(value)))
    }

    fn add(&mut self, item: &Value) -> Result<()> {
        let (Some(name), Some(value)) = (item.get("optionDest").and_then(Value::as_str), item.get("value"))
        else {
            let message = "expected objects with `optionDest` and `value` in `pyinstallerOptions`".to_owned();
            return Err(self.failed(
                message,
                "optionDest",
                "export the configuration from auto-py-to-exe again",
            ));
        };
        let Some((_, kind)) = OPTIONS.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = OPTIONS.iter().map(|(known, _)| *known).collect();
            let hint = crate::nearest::did_you_mean(name, &known);
            return Err(self.failed(format!("unknown option `{name}` of PyInstaller"), name, &hint));
        };
        match (value, kind) {
            (Value::Bool(on), Kind::Switch(yes, no)) => {
                let word = if *on { yes } else { no };
                self.words.extend((!word.is_empty()).then(|| (*word).to_owned()));
            }
            (Value::Array(values), kind) => {
                for value in values.iter().filter_map(Value::as_str) {
                    self.text_value(value, *kind)?;
                }
            }
            (Value::String(text), kind) => self.text_value(text, *kind)?,
            (Value::Number(number), kind) => self.text_value(&number.to_string(), *kind)?,
            _ => {}
        }
        Ok(())
    }

    fn text_value(&mut self, value: &str, kind: Kind) -> Result<()> {
        let value = value.trim();
        if value.is_empty() {
            return Ok(());
        }
        let mut push = |name: &str, value: &str| self.words.push(format!("{name}={value}"));
        match kind {
            Kind::Script => {
                let found = self.found(value)?;
                self.script.get_or_insert(found);
            }
            Kind::Text(name) => push(name, value),
            Kind::Names(name) => value.split(',').map(str::trim).for_each(|value| push(name, value)),
            Kind::Path(name) if value.eq_ignore_ascii_case("none") => push(name, value),
            Kind::Path(name) if self.is_left_out(name, value) => {
                let hint =
                    "it is a path of another computer; write one that is relative to the folder of this file";
                self.lost.push(
                    Warning::new(format!("`{value}` not found, and `{name}` has no effect")).hint(hint),
                );
            }
            Kind::Path(name) => {
                let found = self.found(value)?;
                self.words.push(format!("{name}={}", found.display()));
            }
            Kind::Item(name) => {
                let Some((from, to)) = source_and_folder(value) else {
                    let hint = "a value is `SOURCE;FOLDER`, with `.` for the folder of all files";
                    return Err(self.failed(
                        format!("expected a source and a folder, got `{value}`"),
                        value,
                        hint,
                    ));
                };
                let found = self.source(from, value)?;
                let separator = if cfg!(windows) { ';' } else { ':' };
                self.words.push(format!("{name}={found}{separator}{to}"));
            }
            Kind::Switch(yes, no) => {
                let word = if value == "true" { yes } else { no };
                self.words.extend((!word.is_empty()).then(|| word.to_owned()));
            }
            Kind::Nothing => {}
        }
        Ok(())
    }

    /// Whether a missing file matters only on Windows, and the build runs elsewhere.
    fn is_left_out(&self, name: &str, value: &str) -> bool {
        let is_windows = matches!(name, "--icon" | "--version-file" | "--manifest");
        is_windows
            && !(self.os == Os::Windows && self.os == Target::host().os)
            && moved::is_absolute(value)
            && moved::find(value, &self.folder()).is_none()
    }

    /// Returns the source of an item: a path, or a glob.
    fn source(&mut self, from: &str, value: &str) -> Result<String> {
        if from.contains(['*', '?', '[']) && moved::find(from, &self.folder()).is_none() {
            let plain = from.replace('\\', "/");
            let (folder, glob) = plain.rsplit_once('/').unwrap_or((".", &plain));
            let folder = self.found_as(folder, value)?;
            return Ok(format!("{}/{glob}", folder.display()));
        }
        Ok(self.found_as(from, value)?.display().to_string())
    }

    fn found(&mut self, text: &str) -> Result<PathBuf> {
        self.found_as(text, text)
    }

    /// Finds a file that the configuration names in a value.
    fn found_as(&mut self, text: &str, value: &str) -> Result<PathBuf> {
        match moved::find(text, &self.folder()) {
            Some(Found::There(path)) => Ok(path),
            Some(Found::Moved(path)) => {
                self.moved.push((text.to_owned(), path.clone()));
                Ok(path)
            }
            None => {
                let hint = if moved::is_absolute(text) {
                    "it is a path of another computer; write one that is relative to the folder of this file"
                } else {
                    "paths are relative to the folder of this file"
                };
                Err(self.failed(format!("`{text}` not found"), value, hint))
            }
        }
    }

    fn product(self, dist: Option<&str>, overrides: &Overrides) -> Result<Product> {
        let named = |error: Error| error.context(format!("invalid configuration `{}`", self.path.display()));
        let mut options = arguments::parse(&self.words).map_err(named)?;
        let script = self.script.as_ref().map(|path| path.display().to_string());
        options.entry = script.or(options.entry);
        if options.entry.is_none() {
            let error = Error::new(format!("`{}` names no script", self.path.display()));
            return Err(error.hint("add `{\"optionDest\": \"filenames\", \"value\": \"app.py\"}`"));
        }
        let folder = self.folder();
        let options = Options { package_hooks: true, ..options };
        let mut product = Product::new(options::request(options, overrides).map_err(named)?);
        product.lost.clone_from(&self.lost);
        if let Some(dist) = dist.filter(|_| overrides.dist.is_none()) {
            let plain = dist.replace('\\', "/");
            if moved::is_absolute(dist) && !Path::new(dist).is_absolute() {
                let message = format!("the output folder `{dist}` is one of another computer");
                product.request.warnings.push(Warning::minor(message));
            } else {
                product.request.output.dist = entry::absolute(&folder.join(plain));
                let warning = Warning::new(format!("the product goes to `{dist}`"));
                product.outside.push(warning.hint(format!("pass `--distpath {dist}`")));
            }
        }
        for (text, path) in self.moved {
            let shown = crate::spec::write::relative(&path, &folder);
            product
                .decide("app.entry", format!("`{text}` is a path of another computer; it is `{shown}` here"));
            let message = format!("`{text}` is a path of another computer, and `{shown}` is used");
            product.request.warnings.push(Warning::minor(message));
        }
        Ok(product)
    }
}

/// Splits `SOURCE;DEST` or `SOURCE:DEST`, where the source may have a drive.
fn source_and_folder(value: &str) -> Option<(&str, &str)> {
    let is_drive = |at: usize| at == 1 && moved::is_absolute(value);
    let at = value.rfind(';').or_else(|| value.rfind(':').filter(|at| !is_drive(*at)))?;
    let (from, to) = (value[..at].trim(), value[at + 1..].trim());
    (!from.is_empty()).then_some((from, if to.is_empty() { "." } else { to }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tests::folder_with;
    use crate::spec::{Entry, Mode};

    fn written(options: &str) -> String {
        format!("{{\n\"version\": \"{VERSION}\",\n\"pyinstallerOptions\": [\n{options}\n]\n}}\n")
    }

    fn option(name: &str, value: &str) -> String {
        format!("{{\"optionDest\": \"{name}\", \"value\": {value}}}")
    }

    fn of(options: &[String]) -> Result<Product> {
        let folder = folder_with(&[
            ("main.py", ""),
            ("assets/a.png", ""),
            ("app.json", &written(&options.join(",\n"))),
        ]);
        read(&folder.path().join("app.json"), &Overrides::default()).map(|mut found| found.remove(0))
    }

    #[test]
    fn options_are_those_of_pyinstaller() {
        let script = option("filenames", "\"E:\\\\project\\\\app\\\\main.py\"");
        let product = of(&[
            script,
            option("onefile", "true"),
            option("console", "false"),
            option("name", "\"My App\""),
            option("hiddenimports", "\"a, b.c\""),
            option("datas", "\"E:/project/app/assets;assets/\""),
            option("upx_exclude", "\"\""),
        ])
        .unwrap();
        let request = &product.request;
        assert_eq!((request.name.as_str(), request.bundle.mode), ("My App", Mode::Onefile));
        assert!(matches!(&request.programs[0].entry, Entry::Script(path) if path.ends_with("main.py")));
        assert_eq!(request.modules.include, ["a", "b.c"]);
        assert!(request.data[0].from.ends_with("assets") && request.data[0].to == "assets");
        assert_eq!(request.windows.console, Some(false));
        assert!(
            product.decided.iter().any(|d| d.text.contains("E:\\project\\app\\main.py")),
            "{:?}",
            product.decided
        );
    }

    #[test]
    fn mistakes_are_shown_in_the_file() {
        let message = |options: &[String]| of(options).unwrap_err().to_string();
        assert!(message(&[]).contains("names no script"));
        let missing =
            message(&[option("filenames", "\"main.py\""), option("runtime_hooks", "\"C:/x/none.py\"")]);
        assert!(missing.contains("`C:/x/none.py` not found") && missing.contains("app.json:5"), "{missing}");
        let icon = of(&[option("filenames", "\"main.py\""), option("icon_file", "\"C:/x/none.ico\"")]);
        assert!(icon.unwrap().lost[0].message.contains("`C:/x/none.ico` not found"));
        let unknown = message(&[option("hiddenimprots", "\"x\"")]);
        assert!(
            unknown.contains("did you mean `hiddenimports`?") && unknown.contains("app.json:4"),
            "{unknown}"
        );
        let item = message(&[option("datas", "\"C:/assets\"")]);
        assert!(item.contains("expected a source and a folder"), "{item}");
        let folder = folder_with(&[("a.json", "{\"x\": 1}"), ("b.json", "{\n  nothing\n")]);
        let of = |name: &str| read(&folder.path().join(name), &Overrides::default()).unwrap_err().to_string();
        assert!(of("a.json").contains("is not a configuration of auto-py-to-exe"), "{}", of("a.json"));
        assert!(of("b.json").contains("b.json:2"), "{}", of("b.json"));
    }
}
