//! Typelibs, and the files that their libraries look for at run time: loaders of pictures, schemas of
//! settings, icons, translations.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::walk::{Wanted, walk};
use super::{Data, Found, sources};
use crate::analysis::{Graph, Reason, Source};
use crate::error::{Context, Result};
use crate::python::Python;
use crate::target::Target;

/// The folder of typelibs under the root.
const TYPELIBS: &str = "girepository-1.0";
/// The folder of data under the root.
const SHARE: &str = "share";
/// The loaders of pictures, in a folder of libraries, and their list beside them.
const LOADERS: &str = "gdk-pixbuf-2.0/*/loaders/*.so";
const LIST: &str = "gdk-pixbuf/loaders.cache";
/// Icon themes: the one that GTK uses unless the host names another, and the one of applications.
const THEMES: [&str; 2] = ["Adwaita", "hicolor"];
/// Suffixes of files that describe windows, which name icons and types of widgets.
const WINDOWS: [&str; 6] = ["blp", "css", "glade", "gresource", "ui", "xml"];
/// Maximum size of files that are searched for words.
const LARGEST: u64 = 16 << 20;

/// The content of typelibs.toml.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "use")]
    uses: Vec<Use>,
}

/// Files of some libraries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Use {
    typelibs: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    share: Vec<String>,
    #[serde(default)]
    lib: Vec<String>,
    #[serde(default)]
    loaders: Vec<String>,
    #[serde(default)]
    catalogs: Vec<String>,
    /// Whether icons that the program names are collected.
    #[serde(default)]
    icons: bool,
}

/// A library with its folders on the build machine.
struct Library<'a> {
    lib: &'a Path,
    share: PathBuf,
    reason: &'a Reason,
}

/// Collects the typelibs of the graph and their files.
///
/// # Errors
/// The embedded table is damaged.
pub(super) fn collect(graph: &Graph, python: &Python) -> Result<Found> {
    let mut found = Found::default();
    let typelibs = &graph.used.typelibs;
    if typelibs.is_empty() {
        return Ok(found);
    }
    let table = table()?;
    let words = words(graph, python);
    let target = &python.target;
    let mut loaders: BTreeMap<PathBuf, &Reason> = BTreeMap::new();
    for (name, file) in typelibs {
        let dest = format!("{TYPELIBS}/{name}.typelib");
        found.add(Data::on_disk(dest, file.path.clone(), target, file.reason.clone()));
        let Some(library) = Library::of(&file.path, &file.reason) else { continue };
        for row in table.uses.iter().filter(|row| row.applies(name, &words)) {
            let mut add = |folder: &Path, to: &str, inner: &str| {
                let dest = format!("{to}{inner}");
                found.add(Data::on_disk(dest, folder.join(inner), target, library.reason.clone()));
            };
            for inner in row.share(&library.share, &words)? {
                add(&library.share, "share/", &inner);
            }
            for inner in matches(library.lib, &row.lib)? {
                add(library.lib, "", &inner);
            }
            if !row.loaders.is_empty() {
                let files = matches(library.lib, &[LOADERS.to_owned()])?.into_iter();
                let files = files.filter(|inner| row.loads(inner)).map(|inner| library.lib.join(inner));
                loaders.extend(files.map(|path| (path, library.reason)));
            }
        }
    }
    add_loaders(&loaders, graph, target, &mut found);
    Ok(found)
}

fn table() -> Result<Table> {
    toml::from_str(include_str!("typelibs.toml")).context(|| "failed to read the embedded `typelibs.toml`")
}

impl Library<'_> {
    /// Finds the folders of a library from the path of its typelib, `/usr/lib/…/girepository-1.0/x.typelib`.
    fn of<'a>(typelib: &'a Path, reason: &'a Reason) -> Option<Library<'a>> {
        let lib = typelib.parent()?.parent()?;
        let is_lib = |folder: &&Path| folder.file_name().is_some_and(|n| n == "lib" || n == "lib64");
        let share = lib.ancestors().find(is_lib)?.parent()?.join(SHARE);
        Some(Library { lib, share, reason })
    }
}

