//! App bundles: the layout of files in them, so that macOS can seal code and data.
//!
//! Code is in `Frameworks`, which is the root folder of the program, and data in `Resources`. Links in both
//! directions make files available at either place. macOS would treat folders with a dot in their names as
//! bundles if they are among code. These folders are renamed there, and a link has the original name.

use std::collections::{BTreeMap, BTreeSet};

use super::item::{FRAMEWORK, Item};
use super::universal::Cdhash;
use super::{ExecutableBuilder, MinOsVersions, icon, info, seal};
use crate::archive::{Beside, Stored};
use crate::assemble::{App, Payload};
use crate::binaries::macho::image;
use crate::binaries::macho::sign::{self, Seal};
use crate::error::{Context, Error, Result};
use crate::spec::{Mode, Request};

/// The folder in a bundle that contains everything else.
const CONTENTS: &str = "Contents";
const CODE: &str = "Frameworks";
const DATA: &str = "Resources";
/// Replaces a dot in the name of a folder of code.
const DOT: &str = "__dot__";

/// Creates a bundle for an application.
///
/// # Errors
/// The request has invalid values for the bundle, a file cannot be read, or the launcher cannot be changed.
pub(super) fn make(
    app: App,
    payload: Vec<Vec<Payload>>,
    builder: &ExecutableBuilder,
    request: &Request,
    min_versions: &MinOsVersions,
) -> Result<App> {
    let mut items = lay_out(app.beside)?;
    let icon = match &request.macos.icon {
        Some(path) => {
            let name = format!("{}.icns", request.name);
            let item = data(icon::read(path)?);
            if items.insert(format!("{DATA}/{name}"), item).is_some() {
                let error = Error::new(format!("`{name}` has the name of the icon in the bundle"));
                return Err(error.hint("choose another name for the file, or another folder"));
            }
            Some(name)
        }
        None => None,
    };
    let mut payload = payload.into_iter();
    let name = |parts: &[Payload]| parts.first().map(|payload| payload.name.clone()).unwrap_or_default();
    let Some(main) = payload.next() else {
        return Err(Error::new("there is no program to put into a bundle"));
    };
    let main_name = name(&main);
    let info = info::content(request, &main_name, icon.as_deref(), min_versions)?;
    items.insert("Info.plist".into(), data(info.clone()));
    items.insert("PkgInfo".into(), data(b"APPL????".to_vec()));
    for alias in &app.aliases {
        items.insert(format!("MacOS/{alias}"), Item::Link(main_name.clone()));
    }

    let mut executables = Vec::new();
    let mut sealed = items.clone();
    for payload in payload {
        let identifier = name(&payload);
        let seal = Seal { identifier, entitlements: builder.entitlements.clone(), ..Seal::default() };
        let (made, cdhashes) = builder.executable(payload, &seal)?;
        let nothing = Stored::Bytes([].into());
        let code = Item::Code { content: nothing, size: 0, executable: true, cdhashes };
        sealed.insert(format!("MacOS/{}", made.name), code);
        executables.push(made);
    }
    let resources = seal::content(&sealed)?;
    let seal = Seal {
        identifier: info::identifier(request),
        info: Some(info),
        resources: Some(resources.clone()),
        entitlements: builder.entitlements.clone(),
    };
    executables.insert(0, builder.executable(main, &seal)?.0);
    items.insert("_CodeSignature/CodeResources".into(), data(resources));
    for executable in &mut executables {
        executable.name = format!("{CONTENTS}/MacOS/{}", executable.name);
    }
    Ok(App {
        mode: Mode::Onedir,
        name: format!("{}.app", request.name),
        executables,
        aliases: Vec::new(),
        contents: CONTENTS.to_owned(),
        beside: items.into_iter().map(|(dest, item)| item.beside(dest)).collect(),
        folders: app.folders.iter().map(|folder| format!("{CODE}/{folder}")).collect(),
        ..app
    })
}

fn data(content: Vec<u8>) -> Item {
    let size = content.len() as u64;
    Item::Data { content: Stored::Bytes(content.into()), size, executable: false }
}

impl Item {
    fn beside(self, dest: String) -> Beside {
        let hash = String::new();
        match self {
            Item::Code { content, size, executable, .. } => {
                Beside { dest, content, size, hash, executable, native: true, link: None }
            }
            Item::Data { content, size, executable } => {
                Beside { dest, content, size, hash, executable, native: false, link: None }
            }
            Item::Link(target) => {
                let content = Stored::Bytes([].into());
                let (size, executable, native) = (0, false, false);
                Beside { dest, content, size, hash, executable, native, link: Some(target) }
            }
        }
    }

    fn is_code(&self) -> bool {
        matches!(self, Item::Code { .. })
    }
}

