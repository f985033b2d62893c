//! The stored graph of an earlier build, which is reused while none of its inputs has changed.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::graph::Graph;
use super::world::disk::{Disk, Look, Seen};
use crate::python::Python;
use crate::spec::Request;
use crate::store::{Bucket, Code, Hash, KeyBuilder, Store};

/// A graph and the files that the analysis looked at.
#[derive(Deserialize)]
struct Kept {
    looks: Vec<Look>,
    graph: Graph,
}

/// [`Kept`] for writing.
#[derive(Serialize)]
struct Keep<'a> {
    looks: &'a [Look],
    graph: &'a Graph,
}

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

/// Returns the stored graph, if every file that was looked at is unchanged.
pub(super) fn recall(store: &Store, key: &Hash, disk: &Disk) -> Option<Graph> {
    let current = Hash::try_from(store.get(Bucket::Graph, key)?).ok()?;
    let bytes = store.get(Bucket::Graph, &current)?;
    let kept: Kept = serde_json::from_slice(&bytes).ok()?;
    let now = kept.looks.par_iter().map(|look| disk.holds(look).ok_or(&look.0));
    let now: Vec<Seen> = match now.collect::<Result<_, _>>() {
        Ok(now) => now,
        Err(changed) => {
            tracing::debug!(path = %changed.display(), "the module graph of an earlier build does not hold");
            return None;
        }
    };
    tracing::debug!(looks = kept.looks.len(), "the module graph of an earlier build holds");
    if kept.looks.iter().zip(&now).any(|((_, then), now)| then != now) {
        // Store the new state, so that these files are not read again next time.
        let looks = kept.looks.into_iter().zip(now).map(|((path, _), now)| (path, now)).collect();
        keep(store, key, looks, &kept.graph);
    }
    Some(kept.graph)
}

/// Stores a graph, unless its inputs changed in the meantime.
pub(super) fn remember(store: &Store, key: &Hash, disk: Disk, graph: &Graph) {
    match disk.looks() {
        Some(looks) => keep(store, key, looks, graph),
        None => tracing::debug!("the module graph is not kept: something changed while it was made"),
    }
}

fn keep(store: &Store, key: &Hash, looks: Vec<Look>, graph: &Graph) {
    let bytes = match serde_json::to_vec(&Keep { looks: &looks, graph }) {
        Ok(bytes) => bytes,
        Err(error) => return tracing::debug!(%error, "the module graph is not kept"),
    };
    // The key is the content, so that files in use by another build are not overwritten.
    let current = *blake3::hash(&bytes).as_bytes();
    store.put(Bucket::Graph, &current, &bytes);
    store.put(Bucket::Graph, key, &current);
}