impl Use {
    /// Returns whether a typelib and the words of the program ask for these files.
    fn applies(&self, name: &str, words: &BTreeSet<String>) -> bool {
        let is_named = |text: &String| match text.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == text,
        };
        let is_used = |text: &String| words.iter().any(|word| word.contains(text.as_str()));
        self.typelibs.iter().any(is_named) && (self.words.is_empty() || self.words.iter().any(is_used))
    }

    /// Returns the files below the folder of data, relative to it.
    fn share(&self, share: &Path, words: &BTreeSet<String>) -> Result<Vec<String>> {
        let catalogs = self.catalogs.iter().map(|domain| format!("locale/*/LC_MESSAGES/{domain}.mo"));
        let globs: Vec<String> = self.share.iter().cloned().chain(catalogs).collect();
        let mut found = matches(share, &globs)?;
        if self.icons {
            found.extend(icons(share, words)?);
        }
        Ok(found)
    }

    /// Returns whether a loader is one for these formats: `…/libpixbufloader-svg.so`.
    fn loads(&self, loader: &str) -> bool {
        let stem = loader.rsplit('/').next().and_then(|name| name.strip_suffix(".so")).unwrap_or_default();
        let format = stem.rsplit(['-', '_']).next().unwrap_or_default();
        self.loaders.iter().any(|wanted| wanted == "*" || wanted == format)
    }
}

/// Returns the files below a folder that match one of the globs, relative to it.
fn matches(folder: &Path, globs: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for glob in globs {
        let matcher: GlobMatcher = GlobBuilder::new(glob)
            .literal_separator(true)
            .build()
            .context(|| format!("failed to read the glob `{glob}`"))?
            .compile_matcher();
        // Only the folder before the first wildcard is searched: others contain much more.
        let fixed: Vec<&str> = glob.split('/').take_while(|part| !part.contains(['*', '{'])).collect();
        let fixed = fixed.join("/");
        if fixed.len() == glob.len() {
            found.extend(folder.join(glob).is_file().then(|| glob.clone()));
            continue;
        }
        let depth = if glob.contains("**") { usize::MAX } else { glob.split('/').count() };
        let enters = |path: &Path| {
            let inner = path.strip_prefix(folder).unwrap_or(path);
            inner.components().count() < depth
        };
        let takes = |inner: &str| matcher.is_match(join(&fixed, inner));
        let tree = walk(&folder.join(&fixed), &Wanted { enters: &enters, takes: &takes });
        found.extend(tree.files.into_iter().map(|(_, inner)| join(&fixed, &inner)));
    }
    Ok(found)
}

fn join(folder: &str, inner: &str) -> String {
    if folder.is_empty() { inner.to_owned() } else { format!("{folder}/{inner}") }
}

/// Returns the icons of the themes that the program names, in all sizes.
fn icons(share: &Path, words: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for theme in THEMES {
        let files = matches(share, &[format!("icons/{theme}/**")])?;
        found.extend(files.into_iter().filter(|file| {
            let name = file.rsplit('/').next().unwrap_or(file);
            name == "index.theme" || words.contains(icon(name))
        }));
    }
    Ok(found)
}

/// Returns the name of an icon without the suffixes of its variants: `edit-undo-symbolic-rtl.svg`.
fn icon(file: &str) -> &str {
    let mut name = file.split('.').next().unwrap_or(file);
    for variant in ["-rtl", "-ltr", "-symbolic"] {
        name = name.strip_suffix(variant).unwrap_or(name);
    }
    name
}

/// Returns the words in the program's modules, in modules that use introspection, and in files that describe
/// windows.
fn words(graph: &Graph, python: &Python) -> BTreeSet<String> {
    let users = graph.modules.get("gi.repository").into_iter().flat_map(|module| &module.reasons);
    let users: BTreeSet<&str> =
        users.map(|reason| reason.from.as_str()).filter(|name| !name.starts_with("gi.")).collect();
    let modules = graph.modules.values();
    let modules = modules.filter(|m| users.contains(m.name.as_str()) || sources::is_own(m, python));
    let windows = graph.used.own.values().map(|file| file.path.as_path()).filter(|path| {
        path.extension().and_then(|e| e.to_str()).is_some_and(|suffix| WINDOWS.contains(&suffix))
    });
    let files = modules.filter_map(|module| module.file()).chain(windows);
    let mut words = BTreeSet::new();
    for file in files.filter(|file| std::fs::metadata(file).is_ok_and(|data| data.len() <= LARGEST)) {
        let bytes = fs_err::read(file).unwrap_or_default();
        let parts = bytes.split(|b| !b.is_ascii_alphanumeric() && *b != b'-' && *b != b'_');
        words.extend(parts.filter(|part| part.len() > 2).map(|part| {
            let text = String::from_utf8_lossy(part).into_owned();
            text.strip_suffix("-symbolic").map(str::to_owned).unwrap_or(text)
        }));
    }
    words
}

