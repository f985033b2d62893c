//! Code that distributions run at each start of the interpreter: lines in `.pth` files, and setuptools'
//! finder for `distutils`.

use std::collections::BTreeSet;

use super::Heuristic;
use crate::analysis::claims::{Claims, What};
use crate::analysis::collected::{Collected, Subject};
use crate::analysis::graph::{By, Guard, Need, Reason, Source};
use crate::analysis::world::{DISTUTILS, Role, World};
use crate::names::top;
use crate::rules::load::SITE;

/// The file of setuptools, which matters only to programs that import `distutils`.
const DISTUTILS_FILE: &str = "distutils-precedence.pth";
/// Files that create namespace packages or refer to sources, which the analysis handles itself, or that
/// rules cover.
const KNOWN: [&str; 5] =
    ["-nspkg.pth", "_virtualenv.pth", "easy-install.pth", "pywin32.pth", "distutils-precedence.pth"];

/// A file of code: its name, its distribution, its lines.
type File = (String, usize, Vec<String>);

#[derive(Default)]
pub(super) struct SiteHooks {
    files: Option<Vec<File>>,
    /// Number of modules that have been checked.
    seen: usize,
    /// Distributions of collected modules.
    owners: BTreeSet<usize>,
    /// Modules of the old `distutils` whose equivalents in setuptools have been collected.
    twins: BTreeSet<String>,
}

impl Heuristic for SiteHooks {
    /// Handles `import distutils` outside setuptools, for which the interpreter sets up a finder at its
    /// start.
    fn of_module(&mut self, subject: &Subject<'_>, world: &World<'_>, claims: &mut Claims) {
        let wants = |name: &str| top(name) == "distutils";
        let Some(live) = subject.live.iter().find(|live| wants(&live.name)) else { return };
        let is_setuptools = matches!(top(subject.name()), "setuptools" | "pkg_resources" | "_distutils_hack");
        if subject.node.role == Role::Stdlib || is_setuptools || !world.lends_distutils() {
            return;
        }
        let reason = Reason::new(subject.name(), By::Import).at(live.import.line).under(Guard::Function);
        let files = self.files.get_or_insert_with(|| world.site_hooks());
        if let Some(place) = files.iter().position(|(name, ..)| name == DISTUTILS_FILE) {
            startup(place, &files[place], &reason, claims);
        }
    }

    fn of_all(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        self.old_distutils(collected, world, claims);
        let files = self.files.get_or_insert_with(|| world.site_hooks());
        if files.is_empty() {
            return;
        }
        let fresh = &collected.nodes[self.seen..];
        self.seen = collected.nodes.len();
        let libraries = fresh.iter().filter(|node| node.role == Role::Library && node.need == Need::Certain);
        self.owners.extend(libraries.filter_map(|node| world.owner_of_module(&node.module)));
        for (place, file) in files.iter().enumerate() {
            let (name, owner, _) = file;
            let is_known =
                name.starts_with("__editable__") || KNOWN.iter().any(|known| name.ends_with(known));
            if !is_known && self.owners.contains(owner) {
                let reason = Reason::new("", By::Text(name.clone())).under(Guard::Function);
                startup(place, file, &reason, claims);
            }
        }
    }
}

impl SiteHooks {
    /// If the standard library has its own `distutils`, setuptools replaces it with its copy when it is
    /// imported.
    fn old_distutils(&mut self, collected: &Collected, world: &World<'_>, claims: &mut Claims) {
        if collected.get("setuptools").is_none() || world.lends_distutils() || !world.exists(DISTUTILS) {
            return;
        }
        let old = collected.nodes.iter().filter(|node| top(&node.module.name) == "distutils");
        for node in old {
            let name = &node.module.name;
            if self.twins.insert(name.clone()) {
                let twin = format!("{DISTUTILS}{}", &name["distutils".len()..]);
                let reason = Reason::new("setuptools", By::Text(name.clone())).under(Guard::Function);
                claims.module(twin, &reason);
            }
        }
    }
}

/// Runs the lines of a file before the program. Errors are ignored, as in Python, which only reports them.
fn startup(place: usize, file: &File, reason: &Reason, claims: &mut Claims) {
    let (path, _, lines) = file;
    let name = format!("{SITE}{place}");
    let code: String =
        lines.iter().map(|line| format!("try:\n    {line}\nexcept Exception:\n    pass\n")).collect();
    let source = Source::Bytes(code.into_bytes());
    claims.push(What::Startup { name, path: path.clone(), source }, reason);
}
