//! Cached answers of hooks, each with a record of its inputs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::session::TargetOrder;
use super::super::stand_ins;
use super::stand_ins::STAND_INS;
use crate::analysis::world::disk::{Disk, Look};
use crate::python::Python;
use crate::spec::Request;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// What hooks have in common.
pub(super) struct Memory<'a> {
    store: &'a Store,
    /// A key of all that hooks can ask for besides the disk and variables. `None` if it is not known.
    common: Option<KeyBuilder>,
    /// Folders with packages. A change to one of them is a change for all hooks.
    pub(super) search_path: &'a [PathBuf],
    /// Files that builds write.
    outputs: Vec<PathBuf>,
}

/// An answer, and what it depends on besides the key.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    answer: Value,
    variables: BTreeMap<String, Option<String>>,
    looks: Vec<Look>,
}

/// What a hook has read.
#[derive(Debug, Deserialize)]
struct Reads {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
    /// Paths of which it has asked for the state.
    paths: Vec<PathBuf>,
    variables: BTreeMap<String, Option<String>>,
}

/// Returns the paths that builds write: the products and their folders.
fn outputs(request: &Request) -> impl Iterator<Item = PathBuf> {
    let work = request.output.work.clone().or_else(|| Some(std::env::current_dir().ok()?.join("build")));
    request.outputs().chain([request.output.dist.clone()]).chain(work)
}

impl<'a> Memory<'a> {
    pub(super) fn new(request: &Request, python: &'a Python, store: &'a Store) -> Memory<'a> {
        let common = || {
            let target = serde_json::to_vec(&TargetOrder::of(python.target)).ok()?;
            let key = KeyBuilder::new(Code::Python, "hook").part(stand_ins::version(STAND_INS));
            let key = key.part(format!("{python:?}")).part(target).part(request.hooks.config.to_string());
            let key = key.parts(request.python.paths.iter().map(|path| path.as_os_str().as_encoded_bytes()));
            let spec = request.spec.as_deref().and_then(|spec| spec.parent()).unwrap_or("".as_ref());
            Some(key.path(spec).path(&std::env::current_dir().ok()?))
        };
        Memory {
            store,
            common: common(),
            search_path: &python.search_path,
            outputs: outputs(request).chain([store.root().to_owned()]).collect(),
        }
    }

    /// Returns the key of a hook: its content and its input from the builder.
    pub(super) fn key(&self, hook: &Value) -> Option<Hash> {
        let content = self.store.file_hash(hook["file"].as_str()?.as_ref()).ok()?;
        Some(self.common.clone()?.part(content).part(hook.to_string()).finish())
    }

    /// Returns an earlier answer, if the hook would read the same now.
    pub(super) fn recall(&self, key: &Hash) -> Option<Value> {
        let kept: Kept = serde_json::from_slice(&self.store.get(Bucket::Hook, key)?).ok()?;
        let disk = Disk::with_outputs(self.outputs.clone());
        let is_other = |(name, value): &(&String, &Option<String>)| std::env::var(name).ok() != **value;
        if let Some((variable, _)) = kept.variables.iter().find(is_other) {
            tracing::debug!(variable, "the answer of a hook is outdated");
            return None;
        }
        if let Some(changed) = kept.looks.iter().find(|look| disk.holds(look).is_none()) {
            tracing::debug!(path = %changed.path.display(), "the answer of a hook is outdated");
            return None;
        }
        Some(kept.answer)
    }

    /// Keeps an answer, if it is known what the hook has read, and none of that has changed since the hook
    /// started.
    pub(super) fn keep(&self, key: &Hash, answer: &Value, started: SystemTime) {
        let Ok(Some(reads)) = serde_json::from_value::<Option<Reads>>(answer["reads"].clone()) else {
            return tracing::debug!(module = %answer["module"], "a hook does more than read");
        };
        let is_changing = |path: &PathBuf| {
            let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified());
            modified.is_ok_and(|modified| modified >= started)
        };
        let mut all = reads.paths.iter().chain(&reads.folders).chain(&reads.files).chain(self.search_path);
        if let Some(changing) = all.find(|path| is_changing(path)) {
            return tracing::debug!(path = %changing.display(), "the answer of a hook is not kept");
        }
        let disk = Disk::with_outputs(self.outputs.clone());
        for path in &reads.paths {
            disk.is_dir(path);
        }
        for folder in reads.folders.iter().chain(self.search_path) {
            disk.list(folder);
        }
        for file in &reads.files {
            // A file that is not there is noted as well.
            let _ = disk.open(file);
        }
        let Some(looks) = disk.looks() else {
            return tracing::debug!("the answer of a hook is not kept: something changed while it ran");
        };
        let mut answer = answer.clone();
        answer.as_object_mut().map(|said| said.remove("reads"));
        let kept = Kept { answer, variables: reads.variables, looks };
        if let Ok(kept) = serde_json::to_vec(&kept) {
            self.store.put(Bucket::Hook, key, &kept);
        }
    }
}
