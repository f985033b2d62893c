//! Finds which files the program selects by the arguments of calls: `client("s3")`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::analysis::{Choice, Chooses, Chosen, Kind, Module, Naming, Sought, Source, choices};
use crate::contents::Contents;
use crate::error::{Context, Result};
use crate::names::is_inside;
use crate::python::Python;
use crate::rules::parts::Named;

/// How many functions may pass a name on.
const WRAPPERS: usize = 4;
/// Maximum number of globs that are distinguished.
const MOST: usize = 4096;

/// The files that a program selects by name.
pub(super) enum Selected {
    /// Those that match.
    Some(GlobSet),
    /// Any, for this reason.
    Any(String),
}

/// A module whose calls are read.
struct Caller<'c> {
    name: &'c str,
    is_package: bool,
    source: Vec<u8>,
    /// Whether it belongs to a package that passes names on.
    is_inside: bool,
    /// Its name for people.
    shown: String,
}

/// Finds the files that a program selects. `exists` returns whether a glob matches a file.
pub(super) fn select(
    named: &Named,
    package: &str,
    contents: &Contents,
    python: &Python,
    exists: &dyn Fn(&GlobSet) -> bool,
) -> Result<Selected> {
    let mut packages: Vec<&str> = vec![package];
    packages.extend(named.through.iter().map(String::as_str));
    let callers = match callers(contents, python, &packages) {
        Ok(callers) => callers,
        Err(why) => return Ok(Selected::Any(why)),
    };
    let mut search = Search::new(named, packages, python.minor());
    let mut begin = 0;
    for _ in 0..=WRAPPERS {
        let more = match search.round(&callers, begin, exists)? {
            Ok(more) => more,
            Err(why) => return Ok(Selected::Any(why)),
        };
        if more.is_empty() {
            return search.result();
        }
        begin = search.namings.len();
        search.namings.extend(more);
    }
    Ok(Selected::Any("too many functions pass a name on".to_owned()))
}

/// The search for calls that select files.
struct Search<'n> {
    named: &'n Named,
    packages: Vec<&'n str>,
    minor: u8,
    /// The functions of the table, and those that pass names on to them.
    namings: Vec<Naming>,
    /// The functions whose callers use any of the files.
    listing: Range<usize>,
    /// Functions that are called from outside of the packages.
    called: HashSet<usize>,
    globs: BTreeSet<String>,
}

impl<'n> Search<'n> {
    fn new(named: &'n Named, packages: Vec<&'n str>, minor: u8) -> Search<'n> {
        let chosen = |name: &String| (name.clone(), Chosen::Parameter(name.clone(), Vec::new()));
        let arguments: Vec<(String, Chosen)> = named.selecting().map(chosen).collect();
        let naming = |function: &String, arguments: &[(String, Chosen)]| Naming {
            function: function.clone(),
            positions: named.arguments.clone(),
            arguments: arguments.to_vec(),
        };
        let calls = named.calls.iter().map(|function| naming(function, &arguments));
        let namings: Vec<Naming> =
            calls.chain(named.listed_by.iter().map(|function| naming(function, &[]))).collect();
        let listing = named.calls.len()..namings.len();
        let (called, globs) = (HashSet::new(), BTreeSet::new());
        Search { named, packages, minor, namings, listing, called, globs }
    }

    /// Reads the calls of functions from an index on. Returns further functions that pass their parameters
    /// on, or why any file may be used.
    fn round(
        &mut self,
        callers: &[Caller<'_>],
        begin: usize,
        exists: &dyn Fn(&GlobSet) -> bool,
    ) -> Result<std::result::Result<Vec<Naming>, String>> {
        let new = self.namings[begin..].to_vec();
        let mut more: Vec<Naming> = Vec::new();
        for caller in callers.iter().filter(|caller| mentions(&caller.source, &new)) {
            let sought = Sought { namings: &new, exempt: &self.named.exempt, packages: &self.packages };
            let module = (caller.name, caller.is_package);
            for Choice { line, naming, chooses } in choices(&caller.source, self.minor, module, sought) {
                let at = begin + naming;
                if caller.is_inside {
                    let is_constant =
                        matches!(&chooses, Chooses::Data(values) if values.iter().all(Option::is_some));
                    if !is_constant || self.listing.contains(&at) {
                        continue;
                    }
                } else {
                    self.called.insert(at);
                }
                if let Chooses::Callers(naming) = chooses {
                    if !more.contains(&naming) && !self.namings.contains(&naming) {
                        more.push(naming);
                    }
                } else if let Some(what) = self.choose(at, &chooses, caller, exists)? {
                    let function = &self.namings[at].function;
                    return Ok(Err(format!("`{}:{line}` {what} `{function}`", caller.shown)));
                }
            }
        }
        // A framework calls functions without visible callers.
        let has_no_caller = |at: &usize| begin > 0 && !self.called.contains(at);
        if let Some(at) = (begin..self.namings.len()).find(has_no_caller) {
            return Ok(Err(format!("nothing visible calls `{}`", self.namings[at].function)));
        }
        Ok(Ok(more))
    }

    /// Adds the files that a call selects. If it may select any, returns what it does.
    fn choose(
        &mut self,
        at: usize,
        chooses: &Chooses,
        caller: &Caller<'_>,
        exists: &dyn Fn(&GlobSet) -> bool,
    ) -> Result<Option<&'static str>> {
        let Chooses::Data(values) = chooses else { return Ok(Some("passes on")) };
        if self.listing.contains(&at) || values.is_empty() {
            return Ok(Some("calls"));
        }
        if values.iter().all(Option::is_none) {
            return Ok(Some("computes an argument of"));
        }
        let globs = filled(self.named, values);
        // An alias, or a name of another version of the package.
        if !caller.is_inside && !self.namings[at].is_method() && !exists(&set(&globs)?) {
            return Ok(Some("names no file of the package in"));
        }
        self.globs.extend(globs);
        Ok((self.globs.len() > MOST).then_some("names too many files in"))
    }

    fn result(self) -> Result<Selected> {
        if self.called.is_empty() && !self.named.only_called {
            return Ok(Selected::Any(format!("nothing visible calls {}", functions(self.named))));
        }
        Ok(Selected::Some(set(&self.globs)?))
    }
}