/// Adds loaders of pictures to the root, where the library finds them by their names alone, and their list.
fn add_loaders(loaders: &BTreeMap<PathBuf, &Reason>, graph: &Graph, target: &Target, found: &mut Found) {
    let lists: BTreeSet<PathBuf> =
        loaders.keys().filter_map(|path| Some(path.parent()?.with_extension("cache"))).collect();
    let mut text = String::new();
    for list in lists {
        let all = std::fs::read_to_string(list).unwrap_or_default();
        for block in all.split("\n\n") {
            let lines = block.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
            let lines: Vec<&str> = lines.collect();
            let Some((path, rest)) = lines.split_first() else { continue };
            let path = Path::new(path.trim_matches('"'));
            let Some((reason, name)) = loaders.get(path).zip(path.file_name().and_then(|n| n.to_str()))
            else {
                continue;
            };
            text += &format!("\"{name}\"\n{}\n\n", rest.join("\n"));
            let file = Data::on_disk(name.to_owned(), path.to_owned(), target, (*reason).clone());
            found.libraries.push(file);
        }
    }
    // Without a list, the library would read that of the host, whose loaders need the host's libraries.
    if let Some(reason) = graph.used.typelibs.get("GdkPixbuf-2.0").map(|file| file.reason.clone()) {
        found.data.push(Data::new(LIST.to_owned(), Source::Bytes(text.into_bytes()), reason));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a system with libraries and data, and returns its typelib.
    fn system(root: &Path) -> PathBuf {
        for (path, text) in [
            ("usr/lib/x/girepository-1.0/Gtk-3.0.typelib", ""),
            ("usr/lib/x/gdk-pixbuf-2.0/2.10.0/loaders/libpixbufloader-svg.so", ""),
            ("usr/lib/x/gdk-pixbuf-2.0/2.10.0/loaders/libpixbufloader-gif.so", ""),
            ("usr/share/icons/Adwaita/index.theme", ""),
            ("usr/share/icons/Adwaita/16x16/edit-undo-symbolic.svg", ""),
            ("usr/share/icons/Adwaita/16x16/edit-redo.png", ""),
            ("usr/share/locale/de/LC_MESSAGES/gtk30.mo", ""),
            ("usr/share/locale/de/LC_MESSAGES/other.mo", ""),
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root.join("usr/lib/x/girepository-1.0/Gtk-3.0.typelib")
    }

    #[test]
    fn folders_are_globbed_from_their_fixed_part() {
        let dir = tempfile::tempdir().unwrap();
        let typelib = system(dir.path());
        let reason = Reason::none();
        let library = Library::of(&typelib, &reason).unwrap();
        assert_eq!(library.share, dir.path().join("usr/share"));
        let globs = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let found = matches(library.lib, &globs(&[LOADERS])).unwrap();
        let row = |loaders: &[&str]| Use { loaders: globs(loaders), ..table().unwrap().uses.remove(0) };
        let of = |row: &Use| found.iter().filter(|loader| row.loads(loader)).count();
        assert_eq!((found.len(), of(&row(&["svg"])), of(&row(&["*"]))), (2, 1, 2));
        let mut row = row(&[]);
        (row.share, row.catalogs, row.icons) = (globs(&["no/such"]), globs(&["gtk30"]), true);
        let words = BTreeSet::from(["edit-undo".to_owned()]);
        let mut found = row.share(&library.share, &words).unwrap();
        found.sort();
        assert_eq!(
            found,
            [
                "icons/Adwaita/16x16/edit-undo-symbolic.svg",
                "icons/Adwaita/index.theme",
                "locale/de/LC_MESSAGES/gtk30.mo"
            ]
        );
    }

    #[test]
    fn words_of_the_program_select_files() {
        let words = BTreeSet::from(["FileChooserDialog".to_owned()]);
        let row = table()
            .unwrap()
            .uses
            .into_iter()
            .find(|row| row.words.contains(&"FileChooser".to_owned()))
            .unwrap();
        assert!(row.applies("Gtk-3.0", &words));
        assert!(!row.applies("Gtk-3.0", &BTreeSet::new()));
        assert!(!row.applies("Gio-2.0", &words));
    }
}
