//! Patches the collected native files: search paths for the application, no debug sections, no paths of the
//! build machine.
//!
//! Results are kept in the store.

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

/// A file in its shipped form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prepared {
    /// The bytes to ship.
    pub(crate) path: PathBuf,
    /// Its new search path.
    pub(crate) search: Vec<String>,
    /// Names of changed libraries, old and new.
    pub(crate) names: Vec<(String, String)>,
    /// Why its search path or library names could not be patched.
    pub(crate) refused: Option<String>,
    /// Why it was not stripped although the request asks for it.
    pub(crate) unstripped: Option<String>,
    /// Whether it contains paths of the build machine.
    pub(crate) names_machine: bool,
    /// Why it has no valid signature.
    pub(crate) unsigned: Option<String>,
}

/// The result of patching some content with given instructions.
#[derive(Default, Serialize, Deserialize)]
struct Outcome {
    changed: bool,
    /// Why the requested search path was not set.
    refused: Option<String>,
    unstripped: Option<String>,
    names_machine: bool,
    unsigned: Option<String>,
}

/// Patches native files as requested.
pub(crate) struct Preparer<'a> {
    /// The format of the target.
    pub(crate) format: &'a dyn Format,
    /// Decides which files must stay unchanged.
    pub(crate) policy: &'a Policy,
    /// Sections to strip.
    pub(crate) strip: Strip,
    /// Paths to replace.
    pub(crate) paths: &'a MachinePaths,
    /// Where results are stored.
    pub(crate) store: &'a Store,
}