/// Returns the functions that select files, for people.
pub(super) fn functions(named: &Named) -> String {
    const MOST: usize = 3;
    let shown: Vec<String> = named.calls.iter().take(MOST).map(|call| format!("`{call}`")).collect();
    let more = if named.calls.len() > MOST { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

fn failed() -> String {
    "failed to read the globs of files that a program names".to_owned()
}

/// Returns whether a source contains the name of one of the functions.
fn mentions(source: &[u8], namings: &[Naming]) -> bool {
    let is_mentioned = |word: &str| memchr::memmem::find(source, word.as_bytes()).is_some();
    namings.iter().any(|naming| match naming.word() {
        Some(word) => is_mentioned(word),
        None => is_mentioned(crate::names::top(&naming.function)),
    })
}

/// Returns the modules whose calls count: those of the program, and of distributions that use the package.
/// The error is why their calls are unknown.
fn callers<'c>(
    contents: &'c Contents,
    python: &Python,
    packages: &[&str],
) -> std::result::Result<Vec<Caller<'c>>, String> {
    let is_of_packages = |name: &str| packages.iter().any(|package| is_inside(name, package));
    let modules = &contents.graph.modules;
    let of_packages = modules.values().filter(|module| is_of_packages(&module.name));
    let importers: HashSet<&str> =
        of_packages.flat_map(|module| module.reasons.iter().map(|reason| reason.from.as_str())).collect();
    let using: HashSet<usize> =
        importers.iter().filter_map(|name| modules.get(*name)).filter_map(|m| m.distribution).collect();
    let mut callers = Vec::new();
    for module in modules.values() {
        let is_inside = is_of_packages(&module.name);
        let is_user = match (module.distribution, &module.kind) {
            (Some(distribution), _) => using.contains(&distribution),
            (None, Kind::Source(Source::File(path))) => !python.in_stdlib(path),
            (None, _) => true,
        };
        if !is_user && !is_inside {
            continue;
        }
        match &module.kind {
            Kind::Source(Source::File(path)) => {
                let Ok(source) = std::fs::read(path) else { continue };
                callers.push(Caller {
                    name: &module.name,
                    is_package: module.package,
                    source,
                    is_inside,
                    shown: shown(module),
                });
            }
            Kind::Source(Source::Bytes(_)) | Kind::Builtin | Kind::Namespace(_) => {}
            // Its calls are not visible.
            _ if is_inside || !importers.contains(module.name.as_str()) => {}
            _ => return Err(format!("`{}` has no source", module.name)),
        }
    }
    Ok(callers)
}

fn shown(module: &Module) -> String {
    match module.distribution {
        Some(_) => module.path.clone(),
        None => module
            .file()
            .and_then(|f| f.file_name())
            .map_or_else(|| module.path.clone(), |name| name.to_string_lossy().into_owned()),
    }
}

/// Returns the globs of the files that a call selects.
fn filled(named: &Named, values: &[Option<Vec<String>>]) -> Vec<String> {
    let mut all: Vec<BTreeMap<String, String>> = vec![BTreeMap::new()];
    for (name, values) in named.selecting().zip(values) {
        let texts = match values {
            None => vec!["*".to_owned()],
            Some(values) => {
                let values = values.iter().map(|value| selecting(named, value));
                // No file has a name with a backslash, which `escape` leaves.
                values.filter(|value| !value.contains('\\')).map(globset::escape).collect()
            }
        };
        let with = |known: &BTreeMap<String, String>, text: &String| {
            let mut known = known.clone();
            known.insert(name.clone(), text.clone());
            known
        };
        all = all
            .iter()
            .flat_map(|known| texts.iter().map(|text| with(known, text)).collect::<Vec<_>>())
            .collect();
    }
    let fill = |known: &BTreeMap<String, String>| {
        named.globs(|name| known.get(name).cloned().unwrap_or_else(|| "*".to_owned()))
    };
    all.iter().flat_map(fill).collect()
}

/// Returns the part of an argument that selects files.
fn selecting<'v>(named: &Named, value: &'v str) -> &'v str {
    value.split(|c| named.until.contains(c)).next().unwrap_or(value)
}

fn set<'g>(globs: impl IntoIterator<Item = &'g String>) -> Result<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let mut glob = GlobBuilder::new(glob);
        builder.add(glob.literal_separator(true).empty_alternates(true).build().context(failed)?);
    }
    builder.build().context(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_up_to_a_separator() {
        let text = "files = ['{language}{,_*}.dat', '{kind}/x']\ncalls = []\n\
                    arguments = ['other', 'language', 'kind']\n\
                    until = '_-'\n";
        let named: Named = toml::from_str(text).unwrap();
        let values = [Some(vec!["pt_BR".to_owned(), "a*".to_owned(), "\\".to_owned()]), None];
        assert_eq!(filled(&named, &values), ["pt{,_*}.dat", "*/x", "a[*]{,_*}.dat", "*/x"]);
        let matches = |path: &str| set(&filled(&named, &values)).unwrap().is_match(path);
        assert!(matches("pt.dat") && matches("pt_PT.dat") && matches("k/x") && !matches("ptx.dat"));
    }
}
