//! What no import statement tells: one heuristic a file, each asked about every module and knowing of no other.
//!
//! To add one: a file with a [`Heuristic`], and a line in [`all`]. docs/analysis.md lists them with their sentences, and
//! `freeze why` names them.

mod application;
mod child;
mod computed;
mod data_files;
mod data_packages;
mod data_trees;
mod entry_points;
mod folders;
mod implicit;
mod listed_files;
mod native;
mod own_files;
mod own_words;
mod package_folders;
mod plugins;
mod programs;
mod requirements;
mod rules;
mod scans;
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

/// A way to find what programs use beyond their import statements.
pub(super) trait Heuristic {
    /// What one module asks for, once it is known what its file says. It may be asked again.
    fn of_module(&mut self, _: &Subject<'_>, _: &World<'_>, _: &mut Claims) {}

    /// What all modules so far ask for together; asked whenever nothing else is new.
    fn of_all(&mut self, _: &Collected, _: &World<'_>, _: &mut Claims) {}

    /// What is to be told of the graph when it is complete.
    fn at_end(&mut self, _: &Collected, _: &World<'_>, _: &mut Claims) {}
}

/// A line of the table.
pub(super) struct Entry {
    /// What `freeze why` calls it.
    pub name: &'static str,
    /// What it finds, for docs/analysis.md.
    pub sentence: &'static str,
    /// Whose modules it is asked about one by one.
    pub about: &'static [Role],
    pub heuristic: Box<dyn Heuristic>,
}

const ANY: &[Role] = &[Role::Program, Role::Library, Role::Stdlib];
const INSTALLED: &[Role] = &[Role::Program, Role::Library];
const OWN: &[Role] = &[Role::Program];

/// All heuristics, in the order in which they are asked.
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
            "Modules that fit what is known of a name which is put together at run time.",
            ANY,
            computed::Computed,
        ),
        entry(
            "child processes",
            "Modules and scripts that are run as main: by `[sys.executable, \"-m\", …]`, by a path, by `runpy`.",
            ANY,
            child::Child,
        ),
        entry(
            "folders",
            "Packages whose folders are listed, and those that a path below `__file__` leads to.",
            ANY,
            folders::Folders,
        ),
        entry(
            "interpreter internals",
            "Modules that the C code of a module of the standard library imports.",
            ANY,
            implicit::Implicit,
        ),
        entry("rules", "What the rule of a package names.", ANY, rules::Rules),
        entry(
            "native names",
            "Names in a native extension that are modules of its package, of its requirements or of the standard library.",
            INSTALLED,
            native::Native,
        ),
        entry(
            "search path",
            "Folders of vendored packages that a module puts on `sys.path`.",
            INSTALLED,
            search_path::SearchPath,
        ),
        entry(
            "searched folders",
            "Folders that a module puts on `sys.path` or its own `__path__`, for imports by bare names.",
            INSTALLED,
            searched::SearchedFolders::default(),
        ),
        entry(
            "site hooks",
            "Code that `.pth` files of collected distributions run at each start, and setuptools' `distutils`.",
            INSTALLED,
            site_hooks::SiteHooks::default(),
        ),
        entry(
            "installed programs",
            "Programs that distributions install as scripts and that code starts or looks for by their names.",
            INSTALLED,
            programs::Programs::default(),
        ),
        entry(
            "required libraries",
            "Packages of required distributions whose shared libraries native code names.",
            &[],
            requirements::Requirements::default(),
        ),
        entry(
            "dotted strings",
            "Strings that name modules: in the program's own code any, in a library those of its distribution and of what it requires.",
            INSTALLED,
            texts::Texts,
        ),
        entry(
            "own words",
            "Words in the program's own code that name its own modules: `\"settings\"`, `\"handlers.Console\"`, `\"tasks:app\"`.",
            OWN,
            own_words::OwnWords,
        ),
        entry(
            "lists of plugins",
            "Lists in the program's own code whose strings are modules, and whole packages among them that a framework loads by name.",
            OWN,
            plugins::Plugins::default(),
        ),
        entry(
            "lazy tables",
            "Strings of a module that imports names it computes: modules of its own package.",
            INSTALLED,
            tables::Tables,
        ),
        entry(
            "own plugins",
            "The packages of the program where it lists the modules of a package that is not known.",
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
            "Modules that pickles, texts and scripts among the data of a package name.",
            &[],
            data_files::DataFiles::default(),
        ),
        entry(
            "data packages",
            "Packages inside a package that hold data and no code but `__init__.py`.",
            &[],
            data_packages::DataPackages::default(),
        ),
        entry(
            "own files",
            "Files and folders beside the program's own code that its strings and paths name, and what they name themselves.",
            &[],
            own_files::OwnFiles::default(),
        ),
        entry(
            "data trees",
            "Folders that code names by a path and that nobody imports from: all their files, `.py` included.",
            INSTALLED,
            data_trees::DataTrees::default(),
        ),
        entry(
            "package folders",
            "Packages whose folders code lists, tests or copies: their modules lie there as files.",
            &[],
            package_folders::PackageFolders::default(),
        ),
        entry(
            "sources",
            "Modules whose source code asks for (`inspect.getsource`) or whose file it opens.",
            &[],
            sources::Sources::default(),
        ),
        entry(
            "application",
            "All modules of an installed application that imports names which its user gives.",
            &[],
            application::Application::default(),
        ),
        entry(
            "unfollowed imports",
            "Tells which imports of the program's own code are known at run time only.",
            &[],
            unfollowed::Unfollowed,
        ),
        entry(
            "listed files",
            "Packages whose files a module lists that imports by computed names.",
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
