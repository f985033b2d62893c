//! Gathers data files and libraries from all sources, in order of precedence: the first file for a path wins.

use std::collections::{BTreeMap, BTreeSet};

use super::policy::Policy;
use super::unmatched::Unmatched;
use super::walk::{self, Tree, Wanted};
use super::{
    Data, Found, Link, items, matcher, named_files, own_files, package_data, prefix_data, sources, stdlib,
    typelibs,
};
use crate::analysis::{By, Graph, Reason, Source};
use crate::error::{Result, Warning};
use crate::excerpt;
use crate::launcher;
use crate::names::Pattern;
use crate::python::Python;
use crate::rules::load::Rule;
use crate::spec::{Item, Request};
use crate::store::Store;

/// The files gathered so far, by path under the root.
#[derive(Default)]
pub(super) struct Gathered {
    pub data: BTreeMap<String, Data>,
    pub libraries: BTreeMap<String, Data>,
    pub links: Vec<Link>,
    pub warnings: Vec<Warning>,
}

/// The input of the file search.
#[derive(Clone, Copy)]
pub(super) struct Search<'a> {
    pub graph: &'a Graph,
    pub request: &'a Request,
    pub python: &'a Python,
    pub policy: &'a Policy,
}

fn add(into: &mut BTreeMap<String, Data>, files: impl IntoIterator<Item = Data>) {
    for file in files {
        into.entry(file.dest.clone()).or_insert(file);
    }
}

impl Gathered {
    /// Collects files from all sources.
    ///
    /// # Errors
    /// An item of the request matches nothing, or a rule has a malformed glob.
    pub(super) fn from(
        search: &Search<'_>,
        rules: &[&Rule],
        store: &Store,
        unmatched: &mut Unmatched<'_>,
    ) -> Result<Gathered> {
        let mut gathered = Gathered::default();
        gathered.requested(search)?;
        gathered.of_packages(search, store);
        gathered.own(search);
        gathered.of_rules(search, rules, unmatched)?;
        gathered.other(search, rules)?;
        gathered.take(typelibs::collect(search.graph, search.python)?);
        Ok(gathered)
    }

    fn take(&mut self, found: Found) {
        add(&mut self.data, found.data);
        add(&mut self.libraries, found.libraries);
        self.links.extend(found.links);
        self.warnings.extend(found.warnings);
    }

    /// Adds files that are libraries whatever their names.
    fn take_libraries(&mut self, mut found: Found) {
        found.libraries.append(&mut found.data);
        self.take(found);
    }

    /// Adds the files that the user names. They override all others.
    fn requested(&mut self, search: &Search<'_>) -> Result<()> {
        let request = search.request;
        let files = |item: &Item| {
            let found = items::files(item, &search.python.target);
            found.map_err(|error| excerpt::in_spec(error, request.spec.as_deref(), &item.place))
        };
        for item in &request.data {
            self.take(files(item)?);
        }
        for item in &request.binaries {
            self.take_libraries(files(item)?);
        }
        Ok(())
    }

    /// Adds the files of packages.
    fn of_packages(&mut self, search: &Search<'_>, store: &Store) {
        let Search { graph, request, python, policy } = *search;
        let wholes = request.modules.collect_data.iter().chain(&request.modules.collect_binaries);
        let wholes: Vec<Pattern> = wholes.map(|text| Pattern::new(text)).collect();
        let is_whole = |name: &str| wholes.iter().any(|pattern| pattern.covers(name));
        self.take(package_data::collect(graph, python, store, policy, &is_whole));
    }

    /// Adds the program's own files that its code names.
    fn own(&mut self, search: &Search<'_>) {
        let linked: BTreeSet<String> = self.links.iter().map(|link| link.dest.clone()).collect();
        let is_known = |dest: &str| linked.contains(dest) || self.data.contains_key(dest);
        self.take(own_files::collect(search.graph, &search.python.target, &is_known));
    }

    /// Adds the files that rules name.
    fn of_rules(
        &mut self,
        search: &Search<'_>,
        rules: &[&Rule],
        unmatched: &mut Unmatched<'_>,
    ) -> Result<()> {
        for rule in rules {
            let libraries = rule.binaries.iter().map(|glob| ("binaries", glob));
            for (key, glob) in rule.data.iter().map(|glob| ("data", glob)).chain(libraries) {
                let found = rule_files(glob, rule, search.python)?;
                if found.data.is_empty() {
                    unmatched.glob(rule, key, glob);
                }
                if key == "data" { self.take(found) } else { self.take_libraries(found) }
            }
        }
        Ok(())
    }

    /// Adds the files that modules name, list or read, and those of the interpreter.
    fn other(&mut self, search: &Search<'_>, rules: &[&Rule]) -> Result<()> {
        let Search { graph, python, policy, .. } = *search;
        if let Some(rule) = rules.iter().find(|rule| rule.stdlib_source) {
            let reason = Reason::new(&rule.module, By::Rule(rule.file.clone()));
            add(&mut self.data, stdlib::sources(python, &reason));
        }
        add(&mut self.data, named_files::collect(graph, &python.target));
        self.take(prefix_data::collect(graph, python, policy));
        let listed = named_files::listed(graph).chain(sources::files(graph, policy, python));
        // Programs and libraries in such folders are not data.
        add(&mut self.data, listed.filter(|file| !self.libraries.contains_key(&file.dest)));
        add(&mut self.data, stdlib::tcl(graph, python));
        if python.libpython.is_none() {
            let twin = twin(python)?;
            self.data.insert(twin.dest.clone(), twin);
        }
        Ok(())
    }
}

/// Returns the launcher as a library, for an interpreter without a shared libpython.
fn twin(python: &Python) -> Result<Data> {
    let bytes = launcher::twin(&python.target)?;
    let (dest, source) = (launcher::TWIN.to_owned(), Source::Bytes(bytes.to_vec()));
    Ok(Data { executable: true, ..Data::new(dest, source, Reason::new("", By::Interpreter)) })
}

/// Finds the files that match a rule's glob below the search path.
fn rule_files(glob: &str, rule: &Rule, python: &Python) -> Result<Found> {
    let top = glob.split('/').next().unwrap_or(glob);
    let Some(root) = python.search_path.iter().find(|root| root.join(top).exists()) else {
        return Ok(Found::default());
    };
    let matcher = matcher(glob, rule)?;
    let start = root.join(top);
    let tree = if start.is_file() {
        Tree { files: vec![(start, String::new())], ..Tree::default() }
    } else {
        let takes = |inner: &str| matcher.is_match(format!("{top}/{inner}"));
        walk::walk(&start, &Wanted { enters: &|_| true, takes: &takes })
    };
    let dest = |inner: String| if inner.is_empty() { top.to_owned() } else { format!("{top}/{inner}") };
    let by = By::Rule(rule.file.clone());
    let reason = Reason::new(&rule.module, by);
    let data = |(path, inner)| Data::on_disk(dest(inner), path, &python.target, reason.clone());
    let mut data: Vec<Data> = tree.files.into_iter().map(data).collect();
    data.retain(|file| matcher.is_match(&file.dest));
    let links = tree.links.into_iter().map(|link| Link::new(link, reason.clone(), dest)).collect();
    Ok(Found { data, links, ..Found::default() })
}
