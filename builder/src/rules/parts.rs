//! Packages in parts: decides which files of a large package a program needs from the parts that it uses.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use crate::error::{Context, Error, Result};

/// A `[[parts]]` table of a rule file. It applies to files that only the package itself requires.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Parts {
    /// Packages with the same layout. Each activates the table for itself; `{package}` in `roots`,
    /// `named.calls` and `qml.modules` stands for its name.
    pub packages: Vec<String>,
    /// Folders below the search path. The globs of the table are relative to each of them; the longest root
    /// that contains a file applies.
    pub roots: Vec<String>,
    /// Libraries that are collected only if a collected native file links to them. The other files of a
    /// macOS framework are collected with its library.
    #[serde(default)]
    pub linked: Vec<String>,
    /// Files that are never collected.
    #[serde(default)]
    pub never: Vec<String>,
    /// QML modules.
    #[serde(default)]
    pub qml: Option<Qml>,
    /// The parts.
    #[serde(default)]
    pub part: Vec<Part>,
    /// Files that the program selects by name.
    #[serde(default)]
    pub named: Vec<Named>,
    /// The package that this copy of the table is for.
    #[serde(skip)]
    pub package: String,
    /// Name of the rule file.
    #[serde(skip)]
    pub file: String,
}

/// Folders of QML modules: a module is collected if QML of the program imports it, directly or indirectly.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Qml {
    /// The folders.
    pub folders: Vec<String>,
    /// Globs of the modules that run QML. Without any of them no QML module is collected.
    pub modules: Vec<String>,
    /// Modules that are collected if another module imports them optionally, such as the styles of each
    /// system.
    #[serde(default)]
    pub optional: Vec<String>,
}

/// Files that are collected only if something else is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Part {
    /// Globs of the files.
    pub files: Vec<String>,
    /// Globs of modules and of libraries, without `lib` and suffixes. The files are collected if any of
    /// them is.
    pub with: Vec<String>,
    /// Words, one of which must also occur in the code of the program or of modules that import the package, if
    /// any are given.
    #[serde(default)]
    pub words: Vec<String>,
    /// Whether the files are texts in several languages that load without code. They do not need any of the words if
    /// `locales` in `[modules]` names languages.
    #[serde(default)]
    pub translations: bool,
    /// Handling of system libraries that the native files link to.
    #[serde(default)]
    pub system: System,
}

/// Files that the program selects by the arguments of calls: `client("s3")`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Named {
    /// Globs of the files, in which `{argument}` stands for an argument.
    pub files: Vec<String>,
    /// The functions: `package.function`, `package.**`, or `.method` for a method of any object.
    pub calls: Vec<String>,
    /// Functions that `calls` matches and that select nothing.
    #[serde(default)]
    pub exempt: Vec<String>,
    /// Names of their positional arguments, in order. Those that `files` contains select files.
    pub arguments: Vec<String>,
    /// Characters that end the part of an argument that selects files.
    #[serde(default)]
    pub until: String,
    /// Packages that pass names on. Their own calls count only if the names are constants.
    #[serde(default)]
    pub through: Vec<String>,
    /// Functions whose callers use any of the files.
    #[serde(default)]
    pub listed_by: Vec<String>,
    /// Whether nothing else reads the files: if nothing calls the functions, none is collected.
    #[serde(default)]
    pub only_called: bool,
}

/// Handling of system libraries that a native file links to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum System {
    /// Collected; a warning names those that are missing.
    Required,
    /// Collected; the file is left out if one is missing.
    #[default]
    Optional,
    /// Left on the host, because they work only there.
    Host,
}

/// The compiled globs of a table.
#[derive(Clone, Debug)]
pub(crate) struct Matcher {
    linked: GlobSet,
    never: GlobSet,
    files: PartGlobs,
    with: PartGlobs,
    named: GlobSet,
    qml: GlobSet,
}

/// Globs of all parts in one set, which is faster than one set for each part.
#[derive(Clone, Debug)]
struct PartGlobs {
    set: GlobSet,
    /// The part of each glob; never decreases.
    parts: Vec<usize>,
}

