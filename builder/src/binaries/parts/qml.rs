//! QML modules: finds those that the QML of a program imports, directly or indirectly.
//!
//! A module is a folder with a `qmldir` file. See Qt's documentation for its format and its imports
//! ("Module Definition qmldir Files", "Import Statements").

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Maximum size of decompressed resources.
const MOST_BYTES: u64 = 16 << 20;

/// The modules below a folder, by their URIs without versions (`QtQuick.Controls`).
#[derive(Debug, Default)]
pub(super) struct Modules {
    by_uri: BTreeMap<String, Vec<Module>>,
    used: BTreeSet<String>,
}

/// A module: a folder with `qmldir`.
#[derive(Debug, Default)]
struct Module {
    /// The files of the folder: path under the root, path on disk.
    files: Vec<(String, PathBuf)>,
}

/// The content of the program's QML and code.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// URIs that QML imports.
    pub(super) imports: BTreeSet<String>,
    /// Texts of QML.
    pub(super) all: Vec<String>,
    /// Texts of Python.
    python: Vec<String>,
    /// Contents of other modules that use the package, which are only searched for names.
    names: Vec<Vec<u8>>,
    /// Whether a module that uses the package could not be read.
    pub(super) is_partial: bool,
    /// Whether a resource was unreadable, which may import anything.
    pub(super) unreadable: bool,
}

impl Modules {
    /// Sorts the files below a folder into modules. Each file belongs to the nearest parent folder with a
    /// `qmldir`.
    pub(super) fn new(folder: &str, files: Vec<(String, PathBuf)>) -> Modules {
        let homes: BTreeSet<&str> =
            files.iter().filter_map(|(dest, _)| dest.strip_suffix("/qmldir")).collect();
        let homes: BTreeSet<String> = homes.into_iter().map(str::to_owned).collect();
        let mut modules = Modules::default();
        let mut by_home: BTreeMap<String, Module> = BTreeMap::new();
        for (dest, source) in files {
            let above = dest.match_indices('/').map(|(at, _)| &dest[..at]).rev();
            let home =
                above.take_while(|above| above.len() > folder.len()).find(|above| homes.contains(*above));
            if let Some(home) = home.map(str::to_owned) {
                by_home.entry(home).or_default().files.push((dest, source));
            }
        }
        for (home, module) in by_home {
            modules.by_uri.entry(uri(&home[folder.len() + 1..])).or_default().push(module);
        }
        modules
    }

    /// Returns the URIs of all modules.
    pub(super) fn uris(&self) -> impl Iterator<Item = String> + '_ {
        self.by_uri.keys().cloned()
    }

    /// Marks modules and their imports as used, and returns the files that this adds. An optional import is
    /// followed if it is in `optional`, or if the last part of its URI (the name of a style) occurs in the
    /// texts as a word.
    pub(super) fn take(
        &mut self,
        uris: impl IntoIterator<Item = String>,
        texts: &Texts,
        optional: &[String],
    ) -> Vec<String> {
        let mut queue: Vec<String> = uris.into_iter().collect();
        let mut found = Vec::new();
        while let Some(uri) = queue.pop() {
            let Some(modules) = self.by_uri.get(&uri) else { continue };
            if !self.used.insert(uri) {
                continue;
            }
            for module in modules {
                for (dest, source) in &module.files {
                    let text = || std::fs::read_to_string(source).unwrap_or_default();
                    if dest.ends_with("/qmldir") {
                        for (uri, is_optional) in dependencies(&text()) {
                            let style = uri.rsplit('.').next().unwrap_or(&uri);
                            if !is_optional || optional.contains(&uri) || texts.have_word(style) {
                                queue.push(uri);
                            }
                        }
                    } else if is_code(dest) {
                        queue.extend(imports(&text()));
                    }
                }
                found.extend(module.files.iter().map(|(dest, _)| dest.clone()));
            }
        }
        found
    }
}

impl Texts {
    /// Adds a file of QML or JavaScript.
    pub(super) fn add_code(&mut self, text: String) {
        self.imports.extend(imports(&text));
        self.all.push(text);
    }