/// A folder of the program, with its entries by name.
#[derive(Default)]
struct Folder {
    folders: BTreeMap<String, Folder>,
    files: BTreeMap<String, Item>,
}

/// The kind of content of a folder, at any depth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Data,
    Both,
}

impl Folder {
    fn insert(&mut self, path: &str, item: Item) {
        match path.split_once('/') {
            Some((first, rest)) => self.folders.entry(first.to_owned()).or_default().insert(rest, item),
            None => {
                self.files.insert(path.to_owned(), item);
            }
        }
    }

    /// Whether a link in the folder refers to code, according to its target in the same folder. A link to
    /// another folder counts as data: every path exists among both code and data, so the link resolves from
    /// either place.
    fn is_code(&self, item: &Item) -> bool {
        let mut item = item;
        // Circular links were rejected before.
        for _ in 0..=self.files.len() {
            match item {
                Item::Link(target) => match self.files.get(target) {
                    Some(next) => item = next,
                    None => return false,
                },
                item => return item.is_code(),
            }
        }
        false
    }

    fn kind(&self) -> Kind {
        let own = self.files.values().map(|item| if self.is_code(item) { Kind::Code } else { Kind::Data });
        let below = self.folders.iter().map(|(name, folder)| {
            // A framework has its own layout.
            if name.ends_with(FRAMEWORK) { Kind::Both } else { folder.kind() }
        });
        own.chain(below).reduce(|a, b| if a == b { a } else { Kind::Both }).unwrap_or(Kind::Data)
    }

    /// Lays out the content of the folder: `code` is its path among code, `data` its path among data.
    fn lay_out(self, code: &str, data: &str, items: &mut BTreeMap<String, Item>) {
        let codes: Vec<bool> = self.files.values().map(|item| self.is_code(item)).collect();
        for ((name, item), is_code) in self.files.into_iter().zip(codes) {
            let (there, other) = if is_code { (code, data) } else { (data, code) };
            items.insert(format!("{other}/{name}"), Item::Link(leading(other, &format!("{there}/{name}"))));
            items.insert(format!("{there}/{name}"), item);
        }
        for (name, folder) in self.folders {
            if let Some(stem) = name.strip_suffix(FRAMEWORK) {
                // A framework is itself a bundle, which stays whole and has its own seal.
                let (inner_code, inner_data) = (format!("{code}/{name}"), format!("{data}/{name}"));
                items.insert(inner_data, Item::Link(leading(data, &inner_code)));
                folder.framework(stem, &inner_code, items);
                continue;
            }
            let dotted = name.contains('.');
            let renamed = if dotted { name.replace('.', DOT) } else { name.clone() };
            let (inner_code, inner_data) = (format!("{code}/{renamed}"), format!("{data}/{name}"));
            let kind = folder.kind();
            if kind != Kind::Data && dotted {
                items.insert(format!("{code}/{name}"), Item::Link(renamed));
            }
            match kind {
                Kind::Both => folder.lay_out(&inner_code, &inner_data, items),
                Kind::Code => {
                    items.insert(inner_data.clone(), Item::Link(leading(data, &inner_code)));
                    folder.only(&inner_code, kind, items);
                }
                Kind::Data => {
                    items.insert(format!("{code}/{name}"), Item::Link(leading(code, &inner_data)));
                    folder.only(&inner_data, kind, items);
                }
            }
        }
    }

    /// Places the whole content of the folder below one folder, either of code or of data.
    fn only(self, at: &str, kind: Kind, items: &mut BTreeMap<String, Item>) {
        for (name, item) in self.files {
            items.insert(format!("{at}/{name}"), item);
        }
        for (name, folder) in self.folders {
            let dotted = kind == Kind::Code && name.contains('.');
            let renamed = if dotted { name.replace('.', DOT) } else { name.clone() };
            if dotted {
                items.insert(format!("{at}/{name}"), Item::Link(renamed.clone()));
            }
            folder.only(&format!("{at}/{renamed}"), kind, items);
        }
    }
}

impl Folder {
    /// Places a framework, with the links that wheels cannot contain: `Versions/Current` and those next to
    /// it.
    fn framework(mut self, stem: &str, at: &str, items: &mut BTreeMap<String, Item>) {
        let mut versions = self.folders.remove("Versions").unwrap_or_default();
        if versions.folders.len() > 1 {
            // `Current` is a copy instead of a link.
            versions.folders.remove("Current");
        }
        if let (1, Some((version, there))) = (versions.folders.len(), versions.folders.iter_mut().next()) {
            let mut names = BTreeSet::from([stem.to_owned(), "Resources".to_owned()]);
            names.extend(self.files.keys().chain(self.folders.keys()).cloned());
            // Files next to the versions replace links into one of them.
            there.merge(std::mem::take(&mut self));
            items.insert(format!("{at}/Versions/Current"), Item::Link(version.clone()));
            for name in names {
                if there.files.contains_key(&name) || there.folders.contains_key(&name) {
                    items.insert(format!("{at}/{name}"), Item::Link(format!("Versions/Current/{name}")));
                }
            }
        }
        if !versions.folders.is_empty() {
            self.folders.insert("Versions".to_owned(), versions);
        }
        // Its folders keep their names, like those of data.
        self.only(at, Kind::Data, items);
    }

