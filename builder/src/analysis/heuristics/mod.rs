//! Heuristics find modules without import statements: one heuristic per file, each independent of the
//! others.
//!
//! To add one, create a file with a [`Heuristic`] and add a line to [`all`]. docs/analysis.md lists the
//! heuristics with their sentences, and `freeze why` shows their names.

mod application;
mod child;
mod choices;
mod computed;
mod data_files;
mod data_packages;
mod data_trees;
mod entry_points;
mod folders;
mod handed;
mod implicit;
mod libraries;
mod listed_files;
mod made;
mod native;
mod own_files;
mod own_words;
mod package_folders;
mod plugins;
mod programs;
mod requirements;
mod rules;
mod scans;
mod scripts;
mod search_path;
mod searched;
mod site_hooks;
mod sources;
mod tables;
mod texts;
mod unfollowed;

use super::claims::Claims;
use super::collected::{Collected, Subject};
use super::world::{Role, World};

/// A method to find uses of modules and files beyond import statements.
pub(super) trait Heuristic {
    /// Claims about one module, called once its facts are known. It may be called again for the same module.
    fn of_module(&mut self, _: &Subject<'_>, _: &World<'_>, _: &mut Claims) {}

    /// Claims about all modules together; called whenever no module is left to follow.
    fn of_all(&mut self, _: &Collected, _: &World<'_>, _: &mut Claims) {}

    /// Claims about the complete graph, for warnings.
    fn at_end(&mut self, _: &Collected, _: &World<'_>, _: &mut Claims) {}
}

/// A row of the table.
pub(super) struct Entry {
    /// Its name in `freeze why`.
    pub name: &'static str,
    /// A description for docs/analysis.md.
    pub sentence: &'static str,
    /// The roles of the modules it is called for.
    pub about: &'static [Role],
    pub heuristic: Box<dyn Heuristic>,
}

const ANY: &[Role] = &[Role::Program, Role::Library, Role::Stdlib];
const INSTALLED: &[Role] = &[Role::Program, Role::Library];
const OWN: &[Role] = &[Role::Program];

/// Returns all heuristics, in the order in which they run.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn all() -> Vec<Entry> {
    fn entry(
        name: &'static str,
        sentence: &'static str,
        about: &'static [Role],
        heuristic: impl Heuristic + 'static,
    ) -> Entry {
        Entry { name, sentence, about, heuristic: Box::new(heuristic) }
    }
    vec![
        entry(
            "computed names",
            "Modules that match the known parts of a name built at run time.",
            ANY,
            computed::Computed,
        ),
        entry(
            "child processes",
            "Modules and scripts that are run as `__main__`: with `-m`, by path, or by `runpy`.",
            ANY,
            child::Child::default(),
        ),
        entry(
            "folders",
            "Packages whose folders are listed, and packages on a path below `__file__`.",
            ANY,
            folders::Folders,
        ),
        entry(
            "interpreter internals",
            "Modules that C code of the standard library imports.",
            ANY,
            implicit::Implicit,
        ),
        entry("rules", "Modules named in the rule for a package.", ANY, rules::Rules),
        entry(
            "native names",
            "Modules of its package, of its requirements or of the standard library that a native extension names.",
            INSTALLED,
            native::Native,
        ),
        entry(
            "search path",
            "Folders of vendored packages that a module adds to `sys.path`.",
            INSTALLED,
            search_path::SearchPath,
        ),
        entry(
            "searched folders",
            "Modules in folders that are added to `sys.path` or to a package's `__path__`.",
            INSTALLED,
            searched::SearchedFolders::default(),
        ),
        entry(
            "site hooks",
            "Code in the `.pth` files of collected distributions, and the `distutils` of setuptools.",
            INSTALLED,
            site_hooks::SiteHooks::default(),
        ),
        entry(
            "installed programs",
            "Programs installed by distributions that code starts or looks up by name.",
            INSTALLED,
            programs::Programs::default(),
        ),
        entry(
            "opened libraries",
            "Native libraries that code opens by name through `ctypes` or `cffi`.",
            INSTALLED,
            libraries::Libraries,
        ),
        entry(
            "required libraries",
            "Packages of required distributions if code names their shared libraries.",
            &[],
            requirements::Requirements::default(),
        ),
        entry(
            "dotted strings",
            "Modules named in strings: any module in the program's own code; in a library, those of its distribution and its requirements.",
            INSTALLED,
            texts::Texts,
        ),
        entry(
            "own words",
            "Modules of the program that a word in its code names: `\"settings\"`, `\"handlers.Console\"`, `\"tasks:app\"`.",
            OWN,
            own_words::OwnWords,
        ),
        entry(
            "lists of plugins",
            "Modules named in lists of the program's own code, and whole packages if a framework loads parts of them by name.",
            OWN,
            plugins::Plugins::default(),
        ),
        entry(
            "lazy tables",
            "Modules of its own package that a module names in strings and imports by computed names.",
            INSTALLED,
            tables::Tables,
        ),
        entry(
            "handed names",
            "Modules whose names, or whose package, a module hands to a function of another that imports or lists them.",
            &[],
            handed::HandedNames::default(),
        ),
        entry(
            "made modules",
            "Modules that an import below a module which makes others at run time may mean: `six.moves.queue`.",
            &[],
            made::MadeModules::default(),
        ),
        entry(
            "own plugins",
            "All modules of the program, if it lists modules or imports a name and neither can be determined.",
            &[],
            scans::Scans::default(),
        ),
        entry(
            "entry points",
            "Entry points of the groups that a distribution both names and reads.",
            INSTALLED,
            entry_points::EntryPoints::default(),
        ),
        entry(
            "data files",
            "Modules named in pickles, text files and scripts among the data of a package.",
            &[],
            data_files::DataFiles::default(),
        ),
        entry(
            "choices",
            "The package that a library chooses at run time, unless the program has chosen: named in the rule for the library.",
            &[],
            choices::Choices::default(),
        ),
        entry(
            "data packages",
            "Subpackages that contain data and no code except `__init__.py`.",
            &[],
            data_packages::DataPackages::default(),
        ),
        entry(
            "own files",
            "Files and folders of the program that its strings and paths name, and the modules that those files name.",
            &[],
            own_files::OwnFiles::default(),
        ),
        entry(
            "data trees",
            "All files, `.py` included, of folders that code refers to by path and nothing imports from.",
            INSTALLED,
            data_trees::DataTrees::default(),
        ),
        entry(
            "package folders",
            "Packages whose folders are listed, tested or copied: their modules are extracted as files.",
            &[],
            package_folders::PackageFolders::default(),
        ),
        entry(
            "sources",
            "Modules whose source is read, as by `inspect.getsource` or by opening the file.",
            &[],
            sources::Sources::default(),
        ),
        entry(
            "application",
            "All modules of an installed application that imports modules named by its users, and of its plugins.",
            &[],
            application::Application::default(),
        ),
        entry(
            "unfollowed imports",
            "Imports in the program's own code whose names are known only at run time; they are reported.",
            &[],
            unfollowed::Unfollowed,
        ),
        entry(
            "listed files",
            "Packages whose files are listed by a module that imports by computed names.",
            &[],
            listed_files::ListedFiles,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_lists_all() {
        let page = include_str!("../../../../docs/analysis.md");
        let rows: Vec<&str> = page.lines().filter(|l| l.starts_with("| ")).collect();
        let all: Vec<String> = all().iter().map(|e| format!("| {} | {} |", e.name, e.sentence)).collect();
        let start = rows.iter().position(|r| *r == all[0]).expect("the table is there");
        assert_eq!(rows[start..start + all.len()], all);
    }
}