    /// Adds the source of a Python module, and the QML in resources compiled by `rcc`.
    pub(super) fn add_python(&mut self, text: String) {
        if text.contains("qt_resource_data") {
            self.add_resource(&unescape(&text));
        }
        self.python.push(text);
    }

    /// Adds the content of a module, for its names.
    pub(super) fn add_names(&mut self, bytes: &[u8]) {
        self.names.push(bytes.to_vec());
    }

    /// Returns whether the code may use a name.
    pub(super) fn may_name(&self, word: &str) -> bool {
        self.is_partial
            || self.have_word(word)
            || self.names.iter().any(|bytes| memchr::memmem::find(bytes, word.as_bytes()).is_some())
    }

    /// Finds the URIs of modules in all strings of Python.
    pub(super) fn find_imports(&mut self, uris: &BTreeSet<String>) {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        let named = |uri: &&String| self.python.iter().any(|text| has_word(text, uri, is_part));
        self.imports.extend(uris.iter().filter(named).cloned().collect::<Vec<_>>());
    }

    /// Adds resources compiled by `rcc`, which contain files as they are, or compressed with zlib or zstd.
    pub(super) fn add_resource(&mut self, bytes: &[u8]) {
        // Names of files are in UTF-16.
        if memchr::memmem::find(bytes, b".\0q\0m\0l").is_none() {
            return;
        }
        let mut inner = vec![String::from_utf8_lossy(bytes).into_owned()];
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() > 8) {
            let read = match rest {
                [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                    zstd::stream::read::Decoder::new(rest).ok().and_then(|d| decompressed(d.single_frame()))
                }
                [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => decompressed(flate2::read::ZlibDecoder::new(rest)),
                _ => None,
            };
            inner.extend(read.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
            at += 1;
        }
        // The length of a file directly precedes its first line.
        let statements = inner.iter().flat_map(|text| text.split("import ").skip(1)).filter_map(imported);
        let found: BTreeSet<String> = statements.collect();
        self.unreadable |= found.is_empty();
        self.imports.extend(found);
        self.all.extend(inner);
    }

    /// Whether a word occurs in any text.
    fn have_word(&self, word: &str) -> bool {
        self.all
            .iter()
            .chain(&self.python)
            .any(|text| has_word(text, word, |c| c.is_alphanumeric() || c == '_'))
    }
}

/// Returns whether a file contains QML or JavaScript.
pub(super) fn is_code(path: &str) -> bool {
    [".qml", ".js", ".mjs"].iter().any(|suffix| path.ends_with(suffix))
}

/// Returns the URI of a module folder: `QtQuick/Controls.2` is a folder of `QtQuick.Controls`.
fn uri(folder: &str) -> String {
    let parts = folder.split('/').map(|part| {
        let version =
            part.find('.').filter(|at| part[at + 1..].bytes().all(|b| b.is_ascii_digit() || b == b'.'));
        &part[..version.unwrap_or(part.len())]
    });
    parts.collect::<Vec<_>>().join(".")
}

/// Returns the URIs that QML or JavaScript imports.
fn imports(text: &str) -> Vec<String> {
    let statements = text.split(['\n', ';']).filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("import ").or_else(|| line.strip_prefix(".import "))
    });
    statements.filter_map(imported).collect()
}

/// Returns the URI after `import`, or `None` for a folder or a script.
fn imported(rest: &str) -> Option<String> {
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')));
    let uri = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
    (!uri.is_empty()).then(|| uri.to_owned())
}

/// Returns the modules that a `qmldir` file names, and whether each is optional.
fn dependencies(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["import" | "depends", uri, ..] | ["default", "import", uri, ..] => {
                found.push(((*uri).to_owned(), false))
            }
            ["optional", "import", uri, ..] => found.push(((*uri).to_owned(), true)),
            _ => {}
        }
    }
    found
}