    /// Adds the content of another folder that is missing in this one.
    fn merge(&mut self, other: Folder) {
        for (name, item) in other.files {
            if !self.folders.contains_key(&name) {
                self.files.entry(name).or_insert(item);
            }
        }
        for (name, folder) in other.folders {
            if !self.files.contains_key(&name) {
                self.folders.entry(name).or_default().merge(folder);
            }
        }
    }
}

/// Returns the target of a link in `folder` to `path`, both in `Contents`.
fn leading(folder: &str, path: &str) -> String {
    let up = folder.split('/').count();
    format!("{}{path}", "../".repeat(up))
}

/// Determines the layout of a program's files in `Contents`.
fn lay_out(beside: Vec<Beside>) -> Result<BTreeMap<String, Item>> {
    let mut root = Folder::default();
    for file in beside {
        let Beside { dest, content, size, executable, native, link, .. } = file;
        let cdhashes = match (&link, native) {
            (None, true) => signed(&content).context(|| format!("failed to read `{dest}`"))?,
            _ => Vec::new(),
        };
        let item = match link {
            Some(target) => Item::Link(target),
            None if cdhashes.is_empty() => Item::Data { content, size, executable },
            None => Item::Code { content, size, executable, cdhashes },
        };
        root.insert(&dest, item);
    }
    let mut items = BTreeMap::new();
    root.lay_out(CODE, DATA, &mut items);
    Ok(items)
}

/// Returns the hashes by which the system identifies the parts of a signed file, in their order; empty if it
/// is not signed.
fn signed(content: &Stored) -> Result<Vec<Cdhash>> {
    let of = |bytes: &[u8]| image::slices(bytes).into_iter().filter_map(sign::cdhash).collect();
    Ok(match content {
        Stored::Bytes(bytes) => of(bytes),
        Stored::File(path) => of(&fs_err::read(path)?),
    })
}

#[cfg(test)]
mod tests {
    use freeze_archive::{Place, follow};

    use super::*;

    fn code() -> Item {
        let content = Stored::Bytes([].into());
        Item::Code { content, size: 0, executable: false, cdhashes: vec![[0; 20]] }
    }

    fn laid_out(files: Vec<(&str, Item)>) -> Vec<(String, String)> {
        let mut root = Folder::default();
        files.into_iter().for_each(|(path, item)| root.insert(path, item));
        let mut items = BTreeMap::new();
        root.lay_out(CODE, DATA, &mut items);
        let shown = |item| match item {
            Item::Code { .. } => "code".to_owned(),
            Item::Data { .. } => "data".to_owned(),
            Item::Link(target) => target,
        };
        items.into_iter().map(|(path, item)| (path, shown(item))).collect()
    }