impl PartGlobs {
    /// Lists the parts that match, in their order.
    fn matches(&self, text: &str) -> impl Iterator<Item = usize> + '_ {
        self.set.matches(text).into_iter().map(|glob| self.parts[glob])
    }
}

/// The class that a table assigns to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Never collected.
    Never,
    /// Collected with a part, by its index in [`Parts::part`]. The first matching part applies.
    Part(usize),
    /// Collected if linked to.
    Linked,
    /// Collected if the program selects it by name.
    Named,
    /// Belongs to the QML modules of this folder, a path below the search path.
    Qml(String),
}

impl Parts {
    /// Compiles the globs.
    ///
    /// # Errors
    /// A glob is malformed.
    pub(crate) fn matcher(&self) -> Result<Matcher> {
        let failed = || format!("failed to read the globs of rule file `{}`", self.file);
        let set = |globs: &mut dyn Iterator<Item = &String>, separator: bool| -> Result<GlobSet> {
            let mut set = GlobSetBuilder::new();
            for glob in globs {
                let mut builder = GlobBuilder::new(glob);
                set.add(builder.literal_separator(separator).empty_alternates(true).build().context(failed)?);
            }
            set.build().context(failed)
        };
        let of_parts = |key: fn(&Part) -> &[String], separator| -> Result<PartGlobs> {
            let globs =
                || self.part.iter().enumerate().flat_map(move |(i, p)| key(p).iter().map(move |g| (i, g)));
            Ok(PartGlobs {
                set: set(&mut globs().map(|(_, glob)| glob), separator)?,
                parts: globs().map(|(part, _)| part).collect(),
            })
        };
        Ok(Matcher {
            linked: set(&mut self.linked.iter(), true)?,
            never: set(&mut self.never.iter(), true)?,
            files: of_parts(|part| &part.files, true)?,
            with: of_parts(|part| &part.with, false)?,
            named: set(&mut self.named.iter().flat_map(Named::any).collect::<Vec<_>>().iter(), true)?,
            qml: set(&mut self.qml.iter().flat_map(|qml| &qml.modules), false)?,
        })
    }

    /// Returns the root that contains a file, and the file's path below it.
    pub(crate) fn inside<'p>(&'p self, dest: &'p str) -> Option<(&'p str, &'p str)> {
        let below =
            |root: &'p String| Some((root.as_str(), dest.strip_prefix(root.as_str())?.strip_prefix('/')?));
        self.roots.iter().filter_map(below).max_by_key(|(root, _)| root.len())
    }

    /// Returns whether the package consists of libraries with modules for each.
    pub(crate) fn holds_libraries(&self) -> bool {
        !self.linked.is_empty() || self.qml.is_some()
    }

    /// Returns whether a file is below a root.
    pub(crate) fn holds(&self, dest: &str) -> bool {
        self.inside(dest).is_some()
    }

    /// Returns the class of a file, by its path below the root; `None` if nothing in the table matches.
    pub(crate) fn class(&self, matcher: &Matcher, dest: &str) -> Option<Class> {
        let (root, inner) = self.inside(dest)?;
        if matcher.never.is_match(inner) {
            return Some(Class::Never);
        }
        if let Some(part) = matcher.files.matches(inner).next() {
            return Some(Class::Part(part));
        }
        if matcher.named.is_match(inner) {
            return Some(Class::Named);
        }
        let is_below =
            |folder: &&String| inner.strip_prefix(folder.as_str()).is_some_and(|i| i.starts_with('/'));
        if let Some(folder) = self.qml.iter().flat_map(|qml| &qml.folders).find(is_below) {
            return Some(Class::Qml(format!("{root}/{folder}")));
        }
        matcher.linked.is_match(inner).then_some(Class::Linked)
    }
}