fn has_word(text: &str, word: &str, is_part: fn(char) -> bool) -> bool {
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

fn decompressed(reader: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Decodes the escapes of all Python literals in a text.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex =
            |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 16).ok());
        let (byte, used) = match (first, after) {
            (b'\\', [b'x', a, b, ..]) => (hex(&[*a, *b]), 4),
            (b'\\', [b'n', ..]) => (Some(b'\n'), 2),
            (b'\\', [b'r', ..]) => (Some(b'\r'), 2),
            (b'\\', [b't', ..]) => (Some(b'\t'), 2),
            (b'\\', [b'\n', ..]) => (None, 2),
            (b'\\', [other, ..]) => (Some(*other), 2),
            (other, _) => (Some(*other), 1),
        };
        bytes.extend(byte);
        rest = &rest[used.min(rest.len())..];
    }
    bytes
}

/// Returns the text of a file, or an empty string if it cannot be read or is not text.
pub(super) fn text(path: &Path) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_of_qml_and_of_scripts_are_read() {
        let text = "import QtQuick\nimport QtQuick.Controls 2.15 as C; import \"own\"\n  import QtQml.Models\n.import QtQuick.LocalStorage 2.0 as S\n";
        assert_eq!(imports(text), ["QtQuick", "QtQuick.Controls", "QtQml.Models", "QtQuick.LocalStorage"]);
    }

    #[test]
    fn folders_with_versions_belong_to_their_uri() {
        assert_eq!(uri("QtQuick.2"), "QtQuick");
        assert_eq!(uri("QtQuick/Controls.2/Material"), "QtQuick.Controls.Material");
        assert_eq!(uri("Qt/labs/platform"), "Qt.labs.platform");
    }

    #[test]
    fn modules_come_with_what_they_depend_on() {
        let dir = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for (name, text) in [
            (
                "A/qmldir",
                "module A\ndepends B auto\noptional import A.Dark auto\noptional import A.Light auto\n",
            ),
            ("A/x/pic.png", ""),
            ("A/Dark/qmldir", "module A.Dark\n"),
            ("A/Light/qmldir", "module A.Light\n"),
            ("B/qmldir", "module B\n"),
            ("B/B.qml", "import C\n"),
            ("C/qmldir", "module C\n"),
            ("D/qmldir", "module D\n"),
            ("all.qmltypes", ""),
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            files.push((format!("q/{name}"), path));
        }
        let mut modules = Modules::new("q", files);
        let mut texts = Texts::default();
        texts.add_python("setStyle('Dark')".into());
        let mut taken = modules.take(["A".to_owned()], &texts, &[]);
        taken.sort();
        let expected =
            ["q/A/Dark/qmldir", "q/A/qmldir", "q/A/x/pic.png", "q/B/B.qml", "q/B/qmldir", "q/C/qmldir"];
        assert_eq!(taken, expected);
        assert!(modules.take(["A".to_owned()], &texts, &[]).is_empty());
    }

    #[test]
    fn qml_in_compiled_resources_is_found() {
        use std::io::Write;
        let qml = b"import QtQuick.Shapes 1.0\nItem {}\n";
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(qml).unwrap();
        for stored in [qml.to_vec(), zlib.finish().unwrap(), zstd::encode_all(&qml[..], 3).unwrap()] {
            let escaped: String = stored.iter().map(|b| format!("\\x{b:02x}")).collect();
            let mut texts = Texts::default();
            let data = format!("qt_resource_data = b\"\\\n\\x00\\x00\\x00\\x22{escaped}\"\n");
            let name = r"qt_resource_name = b'\x00\x05\x00m\x00.\x00q\x00m\x00l'";
            texts.add_python(format!("{data}{name}\n"));
            assert!(texts.imports.contains("QtQuick.Shapes") && !texts.unreadable);
        }
        let mut texts = Texts::default();
        texts.add_resource(b"a picture, and no QML");
        assert!(!texts.unreadable);
        texts.add_resource(b"\0m\0.\0q\0m\0l, compressed in another way");
        assert!(texts.unreadable);
    }
}
