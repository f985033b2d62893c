//! Patches the files of a closed set: search paths that hold inside the product, no debug sections, no path of
//! the building machine. Results are kept in the store.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::files::{Closure, File, join};
use super::format::{Finished, Format, Patch, Plan};
use super::paths::MachinePaths;
use super::policy::Policy;
use super::reader::map;
use crate::error::Result;
use crate::spec::Strip;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// A file as it is shipped.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// The bytes to ship.
    pub(crate) path: PathBuf,
    /// Its search path now.
    pub(crate) search: Vec<String>,
    /// Names of libraries that were changed, old and new.
    pub(crate) names: Vec<(String, String)>,
    /// Why its search path (or those names) could not be patched.
    pub(crate) refused: Option<String>,
    /// Why it was not stripped although the request asks for it.
    pub(crate) unstripped: Option<String>,
    /// It contains paths of the building machine.
    pub(crate) names_machine: bool,
    /// Why it has no valid signature.
    pub(crate) unsigned: Option<String>,
}

/// What was done to a content under given instructions.
#[derive(Default, Serialize, Deserialize)]
struct Outcome {
    changed: bool,
    /// Why the search path is as before although another was asked for.
    refused: Option<String>,
    unstripped: Option<String>,
    names_machine: bool,
    unsigned: Option<String>,
}

/// Patches all files.
pub(crate) fn all(
    closure: &Closure,
    format: &dyn Format,
    policy: &Policy,
    strip: Strip,
    paths: &MachinePaths,
    store: &Store,
) -> Result<Vec<Prepared>> {
    let folders: HashSet<&str> =
        closure.by_dest.keys().map(|d| d.rsplit_once('/').map_or("", |(f, _)| f)).collect();
    let prepare = |file: &File| {
        crate::interrupt::check()?;
        let plan = format.plan(file, closure).unwrap_or_else(|| Plan {
            search: search_path(file, closure, format, &folders),
            ..Plan::default()
        });
        one(file, &plan, format, policy, strip, paths, store)
    };
    closure.files.par_iter().map(prepare).collect()
}

/// The search path that `file` should have, none at all where it is empty; `None` where its own will do.
fn search_path(
    file: &File,
    closure: &Closure,
    format: &dyn Format,
    folders: &HashSet<&str>,
) -> Option<Vec<String>> {
    let facts = file.facts.as_ref()?;
    let own = facts.search();
    let mut leads = Vec::new();
    let mut entries: Vec<String> = Vec::new();
    let mut outside = false;
    for entry in own {
        let inside = format.inside(entry, file.folder());
        outside |= inside.is_empty();
        if inside.iter().any(|f| folders.contains(format.fold(f).as_str())) {
            entries.push(entry.clone());
            leads.extend(inside);
        }
    }
    let mut added = false;
    let opened = file.opens.iter().map(|&j| (closure.files[j].file_name(), j));
    for (name, j) in file.bundled().chain(opened) {
        // libpython is loaded before anything else.
        let there = Some(j) == closure.libpython
            || leads.iter().any(|f| closure.by_dest.get(&format.fold(&join(f, name))) == Some(&j));
        if !there {
            let folder = closure.files[j].folder().to_owned();
            entries.push(format.relative(file.folder(), &folder));
            leads.push(folder);
            added = true;
        }
    }
    let libpython = closure.libpython.is_some_and(|i| closure.files[i].dest == file.dest);
    if libpython && !own.is_empty() && file.bundled().next().is_none() && file.opens.is_empty() {
        // It opens nothing by name itself; looking into each folder for each library of the system takes time
        // at each start.
        return Some(Vec::new());
    }
    if outside && entries.is_empty() {
        // What it opens at run time may have been added by hand from where its path led to. A path that finds
        // nothing goes altogether.
        let reached = format.by_search_path(&[(facts, &file.source)], "");
        let reached: Vec<PathBuf> = reached.iter().filter_map(|f| crate::os::canonicalize(f).ok()).collect();
        let there = |other: &&File| {
            let folder = other.source.parent();
            other.facts.is_some() && folder.is_some_and(|f| reached.iter().any(|r| r.as_path() == f))
        };
        let others = closure.files.iter().enumerate().filter(|(i, _)| Some(*i) != closure.libpython);
        let folders: BTreeSet<&str> = others.map(|(_, f)| f).filter(there).map(File::folder).collect();
        entries.extend(folders.into_iter().map(|folder| format.relative(file.folder(), folder)));
    }
    (added || outside).then_some(entries)
}