impl Named {
    /// Returns the globs of the files with this value for each argument.
    pub(crate) fn globs(&self, value: impl Fn(&str) -> String) -> Vec<String> {
        let fill = |glob: &String| {
            let fill = |glob: String, name: &String| glob.replace(&format!("{{{name}}}"), &value(name));
            self.arguments.iter().fold(glob.clone(), fill)
        };
        self.files.iter().map(fill).collect()
    }

    /// Returns the arguments that select files.
    pub(crate) fn selecting(&self) -> impl Iterator<Item = &String> {
        let is_used = |name: &&String| self.files.iter().any(|glob| glob.contains(&format!("{{{name}}}")));
        self.arguments.iter().filter(is_used)
    }

    /// Returns the globs of all files.
    fn any(&self) -> Vec<String> {
        self.globs(|_| "*".to_owned())
    }
}

impl Matcher {
    /// Lists the parts that are collected with a module or a library of this name.
    pub(crate) fn with(&self, name: &str) -> impl Iterator<Item = usize> + '_ {
        self.with.matches(name)
    }

    /// Returns whether a module runs QML.
    pub(crate) fn runs_qml(&self, module: &str) -> bool {
        self.qml.is_match(module)
    }
}

/// Returns the name of a library without the parts that depend on the system: `Qt6Core` for
/// `libQt6Core.so.6` and `Qt6Core.dll`, `QtCore` for `QtCore.framework/Versions/A/QtCore`.
pub(crate) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_prefix("lib").unwrap_or(name);
    name.split('.').next().unwrap_or(name)
}

/// Returns one table for each of its packages. The globs are compiled only when a build uses them: most builds
/// do not.
///
/// # Errors
/// A list is empty.
pub(super) fn each(parts: &Parts, file: &str) -> Result<Vec<Parts>> {
    for (key, list) in [("packages", &parts.packages), ("roots", &parts.roots)] {
        if list.is_empty() {
            return Err(Error::new(format!("`{key}` of `[[parts]]` in rule file `{file}` is empty"))
                .hint("name a package, and its folder below `site-packages`"));
        }
    }
    let of = |package: &String| {
        let fill =
            |texts: &mut Vec<String>| texts.iter_mut().for_each(|t| *t = t.replace("{package}", package));
        let mut own = Parts { package: package.clone(), file: file.to_owned(), ..parts.clone() };
        fill(&mut own.roots);
        own.named.iter_mut().for_each(|named| fill(&mut named.calls));
        own.qml.iter_mut().for_each(|qml| fill(&mut qml.modules));
        own
    };
    Ok(parts.packages.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_classified_by_the_longest_root() {
        let text = "packages = ['P']\nroots = ['P', 'P/Qt']\nlinked = ['lib/**', '*.dll']\nnever = ['include/**']\n\
                    [qml]\nfolders = ['qml']\nmodules = []\n                    [[part]]\nfiles = ['plugins/tls/**']\nwith = ['Qt{6,}Network']\n";
        let parts: Parts = toml::from_str(text).unwrap();
        let matcher = parts.matcher().unwrap();
        for (dest, expected) in [
            ("P/Qt/lib/libQt6Core.so.6", Some(Class::Linked)),
            ("P/Qt6Core.dll", Some(Class::Linked)),
            ("P/include/a.h", Some(Class::Never)),
            ("P/Qt/plugins/tls/a.so", Some(Class::Part(0))),
            ("P/Qt/qml/QtQuick/qmldir", Some(Class::Qml("P/Qt/qml".into()))),
            ("P/other.txt", None),
            ("Q/lib/x.so", None),
        ] {
            assert_eq!(parts.class(&matcher, dest), expected, "{dest}");
        }
        let with = |name: &str| matcher.with(name).count();
        assert_eq!([with("Qt6Network"), with("QtNetwork"), with("Qt6NetworkAuth")], [1, 1, 0]);
    }

    #[test]
    fn stems_are_the_same_on_all_systems() {
        for path in
            ["a/libQtCore.so.6", "QtCore.dll", "QtCore.framework/Versions/A/QtCore", "libQtCore.6.dylib"]
        {
            assert_eq!(stem(path), "QtCore", "{path}");
        }
    }
}
