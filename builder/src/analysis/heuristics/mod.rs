//! Heuristics find modules without import statements: one heuristic per file, each independent of the
//! others.
//!
//! To add one, create a file with a [`Heuristic`] and add a line to [`all`] and to the table in
//! docs/concepts/analysis.md, which describes the heuristics. `freeze why` shows their names.

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
mod typelibs;
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
    /// Its name in `freeze why` and in docs/concepts/analysis.md, which describes it.
    pub name: &'static str,
    /// The roles of the modules it is called for.
    pub about: &'static [Role],
    pub heuristic: Box<dyn Heuristic>,
}

/// Names of heuristics that claim modules by parts of their names.
const COMPUTED_NAMES: &str = "computed names";
const LAZY_TABLES: &str = "lazy tables";

const ANY: &[Role] = &[Role::Program, Role::Library, Role::Stdlib];
const INSTALLED: &[Role] = &[Role::Program, Role::Library];
const OWN: &[Role] = &[Role::Program];

/// Returns all heuristics, in the order in which they run.
pub(super) fn all() -> Vec<Entry> {
    fn entry(name: &'static str, about: &'static [Role], heuristic: impl Heuristic + 'static) -> Entry {
        Entry { name, about, heuristic: Box::new(heuristic) }
    }
    vec![
        entry(COMPUTED_NAMES, ANY, computed::Computed::default()),
        entry("child processes", ANY, child::Child::default()),
        entry("folders", ANY, folders::Folders),
        entry("interpreter internals", ANY, implicit::Implicit),
        entry("rules", ANY, rules::Rules),
        entry("native names", INSTALLED, native::Native),
        entry("search path", INSTALLED, search_path::SearchPath),
        entry("searched folders", INSTALLED, searched::SearchedFolders::default()),
        entry("site hooks", INSTALLED, site_hooks::SiteHooks::default()),
        entry("installed programs", INSTALLED, programs::Programs::default()),
        entry("opened libraries", INSTALLED, libraries::Libraries),
        entry("typelibs", INSTALLED, typelibs::Typelibs::default()),
        entry("required libraries", &[], requirements::Requirements::default()),
        entry("dotted strings", INSTALLED, texts::Texts),
        entry("own words", OWN, own_words::OwnWords),
        entry("lists of plugins", OWN, plugins::Plugins::default()),
        entry(LAZY_TABLES, INSTALLED, tables::Tables::default()),
        entry("handed names", &[], handed::HandedNames::default()),
        entry("made modules", &[], made::MadeModules::default()),
        entry("own plugins", &[], scans::Scans::default()),
        entry("entry points", INSTALLED, entry_points::EntryPoints::default()),
        entry("data files", &[], data_files::DataFiles::default()),
        entry("choices", &[], choices::Choices::default()),
        entry("data packages", &[], data_packages::DataPackages::default()),
        entry("own files", &[], own_files::OwnFiles::default()),
        entry("data trees", INSTALLED, data_trees::DataTrees::default()),
        entry("package folders", &[], package_folders::PackageFolders::default()),
        entry("sources", &[], sources::Sources::default()),
        entry("application", &[], application::Application::default()),
        entry("unfollowed imports", &[], unfollowed::Unfollowed),
        entry("listed files", &[], listed_files::ListedFiles),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_lists_all() {
        let page = include_str!("../../../../docs/concepts/analysis.md");
        let rows = page.lines().filter_map(|l| l.strip_prefix("| ")?.split_once(" | "));
        let rows: Vec<&str> = rows.map(|(name, _)| name).collect();
        let all: Vec<&str> = all().iter().map(|e| e.name).collect();
        let start = rows.iter().position(|r| *r == all[0]).expect("the table is there");
        assert_eq!(rows[start..start + all.len()], all);
    }
}
