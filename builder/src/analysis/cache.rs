//! The stored graph of an earlier build, which is reused while none of its inputs has changed.

use rayon::prelude::*;

use super::graph::Graph;
use super::world::disk::{Disk, Look};
use super::world::reader::Reader;
use crate::python::Python;
use crate::spec::Request;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// Length of the field before a stored value: how many bytes the looks take, which the graph follows.
const FIELD: usize = 8;

/// Number of changed files that the next build reads again. Reading them costs less than storing their states.
const FEW: usize = 16;

/// Returns the key of a graph: all inputs except the disk. It includes the complete request, the complete
/// output of the interpreter, and this program itself. Returns `None` if the program cannot be read.
pub(super) fn key(request: &Request, python: &Python, store: &Store) -> Option<Hash> {
    let program = std::env::current_exe().ok()?;
    let mut key = KeyBuilder::new(Code::Analysis, "graph").part(store.file_hash(&program).ok()?);
    for rules in &request.rule_files {
        key = key.part(store.file_hash(rules).ok()?);
    }
    Some(key.part(format!("{request:?}\n{python:?}")).finish())
}

/// Returns the stored graph if nothing that it follows from has changed. The graph is only decoded then.
pub(super) fn recall(key: &Hash, reader: Reader<'_>) -> Option<Graph> {
    let store = reader.store;
    let current = Hash::try_from(store.get(Bucket::Graph, key)?).ok()?;
    let bytes = store.get(Bucket::Graph, &current)?;
    let (field, rest) = bytes.split_first_chunk::<FIELD>()?;
    let (looks, graph) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*field)).ok()?)?;
    let looks: Vec<Look> = serde_json::from_slice(looks).ok()?;
    let now = looks.par_iter().map(|look| reader.holds(look).ok_or(&look.path));
    let now: Vec<Look> = match now.collect::<Result<_, _>>() {
        Ok(now) => now,
        Err(changed) => {
            tracing::debug!(path = %changed.display(), "the module graph of an earlier build does not hold");
            return None;
        }
    };
    tracing::debug!(looks = looks.len(), "the module graph of an earlier build holds");
    let kept = serde_json::from_slice(graph).ok()?;
    if looks.iter().zip(&now).filter(|(then, now)| then != now).count() > FEW {
        keep(store, key, now, graph);
    }
    Some(kept)
}

/// Stores a graph, unless its inputs changed in the meantime.
pub(super) fn remember(store: &Store, key: &Hash, disk: Disk, graph: &Graph) {
    let Some(looks) = disk.looks() else {
        return tracing::debug!("the module graph is not kept: something changed while it was made");
    };
    match serde_json::to_vec(graph) {
        Ok(graph) => keep(store, key, looks, &graph),
        Err(error) => tracing::debug!(%error, "the module graph is not kept"),
    }
}

fn keep(store: &Store, key: &Hash, looks: Vec<Look>, graph: &[u8]) {
    let looks = match serde_json::to_vec(&looks) {
        Ok(looks) => looks,
        Err(error) => return tracing::debug!(%error, "the module graph is not kept"),
    };
    let bytes = [&(looks.len() as u64).to_le_bytes(), looks.as_slice(), graph].concat();
    // The key is the content, so that files in use by another build are not overwritten.
    let current = *blake3::hash(&bytes).as_bytes();
    store.put(Bucket::Graph, &current, &bytes);
    store.put(Bucket::Graph, key, &current);
}