    #[test]
    fn what_a_zip_made_of_a_framework_is_one_again() {
        let found = laid_out(vec![
            ("Qt/A.framework/A", code()),
            ("Qt/A.framework/Resources/Info.plist", data(vec![])),
            ("Qt/A.framework/Resources/own", data(vec![])),
            ("Qt/A.framework/Versions/5/A", code()),
            ("Qt/A.framework/Versions/5/Resources/Info.plist", data(vec![])),
            ("Qt/A.framework/Versions/Current/A", code()),
            ("Qt/B.framework/Resources/Info.plist", data(vec![])),
            ("Qt/B.framework/Versions/A/B", code()),
        ]);
        let expected = [
            ("A.framework/A", "Versions/Current/A"),
            ("A.framework/Resources", "Versions/Current/Resources"),
            ("A.framework/Versions/5/A", "code"),
            ("A.framework/Versions/5/Resources/Info.plist", "data"),
            ("A.framework/Versions/5/Resources/own", "data"),
            ("A.framework/Versions/Current", "5"),
            ("B.framework/B", "Versions/Current/B"),
            ("B.framework/Resources", "Versions/Current/Resources"),
            ("B.framework/Versions/A/B", "code"),
            ("B.framework/Versions/A/Resources/Info.plist", "data"),
            ("B.framework/Versions/Current", "A"),
        ];
        let expected: BTreeMap<String, &str> =
            expected.into_iter().map(|(path, item)| (format!("Frameworks/Qt/{path}"), item)).collect();
        let found: BTreeMap<String, &str> = found
            .iter()
            .filter(|(path, _)| path.starts_with("Frameworks/"))
            .map(|(path, item)| (path.clone(), item.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn links_lead_to_the_same_place_from_code_and_from_data() {
        let link = |target: &str| Item::Link(target.into());
        let found = laid_out(vec![
            ("data/v1/a", data(vec![])),
            ("data/current", link("v1")),
            ("data/l", link("current/a")),
            ("lib/libx.1.2.dylib", code()),
            ("lib/libx.1.dylib", link("libx.1.2.dylib")),
            ("lib/libx.dylib", link("libx.1.dylib")),
            ("lib/plugins/libx.dylib", link("../libx.dylib")),
            ("lib/up", link("../data/l")),
        ]);
        let item = |path: &str| found.iter().find(|(p, _)| p == path).map(|(_, item)| item.as_str());
        assert_eq!(item("Frameworks/lib/libx.dylib"), Some("libx.1.dylib"));
        assert_eq!(item("Frameworks/lib/libx.1.dylib"), Some("libx.1.2.dylib"));
        let look = |at: &[u8]| {
            let at = std::str::from_utf8(at).unwrap();
            match item(at) {
                Some("code" | "data") => Place::File,
                Some(target) => Place::Link(target.as_bytes().to_vec()),
                None if found.iter().any(|(path, _)| path.starts_with(&format!("{at}/"))) => Place::Folder,
                None => Place::Nothing,
            }
        };
        let end = |path: &str| follow(path.as_bytes(), look).map(|end| String::from_utf8(end).unwrap());
        for root in [CODE, DATA] {
            for (path, expected) in [
                ("data/current", "Resources/data/v1"),
                ("data/current/a", "Resources/data/v1/a"),
                ("data/l", "Resources/data/v1/a"),
                ("lib/up", "Resources/data/v1/a"),
                ("lib/libx.dylib", "Frameworks/lib/libx.1.2.dylib"),
                ("lib/plugins/libx.dylib", "Frameworks/lib/libx.1.2.dylib"),
            ] {
                assert_eq!(end(&format!("{root}/{path}")).as_deref(), Ok(expected), "{path}");
            }
        }
    }

    #[test]
    fn code_and_data_lie_apart_and_find_each_other() {
        let found = laid_out(vec![
            ("libpython.dylib", code()),
            ("numpy/core.so", code()),
            ("numpy/.dylibs/libgfortran.dylib", code()),
            ("numpy/data.txt", data(vec![])),
            ("assets/a/b.png", data(vec![])),
            ("lib-dynload/_ssl.so", code()),
            ("lib/libz.1.dylib", code()),
            ("lib/libz.dylib", Item::Link("libz.1.dylib".into())),
            ("Qt/QtCore.framework/Versions/A/QtCore", code()),
            ("Qt/QtCore.framework/Versions/A/Resources/Info.plist", data(vec![])),
        ]);
        let expected = [
            ("Frameworks/Qt/QtCore.framework/QtCore", "Versions/Current/QtCore"),
            ("Frameworks/Qt/QtCore.framework/Resources", "Versions/Current/Resources"),
            ("Frameworks/Qt/QtCore.framework/Versions/A/QtCore", "code"),
            ("Frameworks/Qt/QtCore.framework/Versions/A/Resources/Info.plist", "data"),
            ("Frameworks/Qt/QtCore.framework/Versions/Current", "A"),
            ("Resources/Qt/QtCore.framework", "../../Frameworks/Qt/QtCore.framework"),
            ("Frameworks/assets", "../Resources/assets"),
            ("Frameworks/lib-dynload/_ssl.so", "code"),
            ("Frameworks/lib/libz.1.dylib", "code"),
            ("Frameworks/lib/libz.dylib", "libz.1.dylib"),
            ("Frameworks/libpython.dylib", "code"),
            ("Frameworks/numpy/.dylibs", "__dot__dylibs"),
            ("Frameworks/numpy/__dot__dylibs/libgfortran.dylib", "code"),
            ("Frameworks/numpy/core.so", "code"),
            ("Frameworks/numpy/data.txt", "../../Resources/numpy/data.txt"),
            ("Resources/assets/a/b.png", "data"),
            ("Resources/lib", "../Frameworks/lib"),
            ("Resources/lib-dynload", "../Frameworks/lib-dynload"),
            ("Resources/libpython.dylib", "../Frameworks/libpython.dylib"),
            ("Resources/numpy/.dylibs", "../../Frameworks/numpy/__dot__dylibs"),
            ("Resources/numpy/core.so", "../../Frameworks/numpy/core.so"),
            ("Resources/numpy/data.txt", "data"),
        ];
        let mut expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
        expected.sort();
        assert_eq!(found, expected);
    }
}