impl Preparer<'_> {
    /// Patches all files. `unused` are the kinds of data that each one does not need.
    ///
    /// # Errors
    /// A file cannot be read or signed, the store cannot be written, or the build was interrupted.
    pub(crate) fn all(&self, closure: &Closure, unused: &[Vec<String>]) -> Result<Vec<Prepared>> {
        let folders: HashSet<&str> =
            closure.by_dest.keys().map(|d| d.rsplit_once('/').map_or("", |(f, _)| f)).collect();
        let prepare = |(file, unused): (&File, &Vec<String>)| {
            crate::interrupt::check()?;
            let plan = self.format.plan(file, closure).unwrap_or_else(|| Plan {
                search: search_path(file, closure, self.format, &folders),
                ..Plan::default()
            });
            self.one(file, &Plan { left_out: unused.clone(), ..plan })
        };
        closure.files.par_iter().zip(unused).map(prepare).collect()
    }

    fn one(&self, file: &File, plan: &Plan) -> Result<Prepared> {
        let unchanged = Prepared { path: file.source.clone(), ..Prepared::default() };
        let Some(facts) = &file.facts else { return Ok(unchanged) };
        let own = facts.search().to_vec();
        if sealed(file, self.policy) {
            let refused = plan.matters().then(|| "it checks its own content".to_owned());
            return Ok(Prepared { search: own, refused, ..unchanged });
        }
        let key = self.key(file, plan);
        let (outcome, path) = match self.kept(file, &key) {
            Some(kept) => kept,
            None => self.patch(file, facts, plan, &key)?,
        };
        let done = outcome.refused.is_none();
        Ok(Prepared {
            path,
            search: plan.search.clone().filter(|_| done).unwrap_or(own),
            names: if done { plan.names.clone() } else { Vec::new() },
            refused: outcome.refused,
            unstripped: outcome.unstripped,
            names_machine: outcome.names_machine,
            unsigned: outcome.unsigned,
        })
    }

    /// Finds the result that an earlier build stored.
    fn kept(&self, file: &File, key: &KeyBuilder) -> Option<(Outcome, PathBuf)> {
        let outcome = self.store.get(Bucket::Native, &note(key))?;
        let outcome: Outcome = serde_json::from_slice(&outcome).ok()?;
        let path = match outcome.changed {
            true => self.store.get_file(Bucket::Prepared, &key.finish())?,
            false => file.source.clone(),
        };
        Some((outcome, path))
    }

    /// Patches a file and stores the result.
    fn patch(&self, file: &File, facts: &Facts, plan: &Plan, key: &KeyBuilder) -> Result<(Outcome, PathBuf)> {
        let bytes = map(&file.source)?;
        let (result, outcome) = self.attempt(&bytes, facts, plan);
        let Finished { content, unsigned } = self.format.finish(&bytes, result, file)?;
        let outcome = Outcome { changed: content.is_some(), unsigned, ..outcome };
        let path = match content {
            Some(new) => self.store.put_file(Bucket::Prepared, &key.finish(), &new)?,
            None => file.source.clone(),
        };
        if let Ok(value) = serde_json::to_vec(&outcome) {
            self.store.put(Bucket::Native, &note(key), &value);
        }
        Ok((outcome, path))
    }

    /// Patches a file as far as that is safe. Changes that loading depends on have priority over stripping.
    fn attempt(&self, bytes: &[u8], facts: &Facts, plan: &Plan) -> (Option<Vec<u8>>, Outcome) {
        let whole = Patch {
            strip: self.strip,
            search: plan.search.as_deref(),
            names: &plan.names,
            own: plan.own.as_deref(),
            paths: self.paths,
            left_out: &plan.left_out,
        };
        let unstripped = Patch { strip: Strip::None, ..whole };
        let unchanged = Patch { search: None, names: &[], own: None, ..whole };
        let neither = Patch { strip: Strip::None, ..unchanged };
        let mut outcome = Outcome::default();
        for (patch, strips, changes) in [
            (whole, true, true),
            (unstripped, false, true),
            (unchanged, true, false),
            (neither, false, false),
        ] {
            match self.format.patch(bytes, facts, &patch) {
                Ok(new) => {
                    outcome.refused = outcome.refused.filter(|_| plan.matters() && !changes);
                    outcome.unstripped = outcome.unstripped.filter(|_| !strips && self.strip != Strip::None);
                    return (new, outcome);
                }
                Err(reason) => {
                    outcome.refused.get_or_insert_with(|| reason.0.to_owned());
                    outcome.unstripped.get_or_insert_with(|| reason.0.to_owned());
                }
            }
        }
        outcome.refused = outcome.refused.filter(|_| plan.matters());
        outcome.names_machine = self.paths.occur_in(bytes);
        (None, outcome)
    }

    fn key(&self, file: &File, plan: &Plan) -> KeyBuilder {
        // A signature contains the file name as its identifier.
        let name = if self.format.key().is_empty() { "" } else { file.file_name() };
        KeyBuilder::new(Code::Binaries, "prepared")
            .part(file.hash)
            .part([self.strip as u8, u8::from(plan.search.is_some()), u8::from(plan.own.is_some())])
            .parts(plan.search.as_deref().unwrap_or_default())
            .parts(plan.names.iter().flat_map(|(old, new)| [old, new]))
            .part(plan.own.as_deref().unwrap_or_default())
            .parts(&plan.left_out)
            .parts(self.paths.key())
            .part(self.format.key())
            .part(name)
    }
}

/// Returns the key of an [`Outcome`].
fn note(key: &KeyBuilder) -> Hash {
    key.clone().part("outcome").finish()
}

/// Returns the search path for `file`: empty for none, and `None` if its own path works.
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
        // libpython is always loaded first.
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
        // The file opens nothing by name, and searching each folder for each system library would slow down
        // every start.
        return Some(Vec::new());
    }
    if outside && entries.is_empty() {
        // Libraries that it opens at run time may have been added by hand from its search path. A path
        // without any match is removed.
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

/// Returns whether a file checks its own content, by its name or because of a file with hashes next to it.
fn sealed(file: &File, policy: &Policy) -> bool {
    let name = file.source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    policy.is_sealed(&name)
        || policy.is_sealed(file.file_name())
        || file.source.with_extension("chk").exists()
        || file.source.with_file_name(format!(".{name}.hmac")).exists()
}
