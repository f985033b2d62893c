//! Mends the files of a closed set: search paths that hold inside the product, no debug sections, no path of
//! the building machine. Results are kept in the store.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::closure::{Closure, join};
use super::format::{Format, Mend, Plan};
use super::inventory::File;
use super::paths::MachinePaths;
use super::policy::Policy;
use super::reader::map;
use crate::error::Result;
use crate::spec::Strip;
use crate::store::{Bucket, Hash, Store};

/// A file as it is shipped.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// The bytes to ship.
    pub(crate) path: PathBuf,
    /// Its search path now.
    pub(crate) search: Vec<String>,
    /// Names of libraries that were changed, old and new.
    pub(crate) names: Vec<(String, String)>,
    /// Why its search path (or those names) could not be mended.
    pub(crate) refused: Option<String>,
}

/// What was done to a content under given instructions.
#[derive(Serialize, Deserialize)]
struct Outcome {
    changed: bool,
    /// Why the search path is as before although another was asked for.
    refused: Option<String>,
}

/// Changes whenever the same instructions lead to other bytes.
const VERSION: &[u8] = b"prepared native file 1";

/// Mends all files.
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
    let unchanged =
        Prepared { path: file.source.clone(), search: Vec::new(), names: Vec::new(), refused: None };
    let Some(facts) = &file.facts else { return Ok(unchanged) };
    let own = facts.search().to_vec();
    if sealed(file, policy) {
        let refused = plan.matters().then(|| "it checks its own content".to_owned());
        return Ok(Prepared { search: own, refused, ..unchanged });
    }
    // A signature tells whose it is.
    let name = if format.key().is_empty() { "" } else { file.file_name() };
    let key = key(&file.hash, plan, strip, paths, [format.key(), name.as_bytes()]);
    let note = key_of(&key, b"outcome");
    let mended = |outcome: &Outcome, path| Prepared {
        path,
        search: plan.search.clone().filter(|_| outcome.refused.is_none()).unwrap_or_else(|| own.clone()),
        names: if outcome.refused.is_none() { plan.names.clone() } else { Vec::new() },
        refused: outcome.refused.clone(),
    };
    let kept = store.get(Bucket::Native, &note).and_then(|v| serde_json::from_slice::<Outcome>(&v).ok());
    if let Some(outcome) = kept {
        if !outcome.changed {
            return Ok(mended(&outcome, file.source.clone()));
        }
        if let Some(path) = store.get_file(Bucket::Prepared, &key) {
            return Ok(mended(&outcome, path));
        }
    }
    let bytes = map(&file.source)?;
    let (search, names) = (plan.search.as_deref(), &plan.names[..]);
    let mut mend = Mend { strip, search, names, own: plan.own.as_deref(), paths };
    let mut result = format.mend(&bytes, facts, &mend);
    let refused = match (&result, plan.matters()) {
        (Err(reason), true) => Some(reason.0.to_owned()),
        _ => None,
    };
    if refused.is_some() {
        mend = Mend { search: None, names: &[], own: None, ..mend };
        result = format.mend(&bytes, facts, &mend);
    }
    let new = format.finish(&bytes, result.ok().flatten(), file)?;
    let outcome = Outcome { changed: new.is_some(), refused };
    let path = match new {
        Some(new) => store.put_file(Bucket::Prepared, &key, &new)?,
        None => file.source.clone(),
    };
    if let Ok(value) = serde_json::to_vec(&outcome) {
        store.put(Bucket::Native, &note, &value);
    }
    Ok(mended(&outcome, path))
}

/// Whether a file checks its own content, by its name or by a file of hashes beside it.
fn sealed(file: &File, policy: &Policy) -> bool {
    let name = file.source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    policy.is_sealed(&name)
        || policy.is_sealed(file.file_name())
        || file.source.with_extension("chk").exists()
        || file.source.with_file_name(format!(".{name}.hmac")).exists()
}

fn key(hash: &Hash, plan: &Plan, strip: Strip, paths: &MachinePaths, what: [&[u8]; 2]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(VERSION);
    what.into_iter().for_each(&mut part);
    part(hash);
    part(&[strip as u8, u8::from(plan.search.is_some()), u8::from(plan.own.is_some())]);
    part(plan.search.as_deref().unwrap_or_default().join(":").as_bytes());
    plan.names.iter().flat_map(|(old, new)| [old, new]).for_each(|name| part(name.as_bytes()));
    part(plan.own.as_deref().unwrap_or_default().as_bytes());
    paths.key().for_each(part);
    hasher.finalize().into()
}

fn key_of(key: &Hash, what: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key).update(what);
    hasher.finalize().into()
}