fn one(
    file: &File,
    plan: &Plan,
    format: &dyn Format,
    policy: &Policy,
    strip: Strip,
    paths: &MachinePaths,
    store: &Store,
) -> Result<Prepared> {
    let unchanged = Prepared {
        path: file.source.clone(),
        search: Vec::new(),
        names: Vec::new(),
        refused: None,
        unstripped: None,
        names_machine: false,
        unsigned: None,
    };
    let Some(facts) = &file.facts else { return Ok(unchanged) };
    let own = facts.search().to_vec();
    if sealed(file, policy) {
        let refused = plan.matters().then(|| "it checks its own content".to_owned());
        return Ok(Prepared { search: own, refused, ..unchanged });
    }
    // A signature tells whose it is.
    let name = if format.key().is_empty() { "" } else { file.file_name() };
    let key = key(&file.hash, plan, strip, paths).part(format.key()).part(name);
    let (key, note) = (key.finish(), key.part("outcome").finish());
    let patched = |outcome: &Outcome, path| Prepared {
        path,
        search: plan.search.clone().filter(|_| outcome.refused.is_none()).unwrap_or_else(|| own.clone()),
        names: if outcome.refused.is_none() { plan.names.clone() } else { Vec::new() },
        refused: outcome.refused.clone(),
        unstripped: outcome.unstripped.clone(),
        names_machine: outcome.names_machine,
        unsigned: outcome.unsigned.clone(),
    };
    let kept = store.get(Bucket::Native, &note).and_then(|v| serde_json::from_slice::<Outcome>(&v).ok());
    if let Some(outcome) = kept {
        if !outcome.changed {
            return Ok(patched(&outcome, file.source.clone()));
        }
        if let Some(path) = store.get_file(Bucket::Prepared, &key) {
            return Ok(patched(&outcome, path));
        }
    }
    let bytes = map(&file.source)?;
    let whole =
        Patch { strip, search: plan.search.as_deref(), names: &plan.names, own: plan.own.as_deref(), paths };
    let (result, outcome) = attempt(&bytes, facts, format, &whole, plan.matters());
    let Finished { content, unsigned } = format.finish(&bytes, result, file)?;
    let outcome = Outcome { changed: content.is_some(), unsigned, ..outcome };
    let path = match content {
        Some(new) => store.put_file(Bucket::Prepared, &key, &new)?,
        None => file.source.clone(),
    };
    if let Ok(value) = serde_json::to_vec(&outcome) {
        store.put(Bucket::Native, &note, &value);
    }
    Ok(patched(&outcome, path))
}

/// Patches a file as far as possible. Changes that loading depends on have priority over stripping.
fn attempt(
    bytes: &[u8],
    facts: &Facts,
    format: &dyn Format,
    whole: &Patch<'_>,
    matters: bool,
) -> (Option<Vec<u8>>, Outcome) {
    let unstripped = Patch { strip: Strip::None, ..*whole };
    let unchanged = Patch { search: None, names: &[], own: None, ..*whole };
    let neither = Patch { strip: Strip::None, ..unchanged };
    let mut outcome = Outcome::default();
    for (patch, strips, changes) in
        [(whole, true, true), (&unstripped, false, true), (&unchanged, true, false), (&neither, false, false)]
    {
        match format.patch(bytes, facts, patch) {
            Ok(new) => {
                outcome.refused = outcome.refused.filter(|_| matters && !changes);
                outcome.unstripped = outcome.unstripped.filter(|_| !strips && whole.strip != Strip::None);
                return (new, outcome);
            }
            Err(reason) => {
                outcome.refused.get_or_insert_with(|| reason.0.to_owned());
                outcome.unstripped.get_or_insert_with(|| reason.0.to_owned());
            }
        }
    }
    outcome.refused = outcome.refused.filter(|_| matters);
    outcome.names_machine = whole.paths.occur_in(bytes);
    (None, outcome)
}

/// Whether a file checks its own content, by its name or by a file of hashes beside it.
fn sealed(file: &File, policy: &Policy) -> bool {
    let name = file.source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    policy.is_sealed(&name)
        || policy.is_sealed(file.file_name())
        || file.source.with_extension("chk").exists()
        || file.source.with_file_name(format!(".{name}.hmac")).exists()
}

fn key(hash: &Hash, plan: &Plan, strip: Strip, paths: &MachinePaths) -> KeyBuilder {
    KeyBuilder::new(Code::Binaries, "prepared")
        .part(hash)
        .part([strip as u8, u8::from(plan.search.is_some()), u8::from(plan.own.is_some())])
        .parts(plan.search.as_deref().unwrap_or_default())
        .parts(plan.names.iter().flat_map(|(old, new)| [old, new]))
        .part(plan.own.as_deref().unwrap_or_default())
        .parts(paths.key())
}
